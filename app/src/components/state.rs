//! How the states of the domain look: a word and a tone for each.

use domain::{
    AuditAction, AuthKind, CatalogNeeds, Category, Decision, Effect, Health, Outcome, PinKind, PinState, RequestKind,
    RequestState, ResourceKind, Risk, Role, ServerStatus, TestStepKind, TestStepState, Transport, UserStatus,
};

use super::Tone;
use crate::text;

/// What has words for people, in the language of the console.
pub trait Worded {
    /// The words.
    fn words(&self) -> &'static str;
}

/// A state that can be shown as a badge.
pub trait Toned: Worded {
    /// The state in words for people.
    fn label(&self) -> String {
        self.words().to_owned()
    }
    /// What its colour says.
    fn tone(&self) -> Tone;
}

macro_rules! worded {
    ($($state:ident { $($variant:ident => $words:ident);+ $(;)? })+) => {$(
        impl Worded for $state {
            fn words(&self) -> &'static str {
                match self { $(Self::$variant => text::states::$words()),+ }
            }
        }
    )+};
}

macro_rules! toned {
    ($($state:ident { $($variant:ident => $words:ident, $tone:ident);+ $(;)? })+) => {$(
        worded! { $state { $($variant => $words);+ } }

        impl Toned for $state {
            fn tone(&self) -> Tone {
                match self { $(Self::$variant => Tone::$tone),+ }
            }
        }
    )+};
}

toned! {
    UserStatus { Active => user_active, Success; Inactive => user_inactive, Neutral; Suspended => user_suspended, Danger }
    Role { User => role_user, Neutral; Admin => role_admin, Accent; SuperAdmin => role_super_admin, Accent }
    RequestState {
        Pending => request_pending, Warning; Approved => request_approved, Success; Rejected => request_rejected, Danger;
        Withdrawn => request_withdrawn, Neutral
    }
    RequestKind { Server => kind_server, Accent; Access => kind_access, Info }
    ServerStatus { Draft => server_draft, Neutral; Active => server_active, Success; Disabled => server_disabled, Danger }
    Health {
        Connected => health_connected, Success; Error => health_error, Danger; NeedsSignIn => health_needs_sign_in, Warning;
        Unknown => health_unknown, Neutral
    }
    Risk { Low => risk_low, Success; Medium => risk_medium, Warning; High => risk_high, Danger }
    Outcome {
        Success => outcome_success, Success; Failure => outcome_failure, Danger; Denied => outcome_denied, Warning;
        Admitted => outcome_admitted, Info; Unknown => outcome_unknown, Neutral
    }
    Decision { Allow => decision_allow, Success; Deny => decision_deny, Danger }
    Effect { Allow => effect_allow, Success; Deny => effect_deny, Danger }
    PinState {
        Pinned => pin_pinned, Success; Changed => pin_changed, Danger; Added => pin_added, Warning; Gone => pin_gone, Neutral
    }
    TestStepState { Passed => test_passed, Success; Failed => test_failed, Danger; Skipped => test_skipped, Neutral }
    CatalogNeeds {
        Nothing => needs_nothing, Success; ApiKey => needs_api_key, Info; Oauth => needs_oauth, Neutral;
        Stdio => needs_stdio, Neutral
    }
}

worded! {
    PinKind { Tool => definition_tool; Prompt => definition_prompt; Resource => definition_resource; Template => definition_template; Instructions => definition_instructions }
    TestStepKind { Reachable => step_reachable; Tls => step_tls; Authentication => step_authentication; Handshake => step_handshake; Tools => step_tools }
    Category { Development => category_development; Projects => category_projects; Knowledge => category_knowledge; Communication => category_communication; Data => category_data; Operations => category_operations; Business => category_business; Finance => category_finance; Design => category_design; Web => category_web }
    Transport { StreamableHttp => transport_streamable_http; Sse => transport_sse; Stdio => transport_stdio }
    AuthKind { None => auth_none; ApiKey => auth_api_key; Oauth => auth_oauth }
    ResourceKind { User => resource_user; Group => resource_group; Session => resource_session; ApiKey => resource_api_key; Server => resource_server; Request => resource_request; Rule => resource_rule; Capability => resource_capability; System => resource_system }
}

