### The home page.

home-welcome = Welcome, { $name }

# The organisation: numbers

home-today = Today
home-pending = Pending requests
home-pending-hint = waiting for a decision
home-pending-none = nothing waits
home-calls-today = Calls today
home-calls-failed = { $count ->
    [0] none failed
   *[other] { $count } failed
}
home-against-yesterday = compared with the same hours yesterday
home-against-week = compared with the 7 days before
home-active-people = People with calls
home-active-people-hint = { $users ->
    [one] of 1 person, last 7 days
   *[other] of { $users } people, last 7 days
}
home-denied-today = Denied today
home-denied-today-hint = calls and changes refused
home-active-servers = Active servers
home-active-servers-hint = can be called

# The organisation: charts

home-by-hour = Calls by hour
home-by-hour-description = The last 24 hours, in UTC.
home-by-hour-empty = No calls in the last 24 hours. They appear here as soon as a client calls a tool through Drawbridge.
home-top-tools = Top tools
home-top-tools-description = Most calls in the last 7 days.
home-top-tools-empty = No calls in the last 7 days.
home-chart-hour = Hour (UTC)
home-chart-calls = Calls
home-chart-succeeded = Succeeded
home-chart-failed = Failed

# The organisation: lists

home-waiting = Requests that wait
home-waiting-open = Open the inbox
home-waiting-empty = Nothing to decide
home-waiting-empty-text = New requests appear here and in the inbox.
home-denials = Recent denials
home-denials-empty = No denials
home-denials-empty-text = Calls and changes that a rule refuses appear here with the reason.

# Everybody's own view

home-needs-key = One step left: an API key
home-needs-key-text = You can use servers, but your AI client needs a key to reach them.
home-needs-key-make = Make an API key
home-catalog = Catalog
home-connectors-empty-text = Find a server in the catalog and ask for it. Once it is approved, add it to your AI client from here.
home-more = and { NUMBER($more) } more
home-requests-empty-text = Ask for a server from the catalog, or for one of your own; you see here how it stands.
home-calls = My recent calls
home-activity = My activity
home-calls-empty = No calls yet
home-calls-empty-text = Add a connector to your AI client; what it calls for you appears here.
