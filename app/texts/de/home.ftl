### Die Startseite.

home-welcome = Willkommen, { $name }

# Die Organisation: Zahlen

home-today = Heute
home-pending = Offene Anfragen
home-pending-hint = warten auf eine Entscheidung
home-pending-none = nichts wartet
home-calls-today = Aufrufe heute
home-calls-failed = { $count ->
    [0] keiner fehlgeschlagen
   *[other] { $count } fehlgeschlagen
}
home-against-yesterday = verglichen mit denselben Stunden gestern
home-against-week = verglichen mit den 7 Tagen davor
home-active-people = Personen mit Aufrufen
home-active-people-hint = { $users ->
    [one] von 1 Person, letzte 7 Tage
   *[other] von { $users } Personen, letzte 7 Tage
}
home-denied-today = Heute verweigert
home-denied-today-hint = abgelehnte Aufrufe und Änderungen
home-active-servers = Aktive Server
home-active-servers-hint = können aufgerufen werden

# Die Organisation: Diagramme

home-by-hour = Aufrufe pro Stunde
home-by-hour-description = Die letzten 24 Stunden, in UTC.
home-by-hour-empty = Keine Aufrufe in den letzten 24 Stunden. Sie erscheinen hier, sobald ein Client ein Werkzeug über Drawbridge aufruft.
home-top-tools = Meistgenutzte Werkzeuge
home-top-tools-description = Die meisten Aufrufe der letzten 7 Tage.
home-top-tools-empty = Keine Aufrufe in den letzten 7 Tagen.
home-chart-hour = Stunde (UTC)
home-chart-calls = Aufrufe
home-chart-succeeded = Erfolgreich
home-chart-failed = Fehlgeschlagen

# Die Organisation: Listen

home-waiting = Wartende Anfragen
home-waiting-open = Eingang öffnen
home-waiting-empty = Nichts zu entscheiden
home-waiting-empty-text = Neue Anfragen erscheinen hier und im Eingang.
home-denials = Zuletzt verweigert
home-denials-empty = Nichts verweigert
home-denials-empty-text = Aufrufe und Änderungen, die eine Regel verweigert, erscheinen hier mit dem Grund.

# Die eigene Ansicht

home-needs-key = Noch ein Schritt: ein API-Schlüssel
home-needs-key-text = Sie können Server nutzen, aber Ihr KI-Client braucht einen Schlüssel, um sie zu erreichen.
home-needs-key-make = API-Schlüssel anlegen
home-catalog = Katalog
home-connectors-empty-text = Suchen Sie im Katalog einen Server und fragen Sie ihn an. Sobald er genehmigt ist, fügen Sie ihn von hier aus Ihrem KI-Client hinzu.
home-more = und { $more } weitere
home-requests-empty-text = Fragen Sie einen Server aus dem Katalog oder einen eigenen an; hier sehen Sie, wie es darum steht.
home-calls = Meine letzten Aufrufe
home-activity = Meine Aktivität
home-calls-empty = Noch keine Aufrufe
home-calls-empty-text = Fügen Sie Ihrem KI-Client eine Verbindung hinzu; was er für Sie aufruft, erscheint hier.
