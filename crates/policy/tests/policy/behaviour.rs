//! What rules mean.

use domain::{Decision, Effect, Principal, Rule, RuleId};
use policy::{Groups, PolicyError, Reason, RuleSet, Target};

use crate::make::{ask, ask_as, at, group, list, rule, server, subject, user};

const EVERY_TARGET: [Target<'static>; 5] = [
    Target::Tool("echo"),
    Target::Prompt("greet"),
    Target::Resource("test://a"),
    Target::Template("test://{id}"),
    Target::Server,
];

fn compile(rules: &[Rule]) -> RuleSet {
    RuleSet::compile(rules, None).unwrap()
}

#[test]
fn without_a_rule_everything_is_denied() {
    for set in [RuleSet::default(), compile(&[rule(1, Principal::everyone(), Effect::Allow, Some(server(2)))])] {
        for target in EVERY_TARGET {
            let verdict = ask(&set, target);
            assert_eq!((verdict.decision, &verdict.reason), (Decision::Deny, &Reason::NoRule), "{target:?}");
            assert!(verdict.rules.is_empty());
        }
    }
}

#[test]
fn an_allow_of_the_entire_server_opens_all_of_it() {
    let allow = rule(1, Principal::user(user(1)), Effect::Allow, Some(server(1)));
    let set = compile(std::slice::from_ref(&allow));
    for target in EVERY_TARGET {
        let verdict = ask(&set, target);
        assert_eq!((verdict.decision, &verdict.reason), (Decision::Allow, &Reason::AllowedBy), "{target:?}");
        assert_eq!(*verdict.rules, [allow.id]);
        assert!(!ask_as(&set, 2, &Groups::default(), target, at(0)).is_allowed(), "{target:?} for another person");
    }
}

#[test]
fn an_allow_list_opens_its_tools_and_the_handshake() {
    let allow = Rule {
        scope: list(&["echo", "write_*", "echo"]),
        ..rule(1, Principal::everyone(), Effect::Allow, Some(server(1)))
    };
    let set = compile(&[allow]);
    for target in [Target::Tool("echo"), Target::Tool("write_"), Target::Tool("write_file"), Target::Server] {
        assert!(ask(&set, target).is_allowed(), "{target:?}");
    }
    for target in [
        Target::Tool("Echo"),
        Target::Tool("rewrite_x"),
        Target::Tool(""),
        Target::Prompt("echo"),
        Target::Resource("write_x"),
        Target::Template("echo"),
    ] {
        assert!(!ask(&set, target).is_allowed(), "{target:?}");
    }
}

#[test]
fn a_deny_overrides_and_is_named() {
    let allow = rule(1, Principal::everyone(), Effect::Allow, Some(server(1)));
    let deny = Rule { scope: list(&["delete_*"]), ..rule(2, Principal::user(user(1)), Effect::Deny, Some(server(1))) };
    let set = compile(&[allow.clone(), deny.clone()]);
    let verdict = ask(&set, Target::Tool("delete_repo"));
    assert_eq!((verdict.decision, &verdict.reason), (Decision::Deny, &Reason::DeniedBy));
    assert_eq!(*verdict.rules, [deny.id]);
    for target in EVERY_TARGET {
        assert!(ask(&set, target).is_allowed(), "{target:?} is not in the list");
    }

    let block = rule(3, Principal::user(user(1)), Effect::Deny, Some(server(1)));
    let set = compile(&[allow, block.clone()]);
    for target in EVERY_TARGET {
        assert_eq!(*ask(&set, target).rules, [block.id], "{target:?}");
    }
}

#[test]
fn a_global_rule_denies_on_every_server() {
    let allow = rule(1, Principal::everyone(), Effect::Allow, Some(server(1)));
    let global = Rule { scope: list(&["*shell*"]), ..rule(2, Principal::everyone(), Effect::Deny, None) };
    let set = compile(&[allow, global.clone()]);
    assert!(ask(&set, Target::Tool("echo")).is_allowed());
    assert_eq!(*ask(&set, Target::Tool("run_shell")).rules, [global.id]);

    // On a server without rules of its own the reason is still the global one.
    let alone = compile(std::slice::from_ref(&global));
    assert_eq!(ask(&alone, Target::Tool("run_shell")).reason, Reason::DeniedBy);
    assert_eq!(ask(&alone, Target::Tool("echo")).reason, Reason::NoRule);
}

#[test]
fn groups_grant_and_block() {
    let allow = rule(1, Principal::group(group(1)), Effect::Allow, Some(server(1)));
    let deny = rule(2, Principal::group(group(2)), Effect::Deny, Some(server(1)));
    let set = compile(&[allow.clone(), deny]);
    let groups = |ids: &[u32]| Groups::new(ids.iter().map(|&n| group(n)));
    for (member_of, allowed) in
        [(&[][..], false), (&[1], true), (&[3, 1, 1], true), (&[2], false), (&[2, 1], false), (&[9, 3], false)]
    {
        let verdict = ask_as(&set, 7, &groups(member_of), Target::Tool("echo"), at(0));
        assert_eq!(verdict.is_allowed(), allowed, "{member_of:?}");
    }
}

