//! What the form of a request shows at first: from a draft, a catalog entry, an existing server or an earlier request.

use domain::{
    AuthKind, CatalogEntry, CatalogItem, Definition, Duplicate, NewRequest, Problem, Request, RequestKind,
    RequestState, SecretField, SecretText, Transport,
};
use service::{Caller, Services};

use super::api::{AccessTarget, DraftLine, EntryHead, FormSource, Replaced, RequestFormData, ToolChoice};
use crate::components::{Prose, plain};
use crate::error::AppError;
use crate::parse::optional;
use crate::text;
use crate::url::link;

pub(super) async fn form(
    services: &Services,
    caller: &Caller,
    source: FormSource,
) -> Result<RequestFormData, AppError> {
    let earlier = match optional("resubmit", source.resubmit.as_deref())? {
        Some(id) => {
            let request = services.request(caller, id).await?;
            if !matches!(request.state, RequestState::Rejected | RequestState::Withdrawn) {
                let why = "only a rejected or withdrawn request can be sent again";
                return Err(AppError(Problem::conflict("request_state", why)));
            }
            Some(request)
        }
        None => None,
    };
    let of_earlier = earlier.as_ref();
    let access = of_earlier.filter(|earlier| earlier.kind == RequestKind::Access);
    let server = match access {
        Some(earlier) => earlier.server_id,
        None => optional("server", source.server.as_deref())?,
    };
    let target = match server {
        Some(id) => {
            let (server, tools) = services.requestable(caller, id).await?;
            Some(AccessTarget {
                id,
                name: server.name,
                slug: server.slug.to_string(),
                description: plain(&server.description),
                tools: tools.into_iter().map(ToolChoice::from).collect(),
            })
        }
        None => None,
    };
    let catalog = source.catalog.or_else(|| of_earlier.and_then(|earlier| earlier.catalog_name.clone()));
    let entry = match catalog.filter(|_| target.is_none()) {
        Some(name) => Some(services.catalog_entry(caller, &name).await?),
        None => None,
    };
    // A request that is sent again has a draft of its own: one for something else must not take its place.
    let key = match (of_earlier, &target, &entry) {
        (Some(earlier), ..) => format!("again:{}", earlier.id),
        (None, Some(target), _) => format!("access:{}", target.id),
        (None, None, Some(item)) => item.entry.name.clone(),
        (None, None, None) => "custom".to_owned(),
    };
    let draft = services.draft(caller, &key).await?;
    let mut fields = match (draft.saved_at, of_earlier, &entry) {
        (Some(_), _, _) => draft.fields,
        (None, Some(earlier), _) => from_earlier(earlier),
        (None, None, Some(item)) => from_entry(&item.entry),
        (None, None, None) => NewRequest::default(),
    };
    offered(&mut fields);
    fields.kind = Some(if target.is_some() { RequestKind::Access } else { RequestKind::Server });
    fields.server_id = target.as_ref().map(|target| target.id);
    fields.catalog_name = entry.as_ref().map(|item| item.entry.name.clone());
    fields.resubmission_of = of_earlier.map(|earlier| earlier.id);
    let duplicates = duplicates(services, caller, &fields).await?;
    Ok(RequestFormData {
        key,
        fields,
        kept: draft.kept_secrets,
        saved_at: draft.saved_at,
        entry: entry.map(head),
        target,
        earlier: earlier.map(replaced),
        duplicates,
    })
}

/// Leaves out what the form does not offer: no such server can be connected yet.
fn offered(fields: &mut NewRequest) {
    if fields.auth == AuthKind::Oauth.as_str() {
        fields.auth = AuthKind::None.to_string();
    }
    if fields.transport == Transport::Stdio.as_str() {
        fields.transport = Transport::StreamableHttp.to_string();
    }
    fields.env.clear();
}

fn head(CatalogItem { entry, connected, requested }: CatalogItem) -> EntryHead {
    let CatalogEntry { title, description, needs, url, transport, auth, headers, .. } = entry;
    // A line at the head of the page.
    let description = plain(&description);
    EntryHead { title, description, needs, url, transport, auth, headers, connected, requested }
}

fn replaced(earlier: Request) -> Replaced {
    let rejection = earlier.decision.and_then(|decision| decision.rejection);
    let fix = rejection.map(|rejection| [rejection.issue, rejection.what_to_fix, rejection.reason]);
    let fix = fix.into_iter().flatten().map(|text| Prose::new(&text, 2)).filter(|prose| !prose.is_empty()).collect();
    Replaced { id: earlier.id, fix }
}

impl From<Definition> for ToolChoice {
    fn from(tool: Definition) -> Self {
        let about = tool.description.or(tool.title).unwrap_or_default();
        Self { name: tool.name, about: first_line(&about) }
    }
}

/// The first line of a text, cut where it gets long.
fn first_line(text: &str) -> String {
    const MOST: usize = 160;
    let line = text.trim().lines().next().unwrap_or_default();
    if line.chars().count() <= MOST { line.to_owned() } else { line.chars().take(MOST).chain(['…']).collect() }
}

