//! The vault.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Env;
use secrecy::{ExposeSecret as _, SecretString};

use crate::VaultError;
use crate::key::MasterKey;
use crate::seal::Cipher;

/// The format of sealed secrets and tokens.
const FORMAT: u8 = 1;
/// Format byte and key id.
const HEADER: usize = 5;

/// What a secret of an owner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretKind {
    /// The value of an HTTP header.
    Header,
    /// The value of an environment variable.
    Env,
}

/// The context of a secret: who owns it (the id of a server or request), what it is, its name.
pub fn secret_context(owner: impl fmt::Display, kind: SecretKind, name: &str) -> String {
    let kind = match kind {
        SecretKind::Header => "header",
        SecretKind::Env => "env",
    };
    // Ids and kinds hold no `/`, so no two secrets share a context, whatever their names.
    format!("secret/{owner}/{kind}/{name}")
}

/// Seals and opens. Clones share keys.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    master: MasterKey,
    env: Arc<dyn Env>,
    secrets: Cipher,
    /// Derived once for each purpose; purposes are literals, so their number is bounded by the program.
    tokens: RwLock<HashMap<&'static str, Arc<Cipher>>>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("key", &self.0.master.id_text()).finish_non_exhaustive()
    }
}

impl Vault {
    /// A vault with this master key.
    pub fn new(master: MasterKey, env: Arc<dyn Env>) -> Self {
        let secrets = Cipher::new(&master, "secret", "");
        Self(Arc::new(Inner { master, env, secrets, tokens: RwLock::default() }))
    }

    /// Tells master keys apart: eight hexadecimal digits that may be logged.
    pub fn key_id(&self) -> String {
        self.0.master.id_text()
    }

    /// Seals a secret for a context ([`secret_context`]). Each call gives other bytes.
    pub fn seal(&self, context: &str, plain: &SecretString) -> Result<Vec<u8>, VaultError> {
        let header = self.header();
        let aad = [&header, context.as_bytes()].concat();
        self.0
            .secrets
            .seal(&*self.0.env, &aad, plain.expose_secret().as_bytes(), header.to_vec())
            .ok_or(VaultError::TooLong)
    }

    /// Opens a secret that was sealed for the same context.
    ///
    /// # Errors
    /// It was sealed with another master key, was altered, was sealed for another context, or is no sealed secret.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<SecretString, VaultError> {
        let (header, body) = sealed.split_first_chunk::<HEADER>().ok_or(VaultError::Format)?;
        if header[0] != FORMAT {
            return Err(VaultError::Format);
        }
        if *header != self.header() {
            let sealed_with = hex::encode(&header[1..]);
            return Err(VaultError::WrongKey { sealed_with, configured: self.key_id() });
        }
        let aad = [header, context.as_bytes()].concat();
        let plain = self.0.secrets.open(&aad, body).ok_or(VaultError::Altered)?;
        // Only text is ever sealed. The copy has its exact length, and the buffer is wiped when dropped.
        std::str::from_utf8(&plain).map(SecretString::from).map_err(|_| VaultError::Altered)
    }

    /// Seals bytes into a token that is handed to a client: base64url. `purpose` keeps tokens of different use apart,
    /// `aad` binds this one to what must be the same when it comes back (the principal, the server). An expiry belongs
    /// into the bytes.
    ///
    /// # Errors
    /// The bytes are too long (64 GiB).
    pub fn seal_token(&self, purpose: &'static str, aad: &[u8], plain: &[u8]) -> Result<String, VaultError> {
        self.token(purpose)
            .seal(&*self.0.env, aad, plain, vec![FORMAT])
            .map(|sealed| URL_SAFE_NO_PAD.encode(sealed))
            .ok_or(VaultError::TooLong)
    }

    /// Opens a token. `None` for anything that this vault did not seal for the same purpose and `aad`; there is
    /// nothing to tell the client but that it is not known.
    pub fn open_token(&self, purpose: &'static str, aad: &[u8], token: &str) -> Option<Vec<u8>> {
        let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (&format, body) = sealed.split_first()?;
        let plain = (format == FORMAT).then(|| self.token(purpose).open(aad, body)).flatten()?;
        Some(plain.to_vec())
    }

    fn header(&self) -> [u8; HEADER] {
        let [a, b, c, d] = self.0.master.id();
        [FORMAT, a, b, c, d]
    }

    fn token(&self, purpose: &'static str) -> Arc<Cipher> {
        let known = self.0.tokens.read().unwrap_or_else(PoisonError::into_inner).get(purpose).map(Arc::clone);
        known.unwrap_or_else(|| {
            let cipher = Arc::new(Cipher::new(&self.0.master, "token", purpose));
            self.0.tokens.write().unwrap_or_else(PoisonError::into_inner).insert(purpose, Arc::clone(&cipher));
            cipher
        })
    }
}
