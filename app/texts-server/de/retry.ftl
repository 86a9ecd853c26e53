### Wann man es noch einmal versucht.

retry-second = versuchen Sie es in einer Sekunde noch einmal
retry-seconds = versuchen Sie es in { NUMBER($seconds) } Sekunden noch einmal
