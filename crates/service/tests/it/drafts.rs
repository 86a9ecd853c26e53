//! Rules before they are saved: who would gain or lose what, and which recorded calls would be decided otherwise.

use chrono::TimeDelta;
use domain::{
    Actor, ActorKind, AuditAction, Decision, Effect, Names, NewRule, Outcome, Preview, Principal, Role, RuleDraft,
    RuleMode, Server, Simulation, TargetKind, User,
};
use ledger::{Event, Payload};
use store::Db;
use testkit::fixture::{Fixture, FixtureOptions};

use crate::governance::{Org, allow, fixture, tools};
use crate::world::problem;

async fn preview(org: &Org, id: Option<domain::RuleId>, rule: Option<NewRule>) -> Preview {
    org.services().preview_rule(&org.as_root(), &RuleDraft { id, rule }).await.expect("a preview")
}

async fn simulate(org: &Org, rule: NewRule, days: u32) -> Simulation {
    let drafts = [RuleDraft { id: None, rule: Some(rule) }];
    org.services().simulate(&org.as_root(), &drafts, days).await.expect("a simulation")
}

/// More than a handful of people.
async fn many(org: &Org) {
    for n in 0..4 {
        org.world.person(&format!("Person {n}"), Role::User).await;
    }
}

/// The code of the refusal of a rule.
fn refused(result: service::Result<domain::RuleView>) -> String {
    problem(result).code().to_owned()
}

/// Whose tools change, by name.
fn named(affected: &[domain::Affected]) -> Vec<(String, Vec<String>)> {
    affected.iter().map(|one| (one.person_name.clone(), one.tools.clone())).collect()
}

fn conditions(lines: &str) -> Option<domain::Condition> {
    policy::read_conditions(lines).expect("conditions")
}

/// Records calls of a person, the newest now and each other an hour before.
async fn called(org: &Org, who: &User, server: &Server, tool: &str, arguments: &[&str], action: AuditAction) {
    let actor = Actor { kind: ActorKind::User, id: Some(who.id), name: who.name.clone() };
    let now = org.world.now();
    let events = arguments.iter().zip(0_i32..).collect::<Vec<_>>().into_iter().rev().map(|(arguments, hours)| {
        let correlation = domain::CorrelationId::generate(org.world.env.as_ref());
        let event = Event::new(action, Outcome::Admitted, actor.clone(), correlation)
            .server(server.id, server.slug.as_str())
            .tool(tool)
            .client("Claude", Some("1.0".into()))
            .args(Payload::new(*arguments));
        (now - TimeDelta::hours(1) * hours, event)
    });
    let mut tx = org.world.db.begin().await.expect("a transaction");
    org.world.ledger.backfill(&mut tx, events.collect()).await.expect("entries");
    tx.commit().await.expect("a commit");
}

