//! `/groups`, `/groups/:id` and `/groups/import`: people who get access together, and job roles.

pub mod api;
pub mod detail;
pub mod import;
#[cfg(feature = "ssr")]
mod words;

use api::{CreateGroup, GroupLine, ListGroups};
use domain::Capability;

use crate::prelude::*;

pub use detail::GroupPage;
pub use import::ImportGroupsPage;

/// The word of job roles in the query and in forms.
const JOB_ROLE: &str = "job_role";

/// `/groups`: all groups and job roles, and the dialog that makes one.
#[component]
pub fn GroupsPage() -> impl IntoView {
    let (kind, sort) = (query("kind"), query("sort"));
    let groups = load(move || ListGroups { kind: kind.get(), sort: sort.get() });
    let roles = move || kind.with(|kind| kind.as_deref() == Some(JOB_ROLE));
    let new = move || if roles() { text::groups::new_job_role() } else { text::groups::new() };
    let kinds = || {
        vec![
            ("group".to_owned(), text::groups::kind_group().to_owned()),
            (JOB_ROLE.to_owned(), text::groups::kind_job_role().to_owned()),
        ]
    };
    let filter = [(String::new(), text::groups::any_kind().to_owned())].into_iter().chain(kinds()).collect();
    let members = move || link("/export/group-members.csv", &[("kind", &kind.get().unwrap_or_default())]);
    let views = use_views("groups");
    let create = use_form::<CreateGroup>();
    view! {
        <PageHeader
            title=text::common::groups()
            description=text::groups::description()
            actions=move || can(Capability::ManageUsers).get_untracked().then(|| view! {
                <LinkButton href=Signal::derive(members) external=true icon="download">{text::groups::export()}</LinkButton>
                <LinkButton href="/groups/import" icon="upload">{text::groups::import()}</LinkButton>
                <LinkButton href=Signal::derive(open_dialog("new")) variant=Variant::Primary icon="plus">{new}</LinkButton>
            })
        />
        <FilterBar names=&["kind"] needs=Capability::ManageUsers views=views>
            <FilterSelect name="kind" label=text::common::kind() options=filter/>
        </FilterBar>
        <Load resource=groups let:groups>
            <Card flush=true>
                <DataTable
                    label=text::common::groups()
                    main=true
                    csv=Some("groups")
                    columns=vec![
                        Column::new(text::common::name()).sorted("name"),
                        Column::new(text::common::kind()).optional("kind"),
                        Column::new(text::groups::what_for()).wide().optional("description"),
                        Column::new(text::groups::source()).optional("source"),
                        Column::new(text::common::members()).numeric().sorted("members"),
                    ]
                    rows=groups
                    row=|group: GroupLine| {
                        let GroupLine { id, name, description, members, kind, source } = group;
                        Row::new(cells![view! { <span class="strong">{name}</span> }, kind, description, source, members])
                            .href(format!("/groups/{id}"))
                    }
                    empty=move || view! {
                        <EmptyState icon="users" title=text::groups::empty() text=text::groups::empty_help()>
                            <LinkButton href=Signal::derive(open_dialog("new")) variant=Variant::Primary icon="plus">{new}</LinkButton>
                        </EmptyState>
                    }
                />
            </Card>
        </Load>
        <Dialog name="new" title=Signal::derive(move || new().to_owned())>
            <Form form=create>
                <SelectField name="kind" label=text::common::kind() options=kinds() value=kind.get_untracked().unwrap_or_default() help=text::groups::kind_help()/>
                <TextField name="name" label=text::common::name() required=true placeholder=text::groups::name_example()/>
                <TextArea name="description" label=text::groups::what_for_question()/>
                <DialogActions><Submit>{text::common::create()}</Submit></DialogActions>
            </Form>
        </Dialog>
    }
}
