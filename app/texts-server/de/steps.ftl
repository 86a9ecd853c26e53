### Schritte eines Verbindungstests.

steps-reachable = Erreichbar
steps-tls = TLS
steps-authentication = Authentifizierung
steps-mcp-handshake = MCP-Handshake
steps-tool-list = Werkzeugliste
