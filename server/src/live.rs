//! `GET /api/live`: the numbers of the console's frame as server-sent events, for the page that is being looked at.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use domain::{Counters, SessionId};
use futures_util::stream;
use http::StatusCode;
use service::{Caller, Services};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Streams of one session at the same time. A browser has one for the tab that is looked at.
const MOST_OF_ONE: usize = 8;
/// Changes that come thick and fast are told together.
const PAUSE: Duration = Duration::from_millis(250);
/// Without any change: is the session still valid, and did another node count on?
const LOOK_AGAIN: Duration = Duration::from_secs(15);
/// The browser comes back by itself.
const LONGEST: Duration = Duration::from_mins(10);

#[derive(Clone)]
struct Live {
    services: Services,
    stop: CancellationToken,
    open: Arc<Mutex<HashMap<SessionId, usize>>>,
}

/// The route. Requests must carry a [`Caller`] as extension.
pub(crate) fn router(services: Services, stop: CancellationToken) -> Router {
    let live = Live { services, stop, open: Arc::default() };
    Router::new().route("/api/live", get(counters)).with_state(live)
}

async fn counters(State(live): State<Live>, request: Request) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    let Some((caller, session)) = caller.and_then(|caller| caller.session.map(|session| (caller, session))) else {
        return (StatusCode::UNAUTHORIZED, "sign in to the console first").into_response();
    };
    let Some(place) = Place::take(&live.open, session) else {
        return (StatusCode::TOO_MANY_REQUESTS, "this session has as many live streams as it may have").into_response();
    };
    let watch = live.services.changes_seen();
    let state = Stream { live, caller, watch, told: None, ends: Instant::now() + LONGEST, _place: place };
    let events = stream::unfold(state, |mut state| async move {
        let counters = state.next().await?;
        let event = Event::default().event("counters").json_data(counters).unwrap_or_default();
        Some((Ok::<_, Infallible>(event), state))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(LOOK_AGAIN)).into_response()
}

/// One browser that listens.
struct Stream {
    live: Live,
    caller: Caller,
    watch: watch::Receiver<u64>,
    told: Option<Counters>,
    ends: Instant,
    _place: Place,
}

impl Stream {
    /// The numbers, as soon as they differ from those told last; nothing when it is over.
    async fn next(&mut self) -> Option<Counters> {
        let stop = self.live.stop.clone();
        stop.run_until_cancelled(self.changed()).await.flatten()
    }

    async fn changed(&mut self) -> Option<Counters> {
        loop {
            if Instant::now() >= self.ends {
                return None;
            }
            self.watch.mark_unchanged();
            let counters = match self.live.services.counters(&self.caller).await {
                Ok(counters) => Some(counters?),
                Err(error) => {
                    tracing::warn!(%error, "the numbers of a console could not be read; trying again");
                    None
                }
            };
            if counters.is_some() && counters != self.told {
                self.told = counters;
                return counters;
            }
            // Too long a silence is no error: another node may have changed something.
            if let Ok(Err(_)) = timeout(LOOK_AGAIN, self.watch.changed()).await {
                return None;
            }
            sleep(PAUSE).await;
        }
    }
}

/// One of the streams that a session may have.
struct Place {
    open: Arc<Mutex<HashMap<SessionId, usize>>>,
    session: SessionId,
}

impl Place {
    fn take(open: &Arc<Mutex<HashMap<SessionId, usize>>>, session: SessionId) -> Option<Self> {
        let mut counts = open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(session).or_default();
        if *count >= MOST_OF_ONE {
            return None;
        }
        *count += 1;
        Some(Self { open: open.clone(), session })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.session) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_so_many_places_and_gives_them_back() {
        let open = Arc::default();
        let session = SessionId::generate(&crate::SystemEnv);
        let taken: Vec<_> = (0..MOST_OF_ONE).filter_map(|_| Place::take(&open, session)).collect();
        assert_eq!(taken.len(), MOST_OF_ONE);
        assert!(Place::take(&open, session).is_none());
        assert!(Place::take(&open, SessionId::generate(&crate::SystemEnv)).is_some(), "others are not concerned");
        drop(taken);
        assert!(Place::take(&open, session).is_some());
        assert!(open.lock().unwrap().is_empty(), "nothing is kept of those that are gone");
    }
}
