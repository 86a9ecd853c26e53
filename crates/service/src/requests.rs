//! Requests: submitted, followed, withdrawn.

use domain::{
    AuditAction, AuthKind, Capability, CatalogEntry, Justification, NewRequest, NotificationKind, Page, PageQuery,
    Problem, Request, RequestFilter, RequestHistory, RequestId, RequestKind, RequestState, Server, ServerId,
    ServerStatus, Transport, UserId,
};
use serde_json::json;
use store::Tx;
use store::requests::{Listing, OLDEST_FIRST};
use store::secrets::{Names, Owner};

use crate::change::payload;
use crate::connection::Given;
use crate::duplicates::duplicate_text;
use crate::error::Wrong;
use crate::notifications::{Message, notify};
use crate::people::deciders;
use crate::servers::{names, slug_of};
use crate::views::request_subject;
use crate::{Caller, Error, Result, Services};

/// Tools of an access request.
const MAX_TOOLS: usize = 500;

impl Services {
    /// Submits a request. All wrong fields are named at once; nothing is lost, as the draft stays until this succeeds.
    ///
    /// # Errors
    /// `Invalid`; `Conflict` with code `duplicate` when something like it exists and `not_a_duplicate` is not set.
    pub async fn submit_request(&self, caller: &Caller, new: NewRequest, draft: Option<&str>) -> Result<Request> {
        let me = caller.user_id()?;
        match new.kind.unwrap_or(RequestKind::Server) {
            RequestKind::Server => self.submit_server_request(caller, me, new, draft).await,
            RequestKind::Access => self.submit_access_request(caller, me, new, draft).await,
        }
    }

    async fn submit_server_request(
        &self,
        caller: &Caller,
        me: UserId,
        mut new: NewRequest,
        draft: Option<&str>,
    ) -> Result<Request> {
        let mut wrong = Wrong::new();
        let entry = entry_of(&mut wrong, &mut new);
        let mut change = self.begin(caller).await?;
        let kept = match draft {
            Some(key) => store::secrets::names(&mut change.tx, Owner::Draft(me, key)).await?,
            None => Names::default(),
        };
        let name = wrong.text("name", &new.name, 120);
        let slug = slug_of(&mut wrong, &new.slug, &name);
        let description = wrong.optional_text("description", &new.description, 2000);
        let given =
            Given { transport: &new.transport, url: &new.url, auth: &new.auth, headers: &new.headers, env: &new.env };
        let connection = self.check_connection(&mut wrong, &given, &kept);
        let justification = justification(&mut wrong, &new, true);
        let replaced = replaced(&mut change.tx, &mut wrong, me, new.resubmission_of).await?;
        if let Some(slug) = &slug
            && store::servers::by_slug(&mut change.tx, slug).await?.is_some()
        {
            wrong.add("slug", format!("the slug `{slug}` is taken; choose another"));
        }
        wrong.check()?;
        let Some(slug) = slug else { return Err(Error::broken("a slug", "checked and missing")) };
        if !new.not_a_duplicate {
            let catalog = new.catalog_name.as_deref();
            let duplicates = self.find_duplicates(&mut change.tx, me, &connection.url, catalog, None).await?;
            if let Some(first) = duplicates.first() {
                return Err(Problem::conflict("duplicate", duplicate_text(first)).into());
            }
        }

        let requester_name = caller.actor.name.clone();
        let request = Request {
            id: RequestId::generate(self.env()),
            kind: RequestKind::Server,
            state: RequestState::Pending,
            requester_id: me,
            requester_name,
            name,
            slug: slug.to_string(),
            description,
            icon: entry.and_then(|entry| entry.icon),
            catalog_name: new.catalog_name.clone(),
            server_id: None,
            tools: Vec::new(),
            transport: connection.transport,
            url: connection.url,
            auth: connection.auth,
            header_names: names(&connection.headers),
            env_names: names(&connection.env),
            justification,
            urgent: new.urgent,
            resubmission_of: replaced,
            created_at: change.now,
            updated_at: change.now,
            decision: None,
        };
        store::requests::insert(&mut change.tx, &request).await?;
        let now = change.now;
        let owner = Owner::Request(request.id);
        if let Some(key) = draft {
            // Values entered earlier first, so that those entered now win.
            let used = Names { headers: request.header_names.clone(), env: request.env_names.clone() };
            self.move_secrets(&mut change.tx, Owner::Draft(me, key), owner, Some(&used), now).await?;
            store::drafts::delete(&mut change.tx, me, key).await?;
        }
        self.keep_secrets(&mut change.tx, owner, &connection.headers, &connection.env, now).await?;
        self.announce(&mut change.tx, caller, &request, now).await?;
        let event = request_event(change.event(AuditAction::ServerRequested), &request);
        change.commit(event).await?;
        Ok(request)
    }

