//! The fixture asks its clients, each in the way of its generation.
#![expect(deprecated, reason = "sampling and roots are deprecated in MCP, but a gateway must carry them")]

use std::{sync::Arc, time::Duration};

use rmcp::{
    ErrorData, RoleClient, ServiceError,
    model::{
        CallToolResponse, ClientCapabilities, ClientConfig, CreateMessageRequestParams, CreateMessageResult,
        ElicitRequestParams, ElicitResult, ElicitationAction, GetPromptRequestParams, Implementation, InputRequest,
        InputRequiredResult, ListRootsResult, ProtocolVersion, Root, SamplingMessage,
    },
    service::{RequestContext, RunningService},
    transport::streamable_http_client::StreamableHttpClientTransportConfig,
};
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions, Generation};
use tokio::sync::Barrier;

use crate::fixture::{call, connect_with, first_text};

/// A client that answers everything, but only once as many questions are open as the barrier wants.
#[derive(Clone)]
struct Obliging {
    version: ProtocolVersion,
    declared: ClientCapabilities,
    together: Arc<Barrier>,
}

impl Obliging {
    fn new(together: usize) -> Self {
        let declared = ClientCapabilities::builder().enable_elicitation().enable_sampling().enable_roots().build();
        Self { version: ProtocolVersion::default(), declared, together: Arc::new(Barrier::new(together)) }
    }
}

impl rmcp::ClientHandler for Obliging {
    fn get_info(&self) -> ClientConfig {
        ClientConfig::new(self.declared.clone(), Implementation::new("obliging", "0"))
            .with_protocol_version(self.version.clone())
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        self.together.wait().await;
        let ElicitRequestParams::FormElicitationParams { requested_schema, .. } = request else {
            return Err(ErrorData::invalid_params("forms only", None));
        };
        let filled: serde_json::Map<String, Value> =
            requested_schema.properties.keys().map(|field| (field.clone(), json!("Ada"))).collect();
        Ok(ElicitResult::new(ElicitationAction::Accept).with_content(Value::Object(filled)))
    }

