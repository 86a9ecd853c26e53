//! The list with its filters and scopes, and the numbers.

use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use domain::{
    AuditAction, AuditFilter, AuditSort, Clock, Outcome, PageQuery, ResourceKind, Server, Sort, Subject, User,
};
use ledger::query::{self, Totals};
use ledger::{Ledger, Scope};
use store::{Db, servers};
use testkit::env::MockEnv;
use testkit::{both_engines, build};

use crate::events::{call, open, small};

struct World {
    env: Arc<MockEnv>,
    ledger: Ledger,
    ada: User,
    bob: User,
    github: Server,
    linear: Server,
}

/// Ada calls twice (one fails) and is denied once at 9 o'clock; Bob calls at 11.
async fn world(db: &Db) -> World {
    let env = Arc::new(MockEnv::default());
    let ledger = open(db, &env).await;
    let (ada, bob) = (build::user(&*env, "Ada"), build::user(&*env, "Bob"));
    let (github, linear) = (build::server(&*env, "github"), build::server(&*env, "linear"));
    let mut tx = db.begin().await.unwrap();
    for user in [&ada, &bob] {
        store::users::insert(&mut tx, user).await.unwrap();
    }
    servers::insert(&mut tx, &github).await.unwrap();
    tx.commit().await.unwrap();
    let steps = [
        (&ada, &github, "echo", AuditAction::ToolCallAdmitted, Outcome::Admitted),
        (&ada, &github, "echo", AuditAction::ToolCallSuccess, Outcome::Success),
        (&ada, &github, "echo", AuditAction::ToolCallAdmitted, Outcome::Admitted),
        (&ada, &github, "echo", AuditAction::ToolCallFailure, Outcome::Failure),
        (&ada, &linear, "drop", AuditAction::AccessDenied, Outcome::Denied),
    ];
    for (user, server, tool, action, outcome) in steps {
        env.advance(Duration::from_secs(1));
        let event = call(&env, user, server, tool, action, outcome).latency(Duration::from_millis(5));
        ledger.write(event).await.unwrap();
    }
    env.advance(Duration::from_hours(2));
    let event = call(&env, &bob, &linear, "list", AuditAction::ResourceReadSuccess, Outcome::Success);
    ledger.write(event).await.unwrap();
    World { env, ledger, ada, bob, github, linear }
}

async fn count(db: &Db, scope: Scope, filter: AuditFilter) -> usize {
    let mut tx = db.read().await.unwrap();
    query::list(&mut tx, &filter, scope, &PageQuery::default()).await.unwrap().data.len()
}

