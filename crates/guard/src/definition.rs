//! Definitions and their digests.

use domain::{Definition, PinKind};
use sha2::{Digest, Sha256};

use crate::GuardError;
use crate::canonical::write;
use crate::json::{Node, parse};

/// Separates these digests from any others, and from those of a later way of computing them.
const DEFINITION: &[u8] = b"drawbridge/definition/v1\0";
const DEFINITIONS: &[u8] = b"drawbridge/definitions/v1\0";

/// The name under which a server's instructions are pinned.
const INSTRUCTIONS: &str = "instructions";

/// The digest of a definition: SHA-256 over its kind and its whole canonical form, in hexadecimal.
///
/// A tool, prompt, resource or template is a JSON object; instructions are a JSON string.
///
/// # Errors
/// As [`crate::canonical()`], or the text is not of the shape that the kind requires.
pub fn fingerprint(kind: PinKind, definition_json: &str) -> Result<String, GuardError> {
    let node = parse(definition_json)?;
    check_shape(kind, &node)?;
    digest(kind, node)
}

/// Reads a definition as a server sent it: its name, what people are shown, and its digest. The text is kept as it is.
///
/// # Errors
/// As [`fingerprint`], or the name (of a resource the `uri`, of a template the `uriTemplate`) is missing or empty.
pub fn definition(kind: PinKind, raw_json: &str) -> Result<Definition, GuardError> {
    let node = parse(raw_json)?;
    check_shape(kind, &node)?;
    let (name, title, description) = match &node {
        Node::String(text) => (INSTRUCTIONS.to_owned(), None, Some(text.to_string())),
        node => {
            let name = node.text(name_field(kind)).filter(|name| !name.is_empty());
            let name = name.ok_or(GuardError::Shape { kind, needs: name_needed(kind) })?;
            (name.to_owned(), title(kind, node), node.text("description").map(str::to_owned))
        }
    };
    let digest = digest(kind, node)?;
    Ok(Definition { kind, name, title, description, json: raw_json.to_owned(), digest })
}

/// The definition of a server's instructions, from their text.
///
/// # Errors
/// The text is larger than [`crate::MAX_BYTES`].
pub fn instructions(text: &str) -> Result<Definition, GuardError> {
    // The canonical form of a string is its JSON text, so this has one spelling wherever the text came from.
    definition(PinKind::Instructions, &write(Node::String(text.into()))?)
}

/// The digest of a whole list: SHA-256 over kind, name and digest of each definition, in hexadecimal. The order in
/// which a server lists them does not matter; how often it lists one does.
pub fn digest_of<'a>(definitions: impl IntoIterator<Item = &'a Definition>) -> String {
    let mut rows: Vec<(&str, &str, &str)> =
        definitions.into_iter().map(|d| (d.kind.as_str(), d.name.as_str(), d.digest.as_str())).collect();
    rows.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(DEFINITIONS);
    for (kind, name, digest) in rows {
        for part in [kind, name, digest] {
            // With its length each part has one reading only.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hex::encode(hash.finalize())
}

fn digest(kind: PinKind, node: Node<'_>) -> Result<String, GuardError> {
    let mut hash = Sha256::new();
    hash.update(DEFINITION);
    hash.update(kind.as_str());
    hash.update(b"\0");
    hash.update(write(node)?);
    Ok(hex::encode(hash.finalize()))
}

fn check_shape(kind: PinKind, node: &Node<'_>) -> Result<(), GuardError> {
    match (kind, node) {
        (PinKind::Instructions, Node::String(_)) => Ok(()),
        (PinKind::Instructions, _) => Err(GuardError::Shape { kind, needs: "a text" }),
        (_, Node::Object(_)) => Ok(()),
        (_, _) => Err(GuardError::Shape { kind, needs: "a JSON object" }),
    }
}

/// The field that identifies a definition among those of its kind.
const fn name_field(kind: PinKind) -> &'static str {
    match kind {
        PinKind::Resource => "uri",
        PinKind::Template => "uriTemplate",
        PinKind::Tool | PinKind::Prompt | PinKind::Instructions => "name",
    }
}

const fn name_needed(kind: PinKind) -> &'static str {
    match kind {
        PinKind::Resource => "a `uri`",
        PinKind::Template => "a `uriTemplate`",
        PinKind::Tool | PinKind::Prompt | PinKind::Instructions => "a `name`",
    }
}

/// What people call it: the title; of a tool also the one among the annotations, where older servers have it; of what
/// is identified by a URI the name.
fn title(kind: PinKind, node: &Node<'_>) -> Option<String> {
    let elsewhere = || match kind {
        PinKind::Tool => node.member("annotations").and_then(|a| a.text("title")),
        PinKind::Resource | PinKind::Template => node.text("name"),
        PinKind::Prompt | PinKind::Instructions => None,
    };
    node.text("title").filter(|t| !t.is_empty()).or_else(elsewhere).map(str::to_owned)
}
