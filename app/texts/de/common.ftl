### Wörter, die viele Seiten gemeinsam haben.

common-access = Zugriff
common-action = Aktion
common-active = Aktiv
common-add = Hinzufügen
common-address = Adresse
common-all = Alle
common-allow = Erlauben
common-approve = Genehmigen
common-asked = Angefragt
common-authentication = Authentifizierung
common-cancel = Abbrechen
common-close = Schließen
common-create = Anlegen
common-delete = Löschen
common-deny = Verbieten
common-department = Abteilung
common-description = Beschreibung
common-done = Fertig
common-edit = Bearbeiten
common-effect = Wirkung
common-email = E-Mail
common-ends = Gültig
common-no-end = kein Enddatum
common-entire-server = Ganzer Server
common-groups = Gruppen
common-id = ID
common-kind = Art
common-members = Mitglieder
common-name = Name
common-never = nie
common-notes = Notizen
common-open = Öffnen
common-optional = optional
common-password = Passwort
common-reject = Ablehnen
common-remove = Entfernen
common-request = Anfrage
common-risk = Risiko
common-role = Rolle
common-rules = Regeln
common-save = Speichern
common-see-all = Alle ansehen
common-server = Server
common-sessions = Sitzungen
common-sign-in = Anmelden
common-sign-out = Abmelden
common-slug = Kurzname
common-state = Zustand
common-status = Status
common-team = Team
common-test-connection = Verbindung testen
common-title = Position
common-tool = Werkzeug
common-tools = Werkzeuge
common-transport = Transport
common-try-again = Erneut versuchen
common-users = Personen
common-what-is-wrong = Was nicht stimmt
common-when = Wann
common-who = Wer
common-why = Warum
common-withdraw = Zurückziehen
common-count-tools = { $count ->
    [one] 1 Werkzeug
   *[other] { $count } Werkzeuge
}
common-count-servers = { $count ->
    [one] 1 Server
   *[other] { $count } Server
}
