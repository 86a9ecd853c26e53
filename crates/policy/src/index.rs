//! The index: from server, tool name and principal to the few rules that could decide.

use std::collections::HashMap;
use std::sync::Arc;

use domain::{Effect, GroupId, ToolScope, UserId};

use crate::check::Who;
use crate::compiled::Compiled;
use crate::glob::{is_pattern, matches};
use crate::query::{Groups, Target};

type Rules = Vec<Arc<Compiled>>;

/// Rules by whom they are about.
#[derive(Debug, Default)]
struct Holders {
    everyone: Rules,
    users: HashMap<UserId, Rules>,
    groups: HashMap<GroupId, Rules>,
}

impl Holders {
    fn add(&mut self, rule: &Arc<Compiled>) {
        let rules = match rule.who {
            Who::Everyone => &mut self.everyone,
            Who::User(user) => self.users.entry(user).or_default(),
            Who::Group(group) => self.groups.entry(group).or_default(),
        };
        // A list may name one tool twice.
        if rules.last().is_none_or(|last| last.id != rule.id) {
            rules.push(Arc::clone(rule));
        }
    }

    fn collect<'i>(&'i self, user: UserId, groups: &[GroupId], out: &mut Vec<&'i Compiled>) {
        out.extend(self.everyone.iter().map(|rule| &**rule));
        if let Some(rules) = self.users.get(&user) {
            out.extend(rules.iter().map(|rule| &**rule));
        }
        if !self.groups.is_empty() {
            for rules in groups.iter().filter_map(|group| self.groups.get(group)) {
                out.extend(rules.iter().map(|rule| &**rule));
            }
        }
    }
}

/// The rules of one server, or the global ones.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Every rule, ascending by id: to see whether an index can be kept.
    rules: Rules,
    /// Rules for the entire server.
    whole: Holders,
    /// Allow rules with a list: they open the server itself.
    listed: Holders,
    /// Rules with a list, by each literal name.
    names: HashMap<Box<str>, Holders>,
    /// Rules with a list, by each name with `*`.
    patterns: Vec<(Box<str>, Holders)>,
    /// The groups that rules are about, ascending.
    groups: Vec<GroupId>,
}

impl Index {
    /// Indexes rules; they need not be sorted.
    pub(crate) fn new(mut rules: Rules) -> Self {
        rules.sort_unstable_by_key(|rule| rule.id);
        let mut index = Self::default();
        let mut patterns: HashMap<&str, Holders> = HashMap::new();
        for rule in &rules {
            if let Who::Group(group) = rule.who {
                index.groups.push(group);
            }
            let ToolScope::Some(names) = &rule.tools else {
                index.whole.add(rule);
                continue;
            };
            if rule.effect == Effect::Allow {
                index.listed.add(rule);
            }
            for name in names {
                if is_pattern(name) {
                    patterns.entry(name).or_default().add(rule);
                } else if let Some(holders) = index.names.get_mut(name.as_str()) {
                    holders.add(rule);
                } else {
                    index.names.entry(name.as_str().into()).or_default().add(rule);
                }
            }
        }
        index.patterns = patterns.into_iter().map(|(pattern, holders)| (pattern.into(), holders)).collect();
        index.groups.sort_unstable();
        index.groups.dedup();
        index.rules = rules;
        index
    }

    /// True when this index is made of exactly these compiled rules. Both are sorted by id.
    pub(crate) fn is_of(&self, sorted: &[Arc<Compiled>]) -> bool {
        self.rules.len() == sorted.len() && self.rules.iter().zip(sorted).all(|(a, b)| Arc::ptr_eq(a, b))
    }

    fn lists(&self, name: &str) -> bool {
        self.names.contains_key(name) || self.patterns.iter().any(|(pattern, _)| matches(pattern, name))
    }

    fn collect<'i>(&'i self, user: UserId, groups: &[GroupId], target: Target<'_>, out: &mut Vec<&'i Compiled>) {
        self.whole.collect(user, groups, out);
        match target {
            Target::Tool(name) => {
                if let Some(holders) = self.names.get(name) {
                    holders.collect(user, groups, out);
                }
                for (_, holders) in self.patterns.iter().filter(|(pattern, _)| matches(pattern, name)) {
                    holders.collect(user, groups, out);
                }
            }
            Target::Server => self.listed.collect(user, groups, out),
            Target::Prompt(_) | Target::Resource(_) | Target::Template(_) => {}
        }
    }
}

/// Everything that can decide about one server: its own rules and the global ones.
#[derive(Debug)]
pub(crate) struct Scope {
    /// Distinguishes the verdicts of this scope in the cache, which outlives it.
    pub(crate) epoch: u64,
    own: Arc<Index>,
    global: Arc<Index>,
    /// The groups that any of the rules is about, ascending.
    groups: Vec<GroupId>,
}

impl Scope {
    /// Joins a server's rules with the global ones. `epoch` must not have been used for another scope.
    pub(crate) fn new(epoch: u64, own: Arc<Index>, global: Arc<Index>) -> Self {
        let mut groups = [own.groups.as_slice(), global.groups.as_slice()].concat();
        groups.sort_unstable();
        groups.dedup();
        Self { epoch, own, global, groups }
    }

    /// The server's own rules.
    pub(crate) fn own(&self) -> &Arc<Index> {
        &self.own
    }

    /// True when this scope joins exactly these indexes.
    pub(crate) fn joins(&self, own: &Arc<Index>, global: &Arc<Index>) -> bool {
        Arc::ptr_eq(&self.own, own) && Arc::ptr_eq(&self.global, global)
    }

    /// The groups of a person that a rule here is about, ascending. The others cannot change a decision. Allocates
    /// only when there are any.
    pub(crate) fn relevant(&self, groups: &Groups) -> Vec<GroupId> {
        let mine = groups.as_slice();
        // Walk the shorter list and search the longer one.
        let (short, long) = if mine.len() <= self.groups.len() { (mine, &*self.groups) } else { (&*self.groups, mine) };
        short.iter().copied().filter(|group| long.binary_search(group).is_ok()).collect()
    }

    /// True when the name of the target can make a difference. Names that no list mentions share one verdict, so that
    /// a caller who invents names cannot crowd the cache.
    pub(crate) fn distinguishes(&self, target: Target<'_>) -> bool {
        match target {
            Target::Tool(name) => self.own.lists(name) || self.global.lists(name),
            Target::Prompt(_) | Target::Resource(_) | Target::Template(_) | Target::Server => false,
        }
    }

    /// The rules that could decide, each once.
    pub(crate) fn candidates(&self, user: UserId, groups: &[GroupId], target: Target<'_>) -> Vec<&Compiled> {
        let mut out = Vec::new();
        self.own.collect(user, groups, target, &mut out);
        self.global.collect(user, groups, target, &mut out);
        // One rule can be found by several of its names.
        out.sort_unstable_by_key(|rule| rule.id);
        out.dedup_by_key(|rule| rule.id);
        out
    }
}
