//! What a preview says of the last access that somebody has.

use domain::{Effect, NewRule, Principal, Role, RuleDraft, RuleId, RuleMode, RuleScope, ServerStatus};
use store::Db;

use crate::governance::{Org, allow, fixture, tools};

async fn warnings(org: &Org, id: Option<RuleId>, rule: Option<NewRule>) -> Vec<String> {
    let preview = org.services().preview_rule(&org.as_root(), &RuleDraft { id, rule }).await.expect("a preview");
    preview.warnings
}

fn loses(person: &str, servers: &str) -> String {
    format!(
        "{person} may change rules, and would lose the last access to {servers}. If that is not meant, keep or make another \
         rule that allows it."
    )
}

fn nobody(servers: &str) -> String {
    format!(
        "Nobody could use {servers} any more. Leave somebody a rule that allows it, or switch off what nobody needs."
    )
}

testkit::both_engines! {
    async fn the_last_rule_that_opens_a_server_is_not_taken_unnoticed(db: Db) {
        let org = Org::new(db).await;
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let everyone = allow(&tracker, Principal::everyone(), tools(&["echo"]));
        let services = org.services();
        let rule = services.create_rule(&org.as_root(), everyone.clone()).await.unwrap().rule.id;
        let both = [loses("Root", "Tracker"), nobody("Tracker")];
        assert_eq!(warnings(&org, Some(rule), None).await, both, "deleted");
        let off = NewRule { enabled: false, ..everyone.clone() };
        assert_eq!(warnings(&org, Some(rule), Some(off.clone())).await, both, "switched off");
        let monitored = NewRule { mode: RuleMode::Monitor, ..everyone.clone() };
        assert_eq!(warnings(&org, Some(rule), Some(monitored)).await, both, "no more than watched");
        // Something is left, or nothing is taken.
        for left in [tools(&["add"]), tools(&["echo", "add"]), RuleScope::All] {
            let rest = NewRule { scope: left, ..everyone.clone() };
            assert_eq!(warnings(&org, Some(rule), Some(rest)).await, [""; 0]);
        }
        // Others keep it.
        let ada = NewRule { principal: Principal::user(org.ada.id), ..everyone.clone() };
        assert_eq!(warnings(&org, Some(rule), Some(ada)).await, [loses("Root", "Tracker")]);
        org.opened(&tracker, &org.eve, tools(&["add"])).await;
        assert_eq!(warnings(&org, Some(rule), None).await, [loses("Root", "Tracker")]);
        org.opened(&tracker, &org.root, tools(&["add"])).await;
        assert_eq!(warnings(&org, Some(rule), None).await, [""; 0], "another rule opens it to everybody who manages rules");

        // What nobody can use today is taken from nobody.
        services.disable_server(&org.as_root(), tracker.id).await.unwrap();
        let server = services.server(&org.as_root(), tracker.id).await.unwrap();
        assert_eq!(server.server.status, ServerStatus::Disabled);
        assert_eq!(warnings(&org, Some(rule), Some(off)).await, [""; 0]);
    }

    async fn a_deny_of_the_last_access_is_noticed(db: Db) {
        let org = Org::new(db).await;
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let wiki = org.server("Wiki", &fixture.url()).await;
        let services = org.services();
        for server in [&tracker, &wiki] {
            let open = allow(server, Principal::everyone(), tools(&["echo", "add"]));
            services.create_rule(&org.as_root(), open).await.unwrap();
        }
        let deny = |principal, scope| NewRule { effect: Effect::Deny, ..allow(&tracker, principal, scope) };
        assert_eq!(warnings(&org, None, Some(deny(Principal::user(org.ada.id), RuleScope::All))).await, [""; 0]);
        let root = Principal::user(org.root.id);
        for all in [RuleScope::All, tools(&["*"]), tools(&["echo", "add"])] {
            assert_eq!(warnings(&org, None, Some(deny(root.clone(), all))).await, [loses("Root", "Tracker")]);
        }
        assert_eq!(warnings(&org, None, Some(deny(root.clone(), tools(&["echo"])))).await, [""; 0]);
        let watched = NewRule { mode: RuleMode::Monitor, ..deny(root, RuleScope::All) };
        assert_eq!(warnings(&org, None, Some(watched)).await, [""; 0]);

        // Everything for everybody: five who manage rules are named, of every server.
        for n in 1..=5 {
            org.world.person(&format!("Admin {n}"), Role::Admin).await;
        }
        let everything = NewRule { servers: Vec::new(), ..deny(Principal::everyone(), RuleScope::All) };
        let said = warnings(&org, None, Some(everything)).await;
        let mut expected: Vec<String> = (1..=5).map(|n| loses(&format!("Admin {n}"), "Tracker, Wiki")).collect();
        expected.push("The same goes for 1 more who may change rules.".to_owned());
        expected.push(nobody("Tracker, Wiki"));
        expected.push("This denies everything to everybody, you included.".to_owned());
        assert_eq!(said, expected);
    }
}
