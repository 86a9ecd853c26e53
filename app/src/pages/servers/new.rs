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
        let problem = Problem::forbidden(text::servers::new_forbidden());
        return view! { <ErrorView error=AppError(problem) page=true/> }.into_any();
    }
    view! {
        <PageHeader
            title=text::servers::add()
            description=text::servers::new_description()
            crumbs=vec![(text::servers::title(), "/servers".to_owned())]
        />
        <div class="narrow">
            <Card>
                <Form form=create>
                    <ServerFields/>
                    <div class="form-actions"><Submit icon="plus">{text::servers::new_submit()}</Submit></div>
                </Form>
            </Card>
        </div>
    }
    .into_any()
}
