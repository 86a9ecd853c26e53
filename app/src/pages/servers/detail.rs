//! One server, in tabs.

use domain::{Capability, PinKind, ServerDetail, ServerId, ServerStatus};

use super::activity::{ActivityTab, Events, load_events};
use super::api::{DeleteServer, DisableServer, EnableServer, GetServer, PinDefinitions, TestServer, UpdateServer};
use super::overview::OverviewTab;
use super::permissions::{NewRuleDialog, PermissionsTab};
use super::settings::SettingsTab;
use super::tools::ToolsTab;
use crate::pages::rules::api::CreateRule;
use crate::prelude::*;

/// The tabs, as the query names them.
const TABS: &[&str] = &["overview", "tools", "permissions", "activity", "settings"];

/// The forms of the page; made outside of what is loaded, so that their results outlive a reload.
#[derive(Clone, Copy)]
pub(super) struct Forms {
    pub(super) test: FormState<TestServer>,
    pub(super) pin: FormState<PinDefinitions>,
    pub(super) enable: FormState<EnableServer>,
    pub(super) update: FormState<UpdateServer>,
    pub(super) create_rule: FormState<CreateRule>,
}

/// `/servers/:id`: one server.
#[component]
pub fn ServerPage() -> impl IntoView {
    let id = param::<ServerId>("id");
    let forms =
        Forms { test: use_form(), pin: use_form(), enable: use_form(), update: use_form(), create_rule: use_form() };
    let disable = use_form::<DisableServer>();
    let delete = use_form::<DeleteServer>();
    let data = load_unless(move || delete.output().is_some(), move || Ok(GetServer { id: id.get()? }));
    let tab = current_tab(TABS);
    let events = load_events(id, tab);
    let fields = Signal::derive(move || vec![("id", id.get().map(|id| id.to_string()).unwrap_or_default())]);
    view! {
        <Load resource=data rows=12 page=true let:detail>
            <ServerView detail=detail forms=forms tab=tab events=events/>
        </Load>
        <NewRuleDialog form=forms.create_rule server=id/>
        <ConfirmDialog name="disable" title="Switch this server off?" form=disable fields=fields confirm="Switch off" danger=true>
            <p>"From the next call on it is refused for everybody. Rules, tools and settings stay, and it can be switched on again."</p>
        </ConfirmDialog>
        <ConfirmDialog name="delete" title="Delete this server?" form=delete fields=fields confirm="Delete server" danger=true>
            <p>"The server, its rules, its approved definitions and its secret values are deleted and cannot be brought back. Clients that use it get an error. The audit log stays as it is."</p>
        </ConfirmDialog>
    }
}

#[component]
fn ServerView(detail: ServerDetail, forms: Forms, tab: Memo<&'static str>, events: Events) -> impl IntoView {
    let server = detail.server.clone();
    let (icon, name) = (server.icon.clone(), server.name.clone());
    let (status, health, id) = (server.status, server.health, server.id);
    let manages_rules = can(Capability::ManagePolicies);
    let tools = detail.pins.iter().filter(|pin| pin.kind == PinKind::Tool).count();
    let rules = detail.rules.len();
    let withheld = detail.pins.iter().filter(|pin| !pin.state.usable()).count();
    let tabs = vec![
        Tab::new("overview", "Overview"),
        Tab::new("tools", "Tools").count(tools),
        Tab::new("permissions", "Permissions").count(rules),
        Tab::new("activity", "Activity"),
        Tab::new("settings", "Settings"),
    ];
    let detail = StoredValue::new(detail);
    view! {
        <PageHeader
            title=server.name.clone()
            description=server.description.clone()
            crumbs=vec![("Servers", "/servers".to_owned())]
            lead=move || view! { <BrandIcon icon=icon.clone() name=name.clone() large=true/> }
            badges=move || view! { <StateBadge state=status/><StateBadge state=health/> }
            actions=move || view! { <Switch id=id status=status forms=forms/> }
        />
        <Notes status=status withheld=withheld/>
        <Tabs label="Server" items=tabs current=tab/>
        {move || {
            let detail = detail.get_value();
            match tab.get() {
                "tools" => view! { <ToolsTab detail=detail forms=forms/> }.into_any(),
                "permissions" => view! { <PermissionsTab rules=detail.rules manages=manages_rules.get_untracked()/> }.into_any(),
                "activity" => view! { <ActivityTab server=id events=events/> }.into_any(),
                "settings" => view! { <SettingsTab server=detail.server forms=forms/> }.into_any(),
                _ => view! { <OverviewTab detail=detail forms=forms/> }.into_any(),
            }
        }}
    }
}

/// The button that switches the server on or off.
#[component]
fn Switch(id: ServerId, status: ServerStatus, forms: Forms) -> impl IntoView {
    match status {
        ServerStatus::Active => Some(
            view! { <LinkButton href=Signal::derive(open_dialog("disable")) icon="pause">"Switch off"</LinkButton> }.into_any(),
        ),
        ServerStatus::Disabled => Some(
            view! {
                <ActionButton form=forms.enable fields=vec![("id", id.to_string())] variant=Variant::Primary icon="play">"Switch on"</ActionButton>
            }
            .into_any(),
        ),
        ServerStatus::Draft => None,
    }
}

/// What needs attention.
#[component]
fn Notes(status: ServerStatus, withheld: usize) -> impl IntoView {
    let tools = href_with(vec![("tab", Some("tools".to_owned())), ("notice", None), ("cursor", None)]);
    let draft_tools = tools.clone();
    let draft = (status == ServerStatus::Draft).then(|| view! {
        <Callout tone=Tone::Info title="This server is a draft">
            <p>"Nobody can call it yet. Test the connection, then approve its definitions under " <a href=draft_tools>"Tools"</a> "."</p>
        </Callout>
    });
    let changed = (status != ServerStatus::Draft && withheld > 0).then(|| view! {
        <Callout tone=Tone::Warning title="Definitions differ from what was approved">
            <p>
                {count(withheld, "definition is", "definitions are")} " withheld from clients until somebody has looked at it. "
                <a href=tools>"See what changed"</a>
            </p>
        </Callout>
    });
    let disabled = (status == ServerStatus::Disabled).then(|| {
        view! {
            <Callout tone=Tone::Warning><p>"This server is switched off: every call to it is refused."</p></Callout>
        }
    });
    view! { {draft} {changed} {disabled} }
}
