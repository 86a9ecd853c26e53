//! Header values: what is encoded is decoded again, and headers that pass are true of the body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mcp::bridge::{modern_headers, request_to_modern};
use mcp::headers::{self, ParamBinding, decode_value, encode_value, param_bindings, param_headers};
use mcp::{Envelope, Mirrored, ProtocolVersion, Raw, scan};
use serde_json::Value;

use crate::PAGE;
use crate::translations::identity;

/// Pages: lines of headers, a body, the input schema of a tool. The whole input is also taken for one value.
pub fn run(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        written(text);
    }
    let mut pages = data.splitn(3, |byte| *byte == PAGE);
    let (lines, body) = (pages.next().unwrap_or_default(), pages.next().unwrap_or_default());
    let sent = lines.split(|byte| *byte == b'\n').filter_map(header).collect::<Vec<_>>();
    read(data);
    for (_, value) in &sent {
        read(value);
    }
    let mirrored = Mirrored::collect(sent.iter().copied());
    message(&mirrored, body);
    let schema = pages.next().and_then(|schema| std::str::from_utf8(schema).ok());
    if let Some(schema) = schema.and_then(|schema| Raw::parse(schema).ok()) {
        mirrored_arguments(&mirrored, body, schema);
    }
}

fn header(line: &[u8]) -> Option<(&str, &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    Some((std::str::from_utf8(&line[..colon]).ok()?, &line[colon + 1..]))
}

/// What is written can be sent, and is read again.
fn written(value: &str) {
    let encoded = encode_value(value);
    assert!(encoded.bytes().all(|byte| matches!(byte, b' '..=b'~')), "cannot be sent: {encoded}");
    assert_eq!(decode_value(encoded.as_bytes()).unwrap(), value);
}

/// What is read could have been written, and base64 has one spelling for each value.
fn read(sent: &[u8]) {
    let Ok(value) = decode_value(sent) else { return };
    written(&value);
    let trimmed = std::str::from_utf8(sent).unwrap().trim_matches([' ', '\t']);
    let inner = trimmed.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?="));
    assert_eq!(inner.map_or_else(|| trimmed.to_owned(), |_| STANDARD.encode(&*value)), inner.unwrap_or(trimmed));
}

fn message(mirrored: &Mirrored<'_>, body: &[u8]) {
    let sessions = [None, Some(ProtocolVersion::V2025_11_25)];
    let offers = [&ProtocolVersion::ALL[..], &ProtocolVersion::ALL[1..4]];
    for (session, offered) in sessions.into_iter().zip(offers) {
        if let Ok(version) = mirrored.version_only(session, offered) {
            assert!(offered.contains(&version));
        }
    }
    for id in [mirrored.session_id(), mirrored.last_event_id()].into_iter().flatten().flatten() {
        assert!(!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic()), "{id:?}");
    }
    let Ok(raw) = scan(body) else { return };
    let Ok(envelope) = Envelope::parse(raw) else { return };
    let value: Value = serde_json::from_slice(body).unwrap();
    for (session, offered) in sessions.into_iter().zip(offers) {
        match mirrored.negotiate(&envelope, session, offered) {
            Ok(version) => {
                assert!(offered.contains(&version));
                truthful(mirrored, &envelope, version, &value);
            }
            Err(error) => {
                let answer: Value = serde_json::from_slice(&error.rpc().to_bytes(envelope.id())).unwrap();
                assert!(answer["error"]["code"].as_i64().is_some_and(|code| code < 0));
            }
        }
    }
    ours(&envelope, body);
}

/// Headers of a stateless request that pass say what serde_json reads in the body.
fn truthful(mirrored: &Mirrored<'_>, envelope: &Envelope<'_>, version: ProtocolVersion, value: &Value) {
    let Envelope::Request(request) = envelope else { return };
    if !version.requires_mirrored_headers() {
        return;
    }
    let said = |field: headers::Field<'_>| match field {
        headers::Field::One(value) => decode_value(value).unwrap().into_owned(),
        other => panic!("{other:?} passes for a header"),
    };
    assert_eq!(value["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"], version.as_str());
    assert_eq!(said(mirrored.version), version.as_str());
    assert_eq!(mirrored.version_only(None, &ProtocolVersion::ALL), Ok(version));
    let method = value["method"].as_str().unwrap();
    if !method.starts_with("=?base64?") {
        assert_eq!(said(mirrored.method), method);
    }
    if request.call.check_params().is_ok() {
        let member = match method {
            "tools/call" | "prompts/get" => "name",
            "resources/read" => "uri",
            "tasks/get" | "tasks/update" | "tasks/cancel" => "taskId",
            _ => return,
        };
        assert_eq!(said(mirrored.name), value["params"][member].as_str().unwrap());
    }
}

