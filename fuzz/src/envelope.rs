//! The scan and the envelope: what they accept, serde_json accepts and reads the same way; what they refuse is so.

use mcp::{
    Call, Envelope, Fault, Limits, Raw, RawId, Rejected, ReplyOutcome, Response, ScanError, codes, envelope, result,
    scan, scan_with, splice,
};
use serde_json::Value;

use crate::prefix::{closed, end_of_string, open_brackets};
use crate::reference::{reference_accepts, same_value};

/// Reads any bytes as the body of a message.
pub fn run(body: &[u8]) {
    match scan(body) {
        Ok(raw) => accepted(body, raw),
        Err(error) => refused(body, error),
    }
    deeper(body);
}

fn accepted(body: &[u8], raw: Raw<'_>) {
    assert!(reference_accepts(body), "serde_json refuses what the scan accepts");
    let value: Value = serde_json::from_slice(body).unwrap();
    same_value(raw, std::str::from_utf8(body).unwrap(), &value);
    message(raw, &value);
    match envelope::batch(raw) {
        Ok(messages) => {
            let values = value.as_array().unwrap();
            assert!(messages.len() == values.len() && messages.len() <= envelope::MAX_BATCH);
            messages.into_iter().zip(values).for_each(|(raw, value)| message(raw, value));
        }
        Err(Fault::EmptyBatch) => assert!(value.as_array().is_none_or(Vec::is_empty)),
        Err(Fault::BatchTooLarge) => assert!(value.as_array().unwrap().len() > envelope::MAX_BATCH),
        Err(fault) => {
            assert_eq!(fault, Fault::NotAnObject);
            assert!(value.as_array().unwrap().iter().any(|message| !message.is_object()));
        }
    }
    renamed(body, &value);
}

/// What the scan refuses, serde_json refuses too, or the reason can be shown.
fn refused(body: &[u8], error: ScanError) {
    let answer = error.rpc().to_bytes(None);
    assert!(scan(&answer).is_ok(), "the error is no message");
    assert!(error.offset() <= body.len());
    match error {
        ScanError::DuplicateKey { at } => {
            let with = [&body[..end_of_string(body, at)], b":0"].concat();
            assert!(serde_json::from_slice::<Value>(&closed(&with)).is_ok());
            assert!(!reference_accepts(&closed(&with)), "the key is there once only");
            let without = body[..at].trim_ascii_end();
            assert!(reference_accepts(&closed(without.strip_suffix(b",").unwrap())), "an earlier key is there twice");
        }
        ScanError::ReservedKey { at } => {
            let key: String = serde_json::from_slice(&body[at..end_of_string(body, at)]).unwrap();
            assert!(key.starts_with("$serde_json::private::"));
        }
        ScanError::TooDeep { at, limit } => {
            assert_eq!(open_brackets(&body[..at]).len(), limit);
            assert!(matches!(body[at], b'{' | b'['));
        }
        ScanError::NotAMessage => {
            let value: Value = serde_json::from_slice(body).unwrap();
            assert!(!value.is_object() && !value.is_array());
        }
        ScanError::InvalidUtf8 { at } => assert_eq!(std::str::from_utf8(body).unwrap_err().valid_up_to(), at),
        ScanError::Empty => assert!(body.trim_ascii().is_empty()),
        ScanError::UnexpectedEnd { .. } => {
            assert!(serde_json::from_slice::<Value>(body).unwrap_err().is_eof(), "serde_json sees no end");
        }
        _ => assert!(!reference_accepts(body), "{error}, and serde_json accepts it"),
    }
}

/// A higher limit accepts more, and only what is deeper, or holds half of a character.
fn deeper(body: &[u8]) {
    match (scan(body), scan_with(body, Limits::RESPONSE)) {
        (Ok(one), Ok(two)) => assert_eq!(one, two),
        (Err(ScanError::TooDeep { limit: 64, .. } | ScanError::LoneSurrogate { .. }), Ok(_) | Err(_)) => {}
        (Err(one), Err(two)) => assert_eq!(one, two),
        (one, two) => panic!("{one:?}, and with a higher limit {two:?}"),
    }
}

