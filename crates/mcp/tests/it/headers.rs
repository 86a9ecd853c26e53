use mcp::ProtocolVersion::{self, V2025_03_26, V2025_06_18, V2025_11_25, V2026_07_28};
use mcp::headers::{self, BindingError, Field, ParamBinding, ParamType, ValueError};
use mcp::{Envelope, HeaderError, Mirrored, Raw, codes, scan};
use proptest::prelude::*;

const ALL: &[ProtocolVersion] = &[V2025_03_26, V2025_06_18, V2025_11_25, V2026_07_28];
const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;

fn request(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params}}}}}"#)
}

fn tool_call(name: &str) -> String {
    request("tools/call", &format!(r#""name":{},{META}"#, serde_json::Value::from(name)))
}

fn collect<'h>(headers: &'h [(&'h str, &'h str)]) -> Mirrored<'h> {
    Mirrored::collect(headers.iter().map(|(name, value)| (*name, value.as_bytes())))
}

fn negotiate(
    headers: &[(&str, &str)],
    body: &str,
    session: Option<ProtocolVersion>,
) -> Result<ProtocolVersion, HeaderError> {
    negotiate_for(headers, body, session, ALL)
}

fn negotiate_for(
    headers: &[(&str, &str)],
    body: &str,
    session: Option<ProtocolVersion>,
    supported: &[ProtocolVersion],
) -> Result<ProtocolVersion, HeaderError> {
    let envelope = Envelope::parse(scan(body.as_bytes()).unwrap()).unwrap();
    collect(headers).negotiate(&envelope, session, supported)
}

fn code(result: Result<ProtocolVersion, HeaderError>) -> i64 {
    let rpc = result.unwrap_err().rpc();
    assert!(rpc.malformed, "header errors are HTTP 400");
    rpc.code
}

const VERSION: (&str, &str) = ("MCP-Protocol-Version", "2026-07-28");
const CALL: (&str, &str) = ("Mcp-Method", "tools/call");

#[test]
fn a_modern_call_with_true_headers_passes() {
    let body = tool_call("echo");
    for headers in [
        [VERSION, CALL, ("Mcp-Name", "echo")],
        [("mcp-protocol-version", "2026-07-28"), ("mcp-method", "tools/call"), ("MCP-NAME", "  echo\t")],
        [VERSION, CALL, ("Mcp-Name", "=?base64?ZWNobw==?=")],
    ] {
        assert_eq!(negotiate(&headers, &body, None), Ok(V2026_07_28));
        // A left-over legacy session changes nothing.
        assert_eq!(negotiate(&headers, &body, Some(V2025_06_18)), Ok(V2026_07_28));
    }
    let unicode = tool_call("grüße");
    let encoded = headers::encode_value("grüße");
    assert_eq!(negotiate(&[VERSION, CALL, ("Mcp-Name", &encoded)], &unicode, None), Ok(V2026_07_28));
}

#[test]
fn a_modern_call_with_missing_or_false_headers_is_a_header_mismatch() {
    let body = tool_call("echo");
    let name = ("Mcp-Name", "echo");
    let cases: &[&[(&str, &str)]] = &[
        &[CALL, name],
        &[VERSION, name],
        &[VERSION, CALL],
        &[("MCP-Protocol-Version", "2025-11-25"), CALL, name],
        &[VERSION, ("Mcp-Method", "tools/list"), name],
        &[VERSION, ("Mcp-Method", "TOOLS/CALL"), name],
        &[VERSION, CALL, ("Mcp-Name", "Echo")],
        &[VERSION, CALL, ("Mcp-Name", "=?base64?ZWNobw?=")],
        &[VERSION, CALL, ("Mcp-Name", "=?base64?/w==?=")],
        &[VERSION, CALL, ("Mcp-Name", "=?BASE64?ZWNobw==?=")],
        &[VERSION, CALL, ("Mcp-Name", "échо")],
        // Twice is wrong even if equal: two readers may pick different ones.
        &[VERSION, CALL, name, name],
        &[VERSION, VERSION, CALL, name],
        &[VERSION, CALL, CALL, name],
    ];
    for headers in cases {
        assert_eq!(code(negotiate(headers, &body, None)), codes::HEADER_MISMATCH, "{headers:?}");
    }
    let error = negotiate(&[VERSION, CALL, ("Mcp-Name", "foo")], &tool_call("bar"), None).unwrap_err();
    assert_eq!(error.rpc().message, "Header mismatch: Mcp-Name header value 'foo' does not match body value 'bar'");
    let long = "x".repeat(5000);
    let error = negotiate(&[VERSION, CALL, ("Mcp-Name", &long)], &body, None).unwrap_err();
    assert!(error.to_string().len() < 400, "quotes are shortened");
}

