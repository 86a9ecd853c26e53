//! Groups of people and job roles, to whom rules can be given.

mod file;
mod import;

use domain::{
    AuditAction, Capability, Group, GroupId, GroupKind, GroupSort, GroupSource, Problem, Rule, Sort, User, UserId,
};
use ledger::Event;
use serde_json::{Map, json};

use crate::change::{Change, payload};
use crate::error::Wrong;
use crate::people::NAME;
use crate::snapshot::Part;
use crate::views::group_subject;
use crate::{Caller, Result, Services};

pub use file::{MOST_BYTES, MOST_LINES, defused, text_of_file};

/// Most characters of a description.
const DESCRIPTION: usize = 1000;

/// Most rules that a refusal names.
const SHOWN_RULES: usize = 5;

impl Services {
    /// All groups and job roles, by name unless another order is asked for: for those who manage people, and for those
    /// who write rules about groups.
    pub async fn groups(&self, caller: &Caller, sort: Option<Sort<GroupSort>>) -> Result<Vec<Group>> {
        self.groups_of_kind(caller, None, sort).await
    }

    /// As [`Self::groups`], of one kind.
    pub async fn groups_of_kind(
        &self,
        caller: &Caller,
        kind: Option<GroupKind>,
        sort: Option<Sort<GroupSort>>,
    ) -> Result<Vec<Group>> {
        self.may_see_groups(caller).await?;
        let mut tx = self.read().await?;
        Ok(store::groups::list(&mut tx, kind, sort).await?)
    }

    /// One group with its members by name.
    pub async fn group(&self, caller: &Caller, id: GroupId) -> Result<(Group, Vec<User>)> {
        self.may_see_groups(caller).await?;
        let mut tx = self.read().await?;
        let group = store::groups::get(&mut tx, id).await?.ok_or_else(not_found)?;
        let members = store::groups::members(&mut tx, id).await?;
        Ok((group, members))
    }

    /// Makes a group or a job role without members.
    ///
    /// # Errors
    /// `Conflict` when one of either kind has this name.
    pub async fn create_group(&self, caller: &Caller, kind: GroupKind, name: &str, description: &str) -> Result<Group> {
        self.require(caller, Capability::ManageUsers).await?;
        let (name, description) = checked(name, description)?;
        let mut change = self.begin(caller).await?;
        let id = GroupId::generate(self.env());
        let group = Group { id, kind, source: GroupSource::Manual, name, description, members: 0 };
        store::groups::insert(&mut change.tx, &group, change.now).await?;
        let event = created(&change, &group);
        change.commit(event).await?;
        Ok(group)
    }

    /// Changes name and description. Rules about a group name it by its id, so they go on holding for it.
    ///
    /// # Errors
    /// `Conflict` when another one has this name, and while conditions of rules ask for the group by the name that it
    /// has: they would look for somebody else from then on.
    pub async fn update_group(&self, caller: &Caller, id: GroupId, name: &str, description: &str) -> Result<Group> {
        self.require(caller, Capability::ManageUsers).await?;
        let (name, description) = checked(name, description)?;
        let mut change = self.begin(caller).await?;
        let old = store::groups::lock(&mut change.tx, id).await?.ok_or_else(not_found)?;
        let mut fields = Map::new();
        for (field, before, after) in [("name", &old.name, &name), ("description", &old.description, &description)] {
            if before != after {
                fields.insert(field.to_owned(), json!(after));
            }
        }
        if fields.is_empty() {
            return Ok(old);
        }
        if old.name != name {
            let rules = store::rules::all(&mut change.tx).await?;
            not_asked_for(&old, rules.iter().filter(|rule| policy::asks_for_group(*rule, old.kind, &old.name)))?;
        }
        store::groups::update(&mut change.tx, id, &name, &description).await?;
        // Conditions of rules may ask for groups by name.
        change.reload(Part::People);
        let group = Group { name, description, ..old };
        let event = change.event(AuditAction::GroupUpdated).resource(group_subject(&group));
        change.commit(event.args(payload(&fields.into()))).await?;
        Ok(group)
    }

