### Regeln: was der Server fertig formuliert. Kein Browser bekommt diese Datei.

# Die Liste
rules-only-if = wenn { $condition }
rules-only-if-more = wenn { $condition } und { NUMBER($count) } weitere
rules-only-if-clauses = wenn ihre Cedar-Klauseln gelten
rules-monitor = Nur beobachten
rules-department = Abteilung: { $values }
rules-job-title = Position: { $values }
rules-team = Team: { $values }

# Das Formular
rules-global-text = Eine globale Regel gilt für jeden Server, jetzt und in Zukunft, und kann nur verbieten. Um etwas zu erlauben, fügen Sie beim Server unter „Berechtigungen“ eine Regel hinzu.
rules-templates = Beginnen mit
rules-everyone = Alle
rules-group = Gruppe: { $name }
rules-role = Jobrolle: { $name }
rules-who-help = Wählen Sie mehrere Personen, mehrere Gruppen, mehrere Jobrollen oder „Alle“. Die Regel betrifft alle, auf die eines davon zutrifft.
rules-by-address = Nach E-Mail-Adresse
rules-addresses = Weitere Personen
rules-addresses-help = E-Mail-Adressen, eine je Zeile, von Personen, die nicht in der Liste oben stehen.
rules-by-attribute = Nach Abteilung, Position oder Team
rules-attribute = Merkmal
rules-attribute-none = Keines
rules-attribute-department = Abteilung
rules-attribute-title = Position
rules-attribute-team = Team
rules-values = Werte
rules-values-help = Ein Wert pro Zeile, Buchstabe für Buchstabe wie in den Profilen. Gilt, wenn oben niemand gewählt ist.
rules-effect = Was sie bewirkt
rules-allow-help = Diese Aufrufe sind erlaubt, sofern keine andere Regel sie verbietet.
rules-deny-help = Diese Aufrufe werden verweigert, was auch immer andere Regeln erlauben.
rules-servers = Server
rules-more-servers = Weitere Server
rules-more-servers-help = Die Regel gilt auch für diese Server.
rules-servers-help = Die Server, für die die Regel gilt.
rules-scope = Was davon
rules-whole-global = Jedes Werkzeug jedes Servers
rules-whole-global-help = Alles auf jedem Server: Werkzeuge, Prompts und Ressourcen.
rules-whole-server-help = Alle Werkzeuge, Prompts und Ressourcen, auch später genehmigte.
rules-some = Nur diese Werkzeuge, Ressourcen und Prompts
rules-some-help = Namen oder Muster. Was nicht genannt ist, gehört nicht dazu.
rules-tools-help = Ein Name pro Zeile. Ein Sternchen steht für beliebige Zeichen: write_* umfasst write_file und write_row.
rules-resources = Ressourcen
rules-resources-help = Eine URI pro Zeile, zum Beispiel file:///reports/*.
rules-prompts = Prompts
rules-prompts-help = Ein Name pro Zeile.
rules-conditions = Bedingungen
rules-conditions-help = Die Regel gilt nur für Aufrufe, die alle diese Bedingungen erfüllen. Eine Bedingung pro Zeile: ein Pfad, ein Operator und ein Wert. Leer heißt: für jeden Aufruf.
rules-conditions-how = Pfade und Operatoren
rules-how-payload = ein Argument des Aufrufs; payload.options.force schaut in ein Objekt hinein
rules-how-compare = derselbe oder ein anderer Text, eine Zahl oder ein Wahrheitswert
rules-how-list = eines aus einer Liste, deren Teile Kommas trennen
rules-how-parts = Teile eines Textes; bei Listen fragt contains nach einem Element
rules-how-pattern = ein Muster, in dem ein Sternchen für beliebige Zeichen steht
rules-how-number = Zahlen
rules-how-there = ob es überhaupt da ist
rules-how-ip = IP-Adressen und -Bereiche: 10.0.0.0/8, 2001:db8::/32
rules-how-time = eine Tageszeit mit ihrer Zeitzone: Mon-Fri 08:00-18:00 Europe/Berlin
rules-how-within = ein Pfad, der gleich einem anderen ist oder unter ihm liegt, nachdem .. aufgelöst ist
rules-how-groups = eine Gruppe der eingerückten Zeilen darunter: alle, mindestens eine oder keine davon muss erfüllt sein
rules-path-ip = Adresse des KI-Clients
rules-path-time = Zeitpunkt des Aufrufs, für between_times
rules-path-client = wie der KI-Client sich nennt
rules-path-client-version = Version des KI-Clients
rules-path-method = womit sich der Aufrufer ausgewiesen hat: api_key oder session
rules-path-mfa = ein zweiter Faktor wurde benutzt (noch sagt es kein Aufruf)
rules-path-verified = die Person war bei der Anmeldung anwesend (noch sagt es kein Aufruf)
rules-path-scopes = Berechtigungen (Scopes) des Zugriffstokens (noch sagt es kein Aufruf)
rules-path-labels = Kennzeichen der Sitzung (noch sagt es kein Aufruf)
rules-path-person = die Person: Abteilung, Position, Team, E-Mail-Adresse, Plattformrolle
rules-path-groups = Namen der Gruppen und Jobrollen der Person
rules-cedar = Cedar-Klauseln
rules-cedar-field = Für Fachleute: Cedar-Klauseln
rules-cedar-help = Klauseln when { "{" } … { "}" } und unless { "{" } … { "}" } der Richtliniensprache Cedar, die zusätzlich zu den Bedingungen gelten müssen. Die Seite einer Regel zeigt die Richtlinie, die daraus wird.
rules-mode = Modus
rules-enforce = Durchsetzen
rules-enforce-help = Die Regel entscheidet.
rules-monitor-help = Die Regel entscheidet nichts. Das Protokoll hält fest, was sie entschieden hätte.
rules-first-day = Erster Tag
rules-first-day-help = Leer heißt ab sofort. Tage gelten in UTC.
rules-last-day = Letzter Tag
rules-last-day-help = Leer heißt ohne Ende.
rules-notes-help = Warum es diese Regel gibt, für alle, die sie später prüfen.
rules-look = Zeigen, was sich ändern würde
rules-seen = Ich habe gesehen, wen es betrifft.
rules-look-calls = An aufgezeichneten Aufrufen erproben
rules-look-days = Aufgezeichnete Aufrufe
rules-look-span = der letzten { NUMBER($days) } Tage
rules-live = Was die Regel gibt, steht hier, während Sie sie ausfüllen.
rules-builder-path = Pfad, etwa payload.table
rules-builder-operator = Operator
rules-builder-value = Wert
rules-builder-add = Bedingung hinzufügen
rules-switch-off-text = Was nur diese Regel erlaubt, wird sofort verweigert, und was nur sie verbietet, ist erlaubt. Sie können sie wieder einschalten.
rules-switch-on-text = Die Regel entscheidet ab jetzt. Sie können sie wieder ausschalten.

