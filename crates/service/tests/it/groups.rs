use domain::{AuditAction, Effect, Principal, Role, Rule, RuleId, RuleScope};
use store::Db;

use crate::world::{World, code, problem};

testkit::both_engines! {
    async fn members_come_and_go_at_once(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let root = world.person("Root", Role::Admin).await;
        let ada = world.person("Ada", Role::User).await;
        let as_root = world.as_user(&root);
        let group = services.create_group(&as_root, " Analysts ", "Those who count").await.unwrap();
        assert_eq!((group.name.as_str(), group.members), ("Analysts", 0));
        assert_eq!(code(services.create_group(&as_root, "Analysts", "").await), "groups.name");
        assert!(problem(services.create_group(&as_root, "", "").await).of_field("name").is_some());

        services.add_group_member(&as_root, group.id, ada.id).await.unwrap();
        let in_snapshot = || services.directory().load().people.get(ada.id).unwrap().groups.contains(group.id);
        assert!(in_snapshot());
        let (found, members) = services.group(&as_root, group.id).await.unwrap();
        assert_eq!((found.members, members.first().map(|m| m.id)), (1, Some(ada.id)));
        assert_eq!(services.user(&as_root, ada.id).await.unwrap().groups, [found]);

        let events = world.events().await.len();
        services.add_group_member(&as_root, group.id, ada.id).await.unwrap();
        assert_eq!(world.events().await.len(), events, "nothing changed, nothing is recorded");

        services.remove_group_member(&as_root, group.id, ada.id).await.unwrap();
        assert!(!in_snapshot());
        assert_eq!(world.count(AuditAction::GroupUpdated).await, 2);
        services.delete_group(&as_root, group.id).await.unwrap();
        assert_eq!(code(services.group(&as_root, group.id).await), "not_found");
        assert_eq!(services.groups(&as_root, None).await.unwrap(), []);
        assert_eq!(world.actions().await.last(), Some(&AuditAction::GroupDeleted));
    }

    async fn a_group_that_a_rule_names_stays(db: Db) {
        let world = World::new(db).await;
        let group = world.services.create_group(&world.operator(), "Analysts", "").await.unwrap();
        let rule = Rule {
            id: RuleId::generate(world.env.as_ref()),
            principal: Principal::group(group.id),
            effect: Effect::Deny,
            servers: Vec::new(),
            scope: RuleScope::All,
            conditions: None,
            cedar: None,
            mode: domain::RuleMode::Enforce,
            starts_at: None,
            ends_at: None,
            notes: String::new(),
            enabled: true,
            request_id: None,
            created_by: None,
            created_at: world.now(),
            updated_at: world.now(),
        };
        let mut tx = world.db.begin().await.unwrap();
        store::rules::insert(&mut tx, &rule).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(code(world.services.delete_group(&world.operator(), group.id).await), "group_in_use");

        let mut tx = world.db.begin().await.unwrap();
        store::rules::delete(&mut tx, rule.id).await.unwrap();
        tx.commit().await.unwrap();
        world.services.delete_group(&world.operator(), group.id).await.unwrap();
    }
}
