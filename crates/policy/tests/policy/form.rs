//! What people see and enter.

use std::str::FromStr;

use cedar_policy::{PolicySet, Schema, ValidationMode, Validator};
use domain::{Effect, Principal, PrincipalKind, Rule, ToolScope};
use policy::{MAX_NAME_BYTES, MAX_NAMES, MAX_NOTES_CHARS, MAX_PATTERNS, RuleSet, SCHEMA, cedar_text, check_rule};

use crate::make::{at, entered, group, list, rule, server, user};

#[test]
fn a_rule_reads_as_cedar() {
    let text = cedar_text(&Rule {
        tools: list(&["echo", "write_*", r#"odd"name"#]),
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
  ["echo", "odd\"name"].contains(context.tool) ||
  context.tool like "write_*"
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
    for principal in [Principal::everyone(), Principal::user(user(1)), Principal::group(group(1))] {
        for effect in [Effect::Allow, Effect::Deny] {
            for server in [Some(server(1)), None] {
                for tools in [ToolScope::ALL, list(&["echo"]), list(&["a*"]), list(&["echo", "a*", "*b"])] {
                    for (starts_at, ends_at) in [(None, None), (Some(at(0)), Some(at(1)))] {
                        let rule = Rule {
                            tools: tools.clone(),
                            starts_at,
                            ends_at,
                            ..rule(1, principal.clone(), effect, server)
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
    assert_eq!(checked, 96);
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
        principal: Principal { kind: PrincipalKind::User, id: None },
        server: None,
        tools: list(&[]),
        starts_at: Some(at(1)),
        ends_at: Some(at(1)),
        notes: "x".repeat(MAX_NOTES_CHARS + 1),
        ..good.clone()
    };
    assert_eq!(refused(wrong), ["principal", "effect", "tools", "ends_at", "notes"]);

    for principal in [
        Principal { kind: PrincipalKind::Everyone, id: Some(user(1).to_string()) },
        Principal { kind: PrincipalKind::Group, id: Some(user(1).to_string()) },
        Principal { kind: PrincipalKind::Group, id: None },
        Principal { kind: PrincipalKind::User, id: Some("usr_1".into()) },
    ] {
        assert_eq!(refused(Rule { principal: principal.clone(), ..good.clone() }), ["principal"], "{principal:?}");
    }
    let long = "x".repeat(MAX_NAME_BYTES + 1);
    for name in ["", " a", "a ", "a\nb", "a\u{7}b", &long] {
        assert_eq!(refused(Rule { tools: list(&[name]), ..good.clone() }), ["tools"], "{name:?}");
    }
    let many = |n: usize, star: &str| ToolScope::Some((0..n).map(|i| format!("tool_{i}{star}")).collect());
    assert_eq!(refused(Rule { tools: many(MAX_NAMES + 1, ""), ..good.clone() }), ["tools"]);
    assert_eq!(refused(Rule { tools: many(MAX_PATTERNS + 1, "*"), ..good.clone() }), ["tools"]);
}

#[test]
fn the_largest_rule_compiles_and_decides() {
    use crate::make::ask;
    use policy::Target;
    let names = (0..MAX_NAMES - MAX_PATTERNS).map(|i| format!("tool_{i}"));
    let patterns = (0..MAX_PATTERNS).map(|i| format!("p{i}_*"));
    let rule = Rule {
        tools: ToolScope::Some(names.chain(patterns).collect()),
        ..rule(1, Principal::everyone(), Effect::Allow, Some(server(1)))
    };
    assert_eq!(refused(rule.clone()), Vec::<String>::new());
    let set = RuleSet::compile([&rule], None).unwrap();
    assert!(ask(&set, Target::Tool("tool_7")).is_allowed());
    assert!(ask(&set, Target::Tool(&format!("p{}_x", MAX_PATTERNS - 1))).is_allowed());
    assert!(!ask(&set, Target::Tool("tool_x")).is_allowed());
}