/// The members of JSON-RPC.
const MEMBERS: [&str; 6] = ["jsonrpc", "id", "method", "params", "result", "error"];

fn message(raw: Raw<'_>, value: &Value) {
    let envelope = match Envelope::parse(raw) {
        Ok(envelope) => envelope,
        Err(rejected) => return rejection(&rejected, value),
    };
    assert_eq!(value["jsonrpc"], "2.0");
    assert_eq!(twin(value, &MEMBERS), None, "a parser that ignores case reads another message");
    same_id(envelope.id(), value.get("id").filter(|id| !id.is_null()));
    let of_kind = ["method", "result", "error"].map(|member| value.get(member).is_some());
    match &envelope {
        Envelope::Request(_) => assert!(value.get("id").is_some() && of_kind == [true, false, false]),
        Envelope::Notification(_) => assert!(value.get("id").is_none() && of_kind == [true, false, false]),
        Envelope::Response(reply) => {
            let (member, raw) = match reply.outcome {
                ReplyOutcome::Result(raw) => ("result", raw),
                ReplyOutcome::Error(raw) => ("error", raw),
            };
            assert_eq!(of_kind, [false, member == "result", member == "error"]);
            assert_eq!(raw.decode::<Value>().unwrap(), value[member]);
            response(raw.text(), member, value);
        }
    }
    if let Some(call) = envelope.call() {
        let silent = call.method.as_str().starts_with("notifications/");
        let asks = matches!(envelope, Envelope::Request(_));
        assert!(asks != silent || (!asks && !call.method.is_known()), "runs unseen, or waits for ever");
        same_call(call, value);
    }
}

fn same_call(call: &Call<'_>, value: &Value) {
    assert_eq!(value["method"], call.method.as_str());
    let (params, sent) = (&call.params, &value["params"]);
    for (read, member) in [
        (&params.name, "name"),
        (&params.uri, "uri"),
        (&params.cursor, "cursor"),
        (&params.task_id, "taskId"),
        (&params.level, "level"),
        (&params.protocol_version, "protocolVersion"),
        (&params.request_state, "requestState"),
    ] {
        assert_eq!(read.as_deref(), sent[member].as_str(), "{member}");
    }
    for (read, member) in [
        (params.arguments, "arguments"),
        (params.argument, "argument"),
        (params.capabilities, "capabilities"),
        (params.input_responses, "inputResponses"),
        (params.task, "task"),
        (params.notifications, "notifications"),
        (params.meta.raw, "_meta"),
    ] {
        let read = read.map(|raw| raw.decode::<Value>().unwrap());
        assert_eq!(read.as_ref(), sent.get(member).filter(|value| value.is_object()), "{member}");
    }
    let meta = &sent["_meta"];
    let version = &meta["io.modelcontextprotocol/protocolVersion"];
    assert_eq!(params.meta.protocol_version.as_deref(), version.as_str());
    assert_eq!(params.meta.traceparent.as_deref(), meta["traceparent"].as_str());
    if call.method.is_known() {
        let decisive = ["name", "uri", "arguments", "argument", "ref", "taskId", "task"];
        assert_eq!(twin(sent, &decisive), None, "a parser that ignores case runs something else");
    }
    if call.check_params().is_ok()
        && let Some(name) = call.mirrored_name()
    {
        let said = ["name", "uri", "taskId"].map(|member| sent[member].as_str());
        assert!(said.contains(&Some(name)));
        assert_eq!(call.target().name(), Some(name), "the header names what is authorised");
    }
}

fn same_id(read: Option<RawId<'_>>, sent: Option<&Value>) {
    let (Some(id), Some(sent)) = (read, sent) else {
        assert_eq!(read.is_some(), sent.is_some(), "one of them finds an id");
        return;
    };
    assert!(sent.is_string() || sent.is_number());
    assert_eq!(serde_json::from_str::<Value>(id.text()).unwrap(), *sent);
    let kept = RawId::parse(id.text()).unwrap();
    assert!(kept.same_as(id) && id.same_as(kept));
}

