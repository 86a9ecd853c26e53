### Titles and texts of notifications.

notices-name-changed-definitions = { $name } changed its definitions
notices-withheld-until-reviewed-lists = Withheld until reviewed: { $lists }
notices-your-access-name-has = Your access to { $name } has ended
notices-who-ends = { $who } { $ends }.
notices-who-hows-rule-gave = { $who } { $hows } the rule that gave it to you. Ask for access again if you still need it.
notices-person-asks-for-name = { $person } asks for { $name }
notices-your-request-for-name = Your request for { $name } was { $states }
notices-add-your-ai-client = Add it to your AI client from My connectors.