    async fn create_message(
        &self,
        _request: CreateMessageRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<CreateMessageResult, ErrorData> {
        self.together.wait().await;
        Ok(CreateMessageResult::new(SamplingMessage::assistant_text("Paris"), "a-model".to_owned()))
    }

    async fn list_roots(&self, _context: RequestContext<RoleClient>) -> Result<ListRootsResult, ErrorData> {
        self.together.wait().await;
        Ok(ListRootsResult::new(vec![Root::new("file:///home/ada")]))
    }
}

async fn meet(fixture: &Fixture, generation: Generation, mut client: Obliging) -> RunningService<RoleClient, Obliging> {
    if generation == Generation::V2025_06_18 {
        client.version = ProtocolVersion::V_2025_06_18;
    }
    let config = StreamableHttpClientTransportConfig::with_uri(fixture.url());
    connect_with(config, generation, client).await.expect("a connection")
}

fn questions(response: CallToolResponse) -> InputRequiredResult {
    match response {
        CallToolResponse::InputRequired(questions) => questions,
        other => panic!("not a question: {other:?}"),
    }
}

fn only(questions: &InputRequiredResult) -> (&String, &InputRequest) {
    let asked = questions.input_requests.as_ref().expect("questions");
    assert_eq!(asked.len(), 1, "{asked:?}");
    asked.first_key_value().expect("one question")
}

/// What clients of both generations get to hear in the end.
const RESULTS: [(&str, &str); 13] = [
    ("test_sampling", "LLM response: Paris"),
    ("test_elicitation", r#"User response: action=accept, content={"email":"Ada","username":"Ada"}"#),
    (
        "test_elicitation_sep1034_defaults",
        r#"Elicitation completed: action=accept, content={"age":"Ada","name":"Ada","score":"Ada","status":"Ada","verified":"Ada"}"#,
    ),
    (
        "test_elicitation_sep1330_enums",
        r#"Elicitation completed: action=accept, content={"legacyEnum":"Ada","titledMulti":"Ada","titledSingle":"Ada","untitledMulti":"Ada","untitledSingle":"Ada"}"#,
    ),
    ("test_streaming_elicitation", "The value is Ada"),
    ("test_input_required_result_elicitation", "Hello, Ada!"),
    ("test_input_required_result_sampling", "The model said: Paris"),
    ("test_input_required_result_list_roots", "The roots are file:///home/ada"),
    ("test_input_required_result_request_state", "Confirmed, state-ok"),
    ("test_input_required_result_tampered_state", "Confirmed, state-ok"),
    ("test_input_required_result_multiple_inputs", "All three answers are here"),
    ("test_input_required_result_multi_round", "Both questions are answered"),
    ("test_input_required_result_capabilities", "The answers are here"),
];

#[tokio::test]
async fn both_generations_come_to_the_same_results() {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("a fixture");
    for generation in [Generation::V2025_06_18, Generation::V2025_11_25, Generation::V2026_07_28] {
        let client = meet(&fixture, generation, Obliging::new(1)).await;
        for (tool, expected) in RESULTS {
            let arguments = json!({ "prompt": "What is the capital of France?", "message": "Who are you?" });
            let result = client.call_tool(call(tool, arguments)).await.expect("a result");
            assert_eq!(first_text(&result), expected, "{tool} in {generation}");
            assert_ne!(result.is_error, Some(true), "{tool} in {generation}");
        }
        let prompt = GetPromptRequestParams::new("test_input_required_result_prompt");
        let prompt = client.get_prompt(prompt).await.expect("a prompt");
        let message = serde_json::to_value(&prompt.messages).expect("JSON");
        assert_eq!(message[0]["content"]["text"], "Answer with this context: Ada", "{generation}");
    }
}

#[tokio::test]
async fn a_modern_client_is_asked_by_a_result_and_answers_by_a_retry() {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("a fixture");
    let client = meet(&fixture, Generation::V2026_07_28, Obliging::new(1)).await;
    let asking = || call("test_elicitation", json!({ "message": "Who are you?" }));

    let first = questions(client.call_tool_once(asking()).await.expect("a question"));
    let (key, question) = only(&first);
    let question = serde_json::to_value(question).expect("JSON");
    assert_eq!(question["method"], "elicitation/create");
    assert_eq!(question["params"]["message"], "Who are you?");
    assert_eq!(question["params"]["requestedSchema"]["required"], json!(["username", "email"]));

    let mut nonsense = asking();
    nonsense.input_responses = Some([(key.clone(), json!(12))].into());
    let again = questions(client.call_tool_once(nonsense).await.expect("the question again"));
    assert_eq!(again.input_requests, first.input_requests);

    let mut declined = asking();
    declined.input_responses = Some([(key.clone(), json!({ "action": "decline" }))].into());
    let CallToolResponse::Complete(result) = client.call_tool_once(declined).await.expect("a result") else {
        panic!("the question was answered");
    };
    assert_eq!(first_text(&result), "User response: action=decline, content=null");
}

#[tokio::test]
async fn a_modern_client_is_not_asked_for_what_it_did_not_declare() {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("a fixture");
    let samples_only =
        Obliging { declared: ClientCapabilities::builder().enable_sampling().build(), ..Obliging::new(1) };
    let client = meet(&fixture, Generation::V2026_07_28, samples_only).await;
    for (tool, required) in [
        ("test_elicitation", json!({ "elicitation": { "form": {} } })),
        ("test_input_required_result_multiple_inputs", json!({ "elicitation": { "form": {} }, "roots": {} })),
    ] {
        let error = client.call_tool_once(call(tool, json!({}))).await.expect_err("it cannot be asked");
        let ServiceError::McpError(error) = error else { panic!("{tool}: {error:?}") };
        assert_eq!(error.code.0, -32021, "{tool}");
        assert_eq!(error.data.expect("data")["requiredCapabilities"], required, "{tool}");
    }
    let asked = client.call_tool_once(call("test_sampling", json!({ "prompt": "Hi" }))).await.expect("a question");
    assert!(matches!(only(&questions(asked)).1, InputRequest::CreateMessage(_)));
    let asked = client.call_tool_once(call("test_input_required_result_capabilities", json!({}))).await;
    assert!(matches!(only(&questions(asked.expect("a question"))).1, InputRequest::CreateMessage(_)));
}

#[tokio::test]
async fn rounds_of_a_modern_client_cannot_be_skipped() {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("a fixture");
    let client = meet(&fixture, Generation::V2026_07_28, Obliging::new(1)).await;
    let with_answers = |state: Option<String>| {
        let mut call = call("test_input_required_result_multi_round", json!({}));
        let answer = json!({ "action": "accept", "content": { "name": "Ada", "color": "blue" } });
        call.input_responses = Some(["step1", "step2"].map(|key| (key.to_owned(), answer.clone())).into());
        call.request_state = state;
        call
    };
    let first = questions(client.call_tool_once(with_answers(None)).await.expect("the first question"));
    assert_eq!(only(&first).0, "step1", "nothing was asked before");
    let second = client.call_tool_once(with_answers(first.request_state.clone())).await;
    let second = questions(second.expect("the second question"));
    assert_eq!(only(&second).0, "step2");
    assert_ne!(second.request_state, first.request_state);
    let last = client.call_tool_once(with_answers(second.request_state)).await.expect("a result");
    assert!(matches!(last, CallToolResponse::Complete(_)), "{last:?}");
    let forged = client.call_tool_once(with_answers(Some("forged".to_owned()))).await;
    assert!(matches!(forged, Err(ServiceError::McpError(error)) if error.code.0 == -32602));
}

#[tokio::test]
async fn a_session_is_asked_everything_at_once() {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("a fixture");
    for generation in [Generation::V2025_06_18, Generation::V2025_11_25] {
        // The client answers nothing before all three questions are there.
        let client = meet(&fixture, generation, Obliging::new(3)).await;
        let answer = client.call_tool(call("test_input_required_result_multiple_inputs", json!({})));
        let answer =
            tokio::time::timeout(Duration::from_secs(10), answer).await.expect("no question waits for another");
        assert_eq!(first_text(&answer.expect("a result")), "All three answers are here", "{generation}");
    }
}

#[tokio::test]
async fn a_session_is_asked_one_round_after_the_other() {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("a fixture");
    let client = meet(&fixture, Generation::V2025_11_25, Obliging::new(1)).await;
    fixture.clear_received();
    let call = call("test_input_required_result_multi_round", json!({}));
    let CallToolResponse::Complete(result) = client.call_tool_once(call).await.expect("a result") else {
        panic!("sessions know no other result");
    };
    assert_eq!(first_text(&result), "Both questions are answered");
    let answers: Vec<Value> =
        fixture.received().iter().filter_map(|request| request.json()?.pointer("/result/content").cloned()).collect();
    assert_eq!(answers, [json!({ "name": "Ada" }), json!({ "color": "Ada" })]);
}

#[tokio::test]
async fn a_session_that_refuses_a_question_gets_a_result_that_says_so() {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("a fixture");
    // rmcp's default client knows no sampling.
    let config = StreamableHttpClientTransportConfig::with_uri(fixture.url());
    let client = connect_with(config, Generation::V2025_11_25, ClientConfig::default()).await.expect("a connection");
    let result = client.call_tool(call("test_input_required_result_sampling", json!({}))).await.expect("a result");
    assert_eq!(result.is_error, Some(true));
    assert!(first_text(&result).starts_with("the client did not sample: "), "{result:?}");
}
