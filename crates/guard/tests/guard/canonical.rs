//! One form for one meaning.

use guard::{GuardError, MAX_BYTES, MAX_DEPTH, canonical};
use proptest::prelude::*;
use serde_json::Value;

fn text(json: &str) -> String {
    String::from_utf8(canonical(json).unwrap()).unwrap()
}

#[test]
fn spelling_does_not_matter() {
    let tidy = r#"{"a":[1,true,null,"é\n"],"b":{"c":0.5,"d":""}}"#;
    for same in [
        tidy,
        r#" { "b" : { "d" : "" , "c" : 5e-1 } , "a" : [ 1.0 , true , null , "\u00e9\n" ] } "#,
        "{\"a\":\n[1,\ttrue,null,\"\\u00E9\\u000a\"],\r\n\"\\u0062\":{\"c\":0.50,\"d\":\"\"}}",
    ] {
        assert_eq!(text(same), tidy, "{same}");
    }
}

#[test]
fn strings_are_escaped_as_in_rfc_8785() {
    assert_eq!(
        text(r#""\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/\b\f\t\r\u007f\ud83d\ude00""#),
        "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\\b\\f\\t\\r\u{7f}\u{1f600}\""
    );
}

#[test]
fn keys_are_sorted_by_utf_16() {
    // The example of RFC 8785 section 3.2.3. In UTF-8 the emoji would come last.
    let sorted = text(r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#);
    let values: Vec<char> = sorted.chars().filter(|c| ('2'..='7').contains(c)).collect();
    assert_eq!(values, ['2', '4', '6', '7', '5', '3'], "{sorted}");
    assert!(sorted.starts_with(r#"{"\r":2,"1":4,"#), "{sorted}");
}

#[test]
fn what_two_readers_could_see_differently_is_refused() {
    for (json, key) in [(r#"{"a":1,"a":1}"#, "a"), (r#"{"x":[{"b":1,"c":2,"\u0062":3}]}"#, "b"), (r#"{"":1,"":2}"#, "")]
    {
        assert_eq!(canonical(json), Err(GuardError::DuplicateKey { key: key.into() }), "{json}");
    }
    for json in [
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "[1 2]",
        "{\"a\" 1}",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "NaN",
        "Infinity",
        "nul",
        "True",
        "\"",
        "\"\t\"",
        r#""\x""#,
        r#""\u12""#,
        r#""\u+123""#,
        r#""\ud800""#,
        r#""\ud800\u0041""#,
        r#""\udc00""#,
        r#""\ud800x""#,
        "1 2",
        "{}{}",
        "[]]",
        "// c\n1",
        "\u{feff}1",
        "\u{a0}1",
    ] {
        assert!(matches!(canonical(json), Err(GuardError::Syntax { .. })), "{json:?}: {:?}", canonical(json));
    }
}

#[test]
fn size_and_depth_are_bounded() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(canonical(&nested(MAX_DEPTH)).is_ok());
    assert!(matches!(canonical(&nested(MAX_DEPTH + 1)), Err(GuardError::TooDeep { .. })));
    assert!(matches!(canonical(&"[".repeat(MAX_BYTES)), Err(GuardError::TooDeep { .. })));
    let long = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    assert!(canonical(&long(MAX_BYTES)).is_ok());
    assert_eq!(canonical(&long(MAX_BYTES + 1)), Err(GuardError::TooLarge { bytes: MAX_BYTES + 1 }));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4).prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

/// Object keys in reverse order; the meaning stays.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(reversed).collect()),
        Value::Object(members) => {
            let members: Vec<_> = members.iter().map(|(k, v)| (k.clone(), reversed(v))).collect();
            Value::Object(members.into_iter().rev().collect())
        }
        other => other.clone(),
    }
}

/// The same meaning. The other reader is not exact with floats.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= b.abs() * 1e-14
        }
        (a, b) => a == b,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_form_keeps_the_meaning_and_is_its_own_form(value in any_json()) {
        let form = text(&value.to_string());
        prop_assert!(same(&serde_json::from_str(&form).unwrap(), &value), "{}", form);
        prop_assert_eq!(&text(&form), &form);
        prop_assert_eq!(&text(&serde_json::to_string_pretty(&reversed(&value)).unwrap()), &form);
    }

    #[test]
    fn any_text_is_read_as_by_another_strict_reader(json in "[\\[\\]{}:,\"\\\\0-9a-fnrtul.eE+ -]{0,12}") {
        // Two readers of one standard agree on what is JSON (duplicate keys and floats out of range aside).
        let other = serde_json::from_str::<&serde_json::value::RawValue>(&json).is_ok();
        match canonical(&json) {
            Ok(_) => prop_assert!(other, "{}", json),
            Err(GuardError::DuplicateKey { .. }) => {}
            // The other reader does not look into escapes when it keeps the text.
            Err(_) => prop_assert!(!other || json.contains('\\'), "{}", json),
        }
    }
}
