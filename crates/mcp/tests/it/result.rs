use mcp::result::{Outcome, ResponseError, ResultType, peek};
use mcp::{Envelope, Fault, RawId, Response, response_id_matches};

#[test]
fn results_are_looked_at() {
    let body = br#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text"}],"structuredContent":{"n":1.0},
        "isError":true,"resultType":"complete","_meta":{"a":1},"x":2}}"#;
    let response = Response::parse(body).unwrap();
    assert_eq!(response.id.unwrap().text(), "1");
    assert!(!response.is_success());
    let Outcome::Result(result) = response.outcome else { panic!("not a result") };
    assert!(result.is_error);
    assert_eq!(result.result_type, ResultType::Complete);
    assert_eq!(result.content.unwrap().text(), r#"[{"type":"text"}]"#);
    assert_eq!(result.structured_content.unwrap().text(), r#"{"n":1.0}"#);
    assert_eq!(result.meta.unwrap().text(), r#"{"a":1}"#);
    assert_eq!(&body[response.raw.range()], response.raw.as_bytes());
}

#[test]
fn result_types_are_told_apart() {
    let of = |result: &str| {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#);
        let response = Response::parse(body.as_bytes()).unwrap();
        assert!(response.is_success());
        match response.outcome {
            Outcome::Result(result) => format!("{:?} {}", result.result_type, result.request_state.is_some()),
            Outcome::Error(_) => panic!("not a result"),
        }
    };
    assert_eq!(of("{}"), "Complete false");
    assert_eq!(of(r#"{"resultType":"input_required","requestState":"s"}"#), "InputRequired true");
    assert_eq!(of(r#"{"resultType":"task"}"#), "Task false");
    assert_eq!(of(r#"{"resultType":"later"}"#), r#"Other("later") false"#);
    assert_eq!(of(r#"{"resultType":7}"#), r#"Other("7") false"#);
    assert_eq!(of(r#"{"isError":false}"#), "Complete false");
    // Results need not be objects to be carried.
    assert_eq!(of("[1]"), "Complete false");
}

#[test]
fn errors_are_looked_at() {
    let body = br#"{"jsonrpc":"2.0","id":"x","error":{"code":-32002,"message":"n\u00f6","data":{"uri":"u"}}}"#;
    let response = Response::parse(body).unwrap();
    assert!(!response.is_success());
    let Outcome::Error(error) = response.outcome else { panic!("not an error") };
    assert_eq!((error.code, error.message.as_ref()), (-32002, "nö"));
    assert_eq!(error.data.unwrap().text(), r#"{"uri":"u"}"#);
    let Outcome::Error(odd) = Response::parse(br#"{"jsonrpc":"2.0","id":1,"error":"x"}"#).unwrap().outcome else {
        panic!("not an error")
    };
    assert_eq!((odd.code, odd.message.as_ref()), (-32603, ""));
}

#[test]
fn what_is_no_response_is_refused() {
    assert!(matches!(Response::parse(b"<html>"), Err(ResponseError::Unreadable(_))));
    let twice = br#"{"jsonrpc":"2.0","id":1,"result":{"isError":false,"isError":true}}"#;
    assert!(matches!(Response::parse(twice), Err(ResponseError::Unreadable(_))));
    assert!(matches!(Response::parse(b"{}"), Err(ResponseError::NotAMessage(Fault::NotJsonRpc))));
    let notification = br#"{"jsonrpc":"2.0","method":"notifications/progress"}"#;
    assert!(matches!(Response::parse(notification), Err(ResponseError::NotAResponse)));
    assert!(matches!(peek(notification), Ok(Envelope::Notification(_))));
}

#[test]
fn ids_are_matched_by_meaning() {
    let id = RawId::parse(r#""é""#).unwrap();
    assert!(response_id_matches(br#"{"jsonrpc":"2.0","id":"\u00e9","result":{}}"#, id));
    assert!(response_id_matches(br#"{"jsonrpc":"2.0","id":"\u00e9","error":{"code":1,"message":""}}"#, id));
    assert!(!response_id_matches(br#"{"jsonrpc":"2.0","id":"e","result":{}}"#, id));
    assert!(!response_id_matches(br#"{"jsonrpc":"2.0","id":"\u00e9","method":"ping"}"#, id));
    assert!(!response_id_matches(b"nonsense", id));
}
