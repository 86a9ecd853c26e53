//! All rules of an organisation, compiled and indexed.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::{Decision, Effect, GroupId, Rule, RuleId, ServerId};

use crate::cache::{Cache, Key, Validity};
use crate::compiled::{Compiled, compile};
use crate::engine::{evaluate, no_rule};
use crate::facts::Facts;
use crate::index::{Index, Scope};
use crate::query::{Known, Level, Query, Reason, SubjectRef, Target, Verdict, Would};
use crate::tree::Sides;

/// Why rules could not be compiled. The rule set that is in force stays in force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The rule contradicts itself.
    #[error("rule {rule} cannot be compiled: {why}; correct or delete it")]
    Invalid {
        /// The rule.
        rule: RuleId,
        /// What is wrong.
        why: String,
    },
    /// Cedar refuses the translated rule, which is a fault of the translation.
    #[error("rule {rule} does not parse as Cedar: {why}; disable it and report this")]
    Cedar {
        /// The rule.
        rule: RuleId,
        /// What Cedar says.
        why: String,
    },
    /// Two rules have one id.
    #[error("rule {rule} occurs twice; load each rule once")]
    Duplicate {
        /// The id.
        rule: RuleId,
    },
}

/// Compiled rules. Immutable: a change compiles a new set, which shares everything that did not change.
#[derive(Debug)]
pub struct RuleSet {
    rules: HashMap<RuleId, Arc<Compiled>>,
    scopes: HashMap<ServerId, Arc<Scope>>,
    /// Servers without rules of their own: global rules only.
    others: Arc<Scope>,
    global: Arc<Index>,
    /// When any rule begins or ends, ascending, in microseconds since 1970.
    boundaries: Vec<i64>,
    cache: Arc<Cache>,
}

impl Default for RuleSet {
    /// No rules: everything is denied.
    fn default() -> Self {
        let cache = Arc::new(Cache::default());
        let global = Arc::new(Index::default());
        let others = Arc::new(Scope::new(cache.epoch(), Arc::default(), Arc::clone(&global)));
        Self { rules: HashMap::new(), scopes: HashMap::new(), others, global, boundaries: Vec::new(), cache }
    }
}

