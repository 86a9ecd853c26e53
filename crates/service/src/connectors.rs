//! What a person can use, and how it is added to AI clients.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use directory::{Person, Snapshot};
use domain::{
    AddToClient, Connector, Definition, Effect, Pin, PinKind, PinState, Problem, Rule, RuleId, RuleMode, Server,
    ServerId,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use policy::{Known, Query, Target};
use serde_json::json;

use crate::views::for_everybody;
use crate::{Caller, Error, Result, Services};

/// What `encodeURIComponent` leaves alone.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

impl Services {
    /// The servers that the caller can use now, by name.
    pub async fn connectors(&self, caller: &Caller) -> Result<Vec<Connector>> {
        let (snapshot, person) = self.person(caller)?;
        let now = self.now();
        let ids: Vec<ServerId> = snapshot.visible(&person, now).map(|server| server.id).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.read().await?;
        let calls = ledger::query::calls_by_server(&mut tx, person.id, now - TimeDelta::days(30)).await?;
        let rules = store::rules::of_user(&mut tx, person.id).await?;
        let mut tools = store::pins::of_servers(&mut tx, &ids, PinKind::Tool, PinState::Pinned).await?;
        let servers = store::servers::by_ids(&mut tx, &ids).await?;
        drop(tx);
        let connectors = servers.into_iter().map(|server| {
            let pins = tools.remove(&server.id).unwrap_or_default();
            self.connector_of(&snapshot, &person, server, pins, &rules, &calls)
        });
        connectors.collect()
    }

    /// One server that the caller can use. Anything else is not found.
    pub async fn connector(&self, caller: &Caller, slug: &str) -> Result<Connector> {
        let (snapshot, person) = self.person(caller)?;
        let now = self.now();
        let entry = snapshot
            .visible(&person, now)
            .find(|server| server.slug.as_str() == slug)
            .ok_or_else(|| Problem::not_found("connector"))?;
        let mut tx = self.read().await?;
        let server = store::servers::get(&mut tx, entry.id).await?.ok_or_else(|| Problem::not_found("connector"))?;
        let calls = ledger::query::calls_by_server(&mut tx, person.id, now - TimeDelta::days(30)).await?;
        let rules = store::rules::of_user(&mut tx, person.id).await?;
        let tools = store::pins::of_servers(&mut tx, &[server.id], PinKind::Tool, PinState::Pinned).await?;
        let pins = tools.into_values().next().unwrap_or_default();
        self.connector_of(&snapshot, &person, server, pins, &rules, &calls)
    }

    /// True when the caller can use this server now.
    #[expect(clippy::unused_async, reason = "use cases are asynchronous; this one answers from memory")]
    pub async fn can_use(&self, caller: &Caller, server: ServerId) -> Result<bool> {
        let (snapshot, person) = self.person(caller)?;
        Ok(snapshot.visible(&person, self.now()).any(|entry| entry.id == server))
    }

    /// When the caller's access to how many of these tools of a server ends: what has no end comes last.
    pub async fn access_ends(
        &self,
        caller: &Caller,
        server: ServerId,
        tools: &[Definition],
    ) -> Result<Vec<(Option<DateTime<Utc>>, usize)>> {
        let (snapshot, person) = self.person(caller)?;
        let now = self.now();
        let mut tx = self.read().await?;
        let rules = store::rules::of_user(&mut tx, person.id).await?;
        drop(tx);
        let ends: HashMap<RuleId, Option<DateTime<Utc>>> = rules.iter().map(|rule| (rule.id, rule.ends_at)).collect();
        let mut counted = BTreeMap::new();
        for tool in tools {
            let target = Target::Tool(&tool.name);
            let query = Query { subject: person.subject(), server, target, now, known: Known::Person };
            let verdict = snapshot.rules.decide(&query);
            let end = last_end(verdict.rules.iter().filter_map(|rule| ends.get(rule).copied()));
            *counted.entry((end.is_none(), end)).or_insert(0) += 1;
        }
        Ok(counted.into_iter().map(|((_, end), tools)| (end, tools)).collect())
    }

    fn person(&self, caller: &Caller) -> Result<(std::sync::Arc<Snapshot>, std::sync::Arc<Person>)> {
        let me = caller.user_id()?;
        let snapshot = self.directory().load();
        let person = snapshot.people.get(me).cloned().ok_or(Problem::Unauthenticated)?;
        Ok((snapshot, person))
    }

    /// A server with those of its approved tools (`pins`) that the person may use.
    fn connector_of(
        &self,
        snapshot: &Snapshot,
        person: &Person,
        server: Server,
        pins: Vec<Pin>,
        rules: &[Rule],
        calls: &HashMap<ServerId, u64>,
    ) -> Result<Connector> {
        let now = self.now();
        let mut tools = Vec::new();
        for pin in pins {
            let Some(definition) = pin.definition.as_deref() else { continue };
            let target = Target::Tool(&pin.name);
            let query = Query { subject: person.subject(), server: server.id, target, now, known: Known::Person };
            if snapshot.rules.decide(&query).is_allowed() {
                tools.push(guard::definition(pin.kind, definition)?);
            }
        }
        let proxy_url = self.proxy_url(&server.slug);
        let add_to_client = add_to_client(server.slug.as_str(), &proxy_url)?;
        Ok(Connector {
            ends_at: ends_at(rules, server.id, now),
            calls_30d: calls.get(&server.id).map_or(0, |n| u32::try_from(*n).unwrap_or(u32::MAX)),
            proxy_url,
            tools,
            add_to_client,
            server: for_everybody(server),
        })
    }
}

/// The time at which the last of the rules that allow something here ends; `None` when one of them does not end.
fn ends_at(rules: &[Rule], server: ServerId, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let allowing = rules.iter().filter(|rule| {
        rule.effect == Effect::Allow
            && rule.mode == RuleMode::Enforce
            && rule.servers.contains(&server)
            && rule.in_force(now)
    });
    last_end(allowing.map(|rule| rule.ends_at))
}

/// The last of the ends; `None` when something has none.
fn last_end(mut ends: impl Iterator<Item = Option<DateTime<Utc>>>) -> Option<DateTime<Utc>> {
    ends.try_fold(None, |latest: Option<DateTime<Utc>>, end| Some(latest.max(Some(end?)))).flatten()
}

/// Links and snippets for AI clients. They name the key's variable, never a key.
fn add_to_client(slug: &str, url: &str) -> Result<AddToClient> {
    let text = |value: &serde_json::Value| serde_json::to_string(value).map_err(|e| Error::broken("a snippet", e));
    let cursor = json!({ "url": url, "headers": { "Authorization": "Bearer ${env:DRAWBRIDGE_API_KEY}" } });
    let cursor = STANDARD.encode(text(&cursor)?);
    let vscode = json!({
        "name": slug, "type": "http", "url": url,
        "headers": { "Authorization": "Bearer ${input:drawbridge-key}" },
        "inputs": [{ "type": "promptString", "id": "drawbridge-key", "description": "Drawbridge API key", "password": true }],
    });
    let client = json!({ "mcpServers": { slug: {
        "type": "http", "url": url, "headers": { "Authorization": "Bearer ${DRAWBRIDGE_API_KEY}" }
    } } });
    Ok(AddToClient {
        cursor_link: format!(
            "cursor://anysphere.cursor-deeplink/mcp/install?name={}&config={}",
            utf8_percent_encode(slug, COMPONENT),
            utf8_percent_encode(&cursor, COMPONENT)
        ),
        vscode_link: format!("vscode:mcp/install?{}", utf8_percent_encode(&text(&vscode)?, COMPONENT)),
        claude_code_command: format!(
            "claude mcp add --transport http {slug} {url} --header \"Authorization: Bearer $DRAWBRIDGE_API_KEY\""
        ),
        json: serde_json::to_string_pretty(&client).map_err(|e| Error::broken("a snippet", e))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_decode_to_what_clients_expect() {
        let add = add_to_client("github", "https://d.example/mcp/github").unwrap();
        let config = add.cursor_link.split_once("config=").unwrap().1;
        let config = percent_encoding::percent_decode_str(config).decode_utf8().unwrap();
        let config: serde_json::Value = serde_json::from_slice(&STANDARD.decode(config.as_ref()).unwrap()).unwrap();
        assert_eq!(config["url"], "https://d.example/mcp/github");

        let vscode = add.vscode_link.strip_prefix("vscode:mcp/install?").unwrap();
        let vscode = percent_encoding::percent_decode_str(vscode).decode_utf8().unwrap();
        let vscode: serde_json::Value = serde_json::from_str(&vscode).unwrap();
        assert_eq!((&vscode["name"], &vscode["type"]), (&json!("github"), &json!("http")));
        assert_eq!(vscode["inputs"][0]["password"], true);

        let json: serde_json::Value = serde_json::from_str(&add.json).unwrap();
        assert_eq!(json["mcpServers"]["github"]["type"], "http");
        assert!(add.claude_code_command.contains("--transport http github https://d.example/mcp/github"));
    }
}
