### What a definition needs.

shapes-text = a text
shapes-json-object = a JSON object
shapes-uri = a `uri`
shapes-uritemplate = a `uriTemplate`
shapes-name = a `name`
