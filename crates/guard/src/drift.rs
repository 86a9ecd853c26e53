//! What was approved against what is there.

use std::collections::BTreeMap;

use domain::{Definition, Pin, PinKind, PinState};

/// What the comparison needs of a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinRef<'a> {
    /// What it defines.
    pub kind: PinKind,
    /// Name.
    pub name: &'a str,
    /// Digest of what was approved; absent for what was seen and never approved.
    pub digest: Option<&'a str>,
}

impl<'a> From<&'a Pin> for PinRef<'a> {
    fn from(pin: &'a Pin) -> Self {
        Self { kind: pin.kind, name: &pin.name, digest: pin.digest.as_deref() }
    }
}

/// How one definition stands after looking at the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drift<'a> {
    /// What it defines.
    pub kind: PinKind,
    /// Name.
    pub name: &'a str,
    /// How what was seen compares with what was approved.
    pub state: PinState,
    /// Digest of what was approved; absent for `added`.
    pub pinned: Option<&'a str>,
    /// What was seen; absent for `gone`. When a name was listed twice, the one that differs from the pin.
    pub seen: Option<&'a Definition>,
}

/// Compares the pins of a server with a complete list of what it offers now.
///
/// There is one answer for each pin and each seen definition, ordered by kind and name, also for those that stand as
/// approved: one that went back to what was approved becomes usable again without a new approval. What was seen before
/// and never approved, and is no longer offered, is left out.
pub fn compare<'a>(pins: impl IntoIterator<Item = PinRef<'a>>, seen: &'a [Definition]) -> Vec<Drift<'a>> {
    let mut all: BTreeMap<(PinKind, &'a str), Drift<'a>> = BTreeMap::new();
    for PinRef { kind, name, digest } in pins {
        let pinned = digest;
        all.insert((kind, name), Drift { kind, name, state: PinState::Gone, pinned, seen: None });
    }
    for definition in seen {
        let (kind, name) = (definition.kind, definition.name.as_str());
        let drift =
            all.entry((kind, name)).or_insert(Drift { kind, name, state: PinState::Added, pinned: None, seen: None });
        let state = match drift.pinned {
            None => PinState::Added,
            Some(digest) if digest == definition.digest => PinState::Pinned,
            Some(_) => PinState::Changed,
        };
        // Of two definitions with one name a model may read either, so one that differs taints both.
        if drift.state != PinState::Changed {
            drift.state = state;
            drift.seen = Some(definition);
        }
    }
    all.into_values().filter(|drift| drift.pinned.is_some() || drift.seen.is_some()).collect()
}
