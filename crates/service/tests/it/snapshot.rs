use domain::{Role, UserStatus};
use store::Db;
use store::changes::Part;

use crate::world::World;

testkit::both_engines! {
    async fn a_change_by_another_node_is_caught_up(db: Db) {
        let world = World::new(db).await;
        let ada = world.person("Ada", Role::User).await;
        let status = || world.services.directory().load().people.get(ada.id).unwrap().status;
        assert!(!world.services.catch_up().await.unwrap(), "one's own change is published already");

        let mut tx = world.db.begin().await.unwrap();
        store::users::set_status(&mut tx, ada.id, UserStatus::Suspended, world.now()).await.unwrap();
        store::changes::insert(&mut tx, Part::People, world.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(status(), UserStatus::Active);
        assert!(world.services.catch_up().await.unwrap());
        assert_eq!(status(), UserStatus::Suspended);
        assert!(!world.services.catch_up().await.unwrap());
    }

    async fn parts_that_did_not_change_are_shared(db: Db) {
        let world = World::new(db).await;
        let before = world.services.directory().load();
        world.person("Ada", Role::User).await;
        let after = world.services.directory().load();
        assert!(std::sync::Arc::ptr_eq(&before.rules, &after.rules));
        assert!(std::sync::Arc::ptr_eq(&before.servers, &after.servers));
        assert!(!std::sync::Arc::ptr_eq(&before.people, &after.people));
        assert!(after.generation > before.generation);
    }

    async fn many_changes_at_once_are_all_in_force(db: Db) {
        let world = World::new(db).await;
        let ada = world.person("Ada", Role::User).await;
        let caller = world.as_user(&ada);
        let names: Vec<String> = (0..20).map(|n| format!("key {n}")).collect();
        let tasks: Vec<_> = names
            .into_iter()
            .map(|name| {
                let (services, caller, meta) = (world.services.clone(), caller.clone(), world.meta());
                tokio::spawn(async move {
                    let key = services.create_key(&caller, &name, None).await.unwrap();
                    // Published before the use case returned.
                    services.key_caller(&key.secret, meta).await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(world.services.directory().load().keys.len(), 20);
    }
}
