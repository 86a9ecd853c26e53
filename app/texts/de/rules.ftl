### Richtlinien: alle Regeln und die Seite einer Regel.

# Die Liste
rules-title = Richtlinien
rules-description = Wer was nutzen darf. Mindestens eine Regel muss einen Aufruf erlauben, und keine darf ihn verbieten; was keine Regel nennt, wird verweigert.
rules-new-global = Neue globale Regel
rules-create = Regel anlegen
rules-search = Personen, Gruppen, Server, Notizen suchen
rules-any-effect = Erlauben und verbieten
rules-where-label = Wo
rules-where-any = Globale Regeln und Serverregeln
rules-where-global = Globale Regeln
rules-where-server = Serverregeln
rules-mode = Modus
rules-mode-any = Durchgesetzt und beobachtet
rules-mode-enforce = Durchgesetzt
rules-mode-monitor = Nur beobachtet
rules-no-match = Keine passende Regel. Regeln für einen einzelnen Server legen Sie dort unter „Berechtigungen“ an; eine globale Regel verbietet etwas auf jedem Server.

# Regeln als Tabelle
rules-none = Keine Regeln
rules-everything = Alles
rules-more-tools = und { NUMBER($count) } weitere
rules-in-force = In Kraft
rules-switched-off = Ausgeschaltet
rules-not-yet = Noch nicht
rules-ended = Beendet
# Relative Zeiten, in der Zukunft: in 2 Tagen.
rules-from = Beginn: { $time }

# Eine Regel
rules-switch-on = Einschalten
rules-switch-off = Ausschalten
rules-change = Diese Regel ändern
rules-change-description = Eine Änderung gilt ab dem nächsten Aufruf.
rules-save = Regel speichern
rules-now = Aktueller Stand
rules-created = Angelegt
rules-changed = Geändert
rules-made-by = Entstanden durch
rules-made-by-request = die Genehmigung einer Anfrage
rules-cedar = Cedar-Richtlinie
rules-cedar-description = Was genau entscheidet: die Richtlinie, in die diese Regel übersetzt wird.
rules-delete = Regel löschen
rules-delete-title = Diese Regel löschen?
rules-delete-text = Was nur diese Regel erlaubt, wird ab dem nächsten Aufruf verweigert; was nur diese Regel verbietet, ist wieder erlaubt. Das Protokoll bewahrt die Regel, wie sie war. Um sie nur auszusetzen, schalten Sie sie aus.

# In a row, and for chosen rows
rules-bulk-off = Ausschalten
rules-bulk-on = Einschalten

# Warum ein Aufruf so entschieden würde
rules-explain = Entscheidung erklären
rules-explain-description = Ob jemand etwas benutzen darf, nach welchen Regeln, und was sich ändern müsste. Aufgerufen wird nichts.
rules-explain-choose = Wählen Sie, wer, welchen Server und den Namen dessen, was benutzt würde.
rules-explain-others = { NUMBER($count) } weitere Regeln betreffen andere Personen.
