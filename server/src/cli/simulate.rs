//! Drafts of rules, tried on recorded calls.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use domain::{Decision, RuleDraft, Simulation};
use serde_json::Value;

use super::admin::{Opened, Place};
use super::{read, say};

/// More than fifty drafts, which is the most, ever need.
const MOST_BYTES: usize = 4 << 20;
/// Unless it is said.
const DAYS: u32 = 30;

pub(super) async fn simulate(place: &Place, file: &Path, days: Option<u32>, json: bool) -> anyhow::Result<ExitCode> {
    let (drafts, theirs) = drafts(&read(file, MOST_BYTES, "try fewer drafts at once")?)
        .with_context(|| format!("{} is no list of drafts ([{{\"rule\": …}}, …])", file.display()))?;
    let opened = Opened::at(place).await?;
    let told = opened.services.simulate(&opened.operator, &drafts, days.or(theirs).unwrap_or(DAYS)).await;
    opened.close().await;
    let told = told?;
    say(&if json { serde_json::to_string_pretty(&told)? } else { in_words(&told) })?;
    Ok(ExitCode::SUCCESS)
}

/// The drafts of a file, and its number of days: a list, or what REST takes.
fn drafts(text: &[u8]) -> anyhow::Result<(Vec<RuleDraft>, Option<u32>)> {
    let (drafts, days) = match serde_json::from_slice(text)? {
        Value::Object(mut body) => (body.remove("drafts").context("`drafts` is missing")?, body.remove("days")),
        drafts => (drafts, None),
    };
    Ok((serde_json::from_value(drafts)?, days.map(serde_json::from_value).transpose().context("days")?))
}

/// A simulation for people.
fn in_words(told: &Simulation) -> String {
    let Simulation { since, calls, denied, allowed, people, unclear, changes, more, partial } = told;
    let mut lines = vec![format!(
        "{calls} calls since {}: {denied} would be denied, {allowed} would be allowed, of {people} people",
        since.format("%Y-%m-%d %H:%M UTC")
    )];
    if *unclear > 0 {
        lines.push(format!("{unclear} calls cannot be decided, because their arguments were not recorded whole"));
    }
    if *partial {
        lines.push("the time ran out: the oldest calls are missing; choose fewer days".to_owned());
    }
    if !changes.is_empty() {
        lines.push(String::new());
        let head = ["person", "server", "tool", "would be", "calls", "last"].map(str::to_owned);
        let rows = changes.iter().map(|change| {
            let would_be = match change.decision {
                Decision::Allow => "allowed",
                Decision::Deny => "denied",
            };
            [
                change.person_name.clone(),
                change.server_name.clone(),
                change.tool.clone(),
                would_be.to_owned(),
                change.calls.to_string(),
                change.last.format("%Y-%m-%d %H:%M UTC").to_string(),
            ]
        });
        lines.extend(aligned(&[head].into_iter().chain(rows).collect::<Vec<_>>()));
    }
    if *more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
}

/// Columns as wide as their widest cell.
fn aligned<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default());
    let line = |row: &[String; N]| {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}
