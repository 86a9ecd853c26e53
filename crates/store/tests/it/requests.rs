//! Contract of requests, their history, tests and drafts.

use std::time::Duration;

use domain::{
    Approval, Clock, DecisionRecord, NewRequest, PageQuery, Request, RequestHistory, RequestKind, RequestSort,
    RequestState, Scope, SecretField, SecretText, Sort, User,
};
use store::requests::{Listing, NEWEST_FIRST, OLDEST_FIRST};
use store::secrets::{self, Owner, SecretKind};
use store::{Db, Error, Tx, drafts, requests, servers, tests, users};
use testkit::env::MockEnv;
use testkit::{both_engines, build};

async fn person(tx: &mut Tx, env: &MockEnv, name: &str) -> User {
    let user = build::user(env, name);
    users::insert(tx, &user).await.unwrap();
    user
}

async fn request(tx: &mut Tx, env: &MockEnv, user: &User, slug: &str) -> Request {
    env.advance(Duration::from_secs(1));
    let request = build::request(env, user, slug);
    requests::insert(tx, &request).await.unwrap();
    request
}

fn approval(by: &User, env: &MockEnv) -> DecisionRecord {
    DecisionRecord {
        by_id: Some(by.id),
        by_name: by.name.clone(),
        at: env.now(),
        approval: Some(Approval {
            scope: Scope::Tools(vec!["echo".to_owned()]),
            definitions_digest: Some("digest".to_owned()),
            ends_at: None,
            notes: "welcome".to_owned(),
            allow_private: false,
            slug: Some("hub".to_owned()),
        }),
        rejection: None,
    }
}

fn slugs(list: &[Request]) -> Vec<&str> {
    list.iter().map(|request| request.slug.as_str()).collect()
}

