//! The official SDK's types as the oracle: what a bridge makes of a message parses as the very type that
//! its method has, never as a union that would take anything.

#![expect(deprecated, reason = "the legacy generation is what is tested")]

use mcp::bridge::{
    ClientIdentity, acknowledged, cancelled_notification, discover_request, discover_result, initialize_request,
    initialize_result, initialized_notification, input_as_request, input_requests, input_required_response,
    listen_request, notification_to_legacy, notification_to_modern, request_to_legacy, request_to_modern,
    resource_subscription, response_to_legacy, response_to_modern, response_to_server, retry_with_input,
    set_level_request, subscription_ended, url_elicitation,
};
use mcp::result::Outcome;
use mcp::{Envelope, Method, ProtocolVersion, Raw, Response, scan};
use rmcp::model as sdk;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const UI: &str = "io.modelcontextprotocol/ui";

fn initialize() -> Value {
    json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {
            "roots": {"listChanged": true}, "sampling": {"tools": {}, "context": {}},
            "elicitation": {"form": {}, "url": {}}, "experimental": {"x": {}},
            "tasks": {"list": {}, "cancel": {}, "requests": {"elicitation": {"create": {}}}},
            "extensions": {(UI): {"mimeTypes": ["text/html;profile=mcp-app"]}, "io.modelcontextprotocol/tasks": {}},
        },
        "clientInfo": {"name": "ide", "title": "IDE", "version": "1.2.3", "websiteUrl": "https://ide.example",
            "icons": [{"src": "https://ide.example/i.png", "mimeType": "image/png", "sizes": ["48x48"]}]},
    }})
}

fn identity() -> ClientIdentity {
    let body = initialize().to_string();
    let envelope = Envelope::parse(scan(body.as_bytes()).unwrap()).unwrap();
    ClientIdentity::of_initialize(&envelope.call().unwrap().params)
}

/// Parses as exactly `T`.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> T {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|error| panic!("{}: {error}: {}", std::any::type_name::<T>(), String::from_utf8_lossy(bytes)))
}

/// The type that `params._meta` of a message has.
fn meta_of<M: DeserializeOwned>(message: &[u8]) -> M {
    serde_json::from_value(parse::<Value>(message)["params"]["_meta"].clone()).unwrap()
}

fn request(method: &str, params: &Value) -> Vec<u8> {
    let mut body = json!({"jsonrpc": "2.0", "id": "r-1", "method": method});
    if !params.is_null() {
        body["params"] = params.clone();
    }
    body.to_string().into_bytes()
}

/// A legacy request becomes a modern one of the same type, and the other way round.
fn both_ways<R: DeserializeOwned>(method: &str, params: &Value) {
    let legacy = request(method, params);
    parse::<sdk::JsonRpcRequest<R>>(&legacy);
    let modern = request_to_modern(&legacy, &identity(), Some("notice")).unwrap();
    parse::<sdk::JsonRpcRequest<R>>(&modern);
    let meta: sdk::RequestMetaObject = meta_of(&modern);
    assert!(meta.missing_required_keys(&sdk::ProtocolVersion::V_2026_07_28).is_empty(), "{method}");
    assert_eq!(meta.protocol_version(), Some(sdk::ProtocolVersion::V_2026_07_28));
    assert_eq!(meta.log_level(), Some(sdk::LoggingLevel::Notice));
    let info = meta.client_info().expect(method);
    assert_eq!(
        (info.name.as_str(), info.title.as_deref(), info.icons.map_or(0, |it| it.len())),
        ("ide", Some("IDE"), 1)
    );
    let capabilities = meta.client_capabilities().expect(method);
    assert!(!capabilities.supports_tasks());
    assert!(capabilities.extensions.is_some_and(|extensions| extensions.contains_key(UI)));
    assert!(capabilities.roots.is_some_and(|roots| roots.list_changed.is_none()));
    assert!(capabilities.elicitation.is_some_and(|it| it.form.is_some() && it.url.is_some()));

    let back = request_to_legacy(&modern).unwrap();
    assert_eq!(parse::<Value>(&back), parse::<Value>(&legacy));
    parse::<sdk::JsonRpcRequest<R>>(&back);
}

