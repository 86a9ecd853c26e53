### Persönliche API-Schlüssel.

## Liste

keys-title = API-Schlüssel
keys-description = Mit einem Schlüssel handeln KI-Clients und Skripte als Sie. Legen Sie für jeden einen eigenen an, damit Sie sie einzeln widerrufen können.
keys-key = Schlüssel
keys-last-used = Zuletzt benutzt
keys-expires = Läuft ab
keys-made = Angelegt
keys-revoked = Widerrufen
keys-expired = Abgelaufen
keys-empty = Noch keine Schlüssel
keys-empty-help = Ein Client braucht einen Schlüssel, um Ihre Verbindungen aufzurufen.

## Neuer Schlüssel

keys-new = Neuer Schlüssel
keys-new-title = Neuer API-Schlüssel
keys-name-example = Claude Code auf meinem Laptop
keys-name-help = Was ihn benutzen wird, damit Sie ihn später wiedererkennen.
keys-in-30-days = In 30 Tagen
keys-in-90-days = In 90 Tagen
keys-in-a-year = In einem Jahr
keys-never = Nie
keys-create = Schlüssel anlegen
keys-copy-now = Kopieren Sie den Schlüssel jetzt
keys-copy-now-help = Er wird nur als Hash gespeichert und kann nicht noch einmal angezeigt werden.
keys-key-of = Schlüssel „{ $name }“
keys-secret-help = Bewahren Sie ihn wie ein Passwort auf.

## Widerrufen

keys-revoke = Widerrufen
keys-revoke-question = Diesen Schlüssel widerrufen?
keys-revoke-key = Schlüssel widerrufen
keys-revoke-help = Jeder Client, der ihn benutzt, wird ab seinem nächsten Aufruf abgelehnt. Das lässt sich nicht rückgängig machen; ein neuer Schlüssel kann jederzeit angelegt werden.
