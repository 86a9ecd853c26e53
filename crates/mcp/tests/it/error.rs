use mcp::{GatewayCode, Generation, ProtocolVersion, RawId, RpcError, Target, codes};
use serde_json::{Value, json};

fn message(error: &RpcError, id: &str) -> Value {
    serde_json::from_slice(&error.to_bytes(RawId::parse(id))).unwrap()
}

#[test]
fn errors_are_whole_messages_with_the_callers_id() {
    assert_eq!(
        &RpcError::unknown_tool("x").to_bytes(RawId::parse("7"))[..],
        br#"{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"Unknown tool: x"}}"#
    );
    let error = RpcError::internal("quote \" and \n break").with_data(&json!({"k": [1]}));
    assert_eq!(
        message(&error, r#""a\u0062""#),
        json!({"jsonrpc":"2.0","id":"ab","error":{"code":-32603,"message":"quote \" and \n break","data":{"k":[1]}}})
    );
    assert_eq!(message(&RpcError::parse_error("x"), "null")["id"], Value::Null);
    let kept = RpcError::internal("x").to_bytes_with("\"kept\"");
    assert_eq!(serde_json::from_slice::<Value>(&kept).unwrap()["id"], "kept");
}

#[test]
fn what_is_denied_looks_like_what_does_not_exist() {
    let modern = |target| RpcError::not_found_for(&target, Generation::Modern);
    assert_eq!(modern(Target::Tool("t")), RpcError::unknown_tool("t"));
    assert_eq!(modern(Target::Prompt("p")).message, "Unknown prompt: p");
    assert_eq!(modern(Target::Task("k")).code, codes::INVALID_PARAMS);
    assert_eq!(modern(Target::None).code, codes::INVALID_PARAMS);
    for target in [Target::Resource("u://x"), Target::ResourceTemplate("u://x")] {
        let error = modern(target);
        assert_eq!((error.code, error.message.as_ref()), (codes::INVALID_PARAMS, "Resource not found"));
        assert_eq!(error.data.as_deref(), Some(r#"{"uri":"u://x"}"#));
        assert_eq!(RpcError::not_found_for(&target, Generation::Legacy).code, codes::RESOURCE_NOT_FOUND);
    }
}

#[test]
fn http_status_depends_on_the_generation() {
    let cases = [
        (RpcError::parse_error("x"), 400, 400),
        (RpcError::invalid_request("x"), 400, 400),
        (RpcError::method_not_found("x"), 200, 404),
        (RpcError::invalid_params("x"), 200, 200),
        (RpcError::unknown_tool("x"), 200, 200),
        (RpcError::internal("x"), 200, 200),
        (RpcError::header_mismatch("x"), 400, 400),
        (RpcError::unsupported_version("x", &ProtocolVersion::ALL), 400, 400),
        (RpcError::new(codes::MISSING_CLIENT_CAPABILITY, "x"), 200, 400),
        (RpcError::gateway(GatewayCode::Denied, "x"), 200, 200),
    ];
    for (error, legacy, modern) in cases {
        assert_eq!(error.http_status(Generation::Legacy), legacy, "{error:?}");
        assert_eq!(error.http_status(Generation::Modern), modern, "{error:?}");
    }
}

#[test]
fn unsupported_version_lists_what_is_supported_newest_first() {
    let error =
        RpcError::unsupported_version("1900-01-01", &[ProtocolVersion::V2025_11_25, ProtocolVersion::V2026_07_28]);
    assert_eq!(
        message(&error, "1")["error"],
        json!({
            "code": -32022, "message": "Unsupported protocol version",
            "data": {"supported": ["2026-07-28", "2025-11-25"], "requested": "1900-01-01"}
        })
    );
}

#[test]
fn own_codes_stay_out_of_the_reserved_range() {
    use GatewayCode::{
        Blocked, Conflict, Denied, RateLimited, TooLarge, Truncated, Unavailable, UpstreamBroken, UpstreamTimeout,
    };
    let all =
        [Denied, Blocked, Conflict, TooLarge, RateLimited, UpstreamBroken, Unavailable, UpstreamTimeout, Truncated];
    let mut codes: Vec<_> = all.into_iter().map(GatewayCode::code).collect();
    assert!(codes.iter().all(|code| (10_400..=10_599).contains(code)));
    codes.dedup();
    assert_eq!(codes.len(), all.len());
}
