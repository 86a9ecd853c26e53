### Warum etwas verweigert oder vermerkt wurde, im Audit-Log.

reasons-no-rule-allows-this = keine Regel erlaubt dies
reasons-allowed-by-rule = durch eine Regel erlaubt
reasons-denied-by-rule = durch eine Regel verboten
reasons-denied-because-rule-could = verweigert, weil eine Regel nicht ausgewertet werden konnte: { $error }
reasons-no-server-slug = es gibt keinen Server `{ $slug }`
reasons-account-not-active = das Konto ist nicht aktiv
reasons-server-not-active = der Server ist nicht aktiv
reasons-definition-changed-after = seine Definition hat sich nach der Genehmigung geändert; ein Administrator muss die Änderung genehmigen
reasons-added-after-server-was = es kam nach der Genehmigung des Servers hinzu; ein Administrator muss es genehmigen
reasons-server-no-longer-offers = der Server bietet es nicht mehr an
reasons-not-among-approved = es gehört nicht zu den genehmigten Definitionen dieses Servers
reasons-key-not-known = der API-Schlüssel ist nicht bekannt
reasons-key-was-revoked = der API-Schlüssel wurde widerrufen
reasons-key-has-expired = der API-Schlüssel ist abgelaufen
reasons-key-owner-is = wem der API-Schlüssel gehört, ist { $states }
reasons-not-api-key = kein API-Schlüssel
reasons-person-not-active = die Person ist nicht aktiv
reasons-person-suspended = die Person ist gesperrt
reasons-wrong-password = falsches Passwort
reasons-wrong-current-password = falsches bisheriges Passwort beim Ändern
reasons-unknown-email-address = unbekannte E-Mail-Adresse
reasons-too-many-attempts = zu viele Versuche
reasons-lacks-right-to = es fehlt das Recht, { $rights }
reasons-keys-for-others = Schlüssel für andere entstehen nur auf der Kommandozeile
reasons-only-super-links = nur Superadministratoren dürfen Links für einen Superadministrator anlegen
reasons-only-super-change = nur Superadministratoren dürfen einen Superadministrator ändern oder ernennen
reasons-only-super-make = nur Superadministratoren dürfen einen Superadministrator ernennen
reasons-only-super-suspend = nur Superadministratoren dürfen einen Superadministrator sperren
reasons-only-super-reactivate = nur Superadministratoren dürfen einen Superadministrator wieder freigeben
reasons-definitions-differ = Definitionen weichen von den genehmigten ab und werden zurückgehalten
reasons-definitions-not-offered = genehmigte Definitionen werden nicht mehr angeboten
reasons-definitions-again = die Definitionen sind wieder wie genehmigt
reasons-more = { $reasons } (so noch { NUMBER($n) }-mal, nicht einzeln festgehalten)

# crates/gateway
reasons-limit = Grenze { $limit }: { $limited }
reasons-further = { $reasons } (weitere Ablehnungen dieser Person in dieser Minute werden nur gezählt)
reasons-access-ended = der Zugriff endete, während der Aufruf wartete, bis er an der Reihe war
reasons-task-of-another = die Aufgabe hat jemand anders begonnen
reasons-connection-ended = die Verbindung endete vor der Antwort
reasons-outcome-late = das Ergebnis konnte nicht rechtzeitig aufgezeichnet werden, deshalb wurde die Antwort zurückgehalten
reasons-closed-early = der Server hat den Stream geschlossen, bevor er geantwortet hat; die Antwort folgt vielleicht auf einem wiederaufgenommenen Stream
reasons-asks-for-input = der Server fragt nach Eingaben, bevor er weitermacht
reasons-streamed = eine Antwort von { NUMBER($bytes) } Bytes wurde durchgereicht; nur ihr Anfang ist aufbewahrt