impl RuleSet {
    /// Compiles rules. Those that are switched off are left out.
    ///
    /// With `previous`, rules that did not change are not parsed again, the indexes of servers whose rules did not
    /// change are kept, and so are the verdicts remembered for them.
    ///
    /// # Errors
    /// One rule that makes no sense refuses them all: leaving out a deny would open what it closes.
    pub fn compile<'a>(
        rules: impl IntoIterator<Item = &'a Rule>,
        previous: Option<&RuleSet>,
    ) -> Result<RuleSet, PolicyError> {
        let empty = RuleSet::default();
        let previous = previous.unwrap_or(&empty);
        let mut compiled: HashMap<RuleId, Arc<Compiled>> = HashMap::with_capacity(previous.rules.len());
        let mut changed: Vec<&Rule> = Vec::new();
        let mut seen: HashSet<RuleId> = HashSet::with_capacity(previous.rules.len());
        for rule in rules.into_iter().filter(|rule| rule.enabled) {
            if !seen.insert(rule.id) {
                return Err(PolicyError::Duplicate { rule: rule.id });
            }
            match previous.rules.get(&rule.id) {
                Some(known) if known.is_of(rule) => {
                    compiled.insert(rule.id, Arc::clone(known));
                }
                _ => changed.push(rule),
            }
        }
        compiled.extend(compile(&changed)?.into_iter().map(|rule| (rule.id, Arc::new(rule))));
        let mut by_server: HashMap<Option<ServerId>, Vec<Arc<Compiled>>> = HashMap::new();
        let mut boundaries = Vec::new();
        for rule in compiled.values() {
            boundaries.extend(rule.boundaries());
            let servers = &rule.source.servers;
            if servers.is_empty() {
                by_server.entry(None).or_default().push(Arc::clone(rule));
            }
            for server in servers.iter().collect::<HashSet<_>>() {
                by_server.entry(Some(*server)).or_default().push(Arc::clone(rule));
            }
        }
        boundaries.sort_unstable();
        boundaries.dedup();

        let cache = Arc::clone(&previous.cache);
        let global = index(by_server.remove(&None).unwrap_or_default(), Some(&previous.global));
        let scope = |rules: Vec<Arc<Compiled>>, known: Option<&Arc<Scope>>| {
            let own = index(rules, known.map(|scope| scope.own()));
            match known {
                Some(scope) if scope.joins(&own, &global) => Arc::clone(scope),
                _ => Arc::new(Scope::new(cache.epoch(), own, Arc::clone(&global))),
            }
        };
        let others = scope(Vec::new(), Some(&previous.others));
        let scopes = by_server
            .into_iter()
            .filter_map(|(server, rules)| server.map(|id| (id, rules)))
            .map(|(id, rules)| (id, scope(rules, previous.scopes.get(&id))))
            .collect();
        Ok(Self { rules: compiled, scopes, others, global, boundaries, cache })
    }

    /// Decides one query. Every path to a server asks here.
    pub fn decide(&self, query: &Query<'_>) -> Verdict {
        let scope = self.scopes.get(&query.server).unwrap_or(&self.others);
        let groups = scope.relevant(query.subject.groups);
        let now = query.now.timestamp_micros();
        let named = if scope.distinguishes(query.target) { query.target.name() } else { "" };
        let conditional = scope.is_conditional();
        let candidates = if conditional { scope.candidates(query.subject, &groups, query.target) } else { Vec::new() };
        let looked = candidates.iter().any(|rule| rule.is_conditional());
        let facts = looked.then(|| Facts::gather(candidates.iter().flat_map(|rule| &rule.needs), query));
        // What else the verdict depends on is remembered with the name.
        let mut rest = String::new();
        for attribute in scope.attributes() {
            rest.push('\u{3}');
            rest.push_str(query.subject.profile.attribute(*attribute));
        }
        if let Some(facts) = &facts {
            facts.signature(&mut rest);
        }
        let name = if rest.is_empty() { Cow::Borrowed(named) } else { Cow::Owned(format!("{named}{rest}")) };
        let level = if looked { query.known.level() as u8 } else { 0 };
        let key = Key {
            epoch: scope.epoch,
            user: query.subject.user,
            groups: &groups,
            kind: kind(query.target) * 4 + level,
            name: &name,
        };
        // Clauses of experts may look at the time itself, and at the name that no list mentions.
        let remembered = !candidates.iter().any(|rule| rule.source.cedar.is_some());
        if remembered && let Some(verdict) = self.cache.get(&key, now) {
            return verdict;
        }
        let candidates = if conditional { candidates } else { scope.candidates(query.subject, &groups, query.target) };
        if candidates.is_empty() {
            return no_rule();
        }
        let verdict = weigh(&candidates, query, &groups, facts.as_ref());
        if remembered {
            let validity = Validity::around(now, candidates.iter().flat_map(|rule| rule.boundaries()));
            self.cache.put(&key, validity, &verdict);
        }
        verdict
    }

    /// The decision that [`RuleSet::decide`] would make, without its reasons: for trying millions of calls. Conditions are
    /// compared here instead of by Cedar; a property test holds that it makes no difference.
    pub fn foresee(&self, query: &Query<'_>) -> Decision {
        let scope = self.scopes.get(&query.server).unwrap_or(&self.others);
        let groups = scope.relevant(query.subject.groups);
        let mut candidates = scope.candidates(query.subject, &groups, query.target);
        candidates.retain(|rule| !rule.is_monitored());
        if candidates.iter().any(|rule| rule.source.cedar.is_some()) {
            return self.decide(query).decision;
        }
        let facts = candidates
            .iter()
            .any(|rule| rule.is_conditional())
            .then(|| Facts::gather(candidates.iter().flat_map(|rule| &rule.needs), query));
        let now = query.now.timestamp_micros();
        let mut decision = Decision::Deny;
        for rule in candidates.iter().filter(|rule| rule.holds_at(now)) {
            let met = match (&rule.tree, &facts) {
                (Some(tree), Some(facts)) => tree.holds(facts, query.known.level(), Sides::of(rule.effect())),
                _ => true,
            };
            match (met, rule.effect()) {
                (true, Effect::Deny) => return Decision::Deny,
                (true, Effect::Allow) => decision = Decision::Allow,
                (false, _) => {}
            }
        }
        decision
    }

    /// True when conditions decide whether this person may use the target, so that calls have to be looked at one by
    /// one.
    pub fn depends_on_call(&self, subject: SubjectRef<'_>, server: ServerId, target: Target<'_>) -> bool {
        let scope = self.scopes.get(&server).unwrap_or(&self.others);
        let groups = scope.relevant(subject.groups);
        scope.is_conditional()
            && scope
                .candidates(subject, &groups, target)
                .iter()
                .any(|rule| !rule.is_monitored() && rule.is_conditional())
    }

    /// True when conditions about arguments have to do with whether this person may use the target.
    pub fn depends_on_arguments(&self, subject: SubjectRef<'_>, server: ServerId, target: Target<'_>) -> bool {
        let scope = self.scopes.get(&server).unwrap_or(&self.others);
        let groups = scope.relevant(subject.groups);
        let looks = |rule: &Compiled| rule.needs.iter().any(|need| need.source.level() == Level::Call);
        scope.candidates(subject, &groups, target).iter().any(|rule| !rule.is_monitored() && looks(rule))
    }

    /// True when a verdict about this server can depend on more than who asks for what.
    pub fn has_conditions(&self, server: ServerId) -> bool {
        self.scopes.get(&server).unwrap_or(&self.others).is_conditional()
    }

    /// True when the subject may know that the server exists: an allow rule of it is in force, and no deny of the
    /// entire server.
    pub fn any_allow(&self, subject: SubjectRef<'_>, server: ServerId, now: DateTime<Utc>) -> bool {
        self.decide(&Query { subject, server, target: Target::Server, now, known: Known::Person }).is_allowed()
    }

    /// The next moment after `now` at which a rule begins or ends to be in force, if there is one.
    pub fn next_boundary(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = self.boundaries.partition_point(|&at| at <= now.timestamp_micros());
        self.boundaries.get(next).and_then(|&at| DateTime::from_timestamp_micros(at))
    }

    /// The number of rules that are switched on.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// True when no rule is switched on.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

