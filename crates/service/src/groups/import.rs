//! The import of groups and job roles from a file, and the export into one. What an import changes is planned by
//! [`plan`] and nothing else, for those who only look and for those who apply it.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{
    AuditAction, Capability, Email, Group, GroupId, GroupImport, GroupImportChange, GroupKind, GroupSource, Problem,
    UserId,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::Tx;

use super::file::{self, Line, WrongLines};
use super::{Change, created};
use crate::change::payload;
use crate::snapshot::Part;
use crate::views::group_subject;
use crate::{Caller, Error, Result, Services};

/// Groups that a plan names one by one.
const SHOWN_GROUPS: usize = 20;

/// Members of each of them that a plan names.
const SHOWN_MEMBERS: usize = 5;

/// Members in one audit event; a longer list is cut when it is recorded.
const IN_ONE_EVENT: usize = 500;

/// What is to be done.
struct Plan {
    shown: GroupImport,
    groups: Vec<Work>,
}

/// What is to be done about one group.
struct Work {
    /// As it will be, but for its members.
    group: Group,
    made: bool,
    described: bool,
    added: Vec<(Email, UserId)>,
    removed: Vec<(Email, UserId)>,
}

impl Work {
    const fn is_empty(&self) -> bool {
        !self.made && !self.described && self.added.is_empty() && self.removed.is_empty()
    }

    fn shown(&self) -> GroupImportChange {
        let examples = |members: &[(Email, UserId)]| {
            members.iter().take(SHOWN_MEMBERS).map(|(email, _)| email.clone()).collect::<Vec<_>>()
        };
        GroupImportChange {
            kind: self.group.kind,
            name: self.group.name.clone(),
            made: self.made,
            described: self.described,
            added: count(self.added.len()),
            added_examples: examples(&self.added),
            removed: count(self.removed.len()),
            removed_examples: examples(&self.removed),
        }
    }
}

/// What the lines of a file say about one group.
#[derive(Default)]
struct Wanted {
    first_line: usize,
    kind: Option<(usize, GroupKind)>,
    description: Option<(usize, String)>,
    /// By the lines that name them.
    members: BTreeMap<Email, usize>,
    /// The line that is about the group alone.
    alone: Option<usize>,
}

impl Services {
    /// Says what the import of a file would change, and changes nothing. `replace` also takes those out of the groups
    /// of the file whom it does not name; groups that it does not name are left alone.
    ///
    /// # Errors
    /// `Invalid` with every line that is wrong (`line 7`), or with what is wrong with the whole file (`csv`).
    pub async fn plan_group_import(&self, caller: &Caller, text: &str, replace: bool) -> Result<GroupImport> {
        self.require(caller, Capability::ManageUsers).await?;
        let mut tx = self.read().await?;
        Ok(self.plan(&mut tx, text, replace).await?.shown)
    }

    /// Imports a file: all of it or nothing. With the digest of a plan, only what that plan said.
    ///
    /// # Errors
    /// As [`Self::plan_group_import`]; `Conflict` with the code `plan_changed` when something else would be done than
    /// the plan said.
    pub async fn import_groups(
        &self,
        caller: &Caller,
        text: &str,
        replace: bool,
        planned: Option<&str>,
    ) -> Result<GroupImport> {
        self.require(caller, Capability::ManageUsers).await?;
        let mut change = self.begin(caller).await?;
        let Plan { shown, groups } = self.plan(&mut change.tx, text, replace).await?;
        let changed = || {
            let why =
                "the groups, or the file, are not as they were in the preview; look at it again before you apply it";
            Error::from(Problem::conflict("plan_changed", why))
        };
        if planned.is_some_and(|digest| digest != shown.digest) {
            return Err(changed());
        }
        // In one order, so that two do not wait for each other. Who renames one meanwhile is not written over.
        let known: BTreeMap<GroupId, &str> =
            groups.iter().filter(|work| !work.made).map(|work| (work.group.id, work.group.name.as_str())).collect();
        for (id, name) in known {
            let group = store::groups::lock(&mut change.tx, id).await?;
            if group.is_none_or(|group| group.name != name) {
                return Err(changed());
            }
        }
        let mut last = None;
        for work in &groups {
            for event in apply(&mut change, work).await? {
                if let Some(before) = last.replace(event) {
                    change.also(before);
                }
            }
        }
        if let Some(last) = last {
            if shown.members_added + shown.members_removed > 0 {
                change.reload(Part::People);
            }
            change.commit(last).await?;
        }
        Ok(shown)
    }

