//! `/mcp/<slug>`: the data path. Credentials only, never cookies.

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use gateway::{Endpoint, Gateway};

use crate::listen::Front;

/// Everything that this address answers: the data path, and the rest. What goes to the data path goes there at once: a
/// router for three paths would cost every call more than they need.
#[derive(Clone)]
pub(crate) struct Surfaces {
    pub(crate) data_path: Gateway,
    pub(crate) rest: Router,
}

impl Front for Surfaces {
    fn answer(&self, request: Request) -> impl Future<Output = Response> + Send + 'static {
        let goes_to = match endpoint(request.uri().path()) {
            Some((slug, endpoint)) => To::DataPath(self.data_path.clone(), slug.to_owned(), endpoint),
            None => To::Rest(self.rest.clone()),
        };
        async move {
            match goes_to {
                To::DataPath(gateway, slug, endpoint) => gateway.handle(&slug, endpoint, request).await,
                To::Rest(router) => router.answer(request).await,
            }
        }
    }
}

enum To {
    DataPath(Gateway, String, Endpoint),
    Rest(Router),
}

/// The server and the endpoint that a path names, if it is one of the data path.
fn endpoint(path: &str) -> Option<(&str, Endpoint)> {
    let (slug, endpoint) = match path.strip_prefix("/mcp/")?.split_once('/') {
        None => (path.strip_prefix("/mcp/")?, Endpoint::Mcp),
        Some((slug, "sse")) => (slug, Endpoint::Stream),
        Some((slug, "messages")) => (slug, Endpoint::Messages),
        Some(_) => return None,
    };
    (!slug.is_empty()).then_some((slug, endpoint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_data_path_are_known() {
        assert_eq!(endpoint("/mcp/files"), Some(("files", Endpoint::Mcp)));
        assert_eq!(endpoint("/mcp/files/sse"), Some(("files", Endpoint::Stream)));
        assert_eq!(endpoint("/mcp/files/messages"), Some(("files", Endpoint::Messages)));
        for other in ["/mcp/", "/mcp", "/mcp/files/", "/mcp/files/other", "/mcp//sse", "/mcp/a/b/sse", "/", "/x/mcp/a"]
        {
            assert_eq!(endpoint(other), None, "{other}");
        }
    }
}
