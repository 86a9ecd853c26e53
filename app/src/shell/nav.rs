//! The navigation: sections and pages, each shown to those who may use it.

use domain::{Capability, Me};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::components::Icon;
use crate::context::me;
use crate::text::shell as text;

/// A page in the navigation.
pub struct NavItem {
    /// What it is called.
    pub label: fn() -> &'static str,
    /// Its path.
    pub href: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// The key that leads there after `g`.
    pub key: char,
    /// Who sees it; everybody when absent.
    needs: Option<Capability>,
    /// A number beside it, when it is not zero.
    count: Option<fn(&Me) -> u32>,
}

impl NavItem {
    const fn new(label: fn() -> &'static str, href: &'static str, icon: &'static str, key: char) -> Self {
        Self { label, href, icon, key, needs: None, count: None }
    }

    const fn needs(mut self, capability: Capability) -> Self {
        self.needs = Some(capability);
        self
    }

    const fn count(mut self, count: fn(&Me) -> u32) -> Self {
        self.count = Some(count);
        self
    }

    /// Whether this person sees it.
    pub fn is_for(&self, me: &Me) -> bool {
        self.needs.is_none_or(|needs| me.can(needs))
    }
}

/// A part of the navigation.
struct Section {
    title: fn() -> &'static str,
    items: &'static [NavItem],
}

/// The navigation, in order.
const SECTIONS: &[Section] = &[
    Section {
        title: text::workspace,
        items: &[
            NavItem::new(text::home, "/", "home", 'h'),
            NavItem::new(text::connectors, "/connectors", "plug", 'c'),
            NavItem::new(text::catalog, "/catalog", "layout-grid", 'b'),
            NavItem::new(text::requests, "/requests", "send", 'r'),
            NavItem::new(text::activity, "/activity", "activity", 'm'),
            NavItem::new(text::keys, "/keys", "key-round", 'k'),
        ],
    },
    Section {
        title: text::admin,
        items: &[
            NavItem::new(text::inbox, "/inbox", "inbox", 'i')
                .needs(Capability::ManageRequests)
                .count(|me| me.pending_requests),
            NavItem::new(text::servers, "/servers", "server", 's').needs(Capability::ManageServers),
            NavItem::new(text::policies, "/policies", "shield-check", 'p').needs(Capability::ManagePolicies),
            NavItem::new(text::users, "/users", "users", 'u').needs(Capability::ManageUsers),
            NavItem::new(text::groups, "/groups", "briefcase", 'o').needs(Capability::ManageUsers),
            NavItem::new(text::audit, "/audit", "scroll-text", 'a').needs(Capability::ViewOrgAudit),
        ],
    },
];

/// All pages of the navigation.
pub fn pages() -> impl Iterator<Item = &'static NavItem> {
    SECTIONS.iter().flat_map(|section| section.items)
}

/// The links of the navigation. It may be on a page twice (beside the content, and as a menu on narrow screens).
#[component]
pub fn NavLinks() -> impl IntoView {
    let me = me();
    let path = use_location().pathname;
    let sections = SECTIONS
        .iter()
        .map(|section| {
            let visible =
                move || me.with(|me| me.as_ref().is_some_and(|me| section.items.iter().any(|item| item.is_for(me))));
            view! {
                <Show when=visible>
                    <div class="nav-section">
                        <p class="nav-title">{(section.title)()}</p>
                        <ul>{section.items.iter().map(|item| nav_link(item, me, path)).collect_view()}</ul>
                    </div>
                </Show>
            }
        })
        .collect_view();
    view! { <div class="nav-links">{sections}</div> }
}

fn nav_link(item: &'static NavItem, me: Signal<Option<Me>>, path: Memo<String>) -> impl IntoView {
    let visible = move || me.with(|me| me.as_ref().is_some_and(|me| item.is_for(me)));
    let current = move || path.with(|path| is_current(item.href, path)).then_some("page");
    let count = move || {
        let count = item.count.map_or(0, |count| me.with(|me| me.as_ref().map_or(0, count)));
        (count > 0).then(
            || view! { <span class="nav-count num">{count}<span class="sr-only">" "{text::waiting()}</span></span> },
        )
    };
    view! {
        <Show when=visible>
            <li>
                <a class="nav-link" href=item.href aria-current=current title=(item.label)()>
                    <Icon name=item.icon/>
                    <span class="nav-label">{(item.label)()}</span>
                    {count}
                </a>
            </li>
        </Show>
    }
}

/// A page is current when it or something below it is shown.
fn is_current(href: &str, path: &str) -> bool {
    let below = |path: &str| path.is_empty() || path.starts_with('/');
    if href == "/" { matches!(path, "" | "/") } else { path.strip_prefix(href).is_some_and(below) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_below_count() {
        assert!(is_current("/users", "/users/usr_1"));
        assert!(is_current("/users", "/users"));
        assert!(!is_current("/users", "/usersx"));
        assert!(is_current("/", "/"));
        assert!(!is_current("/", "/users"));
    }

    #[test]
    fn every_page_has_a_key_of_its_own() {
        let keys: std::collections::BTreeSet<char> = pages().map(|page| page.key).collect();
        assert_eq!(keys.len(), pages().count());
    }
}
