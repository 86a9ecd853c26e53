### Warum es nicht ging, nach einem Doppelpunkt.

causes-empty = sie ist leer
causes-longer-than-2048-characters = sie ist länger als 2048 Zeichen
causes-does-not-begin-with = sie beginnt nicht mit https://
causes-scheme-not-https = `{ $scheme }` ist nicht https
causes-holds-user-name-password = sie enthält einen Nutzernamen oder ein Passwort; senden Sie Zugangsdaten in einem Header
causes-has-fragment-which-servers = sie hat ein Fragment (`#…`), das Server nie sehen
causes-port-0 = ihr Port ist 0
causes-names-no-host = sie nennt keinen Host
causes-plain-http-can-read = einfaches http kann unterwegs gelesen und geändert werden; nehmen Sie https
causes-certificate-not-signed-by = das Zertifikat ist von keiner vertrauten Stelle unterschrieben
causes-certificate-for-another-name = das Zertifikat gilt für einen anderen Namen
causes-certificate-has-expired = das Zertifikat ist abgelaufen
causes-certificate-not-valid-yet = das Zertifikat gilt noch nicht
causes-certificate-was-revoked = das Zertifikat wurde widerrufen
causes-certificate-cannot-used-why = das Zertifikat ist nicht brauchbar: { $why }
causes-what-answers-there-does = was dort antwortet, spricht kein TLS
causes-ended-handshake-causes = der Server beendete den Handshake: { $causes }
causes-offers-no-version-tls = der Server bietet keine Version von TLS an, die noch sicher ist
causes-does-not-know-name = der Server kennt diesen Namen nicht
causes-asks-for-client-certificate = der Server verlangt ein Client-Zertifikat
causes-connection-was-refused = die Verbindung wurde abgelehnt
causes-connection-was-reset = die Verbindung wurde zurückgesetzt
causes-connection-was-closed-early = die Verbindung wurde vorzeitig geschlossen
causes-host-cannot-reached = der Host ist nicht erreichbar
causes-network-cannot-reached = das Netz ist nicht erreichbar
causes-connection-timed-out = die Zeit für die Verbindung lief ab
causes-name-exists-but-without = den Namen gibt es, aber ohne Adresse
causes-extra-trusted-certificate-no = ein zusätzliches vertrautes Zertifikat ist kein PEM: { $error }
causes-extra-trusted-certificate-no-use = ein zusätzliches vertrautes Zertifikat ist unbrauchbar: { $error }
causes-extra-trusted-certificate-holds = ein zusätzliches vertrautes Zertifikat enthält keinen PEM-Block `CERTIFICATE`

# crates/upstream
causes-no-error = sie ist kein Fehler
causes-answer-method-not-what = seine Antwort auf `{ $method }` ist nicht, was das Protokoll vorsieht: { $error }
causes-answer-method-not-what-protocol = seine Antwort auf `{ $method }` ist nicht, was das Protokoll vorsieht
causes-answer-has-no-content = die Antwort hat keinen Inhaltstyp
causes-answer-type-not-json = die Antwort ist `{ $type }`, nicht JSON
causes-answer-type-not-event = die Antwort ist `{ $type }`, kein Ereignisstrom
causes-address-for-messages-no = seine Adresse für Nachrichten ist keine URL
causes-answer-method-answers = seine Antwort auf `{ $method }` { $answers }
causes-name-may-hold-letters = sein Name darf nur Buchstaben, Ziffern und `-` enthalten
causes-header-belongs-protocol-itself = dieser Header gehört zum Protokoll selbst
causes-value-holds-characters-cannot = sein Wert enthält Zeichen, die nicht in einem Header stehen können, zum Beispiel Zeilenumbrüche

# crates/guard: Definitionen ohne Fingerabdruck
causes-definition-has-bytes-bytes = die Definition hat { $bytes } Bytes; höchstens { $max } werden angenommen, der Server muss sie also kürzen
causes-definition-nests-deeper-than = die Definition ist bei Byte { $at } tiefer als { $max } Ebenen verschachtelt; der Server muss sie flacher machen
causes-definition-not-valid-json = die Definition ist kein gültiges JSON: { $syntax } bei Byte { $at }; der Server muss sie berichtigen
causes-definition-has-key-key = die Definition hat den Schlüssel { $key } zweimal in einem Objekt; der Server muss jeden Schlüssel einmal nennen
causes-definitions-definition-needs-shapes = eine Definition dieser Art ({ $definitions }) braucht { $shapes }; der Server muss sie berichtigen

