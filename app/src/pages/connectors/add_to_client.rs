//! How a connector is added to AI clients.

use domain::AddToClient;

use crate::prelude::*;

/// Links and snippets for AI clients.
#[component]
pub fn AddToClientCard(
    /// The links and snippets.
    add: AddToClient,
    /// The address of the connector.
    proxy_url: String,
    /// Keys of the person that work.
    keys: usize,
) -> impl IntoView {
    let [before_page, after_page] =
        if keys == 0 { text::connectors::make_key_around() } else { text::connectors::another_key_around() };
    let about_keys =
        if keys == 0 { text::connectors::need_key().to_owned() } else { text::connectors::have_keys(keys) };
    let [before_variable, after_variable] = text::connectors::set_key_around();
    let [before_header, after_header] = text::connectors::send_key_around();
    view! {
        <Card title=text::connectors::add() description=text::connectors::add_description()>
            <div class="stack">
                <Callout tone=Tone::Info title=about_keys>
                    <p>
                        {before_page} <a href="/keys">{text::connectors::keys_page()}</a> {after_page} " "
                        {before_variable} <code class="mono">"DRAWBRIDGE_API_KEY"</code> {after_variable}
                    </p>
                </Callout>
                <div class="cluster">
                    <LinkButton href=add.cursor_link external=true variant=Variant::Primary icon="external-link">{text::connectors::add_cursor()}</LinkButton>
                    <LinkButton href=add.vscode_link external=true variant=Variant::Primary icon="external-link">{text::connectors::add_vscode()}</LinkButton>
                </div>
                <CodeBlock code=add.claude_code_command label=text::connectors::claude_code()/>
                <CodeBlock code=add.json label=text::connectors::any_client()/>
                <CodeBlock code=proxy_url label=text::connectors::only_address()/>
                <p class="field-help">
                    {before_header} <code class="mono">"Authorization: Bearer …"</code> {after_header} " "
                    <code class="mono">"X-Drawbridge-Api-Key"</code> "."
                </p>
            </div>
        </Card>
    }
}
