### Gruppen von Personen und Jobrollen.

## Liste

groups-description = Personen, die gemeinsam Zugriff erhalten, und Jobrollen: Eine Regel für eine davon gilt für alle in ihr.
groups-what-for = Wofür sie da ist
groups-any-kind = Gruppen und Jobrollen
groups-kind-group = Gruppe
groups-kind-job-role = Jobrolle
groups-kind-help = Eine Jobrolle sagt, was Personen im Unternehmen tun. In Drawbridge selbst gibt sie keine Rechte.
groups-source = Herkunft
groups-empty = Noch nichts da
groups-empty-help = Legen Sie eine Gruppe an, um mehreren Personen auf einmal Zugriff zu geben, oder importieren Sie sie aus einer Datei.
groups-new = Neue Gruppe
groups-new-job-role = Neue Jobrolle
groups-name-example = Datenplattform
groups-what-for-question = Wofür ist sie da?
groups-import = Importieren
groups-export = Mit Mitgliedern exportieren

## Eine Gruppe

groups-add-somebody = Jemanden hinzufügen
groups-no-members = Noch niemand darin
groups-no-members-help = Fügen Sie Personen hinzu; was Regeln hier erlauben, funktioniert für sie sofort.
groups-add-title = Personen hinzufügen
groups-delete-question = { $name } löschen?
groups-delete-help = Das geht erst, wenn keine Regel sie mehr nennt. Die Personen bleiben.
groups-people = Personen
groups-people-help = Geben Sie Name, E-Mail-Adresse oder Abteilung ein. Mehrere auf einmal sind möglich.

## Import

groups-import-title = Gruppen und Jobrollen importieren
groups-import-description = Aus einer CSV-Datei mit einer Zeile je Mitglied. Nichts ändert sich, bevor Sie gesehen haben, was sich ändern würde.
groups-import-forbidden = dafür ist das Recht nötig, Benutzer zu verwalten; bitten Sie einen Administrator, die Datei zu importieren
groups-import-file = Datei wählen
groups-import-text = Zeilen der Datei
groups-import-text-help = Die erste Zeile nennt die Spalten: group und email, auf Wunsch auch kind (group oder job_role) und description. Eine Zeile ohne Adresse steht für eine Gruppe ohne Mitglieder.
groups-import-replace = Herausnehmen, wer nicht in der Datei steht
groups-import-replace-help = Nur aus Gruppen, die die Datei nennt. Sonst kommen Personen hinzu, und niemand wird herausgenommen.
groups-import-look = Zeigen, was sich ändern würde
groups-import-apply = Diese Änderungen vornehmen
groups-import-changes = Was sich ändern würde
groups-import-what = Änderung
groups-import-who-added = Hinzugefügt
groups-import-who-removed = Herausgenommen
