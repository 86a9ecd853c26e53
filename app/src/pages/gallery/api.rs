//! Server functions of the gallery. They change nothing.
#![cfg_attr(feature = "ssr", expect(clippy::unused_async, reason = "server functions are asynchronous"))]

use leptos::prelude::*;

use crate::components::Choice;
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
