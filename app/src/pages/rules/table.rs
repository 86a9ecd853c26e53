//! Rules as a list.

use domain::{Rule, RuleView};

use crate::prelude::*;

/// Rules as a table; each row leads to the rule.
#[component]
pub fn RuleTable(
    /// The rules.
    rules: Vec<RuleView>,
    /// The server has a column.
    #[prop(optional)]
    with_server: bool,
    /// Narrow places have no room for notes.
    #[prop(optional)]
    compact: bool,
    /// What they are; tables of one page need names of their own.
    #[prop(default = "Rules".into(), into)]
    label: String,
    /// What is said when there is none.
    #[prop(into)]
    empty: String,
) -> impl IntoView {
    let mut columns = vec![Column::new("Who"), Column::new("Effect")];
    if with_server {
        columns.push(Column::new("Server"));
    }
    columns.extend([Column::new("Tools"), Column::new("State")]);
    if !compact {
        columns.push(Column::new("Notes"));
    }
    view! {
        <DataTable
            label=label
            columns=columns
            rows=rules
            row=move |view: RuleView| {
                let RuleView { rule, principal_name, server_name, in_force } = view;
                let mut cells = cells![principal_name, view! { <StateBadge state=rule.effect/> }];
                if with_server {
                    cells.extend(cells![match rule.server {
                        Some(_) => view! { {server_name} }.into_any(),
                        None => view! { <Badge tone=Tone::Accent>{server_name}</Badge> }.into_any(),
                    }]);
                }
                cells.extend(cells![
                    view! { <ToolScopeView rule=rule.clone()/> },
                    view! { <Dates rule=rule.clone() in_force=in_force/> },
                ]);
                if !compact {
                    let notes = Some(rule.notes.clone()).filter(|notes| !notes.is_empty());
                    cells.extend(cells![notes.map(|notes| view! { <span class="muted">{notes}</span> })]);
                }
                let row = Row::new(cells).href(format!("/policies/{}", rule.id));
                if in_force { row } else { row.muted() }
            }
            empty=move || view! { <EmptyState icon="shield-check" title="No rules here" text=empty.clone()/> }
        />
    }
}

/// Which tools a rule covers, in few words.
#[component]
pub fn ToolScopeView(
    /// The rule.
    rule: Rule,
) -> impl IntoView {
    /// Names that are shown before they are counted.
    const SHOWN: usize = 3;
    if rule.tools.is_all() {
        let words = if rule.server.is_some() { "Entire server" } else { "Everything" };
        return view! { <span>{words}</span> }.into_any();
    }
    let names = rule.tools.patterns();
    let more = names.len().saturating_sub(SHOWN);
    let shown =
        names.iter().take(SHOWN).map(|name| view! { <code class="mono chip">{name.clone()}</code> }).collect_view();
    view! {
        <span class="cluster">
            {shown}
            {(more > 0).then(|| view! { <span class="muted">{format!("and {more} more")}</span> })}
        </span>
    }
    .into_any()
}

/// Whether a rule is in force, and until when.
#[component]
pub fn Dates(
    /// The rule.
    rule: Rule,
    /// In force now.
    in_force: bool,
) -> impl IntoView {
    let now = context().now().get_untracked();
    let (tone, words) = if in_force {
        (Tone::Success, "In force")
    } else if !rule.enabled {
        (Tone::Neutral, "Switched off")
    } else if rule.starts_at.is_some_and(|at| at > now) {
        (Tone::Info, "Not yet")
    } else {
        (Tone::Neutral, "Ended")
    };
    let starts = rule.starts_at.filter(|at| *at > now);
    view! {
        <span class="cluster">
            <StatusDot tone=tone label=words/>
            {starts.map(|at| view! { <span class="muted">"from "<Time at=at/></span> })}
            {rule.ends_at.map(|at| view! { <span class="muted">{if at > now { "ends " } else { "" }}<Time at=at/></span> })}
        </span>
    }
}
