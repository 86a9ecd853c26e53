//! Data on its way.

use leptos::either::Either;
use leptos::prelude::*;

use super::{ErrorView, Skeleton};
use crate::error::AppError;

/// Shows loaded data: the shape of it while it is on its way for the first time, what went wrong if it failed, and the
/// view made of it otherwise. Later loads keep showing what is there until the new data has come.
#[component]
pub fn Load<T, V, F>(
    /// The data, from [`crate::context::load`].
    resource: Resource<Result<T, AppError>>,
    /// Lines of the shape.
    #[prop(default = 5)]
    rows: usize,
    /// The data is the whole page, its heading included; so is what is said when it failed.
    #[prop(optional)]
    page: bool,
    /// Makes the view.
    children: F,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
    F: Fn(T) -> V + Clone + Send + Sync + 'static,
{
    view! {
        <Transition fallback=move || view! { <Skeleton rows=rows/> }>
            {move || {
                let children = children.clone();
                Suspend::new(async move {
                    match resource.await {
                        Ok(data) => Either::Left(children(data)),
                        Err(error) => Either::Right(view! { <ErrorView error=error page=page/> }),
                    }
                })
            }}
        </Transition>
    }
}
