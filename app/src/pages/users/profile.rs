//! `/users/:id`: a person with everything an administrator looks at.

use domain::{Group, LinkKind, RuleView, SessionView, User, UserId, UserProfile, UserStatus};

use super::HandOver;
use super::api::{EndSessions, GetUser, InviteAgain, MakeResetLink, ReactivateUser, SuspendUser, UpdateUser};
use super::fields::UserFields;
use crate::pages::account::api::EndSession;
use crate::pages::account::{session_columns, session_row};
use crate::prelude::*;

/// `/users/:id`.
#[component]
pub fn UserPage() -> impl IntoView {
    let id = param::<UserId>("id");
    let profile = load_checked(move || Ok(GetUser { id: id.get()? }));
    let forms = Forms::new();
    view! {
        <Load resource=profile page=true let:profile>
            <Profile profile=profile forms=forms/>
        </Load>
    }
}

/// The forms of the page, made once so that their results outlive a reload of the data.
#[derive(Clone, Copy)]
struct Forms {
    update: FormState<UpdateUser>,
    suspend: FormState<SuspendUser>,
    reactivate: FormState<ReactivateUser>,
    reset: FormState<MakeResetLink>,
    invite: FormState<InviteAgain>,
    end: FormState<EndSession>,
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
            end_all: use_form(),
        }
    }
}

#[component]
fn Profile(profile: UserProfile, forms: Forms) -> impl IntoView {
    let UserProfile { user, groups, rules, sessions, link } = profile;
    let id = user.id;
    let status = user.status;
    let name = user.name.clone();
    let lead_name = user.name.clone();
    let edited = StoredValue::new(user.clone());
    let waiting = link.is_some_and(|link| link.kind == LinkKind::Invite);
    view! {
        <PageHeader
            title=name.clone()
            description=user.email.to_string()
            crumbs=vec![("Users", "/users".to_owned())]
            lead=move || view! { <Avatar name=lead_name.clone() large=true/> }
            badges=move || view! { <StateBadge state=status/> }
            actions=move || view! { <Actions id=id status=status forms=forms/> }
        />
        <div class="stack">
            <NewLinks name=name forms=forms/>
            {waiting.then(|| view! {
                <Callout tone=Tone::Info title="Invited, not here yet"><p>"The link was not used so far. You can make a new one; the old one stops working then."</p></Callout>
            })}
            <div class="grid-2">
                <Details user=user.clone()/>
                <Groups groups=groups/>
            </div>
            <Access rules=rules/>
            <Sessions id=id sessions=sessions forms=forms/>
        </div>
        <Dialog name="edit" title="Edit profile">
            <Form form=forms.update>
                <Hidden name="id" value=id.to_string()/>
                <UserFields user=Some(edited.get_value())/>
                <DialogActions><Submit>"Save"</Submit></DialogActions>
            </Form>
        </Dialog>
        <ConfirmDialog
            name="suspend" title="Suspend this account?" form=forms.suspend confirm="Suspend" danger=true
            fields=Signal::derive(move || vec![("id", id.to_string())])
        >
            <p>"Every session ends and every key and call is refused at once. Nothing is deleted; the account can be reactivated."</p>
        </ConfirmDialog>
    }
}

