//! What the tests of requests, reviews, servers and rules share.

use domain::{
    Approval, NewRequest, NewRule, NewServer, Principal, Request, Role, RuleScope, Scope, SecretField, SecretText,
    Server, ServerStatus, TestReport, User, UserId,
};
use policy::Target;
use store::Db;
use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations, ToolSet};

use crate::world::World;

/// An address where nothing listens.
pub(crate) const NOWHERE: &str = "http://127.0.0.1:9/mcp";

/// An organisation with an administrator and two employees.
pub(crate) struct Org {
    pub(crate) world: World,
    pub(crate) root: User,
    pub(crate) ada: User,
    pub(crate) eve: User,
}

impl Org {
    pub(crate) async fn new(db: Db) -> Self {
        let world = World::new(db).await;
        let root = world.person("Root", Role::Admin).await;
        let ada = world.person("Ada", Role::User).await;
        let eve = world.person("Eve", Role::User).await;
        Self { world, root, ada, eve }
    }

    pub(crate) fn services(&self) -> &service::Services {
        &self.world.services
    }

    pub(crate) fn as_root(&self) -> service::Caller {
        self.world.as_user(&self.root)
    }

    pub(crate) fn as_ada(&self) -> service::Caller {
        self.world.as_user(&self.ada)
    }

    pub(crate) fn as_eve(&self) -> service::Caller {
        self.world.as_user(&self.eve)
    }

    /// A request of Ada's for a server at this address.
    pub(crate) async fn asked(&self, name: &str, url: &str) -> Request {
        self.services().submit_request(&self.as_ada(), new_request(name, url), None).await.expect("a request")
    }

    /// The administrator tests a request and approves what the test saw.
    pub(crate) async fn approved(&self, request: &Request, scope: Scope) -> Request {
        let report = self.services().test_request(&self.as_root(), request.id, false).await.expect("a test");
        assert!(report.ok, "{report:?}");
        let approval = approval(scope, &report);
        self.services().approve_request(&self.as_root(), request.id, approval).await.expect("an approval")
    }

    /// An active server that nobody may use.
    pub(crate) async fn server(&self, name: &str, url: &str) -> Server {
        let new = NewServer { name: name.to_owned(), url: url.to_owned(), ..NewServer::default() };
        let server = self.services().create_server(&self.as_root(), new).await.expect("a server");
        let report = self.services().test_server(&self.as_root(), server.id).await.expect("a test");
        let digest = report.definitions_digest.expect("a test that passes");
        let detail = self.services().pin_definitions(&self.as_root(), server.id, &digest).await.expect("pins");
        assert_eq!(detail.server.status, ServerStatus::Active);
        detail.server
    }

    /// Opens a server to somebody.
    pub(crate) async fn opened(&self, server: &Server, to: &User, tools: RuleScope) -> domain::RuleView {
        let rule = allow(server, Principal::user(to.id), tools);
        self.services().create_rule(&self.as_root(), rule).await.expect("a rule")
    }

    /// Whether the data path would let somebody call a tool now.
    pub(crate) fn may_call(&self, user: UserId, slug: &str, tool: &str) -> bool {
        let snapshot = self.services().directory().load();
        let person = snapshot.people.get(user).expect("a known person");
        let now = self.world.now();
        let facts = policy::RequestFacts::default();
        match snapshot.server_for(slug, person, now) {
            Ok(server) => {
                let known = policy::Known::Call(&facts, None);
                snapshot.authorize(person, &server, Target::Tool(tool), now, known).is_allowed()
            }
            Err(_) => false,
        }
    }

    /// Messages of a person, newest first.
    pub(crate) async fn messages(&self, user: &User) -> Vec<domain::Notification> {
        let caller = self.world.as_user(user);
        self.services().notifications(&caller, &domain::PageQuery::default()).await.expect("messages").data
    }
}

/// The names of the values that are stored for a request.
pub(crate) async fn sealed(org: &Org, request: domain::RequestId) -> Vec<String> {
    let mut tx = org.world.db.read().await.expect("a read");
    let stored = store::secrets::get_all(&mut tx, store::secrets::Owner::Request(request)).await.expect("secrets");
    stored.into_iter().map(|secret| secret.name).collect()
}

/// The everyday tools.
pub(crate) async fn fixture() -> Fixture {
    Fixture::spawn(FixtureOptions { tool_set: ToolSet::Demo, ..FixtureOptions::default() }).await.expect("a fixture")
}

/// One that speaks HTTP+SSE of 2024-11-05 only.
pub(crate) async fn fixture_of_2024() -> Fixture {
    let generations = Generations::Only(vec![Generation::V2024_11_05]);
    let options = FixtureOptions { tool_set: ToolSet::Demo, generations, ..FixtureOptions::default() };
    Fixture::spawn(options).await.expect("a fixture")
}

/// A fixture that wants `Authorization: Bearer <token>`.
pub(crate) async fn locked_fixture(token: &str) -> Fixture {
    let options =
        FixtureOptions { tool_set: ToolSet::Demo, require_bearer: Some(token.to_owned()), ..FixtureOptions::default() };
    Fixture::spawn(options).await.expect("a fixture")
}

pub(crate) fn new_request(name: &str, url: &str) -> NewRequest {
    NewRequest {
        name: name.to_owned(),
        url: url.to_owned(),
        transport: "streamable_http".to_owned(),
        auth: "none".to_owned(),
        why_needed: "Bugs are counted by hand".to_owned(),
        use_case: "Search the tracker".to_owned(),
        expected_value: "An hour a week".to_owned(),
        ..NewRequest::default()
    }
}

pub(crate) fn with_header(request: NewRequest, name: &str, value: &str) -> NewRequest {
    NewRequest { auth: "api_key".to_owned(), headers: vec![secret(name, value)], ..request }
}

pub(crate) fn secret(name: &str, value: &str) -> SecretField {
    SecretField { name: name.to_owned(), value: SecretText::new(value) }
}

pub(crate) fn approval(scope: Scope, report: &TestReport) -> Approval {
    Approval {
        scope,
        definitions_digest: report.definitions_digest.clone(),
        ends_at: None,
        notes: String::new(),
        allow_private: false,
        slug: None,
    }
}

pub(crate) fn allow(server: &Server, principal: Principal, scope: RuleScope) -> NewRule {
    NewRule { scope, ..NewRule::new(principal, domain::Effect::Allow, Some(server.id)) }
}

pub(crate) fn tools(names: &[&str]) -> RuleScope {
    RuleScope::tools(names.iter().map(|name| (*name).to_owned()))
}

pub(crate) fn scope(names: &[&str]) -> Scope {
    Scope::Tools(names.iter().map(|name| (*name).to_owned()).collect())
}
