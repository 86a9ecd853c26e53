//! Approved definitions of a server.

use std::collections::HashMap;
use std::fmt;

use domain::{PinKind, PinState};

/// How one definition stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinEntry {
    /// How what was seen last compares with what was approved.
    pub state: PinState,
    /// Digest of what was approved; absent for what appeared afterwards.
    pub digest: Option<String>,
}

/// Why a definition is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// It differs from what was approved.
    Changed,
    /// It appeared after the approval.
    Added,
    /// It was approved and is no longer offered.
    Gone,
    /// It was never seen.
    Unpinned,
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Changed => "its definition changed after it was approved; an administrator has to approve the change",
            Self::Added => "it was added after the server was approved; an administrator has to approve it",
            Self::Gone => "the server no longer offers it",
            Self::Unpinned => "it is not among the approved definitions of this server",
        })
    }
}

/// The definitions of one server that were approved or seen, by kind and name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pins {
    // One map for each kind, so that a lookup needs no owned key.
    kinds: [HashMap<Box<str>, PinEntry>; PinKind::ALL.len()],
}

impl Pins {
    /// These pins. Of two with one kind and name the later stays.
    pub fn new(pins: impl IntoIterator<Item = (PinKind, String, PinEntry)>) -> Self {
        let mut all = Self::default();
        for (kind, name, entry) in pins {
            all.kinds[slot(kind)].insert(name.into(), entry);
        }
        all
    }

    /// How this definition stands.
    pub fn get(&self, kind: PinKind, name: &str) -> Option<&PinEntry> {
        self.kinds[slot(kind)].get(name)
    }

    /// True when the definition with this digest is the one that was approved, whatever was seen before. For filtering
    /// lists by what the server says right now.
    pub fn approves(&self, kind: PinKind, name: &str, digest: &str) -> bool {
        self.get(kind, name).is_some_and(|pin| pin.digest.as_deref() == Some(digest))
    }

    /// All pins, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (PinKind, &str, &PinEntry)> {
        PinKind::ALL.iter().flat_map(|&kind| self.kinds[slot(kind)].iter().map(move |(name, pin)| (kind, &**name, pin)))
    }

    /// Their number.
    pub fn len(&self) -> usize {
        self.kinds.iter().map(HashMap::len).sum()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn withholds(&self, kind: PinKind, name: &str) -> Option<Withheld> {
        match self.get(kind, name).map(|pin| pin.state) {
            Some(PinState::Pinned) => None,
            Some(PinState::Changed) => Some(Withheld::Changed),
            Some(PinState::Added) => Some(Withheld::Added),
            Some(PinState::Gone) => Some(Withheld::Gone),
            None => Some(Withheld::Unpinned),
        }
    }
}

/// The place of a kind's map.
const fn slot(kind: PinKind) -> usize {
    kind as usize
}
