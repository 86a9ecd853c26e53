//! What saving a rule would change, shown before it is saved.

use std::hash::{DefaultHasher, Hash, Hasher};

use domain::{Affected, FieldError, NewRule, Preview, Problem, RuleDraft, RuleId};
use service::{Caller, Services};

use super::api::RuleForm;
use crate::error::{AppError, sentence};
use crate::text::said::rules as said;

/// Goes on with saving, unless somebody asked to see what it would change, or has to and has not.
///
/// # Errors
/// What it would change, at the field `look`, so that the form keeps all that was entered; where it has to be seen first
/// also at the field `seen`. Otherwise as [`Services::preview_rule`].
pub(super) async fn looked_at(
    services: &Services,
    caller: &Caller,
    form: &RuleForm,
    id: Option<RuleId>,
    rule: &NewRule,
) -> Result<(), AppError> {
    let draft = RuleDraft { id, rule: Some(rule.clone()) };
    let preview = crate::ssr::spoken(services.preview_rule(caller, &draft).await?);
    answer(form, &preview)
}

fn answer(form: &RuleForm, preview: &Preview) -> Result<(), AppError> {
    let lines = told(preview);
    // Who has seen something else has not seen this.
    let mut hasher = DefaultHasher::new();
    lines.hash(&mut hasher);
    let seen = format!("{:016x}", hasher.finish());
    if form.look.is_empty() && (!preview.wide || form.seen == seen) {
        return Ok(());
    }
    let field = |field: &str, why: String| FieldError { field: field.to_owned(), why };
    let mut fields = vec![field("look", [vec![seen], lines].concat().join("\n"))];
    if preview.wide {
        fields.push(field("seen", said::tick_seen().to_owned()));
    }
    Err(AppError(Problem::Invalid { fields }))
}

/// What would change, in lines; the first one is the heading.
fn told(preview: &Preview) -> Vec<String> {
    let Preview { people, tools, gaining, gains, losing, losses, warnings, .. } = preview;
    let mut lines = vec![said::look_title().to_owned(), said::look_about(*people, *tools)];
    if *gaining == 0 && *losing == 0 {
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
    lines.extend(warnings.iter().map(|warning| sentence(warning)));
    // A line each, whatever people and tools are called.
    lines.into_iter().map(|line| line.replace(['\n', '\r'], " ")).collect()
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
            wide,
            warnings: vec!["it never ends".into()],
        }
    }

    fn with(look: &str, seen: &str) -> RuleForm {
        RuleForm { look: look.into(), seen: seen.into(), ..RuleForm::default() }
    }

    #[test]
    fn what_would_change_is_told_in_lines() {
        let lines = told(&preview(false));
        assert_eq!(
            lines,
            [
                "What saving would change",
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
    }

    #[test]
    fn what_affects_many_is_saved_by_those_who_have_seen_it() {
        assert_eq!(answer(&with("", ""), &preview(false)), Ok(()));
        let looked = answer(&with("true", ""), &preview(false)).unwrap_err();
        assert!(looked.of_input("rule[look]").is_some() && looked.of_input("rule[seen]").is_none());

        let refused = answer(&with("", ""), &preview(true)).unwrap_err();
        assert!(refused.of_input("rule[seen]").is_some());
        let shown = refused.of_input("rule[look]").unwrap().lines().next().unwrap().to_owned();
        assert_eq!(answer(&with("", &shown), &preview(true)), Ok(()));
        assert!(answer(&with("true", &shown), &preview(true)).is_err(), "looking again saves nothing");
        let other = Preview { losing: 2, ..preview(true) };
        assert!(answer(&with("", &shown), &other).is_err(), "something else was seen");
        assert!(answer(&with("", "true"), &preview(true)).is_err());
    }
}
