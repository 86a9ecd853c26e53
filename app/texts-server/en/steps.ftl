### Steps of a connection test.

steps-reachable = Reachable
steps-tls = TLS
steps-authentication = Authentication
steps-mcp-handshake = MCP handshake
steps-tool-list = Tool list
