//! The console: pages, components and thin server functions over `service`.
//!
//! Compiled twice: with `ssr` into the server, with `hydrate` into the browser's WASM. Every page is rendered whole on
//! the server and works without JavaScript; the browser then takes over the same views. Start reading at [`App`], the
//! site map; forms are explained in `components/form.rs`, the server's side in `ssr`.
// Deep view types of a console with many pages.
#![recursion_limit = "256"]
#![expect(unreachable_pub, reason = "`#[component]` and `#[server]` make public types also in private modules")]

pub mod components;
pub mod context;
mod diff;
pub mod error;
pub mod format;
pub mod pages;
#[cfg(feature = "ssr")]
mod parse;
pub mod posted;
pub mod prelude;
pub mod shell;
#[cfg(feature = "ssr")]
pub mod ssr;
pub mod url;

mod assets;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};

pub use assets::{Assets, IconUrls};
#[cfg(feature = "ssr")]
pub use shell::document::shell;
#[cfg(feature = "ssr")]
pub use ssr::{Console, CookiePolicy, pages, server_fns};

use context::Context;
use pages::{
    account::AccountPage,
    audit::{ActivityPage, AuditPage, EventPage},
    catalog::{CatalogPage, EntryPage},
    connectors::{ConnectorPage, ConnectorsPage},
    groups::{GroupPage, GroupsPage},
    home::HomePage,
    inbox::{InboxPage, ReviewPage},
    keys::KeysPage,
    not_found::NotFoundPage,
    notifications::NotificationsPage,
    requests::{NewRequestPage, RequestPage, RequestsPage},
    rules::{PoliciesPage, RulePage},
    servers::{NewServerPage, ServerPage, ServersPage},
    session::{InvitePage, LoginPage, ResetPage, SetupPage},
    users::{UserPage, UsersPage},
};
use shell::Frame;

/// Pages for visitors who are not signed in. Every other page leads them to sign-in first.
pub const PUBLIC_PAGES: &[&str] = &["/login", "/setup", "/invite", "/reset"];

/// The application: the frame and the route table, one line a page.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Context::provide();
    view! {
        <Router>
            <Frame>
                <FlatRoutes fallback=NotFoundPage>
                    <Route path=path!("/login") view=LoginPage ssr=SsrMode::Async/>
                    <Route path=path!("/setup") view=SetupPage ssr=SsrMode::Async/>
                    <Route path=path!("/invite") view=InvitePage ssr=SsrMode::Async/>
                    <Route path=path!("/reset") view=ResetPage ssr=SsrMode::Async/>
                    <Route path=path!("/") view=HomePage ssr=SsrMode::Async/>
                    <Route path=path!("/connectors") view=ConnectorsPage ssr=SsrMode::Async/>
                    <Route path=path!("/connectors/:slug") view=ConnectorPage ssr=SsrMode::Async/>
                    <Route path=path!("/catalog") view=CatalogPage ssr=SsrMode::Async/>
                    <Route path=path!("/catalog/entry") view=EntryPage ssr=SsrMode::Async/>
                    <Route path=path!("/requests") view=RequestsPage ssr=SsrMode::Async/>
                    <Route path=path!("/requests/new") view=NewRequestPage ssr=SsrMode::Async/>
                    <Route path=path!("/requests/:id") view=RequestPage ssr=SsrMode::Async/>
                    <Route path=path!("/inbox") view=InboxPage ssr=SsrMode::Async/>
                    <Route path=path!("/inbox/:id") view=ReviewPage ssr=SsrMode::Async/>
                    <Route path=path!("/servers") view=ServersPage ssr=SsrMode::Async/>
                    <Route path=path!("/servers/new") view=NewServerPage ssr=SsrMode::Async/>
                    <Route path=path!("/servers/:id") view=ServerPage ssr=SsrMode::Async/>
                    <Route path=path!("/policies") view=PoliciesPage ssr=SsrMode::Async/>
                    <Route path=path!("/policies/:id") view=RulePage ssr=SsrMode::Async/>
                    <Route path=path!("/audit") view=AuditPage ssr=SsrMode::Async/>
                    <Route path=path!("/audit/:id") view=EventPage ssr=SsrMode::Async/>
                    <Route path=path!("/activity") view=ActivityPage ssr=SsrMode::Async/>
                    <Route path=path!("/account") view=AccountPage ssr=SsrMode::Async/>
                    <Route path=path!("/keys") view=KeysPage ssr=SsrMode::Async/>
                    <Route path=path!("/notifications") view=NotificationsPage ssr=SsrMode::Async/>
                    <Route path=path!("/users") view=UsersPage ssr=SsrMode::Async/>
                    <Route path=path!("/users/:id") view=UserPage ssr=SsrMode::Async/>
                    <Route path=path!("/groups") view=GroupsPage ssr=SsrMode::Async/>
                    <Route path=path!("/groups/:id") view=GroupPage ssr=SsrMode::Async/>
                </FlatRoutes>
            </Frame>
        </Router>
    }
}
