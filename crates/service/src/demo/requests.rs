//! How a request is written with what led there: history, test, decision, messages and events.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Approval, AuditAction, AuthKind, DecisionRecord, Justification, Notification, NotificationId, NotificationKind,
    Principal, Rejection, Request, RequestHistory, RequestId, RequestKind, RequestState, Rule, RuleScope, Scope,
    SecretField, SecretText, Transport,
};
use store::Tx;
use store::secrets::Owner;
use store::tests::Subject as TestSubject;

use super::people::{ADMINS, Who};
use super::servers::{Which, put_rule, report_at, rule};
use super::stage::Stage;
use crate::Result;
use crate::definitions::pinned_event;
use crate::requests::request_event;
use crate::servers::{server_event, test_event};
use crate::views::request_subject;

/// Texts of a request: why needed, use case, expected value, alternatives considered.
pub(super) type Reasons = [&'static str; 4];

/// A request for a new server, from which the others differ.
pub(super) fn server_request(
    stage: &Stage<'_>,
    who: Who,
    at: DateTime<Utc>,
    name: &str,
    url: String,
    reasons: Reasons,
) -> Request {
    let [why_needed, use_case, expected_value, alternatives_considered] = reasons.map(str::to_owned);
    Request {
        id: RequestId::generate(&stage.at(at)),
        kind: RequestKind::Server,
        state: RequestState::Pending,
        requester_id: stage.person(who).id,
        requester_name: stage.person(who).name.clone(),
        name: name.to_owned(),
        slug: domain::Slug::suggest(name),
        description: String::new(),
        icon: None,
        catalog_name: None,
        server_id: None,
        tools: Vec::new(),
        transport: Transport::StreamableHttp,
        url,
        auth: AuthKind::None,
        header_names: Vec::new(),
        env_names: Vec::new(),
        justification: Justification { why_needed, use_case, expected_value, alternatives_considered },
        urgent: false,
        resubmission_of: None,
        created_at: at,
        updated_at: at,
        decision: None,
    }
}

/// A request for one of the servers.
pub(super) fn existing(stage: &Stage<'_>, request: Request, which: Which) -> Request {
    let server = stage.server(which);
    Request {
        slug: server.slug.to_string(),
        description: server.description.clone(),
        icon: server.icon.clone(),
        server_id: Some(server.id),
        url: server.url.clone(),
        ..request
    }
}

/// A request for access to one of the servers.
pub(super) fn access_request(
    stage: &Stage<'_>,
    who: Who,
    at: DateTime<Utc>,
    which: Which,
    reasons: Reasons,
) -> Request {
    let name = stage.server(which).name.clone();
    let request = server_request(stage, who, at, &name, String::new(), reasons);
    Request { kind: RequestKind::Access, ..existing(stage, request, which) }
}

/// A request for an entry of the catalog.
pub(super) fn catalog_request(
    stage: &Stage<'_>,
    who: Who,
    at: DateTime<Utc>,
    entry: &str,
    reasons: Reasons,
) -> Option<Request> {
    let entry = crate::catalog::entry(entry)?;
    let url = entry.url.clone()?;
    let request = server_request(stage, who, at, &entry.title, url, reasons);
    Some(Request {
        description: entry.description.clone(),
        icon: entry.icon.clone(),
        catalog_name: Some(entry.name.clone()),
        auth: entry.auth,
        header_names: entry.headers.iter().map(|(name, _)| name.clone()).collect(),
        ..request
    })
}

/// Writes a request as it was made: with sealed values, its event, and what administrators were told.
pub(super) async fn put(stage: &mut Stage<'_>, tx: &mut Tx, who: Who, request: &Request, waits: bool) -> Result<()> {
    store::requests::insert(tx, request).await?;
    let headers: Vec<SecretField> = request
        .header_names
        .iter()
        .map(|name| SecretField { name: name.clone(), value: SecretText::new("Bearer demonstration-only") })
        .collect();
    let at = request.created_at;
    // A decision takes the values away and leaves the names.
    if request.state == RequestState::Pending {
        stage.services.keep_secrets(tx, Owner::Request(request.id), &headers, &[], at).await?;
    }
    history(tx, request, at, &request.requester_name, "Requested", None).await?;
    let action = match request.kind {
        RequestKind::Server => AuditAction::ServerRequested,
        RequestKind::Access => AuditAction::AccessRequestCreated,
    };
    let made = Request { state: RequestState::Pending, decision: None, ..request.clone() };
    let event = request_event(stage.event(at, who, action), &made);
    stage.record(at, event);
    let title = format!("{} asks for {}", request.requester_name, request.name);
    let link = format!("/inbox/{}", request.id);
    for admin in ADMINS {
        let text = (title.as_str(), request.justification.why_needed.as_str(), link.as_str());
        tell(stage, tx, admin, at, NotificationKind::RequestPending, text, !waits).await?;
    }
    Ok(())
}

/// Adds a line to a request's history.
pub(super) async fn history(
    tx: &mut Tx,
    request: &Request,
    at: DateTime<Utc>,
    actor: &str,
    what: &str,
    detail: Option<&str>,
) -> Result<()> {
    let detail = detail.filter(|text| !text.is_empty()).map(str::to_owned);
    let line = RequestHistory { at, actor: actor.to_owned(), what: what.to_owned(), detail };
    Ok(store::requests::add_history(tx, request.id, &line).await?)
}

/// Leaves a message: title, body and link.
pub(super) async fn tell(
    stage: &Stage<'_>,
    tx: &mut Tx,
    who: Who,
    at: DateTime<Utc>,
    kind: NotificationKind,
    (title, body, link): (&str, &str, &str),
    read: bool,
) -> Result<()> {
    let notification = Notification {
        id: NotificationId::generate(&stage.at(at)),
        kind,
        title: title.to_owned(),
        body: body.to_owned(),
        link: link.to_owned(),
        created_at: at,
        read_at: read.then(|| (at + TimeDelta::minutes(35)).min(stage.now)),
    };
    Ok(store::notifications::insert(tx, stage.person(who).id, &notification).await?)
}

/// A connection test by an administrator, as the review page shows it.
pub(super) async fn test(
    stage: &mut Stage<'_>,
    tx: &mut Tx,
    by: Who,
    request: &Request,
    at: DateTime<Utc>,
) -> Result<()> {
    let report = report_at(stage, at);
    store::tests::insert(tx, TestSubject::Request(request.id), &report, Some(stage.person(by).id)).await?;
    history(tx, request, at, &stage.person(by).name, "Connection tested", None).await?;
    let event = test_event(stage.event(at, by, AuditAction::ServerTested), &report).resource(request_subject(request));
    stage.record(at, event);
    Ok(())
}

/// Writes a request with its approval, which made the server, or gave access to it.
pub(super) async fn approve(
    stage: &mut Stage<'_>,
    tx: &mut Tx,
    who: Who,
    by: Who,
    request: Request,
    which: Which,
    approval: Approval,
) -> Result<()> {
    let server = stage.server(which).clone();
    // A server is there from the moment of its approval; access is given the next morning.
    let at = match request.kind {
        RequestKind::Server => server.created_at,
        RequestKind::Access => request.created_at + TimeDelta::hours(22),
    };
    let request = Request {
        state: RequestState::Approved,
        updated_at: at,
        decision: Some(DecisionRecord {
            by_id: Some(stage.person(by).id),
            by_name: stage.person(by).name.clone(),
            at,
            approval: Some(approval.clone()),
            rejection: None,
        }),
        ..request
    };
    put(stage, tx, who, &request, false).await?;
    if request.kind == RequestKind::Server {
        test(stage, tx, by, &request, at - TimeDelta::minutes(6)).await?;
        let created = server_event(stage.event(at, by, AuditAction::ServerCreated), &server);
        stage.record(at, created);
        let pinned = pinned_event(stage.event(at, by, AuditAction::DefinitionsPinned), &server, &stage.report);
        stage.record(at, pinned);
    }
    let rule = Rule {
        principal: Principal::user(request.requester_id),
        scope: match &approval.scope {
            Scope::Server => RuleScope::All,
            Scope::Tools(tools) => RuleScope::tools(tools.iter().cloned()),
        },
        ends_at: approval.ends_at,
        notes: format!("Approved request for {}", request.name),
        request_id: Some(request.id),
        created_by: Some(stage.person(by).id),
        ..rule(stage, at, which)
    };
    put_rule(stage, tx, by, rule).await?;
    let link = format!("/connectors/{}", request.slug);
    decide(stage, tx, who, by, &request, &approval.notes, &link).await
}

/// Writes a request with its rejection.
pub(super) async fn reject(
    stage: &mut Stage<'_>,
    tx: &mut Tx,
    who: Who,
    by: Who,
    request: Request,
    rejection: Rejection,
) -> Result<()> {
    let at = request.created_at + TimeDelta::hours(5);
    let reason = if rejection.issue.is_empty() { rejection.reason.clone() } else { rejection.issue.clone() };
    let request = Request {
        state: RequestState::Rejected,
        updated_at: at,
        decision: Some(DecisionRecord {
            by_id: Some(stage.person(by).id),
            by_name: stage.person(by).name.clone(),
            at,
            approval: None,
            rejection: Some(rejection),
        }),
        ..request
    };
    put(stage, tx, who, &request, false).await?;
    let link = format!("/requests/{}", request.id);
    decide(stage, tx, who, by, &request, &reason, &link).await
}

/// What a decision leaves beside the request itself.
async fn decide(
    stage: &mut Stage<'_>,
    tx: &mut Tx,
    who: Who,
    by: Who,
    request: &Request,
    text: &str,
    link: &str,
) -> Result<()> {
    let at = request.updated_at;
    let what = if request.state == RequestState::Approved { "Approved" } else { "Rejected" };
    history(tx, request, at, &stage.person(by).name, what, Some(text)).await?;
    let (kind, action) = match (request.state, request.kind) {
        (RequestState::Approved, RequestKind::Server) => {
            (NotificationKind::RequestApproved, AuditAction::ServerApproved)
        }
        (RequestState::Approved, RequestKind::Access) => {
            (NotificationKind::RequestApproved, AuditAction::AccessRequestApproved)
        }
        (_, RequestKind::Server) => (NotificationKind::RequestRejected, AuditAction::ServerRejected),
        (_, RequestKind::Access) => (NotificationKind::RequestRejected, AuditAction::AccessRequestRejected),
    };
    let event = request_event(stage.event(at, by, action), request);
    stage.record(at, event);
    let title = format!("Your request for {} was {}", request.name, what.to_lowercase());
    let body = if text.is_empty() { "Add it to your AI client from My connectors." } else { text };
    // What happened lately has not been read by everybody.
    let read = at < stage.day(14, 12, 0);
    tell(stage, tx, who, at, kind, (&title, body, link), read).await
}
