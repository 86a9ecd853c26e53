### Requests, as the people who ask see them.

# The list

requests-title = My requests
requests-description = What you asked for, and how it stands.
requests-any-state = Any state
requests-search = Search my requests
requests-decided-by = Decided by
requests-none-match = No request matches
requests-none-match-text = Clear the filter to see all your requests.
requests-empty = No requests yet
requests-empty-text = Ask for a server from the catalog, or for one that you know the address of.

# What is asked for, and why

requests-urgent = Urgent
requests-tools-wanted = Tools wanted
requests-values-sealed = values sealed
requests-values-with-server = values sealed with the server
requests-values-deleted = values deleted
requests-headers = Headers ({ $values })
requests-environment = Environment ({ $values })
requests-catalog-entry = Catalog entry
requests-why-needed = Why it is needed
requests-use-case = Use case
requests-expected-value = Expected value
requests-alternatives = Alternatives considered

# The decision

requests-covers = Covers
requests-what-to-fix = What would make it right
requests-use-instead = Use instead
requests-whom-to-ask = Whom to ask
requests-reason = Reason

# What does the same

requests-open-server = Open the server
requests-can-use = You can use it already
requests-ask-access = Ask for access instead
requests-open-request = Open the request
requests-open-yours = Open your request

# One request

requests-inbox = Inbox
requests-by = Requested by { $name }
requests-withdraw = Withdraw this request?
requests-withdraw-text = Nobody will decide about it any more, and its secret values are forgotten. You can send it again later.
requests-decision = Decision
requests-asked-for = What was asked for
requests-history = History
requests-replaces = The request that this one replaces
requests-send-again = Change and send again
requests-open-review = Open the review
requests-waiting = Waiting for a decision
requests-waiting-text = An administrator tests the connection and reviews the request. You get a notification when it is decided.
requests-approved = Approved: you can use it
requests-approved-add = Add it to your AI client
requests-approved-ended = Approved, but your access has ended since
requests-approved-ended-again = Ask for access again
requests-rejected = Rejected
requests-rejected-text = The reason is below. Change what was asked for and send it again.

# The form

requests-access-to = Request access to { $server }
requests-custom-description = An MCP server that is not in the catalog. An administrator tests and reviews it before anybody can use it.
requests-discard = Discard the draft
requests-why-help = What the reviewer decides by. The clearer it is, the sooner it is decided. You can use Markdown.
requests-send = Send
requests-steps = Steps of the request
requests-urgent-label = Urgent: needed today
requests-urgent-help = Urgent requests stand out in the inbox. Say above why it cannot wait.
requests-send-request = Send request
requests-save-draft = Save draft
requests-exists = Something like this exists already
requests-another = I need another one all the same
requests-another-help = Say under alternatives considered why the existing one does not do.
requests-again = You are sending an earlier request again
requests-again-see = See the earlier request
requests-again-secrets = Secret values are not kept with it; enter them again.
# The name of the server follows.
requests-can-use-entry = You can use a server of this entry already:
requests-asked-already = You have asked for it already.
requests-see-mine = See My requests

# The draft

requests-draft = Draft
requests-draft-soon = A draft is kept while you write.
requests-draft-kept = Draft kept { $time }
requests-draft-busy = Keeping the draft…
requests-draft-failed = The draft could not be kept: { $why }

# Fields: the server

requests-name-help = What people will see, such as GitHub Enterprise.
requests-slug-help = Part of its address: /mcp/<slug>. Made from the name when empty.
requests-description-help = What the server is and who runs it.

# Fields: the connection

requests-connection = Connection
requests-connection-help = Drawbridge connects to servers over HTTP that want no sign-in or an API key. Servers that run as a local process (stdio, with environment variables) and those that want OAuth sign-in cannot be connected yet.
requests-server-address = Server address
requests-server-address-help = The MCP endpoint, with https.
requests-headers-help = Headers are sent to this server with every call. Values are sealed at once and never shown again, not even to you.
requests-header = Header
requests-auth-none = None
requests-auth-none-help = The server is open to whoever can reach it.
requests-auth-key = API key or headers
requests-auth-key-help = Drawbridge sends one or more headers with secret values.
requests-value-kept = Kept; enter a value only to replace it
requests-value-of = Value of { $name }
requests-from-catalog = From the catalog entry.
requests-values-help = Values are sealed at once, sent only to this server, and never shown again, not even to you.

# Fields: access to an existing server

requests-access-help = Leave all boxes empty to ask for the entire server.

# Fields: why

requests-why-label = Why do you need it?
requests-why-label-help = The problem that it solves for you or your team.
requests-use-case-help = What you will do with it, with an example.
requests-expected-value-help = What it saves or makes possible: time, quality, money.
requests-alternatives-help = What else you looked at, and why it does not do.

# The history, after the name of who did it
requests-history-requested = requested
requests-history-resubmitted = resubmitted
requests-history-approved = approved
requests-history-rejected = rejected
requests-history-withdrawn = withdrawn
requests-history-tested = connection tested
requests-history-test-failed = connection test failed
