//! What conditions mean, monitor mode, attributes and parts.

use domain::{
    Decision, Effect, Names, PersonAttribute, Principal, PrincipalKind, Rule, RuleMode, RuleScope, TestOutcome,
};
use policy::{AuthMethod, Groups, Known, Profile, Query, Reason, RequestFacts, RuleSet, SubjectRef, Target, tried};

use crate::make::{ask, ask_as, at, call, call_as, group, list, rule, server, user, when};

fn allow() -> Rule {
    rule(1, Principal::everyone(), Effect::Allow, Some(server(1)))
}

fn deny_if(conditions: &str) -> Rule {
    Rule { conditions: when(conditions), ..rule(2, Principal::everyone(), Effect::Deny, Some(server(1))) }
}

fn allow_if(conditions: &str) -> Rule {
    Rule { conditions: when(conditions), ..allow() }
}

fn compile(rules: &[Rule]) -> RuleSet {
    RuleSet::compile(rules, None).unwrap()
}

/// Whether a rule with the condition covers a call with these arguments: as an allow, and as a deny.
fn covers(conditions: &str, arguments: &str) -> (bool, bool) {
    let facts = RequestFacts::default();
    let allows = call(&compile(&[allow_if(conditions)]), &facts, arguments).is_allowed();
    let denies = !call(&compile(&[allow(), deny_if(conditions)]), &facts, arguments).is_allowed();
    (allows, denies)
}

