//! The directory through its public interface.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in helpers too")]

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use directory::{
    AuthFailure, Directory, KeyEntry, Keys, NoServer, People, Person, PinEntry, Pins, SealedHeader, ServerEntry,
    Servers, Snapshot, Why, Withheld,
};
use domain::{
    Effect, KeyId, NewRule, PinKind, PinState, Principal, Role, Rule, RuleScope, ServerId, ServerStatus, Transport,
    UserId, UserStatus,
};
use policy::{Groups, Known, Profile, RuleSet, Target};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
}

fn user(n: u32) -> UserId {
    format!("usr_{n:032x}").parse().unwrap()
}

fn server_id(n: u32) -> ServerId {
    format!("srv_{n:032x}").parse().unwrap()
}

fn key(n: u32) -> KeyId {
    format!("key_{n:032x}").parse().unwrap()
}

fn person(n: u32, status: UserStatus) -> Person {
    Person {
        id: user(n),
        email: format!("u{n}@example.com").parse().unwrap(),
        name: format!("Person {n}"),
        status,
        role: Role::User,
        groups: Groups::default(),
        profile: Profile::UNKNOWN.clone(),
    }
}

fn server(n: u32, slug: &str, status: ServerStatus) -> ServerEntry {
    ServerEntry {
        id: server_id(n),
        slug: slug.parse().unwrap(),
        name: slug.to_owned(),
        url: "https://example.com/mcp".into(),
        transport: Transport::StreamableHttp,
        status,
        allow_private: false,
        protocol: domain::ProtocolChoice::Auto,
        limits: domain::ServerLimits::default(),
        sealed_headers: vec![],
        pinned: false,
        pins: Arc::default(),
        revision: 1,
    }
}

fn rule(n: u32, effect: Effect, server: Option<u32>) -> Rule {
    let id = format!("rul_{n:032x}").parse().unwrap();
    NewRule::new(Principal::user(user(1)), effect, server.map(server_id)).into_rule(id, None, at(0))
}

fn rules(rules: &[Rule]) -> Arc<RuleSet> {
    Arc::new(RuleSet::compile(rules, None).unwrap())
}

/// Person 1 may use server 1 (active), 2 (disabled) and 3 (draft); server 4 (active) has no rule.
fn snapshot() -> Snapshot {
    Snapshot {
        generation: 1,
        servers: Arc::new(Servers::new([
            server(1, "open", ServerStatus::Active),
            server(2, "off", ServerStatus::Disabled),
            server(3, "draft", ServerStatus::Draft),
            server(4, "other", ServerStatus::Active),
        ])),
        people: Arc::new(People::new([
            person(1, UserStatus::Active),
            person(2, UserStatus::Suspended),
            person(3, UserStatus::Inactive),
        ])),
        keys: Arc::new(Keys::new([
            ([1; 32], KeyEntry { id: key(1), user: user(1), expires_at: None, revoked: false }),
            ([2; 32], KeyEntry { id: key(2), user: user(2), expires_at: None, revoked: false }),
            ([3; 32], KeyEntry { id: key(3), user: user(3), expires_at: None, revoked: false }),
            ([4; 32], KeyEntry { id: key(4), user: user(1), expires_at: Some(at(10)), revoked: false }),
            ([7; 32], KeyEntry { id: key(7), user: user(1), expires_at: Some(at(10)), revoked: true }),
            ([5; 32], KeyEntry { id: key(5), user: user(99), expires_at: None, revoked: false }),
        ])),
        rules: rules(&[
            rule(1, Effect::Allow, Some(1)),
            rule(2, Effect::Allow, Some(2)),
            rule(3, Effect::Allow, Some(3)),
        ]),
    }
}

#[test]
fn a_key_says_who_calls() {
    let snapshot = snapshot();
    let caller = snapshot.authenticate(&[1; 32], at(0)).unwrap();
    assert_eq!((caller.person.id, caller.key), (user(1), key(1)));

    let unknown = snapshot.authenticate(&[9; 32], at(0)).unwrap_err();
    assert!(matches!(unknown, AuthFailure::Unknown) && unknown.person().is_none() && unknown.key().is_none());
    assert!(matches!(snapshot.authenticate(&[5; 32], at(0)), Err(AuthFailure::Unknown)), "its owner is gone");
    let revoked = snapshot.authenticate(&[7; 32], at(0)).expect_err("revoked");
    assert!(matches!(revoked, AuthFailure::Revoked { .. }) && revoked.key() == Some(key(7)), "{revoked}");
    assert!(revoked.person().is_some_and(|person| person.id == user(1)), "whose it was is known");
    for (secret, who) in [([2; 32], 2), ([3; 32], 3)] {
        let refused = snapshot.authenticate(&secret, at(0)).unwrap_err();
        assert!(matches!(refused, AuthFailure::Inactive { .. }), "{refused}");
        assert_eq!((refused.person().map(|p| p.id), refused.key()), (Some(user(who)), Some(key(who))));
    }
    assert!(snapshot.authenticate(&[4; 32], at(9)).is_ok());
    for seconds in [10, 11] {
        let refused = snapshot.authenticate(&[4; 32], at(seconds)).unwrap_err();
        assert!(matches!(refused, AuthFailure::Expired { .. }), "{refused}");
        assert_eq!(refused.key(), Some(key(4)));
    }
}

