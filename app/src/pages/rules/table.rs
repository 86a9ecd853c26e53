//! Rules as a list.

use domain::Effect;

use super::api::{RuleRow, SwitchRule};
use crate::prelude::*;

/// Rules as a table; each row leads to the rule.
#[component]
pub fn RuleTable(
    /// The rules.
    rules: Vec<RuleRow>,
    /// The server has a column.
    #[prop(optional)]
    with_server: bool,
    /// Narrow places have no room for notes.
    #[prop(optional)]
    compact: bool,
    /// What they are; tables of one page need names of their own.
    #[prop(default = text::common::rules().into(), into)]
    label: String,
    /// Each rule in force can be switched off in its row.
    #[prop(optional_no_strip)]
    revoke: Option<FormState<SwitchRule>>,
    /// It is what the page is about.
    #[prop(optional)]
    main: bool,
    /// What can be done with chosen rules.
    #[prop(optional_no_strip)]
    bulk: Option<Bulk>,
    /// What is said when there is none.
    #[prop(into)]
    empty: String,
) -> impl IntoView {
    let back = here();
    let choosable = bulk.is_some();
    let mut columns =
        vec![Column::new(text::common::who()).sorted("who"), Column::new(text::common::effect()).sorted("effect")];
    if with_server {
        columns.push(Column::new(text::common::server()).sorted("server"));
    }
    columns.extend([Column::new(text::common::tools()), Column::new(text::common::state())]);
    if !compact {
        columns.push(Column::new(text::common::notes()).optional("notes"));
    }
    if main {
        columns.push(Column::new(text::rules::changed()).sorted("changed"));
    }
    if revoke.is_some() {
        columns.push(Column::new(text::common::action()).actions());
    }
    view! {
        <DataTable
            label=label
            columns=columns
            main=main
            csv=main.then_some("policies")
            bulk=bulk
            rows=rules
            row=move |row: RuleRow| {
                let name = format!("{} · {}", row.principal_name, row.server_name);
                let monitor = monitor_badge(&row.monitor);
                let mut cells = cells![
                    row.principal_name.clone(),
                    view! { <span class="cluster"><StateBadge state=row.effect/>{monitor}</span> },
                ];
                if with_server {
                    let server = row.server_name.clone();
                    cells.extend(cells![if row.global {
                        view! { <Badge tone=Tone::Accent>{server}</Badge> }.into_any()
                    } else {
                        view! { {server} }.into_any()
                    }]);
                }
                cells.extend(cells![view! { <Covers row=row.clone()/> }, view! { <Dates row=row.clone()/> }]);
                if !compact {
                    let notes = Some(row.notes.clone()).filter(|notes| !notes.is_empty());
                    cells.extend(cells![notes.map(|notes| view! { <span class="muted">{notes}</span> })]);
                }
                if main {
                    cells.extend(cells![view! { <Time at=row.updated_at/> }]);
                }
                if let Some(form) = revoke {
                    let fields = vec![("id", row.id.to_string()), ("enabled", "false".to_owned()), ("back", untrack(&back))];
                    // Switching a rule off that denies would give access.
                    let gives = row.enabled && row.effect == Effect::Allow;
                    let switch = gives.then(|| view! {
                        <ActionButton form=form fields=fields small=true variant=Variant::Quiet icon="ban">{text::rules::switch_off()}</ActionButton>
                    });
                    cells.extend(cells![switch]);
                }
                let line = Row::new(cells).href(format!("/policies/{}", row.id));
                let line = if choosable { line.choosable(row.id, name) } else { line };
                if row.in_force { line } else { line.muted() }
            }
            empty=move || view! { <EmptyState icon="shield-check" title=text::rules::none() text=empty.clone()/> }
        />
    }
}

/// What a rule covers, and which calls, in few words.
#[component]
pub fn Covers(
    /// The rule.
    row: RuleRow,
) -> impl IntoView {
    let RuleRow { names, more, only_if, global, .. } = row;
    let whole =
        names.is_empty().then(|| if global { text::rules::everything() } else { text::common::entire_server() });
    let names = names.into_iter().map(|name| view! { <code class="mono chip">{name}</code> }).collect_view();
    view! {
        <span class="cluster">
            {whole}
            {names}
            {(more > 0).then(|| view! { <span class="muted">{text::rules::more_tools(more)}</span> })}
            {(!only_if.is_empty()).then(|| view! { <span class="muted break">{only_if}</span> })}
        </span>
    }
}

/// That a rule decides nothing, if it is so.
pub fn monitor_badge(monitor: &str) -> Option<AnyView> {
    let monitor = monitor.to_owned();
    (!monitor.is_empty()).then(|| view! { <Badge tone=Tone::Warning>{monitor}</Badge> }.into_any())
}

/// How a rule stands, in words that are the same everywhere.
pub fn rule_state(row: &RuleRow) -> (Tone, &'static str) {
    if row.in_force {
        (Tone::Success, text::rules::in_force())
    } else if !row.enabled {
        (Tone::Neutral, text::rules::switched_off())
    } else if row.starts_at.is_some_and(|at| at > context().now().get_untracked()) {
        (Tone::Info, text::rules::not_yet())
    } else {
        (Tone::Neutral, text::rules::ended())
    }
}

/// Whether a rule is in force, and until when.
#[component]
pub fn Dates(
    /// The rule.
    row: RuleRow,
) -> impl IntoView {
    let now = context().now().get_untracked();
    let (tone, words) = rule_state(&row);
    let [before_start, after_start] = text::rules::from_around();
    let starts = row.starts_at.filter(|at| *at > now);
    view! {
        <span class="cluster">
            <StatusDot tone=tone label=words/>
            {starts.map(|at| view! { <span class="muted">{before_start}<Time at=at/>{after_start}</span> })}
            {row.ends_at.map(|at| view! { <span class="muted"><Until at=Some(at)/></span> })}
        </span>
    }
}
