use mcp::{Limits, Raw, ScanError, codes, scan, scan_with};
use proptest::prelude::*;

use crate::reference::{reference_accepts, same_value};

fn space() -> impl Strategy<Value = &'static str> {
    prop_oneof![8 => Just(""), 1 => Just(" "), 1 => Just("\n\t"), 1 => Just("\r\n  ")]
}

/// String contents as written, a few of them wrong, several meaning the same.
fn inner_string() -> impl Strategy<Value = String> {
    let valid = [r"\u0061", r"\u0062", r"\n", r#"\""#, r"\\", r"\/", r"\ud83e\udd80", "\u{7f}", r"\u0000"];
    let wrong = [r"\ud800", r"\udc00x", r"\ud800\u0041", r"\x", r"\u12", "\u{1}"];
    let part = prop_oneof![
        60 => "[a-e]{0,3}",
        10 => "[a-zé世🦀]{0,12}",
        10 => prop::sample::select(valid.to_vec()).prop_map(str::to_owned),
        1 => prop::sample::select(wrong.to_vec()).prop_map(str::to_owned),
    ];
    prop::collection::vec(part, 0..4).prop_map(|parts| parts.concat())
}

fn scalar() -> impl Strategy<Value = String> {
    let valid = [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1",
        "-12.50",
        "1e5",
        "1E+5",
        "2e-3",
        "1e308",
        "1e-400",
        "0e999999999",
        "123456789012345678901234567890",
    ];
    let wrong = ["1e309", "-1e400", "01", "+1", ".5", "1.", "1e", "-", "NaN", "tru", "nulll", ""];
    prop_oneof![
        30 => prop::sample::select(valid.to_vec()).prop_map(str::to_owned),
        30 => any::<i64>().prop_map(|number| number.to_string()),
        30 => inner_string().prop_map(|inner| format!("\"{inner}\"")),
        1 => prop::sample::select(wrong.to_vec()).prop_map(str::to_owned),
    ]
}

fn json() -> impl Strategy<Value = String> {
    scalar().prop_recursive(4, 24, 4, |value| {
        let member = (inner_string(), space(), space(), value.clone())
            .prop_map(|(key, before, after, value)| format!("{before}\"{key}\"{after}:{after}{value}{before}"));
        prop_oneof![
            (prop::collection::vec(value, 0..5), space())
                .prop_map(|(values, space)| format!("[{space}{}{space}]", values.join(","))),
            (prop::collection::vec(member, 0..6), space())
                .prop_map(|(members, space)| format!("{{{}{space}}}", members.join(","))),
        ]
    })
}

fn document() -> impl Strategy<Value = String> {
    (space(), prop::collection::vec((inner_string(), json()), 0..5), space()).prop_map(|(before, members, after)| {
        let members: Vec<_> = members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        format!("{before}{{{}}}{after}", members.join(","))
    })
}

const ALPHABET: &[u8] = b"{}[]\",:\\u0123456789abefnrtE.+- \n\t\x00\x1f\x7f\x80\xc3\xa9\xff/";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn accepts_what_the_reference_accepts(text in document()) {
        prop_assert_eq!(scan(text.as_bytes()).is_ok(), reference_accepts(text.as_bytes()), "{}", text);
    }

    #[test]
    fn agrees_with_the_reference_on_damaged_text(
        text in document(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, prop::sample::select(ALPHABET)), 1..4),
    ) {
        let mut body = text.into_bytes();
        for (at, how, byte) in edits {
            let at = at.index(body.len() + 1);
            match how {
                0 => body.insert(at, byte),
                1 if at < body.len() => body[at] = byte,
                _ if at < body.len() => { body.remove(at); }
                _ => {}
            }
        }
        prop_assert_eq!(scan(&body).is_ok(), reference_accepts(&body), "{}", String::from_utf8_lossy(&body));
    }

    #[test]
    fn agrees_with_the_reference_on_noise(body in prop::collection::vec(prop::sample::select(ALPHABET), 0..24)) {
        prop_assert_eq!(scan(&body).is_ok(), reference_accepts(&body), "{}", String::from_utf8_lossy(&body));
    }

    #[test]
    fn reads_in_place_what_serde_reads(text in document()) {
        if let Ok(raw) = scan(text.as_bytes()) {
            same_value(raw, &text, &serde_json::from_str(&text).unwrap());
        }
    }
}

