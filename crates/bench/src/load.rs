//! The load generator: so many connections, each with one request in flight, for a time.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::answer;
use crate::request::{Asked, FIRST_ID, Kind, Request};
use crate::times::Times;

/// No answer takes longer unless something is broken.
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// Where to connect
    #[arg(long)]
    address: SocketAddr,
    #[arg(long, default_value = "/mcp")]
    path: String,
    /// Sent as `Authorization: Bearer`
    #[arg(long)]
    bearer: Option<String>,
    #[arg(long, value_enum, default_value = "call")]
    request: Kind,
    /// The tool of a call
    #[arg(long, default_value = "bytes_512")]
    tool: String,
    /// Bytes of text in the arguments of a call
    #[arg(long, default_value_t = 64)]
    argument_bytes: usize,
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// How long to measure, in seconds
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

pub(crate) async fn run(args: Args) -> Result<()> {
    let end = Instant::now() + Duration::from_secs_f64(args.seconds);
    let request = Arc::new(Request::new(&Asked {
        address: args.address,
        path: &args.path,
        bearer: args.bearer.as_deref(),
        kind: args.request,
        tool: &args.tool,
        argument_bytes: args.argument_bytes,
    }));
    // One thread: nobody ever waits for this lock.
    let times = Arc::new(Mutex::new(Times::new()?));
    let mut connections = JoinSet::new();
    for number in 0..args.connections.max(1) {
        let (request, times) = (Arc::clone(&request), Arc::clone(&times));
        connections.spawn(async move { connection(args.address, number, &request, &times, end).await });
    }
    while let Some(done) = connections.join_next().await {
        done.context("a connection's task ended early")??;
    }
    let report = times.lock().unwrap_or_else(PoisonError::into_inner).report(args.seconds);
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&report)?)?;
    Ok(())
}

/// One connection's requests until the end.
async fn connection(
    address: SocketAddr,
    number: usize,
    request: &Request,
    times: &Mutex<Times>,
    end: Instant,
) -> Result<()> {
    let mut stream = TcpStream::connect(address).await.with_context(|| format!("{address} refuses"))?;
    stream.set_nodelay(true)?;
    let mut sent = Vec::new();
    let mut answer = Vec::with_capacity(1 << 16);
    let mut id = FIRST_ID + (number as u32 % 80) * 1_000_000;
    loop {
        let asked = Instant::now();
        if asked >= end {
            return Ok(());
        }
        id += 1;
        request.write(id, &mut sent);
        stream.write_all(&sent).await?;
        timeout(ANSWER_DEADLINE, answer::read(&mut stream, &mut answer)).await.context("no answer in time")??;
        times.lock().unwrap_or_else(PoisonError::into_inner).took(asked.elapsed());
    }
}
