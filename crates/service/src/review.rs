//! Decisions about requests: reviewed with evidence, approved or rejected in one transaction.

use std::collections::HashSet;

use domain::{
    Approval, AuditAction, Capability, DecisionRecord, Effect, NewRule, NotificationKind, PageQuery, Principal,
    Problem, Rejection, Request, RequestId, RequestKind, RequestState, Review, Rule, RuleChangeKind, RuleId, RuleScope,
    Scope, Server, ServerId, ServerStatus, Slug, TestReport, User,
};
use net::Reach;
use store::requests::Listing;
use store::secrets::Owner;
use store::tests::Subject as TestSubject;

use crate::catalog::other_address;
use crate::change::Change;
use crate::definitions::{pinned_event, pins_of, tested};
use crate::error::Wrong;
use crate::notifications::{Message, notify};
use crate::requests::{add_history, decided, request_event, server_of, settled};
use crate::rules::{note_version, one_view, rule_event};
use crate::servers::{server_event, test_event, transport_of};
use crate::snapshot::Part;
use crate::views::{request_subject, rule_views};
use crate::{Caller, Error, Result, Services};

/// Characters that a rejection must have to be of use to the requester.
const MIN_REASON: usize = 40;
/// Earlier requests on the review page.
const EARLIER: u32 = 20;

impl Services {
    /// Everything that a reviewer looks at.
    pub async fn review(&self, caller: &Caller, id: RequestId) -> Result<Review> {
        self.require(caller, Capability::ManageRequests).await?;
        let mut tx = self.read().await?;
        let request = found(store::requests::get(&mut tx, id).await?)?;
        let requester = requester(&mut tx, &request).await?;
        let listing = Listing { requester: Some(requester.id), ..Listing::default() };
        let page = PageQuery { cursor: None, limit: Some(EARLIER + 1) };
        let mut earlier = store::requests::list(&mut tx, &listing, &page).await?.data;
        earlier.retain(|other| other.id != id);
        earlier.truncate(EARLIER as usize);
        let rules = store::rules::of_user(&mut tx, requester.id).await?;
        let access = rule_views(&mut tx, rules, self.now()).await?;
        let duplicates = self
            .find_duplicates(&mut tx, requester.id, &request.url, request.catalog_name.as_deref(), Some(id))
            .await?
            .into_iter()
            .filter(|duplicate| duplicate.server_id.is_none() || duplicate.server_id != request.server_id)
            .collect();
        let server = match request.server_id {
            Some(server) => store::servers::get(&mut tx, server).await?,
            None => None,
        };
        Ok(Review {
            test: store::tests::latest(&mut tx, TestSubject::Request(id)).await?,
            history: store::requests::history(&mut tx, id).await?,
            catalog_url: other_address(&request).map(str::to_owned),
            request,
            requester,
            earlier,
            access,
            duplicates,
            server,
        })
    }

    /// Connects to the requested server, live, and keeps the report. `allow_private` lets it have an address of a
    /// private network.
    pub async fn test_request(&self, caller: &Caller, id: RequestId, allow_private: bool) -> Result<TestReport> {
        self.require(caller, Capability::ManageRequests).await?;
        let mut tx = self.read().await?;
        let request = found(store::requests::get(&mut tx, id).await?)?;
        if request.state != RequestState::Pending {
            return Err(decided(&request));
        }
        let (owner, url, transport, reach) = match request.kind {
            RequestKind::Server => {
                let reach = if allow_private { Reach::Private } else { Reach::Public };
                (Owner::Request(id), request.url, request.transport, reach)
            }
            RequestKind::Access => {
                let server = match request.server_id {
                    Some(server) => store::servers::get(&mut tx, server).await?,
                    None => None,
                };
                let server = server.ok_or_else(gone)?;
                // Where the server is now: its credential must not travel to an address that it has left.
                let reach = if server.allow_private { Reach::Private } else { Reach::Public };
                (Owner::Server(server.id), server.url, server.transport, reach)
            }
        };
        let headers = self.opened_headers(&mut tx, owner).await?;
        drop(tx);
        let report = self.run_test(&url, transport, reach, headers).await;

        let mut change = self.begin(caller).await?;
        let now = change.now;
        let request = found(store::requests::lock(&mut change.tx, id).await?)?;
        if request.state != RequestState::Pending {
            return Err(decided(&request));
        }
        store::tests::insert(&mut change.tx, TestSubject::Request(id), &report, caller.actor.id).await?;
        let what = if report.ok { "Connection tested" } else { "Connection test failed" };
        let detail = report.failure().map(|step| format!("{}: {}", step.step.label(), step.detail));
        add_history(&mut change.tx, id, now, &caller.actor.name, what, detail).await?;
        let event = test_event(change.event(AuditAction::ServerTested), &report).resource(request_subject(&request));
        change.commit(event).await?;
        Ok(report)
    }