/// The verdict of the rules that are enforced, and what those in monitor mode would change.
fn weigh(candidates: &[&Compiled], query: &Query<'_>, groups: &[GroupId], facts: Option<&Facts<'_>>) -> Verdict {
    // The index has found exactly the rules that are about this person, server and name.
    let evaluate = |rules: &[&Compiled]| match facts {
        None => by_index(rules, query.now.timestamp_micros()),
        Some(_) => evaluate(rules, query, groups, facts),
    };
    let enforced: Vec<&Compiled> = candidates.iter().copied().filter(|rule| !rule.is_monitored()).collect();
    let verdict = if enforced.is_empty() { no_rule() } else { evaluate(&enforced) };
    if enforced.len() == candidates.len() {
        return verdict;
    }
    let all = evaluate(candidates);
    let monitored: Vec<RuleId> = candidates.iter().filter(|rule| rule.is_monitored()).map(|rule| rule.id).collect();
    // A rule that only watches must not tell anything by failing either.
    let changes = all.decision != verdict.decision && !matches!(all.reason, Reason::Error(_));
    let would = changes.then(|| {
        let rules = all.rules.iter().copied().filter(|id| monitored.contains(id)).collect();
        Arc::new(Would { decision: all.decision, rules })
    });
    Verdict { would, ..verdict }
}

