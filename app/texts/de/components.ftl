### Texte der Bausteine (`components/`), außer Zuständen und Hinweisen.

# Laden, Listen und Seiten
components-loading = Wird geladen
components-breadcrumbs = Übergeordnete Seiten
components-nothing-here = Hier ist nichts.
components-pages = Seiten
components-first-page = Erste Seite
components-next-page = Nächste Seite
components-filter = Filtern
components-clear = Zurücksetzen

# Kopieren
components-copy = Kopieren
components-copied = Kopiert

# Diagramme
components-chart-table = Als Tabelle zeigen
components-chart-as-table = { $title }, als Tabelle

# Formulare. Bezeichnungen stehen im Satz so, wie die Sprache es will
components-show-secret = { $label } anzeigen
components-check-fields = Prüfen Sie die markierten Felder.
components-unreadable-form = dieses Formular war nicht lesbar; laden Sie die Seite neu

# Lange Listen zum Ankreuzen
components-check-filter = Hierin suchen

# Namen mit geheimen Werten
components-secrets = Einträge: { $label }
components-add-secret = { $label } hinzufügen
components-secret-value = Wert { NUMBER($number) }
components-secret-kept = Bleibt erhalten; nur zum Ersetzen einen Wert eingeben

# JSON
components-json-fields = { $count ->
    [one] 1 Feld
   *[other] { $count } Felder
}
components-json-items = { $count ->
    [one] 1 Element
   *[other] { $count } Elemente
}

# Definitionen: Parameter, Angaben des Servers, Änderungen
components-definition = Definition
components-parameters-of = Parameter von { $name }
components-parameter = Parameter
components-parameter-type = Typ
components-parameter-needed = Nötig
components-parameter-required = erforderlich
components-type-array = Liste
components-type-array-of = Liste von { $item }
components-type-or = { $one } oder { $other }
components-type-choice = Auswahl
components-type-any = beliebig
components-says-reads-only = Angabe: liest nur
components-says-can-destroy = Angabe: kann zerstören
components-says-open-world = Angabe: greift nach außen zu
components-diff-title = Genehmigt (−) und zuletzt gesehen (+)
components-diff-changed = Was sich geändert hat
components-diff-removed = entfernt:
components-diff-added = hinzugefügt:
components-diff-unchanged = { $count ->
    [one] 1 unveränderte Zeile
   *[other] { $count } unveränderte Zeilen
}

# Verbindungstests
components-test-passed = Test bestanden
components-test-failed = Test fehlgeschlagen
components-what-to-do = Was zu tun ist:

# Seiten, die nicht gezeigt werden können: Titel und Text
components-session-ended = Ihre Sitzung ist beendet
components-session-ended-text = Melden Sie sich erneut an, um dort weiterzumachen, wo Sie waren.
components-forbidden = Das dürfen Sie nicht sehen
components-not-found = Nicht gefunden
components-not-found-text = Es existiert nicht, wurde gelöscht oder ist nicht für Sie bestimmt. Prüfen Sie die Adresse, oder gehen Sie zurück und wählen Sie aus der Liste.
components-invalid = Das kann nicht gezeigt werden
components-conflict = Inzwischen hat sich etwas geändert
components-rate-limited = Zu viele Versuche
components-unavailable = Zurzeit nicht verfügbar
components-internal = Etwas ist schiefgegangen
components-internal-text = Der Fehler liegt bei uns und wurde aufgezeichnet. Versuchen Sie es erneut; bleibt er bestehen, geben Sie diese ID an Ihren Administrator weiter.
components-to-home = Zur Startseite
components-to-sign-in = Zur Anmeldung

# Tables
components-table-choose = { $name } auswählen
components-table-choose-all = Alle Zeilen dieser Seite auswählen
components-table-choose-none = Auswahl aufheben
components-table-chosen = { $count ->
    [one] 1 ausgewählt
   *[other] { $count } ausgewählt
}
components-table-bulk = Mit den ausgewählten Zeilen
components-table-columns = Spalten
components-table-shown = sichtbar
components-table-hidden = ausgeblendet
components-table-sort = Nach { $column } sortieren

# Filters
components-filter-remove = Filter { $filter } entfernen
components-filter-active = Aktive Filter
components-filter-range = Zeitraum
components-filter-any-time = Beliebige Zeit
components-filter-today = Heute
components-filter-days = { $count ->
    [one] Letzter Tag
   *[other] Letzte { $count } Tage
}
components-filter-from = Von
components-filter-to = Bis
components-filter-apply = Anwenden

# Numbers
components-delta-same = wie zuvor
components-delta-more = { NUMBER($percent) } % mehr
components-delta-less = { NUMBER($percent) } % weniger

# Steps
components-step-done = erledigt
components-step-current = jetzt
components-step-ahead = steht noch aus
components-step-stopped = hier beendet

# Choosing among many
components-picker-placeholder = Tippen, um zu suchen
components-picker-nothing = Nichts und niemand gefunden.
components-picker-chosen = Ausgewählt
components-picker-remove = { $name } entfernen

# JSON
components-json-search = Suchen
components-json-search-in = In { $label } suchen
components-json-found = { $count ->
    [0] nicht gefunden
    [one] 1 Zeile
   *[other] { $count } Zeilen
}
components-json-unfold = Alles aufklappen
components-json-fold = Alles zuklappen
components-json-copy-path = Pfad kopieren

# Charts
components-chart-png = PNG
components-chart-csv = CSV
components-chart-save = { $title } als { $format } speichern

# Confirmation
components-confirm-type = Geben Sie zur Bestätigung { $name } ein

# Ansichten einer Liste: Filter, Reihenfolge und Spalten unter einem Namen
components-views = Ansichten
components-view-name = Filter, Reihenfolge und Spalten speichern als
components-view-keep = Ansicht speichern
components-view-delete = Ansicht { $name } löschen
