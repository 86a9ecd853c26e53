### Was gerade getan wurde (`components/notice.rs`); die IDs sind die Wörter der Adresse.

notices-user-saved = Die Änderungen sind gespeichert.
notices-user-suspended = Das Konto ist gesperrt. Seine Sitzungen, Schlüssel und Aufrufe werden ab jetzt abgewiesen.
notices-user-reactivated = Das Konto ist wieder aktiv.
notices-users-suspended = Die gewählten Konten sind gesperrt. Ihre Sitzungen, Schlüssel und Aufrufe werden ab jetzt abgewiesen.
notices-users-reactivated = Die gewählten Konten sind wieder freigegeben.
notices-notifications-read = Als gelesen markiert.
notices-notifications-unread = Als ungelesen markiert.
notices-session-ended = Die Sitzung ist beendet.
notices-sessions-ended = Alle Sitzungen sind beendet.
notices-password-changed = Ihr Passwort ist geändert.
notices-key-revoked = Der Schlüssel ist widerrufen. Aufrufe damit werden ab jetzt abgewiesen.
notices-group-created = Angelegt. Fügen Sie nun Personen hinzu.
notices-group-deleted = Gelöscht. Die Personen bleiben.
notices-member-added = Hinzugefügt. Was Regeln hier erlauben, funktioniert für sie ab jetzt.
notices-member-removed = Entfernt. Was nur Regeln hierfür erlaubt haben, wird ab jetzt abgelehnt.
notices-request-submitted = Ihre Anfrage ist gesendet. Sie werden benachrichtigt, sobald darüber entschieden ist.
notices-request-withdrawn = Die Anfrage ist zurückgezogen.
notices-request-approved = Genehmigt. Die anfragende Person ist benachrichtigt und kann sich jetzt verbinden.
notices-request-rejected = Abgelehnt. Die anfragende Person ist mit Ihrer Begründung benachrichtigt.
notices-draft-discarded = Der Entwurf ist verworfen.
notices-server-saved = Der Server ist gespeichert.
notices-server-enabled = Der Server ist eingeschaltet.
notices-server-disabled = Der Server ist ausgeschaltet. Aufrufe an ihn werden ab jetzt abgewiesen.
notices-server-deleted = Der Server ist gelöscht.
notices-definitions-pinned = Die Definitionen sind genehmigt und werden ab jetzt angeboten.
notices-rule-saved = Die Regel ist gespeichert und gilt ab dem nächsten Aufruf.
notices-rule-deleted = Die Regel ist gelöscht. Was nur sie erlaubt hat, wird ab jetzt verweigert.
notices-signed-out = Sie sind abgemeldet.

# Das Band
notices-dismiss = Hinweis schließen
notices-rules-saved = Die Regeln sind gespeichert und gelten ab dem nächsten Aufruf.
notices-access-revoked = Die Regel ist ausgeschaltet. Was nur sie erlaubte, wird ab jetzt verweigert.
notices-access-blocked = Gesperrt. Aufrufe werden ab jetzt abgewiesen.
notices-access-restored = Ab dem nächsten Aufruf ist es wieder wie zuvor.
notices-view-saved = Die Ansicht ist gespeichert. Sie finden sie neben den Filtern.
notices-view-deleted = Die Ansicht ist gelöscht.
