### Titel und Texte von Benachrichtigungen.

notices-name-changed-definitions = { $name } hat seine Definitionen geändert
notices-withheld-until-reviewed-lists = Zurückgehalten bis zur Prüfung: { $lists }
notices-your-access-name-has = Ihr Zugriff auf { $name } ist beendet
notices-who-ends = { $who } { $ends }.
notices-who-hows-rule-gave = { $who } hat die Regel { $hows }, die ihn Ihnen gab. Fragen Sie erneut Zugriff an, wenn Sie ihn noch brauchen.
notices-person-asks-for-name = { $person } fragt { $name } an
notices-your-request-for-name = Ihre Anfrage nach { $name } wurde { $states }
notices-add-your-ai-client = Fügen Sie ihn über „Meine Konnektoren“ Ihrem KI-Client hinzu.
notices-your-access-ends-soon = Ihr Zugriff auf { $name } endet bald
notices-last-day-ask-again = Der letzte Tag ist { $day }. Fragen Sie ihn erneut an, wenn Sie ihn länger brauchen.
notices-access-ends-soon = Der Zugriff auf { $name } endet bald
notices-everybodys-last-day = Es ist der Zugriff aller; der letzte Tag ist { $day }. Er kann verlängert werden.
notices-access-of-last-day = Es ist der Zugriff von { $name }; der letzte Tag ist { $day }. Er kann verlängert werden.
