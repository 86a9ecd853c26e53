### Was jede Seite umgibt: Navigation, Banner, Menüs, Befehlspalette, Tastenkürzel.

# Navigation
shell-workspace = Arbeitsplatz
shell-admin = Verwaltung
shell-home = Start
shell-connectors = Meine Verbindungen
shell-catalog = Katalog
shell-requests = Meine Anfragen
shell-activity = Meine Aktivität
shell-keys = API-Schlüssel
shell-inbox = Eingang
shell-servers = Server
shell-policies = Richtlinien
shell-users = Personen
shell-groups = Gruppen
shell-audit = Protokoll
shell-waiting = warten
shell-nav-label = Hauptnavigation
shell-nav-menu-label = Hauptnavigation als Menü
shell-skip = Zum Inhalt springen
shell-open-nav = Navigation öffnen
shell-close-nav = Navigation schließen
shell-toggle-sidebar = Seitenleiste ein- oder ausklappen

# The person's menu
shell-account-menu = : Kontomenü
shell-profile = Profil und Passwort
shell-api-docs = API-Dokumentation
shell-theme = Farbschema
shell-light = Hell
shell-dark = Dunkel
shell-system = System
shell-language = Sprache
shell-density = Dichte
shell-comfortable = Normal
shell-compact = Kompakt

# Banners
shell-banners = Über diese Installation
shell-demo = Beispieldaten. Personen, Server und Aktivität sind erfunden; geben Sie keine echten Geheimnisse ein.
shell-insecure = Diese Konsole läuft über unverschlüsseltes http: Jeder im Netz kann Passwörter und Schlüssel mitlesen. Stellen Sie sie hinter https.
shell-best-effort = Aufrufe warten nicht auf ihre Einträge im Protokoll: Einträge können verloren gehen, das Protokoll kann also lückenhaft sein.
shell-loopback = Entwicklung: Server auf den eigenen Adressen dieses Rechners sind erlaubt.

# Notifications in the frame
shell-notifications = Benachrichtigungen
shell-notifications-unread = { $count ->
    [one] Benachrichtigungen, 1 ungelesen
   *[other] Benachrichtigungen, { $count } ungelesen
}
shell-notifications-all = Alle Benachrichtigungen

# Command palette
shell-search = Suchen oder springen…
shell-search-short = Suchen
shell-palette = Befehlspalette
shell-palette-placeholder = Seite, Server, Person oder Aktion eingeben
shell-palette-none = Nichts gefunden für „{ $words }“.
shell-palette-pages = Seiten
shell-palette-actions = Aktionen
shell-palette-results = { $count ->
    [0] Keine Ergebnisse
    [one] 1 Ergebnis
   *[other] { $count } Ergebnisse
}
shell-palette-move = bewegen
shell-palette-choose = öffnen
shell-palette-leave = schließen
shell-action-request = Eigenen Server anfragen
shell-action-key = API-Schlüssel anlegen
shell-action-server = Server hinzufügen
shell-action-rule = Regel anlegen
shell-action-invite = Jemanden einladen
shell-action-group = Gruppe anlegen
shell-action-light = Helles Farbschema
shell-action-dark = Dunkles Farbschema
shell-action-system = Farbschema des Systems
shell-action-denials = Verweigertes ansehen
shell-kind-server = Server
shell-kind-connector = Verbindung
shell-kind-entry = Katalog
shell-kind-user = Person
shell-kind-group = Gruppe

# Shortcuts
shell-shortcuts = Tastenkürzel
shell-shortcuts-everywhere = Überall
shell-shortcuts-go = Gehe zu
shell-shortcuts-lists = In Listen
shell-shortcuts-review = Auf einer Prüfseite
shell-key-control = Strg
shell-key-palette = Suchen, springen, handeln
shell-key-help = Diese Übersicht
shell-key-search = Liste der Seite filtern
shell-key-then = dann
shell-key-next = Nächste Zeile
shell-key-previous = Vorige Zeile
shell-key-open = Zeile öffnen, oder die erste
shell-key-approve = Zur Genehmigung
shell-key-reject = Ablehnung schreiben
shell-key-test = Verbindung testen

# Toasts
shell-undo = Rückgängig
shell-leave = Ihre Änderungen sind nicht gespeichert. Seite verlassen und sie verlieren?
