//! Charts.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Card, Icon};
use crate::text;

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
        let csv = csv(&chart);
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
            <ChartFiles title=title.clone() csv=csv/>
            <details class="chart-table">
                <summary>{text::components::chart_table()}</summary>
                <div class="chart-table-frame" tabindex="0" role="region" aria-label=text::components::chart_as_table(&title)>
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

/// The chart as a picture and its numbers as a file.
#[component]
fn ChartFiles(title: String, csv: String) -> impl IntoView {
    let name = title.to_ascii_lowercase().replace(|c: char| !c.is_alphanumeric(), "-");
    let picture = format!("{name}.png");
    let save = |format| text::components::chart_save(&title, format);
    view! {
        <div class="chart-files needs-js">
            <button type="button" class="btn btn-quiet btn-small" data-chart-png=picture aria-label=save(text::components::chart_png())>
                <Icon name="download"/>{text::components::chart_png()}
            </button>
            <a class="btn btn-quiet btn-small" href=csv download=format!("{name}.csv") rel="external" aria-label=save(text::components::chart_csv())>
                <Icon name="download"/>{text::components::chart_csv()}
            </a>
        </div>
    }
}

/// The numbers of a chart as an address that holds them (RFC 4180 in RFC 2397).
fn csv(chart: &ChartData) -> String {
    let cell = |text: &String| {
        let quoted = text.contains(['"', ',', '\n', '\r']);
        if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.clone() }
    };
    let line = |cells: &Vec<String>| cells.iter().map(cell).collect::<Vec<_>>().join(",");
    let lines: Vec<String> = std::iter::once(&chart.columns).chain(&chart.rows).map(line).collect();
    format!("data:text/csv;charset=utf-8,{}", crate::url::encode(&lines.join("\r\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_a_file() {
        let chart = ChartData {
            option: String::new(),
            columns: vec!["Tool".into(), "Calls".into()],
            rows: vec![vec!["a, \"b\"".into(), "3".into()]],
        };
        assert_eq!(csv(&chart), "data:text/csv;charset=utf-8,Tool%2CCalls%0D%0A%22a%2C%20%22%22b%22%22%22%2C3");
    }
}
