### Was eine Definition braucht, im Akkusativ.

shapes-text = einen Text
shapes-json-object = ein JSON-Objekt
shapes-uri = eine `uri`
shapes-uritemplate = ein `uriTemplate`
shapes-name = einen `name`
