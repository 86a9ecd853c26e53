//! Server functions of connectors.

#[cfg(feature = "ssr")]
use chrono::{DateTime, Utc};
use domain::Connector;
use leptos::prelude::*;

use crate::components::Prose;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::{
    format::{exact, until},
    text,
};

/// What the person asking can use.
#[server(prefix = "/api/fn", endpoint = "connectors/list")]
pub async fn list_connectors() -> Result<Vec<Connector>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let mut connectors = services.connectors(&caller).await?;
    for connector in &mut connectors {
        connector.server.description = crate::components::plain(&connector.server.description);
    }
    Ok(connectors)
}

/// One server that the person asking can use, its description, until when what can be used (in words, and
/// exactly), and how many keys of the person work.
#[server(prefix = "/api/fn", endpoint = "connectors/get")]
pub async fn get_connector(slug: String) -> Result<(Connector, Prose, Vec<(String, String)>, usize), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let connector = services.connector(&caller, &slug).await?;
    let about = Prose::new(&connector.server.description, 1);
    let mut ends = services.access_ends(&caller, connector.server.id, &connector.tools).await?;
    if ends.is_empty() {
        ends.push((connector.ends_at, 0));
    }
    let now = services.parts().env.now();
    let ends = told(&ends, now);
    let works = |key: &domain::ApiKey| key.revoked_at.is_none() && key.expires_at.is_none_or(|end| now < end);
    let keys = services.keys(&caller).await?.into_iter().filter(works).count();
    Ok((connector, about, ends, keys))
}

/// Until when how many tools can be used; without their number when it is one time for all.
#[cfg(feature = "ssr")]
fn told(ends: &[(Option<DateTime<Utc>>, usize)], now: DateTime<Utc>) -> Vec<(String, String)> {
    let lines = ends.iter().map(|(end, tools)| {
        let until = end.map_or_else(|| text::common::no_end().to_owned(), |end| until(end, now));
        let words = if ends.len() == 1 { until } else { format!("{}: {until}", text::common::count_tools(*tools)) };
        (words, end.map(exact).unwrap_or_default())
    });
    lines.collect()
}

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests {
    use super::*;

    #[test]
    fn each_end_is_told_with_its_tools() {
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let end: Option<DateTime<Utc>> = Some("2027-01-01T00:00:00Z".parse().unwrap());
        let exactly = "2027-01-01 00:00:00 UTC";
        let lines = |ends: &[(Option<DateTime<Utc>>, usize)]| told(ends, now);
        assert_eq!(lines(&[(end, 3)]), [("until 31 Dec 2026".to_owned(), exactly.to_owned())]);
        assert_eq!(lines(&[(None, 3)]), [("no end date".to_owned(), String::new())]);
        assert_eq!(
            lines(&[(end, 3), (None, 1)]),
            [
                ("3 tools: until 31 Dec 2026".to_owned(), exactly.to_owned()),
                ("1 tool: no end date".to_owned(), String::new())
            ]
        );
    }
}
