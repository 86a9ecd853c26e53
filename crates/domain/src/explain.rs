//! Why a call would be decided as it is.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{Decision, RuleView, ServerId, UserId};

words! {
    /// What somebody would use of a server.
    #[derive(Default)]
    pub enum TargetKind {
        /// A tool, by its name.
        #[default]
        Tool = "tool",
        /// A prompt, by its name.
        Prompt = "prompt",
        /// A resource, by its URI.
        Resource = "resource",
        /// A resource template, by its URI template.
        Template = "template",
        /// The server itself: to connect and to ask for lists.
        Server = "server",
    }
}

/// What an explanation is asked of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// Who would call.
    pub person: UserId,
    /// Which server.
    pub server: ServerId,
    /// What of it; a tool when absent.
    #[serde(default)]
    pub kind: TargetKind,
    /// Name or URI; none for the server itself.
    #[serde(default)]
    pub name: String,
    /// When; now when absent. In the past the rules of then decide; people, their groups and servers are those of today.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
    /// The arguments of the call, a JSON object as text; none when empty.
    #[serde(default)]
    pub arguments: String,
    /// Address of the AI client; not known when empty.
    #[serde(default)]
    pub ip: String,
    /// What the AI client calls itself; not known when empty.
    #[serde(default)]
    pub client: String,
    /// Version of the AI client; not known when empty.
    #[serde(default)]
    pub client_version: String,
}

words! {
    /// What a rule has to do with a question.
    pub enum Bearing {
        /// It applies and allows.
        Allows = "allows",
        /// It applies and denies.
        Denies = "denies",
        /// It would apply, and is switched off.
        SwitchedOff = "switched_off",
        /// It would apply, and has not begun.
        NotYet = "not_yet",
        /// It would apply, and has ended.
        Over = "over",
        /// It would apply, and its conditions are not met.
        Unmet = "unmet",
        /// It applies, and would allow if it were not in monitor mode.
        WouldAllow = "would_allow",
        /// It applies, and would deny if it were not in monitor mode.
        WouldDeny = "would_deny",
        /// It does not cover what is asked for.
        SomethingElse = "something_else",
        /// It is about somebody else.
        SomebodyElse = "somebody_else",
    }
}

words! {
    /// How a condition came out.
    pub enum TestOutcome {
        /// It is met.
        Met = "met",
        /// It is not met.
        NotMet = "not_met",
        /// There is nothing to compare.
        Missing = "missing",
        /// What is there cannot be compared so, which counts against the caller.
        WrongType = "wrong_type",
        /// What is there is known when the call is made.
        Unknown = "unknown",
    }
}

/// A condition of a rule, and how it came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TriedTest {
    /// Where it looked.
    pub path: String,
    /// How it compared.
    pub operator: String,
    /// What with, as JSON; empty where nothing is needed.
    pub wanted: String,
    /// What was there; empty when nothing was.
    pub found: String,
    /// How it came out.
    pub outcome: TestOutcome,
}

/// A rule, and what it has to do with the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Weighed {
    /// The rule.
    #[serde(flatten)]
    pub view: RuleView,
    /// What it has to do with the question.
    pub bearing: Bearing,
    /// It is one of those that decided.
    pub decides: bool,
    /// Its conditions, and how they came out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<TriedTest>,
}

/// A decision and how it came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explanation {
    /// What was asked.
    #[serde(flatten)]
    pub question: Question,
    /// Name of the person.
    pub person_name: String,
    /// Name of the server.
    pub server_name: String,
    /// The moment for which it was decided.
    pub decided_for: DateTime<Utc>,
    /// Permitted or forbidden.
    pub decision: Decision,
    /// Why, in words.
    pub why: String,
    /// What would have to change for the other decision, in words; first, for a moment in the past, what is not known of it.
    pub changes: Vec<String>,
    /// The rules of the server and the global ones: first those that decided, then those that nearly apply.
    pub rules: Vec<Weighed>,
    /// Rules about other people, which are left out.
    pub about_others: u32,
}
