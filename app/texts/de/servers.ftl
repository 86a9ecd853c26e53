### Die Liste der Server und ein Server mit seinen Reitern.

# Die Liste
servers-title = Server
servers-description = Die MCP-Server hinter dem Gateway.
servers-add = Server hinzufügen
servers-search = Server suchen
servers-any-status = Jeder Status
servers-health = Verbindung
servers-added = Hinzugefügt
servers-no-match = Kein passender Server
servers-no-match-text = Setzen Sie die Filter zurück, um alle Server zu sehen.
servers-empty = Noch keine Server
servers-empty-text = Genehmigen Sie eine Anfrage aus dem Eingang oder fügen Sie selbst einen Server hinzu.
servers-open-inbox = Eingang öffnen

# Ein neuer Server
servers-new-description = Er beginnt als Entwurf: Testen Sie die Verbindung, genehmigen Sie seine Werkzeuge und geben Sie dann Personen Zugriff.
servers-new-submit = Server hinzufügen
servers-new-forbidden = dafür ist das Recht nötig, Server zu verwalten; fragen Sie stattdessen einen eigenen Server an

# Die Felder eines Servers
servers-slug-help-new = Teil der Adresse: /mcp/<Kurzname>. Bleibt er leer, wird er aus dem Namen gebildet.
servers-slug-help-edit = Teil der Adresse: /mcp/<Kurzname>. Nach einer Änderung funktionieren Clients mit dem alten nicht mehr.
servers-url = Serveradresse
servers-url-help-new = Der MCP-Endpunkt, mit https.
servers-url-help-edit = Nach einer Änderung müssen die Werte aller Header neu eingegeben und die Verbindung getestet werden.
servers-headers-help = Header werden mit jedem Aufruf an diesen Server gesendet. Werte werden sofort versiegelt und nie wieder angezeigt. Leeren Sie einen Namen, um seinen Header zu entfernen.
servers-header = Header
servers-env = Umgebungsvariablen
servers-env-variable = Variable
servers-risk-help = Wie viel Schaden er anrichten könnte; sichtbar beim Prüfen von Anfragen und in der Liste der Server.
servers-private = Der Server steht in unserem privaten Netz
servers-private-help = Drawbridge darf sich für diesen Server mit einer privaten Adresse verbinden.

# Ein Server
servers-tab-overview = Übersicht
servers-tab-permissions = Berechtigungen
servers-tab-activity = Aktivität
servers-tab-settings = Einstellungen
servers-switch-on = Einschalten
servers-switch-off = Ausschalten
servers-switch-off-title = Diesen Server ausschalten?
servers-switch-off-text = Ab dem nächsten Aufruf wird er allen verweigert. Regeln, Werkzeuge und Einstellungen bleiben, und er kann wieder eingeschaltet werden.
servers-delete = Server löschen
servers-delete-title = Diesen Server löschen?
servers-delete-text = Der Server, seine Regeln, seine genehmigten Definitionen und seine geheimen Werte werden gelöscht und lassen sich nicht wiederherstellen. Clients, die ihn nutzen, erhalten einen Fehler. Das Protokoll bleibt, wie es ist.
servers-draft = Dieser Server ist ein Entwurf
# Die Variable ist ein Link zu seinen Werkzeugen.
servers-draft-text = Noch kann ihn niemand aufrufen. Testen Sie die Verbindung und genehmigen Sie dann seine Definitionen unter { $tools }.
servers-differs = Definitionen weichen vom Genehmigten ab
servers-differs-text = { $count ->
    [one] 1 Definition wird vor Clients zurückgehalten, bis jemand sie geprüft hat.
   *[other] { $count } Definitionen werden vor Clients zurückgehalten, bis jemand sie geprüft hat.
 }
servers-differs-see = Änderungen ansehen
servers-disabled-text = Dieser Server ist ausgeschaltet: Jeder Aufruf wird verweigert.

