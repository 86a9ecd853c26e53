//! The index: from server, tool name and principal to the few rules that could decide.

use std::collections::HashMap;
use std::sync::Arc;

use domain::{Effect, GroupId, PersonAttribute, UserId};

use crate::check::Who;
use crate::compiled::Compiled;
use crate::glob::{is_pattern, matches};
use crate::query::{Groups, Profile, SubjectRef, Target};

type Rules = Vec<Arc<Compiled>>;

/// Rules by whom they are about.
#[derive(Debug, Default)]
struct Holders {
    everyone: Rules,
    users: HashMap<UserId, Rules>,
    groups: HashMap<GroupId, Rules>,
    attributes: HashMap<PersonAttribute, HashMap<Box<str>, Rules>>,
}

/// Who asks, as far as rules distinguish people.
#[derive(Clone, Copy)]
struct Asking<'a> {
    user: UserId,
    groups: &'a [GroupId],
    profile: &'a Profile,
}

impl Holders {
    fn add(&mut self, rule: &Arc<Compiled>) {
        match &rule.who {
            Who::Everyone => add(&mut self.everyone, rule),
            Who::Users(users) => {
                for user in users {
                    add(self.users.entry(*user).or_default(), rule);
                }
            }
            Who::Groups(groups) => {
                for group in groups {
                    add(self.groups.entry(*group).or_default(), rule);
                }
            }
            Who::Attribute(attribute, values) => {
                let known = self.attributes.entry(*attribute).or_default();
                for value in values {
                    add(known.entry(value.as_str().into()).or_default(), rule);
                }
            }
        }
    }

    fn collect<'i>(&'i self, asking: Asking<'_>, out: &mut Vec<&'i Compiled>) {
        out.extend(self.everyone.iter().map(|rule| &**rule));
        if let Some(rules) = self.users.get(&asking.user) {
            out.extend(rules.iter().map(|rule| &**rule));
        }
        if !self.groups.is_empty() {
            for rules in asking.groups.iter().filter_map(|group| self.groups.get(group)) {
                out.extend(rules.iter().map(|rule| &**rule));
            }
        }
        for (attribute, values) in &self.attributes {
            if let Some(rules) = values.get(asking.profile.attribute(*attribute)) {
                out.extend(rules.iter().map(|rule| &**rule));
            }
        }
    }
}

/// A list may name one thing twice.
fn add(rules: &mut Rules, rule: &Arc<Compiled>) {
    if rules.last().is_none_or(|last| last.id != rule.id) {
        rules.push(Arc::clone(rule));
    }
}

/// Rules with a list of names of one kind.
#[derive(Debug, Default)]
struct Listed {
    /// By each literal name.
    names: HashMap<Box<str>, Holders>,
    /// By each name with `*`.
    patterns: Vec<(Box<str>, Holders)>,
}

impl Listed {
    fn add(&mut self, names: &[String], rule: &Arc<Compiled>) {
        for name in names {
            if !is_pattern(name) {
                self.names.entry(name.as_str().into()).or_default().add(rule);
            } else if let Some((_, holders)) = self.patterns.iter_mut().find(|(pattern, _)| **pattern == **name) {
                holders.add(rule);
            } else {
                let mut holders = Holders::default();
                holders.add(rule);
                self.patterns.push((name.as_str().into(), holders));
            }
        }
    }

    fn covers(&self, name: &str) -> bool {
        self.names.contains_key(name) || self.patterns.iter().any(|(pattern, _)| matches(pattern, name))
    }

