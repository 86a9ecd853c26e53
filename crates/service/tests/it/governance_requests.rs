use domain::{
    AuditAction, Category, NewRequest, NewServer, PageQuery, RequestFilter, RequestState, RuleScope, Scope, SecretText,
};
use store::{Db, Sql, sql};

use crate::governance::{NOWHERE, Org, fixture, locked_fixture, new_request, sealed, secret, with_header};
use crate::world::{code, problem};

const SECRET: &str = "planted-7f3a-swordfish";

/// Whether a text is anywhere in the database, in plain or as the bytes of a column.
async fn in_database(db: &Db, text: &str) -> bool {
    let mut tx = db.read().await.unwrap();
    let rows: Vec<(String,)> = sql(Sql {
        sqlite: "SELECT file FROM pragma_database_list WHERE name = 'main'",
        postgres: "SELECT t::text FROM audit t UNION ALL SELECT t::text FROM drafts t
                   UNION ALL SELECT t::text FROM notifications t UNION ALL SELECT t::text FROM request_history t
                   UNION ALL SELECT t::text FROM requests t UNION ALL SELECT t::text FROM secrets t
                   UNION ALL SELECT t::text FROM servers t UNION ALL SELECT t::text FROM settings t
                   UNION ALL SELECT t::text FROM tests t",
    })
    .fetch_all(&mut tx)
    .await
    .unwrap();
    let contains = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    if db.engine() == store::Engine::Postgres {
        let hex = text.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        return rows.iter().any(|(row,)| row.contains(text) || row.contains(&hex));
    }
    let file = std::path::PathBuf::from(&rows[0].0);
    let log = file.with_extension("db-wal");
    [file, log].iter().filter_map(|path| std::fs::read(path).ok()).any(|bytes| contains(&bytes, text.as_bytes()))
}

fn filter() -> RequestFilter {
    RequestFilter::default()
}

