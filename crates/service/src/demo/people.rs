//! The people of the demonstration, their groups and their keys.

use chrono::TimeDelta;
use domain::{ApiKey, AuditAction, Group, GroupId, GroupKind, GroupSource, KeyId, Role, User, UserId, UserStatus};
use serde_json::json;
use store::Tx;

use super::stage::Stage;
use super::{DEMO_ADMIN, DEMO_EMPLOYEE};
use crate::Result;
use crate::change::payload;
use crate::token::TokenKind;
use crate::views::{group_subject, key_subject, user_subject};

/// Somebody of the demonstration, in the order of [`PEOPLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Astrid,
    Alex,
    Jonas,
    Mira,
    Tomasz,
    Elena,
    Samir,
    Lucia,
    Henrik,
    Priya,
    Daniel,
    Noor,
    Greta,
    Felix,
    Yuki,
}

/// Who decides.
pub(super) const ADMINS: [Who; 2] = [Who::Astrid, Who::Jonas];

pub(super) struct Profile {
    pub(super) who: Who,
    email: &'static str,
    name: &'static str,
    department: &'static str,
    title: &'static str,
    team: &'static str,
    role: Role,
    status: UserStatus,
    /// Days since the account was made.
    joined: i64,
}

const fn person(
    who: Who,
    email: &'static str,
    name: &'static str,
    department: &'static str,
    title: &'static str,
    team: &'static str,
) -> Profile {
    Profile { who, email, name, department, title, team, role: Role::User, status: UserStatus::Active, joined: 29 }
}

pub(super) const PEOPLE: [Profile; 15] = {
    use Who::{
        Alex, Astrid, Daniel, Elena, Felix, Greta, Henrik, Jonas, Lucia, Mira, Noor, Priya, Samir, Tomasz, Yuki,
    };
    [
        Profile {
            role: Role::SuperAdmin,
            joined: 30,
            ..person(Astrid, DEMO_ADMIN, "Astrid Lindqvist", "IT", "Head of IT", "Workplace")
        },
        person(Alex, DEMO_EMPLOYEE, "Alex Moreau", "Engineering", "Software Engineer", "Booking"),
        Profile {
            role: Role::Admin,
            ..person(Jonas, "jonas@demo.example", "Jonas Weber", "Security", "Security Engineer", "Platform Security")
        },
        person(Mira, "mira@demo.example", "Mira Okafor", "Engineering", "Engineering Manager", "Booking"),
        person(Tomasz, "tomasz@demo.example", "Tomasz Nowak", "Engineering", "Site Reliability Engineer", "Platform"),
        person(Elena, "elena@demo.example", "Elena Petrova", "Data", "Data Analyst", "Insights"),
        person(Samir, "samir@demo.example", "Samir Haddad", "Data", "Data Engineer", "Warehouse"),
        person(Lucia, "lucia@demo.example", "Lucia Romano", "Finance", "Controller", "Accounting"),
        person(Henrik, "henrik@demo.example", "Henrik Dahl", "Operations", "Dispatch Lead", "Nordic Hub"),
        person(Priya, "priya@demo.example", "Priya Raman", "Customer Success", "Support Lead", "EMEA"),
        Profile {
            joined: 21,
            ..person(Daniel, "daniel@demo.example", "Daniel Cho", "Customer Success", "Support Engineer", "EMEA")
        },
        person(Noor, "noor@demo.example", "Noor van Dijk", "Marketing", "Content Manager", "Brand"),
        person(Greta, "greta@demo.example", "Greta Hoffmann", "People", "HR Business Partner", "Benelux"),
        Profile {
            status: UserStatus::Suspended,
            ..person(Felix, "felix@demo.example", "Felix Berger", "Engineering", "Contractor", "Booking")
        },
        Profile {
            status: UserStatus::Inactive,
            joined: 2,
            ..person(Yuki, "yuki@demo.example", "Yuki Tanaka", "Product", "Product Designer", "Design")
        },
    ]
};