testkit::both_engines! {
    async fn a_preview_tells_who_gains_and_loses_what(db: Db) {
        let org = Org::new(db).await;
        let fixture = fixture().await;
        let server = org.server("Tracker", &fixture.url()).await;
        let everyone = allow(&server, Principal::everyone(), tools(&["echo", "ad*"]));
        let gain = preview(&org, None, Some(everyone.clone())).await;
        assert_eq!((gain.people, gain.tools, gain.gaining, gain.losing, gain.wide), (3, 2, 3, 0, false));
        let two = vec!["add".to_owned(), "echo".to_owned()];
        assert_eq!(named(&gain.gains), ["Ada", "Eve", "Root"].map(|name| (name.to_owned(), two.clone())));
        assert!(org.services().rules(&org.as_root(), None, None).await.unwrap().is_empty(), "nothing was saved");

        let saved = org.services().create_rule(&org.as_root(), everyone.clone()).await.unwrap().rule.id;
        // A deny takes one tool of one person, a narrower rule takes it from all.
        let deny = NewRule { effect: Effect::Deny, ..allow(&server, Principal::user(org.ada.id), tools(&["echo"])) };
        let loss = preview(&org, None, Some(deny.clone())).await;
        assert_eq!((loss.people, loss.tools, loss.gaining), (1, 1, 0));
        assert_eq!(named(&loss.losses), [("Ada".to_owned(), vec!["echo".to_owned()])]);
        let narrower = NewRule { scope: tools(&["add"]), ..everyone.clone() };
        assert_eq!(preview(&org, Some(saved), Some(narrower)).await.losing, 3);
        let deleted = preview(&org, Some(saved), None).await;
        assert_eq!((deleted.losing, deleted.gaining, deleted.losses[0].count), (3, 0, 2));

        // What only watches, is switched off, or may never be met changes nothing.
        for nothing in [
            NewRule { mode: RuleMode::Monitor, ..deny.clone() },
            NewRule { enabled: false, ..deny.clone() },
            NewRule { conditions: conditions("payload.x equals y"), ..deny.clone() },
        ] {
            let preview = preview(&org, None, Some(nothing)).await;
            assert_eq!((preview.gaining, preview.losing), (0, 0));
        }
        // More than a handful.
        many(&org).await;
        assert!(preview(&org, Some(saved), None).await.wide);
    }

    async fn what_affects_many_is_saved_by_those_who_have_seen_it(db: Db) {
        let org = Org::new(db).await;
        let fixture = fixture().await;
        let server = org.server("Tracker", &fixture.url()).await;
        let (services, root) = (org.services(), org.as_root());
        many(&org).await;
        let having_seen = |mark: &str| root.clone().having_seen(Some(mark.to_owned()));
        let everyone = allow(&server, Principal::everyone(), tools(&["echo"]));
        let mark = preview(&org, None, Some(everyone.clone())).await.mark;
        assert_eq!(refused(services.create_rule(&root, everyone.clone()).await), "rule.seen");
        assert_eq!(refused(services.create_rule(&having_seen("something else"), everyone.clone()).await), "rule.seen");
        // Another rule that gives the same people the same today is another one tomorrow.
        let until = NewRule { ends_at: Some(org.world.now() + TimeDelta::days(9)), ..everyone.clone() };
        assert_eq!(refused(services.create_rule(&having_seen(&mark), until).await), "rule.seen");
        assert!(services.rules(&root, None, None).await.unwrap().is_empty());
        let rule = services.create_rule(&having_seen(&mark), everyone.clone()).await.unwrap().rule.id;

        // Another tool, switching off, deleting: each affects all of them, and none is what was seen before.
        let more = NewRule { scope: tools(&["echo", "add"]), ..everyone.clone() };
        assert_eq!(refused(services.update_rule(&having_seen(&mark), rule, more.clone()).await), "rule.seen");
        assert_eq!(problem(services.switch_rules(&root, &[rule], false).await).code(), "rule.seen");
        assert_eq!(problem(services.delete_rule(&having_seen(&mark), rule).await).code(), "rule.seen");
        let off = services.drafts_of_switch(&root, &[rule], false).await.unwrap();
        let seen = services.preview_rules(&root, &off).await.unwrap();
        assert_eq!((seen.losing, seen.gaining, seen.wide), (7, 0, true));
        services.switch_rules(&having_seen(&seen.mark), &[rule], false).await.unwrap();
        assert!(services.drafts_of_switch(&root, &[rule], false).await.unwrap().is_empty(), "it is off already");

        // Without effect on anybody, or on a few, nothing has to be seen.
        services.update_rule(&root, rule, NewRule { enabled: false, ..more }).await.unwrap();
        services.delete_rule(&root, rule).await.unwrap();
        let few = allow(&server, Principal::user(org.ada.id), tools(&["echo"]));
        services.create_rule(&root, few).await.unwrap();

    }

    async fn conditions_and_dates_that_affect_many_have_to_be_seen_too(db: Db) {
        let org = Org::new(db).await;
        let fixture = fixture().await;
        let server = org.server("Tracker", &fixture.url()).await;
        let (services, root) = (org.services(), org.as_root());
        many(&org).await;
        let having_seen = |mark: &str| root.clone().having_seen(Some(mark.to_owned()));
        let everyone = allow(&server, Principal::everyone(), domain::RuleScope::All);
        let office = |lines: &str| NewRule { effect: Effect::Deny, conditions: conditions(lines), ..everyone.clone() };
        let outside = office("meta.request.ip not_in_ip_range 10.0.0.0/8");

        // Of a server that nobody can use, it takes nothing.
        let told = preview(&org, None, Some(outside.clone())).await;
        assert_eq!((told.people, told.depends, told.wide), (7, 0, false));
        let told = preview(&org, None, Some(everyone.clone())).await;
        assert_eq!((told.gaining, told.depends), (7, 0));
        let open = services.create_rule(&having_seen(&told.mark), everyone.clone()).await.unwrap().rule.id;

        let told = preview(&org, None, Some(outside.clone())).await;
        assert_eq!((told.gaining, told.losing, told.depends, told.wide), (0, 0, 7, true));
        assert_eq!(refused(services.create_rule(&root, outside.clone()).await), "rule.seen");
        let other = office("meta.request.ip not_in_ip_range 10.0.0.0/30");
        assert_eq!(refused(services.create_rule(&having_seen(&told.mark), other.clone()).await), "rule.seen");
        let rule = services.create_rule(&having_seen(&told.mark), outside.clone()).await.unwrap().rule.id;
        // Other conditions affect as many; notes affect nobody.
        assert_eq!(refused(services.update_rule(&root, rule, other).await), "rule.seen");
        services.update_rule(&root, rule, NewRule { notes: "Office".into(), ..outside.clone() }).await.unwrap();
        assert_eq!(problem(services.delete_rule(&root, rule).await).code(), "rule.seen");
        let told = preview(&org, Some(rule), None).await;
        assert_eq!((told.losing, told.depends), (0, 7));
        services.delete_rule(&having_seen(&told.mark), rule).await.unwrap();
        // What only watches decides nothing.
        services.create_rule(&root, NewRule { mode: RuleMode::Monitor, ..outside }).await.unwrap();

        // What is to come counts as well.
        let now = org.world.now();
        let soon = NewRule {
            effect: Effect::Deny,
            starts_at: Some(now + TimeDelta::days(1)),
            ends_at: Some(now + TimeDelta::days(2)),
            ..everyone.clone()
        };
        let told = preview(&org, None, Some(soon.clone())).await;
        assert_eq!((told.losing, told.gaining, told.wide), (7, 0, true));
        assert!(told.warnings.iter().any(|warning| warning.contains("begins or ends later")), "{told:?}");
        assert_eq!(refused(services.create_rule(&root, soon).await), "rule.seen");
        let ends = NewRule { ends_at: Some(now + TimeDelta::days(1)), ..everyone.clone() };
        assert_eq!(preview(&org, Some(open), Some(ends)).await.losing, 7);
        let told = preview(&org, None, Some(NewRule { scope: tools(&["echo"]), ..everyone })).await;
        assert_eq!((told.gaining, told.wide), (0, false), "everybody has it");
        assert!(!told.warnings.iter().any(|warning| warning.contains("later")), "{told:?}");
    }

    async fn resources_and_prompts_are_counted_as_tools_are(db: Db) {
        let org = Org::new(db).await;
        let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("a fixture");
        let server = org.server("Tracker", &fixture.url()).await;
        let everyone = Principal::everyone();
        org.services().create_rule(&org.as_root(), allow(&server, everyone.clone(), domain::RuleScope::All)).await.unwrap();
        let every = || vec!["*".to_owned()];
        for names in [Names { resources: every(), ..Names::default() }, Names { prompts: every(), ..Names::default() }] {
            let deny =
                NewRule { effect: Effect::Deny, ..allow(&server, everyone.clone(), domain::RuleScope::Named(names)) };
            let told = preview(&org, None, Some(deny)).await;
            assert_eq!((told.losing, told.tools), (3, 0), "{told:?}");
            assert!(told.losses[0].count > 0 && !told.losses[0].tools.is_empty(), "{told:?}");
        }
    }

    async fn people_of_the_same_rules_are_counted_alike_unless_conditions_look_at_them(db: Db) {
        let org = Org::new(db).await;
        let fixture = fixture().await;
        let server = org.server("Tracker", &fixture.url()).await;
        let by_name = NewRule {
            conditions: conditions("subject.email begins_with ada"),
            ..allow(&server, Principal::everyone(), tools(&["echo"]))
        };
        let told = preview(&org, None, Some(by_name)).await;
        assert_eq!(named(&told.gains), [("Ada".to_owned(), vec!["echo".to_owned()])]);
        // Ada has one tool already; the others share what they gain.
        org.opened(&server, &org.ada, tools(&["echo"])).await;
        let both = allow(&server, Principal::everyone(), tools(&["echo", "add"]));
        let told = preview(&org, None, Some(both)).await;
        let two = vec!["add".to_owned(), "echo".to_owned()];
        let expected = [("Ada", vec!["add".to_owned()]), ("Eve", two.clone()), ("Root", two)];
        assert_eq!(named(&told.gains), expected.map(|(name, tools)| (name.to_owned(), tools)));
    }

    async fn what_could_not_be_saved_is_not_previewed(db: Db) {
        let org = Org::new(db).await;
        let fixture = fixture().await;
        let server = org.server("Tracker", &fixture.url()).await;
        let services = org.services();
        let wrong = NewRule { conditions: conditions("payload. exists"), ..allow(&server, Principal::everyone(), tools(&["a"])) };
        let drafts = |rule: NewRule| RuleDraft { id: None, rule: Some(rule) };
        let refused = problem(services.preview_rule(&org.as_root(), &drafts(wrong.clone())).await);
        assert!(refused.of_field("conditions").is_some(), "{refused:?}");
        let refused = problem(services.simulate(&org.as_root(), &[drafts(wrong)], 30).await);
        assert!(refused.of_field("conditions").is_some(), "{refused:?}");
        let missing = RuleDraft { id: Some("rul_01900000000070008000000000000001".parse().unwrap()), rule: None };
        assert_eq!(problem(services.preview_rule(&org.as_root(), &missing).await).code(), "not_found");
        let good = drafts(allow(&server, Principal::everyone(), tools(&["echo"])));
        for days in [0, 91] {
            assert!(problem(services.simulate(&org.as_root(), std::slice::from_ref(&good), days).await).of_field("days").is_some());
        }
        assert!(problem(services.simulate(&org.as_root(), &[], 30).await).of_field("drafts").is_some());
    }

    async fn recorded_calls_are_decided_anew(db: Db) {
        let org = Org::new(db).await;
        let fixture = fixture().await;
        let server = org.server("Tracker", &fixture.url()).await;
        org.opened(&server, &org.ada, tools(&["echo", "add"])).await;
        let salaries = r#"{"table":"salaries"}"#;
        called(&org, &org.ada, &server, "echo", &[salaries, "{}", salaries], AuditAction::ToolCallAdmitted).await;
        called(&org, &org.ada, &server, "add", &["{}"; 3], AuditAction::ToolCallAdmitted).await;
        called(&org, &org.eve, &server, "echo", &["{}", "{}"], AuditAction::AccessDenied).await;
        let everyone = Principal::everyone();

        // Without conditions.
        let deny = NewRule { effect: Effect::Deny, ..allow(&server, everyone.clone(), tools(&["add"])) };
        let told = simulate(&org, deny, 7).await;
        assert_eq!((told.calls, told.denied, told.allowed, told.people, told.unclear), (8, 3, 0, 1, 0));
        let change = &told.changes[0];
        assert_eq!((change.person_name.as_str(), change.tool.as_str(), change.calls), ("Ada", "add", 3));
        assert_eq!((change.decision, change.last, told.partial), (Decision::Deny, org.world.now(), false));
        let entry = org.services().audit_entry(&org.as_root(), change.example).await.unwrap();
        assert_eq!(entry.row.tool.as_deref(), Some("add"), "the example is an entry of the log");

        // By arguments.
        let by_table = NewRule {
            effect: Effect::Deny,
            conditions: conditions("payload.table equals salaries"),
            ..allow(&server, everyone.clone(), domain::RuleScope::All)
        };
        let told = simulate(&org, by_table, 7).await;
        assert_eq!((told.calls, told.denied, told.allowed), (8, 2, 0));

        // What was denied and would be allowed; also by a rule that is to begin later.
        let later = NewRule {
            starts_at: Some(org.world.now() + TimeDelta::days(1)),
            ..allow(&server, Principal::user(org.eve.id), tools(&["echo"]))
        };
        let told = simulate(&org, later, 7).await;
        assert_eq!((told.denied, told.allowed, told.changes[0].person_name.as_str()), (0, 2, "Eve"));

        // By the time of each call: the fixture's clock stands at some hour, the second call was an hour before.
        let hour = org.world.now().format("%H:00-%H:59").to_string();
        let by_hour = NewRule {
            effect: Effect::Deny,
            conditions: conditions(&format!("meta.request.time between_times {hour}")),
            ..allow(&server, everyone, domain::RuleScope::All)
        };
        assert_eq!(simulate(&org, by_hour, 7).await.denied, 2, "one of each tool");
    }

    async fn a_denied_call_is_about_what_the_server_offers_by_its_name(db: Db) {
        let org = Org::new(db).await;
        let fixture = fixture().await;
        let server = org.server("Tracker", &fixture.url()).await;
        let about = |named: &str| org.services().denied_target(server.id, named);
        assert_eq!(about("test_simple_prompt"), TargetKind::Prompt);
        assert_eq!(about("test://static-text"), TargetKind::Resource);
        assert_eq!(["echo", "gone"].map(about), [TargetKind::Tool; 2]);
        assert_eq!(["", "tools/list", "initialize", "ping"].map(about), [TargetKind::Server; 4]);
        assert_eq!(["foo/bar", "file:/etc/hosts"].map(about), [TargetKind::Resource; 2], "the name does not tell");

        let denied = ["test_simple_prompt", "test_simple_prompt", "echo", "tools/list", "foo/bar", "notifications/cancelled"];
        for named in denied {
            called(&org, &org.eve, &server, named, &["{}"], AuditAction::AccessDenied).await;
        }
        let everything = allow(&server, Principal::user(org.eve.id), tools(&["*"]));
        let told = simulate(&org, everything, 7).await;
        assert_eq!((told.calls, told.allowed, told.changes[0].tool.as_str()), (3, 1, "echo"));
        let prompts = domain::RuleScope::Named(Names { prompts: vec!["*".to_owned()], ..Names::default() });
        let told = simulate(&org, allow(&server, Principal::user(org.eve.id), prompts), 7).await;
        assert_eq!((told.calls, told.allowed, told.changes[0].tool.as_str()), (3, 2, "test_simple_prompt"));
    }

    async fn what_depends_on_arguments_that_were_not_kept_is_unclear(db: Db) {
        let org = Org::new(db).await;
        let fixture = fixture().await;
        let server = org.server("Tracker", &fixture.url()).await;
        org.opened(&server, &org.ada, tools(&["echo"])).await;
        let large = format!(r#"{{"text":"{}","table":"salaries"}}"#, "x".repeat(100_000));
        called(&org, &org.ada, &server, "echo", &[&large, "{}"], AuditAction::ToolCallAdmitted).await;
        let allowed = NewRule {
            conditions: conditions("payload.table exists"),
            ..allow(&server, Principal::user(org.ada.id), tools(&["echo"]))
        };
        let rules = org.services().rules(&org.as_root(), None, None).await.unwrap();
        let drafts = [RuleDraft { id: Some(rules[0].rule.id), rule: Some(allowed) }];
        let told = org.services().simulate(&org.as_root(), &drafts, 7).await.unwrap();
        assert_eq!((told.calls, told.denied, told.unclear), (1, 1, 1));

        // A deny that looks at them may be met; one that looks at something else is decided.
        let deny = |lines: &str| NewRule {
            effect: Effect::Deny,
            conditions: conditions(lines),
            ..allow(&server, Principal::everyone(), tools(&["echo"]))
        };
        let told = simulate(&org, deny("payload.table equals salaries"), 7).await;
        assert_eq!((told.calls, told.denied, told.unclear), (1, 0, 1));
        let told = simulate(&org, deny("meta.client.name equals Claude"), 7).await;
        assert_eq!((told.calls, told.denied, told.unclear), (2, 2, 0));
    }
}
