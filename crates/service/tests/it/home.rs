use domain::{AuditAction, Outcome, Role};
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
        assert_eq!(home.employee.calls.len(), 2);

        let admin = services.home(&world.as_user(&root)).await.unwrap().admin.expect("an administrator");
        assert_eq!((admin.calls_today, admin.failures_today, admin.denials_today), (2, 1, 1));
        assert_eq!((admin.active_users, admin.users, admin.active_servers), (1, 2, 0));
        assert_eq!(admin.by_hour.len(), 24);
        assert_eq!(admin.by_hour.last().map(|h| (h.calls, h.failures)), Some((2, 1)));
        let top = admin.top_tools.first().expect("a tool");
        assert!(top.name.ends_with(" / search") && top.calls == 2, "{top:?}");
        assert_eq!(admin.denials.len(), 1);
        assert_eq!(code(services.home(&world.operator()).await), "forbidden");
    }
}
