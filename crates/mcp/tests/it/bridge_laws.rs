//! What holds for every message, whatever its members are.

use mcp::bridge::{
    ClientIdentity, discover_result, initialize_result, notification_to_legacy, notification_to_modern,
    request_to_legacy, request_to_modern, response_to_legacy, response_to_modern, retry_with_input,
};
use mcp::{Envelope, Method, ProtocolVersion, Raw, scan};
use proptest::prelude::*;
use serde_json::Value;

use crate::translations::{identity, string, translate_all};

const METHODS: &[&str] = &[
    "tools/list",
    "tools/call",
    "prompts/list",
    "prompts/get",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "completion/complete",
    "vendor/run",
];

/// Names that translations care about somewhere.
const NAMES: &[&str] = &[
    "_meta",
    "jsonrpc",
    "id",
    "method",
    "params",
    "result",
    "error",
    "code",
    "message",
    "data",
    "uri",
    "task",
    "tasks",
    "extensions",
    "roots",
    "listChanged",
    "io.modelcontextprotocol/tasks",
    "capabilities",
    "clientInfo",
    "serverInfo",
    "resultType",
    "ttlMs",
    "cacheScope",
    "tools",
    "inputSchema",
    "outputSchema",
    "structuredContent",
    "content",
    "inputRequests",
    "inputResponses",
    "requestState",
    "elicitations",
    "mode",
    "url",
    "elicitationId",
    "io.modelcontextprotocol/clientInfo",
    "io.modelcontextprotocol/serverInfo",
    "io.modelcontextprotocol/subscriptionId",
    "x-mcp-header",
    "properties",
    "type",
];

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        prop::sample::select(&[
            "0",
            "-1",
            "1.50",
            "1e3",
            "-32602",
            "-32002",
            "-32020",
            "-32042",
            "12345678901234567890"
        ])
        .prop_map(str::to_owned),
        prop::sample::select(&[
            r#""""#,
            r#""complete""#,
            r#""input_required""#,
            r#""\u00e9\n""#,
            r#""url""#,
            r#""roots/list""#
        ])
        .prop_map(str::to_owned),
    ]
}

fn space() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["", "", " ", "\n\t"])
}

fn object_of(
    key: impl Strategy<Value = String>,
    value: impl Strategy<Value = String>,
) -> impl Strategy<Value = String> {
    (prop::collection::vec((key, value), 0..5), space(), space(), space()).prop_map(|(members, open, mid, close)| {
        let mut seen = std::collections::HashSet::new();
        let members: Vec<_> = members
            .into_iter()
            .filter(|(key, _)| seen.insert(key.clone()))
            .map(|(key, value)| format!("{open}\"{key}\"{mid}:{open}{value}{mid}"))
            .collect();
        format!("{{{}{close}}}", members.join(","))
    })
}

/// Any JSON, made of names that matter and others.
fn json() -> impl Strategy<Value = String> {
    let key = || prop_oneof![prop::sample::select(NAMES).prop_map(str::to_owned), "[a-c]{1,2}"];
    scalar().prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            object_of(key(), inner.clone()),
            (prop::collection::vec(inner, 0..4), space())
                .prop_map(|(items, space)| format!("[{space}{}]", items.join(&format!("{space},")))),
        ]
    })
}

/// Members of a vendor's own, which no translation touches.
fn vendor_key() -> impl Strategy<Value = String> {
    "[a-c]{1,2}(\\.io/[a-z])?"
}

/// An object without members that a translation would touch.
fn untouched() -> impl Strategy<Value = String> {
    object_of(vendor_key(), json())
}

/// A `_meta` as legacy peers send it: not empty, without reserved members.
fn plain_meta() -> impl Strategy<Value = String> {
    (scalar(), untouched()).prop_map(|(token, rest)| with_member(&rest, "progressToken", &token))
}

fn with_member(object: &str, key: &str, value: &str) -> String {
    let inner = object.strip_prefix('{').unwrap().strip_suffix('}').unwrap();
    let comma = if inner.trim().is_empty() { "" } else { "," };
    format!("{{{inner}{comma} \"{key}\" :{value}}}")
}

