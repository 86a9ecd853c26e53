//! The areas of the console. The browser loads the code of an area with the first of its pages, not with the console.
//!
//! Each area becomes a WebAssembly module of its own; what several areas use becomes modules that they share, and what
//! the frame uses stays in the first one (`xtask/src/site/areas.rs` cuts and packs them). The server renders all of them
//! and names the packs of a page ahead of its HTML, so that they load beside the first module and not after it.

mod late;
mod pages;
pub mod parts;

use std::future::Future;
use std::pin::Pin;

use domain::Problem;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_split::SplitLoaderError;
use leptos_router::ChooseView;
#[cfg(not(feature = "ssr"))]
use send_wrapper::SendWrapper;

pub use self::pages::*;
use crate::components::ErrorView;
use crate::error::AppError;
use crate::text;

/// Code on its way. On the server it is there already, and what renders it may go on in another thread.
#[cfg(feature = "ssr")]
type Loading<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>> + Send>>;
#[cfg(not(feature = "ssr"))]
type Loading<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

/// A page for the route table, whose code is loaded when it is first shown.
#[derive(Clone, Copy)]
pub struct Page {
    area: &'static str,
    load: fn() -> Loading<AnyView>,
    ahead: fn() -> Loading<()>,
}

impl Page {
    /// The view, for a part of a page that comes later.
    pub fn show(self) -> impl Future<Output = AnyView> + Send + 'static {
        shown(waiting((self.load)()))
    }
}

/// A view whose code may have to be loaded. Once the page is taken over and the code is there, it is shown at once: what
/// comes a moment later flickers.
fn view_of(loading: Loading<AnyView>) -> AnyView {
    #[cfg(not(feature = "ssr"))]
    let loading = {
        let mut loading = loading;
        if !late::first_view() {
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            if let std::task::Poll::Ready(view) = loading.as_mut().poll(&mut context) {
                return view.unwrap_or_else(|_| missing());
            }
        }
        loading
    };
    Suspend::new(shown(waiting(loading))).into_any()
}

/// The view, once its code is there, or what to do when it cannot be loaded.
async fn shown(loading: Waiting<AnyView>) -> AnyView {
    loading.await.unwrap_or_else(|_| missing())
}

/// Stands for a part whose code could not be loaded.
fn missing() -> AnyView {
    let why = text::errors::unreachable().to_owned();
    view! { <ErrorView error=AppError(Problem::Unavailable { why })/> }.into_any()
}

#[cfg(feature = "ssr")]
type Waiting<T> = Loading<T>;
/// A browser has one thread.
#[cfg(not(feature = "ssr"))]
type Waiting<T> = SendWrapper<Loading<T>>;

#[cfg(feature = "ssr")]
fn waiting(loading: Loading<AnyView>) -> Waiting<AnyView> {
    loading
}
#[cfg(not(feature = "ssr"))]
fn waiting(loading: Loading<AnyView>) -> Waiting<AnyView> {
    SendWrapper::new(loading)
}

impl ChooseView for Page {
    async fn choose(self) -> AnyView {
        #[cfg(feature = "ssr")]
        crate::ssr::announce(self.area);
        match (self.load)().await {
            Ok(view) => view,
            Err(_) => without_code(self.area).await,
        }
    }

    async fn preload(&self) {
        // What could not be loaded ahead is asked for again when it is needed.
        drop((self.ahead)().await);
    }
}

/// The code of a page could not be loaded; the loader has told the browser's console why. A page that the server has
/// rendered stays as it is: its links and forms work without code. A page that was navigated to is asked from the
/// server, which may have been updated since this one was loaded and names its modules anew.
async fn without_code(area: &str) -> AnyView {
    let alive = document().document_element().is_some_and(|html| html.has_attribute(HYDRATED));
    let url = leptos_router::hooks::use_url().get_untracked();
    leptos::logging::warn!("the code of {area} is not available; {} works without it", url.path());
    if alive {
        let address = [url.path(), if url.search().is_empty() { "" } else { "?" }, url.search(), url.hash()].concat();
        drop(window().location().set_href(&address));
    } else {
        leave_links_to_the_browser();
    }
    std::future::pending().await
}

/// The router listens already, and would take links that it cannot follow.
fn leave_links_to_the_browser() {
    let stop = Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| event.stop_immediate_propagation());
    let heard_first = true;
    drop(window().add_event_listener_with_callback_and_bool("click", stop.as_ref().unchecked_ref(), heard_first));
    stop.forget();
}

/// Loads the code of the page at this path, if it is not there yet. The browser's part only.
pub fn load_ahead(path: &str) {
    if let Some(page) = pages::page_at(path) {
        leptos::task::spawn_local(async move { page.preload().await });
    }
}

/// Loads the code of the page that the server has rendered, and then that of the parts in it, so that it can be taken
/// over. The browser's part only.
pub async fn load_first() {
    if let Some(page) = window().location().pathname().ok().and_then(|path| pages::page_at(&path)) {
        page.preload().await;
    }
    parts::load().await;
}

/// Attribute of `<html>`, set once the browser has taken over the page.
pub const HYDRATED: &str = "data-hydrated";
