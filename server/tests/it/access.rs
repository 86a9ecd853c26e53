//! Who has access, blocks and extensions over the REST API.

use serde_json::json;

use crate::harness::http::Reply;
use crate::harness::{App, on_both_engines};
use crate::stage::Stage;

async fn send(request: reqwest::RequestBuilder) -> Reply {
    Reply::read(request.send().await.expect("an answer")).await
}

on_both_engines! {
    async fn whoever_is_blocked_is_denied_until_the_rule_goes(app: &App) {
        let stage = Stage::set(app).await;
        let (api, own) = (app.api(&stage.admin), app.api(&stage.target));
        let (of_user, of_server) = (format!("/users/{}/access", stage.target.id), format!("/servers/{}/access", stage.server));
        let before = api.get(&of_user).await.expect(200);
        assert_eq!(before["data"].as_array().unwrap().len(), 1, "{before}");
        let line = &before["data"][0];
        assert_eq!((&line["server"], &line["allowed"], &line["block"]), (&json!(stage.server), &json!(true), &json!(null)));
        assert_eq!((&line["until"], &line["tools_allowed"]), (&json!(null), &line["tools"]));
        assert_eq!(line["rules"].as_array().unwrap().len(), 2);
        let told = own.get(&of_user).await.expect(200);
        let mut without = before.clone();
        without["data"][0]["rules"] = json!([]);
        assert_eq!(told, without, "everybody may know of themselves, but not read rules");
        assert_eq!(own.get(&of_server).await.status, 403);
        let audience = api.get(&of_server).await.expect(200);
        assert_eq!((&audience["total"], &audience["data"][0]["person"]), (&json!(1), &json!(stage.target.id)));

        let block = json!({ "principal": { "type": "user", "ids": [stage.target.id] } });
        let path = format!("/servers/{}/blocks", stage.server);
        let made = api.post(&path, &block).await.expect(201);
        assert_eq!((&made["effect"], &made["scope"], &made["servers"]), (&json!("deny"), &json!("all"), &json!([stage.server])));
        assert_eq!(api.post(&path, &block).await.expect(200)["id"], made["id"], "it is there already");
        let blocked = &api.get(&of_user).await.expect(200)["data"][0];
        assert_eq!((&blocked["allowed"], &blocked["block"], &blocked["tools_allowed"]), (&json!(false), &made["id"], &json!(0)));
        assert_eq!(api.get(&of_server).await.expect(200)["total"], 0);
        assert_eq!(own.get(&of_user).await.expect(200)["data"], json!([]), "a deny is not told");
        assert_eq!(own.get(&format!("/users/{}", stage.target.id)).await.expect(200)["rules"], json!([]));
        assert_eq!(own.rows("/connectors").await.len(), 0);
        api.delete(&format!("/rules/{}", made["id"].as_str().unwrap())).await.expect(204);
        assert_eq!(api.get(&of_user).await.expect(200), before);
        assert_eq!(own.rows("/connectors").await.len(), 1);

        // A group: what its own rules say.
        let of_group = format!("/groups/{}/access", stage.group);
        assert_eq!(api.get(&of_group).await.expect(200)["data"], json!([]));
        let group = json!({ "principal": { "type": "group", "ids": [stage.group] } });
        api.post(&path, &group).await.expect(201);
        assert_eq!(api.get(&of_group).await.expect(200)["data"][0]["allowed"], false);

        for wrong in [json!({ "type": "everyone" }), json!({ "type": "user", "ids": [] })] {
            let refused = api.post(&path, &json!({ "principal": wrong })).await.expect(422);
            assert_eq!(refused["fields"][0]["field"], "principal", "{refused}");
        }
        assert_eq!(own.post(&path, &block).await.status, 403);
    }

    async fn a_block_is_undone_by_the_notice_of_it_without_javascript(app: &App) {
        let stage = Stage::set(app).await;
        let (api, browser) = (app.api(&stage.admin), app.signed_in(&stage.admin).await);
        let (person, server) = (format!("/users/{}", stage.target.id), stage.server.clone());
        let access = format!("{person}/access");
        let before = api.get(&access).await.expect(200);
        let principal = format!("user:{}", stage.target.id);
        let fields = [("_fn", "access/block"), ("server", &*server), ("principal", &*principal), ("back", &*person)];
        let done = send(browser.form(&person, &fields)).await;
        assert_eq!(done.status, 303, "{}", done.text());
        let rule = api.get(&access).await.expect(200)["data"][0]["block"].as_str().expect("a block").to_owned();
        assert_eq!(done.header("location"), format!("{person}?notice=access-blocked&undo={rule}"));
        let page = browser.get(done.header("location")).await.text();
        for (name, value) in [("_fn", "rules/switch"), ("id", &rule), ("lift", "true"), ("back", &person)] {
            assert!(page.contains(&format!("name=\"{name}\" value=\"{value}\"")), "{name} of the form that undoes it");
        }
        // Who blocks once more undoes nothing: the block is somebody else's.
        let again = send(browser.form(&person, &fields)).await;
        assert_eq!(again.header("location"), format!("{person}?notice=access-blocked"));

        let fields = [("_fn", "rules/switch"), ("id", &*rule), ("lift", "true"), ("back", &*person)];
        let undone = send(browser.form(&person, &fields)).await;
        assert_eq!((undone.status, undone.header("location")), (303, &*format!("{person}?notice=access-restored")));
        assert_eq!(api.get(&format!("/rules/{rule}")).await.status, 404, "no rule stays behind");
        assert_eq!(api.get(&access).await.expect(200), before);
        assert_eq!(send(browser.form(&person, &fields)).await.status, 404, "undone already");
    }

    async fn a_rule_ends_later(app: &App) {
        let stage = Stage::set(app).await;
        let api = app.api(&stage.admin);
        let path = format!("/rules/{}/extend", stage.ending);
        let extended = api.post(&path, &json!({ "days": 30 })).await.expect(200);
        assert_eq!(extended["ends_at"], "2099-01-31T00:00:00Z");
        assert_eq!(extended["scope"], json!({ "tools": ["echo"] }));
        assert_eq!(api.post(&path, &json!({ "days": 0 })).await.status, 422);
        assert_eq!(api.post(&path, &json!({})).await.status, 422);
        let endless = api.post(&format!("/rules/{}/extend", stage.rule), &json!({ "days": 30 })).await.expect(409);
        assert_eq!(endless["code"], "no_end");
    }
}
