### What went wrong with a server: connection tests, checks of addresses, health.

faults-faults-advice = { $faults }; { $advice }
faults-header-name-cannot-sent = the header `{ $name }` cannot be sent: { $causes }
faults-server-refuses-credential-401 = the server refuses the credential (401)
faults-server-wants-sign-in = the server wants a sign-in by OAuth (401)
faults-server-asks-for-credential = the server asks for a credential (401)
faults-server-knows-credential-but = the server knows the credential, but it may not do this (403)
faults-server-forbids-access-without = the server forbids access without a credential (403)
faults-server-sends-us-on = the server sends us on to another address ({ $status }): { $url }
faults-server-sends-us-on-status = the server sends us on ({ $status }), but does not say where
faults-server-answers-status-with = the server answers { $status } with a web page
faults-server-answers-status = the server answers { $status }
faults-server-answers-with-web = the server answers with a web page instead of MCP
faults-server-answers-but-does = the server answers, but does not speak MCP: { $causes }
faults-answer-malformed-causes = the answer is malformed: { $causes }
faults-server-takes-method-but = the server takes `{ $method }`, but gives no answer
faults-server-refuses-method-with = the server refuses `{ $method }` with error { $code }
faults-server-refuses-method-with-error = the server refuses `{ $method }` with error { $code }: { $message }
faults-event-stream-begins-with = the event stream begins with `{ $event }` and not with the address for messages
faults-server-wants-messages-sent = the server wants its messages sent to another site: { $url }
faults-server-ends-event-stream = the server ends its event stream before it has answered
faults-server-speaks-no-revision = the server speaks no revision of MCP that is known here
faults-server-speaks-no-revision-mcp = the server speaks no revision of MCP that is known here, only { $versions }
faults-no-answer-method-within = no answer to `{ $method }` within { NUMBER($seconds) } seconds
faults-test-took-longer-than = the test took longer than { NUMBER($seconds) } seconds and was ended
faults-answer-method-longer-than = the answer to `{ $method }` is longer than the limit of { $sizes }
faults-server-works-but-offers = the server works, but offers no tools
faults-server-offers-more-than = the server offers more than { NUMBER($limit) } { $kinds }
faults-list-kinds-has-no = the list of { $kinds } has no end
faults-server-offers-two-kinds = the server offers two { $kinds } named `{ $name }`
faults-one-kinds-cannot-read = one of the { $kinds } cannot be read: { $causes }

# crates/net
faults-url-cannot-used-causes = the URL cannot be used: { $causes }
faults-host-may-not-connected = { $host } may not be connected to: it is { $addresses }
faults-host-may-not-connected-address = { $host } may not be connected to: its address { $address } is { $addresses }
faults-name-host-has-no = the name { $host } has no address: { $causes }
faults-host-takes-no-connection = { $host } takes no connection: { $causes }
faults-no-secure-connection-host = no secure connection to { $host }: { $causes }
faults-host-did-not-answer = { $host } did not answer in time: { NUMBER($seconds) } seconds passed while { $doings }
faults-host-did-not-answer-in = { $host } did not answer in time: the deadline passed while { $doings }
faults-answer-host-longer-than = the answer of { $host } is longer than the limit of { $sizes }
faults-connection-host-broke-causes = the connection to { $host } broke: { $causes }
faults-outbound-connections-cannot-set = outbound connections cannot be set up: { $causes }

# crates/gateway
faults-server-did-not-begin = the server did not begin to answer in time
faults-server-cannot-reached-faults = the server cannot be reached: { $faults }
faults-server-refuses-drawbridge-credential = the server refuses Drawbridge's credential; ask your administrator to renew it
faults-server-redirects-elsewhere-ask = the server redirects elsewhere; ask your administrator to correct its address
faults-server-address-not-allowed = the server's address is not allowed: { $faults }
faults-server-stored-credential-cannot = the server's stored credential cannot be opened; ask your administrator to enter it again
faults-server-answered-with-something = the server answered with something that is not MCP ({ $what })
faults-server-broke-off-answer = the server broke off its answer
faults-server-answer-larger-than = the server's answer is larger than { NUMBER($limit) } bytes
faults-drawbridge-shutting-down-call = Drawbridge is shutting down; call again
faults-your-access-ended-while = your access ended while the server answered
faults-tool-wants-arguments-headers = the tool wants arguments in headers in a way that the specification forbids; its maker has to mend that
faults-too-many-questions-people = too many questions to people wait for answers; answer those first
faults-server-ended-session = the server ended the session
faults-client-did-not-answer = the client did not answer the server's question in time
faults-client-refused-server-question = the client refused the server's question: { $why }
faults-call-that-requeststate-belongs = the call that this requestState belongs to is no longer waiting; begin it again without requestState
faults-server-answer-not-readable = the server's answer is not readable: { $causes }
faults-tool-reported-error = the tool reported an error
faults-client-took-nothing = the client took nothing of its answer for { $time }, so its connection was cut
faults-server-sent-event = the server sent an event larger than { NUMBER($limit) } bytes