# Übersicht
servers-owner = Zuständig
servers-for-clients = Für Clients
servers-proxy-url = Adresse dieses Servers in Drawbridge
# Die Variable ist der Link mit der nächsten Meldung.
servers-for-clients-help = Personen, denen eine Regel es erlaubt, finden Links und Codebeispiele für ihre Clients unter „Meine Verbindungen“. { $link } (falls eine Regel es Ihnen erlaubt).
servers-see-as-user = Aus Sicht einer Person ansehen
servers-test = Verbindungstest
servers-test-none = Nicht getestet, seit die Adresse festgelegt wurde.
servers-test-busy = Verbindung wird aufgebaut …
servers-about = Angaben
servers-speaks = Spricht
# Eine relative Zeit: vor 2 Tagen.
servers-found-out = festgestellt { $time }
servers-speaks-unknown = Noch nicht festgestellt; testen Sie die Verbindung.
servers-headers-sealed = Header (Werte versiegelt)
servers-env-sealed = Umgebung (Werte versiegelt)
servers-private-network = Privates Netz
servers-private-allowed = erlaubt
servers-private-not-allowed = nicht erlaubt
servers-catalog-entry = Katalogeintrag
servers-changed = Geändert
servers-since = Seit
servers-since-none = noch nie
servers-detail = Einzelheiten

# Werkzeuge
servers-compare = Mit dem Server vergleichen
servers-compare-description = Ein Test liest, was der Server jetzt anbietet; was vom Genehmigten abweicht, wird zurückgehalten.
servers-approve-draft = Genehmigen und einschalten
servers-approve-changes = Diese Definitionen genehmigen
servers-approve-text = Die Genehmigung ersetzt das bisher Genehmigte durch das, was der letzte Test gesehen hat. Lesen Sie zuerst, was sich geändert hat: Beschreibungen sind Anweisungen, denen ein Modell folgt.
servers-approve-untested = Testen Sie die Verbindung, um zu sehen, was der Server jetzt anbietet; nach einem erfolgreichen Test kann es genehmigt werden.
servers-seen = Beim letzten Test gesehen
servers-seen-description = Nichts davon kann aufgerufen werden, bevor es genehmigt ist.
servers-withheld = Zurückgehalten
servers-withheld-description = Diese Definitionen weichen vom Genehmigten ab. Clients sehen sie nicht und können sie nicht aufrufen.
servers-approved = Geprüfte Definitionen
servers-approved-description = { $count ->
    [one] 1 Definition
   *[other] { $count } Definitionen
 }, festgehalten wie geprüft. Wer sie aufrufen darf, entscheiden die Regeln unter „Berechtigungen“.
servers-approved-at = Genehmigt: { $time }
servers-definition-gone = Sie wurde genehmigt, und der Server bietet sie nicht mehr an.
servers-definition-added = Sie ist nach der Genehmigung hinzugekommen.
servers-no-definitions = Keine Definitionen
servers-no-definitions-text = Der Server bot bei der Genehmigung nichts an. Testen Sie die Verbindung, um erneut nachzusehen.

# Berechtigungen
servers-own-rules = Regeln dieses Servers
servers-own-rules-description = Mindestens eine muss einen Aufruf erlauben, und keine darf ihn verbieten.
servers-own-rules-empty = Noch kann niemand diesen Server nutzen. Fügen Sie eine Regel hinzu, die es einer Person oder Gruppe erlaubt.
servers-global-rules = Globale Regeln
servers-global-rules-description = Sie verbieten auf jedem Server, auch auf diesem.
servers-add-rule = Regel hinzufügen
servers-add-rule-submit = Regel hinzufügen

# Aktivität
servers-activity-description = Aufrufe dieses Servers und Änderungen an ihm, neueste zuerst.
servers-activity-filter = Im Protokoll filtern
servers-activity-empty = Noch keine Aktivität
servers-activity-empty-text = Aufrufe und Änderungen erscheinen hier, sobald sie geschehen.

# Einstellungen
servers-configuration = Konfiguration
servers-save = Änderungen speichern
servers-danger-zone = Gefahrenbereich
servers-danger-switch-off = Aufrufe werden sofort verweigert; alles bleibt erhalten.
servers-danger-delete = Mit seinen Regeln, genehmigten Definitionen und geheimen Werten. Das lässt sich nicht rückgängig machen.

# Grenzen
servers-limits = Grenzen
servers-limits-save = Grenzen speichern
servers-limits-help = Leere Felder sind so, wie es die Einstellungen des Programms vorgeben. Unter jedem Feld steht, was gilt.
servers-protocol-help = Welches MCP Drawbridge mit diesem Server spricht, gleich was seine Clients sprechen.
servers-protocol-auto = Automatisch
servers-protocol-stateless = Zustandslos (2026-07-28)
servers-protocol-sessions = Sitzungen (2025-03-26 bis 2025-11-25)
servers-protocol-http-sse = HTTP + SSE (2024-11-05)
servers-limit-tools-help = Ein Werkzeug je Zeile mit seinen Sekunden, etwa: report first_byte=30 idle=60 total=900
