//! One server, in tabs.

use domain::{Capability, ServerId, ServerStatus};

use super::activity::{Events, load_events};
use super::api::{
    DeleteServer, DisableServer, EnableServer, GetServer, PinDefinitions, ServerPageData, SetLimits, TestServer,
    UpdateServer,
};
use super::permissions::NewRuleDialog;
use crate::pages::access::api::ChangeBlock;
use crate::pages::access::load_audience;
use crate::pages::audit::{EventDrawer, load_open_event};
use crate::pages::rules::api::{CreateRule, SwitchRule};
use crate::prelude::*;
use crate::wire::{Later, Loaded};

/// The tabs, as the query names them.
const TABS: &[&str] = &["overview", "tools", "permissions", "activity", "settings"];

/// The forms of the page; made outside of what is loaded, so that their results outlive a reload.
#[derive(Clone, Copy)]
pub struct Forms {
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
    let set_limits = use_form::<SetLimits>();
    parts::ahead(&[
        "server_overview",
        "server_tools",
        "server_permissions",
        "server_settings",
        "server_activity",
        "rule_form",
    ]);
    let switch_rule = use_form::<SwitchRule>();
    let disable = use_form::<DisableServer>();
    let delete = use_form::<DeleteServer>();
    let data = load_unless(move || delete.output().is_some(), move || Ok(GetServer { id: id.get()? }));
    let tab = current_tab(TABS);
    let events = load_events(id, tab);
    let audience = load_audience(id, tab);
    let block = use_form::<ChangeBlock>();
    let open = load_open_event();
    let fields = Signal::derive(move || vec![("id", id.get().map(|id| id.to_string()).unwrap_or_default())]);
    view! {
        <Load resource=data rows=12 page=true let:page>
            <ServerView page=page forms=forms switch_rule=switch_rule set_limits=set_limits delete=delete tab=tab events=events audience=(audience, block)/>
        </Load>
        <EventDrawer event=open/>
        <NewRuleDialog form=forms.create_rule server=id/>
        <ConfirmDialog name="disable" title=text::servers::switch_off_title() form=disable fields=fields confirm=text::servers::switch_off() danger=true>
            <p>{text::servers::switch_off_text()}</p>
        </ConfirmDialog>
    }
}

#[component]
fn ServerView(
    page: ServerPageData,
    forms: Forms,
    switch_rule: FormState<SwitchRule>,
    set_limits: FormState<SetLimits>,
    delete: FormState<DeleteServer>,
    tab: Memo<&'static str>,
    events: Events,
    audience: (Loaded<Option<Later>>, FormState<ChangeBlock>),
) -> impl IntoView {
    let ServerPageData { id, name, description, icon, status, health, tools, rules, withheld, detail, listed, limits } =
        page;
    let manages_rules = can(Capability::ManagePolicies);
    let icon_name = name.clone();
    let tabs = vec![
        Tab::new("overview", text::servers::tab_overview()),
        Tab::new("tools", text::common::tools()).count(tools),
        Tab::new("permissions", text::servers::tab_permissions()).count(rules),
        Tab::new("activity", text::servers::tab_activity()),
        Tab::new("settings", text::servers::tab_settings()),
    ];
    let (detail, limits) = (StoredValue::new(detail), StoredValue::new(limits));
    let listed = StoredValue::new(listed);
    let typed = name.clone();
    view! {
        <PageHeader
            title=name
            prose=description
            crumbs=vec![(text::servers::title(), "/servers".to_owned())]
            lead=move || view! { <BrandIcon icon=icon.clone() name=icon_name.clone() large=true/> }
            badges=move || view! { <StateBadge state=status/><StateBadge state=health/> }
            actions=move || view! { <Switch id=id status=status forms=forms/> }
        />
        <Notes status=status withheld=withheld/>
        <Tabs label=text::common::server() items=tabs current=tab/>
        {move || {
            let detail = detail.get_value();
            match tab.get() {
                "tools" => parts::late::server_tools(detail, forms),
                "permissions" => permissions(listed.get_value(), manages_rules.get_untracked().then_some(switch_rule), audience),
                "activity" => activity(id, events),
                "settings" => parts::late::server_settings(detail, limits.get_value(), forms, set_limits),
                _ => parts::late::server_overview(detail, limits.get_value(), forms),
            }
        }}
        <ConfirmDialog
            name="delete" title=text::servers::delete_title() form=delete confirm=text::servers::delete() danger=true
            fields=Signal::derive(move || vec![("id", id.to_string())]) typed=Some(typed)
        >
            <p>{text::servers::delete_text()}</p>
        </ConfirmDialog>
    }
}

/// The rules of the server and who has access by them; how they are drawn comes later.
fn permissions(
    rules: Later,
    revoke: Option<FormState<SwitchRule>>,
    (audience, block): (Loaded<Option<Later>>, FormState<ChangeBlock>),
) -> AnyView {
    view! {
        <div class="stack">
            {parts::late::server_permissions(rules, revoke)}
            <Load resource=audience rows=8 let:data>{data.map(|data| parts::late::access_now(data, block))}</Load>
        </div>
    }
    .into_any()
}

/// The events, once they are there; how they are drawn comes later.
fn activity(id: ServerId, events: Events) -> AnyView {
    view! {
        <Load resource=events rows=8 let:page>{page.map(|page| parts::late::server_activity(id, page))}</Load>
    }
    .into_any()
}

/// The button that switches the server on or off.
#[component]
fn Switch(id: ServerId, status: ServerStatus, forms: Forms) -> impl IntoView {
    match status {
        ServerStatus::Active => Some(
            view! { <LinkButton href=Signal::derive(open_dialog("disable")) icon="pause">{text::servers::switch_off()}</LinkButton> }.into_any(),
        ),
        ServerStatus::Disabled => Some(
            view! {
                <ActionButton form=forms.enable fields=vec![("id", id.to_string())] variant=Variant::Primary icon="play">{text::servers::switch_on()}</ActionButton>
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
    let [before_tools, after_tools] = text::servers::draft_text_around();
    let draft = (status == ServerStatus::Draft).then(|| {
        view! {
            <Callout tone=Tone::Info title=text::servers::draft()>
                <p>{before_tools}<a href=draft_tools>{text::common::tools()}</a>{after_tools}</p>
            </Callout>
        }
    });
    let changed = (status != ServerStatus::Draft && withheld > 0).then(|| {
        view! {
            <Callout tone=Tone::Warning title=text::servers::differs()>
                <p>
                    {text::servers::differs_text(withheld)} " "
                    <a href=tools>{text::servers::differs_see()}</a>
                </p>
            </Callout>
        }
    });
    let disabled = (status == ServerStatus::Disabled).then(|| {
        view! {
            <Callout tone=Tone::Warning><p>{text::servers::disabled_text()}</p></Callout>
        }
    });
    view! { {draft} {changed} {disabled} }
}
