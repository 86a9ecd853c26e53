//! SQL for SQLite and PostgreSQL: the kernel that lets one text serve both, and the repositories, one file a table.
//!
//! A repository function takes a transaction, runs one statement and returns domain types. It decides nothing: who may
//! do what, and what belongs together in one transaction, is the business of `service`. Start reading at [`sql`] and
//! [`Db`], then any table. Times are always passed in; ids are made by the caller.

mod db;
mod error;
pub mod page;
mod postgres;
mod row;
mod sql;
mod sqlite;
mod tables;
mod tx;
mod value;

pub use db::{Claim, Db, Engine};
pub use error::{Error, Result, UNIQUE};
pub use row::{Json, Parsed, Row, json};
pub use sql::{List, Query, Sql, list, sql};
pub use sqlite::{BUSY, CatchUp, PRAGMAS, SqliteDb};
pub use tables::*;
pub use tx::{SqliteTx, Tx};
pub use value::{Value, time_text};
