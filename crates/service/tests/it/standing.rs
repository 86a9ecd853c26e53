//! Who has access to what now, and blocking somebody whatever gives them access.

use chrono::TimeDelta;
use domain::{
    AuditAction, Effect, GroupKind, NewRule, PageQuery, PersonAttribute, Principal, PrincipalKind, Role, RuleMode,
    RuleScope, ServerAccess, ServerId,
};
use store::Db;

use crate::governance::{Org, allow, fixture, tools};
use crate::world::{code, problem};

/// A group with Ada and Eve that may use the server.
async fn opened_group(org: &Org, server: &domain::Server) -> domain::Group {
    let (services, root) = (org.services(), org.as_root());
    let group = services.create_group(&root, GroupKind::Group, "Support", "").await.unwrap();
    for person in [&org.ada, &org.eve] {
        services.add_group_member(&root, group.id, person.id).await.unwrap();
    }
    services.create_rule(&root, allow(server, Principal::group(group.id), RuleScope::All)).await.unwrap();
    group
}

/// Name, whether it is open, tools, and the rules that say so.
fn said(access: &[ServerAccess]) -> Vec<(&str, bool, u32, Vec<domain::RuleId>)> {
    let ids = |access: &ServerAccess| access.standing.rules.iter().map(|view| view.rule.id).collect();
    access
        .iter()
        .map(|one| (one.server_name.as_str(), one.standing.allowed, one.standing.tools_allowed, ids(one)))
        .collect()
}

