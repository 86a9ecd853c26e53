//! Server functions of requests, as the people who ask use them.

use chrono::{DateTime, Utc};
use domain::{
    AuthKind, CatalogNeeds, Duplicate, NewRequest, Page, Request, RequestHistory, RequestId, RequestState, ServerId,
    Transport,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::components::Prose;
use crate::error::AppError;

/// What a request starts from; a custom server when all is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormSource {
    /// A catalog entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<String>,
    /// An existing server, to be given access to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// An earlier request that was rejected or withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resubmit: Option<String>,
}

/// The existing server that access is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTarget {
    /// Its identity.
    pub id: ServerId,
    /// Its name.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// What it is for.
    pub description: String,
    /// Its tools, to choose from.
    pub tools: Vec<ToolChoice>,
}

/// A tool to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolChoice {
    /// Its name.
    pub name: String,
    /// What it does, in a line.
    pub about: String,
}

/// The catalog entry that a request is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryHead {
    /// Its title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// What it needs.
    pub needs: CatalogNeeds,
    /// Where it is.
    pub url: Option<String>,
    /// How it is spoken to.
    pub transport: Transport,
    /// How Drawbridge authenticates to it.
    pub auth: AuthKind,
    /// Headers that it wants, with what they are.
    pub headers: Vec<(String, String)>,
    /// The person can use a server of this entry already: its slug.
    pub connected: Option<String>,
    /// The person has asked for it already.
    pub requested: bool,
}

/// The request that another one replaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// Its identity.
    pub id: RequestId,
    /// What was wrong with it.
    pub fix: Vec<Prose>,
}

/// Everything that the form shows at first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestFormData {
    /// The key of the draft.
    pub key: String,
    /// What stands in the fields.
    pub fields: NewRequest,
    /// Names of headers and variables whose values are kept with the draft.
    pub kept: Vec<String>,
    /// When the draft was kept last.
    pub saved_at: Option<DateTime<Utc>>,
    /// The catalog entry.
    pub entry: Option<EntryHead>,
    /// The server that access is asked for.
    pub target: Option<AccessTarget>,
    /// The request that this one replaces.
    pub earlier: Option<Replaced>,
    /// What does the same already.
    pub duplicates: Vec<Duplicate>,
}

/// A kept draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftSaved {
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// What does the same already.
    pub duplicates: Vec<Duplicate>,
}

/// A request with its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestPageData {
    /// The request.
    pub request: Request,
    /// What happened so far, oldest first.
    pub history: Vec<RequestHistory>,
    /// What people wrote in it.
    pub texts: RequestTexts,
    /// Where the person asks again for what was approved and cannot be used any more.
    pub again: Option<String>,
}

/// What people wrote in a request and its decision, each with what it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestTexts {
    /// What the server is.
    pub description: Prose,
    /// Why it is needed.
    pub reasons: Vec<(String, Prose)>,
    /// Notes of an approval, or the parts of a rejection.
    pub decision: Vec<(String, Prose)>,
}

#[cfg(feature = "ssr")]
impl RequestTexts {
    /// The texts of a request.
    pub fn of(request: &Request) -> Self {
        use crate::text::{common, requests};

        let reasons = &request.justification;
        let reasons = [
            (requests::why_needed(), &reasons.why_needed),
            (requests::use_case(), &reasons.use_case),
            (requests::expected_value(), &reasons.expected_value),
            (requests::alternatives(), &reasons.alternatives_considered),
        ];
        let decision = request.decision.as_ref();
        let notes = decision.and_then(|decision| decision.approval.as_ref()).map(|approval| &approval.notes);
        let rejection = decision.and_then(|decision| decision.rejection.as_ref());
        let rejection = rejection.into_iter().flat_map(|rejection| {
            [
                (common::what_is_wrong(), &rejection.issue),
                (requests::what_to_fix(), &rejection.what_to_fix),
                (requests::use_instead(), &rejection.alternatives),
                (requests::whom_to_ask(), &rejection.contact),
                (requests::reason(), &rejection.reason),
            ]
        });
        let decision: Vec<_> = notes.map(|notes| (common::notes(), notes)).into_iter().chain(rejection).collect();
        Self {
            description: Prose::new(&request.description, 2),
            reasons: told(&reasons, 3),
            decision: told(&decision, 2),
        }
    }
}

/// What was written, each with what it is; what was left empty is left out.
#[cfg(feature = "ssr")]
fn told(texts: &[(&str, &String)], under: u8) -> Vec<(String, Prose)> {
    let written = texts.iter().map(|(label, text)| ((*label).to_owned(), Prose::new(text, under)));
    written.filter(|(_, prose)| !prose.is_empty()).collect()
}

/// A history whose details are shown as lines.
#[cfg(feature = "ssr")]
pub fn in_lines(mut history: Vec<RequestHistory>) -> Vec<RequestHistory> {
    for line in &mut history {
        line.detail = line.detail.as_deref().map(crate::components::plain);
    }
    history
}

/// A kept draft in a list: what it is about, where one goes on with it, and its key.
pub type DraftLine = (String, String, String);

/// The person's own requests, newest first unless another order is asked for, and before them, unless something is
/// looked for, the person's drafts.
#[server(prefix = "/api/fn", endpoint = "requests/list")]
pub async fn list_requests(
    #[server(default)] search: Option<String>,
    #[server(default)] state: Option<RequestState>,
    #[server(default)] sort: Option<String>,
    #[server(default)] cursor: Option<String>,
) -> Result<(Vec<DraftLine>, Page<Request>), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let whole = search.is_none() && state.is_none() && cursor.is_none();
    let drafts = if whole { prefill::drafts(&services, &caller).await? } else { Vec::new() };
    let sort = crate::parse::order(sort.as_deref());
    let filter = domain::RequestFilter { state, search, mine: true, kind: None, sort };
    let page = domain::PageQuery { cursor, limit: None };
    Ok((drafts, services.requests(&caller, &filter, &page).await?))
}