/// The verdict of rules without conditions: only their dates are left to look at.
fn by_index(candidates: &[&Compiled], now: i64) -> Verdict {
    let of = |effect: Effect| -> Vec<RuleId> {
        candidates.iter().filter(|rule| rule.effect() == effect && rule.holds_at(now)).map(|rule| rule.id).collect()
    };
    let denies = of(Effect::Deny);
    if !denies.is_empty() {
        return Verdict { decision: Decision::Deny, rules: denies.into(), reason: Reason::DeniedBy, would: None };
    }
    let allows = of(Effect::Allow);
    if allows.is_empty() {
        return no_rule();
    }
    Verdict { decision: Decision::Allow, rules: allows.into(), reason: Reason::AllowedBy, would: None }
}

/// The index of these rules: the known one if it is made of the same.
fn index(mut rules: Vec<Arc<Compiled>>, known: Option<&Arc<Index>>) -> Arc<Index> {
    rules.sort_unstable_by_key(|rule| rule.id);
    match known {
        Some(index) if index.is_of(&rules) => Arc::clone(index),
        _ => Arc::new(Index::new(rules)),
    }
}

/// A number for each kind of target, for the cache.
const fn kind(target: Target<'_>) -> u8 {
    match target {
        Target::Server => 0,
        Target::Tool(_) => 1,
        Target::Prompt(_) => 2,
        Target::Resource(_) => 3,
        Target::Template(_) => 4,
    }
}

#[cfg(test)]
mod tests {
    use domain::{NewRule, Principal};

    use super::*;

    fn rule(n: u32, server: Option<u32>, effect: Effect) -> Rule {
        let server = server.map(|n| format!("srv_{n:032x}").parse().unwrap());
        let id = format!("rul_{n:032x}").parse().unwrap();
        NewRule::new(Principal::everyone(), effect, server).into_rule(id, None, DateTime::UNIX_EPOCH)
    }

    fn shared(a: &RuleSet, b: &RuleSet, server: u32) -> bool {
        let id = format!("srv_{server:032x}").parse().unwrap();
        Arc::ptr_eq(&a.scopes[&id], &b.scopes[&id])
    }

    #[test]
    fn a_change_recompiles_only_what_it_touches() {
        let mut rules: Vec<Rule> = (0..20).map(|n| rule(n, Some(n % 4), Effect::Allow)).collect();
        rules.push(rule(99, None, Effect::Deny));
        let first = RuleSet::compile(&rules, None).unwrap();

        // Order and notes do not matter.
        rules.reverse();
        rules[3].notes = "new words".into();
        let same = RuleSet::compile(&rules, Some(&first)).unwrap();
        assert!((0..4).all(|n| shared(&first, &same, n)));
        assert!(Arc::ptr_eq(&first.others, &same.others));

        // One server's rule changes: its scope is new, the other scopes and its other rules are the same.
        let changed = rules.iter_mut().find(|r| r.id.to_string().ends_with("02")).unwrap();
        changed.effect = Effect::Deny;
        let changed = changed.id;
        let second = RuleSet::compile(&rules, Some(&same)).unwrap();
        assert_eq!([0, 1, 2, 3].map(|n| shared(&same, &second, n)), [true, true, false, true]);
        for (id, compiled) in &second.rules {
            assert_eq!(Arc::ptr_eq(compiled, &same.rules[id]), *id != changed, "{id}");
        }

        // A global rule goes: every scope is new, no rule is parsed again.
        rules.retain(|r| !r.is_global());
        let third = RuleSet::compile(&rules, Some(&second)).unwrap();
        assert!((0..4).all(|n| !shared(&second, &third, n)));
        assert!(third.rules.iter().all(|(id, compiled)| Arc::ptr_eq(compiled, &second.rules[id])));
    }
}
