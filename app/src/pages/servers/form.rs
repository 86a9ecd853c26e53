//! The fields of a server.

use domain::{AuthKind, Risk, Server, Transport};

use crate::pages::requests::AuthChoice;
use crate::prelude::*;

/// The fields of a server, for a [`Form`] of `CreateServer` or `UpdateServer`.
#[component]
pub(super) fn ServerFields(
    /// The server as it is.
    #[prop(optional)]
    server: Option<Server>,
) -> impl IntoView {
    let editing = server.is_some();
    let text = |field: fn(&Server) -> String| server.as_ref().map(field).unwrap_or_default();
    let auth = server.as_ref().map_or(AuthKind::None, |server| server.auth);
    let risk = server.as_ref().map_or(Risk::Medium, |server| server.risk);
    let allow_private = server.as_ref().is_some_and(|server| server.allow_private);
    let (name, slug) = (text(|s| s.name.clone()), text(|s| s.slug.to_string()));
    let (description, url) = (text(|s| s.description.clone()), text(|s| s.url.clone()));
    let headers = server.as_ref().map(|server| server.header_names.clone()).unwrap_or_default();
    let env = server.map(|server| server.env_names).unwrap_or_default();
    let has_env = !env.is_empty();
    let slug_help = if editing {
        "Part of its address: /mcp/<slug>. Changing it breaks clients that use the old one."
    } else {
        "Part of its address: /mcp/<slug>. Made from the name when empty."
    };
    let url_help = if editing {
        "After a change the values of all headers must be entered again, and the connection tested."
    } else {
        "The MCP endpoint, with https."
    };
    let risks = Risk::ALL.iter().map(|risk| (risk.to_string(), risk.label()));
    view! {
        <div class="grid-2">
            <TextField name="server[name]" label="Name" value=name required=true/>
            <TextField name="server[slug]" label="Slug" value=slug placeholder="github-enterprise" help=slug_help required=editing/>
        </div>
        <TextArea name="server[description]" label="Description" value=description rows=2/>
        <Hidden name="server[transport]" value=Transport::StreamableHttp.to_string()/>
        <TextField name="server[url]" label="Server address" kind="url" value=url placeholder="https://mcp.example.com/mcp" required=true help=url_help/>
        <AuthChoice name="server[auth]" value=auth.to_string()/>
        <div class="auth-detail stack">
            <p class="field-help">"Headers are sent to this server with every call. Values are sealed at once and never shown again. Clear a name to remove its header."</p>
            <SecretRows name="server[headers]" label="Header" names=headers.clone() kept=headers placeholder="Authorization"/>
        </div>
        <details class="disclosure" open=has_env>
            <summary>"Environment variables"</summary>
            <SecretRows name="server[env]" label="Variable" names=env.clone() kept=env placeholder="API_TOKEN"/>
        </details>
        <SelectField name="server[risk]" label="Risk" options=risks.collect() value=risk.to_string() help="How much harm it could do; shown to reviewers and in the list of servers."/>
        <Checkbox
            name="server[allow_private]"
            label="The server is in our private network"
            checked=allow_private
            help="Lets Drawbridge connect to a private address for this server."
        />
    }
}
