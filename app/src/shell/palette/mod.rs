//! The command palette (Ctrl or ⌘ and K): pages, actions, and everything that has a page of its own, by a few letters.

pub mod api;
mod fuzzy;

use std::time::Duration;

use api::{Find, Found, FoundKind};
use domain::{Capability, Me};
use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos_router::hooks::use_navigate;

use super::nav;
use super::overlay::{Overlay, OverlayBox, shell_state};
use crate::components::Icon;
use crate::context::me;
use crate::text::shell as text;
use crate::wire::ask;

/// Entries that are shown at once.
const MOST: usize = 14;
/// What somebody types quickly is asked for once.
const PAUSE: Duration = Duration::from_millis(120);

/// What happens when an entry is chosen.
#[derive(Debug, Clone, PartialEq)]
enum Act {
    /// A page is opened.
    Go(String),
    /// Something of the page is pressed: a CSS selector.
    Press(&'static str),
    /// The overview of shortcuts is opened.
    Shortcuts,
}

/// An entry of the palette.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    icon: &'static str,
    title: String,
    detail: String,
    keys: Option<char>,
    act: Act,
}

/// The palette. Its code is loaded when it is first opened.
#[component]
pub fn Palette() -> impl IntoView {
    let words = RwSignal::new(String::new());
    let found = RwSignal::new(Vec::<Found>::new());
    let chosen = RwSignal::new(0_usize);
    let me = me();
    let entries = Memo::new(move |_| {
        me.with(|me| me.as_ref().map(|me| words.with(|words| matching(me, words, &found.get()))).unwrap_or_default())
    });
    let search = search_of(found);
    let input = move |event: ev::Event| {
        let entered = event_target_value(&event);
        chosen.set(0);
        search(entered.clone());
        words.set(entered);
    };
    let act = act();
    let choose = {
        let act = act.clone();
        move || {
            let entry = entries.with_untracked(|entries| entries.get(chosen.get_untracked()).cloned());
            if let Some(entry) = entry {
                act(entry.act);
            }
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        let last = entries.with_untracked(Vec::len).saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|at| *at = if *at >= last { 0 } else { *at + 1 }),
            "ArrowUp" => chosen.update(|at| *at = at.checked_sub(1).unwrap_or(last)),
            "Home" => chosen.set(0),
            "End" => chosen.set(last),
            "Enter" => choose(),
            _ => return,
        }
        event.prevent_default();
        request_animation_frame(scroll_to_chosen);
    };
    let options = move || {
        let act = act.clone();
        entries.get().into_iter().enumerate().map(|(at, entry)| option(at, entry, chosen, act.clone())).collect_view()
    };
    let none = move || {
        (entries.with(Vec::is_empty)).then(|| view! { <p class="palette-none">{text::palette_none(&words.get())}</p> })
    };
    view! {
        <OverlayBox label=text::palette() class="dialog palette">
            <div class="palette-head">
                <Icon name="search"/>
                <input
                    class="palette-input"
                    type="text"
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="palette-list"
                    aria-autocomplete="list"
                    aria-label=text::palette_placeholder()
                    aria-activedescendant=move || format!("palette-{}", chosen.get())
                    placeholder=text::palette_placeholder()
                    autocomplete="off"
                    spellcheck="false"
                    autofocus=true
                    on:input=input
                    on:keydown=key
                />
            </div>
            <ul class="palette-list" id="palette-list" role="listbox" aria-label=text::palette()>{options}</ul>
            {none}
            <p class="sr-only" role="status">{move || text::palette_results(entries.with(Vec::len))}</p>
            <p class="palette-foot" aria-hidden="true">
                <span><kbd>"↑"</kbd><kbd>"↓"</kbd>" "{text::palette_move()}</span>
                <span><kbd>"↵"</kbd>" "{text::palette_choose()}</span>
                <span><kbd>"esc"</kbd>" "{text::palette_leave()}</span>
            </p>
        </OverlayBox>
    }
}

fn option(at: usize, entry: Entry, chosen: RwSignal<usize>, act: impl Fn(Act) + 'static) -> impl IntoView {
    let Entry { icon, title, detail, keys, act: what } = entry;
    view! {
        <li
            class="palette-option"
            id=format!("palette-{at}")
            role="option"
            aria-selected=move || (chosen.get() == at).to_string()
            on:click=move |_| act(what.clone())
            on:mousemove=move |_| if chosen.get_untracked() != at { chosen.set(at) }
        >
            <Icon name=icon/>
            <span class="palette-title">{title}</span>
            <span class="palette-detail">{detail}</span>
            {keys.map(|key| view! { <span class="palette-keys" aria-hidden="true"><kbd>"g"</kbd><kbd>{key.to_string()}</kbd></span> })}
        </li>
    }
}

/// What to do with a chosen entry.
fn act() -> impl Fn(Act) + Clone + 'static {
    let state = shell_state();
    let navigate = use_navigate();
    move |act| {
        state.close();
        match act {
            Act::Go(path) => navigate(&path, leptos_router::NavigateOptions::default()),
            Act::Press(selector) => drop(crate::keys::press(selector)),
            Act::Shortcuts => state.open(Overlay::Shortcuts),
        }
    }
}

