//! JSON for reading.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use serde_json::Value;

use super::{CopyButton, Icon};
use crate::format::lower;
use crate::text;

/// JSON text, indented, with parts that fold, a search, and the path of what is pointed at to be copied. Text that is not
/// JSON is shown as it is. Copying gives the original text.
#[component]
pub fn JsonView(
    /// The text.
    #[prop(into)]
    text: String,
    /// What it is.
    #[prop(default = "JSON".into(), into)]
    label: String,
) -> impl IntoView {
    let parsed = serde_json::from_str::<Value>(&text).ok();
    let element = NodeRef::<leptos::html::Div>::new();
    let tools = parsed.is_some().then(|| view! { <JsonTools tree=element label=label.clone()/> });
    let body = match parsed {
        Some(value) => {
            view! { <div class="json mono" node_ref=element on:click=copy_path>{node(None, "$", value, 0)}</div> }
                .into_any()
        }
        None => view! { <pre tabindex="0" aria-label=label.clone()><code>{text.clone()}</code></pre> }.into_any(),
    };
    view! {
        <div class="code">
            <div class="code-head">
                <span>{label}</span>
                {tools}
                <CopyButton text=text/>
            </div>
            {body}
        </div>
    }
}

/// Search and folding, for what is interactive.
#[component]
fn JsonTools(tree: NodeRef<leptos::html::Div>, label: String) -> impl IntoView {
    let found = RwSignal::new(None::<u32>);
    let search = move |event: ev::Event| {
        let words = lower(&event_target_value(&event));
        let Some(tree) = tree.get_untracked() else { return };
        found.set(mark(&tree, words.trim()));
    };
    let fold = move |open: bool| {
        if let Some(tree) = tree.get_untracked() {
            each(&tree, "details", |details| {
                let done = if open { details.set_attribute("open", "") } else { details.remove_attribute("open") };
                drop(done);
            });
        }
    };
    view! {
        <span class="json-tools needs-js">
            <span class="json-found" role="status">{move || found.get().map(text::components::json_found)}</span>
            <input
                class="input json-search"
                type="search"
                placeholder=text::components::json_search()
                aria-label=text::components::json_search_in(&label)
                autocomplete="off"
                on:input=search
            />
            <button type="button" class="btn btn-quiet btn-icon" title=text::components::json_unfold() aria-label=text::components::json_unfold() on:click=move |_| fold(true)>
                <Icon name="chevron-down"/>
            </button>
            <button type="button" class="btn btn-quiet btn-icon" title=text::components::json_fold() aria-label=text::components::json_fold() on:click=move |_| fold(false)>
                <Icon name="chevron-right"/>
            </button>
        </span>
    }
}

/// Marks the lines that hold the words and unfolds what they are in; the number of them, or nothing without words.
fn mark(tree: &web_sys::Element, words: &str) -> Option<u32> {
    let mut count = 0;
    each(tree, "[data-path]", |line| {
        let own = line.query_selector(":scope > .json-line, :scope > summary").ok().flatten();
        let text = lower(&own.and_then(|own| own.text_content()).unwrap_or_default());
        let hit = !words.is_empty() && text.contains(words);
        drop(line.class_list().toggle_with_force("json-hit", hit));
        if hit {
            count += 1;
            let mut above = line.parent_element();
            while let Some(element) = above {
                if element.tag_name() == "DETAILS" {
                    drop(element.set_attribute("open", ""));
                }
                above = element.parent_element();
            }
        }
    });
    (!words.is_empty()).then_some(count)
}

fn each(tree: &web_sys::Element, selector: &str, mut act: impl FnMut(web_sys::Element)) {
    let Ok(found) = tree.query_selector_all(selector) else { return };
    for element in (0..found.length()).filter_map(|i| found.item(i)?.dyn_into().ok()) {
        act(element);
    }
}

/// The buttons of the lines copy the path of their value (`$.tools[0].name`, as in RFC 9535).
fn copy_path(event: ev::MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let button = target.and_then(|target| target.closest("[data-copy-path]").ok().flatten());
    let line = button.as_ref().and_then(|button| button.closest("[data-path]").ok().flatten());
    if let (Some(button), Some(path)) = (button, line.and_then(|line| line.get_attribute("data-path"))) {
        event.prevent_default();
        super::copy::copy_text(&path);
        drop(button.set_attribute("data-copied", ""));
        set_timeout(move || drop(button.remove_attribute("data-copied")), std::time::Duration::from_secs(2));
    }
}

/// Levels that are unfolded at first.
const OPEN_LEVELS: usize = 3;

fn node(key: Option<String>, path: &str, value: Value, level: usize) -> AnyView {
    let key = key.map(|key| view! { <span class="json-key">{key}</span> ": " });
    match value {
        Value::Object(map) if !map.is_empty() => {
            let hint = format!("{{ {} }}", text::components::json_fields(map.len()));
            let child = |(key, value): (String, Value)| {
                let path = member(path, &key);
                node(Some(key), &path, value, level + 1)
            };
            let children = map.into_iter().map(child).collect_view();
            folded(key.into_any(), path, hint, children.into_any(), level)
        }
        Value::Array(items) if !items.is_empty() => {
            let hint = format!("[ {} ]", text::components::json_items(items.len()));
            let child = |(i, value): (usize, Value)| node(None, &format!("{path}[{i}]"), value, level + 1);
            let children = items.into_iter().enumerate().map(child).collect_view();
            folded(key.into_any(), path, hint, children.into_any(), level)
        }
        leaf => {
            let class = match leaf {
                Value::String(_) => "json-string",
                Value::Number(_) => "json-number",
                _ => "json-word",
            };
            view! {
                <div class="json-leaf" data-path=path.to_owned()>
                    <span class="json-line">{key}<span class=class>{leaf.to_string()}</span></span>
                    <CopyPath/>
                </div>
            }
            .into_any()
        }
    }
}

fn folded(key: AnyView, path: &str, hint: String, children: AnyView, level: usize) -> AnyView {
    view! {
        <details class="json-fold" open=level < OPEN_LEVELS data-path=path.to_owned()>
            <summary>{key}<span class="json-hint">{hint}</span></summary>
            <div class="json-children">{children}</div>
        </details>
    }
    .into_any()
}

/// The button that copies the path of its line.
#[component]
fn CopyPath() -> impl IntoView {
    view! {
        <button type="button" class="json-path needs-js" data-copy-path="" tabindex="-1" title=text::components::json_copy_path() aria-label=text::components::json_copy_path()>
            <Icon name="copy"/>
        </button>
    }
}

/// The path of a member of an object.
fn member(path: &str, key: &str) -> String {
    let plain = key.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { format!("{path}.{key}") } else { format!("{path}[{}]", Value::from(key)) }
}

#[cfg(test)]
mod tests {
    use super::member;

    #[test]
    fn paths_are_those_of_jsonpath() {
        assert_eq!(member("$", "tools"), "$.tools");
        assert_eq!(member("$.a", "x y"), "$.a[\"x y\"]");
        assert_eq!(member("$", "0"), "$[\"0\"]");
        assert_eq!(member("$", "\"q\""), "$[\"\\\"q\\\"\"]");
    }
}
