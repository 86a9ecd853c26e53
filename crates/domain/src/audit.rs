//! The words of the audit log: what can happen, to whom, with which outcome, and how entries are found again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{AuditId, CorrelationId, ServerId, Sort, UserId};

words! {
    /// What happened.
    pub enum AuditAction {
        /// A browser session began.
        AuthSuccess = "auth_success",
        /// A credential for the proxy or the API was refused.
        AuthFailed = "auth_failed",
        /// A sign-in to the console was refused.
        LoginFailed = "login_failed",
        /// A browser session was ended by its owner.
        Logout = "logout",
        /// Sessions were ended by somebody else.
        SessionsEnded = "sessions_ended",
        /// A setup link was made.
        SetupLinkCreated = "setup_link_created",
        /// A call was admitted; its outcome follows as an entry of its own.
        ToolCallAdmitted = "tool_call_admitted",
        /// A call came back with a result.
        ToolCallSuccess = "tool_call_success",
        /// A call came back with an error, or did not come back.
        ToolCallFailure = "tool_call_failure",
        /// A resource read was admitted.
        ResourceReadAdmitted = "resource_read_admitted",
        /// A resource was read.
        ResourceReadSuccess = "resource_read_success",
        /// A resource read failed.
        ResourceReadFailure = "resource_read_failure",
        /// A prompt was admitted.
        PromptGetAdmitted = "prompt_get_admitted",
        /// A prompt was fetched.
        PromptGetSuccess = "prompt_get_success",
        /// A prompt could not be fetched.
        PromptGetFailure = "prompt_get_failure",
        /// A completion was admitted.
        CompletionAdmitted = "completion_admitted",
        /// A completion was answered.
        CompletionSuccess = "completion_success",
        /// A completion failed.
        CompletionFailure = "completion_failure",
        /// Something about a task was admitted: its state, its result, input for it, its end.
        TaskAdmitted = "task_admitted",
        /// A question about a task was answered.
        TaskSuccess = "task_success",
        /// A question about a task failed.
        TaskFailure = "task_failure",
        /// A call or a change was denied.
        AccessDenied = "access_denied",
        /// A rule of the guard was violated.
        SecurityViolation = "security_violation",
        /// The guard noticed something, for example a changed definition.
        SecurityWarning = "security_warning",
        /// A server was made.
        ServerCreated = "server_created",
        /// A server was changed.
        ServerUpdated = "server_updated",
        /// A server was deleted.
        ServerDeleted = "server_deleted",
        /// A request for a server was made.
        ServerRequested = "server_requested",
        /// A request for a server was granted.
        ServerApproved = "server_approved",
        /// A request for a server was refused.
        ServerRejected = "server_rejected",
        /// A request for a server was taken back.
        ServerRequestWithdrawn = "server_request_withdrawn",
        /// A server was switched on.
        ServerEnabled = "server_enabled",
        /// A server was switched off.
        ServerDisabled = "server_disabled",
        /// A connection was tested.
        ServerTested = "server_tested",
        /// Definitions were pinned or a changed one was approved.
        DefinitionsPinned = "definitions_pinned",
        /// Access was asked for.
        AccessRequestCreated = "access_request_created",
        /// Access was granted.
        AccessRequestApproved = "access_request_approved",
        /// Access was refused.
        AccessRequestRejected = "access_request_rejected",
        /// A request for access was taken back.
        AccessRequestWithdrawn = "access_request_withdrawn",
        /// A rule was made.
        PolicyCreated = "policy_created",
        /// A rule was changed.
        PolicyUpdated = "policy_updated",
        /// A rule was deleted.
        PolicyDeleted = "policy_deleted",
        /// A rule in monitor mode would have denied a call that was allowed.
        PolicyWouldDeny = "policy_would_deny",
        /// A rule in monitor mode would have allowed a call that was denied.
        PolicyWouldAllow = "policy_would_allow",
        /// A person was invited or made.
        UserCreated = "user_created",
        /// A person was changed.
        UserUpdated = "user_updated",
        /// An invited person came in.
        UserActivated = "user_activated",
        /// A person was locked out.
        UserSuspended = "user_suspended",
        /// A person was let in again.
        UserReactivated = "user_reactivated",
        /// An invitation link was made.
        UserInvited = "user_invited",
        /// A password reset link was made.
        UserResetLinkCreated = "user_reset_link_created",
        /// A password was set.
        UserPasswordChanged = "user_password_changed",
        /// A platform role was given or taken.
        RoleChanged = "role_changed",
        /// A group was made.
        GroupCreated = "group_created",
        /// A group's members changed.
        GroupUpdated = "group_updated",
        /// A group was deleted.
        GroupDeleted = "group_deleted",
        /// Groups were exported with their members.
        GroupsExported = "groups_exported",
        /// An API key was made.
        ApiKeyCreated = "api_key_created",
        /// An API key was revoked.
        ApiKeyRevoked = "api_key_revoked",
        /// Audit entries were exported.
        AuditExported = "audit_exported",
        /// A setting was changed.
        SettingsUpdated = "settings_updated",
        /// The program started.
        SystemStarted = "system_started",
        /// Demonstration data was written.
        DemoSeeded = "demo_seeded",
    }
}

