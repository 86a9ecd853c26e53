//! Server functions of requests, as the people who ask use them.

use chrono::{DateTime, Utc};
use domain::{
    CatalogItem, Definition, Duplicate, NewRequest, Page, Request, RequestHistory, RequestId, RequestState, Server,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

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
    /// The server.
    pub server: Server,
    /// Its tools, to choose from.
    pub tools: Vec<Definition>,
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
    pub entry: Option<CatalogItem>,
    /// The server that access is asked for.
    pub target: Option<AccessTarget>,
    /// The request that this one replaces.
    pub earlier: Option<Request>,
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
}

/// The person's own requests, newest first unless another order is asked for.
#[server(prefix = "/api/fn", endpoint = "requests/list")]
pub async fn list_requests(
    #[server(default)] search: Option<String>,
    #[server(default)] state: Option<RequestState>,
    #[server(default)] sort: Option<String>,
    #[server(default)] cursor: Option<String>,
) -> Result<Page<Request>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let sort = crate::parse::order(sort.as_deref());
    let filter = domain::RequestFilter { state, search, mine: true, kind: None, sort };
    let page = domain::PageQuery { cursor, limit: None };
    Ok(services.requests(&caller, &filter, &page).await?)
}

/// One request: the person's own, or any for those who decide.
#[server(prefix = "/api/fn", endpoint = "requests/get")]
pub async fn get_request(id: RequestId) -> Result<RequestPageData, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let request = services.request(&caller, id).await?;
    let history = services.request_history(&caller, id).await?;
    Ok(RequestPageData { request, history })
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
        CatalogEntry, Duplicate, NewRequest, Problem, Request, RequestKind, RequestState, SecretField, SecretText,
    };
    use service::{Caller, Services};

    use super::{AccessTarget, FormSource, RequestFormData};
    use crate::error::AppError;
    use crate::parse::optional;

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
                Some(AccessTarget { server, tools })
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
            (None, Some(target), _) => format!("access:{}", target.server.id),
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
        fields.server_id = target.as_ref().map(|target| target.server.id);
        fields.catalog_name = entry.as_ref().map(|item| item.entry.name.clone());
        fields.resubmission_of = of_earlier.map(|earlier| earlier.id);
        let duplicates = duplicates(services, caller, &fields).await?;
        Ok(RequestFormData {
            key,
            fields,
            kept: draft.kept_secrets,
            saved_at: draft.saved_at,
            entry,
            target,
            earlier,
            duplicates,
        })
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
        Ok(services.duplicates(caller, request).await?)
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
}
