//! Rules as a list.

use domain::{Effect, Rule, RuleView};

use super::api::SwitchRule;
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
            row=move |view: RuleView| {
                let RuleView { rule, principal_name, server_name, in_force } = view;
                let name = format!("{principal_name} · {server_name}");
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
                if main {
                    cells.extend(cells![view! { <Time at=rule.updated_at/> }]);
                }
                if let Some(form) = revoke {
                    let fields = vec![("id", rule.id.to_string()), ("enabled", "false".to_owned()), ("back", untrack(&back))];
                    // Switching a rule off that denies would give access.
                    let gives = rule.enabled && rule.effect == Effect::Allow;
                    let switch = gives.then(|| view! {
                        <ActionButton form=form fields=fields small=true variant=Variant::Quiet icon="ban">{text::rules::switch_off()}</ActionButton>
                    });
                    cells.extend(cells![switch]);
                }
                let row = Row::new(cells).href(format!("/policies/{}", rule.id));
                let row = if choosable { row.choosable(rule.id, name) } else { row };
                if in_force { row } else { row.muted() }
            }
            empty=move || view! { <EmptyState icon="shield-check" title=text::rules::none() text=empty.clone()/> }
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
        let words = if rule.server.is_some() { text::common::entire_server() } else { text::rules::everything() };
        return view! { <span>{words}</span> }.into_any();
    }
    let names = rule.tools.patterns();
    let more = names.len().saturating_sub(SHOWN);
    let shown =
        names.iter().take(SHOWN).map(|name| view! { <code class="mono chip">{name.clone()}</code> }).collect_view();
    view! {
        <span class="cluster">
            {shown}
            {(more > 0).then(|| view! { <span class="muted">{text::rules::more_tools(more)}</span> })}
        </span>
    }
    .into_any()
}

/// How a rule stands, in words that are the same everywhere.
pub fn rule_state(rule: &Rule, in_force: bool) -> (Tone, &'static str) {
    if in_force {
        (Tone::Success, text::rules::in_force())
    } else if !rule.enabled {
        (Tone::Neutral, text::rules::switched_off())
    } else if rule.starts_at.is_some_and(|at| at > context().now().get_untracked()) {
        (Tone::Info, text::rules::not_yet())
    } else {
        (Tone::Neutral, text::rules::ended())
    }
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
    let (tone, words) = rule_state(&rule, in_force);
    let [before_start, after_start] = text::rules::from_around();
    let starts = rule.starts_at.filter(|at| *at > now);
    view! {
        <span class="cluster">
            <StatusDot tone=tone label=words/>
            {starts.map(|at| view! { <span class="muted">{before_start}<Time at=at/>{after_start}</span> })}
            {rule.ends_at.map(|at| view! { <span class="muted"><Until at=Some(at)/></span> })}
        </span>
    }
}
