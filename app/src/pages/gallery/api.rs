//! Server functions of the gallery. They change nothing.
#![cfg_attr(feature = "ssr", expect(clippy::unused_async, reason = "server functions are asynchronous"))]

use leptos::prelude::*;

use crate::components::{Choice, Prose};
use crate::error::AppError;

/// Takes the gallery's form; an empty text is refused, so that errors can be seen.
#[server(prefix = "/api/fn", endpoint = "gallery/form")]
pub async fn gallery_form(#[server(default)] text: String) -> Result<(), AppError> {
    let (_, caller) = crate::ssr::request()?;
    caller.user_id()?;
    if text.trim().is_empty() {
        return Err(AppError(domain::Problem::field(
            "text",
            "enter something; this field shows what is wrong with it",
        )));
    }
    Ok(())
}

/// Something that somebody wrote, with all that prose can hold and some that it cannot.
#[server(prefix = "/api/fn", endpoint = "gallery/prose")]
pub async fn gallery_prose() -> Result<Prose, AppError> {
    const WRITTEN: &str = "# Why we need it\n\nOur **issues** live in the [tracker](https://tracker.example.com), and the \
        assistant *cannot* see them:\n\n- `list_issues` for the weekly meeting\n- ~~`delete_issue`~~ never\n\n\
        > It saves two hours a week.\n> Ask Ada.\n\n1. Connect\n2. Try it\n\n```\nGET /issues?open=true\n```\n\n\
        ![A picture](https://tracker.example.com/board.png) <script>alert(1)</script> [no link](javascript:alert(1))";
    let (_, caller) = crate::ssr::request()?;
    caller.user_id()?;
    Ok(Prose::new(WRITTEN, 2))
}

/// Fruit by some letters.
#[server(prefix = "/api/fn", endpoint = "gallery/fruit")]
pub async fn find_fruit(#[server(default)] words: String) -> Result<Vec<Choice>, AppError> {
    let (_, caller) = crate::ssr::request()?;
    caller.user_id()?;
    let words = words.trim().to_lowercase();
    let fruit = ["Apple", "Apricot", "Banana", "Cherry", "Damson", "Elderberry"];
    let choice = |name: &str| Choice { value: name.to_lowercase(), label: name.to_owned(), detail: "fruit".to_owned() };
    Ok(fruit.into_iter().filter(|name| name.to_lowercase().contains(&words)).map(choice).collect())
}
