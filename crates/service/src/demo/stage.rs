//! What the demonstration has so far, and the past in which it happened.

use std::net::{IpAddr, Ipv4Addr};

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use domain::{Actor, AuditAction, Clock, CorrelationId, Env, Group, Outcome, Random, Rule, Server, TestReport, User};
use ledger::Event;

use super::people::Who;
use super::servers::Which;
use crate::sessions::actor;
use crate::{Error, Result, Services};

/// What is written so far.
pub(super) struct Stage<'a> {
    pub(super) services: &'a Services,
    pub(super) now: DateTime<Utc>,
    /// What the server behind all servers offers.
    pub(super) report: TestReport,
    upstream: url::Url,
    midnight: DateTime<Utc>,
    /// In the order of [`Who`].
    pub(super) people: Vec<User>,
    pub(super) groups: Vec<(Group, Vec<Who>)>,
    /// In the order of [`Which`].
    pub(super) servers: Vec<Server>,
    pub(super) rules: Vec<Rule>,
    pub(super) events: Vec<(DateTime<Utc>, Event)>,
    pub(super) dice: Dice,
}

impl<'a> Stage<'a> {
    pub(super) fn new(services: &'a Services, now: DateTime<Utc>, report: TestReport, upstream: &str) -> Result<Self> {
        let midnight = now.duration_trunc(TimeDelta::days(1)).map_err(|e| Error::broken("the current time", e))?;
        let upstream = url::Url::parse(upstream).map_err(|e| Error::broken("the address of the MCP server", e))?;
        let dice = Dice::new(services.env());
        Ok(Self {
            services,
            now,
            report,
            upstream,
            midnight,
            people: Vec::new(),
            groups: Vec::new(),
            servers: Vec::new(),
            rules: Vec::new(),
            events: Vec::new(),
            dice,
        })
    }

    /// A time of a day so many days ago; never in the future.
    pub(super) fn day(&self, days: i64, hour: i64, minute: i64) -> DateTime<Utc> {
        let at = self.midnight - TimeDelta::days(days) + TimeDelta::minutes(hour * 60 + minute);
        at.min(self.now)
    }

    /// So many minutes ago.
    pub(super) fn ago(&self, minutes: i64) -> DateTime<Utc> {
        self.now - TimeDelta::minutes(minutes)
    }

    /// Clock and randomness as of a moment, for ids that sort by it.
    pub(super) fn at(&self, at: DateTime<Utc>) -> Past<'a> {
        Past { env: self.services.env(), at }
    }

    pub(super) fn person(&self, who: Who) -> &User {
        &self.people[who as usize]
    }

    pub(super) fn server(&self, which: Which) -> &Server {
        &self.servers[which as usize]
    }

    /// The address of one of the servers. All are the same server; the query tells them apart, as real ones would be.
    pub(super) fn url(&self, name: &str) -> String {
        let mut url = self.upstream.clone();
        url.query_pairs_mut().append_pair("server", name);
        url.into()
    }

    /// Those of these tools that the server behind all servers has; its first one when it has none of them.
    pub(super) fn offered(&self, tools: &[&str]) -> Vec<String> {
        let names = || self.report.tools.iter().map(|tool| tool.name.clone());
        let some: Vec<String> = names().filter(|name| tools.contains(&name.as_str())).collect();
        if some.is_empty() { names().take(1).collect() } else { some }
    }

    /// Something that a person did in the console.
    pub(super) fn event(&self, at: DateTime<Utc>, who: Who, action: AuditAction) -> Event {
        let event = self.event_of(at, actor(self.person(who)), action, Outcome::Success);
        event.ip(Some(address(who)))
    }

    /// Something that somebody did.
    pub(super) fn event_of(&self, at: DateTime<Utc>, actor: Actor, action: AuditAction, outcome: Outcome) -> Event {
        Event::new(action, outcome, actor, CorrelationId::generate(&self.at(at)))
    }

    /// Puts an event into the log.
    pub(super) fn record(&mut self, at: DateTime<Utc>, event: Event) {
        self.events.push((at, event));
    }

    /// The log, oldest first.
    pub(super) fn into_events(mut self) -> Vec<(DateTime<Utc>, Event)> {
        self.events.sort_by_key(|(at, _)| *at);
        self.events
    }
}

/// The address from which a person works.
pub(super) const fn address(who: Who) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 20, 3, 11 + who as u8))
}

/// Clock and randomness as of a moment.
pub(super) struct Past<'a> {
    env: &'a dyn Env,
    at: DateTime<Utc>,
}

impl Clock for Past<'_> {
    fn now(&self) -> DateTime<Utc> {
        self.at
    }
}

impl Random for Past<'_> {
    fn fill(&self, buffer: &mut [u8]) {
        self.env.fill(buffer);
    }
}

/// Plausible variety. Not for secrets.
pub(super) struct Dice(u64);

impl Dice {
    fn new(random: &dyn Env) -> Self {
        let mut seed = [0_u8; 8];
        random.fill(&mut seed);
        Self(u64::from_le_bytes(seed))
    }

    /// A number from 0 to below `end`, which is not 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        // Xorshift64*, whose state must not be 0; the bias of the remainder does not matter here.
        let mut x = self.0.max(1);
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        self.0 = x;
        (x.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % end.max(1)
    }

    /// A number between two, both included.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        least + i64::try_from(self.below((most - least).unsigned_abs() + 1)).unwrap_or_default()
    }

    /// True in so many of a hundred cases.
    pub(super) fn percent(&mut self, cases: u64) -> bool {
        self.below(100) < cases
    }

    /// One of several.
    pub(super) fn pick<'t, T>(&mut self, among: &'t [T]) -> Option<&'t T> {
        let index = self.below(among.len() as u64);
        among.get(usize::try_from(index).unwrap_or_default())
    }
}
