//! Exports the spans of the data path by OTLP over HTTP, off the hot path.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use gateway::{Span, SpanKind, SpanValue, Spans};
use http::{Request, Response};
use net::Collector;
use opentelemetry::trace::{self, SpanContext, SpanId, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanExporter as _, SpanLinks};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::ServeArgs;
use crate::run::StartError;

/// Messages whose spans wait to be sent; more are dropped and counted.
const QUEUE: usize = 16 * 1024;
/// Spans of one delivery.
const BATCH: usize = 512;
/// How long spans are gathered.
const GATHER: Duration = Duration::from_secs(1);

/// The export, while the program runs.
pub(crate) struct Export {
    queue: Arc<Queue>,
    stop: CancellationToken,
    writer: JoinHandle<()>,
}

struct Queue {
    sender: mpsc::Sender<Vec<Span>>,
    dropped: AtomicU64,
}

impl Spans for Queue {
    fn ended(&self, spans: Vec<Span>) {
        if self.sender.try_send(spans).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Begins to export, if the settings say where to.
///
/// # Errors
/// [`StartError::Traces`] if nothing can be sent there.
pub(crate) fn export(args: &ServeArgs, settings: &net::Settings) -> Result<Option<Export>, StartError> {
    let Some(endpoint) = args.otlp_endpoint.as_deref().map(str::trim).filter(|endpoint| !endpoint.is_empty()) else {
        return Ok(None);
    };
    let unusable = |why: String| StartError::Traces { endpoint: endpoint.to_owned(), why };
    let url = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
    let collector = Collector::new(settings, &url).map_err(|error| unusable(error.to_string()))?;
    let mut exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(&url)
        .with_http_client(Outbound(collector))
        .build()
        .map_err(|error| unusable(error.to_string()))?;
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    exporter.set_resource(
        &Resource::builder_empty().with_attributes([KeyValue::new("service.name", "drawbridge"), version]).build(),
    );
    let (sender, receiver) = mpsc::channel(QUEUE);
    let queue = Arc::new(Queue { sender, dropped: AtomicU64::new(0) });
    let stop = CancellationToken::new();
    let writer = Writer { exporter, queue: queue.clone(), receiver, lost: None };
    let writer = tokio::spawn(writer.run(stop.clone()));
    Ok(Some(Export { queue, stop, writer }))
}

impl Export {
    /// Where the data path puts its spans.
    pub(crate) fn queue(&self) -> Arc<dyn Spans> {
        self.queue.clone()
    }

    /// Sends what is left.
    pub(crate) async fn finish(self, grace: Duration) {
        self.stop.cancel();
        let abort = self.writer.abort_handle();
        if tokio::time::timeout(grace, self.writer).await.is_err() {
            abort.abort();
            tracing::warn!("the collector was too slow for the last spans");
        }
    }
}

struct Writer {
    exporter: SpanExporter,
    queue: Arc<Queue>,
    receiver: mpsc::Receiver<Vec<Span>>,
    /// Spans lost since the collector takes none, which has been said.
    lost: Option<usize>,
}

impl Writer {
    async fn run(mut self, stop: CancellationToken) {
        loop {
            let last = tokio::select! {
                () = stop.cancelled() => true,
                () = tokio::time::sleep(GATHER) => false,
            };
            while let Some(batch) = self.gathered() {
                self.send(batch).await;
                let dropped = self.queue.dropped.swap(0, Ordering::Relaxed);
                if dropped > 0 {
                    tracing::warn!(dropped, "spans of messages were dropped: the collector is slower than the calls");
                }
            }
            if last {
                return;
            }
        }
    }

    fn gathered(&mut self) -> Option<Vec<SpanData>> {
        let scope = InstrumentationScope::builder("drawbridge").with_version(env!("CARGO_PKG_VERSION")).build();
        let mut batch = Vec::new();
        while batch.len() < BATCH
            && let Ok(spans) = self.receiver.try_recv()
        {
            batch.extend(spans.into_iter().map(|span| data(span, &scope)));
        }
        (!batch.is_empty()).then_some(batch)
    }

    async fn send(&mut self, batch: Vec<SpanData>) {
        let spans = batch.len();
        let sent = self.exporter.export(batch).await;
        match (sent, self.lost) {
            (Ok(()), None) => {}
            (Ok(()), Some(lost)) => {
                self.lost = None;
                tracing::info!(lost, "the collector takes spans again");
            }
            (Err(_), Some(lost)) => self.lost = Some(lost + spans),
            (Err(error), None) => {
                self.lost = Some(spans);
                tracing::warn!(%error, "the collector takes no spans; this is said once, until it does");
            }
        }
    }
}

fn data(span: Span, scope: &InstrumentationScope) -> SpanData {
    let state = span.state.and_then(|state| state.parse::<TraceState>().ok()).unwrap_or_default();
    let (trace, id) = (TraceId::from_bytes(span.trace), SpanId::from_bytes(span.id));
    let attribute = |(name, value)| {
        let value = match value {
            SpanValue::Text(text) => Value::from(text),
            SpanValue::Number(number) => Value::from(number),
        };
        KeyValue::new::<&'static str, Value>(name, value)
    };
    SpanData {
        span_context: SpanContext::new(trace, id, TraceFlags::SAMPLED, false, state),
        parent_span_id: span.parent.map_or(SpanId::INVALID, SpanId::from_bytes),
        parent_span_is_remote: span.remote_parent,
        span_kind: match span.kind {
            SpanKind::Server => trace::SpanKind::Server,
            SpanKind::Client => trace::SpanKind::Client,
            SpanKind::Internal => trace::SpanKind::Internal,
        },
        name: span.name,
        start_time: span.started.into(),
        end_time: span.ended.into(),
        attributes: span.attributes.into_iter().map(attribute).collect(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: if span.failed { Status::error("") } else { Status::Unset },
        instrumentation_scope: scope.clone(),
    }
}

/// The exporter's way out, which is that of everything else.
#[derive(Debug)]
struct Outbound(Collector);

type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

impl HttpClient for Outbound {
    fn send_bytes<'a, 'b>(&'a self, request: Request<Bytes>) -> Sending<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let (status, body) = self.0.post(parts.headers, body).await?;
            let mut response = Response::new(body);
            *response.status_mut() = status;
            Ok(response)
        })
    }
}
