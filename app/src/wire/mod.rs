//! Server functions as text. What goes to a server function and what comes back is erased to text in one place, so that
//! the machinery around it (resources, actions, suspense) is compiled once and not for every function: in WebAssembly
//! that is most of the size of a page.

mod tree;

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use domain::Problem;
use leptos::prelude::*;
use leptos::server_fn::codec::{Json as JsonCodec, PostUrl};
use leptos::server_fn::{Http, ServerFn};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::context::context;
use crate::error::AppError;
use crate::text;

/// A server function of the console: a posted form in, JSON out.
pub trait Function:
    ServerFn<Protocol = Http<PostUrl, JsonCodec>, Error = AppError, Output: Serialize + DeserializeOwned + 'static>
    + Serialize
    + DeserializeOwned
    + Send
    + 'static
{
}

impl<F> Function for F where
    F: ServerFn<Protocol = Http<PostUrl, JsonCodec>, Error = AppError, Output: Serialize + DeserializeOwned + 'static>
        + Serialize
        + DeserializeOwned
        + Send
        + 'static
{
}

/// The JSON of a function's output.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    /// From the text of an answer.
    ///
    /// # Errors
    /// When it is no JSON: what answered is no server of ours.
    pub fn from_text(text: String) -> Result<Self, AppError> {
        RawValue::from_string(text).map(Self).map_err(strange)
    }

    /// The value.
    ///
    /// # Errors
    /// When it has another shape: the server is newer or older than this page.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, AppError> {
        tree::from_text(self.0.get()).map_err(strange)
    }
}

pub use tree::from_text;

fn strange(why: serde_json::Error) -> AppError {
    AppError(Problem::Unavailable { why: text::errors::unreadable_answer(&why.to_string()) })
}

/// A part of an answer that is read where it is shown, so that the page around it does without the code for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Later(Value);

impl Later {
    /// The value, to be read later.
    ///
    /// # Errors
    /// When it is nothing that JSON knows (a map whose keys are no texts).
    pub fn of(value: &impl Serialize) -> Result<Self, AppError> {
        serde_json::to_value(value).map(Self).map_err(strange)
    }

    /// The value.
    ///
    /// # Errors
    /// When it has another shape: the server is newer or older than this page.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, AppError> {
        tree::from_value(self.0).map_err(strange)
    }
}

/// What came of a call.
pub type Answer = Result<Json, AppError>;

type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Calls the function at this path with the text of a form. Browser only: on the server nothing is ever submitted.
#[cfg(not(feature = "ssr"))]
pub(crate) fn call(path: &'static str, form: String) -> Answering {
    use leptos::server_fn::ContentType;
    use leptos::server_fn::client::Client;
    use leptos::server_fn::client::browser::BrowserClient;
    use leptos::server_fn::redirect::call_redirect_hook;
    use leptos::server_fn::request::ClientReq;
    use leptos::server_fn::request::browser::BrowserRequest;
    use leptos::server_fn::response::ClientRes;

    Box::pin(async move {
        let request: Result<BrowserRequest, AppError> =
            BrowserRequest::try_new_post(path, PostUrl::CONTENT_TYPE, JsonCodec::CONTENT_TYPE, form);
        let response = <BrowserClient as Client<AppError>>::send(request?).await?;
        let status = ClientRes::<AppError>::status(&response);
        let leads_to =
            ClientRes::<AppError>::has_redirect(&response).then(|| ClientRes::<AppError>::location(&response));
        if status >= 400 {
            return Err(AppError::de(ClientRes::<AppError>::try_into_bytes(response).await?));
        }
        let answer = Json::from_text(ClientRes::<AppError>::try_into_string(response).await?)?;
        if let Some(location) = leads_to {
            call_redirect_hook(&location);
        }
        Ok(answer)
    })
}

/// As in the browser, where alone it is used.
#[cfg(feature = "ssr")]
pub(crate) fn call(_path: &'static str, _form: String) -> Answering {
    Box::pin(std::future::pending())
}

/// Asks a function once, for something beside the data of the page: in the browser, as [`call`].
///
/// # Errors
/// What the function says, or that it could not be reached.
pub(crate) async fn ask<F: Function>(input: F) -> Result<F::Output, AppError> {
    let form = serde_qs::to_string(&input).map_err(|why| AppError(Problem::field("", why.to_string())))?;
    call(F::PATH, form).await.and_then(|answer| answer.read())
}

/// Calls a function: in the browser by its path, on the server itself, from the same text.
fn run<F: Function>(form: String) -> Answering {
    #[cfg(not(feature = "ssr"))]
    {
        call(F::PATH, form)
    }
    #[cfg(feature = "ssr")]
    Box::pin(async move {
        let unreadable = |why: String| AppError(Problem::field("", why));
        let input: F = serde_qs::from_str(&form).map_err(|why| unreadable(why.to_string()))?;
        let output = input.run_body().await.map_err(crate::ssr::spoken)?;
        serde_json::value::to_raw_value(&output).map(Json).map_err(strange)
    })
}

/// Data of a page, from [`load`].
pub struct Loaded<T> {
    resource: Resource<Answer>,
    output: PhantomData<fn() -> T>,
}

// By hand: a derive would demand that the data itself is `Copy`.
impl<T> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Loaded<T> {}

impl<T: DeserializeOwned> Loaded<T> {
    /// Waits for it, inside of suspense.
    ///
    /// # Errors
    /// What the function says, or that it could not be reached.
    pub async fn get(self) -> Result<T, AppError> {
        self.resource.await.and_then(|json| json.read())
    }
}

