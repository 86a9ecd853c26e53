//! A stateless MCP server whose answers are ready before they are asked for, so that it costs next to nothing beside
//! what is measured.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use anyhow::Result;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use crate::serve::{Body, serve};

const VERSION: &str = "2026-07-28";
/// No request of a measurement is larger.
const BODY_LIMIT: usize = 4 << 20;
/// Bytes of text that can be asked for.
const SIZES: [usize; 5] = [64, 512, 16 << 10, 64 << 10, 1 << 20];
/// Events of a stream that can be asked for.
const EVENTS: [usize; 2] = [10, 100];

/// The answers, as JSON text after the id.
struct Canned {
    discover: Bytes,
    tools: Bytes,
    /// Of `bytes_N`.
    calls: HashMap<String, Bytes>,
    /// Of `events_N`: what comes before the result.
    streams: HashMap<String, Vec<Bytes>>,
}

impl Canned {
    fn new(tools: usize) -> Self {
        let server = json!({"io.modelcontextprotocol/serverInfo": {"name": "bench-upstream", "version": "1.0.0"}});
        let calls: HashMap<String, Bytes> = SIZES
            .into_iter()
            .map(|size| {
                let content = json!([{"type": "text", "text": "x".repeat(size)}]);
                let call = json!({"resultType": "complete", "_meta": server, "content": content});
                (format!("bytes_{size}"), result(&call))
            })
            .collect();
        let streams: HashMap<String, Vec<Bytes>> = EVENTS
            .into_iter()
            .map(|events| (format!("events_{events}"), (1..events).map(|step| progress(step, events)).collect()))
            .collect();
        let mut names: Vec<String> = calls.keys().chain(streams.keys()).cloned().collect();
        names.push("hang".to_owned());
        names.sort_unstable();
        names.extend((names.len()..tools).map(|number| format!("tool_{number:03}")));
        let tools: Vec<Value> = names.iter().map(|name| definition(name)).collect();
        Self {
            discover: result(&json!({
                "resultType": "complete", "supportedVersions": [VERSION],
                "capabilities": {"tools": {"listChanged": true}},
                "ttlMs": 0, "cacheScope": "private", "_meta": server,
            })),
            tools: result(&json!({
                "resultType": "complete", "tools": tools, "ttlMs": 0, "cacheScope": "private", "_meta": server,
            })),
            calls,
            streams,
        }
    }
}

fn definition(name: &str) -> Value {
    json!({
        "name": name,
        "description": "Answers with what its name says, whatever it is asked.",
        "inputSchema": {
            "type": "object",
            "properties": {"text": {"type": "string", "description": "Not looked at"}},
        },
    })
}

/// A result after the id of its response.
fn result(result: &Value) -> Bytes {
    Bytes::from(format!(",\"result\":{result}}}"))
}

fn progress(step: usize, of: usize) -> Bytes {
    let params = json!({"progressToken": "bench", "progress": step, "total": of, "message": "one more of many"});
    event(&json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": params}).to_string())
}

fn event(message: &str) -> Bytes {
    Bytes::from(format!("event: message\ndata: {message}\n\n"))
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    method: &'a str,
    #[serde(borrow, default)]
    params: Params<'a>,
}

#[derive(Deserialize, Default)]
struct Params<'a> {
    #[serde(default)]
    name: &'a str,
}

pub(crate) async fn run(listen: SocketAddr, tools: usize) -> Result<()> {
    let canned = Arc::new(Canned::new(tools));
    serve(listen, move |request| {
        let canned = Arc::clone(&canned);
        async move { answer(&canned, request).await }
    })
    .await
}

async fn answer(canned: &Canned, request: Request<Incoming>) -> Response<Body> {
    if request.method() != Method::POST {
        return json_of(StatusCode::METHOD_NOT_ALLOWED, []);
    }
    let Ok(body) = Limited::new(request.into_body(), BODY_LIMIT).collect().await else {
        return json_of(StatusCode::PAYLOAD_TOO_LARGE, []);
    };
    let body = body.to_bytes();
    let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(&body) else {
        return error("null", -32700, "not JSON-RPC");
    };
    let Some(id) = envelope.id.map(RawValue::get) else {
        return json_of(StatusCode::ACCEPTED, []);
    };
    let result = match envelope.method {
        "tools/call" => match (canned.calls.get(envelope.params.name), envelope.params.name) {
            (Some(call), _) => call,
            (None, "hang") => return std::future::pending().await,
            (None, name) => match canned.streams.get(name) {
                Some(events) => return stream_of(events, Some(&canned.calls["bytes_64"]), id),
                None => &canned.calls["bytes_512"],
            },
        },
        "tools/list" => &canned.tools,
        "server/discover" => &canned.discover,
        "bench/echo" => &canned.calls["bytes_512"],
        "subscriptions/listen" => return stream_of(&[acknowledged(id)], None, id),
        _ => return error(id, -32601, "method not found"),
    };
    json_of(StatusCode::OK, [head(id), result.clone()])
}

fn head(id: &str) -> Bytes {
    Bytes::from(format!("{{\"jsonrpc\":\"2.0\",\"id\":{id}"))
}

fn acknowledged(id: &str) -> Bytes {
    event(&format!(
        "{{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":{{\"_meta\":\
         {{\"io.modelcontextprotocol/subscriptionId\":{id}}},\"notifications\":{{\"toolsListChanged\":true}}}}}}"
    ))
}

fn error(id: &str, code: i32, message: &str) -> Response<Body> {
    let status = if code == -32601 { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
    let text = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"error\":{{\"code\":{code},\"message\":\"{message}\"}}}}");
    json_of(status, [Bytes::from(text)])
}

fn json_of<const N: usize>(status: StatusCode, pieces: [Bytes; N]) -> Response<Body> {
    let pieces =
        Pieces { size: Some(pieces.iter().map(Bytes::len).sum::<usize>() as u64), left: pieces.into(), ends: true };
    respond(status, "application/json", pieces)
}

/// Events, each in a chunk of its own, then the result, if there is one; else it stays open.
fn stream_of(events: &[Bytes], result: Option<&Bytes>, id: &str) -> Response<Body> {
    let mut left: VecDeque<Bytes> = events.iter().cloned().collect();
    if let Some(result) = result {
        let message = [&head(id)[..], result].concat();
        left.push_back(event(&String::from_utf8_lossy(&message)));
    }
    respond(StatusCode::OK, "text/event-stream", Pieces { left, size: None, ends: result.is_some() })
}

fn respond(status: StatusCode, media: &'static str, pieces: Pieces) -> Response<Body> {
    let mut response = Response::new(pieces.boxed());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

/// A body of pieces that nobody has to copy together.
struct Pieces {
    left: VecDeque<Bytes>,
    /// What is left, where the length is to be told.
    size: Option<u64>,
    /// Else it stays open after the last piece.
    ends: bool,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self.left.pop_front() {
            Some(piece) => {
                self.size = self.size.map(|size| size - piece.len() as u64);
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            None if self.ends => Poll::Ready(None),
            // Whoever drops it ends it.
            None => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ends && self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.size.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
