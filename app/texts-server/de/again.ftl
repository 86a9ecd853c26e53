### Warum eine Verbindung erneut getestet werden muss.

again-connection-has-not-been = Die Verbindung wurde noch nicht getestet.
again-last-connection-test-failed = Der letzte Verbindungstest ist fehlgeschlagen.
again-digest-definitions-you-reviewed = Die Prüfsumme der Definitionen, die Sie geprüft haben, fehlt.
again-tool-list-has-changed = Die Werkzeugliste hat sich geändert, seit Sie sie angesehen haben.
