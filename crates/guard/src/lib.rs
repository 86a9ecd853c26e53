//! Fingerprints of what a model can read of a server.
//!
//! At approval every definition is pinned by a digest over its canonical form: names, titles, descriptions, whole
//! schemas with property names, enums, defaults and examples, annotations, icons, `_meta`, also fields that this
//! program does not know. A definition whose digest differs from its pin is withheld, whoever changed it and however
//! small the change. Order of keys, white space, escapes and the spelling of numbers do not matter; everything else
//! does.
//!
//! The approval and the data path must see the same bytes, so both hand over the JSON text of a definition as the
//! server sent it.

mod canonical;
mod definition;
mod drift;
mod json;
mod number;

pub use canonical::canonical;
pub use definition::{definition, digest_of, fingerprint, instructions};
pub use drift::{Drift, PinRef, compare};
pub use json::{MAX_BYTES, MAX_DEPTH};

use domain::PinKind;

/// Why a definition has no fingerprint. It must then not be pinned and not be shown to a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// The text is larger than [`MAX_BYTES`].
    #[error("the definition has {bytes} bytes; at most {MAX_BYTES} are accepted, so the server has to shorten it")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The text nests deeper than [`MAX_DEPTH`].
    #[error("the definition nests deeper than {MAX_DEPTH} levels at byte {at}; the server has to flatten it")]
    TooDeep {
        /// Where, in bytes from the start.
        at: usize,
    },
    /// The text is not JSON.
    #[error("the definition is not valid JSON: {what} at byte {at}; the server has to correct it")]
    Syntax {
        /// What was found.
        what: &'static str,
        /// Where, in bytes from the start.
        at: usize,
    },
    /// An object has a key twice, so that two readers may see different definitions.
    #[error("the definition has the key {key:?} twice in one object; the server has to name each key once")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// The definition is of another shape than its kind requires.
    #[error("a {kind} definition needs {needs}; the server has to correct it")]
    Shape {
        /// What it should define.
        kind: PinKind,
        /// What is missing.
        needs: &'static str,
    },
}
