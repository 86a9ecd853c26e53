### Das eigene Konto; Sitzungen stehen auch bei anderen Personen.

account-title = Ihr Konto
account-description = Profil, Passwort und die Browser, mit denen Sie angemeldet sind.

## Profil und Passwort

account-profile = Profil
account-profile-description = Ein Administrator kann ändern, was hier nicht stimmt.
account-password-description = Andere Sitzungen bleiben offen; beenden Sie sie unten, wenn Sie einen Anlass für die Änderung hatten.
account-current-password = Aktuelles Passwort
account-new-password = Neues Passwort
account-new-password-help = Mindestens 12 Zeichen.
account-change-password = Passwort ändern

## Sitzungen

account-sessions-description = Browser, die als Sie angemeldet sind.
account-end = Beenden
account-browser = Browser
account-last-seen = Zuletzt aktiv
account-signed-in = Angemeldet
account-this-session = Diese Sitzung
account-browser-on = { $browser } auf { $system }
account-unknown-browser = Unbekannter Browser
