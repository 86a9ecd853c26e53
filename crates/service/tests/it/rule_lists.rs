//! Rules as a list: their orders, and several switched at once.

use domain::{AuditAction, Effect, NewRule, Principal, RuleId, RuleScope, RuleSort, Sort};
use store::Db;

use crate::governance::{Org, allow, fixture};
use crate::world::code;

testkit::both_engines! {
    async fn rules_are_listed_in_every_order_and_its_reverse(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let (wiki, tracker) = (org.server("wiki", &fixture.url()).await, org.server("Tracker", &fixture.url()).await);
        let mut made = Vec::new();
        for (server, person, effect) in [
            (Some(&wiki), Some(&org.eve), Effect::Allow),
            (Some(&tracker), Some(&org.ada), Effect::Allow),
            (None, None, Effect::Deny),
            (Some(&tracker), Some(&org.eve), Effect::Deny),
        ] {
            let principal = person.map_or_else(Principal::everyone, |person| Principal::user(person.id));
            let rule = NewRule { effect, servers: server.map(|server| server.id).into_iter().collect(), ..allow(&wiki, principal, RuleScope::All) };
            made.push(services.create_rule(&root, rule).await.unwrap().rule.id);
            org.world.advance(1);
        }
        let listed = async |sort| {
            let rules = services.rules(&root, None, sort).await.unwrap();
            rules.iter().map(|view| made.iter().position(|id| *id == view.rule.id).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(listed(None).await, [3, 2, 1, 0], "newest first");
        for (by, order) in [
            (RuleSort::Who, [1, 0, 3, 2]),
            (RuleSort::Effect, [0, 1, 2, 3]),
            (RuleSort::Server, [2, 1, 3, 0]),
            (RuleSort::Changed, [0, 1, 2, 3]),
        ] {
            assert_eq!(listed(Some(Sort { by, descending: false })).await, order, "{by}");
            let reversed: Vec<usize> = order.into_iter().rev().collect();
            assert_eq!(listed(Some(Sort { by, descending: true })).await, reversed, "-{by}");
        }
        services.switch_rules(&root, &made[..1], false).await.unwrap();
        assert_eq!(listed(Some(Sort { by: RuleSort::Changed, descending: true })).await[0], 0);
    }

    async fn several_rules_are_switched_together_or_not_at_all(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let server = org.server("Tracker", &fixture.url()).await;
        let ada = org.opened(&server, &org.ada, RuleScope::All).await.rule.id;
        let again = org.opened(&server, &org.ada, RuleScope::All).await.rule.id;
        let eve = org.opened(&server, &org.eve, RuleScope::All).await.rule.id;
        let may = || [org.ada.id, org.eve.id].map(|user| org.may_call(user, "tracker", "echo"));
        let changed = async || org.world.count(AuditAction::PolicyUpdated).await;

        // One that does not exist, between those that do: ids are taken in the order of their making.
        let gone = RuleId::generate(org.world.env.as_ref());
        let after = org.opened(&server, &org.eve, RuleScope::All).await.rule.id;
        for ids in [vec![ada, gone, after], vec![gone, eve], vec![eve, gone]] {
            assert_eq!(code(services.switch_rules(&root, &ids, false).await), "not_found");
        }
        assert_eq!(may(), [true, true]);
        assert_eq!(changed().await, 0);
        assert!(services.rules(&root, None, None).await.unwrap().iter().all(|view| view.rule.enabled));

        // Twice the same is once, and what is so already is no change.
        services.switch_rules(&root, &[ada, again, eve, ada], false).await.unwrap();
        assert_eq!(may(), [false, true], "another rule lets her in");
        assert_eq!(changed().await, 3);
        assert_eq!(org.messages(&org.ada).await.len(), 1, "told once, as both rules ended together");
        services.switch_rules(&root, &[ada, after], false).await.unwrap();
        assert_eq!((may(), changed().await), ([false, false], 4));
        services.switch_rules(&root, &[ada], false).await.unwrap();
        assert_eq!(code(services.switch_rules(&root, &[], true).await), "invalid");
        assert_eq!(code(services.switch_rules(&root, &vec![ada; 501], true).await), "invalid");
        assert_eq!(changed().await, 4);
        services.switch_rules(&root, &[again, eve], true).await.unwrap();
        assert_eq!((may(), changed().await), ([true, true], 6));
        assert_eq!(code(services.switch_rules(&org.as_ada(), &[again], false).await), "forbidden");
    }
}