testkit::both_engines! {
    async fn who_is_blocked_stays_out_whatever_opens(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let group = opened_group(&org, &tracker).await;
        let may = || [org.ada.id, org.eve.id].map(|user| org.may_call(user, "tracker", "echo"));
        assert_eq!(may(), [true, true]);

        let made = services.block_on_server(&root, tracker.id, Principal::user(org.ada.id)).await.unwrap();
        assert_eq!(may(), [false, true]);
        assert!(made.made);
        assert_eq!((made.rule.rule.effect, made.rule.rule.notes.as_str()), (Effect::Deny, "Blocked on Tracker"));
        assert_eq!(services.rule_versions(&root, made.rule.rule.id).await.unwrap().len(), 1);
        let events = recorded(&org).await;
        let again = services.block_on_server(&root, tracker.id, Principal::user(org.ada.id)).await.unwrap();
        assert_eq!((again.made, again.rule), (false, made.rule.clone()));
        assert_eq!(recorded(&org).await, events, "nothing was done");

        services.unblock_on_server(&root, tracker.id, Principal::user(org.ada.id)).await.unwrap();
        assert_eq!(may(), [true, true]);
        assert_eq!(code(services.rule(&root, made.rule.rule.id).await), "not_found");
        services.unblock_on_server(&root, tracker.id, Principal::user(org.ada.id)).await.unwrap();
        // What is switched off, watches only, has conditions, an end or other people does not block for good.
        let deny = NewRule { effect: Effect::Deny, ..allow(&tracker, Principal::user(org.ada.id), RuleScope::All) };
        let both = Principal::named(PrincipalKind::User, vec![org.ada.id.to_string(), org.eve.id.to_string()]);
        let condition = serde_json::from_str(r#"{"path":"payload.text","operator":"equals","value":"x"}"#).unwrap();
        for other in [
            NewRule { enabled: false, ..deny.clone() },
            NewRule { mode: RuleMode::Monitor, ..deny.clone() },
            NewRule { conditions: Some(condition), ..deny.clone() },
            NewRule { ends_at: Some(org.world.now() + TimeDelta::days(1)), ..deny.clone() },
            NewRule { scope: tools(&["echo"]), ..deny.clone() },
            NewRule { principal: both, ..deny },
        ] {
            services.create_rule(&root, other).await.unwrap();
        }
        assert!(services.block_on_server(&root, tracker.id, Principal::user(org.ada.id)).await.unwrap().made);

        // A group is blocked as a whole.
        let blocked = services.block_on_server(&root, tracker.id, Principal::group(group.id)).await.unwrap();
        assert_eq!((may(), blocked.rule.principal_name.as_str()), ([false, false], "Support"));
        for nobody in [Principal::everyone(), Principal::named(PrincipalKind::User, Vec::new()), Principal::job_role(group.id)] {
            let refused = problem(services.block_on_server(&root, tracker.id, nobody).await);
            assert!(refused.of_field("principal").is_some(), "{refused:?}");
        }
        let nowhere = ServerId::generate(org.world.env.as_ref());
        assert_eq!(code(services.block_on_server(&root, nowhere, Principal::user(org.ada.id)).await), "not_found");
    }

    async fn of_several_who_block_at_once_one_does(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let block = || services.block_on_server(&root, tracker.id, Principal::user(org.ada.id));
        let (a, b, c, d) = tokio::join!(block(), block(), block(), block());
        let all = [a, b, c, d].map(Result::unwrap);
        assert_eq!(all.iter().filter(|one| one.made).count(), 1);
        assert!(all.iter().all(|one| one.rule.rule.id == all[0].rule.rule.id));
        assert_eq!(services.rules(&root, Some(tracker.id), None).await.unwrap().len(), 1);
        assert_eq!(org.world.count(AuditAction::PolicyCreated).await, 1);
    }

    async fn the_block_of_many_is_lifted_by_those_who_have_seen_whom(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let group = opened_group(&org, &tracker).await;
        for n in 0..4 {
            let person = org.world.person(&format!("Person {n}"), Role::User).await;
            services.add_group_member(&root, group.id, person.id).await.unwrap();
        }
        let who = Principal::group(group.id);
        let rule = services.block_on_server(&root, tracker.id, who.clone()).await.unwrap().rule.rule.id;
        let refused = services.unblock_on_server(&root, tracker.id, who.clone()).await;
        assert_eq!(problem(refused).code(), "rule.seen");
        assert_eq!(services.blocks_on_server(&root, tracker.id, &who).await.unwrap(), [rule]);
        let told = services.preview_rule(&root, &domain::RuleDraft { id: Some(rule), rule: None }).await.unwrap();
        assert_eq!((told.gaining, told.wide), (6, true));
        let seen = root.clone().having_seen(Some(told.mark));
        services.unblock_on_server(&seen, tracker.id, who.clone()).await.unwrap();
        assert_eq!(services.blocks_on_server(&root, tracker.id, &who).await.unwrap(), []);
    }

    async fn of_several_who_unblock_at_once_one_does(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        for _ in 0..4 {
            services.block_on_server(&root, tracker.id, Principal::user(org.ada.id)).await.unwrap();
            let unblock = || services.unblock_on_server(&root, tracker.id, Principal::user(org.ada.id));
            let (a, b, c, d) = tokio::join!(unblock(), unblock(), unblock(), unblock());
            assert_eq!([a, b, c, d].map(|done| done.is_ok()), [true; 4], "nobody is told that the rule is gone");
            assert_eq!(services.rules(&root, None, None).await.unwrap(), []);
        }
        assert_eq!(org.world.count(AuditAction::PolicyDeleted).await, 4);
    }

    async fn access_of_a_person_is_what_all_rules_come_to(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let mut servers = Vec::new();
        for name in ["Attribute", "Blocked", "Direct", "Group", "Job", "Nothing", "Off"] {
            servers.push(org.server(name, &fixture.url()).await);
        }
        let [attribute, blocked, direct, by_group, job, _, off] = servers.as_slice() else { panic!("seven") };
        let group = opened_group(&org, by_group).await;
        let role = services.create_group(&root, GroupKind::JobRole, "Nurse", "").await.unwrap();
        services.add_group_member(&root, role.id, org.ada.id).await.unwrap();
        let end = org.world.now() + TimeDelta::days(20);
        let make = async |rule: NewRule| services.create_rule(&root, rule).await.unwrap().rule.id;
        let department = Principal::attribute(PersonAttribute::Department, vec!["Engineering".to_owned()]);
        let ada = || Principal::user(org.ada.id);
        let by_attribute = make(allow(attribute, department, RuleScope::All)).await;
        let ends = make(NewRule { ends_at: Some(end), ..allow(direct, ada(), tools(&["echo"])) }).await;
        let by_role = make(allow(job, Principal::job_role(role.id), RuleScope::All)).await;
        make(allow(blocked, ada(), RuleScope::All)).await;
        make(allow(off, ada(), RuleScope::All)).await;
        // A tool is denied everybody, everywhere.
        make(NewRule { scope: tools(&["add"]), ..NewRule::new(Principal::everyone(), Effect::Deny, None) }).await;
        let block = services.block_on_server(&root, blocked.id, ada()).await.unwrap().rule.rule.id;
        services.disable_server(&root, off.id).await.unwrap();

        let access = services.access_of_user(&root, org.ada.id).await.unwrap();
        let by_group_rule = access[3].standing.rules[0].rule.id;
        let all = access[0].standing.tools;
        assert!(all > 2, "the fixture has tools");
        assert_eq!(said(&access), [
            ("Attribute", true, all - 1, vec![by_attribute]),
            ("Blocked", false, 0, vec![block]),
            ("Direct", true, 1, vec![ends]),
            ("Group", true, all - 1, vec![by_group_rule]),
            ("Job", true, all - 1, vec![by_role]),
        ]);
        assert_eq!(access.iter().map(|one| one.standing.block).collect::<Vec<_>>(), [None, Some(block), None, None, None]);
        assert_eq!(access.iter().map(|one| one.standing.until).collect::<Vec<_>>(), [None, None, Some(end), None, None]);
        assert_eq!(access[3].standing.rules[0].principal_name, "Support");
        for one in &access {
            let slug = one.server_name.to_lowercase();
            assert_eq!(org.may_call(org.ada.id, &slug, "echo"), one.standing.allowed, "{slug}");
        }
        // The rule without an end outlasts the other.
        make(allow(direct, ada(), tools(&["echo"]))).await;
        let later = services.access_of_user(&root, org.ada.id).await.unwrap();
        assert_eq!((later[2].standing.until, later[2].standing.rules.len()), (None, 2));
        // Whether a condition is met is another matter for each call.
        let condition = serde_json::from_str(r#"{"path":"payload.text","operator":"equals","value":"x"}"#).unwrap();
        make(NewRule { conditions: Some(condition), ..allow(direct, ada(), tools(&["get_*"])) }).await;
        let conditional = services.access_of_user(&root, org.ada.id).await.unwrap();
        assert_eq!(conditional.iter().map(|one| one.standing.conditional).collect::<Vec<_>>(), [false, false, true, false, false]);

        // A group: what its own rules say.
        services.block_on_server(&root, attribute.id, Principal::group(group.id)).await.unwrap();
        let of_group = services.access_of_group(&root, group.id).await.unwrap();
        assert_eq!(of_group.iter().map(|one| (one.server_name.as_str(), one.standing.allowed, one.standing.tools_allowed)).collect::<Vec<_>>(), [
            ("Attribute", false, 0),
            ("Group", true, all),
        ]);
        assert!(of_group[0].standing.block.is_some());
        assert_eq!(said(&services.access_of_group(&root, role.id).await.unwrap()), [("Job", true, all, vec![by_role])]);

        assert_eq!(code(services.access_of_user(&org.as_eve(), org.ada.id).await), "forbidden");
        services.suspend_user(&root, org.ada.id).await.unwrap();
        assert_eq!(services.access_of_user(&root, org.ada.id).await.unwrap(), []);
    }

    async fn people_see_what_is_open_to_them_and_no_rules(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let (tracker, wiki) = (org.server("Tracker", &fixture.url()).await, org.server("Wiki", &fixture.url()).await);
        let both = Principal::named(PrincipalKind::User, vec![org.ada.id.to_string(), org.eve.id.to_string()]);
        let end = org.world.now() + TimeDelta::days(20);
        let allowing = NewRule {
            notes: "both are on probation".to_owned(),
            ends_at: Some(end),
            ..allow(&tracker, both, tools(&["echo"]))
        };
        services.create_rule(&root, allowing).await.unwrap();
        services.block_on_server(&root, wiki.id, Principal::user(org.ada.id)).await.unwrap();

        let whole = services.access_of_user(&root, org.ada.id).await.unwrap();
        assert_eq!(whole.iter().map(|one| one.standing.allowed).collect::<Vec<_>>(), [true, false]);
        assert_eq!(whole[0].standing.rules[0].rule.notes, "both are on probation");
        let own = services.access_of_user(&org.as_ada(), org.ada.id).await.unwrap();
        assert_eq!(said(&own), [("Tracker", true, 1, Vec::new())]);
        assert_eq!((own[0].standing.until, own[0].standing.tools), (Some(end), whole[0].standing.tools));
        let profile = services.user(&org.as_ada(), org.ada.id).await.unwrap();
        let told = serde_json::to_string(&(&own, &profile)).unwrap();
        for secret in ["probation", "Wiki", "Blocked", org.eve.id.to_string().as_str(), "Eve", org.root.id.to_string().as_str()] {
            assert!(!told.contains(secret), "{secret}: {told}");
        }
        assert_eq!(services.user(&root, org.ada.id).await.unwrap().rules.len(), 2);
    }

    async fn a_global_deny_is_told_where_something_would_be_open(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let (tracker, _) = (org.server("Tracker", &fixture.url()).await, org.server("Wiki", &fixture.url()).await);
        org.opened(&tracker, &org.ada, RuleScope::All).await;
        let deny = services.create_rule(&root, NewRule::new(Principal::everyone(), Effect::Deny, None)).await.unwrap();
        let access = services.access_of_user(&root, org.ada.id).await.unwrap();
        assert_eq!(said(&access), [("Tracker", false, 0, vec![deny.rule.id])]);
        assert_eq!(access[0].standing.block, None, "it is not about her alone");
        assert_eq!(services.access_of_user(&root, org.eve.id).await.unwrap(), []);
        let audience = services.access_of_server(&root, tracker.id, &PageQuery::default()).await.unwrap();
        assert_eq!(audience.total, 0);
    }

    async fn everybody_with_access_is_listed_in_pages(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        opened_group(&org, &tracker).await;
        let direct = org.opened(&tracker, &org.root, tools(&["echo"])).await.rule.id;
        let page = |cursor| PageQuery { cursor, limit: Some(2) };
        let first = services.access_of_server(&root, tracker.id, &page(None)).await.unwrap();
        let names = |audience: &domain::Audience| {
            audience.page.data.iter().map(|one| one.person_name.clone()).collect::<Vec<_>>()
        };
        assert_eq!((first.total, names(&first)), (3, vec!["Ada".to_owned(), "Eve".to_owned()]));
        assert_eq!(first.page.data[0].standing.rules[0].principal_name, "Support");
        let second = services.access_of_server(&root, tracker.id, &page(first.page.next_cursor)).await.unwrap();
        assert_eq!((second.total, names(&second)), (3, vec!["Root".to_owned()]));
        let standing = &second.page.data[0].standing;
        assert_eq!((standing.tools_allowed, standing.rules[0].rule.id), (1, direct));
        assert_eq!(second.page.next_cursor, None);

        services.block_on_server(&root, tracker.id, Principal::user(org.ada.id)).await.unwrap();
        services.suspend_user(&root, org.eve.id).await.unwrap();
        let left = services.access_of_server(&root, tracker.id, &PageQuery::default()).await.unwrap();
        assert_eq!((left.total, names(&left)), (1, vec!["Root".to_owned()]));
        services.disable_server(&root, tracker.id).await.unwrap();
        let off = services.access_of_server(&root, tracker.id, &PageQuery::default()).await.unwrap();
        assert_eq!((off.total, off.page.data), (0, Vec::new()));
    }
}

async fn recorded(org: &Org) -> usize {
    org.world.recorded().await
}
