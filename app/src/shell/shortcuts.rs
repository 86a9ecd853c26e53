//! Shortcuts of the keyboard that work on every page, and their overview.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::nav;
use super::overlay::{Overlay, OverlayBox, shell_state};
use crate::components::Icon;
use crate::context::me;
use crate::keys;
use crate::text::shell as text;

/// How long `g` waits for the letter of a page.
const WAIT: Duration = Duration::from_millis(1_500);

/// Listens to the shortcuts of every page.
pub fn listen() {
    let state = shell_state();
    let going = StoredValue::new(false);
    let go = go();
    Effect::new(move |_| {
        let palette = window_event_listener(ev::keydown, move |event| {
            if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k") {
                event.prevent_default();
                state.toggle(Overlay::Palette);
            }
        });
        on_cleanup(move || palette.remove());
        let go = go.clone();
        keys::on_command(move |key, event| {
            if going.get_value() {
                going.set_value(false);
                if go(key) {
                    event.prevent_default();
                    return;
                }
            }
            let taken = match key {
                "g" => {
                    going.set_value(true);
                    // The page may be gone by then.
                    let over = move || {
                        let _ = going.try_update_value(|going| *going = false);
                    };
                    set_timeout(over, WAIT);
                    true
                }
                "?" => {
                    state.open(Overlay::Shortcuts);
                    true
                }
                "/" => {
                    keys::focus("main input[type=search]") || {
                        state.open(Overlay::Palette);
                        true
                    }
                }
                "[" => keys::press("[data-toggle-sidebar]"),
                _ => false,
            };
            if taken {
                event.prevent_default();
            }
        });
    });
}

/// Goes to the page whose letter was pressed, if the person may see it.
fn go() -> impl Fn(&str) -> bool + Clone {
    let navigate = use_navigate();
    let me = me();
    move |key| {
        let page = nav::pages().find(|page| key.chars().eq([page.key]));
        let page = page.filter(|page| me.with_untracked(|me| me.as_ref().is_some_and(|me| page.is_for(me))));
        if let Some(page) = page {
            navigate(page.href, NavigateOptions::default());
        }
        page.is_some()
    }
}

/// The overview of all shortcuts.
#[component]
pub fn Shortcuts() -> impl IntoView {
    let state = shell_state();
    let me = me();
    let pages = move || {
        let visible = |page: &&nav::NavItem| me.with(|me| me.as_ref().is_some_and(|me| page.is_for(me)));
        let row = |page: &'static nav::NavItem| {
            view! { <ShortcutRow what=(page.label)() keys=vec!["g".to_owned(), page.key.to_string()] then=true/> }
        };
        nav::pages().filter(visible).map(row).collect_view()
    };
    let rows = |rows: Vec<(&'static str, Vec<&'static str>)>| {
        rows.into_iter()
            .map(|(what, keys)| view! { <ShortcutRow what=what keys=keys.into_iter().map(str::to_owned).collect()/> })
            .collect_view()
    };
    view! {
        <OverlayBox label=text::shortcuts() class="dialog dialog-wide">
            <div class="dialog-content">
                <h2 class="dialog-title">{text::shortcuts()}</h2>
                <div class="shortcuts">
                    <section>
                        <h3>{text::shortcuts_everywhere()}</h3>
                        <dl>
                            {rows(vec![
                                (text::key_palette(), vec![text::key_control(), "K"]),
                                (text::key_search(), vec!["/"]),
                                (text::toggle_sidebar(), vec!["["]),
                                (text::key_help(), vec!["?"]),
                            ])}
                        </dl>
                        <h3>{text::shortcuts_lists()}</h3>
                        <dl>
                            {rows(vec![
                                (text::key_next(), vec!["j"]),
                                (text::key_previous(), vec!["k"]),
                                (text::key_open(), vec!["↵"]),
                            ])}
                        </dl>
                        <h3>{text::shortcuts_review()}</h3>
                        <dl>
                            {rows(vec![
                                (text::key_test(), vec!["t"]),
                                (text::key_approve(), vec!["a"]),
                                (text::key_reject(), vec!["r"]),
                            ])}
                        </dl>
                    </section>
                    <section>
                        <h3>{text::shortcuts_go()}</h3>
                        <dl>{pages}</dl>
                    </section>
                </div>
                <button
                    type="button"
                    class="btn btn-quiet btn-icon dialog-close"
                    aria-label=crate::text::common::close()
                    on:click=move |_| state.close()
                >
                    <Icon name="x"/>
                </button>
            </div>
        </OverlayBox>
    }
}

#[component]
fn ShortcutRow(what: &'static str, keys: Vec<String>, #[prop(optional)] then: bool) -> impl IntoView {
    let keys = keys
        .into_iter()
        .enumerate()
        .map(|(at, key)| {
            let between = (then && at > 0).then(|| view! { <span class="muted">" "{text::key_then()}" "</span> });
            view! { {between}<kbd>{key}</kbd> }
        })
        .collect_view();
    view! { <div class="shortcut"><dt>{what}</dt><dd>{keys}</dd></div> }
}
