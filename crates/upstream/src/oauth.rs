//! Whether a server that asks for a credential wants OAuth.
//!
//! A server says so in its challenge, or only by publishing metadata at a well-known address (RFC 9728); MCP clients
//! must look in both places. Nothing of the metadata is used yet but the fact that it is there.

use std::time::Duration;

use http::StatusCode;
use net::{Url, read_limited};

use crate::Failure;
use crate::wire::Wire;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
/// For all places together.
const DEADLINE: Duration = Duration::from_secs(3);
const MAX_BYTES: usize = 64 * 1024;

/// The same failure, and if it is a 401 that does not point to OAuth itself, with what the well-known places say.
pub(crate) async fn explain(wire: &Wire, failure: Failure) -> Failure {
    let Failure::Unauthorized { credential, oauth: false } = failure else { return failure };
    let oauth = tokio::time::timeout(DEADLINE, publishes_metadata(wire)).await.unwrap_or(false);
    Failure::Unauthorized { credential, oauth }
}

async fn publishes_metadata(wire: &Wire) -> bool {
    for place in places(wire.url()) {
        // The credential stays at home: these addresses were not entered by anybody.
        if is_metadata(wire.client(), place).await {
            return true;
        }
    }
    false
}

/// The place for this very endpoint, then the one for the whole site.
fn places(endpoint: &Url) -> Vec<Url> {
    let mut root = endpoint.clone();
    root.set_query(None);
    root.set_path(WELL_KNOWN);
    let path = endpoint.path().trim_end_matches('/');
    if path.is_empty() {
        return vec![root];
    }
    let mut own = root.clone();
    own.set_path(&format!("{WELL_KNOWN}{path}"));
    vec![own, root]
}

async fn is_metadata(client: &reqwest::Client, place: Url) -> bool {
    let Ok(response) = client.get(place).send().await else { return false };
    if response.status() != StatusCode::OK {
        return false;
    }
    let Ok(body) = read_limited(response, MAX_BYTES).await else { return false };
    let document: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    document.get("authorization_servers").and_then(|servers| servers.as_array()).is_some_and(|list| !list.is_empty())
}
