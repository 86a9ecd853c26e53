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
) -> impl IntoView {
    view! {
        <Card title="Add to your AI client" description="Every client signs in with your personal API key.">
            <div class="stack">
                <Callout tone=Tone::Info title="You need an API key">
                    <p>
                        "Make one under " <a href="/keys">"API keys"</a>
                        ", copy it, and set it as " <code class="mono">"DRAWBRIDGE_API_KEY"</code>
                        " where your client runs. The snippets below read it from there; VS Code asks for it."
                    </p>
                </Callout>
                <div class="cluster">
                    <LinkButton href=add.cursor_link external=true variant=Variant::Primary icon="external-link">"Add to Cursor"</LinkButton>
                    <LinkButton href=add.vscode_link external=true variant=Variant::Primary icon="external-link">"Add to VS Code"</LinkButton>
                </div>
                <CodeBlock code=add.claude_code_command label="Claude Code: run this command"/>
                <CodeBlock code=add.json label="Any other client: .mcp.json"/>
                <CodeBlock code=proxy_url label="Address, for clients that ask for one"/>
                <p class="field-help">
                    "Send the key as " <code class="mono">"Authorization: Bearer …"</code> " or as "
                    <code class="mono">"X-Drawbridge-Api-Key"</code> "."
                </p>
            </div>
        </Card>
    }
}
