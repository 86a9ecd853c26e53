//! What is entered for a rule, before it is one.

use std::collections::{BTreeSet, HashSet};

use domain::{
    Capability, Effect, GroupId, GroupKind, NewRule, PinKind, PrincipalKind, RuleId, RuleMode, RuleScope, UserId,
};
use store::Tx;

use crate::error::Wrong;
use crate::{Caller, Result, Services};

impl Services {
    /// The Cedar policy that a rule would be compiled to.
    ///
    /// # Errors
    /// `Invalid` with the fields that are wrong, as for a rule that is made.
    pub async fn draft_cedar(&self, caller: &Caller, new: NewRule) -> Result<String> {
        self.require(caller, Capability::ManagePolicies).await?;
        let new = checked(new)?;
        let mut tx = self.read().await?;
        refers(&mut tx, &new).await?;
        let rule = new.into_rule(RuleId::generate(self.env()), caller.actor.id, self.now());
        let text = policy::cedar_text(&rule);
        // It has no id before it is made.
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("@id(")).collect();
        Ok(lines.join("\n") + "\n")
    }

    /// What of a rule is allowed to be so, and probably is not meant: it is for people to read before they go on. Nothing
    /// for a rule that would be refused, or is switched off.
    pub async fn rule_warnings(&self, caller: &Caller, new: &NewRule) -> Result<Vec<String>> {
        self.require(caller, Capability::ManagePolicies).await?;
        let Ok(new) = checked(new.clone()) else { return Ok(Vec::new()) };
        if !new.enabled {
            return Ok(Vec::new());
        }
        let now = self.now();
        let mut warnings = Vec::new();
        if new.ends_at.is_some_and(|end| end <= now) {
            warnings.push("The rule has ended already: it will never be in force.".to_owned());
        }
        let looks_at = |path: &str| {
            new.conditions.as_ref().is_some_and(|conditions| conditions.looks_at(&|one| one == path))
                || new.cedar.as_ref().is_some_and(|clauses| clauses.contains(path))
        };
        warnings.extend(policy::UNTOLD.iter().filter(|path| looks_at(path)).map(|path| {
            format!(
                "Nothing tells Drawbridge “{path}” yet: it is missing from every call, so not_exists is always met and \
                 everything else about it never."
            )
        }));
        let everything = new.scope.is_all() && new.conditions.is_none() && new.cedar.is_none();
        let denies = new.effect == Effect::Deny && new.mode == RuleMode::Enforce;
        if denies && new.principal.kind == PrincipalKind::Everyone && everything {
            warnings.push(if new.servers.is_empty() {
                "This denies everything to everybody, you included.".to_owned()
            } else {
                "This denies everybody these servers, you included.".to_owned()
            });
        }
        if let RuleScope::Named(names) = &new.scope {
            let mut tx = self.read().await?;
            let mut pins = Vec::new();
            for server in &new.servers {
                pins.extend(store::pins::list(&mut tx, *server).await?);
            }
            // What nobody has tested yet offers nothing to compare with; resources come and go without approval.
            if !pins.is_empty() {
                let unknown = |list: &[String], kind: PinKind| {
                    let offers =
                        |name: &str| pins.iter().any(|pin| pin.kind == kind && policy::matches(name, &pin.name));
                    list.iter().filter(|name| !offers(name)).cloned().collect::<Vec<_>>()
                };
                let tools = unknown(&names.tools, PinKind::Tool).into_iter();
                warnings.extend(tools.map(|name| format!("No tool of the chosen servers is called “{name}”.")));
                let prompts = unknown(&names.prompts, PinKind::Prompt).into_iter();
                warnings.extend(prompts.map(|name| format!("No prompt of the chosen servers is called “{name}”.")));
            }
        }
        Ok(warnings)
    }
}

/// What was entered, tidied: every name once, empty clauses left out.
///
/// # Errors
/// `Invalid` with all fields that are wrong.
pub(crate) fn checked(new: NewRule) -> Result<NewRule> {
    let new = tidied(new);
    let mut wrong = Wrong::new();
    if let Err(errors) = policy::check_rule(&new) {
        wrong.extend(errors);
    }
    wrong.check()?;
    Ok(new)
}

fn tidied(mut new: NewRule) -> NewRule {
    once(&mut new.principal.ids);
    once(&mut new.principal.values);
    let mut servers = HashSet::new();
    new.servers.retain(|server| servers.insert(*server));
    new.cedar = new.cedar.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    new
}

fn once(list: &mut Vec<String>) {
    let mut seen = HashSet::new();
    list.retain(|item| seen.insert(item.clone()));
}

/// As [`refers`], in a change: the groups that the rule is about, or that its conditions ask for, stay as they are until it
/// is committed.
pub(crate) async fn held(tx: &mut Tx, new: &NewRule) -> Result<()> {
    // In one order, so that two do not wait for each other.
    let mut groups: BTreeSet<GroupId> = BTreeSet::new();
    if matches!(new.principal.kind, PrincipalKind::Group | PrincipalKind::JobRole) {
        groups.extend(new.principal.ids.iter().filter_map(|id| id.parse::<GroupId>().ok()));
    }
    if new.conditions.is_some() || new.cedar.is_some() {
        let all = store::groups::list(tx, None, None).await?;
        let asked = all.into_iter().filter(|group| {
            policy::asks_for_group(new, group.kind, &group.name) || policy::clauses_name_group(new, group.id)
        });
        groups.extend(asked.map(|group| group.id));
    }
    for id in groups {
        store::groups::hold(tx, id).await?;
    }
    refers(tx, new).await
}

/// Refuses a rule about somebody or something that does not exist.
pub(crate) async fn refers(tx: &mut Tx, new: &NewRule) -> Result<()> {
    let mut wrong = Wrong::new();
    let ids = &new.principal.ids;
    match new.principal.kind {
        PrincipalKind::User => {
            let users: Vec<UserId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
            if store::users::names(tx, &users).await?.len() < ids.len() {
                wrong.add("principal", "choose people who exist");
            }
        }
        PrincipalKind::Group if !all_are(tx, ids, GroupKind::Group).await? => {
            wrong.add("principal", "choose groups that exist");
        }
        PrincipalKind::JobRole if !all_are(tx, ids, GroupKind::JobRole).await? => {
            wrong.add("principal", "choose job roles that exist");
        }
        PrincipalKind::Group | PrincipalKind::JobRole => {}
        PrincipalKind::Attribute | PrincipalKind::Everyone => {}
    }
    if store::servers::names(tx, &new.servers).await?.len() < new.servers.len() {
        wrong.add("servers", "choose a server that exists");
    }
    wrong.check()
}

async fn all_are(tx: &mut Tx, ids: &[String], kind: GroupKind) -> Result<bool> {
    for id in ids {
        let group = match id.parse() {
            Ok(id) => store::groups::get(tx, id).await?,
            Err(_) => None,
        };
        if group.is_none_or(|group| group.kind != kind) {
            return Ok(false);
        }
    }
    Ok(true)
}
