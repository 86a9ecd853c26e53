//! Opaque secrets that we only ever compare: 256 random bits behind a readable prefix, stored as a hash.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::Random;
use sha2::{Digest, Sha256};

/// Number of characters after the prefix: 32 bytes in base64url without padding.
const BODY: usize = 43;

/// What a token is for. The prefix keeps one kind from being used as another, and lets secret scanners find them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A browser session.
    Session,
    /// An API key.
    Key,
    /// A one-time link.
    Link,
}

impl TokenKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "dbs_",
            Self::Key => "dbk_",
            Self::Link => "dbl_",
        }
    }

    /// A new token.
    pub(crate) fn mint<R: Random + ?Sized>(self, random: &R) -> Minted {
        let mut bytes = [0_u8; 32];
        random.fill(&mut bytes);
        let secret = format!("{}{}", self.prefix(), BASE64_URL_SAFE_NO_PAD.encode(bytes));
        let hash = hex::encode(Sha256::digest(secret.as_bytes()));
        Minted { secret, hash }
    }

    /// The hash of a presented token; `None` when it cannot be one of this kind, whatever is stored.
    pub(crate) fn hash(self, presented: &str) -> Option<[u8; 32]> {
        let body = presented.strip_prefix(self.prefix())?;
        let well_formed =
            body.len() == BODY && body.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        well_formed.then(|| Sha256::digest(presented.as_bytes()).into())
    }

    /// As [`TokenKind::hash`], in the form in which it is stored.
    pub(crate) fn hex(self, presented: &str) -> Option<String> {
        self.hash(presented).map(hex::encode)
    }
}

/// A token just made.
pub(crate) struct Minted {
    /// What its owner gets, once.
    pub(crate) secret: String,
    /// What is stored: SHA-256, hexadecimal.
    pub(crate) hash: String,
}

impl Minted {
    /// The first characters, enough to tell tokens apart and far too few to guess the rest.
    pub(crate) fn hint(&self) -> String {
        self.secret.chars().take(8).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;
    impl Random for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            for (byte, n) in buffer.iter_mut().zip(0_u8..) {
                *byte = n;
            }
        }
    }

    #[test]
    fn a_token_is_accepted_as_its_own_kind_only() {
        let minted = TokenKind::Key.mint(&Counting);
        assert_eq!(minted.secret, "dbk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
        assert_eq!(TokenKind::Key.hex(&minted.secret), Some(minted.hash.clone()));
        assert_eq!(TokenKind::Session.hash(&minted.secret), None);
        for wrong in ["", "dbk_", "dbk_short", &format!("{}=", minted.secret), &minted.secret[4..]] {
            assert_eq!(TokenKind::Key.hash(wrong), None, "{wrong}");
        }
        assert_eq!(minted.hint(), "dbk_AAEC");
    }
}
