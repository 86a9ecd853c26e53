//! Filters of a list, kept in the URL.

use domain::Capability;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use super::field::printed;
use super::{Icon, SavedViews, Views};
use crate::context::{can, context};
use crate::text;
use crate::url::{href_with, query};

/// What of the query belongs to the list and not to its filters, and stays when they change.
const OF_THE_LIST: &[&str] = &["sort", "hide"];

/// A filter as its chip shows it.
struct Chip {
    name: &'static str,
    label: String,
    words: Box<dyn Fn(&str) -> String + Send + Sync>,
}

/// The filters of a bar, so that each that is set has a chip.
#[derive(Clone, Copy)]
struct Chips(StoredValue<Vec<Chip>>);

impl Chips {
    /// A filter says how its value reads.
    fn register(name: &'static str, label: &str, words: impl Fn(&str) -> String + Send + Sync + 'static) {
        if let Some(Self(chips)) = use_context::<Self>() {
            chips.update_value(|chips| chips.push(Chip { name, label: label.to_owned(), words: Box::new(words) }));
        }
    }
}

/// A form whose values become the query of the page. Works without JavaScript; with it, a changed choice applies at
/// once, and empty values leave the URL.
#[component]
pub fn FilterBar(
    /// Names of the filters, so that the way to clear them appears when one is set.
    names: &'static [&'static str],
    /// What stays in the query besides the filters (such as the tab).
    #[prop(optional)]
    keep: &'static [&'static str],
    /// What the list needs: whoever lacks it is refused the list, and has nothing to filter.
    #[prop(optional)]
    needs: Option<Capability>,
    /// The views of the list, which stand beside its filters.
    #[prop(optional)]
    views: Option<Views>,
    children: Children,
) -> impl IntoView {
    if needs.is_some_and(|needs| !can(needs).get_untracked()) {
        return ().into_any();
    }
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
    let chips = Chips(StoredValue::new(Vec::new()));
    let kept = keep
        .iter()
        .chain(OF_THE_LIST)
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
            view! { <a class="btn btn-quiet" href=href data-noscroll="true">{text::components::clear()}</a> }
        })
    };
    view! {
        <div class="filter-bar">
            <form method="get" role="search" class="filters" on:submit=submit>
                {kept}
                <leptos::context::Provider value=chips>{children()}</leptos::context::Provider>
                <button type="submit" class="btn btn-secondary filter-apply"><Icon name="filter"/>{text::components::filter()}</button>
                {clear}
            </form>
            {views.map(|views| view! { <SavedViews views=views/> })}
        </div>
        <ChipList chips=chips/>
    }
    .into_any()
}

/// The filters that are set, each with a way to take it away.
#[component]
fn ChipList(chips: Chips) -> impl IntoView {
    let query = use_location().query;
    let set = move || {
        let query = query.get();
        chips.0.with_value(|chips| {
            let set = chips.iter().filter_map(|chip| {
                let value = query.get_str(chip.name).filter(|value| !value.is_empty())?;
                Some((chip.name, format!("{}: {}", chip.label, (chip.words)(value))))
            });
            set.collect::<Vec<_>>()
        })
    };
    let chip = |(name, words): (&'static str, String)| {
        let href = href_with(vec![(name, None), ("cursor", None), ("notice", None)]);
        view! {
            <li>
                <a class="filter-chip" href=href data-noscroll="true" aria-label=text::components::filter_remove(&words)>
                    <span>{words.clone()}</span><Icon name="x"/>
                </a>
            </li>
        }
    };
    move || {
        let set = set();
        (!set.is_empty()).then(|| {
            view! { <ul class="filter-chips" aria-label=text::components::filter_active()>{set.into_iter().map(chip).collect_view()}</ul> }
        })
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
    let known = options.clone();
    Chips::register(name, &label, move |value| {
        let words = known.iter().find(|(known, _)| known == value).map(|(_, words)| words.clone());
        words.unwrap_or_else(|| value.to_owned())
    });
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

/// A period: some usual ones as links, and any other by its first and last day.
#[component]
pub fn FilterPeriod(
    /// Name of the first day in the query.
    from: &'static str,
    /// Name of the last day in the query.
    to: &'static str,
) -> impl IntoView {
    /// Days of the periods that are offered, besides today.
    const DAYS: [u64; 3] = [7, 30, 90];
    let (first, last) = (query(from), query(to));
    Chips::register(from, text::components::filter_from(), str::to_owned);
    Chips::register(to, text::components::filter_to(), str::to_owned);
    let today = context().now().get_untracked().date_naive();
    let day_before = |days: u64| today.checked_sub_days(chrono::Days::new(days)).unwrap_or(today).to_string();
    let begin = |days: u64| day_before(days - 1);
    let presets: Vec<(String, Option<String>)> = [(text::components::filter_any_time().to_owned(), None)]
        .into_iter()
        .chain([(text::components::filter_today().to_owned(), Some(today.to_string()))])
        .chain(DAYS.map(|days| (text::components::filter_days(days), Some(begin(days)))))
        .collect();
    let named = presets.clone();
    let shown = move || {
        let (first, last) = (first.get(), last.get());
        let preset = named.iter().find(|(_, begin)| *begin == first && last.is_none());
        match (preset, first, last) {
            (Some((words, _)), ..) => words.clone(),
            (None, Some(first), Some(last)) => format!("{first} – {last}"),
            (None, Some(first), None) => format!("{first} –"),
            (None, None, last) => format!("– {}", last.unwrap_or_default()),
        }
    };
    let links = presets
        .into_iter()
        .map(|(words, begin)| {
            let own = begin.clone();
            let current = move || (first.get() == own && last.get().is_none()).then_some("true");
            let href = href_with(vec![(from, begin), (to, None), ("cursor", None), ("notice", None)]);
            view! { <a class="menu-item" href=href aria-current=current data-noscroll="true">{words}</a> }
        })
        .collect_view();
    let day = move |name: &'static str, label: &'static str, value: Memo<Option<String>>| {
        view! {
            <label class="filter-labelled">
                <span>{label}</span>
                <input class="input" type="date" name=name value=move || value.get() prop:value=move || value.get().unwrap_or_default()/>
            </label>
        }
    };
    view! {
        <details class="menu-details filter-item filter-period">
            <summary class="input"><Icon name="calendar"/><span class="sr-only">{text::components::filter_range()}": "</span>{shown}</summary>
            <div class="menu menu-pop">
                {links}
                <div class="filter-days">
                    {day(from, text::components::filter_from(), first)}
                    {day(to, text::components::filter_to(), last)}
                </div>
                <button type="submit" class="btn btn-secondary btn-small">{text::components::filter_apply()}</button>
            </div>
        </details>
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
    Chips::register(name, &label, str::to_owned);
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

/// A text of several lines.
#[component]
pub fn FilterLines(
    /// Its name in the query.
    name: &'static str,
    /// What it is.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let value = query(name);
    Chips::register(name, &label, str::to_owned);
    view! {
        <div class="filter-item filter-text">
            <textarea
                class="input mono"
                name=name
                rows="1"
                aria-label=label.clone()
                placeholder=label
                autocomplete="off"
                spellcheck="false"
                prop:value=move || value.get().unwrap_or_default()
            >
                {printed(value.get_untracked().unwrap_or_default())}
            </textarea>
        </div>
    }
}
