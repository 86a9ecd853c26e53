//! Tests of the test kit itself, in one binary.

mod asking;
mod broken;
mod fixture;
mod sse;

/// A plain HTTP client for talking to the fixtures on loopback.
#[expect(
    clippy::disallowed_methods,
    reason = "the test kit's own tests speak to loopback only; `net` is tested with it"
)]
fn http_client() -> reqwest::ClientBuilder {
    // The second test to come here finds it installed, which is what it wants.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(std::time::Duration::from_secs(30))
}
