//! Events and ledgers for the other tests.

use std::sync::Arc;

use domain::{
    Actor, ActorKind, AuditAction, AuditFilter, AuditRow, CorrelationId, Decision, NodeId, Outcome, PageQuery,
    ResourceKind, RuleId, Server, Subject, User,
};
use ledger::{Event, Ledger, Payload, Scope, query};
use store::Db;
use testkit::env::MockEnv;

/// An event that fills every column.
pub(crate) fn full(env: &MockEnv, user: &User, server: &Server) -> Event {
    call(env, user, server, "echo", AuditAction::ToolCallSuccess, Outcome::Success)
        .resource(Subject {
            kind: ResourceKind::Capability,
            id: Some("echo".to_owned()),
            name: Some("Echo".to_owned()),
        })
        .latency(std::time::Duration::from_micros(1_234))
        .decision(Decision::Allow, vec![RuleId::generate(env), RuleId::generate(env)])
        .reason("because")
        .error(r#"{"code":-32000}"#)
        .args(Payload::new(r#"{"text":"hello"}"#))
        .result(Payload::new(r#"{"content":[]}"#))
}

/// A part of a call, with a correlation id of its own.
pub(crate) fn call(
    env: &MockEnv,
    user: &User,
    server: &Server,
    tool: &str,
    action: AuditAction,
    outcome: Outcome,
) -> Event {
    let actor = Actor { kind: ActorKind::User, id: Some(user.id), name: user.name.clone() };
    Event::new(action, outcome, actor, CorrelationId::generate(env))
        .server(server.id, server.slug.as_str())
        .tool(tool)
        .client("Cursor", Some("1.0".to_owned()))
        .ip(Some([192, 0, 2, 7].into()))
}

/// An event with as little as possible.
pub(crate) fn small(env: &MockEnv) -> Event {
    let actor = Actor { kind: ActorKind::System, id: None, name: "Drawbridge".to_owned() };
    Event::new(AuditAction::SystemStarted, Outcome::Success, actor, CorrelationId::generate(env))
}

pub(crate) async fn open(db: &Db, env: &Arc<MockEnv>) -> Ledger {
    open_as(db, env, NodeId::from_uuid(uuid(1))).await
}

pub(crate) async fn open_as(db: &Db, env: &Arc<MockEnv>, node: NodeId) -> Ledger {
    Ledger::open(db.clone(), node, Arc::<MockEnv>::clone(env)).await.unwrap()
}

pub(crate) fn uuid(n: u8) -> uuid::Uuid {
    uuid::Uuid::from_bytes([n; 16])
}

/// Everything in the log, newest first.
pub(crate) async fn all(db: &Db) -> Vec<AuditRow> {
    let mut tx = db.read().await.unwrap();
    let query = PageQuery { cursor: None, limit: Some(200) };
    query::list(&mut tx, &AuditFilter::default(), Scope::All, &query).await.unwrap().data
}
