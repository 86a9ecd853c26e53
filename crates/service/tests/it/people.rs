use domain::{AuditAction, NewUser, PageQuery, Role, SecretText, UserFilter, UserStatus};
use store::Db;

use crate::world::{PASSWORD, World, code, new_user, problem};

testkit::both_engines! {
    async fn all_wrong_fields_are_named(db: Db) {
        let world = World::new(db).await;
        let new = NewUser { email: "nobody".into(), name: "  ".into(), team: "x".repeat(101), ..NewUser::default() };
        let refused = problem(world.services.create_user(&world.operator(), new, &SecretText::new("short")).await);
        for field in ["email", "name", "team", "password"] {
            assert!(refused.of_field(field).is_some(), "{field}");
        }
        assert!(world.events().await.is_empty());
    }

    async fn an_email_address_is_taken_once(db: Db) {
        let world = World::new(db).await;
        world.person("Ada", Role::User).await;
        let again = world.services.invite_user(&world.operator(), new_user("Ada", None)).await;
        assert_eq!(code(again), "users.email");
        assert_eq!(world.actions().await, [AuditAction::UserCreated], "a refused change leaves no event");
    }

    async fn people_are_listed_and_found(db: Db) {
        let world = World::new(db).await;
        let root = world.person("Root", Role::Admin).await;
        let ada = world.person("Ada", Role::User).await;
        let as_root = world.as_user(&root);
        let all = world.services.users(&as_root, &UserFilter::default(), &PageQuery::default()).await.unwrap();
        assert_eq!(all.data.iter().map(|u| u.name.as_str()).collect::<Vec<_>>(), ["Ada", "Root"]);
        assert_eq!(world.services.user_by_email(&world.operator(), " ADA@example.com").await.unwrap().id, ada.id);
        assert_eq!(code(world.services.user_by_email(&world.operator(), "eve@example.com").await), "not_found");

        // One's own profile, nobody else's.
        assert_eq!(world.services.user(&world.as_user(&ada), ada.id).await.unwrap().user, ada);
        assert_eq!(code(world.services.user(&world.as_user(&ada), root.id).await), "forbidden");
        let denial = world.newest(AuditAction::AccessDenied).await;
        assert_eq!(denial.row.actor.id, Some(ada.id));
    }

    async fn a_change_records_the_fields_that_changed(db: Db) {
        let world = World::new(db).await;
        let root = world.person("Root", Role::Admin).await;
        let ada = world.person("Ada", Role::User).await;
        let as_root = world.as_user(&root);
        let new = NewUser { title: "Countess".into(), ..new_user("Ada", None) };
        let changed = world.services.update_user(&as_root, ada.id, new.clone()).await.unwrap();
        assert_eq!((changed.title.as_str(), changed.role), ("Countess", Role::User));
        let event = world.newest(AuditAction::UserUpdated).await;
        assert_eq!(event.args.as_deref(), Some(r#"{"title":"Countess"}"#));

        let events = world.events().await.len();
        world.services.update_user(&as_root, ada.id, new).await.unwrap();
        assert_eq!(world.events().await.len(), events, "nothing changed, nothing is recorded");
    }

    async fn roles_are_given_and_taken_within_reach(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let boss = world.person("Boss", Role::SuperAdmin).await;
        let root = world.person("Root", Role::Admin).await;
        let ada = world.person("Ada", Role::User).await;
        let (as_boss, as_root) = (world.as_user(&boss), world.as_user(&root));

        let promoted = services.update_user(&as_root, ada.id, new_user("Ada", Some(Role::Admin))).await.unwrap();
        assert_eq!(promoted.role, Role::Admin);
        let event = world.newest(AuditAction::RoleChanged).await;
        assert_eq!(event.args.as_deref(), Some(r#"{"from":"user","to":"admin"}"#));
        assert_eq!(services.directory().load().people.get(ada.id).unwrap().role, Role::Admin);

        // Only super administrators make one, or touch one.
        let super_ada = new_user("Ada", Some(Role::SuperAdmin));
        assert_eq!(code(services.update_user(&as_root, ada.id, super_ada.clone()).await), "forbidden");
        let eve = new_user("Eve", Some(Role::SuperAdmin));
        assert_eq!(code(services.invite_user(&as_root, eve.clone()).await), "forbidden");
        let password = SecretText::new(PASSWORD);
        assert_eq!(code(services.create_user(&as_root, eve, &password).await), "forbidden");
        assert_eq!(code(services.update_user(&as_root, boss.id, new_user("Boss", Some(Role::User))).await), "forbidden");
        assert_eq!(code(services.suspend_user(&as_root, boss.id).await), "forbidden");
        assert_eq!(code(services.reset_link(&as_root, boss.id).await), "forbidden");
        assert_eq!(world.count(AuditAction::AccessDenied).await, 6);
        assert_eq!(services.update_user(&as_boss, ada.id, super_ada).await.unwrap().role, Role::SuperAdmin);

        // Not one's own.
        let own = services.update_user(&as_root, root.id, new_user("Root", Some(Role::User))).await;
        assert_eq!(code(own), "own_role");
    }

    async fn the_last_administrator_stays(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let root = world.person("Root", Role::Admin).await;
        let demoted = services.update_user(&world.operator(), root.id, new_user("Root", Some(Role::User))).await;
        assert_eq!(code(demoted), "last_admin");
        assert_eq!(code(services.suspend_user(&world.operator(), root.id).await), "last_admin");
        assert_eq!(code(services.suspend_user(&world.as_user(&root), root.id).await), "own_account");

        let other = world.person("Other", Role::Admin).await;
        services.suspend_user(&world.as_user(&other), root.id).await.unwrap();
        assert_eq!(code(services.suspend_user(&world.operator(), other.id).await), "last_admin");
    }

    async fn two_administrators_cannot_suspend_each_other_at_once(db: Db) {
        let world = World::new(db).await;
        let (one, two) = (world.person("One", Role::Admin).await, world.person("Two", Role::Admin).await);
        let (as_one, as_two) = (world.as_user(&one), world.as_user(&two));
        let (first, second) = tokio::join!(
            world.services.suspend_user(&as_one, two.id),
            world.services.suspend_user(&as_two, one.id),
        );
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        let mut tx = world.db.read().await.unwrap();
        assert_eq!(store::users::count_admins(&mut tx).await.unwrap(), 1);
    }

    async fn suspension_ends_everything_at_once(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let root = world.person("Root", Role::Admin).await;
        let ada = world.person("Ada", Role::User).await;
        let session = world.sign_in(&ada).await;
        let key = services.create_key(&world.as_user(&ada), "laptop", None).await.unwrap();
        services.key_caller(&key.secret, world.meta()).await.expect("the key works");

        let suspended = services.suspend_user(&world.as_user(&root), ada.id).await.unwrap();
        assert_eq!(suspended.status, UserStatus::Suspended);
        assert!(world.session(&session).await.is_none());
        assert_eq!(code(services.key_caller(&key.secret, world.meta()).await), "unauthenticated");
        assert_eq!(code(services.suspend_user(&world.as_user(&root), ada.id).await), "user_suspended");
        let event = world.newest(AuditAction::UserSuspended).await;
        assert_eq!(event.args.as_deref(), Some(r#"{"sessions_ended":1}"#));

        let back = services.reactivate_user(&world.as_user(&root), ada.id).await.unwrap();
        assert_eq!(back.status, UserStatus::Active);
        services.key_caller(&key.secret, world.meta()).await.expect("the key works again");
        assert!(world.session(&session).await.is_none(), "the session does not come back");
        assert_eq!(code(services.reactivate_user(&world.as_user(&root), ada.id).await), "user_not_suspended");
    }

    async fn several_people_are_suspended_and_reactivated_together(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let root = world.person("Root", Role::Admin).await;
        let as_root = world.as_user(&root);
        let (ada, bob) = (world.person("Ada", Role::User).await, world.person("Bob", Role::User).await);
        let session = world.sign_in(&ada).await;
        services.suspend_user(&as_root, bob.id).await.unwrap();
        let cid = world.person("Cid", Role::User).await;

        let chosen = [ada.id, bob.id, cid.id, ada.id];
        let suspended = services.switch_users(&as_root, &chosen, false).await.unwrap();
        let names: std::collections::BTreeSet<_> = suspended.iter().map(|user| user.name.as_str()).collect();
        assert_eq!(names, ["Ada", "Cid"].into(), "Bob was suspended already");
        assert!(suspended.iter().all(|user| user.status == UserStatus::Suspended));
        assert!(world.session(&session).await.is_none());
        let suspensions = |actions: &[AuditAction]| actions.iter().filter(|a| **a == AuditAction::UserSuspended).count();
        assert_eq!(suspensions(&world.actions().await), 3, "one event for each");

        let back = services.switch_users(&as_root, &chosen, true).await.unwrap();
        assert_eq!(back.len(), 3);
        assert!(back.iter().all(|user| user.status == UserStatus::Active));
        let events = world.events().await.len();
        assert_eq!(services.switch_users(&as_root, &chosen, true).await.unwrap(), []);
        assert_eq!(world.events().await.len(), events, "nothing changed, nothing is recorded");
        assert_eq!(code(services.switch_users(&as_root, &[], true).await), "invalid");
    }

    async fn who_may_not_be_suspended_keeps_all_chosen_as_they_are(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let boss = world.person("Boss", Role::SuperAdmin).await;
        let root = world.person("Root", Role::Admin).await;
        let ada = world.person("Ada", Role::User).await;
        let (as_boss, as_root) = (world.as_user(&boss), world.as_user(&root));
        let events = world.events().await.len();

        assert_eq!(code(services.switch_users(&as_root, &[ada.id, root.id], false).await), "own_account");
        assert_eq!(world.events().await.len(), events);
        assert_eq!(code(services.switch_users(&as_root, &[ada.id, boss.id], false).await), "forbidden");
        assert_eq!(world.newest(AuditAction::AccessDenied).await.row.actor.id, Some(root.id));
        // Both together would leave nobody to run the organisation.
        let operator = world.operator();
        assert_eq!(code(services.switch_users(&operator, &[ada.id, root.id, boss.id], false).await), "last_admin");
        let missing: domain::UserId = "usr_01900000000070008000000000000001".parse().unwrap();
        assert_eq!(code(services.switch_users(&as_boss, &[ada.id, missing], false).await), "not_found");
        for id in [ada.id, root.id, boss.id] {
            assert_eq!(services.user(&as_boss, id).await.unwrap().user.status, UserStatus::Active);
        }
    }

    async fn who_had_never_come_in_needs_an_invitation_after_suspension(db: Db) {
        let world = World::new(db).await;
        let (ada, _) = world.services.invite_user(&world.operator(), new_user("Ada", None)).await.unwrap();
        world.services.suspend_user(&world.operator(), ada.id).await.unwrap();
        let back = world.services.reactivate_user(&world.operator(), ada.id).await.unwrap();
        assert_eq!(back.status, UserStatus::Inactive);
        assert_eq!(code(world.services.reset_link(&world.operator(), ada.id).await), "user_inactive");
        world.services.invite_again(&world.operator(), ada.id).await.unwrap();
    }
}
