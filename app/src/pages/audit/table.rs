//! Events as a list.

use domain::{ActorKind, AuditRow, ResourceKind, Subject};

use crate::prelude::*;

/// Events as a table; each row opens its event beside the list, where the page has an [`super::EventDrawer`].
#[component]
pub fn EventTable(
    /// The events.
    events: Vec<AuditRow>,
    /// `next_cursor` of the page.
    #[prop(optional_no_strip)]
    next: Option<String>,
    /// Who acted has a column.
    #[prop(optional)]
    with_actor: bool,
    /// Server and tool have a column.
    #[prop(optional)]
    with_server: bool,
    /// It is what the page is about.
    #[prop(optional)]
    main: bool,
    /// The list's name at `/export`.
    #[prop(optional_no_strip)]
    csv: Option<&'static str>,
    /// What is shown instead of an empty table.
    #[prop(into)]
    empty: ViewFn,
) -> impl IntoView {
    let mut columns = vec![
        Column::new(text::common::when()).sorted("at"),
        Column::new(text::common::action()),
        Column::new(text::audit::outcome()),
    ];
    if with_actor {
        columns.push(Column::new(text::common::who()).optional("who"));
    }
    columns.push(
        Column::new(if with_server { text::audit::server_and_tool() } else { text::common::tool() }).optional("tool"),
    );
    columns.extend([
        Column::new(text::audit::client()).optional("client"),
        Column::new(text::audit::took()).numeric().optional("took"),
    ]);
    view! {
        <DataTable
            label=text::audit::events()
            main=main
            csv=csv
            columns=columns
            rows=events
            row=move |event: AuditRow| {
                let id = event.id;
                let mut cells = cells![
                    view! { <Time at=event.at/> },
                    view! { <What event=event.clone()/> },
                    view! { <StateBadge state=event.outcome/> },
                ];
                if with_actor {
                    cells.extend(cells![who(&event)]);
                }
                cells.extend(cells![
                    view! { <Target event=event.clone() with_server=with_server/> },
                    client(&event).unwrap_or_else(|| "–".to_owned()),
                    view! { <span class="num nowrap">{latency(event.latency_us)}</span> },
                ]);
                Row::new(cells).beside(super::EVENT, id)
            }
            empty=empty
            next=next
        />
    }
}

/// Who acted, in words.
pub fn who(event: &AuditRow) -> String {
    match event.actor.kind {
        ActorKind::User => event.actor.name.clone(),
        ActorKind::System => "Drawbridge".to_owned(),
        ActorKind::Operator => text::audit::command_line().to_owned(),
        ActorKind::Anonymous => text::audit::not_signed_in().to_owned(),
    }
}

/// The AI client with its version.
pub fn client(event: &AuditRow) -> Option<String> {
    let name = event.client_name.clone()?;
    Some(event.client_version.as_ref().map(|version| format!("{name} {version}")).unwrap_or(name))
}

/// What happened, and to what.
#[component]
fn What(event: AuditRow) -> impl IntoView {
    let about = event.resource.as_ref().filter(|r| !matches!(r.kind, ResourceKind::Capability | ResourceKind::System));
    let about = about.and_then(|resource| resource.name.clone());
    view! {
        <span class="event-what">
            <span class="event-action">{event.action.label()}</span>
            {about.map(|about| view! { <span class="muted">{about}</span> })}
            {event.reason.map(|reason| view! { <span class="event-reason">{reason}</span> })}
        </span>
    }
}

#[component]
fn Target(event: AuditRow, with_server: bool) -> impl IntoView {
    let server = event.server.filter(|_| with_server);
    let nothing = server.is_none() && event.tool.is_none();
    view! {
        <span class="cluster">
            {server.map(|server| view! { <span>{server}</span> })}
            {event.tool.map(|tool| view! { <code class="mono chip">{tool}</code> })}
            {nothing.then_some("–")}
        </span>
    }
}

/// Where more about the subject of an event is, for those who manage such things.
pub fn subject_href(subject: &Subject) -> Option<String> {
    let id = subject.id.as_deref()?;
    match subject.kind {
        ResourceKind::User => Some(format!("/users/{id}")),
        ResourceKind::Group => Some(format!("/groups/{id}")),
        ResourceKind::Server => Some(format!("/servers/{id}")),
        ResourceKind::Request => Some(format!("/requests/{id}")),
        ResourceKind::Rule => Some(format!("/policies/{id}")),
        ResourceKind::Session | ResourceKind::ApiKey | ResourceKind::Capability | ResourceKind::System => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_lead_to_their_pages() {
        let subject = |kind, id: &str| Subject { kind, id: Some(id.into()), name: None };
        assert_eq!(subject_href(&subject(ResourceKind::Server, "srv_1")).as_deref(), Some("/servers/srv_1"));
        assert_eq!(subject_href(&subject(ResourceKind::Capability, "echo")), None);
        assert_eq!(subject_href(&Subject { id: None, ..subject(ResourceKind::User, "") }), None);
    }
}
