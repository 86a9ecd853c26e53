use mcp::splice::{SpliceError, replace_id, set_member, set_result_member, wrap_result};
use mcp::{RawId, Splice};

#[test]
fn ids_are_replaced_and_nothing_else_changes() {
    let body = br#"{ "result": {"id": 5, "n": 1.0}, "id" : 5, "jsonrpc":"2.0" }"#;
    let id = RawId::parse("\"caller\"").unwrap();
    let replaced = replace_id(body, id).unwrap();
    assert_eq!(replaced, &br#"{ "result": {"id": 5, "n": 1.0}, "id" : "caller", "jsonrpc":"2.0" }"#[..]);
    let without = replace_id(br#"{"jsonrpc":"2.0","result":{}}"#, id).unwrap();
    assert_eq!(without, &br#"{"id":"caller","jsonrpc":"2.0","result":{}}"#[..]);
    assert_eq!(replace_id(b"{ }", id).unwrap(), &br#"{"id":"caller" }"#[..]);
    assert!(matches!(replace_id(b"{", id), Err(SpliceError::Unreadable(_))));
    assert!(matches!(replace_id(b"[]", id), Err(SpliceError::NoObject { .. })));
}

#[test]
fn kept_results_get_the_callers_id() {
    let message = wrap_result(RawId::parse("7").unwrap(), br#"{"tools":[ ]}"#);
    assert_eq!(message, &br#"{"jsonrpc":"2.0","id":7,"result":{"tools":[ ]}}"#[..]);
}

#[test]
fn members_are_set_in_place_or_added() {
    let body = br#"{"id":1,"result":{"a":1,"nextCursor":"x"}}"#;
    assert_eq!(
        set_result_member(body, "nextCursor", r#""sealed""#).unwrap(),
        &br#"{"id":1,"result":{"a":1,"nextCursor":"sealed"}}"#[..]
    );
    assert_eq!(
        set_result_member(body, "new \"key\"", "[1]").unwrap(),
        &br#"{"id":1,"result":{"new \"key\"":[1],"a":1,"nextCursor":"x"}}"#[..]
    );
    let request = br#"{"params":{"_meta":{}}}"#;
    assert_eq!(
        set_member(request, &["params", "_meta"], "k", "true").unwrap(),
        &br#"{"params":{"_meta":{"k":true}}}"#[..]
    );
    assert_eq!(
        set_result_member(br#"{"result":[]}"#, "k", "1"),
        Err(SpliceError::NoObject { path: "result".to_owned() })
    );
    assert!(matches!(set_result_member(body, "k", "{"), Err(SpliceError::Unreadable(_))));
}

#[test]
fn replacements_may_come_in_any_order_but_not_overlap() {
    let splice = |edits: &[(std::ops::Range<usize>, &'static str)]| {
        edits
            .iter()
            .fold(Splice::new(b"0123456789"), |splice, (range, with)| splice.replace(range.clone(), with.as_bytes()))
            .finish()
    };
    assert_eq!(splice(&[]).unwrap(), "0123456789");
    assert_eq!(splice(&[(8..10, "z"), (0..2, "a")]).unwrap(), "a234567z");
    assert_eq!(splice(&[(3..3, "one"), (3..3, "two"), (3..5, "X")]).unwrap(), "012onetwoX56789");
    assert_eq!(splice(&[(10..10, "end")]).unwrap(), "0123456789end");
    assert_eq!(splice(&[(2..5, "x"), (4..6, "y")]), Err(SpliceError::Overlap));
    assert_eq!(splice(&[(9..11, "x")]), Err(SpliceError::Overlap));
    assert_eq!(splice(&[(11..12, "x")]), Err(SpliceError::Overlap));
}
