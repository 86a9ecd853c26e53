use std::collections::HashSet;

use bytes::Bytes;
use mcp::list::{ListError, make_private, next_cursor};
use mcp::{ListKind, Verdict, filter_list, for_each_item};
use proptest::prelude::*;

fn keep(names: &'static [&'static str]) -> impl FnMut(mcp::ListItem<'_>) -> Verdict {
    move |item| if names.contains(&item.key.as_ref()) { Verdict::Keep } else { Verdict::Drop }
}

#[test]
fn dropped_items_are_cut_out_and_nothing_else_changes() {
    let body = Bytes::from_static(
        br#"{"jsonrpc":"2.0","id":"7","x-vendor":1.0,"result":{"tools":[ {"name":"a", "z":1,"y":[2.50]} , {"name":"b"},
            {"name":"c","description":"\u00e9"} ],"nextCursor":"n","ttlMs":5,"_meta":{"k":null}}}"#,
    );
    let filtered = filter_list(&body, ListKind::Tools, keep(&["a", "c"])).unwrap();
    assert_eq!((filtered.kept, filtered.dropped), (2, 1));
    assert_eq!(
        filtered.body,
        &br#"{"jsonrpc":"2.0","id":"7","x-vendor":1.0,"result":{"tools":[{"name":"a", "z":1,"y":[2.50]},{"name":"c","description":"\u00e9"}],"nextCursor":"n","ttlMs":5,"_meta":{"k":null}}}"#[..]
    );
    let none = filter_list(&body, ListKind::Tools, keep(&[])).unwrap();
    assert_eq!((none.kept, none.dropped), (0, 3));
    assert!(String::from_utf8_lossy(&none.body).contains(r#""tools":[],"nextCursor""#));
    assert_eq!(next_cursor(&body).unwrap().as_deref(), Some("n"));
}

#[test]
fn nothing_dropped_means_the_same_bytes() {
    let body = Bytes::from_static(br#"{"tools":[{"name":"a"}]}"#);
    let filtered = filter_list(&body, ListKind::Tools, keep(&["a"])).unwrap();
    assert_eq!(filtered.body.as_ptr(), body.as_ptr(), "not copied");
    assert_eq!((filtered.kept, filtered.dropped), (1, 0));
    let error = Bytes::from_static(
        br#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no","tools":[{"name":"a"}]}}"#,
    );
    let untouched = filter_list(&error, ListKind::Tools, keep(&[])).unwrap();
    assert_eq!(untouched.body.as_ptr(), error.as_ptr());
    let other = Bytes::from_static(br#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required"}}"#);
    assert_eq!(filter_list(&other, ListKind::Tools, keep(&[])).unwrap().body, other);
    assert_eq!(next_cursor(&error).unwrap(), None);
}

#[test]
fn every_kind_has_its_member_and_key() {
    for (kind, body) in [
        (ListKind::Tools, r#"{"tools":[{"name":"a"},{"name":"b"}]}"#),
        (ListKind::Prompts, r#"{"prompts":[{"name":"a"},{"name":"b"}]}"#),
        (ListKind::Resources, r#"{"resources":[{"uri":"a","name":"b"},{"uri":"b","name":"a"}]}"#),
        (ListKind::ResourceTemplates, r#"{"resourceTemplates":[{"uriTemplate":"a"},{"uriTemplate":"b"}]}"#),
    ] {
        let body = Bytes::from(body);
        let filtered = filter_list(&body, kind, keep(&["b"])).unwrap();
        assert_eq!((filtered.kept, filtered.dropped), (1, 1), "{kind:?}");
        let mut keys = Vec::new();
        let count = for_each_item(&filtered.body, kind, |item| keys.push(item.key.into_owned())).unwrap();
        assert_eq!((count, keys), (1, vec!["b".to_owned()]));
    }
}

#[test]
fn items_that_cannot_be_identified_never_stay() {
    let body = Bytes::from_static(br#"{"tools":[7,{"Name":"a"},{"name":null},{"name":"\u0061"},[]]}"#);
    let filtered = filter_list(&body, ListKind::Tools, |_| Verdict::Keep).unwrap();
    assert_eq!(filtered.body, &br#"{"tools":[{"name":"\u0061"}]}"#[..]);
    assert_eq!((filtered.kept, filtered.dropped), (1, 4));
    assert_eq!(for_each_item(&body, ListKind::Tools, |item| assert_eq!(item.key, "a")).unwrap(), 1);
}

#[test]
fn unreadable_lists_are_errors() {
    let filter = |body: &'static str| filter_list(&Bytes::from(body), ListKind::Tools, keep(&[])).unwrap_err();
    assert!(matches!(filter("{"), ListError::Unreadable(_)));
    assert!(matches!(filter(r#"{"tools":[{"name":"a","name":"b"}]}"#), ListError::Unreadable(_)));
    assert_eq!(filter("[]"), ListError::NotAnObject);
    assert_eq!(filter(r#"{"jsonrpc":"2.0","id":1,"result":[]}"#), ListError::NotAnObject);
    assert_eq!(filter(r#"{"tools":{"name":"a"}}"#), ListError::NotAnArray { member: "tools" });
}

#[test]
fn public_lists_are_made_private() {
    let public =
        Bytes::from_static(br#"{"jsonrpc":"2.0","id":1,"result":{"tools":[],"cacheScope":"public","ttlMs":9}}"#);
    let private = make_private(&public).unwrap();
    assert_eq!(private, &br#"{"jsonrpc":"2.0","id":1,"result":{"tools":[],"cacheScope":"private","ttlMs":9}}"#[..]);
    assert_eq!(make_private(&private).unwrap().as_ptr(), private.as_ptr());
    let legacy = Bytes::from_static(br#"{"tools":[]}"#);
    assert_eq!(make_private(&legacy).unwrap(), legacy);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn kept_items_keep_their_bytes(
        items in prop::collection::vec(("[a-e]{1,2}", "[a-zé \\[\\]{},:]{0,9}", any::<bool>()), 0..12),
        wanted in prop::collection::hash_set("[a-e]{1,2}", 0..12),
        space in prop::sample::select(vec!["", " ", "\n  "]),
    ) {
        let raw: Vec<_> = items
            .iter()
            .map(|(name, text, late)| if *late {
                format!("{{\"t\":\"{text}\",{space}\"name\":{space}\"{name}\"}}")
            } else {
                format!("{{\"name\":\"{name}\"{space},\"t\":[1.0,\"{text}\"]}}")
            })
            .collect();
        let body = Bytes::from(format!("{{\"tools\":{space}[{space}{}{space}],\"x\":[1.50]}}", raw.join(&format!("{space},"))));
        let wanted: HashSet<String> = wanted;
        let filtered = filter_list(&body, ListKind::Tools, |item| {
            if wanted.contains(item.key.as_ref()) { Verdict::Keep } else { Verdict::Drop }
        }).unwrap();
        let expected: Vec<_> =
            raw.iter().zip(&items).filter(|(_, (name, ..))| wanted.contains(name)).map(|(raw, _)| raw.as_str()).collect();
        let mut kept = Vec::new();
        for_each_item(&filtered.body, ListKind::Tools, |item| kept.push(item.raw.text().to_owned())).unwrap();
        prop_assert_eq!(&kept, &expected);
        prop_assert_eq!(filtered.kept, expected.len());
        prop_assert_eq!(filtered.kept + filtered.dropped, items.len());
        prop_assert!(filtered.body.ends_with(b"],\"x\":[1.50]}"), "the rest stays");
    }
}
