### Was sich für eine andere Entscheidung ändern müsste.

explains-denies-whatever-allows = { $rulenames } verbietet es, was auch immer es erlaubt: Ändern Sie sie oder lassen Sie sie enden.
explains-would-have-end = { $rulenames } müsste enden.
explains-all-these-rules = Und zwar alle diese Regeln, denn jede von ihnen genügt.
explains-rule-cannot-evaluated = Eine Regel lässt sich nicht auswerten, und das verbietet alles, was sie betrifft: Berichtigen Sie sie oder schalten Sie sie aus.
explains-account-not-active = Das Konto von { $person } ist nicht aktiv: Aktivieren Sie es wieder.
explains-server-not-switched-on = Der Server ist nicht eingeschaltet: Schalten Sie ihn ein.
explains-rules-allow-look-at = Die Regeln erlauben es. Sehen Sie auf der Seite des Servers nach, was sich geändert hat, und genehmigen Sie es.
explains-rules-allow-not-offered = Die Regeln erlauben es, aber der Server bietet es nicht an: Testen Sie den Server noch einmal.
explains-would-allow-switched-off = { $rulenames } würde es erlauben, ist aber ausgeschaltet.
explains-would-allow-not-begun = { $rulenames } würde es erlauben, gilt aber noch nicht.
explains-would-allow-ended = { $rulenames } würde es erlauben, ist aber abgelaufen.
explains-allows-something-else = { $rulenames } erlaubt etwas anderes von diesem Server: Ergänzen Sie sie.
explains-no-rule-lets = Keine Regel lässt { $person } diesen Server benutzen: Legen Sie eine an, oder bitten Sie { $person }, Zugang zu beantragen.
explains-would-deny-monitors = { $rulenames } würde es verbieten, beobachtet aber nur: Lassen Sie sie durchsetzen.
explains-would-deny-conditions = { $rulenames } würde es verbieten, aber ihre Bedingungen sind nicht erfüllt: { $conditions }
explains-would-deny-clauses = { $rulenames } würde es verbieten, aber ihre Cedar-Klauseln sind nicht erfüllt.
explains-would-allow-monitors = { $rulenames } würde es erlauben, beobachtet aber nur: Lassen Sie sie durchsetzen.
explains-would-allow-conditions = { $rulenames } würde es erlauben, aber ihre Bedingungen sind nicht erfüllt: { $conditions }
explains-would-allow-clauses = { $rulenames } würde es erlauben, aber ihre Cedar-Klauseln sind nicht erfüllt.
explains-history-begins-later = Regeln, deren Verlauf erst später beginnt ({ NUMBER($count) }), gelten hier so, wie sie an seinem Anfang waren: { $ids }
