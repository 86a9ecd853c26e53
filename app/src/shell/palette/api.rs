//! What the command palette finds besides pages and actions.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FoundKind {
    /// A server, for those who manage them.
    Server,
    /// A server that the person may use.
    Connector,
    /// An entry of the catalog.
    Entry,
    /// A person.
    User,
    /// A group.
    Group,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What it is.
    pub kind: FoundKind,
    /// Its name.
    pub title: String,
    /// More about it.
    pub detail: String,
    /// Its page.
    pub href: String,
}

/// Servers, connectors, catalog entries, people and groups by some letters, as far as the person may see them.
#[server(prefix = "/api/fn", endpoint = "palette/find")]
pub async fn find(#[server(default)] words: String) -> Result<Vec<Found>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    caller.user_id()?;
    let words = words.trim();
    if words.is_empty() { Ok(Vec::new()) } else { search::all(&services, &caller, words).await }
}

#[cfg(feature = "ssr")]
mod search {
    use domain::{Capability, PageQuery, ServerFilter, UserFilter};
    use service::{Caller, Services};

    use super::{Found, FoundKind};
    use crate::components::plain;
    use crate::error::AppError;
    use crate::url::{encode, link};

    /// Of each kind.
    const MOST: u32 = 6;

    pub(super) async fn all(services: &Services, caller: &Caller, words: &str) -> Result<Vec<Found>, AppError> {
        let page = PageQuery { cursor: None, limit: Some(MOST) };
        let mut found = Vec::new();
        if caller.can(Capability::ManageServers) {
            let filter = ServerFilter { search: Some(words.to_owned()), ..ServerFilter::default() };
            found.extend(services.servers(caller, &filter, &page).await?.data.into_iter().map(|server| Found {
                kind: FoundKind::Server,
                detail: server.slug.to_string(),
                href: format!("/servers/{}", server.id),
                title: server.name,
            }));
        }
        if caller.can(Capability::ManageUsers) {
            let filter = UserFilter { search: Some(words.to_owned()), ..UserFilter::default() };
            found.extend(services.users(caller, &filter, &page).await?.data.into_iter().map(|user| Found {
                kind: FoundKind::User,
                detail: user.email.to_string(),
                href: format!("/users/{}", user.id),
                title: user.name,
            }));
            let groups = services.groups(caller, None).await?.into_iter().filter(|group| has(&group.name, words));
            found.extend(groups.take(MOST as usize).map(|group| Found {
                kind: FoundKind::Group,
                detail: String::new(),
                href: format!("/groups/{}", group.id),
                title: group.name,
            }));
        }
        let connectors = services.connectors(caller).await?.into_iter().filter(|own| has(&own.server.name, words));
        found.extend(connectors.take(MOST as usize).map(|own| Found {
            kind: FoundKind::Connector,
            detail: plain(&own.server.description),
            href: format!("/connectors/{}", encode(own.server.slug.as_str())),
            title: own.server.name,
        }));
        let items = services.catalog(caller, words, None).await?;
        found.extend(items.into_iter().take(MOST as usize).map(|item| item.entry).map(|entry| Found {
            kind: FoundKind::Entry,
            detail: plain(&entry.description),
            href: link("/catalog/entry", &[("name", &entry.name)]),
            title: entry.title,
        }));
        Ok(found)
    }

    fn has(text: &str, words: &str) -> bool {
        text.to_lowercase().contains(&words.to_lowercase())
    }
}
