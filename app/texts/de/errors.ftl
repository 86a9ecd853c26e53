### Was zwischen Browser und Server schiefgeht (`error.rs`). Es wird als Satz gezeigt: Großbuchstabe am Anfang und Punkt
### am Ende kommen hinzu.

errors-unreachable = Drawbridge ist nicht erreichbar; nichts ging verloren; prüfen Sie Ihre Verbindung und versuchen Sie es erneut
errors-unreadable-form = dieses Formular war nicht lesbar ({ $why }); laden Sie die Seite neu und versuchen Sie es erneut