fn rejection(rejected: &Rejected<'_>, value: &Value) {
    if let Some(id) = rejected.id {
        same_id(Some(id), value.get("id"));
    }
    let answer: Value = serde_json::from_slice(&rejected.rpc().to_bytes(rejected.id)).unwrap();
    assert_eq!(answer["id"], *value.get("id").filter(|_| rejected.id.is_some()).unwrap_or(&Value::Null));
    assert_eq!(answer["error"]["code"], codes::INVALID_REQUEST);
    let (id, method, params) = (value.get("id"), value["method"].as_str(), value.get("params"));
    let kinds = ["method", "result", "error"].iter().filter(|member| value.get(member).is_some()).count();
    let real = match rejected.fault {
        Fault::Batch => value.is_array(),
        Fault::NotAnObject => !value.is_array() && !value.is_object(),
        Fault::NotJsonRpc => value["jsonrpc"] != "2.0",
        Fault::Ambiguous => kinds != 1,
        Fault::BadMethod => value.get("method").is_some() && method.is_none_or(str::is_empty),
        Fault::NullId => id.is_some_and(Value::is_null),
        Fault::BadId => id.is_some_and(|id| !id.is_null() && !id.is_string() && !id.is_number()),
        Fault::ParamsNotObject => params.is_some_and(|params| !params.is_object() && !params.is_null()),
        Fault::RequestWithoutId => id.is_none() && method.is_some_and(|method| !method.starts_with("notifications/")),
        Fault::NotificationWithId => id.is_some() && method.is_some_and(|method| method.starts_with("notifications/")),
        Fault::CaseTwin { member } => {
            twin(value, &[member]).is_some() || params.is_some_and(|params| twin(params, &[member]).is_some())
        }
        Fault::ReplyWithoutId => id.is_none() && value.get("result").is_some(),
        Fault::EmptyBatch | Fault::BatchTooLarge => false,
    };
    assert!(real, "refused for {:?}: {value}", rejected.fault);
}

/// A member whose name differs from one of `names` in case only, by the mappings of Unicode.
fn twin<'v>(object: &'v Value, names: &[&str]) -> Option<&'v str> {
    let lower = |name: &str| name.to_uppercase().to_lowercase();
    object
        .as_object()?
        .keys()
        .map(String::as_str)
        .find(|key| !names.contains(key) && names.iter().any(|name| lower(key) == lower(name)))
}

/// The same once more as the whole answer of a server.
fn response(text: &str, member: &str, value: &Value) {
    let body = format!(r#"{{"jsonrpc":"2.0","id":7,"{member}":{text}}}"#);
    let response = Response::parse(body.as_bytes()).unwrap();
    assert!(result::response_id_matches(body.as_bytes(), RawId::parse("7").unwrap()));
    match response.outcome {
        result::Outcome::Error(error) => {
            assert_eq!(error.message, value["error"]["message"].as_str().unwrap_or_default());
            if let Some(code) = value["error"]["code"].as_i64() {
                assert_eq!(error.code, code);
            }
        }
        result::Outcome::Result(result) => {
            assert_eq!(result.is_error, value["result"]["isError"] == true);
            let complete = value["result"].get("resultType").is_none_or(|kind| kind == "complete");
            assert_eq!(result.result_type == result::ResultType::Complete, complete);
        }
    }
}

/// A message under another id is the same message otherwise.
fn renamed(body: &[u8], value: &Value) {
    let id = RawId::parse(r#""a\u0062""#).unwrap();
    match (splice::replace_id(body, id), value) {
        (Ok(renamed), Value::Object(sent)) => {
            let mut expected = sent.clone();
            expected.insert("id".into(), "ab".into());
            assert_eq!(serde_json::from_slice::<Value>(&renamed).unwrap(), Value::Object(expected));
            assert!(scan(&renamed).is_ok());
        }
        (outcome, value) => assert!(outcome.is_err() && value.is_array()),
    }
}
