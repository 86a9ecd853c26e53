use domain::{AuditAction, Effect, GroupKind, GroupSource, Principal, Role, Rule, RuleId, RuleScope};
use store::Db;

use crate::world::{World, code, problem};

testkit::both_engines! {
    async fn members_come_and_go_at_once(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let root = world.person("Root", Role::Admin).await;
        let ada = world.person("Ada", Role::User).await;
        let as_root = world.as_user(&root);
        let group = services.create_group(&as_root, GroupKind::Group, " Analysts ", "Those who count").await.unwrap();
        assert_eq!((group.name.as_str(), group.members), ("Analysts", 0));
        assert_eq!(code(services.create_group(&as_root, GroupKind::Group, "Analysts", "").await), "groups.name");
        assert!(problem(services.create_group(&as_root, GroupKind::Group, "", "").await).of_field("name").is_some());

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

    async fn job_roles_are_kept_like_groups(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let root = world.as_user(&world.person("Root", Role::Admin).await);
        let ada = world.person("Ada", Role::User).await;
        let nurse = services.create_group(&root, GroupKind::JobRole, "Nurse", "Cares").await.unwrap();
        services.create_group(&root, GroupKind::Group, "Night shift", "").await.unwrap();
        assert_eq!((nurse.kind, nurse.source), (GroupKind::JobRole, GroupSource::Manual));
        let taken = services.create_group(&root, GroupKind::Group, "Nurse", "").await;
        assert_eq!(code(taken), "groups.name", "one name for both kinds");
        let names = async |kind: Option<GroupKind>| {
            let groups = services.groups_of_kind(&root, kind, None).await.unwrap();
            groups.into_iter().map(|group| group.name).collect::<Vec<_>>()
        };
        assert_eq!(names(None).await, ["Night shift", "Nurse"]);
        assert_eq!(names(Some(GroupKind::JobRole)).await, ["Nurse"]);

        services.add_group_member(&root, nurse.id, ada.id).await.unwrap();
        let changed = services.update_group(&root, nurse.id, " Nurse practitioner ", "Cares").await.unwrap();
        assert_eq!((changed.name.as_str(), changed.members, changed.kind), ("Nurse practitioner", 1, GroupKind::JobRole));
        assert_eq!(services.group(&root, nurse.id).await.unwrap().0, changed);
        let event = world.events().await.pop().unwrap();
        assert_eq!(event.action, AuditAction::GroupUpdated);
        assert_eq!(event.resource.unwrap().name.as_deref(), Some("Nurse practitioner"));
        let events = world.events().await.len();
        services.update_group(&root, nurse.id, "Nurse practitioner", "Cares").await.unwrap();
        assert_eq!(world.events().await.len(), events, "nothing changed, nothing is recorded");
        assert_eq!(code(services.update_group(&root, nurse.id, "Night shift", "").await), "groups.name");
        assert!(problem(services.update_group(&root, nurse.id, " ", "").await).of_field("name").is_some());
        let gone = domain::GroupId::generate(world.env.as_ref());
        assert_eq!(code(services.update_group(&root, gone, "X", "").await), "not_found");
    }

    async fn a_group_that_a_rule_names_stays(db: Db) {
        let world = World::new(db).await;
        let group = world.services.create_group(&world.operator(), GroupKind::Group, "Analysts", "").await.unwrap();
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
