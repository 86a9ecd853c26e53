//! `./x bench ui`: what people wait for in the console, measured in a real Chromium against a release build.
//!
//! The measurements are Playwright files in `end2end/bench/`, which put rows of a table into a file; the sizes of what a
//! browser loads are added here. A bar that is missed, or a measurement that was not possible, is a row like any other.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{
    build::Programs,
    e2e,
    repo::Repo,
    shell,
    site::{self, Weight},
    stage::note,
    system::{self, Need},
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Measure the programs in this directory (such as target/debug) and the site as the last build left them, instead
    /// of building them for release
    #[arg(long, value_name = "DIR")]
    programs: Option<PathBuf>,
    /// Events in the long audit log
    #[arg(long, default_value_t = 1_000_000)]
    events: usize,
    /// Only the measurements whose file in end2end/bench begins with this name, such as navigation
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
}

/// Groups of `web/budget.json` with the bars for them, in kilobytes of brotli.
const SIZES: [(&str, u64); 2] = [("first page view", 350), ("charts", 180)];

/// A line of the table, as `end2end/bench/table.ts` writes it.
#[derive(Debug, Deserialize)]
struct Row {
    what: String,
    bar: String,
    measured: String,
    met: bool,
}

pub(super) fn run(repo: &Repo, args: &Args) -> Result<()> {
    system::ensure(&[Need::Chromium])?;
    let programs = match &args.programs {
        Some(directory) => Programs::of(&repo.path(directory)),
        None => Programs::of(&super::stage::build_all(repo)?),
    };
    let directory = tempfile::tempdir().context("no temporary directory can be made")?;
    let file = directory.path().join("rows");
    note("playwright test --config bench");
    let mut playwright = e2e::playwright(repo, &programs)?;
    playwright.args(["--config", "bench"]).args(args.only.iter().map(|name| format!("/{name}[^/]*\\.bench")));
    playwright.env("BENCH_ROWS", &file).env("BENCH_EVENTS", args.events.to_string());
    let measured = shell::run(&mut playwright);

    // What was measured before something failed is worth reading too.
    let text = fs::read_to_string(&file).unwrap_or_default();
    let mut rows: Vec<Row> = text
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()
        .context("end2end/bench/table.ts writes rows of another shape than expected")?;
    let weights = site::weigh(repo)?;
    for (name, bar) in SIZES {
        let weight = weights.get(name).with_context(|| format!("web/budget.json has no `{name}`"))?;
        rows.push(size(name, weight, bar));
    }
    print(&rows);
    measured.context("not everything could be measured; the output above the table says why")
}

fn size(name: &str, weight: &Weight, bar: u64) -> Row {
    let kilobytes = weight.bytes as f64 / 1e3;
    Row {
        what: format!("Size of {name}, brotli"),
        bar: format!("≤ {bar} kB"),
        measured: format!("{kilobytes:.1} kB"),
        met: weight.bytes <= bar * 1000,
    }
}

fn print(rows: &[Row]) {
    let width = |of: fn(&Row) -> &str, title: &str| {
        rows.iter().map(|row| of(row).chars().count()).chain([title.len()]).max().unwrap_or_default()
    };
    let what = width(|row| &row.what, "what");
    let bar = width(|row| &row.bar, "bar");
    let measured = width(|row| &row.measured, "measured").min(MEASURED);
    println!("\n{:<what$} | {:<bar$} | {:<measured$} |", "what", "bar", "measured");
    println!("{:-<what$}-|-{:-<bar$}-|-{:-<measured$}-|-------", "", "", "");
    for row in rows {
        let verdict = if row.met { "met" } else { "MISSED" };
        println!("{:<what$} | {:<bar$} | {:<measured$} | {verdict}", row.what, row.bar, row.measured);
    }
}

/// Longer remarks move their verdict to the right, and not that of everybody.
const MEASURED: usize = 60;
