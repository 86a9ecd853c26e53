//! Real clients and servers of all generations, through Drawbridge.
//!
//! Which versions, and which client with which server, is written in `interop/matrix.json`; the clients are scripts in
//! `interop/clients` that write a line of JSON for each operation. npm and PyPI are needed.

mod install;
mod matrix;
mod outcome;

use std::{
    io::{BufRead as _, BufReader},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use self::{
    matrix::{Matrix, Pair},
    outcome::{Expected, Operation, Outcome},
};
use crate::{
    build::{self, Programs},
    harness::{Drawbridge, Setup},
    processes::{Background, free_address, pause},
    repo::Repo,
    site::{self, Mode},
    stage::note,
};

/// How long a server may take to listen.
const SERVER_DEADLINE: Duration = Duration::from_secs(30);
/// How long a client may take for all its operations.
const CLIENT_DEADLINE: Duration = Duration::from_mins(5);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Clients or servers of interop/matrix.json; all without one
    names: Vec<String>,
    /// Only with this server
    #[arg(long)]
    server: Option<String>,
    /// Without Drawbridge between, to see whose fault a failure is
    #[arg(long)]
    direct: bool,
    /// Take drawbridge and mcp-fixture from this directory instead of building them
    #[arg(long)]
    programs: Option<PathBuf>,
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    let matrix = Matrix::read(repo)?;
    let expected = Expected::read(repo)?;
    let pairs = matrix.pairs(&args.names, args.server.as_deref())?;
    if !repo.site().join("manifest.json").exists() {
        site::build(repo, Mode::Dev)?;
    }
    let programs = match &args.programs {
        Some(directory) => Programs::of(directory),
        None => build::development(repo)?,
    };
    let mut outcomes = Vec::new();
    for of_server in pairs.chunk_by(|one, next| one.server == next.server) {
        outcomes.extend(with_server(repo, &matrix, &programs, of_server, args.direct)?);
    }
    let surprises = outcome::print(&outcomes, &expected);
    if surprises.is_empty() {
        return Ok(());
    }
    bail!("not as expected:\n  {}", surprises.join("\n  "))
}

/// All clients of one server, one after the other.
fn with_server(
    repo: &Repo,
    matrix: &Matrix,
    programs: &Programs,
    pairs: &[Pair],
    direct: bool,
) -> Result<Vec<Outcome>> {
    let Some(Pair { server: name, .. }) = pairs.first() else { return Ok(Vec::new()) };
    let (_server, upstream) = start(repo, matrix, programs, name)?;
    let server = &matrix.servers[name];
    let gateway = if direct {
        None
    } else {
        let listen = free_address()?;
        let drawbridge = Drawbridge::start(&Setup {
            repo,
            drawbridge: programs.drawbridge.clone(),
            listen,
            public: listen,
            upstream: Some(&upstream),
            transport: server.transport(),
            database_url: None,
        })?;
        Some((format!("http://{listen}{}", drawbridge.path), drawbridge))
    };
    let mut outcomes = Vec::new();
    for pair in pairs {
        note(&format!("{} -> {name}", pair.client));
        let client = &matrix.clients[&pair.client];
        let of = client.installation(&pair.client);
        let mut command = install::ensure(repo, of, &matrix.installations[of])?.command(&client.script);
        let url = match &gateway {
            Some((url, _)) if client.sse() => format!("{url}/sse"),
            Some((url, _)) => url.clone(),
            None => upstream.clone(),
        };
        command.args([&url, &server.profile, &format!("{},{}", client.features, server.features)]);
        command.env("INTEROP_KEY", gateway.as_ref().map_or("", |(_, drawbridge)| &drawbridge.key));
        outcomes.push(Outcome { pair: pair.clone(), operations: operations(command)? });
    }
    Ok(outcomes)
}

/// Starts a server and returns its URL.
fn start(repo: &Repo, matrix: &Matrix, programs: &Programs, name: &str) -> Result<(Background, String)> {
    let server = &matrix.servers[name];
    let Some((script, arguments)) = server.program.split_first() else {
        return fixture(&programs.fixture, &server.generations);
    };
    let listen = free_address()?;
    let port = listen.port().to_string();
    let installed = install::ensure(repo, &server.installation, &matrix.installations[&server.installation])?;
    let mut command = installed.command(script);
    command.args(arguments.iter().map(|argument| argument.replace("{port}", &port))).env("PORT", &port);
    let mut running = Background::start(name, command.stdout(Stdio::null()).stderr(Stdio::null()))?;
    let begin = Instant::now();
    while TcpStream::connect(listen).is_err() {
        if let Some(status) = running.ended()? {
            bail!("the server {name} ended ({status}) before it listened");
        }
        if begin.elapsed() > SERVER_DEADLINE {
            bail!("the server {name} did not listen within {} s", SERVER_DEADLINE.as_secs());
        }
        pause();
    }
    let path = if server.sse { "sse" } else { "mcp" };
    Ok((running, format!("http://{listen}/{path}")))
}

/// The fixture, with lists in pages.
fn fixture(program: &Path, generations: &str) -> Result<(Background, String)> {
    let mut command = Command::new(program);
    command.args(["--listen", "127.0.0.1:0", "--page-size", "7", "--generations", generations]);
    let (running, line) = Background::start_announcing("mcp-fixture", &mut command, SERVER_DEADLINE)?;
    let url = line.strip_prefix("listening on ").with_context(|| format!("mcp-fixture said `{line}`"))?.to_owned();
    Ok((running, url))
}

/// Runs a client to its end. What it writes besides its lines is for the eye only and left out.
fn operations(mut command: Command) -> Result<Vec<Operation>> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut client = command.spawn().context("the client could not be started")?;
    let stdout = client.stdout.take().context("stdout was piped a moment ago")?;
    let reader = std::thread::spawn(move || {
        let lines = BufReader::new(stdout).lines().map_while(Result::ok);
        lines.filter_map(|line| serde_json::from_str(&line).ok()).collect::<Vec<Operation>>()
    });
    let end = ended(&mut client);
    let mut operations = reader.join().unwrap_or_default();
    if let Err(error) = end {
        operations.push(Operation::broken("end", format!("{error:#}")));
    } else if operations.is_empty() {
        operations.push(Operation::broken("start", "the client said nothing".to_owned()));
    }
    Ok(operations)
}

fn ended(client: &mut Child) -> Result<()> {
    let begin = Instant::now();
    loop {
        if let Some(status) = client.try_wait()? {
            if status.success() {
                return Ok(());
            }
            bail!("the client ended with {status}");
        }
        if begin.elapsed() > CLIENT_DEADLINE {
            client.kill()?;
            client.wait()?;
            bail!("the client had no end within {} s", CLIENT_DEADLINE.as_secs());
        }
        pause();
    }
}
