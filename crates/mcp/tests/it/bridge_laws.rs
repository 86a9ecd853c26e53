//! What holds for every message, whatever its members are: there and back is where it began, and what no translation
//! knows passes byte for byte. Each law stands for both directions.

use mcp::bridge::{
    ClientIdentity, discover_result, initialize_request, initialize_result, notification_to_legacy,
    notification_to_modern, request_to_legacy, request_to_modern, response_to_legacy, response_to_modern,
};
use mcp::{Call, Envelope, Method, ProtocolVersion, Raw, scan};
use proptest::prelude::*;
use serde_json::Value;

use crate::generators::{
    METHODS, NOTIFICATIONS, json, message, object_with, plain_json, plain_meta, scalar, space, untouched, with_member,
};
use crate::translations::string;

const REVISION: &str = "\"2026-07-28\"";
const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";

fn value(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn call(body: &[u8]) -> Call<'_> {
    Envelope::parse(scan(body).unwrap()).unwrap().call().unwrap().clone()
}

fn is_list_or_read(method: &str) -> bool {
    method.ends_with("/list") || method == "resources/read"
}

/// A client as it says who it is, without what cannot be bridged.
fn identity() -> impl Strategy<Value = ClientIdentity> {
    let capability = prop::sample::select(&["sampling", "elicitation", "experimental", "x"]);
    let info = (untouched(), json()).prop_map(|(info, name)| with_member(&info, "name", &name));
    (info, untouched(), capability, plain_json()).prop_map(|(info, others, capability, said)| {
        let capabilities = with_member(&others, capability, &said);
        ClientIdentity { info: info.into(), capabilities: with_member(&capabilities, "roots", "{}").into() }
    })
}

/// A tool of which legacy clients can make everything, with members that they do not know.
fn tool() -> impl Strategy<Value = String> {
    let schema = || untouched_plain().prop_map(|schema| with_member(&schema, "type", "\"object\""));
    let output = prop::option::of(schema());
    (schema(), output, json(), json(), json()).prop_flat_map(|(input, output, icons, annotations, meta)| {
        let mut members = vec![
            ("name", "\"n\"".to_owned()),
            ("inputSchema", input),
            ("icons", icons),
            ("annotations", annotations),
            ("_meta", meta),
        ];
        members.extend(output.map(|output| ("outputSchema", output)));
        object_with(members)
    })
}

fn untouched_plain() -> impl Strategy<Value = String> {
    let properties = prop::collection::btree_map(
        "[a-c]{1,2}",
        plain_json().prop_filter("no boolean", |json| json != "true" && json != "false"),
        0..3,
    );
    (plain_json(), properties).prop_map(|(rest, properties)| {
        let properties: Vec<_> = properties.iter().map(|(name, schema)| format!("\"{name}\":{schema}")).collect();
        format!("{{\"$defs\": {rest},\"properties\":{{{}}}}}", properties.join(" , "))
    })
}

/// The result of a method, with what it is about and with members that nobody knows; no member that a translation
/// touches.
fn result_of(method: &'static str) -> impl Strategy<Value = String> {
    let items = || prop::collection::vec(json(), 0..3).prop_map(|items| format!("[{}]", items.join(",")));
    let tools = prop::collection::vec(tool(), 0..3).prop_map(|items| format!("[ {} ]", items.join(" ,")));
    let structured = untouched();
    (tools, items(), structured, prop::option::of(plain_meta())).prop_flat_map(
        move |(tools, items, structured, meta)| {
            let mut members = match method {
                "tools/list" => vec![("tools", tools), ("nextCursor", "\"\"".to_owned())],
                "tools/call" => vec![("structuredContent", structured), ("content", items)],
                "prompts/get" => vec![("messages", items)],
                "completion/complete" => vec![("completion", structured)],
                _ => vec![("resources", items.clone()), ("contents", items)],
            };
            members.extend(meta.map(|meta| ("_meta", meta)));
            object_with(members)
        },
    )
}

fn method_and_result() -> impl Strategy<Value = (&'static str, String)> {
    prop::sample::select(METHODS).prop_flat_map(|method| (Just(method), result_of(method)))
}

