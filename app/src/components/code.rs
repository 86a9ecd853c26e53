//! Code, and secrets that are shown once.

use leptos::prelude::*;

use super::CopyButton;

/// A block of code with a button that copies it.
#[component]
pub fn CodeBlock(
    /// The code.
    #[prop(into)]
    code: String,
    /// What it is.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    view! {
        <figure class="code">
            <figcaption class="code-head">
                <span>{label.clone()}</span>
                <CopyButton text=code.clone()/>
            </figcaption>
            <pre tabindex="0" aria-label=label><code>{code}</code></pre>
        </figure>
    }
}

/// A secret that is shown this once, ready to be copied.
#[component]
pub fn SecretOnce(
    /// What it is.
    #[prop(into)]
    label: String,
    /// The secret.
    #[prop(into)]
    value: String,
    /// What to do with it.
    #[prop(optional, into)]
    help: Option<String>,
) -> impl IntoView {
    view! {
        <div class="secret-once">
            <label class="field">
                <span class="field-label">{label}</span>
                <span class="secret-row">
                    <input class="input mono" type="text" readonly=true value=value.clone() data-secret-once="" autocomplete="off" spellcheck="false"/>
                    <CopyButton text=value/>
                </span>
            </label>
            {help.map(|help| view! { <p class="field-help">{help}</p> })}
        </div>
    }
}
