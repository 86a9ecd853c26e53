//! Lists as tables.

mod place;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos_router::hooks::use_location;
use place::{boxes, stay, walk};

use super::{AnyForm, Form, Icon};
use crate::text::components as text;
use crate::url::{href_with, lasting_query, query};

/// A column of a [`DataTable`].
#[derive(Debug, Clone)]
pub struct Column {
    title: &'static str,
    class: &'static str,
    quiet: bool,
    key: Option<&'static str>,
    sorted: bool,
}

impl Column {
    /// A column of words.
    pub const fn new(title: &'static str) -> Self {
        Self { title, class: "", quiet: false, key: None, sorted: false }
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

    /// A column that can be left out, under this word in the query.
    #[must_use]
    pub const fn optional(mut self, key: &'static str) -> Self {
        self.key = Some(key);
        self
    }

    /// A column by which the server can sort, under this word in the query (`sort=name`, `sort=-name`).
    #[must_use]
    pub const fn sorted(mut self, key: &'static str) -> Self {
        self.key = Some(key);
        self.sorted = true;
        self
    }
}

/// A row of a [`DataTable`]: one view for each column.
pub struct Row {
    cells: Vec<AnyView>,
    href: Option<String>,
    beside: Option<(&'static str, String)>,
    class: &'static str,
    chosen_as: Option<(String, String)>,
}

impl Row {
    /// A row of these cells; make them with the macro `cells!`.
    pub const fn new(cells: Vec<AnyView>) -> Self {
        Self { cells, href: None, beside: None, class: "", chosen_as: None }
    }

    /// The whole row leads there.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    /// The whole row opens what it is about beside the list: under this word in the query (see [`super::Drawer`]).
    #[must_use]
    pub fn beside(mut self, name: &'static str, value: impl ToString) -> Self {
        self.beside = Some((name, value.to_string()));
        self
    }

    /// The row is about something that is over.
    #[must_use]
    pub const fn muted(mut self) -> Self {
        self.class = "row-muted";
        self
    }