    async fn submit_access_request(
        &self,
        caller: &Caller,
        me: UserId,
        new: NewRequest,
        draft: Option<&str>,
    ) -> Result<Request> {
        let mut wrong = Wrong::new();
        let mut change = self.begin(caller).await?;
        let server = match new.server_id {
            Some(id) => store::servers::get(&mut change.tx, id).await?,
            None => None,
        };
        let server = server.filter(|server| server.status == ServerStatus::Active);
        if server.is_none() {
            wrong.add("server_id", "choose a server that exists and is switched on");
        }
        let tools = tools(&mut wrong, &new.tools);
        let justification = justification(&mut wrong, &new, false);
        let replaced = replaced(&mut change.tx, &mut wrong, me, new.resubmission_of).await?;
        wrong.check()?;
        let Some(server) = server else { return Err(Error::broken("a server", "checked and missing")) };
        for pending in store::requests::pending_of_user(&mut change.tx, me).await? {
            if pending.kind == RequestKind::Access && pending.server_id == Some(server.id) {
                let why = "you have asked for access to this server already; see My requests";
                return Err(Problem::conflict("duplicate", why).into());
            }
        }
        let request = Request {
            id: RequestId::generate(self.env()),
            kind: RequestKind::Access,
            state: RequestState::Pending,
            requester_id: me,
            requester_name: caller.actor.name.clone(),
            name: server.name.clone(),
            slug: server.slug.to_string(),
            description: server.description.clone(),
            icon: server.icon.clone(),
            catalog_name: server.catalog_name.clone(),
            server_id: Some(server.id),
            tools,
            transport: server.transport,
            url: server.url.clone(),
            auth: server.auth,
            header_names: Vec::new(),
            env_names: Vec::new(),
            justification,
            urgent: new.urgent,
            resubmission_of: replaced,
            created_at: change.now,
            updated_at: change.now,
            decision: None,
        };
        store::requests::insert(&mut change.tx, &request).await?;
        if let Some(key) = draft {
            store::drafts::delete(&mut change.tx, me, key).await?;
        }
        let now = change.now;
        self.announce(&mut change.tx, caller, &request, now).await?;
        let event = request_event(change.event(AuditAction::AccessRequestCreated), &request);
        change.commit(event).await?;
        Ok(shown_to(caller, request))
    }

