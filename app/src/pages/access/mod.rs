//! Who has access to what now: a section of the pages of people, groups and servers, and what can be done about it there.

pub mod api;
#[cfg(feature = "ssr")]
pub mod words;

use api::{AccessData, AccessLine, ChangeBlock, ExtendRule, ListAudience};
use domain::ServerId;

use crate::prelude::*;
use crate::wire::{Later, Loaded};

/// Who has access to what, by which rules; each line can be blocked.
#[component]
pub fn AccessNow(
    /// What the server has put into words.
    data: AccessData,
    /// Blocks somebody, or lifts it.
    form: FormState<ChangeBlock>,
) -> impl IntoView {
    let AccessData { title, description, people, lines, next, empty, empty_help } = data;
    let first = if people { text::common::name() } else { text::common::server() };
    let back = here();
    view! {
        <Card title=title.clone() description=description flush=true>
            <DataTable
                label=title
                columns=vec![
                    Column::new(first).wide(), Column::new(text::common::tools()), Column::new(text::common::rules()),
                    Column::new(text::common::ends()), Column::new(text::common::action()).actions(),
                ]
                rows=lines
                next=next
                row=move |line: AccessLine| access_row(line, form, untrack(&back))
                empty=move || view! { <EmptyState icon="shield" title=empty.clone() text=empty_help.clone()/> }
            />
        </Card>
    }
}

fn access_row(line: AccessLine, form: FormState<ChangeBlock>, back: String) -> Row {
    let AccessLine { href, name, tools, denied, rules, until, server, principal, button } = line;
    let rules = rules.into_iter().map(|(id, words)| view! { <li><a href=format!("/policies/{id}")>{words}</a></li> });
    let tools = if denied { view! { <Badge tone=Tone::Danger>{tools}</Badge> }.into_any() } else { tools.into_any() };
    let action = button.map(|(lift, words)| {
        let fields = vec![("server", server), ("principal", principal), ("lift", lift.to_string()), ("back", back)];
        let icon = if lift { "play" } else { "ban" };
        view! { <ActionButton form=form fields=fields small=true variant=Variant::Quiet icon=icon>{words}</ActionButton> }
    });
    let row = Row::new(cells![
        name,
        tools,
        view! { <ul class="plain-list">{rules.collect_view()}</ul> },
        (!denied).then(|| view! { <Until at=until/> }),
        action,
    ])
    .href(href);
    if denied { row.muted() } else { row }
}

/// Who may use a server, once the tab with its rules is open.
pub fn load_audience(id: Memo<Result<ServerId, AppError>>, tab: Memo<&'static str>) -> Loaded<Option<Later>> {
    let cursor = query("cursor");
    load_when(move || {
        let server = (tab.get() == "permissions").then(|| id.get().ok()).flatten()?;
        Some(ListAudience { server, cursor: cursor.get() })
    })
}

/// Buttons that let a rule end later: days and words. None for a rule without an end.
#[component]
pub fn Extensions(
    /// The rule.
    id: String,
    /// Days, and what the button says.
    choices: Vec<(String, String)>,
    /// Extends it.
    form: FormState<ExtendRule>,
) -> impl IntoView {
    let buttons = choices.into_iter().map(|(days, words)| {
        let fields = vec![("id", id.clone()), ("days", days)];
        view! { <ActionButton form=form fields=fields small=true icon="plus">{words}</ActionButton> }
    });
    view! { <div class="cluster">{buttons.collect_view()}</div> }
}
