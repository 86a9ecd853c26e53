//! A record: what becomes an entry, as the bytes that the journal stores.
//!
//! A call has two of them, and they go through three threads. Texts of their own in each would be most of what an audited
//! call allocates, freed by another thread than the one that made them, and read where they are in nobody's cache. So a
//! record is one piece of memory from its report to its row.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::{AuditAction, AuditId, Env, NodeId};
use serde::{Deserialize, Serialize, Serializer};

use crate::admission::Ended;
use crate::event::Event;
use crate::text::{self, Kept};

/// The columns of an entry, in the order in which they are stored in the journal and inserted. Texts and numbers are those
/// that the hash covers.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Fields<'a> {
    pub(crate) id: &'a str,
    pub(crate) node: &'a str,
    pub(crate) seq: i64,
    pub(crate) at: &'a str,
    pub(crate) action: &'a str,
    pub(crate) outcome: &'a str,
    pub(crate) actor_kind: &'a str,
    pub(crate) actor_id: Option<&'a str>,
    pub(crate) actor_name: &'a str,
    pub(crate) resource_kind: Option<&'a str>,
    pub(crate) resource_id: Option<&'a str>,
    pub(crate) resource_name: Option<&'a str>,
    pub(crate) server_id: Option<&'a str>,
    pub(crate) server_slug: Option<&'a str>,
    pub(crate) tool: Option<&'a str>,
    pub(crate) client_name: Option<&'a str>,
    pub(crate) client_version: Option<&'a str>,
    pub(crate) ip: Option<&'a str>,
    pub(crate) correlation_id: &'a str,
    pub(crate) latency_us: Option<i64>,
    pub(crate) decision: Option<&'a str>,
    pub(crate) rules: Option<&'a str>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) error: Option<&'a str>,
    #[serde(borrow)]
    pub(crate) args: Stored<'a>,
    #[serde(borrow)]
    pub(crate) result: Stored<'a>,
    #[serde(borrow)]
    pub(crate) salt: Octets<'a>,
    #[serde(borrow)]
    pub(crate) prev_hash: Octets<'a>,
    #[serde(borrow)]
    pub(crate) hash: Octets<'a>,
}

/// A payload's three columns.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Stored<'a> {
    pub(crate) text: Option<&'a str>,
    pub(crate) len: Option<i64>,
    #[serde(borrow)]
    pub(crate) digest: Option<Octets<'a>>,
}

/// Bytes that are written at once, not one by one.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Octets<'a>(pub(crate) &'a [u8]);

impl Serialize for Octets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// An entry without its place in the chain: [`Fields`] by postcard. Clones share the bytes.
#[derive(Debug, Clone)]
pub(crate) struct Record(Bytes);

/// What a record takes besides its texts, in bytes, and a little more.
const OVERHEAD: usize = 640;

/// From this size on a record is copied without its arguments where these are not needed, in bytes.
const LARGE: usize = 2048;

