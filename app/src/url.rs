//! State that lives in the URL: parameters of the path, filters, tabs, paging, open dialogs.

use std::str::FromStr;

use domain::Problem;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};
use leptos_router::params::ParamsMap;

use crate::error::AppError;

/// A parameter of the path. A value that cannot be one names nothing, so it is "not found".
pub fn param<T>(name: &'static str) -> Memo<Result<T, AppError>>
where
    T: FromStr + Clone + PartialEq + Send + Sync + 'static,
{
    let params = use_params_map();
    Memo::new(move |_| {
        let parsed = params.with(|params| params.get_str(name).and_then(|text| text.parse().ok()));
        parsed.ok_or_else(|| AppError(Problem::not_found("this page")))
    })
}

/// A part of the query; `None` when it is absent or empty.
pub fn query(name: &'static str) -> Memo<Option<String>> {
    let query = use_location().query;
    Memo::new(move |_| query.with(|query| query.get(name).filter(|value| !value.is_empty())))
}

/// A part of the query as a value; `None` when it is absent or not such a value.
pub fn query_as<T>(name: &'static str) -> Memo<Option<T>>
where
    T: FromStr + PartialEq + Send + Sync + 'static,
{
    let query = use_location().query;
    Memo::new(move |_| query.with(|query| query.get_str(name).and_then(|text| text.parse().ok())))
}

/// The address of this page with parts of the query changed (`None` removes).
pub fn href_with(changes: Vec<(&'static str, Option<String>)>) -> impl Fn() -> String + Clone + Send + Sync + 'static {
    let location = use_location();
    move || {
        let query = location.query.get();
        location.pathname.with(|path| address(path, query, &changes))
    }
}

/// The address of a page with these values in its query.
pub fn link(path: &str, query: &[(&'static str, &str)]) -> String {
    let query: Vec<_> = query.iter().map(|(name, value)| (*name, Some((*value).to_owned()))).collect();
    address(path, ParamsMap::new(), &query)
}

fn address(path: &str, mut query: ParamsMap, changes: &[(&'static str, Option<String>)]) -> String {
    for (name, value) in changes {
        query.remove(name);
        if let Some(value) = value {
            query.insert(*name, value.clone());
        }
    }
    let path = if path.is_empty() { "/" } else { path };
    let mut address = path.to_owned();
    let mut separator = '?';
    for (name, value) in query {
        address.push(separator);
        address.push_str(&encode(&name));
        address.push('=');
        address.push_str(&encode(&value));
        separator = '&';
    }
    address
}

/// A text as part of a query (RFC 3986): the same on the server and in the browser, so that both render the same links.
pub fn encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => {
                let digit = |nibble: u8| char::from(b"0123456789ABCDEF"[usize::from(nibble & 15)]);
                encoded.extend(['%', digit(byte >> 4), digit(byte)]);
            }
        }
        encoded
    })
}

/// The address that opens a dialog on this page.
pub fn open_dialog(name: &'static str) -> impl Fn() -> String + Clone + Send + Sync + 'static {
    href_with(vec![("dialog", Some(name.to_owned())), ("for", None), ("notice", None)])
}

/// The address that opens a dialog about one thing; the dialog reads it with [`dialog_target`].
pub fn open_dialog_for(
    name: &'static str,
    target: impl ToString,
) -> impl Fn() -> String + Clone + Send + Sync + 'static {
    href_with(vec![("dialog", Some(name.to_owned())), ("for", Some(target.to_string())), ("notice", None)])
}

/// The address of this page without a dialog.
pub fn close_dialog() -> impl Fn() -> String + Clone + Send + Sync + 'static {
    href_with(vec![("dialog", None), ("for", None)])
}

/// What the open dialog is about.
pub fn dialog_target() -> Memo<Option<String>> {
    query("for")
}

/// A path with what was just done in its query, instead of what was done before.
pub fn with_notice(path: &str, notice: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let kept = |pair: &&str| !pair.is_empty() && !pair.starts_with("notice=") && !pair.starts_with("undo=");
    let mut query: Vec<&str> = query.split('&').filter(kept).collect();
    let notice = format!("notice={notice}");
    query.push(&notice);
    format!("{path}?{}", query.join("&"))
}

/// As [`with_notice`], with what it was done to, so that it can be undone.
#[cfg(feature = "ssr")]
pub fn with_undo<I: ToString>(path: &str, notice: &str, ids: impl IntoIterator<Item = I>) -> String {
    let ids: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
    let undo = if ids.is_empty() { String::new() } else { format!("&undo={}", ids.join(",")) };
    with_notice(path, notice) + &undo
}

/// The path and query of this page, for coming back to it.
pub fn here() -> impl Fn() -> String + Clone + Send + Sync + 'static {
    href_with(vec![("notice", None), ("undo", None)])
}

/// The query of this page without what stands in it for a moment only: filters, order and hidden columns of a list.
pub fn lasting_query() -> impl Fn() -> String + Clone + Send + Sync + 'static {
    let passing = ["cursor", "notice", "undo", "dialog", "for", "event"];
    let here = href_with(passing.map(|name| (name, None)).to_vec());
    move || here().split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_replaces_the_one_before() {
        assert_eq!(with_notice("/users", "saved"), "/users?notice=saved");
        assert_eq!(with_notice("/a?tab=x&notice=old&undo=rul_1", "new"), "/a?tab=x&notice=new");
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn what_was_done_to_several_can_be_undone() {
        assert_eq!(with_undo("/users?search=a&undo=x", "done", ["1", "2"]), "/users?search=a&notice=done&undo=1,2");
        assert_eq!(with_undo("/users", "done", [""; 0]), "/users?notice=done");
    }

    #[test]
    fn changes_replace_and_remove() {
        let query: ParamsMap = [("search", "a b"), ("tab", "x")].into_iter().map(|(k, v)| (k, v.to_owned())).collect();
        let same = address("/users", query.clone(), &[]);
        assert!(same.contains("tab=x") && same.starts_with("/users?"), "{same}");
        let changed = address("/users", query.clone(), &[("tab", Some("y".into())), ("search", None)]);
        assert_eq!(changed, "/users?tab=y");
        assert_eq!(address("", query, &[("tab", None), ("search", None)]), "/");
        assert_eq!(encode("a/b ü&=+"), "a%2Fb%20%C3%BC%26%3D%2B");
        assert_eq!(link("/catalog/entry", &[("name", "com.example/a b")]), "/catalog/entry?name=com.example%2Fa%20b");
    }
}
