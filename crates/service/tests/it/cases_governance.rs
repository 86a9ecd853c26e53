//! Catalog, requests, reviews, servers, rules, connectors, the demonstration.

use domain::Capability::{ManagePolicies, ManageRequests, ManageServers, ManageUsers};
use domain::{
    Approval, NewRequest, NewServer, PageQuery, Principal, Question, Rejection, RequestFilter, RequestId, RequestKind,
    RuleDraft, RuleId, RuleScope, Scope, Server, ServerFilter, ServerId, TargetKind, User,
};
use store::tests::Subject;

use crate::coverage::{Case, Leaves, Needs, case};
use crate::governance::{NOWHERE, allow, new_request};
use crate::world::World;

const REQUESTS: Needs = Needs::Right(&[ManageRequests]);
const SERVERS: Needs = Needs::Right(&[ManageServers]);
const POLICIES: Needs = Needs::Right(&[ManagePolicies]);
const DRAFTS: Leaves = Leaves::NothingBut("drafts are private notes");

/// What the rows act on.
pub(crate) struct Scene {
    /// An active server that everybody may use.
    server: Server,
    /// The digest of its last test.
    digest: String,
    rule: RuleId,
    /// A rule with an end.
    ending: RuleId,
    /// Requests of the target: to look at and test, to approve (access), to reject.
    request: RequestId,
    access: RequestId,
    rejected: RequestId,
    /// A request of the actor.
    own: RequestId,
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}/mcp")
}

fn access_to(server: ServerId) -> NewRequest {
    NewRequest {
        kind: Some(RequestKind::Access),
        server_id: Some(server),
        why_needed: "Bug reports".to_owned(),
        ..NewRequest::default()
    }
}

impl Scene {
    pub(crate) async fn new(world: &World, actor: &User, target: &User) -> Self {
        let (services, operator) = (&world.services, world.operator());
        let new = NewServer { name: "Tracker".to_owned(), url: url(9), ..NewServer::default() };
        let server = services.create_server(&operator, new).await.unwrap();
        // Nothing has to run for a report of a test that passed.
        let report = testkit::build::report(world.env.as_ref(), &["echo"]);
        let digest = report.definitions_digest.clone().unwrap();
        let mut tx = world.db.begin().await.unwrap();
        store::tests::insert(&mut tx, Subject::Server(server.id), &report, None).await.unwrap();
        tx.commit().await.unwrap();
        let server = services.pin_definitions(&operator, server.id, &digest).await.unwrap().server;
        let rule = allow(&server, Principal::everyone(), RuleScope::All);
        let ending = domain::NewRule { ends_at: Some(world.now() + chrono::TimeDelta::days(5)), ..rule.clone() };
        let ending = services.create_rule(&operator, ending).await.unwrap().rule.id;
        let rule = services.create_rule(&operator, rule).await.unwrap().rule.id;
        let ask = async |who: &User, new| services.submit_request(&world.as_user(who), new, None).await.unwrap().id;
        Self {
            request: ask(target, new_request("Looked at", &url(10))).await,
            access: ask(target, access_to(server.id)).await,
            rejected: ask(target, new_request("Rejected", &url(11))).await,
            own: ask(actor, new_request("Own", &url(12))).await,
            server,
            digest,
            rule,
            ending,
        }
    }
}

fn approval() -> Approval {
    Approval {
        scope: Scope::Server,
        definitions_digest: None,
        ends_at: None,
        notes: String::new(),
        allow_private: false,
        slug: None,
    }
}

fn rejection() -> Rejection {
    Rejection {
        reason: "The vendor keeps our data in a region that we must not use.".to_owned(),
        ..Rejection::default()
    }
}

