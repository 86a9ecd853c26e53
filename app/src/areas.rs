//! The areas of the console. The browser loads the code of an area with the first of its pages, not with the console.
//!
//! Each area becomes a WebAssembly module of its own; what several areas use becomes modules that they share, and what
//! the frame uses stays in the first one (`xtask/src/site/areas.rs` cuts and packs them). The server renders all of them
//! and names the packs of a page ahead of its HTML, so that they load beside the first module and not after it.

use std::future::Future;
use std::pin::Pin;

use domain::{Rule, RuleView, Server, ServerDetail, ServerId, User};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use leptos_router::ChooseView;
#[cfg(not(feature = "ssr"))]
use send_wrapper::SendWrapper;

use crate::components::FormState;
use crate::pages::audit::{EventBeside, OpenEvent};
use crate::pages::rules::RuleFields;
use crate::pages::rules::api::{Principals, SwitchRule};
use crate::pages::servers::{ActivityTab, Events, PermissionsTab, ServerForms, SettingsTab, ToolsTab};
use crate::pages::users::fields::UserFields;
use crate::{pages, shell};

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
    /// The view, for a part of a page that comes later; nothing when its code cannot be loaded.
    pub fn show(self) -> impl Future<Output = AnyView> + Send + 'static {
        shown(waiting((self.load)()))
    }
}

/// The view, once its code is there; nothing when it cannot be loaded.
async fn shown(loading: Waiting<AnyView>) -> AnyView {
    loading.await.unwrap_or_else(|_| ().into_any())
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
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let (first, below) = (segments.next().unwrap_or_default(), segments.next());
    let page = match (first, below) {
        ("", _) => home::home(),
        ("connectors", _) => connectors::list(),
        ("catalog", _) => catalog::list(),
        ("requests", Some("new")) => request_form::new(),
        ("requests", _) => requests::list(),
        ("inbox", None) => inbox::list(),
        ("inbox", Some(_)) => review::review(),
        ("servers", None | Some("new")) => servers::list(),
        ("servers", Some(_)) => server::detail(),
        ("policies", _) => policies::list(),
        ("audit" | "activity", _) => audit::list(),
        ("account" | "keys" | "notifications", _) => account::account(),
        ("users" | "groups", _) => people::users(),
        _ => return,
    };
    leptos::task::spawn_local(async move { page.preload().await });
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
        detail: pages::connectors::ConnectorPage,
    }
    catalog {
        list: pages::catalog::CatalogPage,
        entry: pages::catalog::EntryPage,
    }
    requests {
        list: pages::requests::RequestsPage,
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
        new: pages::servers::NewServerPage,
    }
    server {
        detail: pages::servers::ServerPage,
    }
    policies {
        list: pages::rules::PoliciesPage,
        detail: pages::rules::RulePage,
    }
    audit {
        list: pages::audit::AuditPage,
        event: pages::audit::EventPage,
        activity: pages::audit::ActivityPage,
    }
    account {
        account: pages::account::AccountPage,
        keys: pages::keys::KeysPage,
        notifications: pages::notifications::NotificationsPage,
    }
    people {
        users: pages::users::UsersPage,
        user: pages::users::UserPage,
        groups: pages::groups::GroupsPage,
        group: pages::groups::GroupPage,
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
                    let view = Suspend::new(shown(waiting(Box::pin(code::$part::show($($name),*)))));
                    view! { <div class="part" data-part=stringify!($part)>{view}</div> }
                }
            )+

            /// Loads the code of these parts while nothing else is to be done, so that nobody waits for it later.
            pub fn ahead(parts: &'static [&'static str]) {
                Effect::new(move |_| {
                    request_idle_callback(move || {
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

            /// Loads the code of the parts that a page of the server holds, so that they can be taken over with it.
            pub async fn load() {
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
    /// The definitions of a server.
    server_tools(detail: ServerDetail, forms: ServerForms) => view! { <ToolsTab detail=detail forms=forms/> };
    /// Who may use a server.
    server_permissions(rules: Vec<RuleView>, revoke: Option<FormState<SwitchRule>>) => view! {
        <PermissionsTab rules=rules revoke=revoke/>
    };
    /// What happened at a server.
    server_activity(server: ServerId, events: Events) => view! { <ActivityTab server=server events=events/> };
    /// The settings of a server.
    server_settings(server: Server, forms: ServerForms) => view! { <SettingsTab server=server forms=forms/> };
    /// An event, beside the list that it is in.
    audit_event(event: OpenEvent) => view! { <EventBeside event=event/> };
    /// The fields of a rule.
    rule_form(principals: Principals, global: bool, rule: Option<Rule>) => view! {
        <RuleFields principals=principals.0 global=global rule=rule/>
    };
    /// The fields of a person.
    user_form(user: Option<User>) => view! { <UserFields user=user/> };
}
