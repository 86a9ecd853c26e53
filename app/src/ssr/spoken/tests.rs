//! What use cases say, in the language of the reader.

use chrono::{TimeZone, Utc};
use domain::{TestStep, TestStepKind, TestStepState};

use super::*;

fn german<T: Spoken>(value: T) -> T {
    spoken_in(Language::German, value)
}

#[test]
fn problems_are_german() {
    let why = "this request is approved by Ada Lovelace already; reload the page";
    let problem = Problem::conflict("request_decided", why);
    assert_eq!(spoken_in(Language::English, problem.clone()), problem);
    assert_eq!(
        german(problem),
        Problem::conflict(
            "request_decided",
            "diese Anfrage ist schon von Ada Lovelace genehmigt; laden Sie die Seite neu"
        )
    );
    assert_eq!(german(Problem::not_found("API key")), Problem::not_found("API-Schlüssel"));
    for (english, german) in [
        ("use at most 2000 characters", "verwenden Sie höchstens 2\u{202f}000 Zeichen"),
        (
            "this needs the right to manage requests; ask an administrator of Drawbridge to do it or to give you \
             the role",
            "hierfür ist das Recht nötig, Anfragen zu entscheiden; bitten Sie einen Administrator von Drawbridge, \
             es zu tun oder Ihnen die Rolle zu geben",
        ),
        (
            "GitHub does this already (it has the same address): ask for access to it instead; or confirm that you \
             need another server",
            "GitHub leistet das schon (dieselbe Adresse): fragen Sie stattdessen Zugriff darauf an; oder \
             bestätigen Sie, dass Sie einen weiteren Server brauchen",
        ),
        (
            "the URL cannot be used: it does not begin with https://; enter the full https address of the \
             server's MCP endpoint",
            "die URL kann nicht genutzt werden: sie beginnt nicht mit https://; geben Sie die vollständige \
             https-Adresse des MCP-Endpunkts ein",
        ),
        (
            "The last connection test failed. Test the connection again.",
            "Der letzte Verbindungstest ist fehlgeschlagen. Testen Sie die Verbindung erneut.",
        ),
        ("a text of tomorrow", "a text of tomorrow"),
    ] {
        assert_eq!(spoken_in(Language::German, Problem::field("name", english)), Problem::field("name", german));
    }
}

#[test]
fn reports_are_german() {
    for (detail, advice, german_detail, german_advice) in [
        (
            "mcp.example.com takes no connection: the connection was refused",
            "Check the port, that the server is running, and that no firewall stands between it and Drawbridge.",
            "mcp.example.com nimmt keine Verbindung an: die Verbindung wurde abgelehnt",
            "Prüfen Sie den Port, ob der Server läuft, und ob keine Firewall zwischen ihm und Drawbridge steht.",
        ),
        (
            "No answer to `tools/list` within 2.5 seconds",
            "This is a fault of the server; report it to its maintainer.",
            "Keine Antwort auf `tools/list` innerhalb von 2,5 Sekunden",
            "Das ist ein Fehler des Servers; melden Sie ihn, wem der Server gehört.",
        ),
        (
            "The name a.example has no address: no such host is known (os error 11001)",
            "Something new.",
            "Der Name a.example hat keine Adresse: no such host is known (os error 11001)",
            "Something new.",
        ),
        (
            "The answer is malformed: the answer is unreadable: duplicate object key at byte 17; name every key once",
            "Check the port: https is usually on 443.",
            "Die Antwort ist fehlerhaft: die Antwort ist nicht lesbar: doppelter Schlüssel bei Byte 17; jeder \
             Schlüssel darf einmal vorkommen",
            "Prüfen Sie den Port: https ist meist auf 443.",
        ),
        (
            "3 tools, 1 prompt, instructions, 1 without a name, which are left out, the list of resources is refused",
            "",
            "3 Werkzeuge, 1 Prompt, Anweisungen, 1 ohne Namen, die weggelassen wird, die Liste „Ressourcen“ wird \
             verweigert",
            "",
        ),
        ("TLS 1.3, valid certificate", "", "TLS 1.3, gültiges Zertifikat", ""),
        ("MCP 2026-07-28, Fixture 1.0", "", "MCP 2026-07-28, Fixture 1.0", ""),
        (
            "MCP 2024-11-05 (HTTP+SSE), Fixture 1.0; the server uses the older transport from 2024, which is supported",
            "",
            "MCP 2024-11-05 (HTTP+SSE), Fixture 1.0; der Server nutzt den älteren Transport von 2024, der unterstützt wird",
            "",
        ),
    ] {
        let step = |detail: &str, advice: &str| TestStep {
            step: TestStepKind::Reachable,
            state: TestStepState::Failed,
            detail: detail.to_owned(),
            advice: (!advice.is_empty()).then(|| advice.to_owned()),
            millis: 3,
        };
        let report = TestReport {
            id: "tst_01900000000070008000000000000001".parse().unwrap(),
            ok: false,
            tested_at: Utc.with_ymd_and_hms(2026, 3, 12, 9, 0, 0).unwrap(),
            steps: vec![step(detail, advice)],
            protocol_version: None,
            server_info: None,
            tools: Vec::new(),
            others: Vec::new(),
            definitions_digest: None,
        };
        assert_eq!(german(report).steps, [step(german_detail, german_advice)]);
    }
}