fn renamed() -> NewServer {
    NewServer { name: "Renamed".to_owned(), url: url(9), ..NewServer::default() }
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        // Reading.
        case!("catalog", Needs::Account, Leaves::Nothing, |s, c, x| s.catalog(c, "", None)),
        case!("servers_here", Needs::Account, Leaves::Nothing, |s, c, x| s.servers_here(c, "tracker")),
        case!("catalog_entry", Needs::Account, Leaves::Nothing, |s, c, x| s.catalog_entry(c, "com.github/mcp")),
        case!("draft", Needs::Account, Leaves::Nothing, |s, c, x| s.draft(c, "custom")),
        case!("drafts", Needs::Account, Leaves::Nothing, |s, c, x| s.drafts(c)),
        case!("duplicates", Needs::Account, Leaves::Nothing, |s, c, x| s.duplicates(c, &new_request("x", NOWHERE))),
        case!("requests", Needs::Account, Leaves::Nothing, |s, c, x| s.requests(
            c,
            &RequestFilter::default(),
            &PageQuery::default()
        )),
        case!("request", REQUESTS, Leaves::Nothing, |s, c, x| s.request(c, x.scene.request)),
        case!("request_history", REQUESTS, Leaves::Nothing, |s, c, x| s.request_history(c, x.scene.request)),
        case!("review", REQUESTS, Leaves::Nothing, |s, c, x| s.review(c, x.scene.request)),
        case!("connectors", Needs::Account, Leaves::Nothing, |s, c, x| s.connectors(c)),
        case!("connector", Needs::Account, Leaves::Nothing, |s, c, x| s.connector(c, "tracker")),
        case!("can_use", Needs::Account, Leaves::Nothing, |s, c, x| s.can_use(c, x.scene.server.id)),
        case!("access_ends", Needs::Account, Leaves::Nothing, |s, c, x| s.access_ends(c, x.scene.server.id, &[])),
        case!("servers", SERVERS, Leaves::Nothing, |s, c, x| s.servers(
            c,
            &ServerFilter::default(),
            &PageQuery::default()
        )),
        case!("server", SERVERS, Leaves::Nothing, |s, c, x| s.server(c, x.scene.server.id)),
        case!("server_by_slug", SERVERS, Leaves::Nothing, |s, c, x| s.server_by_slug(c, x.scene.server.slug.as_str())),
        case!("rules", POLICIES, Leaves::Nothing, |s, c, x| s.rules(c, None, None)),
        case!("rule", POLICIES, Leaves::Nothing, |s, c, x| s.rule(c, x.scene.rule)),
        case!("rule_cedar", POLICIES, Leaves::Nothing, |s, c, x| s.rule_cedar(c, x.scene.rule)),
        case!("explain", POLICIES, Leaves::Nothing, |s, c, x| s.explain(
            c,
            Question {
                person: x.actor.id,
                server: x.scene.server.id,
                kind: TargetKind::Server,
                name: String::new(),
                at: None,
                arguments: String::new(),
                ip: String::new(),
                client: String::new(),
                client_version: String::new()
            }
        )),
        case!("access_of_user", Needs::Right(&[ManagePolicies, ManageUsers]), Leaves::Nothing, |s, c, x| s
            .access_of_user(c, x.target.id)),
        case!("access_of_group", Needs::Right(&[ManagePolicies, ManageUsers]), Leaves::Nothing, |s, c, x| s
            .access_of_group(c, x.group)),
        case!("access_of_server", Needs::Right(&[ManagePolicies, ManageServers]), Leaves::Nothing, |s, c, x| s
            .access_of_server(c, x.scene.server.id, &PageQuery::default())),
        case!("rule_versions", POLICIES, Leaves::Nothing, |s, c, x| s.rule_versions(c, x.scene.rule)),
        case!("draft_cedar", POLICIES, Leaves::Nothing, |s, c, x| s
            .draft_cedar(c, allow(&x.scene.server, Principal::everyone(), RuleScope::All))),
        case!("rule_warnings", POLICIES, Leaves::Nothing, |s, c, x| s
            .rule_warnings(c, &allow(&x.scene.server, Principal::everyone(), RuleScope::All))),
        case!("preview_rules", POLICIES, Leaves::Nothing, |s, c, x| s
            .preview_rules(c, &[RuleDraft { id: Some(x.scene.rule), rule: None }])),
        case!("drafts_of_switch", POLICIES, Leaves::Nothing, |s, c, x| s.drafts_of_switch(c, &[x.scene.rule], false)),
        case!("preview_rule", POLICIES, Leaves::Nothing, |s, c, x| s
            .preview_rule(c, &RuleDraft { id: Some(x.scene.rule), rule: None })),
        case!("simulate", POLICIES, Leaves::Nothing, |s, c, x| s.simulate(
            c,
            &[RuleDraft { id: Some(x.scene.rule), rule: None }],
            1
        )),
        // There is somebody already, so nothing is written; the tests of the demonstration make one.
        case!("seed_demo", Needs::Local, Leaves::Nothing, |s, c, x| s.seed_demo(c, NOWHERE)),
        // Changing.
        case!("save_draft", Needs::Account, DRAFTS, |s, c, x| s.save_draft(c, "custom", new_request("x", ""))),
        case!("discard_draft", Needs::Account, DRAFTS, |s, c, x| s.discard_draft(c, "custom")),
        case!("submit_request", Needs::Account, Leaves::Event, |s, c, x| s.submit_request(
            c,
            new_request("Another", &url(13)),
            None
        )),
        case!("withdraw_request", Needs::Account, Leaves::Event, |s, c, x| s.withdraw_request(c, x.scene.own)),
        case!("test_request", REQUESTS, Leaves::Event, |s, c, x| s.test_request(c, x.scene.request, false)),
        case!("approve_request", REQUESTS, Leaves::Event, |s, c, x| s.approve_request(c, x.scene.access, approval())),
        case!("reject_request", REQUESTS, Leaves::Event, |s, c, x| s.reject_request(c, x.scene.rejected, rejection())),
        case!("create_server", SERVERS, Leaves::Event, |s, c, x| s
            .create_server(c, NewServer { name: "Second".to_owned(), ..renamed() })),
        case!("pin_definitions", SERVERS, Leaves::Event, |s, c, x| s.pin_definitions(
            c,
            x.scene.server.id,
            &x.scene.digest
        )),
        case!("test_server", SERVERS, Leaves::Event, |s, c, x| s.test_server(c, x.scene.server.id)),
        case!("update_server", SERVERS, Leaves::Event, |s, c, x| s.update_server(c, x.scene.server.id, renamed())),
        case!("set_server_limits", SERVERS, Leaves::Event, |s, c, x| s.set_server_limits(
            c,
            x.scene.server.id,
            domain::ProtocolChoice::Auto,
            domain::ServerLimits::default()
        )),
        case!("disable_server", SERVERS, Leaves::Event, |s, c, x| s.disable_server(c, x.scene.server.id)),
        case!("enable_server", SERVERS, Leaves::Event, |s, c, x| s.enable_server(c, x.scene.server.id)),
        case!("block_on_server", POLICIES, Leaves::Event, |s, c, x| s.block_on_server(
            c,
            x.scene.server.id,
            Principal::user(x.target.id)
        )),
        case!("blocks_on_server", POLICIES, Leaves::Nothing, |s, c, x| s.blocks_on_server(
            c,
            x.scene.server.id,
            &Principal::user(x.target.id)
        )),
        case!("unblock_on_server", POLICIES, Leaves::Event, |s, c, x| s.unblock_on_server(
            c,
            x.scene.server.id,
            Principal::user(x.target.id)
        )),
        case!("extend_rule", POLICIES, Leaves::Event, |s, c, x| s.extend_rule(c, x.scene.ending, 30)),
        case!("create_rule", POLICIES, Leaves::Event, |s, c, x| s
            .create_rule(c, allow(&x.scene.server, Principal::everyone(), RuleScope::All))),
        case!("update_rule_read_at", POLICIES, Leaves::Event, |s, c, x| s.update_rule_read_at(
            c,
            x.scene.rule,
            allow(&x.scene.server, Principal::everyone(), RuleScope::All),
            None
        )),
        case!("update_rule", POLICIES, Leaves::Event, |s, c, x| s.update_rule(
            c,
            x.scene.rule,
            allow(&x.scene.server, Principal::everyone(), RuleScope::All)
        )),
        case!("switch_rules", POLICIES, Leaves::Event, |s, c, x| s.switch_rules(c, &[x.scene.rule], false)),
        case!("delete_rule", POLICIES, Leaves::Event, |s, c, x| s.delete_rule(c, x.scene.rule)),
        case!("delete_server", SERVERS, Leaves::Event, |s, c, x| s.delete_server(c, x.scene.server.id)),
    ]
}
