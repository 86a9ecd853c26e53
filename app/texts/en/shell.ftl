### What is around every page: navigation, banners, menus, the command palette, shortcuts.

# Navigation
shell-workspace = Workspace
shell-admin = Admin
shell-home = Home
shell-connectors = My connectors
shell-catalog = Catalog
shell-requests = My requests
shell-activity = My activity
shell-keys = API keys
shell-inbox = Inbox
shell-servers = Servers
shell-policies = Policies
shell-users = Users
shell-groups = Groups
shell-audit = Audit log
shell-waiting = waiting
shell-nav-label = Main
shell-nav-menu-label = Main, as a menu
shell-skip = Skip to content
shell-open-nav = Open navigation
shell-close-nav = Close navigation
shell-toggle-sidebar = Collapse or expand the sidebar

# The person's menu
shell-account-menu = : account menu
shell-profile = Profile and password
shell-api-docs = API documentation
shell-theme = Theme
shell-light = Light
shell-dark = Dark
shell-system = System
shell-language = Language
shell-density = Density
shell-comfortable = Comfortable
shell-compact = Compact

# Banners
shell-banners = About this installation
shell-demo = Demo data. People, servers and activity here are made up; do not enter real secrets.
shell-insecure = This console runs on plain http: anybody on the network can read passwords and keys. Put it behind https.
shell-best-effort = Calls do not wait for their audit records: records can be lost, so the audit log may be incomplete.
shell-loopback = Development: servers on this machine’s own addresses are allowed.

# Notifications in the frame
shell-notifications = Notifications
shell-notifications-unread = { $count ->
    [one] Notifications, 1 unread
   *[other] Notifications, { $count } unread
}
shell-notifications-all = All notifications

# Command palette
shell-search = Search or jump to…
shell-search-short = Search
shell-palette = Command palette
shell-palette-placeholder = Type a page, a server, a person or an action
shell-palette-none = Nothing found for “{ $words }”.
shell-palette-pages = Pages
shell-palette-actions = Actions
shell-palette-results = { $count ->
    [0] No results
    [one] 1 result
   *[other] { $count } results
}
shell-palette-move = to move
shell-palette-choose = to open
shell-palette-leave = to close
shell-action-request = Request a custom server
shell-action-key = Make an API key
shell-action-server = Add a server
shell-action-rule = Make a rule
shell-action-invite = Invite somebody
shell-action-group = Make a group
shell-action-light = Light theme
shell-action-dark = Dark theme
shell-action-system = Theme of the system
shell-action-denials = See what was denied
shell-kind-server = Server
shell-kind-connector = Connector
shell-kind-entry = Catalog
shell-kind-user = Person
shell-kind-group = Group

# Shortcuts
shell-shortcuts = Keyboard shortcuts
shell-shortcuts-everywhere = Everywhere
shell-shortcuts-go = Go to
shell-shortcuts-lists = In lists
shell-shortcuts-review = On a review
shell-key-control = Ctrl
shell-key-palette = Search, jump, do
shell-key-help = This overview
shell-key-search = Filter the list of the page
shell-key-then = then
shell-key-next = Next row
shell-key-previous = Previous row
shell-key-open = Open the row, or the first one
shell-key-approve = Go to the approval
shell-key-reject = Write a rejection
shell-key-test = Test the connection

# Toasts
shell-undo = Undo
shell-leave = You have changes that are not saved. Leave the page and lose them?