/// Days since Felix was suspended.
pub(super) const FELIX_LEFT: i64 = 6;

/// The groups, which the rules name by their place.
pub(super) const ENGINEERING: usize = 0;
pub(super) const DATA: usize = 1;
pub(super) const SUPPORT: usize = 2;
pub(super) const FINANCE: usize = 3;
pub(super) const PILOT: usize = 4;

const GROUPS: [(&str, &str, &[Who]); 5] = [
    ("Engineering", "Everybody who ships code", &[Who::Alex, Who::Mira, Who::Tomasz, Who::Felix]),
    ("Data & Analytics", "People who may read the warehouse", &[Who::Elena, Who::Samir]),
    ("Customer Success", "Support in all regions", &[Who::Priya, Who::Daniel]),
    ("Finance", "Accounting and payroll", &[Who::Lucia]),
    (
        "AI pilot",
        "Volunteers who try new tools first",
        &[Who::Alex, Who::Elena, Who::Henrik, Who::Priya, Who::Noor, Who::Greta],
    ),
];

pub(super) async fn write(stage: &mut Stage<'_>, tx: &mut Tx, hash: &str) -> Result<()> {
    for profile in &PEOPLE {
        let user = write_person(stage, tx, profile, hash).await?;
        stage.people.push(user);
    }
    for profile in &PEOPLE {
        note_person(stage, profile);
    }
    write_groups(stage, tx).await?;
    write_keys(stage, tx).await
}

async fn write_person(stage: &Stage<'_>, tx: &mut Tx, profile: &Profile, hash: &str) -> Result<User> {
    let at = stage.day(profile.joined, 8, 5 + profile.who as i64 * 2);
    let user = User {
        id: UserId::generate(&stage.at(at)),
        email: profile.email.parse().map_err(|e| crate::Error::broken("an address of the demonstration", e))?,
        name: profile.name.to_owned(),
        department: profile.department.to_owned(),
        title: profile.title.to_owned(),
        team: profile.team.to_owned(),
        role: profile.role,
        status: profile.status,
        created_at: at,
        last_login_at: None,
    };
    store::users::insert(tx, &user).await?;
    if user.status != UserStatus::Inactive {
        store::users::set_password(tx, user.id, hash, at).await?;
    }
    Ok(user)
}

/// How a person came in, became what they are, or left.
fn note_person(stage: &mut Stage<'_>, profile: &Profile) {
    let user = stage.person(profile.who).clone();
    let at = user.created_at;
    let about = |role: Role| {
        payload(&json!({ "email": user.email, "name": user.name, "department": user.department, "title": user.title,
            "team": user.team, "role": role }))
    };
    if profile.who == Who::Astrid {
        let event = stage.event(at, Who::Astrid, AuditAction::UserCreated).resource(user_subject(&user));
        return stage.record(at, event.args(about(user.role)));
    }
    let event = stage.event(at, Who::Astrid, AuditAction::UserCreated).resource(user_subject(&user));
    stage.record(at, event.args(about(Role::User)));
    let event = stage.event(at, Who::Astrid, AuditAction::UserInvited).resource(user_subject(&user));
    stage.record(at, event);
    if user.status != UserStatus::Inactive {
        let at = stage.day(profile.joined, 9, 10 + profile.who as i64 * 3);
        let event = stage.event(at, profile.who, AuditAction::UserActivated).resource(user_subject(&user));
        stage.record(at, event);
    }
    if user.role == Role::Admin {
        let at = stage.day(profile.joined, 10, 20);
        let event = stage.event(at, Who::Astrid, AuditAction::RoleChanged).resource(user_subject(&user));
        stage.record(at, event.args(payload(&json!({ "from": Role::User, "to": Role::Admin }))));
    }
    if user.status == UserStatus::Suspended {
        let at = stage.day(FELIX_LEFT, 16, 45);
        let event = stage.event(at, Who::Jonas, AuditAction::UserSuspended).resource(user_subject(&user));
        stage.record(at, event.args(payload(&json!({ "sessions_ended": 1 }))));
    }
}

