### Aufrufe, so viele es sind.

calls-one = Aufruf
calls-more = Aufrufe
