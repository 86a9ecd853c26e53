//! Each broken server shows its fault, and only that.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::fixture::broken::{self, Broken, Fault, Framing, When};

fn client() -> reqwest::Client {
    crate::http_client().build().expect("an HTTP client")
}

async fn post(server: &Broken, method: &str) -> reqwest::Result<reqwest::Response> {
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": {} });
    client().post(server.url()).json(&body).send().await
}

async fn answer_of(fault: Fault) -> reqwest::Response {
    let server = Broken::spawn(fault, When::Always).await.expect("a server");
    post(&server, "initialize").await.expect("an answer")
}

#[tokio::test]
async fn simple_faults() {
    let page = answer_of(Fault::Html).await;
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-type"].to_str().expect("text").starts_with("text/html"));

    assert_eq!(answer_of(Fault::NotFound).await.status(), 404);
    assert_eq!(answer_of(Fault::ServerError).await.status(), 500);

    let metadata = "http://127.0.0.1:1/.well-known/oauth-protected-resource";
    let refused = answer_of(Fault::Unauthorized { resource_metadata: metadata.to_owned() }).await;
    assert_eq!(refused.status(), 401);
    assert!(refused.headers()["www-authenticate"].to_str().expect("text").contains(metadata));

    let other = answer_of(Fault::Redirect { to: "http://127.0.0.1:1/mcp".to_owned() }).await;
    assert_eq!(other.status(), 307);
    assert_eq!(other.headers()["location"], "http://127.0.0.1:1/mcp");

    let value: Value = answer_of(Fault::NotMcp).await.json().await.expect("JSON");
    assert!(value.get("jsonrpc").is_none());
    answer_of(Fault::MalformedJson).await.json::<Value>().await.expect_err("no JSON");
    let value: Value = answer_of(Fault::WrongShape).await.json().await.expect("JSON");
    assert_eq!(value["result"], "surprise");
    answer_of(Fault::CutOff).await.bytes().await.expect_err("cut off");
}

#[tokio::test]
async fn hanging_ends_with_the_server() {
    let server = Broken::spawn(Fault::Hang, When::Always).await.expect("a server");
    let url = server.url();
    let hanging = tokio::spawn(async move { client().post(url).body("{}").send().await });
    tokio::time::timeout(Duration::from_millis(300), post(&server, "initialize")).await.expect_err("no answer");
    server.shutdown().await;
    assert!(hanging.await.expect("no panic").is_ok_and(|answer| answer.status() == 503));
}

#[tokio::test]
async fn huge_answers_are_as_long_as_promised_and_come_in_pieces() {
    for framing in [Framing::Json, Framing::EventStream] {
        let bytes = 20_000_001;
        let server = Broken::spawn(Fault::Huge { bytes, framing }, When::ToolsCall).await.expect("a server");
        let listed: Value = post(&server, "tools/list").await.expect("an answer").json().await.expect("JSON");
        assert_eq!(listed["result"]["tools"][0]["name"], "broken", "works until the call");

        let mut answer = post(&server, "tools/call").await.expect("an answer");
        let mut whole = Vec::new();
        let mut pieces = 0;
        while let Some(piece) = answer.chunk().await.expect("a piece") {
            whole.extend_from_slice(&piece);
            pieces += 1;
        }
        assert!(pieces > 10, "{pieces}");
        let json = match framing {
            Framing::Json => whole.as_slice(),
            Framing::EventStream => {
                whole.strip_prefix(b"data: ").and_then(|rest| rest.strip_suffix(b"\n\n")).expect("one event")
            }
        };
        let value: Value = serde_json::from_slice(json).expect("JSON");
        assert_eq!(value["id"], 7);
        let text = value["result"]["content"][0]["text"].as_str().expect("a text");
        assert_eq!(text.len() as u64, bytes);
    }
}

#[tokio::test]
async fn working_servers_that_still_cannot_be_used() {
    let empty = broken::no_tools().await.expect("a server");
    assert_eq!(empty.calls("echo"), 0);
    let secret = broken::self_signed_tls().await.expect("a server");
    client().get(secret.url()).send().await.expect_err("nobody vouches for it");
}
