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
    let transport = server.as_ref().map_or(Transport::StreamableHttp, |server| server.transport);
    let transports = [Transport::StreamableHttp, Transport::Sse].iter().map(|t| (t.to_string(), t.words().to_owned()));
    let allow_private = server.as_ref().is_some_and(|server| server.allow_private);
    let (name, slug) = (text(|s| s.name.clone()), text(|s| s.slug.to_string()));
    let (description, url) = (text(|s| s.description.clone()), text(|s| s.url.clone()));
    let headers = server.as_ref().map(|server| server.header_names.clone()).unwrap_or_default();
    let env = server.map(|server| server.env_names).unwrap_or_default();
    let slug_help = if editing { text::servers::slug_help_edit() } else { text::servers::slug_help_new() };
    let url_help = if editing { text::servers::url_help_edit() } else { text::servers::url_help_new() };
    let risks = Risk::ALL.iter().map(|risk| (risk.to_string(), risk.label()));
    view! {
        <div class="grid-2">
            <TextField name="server[name]" label=text::common::name() value=name required=true/>
            <TextField name="server[slug]" label=text::common::slug() value=slug placeholder="github-enterprise" help=slug_help required=editing/>
        </div>
        <TextArea name="server[description]" label=text::common::description() value=description rows=2/>
        <SelectField name="server[transport]" label=text::common::transport() options=transports.collect() value=transport.to_string()/>
        <TextField name="server[url]" label=text::servers::url() kind="url" value=url placeholder="https://mcp.example.com/mcp" required=true help=url_help/>
        <AuthChoice name="server[auth]" value=auth.to_string()/>
        <div class="auth-detail stack">
            <p class="field-help">{text::servers::headers_help()}</p>
            <SecretRows name="server[headers]" label=text::servers::header() names=headers.clone() kept=headers placeholder="Authorization"/>
        </div>
        {(!env.is_empty()).then(|| view! {
            <details class="disclosure" open=true>
                <summary>{text::servers::env()}</summary>
                <SecretRows name="server[env]" label=text::servers::env_variable() names=env.clone() kept=env placeholder="API_TOKEN"/>
            </details>
        })}
        <SelectField name="server[risk]" label=text::common::risk() options=risks.collect() value=risk.to_string() help=text::servers::risk_help()/>
        <Checkbox
            name="server[allow_private]"
            label=text::servers::private()
            checked=allow_private
            help=text::servers::private_help()
        />
    }
}
