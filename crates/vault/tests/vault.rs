//! The vault through its public interface.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in helpers too")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use chrono::{DateTime, Utc};
use domain::{Clock, Random};
use proptest::prelude::*;
use secrecy::{ExposeSecret as _, SecretString};
use vault::{MasterKey, SecretKind, Vault, VaultError, secret_context};

/// Counts instead of guessing, so that failures repeat.
#[derive(Default)]
struct Counting(AtomicU8);

impl Clock for Counting {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

impl Random for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            *byte = self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER_KEY: &str = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn vault(key: &str) -> Vault {
    Vault::new(MasterKey::parse(key).unwrap(), Arc::new(Counting::default()))
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

#[test]
fn what_was_sealed_opens_in_its_context_only() {
    let vault = vault(KEY);
    let context = secret_context("srv_1", SecretKind::Header, "Authorization");
    assert_eq!(context, "secret/srv_1/header/Authorization");
    let sealed = vault.seal(&context, &secret("Bearer hunter2")).unwrap();
    assert!(!sealed.windows(7).any(|w| w == b"hunter2"));
    assert_eq!(vault.open(&context, &sealed).unwrap().expose_secret(), "Bearer hunter2");
    for other in [
        secret_context("srv_2", SecretKind::Header, "Authorization"),
        secret_context("srv_1", SecretKind::Env, "Authorization"),
        secret_context("srv_1", SecretKind::Header, "authorization"),
        String::new(),
    ] {
        assert!(matches!(vault.open(&other, &sealed), Err(VaultError::Altered)), "{other}");
    }
    let again = vault.seal(&context, &secret("Bearer hunter2")).unwrap();
    assert_ne!(sealed, again, "one text sealed twice does not show");
}

#[test]
fn another_vault_with_the_same_key_opens_it() {
    let sealed = vault(KEY).seal("c", &secret("x")).unwrap();
    assert_eq!(vault(KEY).open("c", &sealed).unwrap().expose_secret(), "x");
}

#[test]
fn another_key_is_named() {
    let sealed = vault(KEY).seal("c", &secret("x")).unwrap();
    let other = vault(OTHER_KEY);
    let error = other.open("c", &sealed).unwrap_err();
    assert!(
        matches!(&error, VaultError::WrongKey { sealed_with, configured }
            if *sealed_with == vault(KEY).key_id() && *configured == other.key_id()),
        "{error}"
    );
    // With the id forged the cipher itself refuses.
    let mut forged = sealed.clone();
    forged[1..5].copy_from_slice(&other.seal("c", &secret("x")).unwrap()[1..5]);
    assert!(matches!(other.open("c", &forged), Err(VaultError::Altered)));
}

#[test]
fn every_altered_byte_and_every_cut_is_noticed() {
    let vault = vault(KEY);
    let sealed = vault.seal("c", &secret("some secret")).unwrap();
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        assert!(vault.open("c", &altered).is_err(), "byte {at}");
        assert!(vault.open("c", &sealed[..at]).is_err(), "cut to {at}");
    }
    assert!(matches!(vault.open("c", b"plain text"), Err(VaultError::Format)));
    assert!(matches!(vault.open("c", b""), Err(VaultError::Format)));
}

#[test]
fn the_format_is_stable() {
    // Computed with another implementation. Stored secrets depend on it.
    let sealed = vault(KEY).seal("secret/srv_1/env/TOKEN", &secret("s3cret")).unwrap();
    assert_eq!(hex::encode(&sealed), "01cb676541000102030405060708090a0b35c5dd1ac1416fe75315532eb4b46ca2786c5fc5cb7f");
    let token = vault(KEY).seal_token("session", b"usr_1", b"state").unwrap();
    assert_eq!(token, "AQABAgMEBQYHCAkKC7kjTl5mULcBSmVJmUqGTNfIMNqMsQ");
}

#[test]
fn tokens_are_bound_to_purpose_and_context() {
    let vault = vault(KEY);
    let token = vault.seal_token("session", b"usr_1", b"state").unwrap();
    assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{token}");
    assert_eq!(vault.open_token("session", b"usr_1", &token).as_deref(), Some(&b"state"[..]));
    assert_eq!(vault.open_token("cursor", b"usr_1", &token), None);
    assert_eq!(vault.open_token("session", b"usr_2", &token), None);
    assert_eq!(self::vault(OTHER_KEY).open_token("session", b"usr_1", &token), None);
    for wrong in ["", "AQ", "!", "not a token", &token[1..], &format!("{token}A"), &format!("{token}=")] {
        assert_eq!(vault.open_token("session", b"usr_1", wrong), None, "{wrong:?}");
    }
}

#[test]
fn a_secret_is_not_a_token() {
    use base64::Engine as _;
    let vault = vault(KEY);
    let sealed = vault.seal("c", &secret("x")).unwrap();
    let mut as_token = vec![1];
    as_token.extend_from_slice(&sealed[5..]);
    let as_token = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(as_token);
    let aad = [&sealed[..5], b"c"].concat();
    for purpose in ["", "secret"] {
        assert_eq!(vault.open_token(purpose, &aad, &as_token), None);
    }
}

#[test]
fn nothing_shows_in_debug() {
    let key = MasterKey::parse(KEY).unwrap();
    let shown = format!("{:?} {key:?}", vault(KEY));
    assert!(!shown.contains("0102") && shown.contains(&vault(KEY).key_id()), "{shown}");
}

#[test]
fn a_key_is_read_from_hex_and_base64() {
    let id = vault(KEY).key_id();
    for same in [
        KEY.to_uppercase(),
        format!("  {KEY}\n"),
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".into(),
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8".into(),
    ] {
        assert_eq!(vault(&same).key_id(), id, "{same}");
    }
    let url_safe = "__ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    assert_eq!(vault(url_safe).key_id(), vault(&url_safe.replace('_', "/")).key_id());
    let zeros = "00".repeat(32);
    for wrong in ["", "hunter2", &KEY[2..], &format!("{KEY}00"), &KEY.replace('a', "g"), &zeros, "AAECAwQ="] {
        assert!(matches!(MasterKey::parse(wrong), Err(VaultError::KeyFormat)), "{wrong:?}");
    }
}

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_key_file_is_made_once_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    assert!(matches!(MasterKey::load(&path), Err(VaultError::Io { .. })));
    let env = Arc::new(Counting::default());
    let made = Vault::new(MasterKey::load_or_create(&path, &*env).unwrap(), env.clone());
    assert_eq!(mode(&path), 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    let found = Vault::new(MasterKey::load_or_create(&path, &*env).unwrap(), env.clone());
    assert_eq!(found.key_id(), made.key_id());
    let other = folder.path().join("other.key");
    assert_ne!(Vault::new(MasterKey::load_or_create(&other, &*env).unwrap(), env.clone()).key_id(), made.key_id());
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    fs::write(&path, KEY).unwrap();
    for exposed in [0o640, 0o604, 0o660, 0o644] {
        fs::set_permissions(&path, fs::Permissions::from_mode(exposed)).unwrap();
        let error = MasterKey::load_or_create(&path, &Counting::default()).unwrap_err();
        assert!(matches!(error, VaultError::KeyExposed { mode, .. } if mode == exposed), "{error}");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(MasterKey::load(&path).is_ok());
}

#[test]
fn a_damaged_key_file_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    for content in ["", "half a key", &KEY[..40]] {
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let error = MasterKey::load_or_create(&path, &Counting::default()).unwrap_err();
        assert!(matches!(error, VaultError::KeyFile { .. }), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
    let missing = folder.path().join("no/such/folder/master.key");
    assert!(matches!(MasterKey::load_or_create(&missing, &Counting::default()), Err(VaultError::Io { .. })));
}

#[test]
fn two_starts_at_once_agree_on_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let env = Arc::new(Counting::default());
    let ids: Vec<String> = std::thread::scope(|scope| {
        let start = || Vault::new(MasterKey::load_or_create(&path, &*env).unwrap(), env.clone()).key_id();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_comes_back(text in any::<String>(), context in any::<String>()) {
        let vault = vault(KEY);
        let sealed = vault.seal(&context, &secret(&text)).unwrap();
        let opened = vault.open(&context, &sealed).unwrap();
        prop_assert_eq!(opened.expose_secret(), text.as_str());
        let token = vault.seal_token("t", context.as_bytes(), text.as_bytes()).unwrap();
        let opened = vault.open_token("t", context.as_bytes(), &token);
        prop_assert_eq!(opened.as_deref(), Some(text.as_bytes()));
    }
}