/// What can be done with the account in its state.
#[component]
fn Actions(id: UserId, status: UserStatus, forms: Forms) -> impl IntoView {
    let fields = || vec![("id", id.to_string())];
    let by_status = match status {
        UserStatus::Active => view! {
            <ActionButton form=forms.reset fields=fields() icon="rotate-ccw">"Password link"</ActionButton>
            <LinkButton href=Signal::derive(open_dialog("suspend")) variant=Variant::Danger icon="user-x">"Suspend"</LinkButton>
        }
        .into_any(),
        UserStatus::Inactive => view! {
            <ActionButton form=forms.invite fields=fields() icon="mail">"New invitation link"</ActionButton>
            <LinkButton href=Signal::derive(open_dialog("suspend")) variant=Variant::Danger icon="user-x">"Suspend"</LinkButton>
        }
        .into_any(),
        UserStatus::Suspended => {
            view! { <ActionButton form=forms.reactivate fields=fields() variant=Variant::Primary icon="user-check">"Reactivate"</ActionButton> }
                .into_any()
        }
    };
    view! {
        <LinkButton href=Signal::derive(open_dialog("edit")) icon="pencil">"Edit"</LinkButton>
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
        <Card title="Profile">
            <Facts>
                <Fact label="Title">{or_dash(user.title)}</Fact>
                <Fact label="Team">{or_dash(user.team)}</Fact>
                <Fact label="Department">{or_dash(user.department)}</Fact>
                <Fact label="Role"><StateBadge state=user.role/></Fact>
                <Fact label="Member since"><Time at=user.created_at/></Fact>
                <Fact label="Last sign-in"><OptionalTime at=user.last_login_at none="never"/></Fact>
                <Fact label="Id"><code class="mono">{user.id.to_string()}</code></Fact>
            </Facts>
            <div class="cluster">
                <LinkButton href=format!("/audit?actor={}", user.id) small=true icon="scroll-text">"Activity in the audit log"</LinkButton>
            </div>
        </Card>
    }
}

#[component]
fn Groups(groups: Vec<Group>) -> impl IntoView {
    let body = if groups.is_empty() {
        view! { <p class="muted">"In no group."</p> }.into_any()
    } else {
        let items = groups
            .into_iter()
            .map(|group| view! { <li><a href=format!("/groups/{}", group.id)>{group.name}</a></li> })
            .collect_view();
        view! { <ul class="plain-list">{items}</ul> }.into_any()
    };
    view! { <Card title="Groups" description="What the groups may use, this person may use.">{body}</Card> }
}

#[component]
fn Access(rules: Vec<RuleView>) -> impl IntoView {
    view! {
        <Card title="Access" description="Rules that apply to this person, directly or by a group." flush=true>
            <DataTable
                label="Rules"
                columns=vec![
                    Column::new("Server").wide(), Column::new("Effect"), Column::new("Tools"), Column::new("By"),
                    Column::new("State"), Column::new("Ends"),
                ]
                rows=rules
                row=rule_row
                empty=|| view! {
                    <EmptyState icon="shield" title="No access" text="No rule allows this person anything. Approve a request, or make a rule."/>
                }
            />
        </Card>
    }
}

fn rule_row(view: RuleView) -> Row {
    let RuleView { rule, principal_name, server_name, in_force } = view;
    let tools = if rule.tools.is_all() { "All".to_owned() } else { rule.tools.patterns().join(", ") };
    let state = if in_force {
        view! { <Badge tone=Tone::Success>"In force"</Badge> }
    } else {
        view! { <Badge>"Not in force"</Badge> }
    };
    let row = Row::new(cells![
        server_name,
        view! { <StateBadge state=rule.effect/> },
        view! { <span class="mono wrap">{tools}</span> },
        principal_name,
        state,
        view! { <OptionalTime at=rule.ends_at none="never"/> },
    ])
    .href(format!("/policies/{}", rule.id));
    if in_force { row } else { row.muted() }
}

#[component]
fn Sessions(id: UserId, sessions: Vec<SessionView>, forms: Forms) -> impl IntoView {
    let some = !sessions.is_empty();
    view! {
        <Card
            title="Sessions"
            flush=true
            actions=move || some.then(|| view! {
                <ActionButton form=forms.end_all fields=vec![("id", id.to_string())] small=true>"End all"</ActionButton>
            })
        >
            <DataTable
                label="Sessions"
                columns=session_columns()
                rows=sessions
                row=move |session: SessionView| {
                    let fields = vec![("id", session.id.to_string()), ("back", format!("/users/{id}"))];
                    let action = view! { <ActionButton form=forms.end fields=fields small=true variant=Variant::Quiet>"End"</ActionButton> };
                    session_row(session, action.into_any())
                }
                empty=|| view! { <p class="table-empty">"Not signed in anywhere."</p> }
            />
        </Card>
    }
}