    /// Approves a request: state, server, rule, pinned definitions, notification and audit events in one transaction.
    ///
    /// # Errors
    /// `Conflict` with code `test_again` unless the last test succeeded and saw the definitions of
    /// `definitions_digest`; `Conflict` with code `request_decided` when somebody decided before; `Invalid` with field
    /// `slug` when another server has the slug by now.
    pub async fn approve_request(&self, caller: &Caller, id: RequestId, approval: Approval) -> Result<Request> {
        self.require(caller, Capability::ManageRequests).await?;
        let mut change = self.begin(caller).await?;
        let request = pending(store::requests::lock(&mut change.tx, id).await?)?;
        check_approval(&approval, change.now)?;
        let server = match request.kind {
            RequestKind::Server => self.approve_server(&mut change, caller, &request, &approval).await?,
            RequestKind::Access => approve_access(&mut change, &request, &approval).await?,
        };
        let now = change.now;
        let new = checked_rule(&request, &approval, server.id)?;
        let made = new.into_rule(RuleId::generate(self.env()), caller.actor.id, now);
        let rule = Rule { request_id: Some(id), ..made };
        store::rules::insert(&mut change.tx, &rule).await?;
        let rule = one_view(&mut change.tx, rule, now).await?;
        note_version(&mut change.tx, RuleChangeKind::Created, None, &rule, &caller.actor, now).await?;
        change.reload(Part::Rules);
        // Kept as the server got it; a server that existed before keeps the slug that it has.
        let chosen = request.kind == RequestKind::Server && approval.slug.is_some();
        let decision = DecisionRecord {
            by_id: caller.actor.id,
            by_name: caller.actor.name.clone(),
            at: now,
            approval: Some(Approval { slug: chosen.then(|| server.slug.to_string()), ..approval.clone() }),
            rejection: None,
        };
        let state = RequestState::Approved;
        if !store::requests::set_decision(&mut change.tx, id, state, &decision, Some(&server)).await? {
            return Err(decided(&request));
        }
        let notes = Some(approval.notes.trim().to_owned()).filter(|notes| !notes.is_empty());
        add_history(&mut change.tx, id, now, &caller.actor.name, "Approved", notes.clone()).await?;
        settled(&mut change.tx, id, now).await?;
        let body = notes.unwrap_or_else(|| "Add it to your AI client from My connectors.".to_owned());
        let link = format!("/connectors/{}", server.slug);
        self.tell(&mut change, &request, NotificationKind::RequestApproved, "approved", &body, &link).await?;
        let event = change.event(AuditAction::PolicyCreated);
        let event = rule_event(&mut change.tx, event, &rule).await?;
        change.also(event);
        let request = Request {
            state,
            decision: Some(decision),
            server_id: Some(server.id),
            slug: server.slug.to_string(),
            updated_at: now,
            ..request
        };
        let action = match request.kind {
            RequestKind::Server => AuditAction::ServerApproved,
            RequestKind::Access => AuditAction::AccessRequestApproved,
        };
        let event = request_event(change.event(action), &request);
        change.commit(event).await?;
        Ok(request)
    }

    /// Makes the server of an approved request, with its secrets and its pinned definitions.
    async fn approve_server(
        &self,
        change: &mut Change<'_>,
        caller: &Caller,
        request: &Request,
        approval: &Approval,
    ) -> Result<Server> {
        let last = store::tests::latest(&mut change.tx, TestSubject::Request(request.id)).await?;
        let report = tested(last, approval.definitions_digest.as_deref())?;
        if let Scope::Tools(tools) = &approval.scope {
            let known: HashSet<&str> = report.tools.iter().map(|tool| tool.name.as_str()).collect();
            only_known(tools, |tool| known.contains(tool))?;
        }
        let now = change.now;
        let slug = free_slug(&mut change.tx, request, approval).await?;
        let transport = transport_of(&report, request.transport);
        let server = server_of(request, ServerId::generate(self.env()), slug, transport, approval.allow_private, now);
        match store::servers::insert(&mut change.tx, &server).await {
            // On PostgreSQL another transaction may have taken it since it was looked up.
            Err(store::Error::Conflict("servers.slug")) => return Err(slug_taken(&server.slug)),
            inserted => inserted?,
        }
        let (from, to) = (Owner::Request(request.id), Owner::Server(server.id));
        self.move_secrets(&mut change.tx, from, to, None, now).await?;
        store::pins::replace_all(&mut change.tx, server.id, &pins_of(&report, now), caller.actor.id).await?;
        let copy = TestReport { id: domain::TestId::generate(self.env()), ..report.clone() };
        store::tests::insert(&mut change.tx, TestSubject::Server(server.id), &copy, caller.actor.id).await?;
        change.reload(Part::Servers);
        let created = server_event(change.event(AuditAction::ServerCreated), &server);
        change.also(created);
        let pinned = pinned_event(change.event(AuditAction::DefinitionsPinned), &server, &report);
        change.also(pinned);
        Ok(server)
    }

