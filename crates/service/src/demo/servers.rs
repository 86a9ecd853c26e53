//! The servers of the demonstration and the rules about them. All are one real server, so that they can be called.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    AuditAction, AuthKind, Condition, Effect, Health, NotificationKind, Operator, PersonAttribute, Pin, PinKind,
    PinState, Principal, Risk, Rule, RuleChangeKind, RuleId, RuleMode, RuleScope, Server, ServerId, ServerStatus, Test,
    TestId, TestReport, Transport, Value,
};
use serde_json::json;
use store::Tx;
use store::tests::Subject as TestSubject;

use super::people::{ADMINS, DATA, ENGINEERING, FINANCE, PILOT, SUPPORT, Who};
use super::requests::tell;
use super::stage::Stage;
use crate::change::payload;
use crate::definitions::{pinned_event, pins_of};
use crate::rules::{note_version, one_view, rule_event};
use crate::servers::{server_event, test_event};
use crate::sessions::actor;
use crate::views::server_subject;
use crate::{Error, Result};

/// A server of the demonstration, in the order of [`SERVERS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Issues,
    Handbook,
    Files,
    Warehouse,
    Desk,
    Weather,
    Payroll,
}

struct Profile {
    which: Which,
    slug: &'static str,
    name: &'static str,
    description: &'static str,
    icon: Option<&'static str>,
    risk: Risk,
    owner: Who,
    /// Days since it can be called.
    made: i64,
}

const SERVERS: [Profile; 7] = [
    Profile {
        which: Which::Issues,
        slug: "issues",
        name: "Issue tracker",
        description: "Bugs, tasks and releases of every product team.",
        icon: Some("linear"),
        risk: Risk::Medium,
        owner: Who::Mira,
        made: 28,
    },
    Profile {
        which: Which::Handbook,
        slug: "handbook",
        name: "Company handbook",
        description: "How we work: policies, guides and answers to common questions.",
        icon: Some("notion"),
        risk: Risk::Low,
        owner: Who::Greta,
        made: 29,
    },
    Profile {
        which: Which::Files,
        slug: "files",
        name: "Project files",
        description: "Shared documents and configuration of running projects.",
        icon: Some("dropbox"),
        risk: Risk::High,
        owner: Who::Tomasz,
        made: 29,
    },
    Profile {
        which: Which::Warehouse,
        slug: "warehouse",
        name: "Data warehouse",
        description: "Bookings, routes and revenue, refreshed every night.",
        icon: Some("postgresql"),
        risk: Risk::High,
        owner: Who::Samir,
        made: 29,
    },
    Profile {
        which: Which::Desk,
        slug: "customer-desk",
        name: "Customer desk",
        description: "Tickets and conversations with customers.",
        icon: Some("zendesk"),
        risk: Risk::Medium,
        owner: Who::Priya,
        made: 29,
    },
    Profile {
        which: Which::Weather,
        slug: "route-weather",
        name: "Route weather",
        description: "Weather along the routes, for dispatch.",
        icon: None,
        risk: Risk::Low,
        owner: Who::Henrik,
        made: 20,
    },
    Profile {
        which: Which::Payroll,
        slug: "payroll",
        name: "Payroll",
        description: "Salaries and expenses. Switched off until the audit is over.",
        icon: None,
        risk: Risk::High,
        owner: Who::Lucia,
        made: 26,
    },
];

/// What began with a request; the history of the others begins with an administrator.
const REQUESTED: [Which; 2] = [Which::Issues, Which::Weather];

/// When Payroll was switched off.
pub(super) fn switched_off(stage: &Stage<'_>) -> DateTime<Utc> {
    stage.day(9, 14, 30)
}

/// The tool whose definition the customer desk changed, and since when it is withheld.
pub(super) fn changed(stage: &Stage<'_>) -> (String, DateTime<Utc>) {
    let tool = stage.offered(&["create_issue"]).pop().unwrap_or_default();
    (tool, stage.day(3, 7, 52))
}

pub(super) async fn write(stage: &mut Stage<'_>, tx: &mut Tx) -> Result<()> {
    for profile in &SERVERS {
        write_server(stage, tx, profile).await?;
    }
    change_definition(stage, tx).await?;
    write_rules(stage, tx).await?;
    let at = switched_off(stage);
    let server = stage.server(Which::Payroll).clone();
    let event = server_event(stage.event(at, Who::Jonas, AuditAction::ServerDisabled), &server);
    stage.record(at, event);
    Ok(())
}

/// The report of the real test, as of another time.
pub(super) fn report_at(stage: &Stage<'_>, at: DateTime<Utc>) -> TestReport {
    TestReport { id: TestId::generate(&stage.at(at)), tested_at: at, ..stage.report.clone() }
}

