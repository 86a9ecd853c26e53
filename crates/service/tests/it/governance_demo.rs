use domain::{
    AuditAction, AuditFilter, PageQuery, PinState, RequestFilter, RequestState, SecretText, ServerFilter, ServerStatus,
};
use service::{DEMO_ADMIN, DEMO_EMPLOYEE, DEMO_PASSWORD};
use store::Db;

use crate::governance::{NOWHERE, fixture};
use crate::world::{World, problem};

async fn session(world: &World, email: &str) -> service::Caller {
    let password = SecretText::new(DEMO_PASSWORD);
    let signed_in = world.services.sign_in(&world.anonymous(), email, &password).await.expect("signs in");
    world.session(&signed_in).await.expect("a session")
}

/// What was written, as the demonstration's own event says.
async fn written(world: &World) -> serde_json::Value {
    let filter = AuditFilter { action: Some(AuditAction::DemoSeeded), ..AuditFilter::default() };
    let rows = world.services.audit(&world.operator(), &filter, &PageQuery::default()).await.unwrap().data;
    let [row] = rows.as_slice() else { panic!("one event, not {}", rows.len()) };
    let entry = world.services.audit_entry(&world.operator(), row.id).await.unwrap();
    serde_json::from_str(&entry.args.unwrap()).unwrap()
}

