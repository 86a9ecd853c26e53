//! How the states of the domain look: a word and a tone for each.

use domain::{
    AuditAction, CatalogNeeds, Decision, Effect, Health, Outcome, PinState, RequestKind, RequestState, Risk, Role,
    ServerStatus, TestStepState, UserStatus,
};

use super::Tone;

/// A state that can be shown as a badge.
pub trait Toned {
    /// The state in words for people.
    fn label(&self) -> String;
    /// What its colour says.
    fn tone(&self) -> Tone;
}

macro_rules! toned {
    ($($state:ident { $($variant:ident => $label:literal, $tone:ident);+ $(;)? })+) => {$(
        impl Toned for $state {
            fn label(&self) -> String {
                match self { $(Self::$variant => $label),+ }.to_owned()
            }
            fn tone(&self) -> Tone {
                match self { $(Self::$variant => Tone::$tone),+ }
            }
        }
    )+};
}

toned! {
    UserStatus { Active => "Active", Success; Inactive => "Inactive", Neutral; Suspended => "Suspended", Danger }
    Role { User => "User", Neutral; Admin => "Administrator", Accent; SuperAdmin => "Super administrator", Accent }
    RequestState {
        Pending => "Pending", Warning; Approved => "Approved", Success; Rejected => "Rejected", Danger;
        Withdrawn => "Withdrawn", Neutral
    }
    RequestKind { Server => "New server", Accent; Access => "Access", Info }
    ServerStatus { Draft => "Draft", Neutral; Active => "Active", Success; Disabled => "Disabled", Danger }
    Health {
        Connected => "Connected", Success; Error => "Error", Danger; NeedsSignIn => "Needs sign-in", Warning;
        Unknown => "Not contacted yet", Neutral
    }
    Risk { Low => "Low risk", Success; Medium => "Medium risk", Warning; High => "High risk", Danger }
    Outcome {
        Success => "Success", Success; Failure => "Failure", Danger; Denied => "Denied", Warning;
        Admitted => "Admitted", Info; Unknown => "Unknown", Neutral
    }
    Decision { Allow => "Allowed", Success; Deny => "Denied", Danger }
    Effect { Allow => "Allow", Success; Deny => "Deny", Danger }
    PinState {
        Pinned => "Approved", Success; Changed => "Changed", Danger; Added => "New", Warning; Gone => "Gone", Neutral
    }
    TestStepState { Passed => "Passed", Success; Failed => "Failed", Danger; Skipped => "Skipped", Neutral }
    CatalogNeeds {
        Nothing => "Ready to use", Success; ApiKey => "Needs an API key", Info; Oauth => "Needs OAuth sign-in", Neutral;
        Stdio => "Runs as a local process", Neutral
    }
}

impl Toned for AuditAction {
    /// The fixed word with spaces: `tool_call_success` reads `Tool call success`.
    fn label(&self) -> String {
        if *self == Self::AuthSuccess {
            return "Signed in".to_owned();
        }
        let words = self.as_str().replace('_', " ");
        let mut chars = words.chars();
        chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
    }

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
        assert_eq!(AuditAction::ToolCallSuccess.label(), "Tool call success");
        assert_eq!(AuditAction::ToolCallFailure.tone(), Tone::Danger);
        assert_eq!(AuditAction::UserInvited.tone(), Tone::Neutral);
    }
}