both_engines! {
    async fn a_request_is_decided_once(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let (ada, boss) = (person(&mut tx, &env, "Ada").await, person(&mut tx, &env, "Boss").await);
        let asked = request(&mut tx, &env, &ada, "github").await;
        assert_eq!(requests::get(&mut tx, asked.id).await.unwrap().as_ref(), Some(&asked));
        assert_eq!(requests::lock(&mut tx, asked.id).await.unwrap().as_ref(), Some(&asked));
        assert_eq!(requests::count_pending(&mut tx).await.unwrap(), 1);

        let server = build::server(&env, "hub");
        servers::insert(&mut tx, &server).await.unwrap();
        env.advance(Duration::from_secs(5));
        let decision = approval(&boss, &env);
        let state = RequestState::Approved;
        assert!(requests::set_decision(&mut tx, asked.id, state, &decision, Some(&server)).await.unwrap());
        let rejected = RequestState::Rejected;
        assert!(!requests::set_decision(&mut tx, asked.id, rejected, &decision, None).await.unwrap());
        let pending = RequestState::Pending;
        assert!(!requests::set_state(&mut tx, asked.id, pending, RequestState::Withdrawn, env.now()).await.unwrap());
        let expected = Request {
            state,
            server_id: Some(server.id),
            slug: "hub".to_owned(),
            updated_at: env.now(),
            decision: Some(decision),
            ..asked.clone()
        };
        assert_eq!(requests::get(&mut tx, asked.id).await.unwrap(), Some(expected));
        assert_eq!(requests::count_pending(&mut tx).await.unwrap(), 0);
    }

    async fn two_administrators_at_once_make_one_decision(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let (ada, boss) = (person(&mut tx, &env, "Ada").await, person(&mut tx, &env, "Boss").await);
        let asked = request(&mut tx, &env, &ada, "github").await;
        tx.commit().await.unwrap();
        let decision = approval(&boss, &env);
        let tasks: Vec<_> = [RequestState::Approved, RequestState::Rejected, RequestState::Approved]
            .into_iter()
            .map(|state| {
                let (db, decision) = (db.clone(), decision.clone());
                tokio::spawn(async move {
                    let mut tx = db.begin().await.unwrap();
                    let found = requests::lock(&mut tx, asked.id).await.unwrap().unwrap();
                    let decided = found.state == RequestState::Pending
                        && requests::set_decision(&mut tx, asked.id, state, &decision, None).await.unwrap();
                    tx.commit().await.unwrap();
                    decided
                })
            })
            .collect();
        let mut decisions = 0;
        for task in tasks {
            decisions += u32::from(task.await.unwrap());
        }
        assert_eq!(decisions, 1);
    }

    async fn requests_are_listed_from_either_end(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let (ada, bob) = (person(&mut tx, &env, "Ada").await, person(&mut tx, &env, "Bob").await);
        let mut made = Vec::new();
        for (user, slug) in [(&ada, "one"), (&bob, "two"), (&ada, "three"), (&bob, "four")] {
            made.push(request(&mut tx, &env, user, slug).await);
        }
        let withdrawn = RequestState::Withdrawn;
        assert!(requests::set_state(&mut tx, made[0].id, RequestState::Pending, withdrawn, env.now()).await.unwrap());

        let pages = async |sort, tx: &mut Tx| {
            let listing = Listing { sort: Some(sort), ..Listing::default() };
            let mut query = PageQuery { cursor: None, limit: Some(3) };
            let first = requests::list(tx, &listing, &query).await.unwrap();
            query.cursor = first.next_cursor;
            let second = requests::list(tx, &listing, &query).await.unwrap();
            assert_eq!(second.next_cursor, None);
            [first.data, second.data].concat()
        };
        assert_eq!(slugs(&pages(NEWEST_FIRST, &mut tx).await), ["four", "three", "two", "one"]);
        assert_eq!(slugs(&pages(OLDEST_FIRST, &mut tx).await), ["one", "two", "three", "four"]);

        let all = PageQuery::default();
        let pending = Listing { state: Some(RequestState::Pending), requester: Some(ada.id), ..Listing::default() };
        assert_eq!(slugs(&requests::list(&mut tx, &pending, &all).await.unwrap().data), ["three"]);
        assert_eq!(slugs(&requests::pending_of_user(&mut tx, ada.id).await.unwrap()), ["three"]);
        let search = Listing { search: Some("bOB".to_owned()), ..Listing::default() };
        assert_eq!(slugs(&requests::list(&mut tx, &search, &all).await.unwrap().data), ["four", "two"]);
        let access = Listing { kind: Some(RequestKind::Access), ..Listing::default() };
        assert!(requests::list(&mut tx, &access, &all).await.unwrap().data.is_empty());
    }

    async fn requests_are_listed_in_every_order_and_its_reverse(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let people = [person(&mut tx, &env, "bob").await, person(&mut tx, &env, "Ada").await];
        let asked = [(0, "dora", false), (1, "Bug", true), (0, "alan", false), (1, "bug", false), (0, "Eve", true)];
        for (who, name, urgent) in asked {
            env.advance(Duration::from_secs(1));
            let made = Request { name: name.to_owned(), urgent, ..build::request(&env, &people[who], name) };
            requests::insert(&mut tx, &made).await.unwrap();
        }
        let listed = async |tx: &mut Tx, by: RequestSort, descending: bool| {
            let listing = Listing { sort: Some(Sort { by, descending }), ..Listing::default() };
            let mut query = PageQuery { cursor: None, limit: Some(2) };
            let mut seen = Vec::new();
            loop {
                let page = requests::list(tx, &listing, &query).await.unwrap();
                seen.extend(page.data.into_iter().map(|request| request.name));
                query.cursor = page.next_cursor;
                if query.cursor.is_none() {
                    return seen;
                }
            }
        };
        for by in RequestSort::ALL {
            let mut reversed = listed(&mut tx, *by, true).await;
            reversed.reverse();
            let upwards = listed(&mut tx, *by, false).await;
            assert_eq!((upwards.len(), &upwards), (5, &reversed), "{by}");
        }
        assert_eq!(listed(&mut tx, RequestSort::Name, false).await, ["alan", "Bug", "bug", "dora", "Eve"]);
        assert_eq!(listed(&mut tx, RequestSort::Requester, false).await, ["Bug", "bug", "dora", "alan", "Eve"]);
        assert_eq!(listed(&mut tx, RequestSort::Urgency, false).await, ["Bug", "Eve", "dora", "alan", "bug"]);
        // A place in one order is none in another.
        let by_name = Listing { sort: Some(Sort { by: RequestSort::Name, descending: false }), ..Listing::default() };
        let first = requests::list(&mut tx, &by_name, &PageQuery { cursor: None, limit: Some(2) }).await.unwrap();
        for by in [RequestSort::Asked, RequestSort::Urgency] {
            let listing = Listing { sort: Some(Sort { by, descending: false }), ..Listing::default() };
            let query = PageQuery { cursor: first.next_cursor.clone(), limit: None };
            let error = requests::list(&mut tx, &listing, &query).await.unwrap_err();
            assert!(matches!(error, Error::Cursor), "{by}: {error:?}");
        }
    }

    async fn a_request_keeps_the_names_of_its_secrets_and_its_history(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let ada = person(&mut tx, &env, "Ada").await;
        let asked = Request {
            header_names: vec!["X-Key".to_owned(), "Authorization".to_owned()],
            env_names: vec!["TOKEN".to_owned()],
            ..build::request(&env, &ada, "github")
        };
        requests::insert(&mut tx, &asked).await.unwrap();
        let owner = Owner::Request(asked.id);
        secrets::put(&mut tx, owner, SecretKind::Header, "X-Key", b"sealed", env.now()).await.unwrap();
        secrets::delete_owner(&mut tx, owner).await.unwrap();
        let found = requests::get(&mut tx, asked.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&asked), "in the order in which they were entered");
        let listed = requests::list(&mut tx, &Listing::default(), &PageQuery::default()).await.unwrap();
        assert_eq!(listed.data, std::slice::from_ref(&asked));

        let line = |what: &str, detail: Option<&str>| RequestHistory {
            at: env.now(),
            actor: "Ada".to_owned(),
            what: what.to_owned(),
            detail: detail.map(str::to_owned),
        };
        let lines = [line("submitted", None), line("tested", Some("ok")), line("approved", None)];
        for line in &lines {
            requests::add_history(&mut tx, asked.id, line).await.unwrap();
        }
        assert_eq!(requests::history(&mut tx, asked.id).await.unwrap(), lines);
    }

    async fn only_the_newest_test_counts(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let ada = person(&mut tx, &env, "Ada").await;
        let asked = request(&mut tx, &env, &ada, "github").await;
        let subject = tests::Subject::Request(asked.id);
        assert_eq!(tests::latest(&mut tx, subject).await.unwrap(), None);
        tests::insert(&mut tx, subject, &build::report(&env, &["a"]), Some(ada.id)).await.unwrap();
        let newest = build::report(&env, &["a", "b"]);
        tests::insert(&mut tx, subject, &newest, None).await.unwrap();
        assert_eq!(tests::latest(&mut tx, subject).await.unwrap(), Some(newest));
        assert_eq!(tests::delete(&mut tx, subject).await.unwrap(), 1);
    }

    async fn a_draft_is_kept_without_its_secrets(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let ada = person(&mut tx, &env, "Ada").await;
        let field = |value: &str| SecretField { name: "X-Key".to_owned(), value: SecretText::new(value) };
        let fields = NewRequest { name: "GitHub".to_owned(), headers: vec![field("hunter2")], ..NewRequest::default() };
        drafts::put(&mut tx, ada.id, "new", &fields, env.now()).await.unwrap();
        let draft = Owner::Draft(ada.id, "new");
        secrets::put(&mut tx, draft, SecretKind::Header, "X-Key", b"sealed", env.now()).await.unwrap();

        let kept = drafts::get(&mut tx, ada.id, "new").await.unwrap().unwrap();
        assert_eq!(kept.fields, NewRequest { headers: vec![field("")], ..fields.clone() });
        assert_eq!((kept.kept_secrets, kept.saved_at), (vec!["X-Key".to_owned()], Some(env.now())));
        env.advance(Duration::from_secs(1));
        drafts::put(&mut tx, ada.id, "catalog:x", &fields, env.now()).await.unwrap();
        assert_eq!(drafts::keys(&mut tx, ada.id).await.unwrap(), ["catalog:x", "new"]);

        assert!(drafts::delete(&mut tx, ada.id, "new").await.unwrap());
        assert_eq!(drafts::get(&mut tx, ada.id, "new").await.unwrap(), None);
        assert!(secrets::get_all(&mut tx, draft).await.unwrap().is_empty());
    }
}
