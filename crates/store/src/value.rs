//! Typed values on their way into a statement, the same for both engines.

use chrono::{DateTime, SecondsFormat, Utc};
use sqlx::Arguments;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;

/// A value to bind. `None` keeps its type, because PostgreSQL needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `BOOLEAN`, in SQLite `INTEGER` 0 or 1.
    Bool(Option<bool>),
    /// `BIGINT`, in SQLite `INTEGER`.
    Int(Option<i64>),
    /// `TEXT`; also ids, words and JSON.
    Text(Option<String>),
    /// `BYTEA`, in SQLite `BLOB`.
    Bytes(Option<Vec<u8>>),
    /// `TIMESTAMPTZ`, in SQLite `TEXT` of fixed width, so that comparing texts compares times.
    Time(Option<DateTime<Utc>>),
}

/// A time as SQLite stores it: RFC 3339, UTC, always six fractional digits and `Z`.
pub fn time_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

impl Value {
    pub(crate) fn add_sqlite(self, arguments: &mut SqliteArguments) -> Result<(), BoxDynError> {
        match self {
            Self::Bool(v) => arguments.add(v),
            Self::Int(v) => arguments.add(v),
            Self::Text(v) => arguments.add(v),
            Self::Bytes(v) => arguments.add(v),
            Self::Time(v) => arguments.add(v.map(time_text)),
        }
    }

    pub(crate) fn add_postgres(self, arguments: &mut PgArguments) -> Result<(), BoxDynError> {
        match self {
            Self::Bool(v) => arguments.add(v),
            Self::Int(v) => arguments.add(v),
            Self::Text(v) => arguments.add(v),
            Self::Bytes(v) => arguments.add(v),
            Self::Time(v) => arguments.add(v),
        }
    }
}

macro_rules! natural {
    ($($type:ty => $variant:ident, $convert:expr;)+) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self { Self::$variant(Some(($convert)(value))) }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self { Self::$variant(value.map($convert)) }
        }
    )+};
}
natural! {
    bool => Bool, |v| v;
    i64 => Int, |v| v;
    u32 => Int, i64::from;
    String => Text, |v| v;
    &str => Text, str::to_owned;
    &String => Text, String::clone;
    Vec<u8> => Bytes, |v| v;
    &[u8] => Bytes, <[u8]>::to_vec;
    DateTime<Utc> => Time, |v| v;
}

macro_rules! by_text {
    ($convert:expr; $($type:ident),+ $(,)?) => {$(
        impl From<domain::$type> for Value {
            fn from(value: domain::$type) -> Self { Self::Text(Some(($convert)(&value))) }
        }
        impl From<&domain::$type> for Value {
            fn from(value: &domain::$type) -> Self { Self::Text(Some(($convert)(value))) }
        }
        impl From<Option<domain::$type>> for Value {
            fn from(value: Option<domain::$type>) -> Self { Self::Text(value.as_ref().map($convert)) }
        }
    )+};
}
by_text!(|v: &_| ToString::to_string(v);
    AuditId, CorrelationId, GroupId, KeyId, LinkId, NodeId, NotificationId, RequestId, RuleId, ServerId, SessionId,
    TestId, UserId, ViewId, Email, Slug,
    ActorKind, AuditAction, AuthKind, Decision, Effect, GroupKind, GroupSource, Health, LinkKind, ListName, NotificationKind, Outcome, PinKind, PinState,
    PrincipalKind, ProtocolChoice, RequestKind, RequestState, ResourceKind, Risk, Role, ServerStatus, Speaks, Transport, UserStatus,
    RuleChangeKind,
);
