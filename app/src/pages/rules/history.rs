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
            let lines = lines
                .into_iter()
                .map(|(sign, text)| {
                    let (class, word) = match sign.as_str() {
                        "+" => ("diff-line diff-added", Some(text::components::diff_added())),
                        "−" => ("diff-line diff-removed", Some(text::components::diff_removed())),
                        _ => ("diff-line", None),
                    };
                    view! {
                        <div class=class>
                            <span class="diff-sign" aria-hidden="true">{sign}</span>
                            {word.map(|word| view! { <span class="sr-only">{word}" "</span> })}
                            <span class="diff-text">{text}</span>
                        </div>
                    }
                })
                .collect_view();
            view! {
                <details class="disclosure">
                    <summary>{title}" · "{by}" · "<Time at=at/></summary>
                    <div class="diff mono" tabindex="0" role="region" aria-label=text::components::diff_changed()>{lines}</div>
                </details>
            }
        })
        .collect_view();
    view! { <Card title=title><div class="stack">{versions}</div></Card> }
}