#[test]
fn a_name_is_needed_only_where_the_method_has_one() {
    let list = request("tools/list", META);
    assert_eq!(negotiate(&[VERSION, ("Mcp-Method", "tools/list")], &list, None), Ok(V2026_07_28));
    let read = request("resources/read", &format!(r#""uri":"test://a",{META}"#));
    let method = ("Mcp-Method", "resources/read");
    assert_eq!(negotiate(&[VERSION, method, ("Mcp-Name", "test://a")], &read, None), Ok(V2026_07_28));
    assert_eq!(code(negotiate(&[VERSION, method], &read, None)), codes::HEADER_MISMATCH);
    let task = request("tasks/get", &format!(r#""taskId":"t1",{META}"#));
    assert_eq!(code(negotiate(&[VERSION, ("Mcp-Method", "tasks/get")], &task, None)), codes::HEADER_MISMATCH);
    // Removed methods negotiate well, so that they can be answered with 404.
    let ping = request("ping", META);
    assert_eq!(negotiate(&[VERSION, ("Mcp-Method", "ping")], &ping, None), Ok(V2026_07_28));
    let initialize = request("initialize", META);
    assert_eq!(negotiate(&[VERSION, ("Mcp-Method", "initialize")], &initialize, None), Ok(V2026_07_28));
}

#[test]
fn missing_meta_is_invalid_params() {
    let discover = ("Mcp-Method", "server/discover");
    for params in [
        "",
        r#""_meta":{}"#,
        r#""_meta":"text""#,
        r#""_meta":{"io.modelcontextprotocol/clientCapabilities":{}}"#,
        r#""_meta":{"io.modelcontextprotocol/protocolVersion":7,"io.modelcontextprotocol/clientCapabilities":{}}"#,
        r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#,
        r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":[]}"#,
    ] {
        let body = request("server/discover", params);
        let result = negotiate(&[VERSION, discover], &body, None);
        assert!(matches!(result, Err(HeaderError::MissingMeta { .. })), "{params}");
        assert_eq!(code(result), codes::INVALID_PARAMS);
    }
    // clientInfo is optional.
    let body = request("server/discover", META);
    assert_eq!(negotiate(&[VERSION, discover], &body, None), Ok(V2026_07_28));
    let error = negotiate(&[VERSION], &request("tools/list", ""), None).unwrap_err();
    assert!(error.to_string().contains("protocolVersion, io.modelcontextprotocol/clientCapabilities"));
}

#[test]
fn unknown_and_unoffered_versions_are_refused_with_the_list() {
    let body = request("server/discover", &META.replace("2026-07-28", "v999"));
    let error =
        negotiate(&[("MCP-Protocol-Version", "v999"), ("Mcp-Method", "server/discover")], &body, None).unwrap_err();
    assert_eq!(error, HeaderError::UnsupportedVersion { requested: "v999".to_owned(), supported: ALL.to_vec() });
    assert_eq!(error.rpc().code, codes::UNSUPPORTED_VERSION);
    // Header and body disagree: that comes first.
    assert_eq!(code(negotiate(&[VERSION], &body, None)), codes::HEADER_MISMATCH);
    let legacy = request("tools/list", "");
    assert_eq!(code(negotiate(&[("MCP-Protocol-Version", "1900-01-01")], &legacy, None)), codes::UNSUPPORTED_VERSION);
    let modern_only = negotiate_for(&[("MCP-Protocol-Version", "2025-11-25")], &legacy, None, &[V2026_07_28]);
    assert_eq!(code(modern_only), codes::UNSUPPORTED_VERSION);
}

#[test]
fn a_modern_request_to_a_legacy_server_gets_no_modern_code() {
    let body = tool_call("echo");
    let result = negotiate_for(&[VERSION, CALL, ("Mcp-Name", "echo")], &body, None, &[V2025_06_18, V2025_11_25]);
    assert_eq!(result, Err(HeaderError::LegacyOnly { newest: V2025_11_25 }));
    assert_eq!(code(result), codes::INVALID_REQUEST);
}

#[test]
fn legacy_requests_speak_what_their_session_or_header_says() {
    let body = request("tools/call", r#""name":"echo""#);
    assert_eq!(negotiate(&[], &body, None), Ok(V2025_03_26));
    assert_eq!(negotiate(&[], &body, Some(V2025_11_25)), Ok(V2025_11_25));
    assert_eq!(negotiate(&[("MCP-Protocol-Version", "2025-06-18")], &body, None), Ok(V2025_06_18));
    assert_eq!(negotiate(&[("MCP-Protocol-Version", "2025-03-26")], &body, Some(V2025_11_25)), Ok(V2025_11_25));
    // On legacy revisions the mirrored headers mean nothing.
    let false_headers = [("MCP-Protocol-Version", "2025-11-25"), ("Mcp-Method", "ping"), ("Mcp-Name", "other")];
    assert_eq!(negotiate(&false_headers, &body, None), Ok(V2025_11_25));
    // A server that does not speak 2025-03-26 cannot assume it.
    let missing = negotiate_for(&[], &body, None, &[V2026_07_28]);
    assert_eq!(missing, Err(HeaderError::Missing { header: "MCP-Protocol-Version".into() }));
}

#[test]
fn initialize_negotiates_by_its_body() {
    let body = |version: &str| request("initialize", &format!(r#""protocolVersion":"{version}""#));
    assert_eq!(negotiate(&[], &body("2025-06-18"), None), Ok(V2025_06_18));
    assert_eq!(negotiate(&[], &body("2026-07-28"), None), Ok(V2025_11_25));
    assert_eq!(negotiate(&[], &body("2024-11-05"), None), Ok(V2025_11_25));
    assert_eq!(negotiate(&[("MCP-Protocol-Version", "2025-06-18")], &body("2025-06-18"), None), Ok(V2025_06_18));
    let result = negotiate(&[VERSION], &body("2025-06-18"), None);
    assert!(matches!(result, Err(HeaderError::InitializeMismatch { .. })));
    assert_eq!(code(result), codes::INVALID_REQUEST);
    let modern_only = negotiate_for(&[], &body("2025-11-25"), None, &[V2026_07_28]);
    assert_eq!(code(modern_only), codes::UNSUPPORTED_VERSION);
}

#[test]
fn notifications_and_responses() {
    let initialized = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    assert_eq!(negotiate(&[], initialized, Some(V2025_11_25)), Ok(V2025_11_25));
    assert_eq!(negotiate(&[VERSION], initialized, None), Ok(V2026_07_28));
    let wrong = negotiate(&[VERSION, ("Mcp-Method", "tools/call")], initialized, None);
    assert_eq!(code(wrong), codes::HEADER_MISMATCH);
    let claims = format!(r#"{{"jsonrpc":"2.0","method":"notifications/x","params":{{{META}}}}}"#);
    assert_eq!(code(negotiate(&[], &claims, None)), codes::HEADER_MISMATCH);
    let response = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    assert_eq!(negotiate(&[], response, Some(V2025_11_25)), Ok(V2025_11_25));
    let modern = negotiate(&[VERSION], response, None);
    assert_eq!(modern, Err(HeaderError::ResponseNotAllowed));
    assert_eq!(code(modern), codes::INVALID_REQUEST);
}

#[test]
fn session_and_event_ids_are_visible_ascii() {
    let headers = [("Mcp-Session-Id", " s-1~ "), ("Last-Event-ID", "e/7")];
    let mirrored = collect(&headers);
    assert_eq!(mirrored.session_id(), Ok(Some("s-1~")));
    assert_eq!(mirrored.last_event_id(), Ok(Some("e/7")));
    assert_eq!(Mirrored::default().session_id(), Ok(None));
    let long = "x".repeat(8193);
    for value in ["", "a b", "é", &long] {
        let headers = [("Mcp-Session-Id", value)];
        let error = collect(&headers).session_id().unwrap_err();
        assert_eq!(error, HeaderError::Invalid { header: "Mcp-Session-Id".into(), why: ValueError::Characters });
    }
    let twice = [("Mcp-Session-Id", "a"), ("mcp-session-id", "a")];
    assert!(matches!(collect(&twice).session_id(), Err(HeaderError::Repeated { .. })));
    let get = [("MCP-Protocol-Version", "2025-11-25")];
    assert_eq!(collect(&get).version_only(None, ALL), Ok(V2025_11_25));
    assert_eq!(collect(&[]).version_only(Some(V2025_06_18), ALL), Ok(V2025_06_18));
}

#[test]
fn only_mcp_headers_are_collected() {
    let headers = [
        ("host", "x"),
        ("link", "l"),
        ("mcp-parameter", "no"),
        ("Mcp-Param-Region", "eu"),
        ("mcp-param-n", "1"),
        ("Mcp-Nam\u{e9}", "x"),
    ];
    let mirrored = collect(&headers);
    assert_eq!(mirrored.params, [("Region", &b"eu"[..]), ("n", b"1")]);
    assert_eq!(mirrored.name, Field::Absent);
    for (name, lower) in [
        (headers::PROTOCOL_VERSION, headers::PROTOCOL_VERSION_LOWER),
        (headers::METHOD, headers::METHOD_LOWER),
        (headers::NAME, headers::NAME_LOWER),
        (headers::SESSION_ID, headers::SESSION_ID_LOWER),
        (headers::LAST_EVENT_ID, headers::LAST_EVENT_ID_LOWER),
        (headers::PARAM_PREFIX, headers::PARAM_PREFIX_LOWER),
    ] {
        assert_eq!(name.to_ascii_lowercase(), lower);
    }
}

#[test]
fn values_are_encoded_as_the_specification_shows() {
    for (value, encoded) in [
        ("us-west1", "us-west1"),
        ("a b", "a b"),
        ("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
        (" padded ", "=?base64?IHBhZGRlZCA=?="),
        ("line1\nline2", "=?base64?bGluZTEKbGluZTI=?="),
        ("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
    ] {
        assert_eq!(headers::encode_value(value), encoded);
        assert_eq!(headers::decode_value(encoded.as_bytes()).unwrap(), value);
    }
    for (value, error) in [
        (&b"\xff"[..], ValueError::Characters),
        (b"a\x01b", ValueError::Characters),
        (b"=?base64?SGVsbG8?=", ValueError::Base64),
        (b"=?base64?SGVs!!!bG8=?=", ValueError::Base64),
        (b"=?base64?/w==?=", ValueError::Utf8),
    ] {
        assert_eq!(headers::decode_value(value), Err(error));
        assert!(!error.to_string().is_empty());
    }
    assert_eq!(headers::decode_value(b"=?base64?=").unwrap(), "=?base64?=");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn values_round_trip(value in prop_oneof![any::<String>(), "[ -~]{0,12}", "=\\?base64\\?[ -~]{0,6}\\?="]) {
        let encoded = headers::encode_value(&value);
        prop_assert!(encoded.bytes().all(|byte| matches!(byte, b' '..=b'~')), "safe as header: {}", encoded);
        prop_assert_eq!(headers::decode_value(encoded.as_bytes()).unwrap(), value.as_str());
    }
}

fn schema_bindings(schema: &str) -> Result<Vec<ParamBinding>, BindingError> {
    headers::param_bindings(Raw::parse(schema).unwrap())
}

fn property(property: &str) -> String {
    format!(r#"{{"type":"object","properties":{{"p":{property}}}}}"#)
}

#[test]
fn bindings_are_read_from_the_schema() {
    let schema = r#"{"type":"object","properties":{
        "region":{"type":"string","x-mcp-header":"Region"},
        "where":{"type":"object","properties":{"zone":{"type":"integer","x-mcp-header":"Zone"}}},
        "plain":{"type":"string","default":{"x-mcp-header":"not a schema"}}
    }}"#;
    let bindings = schema_bindings(schema).unwrap();
    let expected = |header: &str, path: &[&str], ty| ParamBinding {
        header: header.to_owned(),
        path: path.iter().map(|&step| step.to_owned()).collect(),
        ty,
    };
    assert_eq!(
        bindings,
        [expected("Region", &["region"], ParamType::String), expected("Zone", &["where", "zone"], ParamType::Integer)]
    );
    assert_eq!(schema_bindings(&property(r#"{"type":"string"}"#)), Ok(vec![]));
    let escaped = property(r#"{"type":"boolean","x-mcp-h\u0065ader":"B"}"#);
    assert_eq!(schema_bindings(&escaped), Ok(vec![expected("B", &["p"], ParamType::Boolean)]));
    // A property that happens to be called like the keyword.
    let named = r#"{"properties":{"x-mcp-header":{"type":"string"}}}"#;
    assert_eq!(schema_bindings(named), Ok(vec![]));
}

#[test]
fn invalid_bindings_are_refused() {
    let token = |property: &str| Err(BindingError::NotAToken { property: property.to_owned() });
    assert_eq!(schema_bindings(&property(r#"{"type":"string","x-mcp-header":""}"#)), token("p"));
    assert_eq!(schema_bindings(&property(r#"{"type":"string","x-mcp-header":"a b"}"#)), token("p"));
    assert_eq!(schema_bindings(&property(r#"{"type":"string","x-mcp-header":"a\r\nb"}"#)), token("p"));
    assert_eq!(schema_bindings(&property(r#"{"type":"string","x-mcp-header":7}"#)), token("p"));
    for ty in ["number", "object", "null"] {
        let schema = property(&format!(r#"{{"type":"{ty}","x-mcp-header":"H"}}"#));
        assert_eq!(schema_bindings(&schema), Err(BindingError::NotPrimitive { property: "p".to_owned() }));
    }
    let twice = r#"{"properties":{"a":{"type":"string","x-mcp-header":"H"},"b":{"type":"string","x-mcp-header":"h"}}}"#;
    assert_eq!(schema_bindings(twice), Err(BindingError::Duplicate { header: "h".to_owned() }));
    let annotated = r#"{"type":"string","x-mcp-header":"H"}"#;
    for schema in [
        annotated.to_owned(),
        property(&format!(r#"{{"type":"array","items":{annotated}}}"#)),
        property(&format!(r#"{{"anyOf":[{annotated}]}}"#)),
        property(&format!(r#"{{"anyOf":[{{"properties":{{"q":{annotated}}}}}]}}"#)),
        format!(r#"{{"$defs":{{"d":{annotated}}}}}"#),
    ] {
        let error = schema_bindings(&schema).unwrap_err();
        assert_eq!(error, BindingError::NotReachable, "{schema}");
    }
}

#[test]
fn parameter_headers_are_checked_against_the_arguments() {
    let bindings = schema_bindings(
        r#"{"properties":{
            "s":{"type":"string","x-mcp-header":"S"},"n":{"type":"integer","x-mcp-header":"N"},
            "b":{"type":"boolean","x-mcp-header":"B"}
        }}"#,
    )
    .unwrap();
    let check = |headers: &[(&str, &str)], arguments: &str| {
        let arguments = Raw::parse(arguments).unwrap();
        collect(headers).check_params(&bindings, Some(arguments))
    };
    let ok: &[(&[(&str, &str)], &str)] = &[
        (&[], "{}"),
        (&[], r#"{"s":null,"n":null}"#),
        (&[("Mcp-Param-S", "x")], r#"{"s":"x"}"#),
        (&[("mcp-param-s", " x ")], r#"{"s":"\u0078"}"#),
        (&[("Mcp-Param-S", "=?base64?SGVsbG8=?=")], r#"{"s":"Hello"}"#),
        (&[("Mcp-Param-N", "42.0"), ("Mcp-Param-B", "true")], r#"{"n":42,"b":true}"#),
        (&[("Mcp-Param-Unknown", "kept")], "{}"),
    ];
    for (headers, arguments) in ok {
        assert_eq!(check(headers, arguments), Ok(()), "{headers:?} {arguments}");
    }
    let wrong: &[(&[(&str, &str)], &str)] = &[
        (&[], r#"{"s":"x"}"#),
        (&[("Mcp-Param-S", "y")], r#"{"s":"x"}"#),
        (&[("Mcp-Param-S", "x")], "{}"),
        (&[("Mcp-Param-S", "null")], r#"{"s":null}"#),
        (&[("Mcp-Param-S", "x"), ("Mcp-Param-S", "x")], r#"{"s":"x"}"#),
        (&[("Mcp-Param-S", "=?base64?SGVsbG8?=")], r#"{"s":"Hello"}"#),
        (&[("Mcp-Param-N", "43")], r#"{"n":42}"#),
        (&[("Mcp-Param-B", "True")], r#"{"b":true}"#),
    ];
    for (headers, arguments) in wrong {
        let error = check(headers, arguments).unwrap_err();
        assert_eq!(error.rpc().code, codes::HEADER_MISMATCH, "{headers:?} {arguments}");
    }
    assert_eq!(collect(&[]).check_params(&bindings, None), Ok(()));
    // What we send passes our own check.
    let arguments = Raw::parse(r#"{"s":" é ","n":7,"b":false}"#).unwrap();
    let sent = headers::param_headers(&bindings, Some(arguments));
    assert_eq!(sent[1], ("Mcp-Param-N".to_owned(), "7".to_owned()));
    let sent: Vec<_> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(check(&sent, arguments.text()), Ok(()));
}
