//! What a change of rules would do, shown before it is made.

use domain::{
    Affected, Decision, Effect, FieldError, NewRule, Preview, Problem, RuleDraft, RuleId, RuleMode, Simulation,
};
use service::{Caller, Services};

use super::api::Looked;
use crate::error::{AppError, sentence};
use crate::text::said::rules as said;

/// Days of recorded calls that can be looked at.
pub(super) const SPANS: [u32; 3] = [30, 7, 90];
/// Changes of recorded calls that are named.
const NAMED: usize = 30;

/// Makes a change, unless somebody asked to see what it would do, or has to and has not.
///
/// # Errors
/// What it would do, at the field `look`, so that the form keeps all that was entered; where it has to be seen first also
/// at the field `seen`. Otherwise as the change, [`Services::preview_rules`] or [`Services::simulate`].
pub(super) async fn looked_at<T>(
    services: &Services,
    caller: Caller,
    looked: Looked,
    drafts: &[RuleDraft],
    change: impl AsyncFnOnce(Caller) -> service::Result<T>,
) -> Result<T, AppError> {
    let Looked { look, days, seen } = looked;
    if look == "calls" && !drafts.is_empty() {
        let days = days.parse().unwrap_or(SPANS[0]);
        let told = services.simulate(&caller, drafts, days).await?;
        return Err(answer("", replayed(&told, days), None));
    }
    if look.is_empty() {
        let seen = Some(seen).filter(|seen| !seen.is_empty());
        match change(caller.clone().having_seen(seen)).await.map_err(AppError::from) {
            Err(error) if error.is_unseen() => {}
            made => return made,
        }
    }
    let preview = crate::ssr::spoken(services.preview_rules(&caller, drafts).await?);
    let tick = preview.wide.then(|| said::tick_seen().to_owned());
    Err(answer(&preview.mark, told(&preview), tick))
}

/// What is shown instead of making a change: the mark of what was seen, and lines.
fn answer(mark: &str, lines: Vec<String>, tick: Option<String>) -> AppError {
    let field = |field: &str, why: String| FieldError { field: field.to_owned(), why };
    let head = format!("{mark}\t{}", said::seen());
    let mut fields = vec![field("look", [vec![head], lines].concat().join("\n"))];
    fields.extend(tick.map(|why| field("seen", why)));
    AppError(Problem::Invalid { fields })
}

/// What a rule gives or takes, in a few lines, while it is filled in.
pub(super) async fn tried(
    services: &Services,
    caller: &Caller,
    rule: Result<NewRule, AppError>,
    id: Option<RuleId>,
) -> Result<Vec<String>, AppError> {
    let rule = match rule {
        Ok(rule) => rule,
        Err(error) if matches!(error.0, Problem::Invalid { .. }) => {
            return Ok(vec![incomplete(&crate::ssr::spoken(error))]);
        }
        Err(error) => return Err(error),
    };
    let draft = RuleDraft { id, rule: Some(rule) };
    match services.preview_rule(caller, &draft).await.map_err(AppError::from) {
        Ok(preview) => Ok(in_short(draft.rule.as_ref(), &crate::ssr::spoken(preview))),
        Err(error) if matches!(error.0, Problem::Invalid { .. }) => Ok(vec![incomplete(&crate::ssr::spoken(error))]),
        Err(error) => Err(error),
    }
}

fn incomplete(error: &AppError) -> String {
    let why = match &error.0 {
        Problem::Invalid { fields } => fields.first().map(|field| field.why.clone()).unwrap_or_default(),
        _ => error.words(),
    };
    said::live_incomplete(&one_line(why))
}

fn in_short(rule: Option<&NewRule>, preview: &Preview) -> Vec<String> {
    let Preview { people, tools, gaining, losing, depends, warnings, .. } = preview;
    let gives = rule.is_some_and(|rule| rule.effect == Effect::Allow);
    let first = if gives { said::live_gives(*people, *tools) } else { said::live_takes(*people, *tools) };
    let second = if rule.is_some_and(|rule| rule.mode == RuleMode::Monitor) {
        Some(said::live_monitor().to_owned())
    } else if *gaining > 0 || *losing > 0 {
        Some(said::live_changes(*gaining, *losing))
    } else {
        (*depends == 0).then(|| said::look_nothing().to_owned())
    };
    let third = (*depends > 0).then(|| said::look_depends(*depends));
    let warnings = warnings.iter().map(|warning| one_line(sentence(warning)));
    [Some(first), second, third].into_iter().flatten().chain(warnings).collect()
}

