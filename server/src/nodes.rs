//! What a node of several does in the background: it says that it lives, and hears what the others change.

use std::time::Duration;

use service::Services;
use tokio_util::sync::CancellationToken;

/// How long a connection that was lost is left alone.
const AGAIN: Duration = Duration::from_secs(5);
/// How long a connection may be silent before it is looked at; changes are polled for, too.
const QUIET: Duration = Duration::from_mins(5);

/// Says that this node lives, at this address, until the program stops.
pub(crate) async fn beat(services: Services, address: String, stop: CancellationToken) {
    let mut beats = tokio::time::interval(service::BEAT);
    beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = beats.tick() => {}
        }
        if let Err(error) = services.beat(&address).await {
            tracing::warn!(%error, "the other nodes could not be told that this one lives; it is tried again");
        }
    }
}

/// Loads what other nodes change as soon as they commit it, until the program stops.
pub(crate) async fn hear(services: Services, stop: CancellationToken) {
    let hearing = async {
        loop {
            if let Err(error) = listen(&services).await {
                tracing::warn!(%error, "changes of other nodes are not announced here; they are looked for meanwhile");
            }
            tokio::time::sleep(AGAIN).await;
        }
    };
    stop.run_until_cancelled(hearing).await;
}

async fn listen(services: &Services) -> service::Result<()> {
    let Some(mut listener) = store::changes::Listener::open(&services.parts().db).await? else {
        return std::future::pending().await;
    };
    loop {
        if let Ok(heard) = tokio::time::timeout(QUIET, listener.changed()).await {
            heard?;
        }
        services.catch_up().await?;
    }
}
