//! The decision: approve or reject.

use domain::{Problem, Request, RequestId, RequestKind};

use super::api::{ApproveRequest, RejectRequest, Tested};
use crate::pages::requests::{ToolChoice, tool_option};
use crate::prelude::*;

/// Approves: entire server or chosen tools, until when, with notes.
#[component]
pub(super) fn ApproveCard(
    request: Request,
    test: Option<Tested>,
    tools: Vec<ToolChoice>,
    allow_private: bool,
    form: FormState<ApproveRequest>,
) -> impl IntoView {
    let digest = test.filter(|test| test.ok).and_then(|test| test.digest);
    let new_server = request.kind == RequestKind::Server;
    // What is approved is what was seen; without a test nothing was.
    let locked = new_server && digest.is_none();
    let options: Vec<CheckOption> = tools.into_iter().map(tool_option).collect();
    let wanted = !request.tools.is_empty();
    let no_tools = options.is_empty();
    let id = request.id;
    let slug = request.slug.clone();
    let what = if new_server { text::inbox::approve_new() } else { text::inbox::approve_existing() };
    if locked {
        return view! {
            <Card title=text::common::approve() description=what>
                <Callout tone=Tone::Info title=text::inbox::test_first()>
                    <p>{text::inbox::test_first_why()}" "<a href="#test" rel="external">{text::inbox::go_to_test()}</a></p>
                </Callout>
            </Card>
        }
        .into_any();
    }
    view! {
        <Card title=text::common::approve() description=what>
            <Form form=form>
                <Hidden name="id" value=id.to_string()/>
                <Hidden name="approval[definitions_digest]" value=digest.unwrap_or_default()/>
                <div class="scope-choice stack">
                    <RadioCards
                        name="approval[scope]"
                        label=text::inbox::covers()
                        value=if wanted && !no_tools { "tools" } else { "server" }
                        options=vec![
                            RadioOption::new("server", text::common::entire_server(), text::inbox::covers_server_help()),
                            RadioOption::new("tools", text::inbox::covers_tools(), text::inbox::covers_tools_help()),
                        ]
                    />
                    <div class="scope-detail">
                        {if no_tools {
                            view! { <p class="field-help">{text::inbox::no_tools()}</p> }.into_any()
                        } else {
                            view! { <CheckList name="approval[tools][]" label=text::common::tools() options=options chosen=request.tools/> }.into_any()
                        }}
                    </div>
                </div>
                {new_server.then(|| view! {
                    <TextField
                        name="approval[slug]"
                        label=text::common::slug()
                        value=slug
                        required=true
                        help=text::inbox::slug_help()
                    />
                })}
                <DateField name="approval[ends_at]" label=text::inbox::last_day() help=text::inbox::last_day_help()/>
                <TextArea name="approval[notes]" label=text::inbox::requester_notes() rows=2/>
                {new_server.then(|| view! {
                    <Checkbox
                        name="approval[allow_private]"
                        label=text::inbox::private()
                        checked=allow_private
                        help=text::inbox::private_help()
                    />
                })}
                <TestAgain form=form/>
                <div class="form-actions"><Submit icon="check">{text::common::approve()}</Submit></div>
            </Form>
        </Card>
    }
    .into_any()
}

/// The way on when what was reviewed is not what the server offers now.
#[component]
fn TestAgain(form: FormState<ApproveRequest>) -> impl IntoView {
    move || {
        let again =
            form.error().is_some_and(|e| matches!(&e.0, Problem::Conflict { code, .. } if code == "test_again"));
        again.then(|| {
            view! { <p><a class="btn btn-secondary" href="#test" rel="external"><Icon name="plug-zap"/>{text::inbox::go_to_test()}</a></p> }
        })
    }
}

/// Rejects, with a reason that the requester can work with.
#[component]
pub(super) fn RejectCard(request: RequestId, form: FormState<RejectRequest>) -> impl IntoView {
    let opened = untrack(|| form.error().is_some());
    view! {
        <Card title=text::common::reject() description=text::inbox::reject_description()>
            <details class="disclosure" open=opened>
                <summary>{text::inbox::reject_write()}</summary>
                <Form form=form>
                    <Hidden name="id" value=request.to_string()/>
                    <TextArea name="rejection[issue]" label=text::common::what_is_wrong() required=true help=text::inbox::reject_issue_help()/>
                    <TextArea name="rejection[what_to_fix]" label=text::inbox::reject_fix() required=true help=text::inbox::reject_fix_help()/>
                    <TextArea name="rejection[alternatives]" label=text::inbox::reject_alternatives() rows=2/>
                    <TextField name="rejection[contact]" label=text::inbox::reject_contact() placeholder="security@example.com"/>
                    <div class="form-actions"><Submit variant=Variant::Danger icon="x">{text::common::reject()}</Submit></div>
                </Form>
            </details>
        </Card>
    }
}