impl<T> Loaded<Option<T>> {
    /// What is not always there, to be read where it is shown.
    pub const fn maybe_later(self) -> Loaded<Option<Later>> {
        Loaded { resource: self.resource, output: PhantomData }
    }
}

impl<T> Loaded<T> {
    /// The same, to be read where it is shown.
    pub const fn later(self) -> Loaded<Later> {
        Loaded { resource: self.resource, output: PhantomData }
    }

    /// The text of it.
    pub(crate) fn resource(self) -> Resource<Answer> {
        self.resource
    }
}

/// What to ask the server for.
#[derive(Debug, Clone, PartialEq)]
enum Ask {
    /// The text of a form.
    Call(String),
    /// Nothing: the answer is `null`.
    Nothing,
    /// Nothing any more: what is there stays.
    Gone,
    /// It is clear without asking.
    Refused(AppError),
}

impl Ask {
    fn of<F: Function>(input: Result<F, AppError>) -> Self {
        match input.map(|input| serde_qs::to_string(&input)) {
            Ok(Ok(form)) => Self::Call(form),
            Ok(Err(why)) => Self::Refused(AppError(Problem::field("", why.to_string()))),
            Err(error) => Self::Refused(error),
        }
    }
}

/// Data of a page: loaded on the server, sent along, loaded again when what it is asked with changes and after every
/// write.
#[track_caller]
pub fn load<F: Function>(input: impl Fn() -> F + Send + Sync + 'static) -> Loaded<F::Output> {
    Loaded { resource: resource(Box::new(move || Ask::of(Ok(input()))), run::<F>), output: PhantomData }
}

/// As [`load`], when what to ask for stands in the address and may be wrong there.
#[track_caller]
pub fn load_checked<F: Function>(input: impl Fn() -> Result<F, AppError> + Send + Sync + 'static) -> Loaded<F::Output> {
    Loaded { resource: resource(Box::new(move || Ask::of(input())), run::<F>), output: PhantomData }
}

/// As [`load`], for what is not always needed: a tab or a dialog that may be closed.
#[track_caller]
pub fn load_when<F: Function>(input: impl Fn() -> Option<F> + Send + Sync + 'static) -> Loaded<Option<F::Output>> {
    let ask = move || input().map_or(Ask::Nothing, |input| Ask::of(Ok(input)));
    Loaded { resource: resource(Box::new(ask), run::<F>), output: PhantomData }
}

/// As [`load_checked`], for a page about one thing that can be deleted: once it is `gone` nothing more is asked for, as
/// the browser is on its way to another page and the answer would be "not found".
#[track_caller]
pub fn load_unless<F: Function>(
    gone: impl Fn() -> bool + Send + Sync + 'static,
    input: impl Fn() -> Result<F, AppError> + Send + Sync + 'static,
) -> Loaded<F::Output> {
    let ask = move || if gone() { Ask::Gone } else { Ask::of(input()) };
    Loaded { resource: resource(Box::new(ask), run::<F>), output: PhantomData }
}

#[track_caller]
fn resource(ask: Box<dyn Fn() -> Ask + Send + Sync>, run: fn(String) -> Answering) -> Resource<Answer> {
    let changes = context().changes();
    let source = move || (ask(), changes.get());
    Resource::new(source, move |(ask, _)| -> Answering {
        match ask {
            Ask::Call(form) => run(form),
            Ask::Nothing => Box::pin(std::future::ready(Json::from_text("null".to_owned()))),
            Ask::Gone => Box::pin(std::future::pending()),
            Ask::Refused(error) => Box::pin(std::future::ready(Err(error))),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_crosses_the_wire_as_it_is() {
        let answer: Answer = Json::from_text(r#"{"b": [1, 2.50], "a": "\"ü"}"#.to_owned());
        let sent = serde_json::to_string(&answer).expect("JSON");
        assert_eq!(sent, r#"{"Ok":{"b": [1, 2.50], "a": "\"ü"}}"#);
        let received: Answer = serde_json::from_str(&sent).expect("what was sent");
        let value: serde_json::Value = received.expect("data").read().expect("the shape");
        assert_eq!(value["b"][1], 2.5);

        let refused: Answer = Err(AppError(Problem::not_found("user")));
        let received: Answer =
            serde_json::from_str(&serde_json::to_string(&refused).expect("JSON")).expect("what was sent");
        assert_eq!(received.expect_err("still refused").0, Problem::not_found("user"));
    }

    #[test]
    fn what_is_asked_for_is_read_as_it_was_meant() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Input {
            query: Query,
            cursor: Option<String>,
        }
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Query {
            #[serde(default, skip_serializing_if = "Option::is_none")]
            search: Option<String>,
            mine: bool,
        }
        for search in ["a&b=c", "tools[0]", "50 % + ü\n", "[", "]=[", "\"'"] {
            let query = Query { search: Some(search.to_owned()), mine: true };
            let input = Input { query, cursor: None };
            let form = serde_qs::to_string(&input).expect("a form");
            assert_eq!(serde_qs::from_str::<Input>(&form).expect("what was meant"), input, "{form}");
        }
    }

    #[test]
    fn an_answer_of_another_shape_says_what_to_do() {
        for answer in [Json::from_text("<html>".to_owned()), Json::from_text("[]".to_owned())] {
            let error = answer.and_then(|json| json.read::<String>()).expect_err("no text");
            assert!(error.to_string().contains("reload the page"), "{error}");
        }
    }
}
