//! The fields of a person, for inviting and for changing.

use domain::{Role, User};

use crate::prelude::*;

/// The fields of a person. The server function's argument is called `user`.
#[component]
pub fn UserFields(
    /// The person as it is; nobody for an invitation.
    user: Option<User>,
) -> impl IntoView {
    let text = |get: fn(&User) -> String| user.as_ref().map(get).unwrap_or_default();
    let role = user.as_ref().map_or(Role::User, |user| user.role);
    let roles = Role::ALL.iter().map(|role| (role.to_string(), role.words().to_owned())).collect();
    view! {
        <TextField name="user[name]" label=text::common::name() required=true value=text(|user| user.name.clone())/>
        <TextField name="user[email]" label=text::common::email() kind="email" required=true value=text(|user| user.email.to_string())/>
        <div class="grid-2">
            <TextField name="user[title]" label=text::common::title() value=text(|user| user.title.clone())/>
            <TextField name="user[team]" label=text::common::team() value=text(|user| user.team.clone())/>
        </div>
        <div class="grid-2">
            <TextField name="user[department]" label=text::common::department() value=text(|user| user.department.clone())/>
            <SelectField name="user[role]" label=text::common::role() options=roles value=role.to_string()/>
        </div>
    }
}