    /// The row can be chosen for what the table's bar does: what is sent, and what the row is called.
    #[must_use]
    pub fn choosable(mut self, value: impl ToString, name: impl Into<String>) -> Self {
        self.chosen_as = Some((value.to_string(), name.into()));
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

/// What can be done with the chosen rows of a table: buttons of one form, which gets the chosen values as `ids[]`.
#[derive(Clone)]
pub struct Bulk {
    /// The form's function.
    pub form: AnyForm,
    /// Its buttons.
    pub actions: ViewFn,
}

/// Id of the form of a table's bar.
const BULK: &str = "bulk-form";

/// A list as a table; on narrow screens each row becomes a card. Pages follow by cursor, as links; so does the order, and
/// which columns are left out (`hide=team,department`). `j` and `k` walk through the rows, `x` chooses one.
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
    /// It is what the page is about: it listens to the keyboard, and its columns can be chosen.
    #[prop(optional)]
    main: bool,
    /// What can be done with chosen rows.
    #[prop(optional_no_strip)]
    bulk: Option<Bulk>,
    /// The list's name at `/export`, where it is to be had as a file.
    #[prop(optional_no_strip)]
    csv: Option<&'static str>,
) -> impl IntoView
where
    F: Fn(T) -> Row,
{
    let rows = rows.into_iter().map(row).collect();
    table(label, columns, rows, empty, next, main, bulk, csv)
}

/// The part that is the same for all rows.
#[expect(clippy::too_many_arguments, reason = "the properties of the component, one by one")]
fn table(
    label: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    empty: Option<ViewFn>,
    next: Option<String>,
    main: bool,
    bulk: Option<Bulk>,
    csv: Option<&'static str>,
) -> AnyView {
    let cursor = query("cursor");
    if rows.is_empty() && cursor.get_untracked().is_none() {
        return match empty {
            Some(empty) => empty.run(),
            None => view! { <p class="table-empty">{text::nothing_here()}</p> }.into_any(),
        };
    }
    let hide = query("hide");
    // The first column says what a row is about and stays.
    let hidden: Vec<Option<Memo<bool>>> = columns
        .iter()
        .enumerate()
        .map(|(i, column)| {
            let key = column.key.filter(|_| main && i > 0)?;
            Some(Memo::new(move |_| hide.with(|hide| names(hide.as_deref()).any(|one| one == key))))
        })
        .collect();
    let choosable = bulk.is_some() && rows.iter().any(|row| row.chosen_as.is_some());
    let element = NodeRef::<leptos::html::Div>::new();
    let count = RwSignal::new(0_usize);
    if main {
        walk(element);
        stay(element, count);
    }
    let head = columns.iter().zip(&hidden).map(|(column, hidden)| heading(column, *hidden, main)).collect_view();
    let choose_all = choosable.then(|| {
        view! {
            <th scope="col" role="columnheader" class="cell-choose">
                <input type="checkbox" class="needs-js" data-choose-all="" aria-label=text::table_choose_all()/>
            </th>
        }
    });
    let chosen = bulk.as_ref().filter(|_| choosable).map(|bulk| bulk.form.entered_all("ids[]"));
    let body = rows.into_iter().map(|row| row_view(row, &columns, &hidden, chosen.as_deref())).collect_view();
    let region = label.clone();
    let tools = (main && (csv.is_some() || columns.iter().any(|column| column.key.is_some())))
        .then(|| view! { <TableTools columns=columns.clone() csv=csv/> });
    let bar = bulk.filter(|_| choosable).map(|bulk| view! { <BulkBar bulk=bulk table=element count=count/> });
    view! {
        {tools}
        <div class="table-box" data-main=main node_ref=element on:change=move |event| count_chosen(&event, element, count)>
            <div class="table-frame" role="region" aria-label=region tabindex="0">
                <table class="data-table" role="table" aria-label=label>
                    <thead role="rowgroup">
                        <tr role="row">{choose_all}{head}</tr>
                    </thead>
                    <tbody role="rowgroup">{body}</tbody>
                </table>
            </div>
            {bar}
        </div>
        <Paging next=next first=cursor/>
    }
    .into_any()
}

fn row_view(
    row: Row,
    columns: &[Column],
    hidden: &[Option<Memo<bool>>],
    // The values that were chosen before, where rows can be chosen.
    chosen: Option<&[String]>,
) -> impl IntoView + use<> {
    let Row { cells, href, beside, class, chosen_as } = row;
    let mut link = row_link(href, beside);
    let choose = chosen.map(|chosen| {
        let input = chosen_as.map(|(value, name)| {
            let checked = chosen.contains(&value);
            view! { <input type="checkbox" name="ids[]" value=value checked=checked form=BULK data-choose="" aria-label=text::table_choose(&name)/> }
        });
        view! { <td role="cell" class="cell-choose"><div class="cell">{input}</div></td> }
    });
    let cells = cells
        .into_iter()
        .zip(columns)
        .zip(hidden)
        .map(|((cell, column), hidden)| {
            let cell = match link.take() {
                Some(link) => link(cell),
                None => cell,
            };
            match *hidden {
                Some(hidden) => view! {
                    <td role="cell" class=column.class data-label=column.title hidden=move || hidden.get()><div class="cell">{cell}</div></td>
                }
                .into_any(),
                None => view! { <td role="cell" class=column.class data-label=column.title><div class="cell">{cell}</div></td> }.into_any(),
            }
        })
        .collect_view();
    view! { <tr role="row" class=class>{choose}{cells}</tr> }
}

/// Makes the first cell of a row the link of the whole row.
fn row_link(
    href: Option<String>,
    beside: Option<(&'static str, String)>,
) -> Option<Box<dyn FnOnce(AnyView) -> AnyView>> {
    if let Some((name, value)) = beside {
        let query = use_location().query;
        let href = href_with(vec![(name, Some(value.clone())), ("notice", None), ("undo", None)]);
        let current = move || query.with(|query| query.get_str(name) == Some(&*value)).then_some("true");
        return Some(Box::new(move |cell| {
            view! { <a class="row-link" href=href aria-current=current data-noscroll="true">{cell}</a> }.into_any()
        }));
    }
    href.map(|href| -> Box<dyn FnOnce(AnyView) -> AnyView> {
        Box::new(move |cell| view! { <a class="row-link" href=href>{cell}</a> }.into_any())
    })
}

/// The heading of a column: a link to the other order where the server can sort by it.
fn heading(column: &Column, hidden: Option<Memo<bool>>, main: bool) -> AnyView {
    let hidden = move || hidden.is_some_and(|hidden| hidden.get());
    let (title, class) = (column.title, column.class);
    let key = column.key.filter(|_| column.sorted && main);
    let Some(key) = key else {
        let title =
            if column.quiet { view! { <span class="sr-only">{title}</span> }.into_any() } else { title.into_any() };
        return view! { <th scope="col" role="columnheader" class=class hidden=hidden>{title}</th> }.into_any();
    };
    let sort = query("sort").get_untracked();
    let (order, icon, next) = match sort.as_deref().map(|sort| (sort.trim_start_matches('-'), sort.starts_with('-'))) {
        Some((by, true)) if by == key => (Some("descending"), "arrow-down", None),
        Some((by, false)) if by == key => (Some("ascending"), "arrow-up", Some(format!("-{key}"))),
        _ => (None, "arrow-up-down", Some(key.to_owned())),
    };
    let href = href_with(vec![("sort", next), ("cursor", None), ("notice", None)]);
    view! {
        <th scope="col" role="columnheader" class=class aria-sort=order hidden=hidden>
            <a class="sort" href=href data-noscroll="true" title=text::table_sort(title)>{title}<Icon name=icon/></a>
        </th>
    }
    .into_any()
}

/// Which columns are shown, and the list as a file.
#[component]
fn TableTools(columns: Vec<Column>, csv: Option<&'static str>) -> impl IntoView {
    let hide = query("hide");
    // The first column says what a row is about.
    let choices: Vec<(&'static str, &'static str)> =
        columns.into_iter().skip(1).filter_map(|column| Some((column.key?, column.title))).collect();
    let item = move |(key, title): (&'static str, &'static str)| {
        let hidden = hide.get();
        let shown = names(hidden.as_deref()).all(|one| one != key);
        let mut rest: Vec<&str> = names(hidden.as_deref()).filter(|one| *one != key).collect();
        if shown {
            rest.push(key);
        }
        let value = (!rest.is_empty()).then(|| rest.join(","));
        let href = href_with(vec![("hide", value), ("notice", None)]);
        let (icon, words) = if shown { ("check", text::table_shown()) } else { ("minus", text::table_hidden()) };
        view! {
            <li><a class="menu-item" href=href data-noscroll="true"><Icon name=icon/>{title}<span class="sr-only">", "{words}</span></a></li>
        }
    };
    let menu = (!choices.is_empty()).then(|| {
        view! {
            <details class="menu-details">
                <summary class="btn btn-quiet btn-small"><Icon name="sliders-horizontal"/>{text::table_columns()}</summary>
                <ul class="menu menu-pop">{move || choices.iter().copied().map(item).collect_view()}</ul>
            </details>
        }
    });
    let csv = csv.map(|list| {
        let query = lasting_query();
        let href = move || ["/export/", list, ".csv?", &query()].concat();
        view! { <a class="btn btn-quiet btn-small" href=href rel="external" download=""><Icon name="download"/>"CSV"</a> }
    });
    view! { <div class="table-tools">{menu}{csv}</div> }
}

/// Counts the chosen rows; the box of the head chooses all or none.
fn count_chosen(event: &web_sys::Event, table: NodeRef<leptos::html::Div>, count: RwSignal<usize>) {
    // New data may be on its way into this table.
    let Some(table) = table.try_get_untracked().flatten() else { return };
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
    let all = target.filter(|input| input.has_attribute("data-choose-all")).map(|input| input.checked());
    let boxes = boxes(&table);
    if let Some(all) = all {
        for one in &boxes {
            one.set_checked(all);
        }
    }
    count.set(boxes.iter().filter(|one| one.checked()).count());
}

/// What can be done with the chosen rows, as soon as there are any.
#[component]
fn BulkBar(bulk: Bulk, table: NodeRef<leptos::html::Div>, count: RwSignal<usize>) -> impl IntoView {
    let clear = move || {
        if let Some(table) = table.try_get_untracked().flatten() {
            for one in boxes(&table) {
                one.set_checked(false);
            }
            count.set(0);
        }
    };
    // What was done is done.
    bulk.form.done(Box::new(clear));
    view! {
        <div class="bulk-bar" role="region" aria-label=text::table_bulk()>
            <p class="bulk-count" role="status">{move || { let count = count.get(); (count > 0).then(|| text::table_chosen(count)) }}</p>
            <Form form=bulk.form id=BULK class="cluster">{bulk.actions.run()}</Form>
            <button type="button" class="btn btn-quiet btn-icon needs-js" aria-label=text::table_choose_none() title=text::table_choose_none() on:click=move |_| clear()><Icon name="x"/></button>
        </div>
    }
}

/// The words of a list in the query.
fn names(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.unwrap_or_default().split(',').filter(|name| !name.is_empty())
}

/// Links to the first and the next page; nothing when all fits on one.
#[component]
fn Paging(next: Option<String>, first: Memo<Option<String>>) -> impl IntoView {
    let to_first = href_with(vec![("cursor", None), ("notice", None)]);
    let next = next.map(|next| {
        let href = href_with(vec![("cursor", Some(next)), ("notice", None)]);
        view! { <a class="btn btn-secondary btn-small" rel="next" href=href>{text::next_page()}<Icon name="chevron-right"/></a> }
    });
    let beyond_first = first.get_untracked().is_some();
    (beyond_first || next.is_some()).then(|| {
        view! {
            <nav class="paging" aria-label=text::pages()>
                {beyond_first.then(|| view! { <a class="btn btn-secondary btn-small" rel="first" href=to_first>{text::first_page()}</a> })}
                {next}
            </nav>
        }
    })
}
