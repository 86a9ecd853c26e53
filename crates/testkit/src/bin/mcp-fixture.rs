//! The fixture MCP server as a process, for demonstrations, benchmarks and the conformance suite.
//! Prints `listening on <url>` as its only line and ends at SIGTERM or Ctrl-C.

use std::{
    io::{IsTerminal, Write},
    net::SocketAddr,
};

use anyhow::Context;
use clap::{Parser, ValueEnum};
use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations, ToolSet};
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(name = "mcp-fixture", about = "An MCP server for tests and demonstrations")]
struct Arguments {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Protocol generations to speak: `all` of Streamable HTTP, or revisions separated by commas; 2024-11-05 alone.
    #[arg(long, default_value = "all", value_parser = generations)]
    generations: Generations,
    /// Tools to offer.
    #[arg(long, value_enum, default_value_t = Tools::Both)]
    tools: Tools,
    /// Refuse requests without this bearer token.
    #[arg(long, value_name = "TOKEN")]
    bearer: Option<String>,
    /// Refuse requests without this header.
    #[arg(long, value_name = "NAME:VALUE", value_parser = header)]
    header: Option<(String, String)>,
    /// Answer with JSON instead of event streams where the protocol leaves the choice.
    #[arg(long)]
    json: bool,
    /// Split lists into pages of so many items.
    #[arg(long, value_name = "ITEMS")]
    page_size: Option<usize>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Tools {
    Demo,
    Conformance,
    Both,
    Empty,
}

fn generations(text: &str) -> Result<Generations, testkit::fixture::FixtureError> {
    if text == "all" {
        return Ok(Generations::All);
    }
    let chosen: Result<Vec<Generation>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    Ok(Generations::Only(chosen?))
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("write the header as NAME:VALUE, such as X-Api-Key:secret")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::new("info,rmcp=warn");
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();

    let arguments = Arguments::parse();
    let fixture = Fixture::spawn(FixtureOptions {
        generations: arguments.generations,
        require_bearer: arguments.bearer,
        require_header: arguments.header,
        tool_set: match arguments.tools {
            Tools::Demo => ToolSet::Demo,
            Tools::Conformance => ToolSet::Conformance,
            Tools::Both => ToolSet::Both,
            Tools::Empty => ToolSet::Empty,
        },
        listen: arguments.listen,
        json_answers: arguments.json,
        page_size: arguments.page_size,
        record: false,
        ..FixtureOptions::default()
    })
    .await?;
    writeln!(std::io::stdout(), "listening on {}", fixture.url())
        .context("cannot say on standard output where the server listens")?;

    told_to_stop().await.context("cannot wait for signals")?;
    fixture.shutdown().await;
    Ok(())
}

#[cfg(unix)]
async fn told_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        pressed = tokio::signal::ctrl_c() => pressed,
    }
}

#[cfg(not(unix))]
async fn told_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
