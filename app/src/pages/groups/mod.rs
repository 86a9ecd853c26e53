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
    let sort = query("sort");
    let groups = load(move || ListGroups { sort: sort.get() });
    let views = use_views("groups");
    let create = use_form::<CreateGroup>();
    view! {
        <PageHeader
            title=text::common::groups()
            description=text::groups::description()
            actions=move || can(Capability::ManageUsers).get_untracked().then(|| view! { <LinkButton href=Signal::derive(open_dialog("new")) variant=Variant::Primary icon="plus">{text::groups::new()}</LinkButton> })
        />
        {can(Capability::ManageUsers).get_untracked().then(|| view! { <div class="filter-bar"><SavedViews views=views/></div> })}
        <Load resource=groups let:groups>
            <Card flush=true>
                <DataTable
                    label=text::common::groups()
                    main=true
                    csv=Some("groups")
                    columns=vec![
                        Column::new(text::common::name()).sorted("name"),
                        Column::new(text::groups::what_for()).wide().optional("description"),
                        Column::new(text::common::members()).numeric().sorted("members"),
                    ]
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