fn refused(body: &[u8]) -> ScanError {
    scan(body).unwrap_err()
}

#[test]
fn every_error_says_where() {
    let cases: &[(&[u8], ScanError)] = &[
        (b"", ScanError::Empty),
        (b" \n ", ScanError::Empty),
        (b"{\"a\":\"\xff\"}", ScanError::InvalidUtf8 { at: 6 }),
        (b"{\"a\":1", ScanError::UnexpectedEnd { at: 6 }),
        (b"{\"a", ScanError::UnexpectedEnd { at: 3 }),
        (b"{\"a\" 1}", ScanError::UnexpectedByte { at: 5, byte: b'1' }),
        (b"{a:1}", ScanError::UnexpectedByte { at: 1, byte: b'a' }),
        (b"[1,]", ScanError::UnexpectedByte { at: 3, byte: b']' }),
        (b"{\"a\":1,}", ScanError::UnexpectedByte { at: 7, byte: b'}' }),
        (b"[1}", ScanError::UnexpectedByte { at: 2, byte: b'}' }),
        (b"{\"a\":1]", ScanError::UnexpectedByte { at: 6, byte: b']' }),
        (b"\xef\xbb\xbf{}", ScanError::UnexpectedByte { at: 0, byte: 0xef }),
        (b"[01]", ScanError::BadNumber { at: 2 }),
        (b"[-a]", ScanError::BadNumber { at: 2 }),
        (b"[1.x]", ScanError::BadNumber { at: 3 }),
        (b"[1e400]", ScanError::NumberOutOfRange { at: 1 }),
        (b"[\"ab\\x\"]", ScanError::BadEscape { at: 4 }),
        (b"[\"\\u12g4\"]", ScanError::BadEscape { at: 2 }),
        (b"[\"\\ud800\"]", ScanError::LoneSurrogate { at: 2 }),
        (b"[\"\\udc00\"]", ScanError::LoneSurrogate { at: 2 }),
        (b"[\"a\nb\"]", ScanError::ControlCharacter { at: 3 }),
        (b"{\"a\":1,\"a\":2}", ScanError::DuplicateKey { at: 7 }),
        (b"{\"a\":1,\"\\u0061\":2}", ScanError::DuplicateKey { at: 7 }),
        (b"{} x", ScanError::TrailingData { at: 3 }),
        (b"{}{}", ScanError::TrailingData { at: 2 }),
        (b"\"text\"", ScanError::NotAMessage),
        (b"7", ScanError::NotAMessage),
    ];
    for (body, expected) in cases {
        assert_eq!(refused(body), *expected, "{}", String::from_utf8_lossy(body));
        assert!(!expected.to_string().is_empty());
    }
}

#[test]
fn long_integers_out_of_range_are_refused() {
    let long = format!("[{}]", "9".repeat(400));
    assert_eq!(refused(long.as_bytes()), ScanError::NumberOutOfRange { at: 1 });
    let fits = format!("[{}]", "9".repeat(305));
    assert!(scan(fits.as_bytes()).is_ok());
}