impl Worded for AuditAction {
    fn words(&self) -> &'static str {
        match self {
            Self::AuthSuccess => text::actions::auth_success(),
            Self::AuthFailed => text::actions::auth_failed(),
            Self::LoginFailed => text::actions::login_failed(),
            Self::Logout => text::actions::logout(),
            Self::SessionsEnded => text::actions::sessions_ended(),
            Self::SetupLinkCreated => text::actions::setup_link_created(),
            Self::ToolCallAdmitted => text::actions::tool_call_admitted(),
            Self::ToolCallSuccess => text::actions::tool_call_success(),
            Self::ToolCallFailure => text::actions::tool_call_failure(),
            Self::ResourceReadAdmitted => text::actions::resource_read_admitted(),
            Self::ResourceReadSuccess => text::actions::resource_read_success(),
            Self::ResourceReadFailure => text::actions::resource_read_failure(),
            Self::PromptGetAdmitted => text::actions::prompt_get_admitted(),
            Self::PromptGetSuccess => text::actions::prompt_get_success(),
            Self::PromptGetFailure => text::actions::prompt_get_failure(),
            Self::CompletionAdmitted => text::actions::completion_admitted(),
            Self::CompletionSuccess => text::actions::completion_success(),
            Self::CompletionFailure => text::actions::completion_failure(),
            Self::TaskAdmitted => text::actions::task_admitted(),
            Self::TaskSuccess => text::actions::task_success(),
            Self::TaskFailure => text::actions::task_failure(),
            Self::AccessDenied => text::actions::access_denied(),
            Self::SecurityViolation => text::actions::security_violation(),
            Self::SecurityWarning => text::actions::security_warning(),
            Self::ServerCreated => text::actions::server_created(),
            Self::ServerUpdated => text::actions::server_updated(),
            Self::ServerDeleted => text::actions::server_deleted(),
            Self::ServerRequested => text::actions::server_requested(),
            Self::ServerApproved => text::actions::server_approved(),
            Self::ServerRejected => text::actions::server_rejected(),
            Self::ServerRequestWithdrawn => text::actions::server_request_withdrawn(),
            Self::ServerEnabled => text::actions::server_enabled(),
            Self::ServerDisabled => text::actions::server_disabled(),
            Self::ServerTested => text::actions::server_tested(),
            Self::DefinitionsPinned => text::actions::definitions_pinned(),
            Self::AccessRequestCreated => text::actions::access_request_created(),
            Self::AccessRequestApproved => text::actions::access_request_approved(),
            Self::AccessRequestRejected => text::actions::access_request_rejected(),
            Self::AccessRequestWithdrawn => text::actions::access_request_withdrawn(),
            Self::PolicyCreated => text::actions::policy_created(),
            Self::PolicyUpdated => text::actions::policy_updated(),
            Self::PolicyDeleted => text::actions::policy_deleted(),
            Self::PolicyWouldDeny => text::actions::policy_would_deny(),
            Self::PolicyWouldAllow => text::actions::policy_would_allow(),
            Self::UserCreated => text::actions::user_created(),
            Self::UserUpdated => text::actions::user_updated(),
            Self::UserActivated => text::actions::user_activated(),
            Self::UserSuspended => text::actions::user_suspended(),
            Self::UserReactivated => text::actions::user_reactivated(),
            Self::UserInvited => text::actions::user_invited(),
            Self::UserResetLinkCreated => text::actions::user_reset_link_created(),
            Self::UserPasswordChanged => text::actions::user_password_changed(),
            Self::RoleChanged => text::actions::role_changed(),
            Self::GroupCreated => text::actions::group_created(),
            Self::GroupUpdated => text::actions::group_updated(),
            Self::GroupDeleted => text::actions::group_deleted(),
            Self::GroupsExported => text::actions::groups_exported(),
            Self::ApiKeyCreated => text::actions::api_key_created(),
            Self::ApiKeyRevoked => text::actions::api_key_revoked(),
            Self::AuditExported => text::actions::audit_exported(),
            Self::SettingsUpdated => text::actions::settings_updated(),
            Self::SystemStarted => text::actions::system_started(),
            Self::DemoSeeded => text::actions::demo_seeded(),
        }
    }
}

impl Toned for AuditAction {
    fn tone(&self) -> Tone {
        match self {
            Self::AccessDenied | Self::SecurityWarning => Tone::Warning,
            Self::SecurityViolation | Self::AuthFailed | Self::LoginFailed => Tone::Danger,
            action if action.as_str().ends_with("_failure") => Tone::Danger,
            action if action.is_call() => Tone::Info,
            _ => Tone::Neutral,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_read_as_words() {
        assert_eq!(AuditAction::AuthSuccess.label(), "Signed in");
        // English says the fixed word with spaces, so that it can be found in exports and rules.
        for action in AuditAction::ALL.iter().filter(|action| **action != AuditAction::AuthSuccess) {
            assert_eq!(action.label().to_ascii_lowercase().replace(' ', "_"), action.as_str());
        }
        assert_eq!(AuditAction::ToolCallFailure.tone(), Tone::Danger);
        assert_eq!(AuditAction::UserInvited.tone(), Tone::Neutral);
    }

    #[test]
    fn kinds_read_as_the_domain_says_in_english() {
        fn same<T: Worded>(kinds: &[T], word: impl Fn(&T) -> String) {
            for kind in kinds {
                assert_eq!(kind.words(), word(kind));
            }
        }
        same(Role::ALL, |kind| Role::label(*kind).to_owned());
        same(Transport::ALL, |kind| Transport::label(*kind).to_owned());
        same(AuthKind::ALL, |kind| AuthKind::label(*kind).to_owned());
        same(Category::ALL, |kind| Category::label(*kind).to_owned());
        same(CatalogNeeds::ALL, |kind| CatalogNeeds::label(*kind).to_owned());
        same(TestStepKind::ALL, |kind| TestStepKind::label(*kind).to_owned());
        same(PinKind::ALL, |kind| kind.as_str().to_owned());
        same(ResourceKind::ALL, |kind| kind.as_str().replace('_', " "));
    }
}
