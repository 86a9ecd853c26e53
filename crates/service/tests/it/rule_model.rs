//! Rules that name several people and servers, with conditions; their versions; explanations of both.

use chrono::TimeDelta;
use domain::{
    AuditAction, Bearing, Condition, Decision, Effect, GroupKind, NewRule, NotificationKind, PersonAttribute,
    Principal, PrincipalKind, Question, RuleChangeKind, RuleMode, RuleScope, TargetKind, TestOutcome,
};
use store::Db;

use crate::explain::question;
use crate::governance::{Org, allow, fixture, tools};
use crate::world::{code, problem};

fn condition(json: &str) -> Condition {
    serde_json::from_str(json).unwrap()
}

fn both(org: &Org) -> Principal {
    Principal::named(PrincipalKind::User, vec![org.ada.id.to_string(), org.eve.id.to_string()])
}

testkit::both_engines! {
    async fn a_rule_is_about_all_whom_it_names(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let (tracker, wiki) = (org.server("Tracker", &fixture.url()).await, org.server("Wiki", &fixture.url()).await);
        let ids = [org.ada.id, org.eve.id, org.ada.id].map(|id| id.to_string()).to_vec();
        let new = NewRule { servers: vec![tracker.id, wiki.id, tracker.id],
            ..allow(&tracker, Principal::named(PrincipalKind::User, ids), RuleScope::All) };
        let made = services.create_rule(&root, new).await.unwrap();
        assert_eq!((made.principal_name.as_str(), made.server_name.as_str()), ("Ada, Eve", "Tracker, Wiki"));
        assert_eq!((made.rule.principal.ids.len(), made.rule.servers.len()), (2, 2), "everything once");
        let may = |user, slug| org.may_call(user, slug, "echo");
        for user in [org.ada.id, org.eve.id] {
            assert!(may(user, "tracker") && may(user, "wiki"));
        }
        assert!(!may(org.root.id, "wiki"));
        assert_eq!(services.connectors(&org.as_ada()).await.unwrap().len(), 2);
        assert_eq!(services.user(&root, org.eve.id).await.unwrap().rules.len(), 1);

        // Who loses something is told so, and only of what nothing else gives.
        let kept = org.opened(&wiki, &org.ada, RuleScope::All).await;
        services.switch_rules(&root, &[made.rule.id], false).await.unwrap();
        let title = async |user| {
            let messages = org.messages(user).await;
            assert_eq!((messages.len(), messages[0].kind), (1, NotificationKind::AccessEnded));
            messages[0].title.clone()
        };
        assert_eq!(title(&org.ada).await, "Your access to Tracker has ended");
        assert_eq!(title(&org.eve).await, "Your access to Tracker, Wiki has ended");
        services.switch_rules(&root, &[made.rule.id], true).await.unwrap();

        // A server that goes is taken out of it, and the rule becomes no other.
        let before = org.world.count(AuditAction::PolicyUpdated).await;
        assert_eq!(org.world.count(AuditAction::PolicyDeleted).await, 0);
        services.delete_server(&root, wiki.id).await.unwrap();
        assert_eq!(services.rule(&root, made.rule.id).await.unwrap().rule.servers, [tracker.id]);
        assert_eq!(org.world.count(AuditAction::PolicyUpdated).await, before + 1);
        assert_eq!(code(services.rule(&root, kept.rule.id).await), "not_found");
        assert_eq!(org.world.count(AuditAction::PolicyDeleted).await, 1);
        let deleted = org.world.newest(AuditAction::PolicyDeleted).await;
        assert_eq!(deleted.row.resource.as_ref().unwrap().id, Some(kept.rule.id.to_string()));
        assert_eq!((deleted.row.actor.id, deleted.row.server_id), (Some(org.root.id), Some(wiki.id)));
        assert!(deleted.args.unwrap().contains("Wiki"), "it says what the rule was");
        assert!(may(org.eve.id, "tracker"));
        let last = services.rule_versions(&root, made.rule.id).await.unwrap().remove(0);
        assert_eq!((last.change, last.rule.rule.servers.len()), (RuleChangeKind::Updated, 1));
        assert_eq!(services.rule_versions(&root, kept.rule.id).await.unwrap()[0].change, RuleChangeKind::Deleted);
    }

    async fn of_rules_that_end_together_each_person_is_told_once(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let (tracker, wiki) = (org.server("Tracker", &fixture.url()).await, org.server("Wiki", &fixture.url()).await);
        let group = services.create_group(&root, GroupKind::Group, "Team", "").await.unwrap();
        services.add_group_member(&root, group.id, org.eve.id).await.unwrap();
        services.create_rule(&root, allow(&wiki, Principal::group(group.id), RuleScope::All)).await.unwrap();
        let mut ids = Vec::new();
        for server in [&tracker, &wiki, &tracker] {
            ids.push(services.create_rule(&root, allow(server, both(&org), RuleScope::All)).await.unwrap().rule.id);
        }
        services.switch_rules(&root, &ids, false).await.unwrap();
        let titles = async |user| {
            org.messages(user).await.into_iter().map(|message| message.title).collect::<Vec<_>>()
        };
        assert_eq!(titles(&org.ada).await, ["Your access to Tracker, Wiki has ended"]);
        assert_eq!(titles(&org.eve).await, ["Your access to Tracker has ended"], "her group keeps the other one");
    }

    async fn a_rule_may_ask_for_what_is_known_of_people(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let department = services.user(&root, org.ada.id).await.unwrap().user.department;
        let values = vec!["Nobody's".to_owned(), "Sales".to_owned()];
        let rule = allow(&tracker, Principal::attribute(PersonAttribute::Department, values), RuleScope::All);
        let made = services.create_rule(&root, rule).await.unwrap();
        assert_eq!(made.principal_name, "department: Nobody's, Sales");
        let may = || org.may_call(org.ada.id, "tracker", "echo");
        assert!(!may(), "she is in {department}");
        let user = services.user(&root, org.ada.id).await.unwrap().user;
        let new = domain::NewUser { email: user.email.to_string(), name: user.name, department: "Sales".to_owned(),
            ..domain::NewUser::default() };
        services.update_user(&root, org.ada.id, new.clone()).await.unwrap();
        assert!(may());
        let rules = services.user(&root, org.ada.id).await.unwrap().rules;
        assert_eq!(rules.iter().map(|view| view.rule.id).collect::<Vec<_>>(), [made.rule.id]);
        services.update_user(&root, org.ada.id, domain::NewUser { department: "Legal".to_owned(), ..new }).await.unwrap();
        assert!(!may());

        // By the name of a job role, in a condition.
        let nurse = services.create_group(&root, GroupKind::JobRole, "Nurse", "").await.unwrap();
        let asks = NewRule {
            conditions: Some(condition(r#"{"path":"subject.job_roles","operator":"contains","value":"Doctor"}"#)),
            ..allow(&tracker, Principal::everyone(), RuleScope::All)
        };
        services.create_rule(&root, asks).await.unwrap();
        services.add_group_member(&root, nurse.id, org.ada.id).await.unwrap();
        assert!(!may());
        services.update_group(&root, nurse.id, "Doctor", "").await.unwrap();
        assert!(may(), "the name has changed");
    }

    async fn every_wrong_part_of_a_rule_is_named(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let group = services.create_group(&root, GroupKind::Group, "Team", "").await.unwrap();
        let rule = allow(&tracker, Principal::everyone(), RuleScope::All);
        let gone = domain::UserId::generate(org.world.env.as_ref()).to_string();
        let people = Principal::named(PrincipalKind::User, vec![org.ada.id.to_string(), gone]);
        let cases = [
            ("conditions", NewRule { conditions: Some(condition(r#"{"path":"payload.n","operator":"less","value":"x"}"#)), ..rule.clone() }),
            ("conditions", NewRule { conditions: Some(condition(r#"{"all":[]}"#)), ..rule.clone() }),
            ("cedar", NewRule { cedar: Some("when { principal.salary > 3 }".to_owned()), ..rule.clone() }),
            ("cedar", NewRule { cedar: Some("}; permit(principal, action, resource);".to_owned()), ..rule.clone() }),
            ("principal", NewRule { principal: Principal::attribute(PersonAttribute::Team, Vec::new()), ..rule.clone() }),
            ("principal", NewRule { principal: people, ..rule.clone() }),
            ("principal", NewRule { principal: Principal::job_role(group.id), ..rule.clone() }),
            ("servers", NewRule { servers: vec![tracker.id, domain::ServerId::generate(org.world.env.as_ref())], ..rule.clone() }),
        ];
        for (field, new) in cases {
            for refused in [
                problem(services.create_rule(&root, new.clone()).await),
                problem(services.draft_cedar(&root, new.clone()).await),
            ] {
                assert!(refused.of_field(field).is_some(), "{field}: {refused:?}");
            }
            assert!(services.rules(&root, None, None).await.unwrap().is_empty());
        }
        let good = NewRule { cedar: Some(" when { context.now > 0 }\n".to_owned()),
            conditions: Some(condition(r#"{"path":"payload.n","operator":"less","value":3}"#)), ..rule };
        let draft = services.draft_cedar(&root, good.clone()).await.unwrap();
        assert!(draft.contains("context.now > 0") && !draft.contains("@id"), "{draft}");
        let made = services.create_rule(&root, good).await.unwrap();
        assert_eq!(made.rule.cedar.as_deref(), Some("when { context.now > 0 }"));
        let stored = services.rule_cedar(&root, made.rule.id).await.unwrap();
        assert_eq!(stored.split_once('\n').unwrap().1, draft, "the draft is what it becomes, without an id");
    }

    async fn what_is_probably_not_meant_is_said(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let of = async |new: NewRule| services.rule_warnings(&root, &new).await.unwrap();
        let rule = allow(&tracker, Principal::user(org.ada.id), tools(&["ech*", "add"]));
        assert!(of(rule.clone()).await.is_empty());
        let off = NewRule { scope: tools(&["ech*", "drop_*", "remove"]), ends_at: Some(org.world.now()), ..rule.clone() };
        let said = of(off.clone()).await;
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0].contains("ended") && said[1].contains("“drop_*”") && said[2].contains("“remove”"), "{said:?}");
        services.create_rule(&root, off).await.unwrap();
        let all = NewRule::new(Principal::everyone(), Effect::Deny, None);
        assert!(of(all.clone()).await[0].contains("you included"));
        let some = NewRule { conditions: Some(condition(r#"{"path":"payload.n","operator":"exists"}"#)), ..all };
        assert!(of(some.clone()).await.is_empty());
        let untold = condition(r#"{"none":[{"path":"meta.oauth.user_verified","operator":"equals","value":true}]}"#);
        let clauses = Some(r#"when { context.present.contains("session.labels") }"#.to_owned());
        let said = of(NewRule { conditions: Some(untold), cedar: clauses, ..some }).await;
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].contains("“meta.oauth.user_verified”") && said[1].contains("“session.labels”"), "{said:?}");
        assert!(of(NewRule { servers: Vec::new(), ..rule }).await.is_empty(), "what would be refused is refused later");
    }

    async fn the_versions_of_a_rule_stay(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let rule = allow(&tracker, both(&org), RuleScope::All);
        let id = services.create_rule(&root, rule.clone()).await.unwrap().rule.id;
        org.world.advance(60);
        let conditional = NewRule { conditions: Some(condition(r#"{"path":"payload.n","operator":"exists"}"#)), ..rule.clone() };
        services.update_rule(&root, id, conditional.clone()).await.unwrap();
        org.world.advance(60);
        services.switch_rules(&root, &[id], false).await.unwrap();
        org.world.advance(60);
        services.delete_rule(&root, id).await.unwrap();
        let versions = services.rule_versions(&root, id).await.unwrap();
        let said: Vec<_> = versions.iter().map(|version| (version.version, version.change)).collect();
        assert_eq!(said, [
            (4, RuleChangeKind::Deleted),
            (3, RuleChangeKind::Updated),
            (2, RuleChangeKind::Updated),
            (1, RuleChangeKind::Created)
        ]);
        // What changed can be told from one to the next.
        let states: Vec<NewRule> = versions.iter().rev().map(|version| version.rule.rule.clone().into()).collect();
        let off = NewRule { enabled: false, ..conditional.clone() };
        assert_eq!(states, [rule, conditional, off.clone(), off]);
        assert!(versions.iter().all(|version| version.by == Some(org.root.id) && version.by_name == org.root.name));
        assert_eq!(versions[0].rule.principal_name, "Ada, Eve");
        assert_eq!(versions[0].at - versions[3].at, TimeDelta::seconds(180));
        let unknown = domain::RuleId::generate(org.world.env.as_ref());
        assert_eq!(code(services.rule_versions(&root, unknown).await), "not_found");
        assert_eq!(code(services.rule_versions(&org.as_ada(), id).await), "forbidden");
    }

    async fn a_rule_of_an_older_program_gets_the_version_that_it_lacks(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let env = org.world.env.as_ref();
        let made = domain::Rule { created_by: Some(org.root.id),
            ..testkit::build::rule(env, Principal::user(org.ada.id), tracker.id) };
        let mut tx = org.world.db.begin().await.unwrap();
        store::rules::insert(&mut tx, &made).await.unwrap();
        tx.commit().await.unwrap();
        let first = services.rule_versions(&root, made.id).await.unwrap();
        assert_eq!((first.len(), first[0].change, first[0].by_name.as_str()), (1, RuleChangeKind::Created, "Root"));
        org.world.advance(60);
        services.switch_rules(&root, &[made.id], false).await.unwrap();
        let versions = services.rule_versions(&root, made.id).await.unwrap();
        assert_eq!(versions.iter().map(|version| version.rule.rule.enabled).collect::<Vec<_>>(), [false, true]);
        assert_eq!(versions[1], first[0]);
        // And one for a change of which nobody made a version.
        let mut tx = org.world.db.begin().await.unwrap();
        let notes = "by hand".to_owned();
        store::rules::update(&mut tx, &domain::Rule { notes, ..versions[0].rule.rule.clone() }).await.unwrap();
        tx.commit().await.unwrap();
        services.delete_rule(&root, made.id).await.unwrap();
        let versions = services.rule_versions(&root, made.id).await.unwrap();
        let notes: Vec<_> = versions.iter().map(|version| (version.version, version.rule.rule.notes.as_str())).collect();
        assert_eq!(notes, [(4, "by hand"), (3, "by hand"), (2, ""), (1, "")]);
        assert_eq!((versions[1].by, versions[1].change), (None, RuleChangeKind::Updated));
    }

    async fn nothing_is_claimed_of_a_rule_before_it_was_changed(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let made = org.world.now();
        let changed = made + TimeDelta::seconds(60);
        let old = |principal| domain::Rule { created_by: Some(org.root.id), updated_at: changed,
            ..testkit::build::rule(org.world.env.as_ref(), principal, tracker.id) };
        let (kept, gone) = (old(Principal::user(org.ada.id)), old(Principal::user(org.eve.id)));
        let mut tx = org.world.db.begin().await.unwrap();
        for rule in [&kept, &gone] {
            store::rules::insert(&mut tx, rule).await.unwrap();
        }
        tx.commit().await.unwrap();
        org.world.advance(120);
        services.delete_rule(&root, gone.id).await.unwrap();
        let first = services.rule_versions(&root, kept.id).await.unwrap().pop().unwrap();
        assert_eq!((first.version, first.change, first.by, first.at), (1, RuleChangeKind::Updated, None, changed));
        let asked = async |person, seconds| {
            let at = Some(made + TimeDelta::seconds(seconds));
            services.explain(&root, Question { at, ..question(person, &tracker, "echo") }).await.unwrap()
        };
        for (person, seconds, decision, is_unsure) in [
            (&org.ada, 30, Decision::Allow, true),
            (&org.ada, 61, Decision::Allow, false),
            (&org.eve, 30, Decision::Allow, true),
            (&org.eve, 61, Decision::Allow, false),
            (&org.eve, 121, Decision::Deny, false),
            (&org.ada, -1, Decision::Deny, false),
        ] {
            let said = asked(person, seconds).await;
            let named = said.changes.iter().find(|line| line.starts_with("Rules whose history begins later (2)"));
            assert_eq!((said.decision, named.is_some()), (decision, is_unsure), "{seconds}: {said:?}");
            assert!(named.is_none_or(|line| [kept.id, gone.id].iter().all(|id| line.contains(&id.to_string()))));
        }
    }

    async fn conditions_are_explained(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let asks = NewRule {
            conditions: Some(condition(
                r#"{"all":[{"path":"payload.table","operator":"in","value":["orders","routes"]},
                    {"path":"meta.request.ip","operator":"in_ip_range","value":["10.0.0.0/8"]},
                    {"none":[{"path":"meta.client.name","operator":"equals","value":"bad"}]}]}"#,
            )),
            ..allow(&tracker, Principal::user(org.ada.id), RuleScope::All)
        };
        let allowing = services.create_rule(&root, asks).await.unwrap();
        let would = NewRule { mode: RuleMode::Monitor, effect: Effect::Deny,
            ..allow(&tracker, Principal::everyone(), tools(&["ec*"])) };
        services.create_rule(&root, would).await.unwrap();
        let ask = Question { arguments: r#"{"table":"orders"}"#.to_owned(), ip: "10.1.2.3".to_owned(), client: "good".to_owned(),
            ..question(&org.ada, &tracker, "echo") };
        let yes = services.explain(&root, ask.clone()).await.unwrap();
        assert_eq!((yes.decision, yes.rules[0].view.rule.id), (Decision::Allow, allowing.rule.id), "{yes:?}");
        assert!(yes.rules[0].tests.iter().take(2).all(|test| test.outcome == TestOutcome::Met), "{yes:?}");
        assert_eq!(yes.rules[0].tests[2].outcome, TestOutcome::NotMet);
        assert_eq!(yes.rules[1].bearing, Bearing::WouldDeny);
        assert!(yes.changes.iter().any(|change| change.contains("only monitors")), "{:?}", yes.changes);

        let of = async |question| services.explain(&root, question).await.unwrap();
        let no = of(Question { arguments: r#"{"table":"salaries"}"#.to_owned(), client: "bad".to_owned(), ..ask.clone() }).await;
        assert_eq!((no.decision, no.rules.last().unwrap().bearing), (Decision::Deny, Bearing::WouldDeny), "{no:?}");
        assert_eq!(no.rules[0].bearing, Bearing::Unmet);
        assert_eq!(no.rules[0].tests[0].found, "\"salaries\"");
        assert_eq!(no.changes, [
            "The rule for Ada would allow it, but its conditions are not met: payload.table in [\"orders\",\"routes\"] \
             (\"salaries\"); none: meta.client.name equals \"bad\" (\"bad\")"
        ]);
        let nothing = of(Question { arguments: String::new(), ip: String::new(), ..ask.clone() }).await;
        assert_eq!(nothing.rules[0].tests.iter().take(2).map(|test| test.outcome).collect::<Vec<_>>(),
            [TestOutcome::Missing, TestOutcome::Missing]);
        let connects = of(Question { kind: TargetKind::Server, name: String::new(), ..ask.clone() }).await;
        assert_eq!(connects.decision, Decision::Allow, "arguments are not known yet");
        assert_eq!(connects.rules[0].tests[0].outcome, TestOutcome::Unknown);

        for (field, wrong) in [
            ("arguments", Question { arguments: "[1]".to_owned(), ..ask.clone() }),
            ("arguments", Question { arguments: "{".to_owned(), ..ask.clone() }),
            ("ip", Question { ip: "10.0.0".to_owned(), ..ask }),
        ] {
            let refused = problem(services.explain(&root, wrong).await);
            assert!(refused.of_field(field).is_some(), "{refused:?}");
        }
    }

    async fn the_past_is_explained_by_the_rules_of_then(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let start = org.world.now();
        org.world.advance(60);
        let all = allow(&tracker, Principal::user(org.ada.id), RuleScope::All);
        let id = services.create_rule(&root, all.clone()).await.unwrap().rule.id;
        org.world.advance(60);
        services.update_rule(&root, id, NewRule { scope: tools(&["add"]), ..all }).await.unwrap();
        org.world.advance(60);
        services.delete_rule(&root, id).await.unwrap();
        org.world.advance(60);
        for (seconds, decision, rules) in [
            (0, Decision::Deny, 0),
            (59, Decision::Deny, 0),
            (60, Decision::Allow, 1),
            (119, Decision::Allow, 1),
            (120, Decision::Deny, 1),
            (180, Decision::Deny, 0),
        ] {
            let at = Some(start + TimeDelta::seconds(seconds));
            let said = services.explain(&root, Question { at, ..question(&org.ada, &tracker, "echo") }).await.unwrap();
            assert_eq!((said.decision, said.rules.len()), (decision, rules), "{seconds}: {said:?}");
        }
        // The rules of today are as they were.
        assert!(!org.may_call(org.ada.id, "tracker", "echo"));
        let again = org.opened(&tracker, &org.ada, RuleScope::All).await;
        assert!(org.may_call(org.ada.id, "tracker", "echo"));
        let at = Some(start + TimeDelta::seconds(120));
        let then = services.explain(&root, Question { at, ..question(&org.ada, &tracker, "add") }).await.unwrap();
        assert_eq!((then.decision, then.rules[0].view.rule.id), (Decision::Allow, id));
        assert_ne!(again.rule.id, id);
    }
}
