//! Adds a server without a request.

use domain::{Capability, Problem};

use super::api::CreateServer;
use super::form::ServerFields;
use crate::prelude::*;

/// `/servers/new`: adds a server as a draft.
#[component]
pub fn NewServerPage() -> impl IntoView {
    let create = use_form::<CreateServer>();
    if !can(Capability::ManageServers).get_untracked() {
        let problem = Problem::forbidden("this needs the right to manage servers; request a custom server instead");
        return view! { <ErrorView error=AppError(problem) page=true/> }.into_any();
    }
    view! {
        <PageHeader
            title="Add a server"
            description="It begins as a draft: test the connection, approve its tools, then give people access."
            crumbs=vec![("Servers", "/servers".to_owned())]
        />
        <div class="narrow">
            <Card>
                <Form form=create>
                    <ServerFields/>
                    <div class="form-actions"><Submit icon="plus">"Add server"</Submit></div>
                </Form>
            </Card>
        </div>
    }
    .into_any()
}
