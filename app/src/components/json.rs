//! JSON for reading.

use leptos::prelude::*;
use serde_json::Value;

use super::CopyButton;

/// JSON text, indented, with parts that fold. Text that is not JSON is shown as it is. Copying gives the original text.
#[component]
pub fn JsonView(
    /// The text.
    #[prop(into)]
    text: String,
    /// What it is.
    #[prop(default = "JSON".into(), into)]
    label: String,
) -> impl IntoView {
    let body = match serde_json::from_str::<Value>(&text) {
        Ok(value) => view! { <div class="json mono">{node(None, value, 0)}</div> }.into_any(),
        Err(_) => view! { <pre tabindex="0" aria-label=label.clone()><code>{text.clone()}</code></pre> }.into_any(),
    };
    view! {
        <div class="code">
            <div class="code-head">
                <span>{label}</span>
                <CopyButton text=text/>
            </div>
            {body}
        </div>
    }
}

/// Levels that are unfolded at first.
const OPEN_LEVELS: usize = 3;

fn node(key: Option<String>, value: Value, level: usize) -> AnyView {
    let key = key.map(|key| view! { <span class="json-key">{key}</span> ": " });
    match value {
        Value::Object(map) if !map.is_empty() => {
            let hint = format!("{{ {} }}", crate::format::count(map.len(), "field", "fields"));
            let children = map.into_iter().map(|(key, value)| node(Some(key), value, level + 1)).collect_view();
            folded(key.into_any(), hint, children.into_any(), level)
        }
        Value::Array(items) if !items.is_empty() => {
            let hint = format!("[ {} ]", crate::format::count(items.len(), "item", "items"));
            let children = items.into_iter().map(|value| node(None, value, level + 1)).collect_view();
            folded(key.into_any(), hint, children.into_any(), level)
        }
        leaf => {
            let class = match leaf {
                Value::String(_) => "json-string",
                Value::Number(_) => "json-number",
                _ => "json-word",
            };
            view! { <div class="json-leaf">{key}<span class=class>{leaf.to_string()}</span></div> }.into_any()
        }
    }
}

fn folded(key: AnyView, hint: String, children: AnyView, level: usize) -> AnyView {
    view! {
        <details class="json-fold" open=level < OPEN_LEVELS>
            <summary>{key}<span class="json-hint">{hint}</span></summary>
            <div class="json-children">{children}</div>
        </details>
    }
    .into_any()
}
