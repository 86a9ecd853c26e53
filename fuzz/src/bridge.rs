//! Translation between the generations: nothing panics, messages stay messages, what is not the generations' own stays as
//! it was, and the way there and back is the identity where nothing has to go.

use mcp::bridge::{
    discover_result, initialize_result, notification_to_legacy, notification_to_modern, request_to_legacy,
    request_to_modern, response_to_legacy, response_to_modern, retry_with_input,
};
use mcp::splice::SpliceError;
use mcp::{Envelope, Limits, Method, ProtocolVersion, Raw, scan_with};
use serde_json::{Map, Value};

use crate::translations::{identity, translate_all};

/// A line with the method that an answer is to, then a message of any shape.
pub fn run(data: &[u8]) {
    let split = data.iter().position(|byte| *byte == b'\n').map(|end| (&data[..end], &data[end + 1..]));
    let (method, body) = split.unwrap_or((b"tools/call", data));
    let method = String::from_utf8_lossy(method);
    let Some(raw) = std::str::from_utf8(body).ok().and_then(|body| Raw::parse(body).ok()) else {
        return unreadable(body, &method);
    };
    translate_all(std::str::from_utf8(body).unwrap(), &method);
    // serde_json goes less deep than the scan of an answer, and a handshake moves some members down by one.
    let Some(value) = raw.decode::<Value>().ok().filter(|value| depth(value) < 120) else { return };
    requests(body, &value);
    responses(body, &Method::parse(method), &value);
    notifications(body, &value);
    handshakes(raw, &value);
}

fn unreadable(body: &[u8], method: &str) {
    let method = Method::parse(method.into());
    let refused = |outcome: Result<_, SpliceError>| matches!(outcome, Err(SpliceError::Unreadable(_)));
    assert!(refused(request_to_modern(body, &identity(), None)) && refused(request_to_legacy(body)));
    assert!(refused(response_to_modern(body, &method)) && refused(response_to_legacy(body, &method)));
    assert!(refused(notification_to_modern(body, "1")) && refused(notification_to_legacy(body)));
    assert!(refused(retry_with_input(body, "1", &[], None)));
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Object(object) => 1 + object.values().map(depth).max().unwrap_or_default(),
        Value::Array(array) => 1 + array.iter().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

fn parse(body: &[u8]) -> Raw<'_> {
    scan_with(body, Limits::RESPONSE).unwrap()
}

fn requests(body: &[u8], value: &Value) {
    let modern = |body: &[u8]| request_to_modern(body, &identity(), Some("info"));
    let method = value["method"].as_str().unwrap_or_default();
    let known = Method::parse(method.into()).is_known();
    let goes = |key: &str| match key {
        "task" => method == "tools/call",
        "inputResponses" | "requestState" => known,
        _ => false,
    };
    let (Ok(there), Ok(legacy)) = (modern(body), request_to_legacy(body)) else {
        let params = value.get("params").filter(|params| !params.is_null());
        return assert!(!value.is_object() || params.is_some_and(|params| !params.is_object()));
    };
    for out in [&there, &legacy] {
        same_message(body, out);
        stays_within(body, out, &[], &|key| key == "params");
        stays_within(body, out, &["params"], &|key| key == "_meta" || goes(key));
        stays_within(body, out, &["params", "_meta"], &|key| key.starts_with("io.modelcontextprotocol/"));
    }
    assert_eq!(modern(&there).unwrap(), there, "what was said is said twice");
    assert_eq!(request_to_legacy(&legacy).unwrap(), legacy);
    let params = value["params"].as_object();
    if params.is_none_or(|params| params.keys().any(|key| goes(key))) || hollow(params, "io.modelcontextprotocol/") {
        return;
    }
    assert_eq!(legacy, body, "nothing has to go");
    assert_eq!(request_to_legacy(&there).unwrap(), body, "there and back");
}

fn responses(body: &[u8], method: &Method<'_>, value: &Value) {
    let (Ok(there), Ok(legacy)) = (response_to_modern(body, method), response_to_legacy(body, method)) else {
        return assert!(!value.is_object());
    };
    let fresh = |key: &str| matches!(key, "resultType" | "ttlMs" | "cacheScope");
    let odd = |key: &str| fresh(key) || matches!(key, "structuredContent" | "content" | "tools" | "_meta");
    // A result that an older client cannot know is an error to it.
    let foreign = value["result"].is_object() && parse(&legacy).get("error").is_some();
    if foreign {
        assert!(value["result"].get("resultType").is_some_and(|kind| kind != "complete"));
        same_message(body, &legacy);
    }
    for out in [&there, &legacy].into_iter().take(if foreign { 1 } else { 2 }) {
        same_message(body, out);
        stays_within(body, out, &[], &|key| matches!(key, "result" | "error"));
        stays_within(body, out, &["result"], &odd);
        stays_within(body, out, &["error"], &|key| key == "code");
        stays_within(body, out, &["result", "_meta"], &|key| key == "io.modelcontextprotocol/serverInfo");
    }
    for (key, member) in parse(body).get("result").into_iter().flat_map(Raw::members) {
        if fresh(&key) {
            // What these say to a modern client is the gateway's to say.
            continue;
        }
        let after = parse(&there).at_path(&["result", &key]).map(Raw::text);
        assert_eq!(after, Some(member.text()), "{key} was said already");
    }
    assert_eq!(response_to_modern(&there, method).unwrap(), there);
    assert_eq!(response_to_legacy(&legacy, method).unwrap(), legacy);
    // Codes that the other generation does not have, or has for something else.
    let own_codes = [-32_020, -32_021, -32_022, -32_042, -32_602];
    let same = match (value["result"].as_object(), value["error"]["code"].as_i64()) {
        (Some(result), _) => {
            let plain = *method != Method::ToolsCall || result.get("structuredContent").is_none_or(Value::is_object);
            let own = result.get("_meta").is_some_and(|meta| meta.get("io.modelcontextprotocol/serverInfo").is_some());
            let listed = *method != Method::ToolsList || tools(result).all(describes_object);
            plain && listed && !own && !result.keys().any(|key| fresh(key))
        }
        (None, Some(-32_002)) => *method == Method::ResourcesRead && value["error"]["data"].get("uri").is_some(),
        (None, Some(code)) => !own_codes.contains(&code),
        (None, None) => true,
    };
    if same {
        assert_eq!(response_to_legacy(&there, method).unwrap(), body, "there and back");
    }
}

