### The list of servers, and one server in tabs.

# The list
servers-title = Servers
servers-description = The MCP servers behind the gateway.
servers-add = Add a server
servers-search = Search servers
servers-any-status = Any status
servers-health = Health
servers-added = Added
servers-no-match = No server matches
servers-no-match-text = Clear the filters to see all servers.
servers-empty = No servers yet
servers-empty-text = Approve a request from the inbox, or add a server yourself.
servers-open-inbox = Open the inbox

# A new server
servers-new-description = It begins as a draft: test the connection, approve its tools, then give people access.
servers-new-submit = Add server
servers-new-forbidden = this needs the right to manage servers; request a custom server instead

# The fields of a server
servers-slug-help-new = Part of its address: /mcp/<slug>. Made from the name when empty.
servers-slug-help-edit = Part of its address: /mcp/<slug>. Changing it breaks clients that use the old one.
servers-url = Server address
servers-url-help-new = The MCP endpoint, with https.
servers-url-help-edit = After a change the values of all headers must be entered again, and the connection tested.
servers-headers-help = Headers are sent to this server with every call. Values are sealed at once and never shown again. Clear a name to remove its header.
servers-header = Header
servers-env = Environment variables
servers-env-variable = Variable
servers-risk-help = How much harm it could do; shown to reviewers and in the list of servers.
servers-private = The server is in our private network
servers-private-help = Lets Drawbridge connect to a private address for this server.

# One server
servers-tab-overview = Overview
servers-tab-permissions = Permissions
servers-tab-activity = Activity
servers-tab-settings = Settings
servers-switch-on = Switch on
servers-switch-off = Switch off
servers-switch-off-title = Switch this server off?
servers-switch-off-text = From the next call on it is refused for everybody. Rules, tools and settings stay, and it can be switched on again.
servers-delete = Delete server
servers-delete-title = Delete this server?
servers-delete-text = The server, its rules, its approved definitions and its secret values are deleted and cannot be brought back. Clients that use it get an error. The audit log stays as it is.
servers-draft = This server is a draft
# The variable is a link to its tools.
servers-draft-text = Nobody can call it yet. Test the connection, then approve its definitions under { $tools }.
servers-differs = Definitions differ from what was approved
servers-differs-text = { $count ->
    [one] 1 definition is
   *[other] { $count } definitions are
 } withheld from clients until somebody has looked at it.
servers-differs-see = See what changed
servers-disabled-text = This server is switched off: every call to it is refused.

# Overview
servers-owner = Owner
servers-for-clients = For clients
servers-proxy-url = Address of this server in Drawbridge
# The variable is the link of the next message.
servers-for-clients-help = People whom a rule allows find links and snippets for their clients under My connectors. { $link } (if a rule allows you).
servers-see-as-user = See it as a user
servers-test = Connection test
servers-test-none = Not tested since its address was set.
servers-test-busy = Connecting…
servers-about = About
servers-speaks = Speaks
# A relative time: 2 days ago.
servers-found-out = found out { $time }
servers-speaks-unknown = Not found out yet; test the connection.
servers-headers-sealed = Headers (values sealed)
servers-env-sealed = Environment (values sealed)
servers-private-network = Private network
servers-private-allowed = allowed
servers-private-not-allowed = not allowed
servers-catalog-entry = Catalog entry
servers-changed = Changed
servers-since = Since
servers-since-none = none yet
servers-detail = Detail

# Tools
servers-compare = Compare with the server
servers-compare-description = A test reads what the server offers now; what differs from the approved is withheld.
servers-approve-draft = Approve and switch on
servers-approve-changes = Approve these definitions
servers-approve-text = Approving replaces what was approved before by what the last test saw. Read what changed first: descriptions are instructions that a model follows.
servers-approve-untested = Test the connection to see what the server offers now; it can be approved after a successful test.
servers-seen = Seen by the last test
servers-seen-description = Nothing of it can be called before it is approved.
servers-withheld = Withheld
servers-withheld-description = These differ from what was approved. Clients neither see nor call them.
servers-approved = Reviewed definitions
servers-approved-description = { $count ->
    [one] 1 definition
   *[other] { $count } definitions
 }, kept as they were reviewed. Who may call them is decided under Permissions.
servers-approved-at = Approved { $time }
servers-definition-gone = It was approved, and the server does not offer it any more.
servers-definition-added = It appeared after the approval.
servers-no-definitions = No definitions
servers-no-definitions-text = The server offered nothing when it was approved. Test the connection to look again.

# Permissions
servers-own-rules = Rules of this server
servers-own-rules-description = At least one must allow a call and none may deny it.
servers-own-rules-empty = Nobody can use this server yet. Add a rule that allows a person or a group.
servers-global-rules = Global rules
servers-global-rules-description = They deny on every server, this one included.
servers-add-rule = Add a rule
servers-add-rule-submit = Add rule

# Activity
servers-activity-description = Calls to this server and changes of it, newest first.
servers-activity-filter = Filter in the audit log
servers-activity-empty = No activity yet
servers-activity-empty-text = Calls and changes appear here as they happen.

# Settings
servers-configuration = Configuration
servers-save = Save changes
servers-danger-zone = Danger zone
servers-danger-switch-off = Calls are refused at once; everything stays.
servers-danger-delete = With its rules, approved definitions and secrets. It cannot be undone.

# Limits
servers-limits = Limits
servers-limits-save = Save limits
servers-limits-help = Empty fields are as the program's settings say. Below each field stands what is in force.
servers-protocol-help = Which MCP Drawbridge speaks to this server, whatever its clients speak.
servers-protocol-auto = Automatic
servers-protocol-stateless = Stateless (2026-07-28)
servers-protocol-sessions = Sessions (2025-03-26 to 2025-11-25)
servers-protocol-http-sse = HTTP + SSE (2024-11-05)
servers-limit-tools-help = One tool a line with its seconds, such as: report first_byte=30 idle=60 total=900
