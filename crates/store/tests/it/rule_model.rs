//! Contract of rules that say more than the columns of older programs, of what they name, and of their versions.

use std::time::Duration;

use chrono::TimeDelta;
use domain::{
    Clock, Condition, Effect, Names, PersonAttribute, Principal, PrincipalKind, Rule, RuleChangeKind, RuleMode,
    RuleScope, RuleVersion, RuleView, Server, User,
};
use store::{Db, Error, Tx, groups, rules, servers, sql, users};
use testkit::env::MockEnv;
use testkit::{both_engines, build};

struct Org {
    env: MockEnv,
    ada: User,
    bob: User,
    github: Server,
    linear: Server,
}

impl Org {
    async fn new(tx: &mut Tx) -> Self {
        let env = MockEnv::default();
        let (ada, bob) = (build::user(&env, "Ada"), build::user(&env, "Bob"));
        let ada = User { department: "Sales".to_owned(), ..ada };
        for user in [&ada, &bob] {
            users::insert(tx, user).await.unwrap();
        }
        let (github, linear) = (build::server(&env, "github"), build::server(&env, "linear"));
        for server in [&github, &linear] {
            servers::insert(tx, server).await.unwrap();
        }
        Self { env, ada, bob, github, linear }
    }

    /// A rule about both servers, from which the others differ.
    fn rule(&self, principal: Principal) -> Rule {
        self.env.advance(Duration::from_secs(1));
        Rule { servers: vec![self.github.id, self.linear.id], ..build::rule(&self.env, principal, self.github.id) }
    }
}

fn conditions() -> Condition {
    let text = r#"{"any":[{"path":"payload.n","operator":"in","value":["a",-1.5,true]},{"none":[{"path":"payload.x","operator":"exists"}]}]}"#;
    serde_json::from_str(text).unwrap()
}

fn both(org: &Org) -> Principal {
    Principal::named(PrincipalKind::User, vec![org.ada.id.to_string(), org.bob.id.to_string()])
}

/// What an older program reads: kind and id of the principal, effect, server, tools, and whether it is on.
type Old = (String, Option<String>, String, Option<String>, String, bool);

async fn old(tx: &mut Tx, rule: &Rule) -> Old {
    sql("SELECT principal_kind, principal_id, effect, server_id, tools, enabled FROM rules WHERE id = $1")
        .bind(rule.id)
        .fetch_one(tx)
        .await
        .unwrap()
}

async fn refs(tx: &mut Tx, rule: &Rule) -> Vec<(String, String)> {
    sql("SELECT kind, ref_id FROM rule_refs WHERE rule_id = $1 ORDER BY kind, ref_id")
        .bind(rule.id)
        .fetch_all(tx)
        .await
        .unwrap()
}

fn view(rule: &Rule) -> RuleView {
    RuleView { rule: rule.clone(), principal_name: "Ada, Bob".into(), server_name: "GITHUB".into(), in_force: true }
}

