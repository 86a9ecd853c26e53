//! The states that a rule had.

use super::api::VersionRow;
use crate::prelude::*;

/// Versions, newest first; what each has changed is unfolded.
#[component]
pub fn History(
    /// What it is called.
    title: String,
    /// The versions.
    versions: Vec<VersionRow>,
) -> impl IntoView {
    let versions = versions
        .into_iter()
        .map(|VersionRow { title, by, at, lines }| {
            view! {
                <details class="disclosure">
                    <summary>{title}" · "{by}" · "<Time at=at/></summary>
                    <DiffLines lines=lines/>
                </details>
            }
        })
        .collect_view();
    view! { <Card title=title><div class="stack">{versions}</div></Card> }
}
