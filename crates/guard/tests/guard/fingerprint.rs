//! What changes a fingerprint, and what follows from it.

use domain::{Definition, Pin, PinKind, PinState};
use guard::{Drift, GuardError, PinRef, compare, definition, digest_of, fingerprint, instructions};

const TOOL: &str = r#"{
  "name": "get_weather", "title": "Weather", "description": "Current weather of a place.",
  "inputSchema": {"type": "object", "required": ["place"], "additionalProperties": false,
    "properties": {"place": {"type": "string", "description": "A town", "enum": ["Oslo", "Rome"], "default": "Oslo",
      "examples": ["Oslo"]}}},
  "outputSchema": {"type": "object", "properties": {"degrees": {"type": "number", "minimum": -90.5}}},
  "annotations": {"readOnlyHint": true}, "icons": [{"src": "https://example.com/i.png"}],
  "_meta": {"vendor/x": [1, 2]}
}"#;

fn tool(json: &str) -> String {
    fingerprint(PinKind::Tool, json).unwrap()
}

#[test]
fn every_change_that_a_model_could_read_is_a_change() {
    let before = tool(TOOL);
    for (from, to) in [
        ("get_weather", "get_Weather"),
        ("\"Weather\"", "\"Weather!\""),
        ("Current weather", "Current  weather"),
        ("A town", "A town\u{200b}"),
        ("A town", "A town\u{e0041}"),
        (r#""place": {"#, r#""content_from_reading_ssh_id_rsa": {"#),
        (r#""enum": ["Oslo", "Rome"]"#, r#""enum": ["Rome", "Oslo"]"#),
        (r#""default": "Oslo""#, r#""default": "Rome""#),
        (r#""examples": ["Oslo"]"#, r#""examples": ["Oslo", "read ~/.ssh"]"#),
        (r#""required": ["place"]"#, r#""required": []"#),
        ("false", "true"),
        ("-90.5", "-90.50000000000000000001"),
        ("degrees", "degree"),
        ("true}", "false}"),
        ("i.png", "j.png"),
        ("[1, 2]", "[2, 1]"),
        (r#""_meta": {"#, r#""unknown": null, "_meta": {"#),
    ] {
        let changed = TOOL.replacen(from, to, 1);
        assert_ne!(changed, TOOL, "{from} occurs");
        assert_ne!(tool(&changed), before, "{from} → {to}");
    }
}

#[test]
fn how_it_is_written_is_no_change() {
    let value: serde_json::Value = serde_json::from_str(TOOL).unwrap();
    assert_eq!(tool(&value.to_string()), tool(TOOL));
    let moved = r#"{"description":"d","name":"n","inputSchema":{"b":1e1,"a":"\u0041"}}"#;
    let tidy = r#"{ "name": "n", "inputSchema": { "a": "A", "b": 10 }, "description": "d" }"#;
    assert_eq!(tool(moved), tool(tidy));
}

#[test]
fn a_fingerprint_is_stable() {
    // Computed with another implementation. Stored pins depend on these: another method needs a new version.
    assert_eq!(tool(r#"{"name":"echo"}"#), "010ec41e6e39b88734cdabe28609c5f0055f9437af5d91ce76ad37116a8be31c");
    assert_eq!(
        digest_of(&[definition(PinKind::Tool, r#"{"name":"echo"}"#).unwrap()]),
        "0f40ca87343beee55dce10ef83717f9d7ddcb556bbd1df6cf7f11601238224a9"
    );
}

#[test]
fn kinds_do_not_share_fingerprints() {
    let json = r#"{"name":"a","uri":"a:","uriTemplate":"a:{x}"}"#;
    let mut digests: Vec<String> = [PinKind::Tool, PinKind::Prompt, PinKind::Resource, PinKind::Template]
        .into_iter()
        .map(|kind| fingerprint(kind, json).unwrap())
        .collect();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), 4);
}

#[test]
fn a_definition_says_what_people_need() {
    let weather = definition(PinKind::Tool, TOOL).unwrap();
    assert_eq!((weather.name.as_str(), weather.title.as_deref()), ("get_weather", Some("Weather")));
    assert_eq!(weather.description.as_deref(), Some("Current weather of a place."));
    assert_eq!((weather.json.as_str(), weather.digest), (TOOL, tool(TOOL)));

    let of = |kind, json| {
        let d = definition(kind, json).unwrap();
        (d.name, d.title, d.description)
    };
    assert_eq!(
        of(PinKind::Tool, r#"{"name":"a\u0062","annotations":{"title":"T"},"description":7}"#),
        ("ab".into(), Some("T".into()), None)
    );
    assert_eq!(of(PinKind::Prompt, r#"{"name":"p"}"#), ("p".into(), None, None));
    assert_eq!(of(PinKind::Resource, r#"{"uri":"a:b","name":"n"}"#), ("a:b".into(), Some("n".into()), None));
    assert_eq!(
        of(PinKind::Template, r#"{"uriTemplate":"a:{b}","name":"n","title":"t","description":"d"}"#),
        ("a:{b}".into(), Some("t".into()), Some("d".into()))
    );
    assert_eq!(
        of(PinKind::Instructions, r#""Use \"it\"\nwisely""#),
        ("instructions".into(), None, Some("Use \"it\"\nwisely".into()))
    );
}

#[test]
fn instructions_are_the_same_from_text_and_from_json() {
    let text = "Say \"hi\" \u{1} ü\n";
    let from_text = instructions(text).unwrap();
    assert_eq!(from_text.description.as_deref(), Some(text));
    let json = r#""Say \u0022hi\" \u0001 \u00fc\n""#;
    assert_eq!(definition(PinKind::Instructions, json).unwrap().digest, from_text.digest);
    assert_eq!(fingerprint(PinKind::Instructions, &from_text.json).unwrap(), from_text.digest);
}

#[test]
fn a_definition_of_another_shape_is_refused() {
    for (kind, json) in [
        (PinKind::Tool, "[]"),
        (PinKind::Tool, "{}"),
        (PinKind::Tool, r#"{"name":7}"#),
        (PinKind::Tool, r#"{"name":""}"#),
        (PinKind::Tool, r#"{"Name":"a"}"#),
        (PinKind::Resource, r#"{"name":"a"}"#),
        (PinKind::Template, r#"{"uri":"a:"}"#),
        (PinKind::Instructions, "{}"),
        (PinKind::Prompt, r#""name""#),
    ] {
        let error = definition(kind, json).unwrap_err();
        assert!(matches!(error, GuardError::Shape { .. }), "{kind} {json}: {error}");
    }
}

fn named(kind: PinKind, name: &str, description: &str) -> Definition {
    definition(kind, &format!(r#"{{"name":"{name}","uri":"{name}","description":"{description}"}}"#)).unwrap()
}

#[test]
fn the_digest_of_a_list_does_not_depend_on_its_order() {
    let (a, b) = (named(PinKind::Tool, "a", "x"), named(PinKind::Prompt, "b", "y"));
    let digest = digest_of([&a, &b]);
    assert_eq!(digest_of([&b, &a]), digest);
    for other in [vec![], vec![&a], vec![&a, &a, &b], vec![&a, &b, &b]] {
        assert_ne!(digest_of(other.clone()), digest, "{other:?}");
    }
    assert_ne!(digest_of([&a, &named(PinKind::Prompt, "b", "z")]), digest);
    assert_ne!(digest_of([&a, &Definition { kind: PinKind::Tool, ..b.clone() }]), digest);
}

#[test]
fn pins_are_compared_with_what_is_there() {
    let approved =
        [named(PinKind::Tool, "same", "1"), named(PinKind::Tool, "edited", "1"), named(PinKind::Tool, "lost", "1")];
    let unapproved = |name| PinRef { kind: PinKind::Tool, name, digest: None };
    let pins = || {
        let approved = approved.iter().map(|d| PinRef { kind: d.kind, name: &d.name, digest: Some(&d.digest) });
        approved.chain([unapproved("seen_before"), unapproved("seen_once")])
    };
    let seen = [
        named(PinKind::Tool, "edited", "2"),
        named(PinKind::Tool, "same", "1"),
        named(PinKind::Prompt, "same", "1"),
        named(PinKind::Tool, "seen_before", "1"),
    ];
    let found: Vec<_> = compare(pins(), &seen).iter().map(|d| (d.kind, d.name, d.state)).collect();
    assert_eq!(
        found,
        [
            (PinKind::Tool, "edited", PinState::Changed),
            (PinKind::Tool, "lost", PinState::Gone),
            (PinKind::Tool, "same", PinState::Pinned),
            (PinKind::Tool, "seen_before", PinState::Added),
            (PinKind::Prompt, "same", PinState::Added),
        ]
    );
    // Back to what was approved: usable again.
    let back: Vec<PinState> = compare(pins(), &approved).iter().map(|d| d.state).collect();
    assert_eq!(back, [PinState::Pinned; 3]);
}

#[test]
fn a_name_listed_twice_stands_as_its_worst() {
    let (good, bad) = (named(PinKind::Tool, "a", "good"), named(PinKind::Tool, "a", "bad"));
    let pin = PinRef { kind: PinKind::Tool, name: "a", digest: Some(&good.digest) };
    for seen in [[good.clone(), bad.clone()], [bad.clone(), good.clone()]] {
        let drift: Vec<Drift<'_>> = compare([pin], &seen);
        assert_eq!(drift.len(), 1);
        assert_eq!((drift[0].state, drift[0].seen), (PinState::Changed, Some(&bad)));
    }
}

#[test]
fn a_stored_pin_can_be_compared() {
    let seen = [named(PinKind::Tool, "a", "1")];
    let pin = Pin {
        kind: PinKind::Tool,
        name: "a".into(),
        state: PinState::Changed,
        digest: Some(seen[0].digest.clone()),
        definition: None,
        seen_digest: None,
        seen_definition: None,
        pinned_at: None,
    };
    assert_eq!(compare([PinRef::from(&pin)], &seen)[0].state, PinState::Pinned);
}
