### Why it went wrong, after a colon.

causes-empty = it is empty
causes-longer-than-2048-characters = it is longer than 2048 characters
causes-does-not-begin-with = it does not begin with https://
causes-scheme-not-https = `{ $scheme }` is not https
causes-holds-user-name-password = it holds a user name or password; send credentials in a header
causes-has-fragment-which-servers = it has a fragment (`#…`), which servers never see
causes-port-0 = its port is 0
causes-names-no-host = it names no host
causes-plain-http-can-read = plain http can be read and changed on the way; use https
causes-certificate-not-signed-by = its certificate is not signed by a trusted authority
causes-certificate-for-another-name = its certificate is for another name
causes-certificate-has-expired = its certificate has expired
causes-certificate-not-valid-yet = its certificate is not valid yet
causes-certificate-was-revoked = its certificate was revoked
causes-certificate-cannot-used-why = its certificate cannot be used: { $why }
causes-what-answers-there-does = what answers there does not speak TLS
causes-ended-handshake-causes = it ended the handshake: { $causes }
causes-offers-no-version-tls = it offers no version of TLS that is still safe
causes-does-not-know-name = it does not know this name
causes-asks-for-client-certificate = it asks for a client certificate
causes-connection-was-refused = the connection was refused
causes-connection-was-reset = the connection was reset
causes-connection-was-closed-early = the connection was closed early
causes-host-cannot-reached = the host cannot be reached
causes-network-cannot-reached = the network cannot be reached
causes-connection-timed-out = the connection timed out
causes-name-exists-but-without = the name exists, but without an address
causes-extra-trusted-certificate-no = an extra trusted certificate is no PEM: { $error }
causes-extra-trusted-certificate-no-use = an extra trusted certificate is no use: { $error }
causes-extra-trusted-certificate-holds = an extra trusted certificate holds no PEM block `CERTIFICATE`

# crates/upstream
causes-no-error = it is no error
causes-answer-method-not-what = its answer to `{ $method }` is not what the protocol says: { $error }
causes-answer-method-not-what-protocol = its answer to `{ $method }` is not what the protocol says
causes-answer-has-no-content = the answer has no content type
causes-answer-type-not-json = the answer is `{ $type }`, not JSON
causes-answer-type-not-event = the answer is `{ $type }`, not an event stream
causes-address-for-messages-no = its address for messages is no URL
causes-answer-method-answers = its answer to `{ $method }` { $answers }
causes-name-may-hold-letters = its name may hold letters, digits and `-` only
causes-header-belongs-protocol-itself = this header belongs to the protocol itself
causes-value-holds-characters-cannot = its value holds characters that cannot stand in a header, such as line breaks

# crates/guard: definitions that cannot be fingerprinted
causes-definition-has-bytes-bytes = the definition has { NUMBER($bytes) } bytes; at most { NUMBER($max) } are accepted, so the server has to shorten it
causes-definition-nests-deeper-than = the definition nests deeper than { NUMBER($max) } levels at byte { NUMBER($at) }; the server has to flatten it
causes-definition-not-valid-json = the definition is not valid JSON: { $syntax } at byte { NUMBER($at) }; the server has to correct it
causes-definition-has-key-key = the definition has the key { $key } twice in one object; the server has to name each key once
causes-definitions-definition-needs-shapes = a { $definitions } definition needs { $shapes }; the server has to correct it

# crates/mcp: answers that cannot be read
causes-answer-unreadable-causes = the answer is unreadable: { $causes }
causes-answer-not-json-rpc = the answer is not a JSON-RPC message: { $causes }
causes-answer-json-rpc-request = the answer is a JSON-RPC request or notification, not a response
causes-body-empty-send-one = the body is empty; send one JSON-RPC message
causes-body-too-long-scanned = the body is too long to be scanned; send less than 4 GiB
causes-byte-at-not-valid = byte { NUMBER($at) } is not valid UTF-8; JSON-RPC bodies must be UTF-8
causes-json-text-ends-at = the JSON text ends at byte { NUMBER($at) } inside a value; it was cut off or a bracket is missing
causes-unexpected-byte-0x-byte = unexpected byte 0x{ $byte } at byte { NUMBER($at) }; the body is not valid JSON
causes-malformed-number-at-byte = malformed number at byte { NUMBER($at) }; write it as JSON does, without leading zeros or plus sign
causes-number-at-byte-at = the number at byte { NUMBER($at) } is out of range; send it as a string
causes-invalid-escape-sequence-at = invalid escape sequence at byte { NUMBER($at) }; JSON knows \" \\ \/ \b \f \n \r \t and \uXXXX
causes-lone-surrogate-escape-at = lone surrogate escape at byte { NUMBER($at) }; escape both halves of the pair or write the character
causes-unescaped-control-character-at = unescaped control character at byte { NUMBER($at) }; escape it as \uXXXX
causes-nested-deeper-than-max = nested deeper than { NUMBER($max) } levels at byte { NUMBER($at) }; flatten the value
causes-duplicate-object-key-at = duplicate object key at byte { NUMBER($at) }; name every key once
causes-reserved-object-key-at = reserved object key at byte { NUMBER($at) }; rename the key
causes-unexpected-data-after-json = unexpected data after the JSON value at byte { NUMBER($at) }; send one message per request
causes-body-must-json-object = the body must be a JSON object, not a bare value
causes-json-rpc-batches-are = JSON-RPC batches are not part of this protocol version; send one message per request
causes-batch-empty-send-at = the batch is empty; send at least one message
causes-batch-holds-more-than = the batch holds more than { NUMBER($max) } messages; split it
causes-message-must-json-object = the message must be a JSON object
causes-member-jsonrpc-must-2 = member jsonrpc must be "2.0"
causes-message-must-have-exactly = the message must have exactly one of method, result and error
causes-member-method-must-non = member method must be a non-empty string
causes-member-id-must-not = member id must not be null; use a string or number
causes-member-id-must-string = member id must be a string or number
causes-member-params-must-object = member params must be an object
causes-method-needs-id-request = this method needs an id; it is a request, not a notification
causes-notifications-must-not-have = notifications must not have an id
causes-member-differs-from-member = a member differs from { $member } in case only; member names are case-sensitive, remove it
causes-result-must-have-id = a result must have the id of its request
