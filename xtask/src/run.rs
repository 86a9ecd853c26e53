//! `./x run`: build what changed and start.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Result, bail};

use crate::{
    build::{self, Programs},
    processes::{Background, Stop, pause},
    repo::Repo,
    site::{self, Mode},
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Fill an organisation with demo data (in ./data/demo), and start the MCP server that it calls
    #[arg(long)]
    demo: bool,
    /// Passed on to `drawbridge serve`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    serve: Vec<String>,
}

/// How long the fixture may take to listen.
const FIXTURE_DEADLINE: Duration = Duration::from_secs(15);

pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    let stop = Stop::on_signals()?;
    site::build(repo, Mode::Dev)?;
    let programs = build::development(repo)?;
    let mut running = start(repo, args, &programs)?;
    while !stop.asked() {
        if let Some(status) = running.server.ended()? {
            if status.success() {
                return Ok(());
            }
            bail!("drawbridge ended ({status}); its output is above");
        }
        pause();
    }
    Ok(())
}

/// What `run` and `watch` keep going. The server goes first when both are dropped.
pub(crate) struct Running {
    pub(crate) server: Background,
    _fixture: Option<Background>,
}

/// Starts the server, and in a demo the fixture before it.
pub(crate) fn start(repo: &Repo, args: &Args, programs: &Programs) -> Result<Running> {
    let mut serve = Command::new(&programs.drawbridge);
    serve.current_dir(repo.root()).arg("serve").env("DRAWBRIDGE_SITE", repo.site());
    let data = if args.demo { "data/demo" } else { "data" };
    let defaults = [("--data-dir", "DRAWBRIDGE_DATA_DIR", data), ("--listen", "DRAWBRIDGE_LISTEN", "127.0.0.1:3000")];
    for (option, variable, default) in defaults {
        if !has(&args.serve, option) && std::env::var_os(variable).is_none() {
            serve.args([option, default]);
        }
    }
    serve.args(&args.serve);
    if std::env::var_os("DRAWBRIDGE_ALLOW_LOOPBACK").is_none() {
        serve.env("DRAWBRIDGE_ALLOW_LOOPBACK", "true");
    }
    let fixture = if args.demo {
        let (fixture, url) = fixture(&programs.fixture, "127.0.0.1:3900", "all")?;
        serve.arg("--demo").env("DRAWBRIDGE_DEMO_UPSTREAM", url);
        Some(fixture)
    } else {
        None
    };
    Ok(Running { server: Background::start("drawbridge", &mut serve)?, _fixture: fixture })
}

/// Starts the fixture MCP server with some generations of the protocol and returns its URL.
pub(crate) fn fixture(program: &Path, listen: &str, generations: &str) -> Result<(Background, String)> {
    let mut command = Command::new(program);
    command.args(["--listen", listen, "--generations", generations]);
    let (fixture, line) = Background::start_announcing("mcp-fixture", &mut command, FIXTURE_DEADLINE)?;
    match line.strip_prefix("listening on ") {
        Some(url) => Ok((fixture, url.to_owned())),
        None => bail!("mcp-fixture said `{line}` where `listening on <url>` was expected"),
    }
}

fn has(arguments: &[String], option: &str) -> bool {
    arguments.iter().any(|given| given == option || given.starts_with(&format!("{option}=")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_options_replace_defaults_in_both_spellings() {
        let given = ["--listen=0.0.0.0:80".to_owned(), "--data-dir".to_owned(), "elsewhere".to_owned()];
        assert!(has(&given, "--listen"));
        assert!(has(&given, "--data-dir"));
        assert!(!has(&given, "--public-url"));
    }
}