impl Record {
    /// The record of an event, and its id. Digests of payloads are computed here, in the task of the one who reports, not
    /// in the one that writes for everybody.
    pub(crate) fn of<E: Env + ?Sized>(env: &E, node: NodeId, at: DateTime<Utc>, event: &Event) -> (AuditId, Self) {
        let mut salt = [0; 16];
        env.fill(&mut salt);
        let id = AuditId::generate(env);
        let args = event.args.as_ref().map(|payload| Kept::of(&salt, text::Field::Args, payload));
        let result = event.result.as_ref().map(|payload| Kept::of(&salt, text::Field::Result, payload));
        let mut ids = text::Texts::default();
        let (id_text, node) = (ids.add(&id.text()), ids.add(&node.text()));
        let actor_id = event.actor.id.map(|id| ids.add(&id.text()));
        let server_id = event.server.as_ref().map(|(id, _)| ids.add(&id.text()));
        let ip = event.ip.map(|ip| ids.write(&ip));
        let correlation = ids.add(&event.correlation.text());
        let rules = (!event.rules.is_empty()).then(|| ids.write(&text::Array(&event.rules)));
        let at = ids.add(&store::time_text(at));
        let subject = event.resource.as_ref();
        let resource_id = subject.and_then(|subject| subject.id.as_deref()).map(text::name);
        let resource_name = subject.and_then(|subject| subject.name.as_deref()).map(text::name);
        let (actor_name, tool) = (text::name(&event.actor.name), event.tool.as_deref().map(text::name));
        let slug = event.server.as_ref().map(|(_, slug)| text::name(slug));
        let (client, version) = match &event.client {
            Some((client, version)) => (Some(text::name(client)), version.as_deref().map(text::name)),
            None => (None, None),
        };
        let (reason, error) = (event.reason.as_deref().map(text::long), event.error.as_deref().map(text::long));
        let fields = Fields {
            id: ids.get(id_text),
            node: ids.get(node),
            seq: 0,
            at: ids.get(at),
            action: event.action.as_str(),
            outcome: event.outcome.as_str(),
            actor_kind: event.actor.kind.as_str(),
            actor_id: actor_id.map(|id| ids.get(id)),
            actor_name: &actor_name,
            resource_kind: subject.map(|subject| subject.kind.as_str()),
            resource_id: resource_id.as_deref(),
            resource_name: resource_name.as_deref(),
            server_id: server_id.map(|id| ids.get(id)),
            server_slug: slug.as_deref(),
            tool: tool.as_deref(),
            client_name: client.as_deref(),
            client_version: version.as_deref(),
            ip: ip.map(|ip| ids.get(ip)),
            correlation_id: ids.get(correlation),
            latency_us: event.latency_us,
            decision: event.decision.map(|decision| decision.as_str()),
            rules: rules.map(|rules| ids.get(rules)),
            reason: reason.as_deref(),
            error: error.as_deref(),
            args: args.as_ref().map(Kept::stored).unwrap_or_default(),
            result: result.as_ref().map(Kept::stored).unwrap_or_default(),
            salt: Octets(&salt),
            prev_hash: Octets::default(),
            hash: Octets::default(),
        };
        (id, Self::from(&fields))
    }

    /// The record of how the call of this admission ended, and its id. It repeats everything of the admission but the
    /// arguments.
    pub(crate) fn ended<E: Env + ?Sized>(
        &self,
        env: &E,
        at: DateTime<Utc>,
        action: AuditAction,
        ended: &Ended,
    ) -> (AuditId, Self) {
        let mut salt = [0; 16];
        env.fill(&mut salt);
        let id = AuditId::generate(env);
        let result = ended.result.as_ref().map(|payload| Kept::of(&salt, text::Field::Result, payload));
        let mut ids = text::Texts::default();
        let (id_text, at) = (ids.add(&id.text()), ids.add(&store::time_text(at)));
        let (reason, error) = (ended.reason.as_deref().map(text::long), ended.error.as_deref().map(text::long));
        let fields = Fields {
            id: ids.get(id_text),
            at: ids.get(at),
            action: action.as_str(),
            outcome: ended.outcome.as_str(),
            latency_us: ended.latency_us,
            reason: reason.as_deref(),
            error: error.as_deref(),
            args: Stored::default(),
            result: result.as_ref().map(Kept::stored).unwrap_or_default(),
            salt: Octets(&salt),
            ..self.fields()
        };
        (id, Self::from(&fields))
    }

    /// The same without large arguments, which an outcome does not repeat: what stays in memory until there is one shall be
    /// small.
    pub(crate) fn for_its_outcome(&self) -> Self {
        if self.0.len() <= LARGE {
            return self.clone();
        }
        Self::from(&Fields { args: Stored::default(), ..self.fields() })
    }

    /// The record that these bytes are, if they are one.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes::<Fields<'_>>(bytes).ok()?;
        Some(Self(Bytes::copy_from_slice(bytes)))
    }

    /// What it holds. Its place in the chain is empty.
    pub(crate) fn fields(&self) -> Fields<'_> {
        postcard::from_bytes(&self.0).expect("a record was made of fields")
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// What it takes in memory, in KiB, rounded up: payloads, and about one for everything else.
    pub(crate) fn kib(&self) -> u32 {
        u32::try_from(1 + self.0.len() / 1024).unwrap_or(u32::MAX)
    }
}

