### Wer jetzt worauf Zugriff hat: was der Server fertig formuliert. Kein Browser bekommt diese Datei.

access-title = Zugriff jetzt
access-of-person = Server, die dieser Person in diesem Augenblick offenstehen, und solche, die eine Regel verbietet.
access-of-group = Server, die die Regeln dieser Gruppe oder Jobrolle öffnen oder verbieten. Mitglieder haben durch andere Regeln vielleicht mehr oder weniger.
access-who-has-access = Wer jetzt Zugriff hat
access-of-server = { $count ->
    [one] Eine Person kann diesen Server nutzen.
   *[other] { $count } Personen können diesen Server nutzen.
}
access-none = Kein Zugriff
access-person-none = Keine Regel öffnet dieser Person einen Server.
access-group-none = Keine Regel über diese Gruppe oder Jobrolle öffnet oder verbietet einen Server.
access-nobody = Niemand
access-nobody-help = Der Server ist nicht eingeschaltet, oder keine Regel öffnet ihn jemandem.
access-tools = { NUMBER($some) } von { NUMBER($all) }
access-tools-under-conditions = { NUMBER($some) } von { NUMBER($all) }, unter Bedingungen
access-denied = Verweigert
access-block = Auf diesem Server sperren
access-unblock = Entsperren
access-extend = Um { NUMBER($days) } Tage verlängern
access-unknown-principal = wählen Sie eine Person, eine Gruppe oder eine Jobrolle