testkit::both_engines! {
    async fn a_demonstration_fills_every_page(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let fixture = fixture().await;
        assert!(services.seed_demo(&world.operator(), &fixture.url()).await.unwrap());
        let admin = session(&world, DEMO_ADMIN).await;
        let employee = session(&world, DEMO_EMPLOYEE).await;
        let page = PageQuery { cursor: None, limit: Some(200) };

        let me = services.me(&admin).await.unwrap();
        assert!(me.demo && me.unread_notifications > 0);
        assert_eq!(me.pending_requests, 4);
        assert!(services.users(&admin, &domain::UserFilter::default(), &page).await.unwrap().data.len() >= 14);
        assert_eq!(services.groups(&admin, None).await.unwrap().len(), 5);

        let servers = services.servers(&admin, &ServerFilter::default(), &page).await.unwrap().data;
        assert_eq!(servers.len(), 7);
        assert_eq!(servers.iter().filter(|server| server.status == ServerStatus::Disabled).count(), 1);
        let mut withheld = 0;
        for server in &servers {
            let detail = services.server(&admin, server.id).await.unwrap();
            withheld += detail.pins.iter().filter(|pin| pin.state == PinState::Changed).count();
            assert!(detail.test.is_some() && detail.owner.is_some() && !detail.rules.is_empty(), "{}", server.name);
        }
        assert_eq!(withheld, 1);

        let requests = services.requests(&admin, &RequestFilter::default(), &page).await.unwrap().data;
        for state in RequestState::ALL {
            assert!(requests.iter().any(|request| request.state == *state), "{state}");
        }
        let waiting: Vec<_> = requests.iter().filter(|request| request.state == RequestState::Pending).collect();
        assert_eq!((waiting.len(), waiting.iter().filter(|request| request.urgent).count()), (4, 1));
        for request in &requests {
            assert!(!services.request_history(&admin, request.id).await.unwrap().is_empty());
            services.review(&admin, request.id).await.unwrap();
        }

        let home = services.home(&admin).await.unwrap().admin.unwrap();
        assert!(home.calls_today > 0 && home.active_users >= 8 && !home.top_tools.is_empty() && !home.denials.is_empty());
        assert!(home.by_hour.iter().map(|hour| hour.calls).sum::<u64>() >= 40);
        let own = services.home(&employee).await.unwrap().employee;
        assert!(own.connector_count >= 4 && !own.calls.is_empty() && own.requests.len() >= 3 && own.keys == 2);
        assert!(services.me(&employee).await.unwrap().unread_notifications > 0);

        let events = written(&world).await["events"].as_u64().unwrap();
        assert!((1500..=2600).contains(&events), "{events}");
        let report = ledger::verify::verify(&world.db).await.unwrap();
        assert!(report.nodes.iter().all(|node| node.ok), "{report:?}");
        let oldest = AuditFilter { to: Some(world.now() - chrono::TimeDelta::days(28)), ..AuditFilter::default() };
        assert!(!services.audit(&admin, &oldest, &page).await.unwrap().data.is_empty());
        let future = AuditFilter { from: Some(world.now() + chrono::TimeDelta::seconds(1)), ..AuditFilter::default() };
        assert!(services.audit(&admin, &future, &page).await.unwrap().data.is_empty());
    }

    async fn the_servers_of_a_demonstration_can_be_called(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let fixture = fixture().await;
        services.seed_demo(&world.operator(), &fixture.url()).await.unwrap();
        let (admin, employee) = (session(&world, DEMO_ADMIN).await, session(&world, DEMO_EMPLOYEE).await);
        let files = services.connector(&employee, "files").await.unwrap();
        let names: Vec<_> = files.tools.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(names, ["read_file", "write_file"], "what is denied to all is not there");
        let desk = services.connector(&employee, "customer-desk").await.unwrap();
        assert_eq!(desk.tools.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>(), ["search_issues"]);
        assert!(desk.ends_at.is_some());
        // The pins are what the server really offers: a test of an untouched one finds nothing new.
        let all = services.servers(&admin, &ServerFilter::default(), &PageQuery::default()).await.unwrap().data;
        let issues = all.iter().find(|server| server.slug.as_str() == "issues").unwrap();
        assert!(services.test_server(&admin, issues.id).await.unwrap().ok);
        let detail = services.server(&admin, issues.id).await.unwrap();
        assert!(detail.pins.iter().all(|pin| pin.state == PinState::Pinned));
        // Its servers differ by their addresses, so that none is taken for another.
        let request = services.requests(&admin, &RequestFilter { search: Some("transcripts".to_owned()),
            ..RequestFilter::default() }, &PageQuery::default()).await.unwrap().data.remove(0);
        let review = services.review(&admin, request.id).await.unwrap();
        assert!(review.duplicates.is_empty());
        let approval = crate::governance::approval(domain::Scope::Server, &review.test.unwrap());
        services.approve_request(&admin, request.id, approval).await.unwrap();
    }

    async fn a_demonstration_is_for_an_empty_database(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        // Nothing is written when its server is not there.
        let refused = problem(services.seed_demo(&world.operator(), NOWHERE).await);
        assert_eq!(refused.status(), 503);
        assert!(refused.to_string().contains("start it first"), "{refused}");
        assert_eq!(world.recorded().await, 0);

        let fixture = fixture().await;
        assert!(services.seed_demo(&world.operator(), &fixture.url()).await.unwrap());
        let before = written(&world).await;
        fixture.clear_received();
        assert!(!services.seed_demo(&world.operator(), &fixture.url()).await.unwrap());
        assert!(fixture.received().is_empty());
        assert_eq!(written(&world).await, before);
        assert!(services.create_setup_link(&world.operator()).await.unwrap().is_none(), "there is an administrator");
    }

    async fn people_are_enough_to_refuse_a_demonstration(db: Db) {
        let world = World::new(db).await;
        let ada = world.person("Ada", domain::Role::User).await;
        let fixture = fixture().await;
        let events = world.recorded().await;
        assert!(!world.services.seed_demo(&world.operator(), &fixture.url()).await.unwrap());
        assert_eq!(world.recorded().await, events);
        assert!(!world.services.me(&world.as_user(&ada)).await.unwrap().demo);
        assert_eq!(world.services.directory().load().servers.len(), 0);
    }
}

#[tokio::test]
async fn the_same_seed_makes_the_same_demonstration() {
    let fixture = fixture().await;
    let mut made = Vec::new();
    for _ in 0..2 {
        let test = testkit::db::TestDb::sqlite().await;
        let world = World::new(test.db()).await;
        world.services.seed_demo(&world.operator(), &fixture.url()).await.unwrap();
        let admin = session(&world, DEMO_ADMIN).await;
        made.push((written(&world).await, world.services.home(&admin).await.unwrap()));
    }
    assert_eq!(made[0], made[1]);
}
