//! The lists of the console: their orders, their files, and the views that people keep of them.

use serde_json::{Value, json};

use crate::harness::http::{Browser, Reply, form_body};
use crate::harness::{App, Person, on_both_engines};
use crate::stage::Stage;

/// The addresses in a page that begin like this.
fn addresses(page: &str, begin: &str) -> Vec<String> {
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.map(|link| link.replace("&amp;", "&")).filter(|link| link.starts_with(begin)).collect()
}

/// The rows of a file, by the names of its columns.
#[track_caller]
fn rows(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let mut reader = csv::Reader::from_reader(&reply.body[..]);
    let names = reader.headers().unwrap().clone();
    let row = |cells: csv::StringRecord| -> Value {
        names.iter().zip(&cells).map(|(name, cell)| (name.to_owned(), json!(cell))).collect()
    };
    reader.records().map(|cells| row(cells.unwrap())).collect()
}

fn column(rows: &[Value], name: &str) -> Vec<String> {
    rows.iter().map(|row| row[name].as_str().unwrap_or_else(|| panic!("{name}: {row}")).to_owned()).collect()
}

async fn invite(app: &App, admin: &Person, name: &str, department: &str) {
    let email = format!("{}@example.com", name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
    let person = json!({ "email": email.trim_matches('-'), "name": name, "department": department });
    app.api(admin).post("/users", &person).await.expect(201);
}

async fn change(browser: &Browser, fields: &[(&str, &str)]) -> Reply {
    browser.call("views/change", fields).await
}

/// A form without JavaScript.
async fn post(app: &App, browser: &Browser, page: &str, fields: &[(&str, &str)]) -> Reply {
    Reply::read(browser.form(page, fields).header("origin", &app.base).send().await.expect("an answer")).await
}

on_both_engines! {
    async fn a_list_is_a_file_with_the_filters_and_in_the_order_of_its_page(app: &App) {
        let admin = app.admin().await;
        for (name, department) in [
            ("=HYPERLINK(\"http://evil.example\")", "Ops, \"North\""), ("Bob", "Ops"), ("@Carl", "+Ops\r\nSouth"), ("Zoe", "Sales"),
        ] {
            invite(app, &admin, name, department).await;
        }
        let browser = app.signed_in(&admin).await;
        let page = browser.get("/users?search=ops&sort=-name&hide=team&notice=user-saved").await.text();
        let links = addresses(&page, "/export/users.csv");
        assert_eq!(links.len(), 1, "{links:?}");
        for part in ["search=ops", "sort=-name", "hide=team"] {
            assert!(links[0].contains(part), "{}", links[0]);
        }
        assert!(!links[0].contains("notice"), "{}", links[0]);
        let reply = browser.get(&links[0]).await;
        let today = domain::Clock::now(app.env.as_ref()).format("%Y-%m-%d");
        assert_eq!(reply.header("content-disposition"), format!("attachment; filename=\"users-{today}.csv\""));
        assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8; header=present");
        assert_eq!(reply.header("cache-control"), "no-store");
        let found = rows(&reply);
        assert_eq!(column(&found, "name"), ["Bob", "'@Carl", "'=HYPERLINK(\"http://evil.example\")"]);
        assert_eq!(column(&found, "department"), ["Ops", "'+Ops\r\nSouth", "Ops, \"North\""]);
        let text = reply.text();
        assert!(text.contains("\r\n") && text.contains("\"Ops, \"\"North\"\"\""), "{text}");
        for at in column(&found, "created_at") {
            assert!(at.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(&at).is_ok(), "{at}");
        }

        // A page further on is no part of the file.
        let upwards = rows(&browser.get("/export/users.csv?search=ops&sort=name&cursor=nonsense").await);
        let mut names = column(&found, "name");
        names.reverse();
        assert_eq!(column(&upwards, "name"), names);
        let suspended = browser.get("/export/users.csv?status=suspended").await;
        assert!(rows(&suspended).is_empty() && suspended.text().starts_with("id,name,email,"), "{}", suspended.text());
        assert_eq!(rows(&browser.get("/export/users.csv?status=").await).len(), 5);
    }

    async fn files_are_longer_than_pages(app: &App) {
        let (admin, employee) = (app.admin().await, app.employee().await);
        // More than the pages in which they are read.
        let eve = app.signed_in(&employee).await;
        let note = ledger::Event::new(
            domain::AuditAction::AccessDenied,
            domain::Outcome::Denied,
            domain::Actor { kind: domain::ActorKind::User, id: Some(employee.id), name: "Eve".to_owned() },
            domain::CorrelationId::generate(app.env.as_ref()),
        );
        for number in 0..450 {
            let event = note.clone().reason(format!("number {number}"));
            app.services.parts().ledger.write(event).await.unwrap();
        }
        let found = rows(&eve.get("/export/activity.csv?action=access_denied&sort=at").await);
        let expected: Vec<String> = (0..450).map(|number| format!("number {number}")).collect();
        let mut reasons = column(&found, "reason");
        reasons.sort_by_key(|reason| reason.rsplit(' ').next().and_then(|number| number.parse::<u32>().ok()));
        assert_eq!(reasons, expected);
        let times = column(&found, "at");
        assert!(times.is_sorted(), "oldest first");
        assert!(column(&found, "actor").iter().all(|actor| actor == "Eve"));
        let exported = app.newest(domain::AuditAction::AuditExported).await;
        assert_eq!(exported.row.actor.id, Some(employee.id));
        let said: Value = serde_json::from_str(&exported.args.unwrap()).unwrap();
        assert_eq!((&said["rows"], &said["filter"]["action"]), (&json!(450), &json!("access_denied")));
        // Nobody else's: not for her, and for the administrator by a filter only.
        let own = rows(&eve.get("/export/audit.csv").await);
        assert!(own.len() >= 450 && column(&own, "actor").iter().all(|actor| actor == "Eve"));
        let ada = app.signed_in(&admin).await;
        let all = rows(&ada.get("/export/audit.csv").await);
        assert!(all.len() > own.len() && column(&all, "at").iter().rev().is_sorted(), "newest first");
        let of_eve = rows(&ada.get(&format!("/export/audit.csv?actor={}&outcome=denied", employee.id)).await);
        assert_eq!(of_eve.len(), 450);
        assert_eq!(ada.get("/export/audit.csv?from=tomorrow").await.status, 422);
    }

    async fn files_are_for_those_who_may_see_the_list(app: &App) {
        let stage = Stage::set(app).await;
        let (ada, eve) = (app.signed_in(&stage.admin).await, app.signed_in(&stage.employee).await);
        for (list, who, expected) in [
            ("users", &ada, "target@example.com"), ("groups", &ada, "Stage"), ("servers", &ada, "stage"),
            ("policies", &ada, "Target"), ("inbox", &ada, "three"), ("requests", &eve, "three"),
            ("audit", &ada, "server_requested"), ("activity", &eve, "server_requested"),
        ] {
            let page = who.get(&format!("/{list}")).await.text();
            let links = addresses(&page, &format!("/export/{list}.csv"));
            assert_eq!(links.len(), 1, "{list}: {links:?}");
            let reply = who.get(&links[0]).await;
            assert!(reply.status == 200 && reply.text().contains(expected), "{list}: {}", reply.text());
            let visitor = app.browser().get(&links[0]).await;
            assert_eq!(visitor.status, 401, "{list}");
            // A key is for programs, not for the console.
            let key = app.browser().request(http::Method::GET, &links[0]).bearer_auth(&stage.admin.key);
            assert_eq!(key.send().await.unwrap().status(), 401, "{list}");
            let write = who.request(http::Method::POST, &links[0]).header("origin", &app.base);
            assert_eq!(write.send().await.unwrap().status(), 405, "{list}");
        }
        for list in ["users", "groups", "servers", "policies", "inbox"] {
            let reply = eve.get(&format!("/export/{list}.csv")).await;
            assert_eq!(reply.status, 403, "{list}: {}", reply.text());
            assert!(!reply.text().contains("Target") && reply.header("content-disposition").is_empty(), "{list}");
        }
        let names = |reply: &Reply| column(&rows(reply), "name");
        assert!(names(&ada.get("/export/requests.csv").await).is_empty(), "she has asked for nothing herself");
        assert_eq!(names(&ada.get("/export/inbox.csv").await), ["one", "two", "three"], "who waits longest comes first");
        assert_eq!(names(&ada.get("/export/inbox.csv?search=t&sort=-asked").await), ["three", "two"]);
        assert!(names(&ada.get("/export/inbox.csv?state=approved").await).is_empty());
        assert_eq!(names(&eve.get("/export/requests.csv?sort=name").await), ["one", "three", "two"]);
        assert_eq!(rows(&ada.get("/export/policies.csv?effect=deny").await).len(), 0);
        assert_eq!(ada.get("/export/nothing.csv").await.status, 404);
    }

    async fn lists_come_in_the_order_that_is_asked_for(app: &App) {
        let stage = Stage::set(app).await;
        let api = app.api(&stage.admin);
        for (name, members) in [("Zebra", vec![]), ("apple", vec![stage.target.id, stage.employee.id])] {
            let group = api.post("/groups", &json!({ "name": name })).await.expect(201);
            for member in members {
                api.put(&format!("/groups/{}/members/{member}", group["id"].as_str().unwrap()), &json!({})).await.expect(204);
            }
        }
        let names = async |path: &str| column(&api.rows(path).await, "name");
        assert_eq!(names("/groups").await, ["apple", "Stage", "Zebra"]);
        assert_eq!(names("/groups?sort=-members").await, ["apple", "Zebra", "Stage"]);
        let browser = app.signed_in(&stage.admin).await;
        let page = browser.get("/groups?sort=-name").await.text();
        let at = |name: &str| page.find(&format!(">{name}<")).unwrap_or_else(|| panic!("{name} is on the page"));
        assert!(at("Zebra") < at("Stage") && at("Stage") < at("apple"));
        assert!(page.contains("aria-sort=\"descending\"") && page.contains("href=\"/groups?sort=members\""));

        // Pages of an order meet.
        let mut cursor = String::new();
        let mut seen = Vec::new();
        loop {
            let page = api.get(&format!("/requests?sort=-name&limit=1{cursor}")).await.expect(200);
            seen.push(page["data"][0]["name"].as_str().unwrap().to_owned());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, ["two", "three", "one"]);
        let oldest = api.rows("/audit?sort=at&limit=2").await;
        let newest = api.rows("/audit?limit=2").await;
        assert!(column(&oldest, "at") < column(&newest, "at"), "{oldest:?} {newest:?}");
        for path in ["/requests?sort=risk", "/groups?sort=x", "/rules?sort=name", "/audit?sort=-who"] {
            let status = api.get(path).await.status;
            assert!(matches!(status, 400 | 422), "{path}: {status}");
        }
        // An address with an order that a list does not know is still the address of the list.
        assert_eq!(browser.get("/groups?sort=nonsense").await.status, 200);
    }

    async fn people_keep_views_of_lists(app: &App) {
        let (admin, employee) = (app.admin().await, app.employee().await);
        let (ada, eve) = (app.signed_in(&admin).await, app.signed_in(&employee).await);
        let query = "outcome=denied&sort=at&hide=client";
        let kept = change(&ada, &[("list", "audit"), ("name", "My <denials>"), ("query", query)]).await;
        assert_eq!(kept.status, 200, "{}", kept.text());
        assert_eq!(kept.header("location"), format!("/audit?{query}&notice=view-saved"));
        assert!(app.caused_by(kept.correlation()).await.is_empty(), "how somebody looks at a list is theirs");
        let page = ada.get("/audit").await.text();
        assert!(addresses(&page, "/audit?").contains(&format!("/audit?{query}")), "{:?}", addresses(&page, "/audit?"));
        assert!(page.contains("My &lt;denials&gt;") && !page.contains("My <denials>"));
        assert_eq!(ada.get(&format!("/audit?{query}")).await.status, 200);
        for page in [ada.get("/activity").await, eve.get("/audit").await] {
            assert!(!page.text().contains("My &lt;denials&gt;"), "another list, or another person");
        }

        // Without JavaScript the page is asked for again, with what was wrong and what was entered.
        let fields = |name| [("_fn", "views/change"), ("list", "requests"), ("name", name), ("query", "state=pending")];
        let page = eve.get("/requests?state=pending&notice=request-submitted&cursor=").await.text();
        assert!(page.contains("name=\"query\" value=\"state=pending\""), "the form holds what the address holds");
        let wrong = post(app, &eve, "/requests?state=pending", &fields(" ")).await;
        assert!(wrong.status == 422 && wrong.text().contains("Enter a value"), "{}: {:.300}", wrong.status, wrong.text());
        let opened = |reply: &Reply| {
            let tag = reply.text().split("<details").find(|part| part.contains("saved-views")).map(str::to_owned);
            tag.expect("the menu").split('>').next().unwrap().contains(" open")
        };
        assert!(opened(&wrong) && !opened(&eve.get("/requests").await), "what was wrong is to be seen");
        let kept = post(app, &eve, "/requests?state=pending", &fields("Waiting")).await;
        assert_eq!((kept.status, kept.header("location")), (303, "/requests?state=pending&notice=view-saved"));
        let page = eve.get("/requests").await.text();
        assert!(addresses(&page, "/requests?").contains(&"/requests?state=pending".to_owned()));
        let id = page.split("name=\"remove\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a view");

        // Somebody else's cannot be deleted, one's own can.
        let delete = [("_fn", "views/change"), ("list", "requests"), ("query", ""), ("remove", id)];
        assert_eq!(post(app, &ada, "/requests", &delete).await.status, 303);
        assert!(eve.get("/requests").await.text().contains(id));
        let gone = post(app, &eve, "/requests", &delete).await;
        assert_eq!((gone.status, gone.header("location")), (303, "/requests?notice=view-deleted"));
        assert!(!eve.get("/requests").await.text().contains(id));

        for query in ["notice=x", "undo=rul_1", "dialog=new", "cursor=x", "no pair", "a=b#c", "//evil.example"] {
            let refused = change(&eve, &[("list", "requests"), ("name", "Bad"), ("query", query)]).await;
            assert_eq!(refused.status, 422, "{query}: {}", refused.text());
        }
        let long = form_body(&[("search", &"x".repeat(2000))]);
        assert_eq!(change(&eve, &[("list", "requests"), ("name", "Long"), ("query", &long)]).await.status, 422);
        assert_eq!(change(&eve, &[("list", "nothing"), ("name", "Bad"), ("query", "")]).await.status, 404);
    }
}
