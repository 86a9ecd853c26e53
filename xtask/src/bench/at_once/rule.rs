//! The rule that is taken away and given back.

use std::fmt;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::http::Rest;

/// How access can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Disabled,
    Deleted,
    Narrowed,
    Denied,
    Blocked,
}

impl Taken {
    pub(super) const ALL: [Self; 5] = [Self::Disabled, Self::Deleted, Self::Narrowed, Self::Denied, Self::Blocked];

    /// Whether it leaves nothing of the server, so that nobody may listen to it any more.
    pub(super) const fn ends_streams(self) -> bool {
        // What a narrower rule and a rule against one tool leave is the server without that tool.
        !matches!(self, Self::Narrowed | Self::Denied)
    }
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disabled => "rule switched off",
            Self::Deleted => "rule deleted",
            Self::Narrowed => "rule for another tool",
            Self::Denied => "rule that denies it made",
            Self::Blocked => "person blocked",
        })
    }
}

/// The rule that gives the tool, and the one that takes it.
pub(super) struct Rule {
    allows: Value,
    server: String,
    id: String,
    against: Option<String>,
}

impl Rule {
    /// Gives a person a tool of a server.
    pub(super) fn make(rest: &Rest, person: &str, server: &str, tool: &str) -> Result<Self> {
        let principal = json!({"type": "user", "ids": [person]});
        let allows =
            json!({"principal": principal, "effect": "allow", "servers": [server], "scope": {"tools": [tool]}});
        let id = made(rest, "/api/v1/rules", &allows)?;
        Ok(Self { allows, server: server.to_owned(), id, against: None })
    }

    /// Takes it away; comes back when that is answered.
    pub(super) fn take(&mut self, rest: &Rest, how: Taken) -> Result<()> {
        match how {
            Taken::Disabled => self.change(rest, "enabled", json!(false)),
            Taken::Deleted => rest.delete(&self.path()),
            Taken::Narrowed => self.change(rest, "scope", json!({"tools": ["another_tool"]})),
            Taken::Denied => {
                self.against = Some(made(rest, "/api/v1/rules", &self.with("effect", json!("deny")))?);
                Ok(())
            }
            Taken::Blocked => {
                let path = format!("/api/v1/servers/{}/blocks", self.server);
                self.against = Some(made(rest, &path, &json!({"principal": self.allows["principal"]}))?);
                Ok(())
            }
        }
    }

    /// Undoes it.
    pub(super) fn give_back(&mut self, rest: &Rest, how: Taken) -> Result<()> {
        match how {
            Taken::Disabled | Taken::Narrowed => rest.put(&self.path(), &self.allows).map(drop),
            Taken::Deleted => {
                self.id = made(rest, "/api/v1/rules", &self.allows)?;
                Ok(())
            }
            Taken::Denied | Taken::Blocked => {
                let against = self.against.take().context("a rule was made")?;
                rest.delete(&format!("/api/v1/rules/{against}"))
            }
        }
    }

    fn change(&self, rest: &Rest, field: &str, value: Value) -> Result<()> {
        rest.put(&self.path(), &self.with(field, value)).map(drop)
    }

    fn with(&self, field: &str, value: Value) -> Value {
        let mut rule = self.allows.clone();
        rule[field] = value;
        rule
    }

    fn path(&self) -> String {
        format!("/api/v1/rules/{}", self.id)
    }
}

/// Makes something; returns its id.
fn made(rest: &Rest, path: &str, what: &Value) -> Result<String> {
    let made = rest.post(path, what)?;
    made["id"].as_str().map(str::to_owned).with_context(|| format!("the answer has no id: {made}"))
}
