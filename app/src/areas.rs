//! The areas of the console. The browser loads the code of an area with the first of its pages, not with the console.
//!
//! Each area becomes a WebAssembly module of its own; what several areas use becomes modules that they share, and what
//! the frame uses stays in the first one (`xtask/src/site/areas.rs` cuts and packs them). The server renders all of them
//! and names the packs of a page ahead of its HTML, so that they load beside the first module and not after it.

mod late;

use std::future::Future;
use std::pin::Pin;

use domain::{
    AuditRow, NewRequest, Page as PageOf, Problem, Request, Server, ServerDetail, ServerId, SessionView, TestReport,
    User, UserId,
};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use leptos_router::ChooseView;
#[cfg(not(feature = "ssr"))]
use send_wrapper::SendWrapper;
use serde::de::DeserializeOwned;

use crate::components::{ErrorView, FormState, TestDefinitions, TestSteps};
use crate::error::AppError;
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
use crate::{pages, shell, text};

/// Code on its way. On the server it is there already, and what renders it may go on in another thread.
#[cfg(feature = "ssr")]
type Loading<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>> + Send>>;
#[cfg(not(feature = "ssr"))]
type Loading<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

/// A page for the route table, whose code is loaded when it is first shown.
#[derive(Clone, Copy)]
pub struct Page {
    area: &'static str,
    load: fn() -> Loading<AnyView>,
    ahead: fn() -> Loading<()>,
}

impl Page {
    /// The view, for a part of a page that comes later.
    pub fn show(self) -> impl Future<Output = AnyView> + Send + 'static {
        shown(waiting((self.load)()))
    }
}

/// A view whose code may have to be loaded. Once the page is taken over and the code is there, it is shown at once: what
/// comes a moment later flickers.
fn view_of(loading: Loading<AnyView>) -> AnyView {
    #[cfg(not(feature = "ssr"))]
    let loading = {
        let mut loading = loading;
        if !late::first_view() {
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            if let std::task::Poll::Ready(view) = loading.as_mut().poll(&mut context) {
                return view.unwrap_or_else(|_| missing());
            }
        }
        loading
    };
    Suspend::new(shown(waiting(loading))).into_any()
}

/// The view, once its code is there, or what to do when it cannot be loaded.
async fn shown(loading: Waiting<AnyView>) -> AnyView {
    loading.await.unwrap_or_else(|_| missing())
}

/// Stands for a part whose code could not be loaded.
fn missing() -> AnyView {
    let why = text::errors::unreachable().to_owned();
    view! { <ErrorView error=AppError(Problem::Unavailable { why })/> }.into_any()
}

#[cfg(feature = "ssr")]
type Waiting<T> = Loading<T>;
/// A browser has one thread.
#[cfg(not(feature = "ssr"))]
type Waiting<T> = SendWrapper<Loading<T>>;

#[cfg(feature = "ssr")]
fn waiting(loading: Loading<AnyView>) -> Waiting<AnyView> {
    loading
}
#[cfg(not(feature = "ssr"))]
fn waiting(loading: Loading<AnyView>) -> Waiting<AnyView> {
    SendWrapper::new(loading)
}

impl ChooseView for Page {
    async fn choose(self) -> AnyView {
        #[cfg(feature = "ssr")]
        crate::ssr::announce(self.area);
        match (self.load)().await {
            Ok(view) => view,
            Err(_) => without_code(self.area).await,
        }
    }

    async fn preload(&self) {
        // What could not be loaded ahead is asked for again when it is needed.
        drop((self.ahead)().await);
    }
}

/// The code of a page could not be loaded; the loader has told the browser's console why. A page that the server has
/// rendered stays as it is: its links and forms work without code. A page that was navigated to is asked from the
/// server, which may have been updated since this one was loaded and names its modules anew.
async fn without_code(area: &str) -> AnyView {
    let alive = document().document_element().is_some_and(|html| html.has_attribute(HYDRATED));
    let url = leptos_router::hooks::use_url().get_untracked();
    leptos::logging::warn!("the code of {area} is not available; {} works without it", url.path());
    if alive {
        let address = [url.path(), if url.search().is_empty() { "" } else { "?" }, url.search(), url.hash()].concat();
        drop(window().location().set_href(&address));
    } else {
        leave_links_to_the_browser();
    }
    std::future::pending().await
}

/// The router listens already, and would take links that it cannot follow.
fn leave_links_to_the_browser() {
    let stop = Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| event.stop_immediate_propagation());
    let heard_first = true;
    drop(window().add_event_listener_with_callback_and_bool("click", stop.as_ref().unchecked_ref(), heard_first));
    stop.forget();
}

/// Loads the code of the page at this path, if it is not there yet. The browser's part only.
pub fn load_ahead(path: &str) {
    if let Some(page) = page_at(path) {
        leptos::task::spawn_local(async move { page.preload().await });
    }
}

/// Loads the code of the page that the server has rendered, and then that of the parts in it, so that it can be taken
/// over. The browser's part only.
pub async fn load_first() {
    if let Some(page) = window().location().pathname().ok().and_then(|path| page_at(&path)) {
        page.preload().await;
    }
    parts::load().await;
}

