//! Charts.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::Card;

/// A chart ready to be shown: made on the server, so that the browser needs no chart builder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartData {
    /// The ECharts option as JSON. Colours come from the tokens.
    pub option: String,
    /// Headings of the table with the same numbers.
    pub columns: Vec<String>,
    /// Its rows, each beginning with what it is about. No rows mean that there is nothing to show.
    pub rows: Vec<Vec<String>>,
}

/// A chart in a card, with the same numbers as a table.
#[component]
pub fn ChartCard(
    /// Heading, and the chart's name for those who do not see it.
    #[prop(into)]
    title: String,
    /// One line below the heading.
    #[prop(optional, into)]
    description: Option<String>,
    /// The chart.
    chart: ChartData,
    /// What is said when there is nothing to show.
    #[prop(into)]
    empty: String,
) -> impl IntoView {
    let body = if chart.rows.is_empty() {
        view! { <p class="chart-empty">{empty}</p> }.into_any()
    } else {
        let head = chart.columns.into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect_view();
        let rows = chart
            .rows
            .into_iter()
            .map(|row| {
                let mut cells = row.into_iter();
                let first = cells.next();
                let rest = cells.map(|cell| view! { <td class="cell-number">{cell}</td> }).collect_view();
                view! { <tr><th scope="row">{first}</th>{rest}</tr> }
            })
            .collect_view();
        view! {
            <db-chart option=chart.option label=title.clone()></db-chart>
            <details class="chart-table">
                <summary>"Show as a table"</summary>
                <div class="chart-table-frame" tabindex="0" role="region" aria-label=format!("{title}, as a table")>
                    <table class="table-plain">
                        <thead><tr>{head}</tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        }
        .into_any()
    };
    match description {
        Some(description) => view! { <Card title=title description=description>{body}</Card> }.into_any(),
        None => view! { <Card title=title>{body}</Card> }.into_any(),
    }
}
