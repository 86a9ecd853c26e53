//! `./x bench at-once`: how soon a change of rules is in force on two nodes.
//!
//! One person may use one tool, and calls it all the time through both nodes, as a stateless client and in a session.
//! Each run takes the tool away through one node, in one of the ways there are, goes on calling for longer than the
//! promised second, and gives the tool back. A call *leaks* when it is let through although it was begun after the
//! change was answered, on the node that answered, or more than a second after, on the other one.

mod clients;
mod rule;
mod times;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use self::{
    clients::{Called, Callers, Listening, Person},
    rule::{Rule, Taken},
    times::Times,
};
use super::{
    budget::{self, Budget},
    document::{self, Part},
    machine,
    report::{self, Section},
    stage::{self, Engine, Running, Stage},
};
use crate::{
    harness::Extra,
    http::Rest,
    postgres::Cluster,
    processes::{Background, Stop, pause},
    repo::Repo,
    stage::note,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How often a rule is taken away
    #[arg(long, default_value_t = 1_000)]
    runs: usize,
    /// Put what was measured into docs/performance.md
    #[arg(long)]
    write: bool,
    /// Measure the programs in this directory (such as target/debug) instead of building them for release
    #[arg(long, value_name = "DIR")]
    binaries: Option<PathBuf>,
}

/// By when a change is in force on every node.
const PROMISE: Duration = Duration::from_secs(1);
/// How long calls go on after the change was answered.
const WATCHED: Duration = Duration::from_millis(1_250);
/// How long access may take to be back before something is broken.
const BACK: Duration = Duration::from_secs(30);
const TOOL: &str = "bytes_64";

/// A node with what is asked of it.
struct Node {
    rest: Rest,
    callers: Callers,
}

/// What one run showed of one node.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Seen {
    /// From the moment the change was sent, and from the one it was answered, to the beginning of the last call that was
    /// let through.
    sent: Duration,
    answered: Duration,
    leaks: usize,
    /// From the answer to the end of a stream that was open; nothing where the stream may stay.
    stream: Option<Duration>,
    /// From the moment the tool was given back to the beginning of the first call that was let through, of the client
    /// that waited longest.
    back: Duration,
}

pub(super) fn run(repo: &Repo, args: &Args) -> Result<()> {
    if args.runs == 0 {
        bail!("0 runs measure nothing");
    }
    let programs = match &args.binaries {
        Some(directory) => repo.path(directory),
        None => stage::build(repo)?,
    };
    let stop = Stop::on_signals()?;
    let cluster = Cluster::start()?;
    let machine = machine::describe(repo, Some(&cluster.version()?))?;
    println!("{machine}");
    let stage = Stage::start(repo, &programs, Some(cluster))?;
    let extra = Extra { people: 1, ..Extra::default() };
    let first = stage.drawbridge(Engine::Postgres, &stage.drawbridge, &extra)?;
    let second = stage.join(&first)?;

    note(&format!("{} rules taken away and given back", args.runs));
    let seen = measure(&first, &second, args.runs, &stop)?;
    let leaks: usize = seen.iter().flat_map(|(_, nodes)| nodes).map(|node| node.leaks).sum();
    let budgets = budget::section(&budgets(&seen));
    let text = report::render(&[budgets, section(&seen)]);
    println!("\n{text}");
    if args.write {
        document::write(repo, Part::AtOnce, &format!("{machine}\n\n{text}"))?;
        note("docs/performance.md is written");
    }
    if leaks > 0 {
        bail!("{leaks} calls were let through that must not have been");
    }
    Ok(())
}

/// What every run showed: of the node through which the rule was changed, and of the other.
type Runs = Vec<(Taken, [Seen; 2])>;