fn page_at(path: &str) -> Option<Page> {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let (first, below) = (segments.next().unwrap_or_default(), segments.next());
    let page = match (first, below) {
        ("", _) => home::home(),
        ("connectors", None) => connectors::list(),
        ("connectors", Some(_)) => connector::detail(),
        ("catalog", None) => catalog::list(),
        ("catalog", Some(_)) => entry::detail(),
        ("requests", None) => requests::list(),
        ("requests", Some("new")) => request_form::new(),
        ("requests", Some(_)) => own_request::detail(),
        ("inbox", None) => inbox::list(),
        ("inbox", Some(_)) => review::review(),
        ("servers", None) => servers::list(),
        ("servers", Some("new")) => new_server::new(),
        ("servers", Some(_)) => server::detail(),
        ("policies", None) => policies::list(),
        ("policies", Some("explain")) => explain::explain(),
        ("policies", Some(_)) => policy::detail(),
        ("audit" | "activity", None) => audit::list(),
        ("audit", Some(_)) => event::detail(),
        ("account", _) => account::account(),
        ("keys", _) => api_keys::list(),
        ("notifications", _) => notifications::list(),
        ("users", None) => users::list(),
        ("users", Some(_)) => person::detail(),
        ("groups", None) => groups::list(),
        ("groups", Some("import")) => import_groups::import(),
        ("groups", Some(_)) => group::detail(),
        ("login" | "setup" | "invite" | "reset", _) => session::login(),
        ("dev", _) => gallery::gallery(),
        _ => return None,
    };
    Some(page)
}

/// Attribute of `<html>`, set once the browser has taken over the page.
pub const HYDRATED: &str = "data-hydrated";

#[cfg(feature = "gallery")]
use pages::gallery::GalleryPage as Gallery;
/// A release has no gallery.
#[cfg(not(feature = "gallery"))]
use pages::not_found::NotFoundPage as Gallery;

macro_rules! areas {
    ($($area:ident { $($page:ident: $component:path),+ $(,)? })+) => {
        $(
            #[doc = concat!("The pages of `", stringify!($area), "`.")]
            pub mod $area {
                use super::*;

                $(
                    #[doc = concat!("[`", stringify!($component), "`].")]
                    pub fn $page() -> Page {
                        #[wasm_split($area, wasm_split_path = ::leptos::wasm_split, preload(ahead), fallible)]
                        fn $page() -> Result<AnyView, SplitLoaderError> {
                            Ok($component().into_any())
                        }
                        Page { area: stringify!($area), load: || Box::pin($page()), ahead: || Box::pin(ahead()) }
                    }
                )+
            }
        )+
    };
}

areas! {
    session {
        login: pages::session::LoginPage,
        setup: pages::session::SetupPage,
        invite: pages::session::InvitePage,
        reset: pages::session::ResetPage,
    }
    home {
        home: pages::home::HomePage,
    }
    connectors {
        list: pages::connectors::ConnectorsPage,
    }
    connector {
        detail: pages::connectors::ConnectorPage,
    }
    catalog {
        list: pages::catalog::CatalogPage,
    }
    entry {
        detail: pages::catalog::EntryPage,
    }
    requests {
        list: pages::requests::RequestsPage,
    }
    own_request {
        detail: pages::requests::RequestPage,
    }
    request_form {
        new: pages::requests::NewRequestPage,
    }
    inbox {
        list: pages::inbox::InboxPage,
    }
    review {
        review: pages::inbox::ReviewPage,
    }
    servers {
        list: pages::servers::ServersPage,
    }
    new_server {
        new: pages::servers::NewServerPage,
    }
    server {
        detail: pages::servers::ServerPage,
    }
    policies {
        list: pages::rules::PoliciesPage,
    }
    policy {
        detail: pages::rules::RulePage,
    }
    explain {
        explain: pages::rules::ExplainPage,
    }
    audit {
        list: pages::audit::AuditPage,
        activity: pages::audit::ActivityPage,
    }
    event {
        detail: pages::audit::EventPage,
    }
    account {
        account: pages::account::AccountPage,
    }
    api_keys {
        list: pages::keys::KeysPage,
    }
    notifications {
        list: pages::notifications::NotificationsPage,
    }
    users {
        list: pages::users::UsersPage,
    }
    person {
        detail: pages::users::UserPage,
    }
    groups {
        list: pages::groups::GroupsPage,
    }
    group {
        detail: pages::groups::GroupPage,
    }
    import_groups {
        import: pages::groups::ImportGroupsPage,
    }
    gallery {
        gallery: Gallery,
    }
    overlays {
        palette: shell::palette::Palette,
        shortcuts: shell::shortcuts::Shortcuts,
        notifications: shell::newest::Newest,
    }
}

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

        /// Parts of pages whose code comes when they are first shown: tabs and dialogs.
        pub mod parts {
            use super::*;

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
                            super::super::late::still(code::$part::now($($name),*))
                        }
                        #[cfg(not(feature = "ssr"))]
                        if super::super::late::first_view() {
                            super::super::late::awaken(|| Box::pin(code::$part::ahead()), move || Box::pin(code::$part::show($($name),*)))
                        } else {
                            super::$part($($name),*).into_any()
                        }
                    }
                )+
            }

            /// Loads the code of these parts while nothing else is to be done, so that nobody waits for it later.
            pub fn ahead(parts: &'static [&'static str]) {
                Effect::new(move |_| {
                    super::late::when_nothing_else(move || {
                        leptos::task::spawn_local(async move {
                            for part in parts {
                                code_of(part).await;
                            }
                        });
                    });
                });
            }

            async fn code_of(part: &str) {
                match part {
                    // What cannot be loaded ahead is asked for again when it is needed.
                    $(stringify!($part) => drop(code::$part::ahead().await),)+
                    _ => {}
                }
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

/// The view of what comes with its page as a whole and is read here.
fn read<T: DeserializeOwned, V: IntoView + 'static>(later: Later, view: impl FnOnce(T) -> V) -> AnyView {
    match later.read() {
        Ok(value) => view(value).into_any(),
        Err(error) => view! { <ErrorView error=error/> }.into_any(),
    }
}
