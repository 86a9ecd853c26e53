//! The settings of a server.

use domain::{Server, ServerStatus};

use super::api::{LimitRows, SetLimits};
use super::detail::Forms;
use super::form::ServerFields;
use crate::prelude::*;

#[component]
pub fn SettingsTab(
    /// The server.
    server: Server,
    /// Its limits: [`LimitRows`].
    limits: Later,
    /// The forms of the page.
    forms: Forms,
    /// The form of the limits.
    set_limits: FormState<SetLimits>,
) -> impl IntoView {
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
            <Card title=text::servers::limits()>
                <Form form=set_limits>
                    <Hidden name="id" value=id.to_string()/>
                    <p class="field-help">{text::servers::limits_help()}</p>
                    <LimitFields limits=limits/>
                    <div class="form-actions"><Submit icon="save">{text::servers::limits_save()}</Submit></div>
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

/// The limits of a server as fields. What each is called and what is in force comes in words.
#[component]
fn LimitFields(limits: Later) -> impl IntoView {
    let mut rows: Vec<[String; 4]> =
        limits.read::<LimitRows>().unwrap_or_default().into_iter().filter_map(|row| row.try_into().ok()).collect();
    let tools = rows.pop().unwrap_or_default();
    let mut rows = rows.into_iter();
    let [name, label, protocol, _] = rows.next().unwrap_or_default();
    let protocols = [
        ("auto", text::servers::protocol_auto()),
        ("stateless", text::servers::protocol_stateless()),
        ("sessions", text::servers::protocol_sessions()),
        ("http_sse", text::servers::protocol_http_sse()),
    ];
    let protocols = protocols.map(|(value, words)| (value.to_owned(), words.to_owned()));
    let fields = rows
        .map(|[name, label, value, help]| view! { <TextField name=name label=label value=value help=help/> })
        .collect_view();
    let [tools_name, tools_label, tools_value, _] = tools;
    view! {
        <SelectField name=name label=label options=protocols.into() value=protocol help=text::servers::protocol_help()/>
        <div class="grid-2">{fields}</div>
        <TextArea name=tools_name label=tools_label value=tools_value rows=3 help=text::servers::limit_tools_help()/>
    }
}