/// Asks the server for what the letters could mean, once somebody stops typing for a moment. A late answer to earlier
/// letters is dropped.
fn search_of(found: RwSignal<Vec<Found>>) -> impl Fn(String) {
    let asked = StoredValue::new(0_u32);
    move |words: String| {
        let number = asked.get_value().wrapping_add(1);
        asked.set_value(number);
        let still = move || asked.try_get_value() == Some(number);
        set_timeout(
            move || {
                if !still() {
                    return;
                }
                leptos::task::spawn_local(async move {
                    // Pages and actions are there without it, so a failure needs no words.
                    let answer = ask(Find { words }).await.unwrap_or_default();
                    if still() {
                        drop(found.try_set(answer));
                    }
                });
            },
            PAUSE,
        );
    }
}

/// The entries for what was typed, best first.
fn matching(me: &Me, words: &str, found: &[Found]) -> Vec<Entry> {
    let fixed = pages(me).chain(actions(me));
    if words.trim().is_empty() {
        return fixed.take(MOST).collect();
    }
    let score = |entry: &Entry| {
        let by_title = fuzzy::score(words, &entry.title);
        by_title.or_else(|| fuzzy::score(words, &entry.detail).map(|score| score / 2))
    };
    let mut entries: Vec<(i32, Entry)> =
        fixed.filter_map(|entry| Some((fuzzy::score(words, &entry.title)?, entry))).collect();
    // The server has matched these; they are shown even when their title alone does not explain it.
    entries.extend(found.iter().map(entry_of).map(|entry| (score(&entry).unwrap_or(0), entry)));
    entries.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    entries.into_iter().take(MOST).map(|(_, entry)| entry).collect()
}

fn pages(me: &Me) -> impl Iterator<Item = Entry> {
    nav::pages().filter(|page| page.is_for(me)).map(|page| Entry {
        icon: page.icon,
        title: (page.label)().to_owned(),
        detail: text::palette_pages().to_owned(),
        keys: Some(page.key),
        act: Act::Go(page.href.to_owned()),
    })
}

/// Words of the language of the page.
type Words = fn() -> &'static str;

/// What can be done from anywhere: words, icon, where, and who may.
const ACTIONS: &[(Words, &str, &str, Option<Capability>)] = &[
    (text::action_request, "send", "/requests/new", None),
    (text::action_key, "key-round", "/keys?dialog=new", None),
    (text::action_server, "plus", "/servers/new", Some(Capability::ManageServers)),
    (text::action_rule, "shield-check", "/policies?dialog=new", Some(Capability::ManagePolicies)),
    (text::action_invite, "user-plus", "/users?dialog=invite", Some(Capability::ManageUsers)),
    (text::action_group, "users", "/groups?dialog=new", Some(Capability::ManageUsers)),
    (text::action_denials, "ban", "/audit?outcome=denied", None),
    (text::notifications, "bell", "/notifications", None),
    (text::profile, "user", "/account", None),
];

/// What is pressed on the page itself.
const PRESSES: &[(Words, &str, &str)] = &[
    (text::action_light, "sun", "#account-menu [data-set-theme=light]"),
    (text::action_dark, "moon", "#account-menu [data-set-theme=dark]"),
    (text::action_system, "monitor", "#account-menu [data-set-theme=system]"),
    (text::toggle_sidebar, "panel-left", "[data-toggle-sidebar]"),
    (crate::text::common::sign_out, "log-out", "#account-menu [data-sign-out] button"),
];

fn actions(me: &Me) -> impl Iterator<Item = Entry> {
    let entry = |title: Words, icon, act| Entry {
        icon,
        title: title().to_owned(),
        detail: text::palette_actions().to_owned(),
        keys: None,
        act,
    };
    let links = ACTIONS.iter().filter(|(.., needs)| needs.is_none_or(|needs| me.can(needs)));
    let links = links.map(move |(title, icon, path, _)| entry(*title, icon, Act::Go((*path).to_owned())));
    let shortcuts = std::iter::once(entry(text::shortcuts, "command", Act::Shortcuts));
    let presses = PRESSES.iter().map(move |(title, icon, selector)| entry(*title, icon, Act::Press(selector)));
    links.chain(shortcuts).chain(presses)
}

fn entry_of(found: &Found) -> Entry {
    let (icon, kind): (_, Words) = match found.kind {
        FoundKind::Server => ("server", text::kind_server),
        FoundKind::Connector => ("plug", text::kind_connector),
        FoundKind::Entry => ("layout-grid", text::kind_entry),
        FoundKind::User => ("user", text::kind_user),
        FoundKind::Group => ("briefcase", text::kind_group),
    };
    let detail = if found.detail.is_empty() { kind().to_owned() } else { format!("{} · {}", kind(), found.detail) };
    Entry { icon, title: found.title.clone(), detail, keys: None, act: Act::Go(found.href.clone()) }
}

fn scroll_to_chosen() {
    let chosen = document().query_selector(".palette-option[aria-selected=true]").ok().flatten();
    let element = chosen.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = element {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}
