//! Entities with sensible values, so that a test says only what it is about: take one and change its public fields.
//!
//! Everything is made from the given clock and randomness, so two runs make the same.

use chrono::Duration;
use domain::{
    ApiKey, AuthKind, Definition, Effect, Env, Group, GroupId, GroupKind, GroupSource, Health, Justification, KeyId,
    Notification, NotificationId, NotificationKind, Pin, PinKind, PinState, Principal, Request, RequestId, RequestKind,
    RequestState, Risk, Role, Rule, RuleId, RuleMode, RuleScope, Server, ServerId, ServerStatus, SessionId, TestId,
    TestReport, TestStep, TestStepKind, TestStepState, Transport, User, UserId, UserStatus,
};
use store::sessions::Session;

/// An active person called `name`, with the address `name@example.com`.
pub fn user<E: Env + ?Sized>(env: &E, name: &str) -> User {
    let local = name.to_lowercase().replace(' ', ".");
    User {
        id: UserId::generate(env),
        email: format!("{local}@example.com").parse().expect("a name makes an address"),
        name: name.to_owned(),
        department: "Engineering".to_owned(),
        title: "Engineer".to_owned(),
        team: "Platform".to_owned(),
        role: Role::User,
        status: UserStatus::Active,
        created_at: env.now(),
        last_login_at: None,
    }
}

/// An active administrator.
pub fn admin<E: Env + ?Sized>(env: &E, name: &str) -> User {
    User { role: Role::Admin, ..user(env, name) }
}

/// An empty group.
pub fn group<E: Env + ?Sized>(env: &E, name: &str) -> Group {
    Group {
        id: GroupId::generate(env),
        kind: GroupKind::Group,
        source: GroupSource::Manual,
        name: name.to_owned(),
        description: format!("{name} people"),
        members: 0,
    }
}

/// A session of 30 days that began now.
pub fn session<E: Env + ?Sized>(env: &E, user: UserId) -> Session {
    let now = env.now();
    Session {
        id: SessionId::generate(env),
        user_id: user,
        created_at: now,
        last_seen_at: now,
        expires_at: now + Duration::days(30),
        ip: Some("192.0.2.1".to_owned()),
        user_agent: Some("test".to_owned()),
    }
}

/// A key that works and never expires.
pub fn key<E: Env + ?Sized>(env: &E, user: UserId, name: &str) -> ApiKey {
    ApiKey {
        id: KeyId::generate(env),
        user_id: user,
        name: name.to_owned(),
        hint: "dbk_abcd".to_owned(),
        created_at: env.now(),
        expires_at: None,
        last_used_at: None,
        revoked_at: None,
    }
}

/// An active server without authentication, at `https://<slug>.example.com/mcp`.
pub fn server<E: Env + ?Sized>(env: &E, slug: &str) -> Server {
    let now = env.now();
    Server {
        id: ServerId::generate(env),
        slug: slug.parse().expect("a valid slug"),
        name: slug.to_uppercase(),
        description: format!("The {slug} server"),
        icon: None,
        transport: Transport::StreamableHttp,
        url: format!("https://{slug}.example.com/mcp"),
        auth: AuthKind::None,
        header_names: Vec::new(),
        env_names: Vec::new(),
        status: ServerStatus::Active,
        owner_id: None,
        risk: Risk::Low,
        allow_private: false,
        protocol: domain::ProtocolChoice::Auto,
        limits: domain::ServerLimits::default(),
        catalog_name: None,
        health: Health::Unknown,
        health_detail: None,
        health_at: None,
        created_at: now,
        updated_at: now,
    }
}

/// A pending request of this person for a new server.
pub fn request<E: Env + ?Sized>(env: &E, requester: &User, slug: &str) -> Request {
    let now = env.now();
    Request {
        id: RequestId::generate(env),
        kind: RequestKind::Server,
        state: RequestState::Pending,
        requester_id: requester.id,
        requester_name: requester.name.clone(),
        name: slug.to_uppercase(),
        slug: slug.to_owned(),
        description: format!("The {slug} server"),
        icon: None,
        catalog_name: None,
        server_id: None,
        tools: Vec::new(),
        transport: Transport::StreamableHttp,
        url: format!("https://{slug}.example.com/mcp"),
        auth: AuthKind::None,
        header_names: Vec::new(),
        env_names: Vec::new(),
        justification: Justification {
            why_needed: "to answer questions".to_owned(),
            use_case: "support".to_owned(),
            expected_value: "an hour a day".to_owned(),
            alternatives_considered: "none fits".to_owned(),
        },
        urgent: false,
        resubmission_of: None,
        created_at: now,
        updated_at: now,
        decision: None,
    }
}

/// A rule that allows the whole server.
pub fn rule<E: Env + ?Sized>(env: &E, principal: Principal, server: ServerId) -> Rule {
    let now = env.now();
    Rule {
        id: RuleId::generate(env),
        principal,
        effect: Effect::Allow,
        servers: vec![server],
        scope: RuleScope::All,
        conditions: None,
        cedar: None,
        mode: RuleMode::Enforce,
        starts_at: None,
        ends_at: None,
        notes: String::new(),
        enabled: true,
        request_id: None,
        created_by: None,
        created_at: now,
        updated_at: now,
    }
}

/// A pinned tool.
pub fn pin<E: Env + ?Sized>(env: &E, name: &str) -> Pin {
    Pin {
        kind: PinKind::Tool,
        name: name.to_owned(),
        state: PinState::Pinned,
        digest: Some(format!("digest of {name}")),
        definition: Some(format!(r#"{{"name":"{name}"}}"#)),
        seen_digest: None,
        seen_definition: None,
        pinned_at: Some(env.now()),
    }
}

/// A tool as a server offers it.
pub fn tool(name: &str) -> Definition {
    Definition {
        kind: PinKind::Tool,
        name: name.to_owned(),
        title: None,
        description: Some(format!("Does {name}")),
        json: format!(r#"{{"name":"{name}","inputSchema":{{"type":"object"}}}}"#),
        digest: format!("digest of {name}"),
    }
}

/// A connection test that passed and found these tools.
pub fn report<E: Env + ?Sized>(env: &E, tools: &[&str]) -> TestReport {
    TestReport {
        id: TestId::generate(env),
        ok: true,
        tested_at: env.now(),
        steps: TestStepKind::ALL
            .iter()
            .map(|step| TestStep {
                step: *step,
                state: TestStepState::Passed,
                detail: "as it should".to_owned(),
                advice: None,
                millis: 3,
            })
            .collect(),
        protocol_version: Some("2025-11-25".to_owned()),
        server_info: Some("fixture 1.0".to_owned()),
        tools: tools.iter().copied().map(tool).collect(),
        others: Vec::new(),
        definitions_digest: Some(format!("digest of {}", tools.join(", "))),
    }
}

/// An unread message.
pub fn notification<E: Env + ?Sized>(env: &E, title: &str) -> Notification {
    Notification {
        id: NotificationId::generate(env),
        kind: NotificationKind::RequestApproved,
        title: title.to_owned(),
        body: String::new(),
        link: "/connectors".to_owned(),
        created_at: env.now(),
        read_at: None,
    }
}
