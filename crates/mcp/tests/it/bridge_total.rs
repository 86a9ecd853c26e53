//! Whatever comes is translated or refused: no panic, and nothing that the strict scan would not accept.

use mcp::bridge::{
    ClientIdentity, ParamHeaders, discover_result, initialize_result, input_as_request, input_requests,
    input_responses, notification_to_legacy, notification_to_modern, request_to_legacy, request_to_modern,
    response_to_legacy, response_to_modern, retry_with_input, url_elicitation,
};
use mcp::result::Outcome;
use mcp::{Envelope, Method, ProtocolVersion, Raw, Response, scan};
use proptest::prelude::*;

use crate::bridge_laws::string;
use crate::generators::{METHODS, json, message, space};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

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

/// Every translation of anything; what comes out must be JSON that the strict scan accepts.
fn translate_all(body: &str, method: &str) {
    let (bytes, method) = (body.as_bytes(), Method::parse(method.into()));
    let identity = ClientIdentity { info: "{}".into(), capabilities: "{}".into() };
    let outcomes = [
        request_to_modern(bytes, &identity, Some("info")),
        request_to_legacy(bytes),
        response_to_legacy(bytes, &method),
        response_to_modern(bytes, &method),
        notification_to_legacy(bytes),
        notification_to_modern(bytes, "1"),
        retry_with_input(bytes, "2", &[("k".into(), "{}".into())], Some("\"s\"")),
    ];
    for out in outcomes.into_iter().flatten() {
        assert!(scan(&out).is_ok(), "{body} became {}", string(&out));
    }
    let raw = Raw::parse(body).unwrap();
    assert!(scan(&discover_result(raw)).is_ok(), "{body}");
    assert!(scan(&initialize_result(raw, ProtocolVersion::V2025_11_25)).is_ok(), "{body}");
    let _ = ParamHeaders::of_tool(raw).map(|headers| headers.headers(Some(raw)));
    for source in [Some(raw), raw.get("result")].into_iter().flatten() {
        for question in input_requests(source).unwrap_or_default() {
            assert!(scan(&input_as_request("1", &question)).is_ok(), "{body}");
        }
    }
    if let Ok(Envelope::Request(request)) =
        scan(bytes).map_err(|_| ()).and_then(|raw| Envelope::parse(raw).map_err(|_| ()))
    {
        let params = &request.call.params;
        for identity in [ClientIdentity::of_initialize(params), ClientIdentity::of_meta(&params.meta)] {
            assert!(Raw::parse(&identity.info).is_ok_and(Raw::is_object), "{body}");
            assert!(Raw::parse(&identity.capabilities).is_ok_and(Raw::is_object), "{body}");
        }
        for (_, answer) in input_responses(params) {
            assert!(Raw::parse(answer.text()).is_ok());
        }
    }
    if let Ok(Response { outcome: Outcome::Error(error), .. }) = Response::parse(bytes) {
        for (_, params) in url_elicitation(&error).unwrap_or_default() {
            assert!(Raw::parse(&params.unwrap()).is_ok_and(Raw::is_object), "{body}");
        }
    }
}
