### Anfragen, wie sie die Anfragenden sehen.

# Die Liste

requests-title = Meine Anfragen
requests-description = Was Sie angefragt haben und wie es darum steht.
requests-any-state = Jeder Zustand
requests-search = Meine Anfragen durchsuchen
requests-decided-by = Entschieden von
requests-none-match = Keine Anfrage passt dazu
requests-none-match-text = Setzen Sie den Filter zurück, um alle Ihre Anfragen zu sehen.
requests-empty = Noch keine Anfragen
requests-empty-text = Fragen Sie einen Server aus dem Katalog an oder einen, dessen Adresse Sie kennen.

# Was angefragt wird und warum

requests-urgent = Dringend
requests-tools-wanted = Gewünschte Werkzeuge
requests-values-sealed = Werte versiegelt
requests-values-with-server = Werte beim Server versiegelt
requests-values-deleted = Werte gelöscht
requests-headers = Header ({ $values })
requests-environment = Umgebung ({ $values })
requests-catalog-entry = Katalogeintrag
requests-why-needed = Warum es gebraucht wird
requests-use-case = Anwendungsfall
requests-expected-value = Erwarteter Nutzen
requests-alternatives = Geprüfte Alternativen

# Die Entscheidung

requests-covers = Umfasst
requests-what-to-fix = Was zu ändern wäre
requests-use-instead = Stattdessen nutzen
requests-whom-to-ask = Ansprechperson
requests-reason = Grund

# Was dasselbe leistet

requests-open-server = Server öffnen
requests-can-use = Sie können ihn bereits nutzen
requests-ask-access = Stattdessen Zugriff anfragen
requests-open-request = Anfrage öffnen
requests-open-yours = Ihre Anfrage öffnen

# Eine Anfrage

requests-inbox = Eingang
requests-by = Angefragt von { $name }
requests-withdraw = Diese Anfrage zurückziehen?
requests-withdraw-text = Niemand entscheidet mehr darüber, und ihre geheimen Werte werden gelöscht. Sie können sie später erneut senden.
requests-decision = Entscheidung
requests-asked-for = Was angefragt wurde
requests-history = Verlauf
requests-replaces = Die Anfrage, die durch diese ersetzt wird
requests-send-again = Ändern und erneut senden
requests-open-review = Prüfung öffnen
requests-waiting = Wartet auf eine Entscheidung
requests-waiting-text = Ein Administrator testet die Verbindung und prüft die Anfrage. Sie werden benachrichtigt, sobald entschieden ist.
requests-approved = Genehmigt: Sie können den Server nutzen
requests-approved-add = Zu Ihrem KI-Client hinzufügen
requests-approved-ended = Genehmigt, aber Ihr Zugriff ist seitdem beendet
requests-approved-ended-again = Zugriff erneut anfragen
requests-rejected = Abgelehnt
requests-rejected-text = Den Grund finden Sie unten. Ändern Sie die Anfrage und senden Sie sie erneut.

# Das Formular

requests-access-to = Zugriff auf { $server } anfragen
requests-custom-description = Ein MCP-Server, der nicht im Katalog steht. Ein Administrator testet und prüft ihn, bevor ihn jemand nutzen kann.
requests-discard = Entwurf verwerfen
requests-why-help = Danach wird entschieden. Je klarer die Begründung, desto schneller die Entscheidung. Sie können Markdown verwenden.
requests-send = Senden
requests-steps = Schritte der Anfrage
requests-urgent-label = Dringend: wird heute gebraucht
requests-urgent-help = Dringende Anfragen fallen im Eingang auf. Schreiben Sie oben, warum es nicht warten kann.
requests-send-request = Anfrage senden
requests-save-draft = Entwurf speichern
requests-exists = So etwas gibt es schon
requests-another = Ich brauche trotzdem einen weiteren
requests-another-help = Schreiben Sie unter „Geprüfte Alternativen“, warum der vorhandene nicht genügt.
requests-again = Sie senden eine frühere Anfrage erneut
requests-again-see = Frühere Anfrage ansehen
requests-again-secrets = Geheime Werte wurden nicht mit ihr aufbewahrt; geben Sie sie erneut ein.
# Der Name des Servers folgt.
requests-can-use-entry = Sie können bereits einen Server dieses Eintrags nutzen:
requests-asked-already = Sie haben ihn bereits angefragt.
requests-see-mine = Meine Anfragen ansehen

# Der Entwurf

requests-draft = Entwurf
requests-draft-soon = Während Sie schreiben, wird ein Entwurf gesichert.
requests-draft-kept = Entwurf gesichert: { $time }
requests-draft-busy = Der Entwurf wird gesichert …
requests-draft-failed = Der Entwurf konnte nicht gesichert werden: { $why }

# Felder: der Server

requests-name-help = Was die Personen sehen, zum Beispiel GitHub Enterprise.
requests-slug-help = Teil seiner Adresse: /mcp/<Kurzname>. Wird aus dem Namen gebildet, wenn das Feld leer bleibt.
requests-description-help = Was der Server ist und wer ihn betreibt.

# Felder: die Verbindung

requests-connection = Verbindung
requests-connection-help = Drawbridge verbindet sich über HTTP mit Servern, die keine Anmeldung oder einen API-Schlüssel verlangen. Server, die als lokaler Prozess laufen (stdio, mit Umgebungsvariablen), und solche mit OAuth-Anmeldung können noch nicht verbunden werden.
requests-server-address = Serveradresse
requests-server-address-help = Der MCP-Endpunkt, mit https.
requests-headers-help = Header werden bei jedem Aufruf an diesen Server gesendet. Werte werden sofort versiegelt und nie wieder angezeigt, auch Ihnen nicht.
requests-header = Header
requests-auth-none = Keine
requests-auth-none-help = Der Server steht allen offen, die ihn erreichen können.
requests-auth-key = API-Schlüssel oder Header
requests-auth-key-help = Drawbridge sendet einen oder mehrere Header mit geheimen Werten.
requests-value-kept = Gespeichert; nur eingeben, um den Wert zu ersetzen
requests-value-of = Wert von { $name }
requests-from-catalog = Aus dem Katalogeintrag.
requests-values-help = Werte werden sofort versiegelt, nur an diesen Server gesendet und nie wieder angezeigt, auch Ihnen nicht.

# Felder: Zugriff auf einen vorhandenen Server

requests-access-help = Lassen Sie alle Kästchen leer, um den ganzen Server anzufragen.

# Felder: warum

requests-why-label = Warum brauchen Sie es?
requests-why-label-help = Das Problem, das es für Sie oder Ihr Team löst.
requests-use-case-help = Was Sie damit tun werden, mit einem Beispiel.
requests-expected-value-help = Was es spart oder ermöglicht: Zeit, Qualität, Geld.
requests-alternatives-help = Was Sie sonst geprüft haben und warum es nicht genügt.

# Der Verlauf, nach dem Namen dessen, der es war
requests-history-requested = hat angefragt
requests-history-resubmitted = hat erneut angefragt
requests-history-approved = hat genehmigt
requests-history-rejected = hat abgelehnt
requests-history-withdrawn = hat zurückgezogen
requests-history-tested = hat die Verbindung getestet
requests-history-test-failed = hat die Verbindung ohne Erfolg getestet
