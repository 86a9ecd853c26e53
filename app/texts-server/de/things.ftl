### Was nicht gefunden wird.

things-audit-event = Audit-Ereignis
things-catalog-entry = Katalogeintrag
things-api-key = API-Schlüssel
things-link-still-works-one = ein Link, der noch gilt (dieser wurde benutzt, ist abgelaufen oder wurde ersetzt; bitten Sie Ihren Administrator um einen neuen)
things-connector = Konnektor
things-group = Gruppe
things-link = Link
things-request = Anfrage
things-rule = Regel
things-server = Server
things-session = Sitzung
things-user = Person
things-this-page = diese Seite