/// The headers that the gateway makes for a request pass its own check.
fn ours(envelope: &Envelope<'_>, body: &[u8]) {
    if !matches!(envelope, Envelope::Request(_)) {
        return;
    }
    let body = request_to_modern(body, &identity(), None).unwrap();
    let envelope = Envelope::parse(scan(&body).unwrap()).unwrap();
    let made = modern_headers(envelope.call().unwrap());
    let mut sent = vec![(headers::PROTOCOL_VERSION, "2026-07-28"), (headers::METHOD, made.method.as_str())];
    sent.extend(made.name.as_deref().map(|name| (headers::NAME, name)));
    let mirrored = Mirrored::collect(sent.into_iter().map(|(name, value)| (name, value.as_bytes())));
    let outcome = mirrored.negotiate(&envelope, None, &ProtocolVersion::ALL);
    // Methods of extensions may have names that no header can repeat.
    if made.method == envelope.call().unwrap().method.as_str() {
        assert_eq!(outcome, Ok(ProtocolVersion::V2026_07_28));
    }
}

fn mirrored_arguments(sent: &Mirrored<'_>, body: &[u8], schema: Raw<'_>) {
    let Ok(bindings) = param_bindings(schema) else { return };
    let Some(arguments) = std::str::from_utf8(body).ok().and_then(|body| Raw::parse(body).ok()) else { return };
    let arguments = arguments.at_path(&["params", "arguments"]).unwrap_or(arguments);
    // serde_json goes less deep than the scan of an answer.
    let Ok(value) = arguments.decode::<Value>() else { return };
    if sent.check_params(&bindings, Some(arguments)).is_ok() {
        for binding in &bindings {
            let mut said = sent.params.iter().filter(|(name, _)| name.eq_ignore_ascii_case(&binding.header));
            let header = said.next().map(|(_, header)| decode_value(header).unwrap());
            assert!(same(header.as_deref(), argument(&value, binding)), "{header:?} for {binding:?} of {value}");
            assert_eq!(said.next(), None);
        }
    }
    let made = param_headers(&bindings, Some(arguments));
    assert!(made.iter().all(|(_, value)| value.bytes().all(|byte| matches!(byte, b' '..=b'~'))));
    let check = |made: &[(String, String)]| {
        let made = made.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        Mirrored::collect(made).check_params(&bindings, Some(arguments))
    };
    assert_eq!(check(&made), Ok(()));
    for at in 0..made.len().min(4) {
        let mut other = made.clone();
        other.remove(at);
        assert!(check(&other).is_err(), "a missing header passes");
        other.insert(at, (made[at].0.clone(), encode_value(&format!("x{}", made[at].1)).into_owned()));
        assert!(check(&other).is_err(), "a false header passes");
        let twice = [&made[..], &made[at..=at]].concat();
        assert!(check(&twice).is_err(), "a repeated header passes");
    }
}

/// The argument of a binding as serde_json finds it.
fn argument<'v>(arguments: &'v Value, binding: &ParamBinding) -> Option<&'v Value> {
    binding.path.iter().try_fold(arguments, |value, name| value.as_object()?.get(name))
}

fn same(header: Option<&str>, argument: Option<&Value>) -> bool {
    match (header, argument) {
        (None, None | Some(Value::Null | Value::Array(_) | Value::Object(_))) => true,
        (Some(header), Some(Value::String(text))) => {
            let number = header.parse::<f64>().ok();
            header == text || (number.is_some() && number == text.parse().ok())
        }
        (Some(header), Some(Value::Bool(value))) => header == value.to_string(),
        (Some(header), Some(Value::Number(number))) => {
            header.parse::<f64>().ok() == number.as_f64() || header == number.to_string()
        }
        _ => false,
    }
}
