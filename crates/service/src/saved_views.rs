//! Views of lists that a person keeps under names: filters, order and hidden columns, as the address has them.

use domain::{ListName, Problem, SavedView, ViewId};

use crate::error::Wrong;
use crate::{Caller, Result, Services};

/// Characters of a name, bytes of a query, and views of one person of one list.
const NAME: usize = 60;
const QUERY: usize = 2000;
const VIEWS: usize = 20;

/// What stands in an address for a moment only.
const PASSING: &[&str] = &["cursor", "notice", "undo", "dialog", "for", "event"];

const UNAUDITED: &str = "views are private notes about how to look at a list; they open nothing";

impl Services {
    /// The caller's views of a list, by name.
    pub async fn saved_views(&self, caller: &Caller, list: ListName) -> Result<Vec<SavedView>> {
        let me = caller.user_id()?;
        let mut tx = self.read().await?;
        Ok(store::saved_views::list(&mut tx, me, list).await?)
    }

    /// Keeps a view of a list under a name that is free.
    ///
    /// # Errors
    /// `Invalid` for a name that is taken and for a query that is none; `Conflict` with code `too_many_views`.
    pub async fn save_view(&self, caller: &Caller, list: ListName, name: &str, query: &str) -> Result<SavedView> {
        let me = caller.user_id()?;
        let mut wrong = Wrong::new();
        let name = wrong.text("name", name, NAME);
        if let Some(why) = refusal(query) {
            wrong.add("query", why);
        }
        wrong.check()?;
        let mut change = self.begin(caller).await?;
        let kept = store::saved_views::list(&mut change.tx, me, list).await?;
        if kept.iter().any(|view| view.name == name) {
            return Err(
                Problem::field("name", "you have a view with this name; delete it first, or choose another").into()
            );
        }
        if kept.len() >= VIEWS {
            let why = format!("you have {VIEWS} views of this list; delete one first");
            return Err(Problem::conflict("too_many_views", why).into());
        }
        let view = SavedView { id: ViewId::generate(self.env()), name, query: query.to_owned() };
        store::saved_views::insert(&mut change.tx, me, list, &view, change.now).await?;
        change.commit_unaudited(UNAUDITED).await?;
        Ok(view)
    }

    /// Forgets a view of the caller. One that is gone, or somebody else's, stays as it is.
    pub async fn delete_view(&self, caller: &Caller, id: ViewId) -> Result<()> {
        let me = caller.user_id()?;
        let mut change = self.begin(caller).await?;
        store::saved_views::delete(&mut change.tx, me, id).await?;
        change.commit_unaudited(UNAUDITED).await
    }
}

/// Why a text is not the query of a view: it must consist of `name=value` pairs as an address has them.
fn refusal(query: &str) -> Option<&'static str> {
    let of_address =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'"' | b'\'' | b'<' | b'>' | b'\\' | b'`');
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if query.len() > QUERY {
        return Some("these filters are too long to be kept; shorten them");
    }
    if !query.bytes().all(of_address) {
        return Some("is not the query of an address");
    }
    query.split('&').filter(|_| !query.is_empty()).find_map(|pair| match pair.split_once('=') {
        Some((name, _)) if PASSING.contains(&name) => Some("holds what is true for a moment only"),
        Some((name, _)) if !name.is_empty() && name.bytes().all(of_name) => None,
        _ => Some("is not made of pairs of names and values"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_made_of_lasting_pairs() {
        for good in ["", "status=active", "search=a%20b%26c&sort=-name&hide=team,role", "search=a+b", "from="] {
            assert_eq!(refusal(good), None, "{good}");
        }
        let long = format!("search={}", "x".repeat(QUERY));
        for bad in [
            "?status=active",
            "status",
            "&",
            "a=1&",
            "=x",
            "a=1&notice=user-saved",
            "undo=rul_1",
            "dialog=new",
            "cursor=x",
            "for=usr_1",
            "%6Eotice=x",
            "a=b#c",
            "a=b c",
            "a=\"b",
            "a=<b>",
            "a=\u{e4}",
            "a=b\n",
            &long,
        ] {
            assert!(refusal(bad).is_some(), "{bad}");
        }
    }
}
