### Wobei die Zeit ablief.

doings-connecting = beim Verbinden
doings-waiting-for-answer = beim Warten auf die Antwort
doings-looking-up-name = beim Nachschlagen des Namens
doings-agreeing-on-tls = beim Aushandeln von TLS
