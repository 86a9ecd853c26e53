//! `/groups/:id`: a group or a job role and its members.

use domain::{GroupId, User};

use super::api::{
    AddMembers, DeleteGroup, FindCandidates, GetGroup, GroupDetail, GroupLine, RemoveMember, UpdateGroup,
};
use crate::pages::access::api::ChangeBlock;
use crate::prelude::*;
use crate::wire::ask;

/// `/groups/:id`.
#[component]
pub fn GroupPage() -> impl IntoView {
    let id = param::<GroupId>("id");
    let add = use_form::<AddMembers>();
    let remove = use_form::<RemoveMember>();
    let update = use_form::<UpdateGroup>();
    let delete = use_form::<DeleteGroup>();
    let block = use_form::<ChangeBlock>();
    let group = load_unless(move || delete.output().is_some(), move || Ok(GetGroup { id: id.get()? }));
    view! {
        <Load resource=group page=true let:detail>
            <Detail detail=detail add=add remove=remove update=update delete=delete block=block/>
        </Load>
    }
}

#[component]
fn Detail(
    detail: GroupDetail,
    add: FormState<AddMembers>,
    remove: FormState<RemoveMember>,
    update: FormState<UpdateGroup>,
    delete: FormState<DeleteGroup>,
    block: FormState<ChangeBlock>,
) -> impl IntoView {
    let GroupDetail { group, members, access } = detail;
    let GroupLine { id, name, description, kind, source, .. } = group;
    let id = StoredValue::new(id);
    let own_id = move || id.get_value();
    let entered = StoredValue::new((name.clone(), description.clone()));
    // An empty one is no loss.
    let typed = (!members.is_empty()).then(|| name.clone());
    let question = text::groups::delete_question(&name);
    view! {
        <PageHeader
            title=name
            description=description
            badges=move || {
                let (kind, source) = (kind.clone(), source.clone());
                view! { <Badge>{kind}</Badge> <Badge>{source}</Badge> }
            }
            crumbs=vec![(text::common::groups(), "/groups".to_owned())]
            actions=|| view! {
                <LinkButton href=Signal::derive(open_dialog("add")) variant=Variant::Primary icon="user-plus">{text::groups::add_somebody()}</LinkButton>
                <LinkButton href=Signal::derive(open_dialog("edit")) icon="pencil">{text::common::edit()}</LinkButton>
                <LinkButton href=Signal::derive(open_dialog("delete")) variant=Variant::Danger icon="trash-2">{text::common::delete()}</LinkButton>
            }
        />
        <div class="stack">
            <Card title=text::common::members() flush=true>
                <DataTable
                    label=text::common::members()
                    columns=vec![Column::new(text::common::name()).wide(), Column::new(text::common::department()), Column::new(text::common::status()), Column::new(text::common::action()).actions()]
                    rows=members
                    row=move |user: User| {
                        let fields = vec![("id", own_id()), ("user", user.id.to_string())];
                        Row::new(cells![
                            view! { <Person name=user.name detail=user.email.to_string()/> },
                            user.department,
                            view! { <StateBadge state=user.status/> },
                            view! { <ActionButton form=remove fields=fields small=true variant=Variant::Quiet icon="x">{text::common::remove()}</ActionButton> },
                        ])
                        .href(format!("/users/{}", user.id))
                    }
                    empty=|| view! { <EmptyState icon="users" title=text::groups::no_members() text=text::groups::no_members_help()/> }
                />
            </Card>
            {parts::late::access_now(access, block)}
        </div>
        <Dialog name="add" title=text::groups::add_title()>
            <Form form=add>
                <Hidden name="id" value=own_id()/>
                <Picker
                    name="emails[]" label=text::groups::people() required=true help=text::groups::people_help()
                    find=Finder::new(async |words| ask(FindCandidates { words }).await.unwrap_or_default())
                />
                <DialogActions><Submit>{text::common::add()}</Submit></DialogActions>
            </Form>
        </Dialog>
        <Dialog name="edit" title=text::common::edit()>
            <Form form=update>
                <Hidden name="id" value=own_id()/>
                <TextField name="name" label=text::common::name() required=true value=entered.get_value().0/>
                <TextArea name="description" label=text::groups::what_for_question() value=entered.get_value().1/>
                <DialogActions><Submit>{text::common::save()}</Submit></DialogActions>
            </Form>
        </Dialog>
        <ConfirmDialog
            name="delete" title=question form=delete confirm=text::common::delete() danger=true
            fields=Signal::derive(move || vec![("id", own_id())]) typed=typed
        >
            <p>{text::groups::delete_help()}</p>
        </ConfirmDialog>
    }
}
