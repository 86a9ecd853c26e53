//! People: inviting, changing, suspending.

use std::collections::BTreeSet;

use domain::{
    AuditAction, Capability, Email, LinkKind, NewUser, OneTimeLink, Page, PageQuery, Problem, Role, SecretText, User,
    UserFilter, UserId, UserProfile, UserStatus,
};
use ledger::Event;
use serde_json::{Map, Value, json};
use store::Tx;

use crate::change::{Change, payload};
use crate::error::Wrong;
use crate::password::check_password;
use crate::sessions::session_view;
use crate::snapshot::Part;
use crate::views::{rule_views, user_subject};
use crate::{Caller, Result, Services};

/// Most characters of a name, and of the other texts about a person.
pub(crate) const NAME: usize = 100;

/// Most people who are suspended or reactivated at once.
const AT_ONCE: usize = 200;

const MAY_NOT_SUSPEND: &str = "only super administrators may suspend one";
const MAY_NOT_REACTIVATE: &str = "only super administrators may reactivate one";

/// What was entered about a person, checked.
struct Checked {
    email: Email,
    name: String,
    department: String,
    title: String,
    team: String,
    role: Option<Role>,
}

impl Services {
    /// People by name.
    pub async fn users(&self, caller: &Caller, filter: &UserFilter, page: &PageQuery) -> Result<Page<User>> {
        self.require(caller, Capability::ManageUsers).await?;
        let mut tx = self.read().await?;
        Ok(store::users::list(&mut tx, filter, page).await?)
    }

    /// One person with groups, rules and sessions: oneself, or with `manage_users` anybody. The rules only for those who
    /// manage people or rules, since they name other people and hold notes that are not for everybody.
    pub async fn user(&self, caller: &Caller, id: UserId) -> Result<UserProfile> {
        if caller.actor.id != Some(id) {
            self.require(caller, Capability::ManageUsers).await?;
        }
        let now = self.now();
        let mut tx = self.read().await?;
        let user = store::users::get(&mut tx, id).await?.ok_or_else(|| Problem::not_found("user"))?;
        let groups = store::groups::of_user(&mut tx, id).await?;
        let rules = if caller.can(Capability::ManageUsers) || caller.can(Capability::ManagePolicies) {
            store::rules::of_user(&mut tx, id).await?
        } else {
            Vec::new()
        };
        let rules = rule_views(&mut tx, rules, now).await?;
        let sessions = store::sessions::list_of_user(&mut tx, id, now).await?;
        let link = if caller.can(Capability::ManageUsers) {
            store::links::open_of_user(&mut tx, id, now).await?
        } else {
            None
        };
        let sessions = sessions.into_iter().map(|session| session_view(session, caller.session));
        // A session can end by disuse before its row does.
        let sessions = sessions.filter(|session| now < session.expires_at).collect();
        Ok(UserProfile { user, groups, rules, sessions, link })
    }

    /// The person with this email address.
    pub async fn user_by_email(&self, caller: &Caller, email: &str) -> Result<User> {
        self.require(caller, Capability::ManageUsers).await?;
        let mut wrong = Wrong::new();
        let email = wrong.parse::<Email>("email", email);
        wrong.check()?;
        let mut tx = self.read().await?;
        let user = match email {
            Some(email) => store::users::by_email(&mut tx, &email).await?,
            None => None,
        };
        user.ok_or_else(|| Problem::not_found("user").into())
    }

    /// Makes an account and the link by which the person sets a password and comes in.
    pub async fn invite_user(&self, caller: &Caller, new: NewUser) -> Result<(User, OneTimeLink)> {
        self.require(caller, Capability::ManageUsers).await?;
        let checked = check(&new)?;
        self.may_give(caller, None, checked.role).await?;
        let mut change = self.begin(caller).await?;
        let (user, event) = self.insert(&mut change, checked, UserStatus::Inactive).await?;
        change.also(event);
        let (link, event) = self.link_for(&mut change, caller, &user, LinkKind::Invite).await?;
        change.commit(event).await?;
        Ok((user, link))
    }

