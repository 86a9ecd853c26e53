//! `./x watch`: rebuild and restart when a source file changes.

use std::{fs, path::PathBuf, time::SystemTime};

use anyhow::Result;

use crate::{
    build,
    processes::{Stop, pause},
    repo::Repo,
    run::{self, Running},
    site::{self, Mode},
    stage::note,
    stamp,
};

/// What can change the result.
const SOURCES: [&str; 7] = ["app", "frontend", "server", "crates", "migrations", "style", "web"];
const EXTENSIONS: [&str; 7] = ["rs", "toml", "sql", "css", "ts", "json", "svg"];
/// Looks at the files every so many pauses.
const EVERY: u32 = 50;

pub(crate) fn run(repo: &Repo, args: &run::Args) -> Result<()> {
    let stop = Stop::on_signals()?;
    let mut running = restart(repo, args, None);
    let mut seen = snapshot(repo)?;
    let mut tick = 0_u32;
    while !stop.asked() {
        pause();
        tick = tick.wrapping_add(1);
        if !tick.is_multiple_of(EVERY) {
            continue;
        }
        let now = snapshot(repo)?;
        if now != seen {
            seen = now;
            running = restart(repo, args, running);
        } else if let Some(status) = running.as_mut().map(|r| r.server.ended()).transpose()?.flatten() {
            note(&format!("drawbridge ended ({status}); waiting for a change"));
            running = None;
        }
    }
    Ok(())
}

/// Builds, and replaces the running server if that worked. A build that fails leaves the old one running.
fn restart(repo: &Repo, args: &run::Args, old: Option<Running>) -> Option<Running> {
    let built = site::build(repo, Mode::Dev).and_then(|()| build::development(repo));
    let programs = match built {
        Ok(programs) => programs,
        Err(error) => {
            note(&format!("{error:#}; waiting for a change"));
            return old;
        }
    };
    // It holds the port and the data directory: it has to go before its successor comes.
    drop(old);
    match run::start(repo, args, &programs) {
        Ok(running) => Some(running),
        Err(error) => {
            note(&format!("{error:#}; waiting for a change"));
            None
        }
    }
}

/// Every source file with the time of its last change.
fn snapshot(repo: &Repo) -> Result<Vec<(PathBuf, Option<SystemTime>)>> {
    let mut all = Vec::new();
    for source in SOURCES {
        for path in stamp::files(&repo.path(source), &EXTENSIONS)? {
            let changed = fs::metadata(&path).and_then(|file| file.modified()).ok();
            all.push((path, changed));
        }
    }
    Ok(all)
}