testkit::both_engines! {
    async fn all_wrong_fields_of_a_request_are_named_at_once(db: Db) {
        let org = Org::new(db).await;
        let before = org.world.recorded().await;
        let wrong = NewRequest {
            name: " ".to_owned(),
            slug: "No Slug".to_owned(),
            transport: "stdio".to_owned(),
            auth: "oauth".to_owned(),
            url: "ftp://example.com".to_owned(),
            headers: vec![secret("Host", "x"), secret("X-Key", "")],
            env: vec![secret("1NAME", "x")],
            ..NewRequest::default()
        };
        let problem = problem(org.services().submit_request(&org.as_ada(), wrong, None).await);
        assert_eq!(problem.status(), 422);
        for field in ["name", "slug", "transport", "auth", "url", "headers[0].name", "headers[1].value", "env[0].name",
            "why_needed", "use_case", "expected_value"] {
            assert!(problem.of_field(field).is_some(), "{field}: {problem:?}");
        }
        for transport in ["stdio", "carrier pigeon"] {
            let new = NewRequest { transport: transport.to_owned(), ..new_request("Tracker", NOWHERE) };
            let problem = self::problem(org.services().submit_request(&org.as_ada(), new, None).await);
            assert!(problem.of_field("transport").is_some(), "{transport}");
        }
        let oauth = NewRequest { auth: "oauth".to_owned(), ..new_request("Tracker", NOWHERE) };
        assert!(self::problem(org.services().submit_request(&org.as_ada(), oauth, None).await).of_field("auth").is_some());
        assert_eq!(org.world.recorded().await, before, "nothing was made");
        let own = org.services().requests(&org.as_ada(), &filter(), &PageQuery::default()).await.unwrap();
        assert!(own.data.is_empty());
    }

    async fn a_taken_slug_is_one_of_the_wrong_fields(db: Db) {
        let org = Org::new(db).await;
        let fixture = fixture().await;
        org.server("Tracker", &fixture.url()).await;
        let new = NewRequest { why_needed: String::new(), ..new_request("Tracker", NOWHERE) };
        let problem = problem(org.services().submit_request(&org.as_ada(), new, None).await);
        assert!(problem.of_field("slug").is_some() && problem.of_field("why_needed").is_some(), "{problem:?}");
    }

    async fn a_request_tells_those_who_decide(db: Db) {
        let org = Org::new(db).await;
        let request = org.asked("Issue Tracker", NOWHERE).await;
        assert_eq!((request.slug.as_str(), request.state), ("issue-tracker", RequestState::Pending));
        assert_eq!(org.services().me(&org.as_root()).await.unwrap().pending_requests, 1);
        let messages = org.messages(&org.root).await;
        assert_eq!(messages[0].title, "Ada asks for Issue Tracker");
        assert_eq!(messages[0].link, format!("/inbox/{}", request.id));
        assert!(org.messages(&org.ada).await.is_empty());
        let event = org.world.newest(AuditAction::ServerRequested).await;
        assert_eq!(event.row.actor.id, Some(org.ada.id));
        assert!(event.args.unwrap().contains(NOWHERE));
        let history = org.services().request_history(&org.as_ada(), request.id).await.unwrap();
        assert_eq!(history.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(), ["Requested"]);
    }

    async fn secrets_are_sealed_wherever_they_are(db: Db) {
        let org = Org::new(db.clone()).await;
        let env = vec![secret("API_TOKEN", SECRET)];
        let new = NewRequest { env, ..with_header(new_request("Tracker", NOWHERE), "X-Key", SECRET) };
        org.services().save_draft(&org.as_ada(), "custom", new.clone()).await.unwrap();
        let request = org.services().submit_request(&org.as_ada(), new, None).await.unwrap();
        assert_eq!((request.header_names, request.env_names), (vec!["X-Key".to_owned()], vec!["API_TOKEN".to_owned()]));
        assert!(in_database(&db, "X-Key").await, "the search finds what is there");
        assert!(!in_database(&db, SECRET).await);
    }

    async fn a_draft_survives_with_its_secrets(db: Db) {
        let org = Org::new(db).await;
        let fixture = locked_fixture(SECRET).await;
        let services = org.services();
        let header = format!("Bearer {SECRET}");
        let fields = NewRequest { why_needed: String::new(), ..new_request("Tracker", &fixture.url()) };
        let draft = services.save_draft(&org.as_ada(), "custom", with_header(fields, " Authorization", &header)).await.unwrap();
        assert_eq!(draft.kept_secrets, ["Authorization"]);
        assert_eq!(draft.fields.headers[0].value, SecretText::default());
        assert_eq!(draft.saved_at, Some(org.world.now()));
        assert_eq!(services.draft(&org.as_ada(), "custom").await.unwrap(), draft);
        assert_eq!(services.draft(&org.as_eve(), "custom").await.unwrap().saved_at, None, "drafts are private");
        let drafts = services.drafts(&org.as_ada()).await.unwrap();
        assert_eq!(drafts, [("custom".to_owned(), draft.fields.clone())]);
        assert!(services.drafts(&org.as_eve()).await.unwrap().is_empty());

        // A request that is refused takes nothing from the draft.
        let unfinished = with_header(NewRequest { why_needed: String::new(), ..new_request("Tracker", &fixture.url()) },
            "Authorization", "");
        services.submit_request(&org.as_ada(), unfinished.clone(), Some("custom")).await.unwrap_err();
        assert_eq!(services.draft(&org.as_ada(), "custom").await.unwrap().kept_secrets, ["Authorization"]);
        // Saving again without the value keeps it.
        services.save_draft(&org.as_ada(), "custom", unfinished).await.unwrap();

        let finished = with_header(new_request("Tracker", &fixture.url()), "Authorization", "");
        let request = services.submit_request(&org.as_ada(), finished.clone(), Some("custom")).await.unwrap();
        assert_eq!(services.draft(&org.as_ada(), "custom").await.unwrap().saved_at, None);
        let report = services.test_request(&org.as_root(), request.id, false).await.unwrap();
        assert!(report.ok, "the value arrived: {report:?}");

        // Without the draft the value is missing.
        let again = NewRequest { not_a_duplicate: true, slug: "other".to_owned(), ..finished };
        let problem = problem(services.submit_request(&org.as_ada(), again, None).await);
        assert!(problem.of_field("headers[0].value").is_some());
    }

    async fn a_discarded_draft_is_gone(db: Db) {
        let org = Org::new(db).await;
        let services = org.services();
        let fields = with_header(new_request("Tracker", NOWHERE), "X-Key", SECRET);
        services.save_draft(&org.as_ada(), "custom", fields.clone()).await.unwrap();
        services.discard_draft(&org.as_ada(), "custom").await.unwrap();
        assert!(services.drafts(&org.as_ada()).await.unwrap().is_empty());
        assert_eq!(services.draft(&org.as_ada(), "custom").await.unwrap().saved_at, None);
        let blank = with_header(new_request("Tracker", NOWHERE), "X-Key", "");
        let problem = problem(services.submit_request(&org.as_ada(), blank, Some("custom")).await);
        assert!(problem.of_field("headers[0].value").is_some(), "its secrets are gone too");

        let long = NewRequest { why_needed: "x".repeat(300_000), ..fields.clone() };
        assert!(self::problem(services.save_draft(&org.as_ada(), "custom", long).await).of_field("draft").is_some());
        for n in 0..50 {
            services.save_draft(&org.as_ada(), &format!("draft {n}"), new_request("x", "")).await.unwrap();
        }
        assert_eq!(code(services.save_draft(&org.as_ada(), "one more", new_request("x", "")).await), "too_many_drafts");
        services.save_draft(&org.as_ada(), "draft 7", new_request("y", "")).await.unwrap();
    }

    async fn what_exists_is_offered_instead(db: Db) {
        let org = Org::new(db).await;
        let services = org.services();
        let fixture = fixture().await;
        let server = org.server("Tracker", &fixture.url()).await;
        let spelled = fixture.url().replace("http", "HTTP") + "/";
        let new = NewRequest { slug: "again".to_owned(), ..new_request("Again", &spelled) };
        let found = services.duplicates(&org.as_ada(), &new).await.unwrap();
        assert_eq!(found.iter().map(|d| (d.server_id, d.has_access)).collect::<Vec<_>>(), [(Some(server.id), false)]);
        assert_eq!(code(services.submit_request(&org.as_ada(), new.clone(), None).await), "duplicate");
        org.opened(&server, &org.ada, RuleScope::All).await;
        let found = services.duplicates(&org.as_ada(), &new).await.unwrap();
        assert_eq!((found[0].has_access, found[0].slug.as_deref()), (true, Some("tracker")));

        let sure = NewRequest { not_a_duplicate: true, ..new };
        let request = services.submit_request(&org.as_ada(), sure, None).await.unwrap();
        // Somebody else's requests are not told.
        let other = new_request("Other", &fixture.url());
        let eve: Vec<_> = services.duplicates(&org.as_eve(), &other).await.unwrap();
        assert!(eve.iter().all(|d| d.request_id.is_none()));
        let ada = services.duplicates(&org.as_ada(), &other).await.unwrap();
        assert!(ada.iter().any(|d| d.request_id == Some(request.id)));
        // A server that is switched off does not do it.
        services.disable_server(&org.as_root(), server.id).await.unwrap();
        assert!(services.duplicates(&org.as_eve(), &other).await.unwrap().is_empty());
    }

    async fn the_catalog_is_searched_and_asked_for(db: Db) {
        let org = Org::new(db).await;
        let services = org.services();
        let ada = org.as_ada();
        let all = services.catalog(&ada, "", None).await.unwrap();
        assert!(all.len() >= 20);
        let found = services.catalog(&ada, " PULL requests ", None).await.unwrap();
        assert!(found.iter().any(|item| item.entry.name == "com.github/mcp") && found.len() < all.len());
        let design = services.catalog(&ada, "", Some(Category::Design)).await.unwrap();
        assert!(!design.is_empty() && design.iter().all(|item| item.entry.categories.contains(&Category::Design)));
        assert_eq!(code(services.catalog_entry(&ada, "com.example/nothing").await), "not_found");

        for (name, also) in [("com.gitlab/mcp", "auth"), ("com.microsoft/playwright", "transport")] {
            let new = NewRequest { catalog_name: Some(name.to_owned()), url: String::new(), transport: String::new(),
                auth: String::new(), ..new_request("", "") };
            let problem = problem(services.submit_request(&ada, new, None).await);
            assert!(problem.of_field("catalog_name").is_some() && problem.of_field(also).is_some(), "{name}: {problem:?}");
        }
        let new = NewRequest { catalog_name: Some("com.deepwiki/mcp".to_owned()), ..new_request("", "") };
        let request = services.submit_request(&ada, new.clone(), None).await.unwrap();
        assert_eq!((request.name.as_str(), request.url.as_str()), ("DeepWiki", "https://mcp.deepwiki.com/mcp"));
        assert!(services.catalog_entry(&ada, "com.deepwiki/mcp").await.unwrap().requested);
        assert!(!services.catalog_entry(&org.as_eve(), "com.deepwiki/mcp").await.unwrap().requested);
        assert_eq!(code(services.submit_request(&ada, new, None).await), "duplicate");
    }

    async fn a_catalog_entry_shows_the_server_that_came_of_it(db: Db) {
        let org = Org::new(db).await;
        let services = org.services();
        let fixture = fixture().await;
        let new = NewRequest { catalog_name: Some("com.deepwiki/mcp".to_owned()), ..new_request("Wiki", &fixture.url()) };
        let request = services.submit_request(&org.as_ada(), new, None).await.unwrap();
        org.approved(&request, Scope::Server).await;
        let item = services.catalog_entry(&org.as_ada(), "com.deepwiki/mcp").await.unwrap();
        assert_eq!((item.connected.as_deref(), item.requested), (Some("wiki"), false));
        assert_eq!(services.catalog_entry(&org.as_eve(), "com.deepwiki/mcp").await.unwrap().connected, None);
    }

    async fn a_search_finds_servers_that_are_here(db: Db) {
        let org = Org::new(db).await;
        let services = org.services();
        let fixture = fixture().await;
        let server = org.server("Issue Tracker", &fixture.url()).await;
        org.opened(&server, &org.ada, RuleScope::All).await;
        let draft = NewServer { name: "Tracker of tomorrow".to_owned(), url: NOWHERE.to_owned(), ..NewServer::default() };
        services.create_server(&org.as_root(), draft).await.unwrap();
        for (caller, usable) in [(org.as_ada(), true), (org.as_eve(), false)] {
            for search in ["tracker", " TRACK  issue "] {
                let found = services.servers_here(&caller, search).await.unwrap();
                let found: Vec<_> = found.iter().map(|(server, usable)| (server.id, server.url.as_str(), *usable)).collect();
                assert_eq!(found, [(server.id, "", usable)], "{search}");
            }
            for search in ["", " ", "tracker wiki"] {
                assert!(services.servers_here(&caller, search).await.unwrap().is_empty(), "{search}");
            }
        }
    }

    async fn people_see_their_own_requests(db: Db) {
        let org = Org::new(db).await;
        let services = org.services();
        let request = org.asked("Tracker", NOWHERE).await;
        let page = PageQuery::default();
        assert_eq!(code(services.request(&org.as_eve(), request.id).await), "not_found");
        assert_eq!(code(services.request_history(&org.as_eve(), request.id).await), "not_found");
        assert_eq!(code(services.withdraw_request(&org.as_eve(), request.id).await), "not_found");
        assert_eq!(code(services.review(&org.as_ada(), request.id).await), "forbidden");
        assert!(services.requests(&org.as_eve(), &filter(), &page).await.unwrap().data.is_empty());
        assert_eq!(services.requests(&org.as_ada(), &filter(), &page).await.unwrap().data, std::slice::from_ref(&request));
        assert_eq!(services.requests(&org.as_root(), &filter(), &page).await.unwrap().data.len(), 1);
        let mine = RequestFilter { mine: true, ..filter() };
        assert!(services.requests(&org.as_root(), &mine, &page).await.unwrap().data.is_empty());

        // The inbox begins with who has waited longest.
        org.world.advance(60);
        services.submit_request(&org.as_eve(), new_request("Second", "http://127.0.0.1:10/mcp"), None).await.unwrap();
        let pending = RequestFilter { state: Some(RequestState::Pending), ..filter() };
        let names = |page: domain::Page<domain::Request>| page.data.into_iter().map(|r| r.name).collect::<Vec<_>>();
        assert_eq!(names(services.requests(&org.as_root(), &pending, &page).await.unwrap()), ["Tracker", "Second"]);
        assert_eq!(names(services.requests(&org.as_root(), &filter(), &page).await.unwrap()), ["Second", "Tracker"]);
        let by_name = RequestFilter { search: Some("eve".to_owned()), ..filter() };
        assert_eq!(names(services.requests(&org.as_root(), &by_name, &page).await.unwrap()), ["Second"]);
    }

    async fn a_request_can_be_withdrawn_and_sent_again(db: Db) {
        let org = Org::new(db.clone()).await;
        let services = org.services();
        let new = with_header(new_request("Tracker", NOWHERE), "X-Key", SECRET);
        let request = services.submit_request(&org.as_ada(), new.clone(), None).await.unwrap();
        let again = NewRequest { resubmission_of: Some(request.id), ..new };
        assert!(problem(services.submit_request(&org.as_ada(), again.clone(), None).await)
            .of_field("resubmission_of").is_some(), "it is still pending");
        assert_eq!(code(services.withdraw_request(&org.as_root(), request.id).await), "forbidden");
        let withdrawn = services.withdraw_request(&org.as_ada(), request.id).await.unwrap();
        assert_eq!(withdrawn.state, RequestState::Withdrawn);
        let stored = services.request(&org.as_ada(), request.id).await.unwrap();
        assert_eq!((stored.state, stored.header_names), (RequestState::Withdrawn, vec!["X-Key".to_owned()]));
        assert!(sealed(&org, request.id).await.is_empty(), "its secrets are forgotten");
        assert_eq!(org.world.actions().await.last(), Some(&AuditAction::ServerRequestWithdrawn));
        assert_eq!(code(services.withdraw_request(&org.as_ada(), request.id).await), "request_decided");
        assert_eq!(code(services.test_request(&org.as_root(), request.id, false).await), "request_decided");

        let eve = NewRequest { slug: "eve".to_owned(), ..again.clone() };
        assert!(problem(services.submit_request(&org.as_eve(), eve, None).await).of_field("resubmission_of").is_some());
        let second = services.submit_request(&org.as_ada(), again, None).await.unwrap();
        assert_eq!(second.resubmission_of, Some(request.id));
        let history = services.request_history(&org.as_ada(), second.id).await.unwrap();
        assert_eq!(history[0].what, "Resubmitted");
    }
}
