//! Servers: made, changed, tested, switched on and off, and their definitions approved.

use chrono::TimeDelta;
use domain::{
    AuditAction, Capability, Definition, Health, NewServer, Outcome, Page, PageQuery, Problem, ProtocolChoice, Risk,
    Server, ServerDetail, ServerFilter, ServerId, ServerStatus, Slug, Speaks, SpokenMcp, TestReport, TestStepKind,
    Transport,
};
use ledger::Event;
use net::Reach;
use serde_json::json;
use store::Tx;
use store::secrets::{Names, Owner};
use store::tests::Subject as TestSubject;

use crate::change::payload;
use crate::connection::Given;
use crate::error::Wrong;
use crate::rules::take_server_out;
use crate::snapshot::Part;
use crate::views::{rule_views, server_subject};
use crate::{Caller, Error, RequestMeta, Result, Services, server_limits};

/// The age at which it is written again what a server speaks.
const STILL_SO: TimeDelta = TimeDelta::hours(1);

impl Services {
    /// Servers by name.
    pub async fn servers(&self, caller: &Caller, filter: &ServerFilter, page: &PageQuery) -> Result<Page<Server>> {
        self.require(caller, Capability::ManageServers).await?;
        let mut tx = self.read().await?;
        Ok(store::servers::list(&mut tx, filter, page).await?)
    }

    /// One server with everything about it.
    pub async fn server(&self, caller: &Caller, id: ServerId) -> Result<ServerDetail> {
        self.require(caller, Capability::ManageServers).await?;
        let mut tx = self.read().await?;
        self.detail(&mut tx, id).await
    }

    /// The server with this name in addresses.
    pub async fn server_by_slug(&self, caller: &Caller, slug: &str) -> Result<Server> {
        self.require(caller, Capability::ManageServers).await?;
        let mut wrong = Wrong::new();
        let slug = wrong.parse::<Slug>("server", slug);
        wrong.check()?;
        let mut tx = self.read().await?;
        match slug {
            Some(slug) => found(store::servers::by_slug(&mut tx, &slug).await?),
            None => found(None),
        }
    }

    pub(crate) async fn detail(&self, tx: &mut Tx, id: ServerId) -> Result<ServerDetail> {
        let server = found(store::servers::get(tx, id).await?)?;
        let mut rules = store::rules::all(tx).await?;
        rules.retain(|rule| rule.is_about(id));
        rules.reverse();
        let owner = match server.owner_id {
            Some(owner) => store::users::get(tx, owner).await?,
            None => None,
        };
        Ok(ServerDetail {
            pins: store::pins::list(tx, id).await?,
            rules: rule_views(tx, rules, self.now()).await?,
            test: store::tests::latest(tx, TestSubject::Server(id)).await?,
            spoken: store::servers::spoken(tx, id).await?.flatten(),
            proxy_url: self.proxy_url(&server.slug),
            owner,
            server,
        })
    }

    /// The address that clients use for a server.
    pub(crate) fn proxy_url(&self, slug: &Slug) -> String {
        format!("{}/mcp/{slug}", self.settings().public_url)
    }

    /// Makes a server as a draft: it can be called once its definitions are approved.
    pub async fn create_server(&self, caller: &Caller, new: NewServer) -> Result<Server> {
        self.require(caller, Capability::ManageServers).await?;
        let mut wrong = Wrong::new();
        let name = wrong.text("name", &new.name, 120);
        let description = wrong.optional_text("description", &new.description, 2000);
        let slug = slug_of(&mut wrong, &new.slug, &name);
        let connection = self.check_connection(&mut wrong, &given(&new), &Names::default());
        let limits = new.limits.clone().unwrap_or_default();
        server_limits::check(&mut wrong, &limits);
        wrong.check()?;
        let Some(slug) = slug else { return Err(Error::broken("a slug", "checked and missing")) };

        let mut change = self.begin(caller).await?;
        let server = Server {
            id: ServerId::generate(self.env()),
            slug,
            name,
            description,
            icon: None,
            transport: connection.transport,
            url: connection.url,
            auth: connection.auth,
            header_names: names(&connection.headers),
            env_names: names(&connection.env),
            status: ServerStatus::Draft,
            owner_id: caller.actor.id,
            risk: new.risk.unwrap_or(Risk::Medium),
            allow_private: new.allow_private,
            protocol: new.protocol.unwrap_or(ProtocolChoice::Auto),
            limits,
            catalog_name: None,
            health: Health::Unknown,
            health_detail: None,
            health_at: None,
            created_at: change.now,
            updated_at: change.now,
        };
        store::servers::insert(&mut change.tx, &server).await?;
        let now = change.now;
        self.keep_secrets(&mut change.tx, Owner::Server(server.id), &connection.headers, &connection.env, now).await?;
        change.reload(Part::Servers);
        let event = server_event(change.event(AuditAction::ServerCreated), &server);
        change.commit(event).await?;
        Ok(server)
    }

