use chrono::TimeDelta;
use domain::{AuditAction, Role};
use service::AuthMethod;
use store::Db;

use crate::world::{World, code, problem};

testkit::both_engines! {
    async fn a_key_acts_as_its_person(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let ada = world.person("Ada", Role::Admin).await;
        let new = services.create_key(&world.as_user(&ada), " laptop ", None).await.unwrap();
        assert!(new.secret.starts_with("dbk_") && new.secret.starts_with(&new.key.hint));
        assert_eq!((new.key.name.as_str(), new.key.hint.len()), ("laptop", 8));

        let caller = services.key_caller(&new.secret, world.meta()).await.unwrap();
        assert_eq!(caller.auth, AuthMethod::ApiKey(new.key.id));
        assert_eq!((caller.user_id().unwrap(), caller.role), (ada.id, Some(Role::Admin)));

        services.flush_key_uses().await;
        assert_eq!(services.keys(&caller).await.unwrap()[0].last_used_at, Some(world.now()));
        let noted = world.now();
        world.advance(59);
        services.key_caller(&new.secret, world.meta()).await.unwrap();
        services.flush_key_uses().await;
        assert_eq!(services.keys(&caller).await.unwrap()[0].last_used_at, Some(noted));
        world.advance(1);
        services.key_caller(&new.secret, world.meta()).await.unwrap();
        services.flush_key_uses().await;
        assert_eq!(services.keys(&caller).await.unwrap()[0].last_used_at, Some(world.now()));

        let event = world.newest(AuditAction::ApiKeyCreated).await;
        assert!(!serde_json::to_string(&event).unwrap().contains(&new.secret));
    }

    async fn a_revoked_key_is_refused_at_once(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let (ada, eve) = (world.person("Ada", Role::User).await, world.person("Eve", Role::User).await);
        let root = world.person("Root", Role::Admin).await;
        let one = services.create_key(&world.as_user(&ada), "one", None).await.unwrap();
        let two = services.create_key(&world.as_user(&ada), "two", None).await.unwrap();
        assert_eq!(code(services.revoke_key(&world.as_user(&eve), one.key.id).await), "not_found");

        let revoked = services.revoke_key(&world.as_user(&ada), one.key.id).await.unwrap();
        assert_eq!(revoked.revoked_at, Some(world.now()));
        assert_eq!(code(services.key_caller(&one.secret, world.meta()).await), "unauthenticated");
        services.key_caller(&two.secret, world.meta()).await.expect("the other one works");
        services.revoke_key(&world.as_user(&root), two.key.id).await.unwrap();
        assert_eq!(code(services.key_caller(&two.secret, world.meta()).await), "unauthenticated");

        services.revoke_key(&world.as_user(&ada), one.key.id).await.unwrap();
        assert_eq!(world.count(AuditAction::ApiKeyRevoked).await, 2, "a second time changes nothing");
        assert_eq!(services.keys(&world.as_user(&ada)).await.unwrap().len(), 2);
    }

    async fn keys_expire(db: Db) {
        let world = World::new(db).await;
        let ada = world.person("Ada", Role::User).await;
        let past = problem(world.services.create_key(&world.as_user(&ada), "", Some(world.now())).await);
        assert!(past.of_field("expires_at").is_some() && past.of_field("name").is_some());
        let soon = world.now() + TimeDelta::seconds(60);
        let key = world.services.create_key(&world.as_user(&ada), "short", Some(soon)).await.unwrap();
        world.advance(59);
        world.services.key_caller(&key.secret, world.meta()).await.unwrap();
        world.advance(1);
        assert_eq!(code(world.services.key_caller(&key.secret, world.meta()).await), "unauthenticated");
        let event = world.newest(AuditAction::AuthFailed).await;
        assert!(event.row.reason.unwrap().contains("expired"));
        assert_eq!(event.row.resource.and_then(|r| r.id), Some(key.key.id.to_string()));
    }

    async fn refused_keys_are_recorded_without_flooding(db: Db) {
        let world = World::new(db).await;
        for _ in 0..25 {
            assert_eq!(code(world.services.key_caller("dbk_guess", world.meta()).await), "unauthenticated");
        }
        assert_eq!(world.count(AuditAction::AuthFailed).await, 10);
        world.advance(60);
        problem(world.services.key_caller("dbk_guess", world.meta()).await);
        let reason = world.newest(AuditAction::AuthFailed).await.row.reason.unwrap();
        assert!(reason.contains("15 more"), "{reason}");
    }

    async fn only_the_command_line_makes_keys_for_others(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let root = world.person("Root", Role::SuperAdmin).await;
        let ada = world.person("Ada", Role::User).await;
        assert_eq!(code(services.create_key_for(&world.as_user(&root), ada.id, "ci", None).await), "forbidden");
        let key = services.create_key_for(&world.operator(), ada.id, "ci", None).await.unwrap();
        assert_eq!(services.key_caller(&key.secret, world.meta()).await.unwrap().actor.id, Some(ada.id));
        services.suspend_user(&world.operator(), ada.id).await.unwrap();
        assert_eq!(code(services.create_key_for(&world.operator(), ada.id, "ci", None).await), "user_not_active");
        assert_eq!(code(services.create_key(&world.operator(), "mine", None).await), "forbidden");
    }

    async fn the_number_of_keys_is_bounded(db: Db) {
        let world = World::new(db).await;
        let ada = world.person("Ada", Role::User).await;
        let caller = world.as_user(&ada);
        let mut last = None;
        for n in 0..50 {
            last = Some(world.services.create_key(&caller, &format!("key {n}"), None).await.unwrap().key.id);
        }
        assert_eq!(code(world.services.create_key(&caller, "one too many", None).await), "too_many_keys");
        world.services.revoke_key(&caller, last.unwrap()).await.unwrap();
        world.services.create_key(&caller, "in its place", None).await.unwrap();
    }
}
