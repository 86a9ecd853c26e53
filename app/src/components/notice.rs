//! What was just done, after the browser was led to another page.

use leptos::prelude::*;

use super::{Icon, Tone};
use crate::url::{href_with, query_as};

macro_rules! notices {
    ($($(#[$meta:meta])* $name:ident = $word:literal, $tone:ident, $text:literal;)+) => {
        /// Something that was just done. It travels as a word in the query (`?notice=user-saved`), never as a text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Notice { $(#[doc = $text] $name),+ }

        impl Notice {
            /// Its word in the query.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }
            /// What it says.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
            const fn tone(self) -> Tone {
                match self { $(Self::$name => Tone::$tone),+ }
            }
        }

        impl std::str::FromStr for Notice {
            type Err = ();
            fn from_str(word: &str) -> Result<Self, ()> {
                match word { $($word => Ok(Self::$name),)+ _ => Err(()) }
            }
        }
    };
}

// Words are part of links that people may have open; change the text freely, the word never.
notices! {
    UserSaved = "user-saved", Success, "The changes are saved.";
    UserSuspended = "user-suspended", Success, "The account is suspended. Its sessions, keys and calls are refused from now on.";
    UserReactivated = "user-reactivated", Success, "The account is active again.";
    SessionEnded = "session-ended", Success, "The session is ended.";
    SessionsEnded = "sessions-ended", Success, "All sessions are ended.";
    PasswordChanged = "password-changed", Success, "Your password is changed.";
    KeyRevoked = "key-revoked", Success, "The key is revoked. Calls with it are refused from now on.";
    GroupCreated = "group-created", Success, "The group is made. Now add people to it.";
    GroupDeleted = "group-deleted", Success, "The group is deleted. Rules for it no longer grant anything.";
    MemberAdded = "member-added", Success, "Added to the group. What the group may use works for them from now on.";
    MemberRemoved = "member-removed", Success, "Removed from the group. What only the group allowed is refused from now on.";
    RequestSubmitted = "request-submitted", Success, "Your request is sent. You will be notified when it is decided.";
    RequestWithdrawn = "request-withdrawn", Success, "The request is withdrawn.";
    RequestApproved = "request-approved", Success, "Approved. The requester is notified and can connect now.";
    RequestRejected = "request-rejected", Success, "Rejected. The requester is notified with your reason.";
    DraftDiscarded = "draft-discarded", Info, "The draft is discarded.";
    ServerSaved = "server-saved", Success, "The server is saved.";
    ServerEnabled = "server-enabled", Success, "The server is switched on.";
    ServerDisabled = "server-disabled", Success, "The server is switched off. Calls to it are refused from now on.";
    ServerDeleted = "server-deleted", Success, "The server is deleted.";
    DefinitionsPinned = "definitions-pinned", Success, "The definitions are approved and offered from now on.";
    RuleSaved = "rule-saved", Success, "The rule is saved and in effect from the next call on.";
    RuleDeleted = "rule-deleted", Success, "The rule is deleted. What only it allowed is refused from now on.";
    SignedOut = "signed-out", Info, "You are signed out.";
}

/// Says what was just done, if the query names it.
#[component]
pub fn NoticeBanner() -> impl IntoView {
    let notice = query_as::<Notice>("notice");
    let dismiss = href_with(vec![("notice", None)]);
    // The region exists before its message, so that screen readers announce the message.
    view! {
        <div class="notice-region" role="status">
            {move || {
                let dismiss = dismiss.clone();
                notice.get().map(|notice| {
                    view! {
                        <div class=format!("notice {}", notice.tone().class())>
                            <Icon name="circle-check"/>
                            <p>{notice.text()}</p>
                            <a class="btn btn-quiet btn-icon" href=dismiss aria-label="Dismiss" data-noscroll="true"><Icon name="x"/></a>
                        </div>
                    }
                })
            }}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_unique_and_read_back() {
        assert_eq!("user-saved".parse(), Ok(Notice::UserSaved));
        assert_eq!("<script>".parse::<Notice>(), Err(()));
        assert_eq!(Notice::KeyRevoked.word().parse(), Ok(Notice::KeyRevoked));
    }
}
