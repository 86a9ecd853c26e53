//! What the form of a rule means.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use domain::{
    Effect, FieldError, GroupId, Names, NewRule, PersonAttribute, Principal, PrincipalKind, Problem, Rule, RuleMode,
    RuleScope, RuleView, ServerId, UserId,
};

use super::api::{RuleFilter, RuleForm};
use super::last_day;
use super::rows::{all_names, whom};
use crate::error::AppError;
use crate::parse::{day_begin, day_end, list};
use crate::text::said::rules as said;

/// What stands before the id of a job role, which looks like that of a group.
pub(super) const ROLE: &str = "job_role:";
/// Everybody, among the choices.
pub(super) const EVERYONE: &str = "everyone";

/// Whether a rule is one of those that the list is asked for.
pub(super) fn matches(view: &RuleView, filter: &RuleFilter) -> bool {
    let search = filter.search.as_deref().unwrap_or_default().trim().to_lowercase();
    let rule = &view.rule;
    let conditions = rule.conditions.as_ref().map(policy::condition_lines).unwrap_or_default();
    let clauses = rule.cedar.as_deref().unwrap_or_default();
    let names = all_names(rule).join(" ");
    let text = [whom(view).as_str(), &view.server_name, &rule.notes, &names, &conditions, clauses].join(" ");
    let effect = filter.effect.as_deref().is_none_or(|effect| rule.effect.as_str() == effect);
    let mode = filter.mode.as_deref().is_none_or(|mode| rule.mode.as_str() == mode);
    let scope = match filter.scope.as_deref() {
        Some("global") => rule.is_global(),
        Some("server") => !rule.is_global(),
        _ => true,
    };
    effect && mode && scope && text.to_lowercase().contains(&search)
}

/// The rule that a form makes of nothing or of what it was; of a new one `server` is the first server. All that is wrong
/// is told at once.
pub(super) fn new_rule(server: Option<ServerId>, form: &RuleForm, old: Option<&Rule>) -> Result<NewRule, AppError> {
    let mut wrong = Wrong(Vec::new());
    let principal = wrong.or_note(principal(form)).unwrap_or_else(Principal::everyone);
    let effect = match form.effect.as_str() {
        "" => Effect::Deny,
        effect => wrong.or_note(parse(effect, "effect", said::choose_effect())).unwrap_or(Effect::Deny),
    };
    let mode = match form.mode.as_str() {
        "" => RuleMode::default(),
        mode => wrong.or_note(parse(mode, "mode", said::choose_mode())).unwrap_or_default(),
    };
    let servers = wrong.or_note(servers(server, form, old)).unwrap_or_default();
    let conditions = policy::read_conditions(&form.conditions).map_err(|why| problem("conditions", &why));
    let conditions = wrong.or_note(conditions).flatten();
    // A time that was set to the minute elsewhere stays, unless another day is entered here.
    let kept = |day: &str, time: Option<DateTime<Utc>>, shown: Option<String>| {
        time.filter(|_| shown.as_deref() == Some(day.trim()))
    };
    let old_start = old.and_then(|old| old.starts_at);
    let old_end = old.and_then(|old| old.ends_at);
    let start = kept(&form.starts_at, old_start, old_start.map(first_day));
    let end = kept(&form.ends_at, old_end, old_end.map(last_day));
    let starts_at = if start.is_some() { Ok(start) } else { day_begin("starts_at", &form.starts_at) };
    let ends_at = if end.is_some() { Ok(end) } else { day_end("ends_at", &form.ends_at) };
    let (starts_at, ends_at) = (wrong.or_note(starts_at).flatten(), wrong.or_note(ends_at).flatten());
    wrong.check()?;
    Ok(NewRule {
        principal,
        effect,
        servers,
        scope: scope(form, old),
        conditions,
        cedar: Some(form.cedar.trim().to_owned()).filter(|clauses| !clauses.is_empty()),
        mode,
        starts_at,
        ends_at,
        notes: form.notes.clone(),
        enabled: old.is_none_or(|old| old.enabled),
    })
}

