//! Lists that were shown before. A server's list comes again and again as it was, and what is shown of it stays the same
//! until it changes, or what its reader may see does. All but the request's id is then taken from here.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use domain::{ServerId, UserId};
use mcp::ListKind;
use parking_lot::RwLock;

/// Bytes of messages that are remembered; beyond that all are forgotten.
const MOST: usize = 32 << 20;
/// Answers of one server to one kind of list: its pages, and what some few credentials make of them.
const ANSWERS: usize = 16;
/// People of one answer.
const READERS: usize = 10_000;

/// Who reads a list, and by which state of the directory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    pub(crate) server: ServerId,
    pub(crate) list: ListKind,
    pub(crate) person: UserId,
    /// Of the snapshot: rules, groups, pins and the server's settings are the same as long as this is.
    pub(crate) generation: u64,
    pub(crate) now: DateTime<Utc>,
}

/// What is shown of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) body: Bytes,
    /// Definitions that are not as approved.
    pub(crate) withheld: usize,
}

/// What was shown. Nothing here can be out of date: an answer is found only by all of its bytes, and what was shown of
/// it only for the same person by the same generation of the directory before the next rule begins or ends.
#[derive(Default)]
pub(crate) struct Shown(RwLock<All>);

#[derive(Default)]
struct All {
    answers: HashMap<(ServerId, ListKind), VecDeque<Answer>>,
    bytes: usize,
}

struct Answer {
    message: Message,
    readers: HashMap<UserId, Seen>,
}

struct Seen {
    generation: u64,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    /// Nothing where the whole answer was shown.
    message: Option<Message>,
    withheld: usize,
}

/// A response, and where its id is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Message {
    bytes: Bytes,
    id: Range<usize>,
}

impl Message {
    fn new(body: &Bytes) -> Option<Self> {
        let id = mcp::Response::parse(body).ok()?.id?.range();
        Some(Self { bytes: body.clone(), id })
    }

    /// Whether that is this message with another id.
    fn is(&self, body: &[u8], id: &str) -> bool {
        let (before, after) = (&self.bytes[..self.id.start], &self.bytes[self.id.end..]);
        body.len() == before.len() + id.len() + after.len()
            && body.starts_with(before)
            && body.ends_with(after)
            && &body[before.len()..before.len() + id.len()] == id.as_bytes()
    }

    fn with_id(&self, id: &str) -> Bytes {
        if &self.bytes[self.id.clone()] == id.as_bytes() {
            return self.bytes.clone();
        }
        let mut out = BytesMut::with_capacity(self.bytes.len() + id.len());
        out.extend_from_slice(&self.bytes[..self.id.start]);
        out.extend_from_slice(id.as_bytes());
        out.extend_from_slice(&self.bytes[self.id.end..]);
        out.freeze()
    }
}

impl Shown {
    /// What this reader was shown of the same answer. `id` is the JSON text of the request's id.
    pub(crate) fn again(&self, reader: &Reader, id: &str, body: &Bytes) -> Option<View> {
        let all = self.0.read();
        let answers = all.answers.get(&(reader.server, reader.list))?;
        let answer = answers.iter().find(|answer| answer.message.is(body, id))?;
        let seen = answer.readers.get(&reader.person)?;
        let holds = seen.generation == reader.generation
            && seen.from <= reader.now
            && seen.until.is_none_or(|until| reader.now < until);
        holds.then(|| View {
            body: seen.message.as_ref().map_or_else(|| body.clone(), |message| message.with_id(id)),
            withheld: seen.withheld,
        })
    }

    /// Remembers what a reader was shown of an answer, which holds until the next rule begins or ends.
    pub(crate) fn remember(&self, reader: &Reader, until: Option<DateTime<Utc>>, body: &Bytes, view: &View) {
        let Some(whole) = Message::new(body) else { return };
        let shown = if *body == view.body { None } else { Message::new(&view.body) };
        if shown.is_none() && *body != view.body {
            return;
        }
        let mut all = self.0.write();
        let all = &mut *all;
        let answers = all.answers.entry((reader.server, reader.list)).or_default();
        let id = std::str::from_utf8(&body[whole.id.clone()]).unwrap_or_default();
        let answer = match answers.iter().position(|answer| answer.message.is(body, id)) {
            Some(place) => &mut answers[place],
            None => {
                if answers.len() >= ANSWERS
                    && let Some(oldest) = answers.pop_back()
                {
                    all.bytes = all.bytes.saturating_sub(oldest.bytes());
                }
                all.bytes += whole.bytes.len();
                answers.push_front(Answer { message: whole, readers: HashMap::new() });
                &mut answers[0]
            }
        };
        // Most readers are shown one of a few forms, which they share.
        let shown = shown.map(|shown| match answer.form_like(&shown) {
            Some(form) => form,
            None => {
                all.bytes += shown.bytes.len();
                shown
            }
        });
        if answer.readers.len() >= READERS {
            answer.readers.clear();
        }
        let seen =
            Seen { generation: reader.generation, from: reader.now, until, message: shown, withheld: view.withheld };
        answer.readers.insert(reader.person, seen);
        if all.bytes > MOST {
            *all = All::default();
        }
    }
}

