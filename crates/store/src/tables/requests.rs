//! `requests` and `request_history`. The names of headers and variables are columns here, although their values are in
//! `secrets`: a decision takes the values away, and who reads or repeats the request still has to know what was sent.

use chrono::{DateTime, Utc};
use domain::{
    AuthKind, DecisionRecord, Justification, Page, PageQuery, Request, RequestHistory, RequestId, RequestKind,
    RequestSort, RequestState, Server, ServerId, Sort, Transport, UserId,
};

use super::number;
use crate::page::{self, Cursor};
use crate::{Error, Json, Parsed, Result, Sql, Tx, json, list as select, sql};

/// Who waits longest is served first.
pub const OLDEST_FIRST: Sort<RequestSort> = Sort { by: RequestSort::Asked, descending: false };
/// The newest is of most interest.
pub const NEWEST_FIRST: Sort<RequestSort> = Sort { by: RequestSort::Asked, descending: true };

/// Which requests, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Only this state.
    pub state: Option<RequestState>,
    /// Only this kind.
    pub kind: Option<RequestKind>,
    /// Only of this person.
    pub requester: Option<UserId>,
    /// Part of the server's or the requester's name.
    pub search: Option<String>,
    /// The order; [`NEWEST_FIRST`] when absent.
    pub sort: Option<Sort<RequestSort>>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Parsed<RequestId>,
    kind: Parsed<RequestKind>,
    state: Parsed<RequestState>,
    requester_id: Parsed<UserId>,
    requester_name: String,
    name: String,
    slug: String,
    description: String,
    icon: Option<String>,
    catalog_name: Option<String>,
    server_id: Option<Parsed<ServerId>>,
    tools: Json<Vec<String>>,
    transport: Parsed<Transport>,
    url: String,
    auth: Parsed<AuthKind>,
    header_names: Json<Vec<String>>,
    env_names: Json<Vec<String>>,
    why_needed: String,
    use_case: String,
    expected_value: String,
    alternatives_considered: String,
    urgent: bool,
    resubmission_of: Option<Parsed<RequestId>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    decision: Option<Json<DecisionRecord>>,
}

impl From<Row> for Request {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            kind: row.kind.0,
            state: row.state.0,
            requester_id: row.requester_id.0,
            requester_name: row.requester_name,
            name: row.name,
            slug: row.slug,
            description: row.description,
            icon: row.icon,
            catalog_name: row.catalog_name,
            server_id: row.server_id.map(|id| id.0),
            tools: row.tools.0,
            transport: row.transport.0,
            url: row.url,
            auth: row.auth.0,
            header_names: row.header_names.0,
            env_names: row.env_names.0,
            justification: Justification {
                why_needed: row.why_needed,
                use_case: row.use_case,
                expected_value: row.expected_value,
                alternatives_considered: row.alternatives_considered,
            },
            urgent: row.urgent,
            resubmission_of: row.resubmission_of.map(|id| id.0),
            created_at: row.created_at,
            updated_at: row.updated_at,
            decision: row.decision.map(|decision| decision.0),
        }
    }
}