    /// All groups and job roles, or those of one kind, with their members, as a file that can be imported. That the
    /// members' addresses left the house is an event.
    pub async fn export_groups(&self, caller: &Caller, kind: Option<GroupKind>) -> Result<String> {
        self.may_see_groups(caller).await?;
        let mut tx = self.read().await?;
        let groups = store::groups::list(&mut tx, kind, None).await?;
        let ids: Vec<GroupId> = groups.iter().map(|group| group.id).collect();
        let members = store::groups::memberships(&mut tx, &ids).await?;
        drop(tx);
        let of = |group: &Group| members.get(&group.id).into_iter().flatten().map(|(email, _)| email).collect();
        let text = file::write(groups.iter().map(|group| (group, of(group))))?;
        let change = self.begin(caller).await?;
        let people: usize = members.values().map(Vec::len).sum();
        let fields = json!({ "kind": kind, "groups": groups.len(), "members": people });
        let event = change.event(AuditAction::GroupsExported).args(payload(&fields));
        change.commit(event).await?;
        Ok(text)
    }

    /// What the import of this file does, by the groups and people of now.
    async fn plan(&self, tx: &mut Tx, text: &str, replace: bool) -> Result<Plan> {
        let (lines, mut wrong) = file::read(text)?;
        let wanted = wanted(lines, &mut wrong);
        let emails: HashSet<&Email> = wanted.iter().flat_map(|(_, wanted)| wanted.members.keys()).collect();
        let emails: Vec<Email> = emails.into_iter().cloned().collect();
        let people = store::users::of_emails(tx, &emails).await?;
        let existing = store::groups::list(tx, None, None).await?;
        let existing: HashMap<String, Group> = existing.into_iter().map(|group| (group.name.clone(), group)).collect();
        let ids: Vec<GroupId> =
            wanted.iter().filter_map(|(name, _)| existing.get(name)).map(|group| group.id).collect();
        let mut members = store::groups::memberships(tx, &ids).await?;

        let mut groups = Vec::new();
        for (name, wanted) in wanted {
            for (email, line) in &wanted.members {
                if !people.contains_key(email) {
                    wrong.add(
                        *line,
                        format!("nobody here has the address {email}; invite the person first or remove the line"),
                    );
                }
            }
            let old = existing.get(&name);
            if let (Some((line, kind)), Some(old)) = (wanted.kind, old)
                && old.kind != kind
            {
                let kind = old.kind;
                wrong.add(
                    line,
                    format!("“{name}” exists already and its kind is {kind}; use this kind or another name"),
                );
            }
            let before = old.and_then(|old| members.remove(&old.id)).unwrap_or_default();
            let work = self.work(name, &wanted, old, before, &people, replace);
            if !work.is_empty() {
                groups.push(work);
            }
        }
        wrong.check()?;
        Ok(Plan { shown: summary(&groups), groups })
    }

    /// What is to be done about one group. Unknown people are left out; they have been reported.
    fn work(
        &self,
        name: String,
        wanted: &Wanted,
        old: Option<&Group>,
        before: Vec<(Email, UserId)>,
        people: &HashMap<Email, UserId>,
        replace: bool,
    ) -> Work {
        let description = wanted.description.as_ref().map(|(_, text)| text.clone());
        let mut group = old.cloned().unwrap_or_else(|| Group {
            id: GroupId::generate(self.env()),
            kind: wanted.kind.map_or(GroupKind::Group, |(_, kind)| kind),
            source: GroupSource::Csv,
            name,
            description: String::new(),
            members: 0,
        });
        // Browsers send other line ends than files have.
        let described = description.filter(|text| *text != group.description.replace("\r\n", "\n"));
        let is_described = old.is_some() && described.is_some();
        if let Some(text) = described {
            group.description = text;
        }
        let added = {
            let now: HashSet<&Email> = before.iter().map(|(email, _)| email).collect();
            let new = wanted.members.keys().filter(|email| !now.contains(email));
            new.filter_map(|email| Some((email.clone(), *people.get(email)?))).collect()
        };
        let gone = |(email, _): &(Email, UserId)| replace && !wanted.members.contains_key(email);
        let removed = before.into_iter().filter(gone).collect();
        Work { group, made: old.is_none(), described: is_described, added, removed }
    }
}

