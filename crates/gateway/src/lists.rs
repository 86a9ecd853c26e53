//! What a caller sees of a server's lists: what the rules allow and what is as it was approved. Everything else is cut
//! out of the bytes.

use bytes::Bytes;
use domain::{Definition, PinKind, PinState};
use mcp::{ListItem, ListKind, Raw};
use policy::{Query, Target};

use crate::Gateway;
use crate::context::Context;
use crate::shown::{Reader, View};

/// Definitions whose last reported state is remembered; a bound, not a promise.
const MAX_REPORTED: usize = 10_000;

/// Which pins belong to a list.
pub(crate) const fn pin_kind(list: ListKind) -> PinKind {
    match list {
        ListKind::Tools => PinKind::Tool,
        ListKind::Resources => PinKind::Resource,
        ListKind::ResourceTemplates => PinKind::Template,
        ListKind::Prompts => PinKind::Prompt,
    }
}

const fn target(list: ListKind, key: &str) -> Target<'_> {
    match list {
        ListKind::Tools => Target::Tool(key),
        ListKind::Resources => Target::Resource(key),
        ListKind::ResourceTemplates => Target::Template(key),
        ListKind::Prompts => Target::Prompt(key),
    }
}

impl Gateway {
    /// The part of a list that the caller may see, where the same was shown before. Nothing was read of `answer` yet.
    pub(crate) fn shown_before(&self, context: &Context, list: ListKind, id: &str, answer: &Bytes) -> Option<Bytes> {
        if context.caller.snapshot.rules.has_conditions(context.server.id) {
            return None;
        }
        let view = self.inner.shown.again(&self.reader(context, list), id, answer)?;
        self.inner.metrics.withheld(view.withheld);
        Some(view.body)
    }

    fn reader(&self, context: &Context, list: ListKind) -> Reader {
        Reader {
            server: context.server.id,
            list,
            person: context.caller.person.id,
            generation: context.caller.snapshot.generation,
            now: self.inner.parts.env.now(),
        }
    }

    /// Cuts a list answer down to what the caller may see, and reports definitions that are not as approved.
    pub(crate) fn filter_list(
        &self,
        context: &Context,
        list: ListKind,
        answer: &Bytes,
    ) -> Result<Bytes, mcp::list::ListError> {
        let kind = pin_kind(list);
        let reader = self.reader(context, list);
        let now = reader.now;
        let mut drifted = Vec::new();
        let mut withheld = 0_usize;
        let filtered = mcp::filter_list(answer, list, |item: ListItem<'_>| {
            let query = Query {
                subject: context.caller.person.subject(),
                server: context.server.id,
                target: target(list, &item.key),
                now,
                known: context.message.known(),
            };
            if !context.caller.snapshot.rules.decide(&query).is_allowed() {
                return mcp::Verdict::Drop;
            }
            let (shown, report) = self.as_approved(context, kind, &item.key, item.raw);
            drifted.extend(report);
            if shown {
                mcp::Verdict::Keep
            } else {
                withheld += 1;
                mcp::Verdict::Drop
            }
        })?;
        self.inner.metrics.withheld(withheld);
        if !drifted.is_empty() {
            self.inner.parts.observer.drifted(context.server.id, drifted);
        }
        // The list depends on who asks, so no cache between here and the client may share it.
        let body = mcp::list::make_private(&filtered.body)?;
        let view = View { body, withheld };
        // Where rules have conditions, what is shown depends on more than who asks.
        if !context.caller.snapshot.rules.has_conditions(context.server.id) {
            self.inner.shown.remember(&reader, context.caller.snapshot.rules.next_boundary(now), answer, &view);
        }
        Ok(view.body)
    }

    /// Whether a definition is as approved, and the definition itself if its state has to be updated.
    fn as_approved(&self, context: &Context, kind: PinKind, name: &str, raw: Raw<'_>) -> (bool, Option<Definition>) {
        if !context.server.pinned {
            return (true, None);
        }
        let read = self.inner.known.definition(context.server.id, kind, name, raw.text());
        let definition = match read {
            Ok(definition) => definition,
            Err(error) => {
                tracing::warn!(server = %context.server.slug, %kind, name, %error, "unreadable definition withheld");
                return (false, None);
            }
        };
        let pin = context.server.pins.get(kind, name);
        let shown = match pin {
            Some(pin) => pin.digest.as_deref() == Some(definition.digest.as_str()),
            // Resources are data that comes and goes; what a model is told to do is not.
            None => kind == PinKind::Resource,
        };
        // Approved but still marked as changed: it has come back to what was approved.
        let stale = pin.is_some_and(|pin| shown && pin.state != PinState::Pinned);
        let report = (!shown || stale) && self.is_news(context, &definition, pin.map(|pin| pin.state));
        (shown, report.then(|| Definition::clone(&definition)))
    }

    /// Whether this state of a definition has not been reported yet. Remembers the last one of each definition.
    fn is_news(&self, context: &Context, definition: &Definition, state: Option<PinState>) -> bool {
        let mut reported = self.inner.reported.lock();
        if reported.len() >= MAX_REPORTED {
            reported.clear();
        }
        let seen = (definition.digest.clone(), state);
        let key = (context.server.id, definition.kind, definition.name.clone());
        reported.insert(key, seen.clone()) != Some(seen)
    }

    /// The answer with its instructions withheld, unless they are as approved (`initialize`, `server/discover`).
    pub(crate) fn filter_instructions(&self, context: &Context, answer: &Bytes) -> Option<Bytes> {
        let raw = Raw::parse(std::str::from_utf8(answer).ok()?).ok()?;
        let instructions = raw.at_path(&["result", "instructions"])?;
        let (shown, report) = self.as_approved(context, PinKind::Instructions, "instructions", instructions);
        if let Some(definition) = report {
            self.inner.parts.observer.drifted(context.server.id, vec![definition]);
        }
        if shown { None } else { mcp::splice::set_result_member(answer, "instructions", "\"\"").ok() }
    }

    /// Filters whatever list a message on a listening stream carries: a resumed stream replays answers, and must not
    /// show what the first answer hid.
    pub(crate) fn filter_any(&self, context: &Context, message: &Bytes) -> Result<Option<Bytes>, mcp::list::ListError> {
        let Some(result) =
            std::str::from_utf8(message).ok().and_then(|text| Raw::parse(text).ok()).and_then(|raw| raw.get("result"))
        else {
            return Ok(None);
        };
        for list in [ListKind::Tools, ListKind::Resources, ListKind::ResourceTemplates, ListKind::Prompts] {
            if result.get(list.member()).is_some_and(|items| items.kind() == mcp::Kind::Array) {
                return self.filter_list(context, list, message).map(Some);
            }
        }
        Ok(None)
    }
}
