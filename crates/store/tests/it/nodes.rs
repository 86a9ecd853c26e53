//! Nodes, and what they tell each other.

use chrono::TimeDelta;
use domain::{Clock as _, NodeId, ServerId, UserId};
use store::changes::{self, Part};
use store::mcp_tasks::{self, McpTask};
use store::{Db, ended_sessions, nodes};
use testkit::env::MockEnv;

testkit::both_engines! {
    async fn nodes_come_live_and_go(db: Db) {
        let env = MockEnv::default();
        let (one, two) = (NodeId::generate(&env), NodeId::generate(&env));
        let mut tx = db.begin().await.unwrap();
        nodes::join(&mut tx, one, "sealed one").await.unwrap();
        nodes::join(&mut tx, two, "sealed two").await.unwrap();
        assert!(nodes::beat(&mut tx, one).await.unwrap());
        let beats = |all: &[nodes::Node]| all.iter().map(|node| node.beat).collect::<Vec<_>>();
        assert_eq!(beats(&nodes::list(&mut tx).await.unwrap()), [2, 1]);
        // Somebody comes back at another address before anybody noticed that they were away.
        nodes::join(&mut tx, two, "sealed elsewhere").await.unwrap();
        let all = nodes::list(&mut tx).await.unwrap();
        assert_eq!((beats(&all), all[1].address.as_str()), (vec![2, 2], "sealed elsewhere"));
        assert!(!nodes::bury(&mut tx, one, 1).await.unwrap(), "it has spoken since");
        assert!(nodes::bury(&mut tx, one, 2).await.unwrap());
        assert!(!nodes::beat(&mut tx, one).await.unwrap(), "who was taken for dead learns it");
        assert!(nodes::leave(&mut tx, two).await.unwrap());
        assert_eq!(nodes::list(&mut tx).await.unwrap(), []);
    }

    async fn ended_sessions_are_remembered_until_they_expire(db: Db) {
        let env = MockEnv::default();
        let now = env.now();
        let mut tx = db.begin().await.unwrap();
        for (session, hours) in [("aa", 1), ("bb", 2), ("cc", 3)] {
            assert!(ended_sessions::insert(&mut tx, session, now + TimeDelta::hours(hours)).await.unwrap());
        }
        assert!(!ended_sessions::insert(&mut tx, "aa", now).await.unwrap(), "once is enough");
        let names = |rows: Vec<ended_sessions::EndedSession>| rows.into_iter().map(|row| row.session).collect::<Vec<_>>();
        let all = ended_sessions::since(&mut tx, 0, now).await.unwrap();
        let first = all[0].id;
        assert_eq!(names(all), ["aa", "bb", "cc"]);
        assert_eq!(names(ended_sessions::since(&mut tx, first, now).await.unwrap()), ["bb", "cc"]);
        let later = now + TimeDelta::minutes(90);
        assert_eq!(names(ended_sessions::since(&mut tx, 0, later).await.unwrap()), ["bb", "cc"]);
        assert_eq!(ended_sessions::prune(&mut tx, later, 100).await.unwrap(), 1);
        assert_eq!(ended_sessions::prune(&mut tx, later, 1).await.unwrap(), 1, "more than are kept");
        let much_later = now + TimeDelta::days(1);
        assert_eq!(ended_sessions::prune(&mut tx, much_later, 0).await.unwrap(), 0, "the newest id is not given out again");
    }

    async fn tasks_are_remembered_until_they_expire(db: Db) {
        let env = MockEnv::default();
        let now = env.now();
        let (server, other) = (ServerId::generate(&env), ServerId::generate(&env));
        let started = |tool: &str| McpTask { user: UserId::generate(&env), tool: tool.to_owned() };
        let (first, second) = (started("report"), started("export"));
        let until = now + TimeDelta::hours(1);
        let mut tx = db.begin().await.unwrap();
        let later = until + TimeDelta::hours(1);
        let again = McpTask { tool: "again".to_owned(), ..first.clone() };
        mcp_tasks::insert(&mut tx, server, "aa", &first, until, now).await.unwrap();
        mcp_tasks::insert(&mut tx, server, "aa", &second, later, now).await.unwrap();
        mcp_tasks::insert(&mut tx, other, "aa", &second, later, now).await.unwrap();
        assert_eq!(mcp_tasks::get(&mut tx, server, "aa", now).await.unwrap(), Some(first), "it stays the first one's");
        mcp_tasks::insert(&mut tx, server, "aa", &again, until, now).await.unwrap();
        assert_eq!(mcp_tasks::get(&mut tx, server, "aa", now).await.unwrap(), Some(again), "who may give it another tool");
        assert_eq!(mcp_tasks::get(&mut tx, other, "aa", now).await.unwrap(), Some(second.clone()));
        assert_eq!(mcp_tasks::get(&mut tx, server, "bb", now).await.unwrap(), None);
        assert_eq!(mcp_tasks::get(&mut tx, server, "aa", until).await.unwrap(), None);
        assert_eq!(mcp_tasks::prune(&mut tx, until).await.unwrap(), 1);
        mcp_tasks::insert(&mut tx, server, "cc", &second, until, now).await.unwrap();
        let third = started("import");
        mcp_tasks::insert(&mut tx, server, "cc", &third, later, until).await.unwrap();
        assert_eq!(mcp_tasks::get(&mut tx, server, "cc", until).await.unwrap(), Some(third), "its time was over");
        assert_eq!(mcp_tasks::get(&mut tx, other, "aa", until).await.unwrap(), Some(second));
    }

    async fn what_a_newer_version_changes_is_passed_over(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        changes::insert(&mut tx, Part::Rules, env.now()).await.unwrap();
        let unknown = store::sql("INSERT INTO changes (part, at) VALUES ('weather', $1)");
        unknown.bind(env.now()).execute(&mut tx).await.unwrap();
        let parts: Vec<_> = changes::since(&mut tx, 0).await.unwrap().into_iter().map(|change| change.part).collect();
        assert_eq!(parts, [Some(Part::Rules), None]);
    }
}