/// What the lines say about each group, in the order of the file. Lines that contradict or repeat others are wrong.
fn wanted(lines: Vec<Line>, wrong: &mut WrongLines) -> Vec<(String, Wanted)> {
    let mut groups = HashMap::<String, Wanted>::new();
    for Line { number, kind, group: name, description, email } in lines {
        let first = || Wanted { first_line: number, ..Wanted::default() };
        let group = groups.entry(name.clone()).or_insert_with(first);
        if let Some(kind) = kind {
            let (line, before) = *group.kind.get_or_insert((number, kind));
            if before != kind {
                wrong.add(number, format!("line {line} gives “{name}” another kind; use one kind for each name"));
            }
        }
        if let Some(text) = description {
            let (line, before) = group.description.get_or_insert_with(|| (number, text.clone()));
            if *before != text {
                wrong.add(
                    number,
                    format!("line {line} describes “{name}” otherwise; use one description for each group"),
                );
            }
        }
        let earlier = match email {
            Some(email) => match group.members.entry(email) {
                std::collections::btree_map::Entry::Occupied(earlier) => Some(*earlier.get()),
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(number);
                    None
                }
            },
            None => group.alone.replace(number),
        };
        if let Some(line) = earlier {
            wrong.add(number, format!("this says the same as line {line}; remove one of them"));
        }
    }
    let mut groups: Vec<(String, Wanted)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, wanted)| wanted.first_line);
    groups
}

fn summary(groups: &[Work]) -> GroupImport {
    let sum = |of: fn(&Work) -> usize| count(groups.iter().map(of).sum());
    let mut digest = Sha256::new();
    for Work { group, made, described, added, removed } in groups {
        let people = |members: &[(Email, UserId)]| members.iter().map(|(_, id)| id.to_string()).collect::<Vec<_>>();
        let description = (*made || *described).then_some(&group.description);
        let line = json!([group.kind, group.name, made, description, people(added), people(removed)]);
        digest.update(line.to_string());
        digest.update("\n");
    }
    GroupImport {
        groups_made: sum(|work| usize::from(work.made)),
        groups_described: sum(|work| usize::from(work.described)),
        members_added: sum(|work| work.added.len()),
        members_removed: sum(|work| work.removed.len()),
        changes: groups.iter().take(SHOWN_GROUPS).map(Work::shown).collect(),
        more_changes: count(groups.len().saturating_sub(SHOWN_GROUPS)),
        digest: hex::encode(digest.finalize()),
    }
}

/// Does the work about one group; returns its events.
async fn apply(change: &mut Change<'_>, work: &Work) -> Result<Vec<ledger::Event>> {
    let Work { group, made, described, added, removed } = work;
    let mut events = Vec::new();
    let updated = |change: &Change<'_>, fields: &serde_json::Value| {
        change.event(AuditAction::GroupUpdated).resource(group_subject(group)).args(payload(fields))
    };
    if *made {
        store::groups::insert(&mut change.tx, group, change.now).await?;
        events.push(created(change, group));
    } else if *described {
        store::groups::update(&mut change.tx, group.id, &group.name, &group.description).await?;
        events.push(updated(change, &json!({ "source": GroupSource::Csv, "description": group.description })));
    }
    for (_, user) in added {
        store::groups::add_member(&mut change.tx, group.id, *user, change.now).await?;
    }
    for (_, user) in removed {
        store::groups::remove_member(&mut change.tx, group.id, *user).await?;
    }
    for (what, members) in [("added", added), ("removed", removed)] {
        for members in members.chunks(IN_ONE_EVENT) {
            let ids: Vec<UserId> = members.iter().map(|(_, id)| *id).collect();
            events.push(updated(change, &json!({ "source": GroupSource::Csv, what: ids })));
        }
    }
    Ok(events)
}

/// A count as the wire has it; a file has far fewer lines.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