    /// Changes a server. Another address or credential needs a new test before changed definitions can be approved.
    pub async fn update_server(&self, caller: &Caller, id: ServerId, mut new: NewServer) -> Result<Server> {
        self.require(caller, Capability::ManageServers).await?;
        let mut change = self.begin(caller).await?;
        let old = found(store::servers::lock(&mut change.tx, id).await?)?;
        let kept = store::secrets::names(&mut change.tx, Owner::Server(id)).await?;
        if new.transport.trim().is_empty() {
            old.transport.as_str().clone_into(&mut new.transport);
        }
        let mut wrong = Wrong::new();
        let name = wrong.text("name", &new.name, 120);
        let description = wrong.optional_text("description", &new.description, 2000);
        let slug = if new.slug.trim().is_empty() { Some(old.slug.clone()) } else { wrong.parse("slug", &new.slug) };
        let connection = self.check_connection(&mut wrong, &given(&new), &kept);
        let limits = new.limits.clone().unwrap_or_else(|| old.limits.clone());
        server_limits::check(&mut wrong, &limits);
        wrong.check()?;
        let Some(slug) = slug else { return Err(Error::broken("a slug", "checked and missing")) };

        let moved = old.url != connection.url;
        if moved && !connection.headers.iter().all(has_value) {
            // A stored credential must never be sent to an address that it was not entered for.
            return Err(Problem::field("headers", "enter the values again: the server's address has changed").into());
        }
        let server = Server {
            name,
            description,
            transport: connection.transport,
            url: connection.url,
            auth: connection.auth,
            header_names: names(&connection.headers),
            env_names: names(&connection.env),
            risk: new.risk.unwrap_or(old.risk),
            allow_private: new.allow_private,
            protocol: new.protocol.unwrap_or(old.protocol),
            limits,
            updated_at: change.now,
            slug: slug.clone(),
            ..old.clone()
        };
        store::servers::update(&mut change.tx, &server).await?;
        if slug != old.slug {
            let now = change.now;
            store::servers::set_slug(&mut change.tx, id, &slug, now).await?;
        }
        let credential_changed = server.header_names != old.header_names || connection.headers.iter().any(has_value);
        if moved || credential_changed {
            store::tests::delete(&mut change.tx, TestSubject::Server(id)).await?;
        }
        let now = change.now;
        self.keep_secrets(&mut change.tx, Owner::Server(id), &connection.headers, &connection.env, now).await?;
        change.reload(Part::Servers);
        let event = server_event(change.event(AuditAction::ServerUpdated), &server);
        change.commit(event).await?;
        Ok(server)
    }

    /// Deletes a server with its pins and secrets, and takes it out of the rules: those that name no other are deleted. The audit log keeps what happened.
    pub async fn delete_server(&self, caller: &Caller, id: ServerId) -> Result<()> {
        self.require(caller, Capability::ManageServers).await?;
        let mut change = self.begin(caller).await?;
        let server = found(store::servers::lock(&mut change.tx, id).await?)?;
        // While its rules still say who could use it.
        self.tell_server_ended(&mut change, &server, "deleted the server").await?;
        take_server_out(&mut change, id).await?;
        store::servers::delete(&mut change.tx, id).await?;
        change.reload(Part::Servers);
        let event = server_event(change.event(AuditAction::ServerDeleted), &server);
        change.commit(event).await
    }

    /// Switches a server off for everybody, from the next call on.
    pub async fn disable_server(&self, caller: &Caller, id: ServerId) -> Result<Server> {
        self.switch(caller, id, ServerStatus::Disabled, AuditAction::ServerDisabled).await
    }

