//! The numbers of the frame, live: while the page is being looked at, the server tells when they change.

use std::cell::RefCell;
use std::rc::Rc;

use domain::Counters;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;

use crate::context::{Context, context};

/// Listens while the page can be seen: browsers allow few connections to one server, so tabs in the background have
/// none.
pub fn listen() {
    let context = context();
    if context.me().with_untracked(Option::is_none) {
        return;
    }
    Effect::new(move |_| {
        let stream = Rc::new(RefCell::new(None::<web_sys::EventSource>));
        let update = move || {
            let seen = !document().hidden();
            let mut stream = stream.borrow_mut();
            match (seen, stream.as_ref()) {
                (true, None) => *stream = open(context),
                (false, Some(open)) => {
                    open.close();
                    *stream = None;
                }
                _ => {}
            }
        };
        update();
        let changed = Closure::<dyn Fn()>::new(update);
        drop(document().add_event_listener_with_callback("visibilitychange", changed.as_ref().unchecked_ref()));
        // For as long as the page.
        changed.forget();
    });
}

fn open(context: Context) -> Option<web_sys::EventSource> {
    let source = web_sys::EventSource::new("/api/live").ok()?;
    let told = Closure::<dyn Fn(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
        let counters = event.data().as_string().and_then(|text| serde_json::from_str::<Counters>(&text).ok());
        if let Some(counters) = counters {
            context.count(counters);
        }
    });
    drop(source.add_event_listener_with_callback("counters", told.as_ref().unchecked_ref()));
    told.forget();
    Some(source)
}
