### Der Eingang mit den Anfragen und die Seite, auf der über eine entschieden wird.

# Die Liste
inbox-title = Eingang
inbox-description = Anfragen nach Servern und nach Zugriff. Offene stehen oben, die ältesten zuerst.
inbox-search = Server und Personen suchen
inbox-any-kind = Jede Art
inbox-state-pending = Offen
inbox-state-approved = Genehmigt
inbox-state-rejected = Abgelehnt
inbox-state-withdrawn = Zurückgezogen
inbox-state-any = Jeder Zustand
inbox-requests = Anfragen
inbox-requester = Angefragt von
inbox-urgency = Dringlichkeit
inbox-urgent = Dringend
inbox-normal = Normal
inbox-no-match = Keine passende Anfrage
inbox-no-match-text = Setzen Sie die Filter zurück, um zu sehen, was wartet.
inbox-empty = Nichts zu entscheiden
inbox-empty-text = Wenn jemand einen Server oder Zugriff anfragt, erscheint die Anfrage hier.
# Statt der Variablen stehen Tasten.
inbox-keys-move = { $keys } zum Bewegen,{" "}
inbox-keys-open = { $key } zum Öffnen

# Eine Anfrage
inbox-access-to = Zugriff auf { $name }
inbox-open-server = Server öffnen
inbox-duplicates = So etwas gibt es schon
inbox-decision = Entscheidung
inbox-withdrawn = Die Anfrage wurde zurückgezogen; es gibt nichts zu entscheiden.
inbox-justification = Begründung
inbox-configuration = Konfiguration
inbox-history = Verlauf
inbox-replaced = Die Anfrage, die diese ersetzt
inbox-other-address = Die Adresse ist nicht die des Katalogeintrags
inbox-other-address-entry = Katalogeintrag
inbox-other-address-request = Diese Anfrage
inbox-other-address-advice = Genehmigen Sie sie nur, wenn Sie wissen, wer den Server unter der zweiten Adresse betreibt.
inbox-account = Konto
inbox-current-access = Bisheriger Zugriff
inbox-current-access-description = Regeln, die für die anfragende Person gelten, direkt oder über eine Gruppe.
inbox-current-access-empty = Noch keiner: Für diese Person gilt keine Regel.
inbox-earlier = Frühere Anfragen
inbox-earlier-none = Das ist die erste Anfrage dieser Person.

# Der Verbindungstest
inbox-test = Verbindungstest
inbox-test-again = Erneut testen
inbox-test-none = Noch nicht getestet. Der Test verbindet sich wirklich mit dem Server, mit den Zugangsdaten dieser Anfrage, und listet seine Werkzeuge auf.
inbox-test-private-help = Sonst werden private Adressen abgewiesen, damit niemand durch eine Anfrage an interne Systeme gelangt.
inbox-test-busy = Verbindung wird aufgebaut … Antwortet der Server nicht, endet der Versuch nach höchstens 30 Sekunden.
inbox-offers = Was der Server anbietet
inbox-offers-description = { $count ->
    [one] 1 Werkzeug
   *[other] { $count } Werkzeuge
 }, wie ein Modell sie lesen würde. Die Genehmigung hält genau diese Definitionen fest; ein Werkzeug, das sich später ändert, wird zurückgehalten.

# Genehmigen
inbox-approve-new = Schaltet den Server ein, gibt der anfragenden Person Zugriff und hält die Werkzeugdefinitionen des letzten Tests fest.
inbox-approve-existing = Gibt der anfragenden Person Zugriff auf den bestehenden Server.
inbox-test-first = Testen Sie zuerst die Verbindung
inbox-test-first-why = Die Genehmigung hält die Werkzeuge fest, die ein erfolgreicher Test aufgelistet hat.
inbox-go-to-test = Zum Verbindungstest
inbox-covers = Wofür sie gilt
inbox-covers-server-help = Alle Werkzeuge, Prompts und Ressourcen, auch später genehmigte.
inbox-covers-tools = Ausgewählte Werkzeuge
inbox-covers-tools-help = Nur die unten angekreuzten Werkzeuge.
inbox-no-tools = Es sind keine Werkzeuge bekannt; testen Sie die Verbindung, um sie aufzulisten.
inbox-slug-help = Teil der Adresse: /mcp/<Kurzname>. Wählen Sie einen anderen, wenn er vergeben ist.
inbox-last-day = Letzter Tag des Zugriffs
inbox-last-day-help = Leer heißt ohne Ende. Tage gelten in UTC.
inbox-requester-notes = Notizen für die anfragende Person
inbox-private = Der Server steht in unserem privaten Netz
inbox-private-help = Drawbridge darf sich für diesen Server mit einer privaten Adresse verbinden.

# Ablehnen
inbox-reject-description = Die anfragende Person erhält Ihre Begründung und kann die Anfrage erneut senden.
inbox-reject-write = Ablehnung schreiben
inbox-reject-issue-help = Seien Sie konkret: „Sicherheitsbedenken“ hilft niemandem.
inbox-reject-fix = Was zu ändern wäre
inbox-reject-fix-help = Was geändert werden soll und ob die Anfrage dann erneut gesendet werden kann.
inbox-reject-alternatives = Was stattdessen genutzt werden kann
inbox-reject-contact = Wer gefragt werden kann
