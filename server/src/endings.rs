//! Tells people of access that ends soon.

use std::time::Duration;

use service::Services;
use tokio_util::sync::CancellationToken;

/// People are told a week ahead, so an hour more or less does not matter.
const OFTEN_ENOUGH: Duration = Duration::from_hours(1);

/// Looks at the start and every hour, until the program stops. All nodes do; whichever comes first tells.
pub(crate) async fn warn(services: Services, stop: CancellationToken) {
    let mut hours = tokio::time::interval(OFTEN_ENOUGH);
    hours.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hours.tick() => {}
        }
        match services.warn_of_ends().await {
            Ok(0) => {}
            Ok(rules) => tracing::info!(rules, "people were told of access that ends soon"),
            Err(error) => tracing::warn!(%error, "nobody could be told of access that ends soon; it is tried again"),
        }
    }
}
