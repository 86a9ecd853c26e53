//! What is shown of groups, in the language of the visitor. On the server, so that the browser gets words and no code.

use domain::{Email, Group, GroupImport, GroupImportChange, GroupKind, GroupSource, Problem};

use super::api::{GroupLine, ImportLine, ImportPreview};
use crate::error::AppError;
use crate::text::said::groups as text;

/// A group as it is shown.
pub(super) fn line(group: Group) -> GroupLine {
    let source = match group.source {
        GroupSource::Manual => text::source_manual(),
        GroupSource::Csv => text::source_csv(),
    };
    GroupLine {
        id: group.id.to_string(),
        kind: kind(group.kind),
        source: source.to_owned(),
        name: group.name,
        description: group.description,
        members: group.members,
    }
}

fn kind(kind: GroupKind) -> String {
    match kind {
        GroupKind::Group => crate::text::groups::kind_group().to_owned(),
        GroupKind::JobRole => crate::text::groups::kind_job_role().to_owned(),
    }
}

/// What is wrong with a file, with its lines in the visitor's language.
pub(super) fn by_line(error: service::Error) -> AppError {
    let AppError(mut problem) = crate::ssr::spoken(AppError::from(error));
    if let Problem::Invalid { fields } = &mut problem {
        for field in fields {
            if let Some(number) = field.field.strip_prefix("line ") {
                field.field = text::line(number);
            }
        }
    }
    AppError(problem)
}

/// What an import would change. `again`: something else was to be applied.
pub(super) fn preview(plan: GroupImport, csv: String, replace: bool, again: bool) -> ImportPreview {
    if plan.is_empty() {
        return ImportPreview { csv, replace, title: text::import_nothing().to_owned(), ..ImportPreview::default() };
    }
    let counts = [
        (plan.groups_made, text::import_made(plan.groups_made)),
        (plan.groups_described, text::import_described(plan.groups_described)),
        (plan.members_added, text::import_added(plan.members_added)),
        (plan.members_removed, text::import_removed(plan.members_removed)),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words);
    let more = (plan.more_changes > 0).then(|| text::import_more(plan.more_changes));
    let again = again.then(|| text::import_again().to_owned());
    ImportPreview {
        csv,
        replace,
        digest: plan.digest,
        title: counts.collect::<Vec<_>>().join(" · "),
        note: again.into_iter().chain(more).collect::<Vec<_>>().join(" "),
        changes: plan.changes.into_iter().map(change).collect(),
    }
}

fn change(change: GroupImportChange) -> ImportLine {
    let what = match (change.made, change.described) {
        (true, _) => text::import_new(),
        (false, true) => text::import_new_description(),
        (false, false) => "",
    };
    ImportLine {
        name: change.name,
        kind: kind(change.kind),
        what: what.to_owned(),
        added: people(change.added, &change.added_examples),
        removed: people(change.removed, &change.removed_examples),
    }
}

/// Some people by name, the others by number.
fn people(count: u32, examples: &[Email]) -> String {
    let named = examples.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match (count as usize).saturating_sub(examples.len()) {
        0 => named,
        more => text::and_more(&named, more),
    }
}
