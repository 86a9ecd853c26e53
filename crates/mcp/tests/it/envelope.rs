use mcp::{
    CompletionRef, Envelope, Fault, ListKind, Method, ParamFault, ProtocolVersion, RawId, ReplyOutcome, Target, codes,
    envelope, scan,
};

fn parse(body: &str) -> Envelope<'_> {
    Envelope::parse(scan(body.as_bytes()).unwrap()).unwrap()
}

fn fault(body: &str) -> (Fault, Option<String>) {
    let rejected = Envelope::parse(scan(body.as_bytes()).unwrap()).unwrap_err();
    (rejected.fault, rejected.id.map(|id| id.text().to_owned()))
}

fn call(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#)
}

fn check(method: &str, params: &str) -> Result<(), ParamFault> {
    let body = call(method, params);
    parse(&body).call().unwrap().check_params()
}

#[test]
fn a_modern_tool_call_is_read() {
    let body = r#"{
        "jsonrpc": "2.0", "id": "a\u0062", "method": "tools/call", "x-vendor": [1],
        "params": {
            "name": "get_w\u0065ather",
            "arguments": { "city": "Köln", "n": 1.0 },
            "requestState": "sealed", "inputResponses": {"k": {}},
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": {"name": "cli", "version": "1", "title": "CLI"},
                "io.modelcontextprotocol/clientCapabilities": {"sampling": {}},
                "io.modelcontextprotocol/logLevel": "info",
                "progressToken": 7, "traceparent": "00-aa-bb-01", "tracestate": "v=1", "other": null
            }
        }
    }"#;
    let envelope = parse(body);
    assert_eq!(envelope.id().unwrap().text(), r#""a\u0062""#);
    let call = envelope.call().unwrap();
    assert_eq!(call.method, Method::ToolsCall);
    assert_eq!(call.target(), Target::Tool("get_weather"));
    assert_eq!(call.mirrored_name(), Some("get_weather"));
    let arguments = call.audited_arguments().unwrap();
    assert_eq!(arguments.text(), r#"{ "city": "Köln", "n": 1.0 }"#);
    assert_eq!(&body[arguments.range()], arguments.text());
    assert_eq!(call.params.request_state.as_deref(), Some("sealed"));
    assert!(call.params.has_input_responses());
    let meta = &call.params.meta;
    assert_eq!(meta.protocol_version.as_deref(), Some("2026-07-28"));
    assert_eq!(meta.client_capabilities.unwrap().text(), r#"{"sampling": {}}"#);
    assert_eq!(meta.log_level.as_deref(), Some("info"));
    assert_eq!(meta.progress_token.unwrap().text(), "7");
    assert_eq!(meta.traceparent.as_deref(), Some("00-aa-bb-01"));
    assert_eq!(meta.tracestate.as_deref(), Some("v=1"));
    let client = call.client_info().unwrap();
    assert_eq!((client.name.as_ref(), client.version.as_ref(), client.title.as_deref()), ("cli", "1", Some("CLI")));
    assert_eq!(call.check_params(), Ok(()));
    assert_eq!(envelope.raw().text(), body);
}

#[test]
fn initialize_is_read() {
    let body = call(
        "initialize",
        r#"{"protocolVersion":"2025-11-25","clientInfo":{"name":"old","version":"2"},"capabilities":{"roots":{}}}"#,
    );
    let envelope = parse(&body);
    let call = envelope.call().unwrap();
    assert_eq!(call.params.protocol_version.as_deref(), Some("2025-11-25"));
    assert_eq!(call.client_info().unwrap().name, "old");
    assert_eq!(call.params.capabilities.unwrap().text(), r#"{"roots":{}}"#);
    assert_eq!(call.target(), Target::None);
}

#[test]
fn ids_keep_their_type_and_text() {
    for id in ["1", "1.0", "\"1\"", "\"\"", "-3", "12345678901234567890"] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        assert_eq!(parse(&body).id().unwrap().text(), id);
    }
    let same = |one: &str, two: &str| RawId::parse(one).unwrap().same_as(RawId::parse(two).unwrap());
    assert!(same("1", "1"));
    assert!(same("1", "1.0"));
    assert!(same(r#""é""#, r#""\u00e9""#));
    assert!(!same("1", "\"1\""));
    assert!(!same("1", "2"));
    // Neighbouring big integers share a double and must not be mixed up.
    assert!(!same("9007199254740993", "9007199254740992"));
    assert!(RawId::parse("null").is_none());
    assert!(RawId::parse(" 1").is_none());
    assert!(RawId::parse("{}").is_none());
    assert_eq!(RawId::parse("\"x\"").unwrap().to_string(), "\"x\"");
}

#[test]
fn every_fault_of_the_envelope() {
    let cases = [
        ("[]", Fault::Batch, None),
        (r#"{"id":1,"method":"ping"}"#, Fault::NotJsonRpc, Some("1")),
        (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, Fault::NotJsonRpc, Some("1")),
        (r#"{"jsonrpc":"2.0","id":1}"#, Fault::Ambiguous, Some("1")),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#, Fault::Ambiguous, Some("1")),
        (r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#, Fault::Ambiguous, Some("1")),
        (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, Fault::BadMethod, Some("1")),
        (r#"{"jsonrpc":"2.0","id":"x","method":""}"#, Fault::BadMethod, Some("\"x\"")),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, Fault::NullId, None),
        (r#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#, Fault::BadId, None),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}"#, Fault::ParamsNotObject, Some("1")),
        (r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"x"}}"#, Fault::RequestWithoutId, None),
        (r#"{"jsonrpc":"2.0","id":1,"method":"notifications/initialized"}"#, Fault::NotificationWithId, Some("1")),
        (r#"{"jsonrpc":"2.0","result":{}}"#, Fault::ReplyWithoutId, None),
        (r#"{"jsonrpc":"2.0","id":null,"result":{}}"#, Fault::NullId, None),
        (r#"{"jsonrpc":"2.0","id":{},"error":{}}"#, Fault::BadId, None),
    ];
    for (body, expected, id) in cases {
        assert_eq!(fault(body), (expected, id.map(str::to_owned)), "{body}");
        assert_eq!(expected.rpc().code, codes::INVALID_REQUEST);
    }
}

#[test]
fn members_that_differ_in_case_only_are_refused() {
    // A parser that ignores case would call "danger".
    for params in [
        r#"{"name":"safe","Name":"danger"}"#,
        r#"{"name":"safe","arguments":{},"ARGUMENTS":{"x":1}}"#,
        r#"{"name":"safe","ta\u017fkId":"x"}"#,
        r#"{"name":"safe","tas\u212aId":"x"}"#,
    ] {
        let body = call("tools/call", params);
        assert!(matches!(fault(&body).0, Fault::CaseTwin { .. }), "{params}");
    }
    let top = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"tools/call"}"#;
    assert_eq!(fault(top), (Fault::CaseTwin { member: "method" }, Some("1".to_owned())));
    let folded = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","param\u017f":{}}"#;
    assert_eq!(fault(folded).0, Fault::CaseTwin { member: "params" });
    // Java's comparison without case takes the Turkish letters for i.
    for name in ["\u{131}d", "\u{130}d", r"\u0131d"] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","{name}":2}}"#);
        assert_eq!(fault(&body).0, Fault::CaseTwin { member: "id" }, "{name}");
    }
    let uri = call("resources/read", "{\"uri\":\"a:b\",\"ur\u{131}\":\"c:d\"}");
    assert_eq!(fault(&uri).0, Fault::CaseTwin { member: "uri" });
    // Extensions may use any names, and arguments are the tool's business.
    parse(&call("vendor/method", r#"{"Name":"x"}"#));
    parse(&call("tools/call", r#"{"name":"x","arguments":{"Name":1,"name":2}}"#));
}

#[test]
fn notifications_and_replies_are_told_apart() {
    let Envelope::Notification(call) =
        parse(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"r"}}"#)
    else {
        panic!("not a notification");
    };
    assert_eq!(call.method, Method::Cancelled);
    assert_eq!(call.params.request_id.unwrap().text(), "\"r\"");

    let result = parse(r#"{"jsonrpc":"2.0","id":5,"result":{"action":"accept"}}"#);
    assert!(matches!(&result, Envelope::Response(reply) if matches!(reply.outcome, ReplyOutcome::Result(_))));
    assert_eq!(result.id().unwrap().text(), "5");
    assert!(result.call().is_none());

    let error = parse(r#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}"#);
    assert!(matches!(&error, Envelope::Response(reply) if reply.id.is_none()));
    assert!(error.raw().is_object());
    // Unknown methods may be either; null params mean none.
    assert!(matches!(parse(r#"{"jsonrpc":"2.0","method":"vendor/x","params":null}"#), Envelope::Notification(_)));
}

#[test]
fn targets_and_audit_follow_the_method() {
    let cases = [
        ("tools/call", r#"{"name":"t"}"#, Target::Tool("t"), Some("t"), true),
        ("prompts/get", r#"{"name":"p"}"#, Target::Prompt("p"), Some("p"), true),
        ("resources/read", r#"{"uri":"u"}"#, Target::Resource("u"), Some("u"), true),
        ("resources/subscribe", r#"{"uri":"u"}"#, Target::Resource("u"), None, false),
        ("tasks/get", r#"{"taskId":"k"}"#, Target::Task("k"), Some("k"), true),
        ("tasks/list", "{}", Target::None, None, false),
        (
            "completion/complete",
            r#"{"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a","value":""}}"#,
            Target::Prompt("p"),
            None,
            true,
        ),
        (
            "completion/complete",
            r#"{"ref":{"type":"ref/resource","uri":"x://{a}"},"argument":{"name":"a","value":"v"}}"#,
            Target::ResourceTemplate("x://{a}"),
            None,
            true,
        ),
        ("tools/list", "{}", Target::None, None, false),
        ("tools/call", r#"{"name":7}"#, Target::None, None, true),
        ("vendor/call", r#"{"name":"t"}"#, Target::None, None, false),
    ];
    for (method, params, target, mirrored, audited) in cases {
        let body = call(method, params);
        let envelope = parse(&body);
        let call = envelope.call().unwrap();
        assert_eq!(call.target(), target, "{body}");
        assert_eq!(call.mirrored_name(), mirrored, "{body}");
        assert_eq!(call.method.is_audited(), audited, "{body}");
        assert_eq!(call.method.as_str(), method);
    }
    assert_eq!(Target::Tool("t").name(), Some("t"));
    assert_eq!(Target::None.name(), None);
    let body = call("completion/complete", r#"{"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a"}}"#);
    let envelope = parse(&body);
    let call = envelope.call().unwrap();
    assert_eq!(call.params.reference, Some(CompletionRef::Prompt("p".into())));
    assert_eq!(call.audited_arguments().unwrap().text(), r#"{"name":"a"}"#);
}

#[test]
fn methods_know_their_kind_and_revisions() {
    let method = |name: &'static str| Method::parse(name.into());
    assert_eq!(method("tools/list").list_kind(), Some(ListKind::Tools));
    assert_eq!(method("resources/list").list_kind(), Some(ListKind::Resources));
    assert_eq!(method("resources/templates/list").list_kind(), Some(ListKind::ResourceTemplates));
    assert_eq!(method("prompts/list").list_kind(), Some(ListKind::Prompts));
    assert!(!method("tasks/list").is_list());
    assert!(!method("Tools/call").is_known());
    assert!(method("notifications/vendor").is_notification());
    assert!(method("elicitation/create").from_server());
    for removed in ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"] {
        assert!(!method(removed).defined_in(ProtocolVersion::V2026_07_28), "{removed}");
        assert!(method(removed).defined_in(ProtocolVersion::V2025_11_25), "{removed}");
    }
    for added in ["server/discover", "subscriptions/listen", "tasks/update"] {
        assert!(method(added).defined_in(ProtocolVersion::V2026_07_28), "{added}");
        assert!(!method(added).defined_in(ProtocolVersion::V2025_11_25), "{added}");
    }
    assert!(method("vendor/x").defined_in(ProtocolVersion::V2024_11_05));
    assert_eq!(method("vendor/x").to_string(), "vendor/x");
}

#[test]
fn missing_and_mistyped_parameters_are_reported() {
    let cases = [
        ("tools/call", "{}", "name"),
        ("tools/call", r#"{"name":7}"#, "name"),
        ("tools/call", r#"{"name":"x","arguments":[1]}"#, "arguments"),
        ("tools/call", r#"{"name":"x","arguments":"{}"}"#, "arguments"),
        ("tools/call", r#"{"name":"x","requestState":1}"#, "requestState"),
        ("tools/call", r#"{"name":"x","inputResponses":[]}"#, "inputResponses"),
        ("prompts/get", r#"{"name":null}"#, "name"),
        ("resources/read", "{}", "uri"),
        ("resources/subscribe", r#"{"uri":1}"#, "uri"),
        ("tasks/cancel", "{}", "taskId"),
        ("completion/complete", r#"{"ref":{"type":"ref/tool","name":"x"}}"#, "ref"),
        ("completion/complete", r#"{"ref":{"type":"ref/prompt","name":"x"},"argument":{"name":"a"}}"#, "argument"),
        ("logging/setLevel", "{}", "level"),
        ("initialize", "{}", "protocolVersion"),
        ("subscriptions/listen", "{}", "notifications"),
        ("tools/list", r#"{"cursor":1}"#, "cursor"),
    ];
    for (method, params, member) in cases {
        let fault = check(method, params).unwrap_err();
        assert_eq!(fault.member, member, "{method} {params}");
        assert_eq!(fault.rpc().code, codes::INVALID_PARAMS);
        assert!(fault.to_string().starts_with(&format!("params.{member} must be ")));
    }
    for (method, params) in [
        ("tools/call", r#"{"name":"x","arguments":null}"#),
        ("tools/list", r#"{"cursor":null}"#),
        ("tools/list", r#"{"cursor":""}"#),
        ("vendor/x", r#"{"name":7,"arguments":1}"#),
    ] {
        assert_eq!(check(method, params), Ok(()), "{method} {params}");
    }
    let cancelled = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}"#;
    assert_eq!(parse(cancelled).call().unwrap().check_params().unwrap_err().member, "requestId");
}

#[test]
fn batches_are_split() {
    let one = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let body = format!("[{one}, {one}]");
    let messages = envelope::batch(scan(body.as_bytes()).unwrap()).unwrap();
    assert_eq!(messages.len(), 2);
    assert!(messages.into_iter().all(|raw| raw.text() == one && Envelope::parse(raw).is_ok()));
    assert_eq!(envelope::batch(scan(b"[]").unwrap()), Err(Fault::EmptyBatch));
    assert_eq!(envelope::batch(scan(b"[1]").unwrap()), Err(Fault::NotAnObject));
    let many = |n: usize| format!("[{}]", vec![one; n].join(","));
    assert!(envelope::batch(scan(many(envelope::MAX_BATCH).as_bytes()).unwrap()).is_ok());
    let too_many = many(envelope::MAX_BATCH + 1);
    assert_eq!(envelope::batch(scan(too_many.as_bytes()).unwrap()), Err(Fault::BatchTooLarge));
}
