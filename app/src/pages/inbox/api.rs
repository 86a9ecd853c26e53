//! Server functions of those who decide about requests.

use domain::{Duplicate, Page, Rejection, Request, RequestHistory, RequestId, User};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::components::Prose;
use crate::error::AppError;
use crate::pages::requests::ToolChoice;
#[cfg(feature = "ssr")]
use crate::pages::requests::texts::{self, RequestTexts};
use crate::pages::rules::api::RuleRow;
use crate::wire::Later;

/// Which requests of the inbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxQuery {
    /// Part of the server's or the requester's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// `pending` when absent; `all` for every state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// `server` or `access`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The order; those that wait longest first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Which page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Everything that a reviewer looks at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReviewPageData {
    /// The request.
    pub request: Request,
    /// Who asks, why, and for what: [`AboutRequest`].
    pub about: Later,
    /// The last connection test: a [`domain::TestReport`].
    pub report: Option<Later>,
    /// What the last connection test found, in short.
    pub test: Option<Tested>,
    /// Servers that do the same.
    pub duplicates: Vec<Duplicate>,
    /// The existing server has an address in a private network, and may have it.
    pub allow_private: bool,
    /// The catalog entry's own address, when the request names the entry and asks for another address.
    pub catalog_url: Option<String>,
    /// The tools to choose from: of the last test, or those approved of an existing server.
    pub tools: Vec<ToolChoice>,
    /// What people wrote of the decision.
    pub told: Vec<(String, Prose)>,
    /// What was before: [`PastData`].
    pub past: Later,
}

/// Who asks, and what they wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AboutRequest {
    /// Who asks.
    pub requester: User,
    /// What the server is.
    pub description: Prose,
    /// Why it is needed.
    pub reasons: Vec<(String, Prose)>,
}

/// What a connection test found, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tested {
    /// Every step passed.
    pub ok: bool,
    /// How many tools there are.
    pub tools: usize,
    /// Digest of all definitions; absent unless `ok`.
    pub digest: Option<String>,
}

/// What the requester has and had, and what happened to the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastData {
    /// Rules that give access now.
    pub access: Vec<RuleRow>,
    /// Earlier requests of the same person, newest first.
    pub earlier: Vec<Request>,
    /// What happened to this one, oldest first.
    pub history: Vec<RequestHistory>,
    /// The request that this one replaces.
    pub replaces: Option<RequestId>,
}

/// An approval as its form has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalForm {
    /// `server` or `tools`.
    #[serde(default)]
    pub scope: String,
    /// The tools, for `tools`.
    #[serde(default)]
    pub tools: Vec<String>,
    /// Last day of the access.
    #[serde(default)]
    pub ends_at: String,
    /// Notes for the requester.
    #[serde(default)]
    pub notes: String,
    /// The server may have an address of a private network.
    #[serde(default)]
    pub allow_private: bool,
    /// Name of the new server in URLs; as requested when empty.
    #[serde(default)]
    pub slug: String,
    /// Digest of the definitions that were on the page.
    #[serde(default)]
    pub definitions_digest: String,
}

/// Requests; pending ones oldest first.
#[server(prefix = "/api/fn", endpoint = "inbox/list")]
pub async fn list_inbox(#[server(default)] query: InboxQuery) -> Result<Page<Request>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    caller.require(domain::Capability::ManageRequests)?;
    let (filter, page) = convert::filter(query)?;
    Ok(services.requests(&caller, &filter, &page).await?)
}

/// Everything about one request.
#[server(prefix = "/api/fn", endpoint = "inbox/review")]
pub async fn get_review(id: RequestId) -> Result<ReviewPageData, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let mut review = crate::ssr::spoken(services.review(&caller, id).await?);
    review.history = texts::in_lines(review.history);
    let RequestTexts { description, reasons, decision } = RequestTexts::of(&review.request);
    let tools = match (&review.test, review.request.server_id) {
        (_, Some(server)) if review.request.kind == domain::RequestKind::Access => {
            // A server that is switched off has no tools to choose from, and approving says so.
            services.requestable(&caller, server).await.map(|(_, tools)| tools).unwrap_or_default()
        }
        (Some(test), _) => test.tools.clone(),
        (None, _) => Vec::new(),
    };
    let domain::Review { request, requester, earlier, access, test, duplicates, server, catalog_url, history } = review;
    let access = RuleRow::all(&access);
    let past = PastData { access, earlier, history, replaces: request.resubmission_of };
    Ok(ReviewPageData {
        request,
        about: Later::of(&AboutRequest { requester, description, reasons })?,
        report: test.as_ref().map(Later::of).transpose()?,
        test: test.map(|test| Tested { ok: test.ok, tools: test.tools.len(), digest: test.definitions_digest }),
        duplicates,
        allow_private: server.is_some_and(|server| server.allow_private),
        catalog_url,
        tools: tools.into_iter().map(ToolChoice::from).collect(),
        told: decision,
        past: Later::of(&past)?,
    })
}