/// A rule as its form has it.
pub(super) fn form_of(rule: &Rule) -> RuleForm {
    let Principal { kind, ids, attribute, values } = &rule.principal;
    let names = rule.scope.names().cloned().unwrap_or_default();
    RuleForm {
        principal: match kind {
            PrincipalKind::Everyone => vec![EVERYONE.to_owned()],
            PrincipalKind::JobRole => ids.iter().map(|id| format!("{ROLE}{id}")).collect(),
            _ => ids.clone(),
        },
        people: String::new(),
        attribute: attribute.map(|attribute| attribute.to_string()).unwrap_or_default(),
        values: values.join("\n"),
        effect: rule.effect.to_string(),
        servers: rule.servers.iter().map(ToString::to_string).collect(),
        scope: if rule.scope.is_all() { "all" } else { "some" }.to_owned(),
        tools: names.tools.join("\n"),
        resources: names.resources.join("\n"),
        prompts: names.prompts.join("\n"),
        conditions: rule.conditions.as_ref().map(policy::condition_lines).unwrap_or_default(),
        cedar: rule.cedar.clone().unwrap_or_default(),
        mode: rule.mode.to_string(),
        starts_at: rule.starts_at.map(first_day).unwrap_or_default(),
        ends_at: rule.ends_at.map(last_day).unwrap_or_default(),
        notes: rule.notes.clone(),
        read: rule.updated_at.to_rfc3339(),
    }
}

/// The page that lists the rule: its server's, or the policies.
pub(super) fn back_to(server: Option<ServerId>, notice: &str) -> String {
    match server {
        Some(server) => format!("/servers/{server}?tab=permissions&notice={notice}"),
        None => format!("/policies?notice={notice}"),
    }
}

/// What is wrong with a form, in its order.
struct Wrong(Vec<FieldError>);

impl Wrong {
    fn or_note<T>(&mut self, result: Result<T, AppError>) -> Option<T> {
        match result {
            Ok(value) => return Some(value),
            Err(AppError(Problem::Invalid { fields })) => self.0.extend(fields),
            Err(other) => self.0.push(FieldError { field: String::new(), why: other.words() }),
        }
        None
    }

    fn check(self) -> Result<(), AppError> {
        if self.0.is_empty() { Ok(()) } else { Err(AppError(Problem::Invalid { fields: self.0 })) }
    }
}

fn principal(form: &RuleForm) -> Result<Principal, AppError> {
    let wrong = |why: &str| Err(problem("principal", why));
    let chosen: Vec<&str> = form.principal.iter().map(|one| one.trim()).filter(|one| !one.is_empty()).collect();
    let values = lines(&form.values);
    if chosen.is_empty() {
        if form.attribute.is_empty() || values.is_empty() {
            return wrong(said::choose_principal());
        }
        let attribute: PersonAttribute = parse(&form.attribute, "principal", said::choose_principal())?;
        return Ok(Principal::attribute(attribute, values));
    }
    if !form.attribute.is_empty() && !values.is_empty() {
        return wrong(said::choose_either());
    }
    let mut kinds = Vec::new();
    let mut ids = Vec::new();
    for one in chosen {
        let (kind, id) = match one.strip_prefix(ROLE) {
            Some(id) if id.parse::<GroupId>().is_ok() => (PrincipalKind::JobRole, id),
            _ if one == EVERYONE => (PrincipalKind::Everyone, one),
            _ if one.parse::<UserId>().is_ok() => (PrincipalKind::User, one),
            _ if one.parse::<GroupId>().is_ok() => (PrincipalKind::Group, one),
            _ => return wrong(said::choose_principal()),
        };
        kinds.push(kind);
        if kind != PrincipalKind::Everyone {
            ids.push(id.to_owned());
        }
    }
    kinds.dedup();
    match kinds.as_slice() {
        [kind] => Ok(Principal::named(*kind, ids)),
        _ => wrong(said::choose_one_kind()),
    }
}

/// The servers: a rule that was about some stays about some, since about none it would be about all of them.
fn servers(first: Option<ServerId>, form: &RuleForm, old: Option<&Rule>) -> Result<Vec<ServerId>, AppError> {
    if old.is_some_and(Rule::is_global) || (old.is_none() && first.is_none()) {
        return Ok(Vec::new());
    }
    let mut servers: Vec<ServerId> = first.into_iter().collect();
    for id in &form.servers {
        let id = parse(id.trim(), "servers", said::choose_known_server())?;
        if !servers.contains(&id) {
            servers.push(id);
        }
    }
    if servers.is_empty() { Err(problem("servers", said::choose_server())) } else { Ok(servers) }
}

