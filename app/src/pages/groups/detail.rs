//! `/groups/:id`: a group and its members.

use domain::{GroupId, User};

use super::api::{AddMember, DeleteGroup, GetGroup, GroupDetail, RemoveMember};
use crate::prelude::*;

/// `/groups/:id`.
#[component]
pub fn GroupPage() -> impl IntoView {
    let id = param::<GroupId>("id");
    let add = use_form::<AddMember>();
    let remove = use_form::<RemoveMember>();
    let delete = use_form::<DeleteGroup>();
    let group = load_unless(move || delete.output().is_some(), move || Ok(GetGroup { id: id.get()? }));
    view! {
        <Load resource=group page=true let:detail>
            <Detail detail=detail add=add remove=remove delete=delete/>
        </Load>
    }
}

#[component]
fn Detail(
    detail: GroupDetail,
    add: FormState<AddMember>,
    remove: FormState<RemoveMember>,
    delete: FormState<DeleteGroup>,
) -> impl IntoView {
    let GroupDetail { group, members } = detail;
    let id = group.id;
    view! {
        <PageHeader
            title=group.name
            description=group.description
            crumbs=vec![("Groups", "/groups".to_owned())]
            actions=|| view! {
                <LinkButton href=Signal::derive(open_dialog("add")) variant=Variant::Primary icon="user-plus">"Add somebody"</LinkButton>
                <LinkButton href=Signal::derive(open_dialog("delete")) variant=Variant::Danger icon="trash-2">"Delete"</LinkButton>
            }
        />
        <Card title="Members" flush=true>
            <DataTable
                label="Members"
                columns=vec![Column::new("Name").wide(), Column::new("Department"), Column::new("Status"), Column::new("Action").actions()]
                rows=members
                row=move |user: User| {
                    let fields = vec![("id", id.to_string()), ("user", user.id.to_string())];
                    Row::new(cells![
                        view! { <Person name=user.name detail=user.email.to_string()/> },
                        user.department,
                        view! { <StateBadge state=user.status/> },
                        view! { <ActionButton form=remove fields=fields small=true variant=Variant::Quiet icon="x">"Remove"</ActionButton> },
                    ])
                    .href(format!("/users/{}", user.id))
                }
                empty=|| view! { <EmptyState icon="users" title="Nobody in it yet" text="Add people; what the group may use works for them at once."/> }
            />
        </Card>
        <Dialog name="add" title="Add somebody to the group">
            <Form form=add>
                <Hidden name="id" value=id.to_string()/>
                <TextField name="email" label="Email" kind="email" required=true help="Of somebody who has an account or an invitation."/>
                <DialogActions><Submit>"Add"</Submit></DialogActions>
            </Form>
        </Dialog>
        <ConfirmDialog
            name="delete" title="Delete this group?" form=delete confirm="Delete group" danger=true
            fields=Signal::derive(move || vec![("id", id.to_string())])
        >
            <p>"Rules for the group stop granting anything, so its members lose what only the group allowed. The people stay."</p>
        </ConfirmDialog>
    }
}