fn measure(first: &Running, second: &(Background, std::net::SocketAddr), runs: usize, stop: &Stop) -> Result<Runs> {
    let administrator = first.drawbridge.rest();
    let key = first.drawbridge.keys.first().context("somebody was made")?.clone();
    let me = Rest { key: key.clone(), host: administrator.host.clone(), ..administrator }.get("/api/v1/me")?;
    let person = me["user"]["id"].as_str().context("/me says who that is")?;
    let servers = first.drawbridge.rest().get("/api/v1/servers")?;
    let server = servers["data"][0]["id"].as_str().context("there is a server")?;
    let mut rule = Rule::make(&first.drawbridge.rest(), person, server, TOOL)?;

    let addresses = [first.address, second.1];
    let mut nodes = Vec::new();
    for address in addresses {
        let rest = Rest { address, host: address.to_string(), key: first.drawbridge.key.clone() };
        let client = Person { address, path: first.drawbridge.path.clone(), key: key.clone() };
        nodes.push(Node { rest, callers: Callers::start(&client, TOOL, BACK)? });
    }
    let mut seen = Vec::with_capacity(runs);
    for number in 0..runs {
        if stop.asked() {
            bail!("stopped");
        }
        let taken = Taken::ALL[number / 2 % Taken::ALL.len()];
        // Each node in turn is the one that people change rules through.
        let (left, right) = nodes.split_at_mut(1);
        let (here, there) = if number % 2 == 0 { (&mut left[0], &mut right[0]) } else { (&mut right[0], &mut left[0]) };
        let node = one(taken, &mut rule, here, there).with_context(|| format!("run {}: {taken}", number + 1))?;
        seen.push((taken, node));
    }
    Ok(seen)
}

/// Takes the tool away through one node, looks, and gives it back.
fn one(taken: Taken, rule: &mut Rule, here: &mut Node, there: &mut Node) -> Result<[Seen; 2]> {
    let mut streams = [here.callers.listen()?, there.callers.listen()?];
    let sent = Instant::now();
    rule.take(&here.rest, taken)?;
    let answered = Instant::now();
    std::thread::sleep(WATCHED);
    let mut seen = [Seen::default(); 2];
    for (place, node) in [&mut *here, &mut *there].into_iter().enumerate() {
        let grace = if place == 0 { Duration::ZERO } else { PROMISE };
        // The last of them must have been begun when a leak would have shown.
        let called = node.callers.until_begun(answered + PROMISE, BACK)?;
        seen[place] = looked_at(&called, sent, answered, grace).context("nothing was let through before")?;
        if taken.ends_streams() {
            seen[place].stream = Some(ended(&mut streams[place], answered)?);
        }
    }
    drop(streams);
    rule.give_back(&here.rest, taken)?;
    let given = Instant::now();
    for (place, node) in [here, there].into_iter().enumerate() {
        seen[place].back = node.callers.until_let_through(BACK)?.saturating_duration_since(given);
    }
    Ok(seen)
}

/// What calls say of a change; nothing if none was ever let through, which would make them look refused at once.
fn looked_at(called: &[Called], sent: Instant, answered: Instant, grace: Duration) -> Option<Seen> {
    let through = || called.iter().filter(|call| call.through).map(|call| call.begun);
    let last = through().max()?;
    Some(Seen {
        sent: last.saturating_duration_since(sent),
        answered: last.saturating_duration_since(answered),
        leaks: through().filter(|begun| *begun > answered + grace).count(),
        ..Seen::default()
    })
}

/// When an open stream was ended.
fn ended(stream: &mut Listening, answered: Instant) -> Result<Duration> {
    let deadline = Instant::now() + BACK;
    loop {
        if let Some(end) = stream.ended() {
            return Ok(end.saturating_duration_since(answered));
        }
        if Instant::now() > deadline {
            bail!("a stream is open {} s after its access ended", BACK.as_secs());
        }
        pause();
    }
}

