### Policies: all rules, and the page of one rule.

# The list
rules-title = Policies
rules-description = Who may use what. At least one rule must allow a call and none may deny it; what no rule mentions is denied.
rules-new-global = New global rule
rules-create = Create rule
rules-search = Search people, groups, servers, notes
rules-any-effect = Allow and deny
rules-where-label = Where
rules-where-any = Global and server rules
rules-where-global = Global rules
rules-where-server = Server rules
rules-mode = Mode
rules-mode-any = Enforced and monitored
rules-mode-enforce = Enforced
rules-mode-monitor = Monitor only
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
