//! The parts of a measurement, each a process of its own so that its CPU time can be told from the others':
//! `upstream` answers MCP from memory, `proxy` passes bytes and knows nothing, `load` asks and counts.
//! `./x bench` starts them; each prints one line on stdout.

mod load;
mod proxy;
mod serve;
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
    /// A stateless MCP server (2026-07-28) with canned answers
    Upstream {
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        /// How many tools it lists
        #[arg(long, default_value_t = 200)]
        tools: usize,
        /// Bytes of text in the result of a call
        #[arg(long, default_value_t = 512)]
        result_bytes: usize,
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
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    // The proxy gets the runtime that Drawbridge has, so that the two can be compared. The others take one thread: on
    // the two cores of a small machine, more would only push what is measured away.
    let mut runtime = match cli.part {
        Part::Proxy { .. } => tokio::runtime::Builder::new_multi_thread(),
        Part::Upstream { .. } | Part::Load(_) => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = runtime.enable_all().build()?;
    runtime.block_on(async {
        match cli.part {
            Part::Upstream { listen, tools, result_bytes } => upstream::run(listen, tools, result_bytes).await,
            Part::Proxy { listen, upstream } => proxy::run(listen, upstream).await,
            Part::Load(args) => load::run(args).await,
        }
    })
}