/// What recorded calls say, in lines; the first one is the heading.
fn replayed(told: &Simulation, days: u32) -> Vec<String> {
    let Simulation { calls, denied, allowed, people, unclear, changes, more, partial, .. } = told;
    let mut lines = vec![said::calls_title(days), said::calls_all(*calls)];
    if *denied + *allowed == 0 {
        lines.push(said::calls_same().to_owned());
    } else {
        lines.push(said::calls_otherwise(*denied, *allowed, *people));
    }
    lines.extend(changes.iter().take(NAMED).map(|change| {
        let last = crate::format::exact(change.last);
        let what = match change.decision {
            Decision::Deny => said::calls_denied(change.calls, &last),
            Decision::Allow => said::calls_allowed(change.calls, &last),
        };
        let words = said::look_somebody(&change.person_name, &change.server_name, &format!("{} · {what}", change.tool));
        format!("{}\t/audit/{}", one_line(words), change.example)
    }));
    let more = changes.len().saturating_sub(NAMED) + *more as usize;
    if more > 0 {
        lines.push(said::look_more_people(more));
    }
    if *unclear > 0 {
        lines.push(said::calls_unclear(*unclear));
    }
    if *partial {
        lines.push(said::calls_partial().to_owned());
    }
    lines
}

/// A line stays one, and has no link, whatever people and tools are called.
fn one_line(text: impl AsRef<str>) -> String {
    text.as_ref().replace(['\n', '\r', '\t'], " ")
}

/// What would change, in lines; the first one is the heading.
fn told(preview: &Preview) -> Vec<String> {
    let Preview { people, tools, gaining, gains, losing, losses, depends, warnings, .. } = preview;
    let mut lines = vec![said::look_title().to_owned(), said::look_about(*people, *tools)];
    if *gaining == 0 && *losing == 0 && *depends == 0 {
        lines.push(said::look_nothing().to_owned());
    }
    for (count, heading, who) in
        [(*gaining, said::look_gaining(*gaining), gains), (*losing, said::look_losing(*losing), losses)]
    {
        if count == 0 {
            continue;
        }
        lines.push(heading);
        lines.extend(who.iter().map(somebody));
        let mut people: Vec<_> = who.iter().map(|affected| affected.person).collect();
        people.sort_unstable();
        people.dedup();
        let more = (count as usize).saturating_sub(people.len());
        if more > 0 {
            lines.push(said::look_more_people(more));
        }
    }
    if *depends > 0 {
        lines.push(said::look_depends(*depends));
    }
    lines.extend(warnings.iter().map(|warning| sentence(warning)));
    lines.into_iter().map(one_line).collect()
}

