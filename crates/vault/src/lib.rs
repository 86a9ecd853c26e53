//! Secrets at rest, and tokens that only we can read.
//!
//! [`Vault`] seals header values, environment variables and the state that clients carry for us (sessions, cursors,
//! `requestState`) with AES-256-GCM-SIV. Every sealed value is bound to a context: it opens for the same owner, kind
//! and name only, so that a value copied to another row stays shut. For each purpose a key of its own is derived from
//! the one master key (HKDF-SHA-256), which lives outside the database.
//!
//! # Format
//!
//! A secret is `1 ‖ key id (4) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. The first five bytes and the context are
//! authenticated. A token is `1 ‖ nonce (12) ‖ ciphertext ‖ tag (16)`, in base64url without padding.
//!
//! Nonces are random. GCM-SIV gives no more than "the same text was sealed twice" away if one should ever repeat.

mod key;
mod seal;
mod vault;

pub use key::MasterKey;
pub use vault::{SecretKind, Vault, secret_context};

use std::io;
use std::path::PathBuf;

/// Why a secret cannot be sealed or opened, or a master key not be used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The text is not a master key.
    #[error(
        "the master key is not valid: expected 32 random bytes as 64 hexadecimal digits or as base64; make one with \
         `openssl rand -hex 32`"
    )]
    KeyFormat,
    /// Other users of the machine can read the key file.
    #[error("the master key file {} can be read by others (mode {mode:03o}); run `chmod 600` on it", .path.display())]
    KeyExposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file does not hold a master key.
    #[error(
        "{} does not hold a master key (64 hexadecimal digits or base64 of 32 bytes); restore it from a backup. Without \
         the key that they were sealed with, stored secrets cannot be read", .path.display()
    )]
    KeyFile {
        /// The file.
        path: PathBuf,
    },
    /// The key file cannot be read or written.
    #[error("the master key file {} cannot be used: {source}; check that it is a file of this user", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The value was sealed with another master key.
    #[error(
        "the secret was sealed with master key {sealed_with}, and the configured one is {configured}; configure the \
         former, or enter the secret again"
    )]
    WrongKey {
        /// Id of the key it was sealed with.
        sealed_with: String,
        /// Id of the key in use.
        configured: String,
    },
    /// The value is damaged, or it belongs to something else.
    #[error("the stored secret was altered or belongs to something else; enter it again")]
    Altered,
    /// The bytes are not a sealed value.
    #[error("the stored bytes are not a sealed secret of a known format; enter the secret again")]
    Format,
    /// The text is too long to be sealed.
    #[error("the text is too long to be sealed; shorten it")]
    TooLong,
}
