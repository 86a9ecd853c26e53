//! How long it takes to try a draft on recorded calls.

use std::{path::Path, process::Command, time::Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::super::{
    budget::Budget,
    process,
    report::{Section, number},
    rounds::median,
    stage::{Engine, Running, Stage},
};
use crate::{harness::Extra, stage::note};

const DAYS: u32 = 90;
/// Who and what the calls are of: six tools more than these.
const PEOPLE: &str = "500";
const SERVERS: &str = "50";
const TOOLS: &str = "94";
/// The first finds nothing in any cache.
const ROUNDS: usize = 3;

/// A draft, and what it is tried for.
struct Draft {
    name: &'static str,
    rule: Value,
}

fn drafts() -> [Draft; 2] {
    let deny = |scope: &Value, conditions: &Value| {
        let everyone = json!({"type": "everyone"});
        json!({"principal": everyone, "effect": "deny", "servers": [], "scope": scope, "conditions": conditions})
    };
    let looks_at_calls = json!({"all": [
        {"path": "payload.table", "operator": "in", "value": ["table_1", "table_2", "table_3"]},
        {"path": "meta.request.ip", "operator": "in_ip_range", "value": "10.20.0.0/25"},
    ]});
    [
        Draft { name: "without conditions", rule: deny(&json!({"tools": ["query_1*", "delete_file"]}), &Value::Null) },
        Draft { name: "`payload.table` and `meta.request.ip`", rule: deny(&json!("all"), &looks_at_calls) },
    ]
}

pub(super) fn measure(
    stage: &Stage<'_>,
    programs: &Path,
    engines: &[Engine],
    calls: u32,
) -> Result<(Section, Vec<Budget>)> {
    let note = format!(
        "`POST /api/v1/rules/simulate` over {DAYS} days, {ROUNDS} times: calls of {PEOPLE} people with 100 tools of {SERVERS} \
         servers, all of which today's rules allow. Memory is RSS in MB: before, and the most while it is done."
    );
    let head = ["draft", "database", "calls", "denied", "seconds", "slowest", "calls/s", "RSS", "at most", "grown"];
    let mut section = Section::new("Drafts tried on recorded calls", note, &head);
    let mut budgets = Vec::new();
    for engine in engines {
        let running = filled(stage, programs, *engine, calls)?;
        for draft in drafts() {
            let (cells, slowest) = one(&running, &draft, calls).with_context(|| format!("{}, {engine}", draft.name))?;
            let first = [draft.name.to_owned(), engine.to_string()];
            section.row(first.into_iter().chain(cells));
            let what = format!("draft {} tried on {} calls, {engine}, s", draft.name, number(f64::from(calls)));
            budgets.push(Budget::less(what, Some(slowest), 10.0, 5.0));
        }
    }
    Ok((section, budgets))
}

/// A Drawbridge with recorded calls, all of which its rules allow.
fn filled(stage: &Stage<'_>, programs: &Path, engine: Engine, calls: u32) -> Result<Running> {
    note(&format!("{calls} recorded calls, {engine}"));
    let running = stage.drawbridge(engine, &stage.drawbridge, &Extra::default())?;
    let mut fill = Command::new(programs.join("audit-seed"));
    // Nearly every call is an admission and an outcome.
    fill.args(["--events", &(u64::from(calls) * 2).to_string(), "--days", &DAYS.to_string()]);
    fill.args(["--people", PEOPLE, "--servers", SERVERS, "--tools", TOOLS]);
    let running = stage.filled(running, &mut fill)?;
    let rest = running.drawbridge.rest();
    let servers = rest.get("/api/v1/servers?limit=200")?;
    let servers = servers["data"].as_array().context("a list has data")?;
    let servers: Vec<&Value> = servers.iter().map(|server| &server["id"]).collect();
    let rule = json!({"principal": {"type": "everyone"}, "effect": "allow", "servers": servers});
    running.drawbridge.make_rule(&rule)?;
    Ok(running)
}

/// What is in the table about a draft, and the slowest time in seconds.
fn one(running: &Running, draft: &Draft, calls: u32) -> Result<(Vec<String>, f64)> {
    let body = json!({"drafts": [{"rule": draft.rule}], "days": DAYS});
    let (memory, _) = process::memory(running.process()).context("a running process has memory")?;
    process::forget_highest(running.process()).context("its highest memory cannot be forgotten")?;
    let mut seconds = Vec::new();
    let mut told = Value::Null;
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        told = running.drawbridge.rest().post("/api/v1/rules/simulate", &body)?;
        seconds.push(begin.elapsed().as_secs_f64());
    }
    let replayed = told["calls"].as_u64().context("a simulation says how many calls")?;
    let denied = told["denied"].as_u64().context("a simulation says how many are denied")?;
    if told["partial"] != json!(false) || replayed < u64::from(calls) || denied == 0 || denied == replayed {
        bail!("{replayed} calls were replayed and {denied} denied, which is not what was recorded");
    }
    let (_, most) = process::memory(running.process()).context("a running process has memory")?;
    let middle = median(seconds.iter().copied()).context("there were rounds")?;
    let slowest = seconds.into_iter().fold(0.0, f64::max);
    let cells = [
        number(replayed as f64),
        number(denied as f64),
        number(middle),
        number(slowest),
        number(replayed as f64 / middle),
        number(memory),
        number(most),
        number(most - memory),
    ];
    Ok((cells.to_vec(), slowest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_of_the_drafts_looks_at_calls() {
        let [without, with] = drafts();
        assert!(without.rule["conditions"].is_null());
        let looks_at = with.rule["conditions"].to_string();
        assert!(looks_at.contains("payload.") && looks_at.contains("meta.request.ip"), "{looks_at}");
    }
}
