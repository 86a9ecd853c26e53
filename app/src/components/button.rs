//! Buttons and links that look like buttons.

use leptos::prelude::*;

use super::Icon;
use super::form::FormContext;

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Variant {
    /// The one thing to do on a page or in a dialog.
    Primary,
    /// Everything else.
    #[default]
    Secondary,
    /// In rows and toolbars.
    Quiet,
    /// Takes something away.
    Danger,
}

impl Variant {
    pub(crate) const fn class(self, small: bool) -> &'static str {
        match (self, small) {
            (Self::Primary, false) => "btn btn-primary",
            (Self::Primary, true) => "btn btn-primary btn-small",
            (Self::Secondary, false) => "btn btn-secondary",
            (Self::Secondary, true) => "btn btn-secondary btn-small",
            (Self::Quiet, false) => "btn btn-quiet",
            (Self::Quiet, true) => "btn btn-quiet btn-small",
            (Self::Danger, false) => "btn btn-danger",
            (Self::Danger, true) => "btn btn-danger btn-small",
        }
    }
}

fn leading(icon: Option<String>) -> impl IntoView {
    icon.map(|name| view! { <Icon name=name/> })
}

/// A button of a form; with a name it says which of several buttons was pressed.
#[component]
pub fn Button(
    /// How much it asks for attention.
    #[prop(optional)]
    variant: Variant,
    /// Icon before the words.
    #[prop(optional, into)]
    icon: Option<String>,
    /// For rows and toolbars.
    #[prop(optional)]
    small: bool,
    /// Name of the value it sends.
    #[prop(optional, into)]
    name: Option<String>,
    /// The value it sends.
    #[prop(optional, into)]
    value: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <button type="submit" class=variant.class(small) name=name value=value>
            {leading(icon)}
            {children()}
        </button>
    }
}

/// The button that sends the form around it; shows that the form is under way and cannot be pressed twice.
#[component]
pub fn Submit(
    /// How much it asks for attention.
    #[prop(default = Variant::Primary)]
    variant: Variant,
    /// Icon before the words.
    #[prop(optional, into)]
    icon: Option<String>,
    /// For rows and toolbars.
    #[prop(optional)]
    small: bool,
    children: Children,
) -> impl IntoView {
    let pending = use_context::<FormContext>().map(|form| form.pending);
    let busy = move || pending.is_some_and(|pending| pending.get());
    view! {
        <button
            type="submit"
            class=variant.class(small)
            aria-disabled=move || busy().then_some("true")
            aria-busy=move || busy().then_some("true")
        >
            {leading(icon)}
            {children()}
            <span class="btn-spinner" aria-hidden="true"></span>
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn LinkButton(
    /// Where it leads: a text or a function of the URL.
    #[prop(into)]
    href: Signal<String>,
    /// How much it asks for attention.
    #[prop(optional)]
    variant: Variant,
    /// Icon before the words.
    #[prop(optional, into)]
    icon: Option<String>,
    /// For rows and toolbars.
    #[prop(optional)]
    small: bool,
    /// Leads out of the console: the browser loads it as a page of its own.
    #[prop(optional)]
    external: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <a class=variant.class(small) href=move || href.get() rel=external.then_some("external noreferrer")>
            {leading(icon)}
            {children()}
        </a>
    }
}

/// A link that is only an icon, with its meaning for those who do not see it.
#[component]
pub fn IconLink(
    /// Where it leads.
    #[prop(into)]
    href: Signal<String>,
    /// Which icon.
    #[prop(into)]
    icon: String,
    /// What it does.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    view! {
        <a class="btn btn-quiet btn-icon" href=move || href.get() aria-label=label.clone() title=label.clone()>
            <Icon name=icon/>
        </a>
    }
}
