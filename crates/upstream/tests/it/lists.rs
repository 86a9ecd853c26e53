//! Pages, bounds, and lists that are not as they should be.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::{PinKind, TestReport, TestStepKind};
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations};
use upstream::Limits;

use crate::script::{self, Asked, Script};
use crate::{failure, run, run_within, success, target};

/// A server of either generation whose lists a test writes.
async fn listing(list: impl Fn(&Asked) -> Response + Send + Sync + 'static) -> Script {
    Script::run(move |asked| {
        script::modern(asked, r#"{"tools":{},"prompts":{},"resources":{}}"#).unwrap_or_else(|| list(asked))
    })
    .await
}

fn names(report: &TestReport, kind: PinKind) -> Vec<&str> {
    let all = report.tools.iter().chain(&report.others);
    all.filter(|one| one.kind == kind).map(|one| one.name.as_str()).collect()
}

fn tools(names: impl IntoIterator<Item = String>, next: Option<&str>) -> String {
    let tools: Vec<Value> = names.into_iter().map(|name| json!({ "name": name, "inputSchema": {} })).collect();
    let mut result = json!({ "resultType": "complete", "tools": tools });
    if let Some(next) = next {
        result["nextCursor"] = json!(next);
    }
    result.to_string()
}

#[tokio::test]
async fn pages_are_put_together() {
    for generation in [Generation::V2025_11_25, Generation::V2026_07_28] {
        let generations = Generations::Only(vec![generation]);
        let whole = FixtureOptions { generations, ..FixtureOptions::default() };
        let paged = FixtureOptions { page_size: Some(3), json_answers: true, ..whole.clone() };
        let whole = Fixture::spawn(whole).await.unwrap();
        let paged = Fixture::spawn(paged).await.unwrap();
        let (whole, paged) = (run(&target(whole.url())).await, run(&target(paged.url())).await);
        let (whole, paged) = (success(whole), success(paged));
        assert_eq!(whole.tools, paged.tools);
        assert_eq!(whole.others, paged.others);
        assert_eq!(whole.definitions_digest, paged.definitions_digest);
        assert!(whole.tools.len() > 3 && whole.tools.iter().all(|tool| tool.kind == PinKind::Tool));
        assert!(whole.others.iter().all(|other| other.kind != PinKind::Tool));
    }
}

#[tokio::test]
async fn what_a_server_shows_only_to_clients_that_can_be_asked() {
    for generation in [Generation::V2025_11_25, Generation::V2026_07_28] {
        let declared = Arc::<Mutex<Vec<Value>>>::default();
        let seen = Arc::clone(&declared);
        let server = Script::run(move |asked| {
            let params = &asked.body["params"];
            let capabilities = match asked.method() {
                "initialize" => &params["capabilities"],
                _ => &params["_meta"]["io.modelcontextprotocol/clientCapabilities"],
            };
            if capabilities.is_object() {
                seen.lock().unwrap().push(capabilities.clone());
            }
            let handshake = match generation {
                Generation::V2026_07_28 => script::modern(asked, r#"{"tools":{}}"#),
                _ => script::legacy(asked, r#"{"tools":{}}"#),
            };
            handshake.unwrap_or_else(|| script::result(asked, &tools(["one".to_owned()], None)))
        })
        .await;
        success(run(&target(server.url())).await);
        let declared = declared.lock().unwrap();
        assert!(!declared.is_empty() && declared.iter().all(|one| *one == declared[0]), "{declared:?}");
        let said = json!({ "roots": {}, "sampling": {}, "elicitation": { "form": {}, "url": {} } });
        assert_eq!(declared[0], said, "{generation}");
    }
}

#[tokio::test]
async fn cursors_go_back_as_they_came() {
    let server = listing(|asked| match (asked.method(), asked.cursor()) {
        ("tools/list", None) => script::result(asked, &tools(["a".to_owned()], Some("\"ü\n"))),
        ("tools/list", Some("\"ü\n")) => script::result(asked, &tools(["b".to_owned()], None)),
        _ => script::error(asked, StatusCode::NOT_FOUND, -32601, &Value::Null),
    })
    .await;
    let report = success(run(&target(server.url())).await);
    assert_eq!(names(&report, PinKind::Tool), ["a", "b"]);
}

#[tokio::test]
async fn pages_without_end() {
    let same = listing(|asked| script::result(asked, &tools([], Some("again")))).await;
    let report = run(&target(same.url())).await;
    failure(&report, TestStepKind::Tools, "has no end", "maintainer");
    assert!(same.asked().len() < 10, "the same page was asked for again and again");

    let counting = listing(|asked| {
        let next = asked.cursor().map_or(0, |cursor| cursor.parse::<u32>().unwrap()) + 1;
        script::result(asked, &tools([], Some(&next.to_string())))
    })
    .await;
    let report = run(&target(counting.url())).await;
    failure(&report, TestStepKind::Tools, "has no end", "maintainer");
}

#[tokio::test]
async fn more_tools_than_accepted() {
    let limits = Limits { max_tools: 5, ..Limits::default() };
    let server = |count: usize| {
        listing(move |asked| match asked.method() {
            "tools/list" => script::result(asked, &tools((0..count).map(|n| format!("t{n}")), None)),
            _ => script::error(asked, StatusCode::NOT_FOUND, -32601, &Value::Null),
        })
    };
    let report = success(run_within(&target(server(5).await.url()), &limits).await);
    assert_eq!(report.tools.len(), 5);
    let report = run_within(&target(server(6).await.url()), &limits).await;
    failure(&report, TestStepKind::Tools, "more than 5 tools", "smaller set");
}

#[tokio::test]
async fn definitions_that_are_too_long_together() {
    // Each page is below the limit of one answer.
    let limits = Limits { max_body: 64 * 1024, ..Limits::default() };
    let server = listing(|asked| {
        let page = asked.cursor().map_or(0, |cursor| cursor.parse::<u32>().unwrap());
        let tool = json!({ "name": format!("t{page}"), "description": "x".repeat(20_000), "inputSchema": {} });
        let result = json!({ "tools": [tool], "nextCursor": (page + 1).to_string() });
        script::result(asked, &result.to_string())
    })
    .await;
    let report = run_within(&target(server.url()), &limits).await;
    failure(&report, TestStepKind::Tools, "longer than the limit of 65536 bytes", "MCP endpoint");
    assert!(server.asked().len() < 8);
}

#[tokio::test]
async fn two_tools_of_one_name() {
    let server = listing(|asked| script::result(asked, &tools(["a".to_owned(), "a".to_owned()], None))).await;
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Tools, "two tools named `a`", "maintainer");
}

#[tokio::test]
async fn items_without_a_name_are_left_out_and_counted() {
    let server = listing(|asked| match asked.method() {
        "tools/list" => {
            script::result(asked, r#"{"tools":[{"title":"?"},{"name":7},{"name":"a","inputSchema":{}},"b"]}"#)
        }
        _ => script::error(asked, StatusCode::NOT_FOUND, -32601, &Value::Null),
    })
    .await;
    let report = success(run(&target(server.url())).await);
    assert_eq!(names(&report, PinKind::Tool), ["a"]);
    assert!(report.steps[4].detail.contains("3 without a name"), "{:?}", report.steps[4]);
}

#[tokio::test]
async fn lists_of_the_wrong_shape() {
    for (answer, detail) in [
        (r#"{"tools":{}}"#, "has no list `tools`"),
        (r#"{"tool":[]}"#, "has no list `tools`"),
        (r#"{"resultType":"input_required","requestState":"x"}"#, "has no list `tools`"),
    ] {
        let server = listing(move |asked| script::result(asked, answer)).await;
        let report = run(&target(server.url())).await;
        failure(&report, TestStepKind::Tools, detail, "Streamable HTTP");
    }
    let other =
        listing(|_| script::raw(StatusCode::OK, r#"{"jsonrpc":"2.0","id":"other","result":{"tools":[]}}"#)).await;
    let report = run(&target(other.url())).await;
    failure(&report, TestStepKind::Tools, "belongs to another request", "Streamable HTTP");
    let page = listing(|_| axum::response::Html("<p>Gateway").into_response()).await;
    let report = run(&target(page.url())).await;
    failure(&report, TestStepKind::Tools, "web page", "/mcp");
}

#[tokio::test]
async fn a_refused_tool_list_is_a_failure_and_an_unknown_one_means_no_tools() {
    let refused = listing(|asked| script::error(asked, StatusCode::OK, -32603, &Value::Null)).await;
    let report = run(&target(refused.url())).await;
    failure(&report, TestStepKind::Tools, "refuses `tools/list` with error -32603: no", "server's log");
    for status in [StatusCode::OK, StatusCode::NOT_FOUND] {
        let unknown = listing(move |asked| script::error(asked, status, -32601, &Value::Null)).await;
        let report = run(&target(unknown.url())).await;
        failure(&report, TestStepKind::Tools, "offers no tools", "credential");
    }
}

#[tokio::test]
async fn other_lists_may_be_refused_but_not_broken() {
    let refused = listing(|asked| match asked.method() {
        "tools/list" => script::result(asked, &tools(["a".to_owned()], None)),
        "prompts/list" => script::result(asked, r#"{"prompts":[{"name":"p"}]}"#),
        _ => script::error(asked, StatusCode::OK, -32603, &Value::Null),
    })
    .await;
    let report = success(run(&target(refused.url())).await);
    assert_eq!(names(&report, PinKind::Prompt), ["p"]);
    assert_eq!(names(&report, PinKind::Instructions), ["instructions"]);
    let summary = "1 tool, 1 prompt, instructions, the list of resources is refused, \
                   the list of resource templates is refused";
    assert_eq!(report.steps[4].detail, summary);

    let broken = listing(|asked| match asked.method() {
        "tools/list" => script::result(asked, &tools(["a".to_owned()], None)),
        _ => (StatusCode::BAD_GATEWAY, "").into_response(),
    })
    .await;
    let report = run(&target(broken.url())).await;
    failure(&report, TestStepKind::Tools, "502 Bad Gateway", "look into its log");
}

#[tokio::test]
async fn what_is_not_announced_is_not_asked_for() {
    let server = Script::run(|asked| {
        let handshake = script::modern(asked, r#"{"tools":{}}"#);
        handshake.unwrap_or_else(|| script::result(asked, &tools(["a".to_owned()], None)))
    })
    .await;
    success(run(&target(server.url())).await);
    assert_eq!(server.methods(), ["server/discover", "tools/list"]);
}

#[tokio::test]
async fn messages_before_the_answer_are_passed_over() {
    let server = listing(|asked| {
        let events = match asked.method() {
            "tools/list" => format!(
                ": keep-alive\n\nid: 1\ndata:\n\nevent: message\ndata: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\
                 \"params\":{{}}}}\n\ndata: {{\"jsonrpc\":\"2.0\",\"id\":{},\r\ndata: \"result\":{}}}\n\n",
                asked.body["id"],
                tools(["a".to_owned()], None)
            ),
            _ => return script::error(asked, StatusCode::NOT_FOUND, -32601, &Value::Null),
        };
        ([("content-type", "text/event-stream; charset=utf-8")], events).into_response()
    })
    .await;
    let report = success(run(&target(server.url())).await);
    assert_eq!(names(&report, PinKind::Tool), ["a"]);
}

#[tokio::test]
async fn a_stream_that_ends_without_an_answer() {
    for (events, detail) in [(": nothing\n\n", "gives no answer"), ("data: {\"jsonrpc\"", "malformed")] {
        let server = listing(move |_| ([("content-type", "text/event-stream")], events).into_response()).await;
        let report = run(&target(server.url())).await;
        failure(&report, TestStepKind::Tools, detail, "");
    }
}
