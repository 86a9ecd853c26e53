//! The server function of the home page.

use domain::Home;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::components::ChartData;
use crate::error::AppError;

/// The home page with its charts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomePageData {
    /// Numbers and lists.
    pub home: Home,
    /// Calls by hour with failures; empty for those who do not run the organisation.
    pub by_hour: ChartData,
    /// Tools with most calls; empty likewise.
    pub top_tools: ChartData,
}

/// The home page of the person asking.
#[server(prefix = "/api/fn", endpoint = "home/get")]
pub async fn get_home() -> Result<HomePageData, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let mut home = services.home(&caller).await?;
    for connector in &mut home.employee.connectors {
        connector.server.description = crate::components::plain(&connector.server.description);
    }
    if let Some(admin) = &mut home.admin {
        admin.denials = crate::ssr::spoken(std::mem::take(&mut admin.denials));
    }
    let (by_hour, top_tools) = match &home.admin {
        Some(admin) => (charts::by_hour(&admin.by_hour), charts::top_tools(&admin.top_tools)),
        None => (ChartData::default(), ChartData::default()),
    };
    Ok(HomePageData { home, by_hour, top_tools })
}

#[cfg(feature = "ssr")]
mod charts {
    use charming::Chart;
    use charming::component::{Axis, Legend};
    use charming::element::{AxisType, ItemStyle, Tooltip, Trigger};
    use charming::series::Bar;
    use chrono::{DateTime, Utc};
    use domain::{HourCount, NamedCount};

    use crate::components::ChartData;
    use crate::format::day_and_month;
    use crate::text;

    const SUCCEEDED: &str = "var(--color-chart-1)";
    const FAILED: &str = "var(--color-danger)";

    /// Succeeded and failed calls on top of each other, one bar an hour.
    pub(super) fn by_hour(hours: &[HourCount]) -> ChartData {
        if hours.iter().all(|hour| hour.calls == 0) {
            return ChartData::default();
        }
        let labels: Vec<String> = hours.iter().map(|hour| hour.hour.format("%H:%M").to_string()).collect();
        let chart = Chart::new()
            .tooltip(Tooltip::new().trigger(Trigger::Axis))
            .legend(Legend::new())
            .x_axis(Axis::new().type_(AxisType::Category).data(labels))
            .y_axis(Axis::new().type_(AxisType::Value).min_interval(1))
            .series(bar(
                text::home::chart_succeeded(),
                SUCCEEDED,
                hours.iter().map(|h| h.calls.saturating_sub(h.failures)),
            ))
            .series(bar(text::home::chart_failed(), FAILED, hours.iter().map(|h| h.failures)));
        ChartData {
            option: chart.to_string(),
            columns: [text::home::chart_hour(), text::home::chart_calls(), text::home::chart_failed()]
                .map(str::to_owned)
                .to_vec(),
            rows: hours.iter().map(|h| vec![time_of(h.hour), h.calls.to_string(), h.failures.to_string()]).collect(),
        }
    }

    /// Lying bars, most calls at the top.
    pub(super) fn top_tools(tools: &[NamedCount]) -> ChartData {
        if tools.is_empty() {
            return ChartData::default();
        }
        // The axis counts from below.
        let upwards: Vec<&NamedCount> = tools.iter().rev().collect();
        let names: Vec<String> = upwards.iter().map(|tool| tool.name.clone()).collect();
        let chart = Chart::new()
            .tooltip(Tooltip::new().trigger(Trigger::Axis))
            .legend(Legend::new())
            .x_axis(Axis::new().type_(AxisType::Value).min_interval(1))
            .y_axis(Axis::new().type_(AxisType::Category).data(names))
            .series(bar(
                text::home::chart_succeeded(),
                SUCCEEDED,
                upwards.iter().map(|t| t.calls.saturating_sub(t.failures)),
            ))
            .series(bar(text::home::chart_failed(), FAILED, upwards.iter().map(|t| t.failures)));
        ChartData {
            option: chart.to_string(),
            columns: [text::common::tool(), text::home::chart_calls(), text::home::chart_failed()]
                .map(str::to_owned)
                .to_vec(),
            rows: tools.iter().map(|t| vec![t.name.clone(), t.calls.to_string(), t.failures.to_string()]).collect(),
        }
    }

    /// The hour as the table has it.
    fn time_of(hour: DateTime<Utc>) -> String {
        format!("{} {}", day_and_month(hour), hour.format("%H:%M"))
    }

    fn bar(name: &str, colour: &str, values: impl Iterator<Item = u64>) -> Bar {
        // Counts of a chart are far below the largest whole number that a browser can draw.
        let values: Vec<i64> = values.map(|value| i64::try_from(value).unwrap_or(i64::MAX)).collect();
        Bar::new().name(name).stack("calls").item_style(ItemStyle::new().color(colour)).data(values)
    }

    #[cfg(test)]
    mod tests {
        use chrono::{TimeZone, Utc};

        use super::*;

        #[test]
        fn charts_are_plain_json_with_a_table() {
            let hour = Utc.with_ymd_and_hms(2026, 3, 12, 9, 0, 0).unwrap();
            let data = by_hour(&[HourCount { hour, calls: 5, failures: 2 }]);
            let option: serde_json::Value = serde_json::from_str(&data.option).unwrap();
            assert_eq!(option["series"][0]["data"][0], 3);
            assert_eq!(option["series"][1]["data"][0], 2);
            assert_eq!(data.rows, [["12 Mar 09:00", "5", "2"]]);
            assert!(by_hour(&[HourCount { hour, calls: 0, failures: 0 }]).rows.is_empty());

            let tools = [("a", 9), ("b", 4)].map(|(name, calls)| NamedCount { name: name.into(), calls, failures: 0 });
            let data = top_tools(&tools);
            let option: serde_json::Value = serde_json::from_str(&data.option).unwrap();
            assert_eq!(option["yAxis"]["data"][1], "a", "the first is at the top");
            assert_eq!(data.rows[0][0], "a");
        }
    }
}
