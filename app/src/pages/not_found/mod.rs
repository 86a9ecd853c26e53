//! The page for what is not there.

use domain::Problem;

use crate::prelude::*;

/// Shown for every address that is no page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <PageHeader title=text::notfound::title()/>
        <ErrorView error=AppError(Problem::not_found("page"))/>
    }
}