async fn write_server(stage: &mut Stage<'_>, tx: &mut Tx, profile: &Profile) -> Result<()> {
    let at = stage.day(profile.made, 12, 30 + profile.which as i64 * 3);
    let off = profile.which == Which::Payroll;
    let touched = if off { switched_off(stage) } else { at };
    let server = Server {
        id: ServerId::generate(&stage.at(at)),
        slug: profile.slug.parse().map_err(|e| Error::broken("a slug of the demonstration", e))?,
        name: profile.name.to_owned(),
        description: profile.description.to_owned(),
        icon: profile.icon.map(str::to_owned),
        transport: Transport::StreamableHttp,
        url: stage.url(profile.slug),
        auth: AuthKind::None,
        header_names: Vec::new(),
        env_names: Vec::new(),
        status: if off { ServerStatus::Disabled } else { ServerStatus::Active },
        owner_id: Some(stage.person(profile.owner).id),
        risk: profile.risk,
        allow_private: false,
        protocol: domain::ProtocolChoice::Auto,
        limits: domain::ServerLimits::default(),
        catalog_name: None,
        health: Health::Connected,
        health_detail: None,
        health_at: Some(if off { touched } else { stage.ago(4 + profile.which as i64) }),
        created_at: at,
        updated_at: touched,
    };
    store::servers::insert(tx, &server).await?;
    let by = stage.person(Who::Astrid).id;
    store::pins::replace_all(tx, server.id, &pins_of(&stage.report, at), Some(by)).await?;
    let report = report_at(stage, at);
    store::tests::insert(tx, TestSubject::Server(server.id), &report, Some(by)).await?;
    if !REQUESTED.contains(&profile.which) {
        let draft = Server { status: ServerStatus::Draft, ..server.clone() };
        let active = Server { status: ServerStatus::Active, ..server.clone() };
        let event = |action| stage.event(at, Who::Astrid, action);
        let events = [
            server_event(event(AuditAction::ServerCreated), &draft),
            test_event(event(AuditAction::ServerTested), &report)
                .resource(server_subject(&server))
                .server(server.id, server.slug.to_string()),
            server_event(event(AuditAction::ServerEnabled), &active),
            pinned_event(event(AuditAction::DefinitionsPinned), &server, &report),
        ];
        for event in events {
            stage.record(at, event);
        }
    }
    stage.servers.push(server);
    Ok(())
}

/// The customer desk was approved with an older form of one tool, so what it offers now is withheld.
async fn change_definition(stage: &mut Stage<'_>, tx: &mut Tx) -> Result<()> {
    let (tool, at) = changed(stage);
    let server = stage.server(Which::Desk).clone();
    let Some(seen) = stage.report.tools.iter().find(|definition| definition.name == tool).cloned() else {
        return Ok(());
    };
    let mut approved: serde_json::Value =
        serde_json::from_str(&seen.json).map_err(|e| Error::broken("a definition of the demonstration", e))?;
    if let Some(fields) = approved.as_object_mut() {
        fields.insert("description".to_owned(), json!("Open a ticket for a customer, as a draft that a person sends"));
    }
    let approved = guard::definition(PinKind::Tool, &approved.to_string())?;
    let pin = Pin {
        kind: PinKind::Tool,
        name: seen.name.clone(),
        state: PinState::Changed,
        digest: Some(approved.digest),
        definition: Some(approved.json),
        seen_digest: Some(seen.digest),
        seen_definition: Some(seen.json),
        pinned_at: Some(server.created_at),
    };
    let mut pins = pins_of(&stage.report, server.created_at);
    for place in pins.iter_mut().filter(|place| place.kind == pin.kind && place.name == pin.name) {
        *place = pin.clone();
    }
    let by = stage.person(Who::Astrid).id;
    store::pins::replace_all(tx, server.id, &pins, Some(by)).await?;

    let drawbridge = domain::Actor { kind: domain::ActorKind::System, id: None, name: "drawbridge".to_owned() };
    let event = stage
        .event_of(at, drawbridge, AuditAction::SecurityWarning, domain::Outcome::Success)
        .resource(server_subject(&server))
        .server(server.id, server.slug.to_string())
        .reason("definitions differ from what was approved and are withheld")
        .args(payload(&json!({ "definitions": [{ "kind": pin.kind, "name": pin.name, "state": pin.state,
            "approved": pin.digest, "seen": pin.seen_digest }] })));
    stage.record(at, event);
    for admin in ADMINS {
        let title = format!("{} changed its definitions", server.name);
        let body = format!("Withheld until reviewed: {}", pin.name);
        let link = format!("/servers/{}?tab=tools", server.id);
        tell(stage, tx, admin, at, NotificationKind::DefinitionChanged, (&title, &body, &link), false).await?;
    }
    Ok(())
}

/// A rule that allows a whole server to everybody, from which the others differ.
pub(super) fn rule(stage: &Stage<'_>, at: DateTime<Utc>, which: Which) -> Rule {
    Rule {
        id: RuleId::generate(&stage.at(at)),
        principal: Principal::everyone(),
        effect: Effect::Allow,
        servers: vec![stage.server(which).id],
        scope: RuleScope::All,
        conditions: None,
        cedar: None,
        mode: RuleMode::Enforce,
        starts_at: None,
        ends_at: None,
        notes: String::new(),
        enabled: true,
        request_id: None,
        created_by: Some(stage.person(Who::Astrid).id),
        created_at: at,
        updated_at: at,
    }
}

