//! Lists in pages: a cursor instead of an offset, so that a page stays true while rows arrive.

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Give this as `cursor` to get the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A list that fits on one page.
    pub const fn whole(data: Vec<T>) -> Self {
        Self { data, next_cursor: None }
    }

    /// The same page with every row converted.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        Page { data: self.data.into_iter().map(convert).collect(), next_cursor: self.next_cursor }
    }
}

/// Which page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct PageQuery {
    /// `next_cursor` of the page before; absent for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Rows a page: 1 to 200, 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// The order of a list: by what, and whether the last comes first. As text `name` or `-name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String", bound = "K: std::str::FromStr + std::fmt::Display + Clone")]
pub struct Sort<K> {
    /// By what.
    pub by: K,
    /// From the last to the first.
    pub descending: bool,
}

impl<K: std::fmt::Display> std::fmt::Display for Sort<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.by)
    }
}

impl<K: std::str::FromStr> std::str::FromStr for Sort<K> {
    type Err = K::Err;
    fn from_str(text: &str) -> Result<Self, K::Err> {
        let name = text.strip_prefix('-');
        Ok(Self { by: name.unwrap_or(text).parse()?, descending: name.is_some() })
    }
}

impl<K: std::str::FromStr> TryFrom<String> for Sort<K> {
    type Error = crate::text::TextError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map_err(|_| crate::text::TextError::UnknownWord { kind: "Sort", text })
    }
}

impl<K: std::fmt::Display> From<Sort<K>> for String {
    fn from(sort: Sort<K>) -> Self {
        sort.to_string()
    }
}

impl PageQuery {
    /// The number of rows, within its bounds.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(50).clamp(1, 200)
    }
}
