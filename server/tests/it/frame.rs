//! What is around every page: its language, its live numbers, and what the command palette finds.

use http::Method;
use serde_json::{Value, json};

use crate::harness::{App, on_both_engines};

/// Server-sent events of a browser that listens.
struct Live(reqwest::Response, String);

impl Live {
    async fn open(browser: &crate::harness::http::Browser) -> Self {
        let response = browser.request(Method::GET, "/api/live").send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self(response, String::new())
    }

    /// The next numbers; nothing when the stream has ended.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some((event, rest)) = self.1.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned);
                let rest = rest.to_owned();
                self.1 = rest;
                if let Some(data) = data {
                    return Some(serde_json::from_str(&data).expect("JSON"));
                }
                continue;
            }
            let chunk = self.0.chunk().await.expect("the stream");
            self.1.push_str(std::str::from_utf8(&chunk?).expect("UTF-8"));
        }
    }
}

on_both_engines! {
    async fn numbers_are_told_when_they_change(app: &App) {
        let (admin, employee) = (app.admin().await, app.employee().await);
        let (ada, eve) = (app.signed_in(&admin).await, app.signed_in(&employee).await);
        assert_eq!(app.browser().request(Method::GET, "/api/live").send().await.unwrap().status(), 401);
        let (mut of_ada, mut of_eve) = (Live::open(&ada).await, Live::open(&eve).await);
        let none = json!({ "unread_notifications": 0, "pending_requests": 0 });
        assert_eq!(of_ada.next().await, Some(none.clone()));
        assert_eq!(of_eve.next().await, Some(none));

        let asked = json!({
            "name": "Wiki", "url": "http://127.0.0.1:9/mcp", "why_needed": "w", "use_case": "u", "expected_value": "e",
        });
        let made = app.api(&employee).post("/requests", &asked).await.expect(201);
        let one = json!({ "unread_notifications": 1, "pending_requests": 1 });
        assert_eq!(of_ada.next().await, Some(one), "a request waits, and its notification is unread");

        let reason = json!({ "reason": "This reason is long enough to be of use to somebody." });
        let reject = format!("/requests/{}/reject", made["id"].as_str().unwrap());
        app.api(&admin).post(&reject, &reason).await.expect(200);
        let told = json!({ "unread_notifications": 1, "pending_requests": 0 });
        assert_eq!(of_eve.next().await, Some(told), "who asked is told, and sees nobody's requests");
        let done = json!({ "unread_notifications": 0, "pending_requests": 0 });
        assert_eq!(of_ada.next().await, Some(done), "what is decided needs nobody");

        // A session that is over hears nothing more.
        assert!(eve.call("session/sign-out", &[]).await.status < 400);
        assert_eq!(of_eve.next().await, None);
    }

    async fn pages_speak_the_language_of_the_visitor(app: &App) {
        let admin = app.admin().await;
        let browser = app.signed_in(&admin).await;
        let asked = async |language: &str, cookie: Option<&str>| {
            let mut request = app.browser().request(Method::GET, "/login").header("accept-language", language);
            if let Some(cookie) = cookie {
                request = request.header("cookie", cookie);
            }
            request.send().await.unwrap().text().await.unwrap()
        };
        for (language, cookie, tag, word) in [
            ("de-CH,de;q=0.9,en;q=0.5", None, "de", "Passwort"),
            ("fr", None, "en", "Password"),
            ("de", Some("drawbridge-language=en"), "en", "Password"),
            ("en", Some("a=b; drawbridge-language=de"), "de", "Passwort"),
            ("en", Some("drawbridge-language=klingon"), "en", "Password"),
        ] {
            let page = asked(language, cookie).await;
            assert!(page.contains(&format!("<html lang=\"{tag}\"")), "{language} {cookie:?}");
            assert!(page.contains(word), "{language} {cookie:?}");
        }
        let chosen = browser.call("session/language", &[("tag", "de"), ("back", "/users")]).await;
        assert_eq!(chosen.header("location"), "/users");
        let cookie = chosen.header("set-cookie").to_owned();
        assert!(cookie.starts_with("drawbridge-language=de; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
        let refused = browser.call("session/language", &[("tag", "tlh")]).await;
        assert!(refused.status == 422 && refused.header("set-cookie").is_empty());
    }

    async fn use_cases_speak_the_language_of_the_visitor(app: &App) {
        let (admin, employee) = (app.admin().await, app.employee().await);
        let (ada, eve) = (app.api(&admin), app.api(&employee));
        let mut browser = app.signed_in(&admin).await;
        browser.cookie = browser.cookie.map(|session| format!("{session}; drawbridge-language=de"));

        // What is wrong with a form: as a script gets it, as a page without one, and as a program gets it.
        let form = [("user[email]", "nobody"), ("user[name]", "")];
        let (english, german) = (
            "enter an email address such as name@example.com",
            "geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com",
        );
        let refused = browser.call("users/invite", &form).await.expect(422);
        let wrong = json!([
            { "field": "email", "why": german }, { "field": "name", "why": "geben Sie einen Wert ein" },
        ]);
        assert_eq!(refused["fields"], wrong);
        let fields = [[("_fn", "users/invite")].as_slice(), form.as_slice()].concat();
        let posted = browser.form("/users?dialog=invite", &fields);
        let posted = posted.header("origin", &app.base).header("sec-fetch-site", "same-origin").send().await.unwrap();
        assert_eq!(posted.status(), 422);
        let page = posted.text().await.unwrap();
        assert!(page.contains("zum Beispiel name@example.com") && !page.contains(english), "the page is German");
        let answer = ada.post("/users", &json!({ "email": "nobody", "name": "" })).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text().contains(english) && !answer.text().contains(german), "{}", answer.text());
        let gone = "usr_01900000000070008000000000000001";
        let missing = browser.call("users/suspend", &[("id", gone)]).await.expect(404);
        assert_eq!(missing["what"], "Person");

        // A notification, which is stored in English.
        let asked = json!({
            "name": "Wiki", "url": "http://127.0.0.1:9/mcp", "why_needed": "w", "use_case": "u", "expected_value": "e",
        });
        let made = eve.post("/requests", &asked).await.expect(201);
        let name = made["requester_name"].as_str().unwrap();
        let told = &ada.rows("/notifications").await[0];
        assert_eq!(told["title"], format!("{name} asks for Wiki"));
        let title = format!("{name} fragt Wiki an");
        let listed = browser.call("notifications/list", &[]).await.expect(200);
        assert_eq!(listed["data"][0]["title"], *title);
        assert!(browser.get("/notifications").await.text().contains(&title));

        // A test that fails, and its line in the history.
        let id = made["id"].as_str().unwrap();
        let report = ada.post(&format!("/requests/{id}/test"), &json!({})).await.expect(200);
        let said = report["steps"][0]["detail"].as_str().unwrap();
        assert!(said.ends_with("takes no connection: the connection was refused"), "{said}");
        let review = browser.get(&format!("/inbox/{id}")).await.text();
        for german in [
            "127.0.0.1 nimmt keine Verbindung an: die Verbindung wurde abgelehnt",
            "Erreichbar: 127.0.0.1 nimmt keine Verbindung an",
            "Prüfen Sie den Port, ob der Server läuft",
            "hat die Verbindung ohne Erfolg getestet",
        ] {
            assert!(review.contains(german), "{german}");
        }

        // Who a rule is about when it is nobody in particular.
        let rule = json!({ "principal": { "type": "everyone" }, "effect": "deny", "scope": { "tools": ["drop_*"] } });
        ada.post("/rules", &rule).await.expect(201);
        let rules = browser.call("rules/list", &[("filter[search]", "alle server")]).await.expect(200);
        let written = ada.rows("/rules").await;
        for (rule, who, what) in [(&rules[0], "Alle", "Alle Server"), (&written[0], "Everyone", "All servers")] {
            assert_eq!(rule["principal_name"], who);
            assert_eq!(rule["server_name"], what);
        }
    }

    async fn the_palette_finds_what_one_may_see(app: &App) {
        let stage = crate::stage::Stage::set(app).await;
        let (admin, employee) = (app.signed_in(&stage.admin).await, app.signed_in(&stage.employee).await);
        let find = async |browser: &crate::harness::http::Browser, words: &str| {
            let found = browser.call("palette/find", &[("words", words)]).await.expect(200);
            let found = found.as_array().expect("a list").clone();
            found.into_iter().map(|one| (one["kind"].as_str().unwrap().to_owned(), one["href"].as_str().unwrap().to_owned())).collect::<Vec<_>>()
        };
        let person = ("User".to_owned(), format!("/users/{}", stage.target.id));
        assert!(find(&admin, "target").await.contains(&person));
        assert!(!find(&employee, "target").await.iter().any(|(kind, _)| kind == "User" || kind == "Group"));
        assert!(find(&employee, "git").await.iter().any(|(kind, _)| kind == "Entry"), "the catalog is for everybody");
        assert!(find(&employee, "stage").await.iter().all(|(kind, _)| kind != "Server"));
        assert!(find(&admin, "stage").await.contains(&("Server".to_owned(), format!("/servers/{}", stage.server))));
        assert_eq!(find(&admin, "  ").await, []);
        assert_eq!(app.browser().call("palette/find", &[("words", "a")]).await.status, 401);
    }
}