#[test]
fn requests_of_every_method_have_their_type() {
    let token =
        json!({"progressToken": "p-1", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"});
    for page in [Value::Null, json!({"cursor": ""}), json!({"cursor": "c", "_meta": token})] {
        both_ways::<sdk::ListToolsRequest>("tools/list", &page);
        both_ways::<sdk::ListPromptsRequest>("prompts/list", &page);
        both_ways::<sdk::ListResourcesRequest>("resources/list", &page);
        both_ways::<sdk::ListResourceTemplatesRequest>("resources/templates/list", &page);
        both_ways::<sdk::ListSkillsRequest>("skills/list", &page);
    }
    both_ways::<sdk::CallToolRequest>("tools/call", &json!({"name": "größe", "arguments": {"n": 1.5}, "_meta": token}));
    both_ways::<sdk::CallToolRequest>("tools/call", &json!({"name": "bare"}));
    both_ways::<sdk::GetPromptRequest>("prompts/get", &json!({"name": "p", "arguments": {"a": "b"}}));
    both_ways::<sdk::ReadResourceRequest>("resources/read", &json!({"uri": "file:///a", "_meta": token}));
    both_ways::<sdk::CompleteRequest>(
        "completion/complete",
        &json!({"ref": {"type": "ref/prompt", "name": "p"}, "argument": {"name": "a", "value": "v"},
            "context": {"arguments": {"b": "c"}}}),
    );
    both_ways::<sdk::CompleteRequest>(
        "completion/complete",
        &json!({"ref": {"type": "ref/resource", "uri": "file:///{p}"}, "argument": {"name": "p", "value": ""}}),
    );
}

#[test]
fn requests_made_for_clients_have_their_type() {
    let discover: sdk::JsonRpcRequest<sdk::DiscoverRequest> = parse(&discover_request("\"d\"", &identity()));
    let meta = discover.request.extensions.get::<sdk::RequestMetaObject>().unwrap();
    assert!(meta.missing_required_keys(&sdk::ProtocolVersion::V_2026_07_28).is_empty());

    let filter = r#"{"toolsListChanged":true,"resourceSubscriptions":["file:///a"]}"#;
    let listen: sdk::JsonRpcRequest<sdk::SubscriptionsListenRequest> = parse(&listen_request("5", filter, &identity()));
    assert_eq!(listen.request.params.notifications.tools_list_changed, Some(true));
    let meta = listen.request.extensions.get::<sdk::RequestMetaObject>().unwrap();
    assert!(meta.missing_required_keys(&sdk::ProtocolVersion::V_2026_07_28).is_empty());

    for version in [ProtocolVersion::V2024_11_05, ProtocolVersion::V2025_11_25] {
        let initialize: sdk::JsonRpcRequest<sdk::InitializeRequest> =
            parse(&initialize_request("1", version, &identity()));
        let params = initialize.request.params;
        assert_eq!(params.protocol_version.as_str(), version.as_str());
        assert_eq!(params.client_info.name, "ide");
        assert!(params.capabilities.sampling.is_some_and(|sampling| sampling.tools.is_some()));
    }
    parse::<sdk::JsonRpcNotification<sdk::InitializedNotification>>(&initialized_notification());
    let cancelled: sdk::JsonRpcNotification<sdk::CancelledNotification> = parse(&cancelled_notification("7", "gone"));
    assert_eq!(cancelled.notification.params.reason.as_deref(), Some("gone"));
    let subscribe: sdk::JsonRpcRequest<sdk::SubscribeRequest> = parse(&resource_subscription("1", "file:///a", true));
    assert_eq!(subscribe.request.params.uri, "file:///a");
    parse::<sdk::JsonRpcRequest<sdk::UnsubscribeRequest>>(&resource_subscription("1", "file:///a", false));
    let level: sdk::JsonRpcRequest<sdk::SetLevelRequest> = parse(&set_level_request("1", "emergency"));
    assert_eq!(level.request.params.level, sdk::LoggingLevel::Emergency);
}

#[test]
fn handshakes_have_their_type() {
    let legacy = json!({"protocolVersion": "2025-11-25",
        "capabilities": {"tools": {"listChanged": true}, "resources": {"subscribe": true, "listChanged": true}, "prompts": {},
            "logging": {}, "completions": {}, "tasks": {"requests": {"tools": {"call": {}}}}},
        "serverInfo": {"name": "files", "title": "Files", "version": "2.0"}, "instructions": "Read before you write."})
    .to_string();
    let before: sdk::InitializeResult = parse(legacy.as_bytes());
    let bytes = discover_result(Raw::parse(&legacy).unwrap());
    let discover: sdk::DiscoverResult = parse(&bytes);
    assert_eq!(discover.supported_versions, [sdk::ProtocolVersion::V_2026_07_28]);
    assert_eq!((discover.ttl_ms, discover.cache_scope), (0, sdk::CacheScope::Private));
    assert!(discover.result_type.is_complete());
    assert_eq!(discover.server_info().as_ref(), Some(&before.server_info));
    assert_eq!((&discover.capabilities, &discover.instructions), (&before.capabilities, &before.instructions));
    assert!(parse::<Value>(&bytes)["capabilities"].get("tasks").is_none());

    let text = String::from_utf8(bytes.to_vec()).unwrap();
    for version in &ProtocolVersion::ALL[..4] {
        let after: sdk::InitializeResult = parse(&initialize_result(Raw::parse(&text).unwrap(), *version));
        assert_eq!(after.protocol_version.as_str(), version.as_str());
        assert_eq!((&after.capabilities, &after.server_info), (&before.capabilities, &before.server_info));
        assert_eq!((&after.instructions, &after.meta), (&before.instructions, &None));
    }
    let bare = Raw::parse(r#"{"supportedVersions":["2026-07-28"],"capabilities":{}}"#).unwrap();
    let after: sdk::InitializeResult = parse(&initialize_result(bare, ProtocolVersion::V2025_06_18));
    assert_eq!(after.server_info.name, "unknown");
}

/// A modern result becomes one of the same type without modern members, and the other way round.
fn result_both_ways<T: DeserializeOwned>(method: &str, legacy: &Value) {
    let method = Method::parse(method.into());
    let cacheable = matches!(method.as_str(), "resources/read") || method.is_list();
    let body = json!({"jsonrpc": "2.0", "id": 3, "result": legacy}).to_string();
    parse::<sdk::JsonRpcResponse<T>>(body.as_bytes());
    let modern = response_to_modern(body.as_bytes(), &method).unwrap();
    parse::<sdk::JsonRpcResponse<T>>(&modern);
    let value: Value = parse(&modern);
    assert_eq!(value["result"]["resultType"], "complete");
    assert_eq!(value["result"]["ttlMs"] == json!(0), cacheable, "{method}");
    assert_eq!(value["result"]["cacheScope"] == json!("private"), cacheable, "{method}");

    let mut full = value.clone();
    full["result"]["_meta"] =
        json!({"io.modelcontextprotocol/serverInfo": {"name": "s", "version": "1"}, "vendor/x": 1});
    let back = response_to_legacy(full.to_string().as_bytes(), &method).unwrap();
    parse::<sdk::JsonRpcResponse<T>>(&back);
    let mut expected = legacy.clone();
    expected["_meta"] = json!({"vendor/x": 1});
    assert_eq!(parse::<Value>(&back)["result"], expected, "{method}");
}

#[test]
fn results_of_every_method_have_their_type() {
    result_both_ways::<sdk::ListToolsResult>(
        "tools/list",
        &json!({"nextCursor": "n", "tools": [
            {"name": "a", "title": "A", "description": "does", "inputSchema": {"type": "object"},
                "outputSchema": {"type": "object", "properties": {"n": {"type": "number"}}},
                "annotations": {"readOnlyHint": true}, "icons": [{"src": "data:image/png;base64,AA=="}],
                "_meta": {"ui": {"resourceUri": "ui://a"}}},
            {"name": "b", "inputSchema": {"type": "object", "properties": {"p": {"type": "string", "x-mcp-header": "P"}}}},
        ]}),
    );
    result_both_ways::<sdk::ListPromptsResult>(
        "prompts/list",
        &json!({"prompts": [
        {"name": "p", "description": "d", "arguments": [{"name": "a", "required": true}]}]}),
    );
    result_both_ways::<sdk::ListResourcesResult>(
        "resources/list",
        &json!({"resources": [
        {"uri": "file:///a", "name": "a", "mimeType": "text/plain", "size": 5, "annotations": {"priority": 0.5}}]}),
    );
    result_both_ways::<sdk::ListResourceTemplatesResult>(
        "resources/templates/list",
        &json!({"resourceTemplates": [
        {"uriTemplate": "file:///{p}", "name": "t"}]}),
    );
    result_both_ways::<sdk::ReadResourceResult>(
        "resources/read",
        &json!({"contents": [
        {"uri": "file:///a", "mimeType": "text/plain", "text": "hi"}, {"uri": "file:///b", "blob": "AA=="}]}),
    );
    result_both_ways::<sdk::CallToolResult>(
        "tools/call",
        &json!({"isError": false, "structuredContent": {"n": 1.5},
        "content": [{"type": "text", "text": "hi"}, {"type": "image", "data": "AA==", "mimeType": "image/png"},
            {"type": "audio", "data": "AA==", "mimeType": "audio/wav"},
            {"type": "resource_link", "uri": "file:///a", "name": "a"},
            {"type": "resource", "resource": {"uri": "file:///a", "text": "hi"}}]}),
    );
    result_both_ways::<sdk::CallToolResult>("tools/call", &json!({"isError": true, "content": []}));
    result_both_ways::<sdk::GetPromptResult>(
        "prompts/get",
        &json!({"description": "d", "messages": [
        {"role": "user", "content": {"type": "text", "text": "hi"}}]}),
    );
    result_both_ways::<sdk::CompleteResult>(
        "completion/complete",
        &json!({"completion": {
        "values": ["a", "b"], "total": 2, "hasMore": false}}),
    );
}

#[test]
fn results_that_say_nothing_are_empty_for_legacy_clients() {
    let body = json!({"jsonrpc": "2.0", "id": 3, "result": {"resultType": "complete",
        "_meta": {"io.modelcontextprotocol/serverInfo": {"name": "s", "version": "1"}}}});
    let legacy = response_to_legacy(body.to_string().as_bytes(), &Method::LoggingSetLevel).unwrap();
    parse::<sdk::JsonRpcResponse<sdk::EmptyResult>>(&legacy);
}

#[test]
fn structured_content_of_any_kind_reaches_legacy_clients_as_text() {
    let body = json!({"jsonrpc": "2.0", "id": 3, "result": {"resultType": "complete", "structuredContent": [1, 2]}});
    let legacy = response_to_legacy(body.to_string().as_bytes(), &Method::ToolsCall).unwrap();
    let result = parse::<sdk::JsonRpcResponse<sdk::CallToolResult>>(&legacy).result;
    assert_eq!(result.structured_content, None);
    assert_eq!(result.content[0].as_text().unwrap().text, "[1,2]");
}

#[test]
fn errors_have_the_codes_of_the_other_generation() {
    let error = |code: i64| {
        json!({"jsonrpc": "2.0", "id": 3, "error": {"code": code, "message": "Resource not found", "data": {"uri": "a:b"}}})
            .to_string()
    };
    let legacy = |code, method: Method<'_>| {
        parse::<sdk::JsonRpcError>(&response_to_legacy(error(code).as_bytes(), &method).unwrap()).error
    };
    let modern = |code, method: Method<'_>| {
        parse::<sdk::JsonRpcError>(&response_to_modern(error(code).as_bytes(), &method).unwrap()).error
    };
    for code in [
        sdk::ErrorCode::HEADER_MISMATCH,
        sdk::ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY,
        sdk::ErrorCode::UNSUPPORTED_PROTOCOL_VERSION,
    ] {
        let error = legacy(code.0.into(), Method::ToolsCall);
        assert_eq!((error.code, error.data), (sdk::ErrorCode::INTERNAL_ERROR, Some(json!({"uri": "a:b"}))));
    }
    assert_eq!(legacy(-32602, Method::ResourcesRead).code, sdk::ErrorCode::RESOURCE_NOT_FOUND);
    assert_eq!(legacy(-32602, Method::PromptsGet).code, sdk::ErrorCode::INVALID_PARAMS);
    assert_eq!(modern(-32002, Method::ResourcesRead).code, sdk::ErrorCode::INVALID_PARAMS);
    assert_eq!(modern(-32601, Method::ToolsList).code, sdk::ErrorCode::METHOD_NOT_FOUND);
}

/// A legacy notification becomes one of the same type that belongs to a subscription, and comes back.
fn notification_both_ways<N: DeserializeOwned>(method: &str, params: &Value) {
    let mut body = json!({"jsonrpc": "2.0", "method": method});
    if !params.is_null() {
        body["params"] = params.clone();
    }
    let legacy = body.to_string();
    parse::<sdk::JsonRpcNotification<N>>(legacy.as_bytes());
    let modern = notification_to_modern(legacy.as_bytes(), "\"listen-1\"").unwrap();
    parse::<sdk::JsonRpcNotification<N>>(&modern);
    let meta: sdk::NotificationMetaObject = meta_of(&modern);
    assert_eq!(meta.subscription_id(), Some(sdk::RequestId::String("listen-1".into())), "{method}");
    let back = notification_to_legacy(&modern).unwrap();
    assert_eq!(parse::<Value>(&back), body, "{method}");
}

#[test]
fn notifications_have_their_type() {
    notification_both_ways::<sdk::ToolListChangedNotification>("notifications/tools/list_changed", &Value::Null);
    notification_both_ways::<sdk::PromptListChangedNotification>("notifications/prompts/list_changed", &Value::Null);
    notification_both_ways::<sdk::ResourceListChangedNotification>(
        "notifications/resources/list_changed",
        &Value::Null,
    );
    notification_both_ways::<sdk::ResourceUpdatedNotification>(
        "notifications/resources/updated",
        &json!({"uri": "file:///a", "_meta": {"vendor/x": 1}}),
    );
    let granted = r#"{"promptsListChanged":true,"resourceSubscriptions":["file:///a"]}"#;
    let first: sdk::JsonRpcNotification<sdk::SubscriptionsAcknowledgedNotification> =
        parse(&acknowledged("7", granted));
    assert_eq!(first.notification.params.notifications.prompts_list_changed, Some(true));
    let meta = first.notification.extensions.get::<sdk::NotificationMetaObject>().unwrap();
    assert_eq!(meta.subscription_id(), Some(sdk::RequestId::Number(7)));
    let last: sdk::JsonRpcResponse<sdk::SubscriptionsListenResult> = parse(&subscription_ended("7"));
    assert_eq!(last.result.meta.subscription_id(), Some(last.id));
}

const FORM: &str = r#"{"mode":"form","message":"Who?","requestedSchema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}}"#;
const URL: &str = r#"{"mode":"url","message":"Sign in","url":"https://a.example/x"}"#;
const SAMPLE: &str = r#"{"messages":[{"role":"user","content":{"type":"text","text":"hi"}}],"maxTokens":5}"#;

fn questions() -> Vec<(String, String, Option<String>)> {
    vec![
        ("form".into(), "elicitation/create".into(), Some(FORM.into())),
        ("url".into(), "elicitation/create".into(), Some(URL.into())),
        ("sample".into(), "sampling/createMessage".into(), Some(SAMPLE.into())),
        ("roots".into(), "roots/list".into(), None),
    ]
}

#[test]
fn questions_have_their_type_in_both_generations() {
    let response = input_required_response("\"r\"", &questions(), Some("sealed"));
    let typed: sdk::JsonRpcResponse<sdk::InputRequiredResult> = parse(&response);
    assert_eq!(typed.result.request_state.as_deref(), Some("sealed"));
    let asked = typed.result.input_requests.unwrap();
    assert!(matches!(asked["form"], sdk::InputRequest::Elicitation(_)));
    assert!(matches!(asked["url"], sdk::InputRequest::Elicitation(_)));
    assert!(matches!(asked["sample"], sdk::InputRequest::CreateMessage(_)));
    assert!(matches!(asked["roots"], sdk::InputRequest::ListRoots(_)));

    let result = scan(&response).unwrap().get("result").unwrap();
    for input in input_requests(result).unwrap() {
        let asked = input_as_request("\"g-1\"", &input);
        match input.key.as_ref() {
            "sample" => drop(parse::<sdk::JsonRpcRequest<sdk::CreateMessageRequest>>(&asked)),
            "roots" => drop(parse::<sdk::JsonRpcRequest<sdk::ListRootsRequest>>(&asked)),
            key => match parse::<sdk::JsonRpcRequest<sdk::ElicitRequest>>(&asked).request.params {
                sdk::ElicitRequestParams::UrlElicitationParams { elicitation_id, .. } => {
                    assert_eq!((key, elicitation_id.as_str()), ("url", "g-1"));
                }
                _ => assert_eq!(key, "form"),
            },
        }
    }
    let state_only: sdk::JsonRpcResponse<sdk::InputRequiredResult> =
        parse(&input_required_response("1", &[], Some("s")));
    assert!(state_only.result.input_requests.is_none());
}

#[test]
fn answers_have_their_type_in_both_generations() {
    let accepted = r#"{"action":"accept","content":{"name":"x"}}"#;
    let call = request_to_modern(&request("tools/call", &json!({"name": "a"})), &identity(), None).unwrap();
    let retry = retry_with_input(&call, "\"g-2\"", &[("form".into(), accepted.into())], Some("\"sealed\"")).unwrap();
    let typed: sdk::JsonRpcRequest<sdk::CallToolRequest> = parse(&retry);
    assert_eq!(typed.id, sdk::RequestId::String("g-2".into()));
    assert_eq!(typed.request.params.request_state.as_deref(), Some("sealed"));
    assert_eq!(
        typed.request.params.input_responses.unwrap()["form"],
        json!({"action": "accept", "content": {"name": "x"}})
    );
    let meta = typed.request.extensions.get::<sdk::RequestMetaObject>().unwrap();
    assert!(meta.missing_required_keys(&sdk::ProtocolVersion::V_2026_07_28).is_empty());
    for (method, params) in [("prompts/get", json!({"name": "p"})), ("resources/read", json!({"uri": "a:b"}))] {
        let retry = retry_with_input(&request(method, &params), "2", &[], Some("\"s\"")).unwrap();
        let state = match method {
            "prompts/get" => parse::<sdk::JsonRpcRequest<sdk::GetPromptRequest>>(&retry).request.params.request_state,
            _ => parse::<sdk::JsonRpcRequest<sdk::ReadResourceRequest>>(&retry).request.params.request_state,
        };
        assert_eq!(state.as_deref(), Some("s"));
    }

    let answer = response_to_server("9", Raw::parse(accepted).unwrap());
    let typed: sdk::JsonRpcResponse<sdk::ElicitResult> = parse(&answer);
    assert_eq!(typed.result.action, sdk::ElicitationAction::Accept);
    let roots = response_to_server("9", Raw::parse(r#"{"roots":[{"uri":"file:///a"}]}"#).unwrap());
    assert_eq!(parse::<sdk::JsonRpcResponse<sdk::ListRootsResult>>(&roots).result.roots.len(), 1);
    let sampled = r#"{"model":"m","role":"assistant","content":{"type":"text","text":"hi"},"stopReason":"endTurn"}"#;
    let sampled = response_to_server("9", Raw::parse(sampled).unwrap());
    assert_eq!(parse::<sdk::JsonRpcResponse<sdk::CreateMessageResult>>(&sampled).result.model, "m");
}

#[test]
fn url_elicitation_errors_become_questions_with_their_type() {
    let body = json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32042, "message": "Sign in first", "data": {
        "elicitations": [{"mode": "url", "elicitationId": "e", "url": "https://a.example", "message": "Sign in"}]}}})
    .to_string();
    let Outcome::Error(error) = Response::parse(body.as_bytes()).unwrap().outcome else { panic!("not an error") };
    let questions: Vec<_> = url_elicitation(&error)
        .unwrap()
        .into_iter()
        .enumerate()
        .map(|(number, (method, params))| (format!("url-{number}"), method, params))
        .collect();
    let typed: sdk::JsonRpcResponse<sdk::InputRequiredResult> =
        parse(&input_required_response("1", &questions, Some("s")));
    let asked = typed.result.input_requests.unwrap();
    let sdk::InputRequest::Elicitation(asked) = &asked["url-0"] else { panic!("not an elicitation") };
    let sdk::ElicitRequestParams::UrlElicitationParams { url, .. } = &asked.params else { panic!("not a URL") };
    assert_eq!(url, "https://a.example");
}
