### Benachrichtigungen.

notifications-title = Benachrichtigungen
notifications-mark-all-read = Alle als gelesen markieren
notifications-mark-read = Als gelesen markieren
notifications-mark-unread = Als ungelesen markieren
notifications-notification = Benachrichtigung
notifications-unread = {" "}(ungelesen)
notifications-empty = Nichts Neues
notifications-empty-help = Entscheidungen über Ihre Anfragen und Änderungen Ihres Zugriffs erscheinen hier.
