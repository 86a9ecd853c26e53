//! Finds duplicate keys without allocating for ordinary objects.
//!
//! The keys of all open objects lie on one stack, each object owning the top part that began when it
//! was opened. Small objects are searched linearly; an object with more than [`LINEAR`] keys moves to a
//! hash set (keyed per process, so crafted collisions do not help), which keeps the scan linear in the
//! length of the body.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::text::unescape;

/// Keys an object may have before it is given a hash set.
const LINEAR: usize = 24;
/// Keys open at once, over all levels, before the stack spills to the heap.
const INLINE: usize = 48;

/// A stack that lives inline until it holds more than `N` values.
pub(super) struct InlineStack<T, const N: usize> {
    inline: [T; N],
    spill: Vec<T>,
    len: usize,
}

impl<T: Copy + Default, const N: usize> InlineStack<T, N> {
    pub(super) fn new() -> Self {
        Self { inline: [T::default(); N], spill: Vec::new(), len: 0 }
    }

    pub(super) fn push(&mut self, value: T) {
        match self.inline.get_mut(self.len) {
            Some(slot) => *slot = value,
            None => self.spill.push(value),
        }
        self.len += 1;
    }

    pub(super) fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        self.spill.pop().or_else(|| self.inline.get(self.len).copied())
    }

    fn truncate(&mut self, len: usize) {
        self.spill.truncate(len.saturating_sub(N));
        self.len = len;
    }

    /// The values from `start` to the top.
    fn top(&self, start: usize) -> impl Iterator<Item = &T> {
        let inline = &self.inline[start.min(N)..self.len.min(N)];
        let spill = self.spill.get(start.saturating_sub(N)..).unwrap_or_default();
        inline.iter().chain(spill)
    }
}

/// A key of an open object: where its text is, and a print that tells most keys apart.
#[derive(Clone, Copy, Default)]
struct Key {
    print: u64,
    start: u32,
    end: u32,
    escaped: bool,
}

/// The keys of one open object.
#[derive(Clone, Copy, Default)]
pub(super) struct Owner {
    start: usize,
    count: usize,
}

/// All keys of the objects that are open at the moment.
pub(super) struct OpenKeys<'a> {
    text: &'a [u8],
    stack: InlineStack<Key, INLINE>,
    /// One set per open object that outgrew the linear search, innermost last.
    sets: Vec<HashSet<Cow<'a, [u8]>>>,
}

impl<'a> OpenKeys<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, stack: InlineStack::new(), sets: Vec::new() }
    }

    /// Begins an object.
    pub(super) fn open(&self) -> Owner {
        Owner { start: self.stack.len, count: 0 }
    }

    /// Ends the innermost object.
    pub(super) fn close(&mut self, owner: Owner) {
        self.stack.truncate(owner.start);
        if owner.count > LINEAR {
            self.sets.pop();
        }
    }

    /// Notes the key whose text (without quotes) is at `start..end`. False if the object has it already.
    pub(super) fn insert(&mut self, owner: &mut Owner, start: usize, end: usize, escaped: bool) -> bool {
        owner.count += 1;
        if owner.count > LINEAR {
            return self.insert_in_set(owner, start, end, escaped);
        }
        let decoded = decode(self.text, start, end, escaped);
        let print = print(&decoded);
        let known = self.stack.top(owner.start).any(|key| {
            key.print == print && decode(self.text, key.start as usize, key.end as usize, key.escaped) == decoded
        });
        // The scan refuses bodies whose offsets do not fit.
        self.stack.push(Key { print, start: start as u32, end: end as u32, escaped });
        !known
    }

    #[cold]
    fn insert_in_set(&mut self, owner: &Owner, start: usize, end: usize, escaped: bool) -> bool {
        if owner.count == LINEAR + 1 {
            let text = self.text;
            let earlier =
                self.stack.top(owner.start).map(|key| decode(text, key.start as usize, key.end as usize, key.escaped));
            self.sets.push(earlier.collect());
        }
        let key = decode(self.text, start, end, escaped);
        self.sets.last_mut().is_some_and(|set| set.insert(key))
    }
}

/// The key as its parser would see it.
fn decode(text: &[u8], start: usize, end: usize, escaped: bool) -> Cow<'_, [u8]> {
    let raw = &text[start..end];
    if !escaped {
        return Cow::Borrowed(raw);
    }
    match std::str::from_utf8(raw).map(unescape) {
        Ok(Cow::Owned(decoded)) => Cow::Owned(decoded.into_bytes()),
        _ => Cow::Borrowed(raw),
    }
}

/// The last eight bytes (keys tend to share prefixes, not endings) and the length.
fn print(key: &[u8]) -> u64 {
    let tail = match key.last_chunk::<8>() {
        Some(tail) => u64::from_le_bytes(*tail),
        None => key.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    tail ^ (key.len() as u64).rotate_left(56)
}
