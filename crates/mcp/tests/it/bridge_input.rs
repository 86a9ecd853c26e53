//! Questions of servers on both bridges, by bytes.

use mcp::bridge::{
    InputRequest, input_as_request, input_requests, input_required_response, input_responses, response_to_server,
    retry_with_input, url_elicitation,
};
use mcp::result::Outcome;
use mcp::{Envelope, Raw, Response, scan};

fn text(bytes: impl AsRef<[u8]>) -> String {
    String::from_utf8(bytes.as_ref().to_vec()).unwrap()
}

#[test]
fn questions_are_found_in_their_order() {
    let result = Raw::parse(
        r#"{"resultType":"input_required","requestState":"s","inputRequests":{
            "z":{"method":"elicitation/create","params":{"message":"m", "requestedSchema":{}}},
            "a":{"method":"roots/list"},"m":{"params":null,"method":"sampling\/createMessage"}}}"#,
    )
    .unwrap();
    let found = input_requests(result).unwrap();
    let seen: Vec<_> = found.iter().map(|it| (it.key.as_ref(), it.method.as_ref(), it.params.map(Raw::text))).collect();
    assert_eq!(
        seen,
        [
            ("z", "elicitation/create", Some(r#"{"message":"m", "requestedSchema":{}}"#)),
            ("a", "roots/list", None),
            ("m", "sampling/createMessage", None),
        ]
    );
    let state_only = Raw::parse(r#"{"resultType":"input_required","requestState":""}"#).unwrap();
    assert_eq!(input_requests(state_only), Some(vec![]));
}

#[test]
fn malformed_questions_are_none() {
    for result in [
        "7",
        r#"{"requestState":"s"}"#,
        r#"{"resultType":"complete","requestState":"s"}"#,
        r#"{"resultType":"input_required"}"#,
        r#"{"resultType":"input_required","requestState":7}"#,
        r#"{"resultType":"input_required","inputRequests":[]}"#,
        r#"{"resultType":"input_required","inputRequests":{"a":{}}}"#,
        r#"{"resultType":"input_required","inputRequests":{"a":"roots/list"}}"#,
        r#"{"resultType":"input_required","inputRequests":{"a":{"method":"tools/call"}}}"#,
        r#"{"resultType":"input_required","inputRequests":{"a":{"method":"roots/list","params":[]}}}"#,
    ] {
        assert_eq!(input_requests(Raw::parse(result).unwrap()), None, "{result}");
    }
}

#[test]
fn questions_become_requests() {
    let ask = |method: &'static str, params: Option<&'static str>, id: &str| {
        let params = params.map(|params| Raw::parse(params).unwrap());
        text(input_as_request(id, &InputRequest { key: "k".into(), method: method.into(), params }))
    };
    assert_eq!(ask("roots/list", None, "\"g-1\""), r#"{"jsonrpc":"2.0","id":"g-1","method":"roots/list"}"#);
    assert_eq!(
        ask("elicitation/create", Some(r#"{"message":"m", "x":1.0}"#), "4"),
        r#"{"jsonrpc":"2.0","id":4,"method":"elicitation/create","params":{"message":"m", "x":1.0}}"#
    );
    assert_eq!(
        ask("elicitation/create", Some(r#"{"mode":"url","url":"https://a"}"#), "4"),
        r#"{"jsonrpc":"2.0","id":4,"method":"elicitation/create","params":{"elicitationId":"4","mode":"url","url":"https://a"}}"#
    );
    assert_eq!(
        ask("elicitation/create", Some(r#"{"mode":"url","elicitationId":"own"}"#), "\"g\""),
        r#"{"jsonrpc":"2.0","id":"g","method":"elicitation/create","params":{"mode":"url","elicitationId":"own"}}"#
    );
}

#[test]
fn answers_bring_the_request_once_more() {
    let first = br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a", "arguments":{"n":1.0}}}"#;
    let answers = [("z".to_owned(), r#"{"action":"accept"}"#.to_owned()), ("\"".to_owned(), "{}".to_owned())];
    let second = retry_with_input(first, "\"g\"", &answers, Some(r#""\u00e9""#)).unwrap();
    assert_eq!(
        text(&second),
        r#"{"jsonrpc":"2.0","id":"g","method":"tools/call","params":{"inputResponses":{"z":{"action":"accept"},"\"":{}},"requestState":"\u00e9","name":"a", "arguments":{"n":1.0}}}"#
    );
    let third = retry_with_input(&second, "9", &answers[..1], None).unwrap();
    assert_eq!(
        text(&third),
        r#"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"inputResponses":{"z":{"action":"accept"}},"name":"a", "arguments":{"n":1.0}}}"#
    );
    assert_eq!(text(retry_with_input(&third, "1", &[], None).unwrap()), text(first));
    let waiting = retry_with_input(first, "2", &[], Some("\"s\"")).unwrap();
    assert!(text(&waiting).contains(r#""params":{"requestState":"s","name""#));
    let bare = retry_with_input(br#"{"id":1,"method":"m"}"#, "2", &[], Some("\"s\"")).unwrap();
    assert_eq!(text(bare), r#"{"params":{"requestState":"s"},"id":2,"method":"m"}"#);
    let empty = retry_with_input(b"{}", "2", &[], Some("\"s\"")).unwrap();
    assert_eq!(text(empty), r#"{"id":2,"params":{"requestState":"s"}}"#);
    assert!(retry_with_input(first, "2", &[("k".into(), "{".into())], None).is_err());
    assert!(retry_with_input(first, "", &[], None).is_err());
    assert!(retry_with_input(first, "2", &[], Some("s")).is_err());
}

#[test]
fn requests_of_legacy_servers_become_results() {
    let requests = [
        ("k1".to_owned(), "elicitation/create".to_owned(), Some(r#"{"message":"m"}"#.to_owned())),
        ("k\"2".to_owned(), "roots/list".to_owned(), None),
    ];
    assert_eq!(
        text(input_required_response("7", &requests, Some("sealed\""))),
        r#"{"jsonrpc":"2.0","id":7,"result":{"resultType":"input_required","inputRequests":{"k1":{"method":"elicitation/create","params":{"message":"m"}},"k\"2":{"method":"roots/list"}},"requestState":"sealed\""}}"#
    );
    assert_eq!(
        text(input_required_response("7", &[], Some("s"))),
        r#"{"jsonrpc":"2.0","id":7,"result":{"resultType":"input_required","requestState":"s"}}"#
    );
}

fn elicitations(error: &str) -> Option<Vec<(String, Option<String>)>> {
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"error":{error}}}"#);
    match Response::parse(body.as_bytes()).unwrap().outcome {
        Outcome::Error(error) => url_elicitation(&error),
        Outcome::Result(_) => panic!("not an error"),
    }
}

#[test]
fn url_elicitation_errors_become_questions() {
    let url = r#"{"mode":"url","elicitationId":"e","url":"https://a","message":"Sign in"}"#;
    let found = elicitations(&format!(
        r#"{{"code":-32042,"message":"","data":{{"elicitations":[{url},{{"url":"https://b"}}]}}}}"#
    ));
    let create = || "elicitation/create".to_owned();
    assert_eq!(
        found,
        Some(vec![
            (create(), Some(url.to_owned())),
            (create(), Some(r#"{"mode":"url","url":"https://b"}"#.to_owned())),
        ])
    );
    for error in [
        r#"{"code":-32000,"message":"","data":{"elicitations":[{"url":"https://a"}]}}"#,
        r#"{"code":-32042,"message":""}"#,
        r#"{"code":-32042,"message":"","data":{"elicitations":[]}}"#,
        r#"{"code":-32042,"message":"","data":{"elicitations":[{"mode":"form","url":"https://a"}]}}"#,
        r#"{"code":-32042,"message":"","data":{"elicitations":[{"mode":"url"}]}}"#,
        r#"{"code":-32042,"message":"","data":{"elicitations":"https://a"}}"#,
    ] {
        assert_eq!(elicitations(error), None, "{error}");
    }
}

#[test]
fn answers_of_modern_clients_go_to_the_server() {
    let body = br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","inputResponses":{"k":{"action":"accept","content":{"n":1.0}},"l":{"roots":[]}}}}"#;
    let envelope = Envelope::parse(scan(body).unwrap()).unwrap();
    let answers = input_responses(&envelope.call().unwrap().params);
    let seen: Vec<_> = answers.iter().map(|(key, raw)| (key.as_ref(), raw.text())).collect();
    assert_eq!(seen, [("k", r#"{"action":"accept","content":{"n":1.0}}"#), ("l", r#"{"roots":[]}"#)]);
    assert_eq!(
        text(response_to_server("\"s\"", answers[0].1)),
        r#"{"jsonrpc":"2.0","id":"s","result":{"action":"accept","content":{"n":1.0}}}"#
    );
    let none = br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","inputResponses":7}}"#;
    let envelope = Envelope::parse(scan(none).unwrap()).unwrap();
    assert!(input_responses(&envelope.call().unwrap().params).is_empty());
}
