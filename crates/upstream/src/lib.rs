//! Connection tests and discovery: does this server work, and what does it offer?
//!
//! [`test()`] connects for real and reports step by step ([`domain::TestReport`]): reachable, TLS, authentication, MCP
//! handshake, tools. Every way to fail has its own words and its own advice ([`Failure`]). All waits have deadlines,
//! all answers a maximum length ([`Limits`]), and every connection goes through `net`, so a test reaches nothing that
//! a call could not reach.
//!
//! # Typed where it negotiates, raw where it is pinned
//!
//! The handshake is left to rmcp: it asks in the newest way first (`server/discover`, 2026-07-28) and falls back to
//! `initialize`, with all the rules about which answer means what. It does so over our own transport (`wire`),
//! which sends the bytes, bounds and classifies the answers, and keeps the raw ones.
//!
//! The lists are fetched without rmcp, as JSON-RPC messages of our own (`lists`): its types drop members that they
//! do not know and write the rest in another order, and what is approved must be what the model will read. The
//! fingerprint of a definition found here is the fingerprint that the gateway computes from the bytes of `tools/list`.
//!
//! Servers of 2024-11-05 are spoken to by their own transport (`http_sse`), below the same two ways of reading.
//!
//! What is not done here: deciding whether a server may be used, storing anything, calling tools.

mod adapter;
mod answer;
mod failure;
mod handshake;
mod http_sse;
mod lists;
mod oauth;
mod steps;
mod target;
mod wire;

use std::time::Duration;

use domain::{Env, PinKind, TestId, TestReport, TestStepKind};
use net::{Net, ProbeReport, TlsOutcome, Url};

pub use crate::failure::Failure;
pub use crate::target::Target;

use crate::handshake::Established;
use crate::lists::Found;
use crate::steps::Steps;
use crate::wire::Wire;

/// How long a test may take and how much it may read.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The whole test.
    pub total: Duration,
    /// The connection, the handshake, and each request of a list.
    pub step: Duration,
    /// Tools, and definitions of each other kind.
    pub max_tools: usize,
    /// Bytes of one answer, and of all definitions together.
    pub max_body: usize,
}

impl Default for Limits {
    /// 20 seconds, 8 seconds a step, 2000 tools, 8 MiB.
    fn default() -> Self {
        Self {
            total: Duration::from_secs(20),
            step: Duration::from_secs(8),
            max_tools: 2000,
            max_body: 8 * 1024 * 1024,
        }
    }
}

/// Tests a server: connects, shakes hands, reads what it offers. It never fails as such; what went wrong is in the
/// report, whose texts hold neither the credential nor the query of the URL.
pub async fn test(net: &Net, target: &Target, env: &dyn Env, limits: &Limits) -> TestReport {
    let (id, tested_at) = (TestId::generate(env), env.now());
    let mut steps = Steps::new(target);
    let outcome = match tokio::time::timeout(limits.total, run(net, target, limits, &mut steps)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Failure::OutOfTime { after: limits.total }),
    };
    let success = outcome.map_err(|failure| steps.fail(&failure)).ok();

    let mut report = TestReport {
        id,
        ok: false,
        tested_at,
        steps: steps.finish(),
        protocol_version: None,
        server_info: None,
        tools: Vec::new(),
        others: Vec::new(),
        definitions_digest: None,
    };
    if let Some(Success { version, server_info, mut found }) = success {
        report.ok = true;
        report.definitions_digest = Some(guard::digest_of(&found));
        report.protocol_version = Some(version);
        report.server_info = server_info;
        report.others = found.split_off(found.iter().take_while(|one| one.kind == PinKind::Tool).count());
        report.tools = found;
    }
    report
}

struct Success {
    version: String,
    server_info: Option<String>,
    /// Tools first.
    found: Vec<domain::Definition>,
}

async fn run(net: &Net, target: &Target, limits: &Limits, steps: &mut Steps) -> Result<Success, Failure> {
    steps.start(TestStepKind::Reachable);
    let url = net.check(&target.url, target.reach)?;
    let probe = net.probe(&url, target.reach, limits.step).await?;
    report_connection(steps, probe)?;

    steps.start(TestStepKind::Authentication);
    let credential = target.credential()?;
    let has_credential = !credential.is_empty();
    let wire = Wire::new(net.client(target.reach).clone(), url.clone(), credential, limits.clone());

    steps.start(TestStepKind::Handshake);
    let established = match handshake::establish(&wire, limits, target.transport).await {
        Ok(established) => established,
        Err(failure) => return Err(oauth::explain(&wire, failure).await),
    };
    let answered =
        if has_credential { "The server accepts the credential" } else { "The server asks for no credential" };
    steps.pass_as(TestStepKind::Authentication, answered, established.first_answer);
    steps.pass(established.words());
    let version = established.revision();

    steps.start(TestStepKind::Tools);
    let found = lists::everything(&established, limits).await;
    let Established { server_info, .. } = established.close().await;
    let found = match found {
        Ok(found) => found,
        Err(failure) => return Err(oauth::explain(&wire, failure).await),
    };
    steps.pass(found.summary());
    let Found { definitions, .. } = found;
    Ok(Success { version, server_info, found: definitions })
}

fn report_connection(steps: &mut Steps, probe: ProbeReport) -> Result<(), Failure> {
    steps.pass_in(format!("{} takes connections", probe.addr), probe.connected_in);
    steps.start(TestStepKind::Tls);
    match probe.tls {
        TlsOutcome::Plain => steps.skip("Plain http: the connection is not encrypted"),
        TlsOutcome::Secure(facts) => steps.pass_in(format!("{}, valid certificate", facts.version), facts.took),
        TlsOutcome::Failed { error, .. } => return Err(error.into()),
    }
    Ok(())
}

/// Scheme, host and path: what may be shown of a URL that came from elsewhere.
fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}
