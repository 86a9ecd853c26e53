//! The navigation: sections and pages, each shown to those who may use it.

use domain::{Capability, Me};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::components::Icon;
use crate::context::me;

/// A page in the navigation.
struct NavItem {
    label: &'static str,
    href: &'static str,
    icon: &'static str,
    /// Who sees it; everybody when absent.
    needs: Option<Capability>,
    /// A number beside it, when it is not zero.
    count: Option<fn(&Me) -> u32>,
}

impl NavItem {
    const fn new(label: &'static str, href: &'static str, icon: &'static str) -> Self {
        Self { label, href, icon, needs: None, count: None }
    }

    const fn needs(mut self, capability: Capability) -> Self {
        self.needs = Some(capability);
        self
    }

    const fn count(mut self, count: fn(&Me) -> u32) -> Self {
        self.count = Some(count);
        self
    }
}

/// The navigation, in order: title of the section and its pages.
const SECTIONS: &[(&str, &[NavItem])] = &[
    (
        "Workspace",
        &[
            NavItem::new("Home", "/", "home"),
            NavItem::new("My connectors", "/connectors", "plug"),
            NavItem::new("Catalog", "/catalog", "layout-grid"),
            NavItem::new("My requests", "/requests", "send"),
            NavItem::new("My activity", "/activity", "activity"),
            NavItem::new("API keys", "/keys", "key-round"),
        ],
    ),
    (
        "Admin",
        &[
            NavItem::new("Inbox", "/inbox", "inbox").needs(Capability::ManageRequests).count(|me| me.pending_requests),
            NavItem::new("Servers", "/servers", "server").needs(Capability::ManageServers),
            NavItem::new("Policies", "/policies", "shield-check").needs(Capability::ManagePolicies),
            NavItem::new("Users", "/users", "users").needs(Capability::ManageUsers),
            NavItem::new("Groups", "/groups", "briefcase").needs(Capability::ManageUsers),
            NavItem::new("Audit log", "/audit", "scroll-text").needs(Capability::ViewOrgAudit),
        ],
    ),
];

/// The links of the navigation. It may be on a page twice (beside the content, and as a menu on narrow screens).
#[component]
pub fn NavLinks() -> impl IntoView {
    let me = me();
    let path = use_location().pathname;
    let sections = SECTIONS
        .iter()
        .map(|(title, items)| {
            let visible = move || {
                me.with(|me| {
                    me.as_ref().is_some_and(|me| items.iter().any(|item| item.needs.is_none_or(|needs| me.can(needs))))
                })
            };
            view! {
                <Show when=visible>
                    <div class="nav-section">
                        <p class="nav-title">{*title}</p>
                        <ul>{items.iter().map(|item| nav_link(item, me, path)).collect_view()}</ul>
                    </div>
                </Show>
            }
        })
        .collect_view();
    view! { <div class="nav-links">{sections}</div> }
}

fn nav_link(item: &'static NavItem, me: Signal<Option<Me>>, path: Memo<String>) -> impl IntoView {
    let visible = move || item.needs.is_none_or(|needs| me.with(|me| me.as_ref().is_some_and(|me| me.can(needs))));
    let current = move || path.with(|path| is_current(item.href, path)).then_some("page");
    let count = move || {
        let count = item.count.map_or(0, |count| me.with(|me| me.as_ref().map_or(0, count)));
        (count > 0).then(|| view! { <span class="nav-count num">{count}<span class="sr-only">" waiting"</span></span> })
    };
    view! {
        <Show when=visible>
            <li>
                <a class="nav-link" href=item.href aria-current=current title=item.label>
                    <Icon name=item.icon/>
                    <span class="nav-label">{item.label}</span>
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
}