/// Writes a rule and its event.
pub(super) async fn put_rule(stage: &mut Stage<'_>, tx: &mut Tx, by: Who, rule: Rule) -> Result<()> {
    let at = rule.created_at;
    store::rules::insert(tx, &rule).await?;
    let rule = one_view(tx, rule, at).await?;
    note_version(tx, RuleChangeKind::Created, None, &rule, &actor(stage.person(by)), at).await?;
    let event = rule_event(tx, stage.event(at, by, AuditAction::PolicyCreated), &rule).await?;
    stage.record(at, event);
    stage.rules.push(rule.rule);
    Ok(())
}

/// What an argument of a call is compared with.
fn one_of(path: &str, values: &[&str]) -> Condition {
    let values = values.iter().map(|value| Value::Text((*value).to_owned())).collect();
    Condition::Test(Test { path: path.to_owned(), operator: Operator::In, value: Some(Value::List(values)) })
}

async fn write_rules(stage: &mut Stage<'_>, tx: &mut Tx) -> Result<()> {
    let group = |stage: &Stage<'_>, n: usize| Principal::group(stage.groups[n].0.id);
    let user = |stage: &Stage<'_>, who: Who| Principal::user(stage.person(who).id);
    let tools = |names: &[&str]| RuleScope::tools(names.iter().map(|name| (*name).to_owned()));
    let reading = RuleScope::tools(stage.offered(&["search_issues", "read_file", "echo"]));
    let at = stage.day(29, 13, 30);
    let later = stage.day(18, 10, 15);
    let rules = [
        Rule { scope: reading, notes: "Everybody may look things up".to_owned(), ..rule(stage, at, Which::Handbook) },
        Rule {
            principal: group(stage, ENGINEERING),
            notes: "Day-to-day work of the product teams".to_owned(),
            ..rule(stage, stage.day(28, 13, 20), Which::Issues)
        },
        Rule {
            principal: group(stage, ENGINEERING),
            scope: tools(&["*_file"]),
            notes: "Files only; nothing else of this server".to_owned(),
            ..rule(stage, at, Which::Files)
        },
        Rule {
            principal: group(stage, DATA),
            notes: "Approved by the data owner".to_owned(),
            ..rule(stage, at, Which::Warehouse)
        },
        Rule {
            principal: user(stage, Who::Henrik),
            ends_at: Some(stage.day(5, 18, 0)),
            notes: "For the route review of this quarter".to_owned(),
            ..rule(stage, later, Which::Warehouse)
        },
        Rule { principal: group(stage, SUPPORT), ..rule(stage, at, Which::Desk) },
        Rule {
            principal: user(stage, Who::Daniel),
            effect: Effect::Deny,
            scope: tools(&["write_*"]),
            notes: "Until the training is done".to_owned(),
            ..rule(stage, later, Which::Desk)
        },
        Rule {
            principal: group(stage, PILOT),
            ends_at: Some(stage.now + TimeDelta::days(21)),
            notes: "The pilot ends with the quarter".to_owned(),
            ..rule(stage, later, Which::Weather)
        },
        Rule {
            principal: group(stage, FINANCE),
            notes: "Accounting".to_owned(),
            ..rule(stage, stage.day(26, 13, 0), Which::Payroll)
        },
        Rule {
            servers: Vec::new(),
            effect: Effect::Deny,
            scope: tools(&["delete_*"]),
            notes: "Nothing is deleted by an assistant".to_owned(),
            ..rule(stage, at, Which::Files)
        },
        Rule {
            effect: Effect::Deny,
            conditions: Some(one_of("payload.table", &["salaries", "bank_accounts"])),
            notes: "These tables are not for assistants, whatever else somebody may read".to_owned(),
            ..rule(stage, later, Which::Warehouse)
        },
        Rule {
            principal: group(stage, DATA),
            servers: [Which::Issues, Which::Desk].map(|which| stage.server(which).id).into(),
            scope: tools(&["search_*"]),
            notes: "To find what the numbers mean".to_owned(),
            ..rule(stage, later, Which::Issues)
        },
        Rule {
            principal: Principal::attribute(PersonAttribute::Department, vec!["Operations".to_owned()]),
            notes: "Dispatch needs it whether or not the pilot goes on".to_owned(),
            ..rule(stage, later, Which::Weather)
        },
        Rule {
            effect: Effect::Deny,
            mode: RuleMode::Monitor,
            conditions: Some(Condition::Test(Test {
                path: "meta.request.time".to_owned(),
                operator: Operator::NotBetweenTimes,
                value: Some(Value::Text("Mon-Fri 07:00-19:00 Europe/Berlin".to_owned())),
            })),
            notes: "Whom would it hit if files could be used in office hours only?".to_owned(),
            ..rule(stage, later, Which::Files)
        },
        Rule {
            principal: user(stage, Who::Noor),
            enabled: false,
            notes: "Asked for by mail; waits for the brand guidelines".to_owned(),
            ..rule(stage, later, Which::Files)
        },
    ];
    for rule in rules {
        put_rule(stage, tx, Who::Astrid, rule).await?;
    }
    Ok(())
}