fn section(runs: &Runs) -> Section {
    let note = format!(
        "One person calls one tool through both nodes without a pause longer than {} ms, by two clients each. {} times it \
         is taken from them, through either node in turn. From the answer to that change, and from the moment it was sent, \
         to the beginning of the last call that was let through, in ms; 0 when there was none after it. A call that was let \
         through leaks when it was begun after the answer on the node that was asked, or more than a second after it on the \
         other. Below: when an open stream of theirs ended, and when the first call was let through again.",
        clients::PAUSE.as_millis(),
        runs.len(),
    );
    let head = [
        "change",
        "node",
        "runs",
        "p50",
        "p99",
        "max",
        "from sending, p50",
        "from sending, p99",
        "from sending, max",
        "leaks",
    ];
    let mut section = Section::new("At once: rules taken away on two nodes", note, &head);
    for (place, node) in [(0, "asked"), (1, "other")] {
        for taken in Taken::ALL.into_iter().map(Some).chain([None]) {
            let of: Vec<Seen> = runs
                .iter()
                .filter(|(one, _)| taken.is_none_or(|taken| *one == taken))
                .map(|(_, nodes)| nodes[place])
                .collect();
            let (answered, sent) = (Times::of(of.iter().map(|n| n.answered)), Times::of(of.iter().map(|n| n.sent)));
            let leaks: usize = of.iter().map(|node| node.leaks).sum();
            let what = taken.map_or_else(|| "all".to_owned(), |taken| taken.to_string());
            let cells = [what, node.to_owned(), of.len().to_string()];
            section.row(cells.into_iter().chain(answered.cells()).chain(sent.cells()).chain([leaks.to_string()]));
        }
        let nodes = || runs.iter().map(|(_, nodes)| nodes[place]);
        let none = || ["–".to_owned(), "–".to_owned(), "–".to_owned(), "–".to_owned()];
        for (what, times) in [
            ("open stream ended", Times::of(nodes().filter_map(|node| node.stream))),
            ("given back", Times::of(nodes().map(|node| node.back))),
        ] {
            let cells = [what.to_owned(), node.to_owned(), times.count().to_string()];
            section.row(cells.into_iter().chain(times.cells()).chain(none()));
        }
    }
    section
}

fn budgets(runs: &Runs) -> Vec<Budget> {
    // Of each run the node that was later.
    let later = |pick: fn(&Seen) -> Option<Duration>| {
        Times::of(runs.iter().filter_map(|(_, nodes)| nodes.iter().filter_map(pick).max())).late()
    };
    let leaks: usize = runs.iter().flat_map(|(_, nodes)| nodes).map(|node| node.leaks).sum();
    vec![
        Budget::less("calls that leak", Some(leaks as f64), 0.0, 0.0),
        Budget::less("a removed rule refused on every node, p99, ms", later(|node| Some(node.sent)), 1_000.0, 250.0),
        Budget::less("open streams cut on every node, p99, ms", later(|node| node.stream), 2_000.0, 1_000.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leak_is_what_was_begun_too_late() {
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        let call = |ms, through| Called { begun: at(ms), through };
        let called = [call(5, true), call(30, true), call(20, true), call(40, false), call(900, false)];
        let (sent, answered) = (at(10), at(25));
        let asked = looked_at(&called, sent, answered, Duration::ZERO).expect("calls");
        assert_eq!((asked.sent, asked.answered, asked.leaks), (Duration::from_millis(20), Duration::from_millis(5), 1));
        let other = looked_at(&called, sent, answered, PROMISE).expect("calls");
        assert_eq!((other.answered, other.leaks), (Duration::from_millis(5), 0));
        let late = looked_at(&[call(1_026, true)], sent, answered, PROMISE).expect("calls");
        assert_eq!(late.leaks, 1);
        let none = looked_at(&[call(5, true), call(40, false)], sent, answered, Duration::ZERO).expect("calls");
        assert_eq!((none.sent, none.answered, none.leaks), (Duration::ZERO, Duration::ZERO, 0));
        assert_eq!(looked_at(&[call(40, false)], sent, answered, PROMISE), None);
    }

    #[test]
    fn every_row_has_a_cell_for_each_column() {
        let runs = vec![(Taken::Deleted, [Seen { stream: Some(PROMISE), ..Seen::default() }, Seen::default()])];
        let section = section(&runs);
        assert!(section.rows.iter().all(|row| row.len() == section.head.len()));
        assert_eq!(section.rows.len(), 2 * (Taken::ALL.len() + 3));
        assert_eq!(budgets(&runs)[2].measured, Some(1_000.0));
    }
}
