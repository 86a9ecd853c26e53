### Was ein Eintrag des Katalogs braucht.

needs-no-key-needed = kein Schlüssel nötig
needs-needs-api-key = er braucht einen API-Schlüssel
needs-needs-oauth-sign-in = er braucht OAuth-Anmeldung
needs-runs-as-local-process = er läuft als lokaler Prozess