/// A response or request around a part, among members that nobody knows.
fn around(parts: Vec<(&'static str, String)>) -> impl Strategy<Value = String> {
    object_with([vec![("jsonrpc", "\"2.0\"".to_owned())], parts].concat())
}

/// Wraps a strategy's value in a message of which it is the member `key`.
fn in_message(key: &'static str, part: String, id: &'static str) -> impl Strategy<Value = String> {
    around(vec![("id", id.to_owned()), (key, part)])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn legacy_requests_come_back_as_they_were(
        method in prop::sample::select(METHODS),
        params in untouched(),
        meta in prop::option::of(plain_meta()),
        others in untouched(),
        space in space(),
        level in prop::option::of("[a-z\"]{1,5}"),
        identity in identity(),
    ) {
        let params = with_member(&params, "name", "\"n\"");
        let params = meta.map_or(params.clone(), |meta| with_member(&params, "_meta", &meta));
        let method = quoted(method);
        let body = message(&[("id", "1.0"), ("method", &method), ("params", &params), ("jsonrpc", "\"2.0\"")], space);
        let body = with_member(&body, "x.io/others", &others);
        let modern = request_to_modern(body.as_bytes(), &identity, level.as_deref()).unwrap();
        let meta = call(&modern).params.meta;
        prop_assert_eq!(meta.protocol_version.as_deref(), Some("2026-07-28"));
        prop_assert_eq!(meta.log_level.as_deref(), level.as_deref());
        prop_assert_eq!(ClientIdentity::of_meta(&meta), identity);
        let legacy = request_to_legacy(&modern).unwrap();
        prop_assert_eq!(string(&legacy), &body);
    }

    #[test]
    fn legacy_requests_without_params_come_back(
        space in space(),
        params in prop::option::of(Just("null")),
        identity in identity(),
    ) {
        let mut parts = vec![("method", "\"tools/list\""), ("id", "1")];
        let body = message(&parts, space);
        parts.extend(params.map(|params| ("params", params)));
        let sent = message(&parts, space);
        let modern = request_to_modern(sent.as_bytes(), &identity, None).unwrap();
        let legacy = request_to_legacy(&modern).unwrap();
        prop_assert_eq!(value(&legacy), value(body.as_bytes()));
        if params.is_none() {
            prop_assert_eq!(string(&legacy), &body);
        }
    }

    #[test]
    fn modern_requests_come_back_with_what_they_said(
        (body, identity, level) in (prop::sample::select(METHODS), identity(), plain_json(), json()).prop_flat_map(
            |(method, identity, token, argument)| {
                let meta = object_with(vec![
                    ("io.modelcontextprotocol/protocolVersion", REVISION.to_owned()),
                    ("io.modelcontextprotocol/clientInfo", identity.info.to_string()),
                    ("io.modelcontextprotocol/clientCapabilities", identity.capabilities.to_string()),
                    ("io.modelcontextprotocol/logLevel", "\"notice\"".to_owned()),
                    ("progressToken", token),
                    ("traceparent", "\"00-1\"".to_owned()),
                ]);
                let arguments = ("arguments", argument);
                let body = meta.prop_flat_map(move |meta| {
                    object_with(vec![("name", "\"n\"".to_owned()), ("_meta", meta), arguments.clone()])
                });
                let body = body.prop_flat_map(move |params| {
                    around(vec![("id", "\"a\"".to_owned()), ("method", quoted(method)), ("params", params)])
                });
                (body, Just(identity), Just("notice"))
            },
        ),
    ) {
        // What was said already is not said twice, and stays where it is.
        let twice = request_to_modern(body.as_bytes(), &identity, Some(level)).unwrap();
        prop_assert_eq!(string(&twice), &body);
        let legacy = request_to_legacy(body.as_bytes()).unwrap();
        prop_assert!(!string(&legacy).contains("io.modelcontextprotocol/protocolVersion"));
        let again = request_to_modern(&legacy, &identity, Some(level)).unwrap();
        prop_assert_eq!(value(&again), value(body.as_bytes()));
        // Of what the gateway wrote, every byte.
        let written = request_to_modern(&request_to_legacy(&again).unwrap(), &identity, Some(level)).unwrap();
        prop_assert_eq!(written, again);
    }

    #[test]
    fn legacy_results_come_back_as_they_were(
        (method, body) in method_and_result()
            .prop_flat_map(|(method, result)| (Just(method), in_message("result", result, "\"a\""))),
    ) {
        let method = Method::parse(method.into());
        let modern = response_to_modern(body.as_bytes(), &method).unwrap();
        prop_assert_eq!(&value(&modern)["result"]["resultType"], "complete");
        let legacy = response_to_legacy(&modern, &method).unwrap();
        prop_assert_eq!(string(&legacy), &body);
    }

    #[test]
    fn modern_results_come_back_as_the_same_value(
        (method, result, body) in method_and_result().prop_flat_map(|(method, result)| {
            let complete = with_member(&result, "resultType", "\"complete\"");
            let complete = if is_list_or_read(method) {
                with_member(&with_member(&complete, "ttlMs", "0"), "cacheScope", "\"private\"")
            } else {
                complete
            };
            (Just(method), Just(result), in_message("result", complete, "3"))
        }),
    ) {
        let method = Method::parse(method.into());
        let legacy = response_to_legacy(body.as_bytes(), &method).unwrap();
        prop_assert_eq!(&value(&legacy)["result"], &value(result.as_bytes()));
        let modern = response_to_modern(&legacy, &method).unwrap();
        prop_assert_eq!(value(&modern), value(body.as_bytes()));
    }

    #[test]
    fn what_a_modern_server_is_stays_with_the_gateway(result in untouched(), meta in plain_meta(), info in json()) {
        let plain = format!(r#"{{"id":1,"result":{}}}"#, with_member(&result, "_meta", &meta));
        let meta = with_member(&meta, SERVER_INFO, &info);
        let body = format!(r#"{{"id":1,"result":{}}}"#, with_member(&result, "_meta", &meta));
        let legacy = response_to_legacy(body.as_bytes(), &Method::PromptsGet).unwrap();
        prop_assert_eq!(value(&legacy), value(plain.as_bytes()));
    }

    #[test]
    fn legacy_errors_come_back_as_they_were(
        method in prop::sample::select(METHODS),
        code in prop::sample::select(&[-32601, -32603, -32000, -32700, 7]),
        (error, not_found) in (scalar(), json()).prop_flat_map(|(message, data)| {
            let error = |code: &str, message: &str, data: &str| {
                let member = |text: &str| text.to_owned();
                object_with(vec![("code", member(code)), ("message", member(message)), ("data", member(data))])
            };
            (error("CODE", &message, &data), error("-32002", "\"Resource not found\"", &data))
        }),
        space in space(),
    ) {
        let response = |error: &str| message(&[("id", "1"), ("error", error), ("x", "1.50")], space);
        let (name, method) = (method, Method::parse(method.into()));
        let body = response(&error.replace("CODE", &code.to_string()));
        let modern = response_to_modern(body.as_bytes(), &method).unwrap();
        prop_assert_eq!(string(&modern), &body, "{}", name);
        prop_assert_eq!(response_to_legacy(&modern, &method).unwrap(), modern);

        let body = response(&not_found);
        let modern = response_to_modern(body.as_bytes(), &Method::ResourcesRead).unwrap();
        prop_assert_eq!(&value(&modern)["error"]["code"], -32602);
        let legacy = response_to_legacy(&modern, &Method::ResourcesRead).unwrap();
        prop_assert_eq!(string(&legacy), &body);
    }

    #[test]
    fn modern_errors_come_back_as_they_were(
        method in prop::sample::select(METHODS),
        code in prop::sample::select(&[-32602, -32601, -32603, -32019, 7]),
        named in prop::sample::select(&["\"Resource not found\"", "\"bad cursor\"", "null"]),
        data in json(),
        others in untouched(),
    ) {
        let error = with_member(&with_member(&others, "code", &code.to_string()), "message", named);
        let body = format!(r#"{{"id":1.0, "error":{}}}"#, with_member(&error, "data", &data));
        let method = Method::parse(method.into());
        let legacy = response_to_legacy(body.as_bytes(), &method).unwrap();
        prop_assert!(method == Method::ResourcesRead || string(&legacy) == body);
        let modern = response_to_modern(&legacy, &method).unwrap();
        prop_assert_eq!(string(&modern), &body);
    }

    #[test]
    fn legacy_notifications_come_back_as_they_were(
        method in prop::sample::select(NOTIFICATIONS),
        params in prop::option::of((untouched(), prop::option::of(plain_meta()))),
        others in untouched(),
        id in prop::sample::select(&["\"s\"", "7", "1.0", r#""\u00e9\"""#]),
        space in space(),
    ) {
        let params = params.map(|(params, meta)| {
            let params = with_member(&params, "uri", "\"a:b\"");
            meta.map_or(params.clone(), |meta| with_member(&params, "_meta", &meta))
        });
        let method = quoted(method);
        let mut parts = vec![("method", method.as_str()), ("x.io/others", others.as_str())];
        parts.extend(params.as_ref().map(|params| ("params", params.as_str())));
        let body = message(&parts, space);
        let modern = notification_to_modern(body.as_bytes(), id).unwrap();
        let tag = scan(&modern).unwrap().at_path(&["params", "_meta", SUBSCRIPTION_ID]).unwrap();
        prop_assert_eq!(tag.text(), id);
        let legacy = notification_to_legacy(&modern).unwrap();
        prop_assert_eq!(string(&legacy), &body);
    }

    #[test]
    fn modern_notifications_come_back_with_what_they_said(
        body in (prop::sample::select(NOTIFICATIONS), json(), json()).prop_flat_map(|(method, vendor, said)| {
            let meta = object_with(vec![(SUBSCRIPTION_ID, "\"s\"".to_owned()), ("vendor/x", vendor)]);
            let params = meta.prop_flat_map(move |meta| object_with(vec![("_meta", meta), ("data", said.clone())]));
            params.prop_flat_map(move |params| around(vec![("method", quoted(method)), ("params", params)]))
        }),
    ) {
        let twice = notification_to_modern(body.as_bytes(), "\"s\"").unwrap();
        prop_assert_eq!(string(&twice), &body);
        let legacy = notification_to_legacy(body.as_bytes()).unwrap();
        prop_assert!(scan(&legacy).unwrap().at_path(&["params", "_meta", SUBSCRIPTION_ID]).is_none());
        let again = notification_to_modern(&legacy, "\"s\"").unwrap();
        prop_assert_eq!(value(&again), value(body.as_bytes()));
    }

    #[test]
    fn legacy_handshakes_come_back_with_what_nobody_knows(
        capabilities in untouched(),
        rest in untouched(),
        info in untouched(),
        meta in prop::option::of(plain_meta()),
        version in prop::sample::select(&ProtocolVersion::ALL[..4]),
    ) {
        let initialize = with_member(&with_member(&rest, "capabilities", &capabilities), "serverInfo", &info);
        let initialize = with_member(&initialize, "protocolVersion", &format!("\"{version}\""));
        let initialize = meta.map_or(initialize.clone(), |meta| with_member(&initialize, "_meta", &meta));
        let discover = discover_result(Raw::parse(&initialize).unwrap());
        let back = initialize_result(Raw::parse(string(&discover)).unwrap(), version);
        prop_assert_eq!(value(&back), value(initialize.as_bytes()));
        prop_assert!(string(&back).contains(&capabilities) && string(&back).contains(&info));
    }

    #[test]
    fn modern_handshakes_come_back_with_what_nobody_knows(
        discover in (untouched(), json(), plain_meta(), untouched()).prop_flat_map(|(capabilities, said, meta, info)| {
            object_with(vec![
                ("resultType", "\"complete\"".to_owned()),
                ("supportedVersions", format!("[{REVISION}]")),
                ("capabilities", capabilities),
                ("instructions", said),
                ("ttlMs", "0".to_owned()),
                ("cacheScope", "\"private\"".to_owned()),
                ("_meta", with_member(&meta, SERVER_INFO, &info)),
            ])
        }),
        version in prop::sample::select(&ProtocolVersion::ALL[..4]),
    ) {
        let initialize = initialize_result(Raw::parse(&discover).unwrap(), version);
        let back = discover_result(Raw::parse(string(&initialize)).unwrap());
        prop_assert_eq!(value(&back), value(discover.as_bytes()));
    }

    #[test]
    fn clients_are_who_they_said_in_either_generation(
        identity in identity(),
        version in prop::sample::select(&ProtocolVersion::ALL[..4]),
    ) {
        let initialize = initialize_request("\"i\"", version, &identity);
        let of_initialize = ClientIdentity::of_initialize(&call(&initialize).params);
        prop_assert_eq!(&of_initialize, &identity);
        let modern = request_to_modern(br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, &identity, None).unwrap();
        prop_assert_eq!(ClientIdentity::of_meta(&call(&modern).params.meta), identity);
    }
}