    /// Rejects a request with a reason that the requester can work with.
    pub async fn reject_request(&self, caller: &Caller, id: RequestId, rejection: Rejection) -> Result<Request> {
        self.require(caller, Capability::ManageRequests).await?;
        let rejection = check_rejection(&rejection)?;
        let mut change = self.begin(caller).await?;
        let request = pending(store::requests::lock(&mut change.tx, id).await?)?;
        let now = change.now;
        let decision = DecisionRecord {
            by_id: caller.actor.id,
            by_name: caller.actor.name.clone(),
            at: now,
            approval: None,
            rejection: Some(rejection.clone()),
        };
        let state = RequestState::Rejected;
        if !store::requests::set_decision(&mut change.tx, id, state, &decision, None).await? {
            return Err(decided(&request));
        }
        store::secrets::delete_owner(&mut change.tx, Owner::Request(id)).await?;
        let reason = if rejection.issue.is_empty() { &rejection.reason } else { &rejection.issue };
        add_history(&mut change.tx, id, now, &caller.actor.name, "Rejected", Some(reason.clone())).await?;
        settled(&mut change.tx, id, now).await?;
        self.tell(
            &mut change,
            &request,
            NotificationKind::RequestRejected,
            "rejected",
            reason,
            &format!("/requests/{id}"),
        )
        .await?;
        let request = Request { state, decision: Some(decision), updated_at: now, ..request };
        let action = match request.kind {
            RequestKind::Server => AuditAction::ServerRejected,
            RequestKind::Access => AuditAction::AccessRequestRejected,
        };
        let event = request_event(change.event(action), &request).reason(reason.clone());
        change.commit(event).await?;
        Ok(request)
    }

    async fn tell(
        &self,
        change: &mut Change<'_>,
        request: &Request,
        kind: NotificationKind,
        word: &str,
        body: &str,
        link: &str,
    ) -> Result<()> {
        let message = Message {
            kind,
            title: format!("Your request for {} was {word}", request.name),
            body: body.to_owned(),
            link: link.to_owned(),
        };
        let now = change.now;
        notify(&mut change.tx, self.env(), now, &[request.requester_id], &message).await
    }
}

/// Checks that the existing server of an access request can be given.
async fn approve_access(change: &mut Change<'_>, request: &Request, approval: &Approval) -> Result<Server> {
    let server = match request.server_id {
        Some(id) => store::servers::get(&mut change.tx, id).await?,
        None => None,
    };
    let server = server.ok_or_else(gone)?;
    if server.status != ServerStatus::Active {
        return Err(Problem::conflict("server_disabled", "the server is switched off; switch it on first").into());
    }
    if let Scope::Tools(tools) = &approval.scope {
        let pins = store::pins::list(&mut change.tx, server.id).await?;
        let known: HashSet<&str> =
            pins.iter().filter(|pin| pin.kind == domain::PinKind::Tool).map(|pin| pin.name.as_str()).collect();
        only_known(tools, |tool| known.contains(tool))?;
    }
    Ok(server)
}

/// The slug that the approver chose, or the requested one, which may have been taken while the request waited.
async fn free_slug(tx: &mut store::Tx, request: &Request, approval: &Approval) -> Result<Slug> {
    let chosen = approval.slug.as_deref().map(str::trim).filter(|slug| !slug.is_empty());
    let mut wrong = Wrong::new();
    let slug: Option<Slug> = wrong.parse("slug", chosen.unwrap_or(&request.slug));
    wrong.check()?;
    let Some(slug) = slug else { return Err(Error::broken("a slug", "checked and missing")) };
    match store::servers::by_slug(tx, &slug).await? {
        Some(_) => Err(slug_taken(&slug)),
        None => Ok(slug),
    }
}

fn slug_taken(slug: &Slug) -> Error {
    Problem::field("slug", format!("another server is called `{slug}` by now; choose another slug")).into()
}

fn gone() -> Error {
    Problem::conflict("gone", "the server was deleted in the meantime; reject the request").into()
}

fn only_known(tools: &[String], known: impl Fn(&str) -> bool) -> Result<()> {
    match tools.iter().find(|tool| !known(tool)) {
        Some(tool) => Err(Problem::field("scope", format!("the server has no tool `{tool}`")).into()),
        None => Ok(()),
    }
}

