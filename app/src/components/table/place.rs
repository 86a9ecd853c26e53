//! Where somebody is in a table: the row with the focus, the chosen ones, and the keys that move between them.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

use crate::keys;

/// The boxes of the rows that can be chosen.
pub(super) fn boxes(table: &web_sys::Element) -> Vec<web_sys::HtmlInputElement> {
    let Ok(found) = table.query_selector_all("[data-choose]") else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.item(i)?.dyn_into().ok()).collect()
}

/// Where somebody is in a table: the chosen rows and the one with the focus, by what they are about. New data may put
/// other rows into the same elements.
#[cfg_attr(feature = "ssr", derive(Default))]
struct Place {
    chosen: Vec<String>,
    /// The link of the row, and what of the row has the focus.
    focus: Option<(String, &'static str)>,
}

impl Place {
    /// As the table of the page is now, before it is drawn anew.
    #[cfg(not(feature = "ssr"))]
    fn now() -> Self {
        let table = document().query_selector(".table-box[data-main]").ok().flatten();
        let chosen = table.as_ref().map(boxes).unwrap_or_default();
        let chosen = chosen.into_iter().filter(web_sys::HtmlInputElement::checked).map(|one| one.value()).collect();
        let active =
            document().active_element().filter(|active| table.is_some_and(|table| table.contains(Some(active))));
        let focus = active.and_then(|active| {
            let row = active.closest("tr").ok().flatten()?;
            let href = row.query_selector(ROW_LINK).ok().flatten()?.get_attribute("href")?;
            Some((href, if active.has_attribute("data-choose") { "[data-choose]" } else { ROW_LINK }))
        });
        Self { chosen, focus }
    }

    /// Nobody is anywhere yet.
    #[cfg(feature = "ssr")]
    fn now() -> Self {
        Self::default()
    }

    /// Chooses the same rows, and puts the focus back unless it is where it was.
    fn restore(&self, table: &web_sys::Element) -> usize {
        let boxes = boxes(table);
        for one in &boxes {
            one.set_checked(self.chosen.contains(&one.value()));
        }
        if let Some((href, what)) = &self.focus {
            let link = table.query_selector(&[ROW_LINK, "[href=\"", href, "\"]"].concat()).ok().flatten();
            let row = link.and_then(|link| link.closest("tr").ok().flatten());
            let active = document().active_element();
            // Whoever went on meanwhile is left alone.
            let within =
                active.as_ref().is_none_or(|active| active.tag_name() == "BODY" || table.contains(Some(active)));
            let there = row.as_ref().is_some_and(|row| row.contains(active.as_ref().map(AsRef::as_ref)));
            let target = row.filter(|_| within && !there).and_then(|row| row.query_selector(what).ok().flatten());
            if let Some(target) = target.and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok()) {
                // Refused only when it left the page meanwhile.
                drop(target.focus());
            }
        }
        boxes.iter().filter(|one| one.checked()).count()
    }
}

/// The link of a row.
const ROW_LINK: &str = "a.row-link";

/// Keeps chosen rows and the focus when the list is loaded again.
pub(super) fn stay(table: NodeRef<leptos::html::Div>, count: RwSignal<usize>) {
    let place = Place::now();
    Effect::new(move |_| {
        if let Some(table) = table.get() {
            count.set(place.restore(&table));
        }
    });
}

/// Rows by keyboard: `j` and `k` move between them, Enter opens one because it is a link, `x` chooses one. While nothing has
/// the focus, Enter opens the first.
pub(super) fn walk(table: NodeRef<leptos::html::Div>) {
    Effect::new(move |_| {
        keys::on_command(move |key, event| {
            let Some(table) = table.try_get_untracked().flatten() else { return };
            match key {
                "j" => move_focus(&table, 1),
                "k" => move_focus(&table, -1),
                "x" => choose_current(&table),
                "Enter" if nothing_has_focus() => open_first(&table),
                _ => return,
            }
            event.prevent_default();
        });
    });
}

/// Whether keys go to no element in particular, as after a page was opened.
fn nothing_has_focus() -> bool {
    document().active_element().is_none_or(|active| active.tag_name() == "BODY")
}

fn open_first(list: &web_sys::Element) {
    let first = list.query_selector(ROW_LINK).ok().flatten();
    if let Some(first) = first.and_then(|first| first.dyn_into::<web_sys::HtmlElement>().ok()) {
        first.click();
    }
}

/// Moves the focus to the next or the previous row; from outside of the list to its first or last.
fn move_focus(list: &web_sys::Element, step: i32) {
    let Ok(found) = list.query_selector_all(ROW_LINK) else { return };
    let count = i32::try_from(found.length()).unwrap_or(0);
    if count == 0 {
        return;
    }
    let active = document().active_element();
    let row_of = |element: &web_sys::Element| element.closest("tr").ok().flatten();
    let current = active.as_ref().and_then(row_of);
    let at = (0..count).find(|i| {
        let row = found.item(i.unsigned_abs()).and_then(|node| node.dyn_into::<web_sys::Element>().ok());
        let row = row.as_ref().and_then(row_of);
        current.as_ref().is_some_and(|current| row.is_some_and(|row| current.is_same_node(Some(&row))))
    });
    let next = match (at, step) {
        (Some(at), step) => (at + step).clamp(0, count - 1),
        (None, 1) => 0,
        (None, _) => count - 1,
    };
    let row = found.item(next.unsigned_abs()).and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok());
    // A row that left the page meanwhile needs no focus.
    drop(row.map(|row| row.focus()));
}

fn choose_current(table: &web_sys::Element) {
    let row = document().active_element().and_then(|active| active.closest("tr").ok().flatten());
    let row = row.filter(|row| table.contains(Some(row)));
    let choose = row.and_then(|row| row.query_selector("[data-choose]").ok().flatten());
    // A click, so that what listens to changes hears of it.
    if let Some(choose) = choose.and_then(|choose| choose.dyn_into::<web_sys::HtmlElement>().ok()) {
        choose.click();
    }
}
