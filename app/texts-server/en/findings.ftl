### What a step of a connection test found when it went well.

findings-not-reached = Not reached
findings-server-accepts-credential = The server accepts the credential
findings-server-asks-for-no = The server asks for no credential
findings-address-takes-connections = { $address } takes connections
findings-plain-http-connection-not = Plain http: the connection is not encrypted
findings-version-valid-certificate = { $version }, valid certificate
findings-mcp-version-info = MCP { $version } (HTTP+SSE), { $info }; the server uses the older transport from 2024, which is supported
findings-mcp-version = MCP { $version } (HTTP+SSE); the server uses the older transport from 2024, which is supported
findings-offers = { $offers }