#[test]
fn a_server_without_a_rule_looks_as_if_it_did_not_exist() {
    let snapshot = snapshot();
    let caller = person(1, UserStatus::Active);
    assert_eq!(snapshot.server_for("open", &caller, at(0)).unwrap().id, server_id(1));
    let unknown = snapshot.server_for("nowhere", &caller, at(0)).unwrap_err();
    let hidden = snapshot.server_for("other", &caller, at(0)).unwrap_err();
    assert!(matches!(unknown, NoServer::Unknown));
    assert_eq!(unknown.to_string(), hidden.to_string());
    let NoServer::Hidden { server, access } = hidden else { panic!("{hidden:?}") };
    assert_eq!((server.id, &access.why), (server_id(4), &Why::NoRule), "the audit log may know");

    assert!(snapshot.server_for("off", &caller, at(0)).is_ok(), "those with access learn that it is disabled");
    let draft = snapshot.server_for("draft", &caller, at(0)).unwrap_err();
    assert!(matches!(&draft, NoServer::Hidden { access, .. } if access.why == Why::ServerInactive), "{draft:?}");
    assert!(snapshot.server_for("open", &person(7, UserStatus::Active), at(0)).is_err());
    let visible: Vec<_> = snapshot.visible(&caller, at(0)).map(|s| s.id).collect();
    assert_eq!(visible, [server_id(1)]);
}

#[test]
fn access_needs_person_rule_and_server() {
    let mut snapshot = snapshot();
    snapshot.rules = rules(&[
        rule(1, Effect::Allow, Some(1)),
        rule(2, Effect::Allow, Some(2)),
        Rule { scope: RuleScope::tools(["rm_*".to_owned()]), ..rule(4, Effect::Deny, None) },
    ]);
    let ask = |who: &Person, id: u32, target: Target<'_>| {
        let server = Arc::clone(snapshot.servers.get(server_id(id)).unwrap());
        let access = snapshot.authorize(who, &server, target, at(0), Known::Person);
        assert_eq!(access.is_allowed(), access.why == Why::Allowed);
        (access.why, access.rules.iter().map(ToString::to_string).map(|id| id.ends_with("04")).collect::<Vec<_>>())
    };
    let caller = person(1, UserStatus::Active);
    assert_eq!(ask(&caller, 1, Target::Tool("echo")), (Why::Allowed, vec![false]));
    assert_eq!(ask(&caller, 1, Target::Tool("rm_all")), (Why::DeniedByRule, vec![true]));
    assert_eq!(ask(&caller, 2, Target::Tool("echo")), (Why::ServerInactive, vec![false]));
    assert_eq!(ask(&caller, 2, Target::Tool("rm_all")), (Why::DeniedByRule, vec![true]), "the rule comes first");
    assert_eq!(ask(&caller, 4, Target::Tool("echo")), (Why::NoRule, vec![]));
    for status in [UserStatus::Suspended, UserStatus::Inactive] {
        assert_eq!(ask(&person(1, status), 1, Target::Tool("echo")), (Why::PersonInactive, vec![]));
    }
}

#[test]
fn what_is_not_as_approved_is_withheld() {
    let mut snapshot = snapshot();
    let pin = |kind, name: &str, state, digest: Option<&str>| {
        (kind, name.to_owned(), PinEntry { state, digest: digest.map(str::to_owned) })
    };
    let pins = Pins::new([
        pin(PinKind::Tool, "good", PinState::Pinned, Some("d1")),
        pin(PinKind::Tool, "changed", PinState::Changed, Some("d2")),
        pin(PinKind::Tool, "added", PinState::Added, None),
        pin(PinKind::Tool, "gone", PinState::Gone, Some("d3")),
        pin(PinKind::Prompt, "good_prompt", PinState::Pinned, Some("d4")),
        pin(PinKind::Resource, "a:changed", PinState::Changed, Some("d5")),
        pin(PinKind::Resource, "a:added", PinState::Added, None),
        pin(PinKind::Template, "a:{x}", PinState::Pinned, Some("d6")),
    ]);
    assert_eq!((pins.len(), pins.iter().count(), pins.is_empty()), (8, 8, false));
    assert!(pins.approves(PinKind::Tool, "changed", "d2"), "what was approved, if the server shows it again");
    assert!(!pins.approves(PinKind::Tool, "changed", "d9"));
    assert!(!pins.approves(PinKind::Tool, "added", ""));
    assert!(!pins.approves(PinKind::Prompt, "good", "d1"));
    let entry = ServerEntry { pinned: true, pins: Arc::new(pins), ..server(1, "open", ServerStatus::Active) };
    let unpinned = ServerEntry { pinned: false, ..entry.clone() };
    snapshot.servers = Arc::new(snapshot.servers.with(entry.clone()));
    let caller = person(1, UserStatus::Active);
    for (target, withheld) in [
        (Target::Tool("good"), None),
        (Target::Tool("changed"), Some(Withheld::Changed)),
        (Target::Tool("added"), Some(Withheld::Added)),
        (Target::Tool("gone"), Some(Withheld::Gone)),
        (Target::Tool("new"), Some(Withheld::Unpinned)),
        (Target::Tool("good_prompt"), Some(Withheld::Unpinned)),
        (Target::Prompt("good_prompt"), None),
        (Target::Prompt("good"), Some(Withheld::Unpinned)),
        (Target::Template("a:{x}"), None),
        (Target::Template("a:{y}"), Some(Withheld::Unpinned)),
        (Target::Resource("a:changed"), Some(Withheld::Changed)),
        (Target::Resource("a:added"), None),
        (Target::Resource("a:other"), None),
        (Target::Server, None),
    ] {
        let access = snapshot.authorize(&caller, &entry, target, at(0), Known::Person);
        assert_eq!(access.why, withheld.map_or(Why::Allowed, Why::Withheld), "{target:?}");
        assert_eq!(access.is_allowed(), withheld.is_none(), "{target:?}");
        assert_eq!(access.rules.len(), 1, "the rule that would allow it: {target:?}");
        // Nothing was approved yet, so nothing can be withheld.
        assert!(snapshot.authorize(&caller, &unpinned, target, at(0), Known::Person).is_allowed(), "{target:?}");
    }
}