    /// Makes an account that can sign in at once.
    pub async fn create_user(&self, caller: &Caller, new: NewUser, password: &SecretText) -> Result<User> {
        self.require(caller, Capability::ManageUsers).await?;
        let mut wrong = Wrong::new();
        check_password(&mut wrong, "password", password, &[&new.email, &new.name]);
        let checked = check_with(&new, wrong)?;
        self.may_give(caller, None, checked.role).await?;
        let hash = self.passwords().hash(self.env(), password).await?;
        let mut change = self.begin(caller).await?;
        let (user, event) = self.insert(&mut change, checked, UserStatus::Active).await?;
        store::users::set_password(&mut change.tx, user.id, &hash, change.now).await?;
        if user.role.is_admin() {
            store::links::invalidate_setup(&mut change.tx, change.now).await?;
        }
        change.commit(event).await?;
        Ok(user)
    }

    async fn insert(&self, change: &mut Change<'_>, new: Checked, status: UserStatus) -> Result<(User, Event)> {
        let user = User {
            id: UserId::generate(self.env()),
            email: new.email,
            name: new.name,
            department: new.department,
            title: new.title,
            team: new.team,
            role: new.role.unwrap_or(Role::User),
            status,
            created_at: change.now,
            last_login_at: None,
        };
        store::users::insert(&mut change.tx, &user).await?;
        change.reload(Part::People);
        let event = change.event(AuditAction::UserCreated).resource(user_subject(&user)).args(payload(&json!({
            "email": user.email,
            "name": user.name,
            "department": user.department,
            "title": user.title,
            "team": user.team,
            "role": user.role,
            "status": user.status,
        })));
        Ok((user, event))
    }

    /// Changes what is known about a person, and their role when one is given.
    ///
    /// # Errors
    /// `Forbidden` when a role is out of the caller's reach; `Conflict` when it is one's own or the last administrator's.
    pub async fn update_user(&self, caller: &Caller, id: UserId, new: NewUser) -> Result<User> {
        self.require(caller, Capability::ManageUsers).await?;
        let checked = check(&new)?;
        let mut change = self.begin(caller).await?;
        store::users::lock_admins(&mut change.tx).await?;
        let old = store::users::lock(&mut change.tx, id).await?.ok_or_else(|| Problem::not_found("user"))?;
        let role = checked.role.unwrap_or(old.role);
        if let Err(refusal) = may_change(caller, &old).and_then(|()| may_have_role(caller, Some(old.role), role)) {
            drop(change);
            self.denied(caller, "only super administrators may change one or make one").await?;
            return Err(refusal);
        }
        let user = User {
            email: checked.email,
            name: checked.name,
            department: checked.department,
            title: checked.title,
            team: checked.team,
            role,
            ..old.clone()
        };
        let fields = changed(&old, &user);
        if fields.is_empty() && user.role == old.role {
            return Ok(old);
        }
        if user.role != old.role {
            if caller.actor.id == Some(id) {
                return Err(Problem::conflict(
                    "own_role",
                    "you cannot change your own role; ask another administrator",
                )
                .into());
            }
            if old.role.is_admin() && !user.role.is_admin() {
                another_admin(&mut change.tx, &old, "demoted").await?;
            }
            store::users::set_role(&mut change.tx, id, user.role, change.now).await?;
            if user.role.is_admin() && user.status == UserStatus::Active {
                store::links::invalidate_setup(&mut change.tx, change.now).await?;
            }
        }
        store::users::update(&mut change.tx, &user, change.now).await?;
        change.reload(Part::People);
        let role_event = (user.role != old.role).then(|| {
            change
                .event(AuditAction::RoleChanged)
                .resource(user_subject(&user))
                .args(payload(&json!({ "from": old.role, "to": user.role })))
        });
        let event = (!fields.is_empty()).then(|| {
            let event = change.event(AuditAction::UserUpdated).resource(user_subject(&user));
            event.args(payload(&Value::Object(fields)))
        });
        match (role_event, event) {
            (Some(role), Some(other)) => {
                change.also(other);
                change.commit(role).await?;
            }
            (Some(only), None) | (None, Some(only)) => change.commit(only).await?,
            (None, None) => return Ok(old),
        }
        Ok(user)
    }

