### Gruppen von Personen.

## Liste

groups-description = Personen, die gemeinsam Zugriff erhalten: Eine Regel für eine Gruppe gilt für alle in ihr.
groups-what-for = Wofür sie da ist
groups-empty = Noch keine Gruppen
groups-empty-help = Legen Sie eine an, um mehreren Personen auf einmal Zugriff zu geben.
groups-new = Neue Gruppe
groups-name-example = Datenplattform
groups-what-for-question = Wofür ist sie da?
groups-create = Gruppe anlegen

## Eine Gruppe

groups-add-somebody = Jemanden hinzufügen
groups-no-members = Noch niemand darin
groups-no-members-help = Fügen Sie Personen hinzu; was die Gruppe nutzen darf, funktioniert für sie sofort.
groups-add-title = Jemanden zur Gruppe hinzufügen
groups-nobody-has-email = hier hat niemand diese E-Mail-Adresse; laden Sie die Person zuerst ein
groups-delete-question = Diese Gruppe löschen?
groups-delete = Gruppe löschen
groups-delete-help = Regeln für die Gruppe gewähren nichts mehr; ihre Mitglieder verlieren, was nur die Gruppe erlaubt hat. Die Personen bleiben.
groups-people = Personen
groups-people-help = Geben Sie Name, E-Mail-Adresse oder Abteilung ein. Mehrere auf einmal sind möglich.
groups-choose-somebody = wählen Sie jemanden aus