impl From<&Fields<'_>> for Record {
    fn from(fields: &Fields<'_>) -> Self {
        let texts = [fields.args.text, fields.result.text, fields.reason, fields.error, fields.tool, fields.rules];
        let room = OVERHEAD + texts.iter().flatten().map(|text| text.len()).sum::<usize>();
        let bytes = postcard::to_extend(fields, Vec::with_capacity(room)).expect("texts and numbers can be written");
        Self(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    use domain::{Actor, ActorKind, Clock as _, CorrelationId, Decision, Outcome, ServerId, Subject};
    use testkit::env::MockEnv;

    use super::*;
    use crate::event::Payload;

    fn event(env: &MockEnv) -> Event {
        let actor = Actor { kind: ActorKind::User, id: None, name: "Ada\0".to_owned() };
        let event = Event::new(AuditAction::ToolCallAdmitted, Outcome::Admitted, actor, CorrelationId::generate(env));
        let subject = Subject { kind: domain::ResourceKind::Server, id: Some("srv".to_owned()), name: None };
        event
            .server(ServerId::generate(env), "files")
            .resource(subject)
            .tool("t".repeat(600))
            .client("claude", Some("1.0".to_owned()))
            .ip(Some([10, 0, 0, 1].into()))
            .decision(Decision::Allow, vec![domain::RuleId::generate(env)])
            .args(Payload::new("{}"))
    }

    #[test]
    fn a_record_holds_what_was_reported() {
        let env = MockEnv::default();
        let node = NodeId::generate(&env);
        let event = event(&env);
        let (id, record) = Record::of(&env, node, env.now(), &event);
        let fields = record.fields();
        assert_eq!(fields.id, id.to_string());
        assert_eq!(fields.node, node.to_string());
        assert_eq!(fields.at, store::time_text(env.now()));
        assert_eq!(fields.actor_name, "Ada\u{fffd}");
        assert_eq!(fields.tool.map(str::len), Some(512));
        assert_eq!((fields.client_name, fields.client_version), (Some("claude"), Some("1.0")));
        assert_eq!(fields.rules, Some(format!("[\"{}\"]", event.rules[0]).as_str()));
        assert_eq!((fields.args.text, fields.args.len), (Some("{}"), Some(2)));
        assert_eq!(fields.args.digest.map(|digest| digest.0.len()), Some(32));
        assert_eq!((fields.resource_id, fields.resource_name, fields.ip), (Some("srv"), None, Some("10.0.0.1")));
        assert!(fields.result.text.is_none() && fields.prev_hash.0.is_empty());
        let again = Record::parse(record.bytes()).unwrap();
        assert_eq!(again.bytes(), record.bytes());
        assert!(Record::parse(&record.bytes()[..40]).is_none());
    }

    #[test]
    fn large_arguments_do_not_stay_until_the_outcome() {
        let env = MockEnv::default();
        let event = event(&env).args(Payload::new("x".repeat(60_000)));
        let (_, record) = Record::of(&env, NodeId::generate(&env), env.now(), &event);
        assert!(record.bytes().len() > 60_000);
        let kept = record.for_its_outcome();
        assert!(kept.bytes().len() < LARGE);
        assert_eq!((kept.fields().tool, kept.fields().id), (record.fields().tool, record.fields().id));
    }

    #[test]
    fn an_outcome_repeats_its_admission_but_for_the_arguments() {
        let env = MockEnv::default();
        let (id, admission) = Record::of(&env, NodeId::generate(&env), env.now(), &event(&env));
        let mut ended = Ended::new(Outcome::Success);
        ended.latency_us = Some(7);
        ended.result = Some(Payload::new("[1]"));
        let (other, outcome) = admission.ended(&env, env.now(), AuditAction::ToolCallSuccess, &ended);
        assert_ne!(id, other);
        let (before, after) = (admission.fields(), outcome.fields());
        assert_eq!((after.action, after.outcome, after.latency_us), ("tool_call_success", "success", Some(7)));
        assert_eq!((after.args.text, after.args.len, after.result.text), (None, None, Some("[1]")));
        assert_ne!(before.salt.0, after.salt.0);
        assert_eq!(
            (before.server_slug, before.tool, before.client_name, before.decision, before.correlation_id),
            (after.server_slug, after.tool, after.client_name, after.decision, after.correlation_id)
        );
    }
}
