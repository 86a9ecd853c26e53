use domain::{AuditAction, AuditFilter, Notification, NotificationId, NotificationKind, PageQuery, Role};
use store::Db;

use crate::world::{World, code};

testkit::both_engines! {
    async fn people_see_what_they_did_and_administrators_see_all(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let root = world.person("Root", Role::Admin).await;
        let ada = world.person("Ada", Role::User).await;
        world.sign_in(&ada).await;
        world.sign_in(&root).await;
        let (filter, page) = (AuditFilter::default(), PageQuery::default());

        let own = services.audit(&world.as_user(&ada), &filter, &page).await.unwrap().data;
        assert_eq!(own.iter().map(|e| (e.action, e.actor.id)).collect::<Vec<_>>(),
            [(AuditAction::AuthSuccess, Some(ada.id))], "not what was done to them by others");
        let all = services.audit(&world.as_user(&root), &filter, &page).await.unwrap().data;
        assert_eq!(all.len(), 4);

        // A filter cannot widen the view.
        let others = AuditFilter { actor: Some(root.id), ..AuditFilter::default() };
        assert!(services.audit(&world.as_user(&ada), &others, &page).await.unwrap().data.is_empty());
        let foreign = all.iter().find(|e| e.actor.id == Some(root.id)).unwrap();
        assert_eq!(code(services.audit_entry(&world.as_user(&ada), foreign.id).await), "not_found");
        assert!(services.audit_related(&world.as_user(&ada), foreign.correlation_id).await.unwrap().is_empty());
        services.audit_entry(&world.as_user(&ada), own[0].id).await.unwrap();
        let related = services.audit_related(&world.as_user(&root), foreign.correlation_id).await.unwrap();
        assert_eq!(related.iter().map(|e| e.id).collect::<Vec<_>>(), [foreign.id]);

        assert_eq!(services.audit_actors(&world.as_user(&ada)).await.unwrap(), [(ada.id, "Ada".to_owned())]);
        let actors = services.audit_actors(&world.as_user(&root)).await.unwrap();
        assert_eq!(actors, [(ada.id, "Ada".to_owned()), (root.id, "Root".to_owned())]);
    }

    async fn the_chain_holds(db: Db) {
        let world = World::new(db).await;
        let ada = world.person("Ada", Role::User).await;
        world.sign_in(&ada).await;
        let report = ledger::verify::verify(&world.db).await.unwrap();
        assert!(report.nodes.iter().all(|node| node.ok), "{report:?}");
        assert_eq!(report.nodes.iter().map(|node| node.entries).sum::<u64>(), 2);
    }

    async fn what_cannot_be_recorded_does_not_happen(db: Db) {
        let world = World::new(db).await;
        let ada = world.person("Ada", Role::User).await;
        let mut tx = world.db.begin().await.unwrap();
        store::sql("ALTER TABLE audit RENAME TO audit_away").execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let services = &world.services;
        assert!(services.create_key(&world.as_user(&ada), "laptop", None).await.is_err());
        assert!(services.suspend_user(&world.operator(), ada.id).await.is_err());
        assert!(services.keys(&world.as_user(&ada)).await.unwrap().is_empty());
        let person = services.user(&world.as_user(&ada), ada.id).await.unwrap().user;
        assert_eq!(person.status, domain::UserStatus::Active);
        assert!(services.directory().load().keys.is_empty());
    }

    async fn notifications_are_for_one_person(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let (ada, eve) = (world.person("Ada", Role::User).await, world.person("Eve", Role::User).await);
        let message = |n: u32| Notification {
            id: NotificationId::generate(world.env.as_ref()),
            kind: NotificationKind::RequestApproved,
            title: format!("Message {n}"),
            body: String::new(),
            link: "/requests".to_owned(),
            created_at: world.now(),
            read_at: None,
        };
        let (first, second) = (message(1), message(2));
        let mut tx = world.db.begin().await.unwrap();
        for notification in [&first, &second] {
            store::notifications::insert(&mut tx, ada.id, notification).await.unwrap();
        }
        tx.commit().await.unwrap();

        let (as_ada, as_eve) = (world.as_user(&ada), world.as_user(&eve));
        let page = PageQuery::default();
        assert_eq!(services.notifications(&as_ada, &page).await.unwrap().data.len(), 2);
        assert!(services.notifications(&as_eve, &page).await.unwrap().data.is_empty());
        services.mark_read(&as_eve, first.id).await.unwrap();
        assert_eq!(services.me(&as_ada).await.unwrap().unread_notifications, 2);
        services.mark_read(&as_ada, first.id).await.unwrap();
        assert_eq!(services.me(&as_ada).await.unwrap().unread_notifications, 1);
        services.mark_all_read(&as_ada).await.unwrap();
        let read = services.notifications(&as_ada, &page).await.unwrap().data;
        assert!(read.iter().all(|n| n.read_at == Some(world.now())));
    }
}
