//! The real program in this process, on a fresh data directory, with a clock that can be moved.

pub(crate) mod balancer;
pub(crate) mod http;
pub(crate) mod mcp;
pub(crate) mod older;
pub(crate) mod process;
pub(crate) mod sse;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use clap::Parser as _;
use domain::{
    AuditAction, AuditEntry, AuditFilter, Clock, NewUser, PageQuery, Random, Role, SecretText, ServerId, UserId,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use server::config::{AuditDelivery, ServeArgs};
use server::{Running, SystemEnv};
use service::Services;
use store::Engine;
use tempfile::TempDir;
use tokio::sync::Mutex;

use http::{Api, Browser};
use mcp::{Era, Mcp};

/// The password of everybody.
pub(crate) const PASSWORD: &str = "analytical engine no. 9";
/// The key that seals secrets, where one has to be given.
pub(crate) const MASTER_KEY: &str = "8e1f02c4a97b5d6630fe48d1b27c953a0f64e8d7132b9ca5507e41f6d8c3b92a";
/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The machine's clock with an offset, and its randomness.
#[derive(Debug, Default)]
pub(crate) struct TestEnv {
    ahead_us: AtomicI64,
}

impl TestEnv {
    pub(crate) fn advance(&self, by: TimeDelta) {
        let us = by.num_microseconds().expect("a test does not travel that far");
        self.ahead_us.fetch_add(us, Ordering::SeqCst);
    }
}

impl Clock for TestEnv {
    fn now(&self) -> DateTime<Utc> {
        SystemEnv.now() + TimeDelta::microseconds(self.ahead_us.load(Ordering::SeqCst))
    }
}

impl Random for TestEnv {
    fn fill(&self, buffer: &mut [u8]) {
        SystemEnv.fill(buffer);
    }
}

/// Where an installation keeps its data; outlives the program, so that it can be started again.
pub(crate) struct Place {
    pub(crate) engine: Engine,
    pub(crate) data: PathBuf,
    pub(crate) site: PathBuf,
    /// The address of the PostgreSQL database.
    pub(crate) database: Option<String>,
    _directory: TempDir,
}

impl Place {
    pub(crate) async fn new(engine: Engine) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(testkit::db::postgres_url().await),
        };
        let site = directory.path().join("site");
        write_site(&site);
        Self { engine, data: directory.path().join("data"), site, database, _directory: directory }
    }

    /// The settings of a program here: a free port, upstreams on this machine allowed.
    pub(crate) fn args(&self) -> ServeArgs {
        #[derive(clap::Parser)]
        struct Arguments {
            #[command(flatten)]
            serve: ServeArgs,
        }
        let mut args = Arguments::parse_from(["test"]).serve;
        // Every setting that the environment of the test run could have changed.
        args.data.data_dir.clone_from(&self.data);
        args.data.database_url = self.database.clone().map(SecretString::from);
        args.data.master_key = self.database.as_ref().map(|_| SecretString::from(MASTER_KEY));
        args.data.master_key_file = None;
        args.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        args.public_url = None;
        args.node_url = None;
        args.allowed_hosts = Vec::new();
        args.insecure_http = false;
        args.allow_loopback = true;
        args.ca_file = None;
        args.site = Some(self.site.clone());
        args.limit_per_person = domain::Limits::default().concurrent_per_person;
        args.limit_rate = None;
        args.audit_delivery = AuditDelivery::Enforced;
        args.shutdown_grace = 10;
        args.otlp_endpoint = None;
        args.demo = false;
        args
    }

    /// The database, while no program runs here.
    pub(crate) async fn db(&self) -> store::Db {
        match &self.database {
            Some(url) => store::Db::open_postgres(url).await.expect("the database opens"),
            None => {
                let file = self.data.join("drawbridge.db");
                store::Db::open_sqlite(&file).await.expect("nobody else uses the database")
            }
        }
    }

    /// Fails unless the chain of every node is whole. No program may run here.
    pub(crate) async fn verify(&self) {
        let db = self.db().await;
        let report = ledger::verify::verify(&db).await.expect("the audit log can be read");
        assert!(report.ok(), "{report:#?}");
        db.close().await;
    }
}

/// The smallest site that the program accepts: a manifest, a file, and one that is there only packed, as in a release.
fn write_site(site: &Path) {
    std::fs::create_dir_all(site).expect("a directory for the site");
    std::fs::write(site.join("main.0.css"), "body{}").expect("a file of the site");
    let packed = std::fs::File::create(site.join("a.0.pack.gz")).expect("a file of the site");
    let mut packed = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, b"packed").and_then(|()| packed.finish()).expect("a file of the site");
    let manifest = json!({
        "main.css": { "file": "main.0.css", "type": "text/css", "br": false, "gz": false },
        "a.pack": { "file": "a.0.pack", "type": "application/octet-stream", "br": false, "gz": true },
    });
    std::fs::write(site.join("manifest.json"), manifest.to_string()).expect("the manifest of the site");
}