    /// The history's first line, and a notification for those who decide.
    async fn announce(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        request: &Request,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<()> {
        let what = if request.resubmission_of.is_some() { "Resubmitted" } else { "Requested" };
        add_history(tx, request.id, now, &caller.actor.name, what, None).await?;
        let mut people = deciders(tx, Capability::ManageRequests).await?;
        people.retain(|person| *person != request.requester_id);
        let message = Message {
            kind: NotificationKind::RequestPending,
            title: format!("{} asks for {}", request.requester_name, request.name),
            body: request.justification.why_needed.clone(),
            link: review_link(request.id),
        };
        notify(tx, self.env(), now, &people, &message).await
    }

    /// Requests: everybody's for those who decide, the caller's own otherwise.
    pub async fn requests(&self, caller: &Caller, filter: &RequestFilter, page: &PageQuery) -> Result<Page<Request>> {
        let decides = caller.can(Capability::ManageRequests);
        let requester = match (decides, filter.mine) {
            (true, false) => {
                caller.known()?;
                None
            }
            _ => Some(caller.user_id()?),
        };
        // Those who wait longest come first in the inbox; everything else is read from the newest on.
        let waiting = filter.state == Some(RequestState::Pending) && requester.is_none();
        let listing = Listing {
            state: filter.state,
            kind: filter.kind,
            requester,
            search: filter.search.clone().filter(|text| !text.trim().is_empty()),
            sort: filter.sort.or(waiting.then_some(OLDEST_FIRST)),
        };
        let mut tx = self.read().await?;
        Ok(store::requests::list(&mut tx, &listing, page).await?.map(|request| shown_to(caller, request)))
    }

    /// One request: the caller's own, or any for those who decide.
    pub async fn request(&self, caller: &Caller, id: RequestId) -> Result<Request> {
        let mut tx = self.read().await?;
        let request = visible(caller, store::requests::get(&mut tx, id).await?)?;
        Ok(shown_to(caller, request))
    }

    /// What happened to a request, oldest first.
    pub async fn request_history(&self, caller: &Caller, id: RequestId) -> Result<Vec<RequestHistory>> {
        let mut tx = self.read().await?;
        visible(caller, store::requests::get(&mut tx, id).await?)?;
        Ok(store::requests::history(&mut tx, id).await?)
    }

    /// Takes a pending request back. Its secrets are forgotten.
    pub async fn withdraw_request(&self, caller: &Caller, id: RequestId) -> Result<Request> {
        let me = caller.user_id()?;
        let mut change = self.begin(caller).await?;
        let mut request = visible(caller, store::requests::lock(&mut change.tx, id).await?)?;
        if request.requester_id != me {
            return Err(
                Problem::forbidden("only the person who asked can withdraw a request; reject it instead").into()
            );
        }
        let now = change.now;
        if !store::requests::set_state(&mut change.tx, id, RequestState::Pending, RequestState::Withdrawn, now).await? {
            return Err(decided(&request));
        }
        request.state = RequestState::Withdrawn;
        request.updated_at = now;
        store::secrets::delete_owner(&mut change.tx, Owner::Request(id)).await?;
        add_history(&mut change.tx, id, now, &caller.actor.name, "Withdrawn", None).await?;
        settled(&mut change.tx, id, now).await?;
        let action = match request.kind {
            RequestKind::Server => AuditAction::ServerRequestWithdrawn,
            RequestKind::Access => AuditAction::AccessRequestWithdrawn,
        };
        let event = request_event(change.event(action), &request);
        change.commit(event).await?;
        Ok(shown_to(caller, request))
    }
}

/// A request as this caller may see it: the address of an existing server is for those who run it.
fn shown_to(caller: &Caller, mut request: Request) -> Request {
    if request.kind == RequestKind::Access && !caller.can(Capability::ManageRequests) {
        request.url = String::new();
    }
    request
}

/// A request that the caller may know of.
fn visible(caller: &Caller, request: Option<Request>) -> Result<Request> {
    if !caller.can(Capability::ManageRequests) {
        let me = caller.user_id()?;
        return Ok(request.filter(|r| r.requester_id == me).ok_or_else(|| Problem::not_found("request"))?);
    }
    caller.known()?;
    Ok(request.ok_or_else(|| Problem::not_found("request"))?)
}

/// The refusal of a second decision.
pub(crate) fn decided(request: &Request) -> Error {
    let why = match &request.decision {
        Some(decision) => {
            format!("this request is {} by {} already; reload the page", request.state, decision.by_name)
        }
        None => format!("this request is {} already; reload the page", request.state),
    };
    Problem::conflict("request_decided", why).into()
}

/// Where a request is decided about.
fn review_link(id: RequestId) -> String {
    format!("/inbox/{id}")
}

/// Nobody has to decide about a request any more: what they were told of it is done.
pub(crate) async fn settled(tx: &mut Tx, id: RequestId, now: chrono::DateTime<chrono::Utc>) -> Result<()> {
    store::notifications::mark_done(tx, NotificationKind::RequestPending, &review_link(id), now).await?;
    Ok(())
}

pub(crate) async fn add_history(
    tx: &mut Tx,
    id: RequestId,
    at: chrono::DateTime<chrono::Utc>,
    actor: &str,
    what: &str,
    detail: Option<String>,
) -> Result<()> {
    let line = RequestHistory { at, actor: actor.to_owned(), what: what.to_owned(), detail };
    Ok(store::requests::add_history(tx, id, &line).await?)
}

/// An event about a request, with all of it but its secrets, and without the address of an existing server: requesters
/// can read their own events.
pub(crate) fn request_event(event: ledger::Event, request: &Request) -> ledger::Event {
    let mut fields = json!(request);
    if request.kind == RequestKind::Access
        && let Some(fields) = fields.as_object_mut()
    {
        fields.remove("url");
    }
    let event = event.resource(request_subject(request)).args(payload(&fields));
    match request.server_id {
        Some(server) => event.server(server, request.slug.clone()),
        None => event,
    }
}

/// The catalog entry of a request, whose address and needs fill what was left empty.
fn entry_of(wrong: &mut Wrong, new: &mut NewRequest) -> Option<CatalogEntry> {
    let name = new.catalog_name.as_deref().filter(|name| !name.is_empty())?.to_owned();
    let Some(entry) = crate::catalog::entry(&name) else {
        wrong.add("catalog_name", "choose an entry of the catalog, or ask for a custom server");
        return None;
    };
    if !entry.needs.requestable() {
        wrong.add("catalog_name", format!("{} cannot be requested: {}", entry.title, entry.needs.label()));
    }
    let fill = |field: &mut String, value: &str| {
        if field.trim().is_empty() {
            value.clone_into(field);
        }
    };
    fill(&mut new.name, &entry.title);
    fill(&mut new.description, &entry.description);
    fill(&mut new.url, entry.url.as_deref().unwrap_or_default());
    fill(&mut new.transport, entry.transport.as_str());
    fill(&mut new.auth, entry.auth.as_str());
    Some(entry.clone())
}

fn justification(wrong: &mut Wrong, new: &NewRequest, whole: bool) -> Justification {
    let why_needed = wrong.text("why_needed", &new.why_needed, 4000);
    let needed = |wrong: &mut Wrong, field: &str, text: &str| {
        if whole { wrong.text(field, text, 4000) } else { wrong.optional_text(field, text, 4000) }
    };
    Justification {
        why_needed,
        use_case: needed(wrong, "use_case", &new.use_case),
        expected_value: needed(wrong, "expected_value", &new.expected_value),
        alternatives_considered: wrong.optional_text("alternatives_considered", &new.alternatives_considered, 4000),
    }
}

fn tools(wrong: &mut Wrong, given: &[String]) -> Vec<String> {
    let mut tools: Vec<String> = Vec::new();
    for tool in given.iter().map(|tool| tool.trim()).filter(|tool| !tool.is_empty()) {
        if !tools.iter().any(|known| known == tool) {
            tools.push(tool.to_owned());
        }
    }
    if tools.len() > MAX_TOOLS || tools.iter().any(|tool| tool.len() > 256) {
        wrong.add("tools", format!("choose at most {MAX_TOOLS} tools"));
    }
    tools
}

/// The earlier request that this one replaces: the caller's own, and no longer pending.
async fn replaced(tx: &mut Tx, wrong: &mut Wrong, me: UserId, id: Option<RequestId>) -> Result<Option<RequestId>> {
    let Some(id) = id else { return Ok(None) };
    let earlier = store::requests::get(tx, id).await?.filter(|earlier| earlier.requester_id == me);
    let open = |state| matches!(state, RequestState::Rejected | RequestState::Withdrawn);
    if earlier.is_none_or(|earlier| !open(earlier.state)) {
        wrong.add("resubmission_of", "only your own rejected or withdrawn requests can be resubmitted");
    }
    Ok(Some(id))
}

/// A server that a request becomes by its approval.
pub(crate) fn server_of(
    request: &Request,
    id: ServerId,
    slug: domain::Slug,
    transport: Transport,
    allow_private: bool,
    now: chrono::DateTime<chrono::Utc>,
) -> Server {
    Server {
        id,
        slug,
        name: request.name.clone(),
        description: request.description.clone(),
        icon: request.icon.clone(),
        transport,
        url: request.url.clone(),
        auth: if request.header_names.is_empty() { AuthKind::None } else { request.auth },
        header_names: request.header_names.clone(),
        env_names: request.env_names.clone(),
        status: ServerStatus::Active,
        owner_id: Some(request.requester_id),
        risk: domain::Risk::Medium,
        allow_private,
        protocol: domain::ProtocolChoice::Auto,
        limits: domain::ServerLimits::default(),
        catalog_name: request.catalog_name.clone(),
        health: domain::Health::Connected,
        health_detail: None,
        health_at: Some(now),
        created_at: now,
        updated_at: now,
    }
}
