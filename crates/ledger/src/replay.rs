//! Recorded calls, for trying rules on them.

use chrono::{DateTime, Utc};
use domain::{AuditAction, AuditId, ServerId, UserId};
use serde::Deserialize;
use store::{Error, Parsed, Result, Sql, Tx, list as select};

/// Calls of one portion. Each may have 64 kB of arguments, which JSON may make twice as long, the database holds them once
/// more while it writes, and two portions are in memory at a time.
pub const PORTION: u32 = 500;

/// What is replayed: admitted calls, and those that were denied.
pub const ACTIONS: [AuditAction; 4] = [
    AuditAction::ToolCallAdmitted,
    AuditAction::ResourceReadAdmitted,
    AuditAction::PromptGetAdmitted,
    AuditAction::AccessDenied,
];

/// Calls of one person for one thing of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// An admission or a denial.
    pub action: AuditAction,
    /// Who.
    pub person: UserId,
    /// Which server.
    pub server: ServerId,
    /// The tool, prompt or resource.
    pub name: String,
    /// How many.
    pub calls: u64,
    /// When the last of them was.
    pub last: DateTime<Utc>,
}

/// What was asked of a server: the admission of a call, or its denial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The entry.
    pub id: AuditId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub person: UserId,
    /// Which server.
    pub server: ServerId,
    /// The tool, prompt or resource.
    pub name: String,
    /// What the AI client called itself.
    pub client_name: Option<String>,
    /// Its version.
    pub client_version: Option<String>,
    /// Its address.
    pub ip: Option<String>,
    /// The arguments, as far as they were kept.
    pub args: Option<String>,
    /// Not all of the arguments were kept.
    pub cut: bool,
}

/// Some of what was asked, newest first, as the database wrote it.
#[derive(Debug)]
pub struct Portion {
    /// A line of JSON for each.
    lines: String,
    /// Before what the next portion begins; nothing when this is the last one.
    pub next: Option<(DateTime<Utc>, AuditId)>,
}

impl Portion {
    /// Reads it, which is work for the processor.
    pub fn calls(&self) -> impl Iterator<Item = Result<Asked>> {
        self.lines.lines().map(call)
    }
}

/// Which calls are read.
#[derive(Debug, Clone)]
pub struct Range {
    /// At this time or later.
    pub since: DateTime<Utc>,
    /// Before this time; also the newest when absent.
    pub until: Option<DateTime<Utc>>,
    /// Of these servers; of all when absent.
    pub servers: Option<Vec<ServerId>>,
}

/// What was asked, counted by the database: for rules that say the same of all calls of a person for a thing.
pub async fn alike(tx: &mut Tx, range: &Range) -> Result<Vec<Alike>> {
    type Row = (Parsed<AuditAction>, Parsed<UserId>, Parsed<ServerId>, String, i64, DateTime<Utc>);
    let mut q = select(
        "SELECT action, actor_id, server_id, tool, COUNT(*) AS calls, MAX(at) AS last
         FROM audit WHERE actor_id IS NOT NULL AND server_id IS NOT NULL AND tool IS NOT NULL",
    );
    q.and_in(" AND action IN ", ACTIONS);
    q.and(" AND at >= ?", range.since);
    if let Some(until) = range.until {
        q.and(" AND at < ?", until);
    }
    if let Some(servers) = &range.servers {
        q.and_in(" AND server_id IN ", servers.iter().copied());
    }
    q.push_plain(" GROUP BY action, actor_id, server_id, tool");
    let rows: Vec<Row> = q.fetch_all(tx).await?;
    let alike = |(action, person, server, name, calls, last): Row| Alike {
        action: action.0,
        person: person.0,
        server: server.0,
        name,
        calls: u64::try_from(calls).unwrap_or_default(),
        last,
    };
    Ok(rows.into_iter().map(alike).collect())
}

/// What was asked, call by call, newest first: one portion of those entries of an action that come before `before`.
///
/// The database writes a portion as one text: handing over a million rows one by one takes longer than finding them. Both
/// engines write the lines in the order of the inner query, which its LIMIT makes them sort first.
pub async fn asked(
    tx: &mut Tx,
    action: AuditAction,
    range: &Range,
    before: Option<(DateTime<Utc>, AuditId)>,
) -> Result<Portion> {
    let mut q = select(Sql {
        sqlite: "SELECT COUNT(*), group_concat(json_array(
             id, at, actor_id, server_id, tool, client_name, client_version, ip, args, args_len), char(10))
         FROM (SELECT id, at, actor_id, server_id, tool, client_name, client_version, ip, args, args_len
         FROM audit WHERE actor_id IS NOT NULL AND server_id IS NOT NULL AND tool IS NOT NULL",
        postgres: "SELECT COUNT(*), string_agg(json_build_array(
             id, at, actor_id, server_id, tool, client_name, client_version, ip, args, args_len)::text, chr(10))
         FROM (SELECT id, at, actor_id, server_id, tool, client_name, client_version, ip, args, args_len
         FROM audit WHERE actor_id IS NOT NULL AND server_id IS NOT NULL AND tool IS NOT NULL",
    });
    q.and(" AND action = ?", action);
    q.and(" AND at >= ?", range.since);
    if let Some(until) = range.until {
        q.and(" AND at < ?", until);
    }
    if let Some(servers) = &range.servers {
        q.and_in(" AND server_id IN ", servers.iter().copied());
    }
    if let Some((at, id)) = before {
        q.and_all(" AND (at, id) < (?, ?)", [at.into(), id.into()]);
    }
    q.push(" ORDER BY at DESC, id DESC LIMIT ?) AS portion", i64::from(PORTION));
    let (count, lines): (i64, Option<String>) = q.fetch_one(tx).await?;
    let lines = lines.unwrap_or_default();
    let last = lines.lines().next_back().filter(|_| count == i64::from(PORTION));
    let next = last.map(call).transpose()?.map(|last| (last.at, last.id));
    Ok(Portion { lines, next })
}

fn call(line: &str) -> Result<Asked> {
    #[derive(Deserialize)]
    struct Line(
        AuditId,
        DateTime<Utc>,
        UserId,
        ServerId,
        String,
        Option<String>,
        Option<String>,
        Option<String>,
        Option<String>,
        Option<u64>,
    );
    let line = serde_json::from_str(line).map_err(|e| Error::Decode(Box::new(e)))?;
    let Line(id, at, person, server, name, client_name, client_version, ip, args, whole) = line;
    let kept = args.as_ref().map_or(0, String::len);
    let cut = whole.is_some_and(|whole| whole != kept as u64);
    Ok(Asked { id, at, person, server, name, client_name, client_version, ip, args, cut })
}

/// The entry of a call of this moment, if it is still there.
pub async fn entry(
    tx: &mut Tx,
    at: DateTime<Utc>,
    person: UserId,
    server: ServerId,
    name: &str,
) -> Result<Option<AuditId>> {
    let mut q = select("SELECT id FROM audit WHERE actor_id = $1 AND at = $2 AND server_id = $3 AND tool = $4")
        .bind(person)
        .bind(at)
        .bind(server)
        .bind(name);
    q.and_in(" AND action IN ", ACTIONS);
    q.push_plain(" ORDER BY id DESC LIMIT 1");
    let rows: Vec<(Parsed<AuditId>,)> = q.fetch_all(tx).await?;
    Ok(rows.first().map(|(id,)| id.0))
}
