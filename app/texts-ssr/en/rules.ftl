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
rules-by-address = By email address
rules-addresses = More people
rules-addresses-help = Email addresses, one a line, of people who are not in the list above.
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
rules-path-mfa = a second factor was used (no call tells it yet)
rules-path-verified = the person was present at sign-in (no call tells it yet)
rules-path-scopes = scopes of the access token (no call tells it yet)
rules-path-labels = labels of the session (no call tells it yet)
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
rules-seen = I have seen who is affected.
rules-look-calls = Try it on recorded calls
rules-look-days = Recorded calls of
rules-look-span = the last { NUMBER($days) } days
rules-live = What the rule gives is told here while you fill it in.
rules-builder-path = Path, such as payload.table
rules-builder-operator = Operator
rules-builder-value = Value
rules-builder-add = Add condition
rules-switch-off-text = What only this rule allows is refused at once, and what only it denies is permitted. You can switch it on again.
rules-switch-on-text = The rule decides from now on. You can switch it off again.

# What is wrong with the fields, as part of a sentence
rules-choose-effect = choose allow or deny
rules-choose-mode = choose enforce or monitor
rules-choose-principal = choose people, groups, job roles or everyone, or name an attribute with its values
rules-choose-one-kind = choose only people, only groups, only job roles, or everyone alone; make one rule for each kind
rules-too-many-people = a rule names at most { NUMBER($most) } people; use a group
rules-unknown-address = nobody has the address { $address }; check how it is written
rules-choose-either = choose somebody by name or by an attribute, not both
rules-choose-server = choose at least one server
rules-choose-known-server = choose servers of the list
rules-tick-seen = many people are affected: read what would change, tick this and send it again

# What it would change
rules-look-title = What this would change
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
rules-look-depends = { $people ->
    [one] For 1 person it depends on the conditions.
   *[other] For { $people } people it depends on the conditions.
}
rules-look-somebody = { $person } · { $server }: { $tools }
rules-look-tools-more = { $names } and { NUMBER($count) } more
rules-look-server = the server itself
rules-look-more-people = and { NUMBER($count) } more

# What it gives, in short
rules-live-gives = This gives { $people ->
    [one] 1 person
   *[other] { $people } people
} { $tools ->
    [one] 1 tool.
   *[other] { $tools } tools.
}
rules-live-takes = This denies { $people ->
    [one] 1 person
   *[other] { $people } people
} { $tools ->
    [one] 1 tool.
   *[other] { $tools } tools.
}
rules-live-changes = Compared with today, { $gaining ->
    [0] nobody gains access
    [one] 1 person gains access
   *[other] { $gaining } people gain access
} and { $losing ->
    [0] nobody loses any.
    [one] 1 person loses some.
   *[other] { $losing } people lose some.
}
rules-live-monitor = In monitor mode it decides nothing.
rules-live-incomplete = Not complete yet: { $why }.

# What recorded calls say of it
rules-calls-title = What the calls of the last { NUMBER($days) } days say
rules-calls-all = { $calls ->
    [one] 1 recorded call was decided anew.
   *[other] { NUMBER($calls) } recorded calls were decided anew.
}
rules-calls-same = Every one of them would be decided as by today's rules.
rules-calls-otherwise = { NUMBER($denied) } would be denied that today's rules allow, and { NUMBER($allowed) } allowed that they deny: calls of { $people ->
    [one] 1 person.
   *[other] { NUMBER($people) } people.
}
rules-calls-denied = { $calls ->
    [one] 1 call
   *[other] { NUMBER($calls) } calls
} denied, last at { $last }
rules-calls-allowed = { $calls ->
    [one] 1 call
   *[other] { NUMBER($calls) } calls
} allowed, last at { $last }
rules-calls-unclear = { $calls ->
    [one] 1 call is
   *[other] { NUMBER($calls) } calls are
} left out: the decision depends on arguments that were not recorded whole.
rules-calls-partial = There were too many calls to try them all: the oldest are left out.

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
rules-gone = This rule is deleted and decides nothing. What it was, and who changed it, stays here.
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
rules-past = Decided by the rules of that time. People, their groups and servers are taken as they are today.
rules-recorded = Address and client that are not filled in are those of the recorded call.
rules-recorded-arguments = The arguments are those of the recorded call.
rules-recorded-cut = The arguments of the recorded call were not kept whole; this is decided as if it had none.
rules-prompt = Prompt
rules-resource = Resource
rules-template = Template
rules-something-else = Covers something else
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
