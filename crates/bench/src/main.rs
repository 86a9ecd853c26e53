//! The parts of a measurement, each a process of its own so that its CPU time can be told from the others':
//! `upstream` answers MCP from memory, `proxy` passes bytes and knows nothing, `load` asks and counts, `hold` opens
//! requests and leaves them open. `./x bench` starts them; each prints one line on stdout.

mod answer;
mod hold;
mod load;
mod proxy;
mod request;
mod serve;
mod times;
mod upstream;

use std::net::SocketAddr;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Parts of Drawbridge's benchmark")]
struct Cli {
    #[command(subcommand)]
    part: Part,
}

#[derive(Subcommand)]
enum Part {
    /// A stateless MCP server (2026-07-28) with canned answers: tools `bytes_N` answer with N bytes of text, `events_N`
    /// with a stream of N events, `hang` never; `subscriptions/listen` is acknowledged and then silent
    Upstream {
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        /// How many tools it lists
        #[arg(long, default_value_t = 200)]
        tools: usize,
    },
    /// A proxy without opinions: the floor that any proxy stands on
    Proxy {
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        #[arg(long)]
        upstream: SocketAddr,
    },
    /// Sends requests one after another on each connection and prints what it saw as JSON
    Load(load::Args),
    /// Sends requests that stay open, says so when all are, and holds them until it is told to end
    Hold(hold::Args),
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    // The proxy gets the runtime that Drawbridge has, so that the two can be compared. The others take one thread: on
    // the two cores of a small machine, more would only push what is measured away.
    let mut runtime = match cli.part {
        Part::Proxy { .. } => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = runtime.enable_all().build()?;
    runtime.block_on(async {
        match cli.part {
            Part::Upstream { listen, tools } => upstream::run(listen, tools).await,
            Part::Proxy { listen, upstream } => proxy::run(listen, upstream).await,
            Part::Load(args) => load::run(args).await,
            Part::Hold(args) => hold::run(args).await,
        }
    })
}
