//! The home page: the organisation for those who run it, and everybody's own view.

use std::collections::HashMap;

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use domain::{
    AdminHome, Capability, Compared, EmployeeHome, Home, HourCount, PageQuery, RequestState, ServerStatus, UserId,
    UserStatus,
};
use ledger::query::{self, Scope};
use store::Tx;
use store::requests::{Listing, OLDEST_FIRST};

use crate::{Caller, Error, Result, Services};

/// Rows of the lists on the page.
const PENDING: u32 = 5;
const REQUESTS: u32 = 5;
const CONNECTORS: usize = 6;
const TOP_TOOLS: u32 = 8;
const DENIALS: u32 = 8;
const CALLS: u32 = 8;
/// The days that "active" and "top" look at, and the hours of the chart.
const DAYS: TimeDelta = TimeDelta::days(7);
const HOURS: i32 = 24;

impl Services {
    /// The home page of the person asking; the part about the organisation needs `view_org_analytics`.
    pub async fn home(&self, caller: &Caller) -> Result<Home> {
        let user = caller.user_id()?;
        let connectors = self.connectors(caller).await?;
        let now = self.now();
        let mut tx = self.read().await?;
        let admin =
            if caller.can(Capability::ViewOrgAnalytics) { Some(organisation(&mut tx, now).await?) } else { None };
        let own = Listing { requester: Some(user), ..Listing::default() };
        let employee = EmployeeHome {
            connector_count: u32::try_from(connectors.len()).unwrap_or(u32::MAX),
            connectors: connectors.into_iter().take(CONNECTORS).collect(),
            calls: query::user_calls(&mut tx, user, CALLS).await?,
            requests: store::requests::list(&mut tx, &own, &first(REQUESTS)).await?.data,
            keys: working_keys(&mut tx, user, now).await?,
        };
        Ok(Home { admin, employee })
    }
}

async fn organisation(tx: &mut Tx, now: DateTime<Utc>) -> Result<AdminHome> {
    let broken = |e| Error::broken("the current time", e);
    let midnight = now.duration_trunc(TimeDelta::days(1)).map_err(broken)?;
    let this_hour = now.duration_trunc(TimeDelta::hours(1)).map_err(broken)?;
    let begin = this_hour - TimeDelta::hours(1) * (HOURS - 1);
    let end = this_hour + TimeDelta::hours(1);
    let pending = Listing { state: Some(RequestState::Pending), sort: Some(OLDEST_FIRST), ..Listing::default() };
    let today = query::totals(tx, Scope::All, midnight, end).await?;
    let (calls_compared, denials_compared) = match against_yesterday(tx, midnight, this_hour).await? {
        Some((calls, denials)) => (Some(calls), Some(denials)),
        None => (None, None),
    };
    let counted = query::calls_by_hour(tx, Scope::All, begin, end).await?;
    Ok(AdminHome {
        pending: store::requests::list(tx, &pending, &first(PENDING)).await?.data,
        pending_count: store::requests::count_pending(tx).await?,
        calls_today: today.calls,
        failures_today: today.failures,
        denials_today: query::count_denials(tx, midnight, end).await?,
        calls_compared,
        denials_compared,
        active_users: query::active_users(tx, now - DAYS).await?,
        active_compared: active_compared(tx, this_hour).await?,
        users: store::users::count(tx, Some(UserStatus::Active)).await?,
        active_servers: store::servers::count(tx, Some(ServerStatus::Active)).await?,
        by_hour: every_hour(begin, counted),
        top_tools: query::top_tools(tx, Scope::All, now - DAYS, TOP_TOOLS).await?,
        denials: query::denials(tx, Scope::All, DENIALS).await?,
    })
}

/// Calls and denials of today's full hours, each against the same hours of yesterday. The hour that has just begun is left
/// out, as counts are by the hour; in the first hour of a day there is nothing to compare.
async fn against_yesterday(
    tx: &mut Tx,
    midnight: DateTime<Utc>,
    this_hour: DateTime<Utc>,
) -> Result<Option<(Compared, Compared)>> {
    let day = TimeDelta::days(1);
    if this_hour == midnight || !query::counted_since(tx, midnight - day).await? {
        return Ok(None);
    }
    let now = query::totals(tx, Scope::All, midnight, this_hour).await?;
    let before = query::totals(tx, Scope::All, midnight - day, this_hour - day).await?;
    let calls = Compared { now: now.calls, before: before.calls };
    let denials = Compared {
        now: query::count_denials(tx, midnight, this_hour).await?,
        before: query::count_denials(tx, midnight - day, this_hour - day).await?,
    };
    Ok(Some((calls, denials)))
}

/// People with a call in the last full hours of so many days, against as many before.
async fn active_compared(tx: &mut Tx, this_hour: DateTime<Utc>) -> Result<Option<Compared>> {
    let (later, earlier) = (this_hour - DAYS, this_hour - DAYS - DAYS);
    if !query::counted_since(tx, earlier).await? {
        return Ok(None);
    }
    let now = query::active_users_between(tx, later, this_hour).await?;
    let before = query::active_users_between(tx, earlier, later).await?;
    Ok(Some(Compared { now, before }))
}

async fn working_keys(tx: &mut Tx, user: UserId, now: DateTime<Utc>) -> Result<u32> {
    Ok(store::api_keys::count_live_of_user(tx, user, now).await?)
}

/// A full day of hours, those without calls included.
fn every_hour(begin: DateTime<Utc>, counted: Vec<HourCount>) -> Vec<HourCount> {
    let mut counted: HashMap<DateTime<Utc>, HourCount> = counted.into_iter().map(|c| (c.hour, c)).collect();
    let hours = (0..HOURS).map(|n| begin + TimeDelta::hours(1) * n);
    hours.map(|hour| counted.remove(&hour).unwrap_or(HourCount { hour, calls: 0, failures: 0 })).collect()
}

fn first(rows: u32) -> PageQuery {
    PageQuery { cursor: None, limit: Some(rows) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_without_calls_are_there() {
        let begin = DateTime::from_timestamp(1_800_000_000, 0).unwrap().duration_trunc(TimeDelta::hours(1)).unwrap();
        let third = HourCount { hour: begin + TimeDelta::hours(2), calls: 5, failures: 1 };
        let hours = every_hour(begin, vec![third.clone()]);
        assert_eq!(hours.len(), 24);
        assert_eq!(hours[2], third);
        assert_eq!(hours.iter().map(|h| h.calls).sum::<u64>(), 5);
        assert!(hours.windows(2).all(|w| w[1].hour - w[0].hour == TimeDelta::hours(1)));
    }
}
