//! The fields of a request.

use domain::{AuthKind, NewRequest, SecretField, Transport};

use super::api::{AccessTarget, EntryHead, ToolChoice};
use crate::prelude::*;

/// What and where the new server is, and how Drawbridge authenticates to it. Of a catalog entry the address is fixed.
#[component]
pub(super) fn ServerFields(
    fields: NewRequest,
    kept: Vec<String>,
    entry: Option<EntryHead>,
    /// What is to be said about the address.
    children: Children,
) -> impl IntoView {
    let connection = match entry {
        Some(entry) => parts::request_form_entry(entry, kept).into_any(),
        None => parts::request_form_custom(fields.clone(), kept).into_any(),
    };
    view! {
        <div id="server" class="form-step">
            <Card title=text::common::server()>
                <div class="stack">
                    <div class="grid-2">
                        <TextField name="request[name]" label=text::common::name() value=fields.name required=true help=text::requests::name_help()/>
                        <TextField
                            name="request[slug]"
                            label=text::common::slug()
                            value=fields.slug
                            placeholder="github-enterprise"
                            help=text::requests::slug_help()
                        />
                    </div>
                    <TextArea name="request[description]" label=text::common::description() value=fields.description rows=2 help=text::requests::description_help()/>
                </div>
            </Card>
        </div>
        <div id="connection" class="form-step stack">
            {connection}
            {children()}
        </div>
    }
}

/// The connection of a custom server.
#[component]
pub fn CustomConnection(
    /// What stands in the fields.
    fields: NewRequest,
    /// Names of headers whose values are kept already.
    kept: Vec<String>,
) -> impl IntoView {
    let transports = [Transport::StreamableHttp, Transport::Sse].iter().map(|t| (t.to_string(), t.words().to_owned()));
    let auth = if fields.auth.is_empty() { AuthKind::None.to_string() } else { fields.auth.clone() };
    let transport =
        if fields.transport.is_empty() { Transport::StreamableHttp.to_string() } else { fields.transport.clone() };
    let headers = names(&fields.headers);
    view! {
        <Card title=text::requests::connection() description=text::requests::connection_help()>
            <div class="stack">
                <SelectField name="request[transport]" label=text::common::transport() options=transports.collect() value=transport/>
                <TextField
                    name="request[url]"
                    label=text::requests::server_address()
                    kind="url"
                    value=fields.url
                    placeholder="https://mcp.example.com/mcp"
                    required=true
                    help=text::requests::server_address_help()
                />
                <AuthChoice name="request[auth]" value=auth/>
                <div class="auth-detail stack">
                    <p class="field-help">{text::requests::headers_help()}</p>
                    <SecretRows name="request[headers]" label=text::requests::header() names=headers kept=kept placeholder="Authorization"/>
                </div>
            </div>
        </Card>
    }
}

/// How Drawbridge authenticates to a server, as far as it can.
#[component]
pub fn AuthChoice(
    /// Name of the value.
    #[prop(into)]
    name: String,
    /// What is chosen at first.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    view! {
        <RadioCards
            name=name
            label=text::common::authentication()
            value=value
            options=vec![
                RadioOption::new("none", text::requests::auth_none(), text::requests::auth_none_help()),
                RadioOption::new("api_key", text::requests::auth_key(), text::requests::auth_key_help()),
            ]
        />
    }
}

/// The connection of a catalog entry: fixed, but for the values of its headers.
#[component]
pub fn EntryConnection(
    /// The entry.
    entry: EntryHead,
    /// Names of headers whose values are kept already.
    kept: Vec<String>,
) -> impl IntoView {
    let url = entry.url.unwrap_or_default();
    let rows = entry
        .headers
        .into_iter()
        .enumerate()
        .map(|(i, (name, about))| {
            let is_kept = kept.contains(&name);
            let hint = if is_kept { text::requests::value_kept() } else { "" };
            view! {
                <Hidden name=format!("request[headers][{i}][name]") value=name.clone()/>
                <SecretInput
                    name=format!("request[headers][{i}][value]")
                    label=text::requests::value_of(&name)
                    help=about
                    placeholder=hint
                    required=!is_kept
                />
            }
        })
        .collect_view();
    let (shown_url, transport, auth) = (url.clone(), entry.transport, entry.auth);
    let secret = entry.auth == AuthKind::ApiKey;
    view! {
        <Card title=text::requests::connection() description=text::requests::from_catalog()>
            <div class="stack">
                <Facts>
                    <Fact label=text::common::address()><code class="mono break">{shown_url}</code></Fact>
                    <Fact label=text::common::transport()>{transport.words()}</Fact>
                    <Fact label=text::common::authentication()>{auth.words()}</Fact>
                </Facts>
                <Hidden name="request[url]" value=url/>
                <Hidden name="request[transport]" value=transport.to_string()/>
                <Hidden name="request[auth]" value=auth.to_string()/>
                {secret.then(|| view! {
                    <p class="field-help">{text::requests::values_help()}</p>
                })}
                {rows}
            </div>
        </Card>
    }
}

/// Which tools of an existing server.
#[component]
pub fn AccessFields(
    /// The server.
    target: AccessTarget,
    /// What is chosen at first.
    chosen: Vec<String>,
) -> impl IntoView {
    let AccessTarget { name, slug, tools, .. } = target;
    let options: Vec<CheckOption> = tools.into_iter().map(tool_option).collect();
    let any = !options.is_empty();
    view! {
        <div id="access" class="form-step">
            <Card title=text::common::access() description=text::requests::access_help()>
                <div class="stack">
                    <Facts>
                        <Fact label=text::common::server()>{name}</Fact>
                        <Fact label=text::common::slug()><code class="mono">{slug}</code></Fact>
                    </Facts>
                    {any.then(|| view! { <CheckList name="request[tools][]" label=text::common::tools() options=options chosen=chosen/> })}
                </div>
            </Card>
        </div>
    }
}

/// A tool as a choice.
pub fn tool_option(tool: ToolChoice) -> CheckOption {
    CheckOption::new(tool.name.clone(), tool.name, tool.about)
}

/// Why it is needed. For access to what exists, one reason is enough.
#[component]
pub(super) fn JustificationFields(fields: NewRequest, access: bool) -> impl IntoView {
    view! {
        <div class="stack">
            <TextArea name="request[why_needed]" label=text::requests::why_label() value=fields.why_needed required=true help=text::requests::why_label_help()/>
            <TextArea name="request[use_case]" label=text::requests::use_case() value=fields.use_case required=!access help=text::requests::use_case_help()/>
            <TextArea name="request[expected_value]" label=text::requests::expected_value() value=fields.expected_value required=!access help=text::requests::expected_value_help()/>
            <TextArea name="request[alternatives_considered]" label=text::requests::alternatives() value=fields.alternatives_considered help=text::requests::alternatives_help()/>
        </div>
    }
}

/// The names of headers or variables, in form order; empty lines at the end are left out.
pub fn names(fields: &[SecretField]) -> Vec<String> {
    let mut names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    while names.last().is_some_and(|name| name.trim().is_empty()) {
        names.pop();
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_places() {
        let field = |name: &str| SecretField { name: name.into(), ..SecretField::default() };
        assert_eq!(names(&[field(""), field("A"), field(" "), field("")]), ["", "A"]);
        assert!(names(&[field("")]).is_empty());
    }
}
