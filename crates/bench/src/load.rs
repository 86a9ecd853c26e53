//! The load generator: so many connections, each with one request in flight, for a time.

use std::{
    io::Write as _,
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

/// No answer takes longer unless something is broken.
const ANSWER_DEADLINE: Duration = Duration::from_secs(10);
/// Room for the number in a request's id: eight digits, so that every request has the same length.
const FIRST_ID: u32 = 10_000_000;

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// Where to connect
    #[arg(long)]
    address: SocketAddr,
    /// The `Host` header; the address by default
    #[arg(long)]
    host: Option<String>,
    #[arg(long, default_value = "/mcp")]
    path: String,
    /// Sent as `Authorization: Bearer`
    #[arg(long)]
    bearer: Option<String>,
    #[arg(long, value_enum, default_value = "call")]
    request: Kind,
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// How long to measure, in seconds
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// How long to ask before measuring, in seconds
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// Bytes of text in the arguments of a call
    #[arg(long, default_value_t = 64)]
    argument_bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// `tools/call` of one tool
    Call,
    /// `tools/list`
    List,
}

/// What was seen. Times are microseconds.
#[derive(Serialize)]
struct Report {
    requests: usize,
    seconds: f64,
    per_second: f64,
    p50: u32,
    p99: u32,
    p999: u32,
    max: u32,
}

pub(crate) async fn run(args: Args) -> Result<()> {
    let begin = Instant::now() + Duration::from_secs_f64(args.warm_up);
    let end = begin + Duration::from_secs_f64(args.seconds);
    let mut connections = JoinSet::new();
    for number in 0..args.connections.max(1) {
        let args = args.clone();
        connections.spawn(async move { connection(&args, number, begin, end).await });
    }
    let mut times = Vec::new();
    while let Some(done) = connections.join_next().await {
        times.extend(done.context("a connection's task ended early")??);
    }
    let seconds = args.seconds;
    times.sort_unstable();
    let at =
        |share: f64| times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1))).copied();
    let report = Report {
        requests: times.len(),
        seconds,
        per_second: times.len() as f64 / seconds,
        p50: at(0.5).unwrap_or(0),
        p99: at(0.99).unwrap_or(0),
        p999: at(0.999).unwrap_or(0),
        max: times.last().copied().unwrap_or(0),
    };
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&report)?)?;
    Ok(())
}

/// One connection's requests; the times of those that began inside the measurement.
async fn connection(args: &Args, number: usize, begin: Instant, end: Instant) -> Result<Vec<u32>> {
    let (before, after) = request(args);
    let mut stream = TcpStream::connect(args.address).await.with_context(|| format!("{} refuses", args.address))?;
    stream.set_nodelay(true)?;
    let mut times = Vec::with_capacity(1 << 16);
    let mut sent = Vec::new();
    let mut answer = Vec::with_capacity(1 << 16);
    let mut id = FIRST_ID + (number as u32 % 80) * 1_000_000;
    loop {
        let asked = Instant::now();
        if asked >= end {
            return Ok(times);
        }
        id += 1;
        sent.clear();
        sent.extend_from_slice(&before);
        sent.extend_from_slice(id.to_string().as_bytes());
        sent.extend_from_slice(&after);
        stream.write_all(&sent).await?;
        timeout(ANSWER_DEADLINE, read_answer(&mut stream, &mut answer)).await.context("no answer in time")??;
        if asked >= begin {
            times.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
    }
}

/// A request up to its id and after it.
fn request(args: &Args) -> (Vec<u8>, Vec<u8>) {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "drawbridge-bench", "version": "1.0.0"},
    });
    let (method, name, params) = match args.request {
        Kind::Call => (
            "tools/call",
            "Mcp-Name: tool_000\r\n",
            json!({"name": "tool_000", "arguments": {"text": "a".repeat(args.argument_bytes)}, "_meta": meta}),
        ),
        Kind::List => ("tools/list", "", json!({"_meta": meta})),
    };
    let open = "{\"jsonrpc\":\"2.0\",\"id\":";
    let close = format!(",\"method\":\"{method}\",\"params\":{params}}}");
    let host = args.host.clone().unwrap_or_else(|| args.address.to_string());
    let bearer = args.bearer.as_ref().map(|key| format!("Authorization: Bearer {key}\r\n")).unwrap_or_default();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: {host}\r\n{bearer}Content-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {method}\r\n\
         {name}Content-Length: {}\r\n\r\n{open}",
        args.path,
        open.len() + 8 + close.len(),
    );
    (head.into_bytes(), close.into_bytes())
}

/// Reads one whole answer; anything but 200 with a result is an error that shows it.
async fn read_answer(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Result<()> {
    answer.clear();
    let mut extent = None;
    loop {
        if stream.read_buf(answer).await? == 0 {
            bail!("the connection was closed in the middle of an answer: {}", String::from_utf8_lossy(answer));
        }
        if extent.is_none() {
            extent = Extent::of(answer)?;
        }
        if extent.as_ref().is_some_and(|extent| extent.complete(answer)) {
            break;
        }
    }
    if answer.starts_with(b"HTTP/1.1 200") && find(answer, b"\"result\"").is_some() {
        return Ok(());
    }
    bail!("an answer without a result: {}", String::from_utf8_lossy(&answer[..answer.len().min(1_000)]))
}

/// Where an answer ends.
enum Extent {
    /// At this length, head included.
    Length(usize),
    /// At the empty chunk.
    Chunked,
}

impl Extent {
    /// `None` until the head is complete.
    fn of(answer: &[u8]) -> Result<Option<Self>> {
        let Some(end) = find(answer, b"\r\n\r\n") else { return Ok(None) };
        let head = std::str::from_utf8(&answer[..end]).context("an answer's head is not UTF-8")?;
        for line in head.split("\r\n").skip(1) {
            let Some((name, value)) = line.split_once(':') else { continue };
            if name.eq_ignore_ascii_case("content-length") {
                let length: usize = value.trim().parse().context("an answer's length is no number")?;
                return Ok(Some(Self::Length(end + 4 + length)));
            }
            if name.eq_ignore_ascii_case("transfer-encoding") {
                return Ok(Some(Self::Chunked));
            }
        }
        bail!("an answer has neither a length nor chunks: {head}")
    }

    fn complete(&self, answer: &[u8]) -> bool {
        match self {
            Self::Length(length) => answer.len() >= *length,
            Self::Chunked => answer.ends_with(b"\r\n0\r\n\r\n"),
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_complete_at_its_length_or_its_last_chunk() {
        let plain = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        let extent = Extent::of(plain).expect("valid").expect("a whole head");
        assert!(extent.complete(plain));
        assert!(!extent.complete(&plain[..plain.len() - 1]));
        assert!(Extent::of(b"HTTP/1.1 200 OK\r\nContent-Le").expect("valid").is_none());

        let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
        let extent = Extent::of(chunked).expect("valid").expect("a whole head");
        assert!(extent.complete(chunked));
        assert!(!extent.complete(&chunked[..chunked.len() - 5]));
        assert!(Extent::of(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
