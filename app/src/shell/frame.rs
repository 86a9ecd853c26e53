//! The frame: sidebar and content for those who are signed in, a bare page for those who are not.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos_router::hooks::use_location;

use super::account_menu::{AccountLinks, LanguageSwitch, WhoAmI};
use super::banners::Banners;
use super::bell::{Bell, BellPopover, BellState};
use super::nav::NavLinks;
use super::overlay::{Overlay, Overlays, ShellState};
use super::{ahead, live, shortcuts};
use crate::PUBLIC_PAGES;
use crate::components::{Icon, Logo, NoticeBanner};
use crate::context::context;
use crate::text::shell as text;

/// What is around the page. Signing in and out load the page anew, so it is decided once.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let context = context();
    context.keep_fresh();
    let path = use_location().pathname.get_untracked();
    let bare = context.me().with_untracked(Option::is_none) || PUBLIC_PAGES.contains(&path.as_str());
    if bare {
        view! { <Bare>{children()}</Bare> }.into_any()
    } else {
        view! { <ConsoleFrame>{children()}</ConsoleFrame> }.into_any()
    }
}

#[component]
fn Bare(children: Children) -> impl IntoView {
    view! {
        <div class="bare">
            <header class="bare-brand"><Logo/><span class="brand-name">"Drawbridge"</span></header>
            <main id="main" class="bare-main" tabindex="-1">
                <NoticeBanner/>
                {children()}
            </main>
            <footer class="bare-foot"><LanguageSwitch/></footer>
        </div>
    }
}

/// Id of the menu on narrow screens.
const NARROW_MENU: &str = "navigation-menu";

#[component]
fn ConsoleFrame(children: Children) -> impl IntoView {
    let state = ShellState::provide();
    BellState::provide();
    close_menu_on_navigation();
    shortcuts::listen();
    live::listen();
    ahead::listen();
    let open_palette = move |_| state.open(Overlay::Palette);
    view! {
        <a class="skip-link" href="#main" rel="external">{text::skip()}</a>
        <div class="frame">
            <header class="topbar">
                <button type="button" class="btn btn-quiet btn-icon" popovertarget=NARROW_MENU aria-label=text::open_nav()>
                    <Icon name="menu"/>
                </button>
                <a class="brand-link" href="/"><Logo/><span class="brand-name">"Drawbridge"</span></a>
                <button type="button" class="btn btn-quiet btn-icon needs-js topbar-search" aria-label=text::search_short() on:click=open_palette>
                    <Icon name="search"/>
                </button>
                <Bell/>
            </header>
            <header class="sidebar">
                <div class="sidebar-head">
                    <a class="brand-link" href="/" aria-label="Drawbridge"><Logo/><span class="brand-name">"Drawbridge"</span></a>
                    <Bell/>
                </div>
                <button type="button" class="search-button needs-js" title=text::search() on:click=open_palette>
                    <Icon name="search"/>
                    <span class="nav-label">{text::search()}</span>
                    <span class="search-keys" aria-hidden="true"><kbd>{text::key_control()}</kbd><kbd>"K"</kbd></span>
                </button>
                <nav class="sidebar-nav" aria-label=text::nav_label()><NavLinks/></nav>
                <div class="sidebar-foot">
                    <button type="button" class="account-button" popovertarget="account-menu">
                        <WhoAmI/>
                        <span class="sr-only">{text::account_menu()}</span>
                        <Icon name="chevrons-up-down"/>
                    </button>
                    <button type="button" class="btn btn-quiet btn-icon" data-toggle-sidebar="" aria-label=text::toggle_sidebar() title=text::toggle_sidebar()>
                        <Icon name="panel-left"/>
                    </button>
                </div>
            </header>
            <div id="account-menu" class="popover popover-account" popover="auto"><AccountLinks/></div>
            <BellPopover/>
            <div id=NARROW_MENU class="popover popover-nav" popover="auto">
                <div class="popover-head">
                    <span class="person"><WhoAmI/></span>
                    <button type="button" class="btn btn-quiet btn-icon" popovertarget=NARROW_MENU popovertargetaction="hide" aria-label=text::close_nav()>
                        <Icon name="x"/>
                    </button>
                </div>
                <nav aria-label=text::nav_menu_label()><NavLinks/></nav>
                <AccountLinks/>
            </div>
            <div class="content">
                <Banners/>
                <main id="main" class="main" tabindex="-1">
                    <NoticeBanner/>
                    {children()}
                </main>
            </div>
        </div>
        <Overlays/>
    }
}

/// Menus would otherwise stay open over the page that was chosen in them.
fn close_menu_on_navigation() {
    let path = use_location().pathname;
    Effect::new(move |earlier: Option<()>| {
        path.track();
        if earlier.is_some() {
            for id in [NARROW_MENU, "account-menu", "notifications-popover"] {
                let menu = document().get_element_by_id(id).and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok());
                // Refused when it is not open.
                drop(menu.map(|menu| menu.hide_popover()));
            }
        }
    });
}
