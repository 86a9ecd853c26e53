### Policies: all rules, and the page of one rule.

# The list
rules-title = Policies
rules-description = Who may use what. At least one rule must allow a call and none may deny it; what no rule mentions is denied.
rules-new-global = New global rule
rules-new-global-text = A global rule applies to every server, now and in the future, and can only deny. To allow something, add a rule on the server's Permissions tab.
rules-create = Create rule
rules-search = Search people, groups, servers, notes
rules-any-effect = Allow and deny
rules-where-label = Where
rules-where-any = Global and server rules
rules-where-global = Global rules
rules-where-server = Server rules
rules-no-match = No rule matches. Rules for one server are made on its Permissions tab; a global rule denies something on every server.

# Rules as a table
rules-none = No rules here
rules-everything = Everything
rules-more-tools = and { NUMBER($count) } more
rules-in-force = In force
rules-switched-off = Switched off
rules-not-yet = Not yet
rules-ended = Ended
# Relative times, in the future: in 2 days.
rules-from = starts { $time }

# The fields of a rule
rules-choose = Choose…
rules-everyone = Everyone
rules-group = Group: { $name }
# What is wrong with the fields, as part of a sentence.
rules-choose-effect = choose allow or deny
rules-choose-principal = choose a person, a group, or everyone
rules-effect = What it does
rules-allow-help = These calls are permitted, unless another rule denies them.
rules-deny-help = These calls are refused, whatever other rules allow.
rules-scope = Which tools
rules-whole-global = Every tool of every server
rules-whole-global-help = Everything on every server: tools, prompts and resources.
rules-whole-server-help = All tools, prompts and resources, including those that are approved later.
rules-some = Only these tools
rules-some-help = Names or patterns; prompts and resources are not covered.
rules-tools-help = One name a line. An asterisk stands for any characters: write_* covers write_file and write_row.
rules-first-day = First day
rules-first-day-help = In force at once when empty. Days are in UTC.
rules-last-day = Last day
rules-last-day-help = Stays in force when empty.
rules-notes-help = Why this rule exists, for whoever reviews it later.

# One rule
rules-switch-on = Switch on
rules-switch-off = Switch off
rules-change = Change this rule
rules-change-description = A change is in effect from the next call on.
rules-save = Save rule
rules-now = As it is now
rules-created = Created
rules-changed = Changed
rules-made-by = Made by
rules-made-by-request = the approval of a request
rules-cedar = Cedar policy
rules-cedar-description = What decides, exactly: the policy that this rule is compiled to.
rules-delete = Delete rule
rules-delete-title = Delete this rule?
rules-delete-text = What only this rule allows is refused from the next call on; what only this rule denies is allowed again. The audit log keeps the rule as it was. To pause it instead, switch it off.

# In a row, and for chosen rows
rules-bulk-off = Switch off
rules-bulk-on = Switch on

# Why a call would be decided as it is
rules-explain = Explain a decision
rules-explain-description = Whether somebody may use something, by which rules, and what would have to change. Nobody is called.
rules-explain-choose = Choose who, which server, and the name of what they would use.
rules-explain-others = { NUMBER($count) } more rules are about other people.
rules-prompt = Prompt
rules-resource = Resource
rules-template = Template
rules-something-else = Covers something else
