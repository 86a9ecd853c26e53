### Meine Verbindungen.

connectors-title = Meine Verbindungen
connectors-description = Die Server, die Sie nutzen können, jeder unter einer eigenen Adresse. Fügen Sie sie Ihrem KI-Client hinzu.
connectors-empty = Noch keine Verbindungen
connectors-empty-text = Fragen Sie einen Server aus dem Katalog oder einen eigenen an. Sobald er genehmigt ist, erscheint er hier mit allem, was Ihr KI-Client braucht.

# Eine Verbindung in wenigen Zeilen

connectors-calls = { $count ->
    [one] 1 Aufruf in 30 Tagen
   *[other] { $count } Aufrufe in 30 Tagen
}

# Eine Verbindung

connectors-manage = Verwalten
connectors-your-access = Ihr Zugriff
connectors-your-calls = Ihre Aufrufe in 30 Tagen
connectors-ask-more-or-longer = Weitere Werkzeuge oder längeren Zugriff anfragen
connectors-tools = Werkzeuge, die Sie nutzen können
connectors-tools-description = So, wie sie genehmigt wurden. Ändert sich die Definition eines Werkzeugs, wird es zurückgehalten, bis es erneut genehmigt ist.
connectors-tools-empty = Keine Werkzeuge für Sie
connectors-tools-empty-text = Ihr Zugriff umfasst keines der Werkzeuge, die dieser Server jetzt anbietet. Fragen Sie die Werkzeuge an, die Sie brauchen.
connectors-ask-more = Mehr anfragen

# Zum KI-Client hinzufügen

connectors-add = Zu Ihrem KI-Client hinzufügen
connectors-add-description = Jeder Client meldet sich mit Ihrem persönlichen API-Schlüssel an.
connectors-need-key = Sie brauchen einen API-Schlüssel
connectors-have-keys = { $count ->
    [one] Sie haben einen API-Schlüssel
   *[other] Sie haben { $count } API-Schlüssel
}
# „API-Schlüssel“ ist ein Link, danach folgt der Name einer Variablen; beide Zeilen sind ein Satz.
connectors-make-key = Legen Sie unter { $page } einen an,
# Vor derselben zweiten Zeile.
connectors-another-key = Nutzen Sie einen, den Sie aufbewahrt haben, oder legen Sie unter { $page } einen weiteren an,
connectors-set-key = kopieren Sie ihn und hinterlegen Sie ihn als { $variable } dort, wo Ihr Client läuft. Die Codeausschnitte unten lesen ihn von dort; VS Code fragt danach.
connectors-keys-page = API-Schlüssel
connectors-add-cursor = Zu Cursor hinzufügen
connectors-add-vscode = Zu VS Code hinzufügen
connectors-claude-code = Claude Code: diesen Befehl ausführen
connectors-any-client = Jeder andere Client: .mcp.json
connectors-only-address = Adresse, für Clients, die danach fragen
# Ein zweiter Header folgt.
connectors-send-key = Senden Sie den Schlüssel als { $header } oder als