impl Answer {
    /// The same message, shown to another reader, whatever its id.
    fn form_like(&self, message: &Message) -> Option<Message> {
        let id = std::str::from_utf8(&message.bytes[message.id.clone()]).ok()?;
        let forms = self.readers.values().filter_map(|seen| seen.message.as_ref());
        forms.take(ANSWERS).find(|form| form.is(&message.bytes, id)).cloned()
    }

    /// What is no longer counted when this goes. Its forms stay counted until all is forgotten, which is then early, never
    /// late.
    fn bytes(&self) -> usize {
        self.message.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;

    fn reader(person: u128) -> Reader {
        Reader {
            server: ServerId::from_uuid(Uuid::from_u128(1)),
            list: ListKind::Tools,
            person: UserId::from_uuid(Uuid::from_u128(person)),
            generation: 7,
            now: DateTime::UNIX_EPOCH,
        }
    }

    fn list(id: &str, tools: &str) -> Bytes {
        format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"tools":[{tools}]}}}}"#).into()
    }

    fn view(body: Bytes) -> View {
        View { body, withheld: 1 }
    }

    #[test]
    fn what_was_shown_is_shown_again_under_another_id() {
        let shown = Shown::default();
        let ada = reader(1);
        shown.remember(&ada, None, &list("1", r#"{"name":"a"},{"name":"b"}"#), &view(list("1", r#"{"name":"a"}"#)));
        let again = shown.again(&ada, "\"long id\"", &list("\"long id\"", r#"{"name":"a"},{"name":"b"}"#));
        assert_eq!(again, Some(view(list("\"long id\"", r#"{"name":"a"}"#))));
        // Where nothing was cut, the very bytes of the server are what is shown.
        let bob = Reader { person: reader(2).person, ..ada };
        let whole = list("5", r#"{"name":"a"},{"name":"b"}"#);
        shown.remember(&bob, None, &whole, &View { body: whole.clone(), withheld: 0 });
        let next = list("77", r#"{"name":"a"},{"name":"b"}"#);
        let again = shown.again(&bob, "77", &next).unwrap();
        assert_eq!((again.body.as_ptr(), again.withheld), (next.as_ptr(), 0));
        assert_eq!(shown.0.read().answers[&(ada.server, ada.list)].len(), 1, "one answer, two readers");
    }

    #[test]
    fn nothing_old_is_shown() {
        let shown = Shown::default();
        let (ada, end) = (reader(1), DateTime::UNIX_EPOCH + TimeDelta::hours(1));
        let body = list("1", r#"{"name":"a"}"#);
        shown.remember(&ada, Some(end), &body, &view(list("1", "")));
        assert!(shown.again(&ada, "1", &body).is_some());
        let others = [
            ("another person", reader(2)),
            ("the directory changed", Reader { generation: 8, ..ada }),
            ("a rule began or ended", Reader { now: end, ..ada }),
            ("before that", Reader { now: ada.now - TimeDelta::seconds(1), ..ada }),
            ("another list", Reader { list: ListKind::Prompts, ..ada }),
            ("another server", Reader { server: ServerId::from_uuid(Uuid::from_u128(2)), ..ada }),
        ];
        for (what, other) in others {
            assert_eq!(shown.again(&other, "1", &body), None, "{what}");
        }
        for other in [list("1", r#"{"name":"b"}"#), list("2", r#"{"name":"a"}"#), list("1", r#"{"name":"a"},{}"#)] {
            assert_eq!(shown.again(&ada, "1", &other), None, "{other:?}");
        }
    }

    #[test]
    fn readers_of_the_same_share_it_and_all_of_it_is_bounded() {
        let shown = Shown::default();
        let (body, cut) = (list("1", r#"{"name":"a"}"#), list("1", ""));
        for person in 0..100 {
            shown.remember(&reader(person), None, &body, &view(Bytes::copy_from_slice(&cut)));
        }
        assert_eq!(shown.0.read().bytes, body.len() + cut.len());
        for n in 0..100 {
            let large = list("1", &format!(r#"{{"name":"{n}{}"}}"#, "x".repeat(1 << 20)));
            shown.remember(&reader(n), None, &large, &View { body: large.clone(), withheld: 0 });
            assert!(shown.0.read().bytes <= MOST);
        }
        assert!(shown.0.read().answers[&(reader(1).server, ListKind::Tools)].len() <= ANSWERS);
    }
}
