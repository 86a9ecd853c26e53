//! A Drawbridge for tests and measurements: a new data directory, an administrator with a key, and an approved server.
//!
//! The whole way is real: user and key by the command line; request, connection test and approval by REST, exactly as
//! people do it in the console.

use std::{
    fs,
    io::Write as _,
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::{
    http::{self, Rest},
    processes::{Background, pause},
    repo::Repo,
    shell,
};

const ADMINISTRATOR: &str = "administrator@example.com";
/// The slug of the approved server.
const SLUG: &str = "upstream";
const READY_DEADLINE: Duration = Duration::from_secs(30);

/// What to start.
pub(crate) struct Setup<'a> {
    pub(crate) repo: &'a Repo,
    pub(crate) drawbridge: PathBuf,
    /// Where Drawbridge listens.
    pub(crate) listen: SocketAddr,
    /// The host and port that clients use; differs from `listen` behind a proxy.
    pub(crate) public: SocketAddr,
    /// URL of the MCP server to approve, if there is one from the beginning.
    pub(crate) upstream: Option<&'a str>,
    /// Its transport, as a request for a server names it.
    pub(crate) transport: &'a str,
    /// PostgreSQL instead of SQLite in the data directory.
    pub(crate) database_url: Option<&'a str>,
}

/// What some measurements want besides.
#[derive(Default)]
pub(crate) struct Extra<'a> {
    /// More settings, as the environment has them.
    pub(crate) environment: &'a [(&'a str, &'a str)],
    /// More people, each with a key.
    pub(crate) people: usize,
}

/// A running Drawbridge; it stops, and its data go, with this value.
pub(crate) struct Drawbridge {
    pub(crate) process: Background,
    /// A key of the administrator.
    pub(crate) key: String,
    /// Keys of the other people.
    pub(crate) keys: Vec<String>,
    /// Path of the approved server's endpoint.
    pub(crate) path: String,
    /// From start to the first 200 of `/readyz`.
    pub(crate) ready_after: Duration,
    address: SocketAddr,
    host: String,
    data: tempfile::TempDir,
}

impl Drawbridge {
    pub(crate) fn start(setup: &Setup<'_>) -> Result<Self> {
        Self::start_with(setup, &Extra::default())
    }

    pub(crate) fn start_with(setup: &Setup<'_>, extra: &Extra<'_>) -> Result<Self> {
        let data = data_directory(setup)?;
        let key = person(setup, data.path(), ADMINISTRATOR, &["--admin"])?;
        let keys =
            (0..extra.people).map(|number| person(setup, data.path(), &format!("person{number}@example.com"), &[]));
        let keys = keys.collect::<Result<_>>()?;
        let (process, ready_after) = serve(setup, data.path(), extra.environment)?;
        let host = setup.public.to_string();
        let path = format!("/mcp/{SLUG}");
        let drawbridge = Self { process, key, keys, path, ready_after, address: setup.listen, host, data };
        if let Some(url) = setup.upstream {
            approve(&drawbridge.rest(), &Asked { slug: SLUG, url, transport: setup.transport })?;
        }
        Ok(drawbridge)
    }

    /// The same, started again after something was done with its data directory while it did not run.
    pub(crate) fn restarted(self, setup: &Setup<'_>, meanwhile: impl FnOnce(&Path) -> Result<()>) -> Result<Self> {
        let Self { process, key, keys, path, address, host, data, .. } = self;
        drop(process);
        meanwhile(data.path())?;
        let (process, ready_after) = serve(setup, data.path(), &[])?;
        Ok(Self { process, key, keys, path, ready_after, address, host, data })
    }

    /// Another node on the database of a running one, with an address of its own.
    pub(crate) fn join(&self, setup: &Setup<'_>) -> Result<Background> {
        let nodes_data = self.data.path().join(format!("node-{}", setup.listen.port()));
        fs::create_dir(&nodes_data).context("a node's data directory cannot be made")?;
        fs::copy(master_key(self.data.path()), master_key(&nodes_data)).context("the master key cannot be copied")?;
        Ok(serve(setup, &nodes_data, &[])?.0)
    }

    /// Its REST interface, as the administrator.
    pub(crate) fn rest(&self) -> Rest {
        Rest { address: self.address, host: self.host.clone(), key: self.key.clone() }
    }

    /// One more server, for everybody, with its limits; returns the path of its endpoint.
    pub(crate) fn add_server(&self, slug: &str, url: &str, limits: &Value) -> Result<String> {
        let rest = self.rest();
        let new = json!({"name": slug, "slug": slug, "url": url, "auth": "none", "limits": limits});
        let server = rest.post("/api/v1/servers", &new)?;
        let id = text(&server, "id")?;
        let digest = tested(&rest, &format!("/api/v1/servers/{id}/test"), url)?;
        rest.post(&format!("/api/v1/servers/{id}/pin"), &json!({"definitions_digest": digest}))?;
        let everyone = json!({"type": "everyone"});
        self.make_rule(&json!({"principal": everyone, "effect": "allow", "servers": [id]}))?;
        Ok(format!("/mcp/{slug}"))
    }

    /// Makes a rule, as somebody who has seen whom it affects.
    pub(crate) fn make_rule(&self, rule: &Value) -> Result<()> {
        let rest = self.rest();
        let preview = rest.post("/api/v1/rules/preview", &json!({"rule": rule}))?;
        rest.post(&format!("/api/v1/rules?seen={}", text(&preview, "mark")?), rule).map(drop)
    }

