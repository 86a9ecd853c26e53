//! Groups and job roles by every surface: REST, the console's forms, files, and the command line.

use domain::AuditAction;
use http::Method;
use serde_json::{Value, json};
use store::Engine;

use crate::harness::http::{Api, Browser, Reply};
use crate::harness::process::run;
use crate::harness::{App, Place, on_both_engines};

const FILE: &str = "kind,group,description,email\r\n\
    job_role,Nurse,\"Cares, by day & night\",eve@example.com\r\n\
    ,Empty,,\r\n";

/// The address of the employee of the tests, in [`FILE`] and elsewhere.
async fn file_for(app: &App) -> (String, String) {
    let eve = app.employee().await;
    (FILE.replace("eve@example.com", &eve.email), eve.email)
}

async fn import(api: &Api, query: &str, file: &str) -> Reply {
    api.send(Method::POST, &format!("/groups/import?{query}"), Some(&json!(file))).await
}

/// A form without JavaScript.
async fn post(app: &App, browser: &Browser, page: &str, fields: &[(&str, &str)]) -> Reply {
    Reply::read(browser.form(page, fields).header("origin", &app.base).send().await.expect("an answer")).await
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["name"].as_str().expect("a name")).collect()
}

/// What stands in the text area of a page, as a browser reads it.
fn entered(page: &str) -> String {
    let area = page.split("<textarea").nth(1).and_then(|rest| rest.split("</textarea>").next()).expect("a text area");
    let text = area.split_once('>').expect("the tag ends").1;
    text.replace("&lt;", "<").replace("&amp;", "&")
}

