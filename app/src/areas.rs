//! The areas of the console. The browser loads the code of an area with the first of its pages, not with the console.
//!
//! Each area becomes a WebAssembly module of its own; what several areas use becomes modules that they share, and what
//! the frame uses stays in the first one (`xtask/src/site/areas.rs` cuts and packs them). The server renders all of them
//! and names the packs of a page ahead of its HTML, so that they load beside the first module and not after it.

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use leptos_router::ChooseView;

use crate::pages;

type Loading = Pin<Box<dyn Future<Output = Result<AnyView, SplitLoaderError>>>>;

/// A page for the route table, whose code is loaded when it is first shown.
#[derive(Clone, Copy)]
pub struct Page {
    area: &'static str,
    load: fn() -> Loading,
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
        drop((self.load)().await);
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

/// Attribute of `<html>`, set once the browser has taken over the page.
pub const HYDRATED: &str = "data-hydrated";

macro_rules! areas {
    ($($area:ident { $($page:ident: $component:path),+ $(,)? })+) => {
        $(
            #[doc = concat!("The pages of `", stringify!($area), "`.")]
            pub mod $area {
                use super::*;

                $(
                    #[doc = concat!("[`", stringify!($component), "`].")]
                    pub fn $page() -> Page {
                        #[wasm_split($area, wasm_split_path = ::leptos::wasm_split, fallible)]
                        fn $page() -> Result<AnyView, SplitLoaderError> {
                            Ok($component().into_any())
                        }
                        Page { area: stringify!($area), load: || Box::pin($page()) }
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
}
