//! The settings of a server.

use domain::{Server, ServerStatus};

use super::detail::Forms;
use super::form::ServerFields;
use crate::prelude::*;

#[component]
pub fn SettingsTab(server: Server, forms: Forms) -> impl IntoView {
    let id = server.id;
    let active = server.status == ServerStatus::Active;
    view! {
        <div class="narrow stack">
            <Card title=text::servers::configuration()>
                <Form form=forms.update>
                    <Hidden name="id" value=id.to_string()/>
                    <ServerFields server=server/>
                    <div class="form-actions"><Submit icon="save">{text::servers::save()}</Submit></div>
                </Form>
            </Card>
            <Card title=text::servers::danger_zone()>
                <div class="stack">
                    {active.then(|| view! {
                        <div class="danger-row">
                            <p><strong>{text::servers::switch_off()}</strong><br/><span class="muted">{text::servers::danger_switch_off()}</span></p>
                            <LinkButton href=Signal::derive(open_dialog("disable")) icon="pause">{text::servers::switch_off()}</LinkButton>
                        </div>
                    })}
                    <div class="danger-row">
                        <p><strong>{text::common::delete()}</strong><br/><span class="muted">{text::servers::danger_delete()}</span></p>
                        <LinkButton href=Signal::derive(open_dialog("delete")) variant=Variant::Danger icon="trash-2">{text::servers::delete()}</LinkButton>
                    </div>
                </div>
            </Card>
        </div>
    }
}