#[test]
fn dates_begin_inclusively_and_end_exclusively_also_when_remembered() {
    let allow = Rule {
        starts_at: Some(at(10)),
        ends_at: Some(at(20)),
        ..rule(1, Principal::everyone(), Effect::Allow, Some(server(1)))
    };
    let set = compile(&[allow]);
    // Backwards too: a clock can be set.
    for seconds in [0, 9, 10, 19, 20, 30, 19, 10, 9] {
        let allowed = ask_as(&set, 1, &Groups::default(), Target::Tool("echo"), at(seconds)).is_allowed();
        assert_eq!(allowed, (10..20).contains(&seconds), "at {seconds}");
        let known = set.any_allow(subject(user(1), Groups::NONE), server(1), at(seconds));
        assert_eq!(known, allowed, "at {seconds}");
    }
    assert_eq!(set.next_boundary(at(0)), Some(at(10)));
    assert_eq!(set.next_boundary(at(10)), Some(at(20)));
    assert_eq!(set.next_boundary(at(20)), None);
}

#[test]
fn a_change_takes_effect_although_verdicts_are_remembered() {
    let allow = rule(1, Principal::everyone(), Effect::Allow, Some(server(1)));
    let first = compile(std::slice::from_ref(&allow));
    assert!(ask(&first, Target::Tool("echo")).is_allowed());

    let disabled = Rule { enabled: false, ..allow.clone() };
    let second = RuleSet::compile([&disabled], Some(&first)).unwrap();
    assert_eq!((second.len(), second.is_empty()), (0, true));
    assert_eq!(ask(&second, Target::Tool("echo")).reason, Reason::NoRule);

    let listed = Rule { scope: list(&["other"]), ..allow.clone() };
    let third = RuleSet::compile([&listed], Some(&first)).unwrap();
    assert!(!ask(&third, Target::Tool("echo")).is_allowed());

    let deny = rule(2, Principal::everyone(), Effect::Deny, None);
    let fourth = RuleSet::compile([&allow, &deny], Some(&first)).unwrap();
    assert_eq!(ask(&fourth, Target::Tool("echo")).reason, Reason::DeniedBy);
    // Whoever still holds the old set gets the old answer, from its own rules.
    assert!(ask(&first, Target::Tool("echo")).is_allowed());
}

#[test]
fn odd_names_are_literal() {
    let odd = [r#"a"b"#, r"a\b", r"a\nb", "naïve", "工具", "a\u{200b}b", "a{b}$c%", "[a-z]?", "😀", "a'b", "//x"];
    for name in odd {
        let allow = Rule { scope: list(&[name]), ..rule(1, Principal::everyone(), Effect::Allow, Some(server(1))) };
        let set = compile(&[allow]);
        assert!(ask(&set, Target::Tool(name)).is_allowed(), "{name:?}");
        let pattern = format!("{name}*{name}");
        let allow = Rule { scope: list(&[&pattern]), ..rule(1, Principal::everyone(), Effect::Allow, Some(server(1))) };
        let set = compile(&[allow]);
        assert!(ask(&set, Target::Tool(&format!("{name} and {name}"))).is_allowed(), "{pattern:?}");
        assert!(!ask(&set, Target::Tool(name)).is_allowed(), "{pattern:?}");
    }
}

#[test]
fn rules_that_make_no_sense_are_refused_by_name() {
    let id: RuleId = rule(1, Principal::everyone(), Effect::Allow, None).id;
    let refused = |rule: Rule| RuleSet::compile([&rule], None).unwrap_err();
    let error = refused(rule(1, Principal::everyone(), Effect::Allow, None));
    assert!(matches!(&error, PolicyError::Invalid { rule, .. } if *rule == id));
    assert!(error.to_string().contains("a global rule can only deny"), "{error}");

    let mut nobody = rule(1, Principal::user(user(1)), Effect::Allow, Some(server(1)));
    nobody.principal.ids = vec![group(1).to_string()];
    assert!(matches!(refused(nobody.clone()), PolicyError::Invalid { .. }));
    // What is switched off cannot do harm.
    nobody.enabled = false;
    assert!(RuleSet::compile([&nobody], None).unwrap().is_empty());

    let one = rule(1, Principal::everyone(), Effect::Deny, None);
    assert_eq!(RuleSet::compile([&one, &one], None).unwrap_err(), PolicyError::Duplicate { rule: id });
}

#[test]
fn a_rule_set_is_shared_between_threads() {
    const fn check<T: Send + Sync>() {}
    check::<RuleSet>();
}
