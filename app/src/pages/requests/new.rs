//! The form of a request: for an entry of the catalog, a custom server, or access to an existing one.

use domain::NewRequest;

use super::api::{DiscardDraft, EntryHead, FormSource, GetForm, Replaced, RequestFormData, SendRequest};
use super::draft::{Autosave, Draft, DraftStatus};
use super::duplicates::DuplicateList;
use super::fields::{JustificationFields, ServerFields};
use super::steps::{FormStep, FormSteps};
use crate::pages::catalog::why_not;
use crate::prelude::*;

/// `/requests/new?catalog=…`, `?server=…`, `?resubmit=…`, or nothing of it for a custom server.
#[component]
pub fn NewRequestPage() -> impl IntoView {
    let (catalog, server, resubmit) = (query("catalog"), query("server"), query("resubmit"));
    let data = load(move || GetForm {
        source: FormSource { catalog: catalog.get(), server: server.get(), resubmit: resubmit.get() },
    });
    let send = use_form::<SendRequest>();
    let discard = use_form::<DiscardDraft>();
    view! {
        <Load resource=data rows=12 page=true let:data>
            <RequestForm data=data send=send discard=discard/>
        </Load>
    }
}

#[component]
fn RequestForm(data: RequestFormData, send: FormState<SendRequest>, discard: FormState<DiscardDraft>) -> impl IntoView {
    let RequestFormData { key, fields, kept, saved_at, entry, target, earlier, duplicates } = data;
    let (title, description) = match (&entry, &target) {
        (Some(entry), _) => (text::catalog::request_named(&entry.title), entry.description.clone()),
        (None, Some(target)) => (text::requests::access_to(&target.name), target.description.clone()),
        (None, None) => (text::catalog::request_custom().to_owned(), text::requests::custom_description().to_owned()),
    };
    let crumbs = match &entry {
        Some(_) => vec![(text::catalog::title(), "/catalog".to_owned())],
        None => vec![(text::requests::title(), "/requests".to_owned())],
    };
    // An entry that cannot be used is explained instead of asked for.
    if let Some(why) = entry.as_ref().and_then(|entry| why_not(entry.needs)) {
        return view! {
            <PageHeader title=title description=description crumbs=crumbs/>
            <Callout tone=Tone::Warning title=text::catalog::not_yet()><p>{why}</p></Callout>
        }
        .into_any();
    }
    let draft = Draft::new(saved_at, duplicates);
    let access = target.is_some();
    let back = {
        let query = [
            ("catalog", fields.catalog_name.clone()),
            ("server", fields.server_id.map(|id| id.to_string())),
            ("resubmit", fields.resubmission_of.map(|id| id.to_string())),
        ];
        let set: Vec<(&'static str, &str)> =
            query.iter().filter_map(|(name, value)| value.as_deref().map(|value| (*name, value))).collect();
        link("/requests/new", &[set.as_slice(), &[("notice", "draft-discarded")]].concat())
    };
    let has_draft = saved_at.is_some();
    let discard_fields = vec![("draft_key", key.clone()), ("back", back)];
    let confirmed = fields.not_a_duplicate;
    let justification = fields.clone();
    let steps = steps(&fields, &kept, entry.as_ref(), access);
    let urgent = fields.urgent;
    view! {
        <PageHeader
            title=title
            description=description
            crumbs=crumbs
            actions=move || has_draft.then(|| view! {
                <ActionButton form=discard fields=discard_fields.clone() icon="trash-2">{text::requests::discard()}</ActionButton>
            })
        />
        {earlier.map(|earlier| view! { <Earlier earlier=earlier/> })}
        {entry.clone().map(|entry| view! { <Standing entry=entry/> })}
        <div class="stepped">
            <FormSteps steps=steps/>
            <Autosave draft=draft key=key.clone() form=send>
                <Form form=send>
                    <Hidden name="draft_key" value=key/>
                    <Hidden name="request[kind]" value=if access { "access" } else { "server" }/>
                    {fields.catalog_name.clone().map(|name| view! { <Hidden name="request[catalog_name]" value=name/> })}
                    {fields.server_id.map(|id| view! { <Hidden name="request[server_id]" value=id.to_string()/> })}
                    {fields.resubmission_of.map(|id| view! { <Hidden name="request[resubmission_of]" value=id.to_string()/> })}
                    {match target {
                        Some(target) => parts::request_form_access(target, fields.tools).into_any(),
                        None => view! {
                            <ServerFields fields=fields kept=kept entry=entry>
                                <Duplicates draft=draft confirmed=confirmed/>
                            </ServerFields>
                        }
                        .into_any(),
                    }}
                    <div id="why" class="form-step">
                        <Card title=text::common::why() description=text::requests::why_help()>
                            <JustificationFields fields=justification access=access/>
                        </Card>
                    </div>
                    <div id="send" class="form-step">
                        <Card title=text::requests::send()>
                            <div class="stack">
                                <Checkbox
                                    name="request[urgent]"
                                    label=text::requests::urgent_label()
                                    checked=urgent
                                    help=text::requests::urgent_help()
                                />
                                <div class="form-actions">
                                    <Submit icon="send">{text::requests::send_request()}</Submit>
                                    <Button name="intent" value="draft" icon="save">{text::requests::save_draft()}</Button>
                                    <DraftStatus draft=draft/>
                                </div>
                            </div>
                        </Card>
                    </div>
                </Form>
            </Autosave>
        </div>
    }
    .into_any()
}

/// The steps of the form, with what is filled already.
fn steps(fields: &NewRequest, kept: &[String], entry: Option<&EntryHead>, access: bool) -> Vec<FormStep> {
    let some = |text: &String| !text.trim().is_empty();
    let step = |href, label, filled| FormStep { href, label, filled };
    let mut reasons = vec![&fields.why_needed];
    let mut steps = if access {
        vec![step("#access", text::common::access(), true)]
    } else {
        reasons.extend([&fields.use_case, &fields.expected_value]);
        let connected = match entry {
            Some(entry) => entry.headers.iter().all(|(name, _)| kept.contains(name)),
            None => some(&fields.url),
        };
        vec![
            step("#server", text::common::server(), some(&fields.name)),
            step("#connection", text::requests::connection(), connected),
        ]
    };
    steps.push(step("#why", text::common::why(), reasons.into_iter().all(some)));
    steps.push(step("#send", text::requests::send(), false));
    steps
}

/// What does the same, and the box that says that this one is needed all the same.
#[component]
fn Duplicates(draft: Draft, confirmed: bool) -> impl IntoView {
    let duplicates = draft.duplicates();
    let any = Memo::new(move |_| duplicates.with(|found| !found.is_empty()));
    view! {
        <div role="status">
            <Show when=move || any.get()>
                <Callout tone=Tone::Warning title=text::requests::exists()>
                    {move || view! { <DuplicateList duplicates=duplicates.get()/> }}
                    <Checkbox
                        name="request[not_a_duplicate]"
                        label=text::requests::another()
                        checked=confirmed
                        help=text::requests::another_help()
                    />
                </Callout>
            </Show>
        </div>
    }
}

/// The request that is sent again, with what was wrong with it.
#[component]
fn Earlier(earlier: Replaced) -> impl IntoView {
    let fix = earlier.fix.into_iter().map(|prose| view! { <Markdown prose=prose/> }).collect_view();
    view! {
        <Callout tone=Tone::Info title=text::requests::again()>
            {fix}
            <p><a href=format!("/requests/{}", earlier.id)>{text::requests::again_see()}</a>" · "{text::requests::again_secrets()}</p>
        </Callout>
    }
}

/// The person has it already, or asked for it already.
#[component]
fn Standing(entry: EntryHead) -> impl IntoView {
    match (entry.connected, entry.requested) {
        (Some(slug), _) => Some(view! {
            <Callout tone=Tone::Success>
                <p>{text::requests::can_use_entry()} " " <a href=format!("/connectors/{slug}")>{slug.clone()}</a></p>
            </Callout>
        }.into_any()),
        (None, true) => Some(view! {
            <Callout tone=Tone::Info><p>{text::requests::asked_already()} " " <a href="/requests">{text::requests::see_mine()}</a></p></Callout>
        }.into_any()),
        (None, false) => None,
    }
}
