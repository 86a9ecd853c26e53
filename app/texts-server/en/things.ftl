### What is not found.

things-audit-event = audit event
things-catalog-entry = catalog entry
things-api-key = API key
things-link-still-works-one = a link that still works (this one was used, has expired or was replaced; ask your administrator for a new one)
things-connector = connector
things-group = group
things-link = link
things-request = request
things-rule = rule
things-server = server
things-session = session
things-user = user
things-this-page = this page