fn somebody(affected: &Affected) -> String {
    let Affected { person_name, server_name, tools, count, .. } = affected;
    let names = tools.join(", ");
    let more = (*count as usize).saturating_sub(tools.len());
    let what = match (*count, more) {
        (0, _) => said::look_server().to_owned(),
        (_, 0) => names,
        (_, more) => said::look_tools_more(&names, more),
    };
    said::look_somebody(person_name, server_name, &what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview(wide: bool) -> Preview {
        let affected = |tools: &[&str], count| Affected {
            person: "usr_01900000000070008000000000000001".parse().unwrap(),
            person_name: "Ada".into(),
            server: "srv_01900000000070008000000000000001".parse().unwrap(),
            server_name: "Wiki".into(),
            tools: tools.iter().map(|tool| (*tool).to_owned()).collect(),
            count,
        };
        Preview {
            people: 1,
            tools: 3,
            gaining: 4,
            gains: vec![affected(&["a", "b"], 3), affected(&[], 0)],
            losing: 1,
            losses: vec![affected(&["c"], 1)],
            depends: 0,
            wide,
            warnings: vec!["it never ends".into()],
            mark: String::new(),
        }
    }

    #[test]
    fn what_would_change_is_told_in_lines() {
        let lines = told(&preview(false));
        assert_eq!(
            lines,
            [
                "What this would change",
                "The rule is about 1 active person and covers 3 tools.",
                "4 people gain access:",
                "Ada · Wiki: a, b and 1 more",
                "Ada · Wiki: the server itself",
                "and 3 more",
                "1 person loses access:",
                "Ada · Wiki: c",
                "It never ends.",
            ]
        );
        let none = Preview { gaining: 0, gains: Vec::new(), losing: 0, losses: Vec::new(), ..preview(false) };
        assert!(told(&none).contains(&"Nobody gains or loses anything by it today.".to_owned()));
        let lines = told(&Preview { depends: 12, ..none });
        assert!(lines.contains(&"For 12 people it depends on the conditions.".to_owned()), "{lines:?}");
        assert!(!lines.iter().any(|line| line.contains("Nobody")), "{lines:?}");
    }

    #[test]
    fn an_answer_keeps_its_lines_apart() {
        let error = answer("mark", vec!["Title".into(), "one".into()], Some("tick".into()));
        let shown = error.of_input("looked[look]").unwrap();
        assert_eq!(shown, "mark\tI have seen who is affected.\nTitle\none");
        assert!(error.of_input("looked[seen]").is_some());
        assert!(answer("", Vec::new(), None).of_input("looked[seen]").is_none());
        let named = Affected { person_name: "A\nb\t/evil".into(), ..preview(false).gains[0].clone() };
        let lines = told(&Preview { gains: vec![named], ..preview(false) });
        assert!(lines.iter().all(|line| !line.contains(['\n', '\t'])), "{lines:?}");
    }

    #[test]
    fn what_is_filled_in_is_told_in_short() {
        let rule = |effect| NewRule::new(domain::Principal::everyone(), effect, None);
        let some = Preview { gaining: 3, losing: 0, people: 12, tools: 4, ..preview(true) };
        assert_eq!(
            in_short(Some(&rule(Effect::Allow)), &some),
            [
                "This gives 12 people 4 tools.",
                "Compared with today, 3 people gain access and nobody loses any.",
                "It never ends."
            ]
        );
        let one = Preview { gaining: 0, losing: 1, people: 1, tools: 1, warnings: Vec::new(), ..preview(false) };
        assert_eq!(
            in_short(Some(&rule(Effect::Deny)), &one),
            ["This denies 1 person 1 tool.", "Compared with today, nobody gains access and 1 person loses some."]
        );
        let depends = Preview { losing: 0, depends: 1, ..one.clone() };
        assert_eq!(
            in_short(Some(&rule(Effect::Deny)), &depends),
            ["This denies 1 person 1 tool.", "For 1 person it depends on the conditions."]
        );
        let watched = NewRule { mode: RuleMode::Monitor, ..rule(Effect::Deny) };
        assert!(in_short(Some(&watched), &one)[1].contains("decides nothing"));
        let missing = AppError(Problem::field("principal", "choose somebody"));
        assert_eq!(incomplete(&missing), "Not complete yet: choose somebody.");
    }

    #[test]
    fn recorded_calls_are_told_with_a_link_to_the_last_of_each() {
        let change = domain::Otherwise {
            person: "usr_01900000000070008000000000000001".parse().unwrap(),
            person_name: "Ada".into(),
            server: "srv_01900000000070008000000000000001".parse().unwrap(),
            server_name: "Wiki".into(),
            tool: "echo".into(),
            decision: Decision::Deny,
            calls: 3,
            example: "evt_01900000000070008000000000000001".parse().unwrap(),
            last: "2026-03-12T09:00:00Z".parse().unwrap(),
        };
        let told = Simulation {
            since: change.last,
            calls: 1200,
            denied: 3,
            allowed: 0,
            people: 1,
            unclear: 2,
            changes: vec![change],
            more: 4,
            partial: false,
        };
        let lines = replayed(&told, 30);
        assert!(lines[1].contains("1\u{202f}200"), "{lines:?}");
        assert!(lines[3].starts_with("Ada · Wiki: echo · 3 calls"), "{lines:?}");
        assert!(lines[3].ends_with("\t/audit/evt_01900000000070008000000000000001"), "{lines:?}");
        assert_eq!(lines.len(), 6, "the others, and those that are unclear: {lines:?}");
        let same = Simulation { denied: 0, changes: Vec::new(), more: 0, unclear: 0, ..told };
        assert_eq!(replayed(&same, 7).len(), 3);
    }
}
