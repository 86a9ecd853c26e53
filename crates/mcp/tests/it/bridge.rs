//! Each row of the two bridges, by bytes.

use mcp::bridge::{
    ClientIdentity, ModernHeaders, ParamHeaders, acknowledged, cancelled_notification, discover_request,
    discover_result, initialize_request, initialize_result, initialized_notification, listen_request, modern_headers,
    notification_to_legacy, notification_to_modern, request_to_legacy, request_to_modern, resource_subscription,
    response_to_legacy, response_to_modern, set_level_request, subscription_ended,
};
use mcp::headers::BindingError;
use mcp::splice::SpliceError;
use mcp::{Call, Envelope, Method, ProtocolVersion, Raw, scan};

const RESERVED: &str = r#""io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"ide","version":"1"},"io.modelcontextprotocol/clientCapabilities":{"roots":{}}"#;

fn identity() -> ClientIdentity {
    ClientIdentity { info: r#"{"name":"ide","version":"1"}"#.into(), capabilities: r#"{"roots":{}}"#.into() }
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    String::from_utf8(bytes.as_ref().to_vec()).unwrap()
}

fn method(name: &str) -> Method<'_> {
    Method::parse(name.into())
}

fn call(body: &str) -> Call<'_> {
    let envelope = Envelope::parse(scan(body.as_bytes()).unwrap()).unwrap();
    envelope.call().unwrap().clone()
}

fn modern(body: &str, level: Option<&str>) -> String {
    text(request_to_modern(body.as_bytes(), &identity(), level).unwrap())
}

fn legacy(body: &str) -> String {
    text(request_to_legacy(body.as_bytes()).unwrap())
}

fn answer_to_legacy(name: &str, rest: &str) -> String {
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,{rest}}}"#);
    let out = text(response_to_legacy(body.as_bytes(), &method(name)).unwrap());
    out.strip_prefix(r#"{"jsonrpc":"2.0","id":1,"#).unwrap().strip_suffix('}').unwrap().to_owned()
}

fn answer_to_modern(name: &str, rest: &str) -> String {
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,{rest}}}"#);
    let out = text(response_to_modern(body.as_bytes(), &method(name)).unwrap());
    out.strip_prefix(r#"{"jsonrpc":"2.0","id":1,"#).unwrap().strip_suffix('}').unwrap().to_owned()
}