fn scope(form: &RuleForm, old: Option<&Rule>) -> RuleScope {
    if form.scope != "some" {
        return RuleScope::All;
    }
    // Names that servers have given to tools may hold commas, too: lines that nobody has touched stay as they are.
    let known = old.and_then(|old| old.scope.names()).map(|names| names.tools.as_slice()).unwrap_or_default();
    let tools = form.tools.lines().map(str::trim);
    let tools =
        tools.flat_map(|line| if known.iter().any(|tool| tool == line) { vec![line.to_owned()] } else { list(line) });
    RuleScope::Named(Names {
        tools: tools.collect(),
        // A URI may hold commas.
        resources: lines(&form.resources),
        prompts: lines(&form.prompts),
    })
}

pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn first_day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

fn parse<T: FromStr>(text: &str, field: &str, why: &str) -> Result<T, AppError> {
    text.parse().map_err(|_| problem(field, why))
}

fn problem(field: &str, why: &str) -> AppError {
    AppError(Problem::field(field, why))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const ADA: &str = "usr_01900000000070008000000000000001";
    const BOB: &str = "usr_01900000000070008000000000000002";
    const TEAM: &str = "grp_01900000000070008000000000000003";
    const WIKI: &str = "srv_01900000000070008000000000000004";
    const MAIL: &str = "srv_01900000000070008000000000000005";

    fn form() -> RuleForm {
        RuleForm { principal: vec![EVERYONE.into()], effect: "deny".into(), scope: "all".into(), ..RuleForm::default() }
    }

    /// A rule with nothing special about it.
    pub(in crate::pages::rules) fn rule() -> Rule {
        let new = NewRule::new(Principal::user(ADA.parse().unwrap()), Effect::Allow, Some(WIKI.parse().unwrap()));
        let id = "rul_01900000000070008000000000000001".parse().unwrap();
        new.into_rule(id, None, "2026-03-12T09:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_form_becomes_a_rule() {
        let some =
            RuleForm { scope: "some".into(), tools: "read_*, echo".into(), ends_at: "2026-03-31".into(), ..form() };
        let rule = new_rule(None, &some, None).unwrap();
        assert_eq!(rule.scope, RuleScope::tools(["read_*".into(), "echo".into()]));
        assert_eq!(rule.ends_at, Some("2026-04-01T00:00:00Z".parse().unwrap()));
        assert!(rule.enabled);
        let wrong = new_rule(None, &RuleForm { principal: Vec::new(), ..form() }, None).unwrap_err();
        assert!(wrong.of_input("rule[principal]").is_some());
    }

    #[test]
    fn lines_that_nobody_touched_keep_their_commas() {
        let scope = RuleScope::tools(["c,d".into(), "e".into()]);
        let old = NewRule { scope, ..NewRule::new(Principal::everyone(), Effect::Deny, None) };
        let old = old.into_rule("rul_01900000000070008000000000000009".parse().unwrap(), None, DateTime::UNIX_EPOCH);
        let edited = RuleForm { scope: "some".into(), tools: "c,d\ne\nf, g".into(), ..form() };
        assert_eq!(super::scope(&edited, Some(&old)), RuleScope::tools(["c,d", "e", "f", "g"].map(str::to_owned)));
        assert_eq!(super::scope(&edited, None), RuleScope::tools(["c", "d", "e", "f", "g"].map(str::to_owned)));
    }

    #[test]
    fn an_edit_that_changes_nothing_keeps_everything() {
        let at = |text: &str| Some(text.parse::<DateTime<Utc>>().unwrap());
        let names =
            serde_json::json!({ "tools": ["a_*", "b", "c,d"], "resources": ["file:///a,b/*"], "prompts": ["p q"] });
        let conditions = "payload.table in salaries, \"a, b\"\nany:\n  payload.x exists\n  meta.client.name equals c";
        let full = Rule {
            principal: Principal::named(PrincipalKind::User, vec![ADA.into(), BOB.into()]),
            servers: vec![MAIL.parse().unwrap(), WIKI.parse().unwrap()],
            scope: serde_json::from_value(names).unwrap(),
            conditions: policy::read_conditions(conditions).unwrap(),
            cedar: Some("when { true }\nunless { false }".into()),
            mode: RuleMode::Monitor,
            starts_at: at("2026-03-01T08:15:00Z"),
            ends_at: at("2026-03-31T15:30:00Z"),
            notes: "Why\n\n</textarea>".into(),
            enabled: false,
            ..rule()
        };
        let group = Principal::named(PrincipalKind::Group, vec![TEAM.into()]);
        let role = Principal::named(PrincipalKind::JobRole, vec![TEAM.into()]);
        let attribute = Principal::attribute(PersonAttribute::Department, vec!["Sales, EU".into(), "IT".into()]);
        let global = Rule { servers: Vec::new(), effect: Effect::Deny, principal: Principal::everyone(), ..rule() };
        let others = [group, role, attribute].map(|principal| Rule { principal, ..full.clone() });
        for rule in others.into_iter().chain([full.clone(), rule(), global]) {
            let same = new_rule(None, &form_of(&rule), Some(&rule)).unwrap();
            assert_eq!(same, NewRule::from(rule));
        }
        // Other days take the place of the times.
        let moved = RuleForm { ends_at: "2026-04-02".into(), starts_at: String::new(), ..form_of(&full) };
        let moved = new_rule(None, &moved, Some(&full)).unwrap();
        assert_eq!((moved.starts_at, moved.ends_at), (None, at("2026-04-03T00:00:00Z")));
    }

    #[test]
    fn all_that_is_wrong_is_told_at_its_field() {
        let form = RuleForm {
            principal: vec![ADA.into(), TEAM.into()],
            effect: "maybe".into(),
            mode: "watch".into(),
            servers: vec!["nonsense".into()],
            conditions: "payload.x is 5".into(),
            starts_at: "soon".into(),
            ends_at: "later".into(),
            ..RuleForm::default()
        };
        let error = new_rule(Some(WIKI.parse().unwrap()), &form, None).unwrap_err();
        for field in ["principal", "effect", "mode", "servers", "conditions", "starts_at", "ends_at"] {
            assert!(error.of_input(&format!("rule[{field}]")).is_some(), "{field}: {error:?}");
        }
    }

    #[test]
    fn somebody_is_chosen_in_one_way() {
        let who = |names: &[&str], attribute: &str, values: &str| {
            let principal = names.iter().map(|name| (*name).to_owned()).collect();
            principal_of(RuleForm { principal, attribute: attribute.into(), values: values.into(), ..form() })
        };
        fn principal_of(form: RuleForm) -> Option<Principal> {
            principal(&form).ok()
        }
        assert_eq!(who(&[EVERYONE], "department", ""), Some(Principal::everyone()));
        assert!(who(&[], "team", "A\nB").is_some_and(|who| who.values == ["A", "B"]));
        assert!(who(&[ADA, BOB], "", "").is_some_and(|who| who.ids.len() == 2));
        for (names, attribute, values) in [
            (vec![EVERYONE, ADA], "", ""),
            (vec![ADA, TEAM, ADA], "", ""),
            (vec![TEAM, "job_role:grp_01900000000070008000000000000003"], "", ""),
            (vec![ADA], "team", "A"),
            (vec![], "team", " \n"),
            (vec![], "shoe", "A"),
            (vec!["job_role:everyone"], "", ""),
        ] {
            assert_eq!(who(&names, attribute, values), None, "{names:?} {attribute} {values}");
        }
    }

    #[test]
    fn a_rule_of_a_server_never_becomes_a_global_one() {
        let none = RuleForm { servers: Vec::new(), ..form_of(&rule()) };
        assert!(new_rule(None, &none, Some(&rule())).unwrap_err().of_input("rule[servers]").is_some());
        let more = RuleForm { servers: vec![MAIL.into(), WIKI.into()], ..form() };
        let servers = new_rule(Some(WIKI.parse().unwrap()), &more, None).unwrap().servers;
        assert_eq!(servers.iter().map(ToString::to_string).collect::<Vec<_>>(), [WIKI, MAIL]);
    }

    #[test]
    fn a_list_is_filtered_by_what_it_shows() {
        let rule = Rule {
            conditions: policy::read_conditions("payload.table equals Salaries").unwrap(),
            cedar: Some("when { principal.department == \"Finance\" }".into()),
            scope: RuleScope::tools(["read_rows".into()]),
            notes: "Quarterly".into(),
            ..rule()
        };
        let view = RuleView { rule, principal_name: "Ada".into(), server_name: "Wiki".into(), in_force: true };
        let found = |search: &str, mode: &str| {
            let filter = RuleFilter { search: Some(search.into()), mode: Some(mode.into()), ..RuleFilter::default() };
            matches(&view, &filter)
        };
        assert!(found("salaries", "enforce") && found("wiki", "enforce") && found("\"finance\"", "enforce"));
        assert!(found("read_rows payload.table", "enforce") && !found("read_rowspayload", "enforce"));
        assert!(!found("salaries", "monitor") && !found("payroll", "enforce"));
    }
}
