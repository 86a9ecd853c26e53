### Wessen Aufrufe eine Grenze zählt.

whose-server-person = Ihre Nutzung dieses Servers
whose-tool-person = Ihre Nutzung dieses Werkzeugs
whose-server = dieser Server
