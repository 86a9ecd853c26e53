### Titel und Texte von Benachrichtigungen.

notices-name-changed-definitions = { $name } hat seine Definitionen geändert
notices-withheld-until-reviewed-lists = Zurückgehalten bis zur Prüfung: { $lists }
notices-your-access-name-has = Ihr Zugriff auf { $name } ist beendet
notices-who-ends = { $who } { $ends }.
notices-who-hows-rule-gave = { $who } hat die Regel { $hows }, die ihn Ihnen gab. Fragen Sie erneut Zugriff an, wenn Sie ihn noch brauchen.
notices-person-asks-for-name = { $person } fragt { $name } an
notices-your-request-for-name = Ihre Anfrage nach { $name } wurde { $states }
notices-add-your-ai-client = Fügen Sie ihn über „Meine Konnektoren“ Ihrem KI-Client hinzu.
