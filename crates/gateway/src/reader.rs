//! Reading bodies within limits.

use std::time::Duration;

use crate::limits::Pass;
use crate::refusal::Refusal;
use crate::standing::Standing;
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Response, StatusCode, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use net::Incoming;

/// The whole body of a client's request.
pub(crate) async fn request(body: Body, max: usize, deadline: Duration) -> Result<Bytes, Refusal> {
    match tokio::time::timeout(deadline, Limited::new(body, max).collect()).await {
        Err(_) => Err(Refusal::http(StatusCode::REQUEST_TIMEOUT, "the request body did not arrive in time")),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        // The rest of the body stays unread, so nothing can follow it on this connection.
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::http(
            StatusCode::PAYLOAD_TOO_LARGE,
            &format!("the request body is larger than {max} bytes; send less at a time"),
        )
        .with_header(header::CONNECTION, HeaderValue::from_static("close"))),
        Ok(Err(_)) => Err(Refusal::http(StatusCode::BAD_REQUEST, "the request body could not be read")),
    }
}

/// The most that is reserved by what an answer's head says of its length.
const RESERVED: usize = 1 << 20;

/// Why the next bytes of a server's answer did not come.
#[derive(Debug)]
pub(crate) enum Broken {
    /// Silence for too long, or the answer takes too long as a whole.
    Timeout,
    /// The program stops and can wait no longer.
    Draining,
    /// The caller may not read on: the key, its owner, the rule or the server is gone.
    AccessEnded,
    /// The connection broke.
    Connection(hyper::Error),
}

/// A server's answer, read in chunks within its deadlines.
pub(crate) struct Chunks {
    body: Incoming,
    /// Its length, where its head says it.
    announced: Option<u64>,
    idle: Duration,
    ends: tokio::time::Instant,
    standing: Standing,
    /// Held as long as the answer is read.
    pass: Pass,
}

/// Room for what was read and for what is announced, as far as that is believed.
fn room(announced: Option<u64>, read: usize, max: usize) -> usize {
    let announced = announced.and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
    read.max(announced.min(max).min(RESERVED))
}

/// The next bytes of a body; what it carries besides (trailers) is left out.
async fn chunk(body: &mut Incoming) -> Result<Option<Bytes>, hyper::Error> {
    while let Some(frame) = body.frame().await {
        if let Ok(bytes) = frame?.into_data() {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

impl Chunks {
    pub(crate) fn new(
        response: Response<Incoming>,
        pass: Pass,
        idle: Duration,
        total: Option<Duration>,
        standing: Standing,
    ) -> Self {
        let now = tokio::time::Instant::now();
        // Without a total limit (listening streams): as good as never.
        let ends = now + total.unwrap_or(Duration::from_hours(24 * 365));
        let body = response.into_body();
        let announced = body.size_hint().exact();
        Self { body, announced, idle, ends, standing, pass }
    }

    /// The same for a stream that waits for events: it may be silent as long as another answer may take, and has no end of
    /// its own. What keeps it alive, such as comments of the server, counts as said.
    pub(crate) fn listening(response: Response<Incoming>, pass: Pass, standing: Standing) -> Self {
        let silence = pass.limits.total;
        Self::new(response, pass, silence, None, standing)
    }

    /// What it has a turn by, and when it has to have ended.
    pub(crate) const fn held(&mut self) -> (&mut Pass, &mut tokio::time::Instant) {
        (&mut self.pass, &mut self.ends)
    }

    /// The limits of this answer.
    pub(crate) const fn limits(&self) -> &domain::Limits {
        &self.pass.limits
    }

    /// Room for an answer of at most `max` bytes of which so many have been read.
    pub(crate) fn room(&self, read: usize, max: usize) -> usize {
        room(self.announced, read, max)
    }

    /// The next bytes; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        let by = self.ends.min(tokio::time::Instant::now() + self.idle);
        // What is there already is taken without a timer.
        let chunk = tokio::select! {
            biased;
            read = tokio::time::timeout_at(by, chunk(&mut self.body)) => match read {
                Err(_) => return Err(Broken::Timeout),
                Ok(Err(error)) => return Err(Broken::Connection(error)),
                Ok(Ok(chunk)) => chunk,
            },
            broken = self.standing.lost() => return Err(broken),
        };
        if self.standing.holds() { Ok(chunk) } else { Err(Broken::AccessEnded) }
    }

    /// Reads to the end, or to `max` bytes: then what was read so far is larger than `max` and more may follow.
    pub(crate) async fn read_up_to(&mut self, max: usize) -> Result<(Bytes, bool), Broken> {
        let Some(first) = self.next().await? else { return Ok((Bytes::new(), true)) };
        if first.len() > max {
            return Ok((first, false));
        }
        let Some(second) = self.next().await? else { return Ok((first, true)) };
        let mut all = BytesMut::with_capacity(self.room(first.len() + second.len(), max).max(16 << 10));
        all.extend_from_slice(&first);
        all.extend_from_slice(&second);
        while all.len() <= max {
            match self.next().await? {
                Some(chunk) => all.extend_from_slice(&chunk),
                None => return Ok((all.freeze(), true)),
            }
        }
        Ok((all.freeze(), false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_made_for_what_is_announced_within_bounds() {
        assert_eq!(room(None, 5, 100), 5, "nothing is announced");
        assert_eq!(room(Some(70_000), 20_000, 4 << 20), 70_000);
        assert_eq!(room(Some(70_000), 20_000, 50_000), 50_000, "no more than may be read");
        assert_eq!(room(Some(u64::MAX), 20_000, 4 << 20), RESERVED, "who announces much has not sent it yet");
        assert_eq!(room(Some(3), 20, 100), 20, "what is there has room");
    }
}
