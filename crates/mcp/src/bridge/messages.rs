//! Messages that the gateway sends on its own behalf to keep both sides of a bridge going.
//!
//! Arguments that are called JSON must be JSON; ids are those of [`crate::RawId::text`].

use bytes::Bytes;

use super::identity::ClientIdentity;
use super::meta::{SUBSCRIPTION_ID, of_client, quoted};
use crate::splice::members_text;

/// A request with these members of `params`.
pub(super) fn request(id: &str, method: &str, params: &[(&str, &str)]) -> Bytes {
    let (method, params) = (quoted(method), members_text(params));
    Bytes::from(format!(r#"{{"jsonrpc":"2.0","id":{id},"method":{method},"params":{{{params}}}}}"#))
}

/// `subscriptions/listen` on behalf of a legacy client: `filter` is the JSON of what it wants to hear of.
pub fn listen_request(id: &str, filter: &str, identity: &ClientIdentity) -> Bytes {
    let meta = format!("{{{}}}", members_text(&of_client(identity)));
    request(id, "subscriptions/listen", &[("_meta", &meta), ("notifications", filter)])
}

/// The first message of a modern subscription: `granted` is the JSON of the filter that is honoured, and
/// the id of the subscription that of the `subscriptions/listen` request.
pub fn acknowledged(subscription_id: &str, granted: &str) -> Bytes {
    Bytes::from(format!(
        r#"{{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{{"_meta":{{"{SUBSCRIPTION_ID}":{subscription_id}}},"notifications":{granted}}}}}"#
    ))
}

/// The response that ends a modern subscription in good order.
pub fn subscription_ended(subscription_id: &str) -> Bytes {
    Bytes::from(format!(
        r#"{{"jsonrpc":"2.0","id":{subscription_id},"result":{{"resultType":"complete","_meta":{{"{SUBSCRIPTION_ID}":{subscription_id}}}}}}}"#
    ))
}

/// `resources/subscribe`, or `resources/unsubscribe`, to a legacy server.
pub fn resource_subscription(id: &str, uri: &str, wanted: bool) -> Bytes {
    let method = if wanted { "resources/subscribe" } else { "resources/unsubscribe" };
    request(id, method, &[("uri", &quoted(uri))])
}

/// `logging/setLevel` to a legacy server, for the whole of its session.
pub fn set_level_request(id: &str, level: &str) -> Bytes {
    request(id, "logging/setLevel", &[("level", &quoted(level))])
}

/// Tells a legacy server that nobody waits for a request any more.
pub fn cancelled_notification(request_id: &str, reason: &str) -> Bytes {
    let reason = quoted(reason);
    Bytes::from(format!(
        r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{request_id},"reason":{reason}}}}}"#
    ))
}
