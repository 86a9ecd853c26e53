//! The settings of a server.

use domain::{Server, ServerStatus};

use super::detail::Forms;
use super::form::ServerFields;
use crate::prelude::*;

#[component]
pub(super) fn SettingsTab(server: Server, forms: Forms) -> impl IntoView {
    let id = server.id;
    let active = server.status == ServerStatus::Active;
    view! {
        <div class="narrow stack">
            <Card title="Configuration">
                <Form form=forms.update>
                    <Hidden name="id" value=id.to_string()/>
                    <ServerFields server=server/>
                    <div class="form-actions"><Submit icon="save">"Save changes"</Submit></div>
                </Form>
            </Card>
            <Card title="Danger zone">
                <div class="stack">
                    {active.then(|| view! {
                        <div class="danger-row">
                            <p><strong>"Switch off"</strong><br/><span class="muted">"Calls are refused at once; everything stays."</span></p>
                            <LinkButton href=Signal::derive(open_dialog("disable")) icon="pause">"Switch off"</LinkButton>
                        </div>
                    })}
                    <div class="danger-row">
                        <p><strong>"Delete"</strong><br/><span class="muted">"With its rules, approved definitions and secrets. It cannot be undone."</span></p>
                        <LinkButton href=Signal::derive(open_dialog("delete")) variant=Variant::Danger icon="trash-2">"Delete server"</LinkButton>
                    </div>
                </div>
            </Card>
        </div>
    }
}
