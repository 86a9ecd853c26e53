### Why something was refused or noted, in the audit log.

reasons-no-rule-allows-this = no rule allows this
reasons-allowed-by-rule = allowed by rule
reasons-denied-by-rule = denied by rule
reasons-denied-because-rule-could = denied because a rule could not be evaluated: { $error }
reasons-no-server-slug = there is no server `{ $slug }`
reasons-account-not-active = the account is not active
reasons-server-not-active = the server is not active
reasons-definition-changed-after = its definition changed after it was approved; an administrator has to approve the change
reasons-added-after-server-was = it was added after the server was approved; an administrator has to approve it
reasons-server-no-longer-offers = the server no longer offers it
reasons-not-among-approved = it is not among the approved definitions of this server
reasons-key-not-known = the API key is not known
reasons-key-was-revoked = the API key was revoked
reasons-key-has-expired = the API key has expired
reasons-key-owner-is = the owner of the API key is { $states }
reasons-not-api-key = not an API key
reasons-person-not-active = the person is not active
reasons-person-suspended = the person is suspended
reasons-wrong-password = wrong password
reasons-wrong-current-password = wrong current password while changing it
reasons-unknown-email-address = unknown email address
reasons-too-many-attempts = too many attempts
reasons-lacks-right-to = lacks the right to { $rights }
reasons-keys-for-others = keys for others are made at the command line only
reasons-only-super-links = only super administrators may make links for one
reasons-only-super-change = only super administrators may change one or make one
reasons-only-super-make = only super administrators may make one
reasons-only-super-suspend = only super administrators may suspend one
reasons-only-super-reactivate = only super administrators may reactivate one
reasons-definitions-differ = definitions differ from what was approved and are withheld
reasons-definitions-not-offered = approved definitions are not offered any more
reasons-definitions-again = definitions are again as they were approved
reasons-more = { $reasons } ({ NUMBER($n) } more like this were not recorded)

# crates/gateway
reasons-limit = limit { $limit }: { $limited }
reasons-further = { $reasons } (further refusals of this person in this minute are only counted)
reasons-access-ended = access ended while the call waited for its turn
reasons-task-of-another = the task was not started by this person
reasons-connection-ended = the connection ended before the answer
reasons-outcome-late = the outcome could not be recorded in time, so the answer was withheld
reasons-closed-early = the server closed the stream before it answered; the answer may follow on a resumed stream
reasons-asks-for-input = the server asks for input before it goes on
reasons-streamed = an answer of { NUMBER($bytes) } bytes was streamed; only its beginning is kept
