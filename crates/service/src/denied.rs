//! What a denied call was about: its entry in the audit log holds a name, and not of what kind of thing.

use directory::Snapshot;
use domain::{PinKind, ServerId, TargetKind};

use crate::Services;

impl Services {
    /// What a call was about that was denied under this name: what the server offers by that name as far as anybody knows,
    /// a tool before a prompt; otherwise what the name looks like. Names that nobody knows are asked about as URIs, as the
    /// data path asks about methods that nobody knows.
    pub fn denied_target(&self, server: ServerId, named: &str) -> TargetKind {
        kind_of(&self.directory().load(), server, named).unwrap_or(TargetKind::Resource)
    }
}

/// As [`Services::denied_target`], of what one snapshot knows; nothing where the name does not tell.
pub(crate) fn kind_of(snapshot: &Snapshot, server: ServerId, named: &str) -> Option<TargetKind> {
    const OFFERED: [(PinKind, TargetKind); 4] = [
        (PinKind::Tool, TargetKind::Tool),
        (PinKind::Prompt, TargetKind::Prompt),
        (PinKind::Resource, TargetKind::Resource),
        (PinKind::Template, TargetKind::Template),
    ];
    let pins = snapshot.servers.get(server).map(|server| &server.pins);
    let offered = pins.and_then(|pins| OFFERED.into_iter().find(|(kind, _)| pins.get(*kind, named).is_some()));
    if let Some((_, kind)) = offered {
        return Some(kind);
    }
    // A call that names nothing is recorded under its method.
    if named.is_empty() || mcp::Method::parse(named.into()).is_known() {
        Some(TargetKind::Server)
    } else if named.contains("://") {
        Some(TargetKind::Resource)
    } else {
        (!named.contains('/')).then_some(TargetKind::Tool)
    }
}