/// The rule that an approval makes, without its place and date. The names come from the server, which may choose names
/// that a rule cannot hold, or that would mean more than one tool.
fn checked_rule(request: &Request, approval: &Approval, server: ServerId) -> Result<NewRule> {
    let scope = match &approval.scope {
        Scope::Server => RuleScope::All,
        Scope::Tools(tools) => {
            if let Some(tool) = tools.iter().find(|tool| tool.contains('*')) {
                let why = format!("`{tool}` would stand for many tools; leave it out or approve the entire server");
                return Err(Problem::field("scope", why).into());
            }
            RuleScope::tools(tools.iter().cloned())
        }
    };
    let rule = NewRule {
        scope,
        ends_at: approval.ends_at,
        notes: format!("Approved request for {}", request.name),
        ..NewRule::new(Principal::user(request.requester_id), Effect::Allow, Some(server))
    };
    match policy::check_rule(&rule) {
        Ok(()) => Ok(rule),
        Err(errors) => {
            let mut wrong = Wrong::new();
            wrong.extend(errors);
            wrong.check()?;
            Ok(rule)
        }
    }
}

fn check_approval(approval: &Approval, now: chrono::DateTime<chrono::Utc>) -> Result<()> {
    let mut wrong = Wrong::new();
    if matches!(&approval.scope, Scope::Tools(tools) if tools.is_empty()) {
        wrong.add("scope", "choose at least one tool, or the entire server");
    }
    if approval.ends_at.is_some_and(|end| end <= now) {
        wrong.add("ends_at", "choose a time in the future");
    }
    wrong.optional_text("notes", &approval.notes, 2000);
    wrong.check()
}

fn check_rejection(given: &Rejection) -> Result<Rejection> {
    let mut wrong = Wrong::new();
    let rejection = Rejection {
        issue: wrong.optional_text("issue", &given.issue, 2000),
        what_to_fix: wrong.optional_text("what_to_fix", &given.what_to_fix, 2000),
        alternatives: wrong.optional_text("alternatives", &given.alternatives, 2000),
        contact: wrong.optional_text("contact", &given.contact, 500),
        reason: wrong.optional_text("reason", &given.reason, 4000),
    };
    let length = |text: &str| text.chars().count();
    if rejection.issue.is_empty() && rejection.what_to_fix.is_empty() {
        if length(&rejection.reason) < MIN_REASON {
            let why = format!("say what is wrong and what would make it right, in at least {MIN_REASON} characters");
            wrong.add(if rejection.reason.is_empty() { "issue" } else { "reason" }, why);
        }
    } else {
        if rejection.issue.is_empty() {
            wrong.add("issue", "say what is wrong");
        }
        if rejection.what_to_fix.is_empty() {
            wrong.add("what_to_fix", "say what would make it right");
        } else if length(&rejection.issue) + length(&rejection.what_to_fix) < MIN_REASON {
            wrong.add("what_to_fix", "say more: the requester has to be able to work with it");
        }
    }
    wrong.check()?;
    Ok(rejection)
}

fn found(request: Option<Request>) -> Result<Request> {
    Ok(request.ok_or_else(|| Problem::not_found("request"))?)
}

fn pending(request: Option<Request>) -> Result<Request> {
    let request = found(request)?;
    if request.state == RequestState::Pending { Ok(request) } else { Err(decided(&request)) }
}

async fn requester(tx: &mut store::Tx, request: &Request) -> Result<User> {
    let user = store::users::get(tx, request.requester_id).await?;
    user.ok_or_else(|| Error::broken("a request", format!("{} has no requester", request.id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_reason_is_refused() {
        let field = |rejection: Rejection| match check_rejection(&rejection) {
            Ok(_) => None,
            Err(Error::Problem(Problem::Invalid { fields })) => Some(fields[0].field.clone()),
            Err(error) => panic!("{error}"),
        };
        let reason = |reason: &str| Rejection { reason: reason.into(), ..Rejection::default() };
        assert_eq!(field(reason("security concerns")).as_deref(), Some("reason"));
        assert_eq!(field(Rejection::default()).as_deref(), Some("issue"));
        assert_eq!(
            field(reason("The vendor keeps our data in a region that we must not use; ask for the EU one.")),
            None
        );
        let structured =
            |issue: &str, fix: &str| Rejection { issue: issue.into(), what_to_fix: fix.into(), ..Rejection::default() };
        assert_eq!(field(structured("no", "fix")).as_deref(), Some("what_to_fix"));
        assert_eq!(
            field(structured("It asks for write access to all repositories.", "Ask for a read-only token.")),
            None
        );
    }
}