# Was an den Feldern nicht stimmt, als Teil eines Satzes
rules-choose-effect = wählen Sie „Erlauben“ oder „Verbieten“
rules-choose-mode = wählen Sie „Durchsetzen“ oder „Nur beobachten“
rules-choose-principal = wählen Sie Personen, Gruppen, Jobrollen oder „Alle“, oder nennen Sie ein Merkmal mit seinen Werten
rules-choose-one-kind = wählen Sie nur Personen, nur Gruppen, nur Jobrollen oder allein „Alle“; legen Sie für jede Art eine eigene Regel an
rules-too-many-people = eine Regel nennt höchstens { NUMBER($most) } Personen; nehmen Sie eine Gruppe
rules-unknown-address = niemand hat die Adresse { $address }; prüfen Sie, wie sie geschrieben ist
rules-choose-either = wählen Sie jemanden nach Namen oder nach einem Merkmal, nicht beides
rules-choose-server = wählen Sie mindestens einen Server
rules-choose-known-server = wählen Sie Server aus der Liste
rules-tick-seen = viele Personen sind betroffen: lesen Sie, was sich ändern würde, setzen Sie dieses Häkchen und senden Sie es noch einmal ab

# Was sich ändern würde
rules-look-title = Was dies ändern würde
rules-look-about = { $people ->
    [one] Die Regel betrifft 1 aktive Person
   *[other] Die Regel betrifft { $people } aktive Personen
} und umfasst { $tools ->
    [one] 1 Werkzeug.
   *[other] { $tools } Werkzeuge.
}
rules-look-nothing = Heute gewinnt oder verliert dadurch niemand etwas.
rules-look-gaining = { $people ->
    [one] 1 Person erhält Zugriff:
   *[other] { $people } Personen erhalten Zugriff:
}
rules-look-losing = { $people ->
    [one] 1 Person verliert Zugriff:
   *[other] { $people } Personen verlieren Zugriff:
}
rules-look-depends = { $people ->
    [one] Für 1 Person hängt es von den Bedingungen ab.
   *[other] Für { $people } Personen hängt es von den Bedingungen ab.
}
rules-look-somebody = { $person } · { $server }: { $tools }
rules-look-tools-more = { $names } und { NUMBER($count) } weitere
rules-look-server = der Server selbst
rules-look-more-people = und { NUMBER($count) } weitere

# Was sie gibt, in Kürze
rules-live-gives = Dies gibt { $people ->
    [one] 1 Person
   *[other] { $people } Personen
} { $tools ->
    [one] 1 Werkzeug.
   *[other] { $tools } Werkzeuge.
}
rules-live-takes = Dies verbietet { $people ->
    [one] 1 Person
   *[other] { $people } Personen
} { $tools ->
    [one] 1 Werkzeug.
   *[other] { $tools } Werkzeuge.
}
rules-live-changes = Verglichen mit heute { $gaining ->
    [0] gewinnt niemand Zugriff
    [one] gewinnt 1 Person Zugriff
   *[other] gewinnen { $gaining } Personen Zugriff
} und { $losing ->
    [0] verliert niemand welchen.
    [one] verliert 1 Person welchen.
   *[other] verlieren { $losing } Personen welchen.
}
rules-live-monitor = Im Beobachtungsmodus entscheidet sie nichts.
rules-live-incomplete = Noch nicht vollständig: { $why }.

