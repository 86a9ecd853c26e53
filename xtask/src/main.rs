//! The task runner behind `./x`: builds the server and the console's front-end, starts, tests and measures them.
//!
//! Every command can be repeated: steps whose inputs did not change are skipped. One module per concern; the front-end
//! pipeline is in [`site`].
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to its user")]
#![expect(clippy::disallowed_methods, reason = "a synchronous tool polls its child processes and the times of files")]

mod bench;
mod build;
mod conformance;
mod e2e;
mod fuzz;
mod harness;
mod header_proxy;
mod http;
mod interop;
mod lint;
mod npm;
mod postgres;
mod processes;
mod repo;
mod rules;
mod run;
mod shell;
mod site;
mod stage;
mod stamp;
mod system;
mod test;
mod unit;
mod watch;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::repo::Repo;

/// Drawbridge's task runner.
#[derive(Parser)]
#[command(name = "x", bin_name = "./x", version, disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and start Drawbridge on http://127.0.0.1:3000 with its data in ./data
    Run(run::Args),
    /// Build the server and the console; with --release one self-contained binary
    Build(build::Args),
    /// Run every check and test, in the order of the stages, stopping at the first failure
    Test(test::Args),
    /// The quick checks: fmt, rules, clippy, deny, unit
    Check,
    /// Like run, but rebuild and restart whenever a source file changes
    Watch(run::Args),
    /// The browser tests only; further arguments go to Playwright
    E2e(e2e::Args),
    /// Measure a release build against the budgets, beside a byte proxy and the bare upstream
    Bench(bench::Args),
    /// The console's front-end only, into target/site
    Site(site::Args),
    /// The protocol's conformance suite through the gateway, its scenarios for servers and for clients
    Conformance(conformance::Args),
    /// What the conformance suite starts as the client under test
    #[command(hide = true)]
    ConformanceClient { server: String },
    /// Real clients and servers of all generations through Drawbridge; needs npm and PyPI
    Interop(interop::Args),
    /// Search for input that breaks a law of the protocol code, with libFuzzer; needs a C++ compiler
    Fuzz(fuzz::Args),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("x: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let repo = Repo::find()?;
    match command {
        Command::Run(args) => run::run(&repo, &args),
        Command::Build(args) => build::run(&repo, &args),
        Command::Test(args) => test::run(&repo, &args),
        Command::Check => test::check(&repo),
        Command::Watch(args) => watch::run(&repo, &args),
        Command::E2e(args) => e2e::command(&repo, &args),
        Command::Bench(args) => bench::run(&repo, &args),
        Command::Site(args) => site::build(&repo, args.mode()),
        Command::Conformance(args) => conformance::run(&repo, &args),
        Command::ConformanceClient { server } => conformance::through(&repo, &server),
        Command::Interop(args) => interop::run(&repo, &args),
        Command::Fuzz(args) => fuzz::run(&repo, &args),
    }
}
