//! What people see and enter.

use std::str::FromStr;

use cedar_policy::{PolicySet, Schema, ValidationMode, Validator};
use domain::{Effect, Names, PersonAttribute, Principal, PrincipalKind, Rule, RuleScope};
use policy::{MAX_NAME_BYTES, MAX_NAMES, MAX_NOTES_CHARS, MAX_PATTERNS, RuleSet, SCHEMA, cedar_text, check_rule};

use crate::make::{at, entered, group, list, rule, server, user, when};

#[test]
fn a_rule_reads_as_cedar() {
    let text = cedar_text(&Rule {
        scope: list(&["echo", "write_*", r#"odd"name"#]),
        starts_at: Some(at(0)),
        ends_at: Some(at(60)),
        ..rule(1, Principal::group(group(2)), Effect::Allow, Some(server(3)))
    });
    let expected = r#"@id("rul_00000000000000000000000000000001")
@starts_at("2027-01-15T08:00:00Z")
@ends_at("2027-01-15T08:01:00Z")
permit (
  principal in Group::"grp_00000000000000000000000000000002",
  action in [Action::"connect", Action::"call_tool"],
  resource == Server::"srv_00000000000000000000000000000003"
)
when {
  action == Action::"connect" ||
  action == Action::"call_tool" && ((["echo", "odd\"name"].contains(context.tool)) || (context.tool like "write_*"))
}
when {
  context.now >= 1800000000000000 &&
  context.now < 1800000060000000
};
"#;
    assert_eq!(text, expected);
    let global = cedar_text(&rule(1, Principal::everyone(), Effect::Deny, None));
    assert_eq!(
        global,
        "@id(\"rul_00000000000000000000000000000001\")\nforbid (\n  principal,\n  action,\n  resource\n);\n"
    );
}

#[test]
fn every_kind_of_rule_is_valid_against_the_schema() {
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA).unwrap();
    let validator = Validator::new(schema);
    let mut checked = 0;
    let several = Principal::named(PrincipalKind::User, vec![user(1).to_string(), user(2).to_string()]);
    let sales = Principal::attribute(PersonAttribute::Department, vec!["Sales".into(), "R&D \"x\"".into()]);
    let parts = Names { tools: vec!["a".into()], resources: vec!["r*".into(), "r".into()], prompts: vec!["p".into()] };
    for principal in [
        Principal::everyone(),
        Principal::user(user(1)),
        Principal::group(group(1)),
        Principal::job_role(group(1)),
        several,
        sales,
    ] {
        for effect in [Effect::Allow, Effect::Deny] {
            for servers in [vec![server(1)], vec![server(1), server(2)], vec![]] {
                for tools in [
                    RuleScope::All,
                    list(&["echo"]),
                    list(&["a*"]),
                    list(&["echo", "a*", "*b"]),
                    RuleScope::Named(parts.clone()),
                ] {
                    for (starts_at, ends_at) in [(None, None), (Some(at(0)), Some(at(1)))] {
                        let rule = Rule {
                            scope: tools.clone(),
                            starts_at,
                            ends_at,
                            servers: servers.clone(),
                            ..rule(1, principal.clone(), effect, None)
                        };
                        let text = cedar_text(&rule);
                        let set = PolicySet::from_str(&text).unwrap();
                        let result = validator.validate(&set, ValidationMode::Strict);
                        assert!(result.validation_passed(), "{text}\n{result}");
                        checked += 1;
                    }
                }
            }
        }
    }
    assert_eq!(checked, 6 * 2 * 3 * 5 * 2);
}

/// The fields that are refused.
fn refused(rule: Rule) -> Vec<String> {
    check_rule(&entered(rule)).err().unwrap_or_default().into_iter().map(|e| e.field).collect()
}

#[test]
fn the_form_names_every_wrong_field() {
    let good = rule(1, Principal::everyone(), Effect::Allow, Some(server(1)));
    assert_eq!(refused(good.clone()), Vec::<String>::new());
    let wrong = Rule {
        principal: Principal::named(PrincipalKind::User, vec![]),
        servers: vec![],
        scope: list(&[]),
        starts_at: Some(at(1)),
        ends_at: Some(at(1)),
        notes: "x".repeat(MAX_NOTES_CHARS + 1),
        ..good.clone()
    };
    assert_eq!(refused(wrong), ["principal", "effect", "scope", "ends_at", "notes"]);

    for principal in [
        Principal::named(PrincipalKind::Everyone, vec![user(1).to_string()]),
        Principal::named(PrincipalKind::Group, vec![user(1).to_string()]),
        Principal::named(PrincipalKind::Group, vec![]),
        Principal::named(PrincipalKind::User, vec!["usr_1".into()]),
    ] {
        assert_eq!(refused(Rule { principal: principal.clone(), ..good.clone() }), ["principal"], "{principal:?}");
    }
    let long = "x".repeat(MAX_NAME_BYTES + 1);
    for name in ["", " a", "a ", "a\nb", "a\u{7}b", &long] {
        assert_eq!(refused(Rule { scope: list(&[name]), ..good.clone() }), ["scope"], "{name:?}");
    }
    let many = |n: usize, star: &str| RuleScope::tools((0..n).map(|i| format!("tool_{i}{star}")));
    assert_eq!(refused(Rule { scope: many(MAX_NAMES + 1, ""), ..good.clone() }), ["scope"]);
    assert_eq!(refused(Rule { scope: many(MAX_PATTERNS + 1, "*"), ..good.clone() }), ["scope"]);
}

#[test]
fn the_largest_rule_compiles_and_decides() {
    use crate::make::ask;
    use policy::Target;
    let names = (0..MAX_NAMES - MAX_PATTERNS).map(|i| format!("tool_{i}"));
    let patterns = (0..MAX_PATTERNS).map(|i| format!("p{i}_*"));
    let rule = Rule {
        scope: RuleScope::tools(names.chain(patterns)),
        ..rule(1, Principal::everyone(), Effect::Allow, Some(server(1)))
    };
    assert_eq!(refused(rule.clone()), Vec::<String>::new());
    let set = RuleSet::compile([&rule], None).unwrap();
    assert!(ask(&set, Target::Tool("tool_7")).is_allowed());
    assert!(ask(&set, Target::Tool(&format!("p{}_x", MAX_PATTERNS - 1))).is_allowed());
    assert!(!ask(&set, Target::Tool("tool_x")).is_allowed());
}

/// A condition for each operator, and groups of them.
const CONDITIONS: &str = r#"payload.a equals "x\"*"
payload.a equals 5
payload.a not_equals true
payload.a in ["a", 1.5, false]
payload.a not_in ["a"]
payload.a contains "x*y"
payload.a not_contains 5
payload.a begins_with "a"
payload.a not_begins_with "*"
payload.a ends_with "a"
payload.a not_ends_with "a"
payload.a matches "a*b\"c"
payload.a not_matches "a"
payload.a less 1
payload.a less_or_equal -1.25
payload.a greater 1
payload.a greater_or_equal 1e3
meta.request.ip in_ip_range ["10.0.0.0/8", "2001:db8::/32"]
payload.ip not_in_ip_range "192.0.2.1"
payload.a exists
payload.a not_exists
meta.request.time between_times "Mon-Fri 08:00-18:00 Europe/Berlin"
meta.request.time not_between_times "22:00-06:00"
payload.path within_path "/srv/data"
payload.path not_within_path "/"
subject.groups contains "Ops"
meta.oauth.scopes in ["a", "b"]"#;

#[test]
fn every_condition_is_valid_against_the_schema() {
    let all = format!("  {}\n", CONDITIONS.replace('\n', "\n  "));
    let groups = format!("any:\n{all}none:\n{all}all:\n{all}");
    for operator in domain::Operator::ALL {
        assert!(CONDITIONS.contains(&format!(" {operator}")), "{operator} is not tried");
    }
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA).unwrap();
    let validator = Validator::new(schema);
    for conditions in CONDITIONS.lines().chain([&*groups]).take(28) {
        for effect in [Effect::Allow, Effect::Deny] {
            for scope in [RuleScope::All, list(&["a", "b*"])] {
                let rule = Rule {
                    conditions: when(conditions),
                    scope,
                    ..rule(1, Principal::everyone(), effect, Some(server(1)))
                };
                let text = cedar_text(&rule);
                let result = validator.validate(&PolicySet::from_str(&text).unwrap(), ValidationMode::Strict);
                assert!(result.validation_passed(), "{text}\n{result}");
            }
        }
    }
}

