//! Bodies with an upper bound.

use bytes::{Bytes, BytesMut};
use reqwest::Response;

use crate::NetError;

/// What is set aside before anything has come, whatever length the server announces.
const FIRST_BYTES: usize = 16 * 1024;

/// Reads a body of at most `max` bytes and never holds much more than that. A longer one is given up as soon as its
/// announced or real length shows; the connection is closed with it. The caller sets the deadline.
///
/// # Errors
/// [`NetError::TooLarge`], or what broke the connection.
pub async fn read_limited(mut response: Response, max: usize) -> Result<Bytes, NetError> {
    let too_large = |response: &Response| NetError::TooLarge {
        host: response.url().host_str().unwrap_or("the server").to_owned(),
        limit: max,
    };
    let announced = response.content_length();
    if announced.is_some_and(|length| length > max as u64) {
        return Err(too_large(&response));
    }
    let expected = announced.and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    let mut body = BytesMut::with_capacity(expected.min(FIRST_BYTES));
    loop {
        let chunk = response.chunk().await.map_err(|error| NetError::of_body(&error, response.url()))?;
        let Some(chunk) = chunk else { return Ok(body.freeze()) };
        if chunk.len() > max - body.len() {
            return Err(too_large(&response));
        }
        body.extend_from_slice(&chunk);
    }
}
