### Was ein Schritt eines Verbindungstests ergab, wenn er gut ging.

findings-not-reached = Nicht erreicht
findings-server-accepts-credential = Der Server nimmt die Zugangsdaten an
findings-server-asks-for-no = Der Server verlangt keine Zugangsdaten
findings-address-takes-connections = { $address } nimmt Verbindungen an
findings-plain-http-connection-not = Einfaches http: Die Verbindung ist nicht verschlüsselt
findings-version-valid-certificate = { $version }, gültiges Zertifikat
findings-mcp-version-info = MCP { $version } (HTTP+SSE), { $info }; der Server nutzt den älteren Transport von 2024, der unterstützt wird
findings-mcp-version = MCP { $version } (HTTP+SSE); der Server nutzt den älteren Transport von 2024, der unterstützt wird
findings-offers = { $offers }
