### What Drawbridge was doing when the time ran out.

doings-connecting = connecting
doings-waiting-for-answer = waiting for the answer
doings-looking-up-name = looking up the name
doings-agreeing-on-tls = agreeing on TLS