    fn collect<'i>(&'i self, asking: Asking<'_>, name: &str, out: &mut Vec<&'i Compiled>) {
        if let Some(holders) = self.names.get(name) {
            holders.collect(asking, out);
        }
        for (_, holders) in self.patterns.iter().filter(|(pattern, _)| matches(pattern, name)) {
            holders.collect(asking, out);
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
    /// Allow rules with names: they open the server itself.
    opening: Holders,
    tools: Listed,
    resources: Listed,
    prompts: Listed,
    /// The groups that rules are about, ascending.
    groups: Vec<GroupId>,
    /// The attributes that rules are about.
    attributes: Vec<PersonAttribute>,
    /// A rule has conditions.
    conditional: bool,
}

impl Index {
    /// Indexes rules; they need not be sorted.
    pub(crate) fn new(mut rules: Rules) -> Self {
        rules.sort_unstable_by_key(|rule| rule.id);
        let mut index = Self::default();
        for rule in &rules {
            index.groups.extend(rule.groups());
            index.conditional |= rule.is_conditional();
            if let Who::Attribute(attribute, _) = &rule.who {
                index.attributes.push(*attribute);
            }
            let Some(names) = rule.source.scope.names() else {
                index.whole.add(rule);
                continue;
            };
            if rule.effect() == Effect::Allow {
                index.opening.add(rule);
            }
            index.tools.add(&names.tools, rule);
            index.resources.add(&names.resources, rule);
            index.prompts.add(&names.prompts, rule);
        }
        index.groups.sort_unstable();
        index.groups.dedup();
        index.attributes.sort_unstable();
        index.attributes.dedup();
        index.rules = rules;
        index
    }

    /// True when this index is made of exactly these compiled rules. Both are sorted by id.
    pub(crate) fn is_of(&self, sorted: &[Arc<Compiled>]) -> bool {
        self.rules.len() == sorted.len() && self.rules.iter().zip(sorted).all(|(a, b)| Arc::ptr_eq(a, b))
    }

    /// The names of the target's kind.
    fn listed(&self, target: Target<'_>) -> Option<&Listed> {
        match target {
            Target::Tool(_) => Some(&self.tools),
            Target::Prompt(_) => Some(&self.prompts),
            Target::Resource(_) | Target::Template(_) => Some(&self.resources),
            Target::Server => None,
        }
    }

    fn lists(&self, target: Target<'_>) -> bool {
        self.listed(target).is_some_and(|listed| listed.covers(target.name()))
    }

    fn collect<'i>(&'i self, asking: Asking<'_>, target: Target<'_>, out: &mut Vec<&'i Compiled>) {
        self.whole.collect(asking, out);
        match self.listed(target) {
            Some(listed) => listed.collect(asking, target.name(), out),
            None => self.opening.collect(asking, out),
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
    /// The attributes that any of the rules is about, ascending.
    attributes: Vec<PersonAttribute>,
}

impl Scope {
    /// Joins a server's rules with the global ones. `epoch` must not have been used for another scope.
    pub(crate) fn new(epoch: u64, own: Arc<Index>, global: Arc<Index>) -> Self {
        let mut groups = [own.groups.as_slice(), global.groups.as_slice()].concat();
        groups.sort_unstable();
        groups.dedup();
        let mut attributes = [own.attributes.as_slice(), global.attributes.as_slice()].concat();
        attributes.sort_unstable();
        attributes.dedup();
        Self { epoch, own, global, groups, attributes }
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
        self.own.lists(target) || self.global.lists(target)
    }

    /// The attributes of a person that rules distinguish.
    pub(crate) fn attributes(&self) -> &[PersonAttribute] {
        &self.attributes
    }

    /// True when any rule has conditions.
    pub(crate) fn is_conditional(&self) -> bool {
        self.own.conditional || self.global.conditional
    }

    /// The rules that could decide, each once.
    pub(crate) fn candidates(&self, subject: SubjectRef<'_>, groups: &[GroupId], target: Target<'_>) -> Vec<&Compiled> {
        let asking = Asking { user: subject.user, groups, profile: subject.profile };
        let mut out = Vec::new();
        self.own.collect(asking, target, &mut out);
        self.global.collect(asking, target, &mut out);
        // One rule can be found by several of its names.
        out.sort_unstable_by_key(|rule| rule.id);
        out.dedup_by_key(|rule| rule.id);
        out
    }
}
