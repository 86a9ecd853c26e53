//! People, groups, browser sessions and one-time links.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{Capability, Email, GroupId, LinkId, PrincipalKind, Role, RuleView, SessionId, Sort, UserId};

words! {
    /// Whether a person may act.
    pub enum UserStatus {
        /// May sign in and call.
        Active = "active",
        /// Invited and not yet in, or left.
        Inactive = "inactive",
        /// Locked out; every session, key and call is refused at once.
        Suspended = "suspended",
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// Identity.
    pub id: UserId,
    /// Sign-in name, unique.
    pub email: Email,
    /// Display name.
    pub name: String,
    /// Department, empty when unknown.
    pub department: String,
    /// Job title, empty when unknown.
    pub title: String,
    /// Team, empty when unknown.
    pub team: String,
    /// Platform role.
    pub role: Role,
    /// Whether the person may act.
    pub status: UserStatus,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// The last sign-in.
    pub last_login_at: Option<DateTime<Utc>>,
}

/// What an administrator enters to invite or change a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewUser {
    /// Email address (checked by the use case, so that the form can show what is wrong).
    pub email: String,
    /// Display name.
    pub name: String,
    /// Department.
    #[serde(default)]
    pub department: String,
    /// Job title.
    #[serde(default)]
    pub title: String,
    /// Team.
    #[serde(default)]
    pub team: String,
    /// Platform role; `user` when absent.
    #[serde(default)]
    pub role: Option<Role>,
}

/// Which people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct UserFilter {
    /// Part of name, email, department or team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Only this status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<UserStatus>,
    /// The order (`name`, `-last_sign_in`, …); by name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub sort: Option<Sort<UserSort>>,
}

words! {
    /// What groups can be sorted by.
    pub enum GroupSort {
        /// Name.
        Name = "name",
        /// Number of members.
        Members = "members",
    }
}

words! {
    /// What people can be sorted by.
    pub enum UserSort {
        /// Name.
        Name = "name",
        /// Department.
        Department = "department",
        /// Last sign-in; those who never came are oldest.
        LastSignIn = "last_sign_in",
    }
}

/// A person with everything an administrator looks at on one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserProfile {
    /// The person.
    pub user: User,
    /// Groups by name.
    pub groups: Vec<Group>,
    /// The rules that apply to this person, directly or by a group; none for somebody who may not read rules.
    pub rules: Vec<RuleView>,
    /// Open browser sessions.
    pub sessions: Vec<SessionView>,
    /// A pending invitation or reset link exists.
    pub link: Option<LinkView>,
}

words! {
    /// What holds people together. Both kinds share ids, names and members.
    pub enum GroupKind {
        /// People who get access together.
        Group = "group",
        /// People who do the same work: the "role" of a rule, which is not a platform role.
        JobRole = "job_role",
    }
}

impl GroupKind {
    /// The kind of principal that rules about such a group have.
    pub const fn principal(self) -> PrincipalKind {
        match self {
            Self::Group => PrincipalKind::Group,
            Self::JobRole => PrincipalKind::JobRole,
        }
    }
}

words! {
    /// Where a group comes from.
    pub enum GroupSource {
        /// It was made by hand.
        Manual = "manual",
        /// It was made by the import of a CSV file.
        Csv = "csv",
    }
}

/// A group of people, or a job role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Group {
    /// Identity.
    pub id: GroupId,
    /// Group or job role; stays what it is.
    pub kind: GroupKind,
    /// Where it comes from.
    pub source: GroupSource,
    /// Name, unique among both kinds.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Number of members.
    pub members: u32,
}

/// What the import of a CSV file changes, or would change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupImport {
    /// Groups and job roles that are made.
    pub groups_made: u32,
    /// Existing ones whose description changes.
    pub groups_described: u32,
    /// People who are put into a group, counted once for each group.
    pub members_added: u32,
    /// People who are taken out of a group, counted once for each group.
    pub members_removed: u32,
    /// The first groups that change, in the order of the file.
    pub changes: Vec<GroupImportChange>,
    /// How many further groups change.
    pub more_changes: u32,
    /// Names exactly these changes, so that only what somebody has seen is applied.
    pub digest: String,
}

impl GroupImport {
    /// True when everything is as the file says already.
    pub const fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// What an import changes at one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupImportChange {
    /// Group or job role.
    pub kind: GroupKind,
    /// Its name.
    pub name: String,
    /// It is made.
    pub made: bool,
    /// It exists, and gets another description.
    pub described: bool,
    /// How many people are put in.
    pub added: u32,
    /// The first of them, by email address.
    pub added_examples: Vec<Email>,
    /// How many people are taken out.
    pub removed: u32,
    /// The first of them, by email address.
    pub removed_examples: Vec<Email>,
}

/// An open browser session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// Identity; ending it needs only this.
    pub id: SessionId,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// Last use.
    pub last_seen_at: DateTime<Utc>,
    /// Ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// Address it began from.
    pub ip: Option<String>,
    /// Browser it began in.
    pub user_agent: Option<String>,
    /// It is the session asking.
    pub current: bool,
}

words! {
    /// What a one-time link does.
    pub enum LinkKind {
        /// Makes the first administrator.
        Setup = "setup",
        /// Lets an invited person set a password.
        Invite = "invite",
        /// Lets a person set a new password.
        Reset = "reset",
    }
}

/// A one-time link just made. The address is shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OneTimeLink {
    /// Identity.
    pub id: LinkId,
    /// What it does.
    pub kind: LinkKind,
    /// The address to hand over, with its secret.
    pub url: String,
    /// Dies at this time.
    pub expires_at: DateTime<Utc>,
}

/// A one-time link as it is listed: without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkView {
    /// Identity.
    pub id: LinkId,
    /// What it does.
    pub kind: LinkKind,
    /// Whose it is; absent for setup.
    pub user_id: Option<UserId>,
    /// Email and name of the person, for greeting.
    pub email: Option<String>,
    /// Name of the person.
    pub name: Option<String>,
    /// Dies at this time.
    pub expires_at: DateTime<Utc>,
}

/// The person asking, and what the shell of the console needs to draw itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The person.
    pub user: User,
    /// Rights on the platform.
    pub capabilities: Vec<Capability>,
    /// Requests waiting for a decision; only for those who decide.
    pub pending_requests: u32,
    /// Unread notifications.
    pub unread_notifications: u32,
    /// The data here is a demonstration.
    pub demo: bool,
    /// Servers on this machine's own addresses are allowed (development only).
    pub loopback_allowed: bool,
    /// The console runs on plain http by an explicit setting.
    pub insecure_http: bool,
    /// Calls do not wait for their audit records by an explicit setting, so records can be lost.
    pub audit_best_effort: bool,
    /// The version of this program.
    pub version: String,
}

/// The numbers of the console's frame that change while somebody looks at a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Unread notifications.
    pub unread_notifications: u32,
    /// Requests waiting for a decision; only for those who decide.
    pub pending_requests: u32,
}

impl Me {
    /// True when the person holds the capability.
    pub fn can(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
    }
}
