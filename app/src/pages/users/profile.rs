//! `/users/:id`: a person with everything an administrator looks at.

use domain::{Capability, Effect, Group, SessionView, User, UserId, UserStatus};

use super::HandOver;
use super::api::{
    EndSessions, GetUser, InviteAgain, MakeResetLink, PersonPageData, ReactivateUser, SuspendUser, UpdateUser,
};
use crate::pages::account::api::EndSession;
use crate::pages::account::{session_columns, session_row};
use crate::pages::rules::api::{RuleRow, SwitchRule};
use crate::pages::rules::{Covers, monitor_badge, rule_state};
use crate::prelude::*;

/// `/users/:id`.
#[component]
pub fn UserPage() -> impl IntoView {
    let id = param::<UserId>("id");
    let profile = load_checked(move || Ok(GetUser { id: id.get()? }));
    let forms = Forms::new();
    parts::ahead(&["user_form"]);
    view! {
        <Load resource=profile page=true let:profile>
            <Profile profile=profile forms=forms/>
        </Load>
    }
}

/// The forms of the page, made once so that their results outlive a reload of the data.
#[derive(Clone, Copy)]
pub struct Forms {
    update: FormState<UpdateUser>,
    suspend: FormState<SuspendUser>,
    reactivate: FormState<ReactivateUser>,
    reset: FormState<MakeResetLink>,
    invite: FormState<InviteAgain>,
    end: FormState<EndSession>,
    switch: FormState<SwitchRule>,
    end_all: FormState<EndSessions>,
}

impl Forms {
    fn new() -> Self {
        Self {
            update: use_form(),
            suspend: use_form(),
            reactivate: use_form(),
            reset: use_form(),
            invite: use_form(),
            end: use_form(),
            switch: use_form(),
            end_all: use_form(),
        }
    }
}

#[component]
fn Profile(profile: PersonPageData, forms: Forms) -> impl IntoView {
    let PersonPageData { user, groups, waiting, rules, sessions } = profile;
    let id = user.id;
    let status = user.status;
    let name = user.name.clone();
    let lead_name = user.name.clone();
    let edited = StoredValue::new(user.clone());
    view! {
        <PageHeader
            title=name.clone()
            description=user.email.to_string()
            crumbs=vec![(text::common::users(), "/users".to_owned())]
            lead=move || view! { <Avatar name=lead_name.clone() large=true/> }
            badges=move || view! { <StateBadge state=status/> }
            actions=move || view! { <Actions id=id status=status forms=forms/> }
        />
        <div class="stack">
            <NewLinks name=name forms=forms/>
            {waiting.then(|| view! {
                <Callout tone=Tone::Info title=text::users::waiting()><p>{text::users::waiting_help()}</p></Callout>
            })}
            <div class="grid-2">
                <Details user=user.clone()/>
                <Groups groups=groups/>
            </div>
            {parts::late::person_access(rules, forms.switch)}
            {parts::late::person_sessions(id, sessions, forms)}
        </div>
        <Dialog name="edit" title=text::users::edit_profile()>
            <Form form=forms.update>
                <Hidden name="id" value=id.to_string()/>
                {parts::user_form(Some(edited.get_value()))}
                <DialogActions><Submit>{text::common::save()}</Submit></DialogActions>
            </Form>
        </Dialog>
        <ConfirmDialog
            name="suspend" title=text::users::suspend_question() form=forms.suspend confirm=text::users::suspend() danger=true
            fields=Signal::derive(move || vec![("id", id.to_string())])
        >
            <p>{text::users::suspend_help()}</p>
        </ConfirmDialog>
    }
}

/// What can be done with the account in its state.
#[component]
fn Actions(id: UserId, status: UserStatus, forms: Forms) -> impl IntoView {
    let fields = || vec![("id", id.to_string())];
    let by_status = match status {
        UserStatus::Active => view! {
            <ActionButton form=forms.reset fields=fields() icon="rotate-ccw">{text::users::password_link()}</ActionButton>
            <LinkButton href=Signal::derive(open_dialog("suspend")) variant=Variant::Danger icon="user-x">{text::users::suspend()}</LinkButton>
        }
        .into_any(),
        UserStatus::Inactive => view! {
            <ActionButton form=forms.invite fields=fields() icon="mail">{text::users::new_invitation_link()}</ActionButton>
            <LinkButton href=Signal::derive(open_dialog("suspend")) variant=Variant::Danger icon="user-x">{text::users::suspend()}</LinkButton>
        }
        .into_any(),
        UserStatus::Suspended => {
            view! { <ActionButton form=forms.reactivate fields=fields() variant=Variant::Primary icon="user-check">{text::users::reactivate()}</ActionButton> }
                .into_any()
        }
    };
    view! {
        <LinkButton href=Signal::derive(open_dialog("edit")) icon="pencil">{text::common::edit()}</LinkButton>
        {by_status}
    }
}

