use domain::{AuditAction, Effect, GroupKind, GroupSource, NewRule, Principal, Role, Rule, RuleId, RuleScope};
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

    async fn a_group_that_conditions_ask_for_keeps_its_name(db: Db) {
        let world = World::new(db).await;
        let (services, root) = (&world.services, world.operator());
        let group = services.create_group(&root, GroupKind::Group, "Night shift", "").await.unwrap();
        let nurse = services.create_group(&root, GroupKind::JobRole, "Nurse", "").await.unwrap();
        let deny = || NewRule::new(Principal::everyone(), Effect::Deny, None);
        let condition = |json: &str| Some(serde_json::from_str(json).unwrap());
        let by_list = NewRule {
            conditions: condition(r#"{"none":[{"path":"subject.groups","operator":"in","value":["Day shift","Night shift"]}]}"#),
            ..deny()
        };
        let by_list = services.create_rule(&root, by_list).await.unwrap().rule;
        let clauses = r#"unless { context.list.hasTag("subject.job_roles") && context.list.getTag("subject.job_roles").contains("Nurse") }"#;
        let by_clause = NewRule { cedar: Some(clauses.to_owned()), enabled: false, ..deny() };
        let by_clause = services.create_rule(&root, by_clause).await.unwrap().rule;
        for (of, rule) in [(&group, &by_list), (&nurse, &by_clause)] {
            for refused in [
                services.update_group(&root, of.id, "Another", "").await.map(drop),
                services.delete_group(&root, of.id).await,
            ] {
                let refused = problem(refused);
                assert_eq!(refused.code(), "group_in_conditions");
                let said = refused.to_string();
                assert!(said.contains(&rule.id.to_string()) && said.contains(&of.name), "{said}");
            }
        }
        services.update_group(&root, group.id, "Night shift", "From ten").await.unwrap();
        services.delete_rule(&root, by_list.id).await.unwrap();
        let renamed = services.update_group(&root, group.id, "Late shift", "").await.unwrap();
        // By its id, in clauses: a new name does no harm.
        let named = format!("when {{ principal in Group::\"{}\" }}", renamed.id);
        let named = services.create_rule(&root, NewRule { cedar: Some(named), ..deny() }).await.unwrap().rule;
        services.update_group(&root, group.id, "Later shift", "").await.unwrap();
        assert_eq!(code(services.delete_group(&root, group.id).await), "group_in_conditions");
        services.delete_rule(&root, named.id).await.unwrap();
        services.delete_group(&root, group.id).await.unwrap();
    }

    async fn of_a_rule_about_a_group_and_its_deletion_one_comes_first(db: Db) {
        let world = World::new(db).await;
        let (services, root) = (&world.services, world.operator());
        for n in 0..10 {
            let group = services.create_group(&root, GroupKind::Group, &format!("Group {n}"), "").await.unwrap();
            let new = NewRule::new(Principal::group(group.id), Effect::Deny, None);
            let (made, deleted) = tokio::join!(services.create_rule(&root, new), services.delete_group(&root, group.id));
            assert_ne!(made.is_ok(), deleted.is_ok(), "{made:?} {deleted:?}");
        }
    }
}
