//! Lists: what is dropped is gone, what stays keeps every byte, and nothing else of the answer changes.

use bytes::Bytes;
use mcp::list::{ListError, ListKind, filter_list, for_each_item, make_private, next_cursor};
use mcp::splice::set_result_member;
use mcp::{Limits, ScanError, Verdict, scan_with};
use serde_json::Value;

const KINDS: [ListKind; 4] = [ListKind::Tools, ListKind::Resources, ListKind::ResourceTemplates, ListKind::Prompts];

/// Reads any bytes as the answer to each kind of list.
pub fn run(data: &[u8]) {
    let body = Bytes::copy_from_slice(data);
    // serde_json goes less deep than the scan of an answer.
    let value = scan_with(data, Limits::RESPONSE).map(|raw| raw.decode::<Value>().ok());
    match value {
        Ok(Some(value)) => {
            for kind in KINDS {
                filtered(&body, kind, &value);
            }
            private(&body, &value);
        }
        Ok(None) => {}
        Err(error) => unreadable(&body, error),
    }
}

fn unreadable(body: &Bytes, error: ScanError) {
    for kind in KINDS {
        assert_eq!(filter_list(body, kind, |_| Verdict::Keep), Err(ListError::Unreadable(error)));
        assert_eq!(for_each_item(body, kind, |_| ()), Err(ListError::Unreadable(error)));
    }
    assert_eq!(make_private(body), Err(ListError::Unreadable(error)));
}

/// Who may see what, for the sake of the law.
fn allowed(key: &str) -> bool {
    key.bytes().fold(0, u8::wrapping_add) % 2 == 0
}

/// The result in an answer, or the answer if it is a bare result.
fn result(value: &Value) -> Option<&Value> {
    if value.get("jsonrpc").is_none() { Some(value) } else { value.get("result") }
}

fn result_of(value: &mut Value) -> Option<&mut Value> {
    if value.get("jsonrpc").is_none() { Some(value) } else { value.get_mut("result") }
}

fn filtered(body: &Bytes, kind: ListKind, value: &Value) {
    let sent = result(value).and_then(|result| result.get(kind.member()));
    let mut shown = Vec::new();
    let outcome = filter_list(body, kind, |item| {
        let keep = allowed(&item.key);
        if keep {
            shown.push(item.raw.text().to_owned());
        }
        if keep { Verdict::Keep } else { Verdict::Drop }
    });
    let filtered = match outcome {
        Ok(filtered) => filtered,
        Err(error) => {
            let real = match error {
                ListError::NotAnObject => !value.is_object() || result(value).is_some_and(|result| !result.is_object()),
                ListError::NotAnArray { .. } => sent.is_some_and(|items| !items.is_array()),
                _ => false,
            };
            return assert!(real, "{error}");
        }
    };
    let key = |item: &Value| item.get(kind.key()).and_then(Value::as_str).map(str::to_owned);
    let sent = sent.and_then(Value::as_array).cloned().unwrap_or_default();
    let stays: Vec<_> = sent.iter().filter(|item| key(item).is_some_and(|key| allowed(&key))).cloned().collect();
    assert_eq!((filtered.kept, filtered.kept + filtered.dropped), (stays.len(), sent.len()));
    assert!(filtered.dropped > 0 || filtered.body == *body);
    let mut expected = value.clone();
    if let Some(items) = result_of(&mut expected).and_then(|result| result.get_mut(kind.member())) {
        *items = stays.into();
    }
    let after = scan_with(&filtered.body, Limits::RESPONSE).unwrap();
    assert_eq!(after.decode::<Value>().unwrap(), expected);
    let mut seen = Vec::new();
    assert_eq!(for_each_item(&filtered.body, kind, |item| seen.push(item.raw.text().to_owned())), Ok(filtered.kept));
    assert_eq!(seen, shown, "an item that stays was touched");
    let identified = sent.iter().filter(|item| key(item).is_some()).count();
    assert_eq!(for_each_item(body, kind, |_| ()), Ok(identified));
}

fn private(body: &Bytes, value: &Value) {
    let cursor = result(value).and_then(|result| result["nextCursor"].as_str()).map(str::to_owned);
    if let Ok(found) = next_cursor(body) {
        assert_eq!(found, cursor);
    }
    if let Ok(private) = make_private(body) {
        let mut expected = value.clone();
        if let Some(scope) = result_of(&mut expected).and_then(|result| result.get_mut("cacheScope")) {
            *scope = "private".into();
        }
        assert_eq!(serde_json::from_slice::<Value>(&private).unwrap(), expected);
        assert_eq!(make_private(&private).unwrap(), private);
    }
    match set_result_member(body, "n\"\n", "[1]") {
        Ok(set) => {
            let mut expected = value.clone();
            expected["result"]["n\"\n"] = serde_json::json!([1]);
            assert_eq!(serde_json::from_slice::<Value>(&set).unwrap(), expected);
        }
        Err(_) => assert!(value.get("result").is_none_or(|result| !result.is_object())),
    }
}
