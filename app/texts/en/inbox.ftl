### The inbox of requests, and the page that decides about one.

# The list
inbox-title = Inbox
inbox-description = Requests for servers and for access. Pending ones that wait longest come first.
inbox-search = Search servers and people
inbox-any-kind = Any kind
inbox-state-pending = Pending
inbox-state-approved = Approved
inbox-state-rejected = Rejected
inbox-state-withdrawn = Withdrawn
inbox-state-any = Any state
inbox-requests = Requests
inbox-requester = Requester
inbox-urgency = Urgency
inbox-urgent = Urgent
inbox-normal = Normal
inbox-no-match = No request matches
inbox-no-match-text = Clear the filters to see what waits.
inbox-empty = Nothing to decide
inbox-empty-text = When somebody asks for a server or for access, the request appears here.
# Keys are shown in place of the variables.
inbox-keys-move = { $keys } to move,{" "}
inbox-keys-open = { $key } to open

# A request
inbox-access-to = Access to { $name }
inbox-open-server = Open the server
inbox-duplicates = Something like this exists already
inbox-decision = Decision
inbox-withdrawn = The requester withdrew it; there is nothing to decide.
inbox-justification = Justification
inbox-configuration = Configuration
inbox-history = History
inbox-replaced = The request that this one replaces
inbox-other-address = The address is not that of the catalog entry
inbox-other-address-entry = Catalog entry
inbox-other-address-request = This request
inbox-other-address-advice = Approve it only when you know who runs the server at the second address.
inbox-account = Account
inbox-current-access = Current access
inbox-current-access-description = Rules that apply to the requester, directly or by a group.
inbox-current-access-empty = Nothing yet: no rule applies to this person.
inbox-earlier = Earlier requests
inbox-earlier-none = This is the person's first request.

# Its connection test
inbox-test = Connection test
inbox-test-again = Test again
inbox-test-none = Not tested yet. The test connects to the server for real, with the credentials of this request, and lists its tools.
inbox-test-private-help = Otherwise private addresses are refused, so that nobody can reach internal systems by a request.
inbox-test-busy = Connecting… a server that does not answer is given up after 30 seconds at the latest.
inbox-offers = What the server offers
inbox-offers-description = { $count ->
    [one] 1 tool
   *[other] { $count } tools
 }, as a model would read them. Approval pins exactly these definitions; a tool that changes later is withheld.

# Approving
inbox-approve-new = Makes the server active, gives the requester access, and pins the tool definitions of the last test.
inbox-approve-existing = Gives the requester access to the existing server.
inbox-test-first = Test the connection first
inbox-test-first-why = Approval pins the tools that a successful test has listed.
inbox-go-to-test = Go to the connection test
inbox-covers = What it covers
inbox-covers-server-help = All tools, prompts and resources, also those approved later.
inbox-covers-tools = Chosen tools
inbox-covers-tools-help = Only the tools ticked below.
inbox-no-tools = No tools are known; test the connection to list them.
inbox-slug-help = Part of its address: /mcp/<slug>. Choose another one when it is taken.
inbox-last-day = Last day of access
inbox-last-day-help = No end when empty. Days are in UTC.
inbox-requester-notes = Notes for the requester
inbox-private = The server is in our private network
inbox-private-help = Lets Drawbridge connect to a private address for this server.

# Rejecting
inbox-reject-description = The requester gets your reason and can send the request again.
inbox-reject-write = Write a rejection
inbox-reject-issue-help = Be specific: “security concerns” helps nobody.
inbox-reject-fix = What would make it right
inbox-reject-fix-help = What to change, and whether to send it again.
inbox-reject-alternatives = What to use instead
inbox-reject-contact = Whom to ask