    /// Locks a person out: sessions end, open links die, and every key and call is refused from now on.
    ///
    /// # Errors
    /// `Conflict` for oneself, the last active administrator, and somebody who is suspended already.
    pub async fn suspend_user(&self, caller: &Caller, id: UserId) -> Result<User> {
        self.require(caller, Capability::ManageUsers).await?;
        let mut change = self.begin(caller).await?;
        store::users::lock_admins(&mut change.tx).await?;
        let user = store::users::lock(&mut change.tx, id).await?.ok_or_else(|| Problem::not_found("user"))?;
        if let Err(refusal) = may_change(caller, &user) {
            drop(change);
            self.denied(caller, MAY_NOT_SUSPEND).await?;
            return Err(refusal);
        }
        // Oneself first: whoever asks is not suspended.
        if caller.actor.id != Some(id) && user.status == UserStatus::Suspended {
            return Err(Problem::conflict("user_suspended", "the person is suspended already").into());
        }
        let (user, event) = suspend(&mut change, caller, user).await?;
        change.commit(event).await?;
        tracing::info!(person = %user.id, by = caller.actor.id.map(display), "suspended");
        Ok(user)
    }

    /// Lets a suspended person in again; somebody who had never come in needs a new invitation.
    pub async fn reactivate_user(&self, caller: &Caller, id: UserId) -> Result<User> {
        self.require(caller, Capability::ManageUsers).await?;
        let mut change = self.begin(caller).await?;
        let user = store::users::lock(&mut change.tx, id).await?.ok_or_else(|| Problem::not_found("user"))?;
        if let Err(refusal) = may_change(caller, &user) {
            drop(change);
            self.denied(caller, MAY_NOT_REACTIVATE).await?;
            return Err(refusal);
        }
        if user.status != UserStatus::Suspended {
            return Err(Problem::conflict("user_not_suspended", "the person is not suspended").into());
        }
        let (user, event) = reactivate(&mut change, user).await?;
        change.commit(event).await?;
        tracing::info!(person = %user.id, by = caller.actor.id.map(display), "reactivated");
        Ok(user)
    }

    /// Suspends or reactivates several people: all of them or, if one may not be, nobody. Returns those who were changed;
    /// who is as wished already stays so.
    ///
    /// # Errors
    /// As [`Self::suspend_user`] and [`Self::reactivate_user`]; `Invalid` for nobody or too many.
    pub async fn switch_users(&self, caller: &Caller, ids: &[UserId], active: bool) -> Result<Vec<User>> {
        self.require(caller, Capability::ManageUsers).await?;
        if ids.is_empty() || ids.len() > AT_ONCE {
            return Err(Problem::field("ids", format!("choose between one and {AT_ONCE} people")).into());
        }
        let mut change = self.begin(caller).await?;
        store::users::lock_admins(&mut change.tx).await?;
        let (mut changed, mut events) = (Vec::new(), Vec::new());
        // In one order, so that two changes never wait for each other.
        for id in ids.iter().copied().collect::<BTreeSet<_>>() {
            let user = store::users::lock(&mut change.tx, id).await?.ok_or_else(|| Problem::not_found("user"))?;
            if active == (user.status != UserStatus::Suspended) {
                continue;
            }
            if let Err(refusal) = may_change(caller, &user) {
                drop(change);
                self.denied(caller, if active { MAY_NOT_REACTIVATE } else { MAY_NOT_SUSPEND }).await?;
                return Err(refusal);
            }
            let (user, event) =
                if active { reactivate(&mut change, user).await? } else { suspend(&mut change, caller, user).await? };
            changed.push(user);
            events.push(event);
        }
        let Some(last) = events.pop() else { return Ok(changed) };
        for event in events {
            change.also(event);
        }
        change.commit(last).await?;
        let status = if active { "reactivated" } else { "suspended" };
        for user in &changed {
            tracing::info!(person = %user.id, by = caller.actor.id.map(display), "{status}");
        }
        Ok(changed)
    }

    /// Refuses, with an event, a role that is out of the caller's reach.
    async fn may_give(&self, caller: &Caller, from: Option<Role>, to: Option<Role>) -> Result<()> {
        let refused = to.and_then(|to| may_have_role(caller, from, to).err());
        let Some(refusal) = refused else { return Ok(()) };
        self.denied(caller, "only super administrators may make one").await?;
        Err(refusal)
    }
}

