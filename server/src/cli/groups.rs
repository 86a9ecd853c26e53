//! Groups, job roles and their members as files.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use domain::{Email, GroupImport, GroupKind, Problem};
use service::MOST_GROUP_FILE_BYTES;

use super::admin::{Opened, Place};
use super::{note, read, say};

#[derive(Debug, Subcommand)]
pub(super) enum Groups {
    /// Import groups, job roles and their members from a CSV file: all of it or nothing.
    Import {
        #[command(flatten)]
        place: Place,
        /// File with the columns group, email and, if needed, kind and description; `-` for standard input.
        file: PathBuf,
        /// Also take those out of the groups of the file whom it does not name; each group must be whole in it.
        #[arg(long)]
        replace: bool,
        /// Only say what would change.
        #[arg(long)]
        dry_run: bool,
    },
    /// Print groups, job roles and their members as a CSV file.
    Export {
        #[command(flatten)]
        place: Place,
        /// Only this kind: group or job_role.
        #[arg(long, value_name = "KIND")]
        kind: Option<GroupKind>,
    },
}

pub(super) async fn groups(command: Groups) -> anyhow::Result<ExitCode> {
    match command {
        Groups::Import { place, file, replace, dry_run } => {
            let how = "use several files, and with --replace keep each group in one";
            let text = service::text_of_file(read(&file, MOST_GROUP_FILE_BYTES, how)?)?;
            let opened = Opened::at(&place).await?;
            let (services, operator) = (&opened.services, &opened.operator);
            let import = if dry_run {
                services.plan_group_import(operator, &text, replace).await
            } else {
                services.import_groups(operator, &text, replace, None).await
            };
            opened.close().await;
            say(&in_words(&import.map_err(|error| all_of(error.into()))?, dry_run))?;
        }
        Groups::Export { place, kind } => {
            let opened = Opened::at(&place).await?;
            let file = opened.services.export_groups(&opened.operator, kind).await;
            opened.close().await;
            say(file?.trim_end())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Names every line that is wrong; other problems stay as they are.
fn all_of(problem: Problem) -> anyhow::Error {
    let Problem::Invalid { fields } = problem else { return problem.into() };
    for field in &fields {
        note(&format!("{}: {}", field.field, field.why));
    }
    anyhow::anyhow!("nothing was imported; correct what is named above")
}

/// An import for people.
fn in_words(import: &GroupImport, dry_run: bool) -> String {
    let GroupImport { groups_made, groups_described, members_added, members_removed, changes, more_changes, .. } =
        import;
    let what = if dry_run { "would be " } else { "" };
    let mut lines = vec![format!(
        "{what}made: {groups_made}; {what}described anew: {groups_described}; members {what}added: {members_added}; \
         members {what}removed: {members_removed}"
    )];
    let list = |sign: char, count: u32, examples: &[Email]| {
        let mut named: Vec<String> = examples.iter().map(|email| format!(" {sign}{email}")).collect();
        let more = (count as usize).saturating_sub(examples.len());
        named.extend((more > 0).then(|| format!(" {sign}{more} more")));
        named.concat()
    };
    for change in changes {
        let made = if change.made { " (new)" } else { "" };
        let described = if change.described { " described anew" } else { "" };
        let added = list('+', change.added, &change.added_examples);
        let removed = list('-', change.removed, &change.removed_examples);
        lines.push(format!("{} {}{made}:{described}{added}{removed}", change.kind, change.name));
    }
    if *more_changes > 0 {
        lines.push(format!("and {more_changes} more"));
    }
    lines.join("\n")
}
