//! A Drawbridge for tests and measurements: a new data directory, an administrator with a key, and an approved server.
//!
//! The whole way is real: user and key by the command line; request, connection test and approval by REST, exactly as
//! people do it in the console.

use std::{
    io::Write as _,
    net::SocketAddr,
    path::PathBuf,
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

/// A running Drawbridge; it stops, and its data go, with this value.
pub(crate) struct Drawbridge {
    pub(crate) process: Background,
    /// A key of the administrator.
    pub(crate) key: String,
    /// Path of the approved server's endpoint.
    pub(crate) path: String,
    /// From start to the first 200 of `/readyz`.
    pub(crate) ready_after: Duration,
    _data: tempfile::TempDir,
}

impl Drawbridge {
    pub(crate) fn start(setup: &Setup<'_>) -> Result<Self> {
        let data = tempfile::tempdir().context("no temporary directory can be made")?;
        let command = |arguments: &[&str]| {
            let mut command = Command::new(&setup.drawbridge);
            command.args(arguments).arg("--data-dir").arg(data.path()).env_remove("DATABASE_URL");
            if let Some(url) = setup.database_url {
                command.env("DATABASE_URL", url).env("DRAWBRIDGE_MASTER_KEY_FILE", data.path().join("master.key"));
            }
            command.env("DRAWBRIDGE_LOG", "warn").env("DRAWBRIDGE_SITE", setup.repo.site());
            command
        };
        if setup.database_url.is_some() {
            // Required with PostgreSQL; any 32 bytes do for data that live as long as this process.
            std::fs::write(data.path().join("master.key"), "0123456789abcdef".repeat(4))
                .context("the master key cannot be written")?;
        }
        create_user(command(&[
            "user",
            "create",
            "--email",
            ADMINISTRATOR,
            "--name",
            "Administrator",
            "--admin",
            "--password-stdin",
        ]))?;
        let key = shell::output(&mut command(&["key", "create", "--user", ADMINISTRATOR, "--name", "harness"]))?;
        let key = key.trim().to_owned();

        let host = setup.public.to_string();
        let mut serve = command(&["serve", "--listen", &setup.listen.to_string()]);
        serve.args(["--public-url", &format!("http://{host}")]).env("DRAWBRIDGE_ALLOW_LOOPBACK", "true");
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
        let ready_after = begin.elapsed();
        let rest = Rest { address: setup.listen, host, key: key.clone() };
        if let Some(url) = setup.upstream {
            approve(&rest, &Asked { slug: SLUG, url, transport: setup.transport })?;
        }
        Ok(Self { process, key, path: format!("/mcp/{SLUG}"), ready_after, _data: data })
    }
}

fn create_user(mut command: Command) -> Result<()> {
    let mut child = command.stdin(Stdio::piped()).spawn().context("`drawbridge user create` could not be started")?;
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
    let test = rest.post(&format!("/api/v1/requests/{id}/test"), &json!({}))?;
    if test["ok"] != json!(true) {
        bail!("the connection test against {} failed: {test}", asked.url);
    }
    let digest = text(&test, "definitions_digest")?;
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

fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
    value[field].as_str().with_context(|| format!("the answer has no `{field}`: {value}"))
}
