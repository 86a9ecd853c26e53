### Warum eine Grenze des Datenpfads einen Aufruf ablehnt.

limited-rate = { $whose } ist auf { NUMBER($most) } { $calls } in der Minute begrenzt; { $retry }
limited-breaker = dieser Server hat mehrmals hintereinander nicht geantwortet, deshalb werden keine Aufrufe gesendet; { $retry }
limited-listening = diesem Server hören so viele Clients zu, wie es dürfen; versuchen Sie es gleich noch einmal
limited-queue = dieser Server bearbeitet { NUMBER($most) } Aufrufe zugleich, und so viele, wie warten dürfen, warten schon; versuchen Sie es gleich noch einmal
limited-wait = dieser Server war { NUMBER($seconds) } Sekunden lang mit anderen Aufrufen beschäftigt; versuchen Sie es gleich noch einmal
limited-person = bei diesem Server laufen schon { NUMBER($most) } { $underway }, und mehr dürfen es nicht sein; beenden Sie erst etwas davon
