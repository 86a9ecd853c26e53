//! The console: pages, components and thin server functions over `service`.
//!
//! Compiled twice: with `ssr` into the server, with `hydrate` into the browser's WASM. Every page is rendered whole on
//! the server and works without JavaScript; the browser then takes over the same views. Start reading at [`App`], the
//! site map; forms are explained in `components/form.rs`, the server's side in `ssr`.
// Deep view types of a console with many pages.
#![recursion_limit = "256"]
#![expect(unreachable_pub, reason = "`#[component]` and `#[server]` make public types also in private modules")]

pub mod areas;
pub mod components;
pub mod context;
mod diff;
pub mod error;
pub mod format;
pub mod i18n;
mod keys;
pub mod pages;
#[cfg(feature = "ssr")]
mod parse;
pub mod posted;
pub mod prelude;
pub mod shell;
#[cfg(feature = "ssr")]
pub mod ssr;
pub mod text;
pub mod url;
pub mod wire;

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

use areas::{
    account, api_keys, audit, catalog, connector, connectors, entry, event, explain, gallery, group, groups, home,
    import_groups, inbox, new_server, notifications, own_request, person, policies, policy, request_form, requests,
    review, server, servers, session, users,
};
use context::Context;
use pages::not_found::NotFoundPage;
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
                    <Route path=path!("/login") view=session::login() ssr=SsrMode::Async/>
                    <Route path=path!("/setup") view=session::setup() ssr=SsrMode::Async/>
                    <Route path=path!("/invite") view=session::invite() ssr=SsrMode::Async/>
                    <Route path=path!("/reset") view=session::reset() ssr=SsrMode::Async/>
                    <Route path=path!("/") view=home::home() ssr=SsrMode::Async/>
                    <Route path=path!("/connectors") view=connectors::list() ssr=SsrMode::Async/>
                    <Route path=path!("/connectors/:slug") view=connector::detail() ssr=SsrMode::Async/>
                    <Route path=path!("/catalog") view=catalog::list() ssr=SsrMode::Async/>
                    <Route path=path!("/catalog/entry") view=entry::detail() ssr=SsrMode::Async/>
                    <Route path=path!("/requests") view=requests::list() ssr=SsrMode::Async/>
                    <Route path=path!("/requests/new") view=request_form::new() ssr=SsrMode::Async/>
                    <Route path=path!("/requests/:id") view=own_request::detail() ssr=SsrMode::Async/>
                    <Route path=path!("/inbox") view=inbox::list() ssr=SsrMode::Async/>
                    <Route path=path!("/inbox/:id") view=review::review() ssr=SsrMode::Async/>
                    <Route path=path!("/servers") view=servers::list() ssr=SsrMode::Async/>
                    <Route path=path!("/servers/new") view=new_server::new() ssr=SsrMode::Async/>
                    <Route path=path!("/servers/:id") view=server::detail() ssr=SsrMode::Async/>
                    <Route path=path!("/policies") view=policies::list() ssr=SsrMode::Async/>
                    <Route path=path!("/policies/explain") view=explain::explain() ssr=SsrMode::Async/>
                    <Route path=path!("/policies/:id") view=policy::detail() ssr=SsrMode::Async/>
                    <Route path=path!("/audit") view=audit::list() ssr=SsrMode::Async/>
                    <Route path=path!("/audit/:id") view=event::detail() ssr=SsrMode::Async/>
                    <Route path=path!("/activity") view=audit::activity() ssr=SsrMode::Async/>
                    <Route path=path!("/account") view=account::account() ssr=SsrMode::Async/>
                    <Route path=path!("/keys") view=api_keys::list() ssr=SsrMode::Async/>
                    <Route path=path!("/notifications") view=notifications::list() ssr=SsrMode::Async/>
                    <Route path=path!("/users") view=users::list() ssr=SsrMode::Async/>
                    <Route path=path!("/dev/gallery") view=gallery::gallery() ssr=SsrMode::Async/>
                    <Route path=path!("/users/:id") view=person::detail() ssr=SsrMode::Async/>
                    <Route path=path!("/groups") view=groups::list() ssr=SsrMode::Async/>
                    <Route path=path!("/groups/import") view=import_groups::import() ssr=SsrMode::Async/>
                    <Route path=path!("/groups/:id") view=group::detail() ssr=SsrMode::Async/>
                </FlatRoutes>
            </Frame>
        </Router>
    }
}
