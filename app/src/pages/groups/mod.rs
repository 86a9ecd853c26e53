//! `/groups` and `/groups/:id`: people who get access together.

pub mod api;
pub mod detail;

use api::{CreateGroup, ListGroups};
use domain::{Capability, Group};

use crate::prelude::*;

pub use detail::GroupPage;

/// `/groups`: all groups, and the dialog that makes one.
#[component]
pub fn GroupsPage() -> impl IntoView {
    let groups = load(|| ListGroups {});
    let create = use_form::<CreateGroup>();
    view! {
        <PageHeader
            title="Groups"
            description="People who get access together: a rule for a group holds for everybody in it."
            actions=move || can(Capability::ManageUsers).get_untracked().then(|| view! { <LinkButton href=Signal::derive(open_dialog("new")) variant=Variant::Primary icon="plus">"New group"</LinkButton> })
        />
        <Load resource=groups let:groups>
            <Card flush=true>
                <DataTable
                    label="Groups"
                    columns=vec![Column::new("Name"), Column::new("What it is for").wide(), Column::new("Members").numeric()]
                    rows=groups
                    row=|group: Group| {
                        Row::new(cells![view! { <span class="strong">{group.name}</span> }, group.description, group.members])
                            .href(format!("/groups/{}", group.id))
                    }
                    empty=|| view! {
                        <EmptyState icon="users" title="No groups yet" text="Make one to give several people access at once.">
                            <LinkButton href=Signal::derive(open_dialog("new")) variant=Variant::Primary icon="plus">"New group"</LinkButton>
                        </EmptyState>
                    }
                />
            </Card>
        </Load>
        <Dialog name="new" title="New group">
            <Form form=create>
                <TextField name="name" label="Name" required=true placeholder="Data platform"/>
                <TextArea name="description" label="What is it for?"/>
                <DialogActions><Submit>"Create group"</Submit></DialogActions>
            </Form>
        </Dialog>
    }
}