fn message(parts: &[(&str, &str)], space: &str) -> String {
    let parts: Vec<_> = parts.iter().map(|(key, value)| format!("{space}\"{key}\":{space}{value}")).collect();
    format!("{{{}{space}}}", parts.join(","))
}

fn value(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn requests_come_back_as_they_were(
        method in prop::sample::select(METHODS),
        params in untouched(),
        meta in prop::option::of(plain_meta()),
        space in space(),
        level in prop::option::of("[a-z\"]{1,5}"),
    ) {
        let params = with_member(&params, "name", "\"n\"");
        let params = meta.map_or(params.clone(), |meta| with_member(&params, "_meta", &meta));
        let method = format!("\"{method}\"");
        let body = message(&[("id", "1.0"), ("method", &method), ("params", &params), ("jsonrpc", "\"2.0\"")], space);
        let modern = request_to_modern(body.as_bytes(), &identity(), level.as_deref()).unwrap();
        let envelope = Envelope::parse(scan(&modern).unwrap()).unwrap();
        let meta = &envelope.call().unwrap().params.meta;
        prop_assert_eq!(meta.protocol_version.as_deref(), Some("2026-07-28"));
        prop_assert_eq!(meta.log_level.as_deref(), level.as_deref());
        prop_assert_eq!(ClientIdentity::of_meta(meta), identity());
        let legacy = request_to_legacy(&modern).unwrap();
        prop_assert_eq!(string(&legacy), &body);
    }

    #[test]
    fn requests_without_params_come_back_as_the_same_value(space in space(), params in prop::option::of(Just("null"))) {
        let mut parts = vec![("method", "\"tools/list\""), ("id", "1")];
        let body = message(&parts, space);
        parts.extend(params.map(|params| ("params", params)));
        let sent = message(&parts, space);
        let modern = request_to_modern(sent.as_bytes(), &identity(), None).unwrap();
        let legacy = request_to_legacy(&modern).unwrap();
        prop_assert_eq!(value(&legacy), value(body.as_bytes()));
        if params.is_none() {
            prop_assert_eq!(string(&legacy), &body);
        }
    }

    #[test]
    fn modern_requests_come_back_with_what_they_said(params in untouched(), meta in plain_meta(), space in space()) {
        let sent = message(&[("method", "\"tools/list\""), ("params", &with_member(&params, "_meta", &meta))], space);
        let modern = request_to_modern(sent.as_bytes(), &identity(), Some("info")).unwrap();
        let again = request_to_modern(&request_to_legacy(&modern).unwrap(), &identity(), Some("info")).unwrap();
        prop_assert_eq!(string(&again), string(&modern));
        // What was said already is not said twice.
        let twice = request_to_modern(&modern, &identity(), Some("info")).unwrap();
        prop_assert_eq!(string(&twice), string(&modern));
    }

    #[test]
    fn results_come_back_as_they_were(
        method in prop::sample::select(METHODS),
        result in untouched(),
        meta in prop::option::of(plain_meta()),
        space in space(),
    ) {
        let result = meta.map_or(result.clone(), |meta| with_member(&result, "_meta", &meta));
        let method = Method::parse(method.into());
        let body = message(&[("result", &result), ("id", "\"a\"")], space);
        let modern = response_to_modern(body.as_bytes(), &method).unwrap();
        prop_assert_eq!(&value(&modern)["result"]["resultType"], "complete");
        let legacy = response_to_legacy(&modern, &method).unwrap();
        prop_assert_eq!(string(&legacy), &body);
    }

    #[test]
    fn modern_results_come_back_as_the_same_value(result in untouched(), meta in plain_meta()) {
        let result = with_member(&with_member(&result, "ttlMs", "0"), "cacheScope", "\"private\"");
        let result = with_member(&with_member(&result, "resultType", "\"complete\""), "_meta", &meta);
        let body = message(&[("result", &result), ("id", "\"a\"")], " ");
        let legacy = response_to_legacy(body.as_bytes(), &Method::ToolsList).unwrap();
        let modern = response_to_modern(&legacy, &Method::ToolsList).unwrap();
        prop_assert_eq!(value(&modern), value(body.as_bytes()));
    }

    #[test]
    fn errors_come_back_as_they_were(code in prop::sample::select(&[-32002, -32042, -32601, -32000, 7]), data in json()) {
        let error = format!(r#"{{"code": {code},"message":"Resource not found","data":{data}}}"#);
        let body = message(&[("id", "1"), ("error", &error)], "");
        let modern = response_to_modern(body.as_bytes(), &Method::ResourcesRead).unwrap();
        prop_assert_ne!(&value(&modern)["error"]["code"], -32002);
        let legacy = response_to_legacy(&modern, &Method::ResourcesRead).unwrap();
        prop_assert_eq!(string(&legacy), &body);
    }

    #[test]
    fn notifications_come_back_as_they_were(params in untouched(), meta in prop::option::of(plain_meta()), space in space()) {
        let params = with_member(&params, "uri", "\"a:b\"");
        let params = meta.map_or(params.clone(), |meta| with_member(&params, "_meta", &meta));
        let body = message(&[("method", "\"notifications/resources/updated\""), ("params", &params)], space);
        let modern = notification_to_modern(body.as_bytes(), "\"s\"").unwrap();
        prop_assert_eq!(&value(&modern)["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], "s");
        let legacy = notification_to_legacy(&modern).unwrap();
        prop_assert_eq!(string(&legacy), &body);
    }

    #[test]
    fn handshakes_keep_what_they_do_not_know(
        capabilities in untouched(),
        rest in untouched(),
        info in untouched(),
        version in prop::sample::select(&ProtocolVersion::ALL[..4]),
    ) {
        let initialize = with_member(&with_member(&rest, "capabilities", &capabilities), "serverInfo", &info);
        let initialize = with_member(&initialize, "protocolVersion", &format!("\"{version}\""));
        let discover = discover_result(Raw::parse(&initialize).unwrap());
        let back = initialize_result(Raw::parse(string(&discover)).unwrap(), version);
        prop_assert_eq!(value(&back), value(initialize.as_bytes()));
        prop_assert!(string(&back).contains(&capabilities) && string(&back).contains(&info));
    }

    #[test]
    fn a_further_round_is_the_same_request(params in untouched(), answer in json(), state in scalar(), space in space()) {
        let params = with_member(&params, "name", "\"n\"");
        let call = [("id", "1"), ("method", "\"tools/call\""), ("jsonrpc", "\"2.0\""), ("params", &*params)];
        let body = message(&call, space);
        let retry = retry_with_input(body.as_bytes(), "2", &[("k".into(), answer.clone())], Some(&state)).unwrap();
        let root = scan(&retry).unwrap();
        prop_assert_eq!(Envelope::parse(root).unwrap().id().unwrap().text(), "2");
        prop_assert_eq!(root.at_path(&["params", "inputResponses", "k"]).unwrap().text(), &answer);
        prop_assert_eq!(root.at_path(&["params", "requestState"]).unwrap().text(), &state);
        let back = retry_with_input(&retry, "1", &[], None).unwrap();
        prop_assert_eq!(string(&back), &body);
    }

    #[test]
    fn any_json_is_translated_or_refused(body in json(), method in prop::sample::select(METHODS)) {
        translate_all(&body, method);
    }

    #[test]
    fn any_message_is_translated_or_refused(
        params in json(),
        result in json(),
        error in json(),
        method in prop::sample::select(METHODS),
        space in space(),
    ) {
        let quoted = format!("\"{method}\"");
        for (key, part) in [("params", &params), ("result", &result), ("error", &error)] {
            let mut parts = vec![("jsonrpc", "\"2.0\""), ("id", "1"), (key, part.as_str())];
            if key == "params" {
                parts.push(("method", &quoted));
            }
            translate_all(&message(&parts, space), method);
        }
    }
}
