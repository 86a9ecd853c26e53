### The catalog.

catalog-title = Catalog
catalog-description = Well-known MCP servers, vetted as templates. Ask for one, and an administrator reviews it.
catalog-browse = Browse the catalog
catalog-request-custom = Request a custom server
catalog-search = Search the catalog
catalog-categories = Categories
catalog-empty = Nothing in the catalog matches
catalog-empty-text = Try another word or category. If you know the server's address, ask for it as a custom server.
catalog-here = Already here
catalog-ask-access = Ask for access
catalog-show-all = Show everything

# How an entry stands

catalog-connected = Connected
catalog-requested = Requested
catalog-request = Request
catalog-request-named = Request { $title }
catalog-not-available = Not yet available
catalog-not-oauth = This server signs people in with OAuth. Drawbridge cannot do that for upstream servers yet, so it cannot be requested.
catalog-not-stdio = This server runs as a process on a machine (stdio). Drawbridge connects to servers over HTTP only so far, so it cannot be requested.
catalog-not-yet = Cannot be requested yet

# One entry

catalog-can-use = You can use a server of this entry already.
catalog-open-connector = Open the connector
catalog-asked = You have asked for it; the request is pending.
catalog-see-requests = See My requests
catalog-request-this = Request this server
catalog-key-ready = Have an API key ready
catalog-key-ready-text = The request asks for the key of this service. It is sealed at once, sent only to this server, and never shown again.
catalog-about = About this server
catalog-publisher = Publisher
catalog-registry-name = Registry name
catalog-version = Version
catalog-headers = Headers it asks for
catalog-documentation = Documentation
catalog-source-code = Source code
catalog-registry-entry = Registry entry
catalog-registry-entry-description = The template in the shape of the MCP Registry.