/// Links that were just made, each shown once.
#[component]
fn NewLinks(name: String, forms: Forms) -> impl IntoView {
    move || {
        let name = name.clone();
        let link = forms.reset.output().or_else(|| forms.invite.output());
        link.map(|link| view! { <Card><HandOver name=name link=link/></Card> })
    }
}

#[component]
fn Details(user: User) -> impl IntoView {
    let or_dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    view! {
        <Card title=text::users::profile()>
            <Facts>
                <Fact label=text::common::title()>{or_dash(user.title)}</Fact>
                <Fact label=text::common::team()>{or_dash(user.team)}</Fact>
                <Fact label=text::common::department()>{or_dash(user.department)}</Fact>
                <Fact label=text::common::role()><StateBadge state=user.role/></Fact>
                <Fact label=text::users::member_since()><Time at=user.created_at/></Fact>
                <Fact label=text::users::last_sign_in()><OptionalTime at=user.last_login_at none=text::common::never()/></Fact>
                <Fact label=text::common::id()><code class="mono">{user.id.to_string()}</code></Fact>
            </Facts>
            <div class="cluster">
                <LinkButton href=format!("/audit?actor={}", user.id) small=true icon="scroll-text">{text::users::activity()}</LinkButton>
            </div>
        </Card>
    }
}

#[component]
fn Groups(groups: Vec<Group>) -> impl IntoView {
    let body = if groups.is_empty() {
        view! { <p class="muted">{text::users::no_group()}</p> }.into_any()
    } else {
        let items = groups
            .into_iter()
            .map(|group| view! { <li><a href=format!("/groups/{}", group.id)>{group.name}</a></li> })
            .collect_view();
        view! { <ul class="plain-list">{items}</ul> }.into_any()
    };
    view! { <Card title=text::common::groups() description=text::users::groups_description()>{body}</Card> }
}

/// What a person may use, by which rules.
#[component]
pub fn PersonAccess(
    /// Rules about the person or their groups.
    rules: Vec<RuleRow>,
    /// Switches a rule off.
    form: FormState<SwitchRule>,
) -> impl IntoView {
    let back = here();
    let manages = can(Capability::ManagePolicies).get_untracked();
    let revoke = move |rule: &RuleRow| {
        let fields = vec![("id", rule.id.to_string()), ("enabled", "false".to_owned()), ("back", untrack(&back))];
        // A rule of a group, or of several people, is about others, too; one that denies would give access when it is switched off.
        let own = rule.personal && rule.effect == Effect::Allow;
        (manages && own && rule.enabled).then(|| view! {
            <ActionButton form=form fields=fields small=true variant=Variant::Quiet icon="ban">{text::rules::switch_off()}</ActionButton>
        })
    };
    view! {
        <Card title=text::common::access() description=text::users::access_description() flush=true>
            <DataTable
                label=text::common::rules()
                columns=vec![
                    Column::new(text::common::server()).wide(), Column::new(text::common::effect()), Column::new(text::common::tools()), Column::new(text::users::by()),
                    Column::new(text::common::state()), Column::new(text::common::ends()),
                    Column::new(text::common::action()).actions(),
                ]
                rows=rules
                row=move |rule: RuleRow| {
                    let action = revoke(&rule);
                    rule_row(rule, action.into_any())
                }
                empty=|| view! {
                    <EmptyState icon="shield" title=text::users::no_access() text=text::users::no_access_help()/>
                }
            />
        </Card>
    }
}

fn rule_row(rule: RuleRow, action: AnyView) -> Row {
    let (tone, words) = rule_state(&rule);
    let monitor = monitor_badge(&rule.monitor);
    let row = Row::new(cells![
        rule.server_name.clone(),
        view! { <span class="cluster"><StateBadge state=rule.effect/>{monitor}</span> },
        view! { <Covers row=rule.clone()/> },
        rule.principal_name,
        view! { <Badge tone=tone>{words}</Badge> },
        view! { <Until at=rule.ends_at/> },
        action,
    ])
    .href(format!("/policies/{}", rule.id));
    if rule.in_force { row } else { row.muted() }
}

/// Where a person is signed in.
#[component]
pub fn PersonSessions(
    /// The person.
    id: UserId,
    /// Their sessions.
    sessions: Vec<SessionView>,
    /// The forms of the page.
    forms: Forms,
) -> impl IntoView {
    let some = !sessions.is_empty();
    view! {
        <Card
            title=text::common::sessions()
            flush=true
            actions=move || some.then(|| view! {
                <ActionButton form=forms.end_all fields=vec![("id", id.to_string())] small=true>{text::users::end_all()}</ActionButton>
            })
        >
            <DataTable
                label=text::common::sessions()
                columns=session_columns()
                rows=sessions
                row=move |session: SessionView| {
                    let fields = vec![("id", session.id.to_string()), ("back", format!("/users/{id}"))];
                    let action = view! { <ActionButton form=forms.end fields=fields small=true variant=Variant::Quiet>{text::users::end()}</ActionButton> };
                    session_row(session, action.into_any())
                }
                empty=|| view! { <p class="table-empty">{text::users::no_sessions()}</p> }
            />
        </Card>
    }
}
