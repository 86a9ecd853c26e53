//! A small organisation to act in, with a clock that stands.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::{
    Actor, ActorKind, AuditAction, AuditEntry, AuditFilter, AuditRow, Clock as _, CorrelationId, Env, NewUser, NodeId,
    PageQuery, Problem, Role, SecretText, User,
};
use service::{AuthMethod, Caller, Parts, RequestMeta, Result, Services, Settings, SignedIn};
use store::Db;
use testkit::env::MockEnv;

pub(crate) const PASSWORD: &str = "analytical engine no. 9";

pub(crate) struct World {
    pub(crate) services: Services,
    pub(crate) env: Arc<MockEnv>,
    pub(crate) db: Db,
    pub(crate) ledger: ledger::Ledger,
}

impl World {
    pub(crate) async fn new(db: Db) -> Self {
        let env = Arc::new(MockEnv::default());
        let dynamic: Arc<dyn Env> = env.clone();
        let node = NodeId::generate(dynamic.as_ref());
        let ledger = ledger::Ledger::open(db.clone(), node, Arc::clone(&dynamic)).await.expect("the ledger opens");
        let key = vault::MasterKey::parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
            .expect("a master key");
        let services = Services::open(Parts {
            db: db.clone(),
            ledger: ledger.clone(),
            vault: vault::Vault::new(key, Arc::clone(&dynamic)),
            net: net::Net::new(net::Settings { allow_loopback: true, ..net::Settings::default() }).expect("a client"),
            env: dynamic,
            directory: directory::Directory::empty(),
            settings: Settings {
                public_url: "https://drawbridge.example.com".to_owned(),
                allow_loopback: true,
                insecure_http: false,
                audit_best_effort: false,
                limits: domain::Limits::default(),
                version: "0.0.0-test".to_owned(),
            },
        })
        .await
        .expect("the services open");
        Self { services, env, db, ledger }
    }

    /// A request from 192.0.2.1 with a correlation id of its own.
    pub(crate) fn meta(&self) -> RequestMeta {
        RequestMeta {
            correlation: CorrelationId::generate(self.env.as_ref()),
            ip: Some(IpAddr::from([192, 0, 2, 1])),
            client: None,
            user_agent: Some("Test/1.0".to_owned()),
        }
    }

    pub(crate) fn anonymous(&self) -> Caller {
        Caller::anonymous(self.meta())
    }

    pub(crate) fn operator(&self) -> Caller {
        Caller::operator(self.meta())
    }

    pub(crate) fn as_user(&self, user: &User) -> Caller {
        Caller {
            actor: Actor { kind: ActorKind::User, id: Some(user.id), name: user.name.clone() },
            role: Some(user.role),
            capabilities: user.role.capabilities().to_vec(),
            auth: AuthMethod::Session,
            session: None,
            seen: None,
            meta: self.meta(),
        }
    }

    /// An active person with [`PASSWORD`].
    pub(crate) async fn person(&self, name: &str, role: Role) -> User {
        let password = SecretText::new(PASSWORD);
        self.services.create_user(&self.operator(), new_user(name, Some(role)), &password).await.expect("a new person")
    }

    /// Signs in for real.
    pub(crate) async fn sign_in(&self, user: &User) -> SignedIn {
        let password = SecretText::new(PASSWORD);
        self.services.sign_in(&self.anonymous(), user.email.as_str(), &password).await.expect("signs in")
    }

    /// The caller behind a session.
    pub(crate) async fn session(&self, signed_in: &SignedIn) -> Option<Caller> {
        self.services.session_caller(&signed_in.token, self.meta()).await.expect("the session is looked up")
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.env.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.env.now()
    }

    /// All events in the order in which they were recorded: the clock stands, so their times say nothing.
    pub(crate) async fn entries(&self) -> Vec<AuditEntry> {
        let operator = self.operator();
        let mut entries = Vec::new();
        for row in self.rows().await {
            entries.push(self.services.audit_entry(&operator, row.id).await.expect("the event with its payloads"));
        }
        entries.sort_by_key(|entry| entry.seq);
        entries
    }

    /// The same without payloads.
    pub(crate) async fn events(&self) -> Vec<AuditRow> {
        self.entries().await.into_iter().map(|entry| entry.row).collect()
    }

    async fn rows(&self) -> Vec<AuditRow> {
        let page = PageQuery { cursor: None, limit: Some(200) };
        let rows = self.services.audit(&self.operator(), &AuditFilter::default(), &page).await.expect("the audit log");
        assert!(rows.next_cursor.is_none(), "tests here look at one page only");
        rows.data
    }

    /// What happened, oldest first.
    pub(crate) async fn actions(&self) -> Vec<AuditAction> {
        self.events().await.into_iter().map(|row| row.action).collect()
    }

    /// The newest event of a kind, with payloads.
    pub(crate) async fn newest(&self, action: AuditAction) -> AuditEntry {
        let entry = self.entries().await.into_iter().rfind(|entry| entry.row.action == action);
        entry.unwrap_or_else(|| panic!("there is an event {action}"))
    }

    /// The number of events.
    pub(crate) async fn recorded(&self) -> usize {
        self.rows().await.len()
    }

    /// The number of events of a kind.
    pub(crate) async fn count(&self, action: AuditAction) -> usize {
        self.actions().await.into_iter().filter(|a| *a == action).count()
    }
}

pub(crate) fn new_user(name: &str, role: Option<Role>) -> NewUser {
    NewUser {
        email: format!("{}@example.com", name.to_lowercase().replace(' ', ".")),
        name: name.to_owned(),
        department: "Engineering".to_owned(),
        title: "Engineer".to_owned(),
        team: "Bridges".to_owned(),
        role,
    }
}

/// What the caller of a failed use case is told.
pub(crate) fn problem<T: std::fmt::Debug>(result: Result<T>) -> Problem {
    Problem::from(result.expect_err("it must be refused"))
}

/// The stable word of a refusal.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T>) -> String {
    problem(result).code().to_owned()
}

/// The secret at the end of a one-time link.
pub(crate) fn token(link: &domain::OneTimeLink) -> SecretText {
    SecretText::new(link.url.rsplit('=').next().expect("a link has parts"))
}
