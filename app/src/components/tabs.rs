//! Parts of a page that take turns, one URL each.

use leptos::prelude::*;

use crate::url::{href_with, query};

/// One tab.
#[derive(Debug, Clone)]
pub struct Tab {
    /// Its word in the query.
    pub key: &'static str,
    /// What it says.
    pub label: &'static str,
    /// How many things are behind it.
    pub count: Option<usize>,
}

impl Tab {
    /// A tab without a count.
    pub const fn new(key: &'static str, label: &'static str) -> Self {
        Self { key, label, count: None }
    }

    /// The same tab with a count.
    #[must_use]
    pub const fn count(mut self, count: usize) -> Self {
        self.count = Some(count);
        self
    }
}

/// The tab that the query (`?tab=…`) names; the first one when it names none.
pub fn current_tab(keys: &'static [&'static str]) -> Memo<&'static str> {
    let tab = query("tab");
    Memo::new(move |_| {
        let named = tab.with(|tab| keys.iter().copied().find(|key| tab.as_deref() == Some(*key)));
        named.or_else(|| keys.first().copied()).unwrap_or_default()
    })
}

/// Links to the tabs of a page.
#[component]
pub fn Tabs(
    /// What the tabs are parts of.
    #[prop(into)]
    label: String,
    /// The tabs; the first is where one arrives.
    items: Vec<Tab>,
    /// Which one is shown, from [`current_tab`].
    current: Memo<&'static str>,
) -> impl IntoView {
    let first = items.first().map(|tab| tab.key);
    let items = items
        .into_iter()
        .map(|tab| {
            let value = (Some(tab.key) != first).then(|| tab.key.to_owned());
            let href =
                href_with(vec![("tab", value), ("cursor", None), ("notice", None), ("dialog", None), ("for", None)]);
            view! {
                <li>
                    <a href=href aria-current=move || (current.get() == tab.key).then_some("page") data-noscroll="true">
                        {tab.label}
                        {tab.count.map(|count| view! { <span class="tab-count num">{count}</span> })}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label=label><ul>{items}</ul></nav> }
}
