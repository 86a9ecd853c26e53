### Servers: what the server says ready-made. No browser is given this file.

servers-protocol = Protokoll
servers-limit-concurrent = Aufrufe zugleich
servers-limit-queue = Aufrufe, die warten dürfen
servers-limit-queue-wait = Längste Wartezeit (Sekunden)
servers-limit-per-person = Aufrufe einer Person zugleich
servers-limit-person-rate = Aufrufe einer Person in einer Minute
servers-limit-person-burst = Davon auf einmal nach einer Pause
servers-limit-rate = Aufrufe aller in einer Minute
servers-limit-burst = Von denen aller auf einmal nach einer Pause
servers-limit-tool-rate = Aufrufe eines Werkzeugs durch eine Person in einer Minute
servers-limit-tool-burst = Von denen eines Werkzeugs auf einmal nach einer Pause
servers-limit-first-byte = Bis eine Antwort beginnt (Sekunden)
servers-limit-idle = Längste Stille in einer Antwort (Sekunden)
servers-limit-total = Bis eine Antwort vollständig ist (Sekunden)
servers-limit-max-request = Größte Anfrage (Bytes)
servers-limit-max-answer = Größte Antwort (Bytes)
servers-limit-max-event = Größtes Ereignis (Bytes)
servers-limit-tools = Fristen einzelner Werkzeuge
servers-limit-tools-twice = { $tool } steht zweimal da
servers-limit-tools-none = keine
servers-limit-none = keine Grenze
servers-limit-set = { $value } (hier festgelegt)
servers-limit-default = { $value } (Vorgabe)