/// The value of the hidden field that applies a preview.
fn digest(page: &str) -> &str {
    let field = page.split("name=\"digest\"").nth(1).expect("the field");
    let tag = field.split('>').next().unwrap_or_default();
    tag.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

on_both_engines! {
    async fn job_roles_are_groups_of_another_kind(app: &App) {
        let admin = app.admin().await;
        let api = app.api(&admin);
        let role = api.post("/groups", &json!({ "kind": "job_role", "name": "Nurse" })).await.expect(201);
        assert_eq!((&role["kind"], &role["source"]), (&json!("job_role"), &json!("manual")));
        let group = api.post("/groups", &json!({ "name": "Night shift" })).await.expect(201);
        assert_eq!(group["kind"], "group");
        assert_eq!(api.post("/groups", &json!({ "name": "Nurse" })).await.expect(409)["code"], "groups.name");
        assert_eq!(api.post("/groups", &json!({ "kind": "team", "name": "X" })).await.status, 422);
        assert_eq!(names(&api.rows("/groups").await), ["Night shift", "Nurse"]);
        assert_eq!(names(&api.rows("/groups?kind=job_role").await), ["Nurse"]);
        assert_eq!(names(&api.rows("/groups?kind=group&sort=-name").await), ["Night shift"]);
        assert_eq!(api.get("/groups?kind=team").await.status, 422);

        let path = format!("/groups/{}", role["id"].as_str().unwrap());
        let changed = api.put(&path, &json!({ "name": "Carer", "description": "Cares" })).await.expect(200);
        assert_eq!((&changed["name"], &changed["kind"], &changed["id"]), (&json!("Carer"), &json!("job_role"), &role["id"]));
        assert_eq!(api.put(&path, &json!({ "name": "Night shift" })).await.expect(409)["code"], "groups.name");
        assert_eq!(api.put(&path, &json!({ "name": " " })).await.expect(422)["fields"][0]["field"], "name");

        let browser = app.signed_in(&admin).await;
        let page = browser.get("/groups?kind=job_role").await.text();
        assert!(page.contains("Carer") && page.contains("Job role") && !page.contains("Night shift"), "{page}");
        assert!(page.contains("href=\"/export/group-members.csv?kind=job_role\""), "{page}");
        let page = browser.get(&path).await.text();
        assert!(page.contains("Job role") && page.contains("By hand"));
        let file = browser.get("/export/groups.csv?kind=job_role").await;
        assert!(file.text().contains(",Carer,Cares,0,job_role,manual\r\n") && !file.text().contains("Night"), "{}", file.text());

        // What was wrong keeps what was entered.
        let id = role["id"].as_str().unwrap();
        let wrong = post(app, &browser, &format!("{path}?dialog=edit"), &[("_fn", "groups/update"), ("id", id), ("name", ""), ("description", "</textarea><b>kept</b>")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("&lt;/textarea>&lt;b>kept") && !wrong.text().contains("<b>kept"), "{}", wrong.text());
        let saved = post(app, &browser, &path, &[("_fn", "groups/update"), ("id", id), ("name", "Nurse"), ("description", "")]).await;
        assert_eq!((saved.status, saved.header("location")), (303, format!("{path}?notice=user-saved").as_str()));
        let made = post(app, &browser, "/groups", &[("_fn", "groups/create"), ("kind", "job_role"), ("name", "Doctor")]).await;
        assert_eq!(made.status, 303, "{}", made.text());
        assert_eq!(names(&api.rows("/groups?kind=job_role").await), ["Doctor", "Nurse"]);
    }

    async fn files_come_and_go_by_the_api(app: &App) {
        let api = app.api(&app.admin().await);
        let (file, email) = file_for(app).await;
        let plan = import(&api, "dry_run=true", &file).await;
        let said = plan.expect(200);
        assert_eq!((&said["applied"], &said["groups_made"], &said["members_added"]), (&json!(false), &json!(2), &json!(1)));
        assert_eq!(said["changes"][0]["added_examples"], json!([email]));
        assert!(api.rows("/groups").await.is_empty() && app.caused_by(plan.correlation()).await.is_empty());

        let other = import(&api, "digest=other", &file).await.expect(409);
        assert_eq!(other["code"], "plan_changed");
        let done = import(&api, &format!("digest={}", said["digest"].as_str().unwrap()), &file).await;
        assert_eq!(done.expect(200)["applied"], true);
        let left: Vec<_> = app.caused_by(done.correlation()).await.into_iter().map(|entry| entry.row.action).collect();
        assert_eq!(left, [AuditAction::GroupCreated, AuditAction::GroupUpdated, AuditAction::GroupCreated]);
        let rows = api.rows("/groups?kind=job_role").await;
        assert_eq!((&rows[0]["name"], &rows[0]["source"], &rows[0]["members"]), (&json!("Nurse"), &json!("csv"), &json!(1)));

        let exported = api.get("/groups/export").await;
        assert_eq!(exported.header("content-type"), "text/csv; charset=utf-8; header=present");
        let expected = format!("kind,group,description,email\r\ngroup,Empty,,\r\njob_role,Nurse,\"Cares, by day & night\",{email}\r\n");
        assert_eq!((exported.status, exported.text()), (200, expected));
        assert!(!api.get("/groups/export?kind=job_role").await.text().contains("Empty"));
        let again = import(&api, "replace=true", &exported.text()).await.expect(200);
        assert_eq!(again["changes"], json!([]));
        let emptied = import(&api, "replace=true", "group,email\nNurse,\n").await.expect(200);
        assert_eq!((&emptied["members_removed"], &emptied["groups_made"]), (&json!(1), &json!(0)));

        let wrong = import(&api, "", "group,email\nNurse,nobody@example.com\n,x\n").await;
        let fields = wrong.expect(422)["fields"].clone();
        let lines: Vec<_> = fields.as_array().unwrap().iter().map(|field| field["field"].as_str().unwrap()).collect();
        assert_eq!(lines, ["line 2", "line 3", "line 3"], "{fields}");
        assert_eq!(import(&api, "", &format!("group,email\n{}", "x".repeat(600 << 10))).await.status, 422);
        assert_eq!(import(&api, "replace=perhaps", FILE).await.status, 422);
        let send = |body: Vec<u8>| {
            let request = api.http.post(format!("{}/api/v1/groups/import", api.base)).bearer_auth(api.key.as_ref().unwrap());
            request.header("content-type", "text/csv").body(body).send()
        };
        let latin = Reply::read(send(b"group,email\n\xc4rzte,\n".to_vec()).await.unwrap()).await.expect(422);
        assert!(latin["detail"].as_str().unwrap().contains("UTF-8"), "{latin}");
    }

    async fn a_form_takes_the_largest_file(app: &App) {
        let admin = app.admin().await;
        let browser = app.signed_in(&admin).await;
        let long = "\u{436}".repeat(95);
        let names = (0..2250).map(|number| format!("{long}{number:04},\r\n")).collect::<Vec<_>>().concat();
        let file = format!("group,email\r\n{names}");
        assert!((430_000..service::MOST_GROUP_FILE_BYTES).contains(&file.len()), "{}", file.len());
        let fields = [("_fn", "groups/import"), ("csv", file.as_str())];
        let shown = post(app, &browser, "/groups/import", &fields).await;
        let page = shown.text();
        assert!(shown.status == 200 && page.replace('\u{202f}', "").contains("2250 new groups and job roles"), "{} {page:.2000}", shown.status);
        assert!(entered(&page) == file, "nothing is lost");
        let function = async |name: &str, field: &str| {
            let request = browser.request(Method::POST, &format!("/api/fn/{name}")).header("origin", &app.base);
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            Reply::read(request.body(crate::harness::http::form_body(&[(field, &file)])).send().await.unwrap()).await
        };
        assert_eq!(function("groups/import", "csv").await.status, 200);

        // Nothing else takes more than before, not even at the address of this page.
        let fields = [("_fn", "groups/create"), ("name", "Large"), ("description", file.as_str())];
        assert_eq!(post(app, &browser, "/groups/import", &fields).await.status, 413);
        let fields = [("_fn", "groups/import"), ("csv", file.as_str())];
        assert_eq!(post(app, &browser, "/groups", &fields).await.status, 413);
        let other = function("groups/create", "name").await;
        assert!(other.status >= 400, "{} {}", other.status, other.text());
        assert!(app.api(&admin).rows("/groups").await.is_empty());
    }

    async fn a_file_is_imported_by_a_form_in_two_steps(app: &App) {
        let admin = app.admin().await;
        let browser = app.signed_in(&admin).await;
        let (file, email) = file_for(app).await;
        let file = format!("{file},\"</textarea><b>x &amp;\",,\r\n");
        let send = async |file: &str, digest: &str| {
            let fields = [("_fn", "groups/import"), ("csv", file), ("replace", "true"), ("digest", digest)];
            post(app, &browser, "/groups/import", &fields).await
        };
        // A bad line keeps the text and says where it is, in the language of the person.
        let bad = format!("{file},Nurse,,nobody@example.com\r\n");
        let wrong = send(&bad, "").await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("line 5: nobody here has the address nobody@example.com") || wrong.text().contains("Line 5: nobody here has the address nobody@example.com"), "{}", wrong.text());
        assert_eq!(entered(&wrong.text()), bad, "nothing is lost");
        assert!(!wrong.text().contains("<b>x"), "and nothing of it is taken for a part of the page");
        let german = browser.request(Method::POST, "/api/fn/groups/import").header("accept-language", "de").header("origin", &app.base)
            .header("content-type", "application/x-www-form-urlencoded").body(crate::harness::http::form_body(&[("csv", &bad)]));
        let german = Reply::read(german.send().await.unwrap()).await;
        assert!(german.text().contains("Zeile 5") && german.text().contains("hier hat niemand die Adresse"), "{}", german.text());

        let shown = send(&file, "").await;
        let page = shown.text();
        assert_eq!(shown.status, 200, "{page}");
        for words in ["3 new groups and job roles", "1 member added", &email, "Apply these changes"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert_eq!(entered(&page), file);
        let box_of = page.split("name=\"replace\"").next().unwrap().rsplit("<input").next().unwrap().to_owned()
            + page.split("name=\"replace\"").nth(1).unwrap().split('>').next().unwrap();
        assert!(box_of.contains("checked"), "the choice stays: {box_of}");
        assert!(app.api(&admin).rows("/groups").await.is_empty(), "looking changes nothing");

        // Somebody makes one of the groups meanwhile: what would change now is shown, and nothing is done.
        let made = app.api(&admin).post("/groups", &json!({ "name": "Empty" })).await.expect(201);
        let again = send(&file, digest(&page)).await;
        assert!(again.status == 200 && again.text().contains("2 new groups and job roles") && again.text().contains("not as they were before"), "{}", again.text());
        let done = send(&file, digest(&again.text())).await;
        assert_eq!((done.status, done.header("location")), (303, "/groups?notice=user-saved"), "{}", done.text());
        assert_eq!(names(&app.api(&admin).rows("/groups").await), ["</textarea><b>x &amp;", "Empty", "Nurse"]);
        assert_eq!(made["source"], "manual");
        let nothing = send(&file, "").await.text();
        assert!(nothing.contains("Everything is as the file says already") && digest(&nothing).is_empty(), "{nothing}");

        let members = browser.get("/export/group-members.csv").await;
        assert!(members.text().contains(&format!("job_role,Nurse,\"Cares, by day & night\",{email}\r\n")), "{}", members.text());
        assert!(members.header("content-disposition").starts_with("attachment; filename=\"group-members-"));
        assert_eq!(app.browser().get("/export/group-members.csv").await.status, 401);
        let eve = app.person("Other", domain::Role::User).await;
        let eve = app.signed_in(&eve).await;
        assert_eq!(eve.get("/export/group-members.csv").await.status, 403);
        assert_eq!(eve.get("/groups/import").await.status, 403);
    }
}

async fn files_at_the_command_line(engine: Engine) {
    let place = Place::new(engine).await;
    let create = ["user", "create", "--email", "eve@example.com", "--name", "Eve", "--password-stdin"];
    run(&place, &create, "a loom that weaves numbers\n").await.printed();
    let looked = run(&place, &["groups", "import", "-", "--dry-run"], FILE).await;
    let said = "would be made: 2; would be described anew: 0; members would be added: 1; members would be removed: 0\n\
                job_role Nurse (new): +eve@example.com\ngroup Empty (new):";
    assert_eq!(looked.printed(), said, "{looked:?}");
    let nothing = run(&place, &["groups", "export"], "").await;
    assert_eq!(nothing.printed(), "kind,group,description,email");

    let wrong = run(&place, &["groups", "import", "-"], "group,email\nA,nobody@example.com\n,\nB,x\n").await;
    assert_eq!((wrong.code, wrong.stdout.as_str()), (Some(1), ""), "{wrong:?}");
    for words in ["line 2: nobody here has", "line 4: enter an email address", "nothing was imported"] {
        assert!(wrong.stderr.contains(words), "{words}: {wrong:?}");
    }
    let missing = run(&place, &["groups", "import", "/no/such/file"], "").await;
    assert!(missing.code == Some(1) && missing.stderr.contains("/no/such/file cannot be read"), "{missing:?}");

    std::fs::create_dir_all(&place.data).unwrap();
    let path = place.data.join("groups.csv");
    std::fs::write(&path, "x".repeat(service::MOST_GROUP_FILE_BYTES + 1)).unwrap();
    let large = run(&place, &["groups", "import", path.to_str().unwrap()], "").await;
    assert!(large.code == Some(1) && large.stderr.contains("keep each group in one"), "{large:?}");
    std::fs::write(&path, FILE).unwrap();
    let done = run(&place, &["groups", "import", path.to_str().unwrap(), "--replace"], "").await;
    assert!(done.printed().starts_with("made: 2; "), "{done:?}");
    let exported = run(&place, &["groups", "export", "--kind", "job_role"], "").await;
    let expected = "kind,group,description,email\r\njob_role,Nurse,\"Cares, by day & night\",eve@example.com";
    assert_eq!(exported.printed(), expected);

    std::fs::write(&path, "group,description,email\nNurse,Looks after,eve@example.com\n").unwrap();
    let described = run(&place, &["groups", "import", path.to_str().unwrap()], "").await;
    assert!(described.printed().ends_with("job_role Nurse: described anew"), "{described:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_at_the_command_line_on_sqlite() {
    files_at_the_command_line(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_at_the_command_line_on_postgres() {
    files_at_the_command_line(Engine::Postgres).await;
}