both_engines! {
    async fn a_rule_is_read_as_it_was_written(db: Db) {
        let mut tx = db.begin().await.unwrap();
        let org = Org::new(&mut tx).await;
        let names = Names { tools: vec!["read_*".into()], resources: vec!["file://*".into()], prompts: vec!["p".into()] };
        let full = Rule {
            scope: RuleScope::Named(names),
            conditions: Some(conditions()),
            cedar: Some("when { context.ip == \"x\" }".to_owned()),
            mode: RuleMode::Monitor,
            ..org.rule(both(&org))
        };
        let department = org.rule(Principal::attribute(PersonAttribute::Department, vec!["Sales".into(), "Legal".into()]));
        let global = Rule { servers: Vec::new(), effect: Effect::Deny, ..org.rule(Principal::everyone()) };
        for rule in [&full, &department, &global] {
            rules::insert(&mut tx, rule).await.unwrap();
            assert_eq!(rules::get(&mut tx, rule.id).await.unwrap().as_ref(), Some(rule));
        }
        assert_eq!(rules::all(&mut tx).await.unwrap(), [full.clone(), department.clone(), global]);
        let changed = Rule { mode: RuleMode::Enforce, conditions: None, ..full };
        assert!(rules::update(&mut tx, &changed).await.unwrap());
        assert_eq!(rules::get(&mut tx, changed.id).await.unwrap(), Some(changed));
    }

    async fn rules_are_found_by_everything_that_they_name(db: Db) {
        let mut tx = db.begin().await.unwrap();
        let org = Org::new(&mut tx).await;
        let nurse = build::group(&org.env, "Nurse");
        groups::insert(&mut tx, &nurse, org.env.now()).await.unwrap();
        groups::add_member(&mut tx, nurse.id, org.bob.id, org.env.now()).await.unwrap();
        let people = org.rule(both(&org));
        let role = Rule { servers: vec![org.linear.id], ..org.rule(Principal::job_role(nurse.id)) };
        let sales = org.rule(Principal::attribute(PersonAttribute::Department, vec!["Sales".into()]));
        let legal = org.rule(Principal::attribute(PersonAttribute::Department, vec!["Legal".into()]));
        let team = org.rule(Principal::attribute(PersonAttribute::Team, vec!["Sales".into()]));
        for rule in [&people, &role, &sales, &legal, &team] {
            rules::insert(&mut tx, rule).await.unwrap();
        }
        let ids = |list: Vec<Rule>| list.into_iter().map(|rule| rule.id).collect::<Vec<_>>();
        assert_eq!(ids(rules::of_user(&mut tx, org.ada.id).await.unwrap()), [people.id, sales.id]);
        assert_eq!(ids(rules::of_user(&mut tx, org.bob.id).await.unwrap()), [people.id, role.id]);
        assert_eq!(ids(rules::of_principal(&mut tx, &org.bob.id.to_string()).await.unwrap()), [people.id]);
        assert_eq!(ids(rules::of_principal(&mut tx, &nurse.id.to_string()).await.unwrap()), [role.id]);
        assert_eq!(ids(rules::of_server(&mut tx, org.github.id).await.unwrap()), [people.id, sales.id, legal.id, team.id]);
        assert_eq!(rules::of_server(&mut tx, org.linear.id).await.unwrap().len(), 5);
        let mut expected = vec![("server".to_owned(), org.github.id.to_string()), ("server".into(), org.linear.id.to_string())];
        expected.extend([&org.ada, &org.bob].map(|user| ("user".to_owned(), user.id.to_string())));
        expected.sort();
        assert_eq!(refs(&mut tx, &people).await, expected);
        let fewer = Rule { servers: vec![org.linear.id], principal: Principal::user(org.bob.id), ..people };
        rules::update(&mut tx, &fewer).await.unwrap();
        let expected = [("server".to_owned(), org.linear.id.to_string()), ("user".to_owned(), org.bob.id.to_string())];
        assert_eq!(refs(&mut tx, &fewer).await, expected);
        assert_eq!(ids(rules::of_user(&mut tx, org.ada.id).await.unwrap()), [sales.id]);
        rules::delete(&mut tx, fewer.id).await.unwrap();
        assert!(refs(&mut tx, &fewer).await.is_empty());
    }

    async fn a_server_that_goes_makes_no_rule_global(db: Db) {
        let mut tx = db.begin().await.unwrap();
        let org = Org::new(&mut tx).await;
        let several = Rule { effect: Effect::Deny, ..org.rule(both(&org)) };
        let given = org.rule(Principal::user(org.ada.id));
        let only = Rule { servers: vec![org.github.id], ..org.rule(Principal::user(org.ada.id)) };
        let other = Rule { servers: vec![org.linear.id], ..org.rule(Principal::user(org.ada.id)) };
        let global = Rule { servers: Vec::new(), effect: Effect::Deny, ..org.rule(Principal::everyone()) };
        for rule in [&several, &given, &only, &other, &global] {
            rules::insert(&mut tx, rule).await.unwrap();
        }
        let now = org.env.now() + TimeDelta::seconds(9);
        let gone = rules::server_gone(&mut tx, org.github.id, now).await.unwrap();
        assert_eq!(gone.deleted, [only]);
        let left = |rule: &Rule| Rule { servers: vec![org.linear.id], updated_at: now, ..rule.clone() };
        assert_eq!(gone.changed, [(several.clone(), left(&several)), (given.clone(), left(&given))]);
        assert!(servers::delete(&mut tx, org.github.id).await.unwrap());
        assert_eq!(rules::all(&mut tx).await.unwrap(), [left(&several), left(&given), other, global.clone()]);
        // The last one goes, and with it what named nothing else.
        rules::server_gone(&mut tx, org.linear.id, now).await.unwrap();
        assert!(servers::delete(&mut tx, org.linear.id).await.unwrap());
        assert_eq!(rules::all(&mut tx).await.unwrap(), [global]);
    }

    async fn an_older_program_never_grants_more(db: Db) {
        let mut tx = db.begin().await.unwrap();
        let org = Org::new(&mut tx).await;
        let one = |principal| Rule { servers: vec![org.github.id], ..org.rule(principal) };
        let ada = one(Principal::user(org.ada.id));
        // What it can express, it reads as it is.
        let plain = Rule { scope: RuleScope::tools(["read_*".to_owned()]), ..ada.clone() };
        rules::insert(&mut tx, &plain).await.unwrap();
        let (kind, id, effect, server, tools, enabled) = old(&mut tx, &plain).await;
        assert_eq!((kind.as_str(), id.as_deref()), ("user", Some(org.ada.id.to_string().as_str())));
        assert_eq!((effect.as_str(), server), ("allow", Some(org.github.id.to_string())));
        assert_eq!((tools.as_str(), enabled), (r#"["read_*"]"#, true));
        let resources = RuleScope::Named(Names { tools: vec!["t".into()], resources: vec!["r".into()], prompts: Vec::new() });
        let wider = |n: u64| {
            let rule = one(Principal::user(org.ada.id));
            match n {
                0 => Rule { conditions: Some(conditions()), ..rule },
                1 => Rule { cedar: Some("when { true }".to_owned()), ..rule },
                2 => Rule { principal: both(&org), ..rule },
                3 => Rule { principal: Principal::attribute(PersonAttribute::Title, vec!["x".into()]), ..rule },
                4 => Rule { scope: resources.clone(), ..rule },
                _ => Rule { servers: vec![org.linear.id, org.github.id], ..rule },
            }
        };
        for n in 0..6 {
            let allow = wider(n);
            rules::insert(&mut tx, &allow).await.unwrap();
            let (_, _, effect, server, tools, enabled) = old(&mut tx, &allow).await;
            assert_eq!((effect.as_str(), enabled), ("allow", false), "{n}");
            // Even if somebody switched it on there.
            assert!(server.is_some() && tools.contains("newer version"), "{n}: {tools}");

            let deny = Rule { effect: Effect::Deny, ..wider(n) };
            rules::insert(&mut tx, &deny).await.unwrap();
            let (kind, _, effect, server, tools, enabled) = old(&mut tx, &deny).await;
            assert_eq!((effect.as_str(), enabled), ("deny", true), "{n}");
            assert_eq!(kind, if [2, 3].contains(&n) { "everyone" } else { "user" }, "{n}");
            assert_eq!((tools.as_str(), server.is_none()), (r#""all""#, n == 5), "{n}");

            for mode in [&allow, &deny] {
                let monitor = Rule { id: domain::RuleId::generate(&org.env), mode: RuleMode::Monitor, ..mode.clone() };
                rules::insert(&mut tx, &monitor).await.unwrap();
                assert!(!old(&mut tx, &monitor).await.5, "{n}: what only watches decides nothing");
                assert_eq!(rules::get(&mut tx, monitor.id).await.unwrap(), Some(monitor));
            }
        }
    }

    async fn what_an_older_program_writes_counts(db: Db) {
        let mut tx = db.begin().await.unwrap();
        let org = Org::new(&mut tx).await;
        // A rule of its own.
        let own = Rule { servers: vec![org.github.id], scope: RuleScope::tools(["echo".to_owned()]),
            ..org.rule(Principal::user(org.ada.id)) };
        sql("INSERT INTO rules (id, principal_kind, principal_id, effect, server_id, tools, starts_at, ends_at, notes,
                                enabled, request_id, created_by, created_at, updated_at)
             VALUES ($1, 'user', $2, 'allow', $3, '[\"echo\"]', NULL, NULL, '', $4, NULL, NULL, $5, $5)")
            .bind(own.id)
            .bind(org.ada.id)
            .bind(org.github.id)
            .bind(true)
            .bind(own.created_at)
            .execute(&mut tx)
            .await
            .unwrap();
        assert_eq!(rules::get(&mut tx, own.id).await.unwrap().as_ref(), Some(&own));
        assert_eq!(rules::of_server(&mut tx, org.github.id).await.unwrap(), std::slice::from_ref(&own));
        assert_eq!(rules::of_user(&mut tx, org.ada.id).await.unwrap(), std::slice::from_ref(&own));
        assert_eq!(rules::of_principal(&mut tx, &org.ada.id.to_string()).await.unwrap(), std::slice::from_ref(&own));
        assert_eq!(rules::server_gone(&mut tx, org.github.id, org.env.now()).await.unwrap().deleted, [own]);

        // It switches a rule that it cannot read: only that has changed.
        let deny = Rule { effect: Effect::Deny, conditions: Some(conditions()), ..org.rule(both(&org)) };
        rules::insert(&mut tx, &deny).await.unwrap();
        sql("UPDATE rules SET enabled = $2 WHERE id = $1").bind(deny.id).bind(false).execute(&mut tx).await.unwrap();
        assert_eq!(rules::get(&mut tx, deny.id).await.unwrap(), Some(Rule { enabled: false, ..deny.clone() }));
        // It makes another one of it.
        sql("UPDATE rules SET principal_kind = 'user', principal_id = $2, server_id = $3, enabled = $4 WHERE id = $1")
            .bind(deny.id)
            .bind(org.bob.id)
            .bind(org.linear.id)
            .bind(true)
            .execute(&mut tx)
            .await
            .unwrap();
        let made = Rule { principal: Principal::user(org.bob.id), servers: vec![org.linear.id], conditions: None, ..deny };
        assert_eq!(rules::get(&mut tx, made.id).await.unwrap(), Some(made.clone()));
        // Changed here again, it is what it is here.
        rules::update(&mut tx, &made).await.unwrap();
        assert_eq!(rules::get(&mut tx, made.id).await.unwrap(), Some(made));
    }

    async fn versions_outlive_their_rule(db: Db) {
        let mut tx = db.begin().await.unwrap();
        let org = Org::new(&mut tx).await;
        let now = org.env.now();
        let rule = Rule { conditions: Some(conditions()), ..org.rule(both(&org)) };
        let other = org.rule(Principal::user(org.bob.id));
        let version = |rule: &Rule, version: u32, change, seconds| RuleVersion {
            version,
            change,
            rule: view(rule),
            by: Some(org.ada.id),
            by_name: "Ada".to_owned(),
            at: now + TimeDelta::seconds(seconds),
        };
        let changed = Rule { enabled: false, ..rule.clone() };
        let all = [
            version(&rule, 1, RuleChangeKind::Created, 10),
            version(&changed, 2, RuleChangeKind::Updated, 20),
            version(&changed, 3, RuleChangeKind::Deleted, 30),
        ];
        rules::insert(&mut tx, &rule).await.unwrap();
        assert_eq!(rules::last_version(&mut tx, rule.id).await.unwrap(), None);
        for version in &all {
            rules::add_version(&mut tx, version).await.unwrap();
        }
        let of_other = version(&other, 1, RuleChangeKind::Created, 20);
        rules::add_version(&mut tx, &of_other).await.unwrap();
        rules::delete(&mut tx, rule.id).await.unwrap();
        assert_eq!(rules::versions(&mut tx, rule.id).await.unwrap(), all);
        assert_eq!(rules::last_version(&mut tx, rule.id).await.unwrap().as_ref(), Some(&all[2]));
        for (seconds, expected) in [
            (9, Vec::new()),
            (10, vec![all[0].clone()]),
            (19, vec![all[0].clone()]),
            (20, vec![all[1].clone(), of_other.clone()]),
            (99, vec![all[2].clone(), of_other]),
        ] {
            assert_eq!(rules::as_of(&mut tx, now + TimeDelta::seconds(seconds)).await.unwrap(), expected, "{seconds}");
        }
        for (seconds, expected) in [(9, vec![1, 1]), (15, vec![1]), (20, Vec::new())] {
            let first = rules::first_after(&mut tx, now + TimeDelta::seconds(seconds)).await.unwrap();
            assert_eq!(first.iter().map(|version| version.version).collect::<Vec<_>>(), expected, "{seconds}");
        }
        let again = rules::add_version(&mut tx, &all[2]).await.unwrap_err();
        assert!(matches!(again, Error::Conflict("rule_versions")), "{again:?}");
    }
}