# crates/mcp: nicht lesbare Antworten
causes-answer-unreadable-causes = die Antwort ist nicht lesbar: { $causes }
causes-answer-not-json-rpc = die Antwort ist keine JSON-RPC-Nachricht: { $causes }
causes-answer-json-rpc-request = die Antwort ist eine Anfrage oder Benachrichtigung von JSON-RPC, keine Antwort
causes-body-empty-send-one = der Inhalt ist leer; nötig ist eine JSON-RPC-Nachricht
causes-body-too-long-scanned = der Inhalt ist zu lang; erlaubt sind weniger als 4 GiB
causes-byte-at-not-valid = Byte { $at } ist kein gültiges UTF-8; JSON-RPC muss UTF-8 sein
causes-json-text-ends-at = der JSON-Text endet bei Byte { $at } mitten in einem Wert; er wurde abgeschnitten, oder es fehlt eine Klammer
causes-unexpected-byte-0x-byte = unerwartetes Byte 0x{ $byte } bei Byte { $at }; der Inhalt ist kein gültiges JSON
causes-malformed-number-at-byte = fehlerhafte Zahl bei Byte { $at }; JSON kennt keine führenden Nullen und kein Pluszeichen
causes-number-at-byte-at = die Zahl bei Byte { $at } ist zu groß oder zu klein; sie muss als Text gesendet werden
causes-invalid-escape-sequence-at = ungültige Escape-Folge bei Byte { $at }; JSON kennt \" \\ \/ \b \f \n \r \t und \uXXXX
causes-lone-surrogate-escape-at = halbes Surrogatpaar bei Byte { $at }; nötig sind beide Hälften oder das Zeichen selbst
causes-unescaped-control-character-at = Steuerzeichen bei Byte { $at }; es muss als \uXXXX geschrieben werden
causes-nested-deeper-than-max = bei Byte { $at } tiefer als { $max } Ebenen verschachtelt; der Wert muss flacher werden
causes-duplicate-object-key-at = doppelter Schlüssel bei Byte { $at }; jeder Schlüssel darf einmal vorkommen
causes-reserved-object-key-at = reservierter Schlüssel bei Byte { $at }; er muss anders heißen
causes-unexpected-data-after-json = bei Byte { $at } folgt noch etwas auf den JSON-Wert; erlaubt ist eine Nachricht
causes-body-must-json-object = der Inhalt muss ein JSON-Objekt sein, kein bloßer Wert
causes-json-rpc-batches-are = Stapel von JSON-RPC gehören nicht zu dieser Fassung des Protokolls; erlaubt ist eine Nachricht
causes-batch-empty-send-at = der Stapel ist leer; nötig ist mindestens eine Nachricht
causes-batch-holds-more-than = der Stapel enthält mehr als { $max } Nachrichten; er muss geteilt werden
causes-message-must-json-object = die Nachricht muss ein JSON-Objekt sein
causes-member-jsonrpc-must-2 = das Feld jsonrpc muss "2.0" sein
causes-message-must-have-exactly = die Nachricht muss genau eines von method, result und error haben
causes-member-method-must-non = das Feld method muss ein nicht leerer Text sein
causes-member-id-must-not = das Feld id darf nicht null sein; erlaubt sind Text oder Zahl
causes-member-id-must-string = das Feld id muss ein Text oder eine Zahl sein
causes-member-params-must-object = das Feld params muss ein Objekt sein
causes-method-needs-id-request = diese Methode braucht eine id; sie ist eine Anfrage, keine Benachrichtigung
causes-notifications-must-not-have = Benachrichtigungen dürfen keine id haben
causes-member-differs-from-member = ein Feld unterscheidet sich von { $member } nur durch Groß- und Kleinschreibung; diese zählt bei Namen, also muss es weg
causes-result-must-have-id = ein Ergebnis muss die id seiner Anfrage haben
