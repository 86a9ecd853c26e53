### Anmelden und die Seiten der Einmal-Links.

## Anmelden

session-forgot-password = Passwort vergessen? Ein Administrator kann Ihnen einen Link geben, mit dem Sie ein neues festlegen.
session-no-administrator = Es gibt noch keinen Administrator
session-no-administrator-text = drawbridge serve gibt beim Start einen Link aus, in seinem Terminal oder dort, wohin seine Ausgabe geht (journalctl, docker logs). Über ihn entsteht der erste Administrator; für einen neuen Link starten Sie das Programm erneut.

## Seiten von Einmal-Links

session-setup-title = Drawbridge einrichten
session-invite-title = Willkommen bei Drawbridge
session-reset-title = Neues Passwort festlegen
session-setup-intro = Sie sind die erste Person hier. Dieses Konto gehört dem Administrator, der alle anderen einlädt.
session-invite-intro = Guten Tag, { $person }. Wählen Sie ein Passwort, und Sie sind dabei.
session-reset-intro = Guten Tag, { $person }. Wählen Sie ein neues Passwort. Alle offenen Sitzungen werden beendet.
session-your-name = Ihr Name
session-password-help = Mindestens 12 Zeichen. Gut sind einige Wörter, die nur Sie so zusammenstellen würden.
session-create-account = Konto anlegen
session-join = Beitreten
session-set-password = Passwort festlegen

## Links, die nicht mehr gelten

session-dead-link = Dieser Link funktioniert nicht mehr
session-dead-setup = Links zur Einrichtung gelten einmal, 24 Stunden lang und nur, bis es einen Administrator gibt. Starten Sie den Server neu, um auf seinem Terminal einen neuen zu erhalten, oder melden Sie sich an, wenn Sie ein Konto haben.
session-dead-invite = Einladungen gelten einmal. Bitten Sie einen Administrator um einen neuen Link, oder melden Sie sich an, wenn Sie schon dabei sind.
session-dead-reset = Links für ein neues Passwort gelten einmal. Bitten Sie einen Administrator um einen neuen.
session-go-to-sign-in = Zur Anmeldung
