//! `/users` and `/users/:id`: people.

pub mod api;
pub mod fields;
pub mod profile;

use api::{InviteUser, Invited, ListUsers, SwitchUsers};
use domain::{Capability, OneTimeLink, Page, Sort, User, UserId, UserSort, UserStatus};

use crate::prelude::*;

pub use profile::{Forms as PersonForms, PersonAccess, PersonSessions, UserPage};

/// `/users`: everybody, and the dialog that invites somebody.
#[component]
pub fn UsersPage() -> impl IntoView {
    let (search, status, cursor) = (query("search"), query_as::<UserStatus>("status"), query("cursor"));
    let sort = query_as::<Sort<UserSort>>("sort");
    let users =
        load(move || ListUsers { search: search.get(), status: status.get(), sort: sort.get(), cursor: cursor.get() })
            .later();
    let views = use_views("users");
    parts::ahead(&["user_form"]);
    let invite = use_form::<InviteUser>();
    let many = use_form::<SwitchUsers>();
    let statuses = [(String::new(), text::users::any_status().to_owned())]
        .into_iter()
        .chain(UserStatus::ALL.iter().map(|status| (status.to_string(), status.label())))
        .collect();
    view! {
        <PageHeader
            title=text::common::users()
            description=text::users::description()
            actions=move || can(Capability::ManageUsers).get_untracked().then(|| view! { <LinkButton href=Signal::derive(open_dialog("invite")) variant=Variant::Primary icon="user-plus">{text::users::invite()}</LinkButton> })
        />
        <FilterBar names=&["search", "status"] needs=Capability::ManageUsers views=views>
            <SearchField name="search" label=text::users::search()/>
            <FilterSelect name="status" label=text::common::status() options=statuses/>
        </FilterBar>
        <Load resource=users let:page>
            {parts::late::users_list(page, many)}
        </Load>
        <Dialog name="invite" title=text::users::invite_somebody()>
            {move || match invite.output() {
                Some(Invited { user, link }) => view! {
                    <HandOver name=user.name link=link/>
                    <div class="dialog-actions">
                        <LinkButton href=format!("/users/{}", user.id)>{text::users::open_profile()}</LinkButton>
                        <a class="btn btn-primary" href=close_dialog() data-noscroll="true" on:click=move |_| invite.clear()>{text::common::done()}</a>
                    </div>
                }.into_any(),
                None => view! {
                    <Form form=invite>
                        {parts::user_form(None)}
                        <DialogActions><Submit>{text::users::create_invitation()}</Submit></DialogActions>
                    </Form>
                }.into_any(),
            }}
        </Dialog>
    }
}

/// People as a list.
#[component]
pub fn UserList(
    /// The people.
    page: Page<User>,
    /// Suspends or reactivates chosen ones.
    many: FormState<SwitchUsers>,
) -> impl IntoView {
    let own = me().with_untracked(|me| me.as_ref().map(|me| me.user.id));
    view! {
    <Card flush=true>
        <DataTable
            label=text::common::users()
            main=true
            csv=Some("users")
            columns=vec![
                Column::new(text::common::name()).sorted("name").wide(),
                Column::new(text::common::department()).sorted("department"),
                Column::new(text::common::team()).optional("team"),
                Column::new(text::common::role()).optional("role"),
                Column::new(text::common::status()),
                Column::new(text::users::last_sign_in()).sorted("last_sign_in"),
            ]
            rows=page.data
            next=page.next_cursor
            row=move |user: User| user_row(user, own)
            bulk=Some(Bulk { form: many.into(), actions: ViewFn::from(SwitchMany) })
            empty=|| view! { <EmptyState icon="users" title=text::users::empty() text=text::users::empty_help()/> }
        />
    </Card>
    }
}

/// Buttons for chosen people.
#[component]
fn SwitchMany() -> impl IntoView {
    view! {
        <Hidden name="back" value=untrack(here())/>
        <Button name="active" value="false" small=true icon="user-x">{text::users::suspend()}</Button>
        <Button name="active" value="true" small=true icon="user-check">{text::users::reactivate()}</Button>
    }
}

fn user_row(user: User, own: Option<UserId>) -> Row {
    let over = user.status != UserStatus::Active;
    // Nobody suspends themselves.
    let choose = (own != Some(user.id)).then(|| user.name.clone());
    let row = Row::new(cells![
        view! { <Person name=user.name detail=user.email.to_string()/> },
        user.department,
        user.team,
        view! { <StateBadge state=user.role/> },
        view! { <StateBadge state=user.status/> },
        view! { <OptionalTime at=user.last_login_at none=text::common::never()/> },
    ])
    .href(format!("/users/{}", user.id));
    let row = match choose {
        Some(name) => row.choosable(user.id, name),
        None => row,
    };
    if over { row.muted() } else { row }
}

/// A one-time link just made: to be copied and handed over.
#[component]
pub fn HandOver(#[prop(into)] name: String, link: OneTimeLink) -> impl IntoView {
    let [before, after] = text::users::link_dies_around();
    view! {
        <div class="stack">
            <Callout tone=Tone::Success title=text::users::send_link(&name)>
                <p>{before}<Time at=link.expires_at/>{after}</p>
            </Callout>
            <SecretOnce label=text::users::link() value=link.url/>
        </div>
    }
}
