### Der Katalog.

catalog-title = Katalog
catalog-description = Bekannte MCP-Server, als Vorlagen geprüft. Fragen Sie einen an, und ein Administrator prüft die Anfrage.
catalog-browse = Katalog ansehen
catalog-request-custom = Eigenen Server anfragen
catalog-search = Katalog durchsuchen
catalog-categories = Kategorien
catalog-empty = Nichts im Katalog passt dazu
catalog-empty-text = Versuchen Sie ein anderes Wort oder eine andere Kategorie. Wenn Sie die Adresse des Servers kennen, fragen Sie ihn als eigenen Server an.
catalog-here = Schon vorhanden
catalog-ask-access = Zugriff anfragen
catalog-show-all = Alles anzeigen

# Wie es um einen Eintrag steht

catalog-connected = Verbunden
catalog-requested = Angefragt
catalog-request = Anfragen
catalog-request-named = { $title } anfragen
catalog-not-available = Noch nicht verfügbar
catalog-not-oauth = Dieser Server meldet Personen mit OAuth an. Das kann Drawbridge für angebundene Server noch nicht; deshalb kann er nicht angefragt werden.
catalog-not-stdio = Dieser Server läuft als Prozess auf einem Rechner (stdio). Drawbridge verbindet sich bisher nur über HTTP mit Servern; deshalb kann er nicht angefragt werden.
catalog-not-yet = Kann noch nicht angefragt werden

# Ein Eintrag

catalog-can-use = Sie können bereits einen Server dieses Eintrags nutzen.
catalog-open-connector = Verbindung öffnen
catalog-asked = Sie haben ihn angefragt; die Anfrage ist noch offen.
catalog-see-requests = Meine Anfragen ansehen
catalog-request-this = Diesen Server anfragen
catalog-key-ready = Halten Sie einen API-Schlüssel bereit
catalog-key-ready-text = Die Anfrage verlangt den Schlüssel dieses Dienstes. Er wird sofort versiegelt, nur an diesen Server gesendet und nie wieder angezeigt.
catalog-about = Über diesen Server
catalog-publisher = Herausgeber
catalog-registry-name = Name im Verzeichnis
catalog-version = Version
catalog-headers = Benötigte Header
catalog-documentation = Dokumentation
catalog-source-code = Quellcode
catalog-registry-entry = Verzeichniseintrag
catalog-registry-entry-description = Die Vorlage im Format der MCP Registry.
