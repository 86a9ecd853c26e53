//! The fields of a request.

use domain::{AuthKind, CatalogItem, Definition, NewRequest, SecretField, Transport};

use super::api::AccessTarget;
use crate::prelude::*;

/// What and where the new server is, and how Drawbridge authenticates to it. Of a catalog entry the address is fixed.
#[component]
pub(super) fn ServerFields(fields: NewRequest, kept: Vec<String>, entry: Option<CatalogItem>) -> impl IntoView {
    let connection = match entry {
        Some(item) => view! { <EntryConnection item=item kept=kept.clone()/> }.into_any(),
        None => view! { <CustomConnection fields=fields.clone() kept=kept.clone()/> }.into_any(),
    };
    let env = names(&fields.env);
    let has_env = !env.is_empty();
    view! {
        <Card title="Server">
            <div class="stack">
                <div class="grid-2">
                    <TextField name="request[name]" label="Name" value=fields.name required=true help="What people will see, such as GitHub Enterprise."/>
                    <TextField
                        name="request[slug]"
                        label="Slug"
                        value=fields.slug
                        placeholder="github-enterprise"
                        help="Part of its address: /mcp/<slug>. Made from the name when empty."
                    />
                </div>
                <TextArea name="request[description]" label="Description" value=fields.description rows=2 help="What the server is and who runs it."/>
            </div>
        </Card>
        {connection}
        <Card title="Environment variables" description="Only for servers that Drawbridge runs itself. Servers over HTTP need none.">
            <details class="disclosure" open=has_env>
                <summary>"Enter environment variables"</summary>
                <SecretRows name="request[env]" label="Variable" names=env kept=kept placeholder="API_TOKEN"/>
            </details>
        </Card>
    }
}

/// The connection of a custom server.
#[component]
fn CustomConnection(fields: NewRequest, kept: Vec<String>) -> impl IntoView {
    let transports = Transport::ALL.iter().map(|t| match t {
        Transport::StreamableHttp => (t.to_string(), t.label().to_owned()),
        Transport::Sse | Transport::Stdio => (t.to_string(), format!("{} (not available yet)", t.label())),
    });
    let auth = if fields.auth.is_empty() { AuthKind::None.to_string() } else { fields.auth.clone() };
    let transport =
        if fields.transport.is_empty() { Transport::StreamableHttp.to_string() } else { fields.transport.clone() };
    let headers = names(&fields.headers);
    view! {
        <Card title="Connection">
            <div class="stack">
                <SelectField name="request[transport]" label="Transport" options=transports.collect() value=transport/>
                <TextField
                    name="request[url]"
                    label="Server address"
                    kind="url"
                    value=fields.url
                    placeholder="https://mcp.example.com/mcp"
                    required=true
                    help="The MCP endpoint, with https."
                />
                <AuthChoice name="request[auth]" value=auth/>
                <div class="auth-detail stack">
                    <p class="field-help">"Headers are sent to this server with every call. Values are sealed at once and never shown again, not even to you."</p>
                    <SecretRows name="request[headers]" label="Header" names=headers kept=kept placeholder="Authorization"/>
                </div>
            </div>
        </Card>
    }
}

/// How Drawbridge authenticates to a server.
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
            label="Authentication"
            value=value
            options=vec![
                RadioOption::new("none", "None", "The server is open to whoever can reach it."),
                RadioOption::new("api_key", "API key or headers", "Drawbridge sends one or more headers with secret values."),
                RadioOption::new("oauth", "OAuth (not available yet)", "Servers that need OAuth sign-in cannot be requested yet."),
            ]
        />
    }
}

/// The connection of a catalog entry: fixed, but for the values of its headers.
#[component]
fn EntryConnection(item: CatalogItem, kept: Vec<String>) -> impl IntoView {
    let entry = item.entry;
    let url = entry.url.unwrap_or_default();
    let rows = entry
        .headers
        .into_iter()
        .enumerate()
        .map(|(i, (name, about))| {
            let is_kept = kept.contains(&name);
            let hint = if is_kept { "Kept; enter a value only to replace it" } else { "" };
            view! {
                <Hidden name=format!("request[headers][{i}][name]") value=name.clone()/>
                <SecretInput
                    name=format!("request[headers][{i}][value]")
                    label=format!("Value of {name}")
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
        <Card title="Connection" description="From the catalog entry.">
            <div class="stack">
                <Facts>
                    <Fact label="Address"><code class="mono break">{shown_url}</code></Fact>
                    <Fact label="Transport">{transport.label()}</Fact>
                    <Fact label="Authentication">{auth.label()}</Fact>
                </Facts>
                <Hidden name="request[url]" value=url/>
                <Hidden name="request[transport]" value=transport.to_string()/>
                <Hidden name="request[auth]" value=auth.to_string()/>
                {secret.then(|| view! {
                    <p class="field-help">"Values are sealed at once, sent only to this server, and never shown again, not even to you."</p>
                })}
                {rows}
            </div>
        </Card>
    }
}

/// Which tools of an existing server.
#[component]
pub(super) fn AccessFields(target: AccessTarget, chosen: Vec<String>) -> impl IntoView {
    let AccessTarget { server, tools } = target;
    let options: Vec<CheckOption> = tools.into_iter().map(tool_option).collect();
    let any = !options.is_empty();
    view! {
        <Card title="Access" description="Leave all boxes empty to ask for the entire server.">
            <div class="stack">
                <Facts>
                    <Fact label="Server">{server.name}</Fact>
                    <Fact label="Slug"><code class="mono">{server.slug.to_string()}</code></Fact>
                </Facts>
                {any.then(|| view! { <CheckList name="request[tools][]" label="Tools" options=options chosen=chosen/> })}
            </div>
        </Card>
    }
}

/// A tool as a choice.
pub fn tool_option(tool: Definition) -> CheckOption {
    let about = tool.description.or(tool.title).unwrap_or_default();
    CheckOption::new(tool.name.clone(), tool.name, first_line(&about))
}

/// The first line of a text, cut where it gets long.
fn first_line(text: &str) -> String {
    const MOST: usize = 160;
    let line = text.trim().lines().next().unwrap_or_default();
    if line.chars().count() <= MOST { line.to_owned() } else { line.chars().take(MOST).chain(['…']).collect() }
}

/// Why it is needed. For access to what exists, one reason is enough.
#[component]
pub(super) fn JustificationFields(fields: NewRequest, access: bool) -> impl IntoView {
    view! {
        <div class="stack">
            <TextArea name="request[why_needed]" label="Why do you need it?" value=fields.why_needed required=true help="The problem that it solves for you or your team."/>
            <TextArea name="request[use_case]" label="Use case" value=fields.use_case required=!access help="What you will do with it, with an example."/>
            <TextArea name="request[expected_value]" label="Expected value" value=fields.expected_value required=!access help="What it saves or makes possible: time, quality, money."/>
            <TextArea name="request[alternatives_considered]" label="Alternatives considered" value=fields.alternatives_considered help="What else you looked at, and why it does not do."/>
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

    #[test]
    fn long_descriptions_are_cut() {
        assert_eq!(first_line("One.\nTwo."), "One.");
        assert_eq!(first_line(&"x".repeat(500)).chars().count(), 161);
    }
}