#[test]
fn reasons_of_the_audit_log_are_german() {
    let row = |action: AuditAction, reason: &str| -> AuditRow {
        let row = serde_json::json!({
            "id": "evt_01900000000070008000000000000001", "at": "2026-03-12T09:00:00Z", "action": action,
            "outcome": "denied", "actor": { "kind": "user", "id": null, "name": "Ada" }, "resource": null,
            "server_id": null, "server": null, "tool": null, "client_name": null, "client_version": null,
            "ip": null, "correlation_id": "cor_01900000000070008000000000000001", "latency_us": null,
            "decision": null, "reason": reason,
        });
        serde_json::from_value(row).unwrap()
    };
    for (english, in_german) in [
        ("no rule allows this", "keine Regel erlaubt dies"),
        ("there is no server `wiki`", "es gibt keinen Server `wiki`"),
        ("the owner of the API key is suspended", "wem der API-Schlüssel gehört, ist gesperrt"),
        ("lacks the right to manage requests", "es fehlt das Recht, Anfragen zu entscheiden"),
        (
            "wrong password (12 more like this were not recorded)",
            "falsches Passwort (so noch 12-mal, nicht einzeln festgehalten)",
        ),
        (
            "limit rate_per_person: your use of this server is limited to 2 calls a minute; try again in 30 seconds",
            "Grenze rate_per_person: Ihre Nutzung dieses Servers ist auf 2 Aufrufe in der Minute begrenzt; versuchen \
             Sie es in 30 Sekunden noch einmal",
        ),
        (
            "limit breaker: this server did not answer several times in a row, so calls are not sent; try again in a \
             second (further refusals of this person in this minute are only counted)",
            "Grenze breaker: dieser Server hat mehrmals hintereinander nicht geantwortet, deshalb werden keine Aufrufe \
             gesendet; versuchen Sie es in einer Sekunde noch einmal (weitere Ablehnungen dieser Person in dieser \
             Minute werden nur gezählt)",
        ),
        (
            "limit concurrent_per_person: you have 1 call to this server under way, which is as many as may be; end \
             one first",
            "Grenze concurrent_per_person: bei diesem Server laufen schon 1 Ihrer Aufrufe, und mehr dürfen es nicht \
             sein; beenden Sie erst etwas davon",
        ),
        ("something of tomorrow", "something of tomorrow"),
    ] {
        assert_eq!(german(row(AuditAction::AccessDenied, english)).reason.as_deref(), Some(in_german));
    }
    let written = row(AuditAction::ServerRejected, "wrong password");
    assert_eq!(german(written.clone()), written);

    let entry = AuditEntry {
        row: written,
        rules: Vec::new(),
        args: None,
        result: None,
        error: Some("the server's answer is larger than 5 bytes".to_owned()),
        cut: Some("arguments: the first 65536 of 70000 bytes; result: 9 bytes, not kept".to_owned()),
        node: String::new(),
        seq: 1,
        hash: String::new(),
        prev_hash: String::new(),
    };
    let told = german(entry.clone());
    assert_eq!(told.error.as_deref(), Some("die Antwort des Servers ist größer als 5 Bytes"));
    assert_eq!(
        told.cut.as_deref(),
        Some("Argumente: die ersten 65\u{202f}536 von 70\u{202f}000 Bytes; Ergebnis: 9 Bytes, nicht aufbewahrt")
    );
    let json = AuditEntry { error: Some(r#"{"code":-32000}"#.to_owned()), cut: None, ..entry };
    assert_eq!(german(json.clone()), json);
}

#[test]
fn histories_are_german_where_nobody_wrote_them() {
    let line = |what: &str, detail: &str| RequestHistory {
        at: Utc.with_ymd_and_hms(2026, 3, 12, 9, 0, 0).unwrap(),
        actor: "Ada".to_owned(),
        what: what.to_owned(),
        detail: Some(detail.to_owned()),
    };
    let failed = line("Connection test failed", "Authentication: The server refuses the credential (401)");
    let german_detail = "Authentifizierung: Der Server lehnt die Zugangsdaten ab (401)";
    assert_eq!(german(failed), line("Connection test failed", german_detail));
    let rejected = line("Rejected", "TLS: the server refuses the credential (401)");
    assert_eq!(german(rejected.clone()), rejected);
}

#[test]
fn notifications_are_german_but_for_what_people_wrote() {
    let notification = |kind, title: &str, body: &str| Notification {
        id: "ntf_01900000000070008000000000000001".parse().unwrap(),
        kind,
        title: title.to_owned(),
        body: body.to_owned(),
        link: "/".to_owned(),
        created_at: Utc.with_ymd_and_hms(2026, 3, 12, 9, 0, 0).unwrap(),
        read_at: None,
    };
    for (kind, english, in_german) in [
        (
            NotificationKind::RequestPending,
            ("Ada asks for GitHub", "An administrator deleted the server."),
            ("Ada fragt GitHub an", "An administrator deleted the server."),
        ),
        (
            NotificationKind::RequestApproved,
            ("Your request for GitHub was approved", "Add it to your AI client from My connectors."),
            (
                "Ihre Anfrage nach GitHub wurde genehmigt",
                "Fügen Sie ihn über „Meine Konnektoren“ Ihrem KI-Client hinzu.",
            ),
        ),
        (
            NotificationKind::DefinitionChanged,
            ("GitHub changed its definitions", "Withheld until reviewed: a, b, c and 2 more"),
            ("GitHub hat seine Definitionen geändert", "Zurückgehalten bis zur Prüfung: a, b, c und 2 weitere"),
        ),
        (
            NotificationKind::AccessEnding,
            ("Your access to GitHub ends soon", "The last day is 2026-03-11. Ask for it again if you need it longer."),
            (
                "Ihr Zugriff auf GitHub endet bald",
                "Der letzte Tag ist 2026-03-11. Fragen Sie ihn erneut an, wenn Sie ihn länger brauchen.",
            ),
        ),
        (
            NotificationKind::AccessEnding,
            ("Access to GitHub ends soon", "It is the access of Ada; the last day is 2026-03-11. It can be extended."),
            (
                "Der Zugriff auf GitHub endet bald",
                "Es ist der Zugriff von Ada; der letzte Tag ist 2026-03-11. Er kann verlängert werden.",
            ),
        ),
        (
            NotificationKind::AccessEnded,
            ("Your access to GitHub has ended", "An administrator switched the server off."),
            ("Ihr Zugriff auf GitHub ist beendet", "Ein Administrator hat den Server ausgeschaltet."),
        ),
        (
            NotificationKind::AccessEnded,
            (
                "Your access to GitHub has ended",
                "Ada changed the rule that gave it to you. Ask for access again if you still need it.",
            ),
            (
                "Ihr Zugriff auf GitHub ist beendet",
                "Ada hat die Regel geändert, die ihn Ihnen gab. Fragen Sie erneut Zugriff an, wenn Sie ihn noch \
                 brauchen.",
            ),
        ),
    ] {
        let said = german(vec![notification(kind, english.0, english.1)]);
        assert_eq!(said, [notification(kind, in_german.0, in_german.1)]);
    }
}

#[test]
fn rules_are_spoken_of_in_german() {
    let german = &CATALOGUES[Language::German as usize];
    for (english, in_german) in [
        ("The rule for everyone (echo, add) would have to end.", "Die Regel für alle (echo, add) müsste enden."),
        ("The rule for everyone would have to end.", "Die Regel für alle müsste enden."),
        ("The rule for Ada (echo) would have to end.", "Die Regel für Ada (echo) müsste enden."),
        ("The rule for Ada would have to end.", "Die Regel für Ada müsste enden."),
    ] {
        assert_eq!(german.say(EXPLAINS, english).as_deref(), Some(in_german));
    }
}

#[test]
fn warnings_of_a_preview_are_german() {
    let german = &CATALOGUES[Language::German as usize];
    let say = |english: &str| german.say(WARNINGS, english).unwrap_or_else(|| panic!("{english}"));
    let last = "Root may change rules, and would lose the last access to Tracker, Wiki and 2 more. If that is not meant, \
                keep or make another rule that allows it.";
    assert!(
        say(last)
            .starts_with("Root darf Regeln ändern und verlöre den letzten Zugriff auf Tracker, Wiki und 2 weitere. ")
    );
    assert!(say("The same goes for 3 more who may change rules.").ends_with(": 3."));
    let nobody =
        "Nobody could use Tracker any more. Leave somebody a rule that allows it, or switch off what nobody needs.";
    assert!(say(nobody).starts_with("Niemand könnte Tracker noch nutzen. "));
}
