//! The areas and their pages.

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use super::Page;
use crate::{pages, shell};

#[cfg(feature = "gallery")]
use crate::pages::gallery::GalleryPage as Gallery;
/// A release has no gallery.
#[cfg(not(feature = "gallery"))]
use crate::pages::not_found::NotFoundPage as Gallery;

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

/// The page at this path.
pub(super) fn page_at(path: &str) -> Option<Page> {
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
