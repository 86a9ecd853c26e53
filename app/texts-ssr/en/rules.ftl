### Rules: what the server says ready-made. No browser is given this file.

# The list
rules-only-if = if { $condition }
rules-only-if-more = if { $condition }, and { NUMBER($count) } more
rules-only-if-clauses = if its Cedar clauses hold
rules-monitor = Monitor only
rules-department = Department: { $values }
rules-job-title = Job title: { $values }
rules-team = Team: { $values }

# The form
rules-global-text = A global rule applies to every server, now and in the future, and can only deny. To allow something, add a rule on the server's Permissions tab.
rules-templates = Begin with
rules-everyone = Everyone
rules-group = Group: { $name }
rules-role = Job role: { $name }
rules-who-help = Choose several people, several groups, several job roles, or everyone. The rule is about whoever is any of these.
rules-by-attribute = By department, job title or team
rules-attribute = Attribute
rules-attribute-none = None
rules-attribute-department = Department
rules-attribute-title = Job title
rules-attribute-team = Team
rules-values = Values
rules-values-help = One a line, letter by letter as in people's profiles. Used when nobody is chosen above.
rules-effect = What it does
rules-allow-help = These calls are permitted, unless another rule denies them.
rules-deny-help = These calls are refused, whatever other rules allow.
rules-servers = Servers
rules-more-servers = Other servers
rules-more-servers-help = The rule is about these servers, too.
rules-servers-help = The servers that the rule is about.
rules-scope = What of it
rules-whole-global = Every tool of every server
rules-whole-global-help = Everything on every server: tools, prompts and resources.
rules-whole-server-help = All tools, prompts and resources, including those that are approved later.
rules-some = Only these tools, resources and prompts
rules-some-help = Names or patterns. What is not named is not covered.
rules-tools-help = One name a line. An asterisk stands for any characters: write_* covers write_file and write_row.
rules-resources = Resources
rules-resources-help = One URI a line, such as file:///reports/*.
rules-prompts = Prompts
rules-prompts-help = One name a line.
rules-conditions = Conditions
rules-conditions-help = The rule covers only calls that meet all of these. One condition a line: a path, an operator and a value. Empty: every call.
rules-conditions-how = Paths and operators
rules-how-payload = an argument of the call; payload.options.force looks into an object
rules-how-compare = the same or another text, number or truth value
rules-how-list = one of a list, with commas between its parts
rules-how-parts = parts of a text; for lists contains asks for an element
rules-how-pattern = a pattern in which an asterisk stands for any characters
rules-how-number = numbers
rules-how-there = whether it is there at all
rules-how-ip = IP addresses and ranges: 10.0.0.0/8, 2001:db8::/32
rules-how-time = a span of the day with its time zone: Mon-Fri 08:00-18:00 Europe/Berlin
rules-how-within = a path at or below another one, after .. is resolved
rules-how-groups = a group of the indented lines below it: all, at least one, or none of them must be met
rules-path-ip = address of the AI client
rules-path-time = time of the call, for between_times
rules-path-client = what the AI client calls itself
rules-path-client-version = version of the AI client
rules-path-method = how the caller proved who it is: api_key or session
rules-path-mfa = a second factor was used
rules-path-verified = the person was present at sign-in
rules-path-scopes = scopes of the access token
rules-path-labels = labels of the session
rules-path-person = the person: department, job title, team, email address, platform role
rules-path-groups = names of the person's groups and job roles
rules-cedar = Cedar clauses
rules-cedar-field = For experts: Cedar clauses
rules-cedar-help = when { "{" } … { "}" } and unless { "{" } … { "}" } clauses of the Cedar policy language, which must hold besides the conditions. The page of a rule shows the policy that it becomes.
rules-mode = Mode
rules-enforce = Enforce
rules-enforce-help = The rule decides.
rules-monitor-help = The rule decides nothing. The audit log records what it would have decided.
rules-first-day = First day
rules-first-day-help = In force at once when empty. Days are in UTC.
rules-last-day = Last day
rules-last-day-help = Stays in force when empty.
rules-notes-help = Why this rule exists, for whoever reviews it later.
rules-look = Show what it would change
rules-seen = I have seen who is affected. Save it.

# What is wrong with the fields, as part of a sentence
rules-choose-effect = choose allow or deny
rules-choose-mode = choose enforce or monitor
rules-choose-principal = choose people, groups, job roles or everyone, or name an attribute with its values
rules-choose-one-kind = choose only people, only groups, only job roles, or everyone alone; make one rule for each kind
rules-choose-either = choose somebody by name or by an attribute, not both
rules-choose-server = choose at least one server
rules-choose-known-server = choose servers of the list
rules-tick-seen = many people are affected: read what would change, tick this and save again

# What it would change
rules-look-title = What saving would change
rules-look-about = { $people ->
    [one] The rule is about 1 active person
   *[other] The rule is about { $people } active people
} and covers { $tools ->
    [one] 1 tool.
   *[other] { $tools } tools.
}
rules-look-nothing = Nobody gains or loses anything by it today.
rules-look-gaining = { $people ->
    [one] 1 person gains access:
   *[other] { $people } people gain access:
}
rules-look-losing = { $people ->
    [one] 1 person loses access:
   *[other] { $people } people lose access:
}
rules-look-somebody = { $person } · { $server }: { $tools }
rules-look-tools-more = { $names } and { NUMBER($count) } more
rules-look-server = the server itself
rules-look-more-people = and { NUMBER($count) } more

# Templates
rules-template-network = Corporate network only
rules-template-network-notes = Only from the corporate network.
rules-template-client = One AI client only
rules-template-client-notes = Only with the approved AI client.
rules-template-verified = Verified sign-in required
rules-template-verified-notes = Only when the person was present at sign-in.
rules-template-reading = Read-only for a group
rules-template-reading-notes = May read and search, but change nothing.
rules-template-contractor = Contractor until a date
rules-template-contractor-notes = Until the contract ends.
rules-template-hours = Office hours
rules-template-hours-notes = Only in office hours.
rules-template-table = Table-level restriction
rules-template-table-notes = These tables are not for AI clients.

# One rule
rules-history = History
rules-version = Version { NUMBER($number) }
rules-made = made
rules-updated = changed
rules-deleted = deleted
rules-system = the system
rules-line-on = switched on
rules-line-off = switched off
rules-line = { $label }: { $value }
rules-whole = everything

# Explanations
rules-unmet = Conditions not met
rules-would-allow = Would allow (monitor only)
rules-would-deny = Would deny (monitor only)
rules-test-met = { $test }: met, the value is { $found }
rules-test-met-absent = { $test }: met, there is nothing
rules-test-not-met = { $test }: not met, the value is { $found }
rules-test-not-met-absent = { $test }: not met, there is nothing
rules-test-missing = { $test }: not met, there is nothing to compare
rules-test-wrong-type = { $test }: { $found } cannot be compared so, which counts against the caller
rules-test-unknown = { $test }: known when the call is made
rules-arguments = Arguments (JSON)
rules-client = AI client
rules-client-version = Version of the client