/// Suspends somebody who is not, unless it is the caller or the last administrator. Take the lock on administrators first.
async fn suspend(change: &mut Change<'_>, caller: &Caller, user: User) -> Result<(User, Event)> {
    if caller.actor.id == Some(user.id) {
        return Err(Problem::conflict("own_account", "you cannot suspend yourself; ask another administrator").into());
    }
    another_admin(&mut change.tx, &user, "suspended").await?;
    store::users::set_status(&mut change.tx, user.id, UserStatus::Suspended, change.now).await?;
    let ended = store::sessions::delete_of_user(&mut change.tx, user.id, None).await?;
    for kind in [LinkKind::Invite, LinkKind::Reset] {
        store::links::invalidate_of_user(&mut change.tx, user.id, kind, change.now).await?;
    }
    change.reload(Part::People);
    let event = change
        .event(AuditAction::UserSuspended)
        .resource(user_subject(&user))
        .args(payload(&json!({ "sessions_ended": ended })));
    Ok((User { status: UserStatus::Suspended, ..user }, event))
}

/// Lets somebody suspended in again.
async fn reactivate(change: &mut Change<'_>, user: User) -> Result<(User, Event)> {
    let has_password = store::users::password_hash(&mut change.tx, user.id).await?.is_some();
    let status = if has_password { UserStatus::Active } else { UserStatus::Inactive };
    store::users::set_status(&mut change.tx, user.id, status, change.now).await?;
    change.reload(Part::People);
    let event = change
        .event(AuditAction::UserReactivated)
        .resource(user_subject(&user))
        .args(payload(&json!({ "status": status })));
    Ok((User { status, ..user }, event))
}

/// Active people who hold a capability, for notifications.
pub(crate) async fn deciders(tx: &mut Tx, capability: Capability) -> Result<Vec<UserId>> {
    let admins = store::users::admins(tx).await?;
    Ok(admins.into_iter().filter(|user| user.role.can(capability)).map(|user| user.id).collect())
}

/// Refuses whoever is not one to touch the account of a super administrator.
pub(crate) fn may_change(caller: &Caller, user: &User) -> Result<()> {
    if user.role != Role::SuperAdmin || is_super(caller) {
        return Ok(());
    }
    Err(Problem::forbidden("only a super administrator may do this to a super administrator; ask one").into())
}

fn may_have_role(caller: &Caller, from: Option<Role>, to: Role) -> Result<()> {
    if to != Role::SuperAdmin || from == Some(Role::SuperAdmin) || is_super(caller) {
        return Ok(());
    }
    Err(Problem::forbidden("only a super administrator may make somebody a super administrator; ask one").into())
}

fn is_super(caller: &Caller) -> bool {
    caller.is_local() || caller.role == Some(Role::SuperAdmin)
}

/// Refuses to lose the last active administrator. Take the lock on administrators first.
async fn another_admin(tx: &mut Tx, user: &User, what: &str) -> Result<()> {
    let counts = user.role.is_admin() && user.status == UserStatus::Active;
    if counts && store::users::count_admins(tx).await? <= 1 {
        return Err(Problem::conflict(
            "last_admin",
            format!("the last active administrator cannot be {what}; make somebody else an administrator first"),
        )
        .into());
    }
    Ok(())
}

fn check(new: &NewUser) -> Result<Checked> {
    check_with(new, Wrong::new())
}

fn check_with(new: &NewUser, password: Wrong) -> Result<Checked> {
    let mut wrong = Wrong::new();
    let email = wrong.parse::<Email>("email", &new.email);
    let name = wrong.text("name", &new.name, NAME);
    let department = wrong.optional_text("department", &new.department, NAME);
    let title = wrong.optional_text("title", &new.title, NAME);
    let team = wrong.optional_text("team", &new.team, NAME);
    wrong.extend(password.into_errors());
    wrong.check()?;
    let email = email.ok_or_else(|| Problem::field("email", "enter an email address"))?;
    Ok(Checked { email, name, department, title, team, role: new.role })
}

/// The fields that differ, with their new values.
fn changed(old: &User, new: &User) -> Map<String, Value> {
    let fields = [
        ("email", old.email.as_str(), new.email.as_str()),
        ("name", &old.name, &new.name),
        ("department", &old.department, &new.department),
        ("title", &old.title, &new.title),
        ("team", &old.team, &new.team),
    ];
    let differing = fields.into_iter().filter(|(_, old, new)| old != new);
    differing.map(|(field, _, new)| (field.to_owned(), Value::from(new))).collect()
}