async fn write_groups(stage: &mut Stage<'_>, tx: &mut Tx) -> Result<()> {
    for (n, (name, description, members)) in (0_i64..).zip(GROUPS) {
        let at = stage.day(29, 11, n * 4);
        let group = Group {
            id: GroupId::generate(&stage.at(at)),
            kind: GroupKind::Group,
            source: GroupSource::Manual,
            name: name.to_owned(),
            description: description.to_owned(),
            members: u32::try_from(members.len()).unwrap_or(u32::MAX),
        };
        store::groups::insert(tx, &group, at).await?;
        let event = stage.event(at, Who::Astrid, AuditAction::GroupCreated).resource(group_subject(&group));
        let fields = json!({ "name": group.name, "description": group.description });
        stage.record(at, event.args(payload(&fields)));
        for who in members {
            let user = stage.person(*who);
            // Who joined later was added later.
            let at = at.max(user.created_at);
            store::groups::add_member(tx, group.id, user.id, at).await?;
            let fields = json!({ "added": user.id, "name": user.name });
            let event = stage.event(at, Who::Astrid, AuditAction::GroupUpdated).resource(group_subject(&group));
            stage.record(at, event.args(payload(&fields)));
        }
        stage.groups.push((group, members.to_vec()));
    }
    Ok(())
}

/// A key of somebody; times are counted back from now.
struct Key {
    who: Who,
    name: &'static str,
    made_days: i64,
    used_minutes: i64,
    /// Days until it expires.
    expires_days: Option<i64>,
    revoked_days: Option<i64>,
}

const fn key(who: Who, name: &'static str, made_days: i64, used_minutes: i64) -> Key {
    Key { who, name, made_days, used_minutes, expires_days: None, revoked_days: None }
}

const KEYS: [Key; 6] = [
    key(Who::Alex, "Claude Code on my laptop", 28, 17),
    Key { expires_days: Some(76), ..key(Who::Alex, "Cursor", 14, 190) },
    key(Who::Mira, "Claude Code", 27, 44),
    Key { expires_days: Some(65), ..key(Who::Tomasz, "On-call scripts", 25, 8) },
    key(Who::Elena, "Notebook", 26, 95),
    Key { revoked_days: Some(10), ..key(Who::Samir, "Old workstation", 24, 60 * 24 * 11) },
];

async fn write_keys(stage: &mut Stage<'_>, tx: &mut Tx) -> Result<()> {
    for Key { who, name, made_days, used_minutes, expires_days, revoked_days } in KEYS {
        let at = stage.day(made_days, 9, 40);
        // Nobody has the secret: the demonstration's past was not made by these keys.
        let minted = TokenKind::Key.mint(&stage.at(at));
        let key = ApiKey {
            id: KeyId::generate(&stage.at(at)),
            user_id: stage.person(who).id,
            name: name.to_owned(),
            hint: minted.hint(),
            created_at: at,
            expires_at: expires_days.map(|days| stage.now + TimeDelta::days(days)),
            last_used_at: Some(stage.ago(used_minutes)),
            revoked_at: revoked_days.map(|days| stage.day(days, 15, 5)),
        };
        store::api_keys::insert(tx, &key, &minted.hash).await?;
        let fields = payload(&json!({ "name": key.name, "hint": key.hint, "expires_at": key.expires_at }));
        let event = stage.event(at, who, AuditAction::ApiKeyCreated).resource(key_subject(&key)).args(fields);
        stage.record(at, event);
        if let Some(at) = key.revoked_at {
            let event = stage.event(at, who, AuditAction::ApiKeyRevoked).resource(key_subject(&key));
            stage.record(at, event);
        }
    }
    Ok(())
}
