//! Every translation of any message, for the property tests and for the fuzz target.

use mcp::bridge::{
    ClientIdentity, ParamHeaders, discover_result, initialize_result, input_as_request, input_requests,
    input_responses, notification_to_legacy, notification_to_modern, request_to_legacy, request_to_modern,
    response_to_legacy, response_to_modern, retry_with_input, url_elicitation,
};
use mcp::result::Outcome;
use mcp::{Envelope, Limits, Method, ProtocolVersion, Raw, Response, scan, scan_with};

pub(crate) fn identity() -> ClientIdentity {
    ClientIdentity { info: r#"{"name":"ide","version":"1"}"#.into(), capabilities: "{}".into() }
}

pub(crate) fn string(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Every translation of one JSON value, whatever it is; what comes out must be JSON that the strict scan accepts.
pub(crate) fn translate_all(body: &str, method: &str) {
    let (bytes, method) = (body.as_bytes(), Method::parse(method.into()));
    let identity = identity();
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
        assert!(is_strict(&out), "{body} became {}", string(&out));
    }
    let raw = Raw::parse(body).unwrap();
    assert!(is_strict(&discover_result(raw)), "{body}");
    assert!(is_strict(&initialize_result(raw, ProtocolVersion::V2025_11_25)), "{body}");
    let _ = ParamHeaders::of_tool(raw).map(|headers| headers.headers(Some(raw)));
    for source in [Some(raw), raw.get("result")].into_iter().flatten() {
        for question in input_requests(source).unwrap_or_default() {
            assert!(is_strict(&input_as_request("1", &question)), "{body}");
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

/// Whether the strict scan accepts it. What a translation moves or adds may lie a little deeper than anything was.
fn is_strict(message: &[u8]) -> bool {
    scan_with(message, Limits { max_depth: Limits::RESPONSE.max_depth + 8, ..Limits::RESPONSE }).is_ok()
}
