//! The command line: `drawbridge serve` and commands for scripts and emergencies.
//!
//! Commands other than `serve` open the data directory themselves, so they work while no server runs on it; with one
//! running, SQLite refuses the second process and the message says so.

mod admin;
mod groups;
mod serve;
mod simulate;
mod table;

use std::fs::File;
use std::io::{IsTerminal as _, Read, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{CommandFactory as _, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::{DataArgs, LogArgs, LogFormat, ServeArgs};

/// The governed gateway for MCP.
#[derive(Debug, Parser)]
#[command(name = "drawbridge", version, about, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    log: LogArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run console, API and MCP gateway.
    Serve(Box<ServeArgs>),
    /// Make and change people.
    #[command(subcommand)]
    User(admin::User),
    /// Make API keys.
    #[command(subcommand)]
    Key(admin::Key),
    /// Import and export groups, job roles and their members.
    #[command(subcommand)]
    Groups(groups::Groups),
    /// Examine access rules.
    #[command(subcommand)]
    Policy(admin::Policy),
    /// Examine the audit log.
    #[command(subcommand)]
    Audit(admin::Audit),
    /// Print every setting with its environment variable and default.
    Config {
        /// As a Markdown table.
        #[arg(long)]
        markdown: bool,
    },
}

/// Runs the program. Errors go to standard error as one line that says what to do.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    start_log(&cli.log);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::from(error)),
    };
    match runtime.block_on(run(cli.command)) {
        Ok(code) => code,
        Err(error) => fail(&in_words(error)),
    }
}

/// What use cases refuse is said as every other surface says it.
fn in_words(error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<service::Error>() {
        Ok(refused) => anyhow::Error::new(domain::Problem::from(refused)),
        Err(other) => other,
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(args) => serve::serve(&args).await,
        Command::User(command) => admin::user(command).await,
        Command::Key(command) => admin::key(command).await,
        Command::Groups(command) => groups::groups(command).await,
        Command::Policy(command) => admin::policy(command).await,
        Command::Audit(command) => admin::audit(command).await,
        Command::Config { markdown } => {
            say(&table::settings(&Cli::command(), markdown))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// A file, or standard input for `-`, of so many bytes at most; `how` says what to do with a larger one.
fn read(file: &Path, most: usize, how: &str) -> anyhow::Result<Vec<u8>> {
    let named = || format!("{} cannot be read", file.display());
    let input: Box<dyn Read> = match file.to_str() {
        Some("-") => Box::new(std::io::stdin().lock()),
        _ => Box::new(File::open(file).with_context(named)?),
    };
    let mut bytes = Vec::new();
    input.take(most as u64 + 1).read_to_end(&mut bytes).with_context(named)?;
    if bytes.len() > most {
        bail!("{} is larger than {most} bytes; {how}", file.display());
    }
    Ok(bytes)
}

/// Writes to standard output: what scripts read.
fn say(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Writes to standard error: what people read beside it.
fn note(text: &str) {
    let _ = std::io::stderr().lock().write_all(format!("drawbridge: {text}\n").as_bytes());
}

fn fail(error: &anyhow::Error) -> ExitCode {
    let mut text = format!("drawbridge: {error}");
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        // Errors that contain their cause's words say them once.
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text.push('\n');
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
    ExitCode::FAILURE
}

fn start_log(args: &LogArgs) {
    let filter = EnvFilter::try_new(&args.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Colour codes are for eyes, not for files and collectors.
    let log = log.with_ansi(std::io::stderr().is_terminal());
    match args.log_format {
        LogFormat::Json => log.json().init(),
        LogFormat::Pretty => log.init(),
    }
}