impl AuditAction {
    /// True for the actions of a call through the proxy (admission and outcome).
    pub const fn is_call(self) -> bool {
        self.is_admission() || self.is_call_outcome()
    }

    /// True for an admission, which an outcome follows.
    pub const fn is_admission(self) -> bool {
        matches!(
            self,
            Self::ToolCallAdmitted
                | Self::ResourceReadAdmitted
                | Self::PromptGetAdmitted
                | Self::CompletionAdmitted
                | Self::TaskAdmitted
        )
    }

    /// True for the outcome of a call.
    pub const fn is_call_outcome(self) -> bool {
        matches!(
            self,
            Self::ToolCallSuccess
                | Self::ToolCallFailure
                | Self::ResourceReadSuccess
                | Self::ResourceReadFailure
                | Self::PromptGetSuccess
                | Self::PromptGetFailure
                | Self::CompletionSuccess
                | Self::CompletionFailure
                | Self::TaskSuccess
                | Self::TaskFailure
        )
    }

    /// True for the outcome of what is counted as a call. A task is counted once, when it is started.
    pub const fn is_counted(self) -> bool {
        self.is_call_outcome() && !matches!(self, Self::TaskSuccess | Self::TaskFailure)
    }
}

words! {
    /// How it ended.
    pub enum Outcome {
        /// It was done.
        Success = "success",
        /// It failed.
        Failure = "failure",
        /// It was not allowed.
        Denied = "denied",
        /// It was admitted and is under way.
        Admitted = "admitted",
        /// The program stopped before the outcome was known.
        Unknown = "unknown",
    }
}

words! {
    /// Who acted.
    pub enum ActorKind {
        /// A person.
        User = "user",
        /// Drawbridge itself.
        System = "system",
        /// Somebody at the command line of the machine.
        Operator = "operator",
        /// Nobody that is known.
        Anonymous = "anonymous",
    }
}

words! {
    /// Which kind of thing it happened to.
    pub enum ResourceKind {
        /// A person.
        User = "user",
        /// A group.
        Group = "group",
        /// A browser session.
        Session = "session",
        /// An API key.
        ApiKey = "api_key",
        /// A server.
        Server = "server",
        /// A request.
        Request = "request",
        /// A rule.
        Rule = "rule",
        /// A tool, resource or prompt of a server.
        Capability = "capability",
        /// The whole system.
        System = "system",
    }
}

words! {
    /// What the policy decided.
    pub enum Decision {
        /// Permitted.
        Allow = "allow",
        /// Forbidden.
        Deny = "deny",
    }
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    /// The kind.
    pub kind: ActorKind,
    /// Which person.
    pub id: Option<UserId>,
    /// Name at that time.
    pub name: String,
}

/// What it happened to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Subject {
    /// The kind.
    pub kind: ResourceKind,
    /// Its id, as text.
    pub id: Option<String>,
    /// Name at that time.
    pub name: Option<String>,
}

/// A row of the audit list: everything but the payloads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditRow {
    /// Identity.
    pub id: AuditId,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub action: AuditAction,
    /// How it ended.
    pub outcome: Outcome,
    /// Who.
    pub actor: Actor,
    /// To what.
    pub resource: Option<Subject>,
    /// The server.
    pub server_id: Option<ServerId>,
    /// The server's slug at that time.
    pub server: Option<String>,
    /// The tool, resource URI or prompt.
    pub tool: Option<String>,
    /// The AI client's name.
    pub client_name: Option<String>,
    /// The AI client's version.
    pub client_version: Option<String>,
    /// The caller's address.
    pub ip: Option<String>,
    /// Everything that one request caused shares it.
    pub correlation_id: CorrelationId,
    /// Duration in microseconds.
    pub latency_us: Option<i64>,
    /// What the policy decided.
    pub decision: Option<Decision>,
    /// Why it was denied or failed, in words.
    pub reason: Option<String>,
}

/// An audit entry with its payloads and its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// The row.
    #[serde(flatten)]
    pub row: AuditRow,
    /// The rules that decided, by id.
    pub rules: Vec<String>,
    /// Arguments, or the fields of a change: original JSON text, at most 64 KiB.
    pub args: Option<String>,
    /// Result: original JSON text, at most 64 KiB.
    pub result: Option<String>,
    /// Error, in words or as JSON text.
    pub error: Option<String>,
    /// Full length in bytes of arguments and result, where they were cut.
    pub cut: Option<String>,
    /// The node that wrote it.
    pub node: String,
    /// Its number on that node.
    pub seq: i64,
    /// Its hash, hexadecimal.
    pub hash: String,
    /// The hash before it, hexadecimal.
    pub prev_hash: String,
}

/// Which audit entries. Every part narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct AuditFilter {
    /// At or after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// Before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DateTime<Utc>>,
    /// Only this action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<AuditAction>,
    /// Only this outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Only this actor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<UserId>,
    /// Only this server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<ServerId>,
    /// Only this tool, resource or prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Only this AI client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Only what this request caused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<CorrelationId>,
    /// Only this kind of thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_kind: Option<ResourceKind>,
    /// Only this thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The order (`at` or `-at`); newest first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub sort: Option<Sort<AuditSort>>,
}

words! {
    /// What audit entries can be sorted by.
    pub enum AuditSort {
        /// When it happened.
        At = "at",
    }
}
