//! What does the same already, and how to get at it.

use domain::Duplicate;

use crate::prelude::*;

/// Servers and requests that do the same, each with the way to it.
#[component]
pub fn DuplicateList(
    /// What was found.
    duplicates: Vec<Duplicate>,
    /// For the reviewer: leads to the servers themselves instead of asking for access.
    #[prop(optional)]
    review: bool,
) -> impl IntoView {
    let items = duplicates
        .into_iter()
        .map(|duplicate| {
            let Duplicate { server_id, request_id, slug, name, why, has_access } = duplicate;
            let way = match (server_id, request_id) {
                (Some(server), _) if review => Some((format!("/servers/{server}"), text::requests::open_server())),
                (Some(_), _) if has_access => {
                    Some((format!("/connectors/{}", slug.unwrap_or_default()), text::requests::can_use()))
                }
                (Some(server), _) => {
                    Some((link("/requests/new", &[("server", &server.to_string())]), text::requests::ask_access()))
                }
                (None, Some(request)) if review => Some((format!("/inbox/{request}"), text::requests::open_request())),
                (None, Some(request)) => Some((format!("/requests/{request}"), text::requests::open_yours())),
                (None, None) => None,
            };
            view! {
                <li>
                    <strong>{name}</strong> ": " {why} ". "
                    {way.map(|(href, words)| view! { <a href=href>{words}</a> })}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="plain-list">{items}</ul> }
}