/// The running program and what a test needs to act on it.
pub(crate) struct App {
    pub(crate) place: Place,
    pub(crate) env: Arc<TestEnv>,
    pub(crate) services: Services,
    /// `http://127.0.0.1:<port>`
    pub(crate) base: String,
    pub(crate) address: SocketAddr,
    pub(crate) http: reqwest::Client,
    running: Mutex<Option<Running>>,
}

/// Somebody with an account and a key.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) key: String,
}

impl App {
    pub(crate) async fn start(engine: Engine) -> Self {
        Self::start_at(Place::new(engine).await).await
    }

    pub(crate) async fn start_at(place: Place) -> Self {
        Self::start_with(place, |_| {}).await
    }

    pub(crate) async fn start_with(place: Place, change: impl FnOnce(&mut ServeArgs)) -> Self {
        let env = Arc::<TestEnv>::default();
        let mut args = place.args();
        change(&mut args);
        let dynamic: Arc<dyn domain::Env> = env.clone();
        let running = server::start(&args, dynamic).await.expect("the program starts");
        Self {
            env,
            services: running.services.clone(),
            base: format!("http://{}", running.address),
            address: running.address,
            http: http::client(),
            running: Mutex::new(Some(running)),
            place,
        }
    }

    /// Stops the program as SIGTERM does.
    pub(crate) async fn stop(&self) {
        if let Some(running) = self.running.lock().await.take() {
            tokio::time::timeout(PATIENCE, running.shutdown()).await.expect("the program stops");
        }
    }

    /// Stops the program and checks what every test leaves behind: an unbroken audit log.
    pub(crate) async fn finish(&self) {
        self.stop().await;
        self.place.verify().await;
    }

    /// A caller with the rights of the command line.
    pub(crate) fn operator(&self) -> service::Caller {
        service::Caller::operator(service::RequestMeta::local(self.env.as_ref()))
    }

    /// An active person with a password and a key, made as the command line does.
    pub(crate) async fn person(&self, name: &str, role: Role) -> Person {
        let email = format!("{}@example.com", name.to_lowercase());
        let new = NewUser { email: email.clone(), name: name.to_owned(), role: Some(role), ..NewUser::default() };
        let operator = self.operator();
        let user = self.services.create_user(&operator, new, &SecretText::new(PASSWORD)).await.expect("a new person");
        let key = self.services.create_key_for(&operator, user.id, "test", None).await.expect("a new key");
        Person { id: user.id, email, key: key.secret }
    }

    pub(crate) async fn admin(&self) -> Person {
        self.person("Ada", Role::SuperAdmin).await
    }

    pub(crate) async fn employee(&self) -> Person {
        self.person("Eve", Role::User).await
    }

    /// REST as somebody.
    pub(crate) fn api(&self, person: &Person) -> Api {
        self.api_with(&person.key)
    }

    pub(crate) fn api_with(&self, key: &str) -> Api {
        Api { http: self.http.clone(), base: self.base.clone(), key: Some(key.to_owned()) }
    }

    /// REST as nobody.
    pub(crate) fn anonymous(&self) -> Api {
        Api { http: self.http.clone(), base: self.base.clone(), key: None }
    }

    /// A browser that nobody has signed in with.
    pub(crate) fn browser(&self) -> Browser {
        Browser { http: self.http.clone(), base: self.base.clone(), cookie: None }
    }

    /// A browser in which somebody has signed in.
    pub(crate) async fn signed_in(&self, person: &Person) -> Browser {
        let mut browser = self.browser();
        let fields = [("email", person.email.as_str()), ("password", PASSWORD), ("next", "/")];
        let reply = browser.call("session/sign-in", &fields).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        browser.keep_cookie(&reply);
        browser
    }

    /// The address of a server behind the gateway.
    pub(crate) fn mcp_url(&self, slug: &str) -> String {
        format!("{}/mcp/{slug}", self.base)
    }

    /// A connected MCP client of bare HTTP.
    pub(crate) async fn mcp(&self, slug: &str, person: &Person, era: Era) -> Mcp {
        let mut client = self.unconnected(slug, person, era);
        client.connect().await;
        client
    }

    /// The same of an older revision, which the server has to agree to.
    pub(crate) async fn mcp_of(&self, slug: &str, person: &Person, revision: &str) -> Mcp {
        let mut client = self.unconnected(slug, person, Era::Legacy);
        let mut opening = client.initialize_params();
        opening["protocolVersion"] = json!(revision);
        let opened = client.request("initialize", opening).await;
        assert_eq!(opened.result()["protocolVersion"], revision);
        client.session = Some(opened.reply.header("mcp-session-id").to_owned());
        client
    }