#[test]
fn duplicates_are_refused_at_every_level_and_only_real_ones() {
    assert_eq!(
        refused(br#"{"params":{"arguments":{"list":[{"x":1,"y":[{}],"x":2}]}}}"#),
        ScanError::DuplicateKey { at: 48 }
    );
    // The same key in different objects, and keys that differ in case, are fine.
    assert!(scan(br#"{"a":{"a":{"a":[{"a":1},{"a":1}]}},"A":1,"b":{"a":2}}"#).is_ok());
    // Equal endings and lengths must not be confused with equal keys.
    assert!(scan(br#"{"x-prefix-12345678":1,"y-prefix-12345678":2}"#).is_ok());
}

#[test]
fn big_objects_find_duplicates_too() {
    let members: Vec<_> = (0..500).map(|n| format!("\"key{n}\":{{\"inner\":{n}}}")).collect();
    let distinct = format!("{{{}}}", members.join(","));
    assert!(scan(distinct.as_bytes()).is_ok());
    for repeated in [0, 5, 100, 499] {
        let body = format!("{{{},\"key{repeated}\":0}}", members.join(","));
        assert!(matches!(refused(body.as_bytes()), ScanError::DuplicateKey { .. }), "key{repeated}");
    }
    let escaped = format!("{{{},\"\\u006bey42\":0}}", members.join(","));
    assert!(matches!(refused(escaped.as_bytes()), ScanError::DuplicateKey { .. }));
    // After a big object has been closed, its siblings have their own keys.
    let siblings = format!("[{distinct},{distinct},{{\"key1\":1,\"key1\":2}}]");
    assert!(matches!(refused(siblings.as_bytes()), ScanError::DuplicateKey { .. }));
    // A big object inside a big object.
    let nested = format!("{{{},\"key500\":{distinct},\"key501\":1}}", members.join(","));
    assert!(scan(nested.as_bytes()).is_ok());
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(scan(nested(64).as_bytes()).is_ok());
    assert_eq!(refused(nested(65).as_bytes()), ScanError::TooDeep { at: 64, limit: 64 });
    let objects = format!("{}1{}", r#"{"a":"#.repeat(65), "}".repeat(65));
    assert!(matches!(refused(objects.as_bytes()), ScanError::TooDeep { .. }));
    assert!(scan_with(nested(256).as_bytes(), Limits::RESPONSE).is_ok());
    // Far beyond any limit there is no stack to overflow.
    assert!(matches!(refused(nested(1_000_000).as_bytes()), ScanError::TooDeep { .. }));
}

#[test]
fn keys_with_a_private_meaning_are_refused() {
    let smuggled = br#"{"arguments":{"$serde_json::private::RawValue":"{\"path\":\"/safe\"}"}}"#;
    // This is why: serde_json reads the string as an object.
    let value: serde_json::Value = serde_json::from_slice(smuggled).unwrap();
    assert_eq!(value["arguments"]["path"], "/safe");
    assert_eq!(refused(smuggled), ScanError::ReservedKey { at: 14 });
    assert!(matches!(refused(br#"{"\u0024serde_json::private::Number":"1"}"#), ScanError::ReservedKey { .. }));
    assert!(scan(br#"{"$ref":"x","$serde":1}"#).is_ok());
}

#[test]
fn errors_become_json_rpc_errors() {
    assert_eq!(refused(b"{").rpc().code, codes::PARSE_ERROR);
    assert_eq!(refused(br#"{"a":1,"a":1}"#).rpc().code, codes::INVALID_REQUEST);
    assert_eq!(refused(b"7").rpc().code, codes::INVALID_REQUEST);
    assert_eq!(refused(b"[01]").offset(), 2);
}

#[test]
fn bare_values_are_read_where_wanted() {
    assert_eq!(Raw::parse("\"a\\u00e9\"").unwrap().as_str().as_deref(), Some("aé"));
    assert_eq!(Raw::parse("-7").unwrap().as_i64(), Some(-7));
    assert_eq!(Raw::parse("1.5").unwrap().as_i64(), None);
    assert!(Raw::parse("1 2").is_err());
    let raw = Raw::parse(r#"{"a":{"b":[1,"x"]}}"#).unwrap();
    assert_eq!(raw.at_path(&["a", "b"]).unwrap().text(), r#"[1,"x"]"#);
    assert!(raw.at_path(&["a", "c"]).is_none());
    assert_eq!(raw.elements().count(), 0);
    assert_eq!(Raw::parse("[]").unwrap().members().count(), 0);
}

#[test]
fn what_a_server_cut_inside_of_a_character_is_read() {
    let read = |body: &'static str| scan_with(body.as_bytes(), Limits::RESPONSE);
    for (body, text) in [
        (r#"{"a":"cut \ud83d"}"#, "cut \u{fffd}"),
        (r#"{"a":"\ude00 begins"}"#, "\u{fffd} begins"),
        (r#"{"a":"\ud83d\ud83d\ude00"}"#, "\u{fffd}\u{1f600}"),
        (r#"{"a":"\ud83d\n"}"#, "\u{fffd}\n"),
    ] {
        assert_eq!(read(body).unwrap().get("a").and_then(Raw::as_str).as_deref(), Some(text), "{body}");
        assert!(
            matches!(scan(body.as_bytes()), Err(ScanError::LoneSurrogate { .. })),
            "clients write no such thing: {body}"
        );
    }
    // As a key it could be taken for another one.
    assert_eq!(read(r#"{"\ud83d":1}"#).unwrap_err(), ScanError::LoneSurrogate { at: 2 });
    assert_eq!(read(r#"{"a":"\ud8"}"#).unwrap_err(), ScanError::BadEscape { at: 6 });
}
