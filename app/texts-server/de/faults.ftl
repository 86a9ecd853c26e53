### Was mit einem Server nicht stimmt: Verbindungstests, Prüfung von Adressen, Zustand.

faults-faults-advice = { $faults }; { $advice }
faults-header-name-cannot-sent = der Header `{ $name }` kann nicht gesendet werden: { $causes }
faults-server-refuses-credential-401 = der Server lehnt die Zugangsdaten ab (401)
faults-server-wants-sign-in = der Server verlangt eine Anmeldung mit OAuth (401)
faults-server-asks-for-credential = der Server verlangt Zugangsdaten (401)
faults-server-knows-credential-but = der Server kennt die Zugangsdaten, aber sie dürfen das nicht (403)
faults-server-forbids-access-without = der Server verbietet den Zugang ohne Zugangsdaten (403)
faults-server-sends-us-on = der Server verweist auf eine andere Adresse ({ $status }): { $url }
faults-server-sends-us-on-status = der Server verweist weiter ({ $status }), sagt aber nicht, wohin
faults-server-answers-status-with = der Server antwortet { $status } mit einer Webseite
faults-server-answers-status = der Server antwortet { $status }
faults-server-answers-with-web = der Server antwortet mit einer Webseite statt mit MCP
faults-server-answers-but-does = der Server antwortet, spricht aber kein MCP: { $causes }
faults-answer-malformed-causes = die Antwort ist fehlerhaft: { $causes }
faults-server-takes-method-but = der Server nimmt `{ $method }` an, gibt aber keine Antwort
faults-server-refuses-method-with = der Server lehnt `{ $method }` mit Fehler { $code } ab
faults-server-refuses-method-with-error = der Server lehnt `{ $method }` mit Fehler { $code } ab: { $message }
faults-event-stream-begins-with = der Ereignisstrom beginnt mit `{ $event }` und nicht mit der Adresse für Nachrichten
faults-server-wants-messages-sent = der Server will seine Nachrichten an eine andere Website: { $url }
faults-server-ends-event-stream = der Server beendet seinen Ereignisstrom, bevor er geantwortet hat
faults-server-speaks-no-revision = der Server spricht keine Fassung von MCP, die hier bekannt ist
faults-server-speaks-no-revision-mcp = der Server spricht keine Fassung von MCP, die hier bekannt ist, nur { $versions }
faults-no-answer-method-within = keine Antwort auf `{ $method }` innerhalb von { $seconds } Sekunden
faults-test-took-longer-than = der Test dauerte länger als { $seconds } Sekunden und wurde beendet
faults-answer-method-longer-than = die Antwort auf `{ $method }` ist länger als die Grenze von { $sizes }
faults-server-works-but-offers = der Server funktioniert, bietet aber keine Werkzeuge an
faults-server-offers-more-than = der Server bietet mehr als { $limit } { $kinds } an
faults-list-kinds-has-no = die Liste „{ $kinds }“ hat kein Ende
faults-server-offers-two-kinds = der Server bietet zwei { $kinds } mit dem Namen `{ $name }` an
faults-one-kinds-cannot-read = eines der Dinge unter „{ $kinds }“ ist nicht lesbar: { $causes }

# crates/net
faults-url-cannot-used-causes = die URL kann nicht genutzt werden: { $causes }
faults-host-may-not-connected = { $host } darf nicht angesprochen werden: Es ist { $addresses }
faults-host-may-not-connected-address = { $host } darf nicht angesprochen werden: Die Adresse { $address } ist { $addresses }
faults-name-host-has-no = der Name { $host } hat keine Adresse: { $causes }
faults-host-takes-no-connection = { $host } nimmt keine Verbindung an: { $causes }
faults-no-secure-connection-host = keine sichere Verbindung zu { $host }: { $causes }
faults-host-did-not-answer = { $host } hat nicht rechtzeitig geantwortet: { $seconds } Sekunden vergingen { $doings }
faults-host-did-not-answer-in = { $host } hat nicht rechtzeitig geantwortet: Die Frist verstrich { $doings }
faults-answer-host-longer-than = die Antwort von { $host } ist länger als die Grenze von { $sizes }
faults-connection-host-broke-causes = die Verbindung zu { $host } brach ab: { $causes }
faults-outbound-connections-cannot-set = ausgehende Verbindungen können nicht eingerichtet werden: { $causes }

# crates/gateway
faults-server-did-not-begin = der Server hat nicht rechtzeitig zu antworten begonnen
faults-server-cannot-reached-faults = der Server ist nicht erreichbar: { $faults }
faults-server-refuses-drawbridge-credential = der Server lehnt die Zugangsdaten von Drawbridge ab; bitten Sie Ihren Administrator, sie zu erneuern
faults-server-redirects-elsewhere-ask = der Server leitet weiter; bitten Sie Ihren Administrator, seine Adresse zu berichtigen
faults-server-address-not-allowed = die Adresse des Servers ist nicht erlaubt: { $faults }
faults-server-stored-credential-cannot = die gespeicherten Zugangsdaten des Servers sind nicht lesbar; bitten Sie Ihren Administrator, sie neu einzugeben
faults-server-answered-with-something = der Server antwortete mit etwas, das kein MCP ist ({ $what })
faults-server-broke-off-answer = der Server brach seine Antwort ab
faults-server-answer-larger-than = die Antwort des Servers ist größer als { $limit } Bytes
faults-drawbridge-shutting-down-call = Drawbridge wird beendet; rufen Sie erneut auf
faults-your-access-ended-while = Ihr Zugriff endete, während der Server antwortete
faults-tool-wants-arguments-headers = das Werkzeug will Argumente auf eine Weise in Kopfzeilen, die die Spezifikation verbietet; sein Hersteller muss das berichtigen
faults-too-many-questions-people = zu viele Fragen an Personen warten auf Antwort; beantworten Sie zuerst diese
faults-server-ended-session = der Server hat die Sitzung beendet
faults-client-did-not-answer = der Client hat die Frage des Servers nicht rechtzeitig beantwortet
faults-client-refused-server-question = der Client hat die Frage des Servers abgelehnt: { $why }
faults-call-that-requeststate-belongs = der Aufruf, zu dem dieser requestState gehört, wartet nicht mehr; beginnen Sie ihn ohne requestState neu
faults-server-answer-not-readable = die Antwort des Servers ist nicht lesbar: { $causes }
faults-tool-reported-error = das Werkzeug meldete einen Fehler
faults-client-took-nothing = der Client nahm { $time } lang nichts von seiner Antwort an, deshalb wurde seine Verbindung getrennt
faults-server-sent-event = der Server sandte ein Ereignis von mehr als { NUMBER($limit) } Bytes
