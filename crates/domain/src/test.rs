//! Connection tests: what happened step by step, and what the server offers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{PinKind, TestId};

words! {
    /// A step of a connection test, in the order in which they run.
    pub enum TestStepKind {
        /// The address resolves, is allowed and answers.
        Reachable = "reachable",
        /// The TLS handshake and certificate.
        Tls = "tls",
        /// The credential is accepted.
        Authentication = "authentication",
        /// The MCP handshake and the revision agreed on.
        Handshake = "handshake",
        /// The list of tools.
        Tools = "tools",
    }
}

impl TestStepKind {
    /// The step in words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Reachable => "Reachable",
            Self::Tls => "TLS",
            Self::Authentication => "Authentication",
            Self::Handshake => "MCP handshake",
            Self::Tools => "Tool list",
        }
    }
}

words! {
    /// How a step went.
    pub enum TestStepState {
        /// As it should.
        Passed = "passed",
        /// The test ends here.
        Failed = "failed",
        /// Not applicable, or not reached because an earlier step failed.
        Skipped = "skipped",
    }
}

/// One step of a connection test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestStep {
    /// Which step.
    pub step: TestStepKind,
    /// How it went.
    pub state: TestStepState,
    /// What was found, or what failed.
    pub detail: String,
    /// What to do about a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// Duration in milliseconds.
    pub millis: u32,
}

/// A definition that a model can read: a tool, prompt, resource, template, or the server's instructions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Definition {
    /// What it defines.
    pub kind: PinKind,
    /// Name (for resources the URI, for templates the URI template, for instructions `instructions`).
    pub name: String,
    /// Title for people, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The whole definition as the server sent it: JSON text.
    pub json: String,
    /// SHA-256 over its canonical form, hexadecimal.
    pub digest: String,
}

/// The result of a connection test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestReport {
    /// Identity.
    pub id: TestId,
    /// Every step that applies passed.
    pub ok: bool,
    /// When it ran.
    pub tested_at: DateTime<Utc>,
    /// The steps, in order.
    pub steps: Vec<TestStep>,
    /// The MCP revision agreed on, with ` (HTTP+SSE)` behind it if the server speaks the transport of 2024-11-05.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol_version: Option<String>,
    /// Name and version that the server gives itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_info: Option<String>,
    /// The tools, in the server's order.
    pub tools: Vec<Definition>,
    /// Prompts, resources, templates and instructions.
    #[serde(default)]
    pub others: Vec<Definition>,
    /// SHA-256 over all definitions, hexadecimal; absent unless `ok`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definitions_digest: Option<String>,
}

/// Behind the revision.
const OVER_HTTP_SSE: &str = " (HTTP+SSE)";

impl TestReport {
    /// The step that failed, if one did.
    pub fn failure(&self) -> Option<&TestStep> {
        self.steps.iter().find(|s| s.state == TestStepState::Failed)
    }

    /// The revision of a server that was spoken to over HTTP+SSE, as reports name it.
    pub fn revision_over_http_sse(version: &str) -> String {
        version.to_owned() + OVER_HTTP_SSE
    }

    /// Whether the server was spoken to over HTTP+SSE, be it that it was asked for or found out.
    pub fn is_over_http_sse(&self) -> bool {
        self.protocol_version.as_ref().is_some_and(|version| version.ends_with(OVER_HTTP_SSE))
    }
}
