//! The person's own menu: profile, theme, density, language, sign-out.

use leptos::prelude::*;

use crate::components::{ActionButton, Avatar, Icon, Variant, use_form};
use crate::context::me;
use crate::i18n::{Language, language};
use crate::pages::session::api::{ChooseLanguage, SignOut};
use crate::text::shell as text;
use crate::url::here;

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
            <a class="menu-item" href="/account"><Icon name="user"/>{text::profile()}</a>
            <a class="menu-item" href="/keys"><Icon name="key-round"/>{text::keys()}</a>
            <a class="menu-item" href="/api/docs" rel="external"><Icon name="book-open"/>{text::api_docs()}</a>
            <div class="menu-switch" role="group" aria-label=text::theme()>
                <button type="button" data-set-theme="light"><Icon name="sun"/>{text::light()}</button>
                <button type="button" data-set-theme="dark"><Icon name="moon"/>{text::dark()}</button>
                <button type="button" data-set-theme="system"><Icon name="monitor"/>{text::system()}</button>
            </div>
            <div class="menu-switch" role="group" aria-label=text::density()>
                <button type="button" data-set-density="comfortable">{text::comfortable()}</button>
                <button type="button" data-set-density="compact">{text::compact()}</button>
            </div>
            <LanguageSwitch/>
            <div class="menu-item-form" data-sign-out="">
                <ActionButton form=sign_out plain=true variant=Variant::Quiet icon="log-out">{crate::text::common::sign_out()}</ActionButton>
            </div>
        </div>
    }
}

/// The languages of the console; choosing one loads the page anew.
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let choose = use_form::<ChooseLanguage>();
    let here = here();
    let current = language();
    let languages = Language::ALL
        .iter()
        .map(|language| {
            let pressed = if *language == current { "true" } else { "false" };
            view! {
                <button type="submit" name="tag" value=language.tag() lang=language.tag() aria-pressed=pressed>
                    {language.name()}
                </button>
            }
        })
        .collect_view();
    view! {
        <form method="post">
            <input type="hidden" name=crate::posted::FUNCTION_FIELD value=crate::components::AnyForm::from(choose).function()/>
            <input type="hidden" name="back" value=here/>
            <div class="menu-switch" role="group" aria-label=text::language()>{languages}</div>
        </form>
    }
}
