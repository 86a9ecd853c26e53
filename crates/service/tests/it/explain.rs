//! Explanations say what the data path would do, by which rules, and what would have to change.

use chrono::TimeDelta;
use domain::{Bearing, Decision, Effect, Explanation, NewRule, Principal, Question, RuleScope, TargetKind};
use store::Db;

use crate::governance::{Org, allow, fixture, tools};
use crate::world::code;

/// What a person's call of a tool would come to.
async fn of(org: &Org, question: Question) -> Explanation {
    org.services().explain(&org.as_root(), question).await.unwrap()
}

pub(crate) fn question(person: &domain::User, server: &domain::Server, tool: &str) -> Question {
    Question {
        person: person.id,
        server: server.id,
        kind: TargetKind::Tool,
        name: tool.to_owned(),
        at: None,
        arguments: String::new(),
        ip: String::new(),
        client: String::new(),
        client_version: String::new(),
    }
}

testkit::both_engines! {
    async fn a_decision_is_explained_by_its_rules(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let (tracker, wiki) = (org.server("Tracker", &fixture.url()).await, org.server("Wiki", &fixture.url()).await);
        org.opened(&wiki, &org.ada, RuleScope::All).await;
        let eves = org.opened(&tracker, &org.eve, RuleScope::All).await;

        let none = of(&org, question(&org.ada, &tracker, "echo")).await;
        assert_eq!((none.decision, none.rules.len(), none.about_others), (Decision::Deny, 0, 1));
        assert_eq!(none.changes, ["No rule lets Ada use this server: make one, or ask Ada to request access."]);
        assert_eq!((none.person_name.as_str(), none.server_name.as_str()), ("Ada", "Tracker"));

        let listed = org.opened(&tracker, &org.ada, tools(&["ech*"])).await;
        let allowed = of(&org, question(&org.ada, &tracker, " echo ")).await;
        assert!(org.may_call(org.ada.id, "tracker", "echo"));
        assert_eq!((allowed.decision, allowed.question.name.as_str()), (Decision::Allow, "echo"));
        assert_eq!(allowed.changes, ["The rule for Ada (ech*) would have to end."]);
        let other = of(&org, question(&org.ada, &tracker, "add")).await;
        assert_eq!(other.decision, Decision::Deny);
        assert_eq!(other.rules[0].bearing, Bearing::SomethingElse);
        assert_eq!(other.changes, ["The rule for Ada (ech*) allows something else of this server: add this to it."]);
        let connects = of(&org, Question { kind: TargetKind::Server, ..question(&org.ada, &tracker, "") }).await;
        assert_eq!(connects.decision, Decision::Allow);
        let resource = of(&org, Question { kind: TargetKind::Resource, ..question(&org.ada, &tracker, "test://a") }).await;
        assert_eq!(resource.decision, Decision::Deny, "a list of tools opens no resource");

        let deny = NewRule { effect: Effect::Deny, servers: Vec::new(), ..allow(&tracker, Principal::everyone(), tools(&["echo"])) };
        let deny = services.create_rule(&root, deny).await.unwrap();
        let denied = of(&org, question(&org.ada, &tracker, "echo")).await;
        assert_eq!(denied.decision, Decision::Deny);
        let order: Vec<_> = denied.rules.iter().map(|rule| (rule.view.rule.id, rule.bearing, rule.decides)).collect();
        assert_eq!(order, [(deny.rule.id, Bearing::Denies, true), (listed.rule.id, Bearing::Allows, false)]);
        assert_eq!(denied.changes, ["The rule for everyone (echo) denies it, whatever allows it: change it, or let it end."]);
        let eve = of(&org, question(&org.eve, &tracker, "add")).await;
        assert_eq!((eve.decision, eve.rules[0].view.rule.id), (Decision::Allow, eves.rule.id));
    }

    async fn rules_that_nearly_apply_are_named(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let now = org.world.now();
        let rule = allow(&tracker, Principal::user(org.ada.id), RuleScope::All);
        let off = NewRule { enabled: false, ..rule.clone() };
        let over = NewRule { ends_at: Some(now + TimeDelta::hours(1)), ..rule.clone() };
        let later = NewRule { starts_at: Some(now + TimeDelta::hours(5)), ..rule };
        for rule in [off, over, later] {
            services.create_rule(&root, rule).await.unwrap();
        }
        org.world.advance(2 * 3600);
        let said = of(&org, question(&org.ada, &tracker, "echo")).await;
        assert_eq!(said.decision, Decision::Deny);
        assert_eq!(said.rules.iter().map(|rule| rule.bearing).collect::<Vec<_>>(), [
            Bearing::SwitchedOff,
            Bearing::NotYet,
            Bearing::Over
        ]);
        assert_eq!(said.changes.len(), 3);
        // The same question about other times.
        for (hours, decision) in [(1, Decision::Deny), (0, Decision::Allow), (5, Decision::Allow)] {
            let at = Some(now + TimeDelta::hours(hours));
            assert_eq!(of(&org, Question { at, ..question(&org.ada, &tracker, "echo") }).await.decision, decision, "{hours}");
        }
    }

    async fn what_is_no_rule_s_business_is_said(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        org.opened(&tracker, &org.ada, RuleScope::All).await;
        let unknown = of(&org, question(&org.ada, &tracker, "no_such_tool")).await;
        assert_eq!((unknown.decision, unknown.rules[0].decides), (Decision::Deny, false));
        assert!(unknown.changes[0].starts_with("The rules allow it"), "{unknown:?}");
        services.disable_server(&root, tracker.id).await.unwrap();
        let off = of(&org, question(&org.ada, &tracker, "echo")).await;
        assert_eq!(off.changes, ["The server is not switched on: switch it on."]);
        services.suspend_user(&root, org.ada.id).await.unwrap();
        let gone = of(&org, question(&org.ada, &tracker, "echo")).await;
        assert_eq!(gone.changes, ["The account of Ada is not active: make it active again."]);

        let nobody = Question { person: domain::UserId::generate(org.world.env.as_ref()), ..question(&org.ada, &tracker, "") };
        let error = services.explain(&root, nobody).await.unwrap_err();
        let domain::Problem::Invalid { fields } = error.into() else { panic!("fields") };
        assert_eq!(fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>(), ["person", "name"]);
        assert_eq!(code(services.explain(&org.as_ada(), question(&org.ada, &tracker, "echo")).await), "forbidden");
    }
}
