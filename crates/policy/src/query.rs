//! What is asked, and what is answered.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::{Decision, GroupId, PersonAttribute, Role, RuleId, ServerId, UserId};

/// The groups of one person: sorted and without duplicates, which decisions rely on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups(Vec<GroupId>);

impl Groups {
    /// No groups.
    pub const NONE: &'static Self = &Self(Vec::new());

    /// These groups, in any order.
    pub fn new(groups: impl IntoIterator<Item = GroupId>) -> Self {
        let mut groups: Vec<GroupId> = groups.into_iter().collect();
        groups.sort_unstable();
        groups.dedup();
        Self(groups)
    }

    /// The groups, ascending.
    pub fn as_slice(&self) -> &[GroupId] {
        &self.0
    }

    /// True for a member of this group.
    pub fn contains(&self, group: GroupId) -> bool {
        self.0.binary_search(&group).is_ok()
    }
}

impl FromIterator<GroupId> for Groups {
    fn from_iter<I: IntoIterator<Item = GroupId>>(groups: I) -> Self {
        Self::new(groups)
    }
}

/// What rules can ask about a person beside identity and groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Department, empty when unknown.
    pub department: String,
    /// Job title, empty when unknown.
    pub title: String,
    /// Team, empty when unknown.
    pub team: String,
    /// Sign-in name.
    pub email: String,
    /// Platform role.
    pub role: Role,
    /// Names of the groups.
    pub groups: Vec<String>,
    /// Names of the job roles.
    pub job_roles: Vec<String>,
}

impl Profile {
    /// Nothing is known.
    pub const UNKNOWN: &'static Self = &Self {
        department: String::new(),
        title: String::new(),
        team: String::new(),
        email: String::new(),
        role: Role::User,
        groups: Vec::new(),
        job_roles: Vec::new(),
    };

    /// The value of an attribute, empty when unknown.
    pub fn attribute(&self, attribute: PersonAttribute) -> &str {
        match attribute {
            PersonAttribute::Department => &self.department,
            PersonAttribute::Title => &self.title,
            PersonAttribute::Team => &self.team,
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct SubjectRef<'a> {
    /// The person.
    pub user: UserId,
    /// The person's groups and job roles.
    pub groups: &'a Groups,
    /// What else is known of the person.
    pub profile: &'a Profile,
}

/// How a caller proved who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMethod {
    /// A key of the person.
    ApiKey,
    /// A session of the console.
    Session,
}

impl AuthMethod {
    /// The word that conditions compare with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::Session => "session",
        }
    }
}

/// What is known of a request before its message is read. What is absent is not known, and no condition on it is met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestFacts {
    /// Address of the AI client.
    pub ip: Option<IpAddr>,
    /// What the AI client calls itself.
    pub client_name: Option<String>,
    /// Version of the AI client.
    pub client_version: Option<String>,
    /// How the caller proved who it is.
    pub method: Option<AuthMethod>,
    /// Whether a second factor was used.
    pub mfa: Option<bool>,
    /// Whether the person was present at sign-in.
    pub user_verified: Option<bool>,
    /// Scopes of the access token.
    pub scopes: Option<Vec<String>>,
    /// Labels of the session.
    pub labels: Option<Vec<String>>,
}

/// How much is known when a question is asked. What is not known yet counts for the caller: a condition of an allow may
/// still be met, one of a deny may not. So what somebody may find is never less than what the person may call.
#[derive(Debug, Clone, Copy)]
pub enum Known<'a> {
    /// Only who would ask: what somebody may find in the console.
    Person,
    /// The request, too: what somebody may connect to, and what lists show.
    Request(&'a RequestFacts),
    /// Everything: a call, with its arguments as JSON where it has any.
    Call(&'a RequestFacts, Option<&'a str>),
}

/// How much has to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Who asks.
    Person,
    /// The request.
    Request,
    /// The call with its arguments.
    Call,
}

impl Level {
    /// All, ascending.
    pub(crate) const ALL: [Self; 3] = [Self::Person, Self::Request, Self::Call];
}

impl<'a> Known<'a> {
    /// How much that is.
    pub const fn level(self) -> Level {
        match self {
            Self::Person => Level::Person,
            Self::Request(_) => Level::Request,
            Self::Call(..) => Level::Call,
        }
    }

    /// The request, if it is known.
    pub const fn request(self) -> Option<&'a RequestFacts> {
        match self {
            Self::Person => None,
            Self::Request(facts) | Self::Call(facts, _) => Some(facts),
        }
    }

    /// The arguments, if they are known and there are any.
    pub const fn arguments(self) -> Option<&'a str> {
        match self {
            Self::Call(_, arguments) => arguments,
            _ => None,
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// A tool, by name.
    Tool(&'a str),
    /// A prompt, by name.
    Prompt(&'a str),
    /// A resource, by URI.
    Resource(&'a str),
    /// A resource template, by URI template.
    Template(&'a str),
    /// The server itself: handshake, lists, ping, logging level.
    Server,
}

impl<'a> Target<'a> {
    /// Name or URI; empty for the server itself.
    pub const fn name(self) -> &'a str {
        match self {
            Self::Tool(name) | Self::Prompt(name) | Self::Resource(name) | Self::Template(name) => name,
            Self::Server => "",
        }
    }
}

/// One question to the policy.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// Who asks.
    pub subject: SubjectRef<'a>,
    /// Which server is meant.
    pub server: ServerId,
    /// What of it.
    pub target: Target<'a>,
    /// When.
    pub now: DateTime<Utc>,
    /// What conditions can look at.
    pub known: Known<'a>,
}

/// Why the policy answered as it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// No rule allows it.
    NoRule,
    /// The rules of the verdict allow it, and none denies it.
    AllowedBy,
    /// The rules of the verdict deny it.
    DeniedBy,
    /// The rules of the verdict could not be evaluated, which denies.
    Error(Arc<str>),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRule => f.write_str("no rule allows this"),
            Self::AllowedBy => f.write_str("allowed by rule"),
            Self::DeniedBy => f.write_str("denied by rule"),
            Self::Error(error) => write!(f, "denied because a rule could not be evaluated: {error}"),
        }
    }
}

/// The answer of the policy. Cloning copies no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Permitted or forbidden.
    pub decision: Decision,
    /// The deciding rules, ascending by id; empty when no rule matches.
    pub rules: Arc<[RuleId]>,
    /// Why.
    pub reason: Reason,
    /// What rules in monitor mode would have changed, if anything.
    pub would: Option<Arc<Would>>,
}

/// Another decision than the one that was made: what it would be if the rules in monitor mode were enforced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Would {
    /// The other decision.
    pub decision: Decision,
    /// The rules that would have made it, ascending by id.
    pub rules: Vec<RuleId>,
}

impl Verdict {
    /// True when permitted.
    pub fn is_allowed(&self) -> bool {
        self.decision == Decision::Allow
    }
}