    /// The size of its SQLite database.
    pub(crate) fn database_bytes(&self) -> Option<u64> {
        ["drawbridge.db", "drawbridge.db-wal"]
            .iter()
            .map(|file| fs::metadata(self.data.path().join(file)).ok().map(|file| file.len()))
            .sum()
    }
}

fn data_directory(setup: &Setup<'_>) -> Result<tempfile::TempDir> {
    let data = tempfile::tempdir().context("no temporary directory can be made")?;
    if setup.database_url.is_some() {
        // Required with PostgreSQL; any 32 bytes do for data that live as long as this process.
        let mut options = fs::OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(master_key(data.path()));
        file.and_then(|mut file| file.write_all("0123456789abcdef".repeat(4).as_bytes()))
            .context("the master key cannot be written")?;
    }
    Ok(data)
}

fn master_key(data: &Path) -> PathBuf {
    data.join("master.key")
}

fn command(setup: &Setup<'_>, data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(&setup.drawbridge);
    command.args(arguments).arg("--data-dir").arg(data).env_remove("DATABASE_URL");
    if let Some(url) = setup.database_url {
        command.env("DATABASE_URL", url).env("DRAWBRIDGE_MASTER_KEY_FILE", master_key(data));
    }
    command.env("DRAWBRIDGE_LOG", "warn").env("DRAWBRIDGE_SITE", setup.repo.site());
    command
}

/// Starts a node and waits until it is ready.
fn serve(setup: &Setup<'_>, data: &Path, environment: &[(&str, &str)]) -> Result<(Background, Duration)> {
    let host = setup.public.to_string();
    let mut serve = command(setup, data, &["serve", "--listen", &setup.listen.to_string()]);
    serve.args(["--public-url", &format!("http://{host}")]).env("DRAWBRIDGE_ALLOW_LOOPBACK", "true");
    serve.envs(environment.iter().copied());
    let begin = Instant::now();
    let mut process = Background::start("drawbridge", &mut serve)?;
    while !http::status(setup.listen, &host, "/readyz").is_ok_and(|status| status == 200) {
        if let Some(status) = process.ended()? {
            bail!("drawbridge ended ({status}) before it was ready; its output is above");
        }
        if begin.elapsed() > READY_DEADLINE {
            bail!("drawbridge was not ready within {} s", READY_DEADLINE.as_secs());
        }
        pause();
    }
    Ok((process, begin.elapsed()))
}

/// Makes somebody, and returns a key of theirs.
fn person(setup: &Setup<'_>, data: &Path, email: &str, more: &[&str]) -> Result<String> {
    let name = email.split('@').next().unwrap_or_default();
    let mut create = command(setup, data, &["user", "create", "--email", email, "--name", name, "--password-stdin"]);
    create_user(create.args(more))?;
    let key = shell::output(&mut command(setup, data, &["key", "create", "--user", email, "--name", "harness"]))?;
    Ok(key.trim().to_owned())
}

fn create_user(command: &mut Command) -> Result<()> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("`drawbridge user create` could not be started")?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(b"a long password for a throw-away directory\n").context("the password was not taken")?;
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`drawbridge user create` failed ({status}); its output is above");
    }
    Ok(())
}

/// An MCP server that somebody asks for.
pub(crate) struct Asked<'a> {
    pub(crate) slug: &'a str,
    pub(crate) url: &'a str,
    pub(crate) transport: &'a str,
}

/// Requests the server, tests the connection, and approves all of its tools. Returns the server's id.
pub(crate) fn approve(rest: &Rest, asked: &Asked<'_>) -> Result<String> {
    let request = rest.post(
        "/api/v1/requests",
        &json!({
            "kind": "server",
            "name": asked.slug,
            "slug": asked.slug,
            "description": "The server behind the proxy in tests and measurements.",
            "transport": asked.transport,
            "url": asked.url,
            "auth": "none",
            "why_needed": "Tests and measurements need a server behind the proxy.",
            "use_case": "Everything that a client may ask of a server, through the proxy.",
            "expected_value": "Proof that the proxy passes on what the protocol promises.",
            "alternatives_considered": "None: it is made for this.",
            "urgent": false,
            // Ports come back, and with them the address of an earlier server.
            "not_a_duplicate": true,
        }),
    )?;
    let id = text(&request, "id")?;
    let digest = tested(rest, &format!("/api/v1/requests/{id}/test"), asked.url)?;
    let approved = rest.post(
        &format!("/api/v1/requests/{id}/approve"),
        &json!({"scope": "server", "definitions_digest": digest, "notes": "For tests and measurements."}),
    )?;
    Ok(text(&approved, "server_id")?.to_owned())
}

/// Gives an approved server another address. What was approved stays.
pub(crate) fn move_to(rest: &Rest, id: &str, slug: &str, url: &str) -> Result<()> {
    rest.put(&format!("/api/v1/servers/{id}"), &json!({"name": slug, "url": url, "auth": "none"})).map(drop)
}

/// Tests a connection; returns the digest of the definitions that it saw.
fn tested(rest: &Rest, path: &str, url: &str) -> Result<String> {
    let test = rest.post(path, &json!({}))?;
    if test["ok"] != json!(true) {
        bail!("the connection test against {url} failed: {test}");
    }
    Ok(text(&test, "definitions_digest")?.to_owned())
}

fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
    value[field].as_str().with_context(|| format!("the answer has no `{field}`: {value}"))
}
