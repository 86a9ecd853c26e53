//! `tests`: the last connection test of a request or a server.

use domain::{RequestId, ServerId, TestReport, UserId};

use crate::{Json, Result, Tx, json, sql};

/// What was tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A server.
    Server(ServerId),
    /// The server that a request describes.
    Request(RequestId),
}

impl Subject {
    fn id(self) -> String {
        match self {
            Self::Server(id) => id.to_string(),
            Self::Request(id) => id.to_string(),
        }
    }
}

/// Keeps a report; earlier ones of the same subject go, as only the newest counts.
pub async fn insert(tx: &mut Tx, subject: Subject, report: &TestReport, tested_by: Option<UserId>) -> Result<()> {
    delete(tx, subject).await?;
    sql("INSERT INTO tests (id, subject_id, ok, definitions_digest, report, tested_at, tested_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
    .bind(report.id)
    .bind(subject.id())
    .bind(report.ok)
    .bind(report.definitions_digest.as_deref())
    .bind(json(report)?)
    .bind(report.tested_at)
    .bind(tested_by)
    .execute(tx)
    .await?;
    Ok(())
}

/// The newest report.
pub async fn latest(tx: &mut Tx, subject: Subject) -> Result<Option<TestReport>> {
    let row: Option<(Json<TestReport>,)> =
        sql("SELECT report FROM tests WHERE subject_id = $1 ORDER BY tested_at DESC, id DESC LIMIT 1")
            .bind(subject.id())
            .fetch_optional(tx)
            .await?;
    Ok(row.map(|(report,)| report.0))
}

/// Forgets the reports of a subject; returns how many.
pub async fn delete(tx: &mut Tx, subject: Subject) -> Result<u64> {
    sql("DELETE FROM tests WHERE subject_id = $1").bind(subject.id()).execute(tx).await
}
