### Was zwischen Browser und Server schiefgeht (`error.rs`). Es wird als Satz gezeigt: Großbuchstabe am Anfang und Punkt
### am Ende kommen hinzu.

errors-unreachable = Drawbridge ist nicht erreichbar; nichts ging verloren; prüfen Sie Ihre Verbindung und versuchen Sie es erneut
errors-unreadable-form = dieses Formular war nicht lesbar ({ $why }); laden Sie die Seite neu und versuchen Sie es erneut
errors-unreadable-answer = die Antwort war nicht lesbar ({ $why }); vielleicht wurde Drawbridge aktualisiert, laden Sie deshalb die Seite neu

# Die Arten von Problemen, die keine Texte eines Anwendungsfalls sind
errors-sign-in = melden Sie sich an, um fortzufahren
errors-not-found = nicht gefunden: { $what }
errors-rate-limited = { $seconds ->
    [one] zu viele Versuche; versuchen Sie es in einer Sekunde erneut
   *[other] zu viele Versuche; versuchen Sie es in { $seconds } Sekunden erneut
}
errors-internal = bei uns ist etwas schiefgegangen; nennen Sie Ihrem Administrator diese Kennung: { $correlation }
errors-invalid = die Eingabe ist nicht gültig
errors-invalid-and-more = { $field }: { $why } (und { $count } weitere)
