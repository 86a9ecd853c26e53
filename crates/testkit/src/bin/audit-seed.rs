//! Fills the audit log of a data directory or a PostgreSQL database with calls, for measurements of what a long log costs.
//!
//! The people and servers are those that are there, so it must have been used before (`drawbridge serve --demo` is enough)
//! and must not be in use now. More of both are made on demand. Chain, rows and hourly counts are written by the ledger
//! itself.

use std::{io::Write as _, net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, TimeDelta, Utc};
use clap::Parser;
use domain::{
    Actor, ActorKind, AuditAction, CorrelationId, Decision, Outcome, PageQuery, Random as _, ResourceKind, Role,
    Server, ServerId, Subject, User, UserFilter, UserId, UserStatus,
};
use ledger::{Event, Ledger, Payload};
use store::Db;
use testkit::env::MockEnv;

#[derive(Parser)]
#[command(name = "audit-seed", about = "Fills the audit log of a data directory with calls")]
struct Arguments {
    /// Data directory of a Drawbridge that is not running.
    #[arg(long, required_unless_present = "database_url")]
    data_dir: Option<PathBuf>,
    /// PostgreSQL database of one instead.
    #[arg(long, value_name = "URL", conflicts_with = "data_dir")]
    database_url: Option<String>,
    /// Events to add.
    #[arg(long, default_value_t = 1_000_000)]
    events: usize,
    /// Days over which they are spread, up to now.
    #[arg(long, default_value_t = 90)]
    days: i64,
    /// Make people until there are so many.
    #[arg(long, default_value_t = 0)]
    people: usize,
    /// Make servers, like one that is there, until there are so many.
    #[arg(long, default_value_t = 0)]
    servers: usize,
    /// Tools that are called besides the usual ones, each time with other arguments. People then have habits: nine of ten
    /// of their calls are of ten tools of a few servers.
    #[arg(long, default_value_t = 0)]
    tools: u64,
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
    let Arguments { data_dir, database_url, events, days, people, servers, tools } = Arguments::parse();
    #[expect(clippy::disallowed_methods, reason = "a program of its own, which makes its environment itself")]
    let now = Utc::now();
    // Other ids each time, so that a directory can be filled further.
    let env = Arc::new(MockEnv::at(now.timestamp_micros().unsigned_abs(), now));
    let db = open(data_dir, database_url).await?;
    let node =
        Ledger::nodes(&db).await?.pop().context("nobody has written to this audit log: start Drawbridge once")?;
    let ledger = Ledger::open(db.clone(), node, env.clone()).await?;

    let mut calls = Calls::of(&db, env.clone(), tools).await?;
    calls.grow(&db, people, servers).await?;
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

async fn open(data_dir: Option<PathBuf>, database_url: Option<String>) -> Result<Db> {
    if let Some(url) = database_url {
        return Ok(Db::open_postgres(&url).await?);
    }
    let data_dir = data_dir.context("one of both is required")?;
    let path = data_dir.join("drawbridge.db");
    if !path.exists() {
        bail!("{} is no data directory: start Drawbridge on it once, with --demo", data_dir.display());
    }
    Ok(Db::open_sqlite(&path).await?)
}

/// Makes calls of the people and servers that there are.
struct Calls {
    env: Arc<MockEnv>,
    people: Vec<User>,
    servers: Vec<Server>,
    more_tools: u64,
}

impl Calls {
    async fn of(db: &Db, env: Arc<MockEnv>, more_tools: u64) -> Result<Self> {
        let mut tx = db.read().await?;
        let (mut people, mut page) = (Vec::new(), PageQuery { cursor: None, limit: Some(200) });
        loop {
            let found = store::users::list(&mut tx, &UserFilter::default(), &page).await?;
            people.extend(found.data);
            page.cursor = found.next_cursor;
            if page.cursor.is_none() {
                break;
            }
        }
        let servers = store::servers::all(&mut tx).await?;
        if people.is_empty() || servers.is_empty() {
            bail!("without people and servers there are no calls: start Drawbridge on the directory with --demo");
        }
        Ok(Self { env, people, servers, more_tools })
    }

    /// Makes people and servers until there are so many.
    async fn grow(&mut self, db: &Db, people: usize, servers: usize) -> Result<()> {
        let mut tx = db.begin().await?;
        for number in self.people.len()..people {
            let user = User {
                id: UserId::generate(&*self.env),
                email: format!("caller{number}@example.com").parse().context("an address")?,
                name: format!("Caller {number}"),
                role: Role::User,
                status: UserStatus::Active,
                ..self.people[0].clone()
            };
            store::users::insert(&mut tx, &user).await?;
            self.people.push(user);
        }
        for number in self.servers.len()..servers {
            let server = Server {
                id: ServerId::generate(&*self.env),
                slug: format!("server-{number}").parse().context("a slug")?,
                name: format!("Server {number}"),
                url: format!("https://server-{number}.example.com/mcp"),
                ..self.servers[0].clone()
            };
            store::servers::insert(&mut tx, &server).await?;
            self.servers.push(server);
        }
        Ok(tx.commit().await?)
    }

    /// One call: somebody unknown, a denial, or an admission and an outcome.
    fn add(&self, events: &mut Vec<(DateTime<Utc>, Event)>, at: DateTime<Utc>) {
        let fate = self.below(1000);
        if fate < UNKNOWN {
            return events.push((at, self.unknown()));
        }
        let address = self.address();
        let correlation = CorrelationId::generate(&*self.env);
        let who = self.place(self.people.len());
        let person = &self.people[who];
        let habit = (self.more_tools > 0 && self.below(10) > 0).then(|| who * 31 + self.place(10));
        let server = habit.map_or_else(|| self.place(self.servers.len()), |habit| habit / 3 % self.servers.len());
        let server = &self.servers[server];
        let (tool, args, result) = self.call(habit);
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
                .tool(tool.clone())
                .client(client, Some(version.to_owned()))
                .ip(Some(address))
        };
        if fate < UNKNOWN + DENIED {
            let denied = event(AuditAction::AccessDenied, Outcome::Denied)
                .decision(Decision::Deny, Vec::new())
                .args(Payload::new(args.clone()))
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

    /// Tool, arguments and result of a call.
    fn call(&self, habit: Option<usize>) -> (String, String, &'static str) {
        let usual = TOOLS.len() as u64;
        let all = usual + self.more_tools;
        let which = habit.map_or_else(|| self.below(all), |habit| habit as u64 * 7 % all);
        if let Some(more) = which.checked_sub(usual) {
            let (table, limit) = (self.below(100), self.below(100_000));
            let args = format!(r#"{{"table":"table_{table}","columns":["id","name","changed_at"],"limit":{limit}}}"#);
            return (format!("query_{more}"), args, r#"{"content":[{"type":"text","text":"no rows"}]}"#);
        }
        let (tool, args, result) = TOOLS[usize::try_from(which).unwrap_or_default()];
        (tool.to_owned(), args.to_owned(), result)
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
        &of[self.place(of.len())]
    }

    fn place(&self, limit: usize) -> usize {
        usize::try_from(self.below(limit as u64)).unwrap_or_default()
    }

    fn below(&self, limit: u64) -> u64 {
        let mut word = [0; 8];
        self.env.fill(&mut word);
        u64::from_le_bytes(word) % limit
    }
}
