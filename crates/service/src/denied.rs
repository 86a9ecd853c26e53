//! What a denied call was about: its entry in the audit log holds a name, and not of what kind of thing.

use directory::Snapshot;
use domain::{PinKind, ServerId, TargetKind};

use crate::Services;

/// Methods stand for the server where a call named nothing.
const METHODS: [&str; 8] =
    ["tools/", "resources/", "prompts/", "completion/", "logging/", "tasks/", "server/", "subscriptions/"];

impl Services {
    /// What a call was about that was denied under this name: what the server offers by that name as far as anybody knows,
    /// a tool before a prompt; otherwise what the name looks like.
    pub fn denied_target(&self, server: ServerId, named: &str) -> TargetKind {
        target(&self.directory().load(), server, named)
    }
}

/// As [`Services::denied_target`], of what one snapshot knows.
pub(crate) fn target(snapshot: &Snapshot, server: ServerId, named: &str) -> TargetKind {
    const OFFERED: [(PinKind, TargetKind); 4] = [
        (PinKind::Tool, TargetKind::Tool),
        (PinKind::Prompt, TargetKind::Prompt),
        (PinKind::Resource, TargetKind::Resource),
        (PinKind::Template, TargetKind::Template),
    ];
    let pins = snapshot.servers.get(server).map(|server| &server.pins);
    let offered = pins.and_then(|pins| OFFERED.into_iter().find(|(kind, _)| pins.get(*kind, named).is_some()));
    if let Some((_, kind)) = offered {
        return kind;
    }
    if named.is_empty() || METHODS.iter().any(|method| named.starts_with(method)) {
        TargetKind::Server
    } else if named.contains("://") {
        TargetKind::Resource
    } else {
        TargetKind::Tool
    }
}
