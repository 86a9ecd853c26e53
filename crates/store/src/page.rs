//! Pages of a list: where the next one begins, as an opaque text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use domain::{Page, PageQuery};

use crate::{Error, Result, value};

/// The last row of a page: its sort key and its id, which makes the place unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The sort key, as text.
    pub key: String,
    /// The id.
    pub id: String,
}

impl Cursor {
    /// The place after a row that is sorted by time.
    pub fn at(time: DateTime<Utc>, id: impl ToString) -> Self {
        Self { key: value::time_text(time), id: id.to_string() }
    }

    /// The place after a row that is sorted by a text.
    pub fn text(key: impl Into<String>, id: impl ToString) -> Self {
        Self { key: key.into(), id: id.to_string() }
    }

    /// The cursor that a page was asked to begin after.
    ///
    /// # Errors
    /// [`Error::Cursor`] when the text was not made here.
    pub fn of(query: &PageQuery) -> Result<Option<Self>> {
        let Some(text) = query.cursor.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::Cursor)?;
        let (key, id) = serde_json::from_slice(&bytes).map_err(|_| Error::Cursor)?;
        Ok(Some(Self { key, id }))
    }

    /// The sort key as a time.
    ///
    /// # Errors
    /// [`Error::Cursor`] when it is none.
    pub fn time(&self) -> Result<DateTime<Utc>> {
        DateTime::parse_from_rfc3339(&self.key).map(|time| time.to_utc()).map_err(|_| Error::Cursor)
    }

    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::json!([self.key, self.id]).to_string())
    }
}

/// How many rows to fetch for a page: one more than asked for, which tells whether another page follows.
pub fn fetch_limit(query: &PageQuery) -> i64 {
    i64::from(query.limit()) + 1
}

/// The page from rows fetched with [`fetch_limit`].
pub fn page<T>(mut rows: Vec<T>, query: &PageQuery, place: impl Fn(&T) -> Cursor) -> Page<T> {
    let limit = query.limit() as usize;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = if more { rows.last().map(|row| place(row).encode()) } else { None };
    Page { data: rows, next_cursor }
}

/// A pattern for `LIKE … ESCAPE '!'` that finds the text anywhere; compare it with `lower(column)`, which folds ASCII
/// letters on both engines.
pub fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.trim().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}