fn tools(result: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    result.get("tools").and_then(Value::as_array).into_iter().flatten()
}

fn describes_object(tool: &Value) -> bool {
    tool.get("outputSchema").is_none_or(|schema| schema["type"] == "object")
}

fn notifications(body: &[u8], value: &Value) {
    const ID: &str = "io.modelcontextprotocol/subscriptionId";
    let (Ok(there), Ok(legacy)) = (notification_to_modern(body, r#""s""#), notification_to_legacy(body)) else {
        return;
    };
    for out in [&there, &legacy] {
        same_message(body, out);
        stays_within(body, out, &["params"], &|key| key == "_meta");
        stays_within(body, out, &["params", "_meta"], &|key| key == ID);
    }
    let said: Value = serde_json::from_slice(&there).unwrap();
    assert_eq!(said["params"]["_meta"][ID], "s");
    assert_eq!(notification_to_modern(&there, r#""s""#).unwrap(), there);
    if !hollow(value["params"].as_object(), ID) {
        assert_eq!(legacy, body);
        assert_eq!(notification_to_legacy(&there).unwrap(), body, "there and back");
    }
}

/// Whether something of these parameters does not come back: there is nothing in them, `_meta` is empty or no object, or
/// it says what the generations say.
fn hollow(params: Option<&Map<String, Value>>, own: &str) -> bool {
    let Some(params) = params.filter(|params| !params.is_empty()) else { return true };
    params.get("_meta").is_some_and(|meta| {
        meta.as_object().is_none_or(|meta| meta.is_empty() || meta.keys().any(|key| key.starts_with(own)))
    })
}

fn handshakes(raw: Raw<'_>, value: &Value) {
    for version in &ProtocolVersion::ALL[..4] {
        let result = initialize_result(raw, *version);
        let said: Value = serde_json::from_slice(&result).unwrap();
        assert_eq!(said["protocolVersion"], version.as_str());
        assert!(said["serverInfo"].is_object() && said["capabilities"].is_object());
        let hidden = ["tasks", "extensions"].map(|key| said["capabilities"].get(key));
        assert!(hidden.iter().all(Option::is_none) && said.get("resultType").is_none());
        if value.is_object() {
            let own = ["resultType", "supportedVersions", "ttlMs", "cacheScope", "_meta"];
            let new = ["protocolVersion", "capabilities", "serverInfo"];
            stays(raw, parse(&result), &[], &|key| own.contains(&key) || new.contains(&key));
        }
    }
    let said: Value = serde_json::from_slice(&discover_result(raw)).unwrap();
    assert!(said["resultType"] == "complete" && said["cacheScope"] == "private");
    assert_eq!(said["supportedVersions"], serde_json::json!(["2026-07-28"]));
    assert!(said["capabilities"].is_object() && said["capabilities"].get("tasks").is_none());
    assert!(said["_meta"]["io.modelcontextprotocol/serverInfo"].is_object() && said.get("serverInfo").is_none());
}

/// A message stays one, with the same id, of the same kind, about the same method.
fn same_message(body: &[u8], out: &[u8]) {
    let (Ok(before), after) = (Envelope::parse(parse(body)), Envelope::parse(parse(out))) else { return };
    let after = after.unwrap();
    assert_eq!(std::mem::discriminant(&before), std::mem::discriminant(&after));
    assert_eq!(before.id().map(|id| id.text()), after.id().map(|id| id.text()));
    assert_eq!(before.call().map(|call| &call.method), after.call().map(|call| &call.method));
}

fn stays_within(body: &[u8], out: &[u8], path: &[&str], changes: &dyn Fn(&str) -> bool) {
    stays(parse(body), parse(out), path, changes);
}

/// Members of the object at `path` that nothing changes keep their bytes and their order.
fn stays(before: Raw<'_>, after: Raw<'_>, path: &[&str], changes: &dyn Fn(&str) -> bool) {
    let members = |root: Raw<'_>| {
        let object = root.at_path(path).into_iter().flat_map(Raw::members);
        object.filter(|(key, _)| !changes(key)).map(|(key, raw)| (key.into_owned(), raw.text().to_owned())).collect()
    };
    let (before, after): (Vec<_>, Vec<_>) = (members(before), members(after));
    assert_eq!(before, after, "at {path:?}");
}
