//! One message on its way: what its phases take, and its span in a trace.
//!
//! Whoever works for the message holds its [`Track`]; the span ends when the last of them lets go, so a streamed answer
//! belongs to it. Spans are put together only where somebody asked for them ([`crate::Parts::spans`]).

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::{CorrelationId, Env, UserId};
use http::{HeaderMap, StatusCode};
use mcp::{Envelope, ProtocolVersion};
use parking_lot::Mutex;

use crate::phases::{Phase, Seconds, Spent};
use crate::trace::{Hex, Parent, Place, new_span};

/// Spans below that of one message; what a long exchange does after these is left out.
const MOST_BELOW: usize = 64;

/// A span that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The trace that it belongs to.
    pub trace: [u8; 16],
    /// Its id.
    pub id: [u8; 8],
    /// The span above.
    pub parent: Option<[u8; 8]>,
    /// The span above is somebody else's.
    pub remote_parent: bool,
    /// `tracestate`, as the caller gave it.
    pub state: Option<String>,
    /// What it is called.
    pub name: Cow<'static, str>,
    /// Which side of an exchange it shows.
    pub kind: SpanKind,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// What is known about it.
    pub attributes: Vec<(&'static str, SpanValue)>,
    /// It shows a failure.
    pub failed: bool,
}