    /// Switches a server on again.
    pub async fn enable_server(&self, caller: &Caller, id: ServerId) -> Result<Server> {
        self.switch(caller, id, ServerStatus::Active, AuditAction::ServerEnabled).await
    }

    async fn switch(&self, caller: &Caller, id: ServerId, to: ServerStatus, action: AuditAction) -> Result<Server> {
        self.require(caller, Capability::ManageServers).await?;
        let mut change = self.begin(caller).await?;
        let mut server = found(store::servers::lock(&mut change.tx, id).await?)?;
        if server.status == to {
            return Ok(server);
        }
        if server.status == ServerStatus::Draft {
            return Err(Problem::conflict(
                "server_draft",
                "this server is a draft; test it and approve its definitions to switch it on",
            )
            .into());
        }
        if to == ServerStatus::Disabled {
            self.tell_server_ended(&mut change, &server, "switched the server off").await?;
        }
        let now = change.now;
        store::servers::set_status(&mut change.tx, id, to, now).await?;
        server.status = to;
        server.updated_at = now;
        change.reload(Part::Servers);
        let event = server_event(change.event(action), &server);
        change.commit(event).await?;
        Ok(server)
    }

    /// Tests the connection to a server, live, and keeps the report.
    pub async fn test_server(&self, caller: &Caller, id: ServerId) -> Result<TestReport> {
        self.require(caller, Capability::ManageServers).await?;
        let mut tx = self.read().await?;
        let server = found(store::servers::get(&mut tx, id).await?)?;
        let headers = self.opened_headers(&mut tx, Owner::Server(id)).await?;
        drop(tx);
        let reach = if server.allow_private { Reach::Private } else { Reach::Public };
        let report = self.run_test(&server.url, server.transport, reach, headers).await;

        let mut change = self.begin(caller).await?;
        let now = change.now;
        let tested = server;
        let mut server = found(store::servers::lock(&mut change.tx, id).await?)?;
        if server.url != tested.url || server.updated_at != tested.updated_at {
            // What was seen may be another server's, and must not be approved as this one's.
            let why = "the server was changed while it was tested; test the connection again";
            return Err(Problem::conflict("server_changed", why).into());
        }
        store::tests::insert(&mut change.tx, TestSubject::Server(id), &report, caller.actor.id).await?;
        let (health, detail) = health_of(&report);
        store::servers::set_health(&mut change.tx, id, health, detail.as_deref(), now).await?;
        let transport = transport_of(&report, server.transport);
        if transport != server.transport {
            server = Server { transport, updated_at: now, ..server };
            store::servers::update(&mut change.tx, &server).await?;
            change.reload(Part::Servers);
            let event = server_event(change.event(AuditAction::ServerUpdated), &server);
            change.also(event);
        }
        if report.ok && server.status != ServerStatus::Draft {
            let seen: Vec<Definition> = report.tools.iter().chain(&report.others).cloned().collect();
            if let Some(warning) = self.note_definitions(&mut change, &server, &seen, true).await? {
                change.also(warning);
            }
        }
        let event = test_event(change.event(AuditAction::ServerTested), &report).resource(server_subject(&server));
        change.commit(event.server(id, server.slug.to_string())).await?;
        Ok(report)
    }

    /// Connects for real and says what happened, step by step. Never while a transaction is open.
    pub(crate) async fn run_test(
        &self,
        url: &str,
        transport: Transport,
        reach: Reach,
        headers: Vec<(String, secrecy::SecretString)>,
    ) -> TestReport {
        let target = upstream::Target { url: url.to_owned(), transport, reach, headers };
        upstream::test(&self.parts().net, &target, self.env(), &upstream::Limits::default()).await
    }

    /// Notes what the data path found out about a server's health. Every node tells what it sees, mostly what is known
    /// already; only a change is written, so that notices do not wait in line with what people do.
    pub async fn record_health(&self, id: ServerId, health: Health, detail: Option<String>) -> Result<()> {
        let mut tx = self.read().await?;
        let known = store::servers::health(&mut tx, id).await?;
        drop(tx);
        if known.is_none_or(|(before, why)| before == health && why == detail) {
            return Ok(());
        }
        let caller = Caller::system(RequestMeta::local(self.env()));
        let mut change = self.begin(&caller).await?;
        let now = change.now;
        store::servers::set_health(&mut change.tx, id, health, detail.as_deref(), now).await?;
        change.commit_unaudited("health is an observation; the calls that show it are recorded").await
    }

