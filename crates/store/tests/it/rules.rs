//! Contract of rules, changes and the snapshot.

use std::time::Duration;

use chrono::TimeDelta;
use domain::{Clock, Effect, Principal, Rule, RuleScope, ServerId};
use store::changes::{self, Part};
use store::{Db, Engine, Tx, groups, rules, servers, snapshot, users};
use testkit::env::MockEnv;
use testkit::{both_engines, build};

async fn rule(tx: &mut Tx, env: &MockEnv, principal: Principal, server: ServerId) -> Rule {
    env.advance(Duration::from_secs(1));
    let rule = build::rule(env, principal, server);
    rules::insert(tx, &rule).await.unwrap();
    rule
}

both_engines! {
    async fn rules_are_found_by_server_and_by_person(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let (ada, bob) = (build::user(&env, "Ada"), build::user(&env, "Bob"));
        for user in [&ada, &bob] {
            users::insert(&mut tx, user).await.unwrap();
        }
        let team = build::group(&env, "Team");
        groups::insert(&mut tx, &team, env.now()).await.unwrap();
        groups::add_member(&mut tx, team.id, ada.id, env.now()).await.unwrap();
        let (github, linear) = (build::server(&env, "github"), build::server(&env, "linear"));
        for server in [&github, &linear] {
            servers::insert(&mut tx, server).await.unwrap();
        }
        let own = rule(&mut tx, &env, Principal::user(ada.id), github.id).await;
        let by_group = rule(&mut tx, &env, Principal::group(team.id), linear.id).await;
        let of_bob = rule(&mut tx, &env, Principal::user(bob.id), github.id).await;
        env.advance(Duration::from_secs(1));
        let global = Rule { servers: Vec::new(), effect: Effect::Deny, ..build::rule(&env, Principal::everyone(), github.id) };
        rules::insert(&mut tx, &global).await.unwrap();

        let ids = |list: &[Rule]| list.iter().map(|rule| rule.id).collect::<Vec<_>>();
        assert_eq!(ids(&rules::all(&mut tx).await.unwrap()), [own.id, by_group.id, of_bob.id, global.id]);
        assert_eq!(rules::of_server(&mut tx, github.id).await.unwrap(), [own.clone(), of_bob.clone()]);
        let of_ada = rules::of_user(&mut tx, ada.id).await.unwrap();
        assert_eq!(ids(&of_ada), [own.id, by_group.id, global.id]);

        assert_eq!(rules::of_principal(&mut tx, &team.id.to_string()).await.unwrap(), std::slice::from_ref(&by_group));
        assert!(rules::delete(&mut tx, by_group.id).await.unwrap());
        assert!(rules::of_principal(&mut tx, &team.id.to_string()).await.unwrap().is_empty());
        servers::delete(&mut tx, github.id).await.unwrap();
        assert_eq!(ids(&rules::all(&mut tx).await.unwrap()), [global.id], "the rules of a server go with it");
    }

    async fn rules_are_changed_and_removed(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let github = build::server(&env, "github");
        servers::insert(&mut tx, &github).await.unwrap();
        let made = rule(&mut tx, &env, Principal::everyone(), github.id).await;
        assert_eq!(rules::lock(&mut tx, made.id).await.unwrap().as_ref(), Some(&made));
        let changed = Rule {
            scope: RuleScope::tools(["read_*".to_owned()]),
            starts_at: Some(env.now()),
            ends_at: Some(env.now() + TimeDelta::microseconds(1)),
            enabled: false,
            notes: "for a while".to_owned(),
            updated_at: env.now() + TimeDelta::seconds(1),
            ..made.clone()
        };
        assert!(rules::update(&mut tx, &changed).await.unwrap());
        assert_eq!(rules::get(&mut tx, made.id).await.unwrap(), Some(changed));
        assert!(rules::delete(&mut tx, made.id).await.unwrap());
        assert!(!rules::delete(&mut tx, made.id).await.unwrap());
    }

    async fn changes_are_seen_in_the_order_of_their_commits(db: Db) {
        let env = MockEnv::default();
        let now = env.now();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(changes::last_id(&mut tx).await.unwrap(), 0);
        tx.commit().await.unwrap();
        // Whoever has the lower id commits first, however long it takes: a poller that saw the higher one has seen both.
        let tasks: Vec<_> = (0..10)
            .map(|n| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut tx = db.begin().await.unwrap();
                    let id = changes::insert(&mut tx, Part::ALL[n % 4], now).await.unwrap();
                    tokio::task::yield_now().await;
                    tx.commit().await.unwrap();
                    let mut tx = db.read().await.unwrap();
                    let seen = changes::since(&mut tx, 0).await.unwrap();
                    let missing = (1..=id).any(|earlier| seen.iter().all(|change| change.id != earlier));
                    assert!(!missing, "{id} is there and an earlier one is not: {seen:?}");
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let mut tx = db.begin().await.unwrap();
        let all = changes::since(&mut tx, 0).await.unwrap();
        assert_eq!(all.len(), 10);
        let last = changes::last_id(&mut tx).await.unwrap();
        assert_eq!(changes::since(&mut tx, last - 1).await.unwrap(), [all[9].clone()]);
        assert_eq!(changes::prune(&mut tx, now + TimeDelta::days(1)).await.unwrap(), 9);
        assert_eq!(changes::last_id(&mut tx).await.unwrap(), last, "an id is never given out twice");
    }

    async fn other_nodes_hear_of_a_change_when_it_is_committed(db: Db) {
        let env = MockEnv::default();
        let Some(mut listener) = changes::Listener::open(&db).await.unwrap() else {
            assert_eq!(db.engine(), Engine::Sqlite);
            return;
        };
        let mut tx = db.begin().await.unwrap();
        changes::insert(&mut tx, Part::Rules, env.now()).await.unwrap();
        let early = tokio::time::timeout(Duration::from_millis(100), listener.changed()).await;
        assert!(early.is_err(), "it was announced before it was committed");
        tx.commit().await.unwrap();
        tokio::time::timeout(Duration::from_secs(10), listener.changed()).await.unwrap().unwrap();
    }

    async fn the_snapshot_has_people_with_their_groups(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let (ada, bob) = (build::admin(&env, "Ada"), build::user(&env, "Bob"));
        for user in [&ada, &bob] {
            users::insert(&mut tx, user).await.unwrap();
        }
        let team = build::group(&env, "Team");
        groups::insert(&mut tx, &team, env.now()).await.unwrap();
        groups::add_member(&mut tx, team.id, ada.id, env.now()).await.unwrap();
        let people = snapshot::people(&mut tx).await.unwrap();
        let of_ada = people.iter().find(|person| person.id == ada.id).unwrap();
        assert_eq!((of_ada.role, of_ada.status, of_ada.name.as_str()), (ada.role, ada.status, "Ada"));
        assert_eq!(of_ada.groups, [team.id]);
        assert_eq!((of_ada.group_names.as_slice(), of_ada.job_role_names.len()), (&["Team".to_owned()][..], 0));
        let about = [&of_ada.department, &of_ada.title, &of_ada.team];
        assert_eq!(about, ["Engineering", "Engineer", "Platform"]);
        assert!(people.iter().find(|person| person.id == bob.id).unwrap().groups.is_empty());
        assert!(snapshot::rules(&mut tx).await.unwrap().is_empty());
    }
}
