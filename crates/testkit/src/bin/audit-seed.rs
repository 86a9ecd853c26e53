//! Fills the audit log of a data directory with calls, for measurements of what a long log costs.
//!
//! The people and servers are those that the directory has, so it must have been used before (`drawbridge serve --demo`
//! is enough) and must not be in use now. Chain, rows and hourly counts are written by the ledger itself.

use std::{io::Write as _, net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, TimeDelta, Utc};
use clap::Parser;
use domain::{
    Actor, ActorKind, AuditAction, CorrelationId, Decision, Outcome, PageQuery, Random as _, ResourceKind, Server,
    Subject, User, UserFilter,
};
use ledger::{Event, Ledger, Payload};
use store::Db;
use testkit::env::MockEnv;

#[derive(Parser)]
#[command(name = "audit-seed", about = "Fills the audit log of a data directory with calls")]
struct Arguments {
    /// Data directory of a Drawbridge that is not running.
    #[arg(long)]
    data_dir: PathBuf,
    /// Events to add.
    #[arg(long, default_value_t = 1_000_000)]
    events: usize,
    /// Days over which they are spread, up to now.
    #[arg(long, default_value_t = 90)]
    days: i64,
}

/// Events of one transaction.
const BATCH: usize = 20_000;
/// Of a thousand calls, those whose key is not known, those that the policy denies, and those that fail.
const UNKNOWN: u64 = 2;
const DENIED: u64 = 40;
const FAILED: u64 = 50;