    /// Notes which MCP a server speaks under a revision of its settings (microseconds of `updated_at`): what was asked
    /// before they changed may be another server's. Every node asks for itself every few minutes; written is what is new,
    /// and once an hour that it is still so.
    pub async fn record_spoken(&self, id: ServerId, revision: u64, speaks: Speaks) -> Result<()> {
        let mut tx = self.read().await?;
        let known = store::servers::spoken(&mut tx, id).await?;
        drop(tx);
        let now = self.now();
        let fresh = |spoken: SpokenMcp| spoken.speaks == speaks && now - spoken.at < STILL_SO;
        if known.is_none_or(|spoken| spoken.is_some_and(fresh)) {
            return Ok(());
        }
        let caller = Caller::system(RequestMeta::local(self.env()));
        let mut change = self.begin(&caller).await?;
        store::servers::set_spoken(&mut change.tx, id, revision, SpokenMcp { speaks, at: now }).await?;
        change.commit_unaudited("what a server speaks is an observation").await
    }
}

/// How a server is spoken to: as it was set up, unless a test found out that it only knows HTTP+SSE.
pub(crate) fn transport_of(report: &TestReport, chosen: Transport) -> Transport {
    if report.ok && report.is_over_http_sse() { Transport::Sse } else { chosen }
}

/// What a report says about a server's health.
pub(crate) fn health_of(report: &TestReport) -> (Health, Option<String>) {
    match report.failure() {
        None => (Health::Connected, None),
        Some(step) if step.step == TestStepKind::Authentication => (Health::NeedsSignIn, Some(step.detail.clone())),
        Some(step) => (Health::Error, Some(step.detail.clone())),
    }
}

/// An event about a connection test.
pub(crate) fn test_event(event: Event, report: &TestReport) -> Event {
    let args = payload(&json!({
        "ok": report.ok, "steps": report.steps, "tools": report.tools.len(), "digest": report.definitions_digest
    }));
    let mut event = event.args(args);
    match report.failure() {
        None => event,
        Some(step) => {
            event.outcome = Outcome::Failure;
            event.reason(format!("{}: {}", step.step.label(), step.detail))
        }
    }
}

/// An event about a server, with its settings but without its secrets.
pub(crate) fn server_event(event: Event, server: &Server) -> Event {
    event.resource(server_subject(server)).server(server.id, server.slug.to_string()).args(payload(&json!({
        "name": server.name, "slug": server.slug, "url": server.url, "transport": server.transport,
        "auth": server.auth, "headers": server.header_names, "env": server.env_names, "status": server.status,
        "risk": server.risk, "allow_private": server.allow_private, "protocol": server.protocol,
        "limits": server.limits,
    })))
}

/// The slug that was entered, or the one that the name suggests.
pub(crate) fn slug_of(wrong: &mut Wrong, slug: &str, name: &str) -> Option<Slug> {
    let slug = slug.trim();
    if !slug.is_empty() {
        return wrong.parse("slug", slug);
    }
    let suggested = Slug::suggest(name);
    match suggested.parse() {
        Ok(slug) => Some(slug),
        Err(_) if name.is_empty() => None,
        Err(_) => {
            wrong.add("slug", "enter a slug: lower-case letters, digits and hyphens");
            None
        }
    }
}

pub(crate) fn names(fields: &[domain::SecretField]) -> Vec<String> {
    fields.iter().map(|field| field.name.clone()).collect()
}

fn has_value(header: &domain::SecretField) -> bool {
    !header.value.is_empty()
}

fn given(new: &NewServer) -> Given<'_> {
    Given { transport: &new.transport, url: &new.url, auth: &new.auth, headers: &new.headers, env: &new.env }
}

pub(crate) fn found(server: Option<Server>) -> Result<Server> {
    Ok(server.ok_or_else(|| Problem::not_found("server"))?)
}
