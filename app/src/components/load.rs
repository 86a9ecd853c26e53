//! Data on its way.

use std::sync::Arc;

use leptos::prelude::*;
use serde::de::DeserializeOwned;

use super::{ErrorView, Skeleton};
use crate::error::AppError;
use crate::wire::{Answer, Json, Loaded};

/// Shows loaded data: the shape of it while it is on its way for the first time, what went wrong if it failed, and the
/// view made of it otherwise. Later loads keep showing what is there until the new data has come.
#[component]
pub fn Load<T, V, F>(
    /// The data, from [`crate::wire::load`].
    resource: Loaded<T>,
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
    T: DeserializeOwned + 'static,
    V: IntoView + 'static,
    F: Fn(T) -> V + Clone + Send + Sync + 'static,
{
    let view = move |json: &Json| json.read().map(|data| children(data).into_any());
    shown(resource.resource(), rows, page, Arc::new(view))
}

/// Makes the view of an answer, unless it has another shape than expected.
type View = Arc<dyn Fn(&Json) -> Result<AnyView, AppError> + Send + Sync>;

/// The part that is the same for all data.
fn shown(resource: Resource<Answer>, rows: usize, page: bool, view: View) -> AnyView {
    view! {
        <Transition fallback=move || view! { <Skeleton rows=rows/> }>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    let shown = resource.await.and_then(|json| view(&json));
                    shown.unwrap_or_else(|error| view! { <ErrorView error=error page=page/> }.into_any())
                })
            }}
        </Transition>
    }
    .into_any()
}