/// Tools with arguments and results.
const TOOLS: &[(&str, &str, &str)] = &[
    ("search_issues", r#"{"query":"csv","limit":10}"#, r#"{"content":[{"type":"text","text":"nothing found"}]}"#),
    ("create_issue", r#"{"title":"Exports lose umlauts"}"#, r#"{"content":[{"type":"text","text":"opened"}]}"#),
    ("read_file", r#"{"path":"README.md"}"#, r##"{"content":[{"type":"text","text":"# Payments\n"}]}"##),
    ("write_file", r#"{"path":"notes.txt","content":"-"}"#, r#"{"content":[{"type":"text","text":"1 byte"}]}"#),
    ("get_weather", r#"{"city":"Gothenburg"}"#, r#"{"content":[{"type":"text","text":"windy, 9 degrees"}]}"#),
    ("delete_file", r#"{"path":"notes.txt"}"#, r#"{"content":[{"type":"text","text":"deleted"}]}"#),
];
const CLIENTS: &[(&str, &str)] =
    &[("claude-code", "2.1.37"), ("cursor-vscode", "1.0.0"), ("Visual Studio Code", "1.112.0")];

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { data_dir, events, days } = Arguments::parse();
    let path = data_dir.join("drawbridge.db");
    if !path.exists() {
        bail!("{} is no data directory: start Drawbridge on it once, with --demo", data_dir.display());
    }
    #[expect(clippy::disallowed_methods, reason = "a program of its own, which makes its environment itself")]
    let now = Utc::now();
    // Other ids each time, so that a directory can be filled further.
    let env = Arc::new(MockEnv::at(now.timestamp_micros().unsigned_abs(), now));
    let db = Db::open_sqlite(&path).await?;
    let node =
        Ledger::nodes(&db).await?.pop().context("nobody has written to this audit log: start Drawbridge once")?;
    let ledger = Ledger::open(db.clone(), node, env.clone()).await?;

    let calls = Calls::of(&db, env.clone()).await?;
    let begin = now - TimeDelta::days(days);
    let step = TimeDelta::days(days) / i32::try_from(events.max(1)).context("so many events are not needed")?;
    let (mut at, mut added) = (begin, 0);
    while added + 1 < events {
        env.set(at);
        let mut batch = Vec::with_capacity(BATCH + 1);
        while batch.len() < BATCH.min(events - 1 - added) {
            let before = batch.len();
            calls.add(&mut batch, at);
            at += step * i32::try_from(batch.len() - before)?;
        }
        // The last call may have one event too many; an admission alone would be an open call.
        added += batch.len();
        let mut tx = db.begin().await?;
        ledger.backfill(&mut tx, batch).await?;
        tx.commit().await?;
    }

    // An event that goes the usual way notes that everything before it is settled; without it, the next start would
    // look through all of it for calls that a crash left open.
    env.set(now);
    ledger.write(calls.unknown()).await?;
    ledger.shutdown().await;
    db.close().await;
    writeln!(std::io::stdout(), "added {} events", added + 1).context("cannot say on standard output that it is done")
}

/// Makes calls of the people and servers that there are.
struct Calls {
    env: Arc<MockEnv>,
    people: Vec<User>,
    servers: Vec<Server>,
}

impl Calls {
    async fn of(db: &Db, env: Arc<MockEnv>) -> Result<Self> {
        let mut tx = db.read().await?;
        let all = PageQuery { cursor: None, limit: Some(200) };
        let people = store::users::list(&mut tx, &UserFilter::default(), &all).await?.data;
        let servers = store::servers::all(&mut tx).await?;
        if people.is_empty() || servers.is_empty() {
            bail!("without people and servers there are no calls: start Drawbridge on the directory with --demo");
        }
        Ok(Self { env, people, servers })
    }

    /// One call: somebody unknown, a denial, or an admission and an outcome.
    fn add(&self, events: &mut Vec<(DateTime<Utc>, Event)>, at: DateTime<Utc>) {
        let fate = self.below(1000);
        if fate < UNKNOWN {
            return events.push((at, self.unknown()));
        }
        let address = self.address();
        let correlation = CorrelationId::generate(&*self.env);
        let person = self.pick(&self.people);
        let server = self.pick(&self.servers);
        let (tool, args, result) = *self.pick(TOOLS);
        let (client, version) = *self.pick(CLIENTS);
        let actor = Actor { kind: ActorKind::User, id: Some(person.id), name: person.name.clone() };
        let event = |action, outcome| {
            Event::new(action, outcome, actor.clone(), correlation)
                .resource(Subject {
                    kind: ResourceKind::Server,
                    id: Some(server.id.to_string()),
                    name: Some(server.name.clone()),
                })
                .server(server.id, server.slug.to_string())
                .tool(tool)
                .client(client, Some(version.to_owned()))
                .ip(Some(address))
        };
        if fate < UNKNOWN + DENIED {
            let denied = event(AuditAction::AccessDenied, Outcome::Denied)
                .decision(Decision::Deny, Vec::new())
                .args(Payload::new(args))
                .reason("no rule allows this");
            return events.push((at, denied));
        }
        let admitted = event(AuditAction::ToolCallAdmitted, Outcome::Admitted)
            .decision(Decision::Allow, Vec::new())
            .args(Payload::new(args));
        let latency = Duration::from_micros(20_000 + self.below(400_000));
        let done = if fate < UNKNOWN + DENIED + FAILED {
            event(AuditAction::ToolCallFailure, Outcome::Failure).error("the server answered with 502")
        } else {
            event(AuditAction::ToolCallSuccess, Outcome::Success).result(Payload::new(result))
        };
        events.push((at, admitted));
        events.push((at + latency, done.decision(Decision::Allow, Vec::new()).latency(latency)));
    }

    /// A call with a key that nobody has.
    fn unknown(&self) -> Event {
        let nobody = Actor { kind: ActorKind::Anonymous, id: None, name: "anonymous".to_owned() };
        let correlation = CorrelationId::generate(&*self.env);
        Event::new(AuditAction::AuthFailed, Outcome::Denied, nobody, correlation)
            .ip(Some(self.address()))
            .reason("no such key")
    }

    fn address(&self) -> IpAddr {
        IpAddr::from([10, 20, 0, u8::try_from(self.below(200)).unwrap_or_default()])
    }

    fn pick<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.below(of.len() as u64)).unwrap_or_default()]
    }

    fn below(&self, limit: u64) -> u64 {
        let mut word = [0; 8];
        self.env.fill(&mut word);
        u64::from_le_bytes(word) % limit
    }
}
