//! `/users` and `/users/:id`: people.

pub mod api;
pub mod fields;
pub mod profile;

use api::{InviteUser, Invited, ListUsers};
use domain::{Capability, OneTimeLink, User, UserStatus};
use fields::UserFields;

use crate::prelude::*;

pub use profile::UserPage;

/// `/users`: everybody, and the dialog that invites somebody.
#[component]
pub fn UsersPage() -> impl IntoView {
    let (search, status, cursor) = (query("search"), query_as::<UserStatus>("status"), query("cursor"));
    let users = load(move || ListUsers { search: search.get(), status: status.get(), cursor: cursor.get() });
    let invite = use_form::<InviteUser>();
    let statuses = [(String::new(), "Any status".to_owned())]
        .into_iter()
        .chain(UserStatus::ALL.iter().map(|status| (status.to_string(), status.label())))
        .collect();
    view! {
        <PageHeader
            title="Users"
            description="Everybody who can sign in, ask for servers and call them."
            actions=move || can(Capability::ManageUsers).get_untracked().then(|| view! { <LinkButton href=Signal::derive(open_dialog("invite")) variant=Variant::Primary icon="user-plus">"Invite"</LinkButton> })
        />
        <FilterBar names=&["search", "status"]>
            <SearchField name="search" label="Search name, email, department, team"/>
            <FilterSelect name="status" label="Status" options=statuses/>
        </FilterBar>
        <Load resource=users let:page>
            <Card flush=true>
                <DataTable
                    label="Users"
                    columns=vec![
                        Column::new("Name").wide(), Column::new("Department"), Column::new("Team"), Column::new("Role"),
                        Column::new("Status"), Column::new("Last sign-in"),
                    ]
                    rows=page.data
                    next=page.next_cursor
                    row=user_row
                    empty=|| view! { <EmptyState icon="users" title="Nobody found" text="Change the filter, or invite somebody."/> }
                />
            </Card>
        </Load>
        <Dialog name="invite" title="Invite somebody">
            {move || match invite.output() {
                Some(Invited { user, link }) => view! {
                    <HandOver name=user.name link=link/>
                    <div class="dialog-actions">
                        <LinkButton href=format!("/users/{}", user.id)>"Open profile"</LinkButton>
                        <a class="btn btn-primary" href=close_dialog() data-noscroll="true" on:click=move |_| invite.clear()>"Done"</a>
                    </div>
                }.into_any(),
                None => view! {
                    <Form form=invite>
                        <UserFields user=None/>
                        <DialogActions><Submit>"Create invitation"</Submit></DialogActions>
                    </Form>
                }.into_any(),
            }}
        </Dialog>
    }
}

fn user_row(user: User) -> Row {
    let over = user.status != UserStatus::Active;
    let row = Row::new(cells![
        view! { <Person name=user.name detail=user.email.to_string()/> },
        user.department,
        user.team,
        view! { <StateBadge state=user.role/> },
        view! { <StateBadge state=user.status/> },
        view! { <OptionalTime at=user.last_login_at none="never"/> },
    ])
    .href(format!("/users/{}", user.id));
    if over { row.muted() } else { row }
}

/// A one-time link just made: to be copied and handed over.
#[component]
pub fn HandOver(#[prop(into)] name: String, link: OneTimeLink) -> impl IntoView {
    view! {
        <div class="stack">
            <Callout tone=Tone::Success title=format!("Send this link to {name}")>
                <p>"It works once and is shown only now. It dies " <Time at=link.expires_at/> "."</p>
            </Callout>
            <SecretOnce label="Link" value=link.url/>
        </div>
    }
}
