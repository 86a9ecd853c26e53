//! The last access that somebody has to a server: what a change of rules must not take unnoticed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use chrono::{DateTime, Utc};
use directory::{Person, ServerEntry, Snapshot};
use domain::{Capability, Decision, PinKind, ServerId, UserId, UserStatus};
use policy::{Known, Query, RuleSet, Target};

use crate::definitions::listed;

/// People that are named.
const NAMED: usize = 5;

/// What a change takes the last of.
pub(crate) struct Last<'a> {
    /// Everybody and everything.
    pub(crate) snapshot: &'a Snapshot,
    /// The rules of today.
    pub(crate) today: &'a RuleSet,
    /// The rules after the change.
    pub(crate) with: &'a RuleSet,
    /// When it is asked.
    pub(crate) now: DateTime<Utc>,
    /// What is not found by then is not said.
    pub(crate) deadline: Instant,
}

/// What rules are asked about a definition; nothing for what is no part that is called.
pub(crate) const fn target_of(kind: PinKind, name: &str) -> Option<Target<'_>> {
    Some(match kind {
        PinKind::Tool => Target::Tool(name),
        PinKind::Prompt => Target::Prompt(name),
        PinKind::Resource => Target::Resource(name),
        PinKind::Template => Target::Template(name),
        PinKind::Instructions => return None,
    })
}

/// What somebody has of a server.
struct Reach {
    /// It is there for them.
    server: bool,
    /// Something of what it offers is.
    part: bool,
}

impl Last<'_> {
    /// Warnings, in words: who may change rules and would lose the last access to a server, whoever makes the change, and
    /// which servers nobody could use any more. `losing` is who loses anything of which active servers.
    pub(crate) fn warnings(&self, losing: impl IntoIterator<Item = (UserId, ServerId)>) -> Vec<String> {
        let (mut losers, mut servers) = (BTreeMap::<(&str, UserId), Vec<&str>>::new(), BTreeSet::new());
        for (person, server) in losing {
            servers.insert(server);
            let (Some(person), Some(server)) = (self.snapshot.people.get(person), self.snapshot.servers.get(server))
            else {
                continue;
            };
            if person.role.can(Capability::ManagePolicies) && !self.is_late() && self.loses_all(person, server) {
                losers.entry((person.name.as_str(), person.id)).or_default().push(&server.name);
            }
        }
        let mut warnings: Vec<String> = losers
            .iter_mut()
            .take(NAMED)
            .map(|((person, _), servers)| {
                servers.sort_unstable();
                format!(
                    "{person} may change rules, and would lose the last access to {}. If that is not meant, keep or make \
                     another rule that allows it.",
                    listed(servers)
                )
            })
            .collect();
        if let Some(more) = losers.len().checked_sub(NAMED).filter(|more| *more > 0) {
            warnings.push(format!("The same goes for {more} more who may change rules."));
        }
        let servers = servers.into_iter().filter_map(|server| self.snapshot.servers.get(server));
        let mut lonely: Vec<&str> =
            servers.filter(|server| self.is_left_alone(server)).map(|server| server.name.as_str()).collect();
        if !lonely.is_empty() {
            lonely.sort_unstable();
            warnings.push(format!(
                "Nobody could use {} any more. Leave somebody a rule that allows it, or switch off what nobody needs.",
                listed(&lonely)
            ));
        }
        warnings
    }

    fn loses_all(&self, person: &Person, server: &ServerEntry) -> bool {
        let before = self.reach(self.today, person, server);
        let after = self.reach(self.with, person, server);
        (before.server && !after.server) || (before.part && !after.part)
    }

    /// Nobody who is active may know of the server after the change.
    fn is_left_alone(&self, server: &ServerEntry) -> bool {
        let active = self.snapshot.people.iter().filter(|person| person.status == UserStatus::Active);
        for person in active {
            // Who has not been looked at may have it.
            if self.is_late() || self.allows(self.with, person, server, Target::Server) {
                return false;
            }
        }
        true
    }

    fn reach(&self, rules: &RuleSet, person: &Person, server: &ServerEntry) -> Reach {
        let usable = server.pins.iter().filter(|(_, _, pin)| pin.state.usable());
        let mut parts = usable.filter_map(|(kind, name, _)| target_of(kind, name));
        Reach {
            server: self.allows(rules, person, server, Target::Server),
            part: parts.any(|part| self.allows(rules, person, server, part)),
        }
    }

    fn allows(&self, rules: &RuleSet, person: &Person, server: &ServerEntry, target: Target<'_>) -> bool {
        let query = Query { subject: person.subject(), server: server.id, target, now: self.now, known: Known::Person };
        rules.foresee(&query) == Decision::Allow
    }

    fn is_late(&self) -> bool {
        Instant::now() > self.deadline
    }
}
