//! Parts of pages whose code comes when they are first shown: tabs and dialogs.

use domain::{
    AuditRow, NewRequest, Page as PageOf, Request, Server, ServerDetail, ServerId, SessionView, TestReport, User,
    UserId,
};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use serde::de::DeserializeOwned;

use super::{late as waking, view_of};
use crate::components::{ErrorView, FormState, TestDefinitions, TestSteps};
use crate::pages::access::AccessNow;
use crate::pages::access::api::{AccessData, ChangeBlock};
use crate::pages::audit::api::AuditPageData;
use crate::pages::audit::{AuditList, EventBeside};
use crate::pages::inbox::api::{AboutRequest, PastData};
use crate::pages::inbox::{InboxList, Past, ReviewFacts};
use crate::pages::requests::api::{AccessTarget, DiscardDraft, DraftLine, EntryHead};
use crate::pages::requests::{AccessFields, CustomConnection, EntryConnection, OwnRequests};
use crate::pages::rules::api::{RuleFormData, RuleRow, SwitchRule, SwitchRules};
use crate::pages::rules::{RuleFields, RuleList};
use crate::pages::servers::api::SetLimits;
use crate::pages::servers::{ActivityTab, OverviewTab, PermissionsTab, ServerForms, ServerList, SettingsTab, ToolsTab};
use crate::pages::users::api::SwitchUsers;
use crate::pages::users::fields::UserFields;
use crate::pages::users::{PersonAccess, PersonForms, PersonSessions, UserList};
use crate::wire::Later;