#[test]
fn a_condition_that_makes_no_sense_is_refused_in_its_field() {
    let good = rule(1, Principal::everyone(), Effect::Allow, Some(server(1)));
    for (wrong, said) in [
        ("table equals x", "is not a path"),
        ("payload. equals x", "empty"),
        ("payload.x less a", "compare with a number"),
        ("payload.x less 1e300", "too large"),
        ("payload.x equals 0.00001", "too fine"),
        ("payload.x begins_with", "missing"),
        ("payload.x exists 5", "leave the value out"),
        ("payload.x in []", "empty"),
        ("payload.x in_ip_range 10.0.0.0/99", "write ranges"),
        ("payload.x between_times 08:00-09:00", "only `meta.request.time`"),
        ("meta.request.time between_times 8-9", "no span of hours"),
        ("meta.request.time equals x", "between_times"),
        ("payload.x within_path ../x", "write a path"),
        (r#"{"any":[]}"#, "empty"),
        (
            r#"{"all":[{"all":[{"all":[{"all":[{"all":[{"all":[{"all":[{"path":"payload.x","operator":"exists"}]}]}]}]}]}]}]}"#,
            "deep",
        ),
    ] {
        let entered = entered(Rule { conditions: when(wrong), ..good.clone() });
        let errors = check_rule(&entered).unwrap_err();
        assert_eq!(errors.len(), 1, "{wrong}: {errors:?}");
        assert_eq!(errors[0].field, "conditions");
        assert!(errors[0].why.contains(said), "{wrong}: {}", errors[0].why);
    }
    let many = (0..=policy::MAX_TESTS).map(|n| format!("payload.a{n} exists")).collect::<Vec<_>>().join("\n");
    assert_eq!(refused(Rule { conditions: when(&many), ..good }), ["conditions"]);
}

#[test]
fn clauses_of_experts_are_checked_in_their_place() {
    let refused = |cedar: &str| {
        let rule = Rule { cedar: Some(cedar.into()), ..rule(1, Principal::everyone(), Effect::Deny, Some(server(1))) };
        let errors = check_rule(&entered(rule)).err().unwrap_or_default();
        errors.into_iter().map(|error| format!("{}: {}", error.field, error.why)).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(refused(r#"when { context.text.hasTag("payload.a") && context.text.getTag("payload.a") == "x" }"#), "");
    assert_eq!(refused("unless { principal in Group::\"x\" } // why"), "");
    for (cedar, said) in [
        ("", "begin with `when {`"),
        ("permit(principal, action, resource);", "begin with `when {`"),
        ("when { true }; permit(principal, action, resource)", "one policy"),
        ("when {\n  context.nothing == 1 }", "line 2, column"),
        ("when {\n  true &&\n}", "line 3, column 1"),
        (r#"when { context.text.getTag("payload.a") == "x" }"#, "line 1, column"),
        ("when { context.now == \"x\" }", "line 1, column"),
        ("when { principal == ?principal }", "line 1"),
    ] {
        let errors = refused(cedar);
        assert!(errors.starts_with("cedar: ") && errors.contains(said), "{cedar}\n{errors}");
    }
}
