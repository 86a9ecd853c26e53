### Was dagegen zu tun ist.

advice-correct-header-copy-name = berichtigen Sie den Header; übernehmen Sie Namen und Wert genau, wie es in der Dokumentation des Servers steht
advice-check-name-header-prefix = prüfen Sie den Namen des Headers, ein Präfix wie `Bearer`, und ob der Schlüssel noch gilt
advice-check-name-header-prefix-such = prüfen Sie den Namen des Headers, ein Präfix wie `Bearer`, und ob der Schlüssel noch gilt; dieser Server bietet auch OAuth an, das noch nicht genutzt werden kann
advice-servers-need-oauth-cannot = Server, die OAuth verlangen, können noch nicht verbunden werden; wenn der Anbieter auch API-Schlüssel ausgibt, wählen Sie die Authentifizierung mit API-Schlüssel
advice-choose-authentication-by-api = wählen Sie die Authentifizierung mit API-Schlüssel und geben Sie den Header ein, den der Server erwartet
advice-give-key-rights-needs = geben Sie dem Schlüssel beim Anbieter die nötigen Rechte, oder nehmen Sie einen anderen
advice-enter-credential-ask-server = geben Sie Zugangsdaten ein, oder bitten Sie den Betreiber des Servers, die Adresse von Drawbridge einzulassen
advice-redirects-are-not-followed = Weiterleitungen wird nicht gefolgt; wenn Sie der neuen Adresse vertrauen, geben Sie diese ein
advice-check-path-mcp-endpoints = prüfen Sie den Pfad: MCP-Endpunkte stehen oft unter der Adresse der Website, gefolgt von /mcp, die des älteren HTTP+SSE von /sse
advice-check-path-transport = prüfen Sie Pfad und Transport: Unter dieser Adresse spricht der Server weder den gewählten noch einen älteren
advice-server-limits-how-often = der Server begrenzt, wie oft er gefragt wird; warten Sie eine Weile und testen Sie erneut
advice-server-itself-has-problem = der Server selbst hat ein Problem; sehen Sie in sein Log oder fragen Sie seinen Betreiber, und testen Sie dann erneut
advice-check-address-authentication-against = vergleichen Sie Adresse und Authentifizierung mit der Dokumentation des Servers
advice-enter-address-mcp-endpoint = geben Sie die Adresse des MCP-Endpunkts selbst ein, oft die Adresse der Website, gefolgt von /mcp
advice-check-in-server-documentation = prüfen Sie in der Dokumentation des Servers, ob dies sein MCP-Endpunkt ist und ob er Streamable HTTP oder HTTP+SSE spricht
advice-fault-server-report-maintainer = das ist ein Fehler des Servers; melden Sie ihn, wem der Server gehört
advice-check-address-mcp-endpoint = prüfen Sie, ob die Adresse ein MCP-Endpunkt ist, und suchen Sie den Grund im Log des Servers
advice-check-address-event-streams = prüfen Sie die Adresse: Ereignisströme von HTTP+SSE stehen oft unter der Adresse der Website, gefolgt von /sse
advice-messages-credentials-stay-at = Nachrichten und Zugangsdaten bleiben bei der Website, deren Adresse eingegeben wurde; bitten Sie den Betreiber des Servers, die Adresse zu berichtigen, die der Server nennt
advice-look-into-server-log = sehen Sie in das Log des Servers, und lassen Sie Ereignisströme in jedem Proxy davor offen bleiben
advice-update-server-drawbridge-if = aktualisieren Sie den Server, oder Drawbridge, wenn der Server neuer ist
advice-check-address-mcp-endpoint-server = prüfen Sie, ob die Adresse ein MCP-Endpunkt und der Server nicht überlastet ist, und testen Sie dann erneut
advice-check-address-mcp-endpoint-answers = prüfen Sie, ob die Adresse ein MCP-Endpunkt ist; Antworten dieser Länge werden zum Schutz der anderen abgeschnitten
advice-check-server-set-up = prüfen Sie, ob der Server vollständig eingerichtet ist und die Zugangsdaten seine Werkzeuge erreichen; ohne Werkzeuge gibt es nichts zu genehmigen
advice-ask-server-operator-offer = bitten Sie den Betreiber des Servers, weniger anzubieten, zum Beispiel unter einem eigenen Pfad

# crates/net
advice-enter-full-https-address = geben Sie die vollständige https-Adresse des MCP-Endpunkts ein
advice-use-address-machine-runs = nehmen Sie die Adresse des Rechners, auf dem er läuft; zum Entwickeln starten Sie Drawbridge mit DRAWBRIDGE_ALLOW_LOOPBACK=true
advice-ask-administrator-allow-private = bitten Sie einen Administrator, private Adressen für diesen Server zu erlauben
advice-use-ordinary-public-address = nehmen Sie eine gewöhnliche öffentliche Adresse; Adressen dieser Art werden nie angesprochen
advice-check-spelling-host-exists = prüfen Sie die Schreibweise des Hosts, und ob es ihn in dem DNS gibt, das Drawbridge nutzt
advice-check-port-server-running = prüfen Sie den Port, ob der Server läuft, und ob keine Firewall zwischen ihm und Drawbridge steht
advice-give-server-certificate-public = geben Sie dem Server ein Zertifikat einer öffentlichen Stelle, oder nehmen Sie die private Stelle in die vertrauten Zertifikate des Rechners auf, auf dem Drawbridge läuft
advice-use-name-certificate-was = nehmen Sie den Namen, für den das Zertifikat gemacht wurde, oder besorgen Sie eines für diesen Namen
advice-renew-server-certificate-check = erneuern Sie das Zertifikat des Servers, und prüfen Sie die Uhren beider Rechner
advice-check-port-https-usually = prüfen Sie den Port: https ist meist auf 443
advice-check-tls-setup-server = prüfen Sie die TLS-Einrichtung des Servers; nötig ist TLS 1.2 oder 1.3
advice-check-server-running-not = prüfen Sie, ob der Server läuft und nicht überlastet ist, und versuchen Sie es dann erneut
advice-check-address-mcp-endpoint-answers-are = prüfen Sie, ob die Adresse ein MCP-Endpunkt ist und seine Antworten nicht so lang sind
advice-check-server-log-address = prüfen Sie das Log des Servers, und ob die Adresse die eines HTTP-Servers ist
advice-check-settings-certificates-machine = prüfen Sie die Einstellungen und die Zertifikate des Rechners, auf dem Drawbridge läuft