macro_rules! parts {
    ($($(#[$meta:meta])* $part:ident($($name:ident: $kind:ty),*) => $view:expr;)+) => {
        mod code {
            $(
                pub(super) mod $part {
                    use super::super::*;

                    #[wasm_split($part, wasm_split_path = ::leptos::wasm_split, preload(ahead), fallible)]
                    pub(crate) fn show($($name: $kind),*) -> Result<AnyView, SplitLoaderError> {
                        Ok($view.into_any())
                    }

                    #[cfg(feature = "ssr")]
                    pub(crate) fn now($($name: $kind),*) -> AnyView {
                        $view.into_any()
                    }
                }
            )+
        }

        $(
            $(#[$meta])*
            pub fn $part($($name: $kind),*) -> impl IntoView {
                #[cfg(feature = "ssr")]
                crate::ssr::announce(stringify!($part));
                let view = view_of(Box::pin(code::$part::show($($name),*)));
                view! { <div class="part" data-part=stringify!($part)>{view}</div> }
            }
        )+

        /// The same parts where they may come to life late (`areas/late.rs`).
        pub mod late {
            use super::*;

            $(
                $(#[$meta])*
                pub fn $part($($name: $kind),*) -> AnyView {
                    #[cfg(feature = "ssr")]
                    {
                        waking::still(code::$part::now($($name),*))
                    }
                    #[cfg(not(feature = "ssr"))]
                    if waking::first_view() {
                        waking::awaken(|| Box::pin(code::$part::ahead()), move || Box::pin(code::$part::show($($name),*)))
                    } else {
                        super::$part($($name),*).into_any()
                    }
                }
            )+
        }

        async fn code_of(part: &str) {
            match part {
                // What cannot be loaded ahead is asked for again when it is needed.
                $(stringify!($part) => drop(code::$part::ahead().await),)+
                _ => {}
            }
        }
    };
}

parts! {
    /// What a server is, and whether it works, of a [`ServerDetail`].
    server_overview(detail: Later, limits: Later, forms: ServerForms) => read(detail, move |detail: ServerDetail| view! {
        <OverviewTab detail=detail limits=limits forms=forms/>
    });
    /// The definitions of a server, of a [`ServerDetail`].
    server_tools(detail: Later, forms: ServerForms) => read(detail, move |detail: ServerDetail| view! {
        <ToolsTab detail=detail forms=forms/>
    });
    /// Who may use a server: its rules.
    server_permissions(rules: Later, revoke: Option<FormState<SwitchRule>>) => read(rules, move |rules: Vec<RuleRow>| view! {
        <PermissionsTab rules=rules revoke=revoke/>
    });
    /// What happened at a server: a page of events.
    server_activity(server: ServerId, events: Later) => read(events, move |events: PageOf<AuditRow>| view! {
        <ActivityTab server=server events=events/>
    });
    /// The settings of a server, of a [`ServerDetail`].
    server_settings(detail: Later, limits: Later, forms: ServerForms, set_limits: FormState<SetLimits>) => read(detail, move |detail: ServerDetail| view! {
        <SettingsTab server=detail.server limits=limits forms=forms set_limits=set_limits/>
    });
    /// Events: a page of them.
    audit_list(page: Later, mine: bool, filtered: bool) => read(page, move |page: PageOf<AuditRow>| view! {
        <AuditList page=page mine=mine filtered=filtered/>
    });
    /// An event, beside the list that it is in: [`AuditPageData`].
    audit_event(event: Later) => read(event, |data: AuditPageData| view! { <EventBeside data=data/> });
    /// People: a page of them.
    users_list(page: Later, many: FormState<SwitchUsers>) => read(page, move |page: PageOf<User>| view! {
        <UserList page=page many=many/>
    });
    /// Servers: a page of them.
    servers_list(page: Later, filtered: bool) => read(page, move |page: PageOf<Server>| view! {
        <ServerList page=page filtered=filtered/>
    });
    /// Requests to decide about: a page of them.
    inbox_list(page: Later, filtered: bool) => read(page, move |page: PageOf<Request>| view! {
        <InboxList page=page filtered=filtered/>
    });
    /// The person's own requests: a page of them.
    requests_list(found: Later, filtered: bool, discard: FormState<DiscardDraft>) => read(found, move |found: (Vec<DraftLine>, PageOf<Request>)| view! {
        <OwnRequests found=found filtered=filtered discard=discard/>
    });
    /// All rules.
    policies_list(rules: Later, many: FormState<SwitchRules>) => read(rules, move |rules: Vec<RuleRow>| view! {
        <RuleList rules=rules many=many/>
    });
    /// The fields of a rule.
    rule_form(form: Later) => read(form, |form: RuleFormData| view! { <RuleFields form=form/> });
    /// The connection of a custom server.
    request_form_custom(fields: NewRequest, kept: Vec<String>) => view! {
        <CustomConnection fields=fields kept=kept/>
    };
    /// The connection of a catalog entry.
    request_form_entry(entry: EntryHead, kept: Vec<String>) => view! { <EntryConnection entry=entry kept=kept/> };
    /// Which tools of an existing server.
    request_form_access(target: AccessTarget, chosen: Vec<String>) => view! {
        <AccessFields target=target chosen=chosen/>
    };
    /// Who asks, why, and for what: [`AboutRequest`].
    review_facts(about: Later, request: Request) => read(about, move |about: AboutRequest| view! {
        <ReviewFacts about=about request=request/>
    });
    /// The steps of a connection test, of a [`TestReport`].
    review_test(report: Later) => read(report, |report: TestReport| view! { <TestSteps report=report/> });
    /// What a connection test has found, of a [`TestReport`].
    review_offers(report: Later) => read(report, |report: TestReport| view! { <TestDefinitions report=report/> });
    /// What was before a request: [`PastData`].
    review_past(past: Later) => read(past, |past: PastData| view! { <Past past=past/> });
    /// Who has access to what now: [`AccessData`].
    access_now(data: Later, form: FormState<ChangeBlock>) => read(data, move |data: AccessData| view! {
        <AccessNow data=data form=form/>
    });
    /// What a person may use.
    person_access(rules: Later, revoke: FormState<SwitchRule>) => read(rules, move |rules: Vec<RuleRow>| view! {
        <PersonAccess rules=rules form=revoke/>
    });
    /// Where a person is signed in.
    person_sessions(id: UserId, sessions: Later, forms: PersonForms) => read(sessions, move |sessions: Vec<SessionView>| view! {
        <PersonSessions id=id sessions=sessions forms=forms/>
    });
    /// The fields of a person.
    user_form(user: Option<User>) => view! { <UserFields user=user/> };
}

/// Loads the code of these parts while nothing else is to be done, so that nobody waits for it later.
pub fn ahead(parts: &'static [&'static str]) {
    Effect::new(move |_| {
        waking::when_nothing_else(move || {
            leptos::task::spawn_local(async move {
                for part in parts {
                    code_of(part).await;
                }
            });
        });
    });
}

/// Loads the code of the parts that a page of the server holds.
pub(super) async fn load() {
    let Ok(found) = document().query_selector_all("[data-part]") else { return };
    for i in 0..found.length() {
        let element = found.item(i).and_then(|node| node.dyn_into::<web_sys::Element>().ok());
        // Without it the page cannot be taken over, which the page itself finds out and says.
        if let Some(part) = element.and_then(|element| element.get_attribute("data-part")) {
            code_of(&part).await;
        }
    }
}

/// The view of what comes with its page as a whole and is read here.
fn read<T: DeserializeOwned, V: IntoView + 'static>(later: Later, view: impl FnOnce(T) -> V) -> AnyView {
    match later.read() {
        Ok(value) => view(value).into_any(),
        Err(error) => view! { <ErrorView error=error/> }.into_any(),
    }
}
