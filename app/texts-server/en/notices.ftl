### Titles and texts of notifications.

notices-name-changed-definitions = { $name } changed its definitions
notices-withheld-until-reviewed-lists = Withheld until reviewed: { $lists }
notices-your-access-name-has = Your access to { $name } has ended
notices-who-ends = { $who } { $ends }.
notices-who-hows-rule-gave = { $who } { $hows } the rule that gave it to you. Ask for access again if you still need it.
notices-person-asks-for-name = { $person } asks for { $name }
notices-your-request-for-name = Your request for { $name } was { $states }
notices-add-your-ai-client = Add it to your AI client from My connectors.
notices-your-access-ends-soon = Your access to { $name } ends soon
notices-last-day-ask-again = The last day is { $day }. Ask for it again if you need it longer.
notices-access-ends-soon = Access to { $name } ends soon
notices-everybodys-last-day = It is everybody's access; the last day is { $day }. It can be extended.
notices-access-of-last-day = It is the access of { $name }; the last day is { $day }. It can be extended.
