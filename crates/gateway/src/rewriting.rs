//! Streams of events whose answer is a list or a description: what comes before it is forwarded, the answer is filtered.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response};
use mcp::{Envelope, Generation, sse};

use crate::Gateway;
use crate::answer::abandoned;
use crate::context::Context;
use crate::events::{ALIVE, Event, Writer, read};
use crate::exchange::Exchange;
use crate::forward::Fault;
use crate::limits::Limit;
use crate::limits::slow::Source;
use crate::reader::Chunks;
use crate::refusal::Refusal;
use crate::stream::{Chunk, FOREIGN, closed_early, event_response, max_event};

impl Gateway {
    /// Answers with a stream whose answer is rewritten as a whole.
    pub(crate) async fn rewritten(
        &self,
        context: &Context,
        exchange: Exchange,
        session: Option<String>,
        chunks: Chunks,
    ) -> Result<Response<Body>, Refusal> {
        let max_event = max_event(chunks.limits());
        let mut rewriting = Rewriting {
            gateway: self.clone(),
            context: context.share(),
            writer: Writer::new(exchange.primes),
            decoder: sse::Decoder::new(max_event),
            max_event,
            exchange,
            session,
            sealed: None,
            chunks,
            out: Vec::new(),
            passed: 0,
            asked: false,
            ended: false,
        };
        // The header of a new session comes before everything else. Other answers can wait for one of the client's.
        while !rewriting.ended && (rewriting.exchange.opens.is_some() || !rewriting.asked) {
            rewriting.read().await?;
        }
        if !rewriting.ended {
            let idle = rewriting.chunks.limits().idle;
            return Ok(event_response(self.watched(rewriting, idle, context.hangup.clone())));
        }
        let sealed = rewriting.sealed.take();
        let mut response = event_response(Body::from(rewriting.out));
        response.headers_mut().extend(sealed.map(|value| (HeaderName::from_static("mcp-session-id"), value)));
        Ok(response)
    }
}

/// Forwards a stream whose answer is a list or a description, which is rewritten as a whole.
struct Rewriting {
    gateway: Gateway,
    context: Context,
    exchange: Exchange,
    /// The session that the server has opened, and what the client knows it by.
    session: Option<String>,
    sealed: Option<HeaderValue>,
    chunks: Chunks,
    decoder: sse::Decoder,
    max_event: usize,
    writer: Writer,
    out: Vec<u8>,
    /// Bytes that were read.
    passed: u64,
    /// The server has asked something before it answers.
    asked: bool,
    ended: bool,
}

impl Rewriting {
    /// Reads on. What is for the client is in `out`.
    async fn read(&mut self) -> Result<(), Refusal> {
        let gateway = self.gateway.clone();
        let chunk = match self.chunks.next().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => {
                // The server may close before it answers (2025-11-25 "polling"): the client resumes by GET.
                self.ended = true;
                let settled = gateway.settle(&mut self.exchange, closed_early()).await;
                return settled.map_err(|error| self.exchange.refusal(&error));
            }
            Err(broken) => return Err(gateway.failed(&mut self.exchange, &broken.into()).await),
        };
        self.passed += chunk.len() as u64;
        let most = self.chunks.limits().max_answer;
        if self.passed > most {
            gateway.inner.metrics.limited(Limit::Answer.name());
            return Err(gateway.failed(&mut self.exchange, &Fault::TooLarge(most)).await);
        }
        let (events, pushed) = read(&mut self.decoder, &chunk);
        if pushed.is_err() || self.out.len() > self.max_event {
            gateway.inner.metrics.limited(Limit::Event.name());
            return Err(gateway.failed(&mut self.exchange, &Fault::TooLarge(self.max_event as u64)).await);
        }
        for mut event in events {
            if self.exchange.raw_id().is_some_and(|id| mcp::response_id_matches(&event.data, id)) {
                event.data = self.answered(&event.data).await?;
                self.ended = true;
            } else {
                match is_message_of(&event, self.exchange.generation) {
                    Some(asks) => self.asked |= asks,
                    None if !event.is_message() => continue,
                    None => {
                        return Err(gateway.failed(&mut self.exchange, &Fault::NotMcp(FOREIGN.to_owned())).await);
                    }
                }
            }
            self.writer.write(&event, self.decoder.retry(), &mut self.out);
            // After the answer there is nothing more to say.
            if self.ended {
                break;
            }
        }
        Ok(())
    }

    /// The answer as the client gets it.
    async fn answered(&mut self, data: &Bytes) -> Result<Bytes, Refusal> {
        let gateway = self.gateway.clone();
        let (inspected, ending) = match gateway.inspect(&self.context, &self.exchange, data) {
            Ok(inspected) => inspected,
            Err(fault) => return Err(gateway.failed(&mut self.exchange, &fault).await),
        };
        self.sealed = gateway.sealed_session(&self.context, &self.exchange, self.session.take(), data);
        let settled = gateway.settle(&mut self.exchange, ending).await;
        settled.map_err(|error| self.exchange.refusal(&error))?;
        Ok(inspected)
    }
}

impl Source for Rewriting {
    async fn step(mut self) -> (Option<Chunk>, Option<Self>) {
        if self.out.is_empty() && !self.ended {
            if let Err(refusal) = self.read().await {
                self.ended = true;
                self.out.extend_from_slice(&sse::message(&refusal.into_parts().1));
            }
            // The server's comments keep the client's connection alive, too.
            if self.out.is_empty() && !self.ended {
                self.out.extend_from_slice(ALIVE);
            }
        }
        let chunk = (!self.out.is_empty()).then(|| Ok(Bytes::from(std::mem::take(&mut self.out))));
        let more = chunk.is_some().then_some(self);
        (chunk, more)
    }

    async fn abandon(mut self, idle: Duration) {
        let gateway = self.gateway.clone();
        let _ = gateway.settle(&mut self.exchange, abandoned(idle)).await;
    }
}

/// Whether an event asks the client something; nothing if it may not stand on a stream before the answer to its request.
fn is_message_of(event: &Event, generation: Generation) -> Option<bool> {
    if event.data.is_empty() {
        return Some(false);
    }
    match mcp::scan_with(&event.data, mcp::Limits::RESPONSE).map(Envelope::parse) {
        Ok(Ok(Envelope::Notification(_))) => Some(false),
        Ok(Ok(Envelope::Request(_))) => (generation == Generation::Legacy).then_some(true),
        _ => None,
    }
}