#[test]
fn arguments_decide() {
    for (conditions, arguments, met) in [
        ("payload.table equals salaries", r#"{"table":"salaries"}"#, true),
        ("payload.table equals salaries", r#"{"table":"Salaries"}"#, false),
        ("payload.table not_equals salaries", r#"{"table":"orders"}"#, true),
        ("payload.table in a, b", r#"{"table":"b"}"#, true),
        ("payload.table not_in a, b", r#"{"table":"b"}"#, false),
        ("payload.tables contains b", r#"{"tables":["a","b"]}"#, true),
        ("payload.sql contains DROP", r#"{"sql":"x DROP y"}"#, true),
        ("payload.sql not_contains *", r#"{"sql":"count(*)"}"#, false),
        ("payload.a matches x*z", r#"{"a":"xyz"}"#, true),
        ("payload.n less 5", r#"{"n":4.9999}"#, true),
        ("payload.n greater_or_equal 5", r#"{"n":5.0}"#, true),
        ("payload.n equals 5", r#"{"n":5e0}"#, true),
        ("payload.force equals true", r#"{"force":true}"#, true),
        ("payload.o.l.1 equals x", r#"{"o":{"l":["a","x"]}}"#, true),
        ("payload.ip in_ip_range 10.0.0.0/8", r#"{"ip":"10.9.9.9"}"#, true),
        ("payload.path within_path /srv/data", r#"{"path":"/srv/data/../etc"}"#, false),
        ("payload.path within_path /srv/data", r#"{"path":"/srv/data/x"}"#, true),
        ("payload.path not_within_path /srv/data", r#"{"path":"/srv/database"}"#, true),
        ("payload.x exists", r#"{"x":{}}"#, true),
        ("payload.x exists", r#"{"x":null}"#, false),
        ("payload.x not_exists", "{}", true),
        ("none:\n  payload.x equals a\n  payload.y equals b", r#"{"x":"b"}"#, true),
        ("any:\n  payload.x equals a\n  payload.y equals b", r#"{"y":"b"}"#, true),
        ("payload.x equals a\npayload.y equals b", r#"{"y":"b"}"#, false),
    ] {
        assert_eq!(covers(conditions, arguments), (met, met), "{conditions} {arguments}");
    }
}

#[test]
fn what_is_missing_meets_nothing_and_a_wrong_type_counts_against_the_caller() {
    for conditions in ["payload.table equals x", "payload.table not_equals x", "payload.table not_in x, y"] {
        for arguments in ["{}", r#"{"table":null}"#] {
            assert_eq!(covers(conditions, arguments), (false, false), "{conditions} {arguments}");
        }
        for arguments in [
            r#"{"table":7}"#,
            r#"{"table":{"__entity":{"type":"User","id":"usr_1"}}}"#,
            r#"{"table":["x"]}"#,
            r#"{"table":true}"#,
        ] {
            if conditions.contains("_in") && arguments.contains('[') {
                continue;
            }
            assert_eq!(covers(conditions, arguments), (false, true), "{conditions} {arguments}");
        }
    }
    for huge in [r#"{"n":123456789012345678901234567890}"#, r#"{"n":1e400}"#, r#"{"n":0.00001}"#, r#"{"n":"5"}"#] {
        assert_eq!(covers("payload.n less 10", huge), (false, true), "{huge}");
        // Inside a group none of which may be met it is the other way round.
        assert_eq!(covers("none:\n  payload.n less 10", huge), (false, true), "{huge}");
    }
    // A path that hides where it leads.
    assert_eq!(covers("payload.p within_path /srv", r#"{"p":"/srv/%2e%2e/etc"}"#), (false, true));
}

#[test]
fn the_request_and_the_person_decide() {
    let facts = RequestFacts {
        ip: Some("::ffff:10.1.2.3".parse().unwrap()),
        client_name: Some("Claude".into()),
        client_version: Some("1.2".into()),
        method: Some(AuthMethod::ApiKey),
        mfa: Some(false),
        user_verified: Some(true),
        scopes: Some(vec!["read".into()]),
        labels: Some(vec!["red".into()]),
    };
    let profile = Profile {
        department: "Sales".into(),
        email: "ann@example.com".into(),
        groups: vec!["Ops".into()],
        job_roles: vec!["Lead".into()],
        ..Profile::UNKNOWN.clone()
    };
    for (conditions, met) in [
        ("meta.request.ip in_ip_range 10.0.0.0/8", true),
        ("meta.request.ip not_in_ip_range 10.0.0.0/8, ::/0", false),
        ("meta.request.ip equals 10.1.2.3", true),
        ("meta.client.name in Claude, Cursor", true),
        ("meta.client.version begins_with 1.", true),
        ("meta.auth.method equals api_key", true),
        ("meta.auth.mfa equals false", true),
        ("meta.oauth.user_verified equals true", true),
        ("meta.oauth.scopes contains write", false),
        ("session.labels in red, blue", true),
        ("subject.department equals Sales", true),
        ("subject.team exists", false),
        ("subject.email ends_with @example.com", true),
        ("subject.role equals user", true),
        ("subject.groups contains Ops", true),
        ("subject.job_roles in Lead", true),
        // 2027-01-15 08:00 UTC, a Friday.
        ("meta.request.time between_times Fri 09:00-10:00 Europe/Berlin", true),
        ("meta.request.time not_between_times Mon-Thu 00:00-24:00", true),
    ] {
        let verdict = call_as(&compile(&[allow_if(conditions)]), &profile, &facts, "{}");
        assert_eq!(verdict.is_allowed(), met, "{conditions}");
        // Nothing of a request is known.
        let nothing = call(&compile(&[allow_if(conditions)]), &RequestFacts::default(), "{}");
        let always = conditions.contains("time") || conditions.contains("role equals");
        assert_eq!(nothing.is_allowed(), always && met, "{conditions}");
    }
}

#[test]
fn what_is_not_known_yet_counts_for_the_caller() {
    let facts = RequestFacts { client_name: Some("Claude".into()), ..RequestFacts::default() };
    let ask = |set: &RuleSet, known: Known<'_>| {
        let subject = SubjectRef { user: user(1), groups: Groups::NONE, profile: Profile::UNKNOWN };
        set.decide(&Query { subject, server: server(1), target: Target::Tool("echo"), now: at(0), known }).is_allowed()
    };
    let levels = [Known::Person, Known::Request(&facts), Known::Call(&facts, Some("{}"))];
    let allowed = |rules: &[Rule]| levels.map(|known| ask(&compile(rules), known));
    assert_eq!(allowed(&[allow_if("payload.x exists")]), [true, true, false]);
    assert_eq!(allowed(&[allow(), deny_if("payload.x not_exists")]), [true, true, false]);
    assert_eq!(allowed(&[allow_if("meta.client.name equals Cursor")]), [true, false, false]);
    assert_eq!(
        allowed(&[allow_if("none:\n  meta.client.name equals Claude\n  payload.x exists")]),
        [true, false, false]
    );
    assert_eq!(allowed(&[allow_if("subject.team equals a")]), [false, false, false]);
    let clauses = Rule { cedar: Some("when { context.present.contains(\"payload.x\") }".into()), ..allow() };
    assert_eq!(allowed(&[clauses]), [true, true, false]);
    let clauses = Rule {
        cedar: Some("unless { context.present.contains(\"payload.x\") }".into()),
        ..deny_if("payload.x not_exists")
    };
    assert_eq!(allowed(&[allow(), clauses]), [true, true, false]);
}

#[test]
fn clauses_of_experts_decide() {
    let clauses = r#"when { context.text.hasTag("payload.a") && context.text.getTag("payload.a") like "x*" }
        unless { principal.department == "Sales" }"#;
    let set = compile(&[Rule { cedar: Some(clauses.into()), ..allow() }]);
    let facts = RequestFacts::default();
    assert!(call(&set, &facts, r#"{"a":"xy"}"#).is_allowed());
    assert!(!call(&set, &facts, r#"{"a":"y"}"#).is_allowed());
    let sales = Profile { department: "Sales".into(), ..Profile::UNKNOWN.clone() };
    assert!(!call_as(&set, &sales, &facts, r#"{"a":"xy"}"#).is_allowed());

    let clauses = format!("when {{ principal in Group::\"{}\" }}", group(5));
    let set = compile(&[Rule { cedar: Some(clauses), ..allow() }]);
    assert!(ask_as(&set, 1, &Groups::new([group(5)]), Target::Tool("echo"), at(0)).is_allowed());
    assert!(!ask(&set, Target::Tool("echo")).is_allowed());
}

#[test]
fn a_rule_names_several_people_servers_attributes_and_parts() {
    let two = Principal::named(PrincipalKind::User, vec![user(1).to_string(), user(3).to_string()]);
    let set = compile(&[Rule { servers: vec![server(1), server(2), server(1)], ..rule(1, two, Effect::Allow, None) }]);
    let allowed = |who| ask_as(&set, who, &Groups::default(), Target::Tool("echo"), at(0)).is_allowed();
    assert_eq!([1, 2, 3].map(allowed), [true, false, true]);

    let sales = Principal::attribute(PersonAttribute::Department, vec!["Sales".into(), "Ops".into()]);
    let set = compile(&[rule(1, sales, Effect::Allow, Some(server(1)))]);
    for (department, allowed) in [("Sales", true), ("Ops", true), ("sales", false), ("", false), ("Sales", true)] {
        let profile = Profile { department: department.into(), ..Profile::UNKNOWN.clone() };
        assert_eq!(call_as(&set, &profile, &RequestFacts::default(), "{}").is_allowed(), allowed, "{department}");
    }

    let names = Names { tools: vec![], resources: vec!["file:///srv/*".into()], prompts: vec!["greet".into()] };
    let set = compile(&[Rule { scope: RuleScope::Named(names), ..allow() }]);
    for (target, allowed) in [
        (Target::Resource("file:///srv/x"), true),
        (Target::Template("file:///srv/{name}"), true),
        (Target::Resource("file:///etc"), false),
        (Target::Prompt("greet"), true),
        (Target::Prompt("file:///srv/x"), false),
        (Target::Tool("greet"), false),
        (Target::Server, true),
    ] {
        assert_eq!(ask(&set, target).is_allowed(), allowed, "{target:?}");
    }
}

#[test]
fn a_rule_in_monitor_mode_decides_nothing_and_tells_what_it_would() {
    let watch = |rule: Rule| Rule { mode: RuleMode::Monitor, ..rule };
    let facts = RequestFacts::default();
    let set = compile(&[allow(), watch(deny_if("payload.table equals salaries"))]);
    let verdict = call(&set, &facts, r#"{"table":"salaries"}"#);
    assert!(verdict.is_allowed());
    let would = verdict.would.unwrap();
    assert_eq!((would.decision, would.rules.len()), (Decision::Deny, 1));
    assert_eq!(call(&set, &facts, r#"{"table":"orders"}"#).would, None);

    let set = compile(&[watch(Rule { scope: list(&["echo"]), ..allow() })]);
    let verdict = call(&set, &facts, "{}");
    assert_eq!((verdict.decision, &verdict.reason), (Decision::Deny, &Reason::NoRule));
    assert_eq!(verdict.would.unwrap().decision, Decision::Allow);
    assert!(!ask(&set, Target::Server).is_allowed());
}

#[test]
fn values_are_remembered_apart() {
    let set = compile(&[allow_if("payload.a equals x")]);
    let facts = RequestFacts::default();
    for _ in 0..2 {
        assert!(call(&set, &facts, r#"{"a":"x"}"#).is_allowed());
        assert!(!call(&set, &facts, r#"{"a":"y"}"#).is_allowed());
        assert!(!call(&set, &facts, r#"{"b":"x"}"#).is_allowed());
        assert!(!call(&set, &facts, r#"{"a":["x"]}"#).is_allowed());
    }
}

#[test]
fn every_condition_of_a_rule_is_told() {
    let rule = allow_if("payload.a equals x\npayload.b less 5\npayload.c exists\nmeta.client.name equals Claude");
    let facts = RequestFacts { client_name: Some("Claude".into()), ..RequestFacts::default() };
    let subject = SubjectRef { user: user(1), groups: Groups::NONE, profile: Profile::UNKNOWN };
    let query = Query {
        subject,
        server: server(1),
        target: Target::Tool("echo"),
        now: at(0),
        known: Known::Call(&facts, Some(r#"{"a":"y","b":"5"}"#)),
    };
    let told: Vec<_> = tried(&rule, &query).into_iter().map(|t| (t.path, t.wanted, t.found, t.outcome)).collect();
    let line = |path: &str, wanted: &str, found: &str, outcome| (path.into(), wanted.into(), found.into(), outcome);
    assert_eq!(
        told,
        [
            line("payload.a", "\"x\"", "\"y\"", TestOutcome::NotMet),
            line("payload.b", "5", "\"5\"", TestOutcome::WrongType),
            line("payload.c", "", "", TestOutcome::NotMet),
            line("meta.client.name", "\"Claude\"", "\"Claude\"", TestOutcome::Met),
        ]
    );
    let before = tried(&rule, &Query { known: Known::Person, ..query });
    assert!(before.iter().all(|test| test.outcome == TestOutcome::Unknown));
}