    /// Puts a person into a group, which grants at once what the group may do.
    pub async fn add_group_member(&self, caller: &Caller, id: GroupId, user: UserId) -> Result<()> {
        self.require(caller, Capability::ManageUsers).await?;
        let mut change = self.begin(caller).await?;
        let (group, person) = group_and_person(&mut change, id, user).await?;
        if !store::groups::add_member(&mut change.tx, id, user, change.now).await? {
            return Ok(());
        }
        member_changed(change, &group, "added", &person).await
    }

    /// Takes a person out of a group, which revokes at once what only the group gave.
    pub async fn remove_group_member(&self, caller: &Caller, id: GroupId, user: UserId) -> Result<()> {
        self.require(caller, Capability::ManageUsers).await?;
        let mut change = self.begin(caller).await?;
        let (group, person) = group_and_person(&mut change, id, user).await?;
        if !store::groups::remove_member(&mut change.tx, id, user).await? {
            return Ok(());
        }
        member_changed(change, &group, "removed", &person).await
    }

    /// Deletes a group that no rule names.
    ///
    /// # Errors
    /// `Conflict` while rules name it, also in their conditions: what they grant or deny must be decided first.
    pub async fn delete_group(&self, caller: &Caller, id: GroupId) -> Result<()> {
        self.require(caller, Capability::ManageUsers).await?;
        let mut change = self.begin(caller).await?;
        // Whoever makes a rule about it holds it until the rule is there.
        let group = store::groups::lock(&mut change.tx, id).await?.ok_or_else(not_found)?;
        if !store::rules::of_principal(&mut change.tx, &id.to_string()).await?.is_empty() {
            return Err(Problem::conflict(
                "group_in_use",
                format!("rules name the group “{}”; delete or change them first", group.name),
            )
            .into());
        }
        let rules = store::rules::all(&mut change.tx).await?;
        let asks = |rule: &&Rule| {
            policy::asks_for_group(*rule, group.kind, &group.name) || policy::clauses_name_group(*rule, id)
        };
        not_asked_for(&group, rules.iter().filter(asks))?;
        store::groups::delete(&mut change.tx, id).await?;
        change.reload(Part::People);
        let event = change
            .event(AuditAction::GroupDeleted)
            .resource(group_subject(&group))
            .args(payload(&json!({ "kind": group.kind, "members": group.members })));
        change.commit(event).await
    }

    async fn may_see_groups(&self, caller: &Caller) -> Result<()> {
        if caller.can(Capability::ManagePolicies) {
            return Ok(());
        }
        self.require(caller, Capability::ManageUsers).await
    }
}

/// Name and description as they are kept.
fn checked(name: &str, description: &str) -> Result<(String, String)> {
    let mut wrong = Wrong::new();
    let name = wrong.text("name", name, NAME);
    let description = wrong.optional_text("description", description, DESCRIPTION);
    wrong.check()?;
    Ok((name, description))
}

/// Refuses to go on while rules ask for the group in their conditions.
fn not_asked_for<'a>(group: &Group, rules: impl Iterator<Item = &'a Rule>) -> Result<()> {
    let ids: Vec<String> = rules.take(SHOWN_RULES).map(|rule| rule.id.to_string()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let why = format!("conditions of rules ask for “{}”; change them first: {}", group.name, ids.join(", "));
    Err(Problem::conflict("group_in_conditions", why).into())
}

fn created(change: &Change<'_>, group: &Group) -> Event {
    let Group { kind, source, name, description, .. } = group;
    let fields = json!({ "kind": kind, "source": source, "name": name, "description": description });
    change.event(AuditAction::GroupCreated).resource(group_subject(group)).args(payload(&fields))
}

async fn group_and_person(change: &mut Change<'_>, group: GroupId, user: UserId) -> Result<(Group, User)> {
    let group = store::groups::get(&mut change.tx, group).await?.ok_or_else(not_found)?;
    let person = store::users::get(&mut change.tx, user).await?.ok_or_else(|| Problem::not_found("user"))?;
    Ok((group, person))
}

async fn member_changed(mut change: Change<'_>, group: &Group, what: &str, person: &User) -> Result<()> {
    change.reload(Part::People);
    let event = change
        .event(AuditAction::GroupUpdated)
        .resource(group_subject(group))
        .args(payload(&json!({ what: person.id, "name": person.name })));
    change.commit(event).await
}

fn not_found() -> Problem {
    Problem::not_found("group")
}