/// One request: the person's own, or any for those who decide.
#[server(prefix = "/api/fn", endpoint = "requests/get")]
pub async fn get_request(id: RequestId) -> Result<RequestPageData, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let request = services.request(&caller, id).await?;
    let history = in_lines(crate::ssr::spoken(services.request_history(&caller, id).await?));
    let texts = RequestTexts::of(&request);
    let again = again(&services, &caller, &request).await?;
    Ok(RequestPageData { request, history, texts, again })
}

/// Where a person asks for access again who had it by this request and has it no more.
#[cfg(feature = "ssr")]
async fn again(
    services: &service::Services,
    caller: &service::Caller,
    request: &Request,
) -> Result<Option<String>, AppError> {
    if request.state != RequestState::Approved || caller.actor.id != Some(request.requester_id) {
        return Ok(None);
    }
    let Some(server) = request.server_id else { return Ok(Some("/catalog".to_owned())) };
    if services.can_use(caller, server).await? {
        return Ok(None);
    }
    let known = services.requestable(caller, server).await.is_ok();
    Ok(Some(if known { format!("/requests/new?server={server}") } else { "/catalog".to_owned() }))
}

/// What the form of a request shows at first: the draft, or what it starts from.
#[server(prefix = "/api/fn", endpoint = "requests/form")]
pub async fn get_form(#[server(default)] source: FormSource) -> Result<RequestFormData, AppError> {
    let (services, caller) = crate::ssr::request()?;
    prefill::form(&services, &caller, source).await
}

/// Submits a request, or keeps it as a draft when `intent` is `draft`; then returns when it was kept. What cannot be
/// submitted is kept too, so that nothing is lost.
#[server(prefix = "/api/fn", endpoint = "requests/send")]
pub async fn send_request(
    request: NewRequest,
    draft_key: String,
    #[server(default)] intent: String,
) -> Result<Option<DateTime<Utc>>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let request = prefill::tidy(request);
    if intent == "draft" {
        return Ok(services.save_draft(&caller, &draft_key, request).await?.saved_at);
    }
    match services.submit_request(&caller, request.clone(), Some(&draft_key)).await {
        Ok(sent) => {
            crate::ssr::redirect(&format!("/requests/{}?notice=request-submitted", sent.id));
            Ok(None)
        }
        Err(error) => {
            if let Err(why) = services.save_draft(&caller, &draft_key, request).await {
                tracing::warn!(error = %why, "a request that was refused could not be kept as a draft");
            }
            Err(error.into())
        }
    }
}

/// Keeps a half-filled request while it is written.
#[server(prefix = "/api/fn", endpoint = "requests/draft")]
pub async fn save_draft(request: NewRequest, draft_key: String) -> Result<DraftSaved, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let request = prefill::tidy(request);
    let at = services.save_draft(&caller, &draft_key, request.clone()).await?.saved_at;
    Ok(DraftSaved { at, duplicates: prefill::duplicates(&services, &caller, &request).await? })
}

/// What does the same as the kept draft.
#[server(prefix = "/api/fn", endpoint = "requests/duplicates")]
pub async fn draft_duplicates(draft_key: String) -> Result<Vec<Duplicate>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let draft = services.draft(&caller, &draft_key).await?;
    prefill::duplicates(&services, &caller, &draft.fields).await
}

/// Forgets a draft.
#[server(prefix = "/api/fn", endpoint = "requests/discard")]
pub async fn discard_draft(draft_key: String, back: String) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.discard_draft(&caller, &draft_key).await?;
    crate::ssr::redirect(&back);
    Ok(())
}

/// Takes a pending request back.
#[server(prefix = "/api/fn", endpoint = "requests/withdraw")]
pub async fn withdraw_request(id: RequestId) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.withdraw_request(&caller, id).await?;
    crate::ssr::redirect(&format!("/requests/{id}?notice=request-withdrawn"));
    Ok(())
}

#[cfg(feature = "ssr")]
mod prefill {
    use domain::{
        CatalogEntry, CatalogItem, Definition, Duplicate, NewRequest, Problem, Request, RequestKind, RequestState,
        SecretField, SecretText,
    };
    use service::{Caller, Services};

    use super::{AccessTarget, DraftLine, EntryHead, FormSource, Replaced, RequestFormData, ToolChoice};
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

    fn head(CatalogItem { entry, connected, requested }: CatalogItem) -> EntryHead {
        let CatalogEntry { title, description, needs, url, transport, auth, headers, .. } = entry;
        // A line at the head of the page.
        let description = plain(&description);
        EntryHead { title, description, needs, url, transport, auth, headers, connected, requested }
    }

    fn replaced(earlier: Request) -> Replaced {
        let rejection = earlier.decision.and_then(|decision| decision.rejection);
        let fix = rejection.map(|rejection| [rejection.issue, rejection.what_to_fix, rejection.reason]);
        let fix =
            fix.into_iter().flatten().map(|text| Prose::new(&text, 2)).filter(|prose| !prose.is_empty()).collect();
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
                Some(id) => services.requestable(caller, id).await.ok().map(|(server, _)| server.name),
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
            env: named(&earlier.env_names),
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
        fn long_descriptions_are_cut() {
            assert_eq!(first_line("One.\nTwo."), "One.");
            assert_eq!(first_line(&"x".repeat(500)).chars().count(), 161);
        }
    }
}
