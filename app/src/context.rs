//! What every page stands on: who is signed in, what time it is, where icons are, what was posted.
//!
//! The server computes it before it renders ([`Boot`]), the page carries it along, the browser starts from the same
//! values ([`Context`]), so that both render the same.

use chrono::{DateTime, Utc};
use domain::{Capability, Counters, Me};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

use crate::assets::IconUrls;
use crate::pages::session::api::Whoami;
use crate::posted::Posted;
use crate::wire::{ask, from_text};

/// What the server knows before it renders a page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Boot {
    /// Who is signed in.
    pub me: Option<Me>,
    /// The time of the request.
    pub now: DateTime<Utc>,
    /// Where icons are.
    pub icons: IconUrls,
    /// The form whose answer this page is.
    pub posted: Option<Posted>,
    /// There is no administrator yet. Told on the page for signing in only.
    #[serde(default)]
    pub needs_setup: bool,
}

/// The living part of [`Boot`], in Leptos' context.
#[derive(Clone, Copy)]
pub struct Context {
    me: RwSignal<Option<Me>>,
    now: RwSignal<DateTime<Utc>>,
    changes: RwSignal<u32>,
    // Made once, so that they live as long as the page: effects of a view that is being taken away may still read them.
    shown: (Signal<Option<Me>>, Signal<DateTime<Utc>>, Signal<u32>),
    icons: StoredValue<IconUrls>,
    posted: StoredValue<Option<Posted>>,
    needs_setup: bool,
}

impl Context {
    /// Makes the context from what the server knew. Call it first in the application.
    pub fn provide() -> Self {
        // As text, so that the browser reads it as it reads everything else.
        let boot = SharedValue::new(sent_by_server).into_inner();
        let boot: Boot = from_text(&boot).unwrap_or_default();
        let (me, now, changes) = (RwSignal::new(boot.me), RwSignal::new(boot.now), RwSignal::new(0));
        let context = Self {
            me,
            now,
            changes,
            shown: (me.into(), now.into(), changes.into()),
            icons: StoredValue::new(boot.icons),
            posted: StoredValue::new(boot.posted),
            needs_setup: boot.needs_setup,
        };
        provide_context(context);
        context
    }

    /// Keeps time and counters fresh in the browser. Call it inside the router.
    pub fn keep_fresh(self) {
        let path = use_location().pathname;
        Effect::new(move |earlier: Option<String>| {
            let path = path.get();
            if earlier.is_some_and(|earlier| earlier != path) {
                self.now.set(browser_now());
                // What was posted belongs to the page that it was posted to.
                self.posted.set_value(None);
                self.fetch_me();
            }
            path
        });
        Effect::new(move |first: Option<()>| {
            self.changes.track();
            if first.is_some() {
                self.fetch_me();
            }
        });
        Effect::new(move |_| {
            set_interval(move || self.now.set(browser_now()), std::time::Duration::from_secs(30));
        });
    }

    fn fetch_me(self) {
        if self.me.read_untracked().is_none() {
            return;
        }
        leptos::task::spawn_local(async move {
            // A failure changes nothing here: the page's own data says what is wrong.
            if let Ok(Some(me)) = ask(Whoami {}).await {
                self.me.set(Some(me));
            }
        });
    }

    /// The server has told the numbers of the frame.
    pub fn count(self, counters: Counters) {
        self.me.update(|me| {
            if let Some(me) = me {
                me.unread_notifications = counters.unread_notifications;
                me.pending_requests = counters.pending_requests;
            }
        });
    }

    /// Who is signed in.
    pub const fn me(self) -> Signal<Option<Me>> {
        self.shown.0
    }

    /// The time that relative times refer to.
    pub const fn now(self) -> Signal<DateTime<Utc>> {
        self.shown.1
    }

    /// Counts successful writes of this page; loaded data depends on it.
    pub const fn changes(self) -> Signal<u32> {
        self.shown.2
    }

    /// Something was written: everything loaded is loaded again. For the browser only, as is [`Self::tick`].
    pub fn changed(self) {
        self.tick();
        self.changes.update(|n| *n += 1);
    }

    /// Sets the time to that of the browser, so that what just happened does not seem to lie ahead.
    pub fn tick(self) {
        self.now.set(browser_now());
    }

    /// Where an icon of the interface is.
    pub fn icon(self, name: &str) -> String {
        self.icons.with_value(|icons| format!("{}#{name}", icons.sprite))
    }

    /// Where a brand icon is, if there is one.
    pub fn brand(self, slug: &str) -> Option<String> {
        self.icons.with_value(|icons| icons.brands.get(slug).cloned())
    }

    /// There was no administrator when the page for signing in was asked for.
    pub const fn needs_setup(self) -> bool {
        self.needs_setup
    }

    /// The form whose answer this page is, if it is for this server function.
    pub fn posted(self, function: &str) -> Option<Posted> {
        self.posted.with_value(|posted| posted.clone().filter(|p| p.function == function))
    }

    /// What was entered into a field of the form whose answer this page is.
    pub fn posted_field(self, name: &str) -> Option<String> {
        self.posted.with_value(|posted| posted.as_ref().and_then(|p| p.field(name).map(str::to_owned)))
    }
}

/// What the server knew, as JSON.
fn sent_by_server() -> String {
    #[cfg(feature = "ssr")]
    {
        serde_json::to_string(&use_context::<Boot>().unwrap_or_default()).unwrap_or_default()
    }
    // Every page carries it.
    #[cfg(not(feature = "ssr"))]
    String::new()
}

/// The context of this page.
pub fn context() -> Context {
    expect_context::<Context>()
}

/// Who is signed in.
pub fn me() -> Signal<Option<Me>> {
    context().me()
}

/// Whether who is signed in holds the capability.
pub fn can(capability: Capability) -> Signal<bool> {
    let me = me();
    Signal::derive(move || me.with(|me| me.as_ref().is_some_and(|me| me.can(capability))))
}

/// What was entered into a field, on a page that answers a form posted without JavaScript.
pub fn posted(name: &str) -> Option<String> {
    context().posted_field(name)
}

fn browser_now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default()
}