#[test]
fn parts_are_replaced_one_by_one() {
    let before = snapshot();
    let renamed = ServerEntry { revision: 2, ..server(1, "renamed", ServerStatus::Active) };
    let servers = before.servers.with(renamed);
    assert_eq!(servers.len(), 4);
    assert!(servers.by_slug("open").is_none(), "the old slug is free");
    assert_eq!(servers.by_slug("renamed").map(|s| (s.id, s.revision)), Some((server_id(1), 2)));
    assert!(Arc::ptr_eq(servers.get(server_id(2)).unwrap(), before.servers.get(server_id(2)).unwrap()));
    let taken = servers.with(server(5, "renamed", ServerStatus::Active));
    assert_eq!(taken.by_slug("renamed").map(|s| s.id), Some(server_id(5)));
    assert!(taken.get(server_id(1)).is_none());
    let fewer = servers.without(server_id(1));
    assert_eq!((fewer.len(), fewer.by_slug("renamed").is_none()), (3, true));
    assert!(before.servers.by_slug("open").is_some(), "an older state does not change");

    let people = before.people.with(person(1, UserStatus::Suspended)).without(user(2));
    assert_eq!(people.len(), 2);
    assert_eq!(people.get(user(1)).map(|p| p.status), Some(UserStatus::Suspended));

    let keys = before
        .keys
        .with([6; 32], KeyEntry { id: key(6), user: user(1), expires_at: None, revoked: false })
        .without(key(1));
    assert_eq!(keys.len(), 6);
    assert!(keys.get(&[6; 32]).is_some() && keys.get(&[1; 32]).is_none());
    let valid = |keys: &Keys, now: i64| [1, 4, 6, 7].map(|id| keys.is_valid(key(id), at(now)));
    assert_eq!(valid(&before.keys, 9), [true, true, false, false], "6 is not there yet, 7 is revoked");
    assert_eq!(valid(&keys, 9), [false, true, true, false]);
    assert_eq!(valid(&keys, 10), [false, false, true, false], "4 has expired");
}

#[test]
fn the_newest_generation_wins() {
    let directory = Directory::empty();
    let other = directory.clone();
    assert_eq!(directory.generation(), 0);
    assert!(directory.load().authenticate(&[1; 32], at(0)).is_err());
    let held = other.load();
    assert!(directory.publish(Snapshot { generation: 5, ..snapshot() }));
    assert_eq!(other.generation(), 5);
    assert_eq!(held.generation, 0, "a call keeps the state it began with");
    for late in [4, 5] {
        assert!(!directory.publish(Snapshot { generation: late, ..Snapshot::default() }));
        assert!(directory.load().authenticate(&[1; 32], at(0)).is_ok());
    }
    let best = std::thread::scope(|scope| {
        for generation in 6..14 {
            let directory = directory.clone();
            scope.spawn(move || directory.publish(Snapshot { generation, ..Snapshot::default() }));
        }
        13
    });
    assert_eq!(directory.generation(), best);
}

#[test]
fn sealed_values_do_not_show_in_debug() {
    let header = SealedHeader { name: "Authorization".into(), context: "c".into(), sealed: b"hunter2".to_vec() };
    let entry = ServerEntry { sealed_headers: vec![header], ..server(1, "open", ServerStatus::Active) };
    let shown = format!("{entry:?}");
    assert!(shown.contains("Authorization") && !shown.contains("104, 117"), "{shown}");
}
