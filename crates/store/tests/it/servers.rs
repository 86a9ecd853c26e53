//! Contract of servers, secrets, pins.

use std::time::Duration;

use domain::{Clock, Health, PageQuery, Pin, PinKind, PinState, Server, ServerFilter, ServerStatus};
use store::secrets::{self, Owner, SecretKind};
use store::{Db, Error, Tx, pins, servers, tests, users};
use testkit::env::MockEnv;
use testkit::{both_engines, build};

async fn server(tx: &mut Tx, env: &MockEnv, slug: &str) -> Server {
    let server = build::server(env, slug);
    servers::insert(tx, &server).await.unwrap();
    server
}

fn slugs(list: &[Server]) -> Vec<&str> {
    list.iter().map(|server| server.slug.as_str()).collect()
}

both_engines! {
    async fn servers_are_found_changed_and_removed(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let owner = build::user(&env, "Owner");
        users::insert(&mut tx, &owner).await.unwrap();
        let github = server(&mut tx, &env, "github").await;
        assert_eq!(servers::get(&mut tx, github.id).await.unwrap().as_ref(), Some(&github));
        assert_eq!(servers::lock(&mut tx, github.id).await.unwrap().as_ref(), Some(&github));

        env.advance(Duration::from_secs(1));
        let mut changed = Server {
            name: "GitHub Enterprise".to_owned(),
            owner_id: Some(owner.id),
            allow_private: true,
            protocol: domain::ProtocolChoice::Sessions,
            limits: domain::ServerLimits { concurrent: Some(4), max_answer: Some(1 << 30), ..Default::default() },
            icon: Some("github".to_owned()),
            updated_at: env.now(),
            ..github.clone()
        };
        assert!(servers::update(&mut tx, &changed).await.unwrap());
        assert_eq!(servers::get(&mut tx, github.id).await.unwrap().as_ref(), Some(&changed));
        let slug = "github-ee".parse().unwrap();
        assert!(servers::set_slug(&mut tx, github.id, &slug, env.now()).await.unwrap());
        assert!(servers::set_status(&mut tx, github.id, ServerStatus::Disabled, env.now()).await.unwrap());
        assert!(servers::set_health(&mut tx, github.id, Health::Error, Some("no answer"), env.now()).await.unwrap());
        changed.slug = slug.clone();
        changed.status = ServerStatus::Disabled;
        changed.health = Health::Error;
        changed.health_detail = Some("no answer".to_owned());
        changed.health_at = Some(env.now());
        assert_eq!(servers::by_slug(&mut tx, &slug).await.unwrap(), Some(changed));

        secrets::put(&mut tx, Owner::Server(github.id), SecretKind::Header, "X", b"s", env.now()).await.unwrap();
        tests::insert(&mut tx, tests::Subject::Server(github.id), &build::report(&env, &["a"]), None).await.unwrap();
        assert!(servers::delete(&mut tx, github.id).await.unwrap());
        assert!(secrets::get_all(&mut tx, Owner::Server(github.id)).await.unwrap().is_empty());
        assert_eq!(tests::latest(&mut tx, tests::Subject::Server(github.id)).await.unwrap(), None);
        assert!(!servers::delete(&mut tx, github.id).await.unwrap());
    }

    async fn a_slug_is_taken_once(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        server(&mut tx, &env, "github").await;
        let error = servers::insert(&mut tx, &build::server(&env, "github")).await.unwrap_err();
        assert!(matches!(error, Error::Conflict("servers.slug")), "{error:?}");
    }

    async fn servers_are_listed_by_name_in_pages_and_searched(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        for slug in ["linear", "github", "notion"] {
            server(&mut tx, &env, slug).await;
        }
        let off = server(&mut tx, &env, "asana").await;
        servers::set_status(&mut tx, off.id, ServerStatus::Disabled, env.now()).await.unwrap();
        let query = PageQuery { cursor: None, limit: Some(3) };
        let first = servers::list(&mut tx, &ServerFilter::default(), &query).await.unwrap();
        assert_eq!(slugs(&first.data), ["asana", "github", "linear"]);
        let query = PageQuery { cursor: first.next_cursor, ..query };
        let second = servers::list(&mut tx, &ServerFilter::default(), &query).await.unwrap();
        assert_eq!(slugs(&second.data), ["notion"]);
        let filter = ServerFilter { search: Some("THE git".to_owned()), status: Some(ServerStatus::Active), sort: None };
        assert_eq!(slugs(&servers::list(&mut tx, &filter, &PageQuery::default()).await.unwrap().data), ["github"]);
        assert_eq!(servers::count(&mut tx, None).await.unwrap(), 4);
        assert_eq!(servers::count(&mut tx, Some(ServerStatus::Disabled)).await.unwrap(), 1);
        assert_eq!(slugs(&servers::all(&mut tx).await.unwrap()), ["asana", "github", "linear", "notion"]);
        assert_eq!(servers::names(&mut tx, &[off.id]).await.unwrap()[&off.id], "ASANA");
    }

    async fn duplicates_are_found_by_address(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let github = server(&mut tx, &env, "github").await;
        server(&mut tx, &env, "linear").await;
        for url in ["HTTPS://GitHub.Example.com:443/mcp/", " https://github.example.com/mcp#x "] {
            assert_eq!(slugs(&servers::by_url(&mut tx, url).await.unwrap()), ["github"], "{url}");
        }
        for url in ["https://github.example.com/MCP", "https://github.example.com:8443/mcp", &github.url[..20]] {
            assert!(servers::by_url(&mut tx, url).await.unwrap().is_empty(), "{url}");
        }
        let moved = Server { url: "https://linear.example.com".to_owned(), ..github };
        assert!(servers::update(&mut tx, &moved).await.unwrap());
        assert!(servers::by_url(&mut tx, "https://github.example.com/mcp").await.unwrap().is_empty());
        assert_eq!(slugs(&servers::by_url(&mut tx, "https://LINEAR.example.com/").await.unwrap()), ["github"]);
    }

    async fn servers_are_found_by_catalog_entry_and_by_id(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let mut ids = Vec::new();
        for (slug, entry) in [("wiki", Some("com.example/wiki")), ("docs", Some("com.example/docs")), ("own", None)] {
            let server = Server { catalog_name: entry.map(str::to_owned), ..build::server(&env, slug) };
            servers::insert(&mut tx, &server).await.unwrap();
            secrets::put(&mut tx, Owner::Server(server.id), SecretKind::Header, slug, b"s", env.now()).await.unwrap();
            ids.push(server.id);
        }
        let found = servers::by_catalog(&mut tx, ["com.example/wiki", "com.example/docs", "other"]).await.unwrap();
        assert_eq!(slugs(&found), ["docs", "wiki"]);
        assert_eq!(found[0].header_names, ["docs"]);
        assert!(servers::by_catalog(&mut tx, []).await.unwrap().is_empty());
        let unknown = domain::ServerId::generate(&env);
        assert_eq!(slugs(&servers::by_ids(&mut tx, &[ids[2], unknown, ids[0]]).await.unwrap()), ["own", "wiki"]);
        assert!(servers::by_ids(&mut tx, &[]).await.unwrap().is_empty());
    }

    async fn pins_of_several_servers_are_read_at_once(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let (github, linear) = (server(&mut tx, &env, "github").await, server(&mut tx, &env, "linear").await);
        let bare = server(&mut tx, &env, "bare").await;
        let pins_of = |names: &[&str]| names.iter().map(|name| build::pin(&env, name)).collect::<Vec<_>>();
        pins::replace_all(&mut tx, github.id, &pins_of(&["write", "read"]), None).await.unwrap();
        let prompt = Pin { kind: PinKind::Prompt, ..build::pin(&env, "ask") };
        let added = Pin { state: PinState::Added, ..build::pin(&env, "new") };
        let usable = build::pin(&env, "list");
        pins::replace_all(&mut tx, linear.id, &[prompt, added, usable.clone()], None).await.unwrap();
        let all = [github.id, linear.id, bare.id];
        let found = pins::of_servers(&mut tx, &all, PinKind::Tool, PinState::Pinned).await.unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[&github.id], pins_of(&["write", "read"]), "in their order");
        assert_eq!(found[&linear.id], [usable]);
        assert!(pins::of_servers(&mut tx, &[], PinKind::Tool, PinState::Pinned).await.unwrap().is_empty());
    }

    async fn secrets_are_named_but_belong_to_their_owner(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let github = server(&mut tx, &env, "github").await;
        let owner = Owner::Server(github.id);
        secrets::put(&mut tx, owner, SecretKind::Header, "X-Key", b"old", env.now()).await.unwrap();
        secrets::put(&mut tx, owner, SecretKind::Header, "X-Key", b"new", env.now()).await.unwrap();
        secrets::put(&mut tx, owner, SecretKind::Header, "Authorization", b"a", env.now()).await.unwrap();
        secrets::put(&mut tx, owner, SecretKind::Env, "TOKEN", &[0, 255], env.now()).await.unwrap();
        let draft = Owner::Draft(domain::UserId::generate(&env), "new");
        secrets::put(&mut tx, draft, SecretKind::Env, "TOKEN", b"draft", env.now()).await.unwrap();

        let found = servers::get(&mut tx, github.id).await.unwrap().unwrap();
        assert_eq!(found.header_names, ["Authorization", "X-Key"]);
        assert_eq!(found.env_names, ["TOKEN"]);
        let names = secrets::names(&mut tx, owner).await.unwrap();
        assert_eq!((names.headers, names.env), (found.header_names, found.env_names));
        let all = secrets::get_all(&mut tx, owner).await.unwrap();
        let all: Vec<_> = all.iter().map(|s| (s.kind, s.name.as_str(), s.sealed.as_slice())).collect();
        assert_eq!(all, [
            (SecretKind::Env, "TOKEN", &[0_u8, 255][..]),
            (SecretKind::Header, "Authorization", b"a"),
            (SecretKind::Header, "X-Key", b"new"),
        ]);
        let snapshot = store::snapshot::servers(&mut tx).await.unwrap();
        assert_eq!((snapshot.len(), snapshot[0].1.len()), (1, 3));
        assert_eq!(secrets::all(&mut tx).await.unwrap().len(), 4);

        assert!(secrets::delete(&mut tx, owner, SecretKind::Env, "TOKEN").await.unwrap());
        assert!(!secrets::delete(&mut tx, owner, SecretKind::Env, "TOKEN").await.unwrap());
        assert_eq!(secrets::delete_owner(&mut tx, owner).await.unwrap(), 2);
        assert_eq!(secrets::names(&mut tx, draft).await.unwrap().env, ["TOKEN"]);
    }

    async fn pins_keep_what_was_approved(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let admin = build::admin(&env, "Admin");
        users::insert(&mut tx, &admin).await.unwrap();
        let github = server(&mut tx, &env, "github").await;
        let approved = [build::pin(&env, "write"), build::pin(&env, "read"), build::pin(&env, "old")];
        pins::replace_all(&mut tx, github.id, &approved, Some(admin.id)).await.unwrap();
        assert_eq!(pins::list(&mut tx, github.id).await.unwrap(), approved);

        let changed = Pin {
            state: PinState::Changed,
            digest: Some("ignored".to_owned()),
            seen_digest: Some("other".to_owned()),
            seen_definition: Some("{}".to_owned()),
            ..approved[0].clone()
        };
        let added = Pin {
            name: "extra".to_owned(),
            state: PinState::Added,
            digest: None,
            definition: None,
            pinned_at: None,
            ..changed.clone()
        };
        let gone = Pin { state: PinState::Gone, ..approved[2].clone() };
        for seen in [&changed, &added, &gone] {
            pins::upsert_seen(&mut tx, github.id, seen).await.unwrap();
        }
        let list = pins::list(&mut tx, github.id).await.unwrap();
        assert_eq!(list[0], Pin { digest: approved[0].digest.clone(), ..changed.clone() });
        assert_eq!(list[1], approved[1]);
        assert_eq!(list[2], gone);
        assert_eq!(list[3], added);
        let lines = store::snapshot::pins(&mut tx).await.unwrap();
        assert_eq!(lines.iter().filter(|line| line.state.usable()).count(), 1);

        env.advance(Duration::from_secs(1));
        for name in ["write", "extra", "old"] {
            let done = pins::approve(&mut tx, github.id, PinKind::Tool, name, admin.id, env.now()).await.unwrap();
            assert!(done, "{name}");
        }
        assert!(!pins::approve(&mut tx, github.id, PinKind::Tool, "read", admin.id, env.now()).await.unwrap());
        let write = pins::get(&mut tx, github.id, PinKind::Tool, "write").await.unwrap().unwrap();
        assert_eq!(write, Pin {
            state: PinState::Pinned,
            digest: Some("other".to_owned()),
            definition: Some("{}".to_owned()),
            seen_digest: None,
            seen_definition: None,
            pinned_at: Some(env.now()),
            ..changed
        });
        assert_eq!(pins::get(&mut tx, github.id, PinKind::Tool, "old").await.unwrap(), None);
        let names: Vec<_> = pins::list(&mut tx, github.id).await.unwrap().into_iter().map(|pin| pin.name).collect();
        assert_eq!(names, ["write", "read", "extra"]);
    }
}
