//! Requests that stay open: calls that are never answered, and streams on which nothing happens.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::answer;
use crate::request::{Asked, FIRST_ID, Kind, Request};

/// A stream begins sooner unless something is broken.
const BEGIN_DEADLINE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// Where to connect
    #[arg(long)]
    address: SocketAddr,
    /// Whose endpoint; several are taken in turn
    #[arg(long = "path", required = true)]
    paths: Vec<String>,
    /// Sent as `Authorization: Bearer`; several are taken in turn, each for all paths
    #[arg(long = "bearer")]
    bearers: Vec<String>,
    /// What stays open: a `call` of the tool `hang`, or `listen`
    #[arg(long, value_enum)]
    request: Kind,
    /// How many
    #[arg(long)]
    count: usize,
}

pub(crate) async fn run(args: Args) -> Result<()> {
    if !matches!(args.request, Kind::Call | Kind::Listen) {
        bail!("only a call or a stream stays open");
    }
    let mut held = Vec::with_capacity(args.count);
    for number in 0..args.count {
        let path = &args.paths[number % args.paths.len()];
        let bearer =
            (!args.bearers.is_empty()).then(|| args.bearers[number / args.paths.len() % args.bearers.len()].as_str());
        let opened = open(&args, path, bearer, number).await;
        held.push(opened.with_context(|| format!("number {} of {} did not open", number + 1, args.count))?);
    }
    writeln!(std::io::stdout(), "holding {}", held.len())?;
    std::io::stdout().flush()?;
    std::future::pending::<()>().await;
    Ok(())
}

async fn open(args: &Args, path: &str, bearer: Option<&str>, number: usize) -> Result<TcpStream> {
    let asked = Asked { address: args.address, path, bearer, kind: args.request, tool: "hang", argument_bytes: 64 };
    let mut sent = Vec::new();
    Request::new(&asked).write(FIRST_ID + number as u32, &mut sent);
    let mut stream = TcpStream::connect(args.address).await?;
    stream.set_nodelay(true)?;
    stream.write_all(&sent).await?;
    if args.request == Kind::Listen {
        let mut answer = Vec::new();
        let first = answer::read_first_event(&mut stream, &mut answer);
        timeout(BEGIN_DEADLINE, first).await.context("the stream did not begin in time")??;
    }
    Ok(stream)
}
