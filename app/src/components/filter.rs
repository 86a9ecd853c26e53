//! Filters of a list, kept in the URL.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use super::Icon;
use crate::url::query;

/// A form whose values become the query of the page. Works without JavaScript; with it, a changed choice applies at
/// once, and empty values leave the URL.
#[component]
pub fn FilterBar(
    /// Names of the filters, so that the way to clear them appears when one is set.
    names: &'static [&'static str],
    /// What stays in the query besides the filters (such as the tab).
    #[prop(optional)]
    keep: &'static [&'static str],
    children: Children,
) -> impl IntoView {
    let location = use_location();
    let navigate = use_navigate();
    let path = location.pathname;
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let form = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlFormElement>().ok());
        let Some(pairs) = form.and_then(|form| super::form_text(&form)) else { return };
        let set: Vec<&str> = pairs.split('&').filter(|pair| !pair.is_empty() && !pair.ends_with('=')).collect();
        let path = path.get_untracked();
        let target = if set.is_empty() { path } else { format!("{path}?{}", set.join("&")) };
        navigate(&target, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    };
    let kept = keep
        .iter()
        .map(|name| {
            let value = query(name);
            move || value.get().map(|value| view! { <input type="hidden" name=*name value=value/> })
        })
        .collect_view();
    let any = move || {
        location.query.with(|query| names.iter().any(|name| query.get_str(name).is_some_and(|v| !v.is_empty())))
    };
    let clear = move || {
        any().then(|| {
            let href =
                crate::url::href_with(names.iter().map(|name| (*name, None)).chain([("cursor", None)]).collect());
            view! { <a class="btn btn-quiet" href=href data-noscroll="true">"Clear"</a> }
        })
    };
    view! {
        <form method="get" role="search" class="filters" on:submit=submit>
            {kept}
            {children()}
            <button type="submit" class="btn btn-secondary filter-apply"><Icon name="filter"/>"Filter"</button>
            {clear}
        </form>
    }
}

/// A search text.
#[component]
pub fn SearchField(
    /// Its name in the query.
    name: &'static str,
    /// What is searched.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let value = query(name);
    view! {
        <div class="filter-item filter-search">
            <Icon name="search"/>
            <input
                class="input"
                type="search"
                name=name
                aria-label=label.clone()
                placeholder=label
                autocomplete="off"
                value=move || value.get()
                prop:value=move || value.get().unwrap_or_default()
            />
        </div>
    }
}

/// A choice.
#[component]
pub fn FilterSelect(
    /// Its name in the query.
    name: &'static str,
    /// What is chosen.
    #[prop(into)]
    label: String,
    /// Values with their words; the first one should have an empty value and mean "any".
    options: Vec<(String, String)>,
) -> impl IntoView {
    let chosen = query(name);
    let options = options
        .into_iter()
        .map(|(value, words)| {
            let own = value.clone();
            let selected = move || chosen.with(|chosen| chosen.as_deref().unwrap_or_default() == own);
            view! { <option value=value selected=selected>{words}</option> }
        })
        .collect_view();
    let apply = move |event: web_sys::Event| {
        let select = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlSelectElement>().ok());
        if let Some(form) = select.and_then(|select| select.form()) {
            // Refused only when the form is not valid, which a search is always.
            drop(form.request_submit());
        }
    };
    view! {
        <span class="filter-item select">
            <select class="input" name=name aria-label=label on:change=apply>
                {options}
            </select>
        </span>
    }
}

/// A day.
#[component]
pub fn FilterDate(
    /// Its name in the query.
    name: &'static str,
    /// What it limits.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let value = query(name);
    view! {
        <label class="filter-item filter-labelled">
            <span>{label}</span>
            <input class="input" type="date" name=name value=move || value.get() prop:value=move || value.get().unwrap_or_default()/>
        </label>
    }
}

/// A text that must match as a whole.
#[component]
pub fn FilterText(
    /// Its name in the query.
    name: &'static str,
    /// What it is.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let value = query(name);
    view! {
        <div class="filter-item filter-text">
            <input
                class="input"
                type="text"
                name=name
                aria-label=label.clone()
                placeholder=label
                autocomplete="off"
                value=move || value.get()
                prop:value=move || value.get().unwrap_or_default()
            />
        </div>
    }
}
