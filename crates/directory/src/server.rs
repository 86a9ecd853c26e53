//! Servers as the data path sees them.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use domain::{PinKind, ProtocolChoice, ServerId, ServerLimits, ServerStatus, Slug, Transport};
use policy::Target;

use crate::pins::{Pins, Withheld};

/// A header that is sent to a server, its value sealed by `vault`.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedHeader {
    /// Name of the header.
    pub name: String,
    /// What the value was sealed for; it opens with nothing else.
    pub context: String,
    /// The sealed value.
    pub sealed: Vec<u8>,
}

impl fmt::Debug for SealedHeader {
    /// Without the value: even sealed it does not belong in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedHeader").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A server that the gateway can reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerEntry {
    /// Identity.
    pub id: ServerId,
    /// Name in URLs.
    pub slug: Slug,
    /// Display name.
    pub name: String,
    /// Its MCP endpoint.
    pub url: String,
    /// How it is spoken to.
    pub transport: Transport,
    /// Whether it can be called.
    pub status: ServerStatus,
    /// It may have an address of a private network.
    pub allow_private: bool,
    /// Which MCP is spoken to it.
    pub protocol: ProtocolChoice,
    /// What is limited otherwise than by default.
    pub limits: ServerLimits,
    /// Headers that authenticate Drawbridge to it.
    pub sealed_headers: Vec<SealedHeader>,
    /// Its definitions were approved: what is not pinned as approved is withheld.
    pub pinned: bool,
    /// The approved definitions and how they compare with what was seen last.
    pub pins: Arc<Pins>,
    /// Grows with every change of the row, so that connections and caches of an older one can be told apart.
    pub revision: u64,
}

impl ServerEntry {
    /// Why this part of the server is withheld from everybody, if it is.
    ///
    /// Tools, prompts and templates must be pinned as approved. Resources are data that come and go: a new one passes,
    /// one whose approved description changed does not.
    pub fn withholds(&self, target: Target<'_>) -> Option<Withheld> {
        if !self.pinned {
            return None;
        }
        match target {
            Target::Tool(name) => self.pins.withholds(PinKind::Tool, name),
            Target::Prompt(name) => self.pins.withholds(PinKind::Prompt, name),
            Target::Template(name) => self.pins.withholds(PinKind::Template, name),
            Target::Resource(uri) => {
                self.pins.withholds(PinKind::Resource, uri).filter(|why| *why == Withheld::Changed)
            }
            Target::Server => None,
        }
    }
}

/// All servers, by id and by slug.
#[derive(Debug, Clone, Default)]
pub struct Servers {
    by_id: HashMap<ServerId, Arc<ServerEntry>>,
    by_slug: HashMap<Slug, ServerId>,
}

impl Servers {
    /// These servers. Ids and slugs are unique; of two with one id or slug the later stays.
    pub fn new(entries: impl IntoIterator<Item = ServerEntry>) -> Self {
        let mut servers = Self::default();
        for entry in entries {
            servers.insert(entry);
        }
        servers
    }

    /// The server with this id.
    pub fn get(&self, id: ServerId) -> Option<&Arc<ServerEntry>> {
        self.by_id.get(&id)
    }

    /// The server with this slug. Any text may be asked for.
    pub fn by_slug(&self, slug: &str) -> Option<&Arc<ServerEntry>> {
        self.by_slug.get(slug).and_then(|id| self.by_id.get(id))
    }

    /// All servers, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<ServerEntry>> {
        self.by_id.values()
    }

    /// Their number.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The same with this server added or replaced. The others are shared.
    #[must_use]
    pub fn with(&self, entry: ServerEntry) -> Self {
        let mut servers = self.clone();
        servers.insert(entry);
        servers
    }

    /// The same without this server. The others are shared.
    #[must_use]
    pub fn without(&self, id: ServerId) -> Self {
        let mut servers = self.clone();
        servers.remove(id);
        servers
    }

    fn insert(&mut self, entry: ServerEntry) {
        // The server may have had another slug, and the slug another server.
        self.remove(entry.id);
        if let Some(other) = self.by_slug.insert(entry.slug.clone(), entry.id) {
            self.by_id.remove(&other);
        }
        self.by_id.insert(entry.id, Arc::new(entry));
    }

    fn remove(&mut self, id: ServerId) {
        if let Some(old) = self.by_id.remove(&id) {
            self.by_slug.remove(&old.slug);
        }
    }
}
