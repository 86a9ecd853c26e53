### Das Protokoll.

## Das Protokoll und die eigene Aktivität

audit-title = Protokoll
audit-description = Jede Aktion und jeder Aufruf, das Neueste zuerst.
audit-my-activity = Meine Aktivität
audit-my-activity-description = Was Sie getan haben, und die Aufrufe, die Ihre KI-Clients für Sie gemacht haben.
audit-no-match = Kein Ereignis passt
audit-no-match-help = Entfernen Sie einen Filter oder erweitern Sie den Zeitraum.
audit-empty = Noch ist nichts geschehen
audit-empty-help = Anmeldungen, Änderungen, Entscheidungen und jeder Aufruf über Drawbridge stehen künftig hier.

## Filter

audit-any-action = Alle Aktionen
audit-any-outcome = Alle Ergebnisse
audit-any-server = Alle Server
audit-anybody = Alle Personen
audit-outcome = Ergebnis
audit-ai-client = KI-Client
audit-correlation-id = Korrelations-ID

## Tabelle

audit-events = Ereignisse
audit-server-and-tool = Server und Werkzeug
audit-client = Client
audit-took = Dauer
audit-command-line = Kommandozeile
audit-not-signed-in = Nicht angemeldet

## Ein Ereignis

audit-what-happened = Was geschah
audit-policy-decision = Entscheidung der Regeln
audit-deciding-rules = Entscheidende Regeln
audit-rule-gone = eine Regel, die es nicht mehr gibt ({ $id })
audit-ask-access = Zugriff anfragen
audit-explain = Diese Entscheidung erklären
audit-to-what = Woran
audit-payload = Inhalt
audit-no-payload = Dieses Ereignis hat keinen Inhalt.
audit-shortened = Auf 64 KiB je Feld gekürzt; volle Länge: { $length }
audit-arguments = Argumente
audit-result = Antwort
audit-error = Fehler
audit-related = Zugehörige Ereignisse
audit-related-description = Alles, was dieselbe Anfrage ausgelöst hat, der Reihe nach.
audit-nothing-related = Unter dieser Korrelations-ID ist sonst nichts geschehen.
audit-this-event = { $action } (dieses Ereignis)
audit-chain = Platz in der Kette
audit-chain-description = Jedes Ereignis ist mit dem Hash des vorigen versiegelt: Wer eines ändert, macht alle folgenden ungültig.
audit-number = Nummer
audit-node = Knoten
audit-hash = Hash
audit-hash-before = Voriger Hash
audit-event-id = Ereignis-ID
audit-event = Ereignis
audit-open-as-page = Als Seite öffnen
