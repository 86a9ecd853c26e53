//! The person's own menu: profile, theme, sign-out.

use leptos::prelude::*;

use crate::components::{ActionButton, Avatar, Icon, Variant, use_form};
use crate::context::me;
use crate::pages::session::api::SignOut;

/// Name and email of who is signed in, as the button that opens the menu shows it.
#[component]
pub fn WhoAmI() -> impl IntoView {
    let me = me();
    let name = move || me.with(|me| me.as_ref().map(|me| me.user.name.clone()).unwrap_or_default());
    let email = move || me.with(|me| me.as_ref().map(|me| me.user.email.to_string()).unwrap_or_default());
    view! {
        {move || view! { <Avatar name=name()/> }}
        <span class="person-text">
            <span class="person-name">{name}</span>
            <span class="person-detail">{email}</span>
        </span>
    }
}

/// The entries of the menu.
#[component]
pub fn AccountLinks() -> impl IntoView {
    let sign_out = use_form::<SignOut>();
    view! {
        <div class="menu">
            <a class="menu-item" href="/account"><Icon name="user"/>"Profile and password"</a>
            <a class="menu-item" href="/keys"><Icon name="key-round"/>"API keys"</a>
            <a class="menu-item" href="/api/docs" rel="external"><Icon name="book-open"/>"API documentation"</a>
            <div class="theme-switch" role="group" aria-label="Theme">
                <button type="button" data-set-theme="light"><Icon name="sun"/>"Light"</button>
                <button type="button" data-set-theme="dark"><Icon name="moon"/>"Dark"</button>
                <button type="button" data-set-theme="system"><Icon name="monitor"/>"System"</button>
            </div>
            <div class="menu-item-form">
                <ActionButton form=sign_out plain=true variant=Variant::Quiet icon="log-out">"Sign out"</ActionButton>
            </div>
        </div>
    }
}

/// The way to the notifications, with the number of unread ones.
#[component]
pub fn Bell() -> impl IntoView {
    let me = me();
    let unread = move || me.with(|me| me.as_ref().map_or(0, |me| me.unread_notifications));
    let label = move || match unread() {
        0 => "Notifications".to_owned(),
        1 => "Notifications, 1 unread".to_owned(),
        n => format!("Notifications, {n} unread"),
    };
    view! {
        <a class="btn btn-quiet btn-icon bell" href="/notifications" aria-label=label title="Notifications">
            <Icon name="bell"/>
            {move || {
                let unread = unread();
                let shown = if unread > 99 { "99+".to_owned() } else { unread.to_string() };
                (unread > 0).then(|| view! { <span class="bell-count num" aria-hidden="true">{shown}</span> })
            }}
        </a>
    }
}
