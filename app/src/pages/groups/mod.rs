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
            title=text::common::groups()
            description=text::groups::description()
            actions=move || can(Capability::ManageUsers).get_untracked().then(|| view! { <LinkButton href=Signal::derive(open_dialog("new")) variant=Variant::Primary icon="plus">{text::groups::new()}</LinkButton> })
        />
        <Load resource=groups let:groups>
            <Card flush=true>
                <DataTable
                    label=text::common::groups()
                    main=true
                    columns=vec![Column::new(text::common::name()), Column::new(text::groups::what_for()).wide(), Column::new(text::common::members()).numeric()]
                    rows=groups
                    row=|group: Group| {
                        Row::new(cells![view! { <span class="strong">{group.name}</span> }, group.description, group.members])
                            .href(format!("/groups/{}", group.id))
                    }
                    empty=|| view! {
                        <EmptyState icon="users" title=text::groups::empty() text=text::groups::empty_help()>
                            <LinkButton href=Signal::derive(open_dialog("new")) variant=Variant::Primary icon="plus">{text::groups::new()}</LinkButton>
                        </EmptyState>
                    }
                />
            </Card>
        </Load>
        <Dialog name="new" title=text::groups::new()>
            <Form form=create>
                <TextField name="name" label=text::common::name() required=true placeholder=text::groups::name_example()/>
                <TextArea name="description" label=text::groups::what_for_question()/>
                <DialogActions><Submit>{text::groups::create()}</Submit></DialogActions>
            </Form>
        </Dialog>
    }
}
