//! Sealed tokens and secrets: they open for what they were sealed for, and nothing else opens.

use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use domain::{Clock, Random};
use secrecy::{ExposeSecret as _, SecretString};
use vault::{MasterKey, SecretKind, Vault, VaultError, secret_context};

use crate::{Choices, PAGE};

/// What the gateway seals under.
const PURPOSES: [&str; 2] = ["mcp-session", "mcp-request-state"];
/// Altered tokens that are tried for each input.
const ALTERED: usize = 24;

/// The same nonce for everything, so that an input always gives the same token.
struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

impl Random for Still {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

fn vault(key: &str) -> Vault {
    Vault::new(MasterKey::parse(key).unwrap(), Arc::new(Still))
}

static OURS: LazyLock<Vault> =
    LazyLock::new(|| vault("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));
static OTHER: LazyLock<Vault> =
    LazyLock::new(|| vault("ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));

/// Pages: what a token is bound to, what is sealed. All of it is also tried as a token, a secret and a key.
pub fn run(data: &[u8]) {
    foreign(data);
    let mut pages = data.splitn(2, |byte| *byte == PAGE);
    let (bound_to, plain) = (pages.next().unwrap_or_default(), pages.next().unwrap_or_default());
    token(bound_to, plain, &mut Choices::of(data));
    secret(bound_to, plain, &mut Choices::of(data));
    key(data);
}

/// Whatever it is, nobody sealed it: no input can hold a valid tag.
fn foreign(data: &[u8]) {
    let context = [1, 2, 3];
    let as_token = [String::from_utf8_lossy(data).into_owned(), URL_SAFE_NO_PAD.encode(data)];
    let formatted = URL_SAFE_NO_PAD.encode([&[1][..], data].concat());
    for text in as_token.iter().chain([&formatted]) {
        for purpose in PURPOSES {
            assert_eq!(OURS.open_token(purpose, &context, text), None);
        }
    }
    let header = OURS.seal("", &SecretString::from("")).unwrap();
    for sealed in [data, &[&header[..5], data].concat()[..]] {
        assert!(OURS.open("c", sealed).is_err());
    }
}

fn token(bound_to: &[u8], plain: &[u8], choices: &mut Choices) {
    let token = OURS.seal_token(PURPOSES[0], bound_to, plain).unwrap();
    let open = |bound_to: &[u8], token: &str| OURS.open_token(PURPOSES[0], bound_to, token);
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')), "fits a header");
    assert_eq!(open(bound_to, &token).as_deref(), Some(plain));
    assert_eq!(OURS.open_token(PURPOSES[1], bound_to, &token), None, "another purpose");
    assert_eq!(OTHER.open_token(PURPOSES[0], bound_to, &token), None, "another key");
    for other in altered(bound_to, choices) {
        assert_eq!(open(&other, &token), None, "bound to something else");
    }
    // What is bound to and what is sealed cannot be traded for each other.
    if plain != bound_to {
        assert_eq!(open(plain, &token), None);
    }
    let sealed = URL_SAFE_NO_PAD.decode(&token).unwrap();
    for _ in 0..ALTERED {
        for other in altered(&sealed, choices) {
            assert_eq!(open(bound_to, &URL_SAFE_NO_PAD.encode(other)), None, "altered");
        }
        let mut text = token.clone().into_bytes();
        let at = choices.below(text.len());
        let letter = b"AQgw_-09zZ=+/ %\n"[choices.below(16)];
        if text[at] != letter {
            text[at] = letter;
            assert_eq!(open(bound_to, &String::from_utf8(text).unwrap()), None, "another spelling");
        }
    }
    for tail in ["A", "=", "==", "\n", " "] {
        assert_eq!(open(bound_to, &format!("{token}{tail}")), None, "with something behind it");
    }
}

/// One bit flipped, cut short, one byte longer: three different values that are not this one.
fn altered(value: &[u8], choices: &mut Choices) -> Vec<Vec<u8>> {
    let mut others = vec![[value, &[choices.below(256) as u8]].concat()];
    if !value.is_empty() {
        let at = choices.below(value.len());
        others.push(value[..at].to_vec());
        let mut flipped = value.to_vec();
        flipped[at] ^= 1 << choices.below(8);
        others.push(flipped);
    }
    others
}

fn secret(owner: &[u8], plain: &[u8], choices: &mut Choices) {
    let (Ok(owner), Ok(plain)) = (std::str::from_utf8(owner), std::str::from_utf8(plain)) else { return };
    let context = secret_context("srv_1", SecretKind::Header, owner);
    let sealed = OURS.seal(&context, &SecretString::from(plain)).unwrap();
    assert_eq!(OURS.open(&context, &sealed).unwrap().expose_secret(), plain);
    assert!(matches!(OTHER.open(&context, &sealed), Err(VaultError::WrongKey { .. })));
    let other_kind = secret_context("srv_1", SecretKind::Env, owner);
    let other_name = secret_context("srv_1", SecretKind::Header, &format!("{owner}x"));
    let other_owner = secret_context("srv_2", SecretKind::Header, owner);
    for other in [other_kind.as_str(), &other_name, &other_owner, owner] {
        assert!(matches!(OURS.open(other, &sealed), Err(VaultError::Altered)), "opens for {other}");
    }
    for other in altered(&sealed, choices) {
        assert!(OURS.open(&context, &other).is_err(), "altered");
    }
    // A secret is no token, even under a purpose that is spelled alike.
    let as_token = URL_SAFE_NO_PAD.encode([&[1][..], &sealed[5..]].concat());
    assert_eq!(OURS.open_token("secret", context.as_bytes(), &as_token), None);
}

/// A key is 32 bytes however it is spelled.
fn key(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(key) = MasterKey::parse(text) else { return };
    let text = text.trim();
    let bytes: Vec<u8> = if text.len() == 64 {
        (0..64).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    } else {
        URL_SAFE_NO_PAD.decode(text.trim_end_matches('=').replace('+', "-").replace('/', "_")).unwrap()
    };
    assert!(bytes.len() == 32 && bytes.iter().any(|byte| *byte != bytes[0]));
    let id = |key| Vault::new(key, Arc::new(Still)).key_id();
    assert_eq!(id(key), id(MasterKey::parse(&URL_SAFE_NO_PAD.encode(&bytes)).unwrap()));
}
