//! Passwords: which are accepted, and how they are hashed without letting anybody exhaust the machine by it.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use domain::{Problem, Random, SecretText};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Wrong;
use crate::{Error, Result};

/// Fewest and most characters of a password.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=256;
/// Argon2id memory in KiB, passes and lanes (OWASP's first choice for 19 MiB).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes computed at once, and callers that may wait for one; each holds 19 MiB or a place in the queue.
const AT_ONCE: usize = 2;
const WAITING: usize = 64;
/// The longest wait for a place to compute.
const PATIENCE: Duration = Duration::from_secs(10);

/// Long enough to be accepted, and yet among the first that anybody tries. Lower case.
const COMMON: &[&str] = &[
    "000000000000",
    "111111111111",
    "123123123123",
    "123412341234",
    "1234567890123",
    "123456789012",
    "123456789123",
    "1234567891011",
    "12345678901234",
    "123456789abc",
    "123456qwerty",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "987654321098",
    "abc123abc123",
    "abcd12345678",
    "abcdefghijkl",
    "admin123456789",
    "adminadminadmin",
    "administrator",
    "administrator1",
    "changeme1234",
    "changemechangeme",
    "companyname123",
    "correcthorsebatterystaple",
    "drawbridge123",
    "drawbridge1234",
    "drawbridgedrawbridge",
    "football1234",
    "helloworld123",
    "iloveyou1234",
    "iloveyouiloveyou",
    "letmein12345",
    "letmeinletmein",
    "mypassword123",
    "newpassword123",
    "p@ssw0rd1234",
    "p@ssword1234",
    "passw0rd1234",
    "password!123",
    "password1234",
    "password12345",
    "password123456",
    "password2024",
    "password2025",
    "password2026",
    "passwordpassword",
    "princess1234",
    "q1w2e3r4t5y6",
    "qazwsxedcrfv",
    "qwerty12345678",
    "qwerty123456",
    "qwertyqwerty",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopasdf",
    "qwertyuiopasdfghjkl",
    "secretsecret",
    "starwars1234",
    "sunshine1234",
    "superman1234",
    "testtesttest",
    "thisisapassword",
    "trustno1trustno1",
    "unbelievable",
    "welcome12345",
    "welcome123456",
    "welcomewelcome",
    "zaq12wsxcde3",
];

/// Hashes and compares passwords.
pub(crate) struct Passwords {
    compute: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    /// A hash that no password has, compared with when there is no other, so that an unknown person costs the same time.
    nobody: String,
}

impl Passwords {
    /// Ready to work; nothing is computed yet.
    pub(crate) fn new<R: Random + ?Sized>(random: &R) -> Result<Self> {
        let mut bytes = [0_u8; 48];
        random.fill(&mut bytes);
        let (salt, output) = bytes.split_at(16);
        let nobody = format!(
            "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${}${}",
            BASE64_STANDARD_NO_PAD.encode(salt),
            BASE64_STANDARD_NO_PAD.encode(output)
        );
        PasswordHash::new(&nobody).map_err(|e| Error::broken("the stand-in for a password hash", e))?;
        Ok(Self {
            compute: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            nobody,
        })
    }

    /// The hash to store, as a PHC string.
    pub(crate) async fn hash<R: Random + ?Sized>(&self, random: &R, password: &SecretText) -> Result<String> {
        let mut salt = [0_u8; 16];
        random.fill(&mut salt);
        let password = SecretString::from(password.expose());
        self.compute(move || {
            argon2()?
                .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
                .map(|hash: PasswordHash| hash.to_string())
                .map_err(|e| Error::broken("the password hash", e))
        })
        .await?
    }

    /// True when the password is the one of this hash. Without a hash it takes as long and is false.
    pub(crate) async fn verify(&self, hash: Option<String>, password: &SecretText) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let password = SecretString::from(password.expose());
        let same = self
            .compute(move || {
                let hash = PasswordHash::new(&hash).map_err(|e| Error::broken("a stored password hash", e))?;
                // A password longer than any that is accepted is wrong, but costs the same.
                let given = password.expose_secret();
                let given = if given.chars().count() > *LENGTH.end() { "" } else { given };
                Ok::<_, Error>(argon2()?.verify_password(given.as_bytes(), &hash).is_ok())
            })
            .await??;
        Ok(known && same)
    }

    /// Runs on a thread for blocking work, few at a time; the rest wait in a bounded queue.
    async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let busy =
            || Problem::Unavailable { why: "too many people sign in at this moment; try again shortly".to_owned() };
        let place = Arc::clone(&self.queue).try_acquire_owned().map_err(|_| busy())?;
        let permit = tokio::time::timeout(PATIENCE, Arc::clone(&self.compute).acquire_owned())
            .await
            .map_err(|_| busy())?
            .map_err(|e| Error::broken("the password queue", e))?;
        let held: (OwnedSemaphorePermit, OwnedSemaphorePermit) = (place, permit);
        // The permits travel with the work: a caller that goes away does not make room for a third computation.
        tokio::task::spawn_blocking(move || {
            let _held = held;
            work()
        })
        .await
        .map_err(|e| Error::broken("the password hash", e))
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|e| Error::broken("the Argon2 parameters", e))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Notes what is wrong with a new password. `known` are the person's email address and name, which nobody should use.
pub(crate) fn check_password(wrong: &mut Wrong, field: &str, password: &SecretText, known: &[&str]) {
    let text = password.expose();
    let length = text.chars().count();
    let lower = text.trim().to_lowercase();
    let is_known = known.iter().any(|k| {
        let k = k.trim().to_lowercase();
        !k.is_empty() && (lower == k || k.split_once('@').is_some_and(|(local, _)| lower == local))
    });
    let distinct = lower.chars().collect::<std::collections::HashSet<_>>().len();
    if length < *LENGTH.start() {
        wrong.add(field, format!("use at least {} characters; a few words in a row are fine", LENGTH.start()));
    } else if length > *LENGTH.end() {
        wrong.add(field, format!("use at most {} characters", LENGTH.end()));
    } else if is_known {
        wrong.add(field, "do not use your email address or name");
    } else if distinct < 5 || COMMON.contains(&lower.as_str()) {
        wrong.add(field, "this password is among the first that anybody would try; choose another one");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(password: &str) -> Option<String> {
        let mut wrong = Wrong::new();
        check_password(
            &mut wrong,
            "password",
            &SecretText::new(password),
            &["ada.lovelace@example.com", "Ada Lovelace"],
        );
        match wrong.check() {
            Ok(()) => None,
            Err(Error::Problem(problem)) => problem.of_field("password").map(str::to_owned),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        assert_eq!(why("difference engine"), None);
        assert_eq!(why("überraschung ok"), None);
        assert!(why("elevenchars").unwrap().contains("at least 12"));
        assert!(why(&"long".repeat(65)).unwrap().contains("at most 256"));
        for known in ["ada.lovelace@example.com", "Ada Lovelace", "ADA.lovelace"] {
            assert!(why(known).unwrap().contains("email address or name"), "{known}");
        }
        for common in ["Password1234", "aaaaaaaaaaaaaaaa", "abababababab", "correcthorsebatterystaple"] {
            assert!(why(common).unwrap().contains("first"), "{common}");
        }
    }

    #[test]
    fn the_list_holds_only_what_the_length_would_accept() {
        for word in COMMON {
            assert!(LENGTH.contains(&word.chars().count()), "{word}");
            assert_eq!(*word, word.to_lowercase());
        }
    }
}
