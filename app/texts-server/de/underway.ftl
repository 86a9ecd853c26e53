### Was von jemandem bei einem Server läuft.

underway-streams = Ihrer Streams zum Zuhören
underway-call = Ihrer Aufrufe
underway-calls = Ihrer Aufrufe