/// The request.
pub async fn get(tx: &mut Tx, id: RequestId) -> Result<Option<Request>> {
    let row = sql("SELECT r.id, r.kind, r.state, r.requester_id, u.name AS requester_name, r.name, r.slug,
                          r.description, r.icon, r.catalog_name, r.server_id, r.tools, r.transport, r.url,
                          r.auth, r.header_names, r.env_names, r.why_needed, r.use_case, r.expected_value,
                          r.alternatives_considered, r.urgent, r.resubmission_of, r.created_at, r.updated_at, r.decision
                   FROM requests r JOIN users u ON u.id = r.requester_id WHERE r.id = $1")
    .bind(id)
    .fetch_optional::<Row>(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// The request, locked until the transaction ends: of two administrators who decide at once, the second sees what the
/// first decided.
pub async fn lock(tx: &mut Tx, id: RequestId) -> Result<Option<Request>> {
    sql(Sql {
        sqlite: "SELECT id FROM requests WHERE id = $1",
        postgres: "SELECT id FROM requests WHERE id = $1 FOR UPDATE",
    })
    .bind(id)
    .execute(tx)
    .await?;
    get(tx, id).await
}

/// Requests, newest first unless another order is asked for.
pub async fn list(tx: &mut Tx, listing: &Listing, query: &PageQuery) -> Result<Page<Request>> {
    let mut q = select(
        "SELECT r.id, r.kind, r.state, r.requester_id, u.name AS requester_name, r.name, r.slug,
                r.description, r.icon, r.catalog_name, r.server_id, r.tools, r.transport, r.url,
                r.auth, r.header_names, r.env_names, r.why_needed, r.use_case, r.expected_value,
                r.alternatives_considered, r.urgent, r.resubmission_of, r.created_at, r.updated_at, r.decision
         FROM requests r JOIN users u ON u.id = r.requester_id WHERE true",
    );
    if let Some(state) = listing.state {
        q.and(" AND r.state = ?", state);
    }
    if let Some(kind) = listing.kind {
        q.and(" AND r.kind = ?", kind);
    }
    if let Some(requester) = listing.requester {
        q.and(" AND r.requester_id = ?", requester);
    }
    if let Some(text) = listing.search.as_deref().filter(|text| !text.trim().is_empty()) {
        let pattern = page::contains(text);
        q.and_all(
            " AND (lower(r.name) LIKE ? ESCAPE '!' OR lower(u.name) LIKE ? ESCAPE '!')",
            [(&pattern).into(), (&pattern).into()],
        );
    }
    let sort = listing.sort.unwrap_or(NEWEST_FIRST);
    let (after, limit) = (Cursor::of(query)?, page::fetch_limit(query));
    match (sort.by, sort.descending) {
        (RequestSort::Asked, false) => {
            if let Some(after) = after {
                q.and_all(" AND (r.created_at, r.id) > (?, ?)", [after.time()?.into(), after.id.into()]);
            }
            q.push(" ORDER BY r.created_at, r.id LIMIT ?", limit);
        }
        (RequestSort::Asked, true) => {
            if let Some(after) = after {
                q.and_all(" AND (r.created_at, r.id) < (?, ?)", [after.time()?.into(), after.id.into()]);
            }
            q.push(" ORDER BY r.created_at DESC, r.id DESC LIMIT ?", limit);
        }
        (RequestSort::Name, false) => {
            if let Some(after) = after {
                q.and_all(" AND (lower(r.name), r.id) > (?, ?)", [after.key.into(), after.id.into()]);
            }
            q.push(" ORDER BY lower(r.name), r.id LIMIT ?", limit);
        }
        (RequestSort::Name, true) => {
            if let Some(after) = after {
                q.and_all(" AND (lower(r.name), r.id) < (?, ?)", [after.key.into(), after.id.into()]);
            }
            q.push(" ORDER BY lower(r.name) DESC, r.id DESC LIMIT ?", limit);
        }
        (RequestSort::Requester, false) => {
            if let Some(after) = after {
                q.and_all(" AND (lower(u.name), r.id) > (?, ?)", [after.key.into(), after.id.into()]);
            }
            q.push(" ORDER BY lower(u.name), r.id LIMIT ?", limit);
        }
        (RequestSort::Requester, true) => {
            if let Some(after) = after {
                q.and_all(" AND (lower(u.name), r.id) < (?, ?)", [after.key.into(), after.id.into()]);
            }
            q.push(" ORDER BY lower(u.name) DESC, r.id DESC LIMIT ?", limit);
        }
        // Ids are in the order of submission.
        (RequestSort::Urgency, false) => {
            if let Some(after) = after {
                let values = [calm(&after)?.into(), after.id.into()];
                q.and_all(" AND (CASE WHEN r.urgent THEN 0 ELSE 1 END, r.id) > (?, ?)", values);
            }
            q.push(" ORDER BY CASE WHEN r.urgent THEN 0 ELSE 1 END, r.id LIMIT ?", limit);
        }
        (RequestSort::Urgency, true) => {
            if let Some(after) = after {
                let values = [calm(&after)?.into(), after.id.into()];
                q.and_all(" AND (CASE WHEN r.urgent THEN 0 ELSE 1 END, r.id) < (?, ?)", values);
            }
            q.push(" ORDER BY CASE WHEN r.urgent THEN 0 ELSE 1 END DESC, r.id DESC LIMIT ?", limit);
        }
    }
    let requests: Vec<Request> = q.fetch_all::<Row>(tx).await?.into_iter().map(Into::into).collect();
    Ok(page::page(requests, query, |request| match sort.by {
        RequestSort::Asked => Cursor::at(request.created_at, request.id),
        RequestSort::Name => Cursor::text(request.name.to_ascii_lowercase(), request.id),
        RequestSort::Requester => Cursor::text(request.requester_name.to_ascii_lowercase(), request.id),
        RequestSort::Urgency => Cursor::text(if request.urgent { "0" } else { "1" }, request.id),
    }))
}

/// The key of a place in the order of urgency, as the statement computes it.
fn calm(after: &Cursor) -> Result<i64> {
    after.key.parse().map_err(|_| Error::Cursor)
}

/// Number of requests that wait for a decision.
pub async fn count_pending(tx: &mut Tx) -> Result<u32> {
    let (count,): (i64,) = sql("SELECT COUNT(*) FROM requests WHERE state = 'pending'").fetch_one(tx).await?;
    Ok(number(count))
}

/// The requests of a person that wait for a decision, newest first.
pub async fn pending_of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Request>> {
    let rows = sql("SELECT r.id, r.kind, r.state, r.requester_id, u.name AS requester_name, r.name, r.slug,
                           r.description, r.icon, r.catalog_name, r.server_id, r.tools, r.transport, r.url,
                           r.auth, r.header_names, r.env_names, r.why_needed, r.use_case, r.expected_value,
                           r.alternatives_considered, r.urgent, r.resubmission_of, r.created_at, r.updated_at,
                           r.decision
                    FROM requests r JOIN users u ON u.id = r.requester_id
                    WHERE r.requester_id = $1 AND r.state = 'pending' ORDER BY r.created_at DESC, r.id DESC")
    .bind(user)
    .fetch_all::<Row>(tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Adds a request as it is; the sealed values of its headers and variables are put separately.
pub async fn insert(tx: &mut Tx, request: &Request) -> Result<()> {
    let decision = request.decision.as_ref();
    sql("INSERT INTO requests (id, kind, state, requester_id, name, slug, description, icon, catalog_name, server_id,
                               tools, transport, url, auth, header_names, env_names, why_needed, use_case,
                               expected_value, alternatives_considered, urgent, resubmission_of, created_at,
                               updated_at, decided_at, decided_by, decision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                 $23, $24, $25, $26, $27)")
    .bind(request.id)
    .bind(request.kind)
    .bind(request.state)
    .bind(request.requester_id)
    .bind(&request.name)
    .bind(&request.slug)
    .bind(&request.description)
    .bind(request.icon.as_deref())
    .bind(request.catalog_name.as_deref())
    .bind(request.server_id)
    .bind(json(&request.tools)?)
    .bind(request.transport)
    .bind(&request.url)
    .bind(request.auth)
    .bind(json(&request.header_names)?)
    .bind(json(&request.env_names)?)
    .bind(&request.justification.why_needed)
    .bind(&request.justification.use_case)
    .bind(&request.justification.expected_value)
    .bind(&request.justification.alternatives_considered)
    .bind(request.urgent)
    .bind(request.resubmission_of)
    .bind(request.created_at)
    .bind(request.updated_at)
    .bind(decision.map(|decision| decision.at))
    .bind(decision.and_then(|decision| decision.by_id))
    .bind(decision.map(json).transpose()?)
    .execute(tx)
    .await?;
    Ok(())
}

/// Decides a request that waits; false when it waits no more. `server` is what an approval made or opened; the request
/// takes over its slug, which the approver may have chosen anew.
pub async fn set_decision(
    tx: &mut Tx,
    id: RequestId,
    state: RequestState,
    decision: &DecisionRecord,
    server: Option<&Server>,
) -> Result<bool> {
    let changed =
        sql("UPDATE requests SET state = $2, decision = $3, decided_at = $4, decided_by = $5, updated_at = $4,
                              server_id = COALESCE($6, server_id), slug = COALESCE($7, slug)
                       WHERE id = $1 AND state = 'pending'")
        .bind(id)
        .bind(state)
        .bind(json(decision)?)
        .bind(decision.at)
        .bind(decision.by_id)
        .bind(server.map(|server| server.id))
        .bind(server.map(|server| server.slug.clone()))
        .execute(tx)
        .await?;
    Ok(changed > 0)
}

/// Moves a request from one state to another; false when it was not in the first.
pub async fn set_state(
    tx: &mut Tx,
    id: RequestId,
    from: RequestState,
    to: RequestState,
    now: DateTime<Utc>,
) -> Result<bool> {
    let changed = sql("UPDATE requests SET state = $3, updated_at = $4 WHERE id = $1 AND state = $2")
        .bind(id)
        .bind(from)
        .bind(to)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(changed > 0)
}

/// Adds a line to a request's history. Lock the request first, as every change of it does.
pub async fn add_history(tx: &mut Tx, id: RequestId, line: &RequestHistory) -> Result<()> {
    let (count,): (i64,) =
        sql("SELECT COUNT(*) FROM request_history WHERE request_id = $1").bind(id).fetch_one(tx).await?;
    // A running number keeps lines of the same moment in order.
    sql("INSERT INTO request_history (id, request_id, at, actor_name, what, detail) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(format!("{id}/{count:06}"))
        .bind(id)
        .bind(line.at)
        .bind(&line.actor)
        .bind(&line.what)
        .bind(line.detail.as_deref())
        .execute(tx)
        .await?;
    Ok(())
}

/// The history of a request, oldest first.
pub async fn history(tx: &mut Tx, id: RequestId) -> Result<Vec<RequestHistory>> {
    let rows: Vec<(DateTime<Utc>, String, String, Option<String>)> =
        sql("SELECT at, actor_name, what, detail FROM request_history WHERE request_id = $1 ORDER BY at, id")
            .bind(id)
            .fetch_all(tx)
            .await?;
    Ok(rows.into_iter().map(|(at, actor, what, detail)| RequestHistory { at, actor, what, detail }).collect())
}