#[test]
fn initialize_says_who_the_client_is_without_what_cannot_be_bridged() {
    let body = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",
        "capabilities":{"roots":{"listChanged":true},"tasks":{"list":{}},"elicitation":{"form":{}, "url":{}},
        "extensions":{"io.modelcontextprotocol/tasks":{},"io.modelcontextprotocol/ui":{"mimeTypes":["a"]}},"x":1},
        "clientInfo":{"version":"1","name":"ide","title":"IDE"}}}"#;
    let identity = ClientIdentity::of_initialize(&call(body).params);
    assert_eq!(&*identity.info, r#"{"version":"1","name":"ide","title":"IDE"}"#);
    let capabilities: serde_json::Value = serde_json::from_str(&identity.capabilities).unwrap();
    assert_eq!(
        capabilities,
        serde_json::json!({"roots":{},"elicitation":{"form":{},"url":{}},
            "extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["a"]}},"x":1})
    );
    let kept: ClientIdentity = serde_json::from_str(&serde_json::to_string(&identity).unwrap()).unwrap();
    assert_eq!(kept, identity);
}

#[test]
fn a_client_that_says_nothing_of_itself_is_unknown() {
    for body in [
        r#"{"jsonrpc":"2.0","id":0,"method":"initialize"}"#,
        r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"clientInfo":7,"capabilities":[]}}"#,
        r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"clientInfo":null,
            "capabilities":{"tasks":{},"extensions":{"io.modelcontextprotocol/tasks":{}}}}}"#,
    ] {
        let call = call(body);
        let identity = ClientIdentity::of_initialize(&call.params);
        assert_eq!((&*identity.info, &*identity.capabilities), (r#"{"name":"unknown","version":""}"#, "{}"), "{body}");
        assert_eq!(ClientIdentity::of_meta(&call.params.meta), identity);
    }
}

#[test]
fn a_modern_request_says_who_its_client_is() {
    let body = format!(r#"{{"jsonrpc":"2.0","id":0,"method":"tools/list","params":{{"_meta":{{{RESERVED}}}}}}}"#);
    assert_eq!(ClientIdentity::of_meta(&call(&body).params.meta), identity());
}

#[test]
fn initialize_is_answered_from_discovery() {
    let discover = Raw::parse(
        r#"{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{"listChanged":true},
"extensions":{"io.modelcontextprotocol/tasks":{}},"resources":{"subscribe":true}},"instructions":"Be kind.","ttlMs":5,"x":1.0,
"cacheScope":"public","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"files","version":"2"},"vendor":1}}"#,
    )
    .unwrap();
    assert_eq!(
        text(initialize_result(discover, ProtocolVersion::V2025_06_18)),
        r#"{"protocolVersion":"2025-06-18","serverInfo":{"name":"files","version":"2"},"capabilities":{"tools":{"listChanged":true},
"resources":{"subscribe":true}},"instructions":"Be kind.","x":1.0,
"_meta":{"vendor":1}}"#
    );
    let bare = Raw::parse(r#"{"supportedVersions":[],"_meta":{"io.modelcontextprotocol/serverInfo":7}}"#).unwrap();
    assert_eq!(
        text(initialize_result(bare, ProtocolVersion::V2024_11_05)),
        r#"{"protocolVersion":"2024-11-05","capabilities":{},"serverInfo":{"name":"unknown","version":""}}"#
    );
    let none = Raw::parse("[1]").unwrap();
    assert!(
        text(initialize_result(none, ProtocolVersion::V2025_11_25)).starts_with(r#"{"protocolVersion":"2025-11-25","#)
    );
}

#[test]
fn discovery_is_answered_from_initialize() {
    let initialize = Raw::parse(
        r#"{"protocolVersion":"2025-11-25","capabilities":{"tasks":{"list":{}},"logging":{}},"serverInfo":{"name":"files","version":"2"},"instructions":"Hi","y":[2.50]}"#,
    )
    .unwrap();
    assert_eq!(
        text(discover_result(initialize)),
        r#"{"resultType":"complete","supportedVersions":["2026-07-28"],"ttlMs":0,"cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"files","version":"2"}},"capabilities":{"logging":{}},"instructions":"Hi","y":[2.50]}"#
    );
    let with_meta = Raw::parse(r#"{"_meta":{"v":1}}"#).unwrap();
    assert_eq!(
        text(discover_result(with_meta)),
        r#"{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{},"ttlMs":0,"cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"unknown","version":""},"v":1}}"#
    );
}

#[test]
fn handshakes_are_made() {
    assert_eq!(
        text(discover_request("\"d\"", &identity())),
        format!(r#"{{"jsonrpc":"2.0","id":"d","method":"server/discover","params":{{"_meta":{{{RESERVED}}}}}}}"#)
    );
    assert_eq!(
        text(initialize_request("1", ProtocolVersion::V2025_03_26, &identity())),
        r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{"roots":{}},"clientInfo":{"name":"ide","version":"1"}}}"#
    );
    assert_eq!(text(initialized_notification()), r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
}

#[test]
fn requests_gain_the_reserved_members() {
    assert_eq!(
        modern(r#"{ "jsonrpc":"2.0", "id":1.0, "method":"tools/list" }"#, None),
        format!(r#"{{"params":{{"_meta":{{{RESERVED}}}}}, "jsonrpc":"2.0", "id":1.0, "method":"tools/list" }}"#)
    );
    assert_eq!(
        modern(r#"{"id":1,"method":"tools/list","params":null}"#, None),
        format!(r#"{{"id":1,"method":"tools/list","params":{{"_meta":{{{RESERVED}}}}}}}"#)
    );
    assert_eq!(
        modern(r#"{"params":{ "cursor":"" },"id":1,"method":"tools/list"}"#, None),
        format!(r#"{{"params":{{"_meta":{{{RESERVED}}}, "cursor":"" }},"id":1,"method":"tools/list"}}"#)
    );
    assert_eq!(
        modern(r#"{"id":1,"method":"tools/call","params":{"name":"a","_meta":{"progressToken":7,"v/x":1.50}}}"#, None),
        format!(
            r#"{{"id":1,"method":"tools/call","params":{{"name":"a","_meta":{{{RESERVED},"progressToken":7,"v/x":1.50}}}}}}"#
        )
    );
}

#[test]
fn the_log_level_of_the_session_goes_along() {
    assert_eq!(
        modern(r#"{"id":1,"method":"tools/list","params":{}}"#, Some("warning")),
        format!(
            r#"{{"id":1,"method":"tools/list","params":{{"_meta":{{{RESERVED},"io.modelcontextprotocol/logLevel":"warning"}}}}}}"#
        )
    );
    assert!(modern(r#"{"id":1,"method":"ping"}"#, Some("\"},{")).contains(r#"logLevel":"\"},{"}"#));
}

#[test]
fn what_a_legacy_client_claims_about_itself_is_replaced_in_place() {
    let body = r#"{"id":1,"method":"tools/list","params":{"_meta":{"a":1,"io.modelcontextprotocol\/clientInfo":{"name":"root"},"b":2}}}"#;
    let modern = modern(body, None);
    assert!(
        modern.contains(r#""a":1,"io.modelcontextprotocol\/clientInfo":{"name":"ide","version":"1"},"b":2"#),
        "{modern}"
    );
    assert!(!modern.contains("root\""), "{modern}");
}

#[test]
fn tool_calls_lose_core_tasks_in_both_directions() {
    let body = r#"{"id":1,"method":"tools/call","params":{"name":"a", "task":{"ttl":5},"arguments":{"task":1}}}"#;
    let plain = r#"{"id":1,"method":"tools/call","params":{"name":"a", "arguments":{"task":1}}}"#;
    assert_eq!(modern(body, None), modern(plain, None));
    assert_eq!(legacy(body), plain);
    let other = r#"{"id":1,"method":"vendor/run","params":{"task":"x"}}"#;
    assert_eq!(legacy(other), other);
    assert!(modern(other, None).contains(r#""task":"x""#));
}

#[test]
fn the_mirrored_headers_repeat_the_body() {
    let headers = |body: &str| modern_headers(&call(body));
    assert_eq!(
        headers(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"größe"}}"#),
        ModernHeaders { method: "tools/call".into(), name: Some("=?base64?Z3LDtsOfZQ==?=".into()) }
    );
    assert_eq!(
        headers(r#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:///a"}}"#),
        ModernHeaders { method: "resources/read".into(), name: Some("file:///a".into()) }
    );
    assert_eq!(
        headers(r#"{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":" p"}}"#).name.as_deref(),
        Some("=?base64?IHA=?=")
    );
    assert_eq!(
        headers(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"name":"x"}}"#),
        ModernHeaders { method: "tools/list".into(), name: None }
    );
}

#[test]
fn requests_lose_what_only_modern_servers_understand() {
    assert_eq!(
        legacy(&format!(
            r#"{{"id":1,"method":"tools/call","params":{{"name":"a","_meta":{{{RESERVED}, "progressToken":7,"traceparent":"00-","io.modelcontextprotocol/logLevel":"info","vendor.io/x":1}},"inputResponses":{{"k":{{}}}},"requestState":"s"}}}}"#
        )),
        r#"{"id":1,"method":"tools/call","params":{"name":"a","_meta":{ "progressToken":7,"traceparent":"00-","vendor.io/x":1}}}"#
    );
    assert_eq!(
        legacy(&format!(r#"{{"id":1, "method":"tools/list" , "params":{{"_meta":{{{RESERVED}}}}}}}"#)),
        r#"{"id":1, "method":"tools/list"}"#
    );
    assert_eq!(
        legacy(&format!(r#"{{"id":1,"method":"tools/list","params":{{"_meta":{{{RESERVED}}}, "cursor":"c"}} }}"#)),
        r#"{"id":1,"method":"tools/list","params":{ "cursor":"c"} }"#
    );
    for untouched in [
        r#"{"id":1,"method":"tools/list","params":{}}"#,
        r#"{"id":1,"method":"tools/list","params":{"_meta":{}}}"#,
        r#"{"id":1,"method":"tools/list"}"#,
        r#"{"id":1,"method":"vendor/run","params":{"requestState":{"a":1},"inputResponses":[]}}"#,
        r#"{"id":1,"method":"tools/call","params":{"name":"a","arguments":{"requestState":1,"_meta":{"io.modelcontextprotocol/x":1}}}}"#,
    ] {
        assert_eq!(legacy(untouched), untouched);
    }
}

#[test]
fn results_lose_what_legacy_clients_do_not_know() {
    assert_eq!(
        answer_to_legacy(
            "tools/list",
            r#""result":{"resultType":"complete","tools":[ {"name":"a"} ],"ttlMs":5,"x":{"ttlMs":1},"cacheScope":"public","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}}"#
        ),
        r#""result":{"tools":[ {"name":"a"} ],"x":{"ttlMs":1}}"#
    );
    assert_eq!(
        answer_to_legacy(
            "tools/call",
            r#""result":{"content":[],"resultType":"complete","_meta":{"v":1, "io.modelcontextprotocol/serverInfo":{}}}"#
        ),
        r#""result":{"content":[],"_meta":{"v":1}}"#
    );
    assert_eq!(answer_to_legacy("completion/complete", r#""result":{"resultType":"complete"}"#), r#""result":{}"#);
    for untouched in [r#""result":[1]"#, r#""result":{"_meta":{}}"#] {
        assert_eq!(answer_to_legacy("tools/call", untouched), untouched);
    }
}

#[test]
fn results_of_a_kind_that_legacy_clients_have_not_are_errors() {
    for (kind, named) in [("\"task\"", "task"), ("\"input_required\"", "input_required"), ("7", "7")] {
        let error = answer_to_legacy(
            "tools/call",
            &format!(r#""result":{{"resultType":{kind},"content":[],"_meta":{{"v":1}}}}"#),
        );
        assert!(error.starts_with(r#""error":{"code":-32603,"message":""#), "{error}");
        assert!(error.contains(named) && !error.contains("content") && !error.contains("result\""), "{error}");
    }
}

#[test]
fn structured_content_that_is_no_object_becomes_what_legacy_clients_accept() {
    assert_eq!(
        answer_to_legacy(
            "tools/list",
            r#""result":{"tools":[{"name":"a","outputSchema":{"type":"array"}},{"outputSchema":{"type":"object"},"name":"b"},{"outputSchema":true, "name":"c"}]}"#
        ),
        r#""result":{"tools":[{"name":"a"},{"outputSchema":{"type":"object"},"name":"b"},{ "name":"c"}]}"#
    );
    assert_eq!(
        answer_to_legacy("tools/call", r#""result":{"content":[{"type":"text","text":"1"}],"structuredContent":[1]}"#),
        r#""result":{"content":[{"type":"text","text":"1"}]}"#
    );
    assert_eq!(
        answer_to_legacy("tools/call", r#""result":{"content":[],"structuredContent":["é\n"]}"#),
        r#""result":{"content":[{"type":"text","text":"[\"é\\n\"]"}]}"#
    );
    assert_eq!(
        answer_to_legacy("tools/call", r#""result":{"structuredContent":null}"#),
        r#""result":{"content":[{"type":"text","text":"null"}]}"#
    );
    let object = r#""result":{"structuredContent":{"a":1}}"#;
    assert_eq!(answer_to_legacy("tools/call", object), object);
    // An output schema of which no object is the result goes, and what conforms to it stays.
    let odd = r#""result":{"tools":[{"name":"a","outputSchema":{"type":["object","null"]}}]}"#;
    assert_eq!(answer_to_legacy("tools/list", odd), r#""result":{"tools":[{"name":"a"}]}"#);
    let elsewhere = r#""result":{"structuredContent":[1],"tools":[{"outputSchema":1}]}"#;
    assert_eq!(answer_to_legacy("vendor/run", elsewhere), elsewhere);
}

#[test]
fn schemas_of_properties_are_objects_for_legacy_clients() {
    assert_eq!(
        answer_to_legacy(
            "tools/list",
            r#""result":{"tools":[{"name":"a","inputSchema":{"type":"object","properties":{"any":true, "none" : false ,"deep":{"properties":{"x":true}},"additionalProperties":true},"additionalProperties":false},"outputSchema":{"properties":{"y":true},"type":"object"}},{"name":"b","inputSchema":{"type":"object","properties":[true]}}]}"#
        ),
        r#""result":{"tools":[{"name":"a","inputSchema":{"type":"object","properties":{"any":{}, "none" : {"not":{}} ,"deep":{"properties":{"x":true}},"additionalProperties":{}},"additionalProperties":false},"outputSchema":{"properties":{"y":{}},"type":"object"}},{"name":"b","inputSchema":{"type":"object","properties":[true]}}]}"#
    );
    let elsewhere = r#""result":{"tools":[{"inputSchema":{"properties":{"x":true}}}]}"#;
    assert_eq!(answer_to_legacy("vendor/run", elsewhere), elsewhere);
}

#[test]
fn tools_that_cannot_be_called_as_they_want_are_not_listed() {
    let bad = |name: &str| {
        format!(r#"{{"name":"{name}","inputSchema":{{"type":"object","x-mcp-header":"H","properties":{{"a":true}}}}}}"#)
    };
    let good = r#"{"name":"good", "inputSchema":{"type":"object","properties":{"c":{"type":"string","x-mcp-header":"City"}}}}"#;
    let listed = |tools: &str| answer_to_legacy("tools/list", &format!(r#""result":{{"tools":{tools},"ttlMs":1}}"#));
    let expected = |tools: &str| format!(r#""result":{{"tools":{tools}}}"#);
    for (tools, left) in [
        (format!("[ {} ]", bad("a")), "[  ]".to_owned()),
        (format!("[{}, {good}]", bad("a")), format!("[{good}]")),
        (format!("[{good} ,{}]", bad("a")), format!("[{good}]")),
        (format!("[{good},{} , {},\n{good}]", bad("a"), bad("b")), format!("[{good},{good}]")),
    ] {
        assert_eq!(listed(&tools), expected(&left));
    }
}

#[test]
fn modern_errors_become_legacy_ones() {
    for code in [-32020, -32021, -32022] {
        assert_eq!(
            answer_to_legacy(
                "tools/call",
                &format!(r#""error":{{"code":{code},"message":"why","data":{{"supported":[]}}}}"#)
            ),
            r#""error":{"code":-32603,"message":"why","data":{"supported":[]}}"#
        );
    }
    let not_found = r#""error":{"code":-32602,"message":"Resource not found"}"#;
    let named = r#""error":{"message":"?","data":{"uri":"a:b"},"code":-32602}"#;
    assert_eq!(answer_to_legacy("resources/read", not_found), not_found.replace("-32602", "-32002"));
    assert_eq!(answer_to_legacy("resources/read", named), named.replace("-32602", "-32002"));
    assert_eq!(answer_to_legacy("tools/call", not_found), not_found);
    for untouched in [
        r#""error":{"code":-32602,"message":"params.uri must be a string"}"#,
        r#""error":{"code":-32602,"message":"bad","data":"uri"}"#,
        r#""error":{"code":-32601,"message":"not found"}"#,
        r#""error":{"code":"x"}"#,
        r#""error":null"#,
    ] {
        assert_eq!(answer_to_legacy("resources/read", untouched), untouched);
    }
}

#[test]
fn results_gain_what_modern_clients_require() {
    assert_eq!(
        answer_to_modern("tools/call", r#""result":{ "content":[]}"#),
        r#""result":{"resultType":"complete", "content":[]}"#
    );
    assert_eq!(answer_to_modern("completion/complete", r#""result":{}"#), r#""result":{"resultType":"complete"}"#);
    for (method, result) in [
        ("tools/list", r#""tools":[]"#),
        ("prompts/list", r#""prompts":[]"#),
        ("resources/list", r#""resources":[]"#),
        ("resources/templates/list", r#""resourceTemplates":[]"#),
        ("resources/read", r#""contents":[]"#),
        ("server/discover", r#""capabilities":{}"#),
    ] {
        assert_eq!(
            answer_to_modern(method, &format!(r#""result":{{{result}}}"#)),
            format!(r#""result":{{"resultType":"complete","ttlMs":0,"cacheScope":"private",{result}}}"#)
        );
    }
    let own = r#""result":{"ttlMs":9,"resultType":"complete","tools":[],"cacheScope":"public"}"#;
    assert_eq!(answer_to_modern("tools/list", own), own);
    assert_eq!(answer_to_modern("tools/list", r#""result":7"#), r#""result":7"#);
}

#[test]
fn what_a_legacy_server_says_by_these_names_is_of_no_other_kind() {
    for kind in ["\"input_required\"", "\"task\"", "\"vendor\"", "null"] {
        assert_eq!(
            answer_to_modern(
                "tools/call",
                &format!(r#""result":{{"content":[],"resultType":{kind} ,"requestState":"s"}}"#)
            ),
            r#""result":{"content":[],"resultType":"complete" ,"requestState":"s"}"#
        );
    }
    for (ttl, scope) in [("\"9\"", "\"public\""), ("-1", "\"private\""), ("null", "\"all\""), ("1e3", "7")] {
        let result = format!(r#""result":{{"ttlMs":{ttl},"cacheScope":{scope},"tools":[]}}"#);
        let ttl = if ttl == "1e3" { ttl } else { "0" };
        let scope = if scope.starts_with("\"p") { scope } else { "\"private\"" };
        assert_eq!(
            answer_to_modern("tools/list", &result),
            format!(r#""result":{{"resultType":"complete","ttlMs":{ttl},"cacheScope":{scope},"tools":[]}}"#)
        );
        assert_eq!(
            answer_to_modern("tools/call", &result),
            result.replacen('{', r#"{"resultType":"complete","#, 1),
            "nothing but lists and resources can be cached"
        );
    }
}

#[test]
fn legacy_errors_become_modern_ones() {
    assert_eq!(
        answer_to_modern("resources/read", r#""error":{"code":-32002,"message":"m","data":{"uri":"a:b"}}"#),
        r#""error":{"code":-32602,"message":"m","data":{"uri":"a:b"}}"#
    );
    assert_eq!(
        answer_to_modern("tools/call", r#""error":{"code": -32042 ,"message":"m","data":{"elicitations":[]}}"#),
        r#""error":{"code": -32603 ,"message":"m","data":{"elicitations":[]}}"#
    );
    for untouched in [r#""error":{"code":-32602,"message":""}"#, r#""error":{"code":-32000}"#, r#""error":[]"#] {
        assert_eq!(answer_to_modern("tools/call", untouched), untouched);
    }
}

#[test]
fn notifications_join_and_leave_a_subscription() {
    let plain = r#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{ "uri":"a:b"}}"#;
    let tagged = r#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"s"}, "uri":"a:b"}}"#;
    assert_eq!(text(notification_to_modern(plain.as_bytes(), "\"s\"").unwrap()), tagged);
    assert_eq!(text(notification_to_legacy(tagged.as_bytes()).unwrap()), plain);
    let bare = r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#;
    let tagged = text(notification_to_modern(bare.as_bytes(), "7").unwrap());
    assert_eq!(
        tagged,
        r#"{"params":{"_meta":{"io.modelcontextprotocol/subscriptionId":7}},"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#
    );
    assert_eq!(text(notification_to_legacy(tagged.as_bytes()).unwrap()), bare);
    let rest = r#"{"method":"m","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":7,"v":1}}}"#;
    assert_eq!(text(notification_to_legacy(rest.as_bytes()).unwrap()), r#"{"method":"m","params":{"_meta":{"v":1}}}"#);
}

#[test]
fn subscriptions_are_opened_and_ended() {
    assert_eq!(
        text(listen_request("3", r#"{"toolsListChanged":true}"#, &identity())),
        format!(
            r#"{{"jsonrpc":"2.0","id":3,"method":"subscriptions/listen","params":{{"_meta":{{{RESERVED}}},"notifications":{{"toolsListChanged":true}}}}}}"#
        )
    );
    assert_eq!(
        text(acknowledged("\"l\"", r#"{"resourceSubscriptions":["a:b"]}"#)),
        r#"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"l"},"notifications":{"resourceSubscriptions":["a:b"]}}}"#
    );
    assert_eq!(
        text(subscription_ended("3")),
        r#"{"jsonrpc":"2.0","id":3,"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":3}}}"#
    );
}

#[test]
fn legacy_servers_are_told_what_modern_clients_need_not_say() {
    assert_eq!(
        text(resource_subscription("1", "a:\"b", true)),
        r#"{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"a:\"b"}}"#
    );
    assert!(text(resource_subscription("1", "a:b", false)).contains("resources/unsubscribe"));
    assert_eq!(
        text(set_level_request("2", "info")),
        r#"{"jsonrpc":"2.0","id":2,"method":"logging/setLevel","params":{"level":"info"}}"#
    );
    assert_eq!(
        text(cancelled_notification("\"r\"", "gone")),
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"r","reason":"gone"}}"#
    );
}

#[test]
fn tools_say_which_arguments_are_mirrored() {
    let tool = Raw::parse(
        r#"{"name":"a","inputSchema":{"type":"object","properties":{"city":{"type":"string","x-mcp-header":"City"},
            "n":{"type":"integer","x-mcp-header":"N"},"plain":{"type":"string"}}}}"#,
    )
    .unwrap();
    let headers = ParamHeaders::of_tool(tool).unwrap();
    assert!(!headers.is_empty());
    let arguments = Raw::parse(r#"{"n":7,"plain":"x","city":"Köln"}"#).unwrap();
    assert_eq!(
        headers.headers(Some(arguments)),
        [("Mcp-Param-City".to_owned(), "=?base64?S8O2bG4=?=".to_owned()), ("Mcp-Param-N".to_owned(), "7".to_owned())]
    );
    assert!(headers.headers(None).is_empty());
    assert!(ParamHeaders::of_tool(Raw::parse(r#"{"name":"a"}"#).unwrap()).unwrap().is_empty());
    let bad = r#"{"inputSchema":{"properties":{"o":{"type":"object","x-mcp-header":"O"}}}}"#;
    let error = ParamHeaders::of_tool(Raw::parse(bad).unwrap()).unwrap_err();
    assert_eq!(error, BindingError::NotPrimitive { property: "o".into() });
}

#[test]
fn what_is_no_message_is_refused() {
    let no_object = |path: &str| SpliceError::NoObject { path: path.into() };
    assert_eq!(request_to_legacy(b"[]").unwrap_err(), no_object(""));
    assert_eq!(response_to_modern(b"[{}]", &Method::ToolsList).unwrap_err(), no_object(""));
    assert_eq!(request_to_modern(br#"{"params":[1]}"#, &identity(), None).unwrap_err(), no_object("params"));
    assert!(matches!(response_to_legacy(b"{", &Method::ToolsList), Err(SpliceError::Unreadable(_))));
    assert!(matches!(notification_to_modern(b"{}", "7,"), Err(SpliceError::Unreadable(_))));
    let broken = ClientIdentity { info: "{".into(), capabilities: "{}".into() };
    assert!(matches!(request_to_modern(b"{}", &broken, None), Err(SpliceError::Unreadable(_))));
}
