### Gruppen: was der Server fertig sagt. Kein Browser bekommt diese Datei.

groups-source-manual = Von Hand
groups-source-csv = CSV-Datei
groups-nobody-has-email = hier hat niemand diese E-Mail-Adresse; laden Sie die Person zuerst ein
groups-choose-somebody = wählen Sie jemanden aus
groups-import-nothing = Alles ist schon so, wie die Datei es sagt. Nichts würde sich ändern.
groups-import-again = Die Datei oder die Gruppen sind nicht mehr wie zuvor. Sehen Sie sich dies an, bevor Sie es vornehmen.
groups-import-new = Neu
groups-import-new-description = Neue Beschreibung
groups-import-more = { $count ->
    [one] 1 weitere Gruppe ändert sich.
   *[other] { $count } weitere Gruppen ändern sich.
}
groups-import-made = { $count ->
    [one] 1 neue Gruppe oder Jobrolle
   *[other] { $count } neue Gruppen und Jobrollen
}
groups-import-described = { $count ->
    [one] 1 neue Beschreibung
   *[other] { $count } neue Beschreibungen
}
groups-import-added = { $count ->
    [one] 1 Mitglied hinzugefügt
   *[other] { $count } Mitglieder hinzugefügt
}
groups-import-removed = { $count ->
    [one] 1 Mitglied herausgenommen
   *[other] { $count } Mitglieder herausgenommen
}
groups-and-more = { $names } und { NUMBER($count) } weitere
groups-line = Zeile { $number }
