use domain::{AuditAction, Compared, Outcome, Role};
use store::Db;

use crate::world::{World, code};

testkit::both_engines! {
    async fn everybody_has_a_home_and_administrators_see_the_organisation(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let root = world.person("Root", Role::Admin).await;
        let ada = world.person("Ada", Role::User).await;
        services.create_key(&world.as_user(&ada), "laptop", None).await.unwrap();

        let server = (domain::ServerId::generate(world.env.as_ref()), "wiki".to_owned());
        for (action, outcome) in [
            (AuditAction::ToolCallAdmitted, Outcome::Admitted),
            (AuditAction::ToolCallSuccess, Outcome::Success),
            (AuditAction::ToolCallAdmitted, Outcome::Admitted),
            (AuditAction::ToolCallFailure, Outcome::Failure),
            (AuditAction::AccessDenied, Outcome::Denied),
        ] {
            let actor = world.as_user(&ada).actor;
            let event = ledger::Event::new(action, outcome, actor, world.meta().correlation)
                .server(server.0, server.1.clone())
                .tool("search");
            services.parts().ledger.write(event).await.unwrap();
        }

        let home = services.home(&world.as_user(&ada)).await.unwrap();
        assert!(home.admin.is_none());
        assert_eq!((home.employee.keys, home.employee.connector_count), (1, 0));
        let outcomes: Vec<_> = home.employee.calls.iter().map(|call| call.outcome).collect();
        assert_eq!(outcomes.len(), 3);
        assert!([Outcome::Denied, Outcome::Failure, Outcome::Success].iter().all(|outcome| outcomes.contains(outcome)));

        let admin = services.home(&world.as_user(&root)).await.unwrap().admin.expect("an administrator");
        assert_eq!((admin.calls_today, admin.failures_today, admin.denials_today), (2, 1, 1));
        assert_eq!((admin.active_users, admin.users, admin.active_servers), (1, 2, 0));
        assert_eq!(admin.by_hour.len(), 24);
        assert_eq!(admin.by_hour.last().map(|h| (h.calls, h.failures)), Some((2, 1)));
        let top = admin.top_tools.first().expect("a tool");
        assert!(top.name.ends_with(" / search") && top.calls == 2, "{top:?}");
        assert_eq!(admin.denials.len(), 1);
        // There was no day before, so there is nothing to compare with.
        assert_eq!((admin.calls_compared, admin.denials_compared, admin.active_compared), (None, None, None));
        // A refused change is a denial, too, though no call; the tile, the list and the audit log behind both agree.
        assert_eq!(code(services.invite_user(&world.as_user(&ada), domain::NewUser::default()).await), "forbidden");
        let admin = services.home(&world.as_user(&root)).await.unwrap().admin.expect("an administrator");
        let filter = domain::AuditFilter { action: Some(AuditAction::AccessDenied), ..domain::AuditFilter::default() };
        let listed = services.audit(&world.as_user(&root), &filter, &domain::PageQuery::default()).await.unwrap();
        assert_eq!((admin.denials_today, admin.denials.len(), listed.data.len()), (2, 2, 2));
        assert_eq!(services.home(&world.as_user(&ada)).await.unwrap().employee.calls.len(), 3);
        services.suspend_user(&world.as_user(&root), ada.id).await.unwrap();
        let admin = services.home(&world.as_user(&root)).await.unwrap().admin.expect("an administrator");
        assert_eq!((admin.active_users, admin.users), (0, 1), "who may not act counts in neither number");
        world.advance(86_400);
        let admin = services.home(&world.as_user(&root)).await.unwrap().admin.expect("an administrator");
        assert_eq!((admin.denials_today, admin.denials.len()), (0, 2), "the day is over");
        assert_eq!(code(services.home(&world.operator()).await), "forbidden");
    }

    async fn numbers_are_compared_with_the_same_hours_before(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let root = world.person("Root", Role::Admin).await;
        let ada = world.person("Ada", Role::User).await;
        let server = (domain::ServerId::generate(world.env.as_ref()), "wiki".to_owned());
        let happens = async |who: &domain::User, action, outcome, times: u32| {
            for _ in 0..times {
                let actor = world.as_user(who).actor;
                let event = ledger::Event::new(action, outcome, actor, world.meta().correlation)
                    .server(server.0, server.1.clone())
                    .tool("search");
                services.parts().ledger.write(event).await.unwrap();
            }
        };
        let calls = async |who: &domain::User, times| {
            happens(who, AuditAction::ToolCallSuccess, Outcome::Success, times).await;
        };
        let admin = async || services.home(&world.as_user(&root)).await.unwrap().admin.expect("an administrator");
        let (hour, day) = (3600, 86_400);
        // To the begin of a day, two weeks before the one that is looked at.
        let since_midnight = world.now().timestamp().cast_unsigned() % day;
        world.advance(day - since_midnight);
        calls(&root, 1).await;
        world.advance(13 * day + 30 * 60);
        calls(&root, 4).await;
        happens(&root, AuditAction::AccessDenied, Outcome::Denied, 3).await;
        world.advance(hour);
        calls(&root, 50).await;
        world.advance(day - hour);
        calls(&ada, 5).await;
        calls(&root, 1).await;
        happens(&root, AuditAction::AccessDenied, Outcome::Denied, 1).await;
        let first_hour = admin().await;
        assert_eq!((first_hour.calls_today, first_hour.calls_compared), (6, None), "no hour of the day is over");
        assert!(first_hour.active_compared.is_some());

        world.advance(hour);
        calls(&ada, 7).await;
        let home = admin().await;
        assert_eq!(home.calls_today, 13);
        assert_eq!(home.calls_compared, Some(Compared { now: 6, before: 4 }), "the hour that runs is left out");
        assert_eq!(home.denials_compared, Some(Compared { now: 1, before: 3 }));
        assert_eq!(home.active_compared, Some(Compared { now: 2, before: 0 }), "the first call was longer ago");
        world.advance(5 * day);
        assert_eq!(admin().await.active_compared, Some(Compared { now: 2, before: 0 }));
        world.advance(3 * day);
        assert_eq!(admin().await.active_compared, Some(Compared { now: 0, before: 2 }));
    }
}
