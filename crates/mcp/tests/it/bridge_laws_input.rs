//! Questions of servers and the answers of clients: what was asked and said is the same in either generation.

use mcp::bridge::{
    input_as_request, input_requests, input_required_response, input_responses, response_to_server, retry_with_input,
    url_elicitation,
};
use mcp::result::Outcome;
use mcp::{Envelope, Response, scan};
use proptest::prelude::*;

use crate::generators::{json, message, scalar, space, untouched, with_member};
use crate::translations::string;

const QUESTIONS: &[&str] = &["elicitation/create", "sampling/createMessage", "roots/list"];

type Question = (String, String, Option<String>);

/// Questions by keys that differ.
fn questions() -> impl Strategy<Value = Vec<Question>> {
    let question = (prop::sample::select(QUESTIONS), prop::option::of(untouched()));
    prop::collection::btree_map(".{0,4}", question, 0..4).prop_map(|questions| {
        let question = |(key, (method, params)): (String, (&str, Option<String>))| (key, method.to_owned(), params);
        questions.into_iter().map(question).rev().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// A legacy server's questions, by way of the result that a modern client gets and of the requests that a legacy
    /// one would get of it.
    #[test]
    fn questions_are_the_same_in_either_generation(questions in questions(), state in ".{0,6}") {
        let response = input_required_response("\"r\"", &questions, Some(&state));
        let Ok(Response { outcome: Outcome::Result(result), .. }) = Response::parse(&response) else {
            panic!("no result: {}", string(&response));
        };
        let kept = result.request_state.and_then(mcp::Raw::as_str).unwrap();
        prop_assert_eq!(&*kept, state.as_str());
        let found = input_requests(result.raw).unwrap();
        let asked: Vec<Question> = found
            .iter()
            .map(|one| (one.key.to_string(), one.method.to_string(), one.params.map(|params| params.text().to_owned())))
            .collect();
        prop_assert_eq!(&asked, &questions);
        for (one, (_, method, params)) in found.iter().zip(&questions) {
            let tail = params.as_ref().map(|params| format!(r#","params":{params}"#)).unwrap_or_default();
            let request = format!(r#"{{"jsonrpc":"2.0","id":"g-1","method":"{method}"{tail}}}"#);
            let asked = input_as_request("\"g-1\"", one);
            prop_assert_eq!(string(&asked), request);
        }
    }

    /// A legacy client's answers, by way of the modern request that brings them and of the responses that a legacy
    /// server would get of it.
    #[test]
    fn answers_are_the_same_in_either_generation(
        params in untouched(),
        answers in prop::collection::btree_map(".{0,4}", json(), 0..4),
        state in prop::option::of(scalar().prop_map(|text| format!("\"{}\"", text.replace(['"', '\\'], "")))),
        space in space(),
    ) {
        let params = with_member(&params, "name", "\"n\"");
        let parts = [("id", "1"), ("method", "\"tools/call\""), ("jsonrpc", "\"2.0\""), ("params", &*params)];
        let body = message(&parts, space);
        let answers: Vec<_> = answers.into_iter().rev().collect();
        let retry = retry_with_input(body.as_bytes(), "2", &answers, state.as_deref()).unwrap();
        let envelope = Envelope::parse(scan(&retry).unwrap()).unwrap();
        prop_assert_eq!(envelope.id().unwrap().text(), "2");
        let call = envelope.call().unwrap();
        prop_assert_eq!(call.params.get("requestState").map(mcp::Raw::text), state.as_deref());
        let found = input_responses(&call.params);
        let given: Vec<_> = found.iter().map(|(key, answer)| (key.to_string(), answer.text().to_owned())).collect();
        prop_assert_eq!(&given, &answers);
        for ((_, answer), (_, said)) in found.iter().zip(&answers) {
            let response = format!(r#"{{"jsonrpc":"2.0","id":"s","result":{said}}}"#);
            let given = response_to_server("\"s\"", *answer);
            prop_assert_eq!(string(&given), response);
        }
        // The next round has none of it, and is the request as it was.
        let back = retry_with_input(&retry, "1", &[], None).unwrap();
        prop_assert_eq!(string(&back), &body);
    }

    #[test]
    fn urls_to_open_are_asked_for_as_they_were_listed(
        elicitations in prop::collection::vec((untouched(), any::<bool>()), 1..4),
        others in json(),
    ) {
        let listed: Vec<_> = elicitations
            .into_iter()
            .map(|(one, says_how)| {
                let one = with_member(&one, "url", "\"https://a.example\"");
                if says_how { with_member(&one, "mode", "\"url\"") } else { one }
            })
            .collect();
        let data = format!(r#"{{"x":{others},"elicitations":[{}]}}"#, listed.join(" ,"));
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":-32042,"message":"m","data":{data}}}}}"#);
        let Ok(Response { outcome: Outcome::Error(error), .. }) = Response::parse(body.as_bytes()) else {
            panic!("no error: {body}");
        };
        let asked = url_elicitation(&error).unwrap();
        prop_assert_eq!(asked.len(), listed.len());
        for ((method, params), listed) in asked.iter().zip(&listed) {
            prop_assert_eq!(method, "elicitation/create");
            let plain = params.as_ref().unwrap().replacen(r#""mode":"url","#, "", 1);
            prop_assert!(params.as_ref() == Some(listed) || &plain == listed, "{:?} of {}", params, listed);
        }
    }
}
