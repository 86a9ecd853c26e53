### Personen und ihre Profile.

## Liste

users-description = Alle, die sich anmelden, Server anfragen und aufrufen können.
users-search = Name, E-Mail, Abteilung, Team suchen
users-any-status = Jeder Status
users-last-sign-in = Letzte Anmeldung
users-empty = Niemand gefunden
users-empty-help = Ändern Sie den Filter oder laden Sie jemanden ein.

## Einladung

users-invite = Einladen
users-invite-somebody = Jemanden einladen
users-open-profile = Profil öffnen
users-create-invitation = Einladung anlegen
users-send-link = Senden Sie diesen Link an { $name }
users-link-dies = Er funktioniert einmal und wird nur jetzt angezeigt. Er läuft { $time } ab.
users-link = Link

## Profil

users-waiting = Eingeladen, noch nicht hier
users-waiting-help = Der Link wurde bisher nicht benutzt. Sie können einen neuen anlegen; der alte gilt dann nicht mehr.
users-edit-profile = Profil bearbeiten
users-profile = Profil
users-member-since = Mitglied seit
users-activity = Aktivität im Protokoll

## Was mit dem Konto getan werden kann

users-password-link = Passwort-Link
users-new-invitation-link = Neuer Einladungslink
users-suspend = Sperren
users-suspend-question = Dieses Konto sperren?
users-suspend-help = Alle Sitzungen enden, und jeder Schlüssel und jeder Aufruf wird sofort abgelehnt. Nichts wird gelöscht; das Konto kann wieder freigegeben werden.
users-reactivate = Wieder freigeben

## Gruppen, Zugriff, Sitzungen

users-no-group = In keiner Gruppe.
users-groups-description = Was die Gruppen nutzen dürfen, darf auch diese Person nutzen.
users-access-description = Regeln, die für diese Person gelten, direkt oder über eine Gruppe.
users-by = Durch
users-by-person = Regel für diese Person
users-by-group = Regel für die Gruppe { $name }
users-by-everyone = Regel für alle
users-no-access = Kein Zugriff
users-no-access-help = Keine Regel erlaubt dieser Person etwas. Genehmigen Sie eine Anfrage oder legen Sie eine Regel an.
users-end = Beenden
users-end-all = Alle beenden
users-no-sessions = Nirgends angemeldet.
