### Richtlinien: alle Regeln und die Seite einer Regel.

# Die Liste
rules-title = Richtlinien
rules-description = Wer was nutzen darf. Mindestens eine Regel muss einen Aufruf erlauben, und keine darf ihn verbieten; was keine Regel nennt, wird verweigert.
rules-new-global = Neue globale Regel
rules-new-global-text = Eine globale Regel gilt für jeden Server, jetzt und in Zukunft, und kann nur verbieten. Um etwas zu erlauben, fügen Sie beim Server unter „Berechtigungen“ eine Regel hinzu.
rules-create = Regel anlegen
rules-search = Personen, Gruppen, Server, Notizen suchen
rules-any-effect = Erlauben und verbieten
rules-where-label = Wo
rules-where-any = Globale Regeln und Serverregeln
rules-where-global = Globale Regeln
rules-where-server = Serverregeln
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

# Die Felder einer Regel
rules-choose = Bitte wählen …
rules-everyone = Alle
rules-group = Gruppe: { $name }
# Was an den Feldern nicht stimmt, als Teil eines Satzes.
rules-choose-effect = wählen Sie „Erlauben“ oder „Verbieten“
rules-choose-principal = wählen Sie eine Person, eine Gruppe oder „Alle“
rules-effect = Was sie bewirkt
rules-allow-help = Diese Aufrufe sind erlaubt, sofern keine andere Regel sie verbietet.
rules-deny-help = Diese Aufrufe werden verweigert, was auch immer andere Regeln erlauben.
rules-scope = Welche Werkzeuge
rules-whole-global = Jedes Werkzeug jedes Servers
rules-whole-global-help = Alles auf jedem Server: Werkzeuge, Prompts und Ressourcen.
rules-whole-server-help = Alle Werkzeuge, Prompts und Ressourcen, auch später genehmigte.
rules-some = Nur diese Werkzeuge
rules-some-help = Namen oder Muster; Prompts und Ressourcen gehören nicht dazu.
rules-tools-help = Ein Name pro Zeile. Ein Sternchen steht für beliebige Zeichen: write_* umfasst write_file und write_row.
rules-first-day = Erster Tag
rules-first-day-help = Leer heißt ab sofort. Tage gelten in UTC.
rules-last-day = Letzter Tag
rules-last-day-help = Leer heißt ohne Ende.
rules-notes-help = Warum es diese Regel gibt, für alle, die sie später prüfen.

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
rules-prompt = Prompt
rules-resource = Ressource
rules-template = Vorlage
rules-something-else = Betrifft etwas anderes
