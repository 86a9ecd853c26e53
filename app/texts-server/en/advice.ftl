### What to do about it.

advice-correct-header-copy-name = correct the header; copy name and value exactly as the server's documentation says
advice-check-name-header-prefix = check the name of the header, a prefix such as `Bearer`, and that the key is still valid
advice-check-name-header-prefix-such = check the name of the header, a prefix such as `Bearer`, and that the key is still valid; this server also offers OAuth, which cannot be used yet
advice-servers-need-oauth-cannot = servers that need OAuth cannot be connected yet; if the vendor also issues API keys, choose authentication by API key
advice-choose-authentication-by-api = choose authentication by API key and enter the header that the server expects
advice-give-key-rights-needs = give the key the rights that it needs at the vendor, or use another key
advice-enter-credential-ask-server = enter a credential, or ask the server's operator to let Drawbridge's address in
advice-redirects-are-not-followed = redirects are not followed; if you trust the new address, enter it instead
advice-check-path-mcp-endpoints = check the path: MCP endpoints are often at the site's address followed by /mcp, those of the older HTTP+SSE by /sse
advice-check-path-transport = check the path and the transport: at this address the server speaks neither the one that was chosen nor an older one
advice-server-limits-how-often = the server limits how often it is asked; wait a while and test again
advice-server-itself-has-problem = the server itself has a problem; look into its log or ask its operator, then test again
advice-check-address-authentication-against = check the address and the authentication against the server's documentation
advice-enter-address-mcp-endpoint = enter the address of the MCP endpoint itself, often the site's address followed by /mcp
advice-check-in-server-documentation = check in the server's documentation that this is its MCP endpoint and that it speaks Streamable HTTP or HTTP+SSE
advice-fault-server-report-maintainer = this is a fault of the server; report it to its maintainer
advice-check-address-mcp-endpoint = check that the address is an MCP endpoint, and look into the server's log for the reason
advice-check-address-event-streams = check the address: event streams of HTTP+SSE are often at the site's address followed by /sse
advice-messages-credentials-stay-at = messages and credentials stay at the site whose address was entered; ask the server's operator to correct the address that the server gives
advice-look-into-server-log = look into the server's log, and let event streams stay open in every proxy in front of it
advice-update-server-drawbridge-if = update the server, or Drawbridge if the server is newer
advice-check-address-mcp-endpoint-server = check that the address is an MCP endpoint and that the server is not overloaded, then test again
advice-check-address-mcp-endpoint-answers = check that the address is an MCP endpoint; answers of this length are cut off to protect the other users
advice-check-server-set-up = check that the server is set up completely and that the credential has access to its tools; without tools there is nothing to approve
advice-ask-server-operator-offer = ask the server's operator to offer a smaller set, for example by a path of its own

# crates/net
advice-enter-full-https-address = enter the full https address of the server's MCP endpoint
advice-use-address-machine-runs = use the address of the machine it runs on; for development, start Drawbridge with DRAWBRIDGE_ALLOW_LOOPBACK=true
advice-ask-administrator-allow-private = ask an administrator to allow private addresses for this server
advice-use-ordinary-public-address = use an ordinary public address; addresses of this kind are never connected to
advice-check-spelling-host-exists = check the spelling of the host, and that it exists in the DNS that Drawbridge uses
advice-check-port-server-running = check the port, that the server is running, and that no firewall stands between it and Drawbridge
advice-give-server-certificate-public = give the server a certificate of a public authority, or add the private authority to the trusted certificates of the machine that runs Drawbridge
advice-use-name-certificate-was = use the name that the certificate was made for, or get a certificate for this name
advice-renew-server-certificate-check = renew the server's certificate, and check the clocks of both machines
advice-check-port-https-usually = check the port: https is usually on 443
advice-check-tls-setup-server = check the TLS setup of the server; TLS 1.2 or 1.3 is needed
advice-check-server-running-not = check that the server is running and not overloaded, then try again
advice-check-address-mcp-endpoint-answers-are = check that the address is an MCP endpoint, and that its answers are not this long
advice-check-server-log-address = check the server's log, and that the address is that of an HTTP server
advice-check-settings-certificates-machine = check the settings and the certificates of the machine that runs Drawbridge
