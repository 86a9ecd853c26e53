//! The decision: approve or reject.

use domain::{Definition, Problem, Request, RequestId, RequestKind, TestReport};

use super::api::{ApproveRequest, RejectRequest};
use crate::pages::requests::tool_option;
use crate::prelude::*;

/// Approves: entire server or chosen tools, until when, with notes.
#[component]
pub(super) fn ApproveCard(
    request: Request,
    test: Option<TestReport>,
    tools: Vec<Definition>,
    allow_private: bool,
    form: FormState<ApproveRequest>,
) -> impl IntoView {
    let digest = test.filter(|report| report.ok).and_then(|report| report.definitions_digest);
    let new_server = request.kind == RequestKind::Server;
    // What is approved is what was seen; without a test nothing was.
    let locked = new_server && digest.is_none();
    let options: Vec<CheckOption> = tools.into_iter().map(tool_option).collect();
    let wanted = !request.tools.is_empty();
    let no_tools = options.is_empty();
    let id = request.id;
    let slug = request.slug.clone();
    let what = if new_server {
        "Makes the server active, gives the requester access, and pins the tool definitions of the last test."
    } else {
        "Gives the requester access to the existing server."
    };
    if locked {
        return view! {
            <Card title="Approve" description=what>
                <Callout tone=Tone::Info title="Test the connection first">
                    <p>"Approval pins the tools that a successful test has listed. " <a href="#test" rel="external">"Go to the connection test"</a></p>
                </Callout>
            </Card>
        }
        .into_any();
    }
    view! {
        <Card title="Approve" description=what>
            <Form form=form>
                <Hidden name="id" value=id.to_string()/>
                <Hidden name="approval[definitions_digest]" value=digest.unwrap_or_default()/>
                <div class="scope-choice stack">
                    <RadioCards
                        name="approval[scope]"
                        label="What it covers"
                        value=if wanted && !no_tools { "tools" } else { "server" }
                        options=vec![
                            RadioOption::new("server", "Entire server", "All tools, prompts and resources, also those approved later."),
                            RadioOption::new("tools", "Chosen tools", "Only the tools ticked below."),
                        ]
                    />
                    <div class="scope-detail">
                        {if no_tools {
                            view! { <p class="field-help">"No tools are known; test the connection to list them."</p> }.into_any()
                        } else {
                            view! { <CheckList name="approval[tools][]" label="Tools" options=options chosen=request.tools/> }.into_any()
                        }}
                    </div>
                </div>
                {new_server.then(|| view! {
                    <TextField
                        name="approval[slug]"
                        label="Name in URLs"
                        value=slug
                        required=true
                        help="Part of its address: /mcp/<name>. Choose another one when it is taken."
                    />
                })}
                <DateField name="approval[ends_at]" label="Last day of access" help="No end when empty. Days are in UTC."/>
                <TextArea name="approval[notes]" label="Notes for the requester" rows=2/>
                {new_server.then(|| view! {
                    <Checkbox
                        name="approval[allow_private]"
                        label="The server is in our private network"
                        checked=allow_private
                        help="Lets Drawbridge connect to a private address for this server."
                    />
                })}
                <TestAgain form=form/>
                <div class="form-actions"><Submit icon="check">"Approve"</Submit></div>
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
            view! { <p><a class="btn btn-secondary" href="#test" rel="external"><Icon name="plug-zap"/>"Go to the connection test"</a></p> }
        })
    }
}

/// Rejects, with a reason that the requester can work with.
#[component]
pub(super) fn RejectCard(request: RequestId, form: FormState<RejectRequest>) -> impl IntoView {
    let opened = untrack(|| form.error().is_some());
    view! {
        <Card title="Reject" description="The requester gets your reason and can send the request again.">
            <details class="disclosure" open=opened>
                <summary>"Write a rejection"</summary>
                <Form form=form>
                    <Hidden name="id" value=request.to_string()/>
                    <TextArea name="rejection[issue]" label="What is wrong" required=true help="Be specific: “security concerns” helps nobody."/>
                    <TextArea name="rejection[what_to_fix]" label="What would make it right" required=true help="What to change, and whether to send it again."/>
                    <TextArea name="rejection[alternatives]" label="What to use instead" rows=2/>
                    <TextField name="rejection[contact]" label="Whom to ask" placeholder="security@example.com"/>
                    <div class="form-actions"><Submit variant=Variant::Danger icon="x">"Reject"</Submit></div>
                </Form>
            </details>
        </Card>
    }
}
