//! Server functions of requests, as the people who ask use them.

use chrono::{DateTime, Utc};
use domain::{
    AuthKind, CatalogNeeds, Duplicate, NewRequest, Page, Request, RequestHistory, RequestId, RequestState, ServerId,
    Transport,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::prefill;
use super::texts::RequestTexts;
#[cfg(feature = "ssr")]
use super::texts::in_lines;
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
