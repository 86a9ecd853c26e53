//! What was just done, after the browser was led to another page.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::{ActionButton, AnyForm, Icon, Tone, use_form};
use crate::pages::notifications::api::MarkNotifications;
use crate::pages::rules::api::SwitchRule;
use crate::pages::users::api::SwitchUsers;
use crate::text;
use crate::url::{here, href_with, query, query_as};

macro_rules! notices {
    ($($(#[$meta:meta])* $name:ident = $word:literal, $tone:ident, $text:ident;)+) => {
        /// Something that was just done. It travels as a word in the query (`?notice=user-saved`), never as a text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Notice { $(#[doc = $word] $name),+ }

        impl Notice {
            /// Its word in the query.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }
            /// What it says.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => text::notices::$text()),+ }
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

// Words are part of links that people may have open; change the text (`texts/*/notices.ftl`) freely, the word never.
notices! {
    UserSaved = "user-saved", Success, user_saved;
    UserSuspended = "user-suspended", Success, user_suspended;
    UserReactivated = "user-reactivated", Success, user_reactivated;
    SessionEnded = "session-ended", Success, session_ended;
    SessionsEnded = "sessions-ended", Success, sessions_ended;
    PasswordChanged = "password-changed", Success, password_changed;
    KeyRevoked = "key-revoked", Success, key_revoked;
    GroupCreated = "group-created", Success, group_created;
    GroupDeleted = "group-deleted", Success, group_deleted;
    MemberAdded = "member-added", Success, member_added;
    MemberRemoved = "member-removed", Success, member_removed;
    RequestSubmitted = "request-submitted", Success, request_submitted;
    RequestWithdrawn = "request-withdrawn", Success, request_withdrawn;
    RequestApproved = "request-approved", Success, request_approved;
    RequestRejected = "request-rejected", Success, request_rejected;
    DraftDiscarded = "draft-discarded", Info, draft_discarded;
    ServerSaved = "server-saved", Success, server_saved;
    ServerEnabled = "server-enabled", Success, server_enabled;
    ServerDisabled = "server-disabled", Success, server_disabled;
    ServerDeleted = "server-deleted", Success, server_deleted;
    DefinitionsPinned = "definitions-pinned", Success, definitions_pinned;
    RuleSaved = "rule-saved", Success, rule_saved;
    RulesSaved = "rules-saved", Success, rules_saved;
    AccessRevoked = "access-revoked", Success, access_revoked;
    AccessBlocked = "access-blocked", Success, access_blocked;
    AccessRestored = "access-restored", Success, access_restored;
    RuleDeleted = "rule-deleted", Success, rule_deleted;
    UsersSuspended = "users-suspended", Success, users_suspended;
    UsersReactivated = "users-reactivated", Success, users_reactivated;
    NotificationsRead = "notifications-read", Success, notifications_read;
    NotificationsUnread = "notifications-unread", Success, notifications_unread;
    ViewSaved = "view-saved", Success, view_saved;
    ViewDeleted = "view-deleted", Success, view_deleted;
    SignedOut = "signed-out", Info, signed_out;
}

/// How long it is said.
const SAID: Duration = Duration::from_secs(10);

/// Says what was just done, if the query names it, with a way to undo it where there is one. Interactive, it goes away by
/// itself, unless it is pointed at or has the focus.
#[component]
pub fn NoticeBanner() -> impl IntoView {
    let notice = query_as::<Notice>("notice");
    let undo = query("undo");
    let rule = AnyForm::from(use_form::<SwitchRule>());
    let users = AnyForm::from(use_form::<SwitchUsers>());
    let notifications = AnyForm::from(use_form::<MarkNotifications>());
    let dismiss = href_with(vec![("notice", None), ("undo", None)]);
    go_by_itself(notice, dismiss.clone());
    let back = here();
    let undoing = move |notice: Notice| {
        let (form, of, (field, value)) = match notice {
            Notice::AccessRevoked => (rule, "id", ("enabled", "true")),
            Notice::AccessBlocked => (rule, "id", ("lift", "true")),
            Notice::UsersSuspended => (users, "ids[]", ("active", "true")),
            Notice::UsersReactivated => (users, "ids[]", ("active", "false")),
            Notice::NotificationsRead => (notifications, "ids[]", ("read", "false")),
            Notice::NotificationsUnread => (notifications, "ids[]", ("read", "true")),
            _ => return None,
        };
        let undo = undo.get()?;
        let mut fields: Vec<_> = undo.split(',').map(|id| (of, id.to_owned())).collect();
        fields.extend([(field, value.to_owned()), ("back", back())]);
        Some(
            view! { <ActionButton form=form fields=fields small=true icon="undo-2">{text::shell::undo()}</ActionButton> },
        )
    };
    // The region exists before its message, so that screen readers announce the message.
    view! {
        <div class="notice-region" role="status">
            {move || {
                let (dismiss, undoing) = (dismiss.clone(), undoing.clone());
                notice.get().map(|notice| {
                    view! {
                        <div class=format!("notice {}", notice.tone().class())>
                            <Icon name="circle-check"/>
                            <p>{notice.text()}</p>
                            {undoing(notice)}
                            <a class="btn btn-quiet btn-icon" href=dismiss aria-label=text::notices::dismiss() data-noscroll="true"><Icon name="x"/></a>
                        </div>
                    }
                })
            }}
        </div>
    }
}

fn go_by_itself(notice: Memo<Option<Notice>>, dismiss: impl Fn() -> String + Clone + 'static) {
    let navigate = use_navigate();
    Effect::new(move |_| {
        let Some(said) = notice.get() else { return };
        let (navigate, dismiss) = (navigate.clone(), dismiss.clone());
        set_timeout(
            move || {
                let held = document().query_selector(".notice:is(:hover, :focus-within)").ok().flatten().is_some();
                if notice.try_get_untracked() == Some(Some(said)) && !held {
                    let options = NavigateOptions { scroll: false, replace: true, ..NavigateOptions::default() };
                    navigate(&untrack(dismiss), options);
                }
            },
            SAID,
        );
    });
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
