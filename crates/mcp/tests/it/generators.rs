//! JSON for properties: of names that matter somewhere and of others, in any layout.

use std::collections::HashSet;

use proptest::prelude::*;

/// Methods of requests that exist in both generations, and one of a vendor's.
pub(crate) const METHODS: &[&str] = &[
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

/// Methods of notifications that servers of both generations send.
pub(crate) const NOTIFICATIONS: &[&str] = &[
    "notifications/resources/updated",
    "notifications/resources/list_changed",
    "notifications/tools/list_changed",
    "notifications/prompts/list_changed",
    "notifications/progress",
    "notifications/message",
    "notifications/vendor",
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

pub(crate) fn scalar() -> impl Strategy<Value = String> {
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

pub(crate) fn space() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["", "", " ", "\n\t"])
}

pub(crate) fn object_of(
    key: impl Strategy<Value = String>,
    value: impl Strategy<Value = String>,
) -> impl Strategy<Value = String> {
    (prop::collection::vec((key, value), 0..5), space(), space(), space()).prop_map(|(members, open, mid, close)| {
        let mut seen = HashSet::new();
        let members: Vec<_> = members
            .into_iter()
            .filter(|(key, _)| seen.insert(key.clone()))
            .map(|(key, value)| format!("{open}\"{key}\"{mid}:{open}{value}{mid}"))
            .collect();
        format!("{{{}{close}}}", members.join(","))
    })
}

/// Any JSON, made of names that matter and others.
pub(crate) fn json() -> impl Strategy<Value = String> {
    let key = || prop_oneof![prop::sample::select(NAMES).prop_map(str::to_owned), "[a-c]{1,2}"];
    scalar().prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            object_of(key(), inner.clone()),
            (prop::collection::vec(inner, 0..4), space())
                .prop_map(|(items, space)| format!("[{space}{}]", items.join(&format!("{space},")))),
        ]
    })
}

/// Any JSON without names that matter.
pub(crate) fn plain_json() -> impl Strategy<Value = String> {
    scalar().prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            object_of(vendor_key(), inner.clone()),
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
        ]
    })
}

/// Members of a vendor's own, which no translation touches.
pub(crate) fn vendor_key() -> impl Strategy<Value = String> {
    "[a-c]{1,2}(\\.io/[a-z])?"
}

/// An object without members that a translation would touch.
pub(crate) fn untouched() -> impl Strategy<Value = String> {
    object_of(vendor_key(), json())
}

/// A `_meta` as legacy peers send it: not empty, without reserved members.
pub(crate) fn plain_meta() -> impl Strategy<Value = String> {
    (scalar(), untouched()).prop_map(|(token, rest)| with_member(&rest, "progressToken", &token))
}

pub(crate) fn with_member(object: &str, key: &str, value: &str) -> String {
    let inner = object.strip_prefix('{').unwrap().strip_suffix('}').unwrap();
    let comma = if inner.trim().is_empty() { "" } else { "," };
    format!("{{{inner}{comma} \"{key}\" :{value}}}")
}

pub(crate) fn message(parts: &[(&str, &str)], space: &str) -> String {
    let parts: Vec<_> = parts.iter().map(|(key, value)| format!("{space}\"{key}\":{space}{value}")).collect();
    format!("{{{}{space}}}", parts.join(","))
}

/// An object with these members, in any order, among others that no translation touches.
pub(crate) fn object_with(members: Vec<(&'static str, String)>) -> impl Strategy<Value = String> {
    (Just(members).prop_shuffle(), untouched(), any::<prop::sample::Index>()).prop_map(|(members, others, first)| {
        let first = first.index(members.len() + 1);
        let before = members.iter().take(first).map(|(key, value)| format!("\"{key}\": {value}"));
        let inner = others.strip_prefix('{').unwrap().strip_suffix('}').unwrap();
        let inner = (!inner.trim().is_empty()).then(|| inner.to_owned());
        let after = members.iter().skip(first).map(|(key, value)| format!("\"{key}\" :{value}"));
        format!("{{{}}}", before.chain(inner).chain(after).collect::<Vec<_>>().join(","))
    })
}