/// What does the same; nothing for access to what exists.
pub(super) async fn duplicates(
    services: &Services,
    caller: &Caller,
    request: &NewRequest,
) -> Result<Vec<Duplicate>, AppError> {
    if request.kind == Some(RequestKind::Access) || (request.url.is_empty() && request.catalog_name.is_none()) {
        return Ok(Vec::new());
    }
    Ok(crate::ssr::spoken(services.duplicates(caller, request).await?))
}

/// The drafts of the person asking.
pub(super) async fn drafts(services: &Services, caller: &Caller) -> Result<Vec<DraftLine>, AppError> {
    let mut lines = Vec::new();
    for (key, fields) in services.drafts(caller).await? {
        let server = match fields.server_id.filter(|_| fields.name.is_empty()) {
            Some(id) => match services.requestable(caller, id).await.map_err(AppError::from) {
                Ok((server, _)) => Some(server.name),
                // There is nothing left to ask for.
                Err(AppError(Problem::NotFound { .. })) => continue,
                Err(error) => return Err(error),
            },
            None => None,
        };
        lines.push(draft_line(key, fields.name, server));
    }
    Ok(lines)
}

/// A draft by its key, with the name of the server that it asks access to.
fn draft_line(key: String, name: String, server: Option<String>) -> DraftLine {
    let query = match key.split_once(':') {
        Some(("again", id)) => Some(("resubmit", id)),
        Some(("access", id)) => Some(("server", id)),
        _ if key == "custom" => None,
        _ => Some(("catalog", key.as_str())),
    };
    let href = link("/requests/new", query.as_slice());
    let title = match server {
        Some(server) => text::inbox::access_to(&server),
        None if name.is_empty() => text::catalog::request_custom().to_owned(),
        None => name,
    };
    (title, href, key)
}

/// A form sends empty texts for what is absent.
pub(super) fn tidy(mut request: NewRequest) -> NewRequest {
    request.catalog_name = request.catalog_name.filter(|name| !name.trim().is_empty());
    request
}

fn from_entry(entry: &CatalogEntry) -> NewRequest {
    NewRequest {
        name: entry.title.clone(),
        description: entry.description.clone(),
        transport: entry.transport.to_string(),
        url: entry.url.clone().unwrap_or_default(),
        auth: entry.auth.to_string(),
        headers: named(entry.headers.iter().map(|(name, _)| name)),
        ..NewRequest::default()
    }
}

fn from_earlier(earlier: &Request) -> NewRequest {
    NewRequest {
        tools: earlier.tools.clone(),
        name: earlier.name.clone(),
        slug: earlier.slug.clone(),
        description: earlier.description.clone(),
        transport: earlier.transport.to_string(),
        url: earlier.url.clone(),
        auth: earlier.auth.to_string(),
        headers: named(&earlier.header_names),
        why_needed: earlier.justification.why_needed.clone(),
        use_case: earlier.justification.use_case.clone(),
        expected_value: earlier.justification.expected_value.clone(),
        alternatives_considered: earlier.justification.alternatives_considered.clone(),
        urgent: earlier.urgent,
        ..NewRequest::default()
    }
}

fn named<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<SecretField> {
    names.into_iter().map(|name| SecretField { name: name.clone(), value: SecretText::default() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_lead_to_their_form() {
        let line = |key: &str, name: &str, server: Option<&str>| {
            let (title, href, kept) = draft_line(key.into(), name.into(), server.map(str::to_owned));
            assert_eq!(kept, key);
            (title, href)
        };
        let text = |title: &str, href: &str| (title.to_owned(), href.to_owned());
        assert_eq!(line("custom", "", None), text("Request a custom server", "/requests/new"));
        assert_eq!(line("custom", "Wiki", None), text("Wiki", "/requests/new"));
        let catalog = "/requests/new?catalog=com.github%2Fmcp";
        assert_eq!(line("com.github/mcp", "GitHub", None), text("GitHub", catalog));
        assert_eq!(line("again:req_1", "Wiki", None), text("Wiki", "/requests/new?resubmit=req_1"));
        assert_eq!(line("access:srv_1", "", Some("Wiki")), text("Access to Wiki", "/requests/new?server=srv_1"));
    }

    #[test]
    fn what_cannot_be_connected_yet_is_not_offered() {
        let words = |auth: &str, transport: &str| {
            let env = vec![SecretField { name: "TOKEN".to_owned(), value: SecretText::default() }];
            let mut fields =
                NewRequest { auth: auth.to_owned(), transport: transport.to_owned(), env, ..NewRequest::default() };
            offered(&mut fields);
            assert!(fields.env.is_empty());
            (fields.auth, fields.transport)
        };
        assert_eq!(words("oauth", "stdio"), ("none".to_owned(), "streamable_http".to_owned()));
        assert_eq!(words("api_key", "sse"), ("api_key".to_owned(), "sse".to_owned()));
    }

    #[test]
    fn long_descriptions_are_cut() {
        assert_eq!(first_line("One.\nTwo."), "One.");
        assert_eq!(first_line(&"x".repeat(500)).chars().count(), 161);
    }
}
