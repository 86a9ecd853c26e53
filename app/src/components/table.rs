//! Lists as tables.

use leptos::prelude::*;

use super::Icon;
use crate::url::{href_with, query};

/// A column of a [`DataTable`].
#[derive(Debug, Clone)]
pub struct Column {
    title: &'static str,
    class: &'static str,
    quiet: bool,
}

impl Column {
    /// A column of words.
    pub const fn new(title: &'static str) -> Self {
        Self { title, class: "", quiet: false }
    }

    /// A column of numbers: to the right, in figures of one width.
    #[must_use]
    pub const fn numeric(mut self) -> Self {
        self.class = "cell-number";
        self
    }

    /// A column that takes the room that others leave.
    #[must_use]
    pub const fn wide(mut self) -> Self {
        self.class = "cell-wide";
        self
    }

    /// A column of buttons: its title is for screen readers only.
    #[must_use]
    pub const fn actions(mut self) -> Self {
        self.class = "cell-actions";
        self.quiet = true;
        self
    }
}

/// A row of a [`DataTable`]: one view for each column.
pub struct Row {
    cells: Vec<AnyView>,
    href: Option<String>,
    class: &'static str,
}

impl Row {
    /// A row of these cells; make them with the macro `cells!`.
    pub const fn new(cells: Vec<AnyView>) -> Self {
        Self { cells, href: None, class: "" }
    }

    /// The whole row leads there.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    /// The row is about something that is over.
    #[must_use]
    pub const fn muted(mut self) -> Self {
        self.class = "row-muted";
        self
    }
}

/// The cells of a [`Row`]: anything that can be shown.
#[macro_export]
macro_rules! cells {
    ($($cell:expr),* $(,)?) => {
        vec![$(::leptos::prelude::IntoAny::into_any($cell)),*]
    };
}

/// A list as a table; on narrow screens each row becomes a card. Pages follow by cursor, as links.
#[component]
pub fn DataTable<T, F>(
    /// What the rows are.
    #[prop(into)]
    label: String,
    /// The columns.
    columns: Vec<Column>,
    /// The rows.
    rows: Vec<T>,
    /// How a row looks.
    row: F,
    /// What is shown instead of an empty table.
    #[prop(optional, into)]
    empty: Option<ViewFn>,
    /// `next_cursor` of the page.
    #[prop(optional_no_strip)]
    next: Option<String>,
) -> impl IntoView
where
    F: Fn(T) -> Row,
{
    let cursor = query("cursor");
    if rows.is_empty() && cursor.get_untracked().is_none() {
        return match empty {
            Some(empty) => empty.run(),
            None => view! { <p class="table-empty">"Nothing here."</p> }.into_any(),
        };
    }
    let head = columns
        .iter()
        .map(|column| {
            let title = if column.quiet {
                view! { <span class="sr-only">{column.title}</span> }.into_any()
            } else {
                column.title.into_any()
            };
            view! { <th scope="col" role="columnheader" class=column.class>{title}</th> }
        })
        .collect_view();
    let region = label.clone();
    let body = rows
        .into_iter()
        .map(|item| {
            let Row { cells, href, class } = row(item);
            let mut href = href;
            let cells = cells
                .into_iter()
                .zip(&columns)
                .map(|(cell, column)| {
                    let cell = match href.take() {
                        Some(href) => view! { <a class="row-link" href=href>{cell}</a> }.into_any(),
                        None => cell,
                    };
                    view! { <td role="cell" class=column.class data-label=column.title><div class="cell">{cell}</div></td> }
                })
                .collect_view();
            view! { <tr role="row" class=class>{cells}</tr> }
        })
        .collect_view();
    view! {
        <div class="table-frame" role="region" aria-label=region tabindex="0">
            <table class="data-table" role="table" aria-label=label>
                <thead role="rowgroup">
                    <tr role="row">{head}</tr>
                </thead>
                <tbody role="rowgroup">{body}</tbody>
            </table>
        </div>
        <Paging next=next first=cursor/>
    }
    .into_any()
}

/// Links to the first and the next page; nothing when all fits on one.
#[component]
fn Paging(next: Option<String>, first: Memo<Option<String>>) -> impl IntoView {
    let to_first = href_with(vec![("cursor", None), ("notice", None)]);
    let next = next.map(|next| {
        let href = href_with(vec![("cursor", Some(next)), ("notice", None)]);
        view! { <a class="btn btn-secondary btn-small" rel="next" href=href>"Next page"<Icon name="chevron-right"/></a> }
    });
    let beyond_first = first.get_untracked().is_some();
    (beyond_first || next.is_some()).then(|| {
        view! {
            <nav class="paging" aria-label="Pages">
                {beyond_first.then(|| view! { <a class="btn btn-secondary btn-small" rel="first" href=to_first>"First page"</a> })}
                {next}
            </nav>
        }
    })
}
