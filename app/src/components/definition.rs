//! What a server says of a tool (or a prompt, a resource): for reading before it is trusted.

use leptos::prelude::*;
use serde_json::Value;

use super::{Badge, JsonView, Tone};
use crate::diff::{Line, json_diff};
use crate::text;

/// One parameter of a tool, read from its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parameter {
    name: String,
    kind: String,
    required: bool,
    description: String,
}

/// The parameters in an `inputSchema`, in the server's order. Whatever is not understood is left out here and can be
/// read in the JSON.
fn parameters(definition: &Value) -> Vec<Parameter> {
    let schema = &definition["inputSchema"];
    let required: Vec<&str> =
        schema["required"].as_array().map(|names| names.iter().filter_map(Value::as_str).collect()).unwrap_or_default();
    let Some(properties) = schema["properties"].as_object() else { return Vec::new() };
    properties
        .iter()
        .map(|(name, property)| Parameter {
            name: name.clone(),
            kind: kind_of(property),
            required: required.contains(&name.as_str()),
            description: property["description"].as_str().unwrap_or_default().to_owned(),
        })
        .collect()
}

fn kind_of(property: &Value) -> String {
    match &property["type"] {
        Value::String(kind) if kind == "array" => match property["items"]["type"].as_str() {
            Some(item) => text::components::type_array_of(item),
            None => text::components::type_array().to_owned(),
        },
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            let kinds = kinds.iter().filter_map(Value::as_str).map(str::to_owned);
            kinds.reduce(|before, kind| text::components::type_or(&before, &kind)).unwrap_or_default()
        }
        _ if property.get("enum").is_some() => text::components::type_choice().to_owned(),
        _ => text::components::type_any().to_owned(),
    }
}

/// What the server says of itself about a tool: hints, not facts.
fn hints(definition: &Value) -> Vec<(&'static str, Tone)> {
    let hint = |name: &str| definition["annotations"][name].as_bool();
    let mut hints = Vec::new();
    match hint("readOnlyHint") {
        Some(true) => hints.push((text::components::says_reads_only(), Tone::Info)),
        _ if hint("destructiveHint") == Some(true) => hints.push((text::components::says_can_destroy(), Tone::Warning)),
        _ => {}
    }
    if hint("openWorldHint") == Some(true) {
        hints.push((text::components::says_open_world(), Tone::Neutral));
    }
    hints
}

/// A definition: name, what it says of itself, its parameters, and the whole of it as JSON.
#[component]
pub fn DefinitionView(
    /// Name.
    #[prop(into)]
    name: String,
    /// JSON text of the definition.
    #[prop(into)]
    json: String,
    /// Unfolded at first.
    #[prop(optional)]
    open: bool,
    /// Badges after the name.
    #[prop(optional, into)]
    badges: Option<ViewFn>,
    /// What stands before the parameters, such as what changed.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let definition = serde_json::from_str::<Value>(&json).unwrap_or_default();
    let description = definition["description"].as_str().unwrap_or_default().to_owned();
    let hints =
        hints(&definition).into_iter().map(|(words, tone)| view! { <Badge tone=tone>{words}</Badge> }).collect_view();
    let parameters = parameters(&definition);
    let table = (!parameters.is_empty()).then(|| {
        let rows = parameters
            .into_iter()
            .map(|parameter| {
                view! {
                    <tr>
                        <th scope="row"><code class="mono">{parameter.name}</code></th>
                        <td>{parameter.kind}</td>
                        <td>{if parameter.required { text::components::parameter_required() } else { text::common::optional() }}</td>
                        <td>{parameter.description}</td>
                    </tr>
                }
            })
            .collect_view();
        let label = text::components::parameters_of(&name);
        let table_label = label.clone();
        view! {
            <div class="definition-parameters" tabindex="0" role="region" aria-label=label>
                <table class="table-plain" aria-label=table_label>
                    <thead>
                        <tr>
                            <th scope="col">{text::components::parameter()}</th>
                            <th scope="col">{text::components::parameter_type()}</th>
                            <th scope="col">{text::components::parameter_needed()}</th>
                            <th scope="col">{text::common::description()}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
    });
    view! {
        <details class="definition" open=open>
            <summary>
                <code class="mono definition-name">{name}</code>
                {badges.map(|badges| badges.run())}
                {hints}
                <span class="definition-summary">{description.clone()}</span>
            </summary>
            <div class="definition-body stack">
                {children.map(|children| children())}
                {(!description.is_empty()).then(|| view! { <p class="definition-text">{description}</p> })}
                {table}
                <JsonView text=json label=text::components::definition()/>
            </div>
        </details>
    }
}

/// What changed in a definition, line by line.
#[component]
pub fn DefinitionDiff(
    /// JSON text as approved.
    #[prop(into)]
    approved: String,
    /// JSON text as seen.
    #[prop(into)]
    seen: String,
) -> impl IntoView {
    let lines = json_diff(&approved, &seen).into_iter().map(Line::signed).collect();
    view! {
        <div class="code">
            <div class="code-head"><span>{text::components::diff_title()}</span></div>
            <DiffLines lines=lines/>
        </div>
    }
}

/// A comparison, line by line.
#[component]
pub fn DiffLines(
    /// The sign and the text of each line ([`Line::signed`]).
    lines: Vec<(String, String)>,
) -> impl IntoView {
    let lines = lines
        .into_iter()
        .map(|(sign, text)| {
            let (class, word) = match sign.as_str() {
                "+" => ("diff-line diff-added", Some(text::components::diff_added())),
                "−" => ("diff-line diff-removed", Some(text::components::diff_removed())),
                "…" => ("diff-line diff-skipped", None),
                _ => ("diff-line", None),
            };
            view! {
                <div class=class>
                    <span class="diff-sign" aria-hidden="true">{sign}</span>
                    {word.map(|word| view! { <span class="sr-only">{word}" "</span> })}
                    <span class="diff-text">{text}</span>
                </div>
            }
        })
        .collect_view();
    view! { <div class="diff mono" tabindex="0" role="region" aria-label=text::components::diff_changed()>{lines}</div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_from_the_schema() {
        let definition: Value = serde_json::from_str(
            r#"{"inputSchema":{"type":"object","required":["path"],"properties":{
                "path":{"type":"string","description":"Where"},
                "tags":{"type":"array","items":{"type":"string"}},
                "mode":{"enum":["a"]},"limit":{"type":["integer","null"]}}}}"#,
        )
        .unwrap();
        let found = parameters(&definition);
        let kind = |name: &str| found.iter().find(|p| p.name == name).map(|p| p.kind.as_str());
        assert_eq!(kind("path"), Some("string"));
        assert_eq!(kind("tags"), Some("array of string"));
        assert_eq!(kind("mode"), Some("one of a list"));
        assert_eq!(kind("limit"), Some("integer or null"));
        assert!(found.iter().any(|p| p.name == "path" && p.required && p.description == "Where"));
        assert!(parameters(&Value::Null).is_empty());
    }

    #[test]
    fn a_tool_that_only_reads_is_not_called_destructive() {
        let both = serde_json::json!({"annotations": {"readOnlyHint": true, "destructiveHint": true}});
        assert_eq!(hints(&both), [("says: reads only", Tone::Info)]);
        assert!(hints(&Value::Null).is_empty());
    }
}
