//! The words that cross the wire: ids, entities, states, permissions, event kinds.
//!
//! Everything here compiles for the server and for the browser, so it holds only what both need. Rows live in
//! `store`, protocol types in `mcp`, secrets in `vault`. A field added here recompiles every page: think twice.

mod access;
mod audit;
mod catalog;
mod condition;
mod env;
mod explain;
mod home;
mod id;
mod key;
mod limits;
mod notify;
mod page;
mod people;
mod problem;
mod request;
mod rule;
mod server;
#[cfg(not(target_arch = "wasm32"))]
mod simulate;
#[cfg(not(target_arch = "wasm32"))]
mod standing;
mod test;
mod text;
mod view;
mod words;

pub use access::{Capability, Role};
pub use audit::{
    Actor, ActorKind, AuditAction, AuditEntry, AuditFilter, AuditRow, AuditSort, Decision, Outcome, ResourceKind,
    Subject,
};
pub use catalog::{CatalogEntry, CatalogItem, CatalogNeeds, Category};
pub use condition::Condition;
#[cfg(not(target_arch = "wasm32"))]
pub use condition::{Operator, Test, Value};
pub use env::{Clock, Env, Random};
pub use explain::{Bearing, Explanation, Question, TargetKind, TestOutcome, TriedTest, Weighed};
pub use home::{AdminHome, CallRow, Compared, Denial, EmployeeHome, Home, HourCount, NamedCount};
pub use id::{
    AuditId, CorrelationId, GroupId, IdError, KeyId, LinkId, NodeId, NotificationId, RequestId, RuleId, ServerId,
    SessionId, TestId, UserId, ViewId,
};
pub use key::{ApiKey, NewApiKey};
pub use limits::{
    Deadlines, LIMIT_NUMBERS, LimitNumber, Limits, MAX_TOOLS_WITH_DEADLINES, ProtocolChoice, Range, Rate, ServerLimits,
    Speaks, SpokenMcp, is_within, range_words,
};
pub use notify::{Notification, NotificationKind};
pub use page::{Page, PageQuery, Sort};
pub use people::{
    Counters, Group, GroupImport, GroupImportChange, GroupKind, GroupSort, GroupSource, LinkKind, LinkView, Me,
    NewUser, OneTimeLink, SessionView, User, UserFilter, UserProfile, UserSort, UserStatus,
};
pub use problem::{FieldError, Problem};
pub use request::{
    Approval, DecisionRecord, Duplicate, Justification, NewRequest, Rejection, Request, RequestDraft, RequestFilter,
    RequestHistory, RequestKind, RequestSort, RequestState, Review, Scope,
};
pub use rule::{
    Effect, Names, NewRule, PersonAttribute, Principal, PrincipalKind, Rule, RuleChangeKind, RuleMode, RuleScope,
    RuleSort, RuleVersion, RuleView,
};
pub use server::{
    AddToClient, AuthKind, Connector, Health, NewServer, Pin, PinKind, PinState, Risk, SecretField, Server,
    ServerDetail, ServerFilter, ServerSort, ServerStatus, Transport,
};
#[cfg(not(target_arch = "wasm32"))]
pub use simulate::{Affected, Otherwise, Preview, RuleDraft, Simulation};
#[cfg(not(target_arch = "wasm32"))]
pub use standing::{Audience, PersonAccess, ServerAccess, Standing};
pub use test::{Definition, TestReport, TestStep, TestStepKind, TestStepState};
pub use text::{Email, SecretText, Slug, TextError};
pub use view::{ListName, SavedView};