    /// The same without its handshake.
    pub(crate) fn unconnected(&self, slug: &str, person: &Person, era: Era) -> Mcp {
        Mcp::new(self.http.clone(), self.mcp_url(slug), person.key.clone(), era)
    }

    /// Puts an MCP server behind the gateway, as an administrator does without a request. Fails unless its connection
    /// test succeeds.
    pub(crate) async fn add_server(&self, admin: &Person, slug: &str, url: &str, headers: &[(&str, &str)]) -> ServerId {
        let api = self.api(admin);
        let auth = if headers.is_empty() { "none" } else { "api_key" };
        let headers: Vec<Value> = headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        let new = json!({ "name": slug, "slug": slug, "url": url, "auth": auth, "headers": headers });
        let made = api.post("/servers", &new).await.expect(201);
        let id = made["id"].as_str().expect("an id").to_owned();
        let report = api.post(&format!("/servers/{id}/test"), &json!({})).await.expect(200);
        assert_eq!(report["ok"], true, "{report:#}");
        let pinning = json!({ "definitions_digest": report["definitions_digest"] });
        api.post(&format!("/servers/{id}/pin"), &pinning).await.expect(200);
        id.parse().expect("the id of a server")
    }

    /// Lets a person use a server; `tools` is `"all"` or a list. Returns the rule's id.
    pub(crate) async fn allow(&self, admin: &Person, person: &Person, server: ServerId, tools: Value) -> String {
        let scope = if tools.is_string() { tools } else { json!({ "tools": tools }) };
        let rule = json!({
            "principal": { "type": "user", "ids": [person.id] }, "effect": "allow", "servers": [server], "scope": scope,
        });
        let rule = self.api(admin).post("/rules", &rule).await.expect(201);
        rule["id"].as_str().expect("an id").to_owned()
    }

    /// Audit entries with payloads, in the order in which they were recorded.
    pub(crate) async fn entries(&self, filter: AuditFilter) -> Vec<AuditEntry> {
        let operator = self.operator();
        let mut page = PageQuery { cursor: None, limit: Some(200) };
        let mut entries = Vec::new();
        loop {
            let rows = self.services.audit(&operator, &filter, &page).await.expect("the audit log");
            for row in rows.data {
                entries.push(self.services.audit_entry(&operator, row.id).await.expect("an entry"));
            }
            match rows.next_cursor {
                Some(cursor) => page.cursor = Some(cursor),
                None => break,
            }
        }
        // Nodes begin one after the other, so the time orders them and the number the entries of each.
        entries.sort_by(|a, b| (a.row.at, &a.node, a.seq).cmp(&(b.row.at, &b.node, b.seq)));
        entries
    }

    /// All entries of one action.
    pub(crate) async fn of_action(&self, action: AuditAction) -> Vec<AuditEntry> {
        self.entries(AuditFilter { action: Some(action), ..AuditFilter::default() }).await
    }

    /// The newest entry of one action.
    pub(crate) async fn newest(&self, action: AuditAction) -> AuditEntry {
        self.of_action(action).await.pop().unwrap_or_else(|| panic!("there is an entry {action}"))
    }

    /// What one request left, by the correlation id of its answer.
    pub(crate) async fn caused_by(&self, correlation: &str) -> Vec<AuditEntry> {
        let correlation = correlation.parse().expect("a correlation id");
        self.entries(AuditFilter { correlation: Some(correlation), ..AuditFilter::default() }).await
    }
}

/// Asks again until the answer is there, at most [`PATIENCE`]: for what the program does on its own, in its own time.
pub(crate) async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(tokio::time::Instant::now() < deadline, "waited {PATIENCE:?} in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Runs tests against the real program on both engines: `on_both_engines! { async fn name(app: &App) { … } }` makes the
/// tests `name::sqlite` and `name::postgres`. Each ends with a clean shutdown and a verified audit log.
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: &App) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn body($app: &App) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let app = $crate::harness::App::start(store::Engine::Sqlite).await;
                body(&app).await;
                app.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let app = $crate::harness::App::start(store::Engine::Postgres).await;
                body(&app).await;
                app.finish().await;
            }
        }
    )+};
}
pub(crate) use on_both_engines;

/// The same tests on SQLite alone, for what does not depend on the engine.
macro_rules! on_sqlite {
    ($(async fn $name:ident($app:ident: &App) $body:block)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            async fn body($app: &App) $body
            let app = App::start(store::Engine::Sqlite).await;
            body(&app).await;
            app.finish().await;
        }
    )+};
}
pub(crate) use on_sqlite;
