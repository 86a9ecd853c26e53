//! What the home page shows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AuditId, AuditRow, Connector, Outcome, Request};

/// The home page of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Home {
    /// For those who run the organisation.
    pub admin: Option<AdminHome>,
    /// For everybody.
    pub employee: EmployeeHome,
}

/// The organisation at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminHome {
    /// Requests that wait, oldest first, at most 5.
    pub pending: Vec<Request>,
    /// Number of requests that wait.
    pub pending_count: u32,
    /// Calls since midnight UTC.
    pub calls_today: u64,
    /// Of these, failed.
    pub failures_today: u64,
    /// Calls and changes denied since midnight UTC (events `access_denied`).
    pub denials_today: u64,
    /// Calls in the full hours since midnight UTC, against the same hours of the day before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls_compared: Option<Compared>,
    /// Denials, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denials_compared: Option<Compared>,
    /// People with a call in the last 7 days, of those who may act now.
    pub active_users: u32,
    /// People with a call in the last 168 full hours, against the 168 before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_compared: Option<Compared>,
    /// People who may act.
    pub users: u32,
    /// Servers that can be called.
    pub active_servers: u32,
    /// Calls by hour, the last 24 hours, oldest first, empty hours included.
    pub by_hour: Vec<HourCount>,
    /// Tools with most calls in the last 7 days, at most 8.
    pub top_tools: Vec<NamedCount>,
    /// The newest denials (events `access_denied`), at most 8.
    pub denials: Vec<Denial>,
}

/// The same count of two periods of the same length. There is none while the earlier one is not counted as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Compared {
    /// Of the later period.
    pub now: u64,
    /// Of the earlier one.
    pub before: u64,
}

/// One person's own view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmployeeHome {
    /// What the person can use, at most 6.
    pub connectors: Vec<Connector>,
    /// Number of all connectors.
    pub connector_count: u32,
    /// The person's last calls, newest first, at most 8.
    pub calls: Vec<CallRow>,
    /// The person's last requests, newest first, at most 5.
    pub requests: Vec<Request>,
    /// Number of API keys that work.
    pub keys: u32,
}

/// Calls in one hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HourCount {
    /// Begin of the hour.
    pub hour: DateTime<Utc>,
    /// Calls with an outcome.
    pub calls: u64,
    /// Of these, failed.
    pub failures: u64,
}

/// A name with numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedCount {
    /// Name, for tools `server / tool`.
    pub name: String,
    /// Calls.
    pub calls: u64,
    /// Of these, failed.
    pub failures: u64,
}

/// A call of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallRow {
    /// Its audit entry.
    pub id: AuditId,
    /// When.
    pub at: DateTime<Utc>,
    /// Server's slug.
    pub server: String,
    /// Tool, resource or prompt; empty for a denial that is about the server as a whole.
    pub tool: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Duration in microseconds.
    pub latency_us: Option<i64>,
}

/// A denial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Denial {
    /// The audit row.
    #[serde(flatten)]
    pub row: AuditRow,
}