/// Which side of an exchange a span shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// An answer to a client.
    Server,
    /// A question to a server.
    Client,
    /// Work in between.
    Internal,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpanValue {
    /// Text.
    Text(Cow<'static, str>),
    /// A number.
    Number(i64),
}

impl From<String> for SpanValue {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<&'static str> for SpanValue {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<StatusCode> for SpanValue {
    fn from(status: StatusCode) -> Self {
        Self::Number(status.as_u16().into())
    }
}

/// Who gets spans. Called from the hot path: implementations must return at once.
pub trait Spans: Send + Sync {
    /// A message's span and those below it have ended.
    fn ended(&self, spans: Vec<Span>);
}

/// A part of a message's way.
struct Below {
    id: [u8; 8],
    phase: Phase,
    since: Duration,
    spent: Duration,
    attributes: Vec<(&'static str, SpanValue)>,
    failed: bool,
}

/// What is known for the span.
#[derive(Default)]
struct Report {
    /// The method, if it is one that the protocol knows.
    method: Option<String>,
    attributes: Vec<(&'static str, SpanValue)>,
    below: Vec<Below>,
    status: Option<StatusCode>,
    outcome: Option<&'static str>,
    failed: bool,
}

/// A request to a server that is under way.
pub(crate) struct Leg {
    span: [u8; 8],
    since: Instant,
}

/// One message on its way.
pub(crate) struct Track {
    env: Arc<dyn Env>,
    correlation: CorrelationId,
    started: DateTime<Utc>,
    begun: Instant,
    /// Of the whole HTTP request.
    spent: Arc<Spent>,
    seconds: OnceLock<Arc<Seconds>>,
    place: Mutex<Place>,
    parent: Option<Parent>,
    spans: Option<Arc<dyn Spans>>,
    report: Mutex<Report>,
}

impl Track {
    /// Begins with what the headers say about a trace.
    pub(crate) fn begin(
        env: &Arc<dyn Env>,
        spans: Option<&Arc<dyn Spans>>,
        correlation: CorrelationId,
        headers: &HeaderMap,
    ) -> Arc<Self> {
        let parent = Parent::of_headers(headers);
        let place = Place::new(parent.as_ref(), &**env);
        Arc::new(Self {
            env: env.clone(),
            correlation,
            started: env.now(),
            begun: Instant::now(),
            spent: Arc::default(),
            seconds: OnceLock::new(),
            place: Mutex::new(place),
            parent,
            spans: spans.cloned(),
            report: Mutex::default(),
        })
    }

    /// The track of one message of several in the same request.
    pub(crate) fn beside(&self) -> Arc<Self> {
        let place = match &self.parent {
            Some(parent) => Place::new(Some(parent), &*self.env),
            // Without a caller's trace, the messages of a batch still belong together.
            None => Place { span: new_span(&*self.env), ..self.place.lock().clone() },
        };
        let seconds = self.seconds.get().cloned().map_or_else(OnceLock::new, OnceLock::from);
        let attributes = self.report.lock().attributes.clone();
        Arc::new(Self {
            env: self.env.clone(),
            correlation: self.correlation,
            started: self.env.now(),
            begun: Instant::now(),
            spent: self.spent.clone(),
            seconds,
            place: Mutex::new(place),
            parent: self.parent.clone(),
            spans: self.spans.clone(),
            report: Mutex::new(Report { attributes, ..Report::default() }),
        })
    }

    /// What the phases of the HTTP request took so far.
    pub(crate) fn spent(&self) -> &Spent {
        &self.spent
    }

    /// The caller is known.
    pub(crate) fn called_by(&self, person: UserId) {
        self.note(|| ("user.id", person.to_string().into()));
    }

    /// The server is known; who called was found out before.
    pub(crate) fn goes_to(&self, seconds: Arc<Seconds>, slug: &str) {
        if let Some(spent) = self.spent.of(Phase::Auth) {
            seconds.observe(Phase::Auth, spent);
        }
        let _ = self.seconds.set(seconds);
        self.note(|| ("drawbridge.server", slug.to_owned().into()));
    }

    /// The message is known. What it says itself about a trace counts more than the headers: those belong to the HTTP
    /// request, which can carry several messages (OpenTelemetry, "Semantic conventions for MCP", context propagation).
    pub(crate) fn carries(&self, envelope: &Envelope<'_>, version: ProtocolVersion) {
        let Some(call) = envelope.call() else { return };
        let meta = &call.params.meta;
        let parent = meta.traceparent.as_deref();
        if let Some(parent) = parent.and_then(|parent| Parent::parse(parent, meta.tracestate.as_deref())) {
            let mut place = self.place.lock();
            *place = Place::below(&parent, place.span);
        }
        if self.spans.is_none() {
            return;
        }
        let mut report = self.report.lock();
        report.method = call.method.is_known().then(|| call.method.as_str().to_owned());
        let method = crate::context::shown(call.method.as_str());
        report.attributes.push(("mcp.method.name", method.into()));
        report.attributes.push(("mcp.protocol.version", version.as_str().into()));
        if let Some(id) = envelope.id() {
            report.attributes.push(("jsonrpc.request.id", crate::context::shown(id.text().trim_matches('"')).into()));
        }
        match call.target() {
            mcp::Target::Tool(name) => {
                report.attributes.push(("mcp.tool.name", crate::context::shown(name).into()));
                report.attributes.push(("gen_ai.tool.name", crate::context::shown(name).into()));
            }
            mcp::Target::Prompt(name) => {
                report.attributes.push(("gen_ai.prompt.name", crate::context::shown(name).into()));
            }
            mcp::Target::Resource(uri) => {
                report.attributes.push(("mcp.resource.uri", crate::context::shown(uri).into()));
            }
            _ => {}
        }
    }

    /// A phase has ended that began then.
    pub(crate) fn took(&self, phase: Phase, since: Instant) {
        self.ended(phase, since, None, Vec::new(), false);
    }

    /// Begins a request to the server, which is told of it.
    pub(crate) fn leave(&self, headers: &mut HeaderMap) -> Leg {
        let place = self.place.lock();
        let span = if self.spans.is_some() && place.is_sampled() { new_span(&*self.env) } else { place.span };
        place.write(span, headers);
        Leg { span, since: Instant::now() }
    }

    /// The server's answer begins, or there is none.
    pub(crate) fn arrived(&self, leg: Leg, status: Option<StatusCode>) -> Duration {
        let attributes = status.map(|status| ("http.response.status_code", status.into()));
        let failed = status.is_none_or(|status| status.is_client_error() || status.is_server_error());
        self.ended(Phase::Upstream, leg.since, Some(leg.span), attributes.into_iter().collect(), failed)
    }

    fn ended(
        &self,
        phase: Phase,
        since: Instant,
        span: Option<[u8; 8]>,
        attributes: Vec<(&'static str, SpanValue)>,
        failed: bool,
    ) -> Duration {
        let spent = since.elapsed();
        self.spent.add(phase, spent);
        if let Some(seconds) = self.seconds.get() {
            seconds.observe(phase, spent);
        }
        if self.spans.is_some() && matches!(phase, Phase::Admit | Phase::Upstream | Phase::Settle) {
            let mut report = self.report.lock();
            if report.below.len() < MOST_BELOW {
                let id = span.unwrap_or_else(|| new_span(&*self.env));
                let since = since.saturating_duration_since(self.begun);
                report.below.push(Below { id, phase, since, spent, attributes, failed });
            }
        }
        spent
    }

    /// How it ended, in the words of the audit log. What was said first counts: a stream can end after its answer.
    pub(crate) fn came_to(&self, outcome: &'static str) {
        if self.spans.is_some() {
            let mut report = self.report.lock();
            if report.outcome.is_none() {
                report.failed |= outcome != "success";
                report.outcome = Some(outcome);
            }
        }
    }

    /// The HTTP answer begins.
    pub(crate) fn answered(&self, status: StatusCode, refused: bool) {
        let place = self.place.lock();
        tracing::debug!(
            trace = %Hex(&place.trace), span = %Hex(&place.span), correlation = %self.correlation, %status,
            "an answer begins"
        );
        drop(place);
        if self.spans.is_some() {
            let mut report = self.report.lock();
            report.status = Some(status);
            report.failed |= refused || status.is_client_error() || status.is_server_error();
        }
    }

    fn note(&self, attribute: impl FnOnce() -> (&'static str, SpanValue)) {
        if self.spans.is_some() {
            self.report.lock().attributes.push(attribute());
        }
    }

    fn at(&self, after: Duration) -> DateTime<Utc> {
        chrono::TimeDelta::from_std(after)
            .ok()
            .and_then(|after| self.started.checked_add_signed(after))
            .unwrap_or(self.started)
    }

    fn collect(&self, place: &Place, report: Report) -> Vec<Span> {
        let Report { method, mut attributes, below, status, outcome, failed } = report;
        attributes.push(("drawbridge.correlation_id", self.correlation.to_string().into()));
        let outcome = outcome.unwrap_or(if failed { "failure" } else { "success" });
        attributes.push(("drawbridge.outcome", outcome.into()));
        attributes.extend(status.map(|status| ("http.response.status_code", status.into())));
        if failed {
            attributes.push(("error.type", outcome.into()));
        }
        let own = Span {
            trace: place.trace,
            id: place.span,
            parent: place.parent,
            remote_parent: place.parent.is_some(),
            state: place.state.as_ref().and_then(|state| Some(state.to_str().ok()?.to_owned())),
            name: method.map_or(Cow::Borrowed("mcp"), |method| Cow::Owned(format!("mcp {method}"))),
            kind: SpanKind::Server,
            started: self.started,
            ended: self.at(self.begun.elapsed()),
            attributes,
            failed,
        };
        let mut spans = Vec::with_capacity(below.len() + 1);
        spans.extend(below.into_iter().map(|below| Span {
            id: below.id,
            parent: Some(place.span),
            remote_parent: false,
            name: below.phase.name().into(),
            kind: if below.phase == Phase::Upstream { SpanKind::Client } else { SpanKind::Internal },
            started: self.at(below.since),
            ended: self.at(below.since.saturating_add(below.spent)),
            attributes: below.attributes,
            failed: below.failed,
            trace: own.trace,
            state: own.state.clone(),
        }));
        spans.push(own);
        spans
    }
}

impl Drop for Track {
    fn drop(&mut self) {
        let Some(spans) = self.spans.take() else { return };
        let place = self.place.get_mut().clone();
        if place.is_sampled() {
            let report = std::mem::take(self.report.get_mut());
            spans.ended(self.collect(&place, report));
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use testkit::env::MockEnv;

    use super::*;
    use crate::trace::TRACEPARENT;

    #[derive(Default)]
    struct Kept(Mutex<Vec<Span>>);

    impl Spans for Kept {
        fn ended(&self, spans: Vec<Span>) {
            self.0.lock().extend(spans);
        }
    }

    fn carry(track: &Track, meta: &str) {
        let message = format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"echo","_meta":{{{meta}}}}}}}"#
        );
        let envelope = Envelope::parse(mcp::scan(message.as_bytes()).unwrap()).ok().unwrap();
        track.carries(&envelope, ProtocolVersion::V2026_07_28);
    }

    fn begin(kept: &Arc<Kept>, header: Option<&'static str>) -> Arc<Track> {
        let env: Arc<dyn Env> = Arc::new(MockEnv::default());
        let spans: Arc<dyn Spans> = kept.clone();
        let headers = header.map(|header| (TRACEPARENT, HeaderValue::from_static(header))).into_iter().collect();
        Track::begin(&env, Some(&spans), CorrelationId::generate(&*env), &headers)
    }

    const HEADER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const META: &str = r#""traceparent":"00-11111111111111111111111111111111-2222222222222222-01","tracestate":"a=1""#;

    #[test]
    fn the_span_ends_with_the_last_who_works_for_it() {
        let kept = Arc::<Kept>::default();
        let track = begin(&kept, Some(HEADER));
        carry(&track, META);
        track.took(Phase::Policy, Instant::now());
        track.took(Phase::Admit, Instant::now());
        let mut headers = HeaderMap::new();
        let leg = track.leave(&mut headers);
        track.arrived(leg, Some(StatusCode::OK));
        let streamed = track.clone();
        track.answered(StatusCode::OK, false);
        drop(track);
        assert!(kept.0.lock().is_empty(), "the answer goes on");
        streamed.came_to("success");
        streamed.came_to("unknown");
        drop(streamed);

        let spans = kept.0.lock();
        let names: Vec<_> = spans.iter().map(|span| &*span.name).collect();
        assert_eq!(names, ["admit", "upstream", "mcp tools/call"]);
        let (upstream, own) = (&spans[1], &spans[2]);
        assert_eq!((own.trace, own.parent), ([0x11; 16], Some([0x22; 8])), "the message's own trace, not the header's");
        assert_eq!((own.kind, own.remote_parent, own.failed), (SpanKind::Server, true, false));
        assert_eq!((upstream.parent, upstream.kind, upstream.trace), (Some(own.id), SpanKind::Client, own.trace));
        let said = headers[TRACEPARENT].to_str().unwrap();
        assert_eq!(said, format!("00-{}-{}-01", Hex(&own.trace), Hex(&upstream.id)));
        assert_eq!(headers["tracestate"], "a=1");
        let value = |name| own.attributes.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone());
        assert_eq!(value("mcp.method.name"), Some("tools/call".into()));
        assert_eq!(value("mcp.tool.name"), Some("echo".into()));
        assert_eq!(value("jsonrpc.request.id"), Some("7".into()));
        assert_eq!(value("drawbridge.outcome"), Some("success".into()));
        assert_eq!(value("http.response.status_code"), Some(SpanValue::Number(200)));
        assert!(value("drawbridge.correlation_id").is_some());
    }

    #[test]
    fn who_wants_no_spans_gets_none() {
        let kept = Arc::<Kept>::default();
        drop(begin(&kept, Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")));
        assert!(kept.0.lock().is_empty());
        let refused = begin(&kept, None);
        refused.answered(StatusCode::UNAUTHORIZED, true);
        drop(refused);
        let spans = kept.0.lock();
        assert_eq!((&*spans[0].name, spans[0].failed, spans[0].parent), ("mcp", true, None));
    }

    #[test]
    fn messages_of_a_batch_have_spans_of_their_own_in_one_trace() {
        let kept = Arc::<Kept>::default();
        let whole = begin(&kept, None);
        drop((whole.beside(), whole.beside()));
        drop(whole);
        let spans = kept.0.lock();
        assert_eq!(spans.len(), 3);
        assert!(spans.iter().all(|span| span.trace == spans[2].trace));
        assert!(spans[0].id != spans[1].id && spans[1].id != spans[2].id);
    }
}
