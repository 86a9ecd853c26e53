//! What servers give clients to come back with, cursors and the state of a call that waits, is worth something only to those
//! it was given to, for a while, and for what it was given.

use chrono::TimeDelta;
use domain::Role;
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations, ToolSet};

use crate::harness::http::Reply;
use crate::harness::mcp::{Answer, Era, Mcp, messages};
use crate::harness::{App, Person, on_both_engines, on_sqlite};

const LEGACY: &[Generation] = &[Generation::V2025_03_26, Generation::V2025_06_18, Generation::V2025_11_25];

/// A server, and two who may use it.
async fn set(app: &App, slug: &str, options: FixtureOptions) -> (Fixture, Person, Person) {
    let fixture = Fixture::spawn(FixtureOptions { tool_set: ToolSet::Both, ..options }).await.unwrap();
    let person = async |name: &str, role| app.person(&format!("{name}-{slug}"), role).await;
    let (admin, eve, bo) =
        (person("Ada", Role::SuperAdmin).await, person("Eve", Role::User).await, person("Bo", Role::User).await);
    let id = app.add_server(&admin, slug, &fixture.url(), &[]).await;
    for one in [&eve, &bo] {
        app.allow(&admin, one, id, json!("all")).await;
    }
    (fixture, eve, bo)
}

async fn page(mcp: &Mcp, cursor: Option<&str>) -> Answer {
    let params = cursor.map_or(json!({}), |cursor| json!({ "cursor": cursor }));
    mcp.request("tools/list", params).await
}

fn names(page: &Value) -> Vec<String> {
    page["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

/// A call by a client that can be asked; its last message.
async fn called(mcp: &Mcp, tool: &str, more: &Value) -> Value {
    let mut message = mcp.message("tools/call", json!({ "name": tool, "arguments": {} }));
    message["params"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    message["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] =
        json!({ "elicitation": { "form": {} }, "sampling": {}, "roots": {} });
    let reply = Reply::read(mcp.prepared(&message).send().await.unwrap()).await;
    messages(&reply).pop().unwrap_or_else(|| panic!("{}", reply.text()))
}

on_both_engines! {
    async fn a_cursor_is_for_whom_it_was_given_to(app: &App) {
        for (slug, generations, era) in [
            ("modern", &[Generation::V2026_07_28][..], Era::Modern),
            ("legacy", LEGACY, Era::Legacy),
            ("up", &[Generation::V2026_07_28], Era::Legacy),
            ("down", LEGACY, Era::Modern),
        ] {
            let generations = Generations::Only(generations.to_vec());
            let options = FixtureOptions { generations, page_size: Some(5), ..FixtureOptions::default() };
            let (_fixture, eve, bo) = set(app, slug, options).await;
            let (mcp, other) = (app.mcp(slug, &eve, era).await, app.mcp(slug, &bo, era).await);
            let first = page(&mcp, None).await;
            let cursor = first.result()["nextCursor"].as_str().expect("there are more").to_owned();
            let (mut all, mut next) = (names(first.result()), Some(cursor.clone()));
            while let Some(cursor) = next {
                let page = page(&mcp, Some(&cursor)).await;
                all.extend(names(page.result()));
                next = page.result()["nextCursor"].as_str().map(str::to_owned);
            }
            let mut once = all.clone();
            once.sort_unstable();
            once.dedup();
            assert!(all.len() > 10 && once.len() == all.len(), "{slug}: {all:?}");

            let stolen = page(&other, Some(&cursor)).await;
            assert_eq!(stolen.error(), -32602, "{slug}: {}", stolen.reply.text());
            assert!(stolen.error_message().contains("was not given to you"), "{}", stolen.error_message());
            // What the server itself would understand is not taken from a client.
            for made_up in ["5", "", "eyJvZmZzZXQiOjV9"] {
                assert_eq!(page(&mcp, Some(made_up)).await.error(), -32602, "{slug}: {made_up}");
            }
            let elsewhere = mcp.request("resources/list", json!({ "cursor": cursor })).await;
            assert_eq!(elsewhere.error(), -32602, "{slug}: it is for another list");
            page(&mcp, Some(&cursor)).await.result();
        }
    }
}

on_sqlite! {
    async fn a_cursor_is_good_for_a_day(app: &App) {
        let options = FixtureOptions { page_size: Some(5), ..FixtureOptions::default() };
        let (_fixture, eve, _) = set(app, "paged", options).await;
        let mcp = app.mcp("paged", &eve, Era::Modern).await;
        let first = page(&mcp, None).await;
        let cursor = first.result()["nextCursor"].as_str().unwrap().to_owned();
        app.env.advance(TimeDelta::hours(23));
        page(&mcp, Some(&cursor)).await.result();
        app.env.advance(TimeDelta::hours(2));
        assert!(page(&mcp, Some(&cursor)).await.error_message().contains("has expired"));
    }

    async fn the_state_of_a_call_is_for_whom_and_what_it_was_given(app: &App) {
        for (slug, json_answers) in [("json", true), ("events", false)] {
            let generations = Generations::Only(vec![Generation::V2026_07_28]);
            let options = FixtureOptions { generations, json_answers, ..FixtureOptions::default() };
            let (_fixture, eve, bo) = set(app, slug, options).await;
            let (mcp, other) = (app.mcp(slug, &eve, Era::Modern).await, app.mcp(slug, &bo, Era::Modern).await);
            let tool = "test_input_required_result_request_state";
            let first = called(&mcp, tool, &json!({})).await;
            assert_eq!(first["result"]["resultType"], "input_required", "{slug}: {first}");
            let state = first["result"]["requestState"].as_str().expect("a state").to_owned();
            let answers: serde_json::Map<String, Value> = first["result"]["inputRequests"]
                .as_object()
                .unwrap()
                .keys()
                .map(|key| (key.clone(), json!({ "action": "accept", "content": { "ok": true, "name": "Eve" } })))
                .collect();
            let back = |state: &str| json!({ "requestState": state, "inputResponses": answers });

            let stolen = called(&other, tool, &back(&state)).await;
            assert!(stolen["error"].is_object(), "{slug}: {stolen}");
            let for_another = called(&mcp, "test_input_required_result_multi_round", &back(&state)).await;
            assert!(for_another["error"].is_object(), "{slug}: {for_another}");
            for made_up in ["made up", &state[1..]] {
                assert!(called(&mcp, tool, &back(made_up)).await["error"].is_object(), "{slug}: {made_up}");
            }
            let last = called(&mcp, tool, &back(&state)).await;
            assert_eq!(last["result"]["resultType"], "complete", "{slug}: {last}");

            // Each round has a state of its own.
            let tool = "test_input_required_result_multi_round";
            let first = called(&mcp, tool, &json!({})).await;
            let one = first["result"]["requestState"].as_str().expect("a state").to_owned();
            let given = json!({ "step1": { "action": "accept", "content": { "name": "Eve" } } });
            let second = called(&mcp, tool, &json!({ "requestState": one, "inputResponses": given })).await;
            let two = second["result"]["requestState"].as_str().unwrap_or_else(|| panic!("{second}")).to_owned();
            assert_ne!(one, two);
            let given = json!({ "step2": { "action": "accept", "content": { "color": "blue" } } });
            let last = called(&mcp, tool, &json!({ "requestState": two, "inputResponses": given })).await;
            assert_eq!(last["result"]["resultType"], "complete", "{slug}: {last}");
        }
    }
}