both_engines! {
    async fn every_filter_narrows(db: Db) {
        let w = world(&db).await;
        let none = AuditFilter::default;
        assert_eq!(count(&db, Scope::All, none()).await, 6);
        assert_eq!(count(&db, Scope::Only(w.bob.id), none()).await, 1);
        let now = w.env.now();
        let filters = [
            (1, AuditFilter { from: Some(now), ..none() }),
            (5, AuditFilter { to: Some(now), ..none() }),
            (2, AuditFilter { action: Some(AuditAction::ToolCallAdmitted), ..none() }),
            (1, AuditFilter { outcome: Some(Outcome::Failure), ..none() }),
            (5, AuditFilter { actor: Some(w.ada.id), ..none() }),
            (4, AuditFilter { server: Some(w.github.id), ..none() }),
            (1, AuditFilter { tool: Some("drop".to_owned()), ..none() }),
            (6, AuditFilter { client: Some("Cursor".to_owned()), ..none() }),
            (0, AuditFilter { client: Some("cursor' OR true --".to_owned()), ..none() }),
            (0, AuditFilter { resource_kind: Some(ResourceKind::Server), ..none() }),
            (0, AuditFilter { resource: Some("srv".to_owned()), ..none() }),
            (1, AuditFilter { server: Some(w.github.id), outcome: Some(Outcome::Success), ..none() }),
        ];
        for (expected, filter) in filters {
            assert_eq!(count(&db, Scope::All, filter.clone()).await, expected, "{filter:?}");
        }
        let of_ada = AuditFilter { actor: Some(w.ada.id), ..none() };
        assert_eq!(count(&db, Scope::Only(w.bob.id), of_ada).await, 0, "a filter cannot widen the scope");
    }

    async fn pages_meet_without_gap_or_overlap(db: Db) {
        let w = world(&db).await;
        // Many events of one moment: the id decides.
        for _ in 0..10 {
            w.ledger.write(small(&w.env)).await.unwrap();
        }
        let mut tx = db.read().await.unwrap();
        let mut query = PageQuery { cursor: None, limit: Some(3) };
        let mut ids = Vec::new();
        loop {
            let page = query::list(&mut tx, &AuditFilter::default(), Scope::All, &query).await.unwrap();
            ids.extend(page.data.iter().map(|row| (row.at, row.id)));
            query.cursor = page.next_cursor;
            if query.cursor.is_none() {
                break;
            }
        }
        assert_eq!(ids.len(), 16);
        assert!(ids.windows(2).all(|pair| pair[0] > pair[1]));

        // From the oldest on it is the exact reverse.
        let oldest = AuditFilter { sort: Some(Sort { by: AuditSort::At, descending: false }), ..AuditFilter::default() };
        let mut upwards = Vec::new();
        loop {
            let page = query::list(&mut tx, &oldest, Scope::All, &query).await.unwrap();
            upwards.extend(page.data.iter().map(|row| (row.at, row.id)));
            query.cursor = page.next_cursor;
            if query.cursor.is_none() {
                break;
            }
        }
        ids.reverse();
        assert_eq!(upwards, ids);
    }

    async fn one_entry_and_its_relatives_respect_the_scope(db: Db) {
        let w = world(&db).await;
        let first = call(&w.env, &w.ada, &w.github, "echo", AuditAction::ToolCallAdmitted, Outcome::Admitted)
            .resource(Subject { kind: ResourceKind::Capability, id: None, name: None });
        let mut second = first.clone();
        second.action = AuditAction::ToolCallSuccess;
        second.outcome = Outcome::Success;
        let correlation = first.correlation;
        let id = w.ledger.write(first).await.unwrap();
        w.env.advance(Duration::from_millis(1));
        w.ledger.write(second).await.unwrap();
        let mut tx = db.read().await.unwrap();
        assert!(query::get(&mut tx, Scope::Only(w.ada.id), id).await.unwrap().is_some());
        assert!(query::get(&mut tx, Scope::Only(w.bob.id), id).await.unwrap().is_none());
        let related = query::related(&mut tx, Scope::All, correlation, 50).await.unwrap();
        let actions: Vec<_> = related.iter().map(|row| row.action).collect();
        assert_eq!(actions, [AuditAction::ToolCallAdmitted, AuditAction::ToolCallSuccess]);
        assert!(query::related(&mut tx, Scope::Only(w.bob.id), correlation, 50).await.unwrap().is_empty());
        assert_eq!(query::related(&mut tx, Scope::All, correlation, 1).await.unwrap().len(), 1);
    }

    async fn numbers_count_outcomes_and_denials(db: Db) {
        let w = world(&db).await;
        let midnight = w.env.now().date_naive().and_hms_opt(0, 0, 0).unwrap().and_local_timezone(Utc).unwrap();
        let to = w.env.now() + TimeDelta::hours(1);
        let mut tx = db.read().await.unwrap();
        let all = query::totals(&mut tx, Scope::All, midnight, to).await.unwrap();
        assert_eq!(all, Totals { calls: 3, failures: 1, denials: 1 });
        let own = query::totals(&mut tx, Scope::Only(w.bob.id), midnight, to).await.unwrap();
        assert_eq!(own, Totals { calls: 1, failures: 0, denials: 0 });
        let none = query::totals(&mut tx, Scope::All, to, to + TimeDelta::hours(1)).await.unwrap();
        assert_eq!(none, Totals::default());

        let hours = query::calls_by_hour(&mut tx, Scope::All, to - TimeDelta::hours(4), to).await.unwrap();
        let counts: Vec<_> = hours.iter().map(|hour| (hour.calls, hour.failures)).collect();
        assert_eq!(counts, [(0, 0), (2, 1), (0, 0), (1, 0), (0, 0)]);
        assert!(hours.windows(2).all(|pair| pair[1].hour - pair[0].hour == TimeDelta::hours(1)));

        let top = query::top_tools(&mut tx, Scope::All, midnight, 8).await.unwrap();
        let top: Vec<_> = top.iter().map(|tool| (tool.name.as_str(), tool.calls, tool.failures)).collect();
        let gone = format!("{} / list", w.linear.id);
        assert_eq!(top, [("github / echo", 2, 1), (gone.as_str(), 1, 0)]);
        assert_eq!(query::top_tools(&mut tx, Scope::Only(w.bob.id), midnight, 8).await.unwrap().len(), 1);

        assert_eq!(query::active_users(&mut tx, midnight).await.unwrap(), 2);
        assert_eq!(query::active_users(&mut tx, w.env.now()).await.unwrap(), 1);
        let hours = |count| TimeDelta::hours(count);
        assert_eq!(query::active_users_between(&mut tx, midnight, w.env.now() - hours(1)).await.unwrap(), 1);
        assert_eq!(query::active_users_between(&mut tx, midnight, to).await.unwrap(), 2);
        assert!(query::counted_since(&mut tx, w.env.now() - hours(2)).await.unwrap());
        assert!(!query::counted_since(&mut tx, w.env.now() - hours(3)).await.unwrap());
        let servers = query::calls_by_server(&mut tx, w.ada.id, midnight).await.unwrap();
        assert_eq!(servers.into_iter().collect::<Vec<_>>(), [(w.github.id, 2)]);

        let denials = query::denials(&mut tx, Scope::All, 8).await.unwrap();
        assert_eq!(denials.iter().map(|denial| denial.row.tool.as_deref()).collect::<Vec<_>>(), [Some("drop")]);
        assert_eq!(query::count_denials(&mut tx, midnight, to).await.unwrap(), 1);
        assert_eq!(query::count_denials(&mut tx, w.env.now(), to).await.unwrap(), 0);
        assert!(query::denials(&mut tx, Scope::Only(w.bob.id), 8).await.unwrap().is_empty());
        let calls = query::user_calls(&mut tx, w.ada.id, 8).await.unwrap();
        let outcomes: Vec<_> = calls.iter().map(|call| (call.server.as_str(), call.outcome)).collect();
        let denied = ("linear", Outcome::Denied);
        assert_eq!(outcomes, [denied, ("github", Outcome::Failure), ("github", Outcome::Success)]);
        assert_eq!(query::user_calls(&mut tx, w.ada.id, 1).await.unwrap().len(), 1);
    }
}