# Was aufgezeichnete Aufrufe dazu sagen
rules-calls-title = Was die Aufrufe der letzten { NUMBER($days) } Tage sagen
rules-calls-all = { $calls ->
    [one] 1 aufgezeichneter Aufruf wurde neu entschieden.
   *[other] { NUMBER($calls) } aufgezeichnete Aufrufe wurden neu entschieden.
}
rules-calls-same = Jeder davon würde so entschieden wie nach den heutigen Regeln.
rules-calls-otherwise = { NUMBER($denied) } würden verweigert, die die heutigen Regeln erlauben, und { NUMBER($allowed) } erlaubt, die sie verweigern: Aufrufe von { $people ->
    [one] 1 Person.
   *[other] { NUMBER($people) } Personen.
}
rules-calls-denied = { $calls ->
    [one] 1 Aufruf
   *[other] { NUMBER($calls) } Aufrufe
} verweigert, zuletzt { $last }
rules-calls-allowed = { $calls ->
    [one] 1 Aufruf
   *[other] { NUMBER($calls) } Aufrufe
} erlaubt, zuletzt { $last }
rules-calls-unclear = { $calls ->
    [one] 1 Aufruf bleibt
   *[other] { NUMBER($calls) } Aufrufe bleiben
} außer Betracht: Die Entscheidung hängt von Argumenten ab, die nicht ganz aufgezeichnet wurden.
rules-calls-partial = Es waren zu viele Aufrufe, um alle zu erproben: Die ältesten fehlen.

# Vorlagen
rules-template-network = Nur aus dem Firmennetz
rules-template-network-notes = Nur aus dem Firmennetz.
rules-template-client = Nur ein bestimmter KI-Client
rules-template-client-notes = Nur mit dem freigegebenen KI-Client.
rules-template-verified = Nur mit geprüfter Anmeldung
rules-template-verified-notes = Nur wenn die Person bei der Anmeldung anwesend war.
rules-template-reading = Nur lesen, für eine Gruppe
rules-template-reading-notes = Darf lesen und suchen, aber nichts ändern.
rules-template-contractor = Auftragnehmer bis zu einem Tag
rules-template-contractor-notes = Bis zum Ende des Vertrags.
rules-template-hours = Geschäftszeiten
rules-template-hours-notes = Nur zu den Geschäftszeiten.
rules-template-table = Beschränkung auf Tabellenebene
rules-template-table-notes = Diese Tabellen sind nichts für KI-Clients.

# Eine Regel
rules-history = Verlauf
rules-gone = Diese Regel ist gelöscht und entscheidet nichts. Was sie war und wer sie geändert hat, bleibt hier.
rules-version = Version { NUMBER($number) }
rules-made = angelegt
rules-updated = geändert
rules-deleted = gelöscht
rules-system = das System
rules-line-on = eingeschaltet
rules-line-off = ausgeschaltet
rules-line = { $label }: { $value }
rules-whole = alles

# Erklärungen
rules-past = Entschieden nach den Regeln von damals. Personen, ihre Gruppen und Server gelten so, wie sie heute sind.
rules-recorded = Adresse und Client, die nicht angegeben sind, stammen aus dem protokollierten Aufruf.
rules-recorded-arguments = Die Argumente sind die des protokollierten Aufrufs.
rules-recorded-cut = Die Argumente des protokollierten Aufrufs wurden nicht vollständig aufbewahrt; entschieden wird, als hätte er keine.
rules-prompt = Prompt
rules-resource = Ressource
rules-template = Vorlage
rules-something-else = Betrifft etwas anderes
rules-unmet = Bedingungen nicht erfüllt
rules-would-allow = Würde erlauben (nur beobachten)
rules-would-deny = Würde verbieten (nur beobachten)
rules-test-met = { $test }: erfüllt, der Wert ist { $found }
rules-test-met-absent = { $test }: erfüllt, es ist nichts da
rules-test-not-met = { $test }: nicht erfüllt, der Wert ist { $found }
rules-test-not-met-absent = { $test }: nicht erfüllt, es ist nichts da
rules-test-missing = { $test }: nicht erfüllt, es ist nichts zum Vergleichen da
rules-test-wrong-type = { $test }: { $found } lässt sich so nicht vergleichen, was gegen den Aufrufer zählt
rules-test-unknown = { $test }: steht erst beim Aufruf fest
rules-arguments = Argumente (JSON)
rules-client = KI-Client
rules-client-version = Version des Clients