/// Tests the connection, live.
#[server(prefix = "/api/fn", endpoint = "inbox/test")]
pub async fn test_request(id: RequestId, #[server(default)] allow_private: bool) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.test_request(&caller, id, allow_private).await?;
    Ok(())
}

/// Approves a request.
#[server(prefix = "/api/fn", endpoint = "inbox/approve")]
pub async fn approve_request(id: RequestId, approval: ApprovalForm) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.approve_request(&caller, id, convert::approval(approval)?).await?;
    crate::ssr::redirect("/inbox?notice=request-approved");
    Ok(())
}

/// Rejects a request.
#[server(prefix = "/api/fn", endpoint = "inbox/reject")]
pub async fn reject_request(id: RequestId, rejection: Rejection) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.reject_request(&caller, id, rejection).await?;
    crate::ssr::redirect("/inbox?notice=request-rejected");
    Ok(())
}

#[cfg(feature = "ssr")]
pub use convert::filter;

#[cfg(feature = "ssr")]
mod convert {
    use domain::{Approval, PageQuery, RequestFilter, RequestState, Scope};

    use super::{ApprovalForm, InboxQuery};
    use crate::error::AppError;
    use crate::parse::{day_end, optional, order};

    /// What the address of the page means to the use case.
    pub fn filter(query: InboxQuery) -> Result<(RequestFilter, PageQuery), AppError> {
        let state = match query.state.as_deref() {
            None => Some(RequestState::Pending),
            Some("all") => None,
            state => optional("state", state)?,
        };
        let kind = optional("kind", query.kind.as_deref())?;
        let filter =
            RequestFilter { state, kind, search: query.search, mine: false, sort: order(query.sort.as_deref()) };
        Ok((filter, PageQuery { cursor: query.cursor, limit: None }))
    }

    pub(super) fn approval(form: ApprovalForm) -> Result<Approval, AppError> {
        let scope = if form.scope == "tools" { Scope::Tools(form.tools) } else { Scope::Server };
        Ok(Approval {
            scope,
            definitions_digest: Some(form.definitions_digest).filter(|digest| !digest.is_empty()),
            ends_at: day_end("ends_at", &form.ends_at)?,
            notes: form.notes,
            allow_private: form.allow_private,
            slug: Some(form.slug).filter(|slug| !slug.trim().is_empty()),
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_inbox_shows_what_waits() {
            let state = |state: Option<&str>| {
                filter(InboxQuery { state: state.map(str::to_owned), ..InboxQuery::default() }).map(|(f, _)| f.state)
            };
            assert_eq!(state(None), Ok(Some(RequestState::Pending)));
            assert_eq!(state(Some("all")), Ok(None));
            assert_eq!(state(Some("rejected")), Ok(Some(RequestState::Rejected)));
            assert!(state(Some("nonsense")).is_err());
        }

        #[test]
        fn tools_count_only_when_tools_are_chosen() {
            let form = |scope: &str| ApprovalForm {
                scope: scope.into(),
                tools: vec!["echo".into()],
                ..ApprovalForm::default()
            };
            assert_eq!(approval(form("server")).map(|a| a.scope), Ok(Scope::Server));
            assert_eq!(approval(form("tools")).map(|a| a.scope), Ok(Scope::Tools(vec!["echo".into()])));
            assert_eq!(approval(form("server")).map(|a| (a.definitions_digest, a.slug)), Ok((None, None)));
            let renamed = ApprovalForm { slug: "wiki".into(), ..form("server") };
            assert_eq!(approval(renamed).map(|a| a.slug), Ok(Some("wiki".into())));
        }
    }
}
