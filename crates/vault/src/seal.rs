//! The cipher: derivation of keys, sealing and opening of bytes.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use domain::Random;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::key::MasterKey;

/// Bytes of a nonce.
const NONCE: usize = 12;

/// A key for one purpose.
pub(crate) struct Cipher(Aes256GcmSiv);

impl Cipher {
    /// Derives the key of a purpose. Purposes of different kinds cannot meet.
    pub(crate) fn new(master: &MasterKey, kind: &str, purpose: &str) -> Self {
        let mut key = Zeroizing::new([0_u8; 32]);
        Hkdf::<Sha256>::new(Some(b"drawbridge/vault/v1"), master.bytes())
            .expand_multi_info(&[kind.as_bytes(), b"\0", purpose.as_bytes()], &mut *key)
            .expect("32 bytes are far below the limit of HKDF-SHA-256 (8160)");
        Self(Aes256GcmSiv::new((&*key).into()))
    }

    /// Appends nonce, ciphertext and tag. `None` when the text is too long (64 GiB).
    pub(crate) fn seal(&self, random: &dyn Random, aad: &[u8], plain: &[u8], mut out: Vec<u8>) -> Option<Vec<u8>> {
        let mut nonce = [0_u8; NONCE];
        random.fill(&mut nonce);
        let sealed = self.0.encrypt(&Nonce::from(nonce), Payload { msg: plain, aad }).ok()?;
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        Some(out)
    }

    /// Opens nonce, ciphertext and tag. `None` when they were not sealed with this key and associated data.
    pub(crate) fn open(&self, aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        self.0.decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad }).ok().map(Zeroizing::new)
    }
}
