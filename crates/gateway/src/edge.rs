//! Host, origin and credential: what is checked before a message is read.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use directory::{AuthFailure, Person, Snapshot};
use domain::{Actor, ActorKind, AuditAction, CorrelationId, KeyId, Outcome, UserStatus};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use ledger::Event;
use sha2::{Digest as _, Sha256};

use crate::limits::slow::Hangup;
use crate::refusal::Refusal;
use crate::{Gateway, Settings};

/// The other end of a request's connection; the server puts it into the request's extensions.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// The way to cut it off.
    pub hangup: Hangup,
}

const API_KEY: &str = "x-drawbridge-api-key";

/// Who calls, by a credential that is valid now.
#[derive(Clone)]
pub(crate) struct Authenticated {
    /// SHA-256 of the key, to ask again while an answer goes on.
    pub(crate) credential: [u8; 32],
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) person: Arc<Person>,
    pub(crate) key: KeyId,
    pub(crate) ip: Option<IpAddr>,
    /// Another node passed this request on to this one.
    pub(crate) passed_on: bool,
}

/// Refuses foreign hosts and origins (MCP "Security Warning": DNS rebinding; both are checked on every verb).
pub(crate) fn check_origin(settings: &Settings, headers: &HeaderMap) -> Result<(), Refusal> {
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !settings.allowed_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(without_port(host))) {
        return Err(Refusal::http(
            StatusCode::FORBIDDEN,
            "this host name is not served; use the address of DRAWBRIDGE_PUBLIC_URL",
        ));
    }
    if let Some(origin) = headers.get(header::ORIGIN) {
        let known = origin.to_str().is_ok_and(|origin| {
            let listed = settings.allowed_origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin));
            // A page of the very host that is asked, which was found above to be ours.
            let same = origin.split_once("://").is_some_and(|(scheme, authority)| {
                matches!(scheme, "http" | "https") && authority.eq_ignore_ascii_case(host)
            });
            listed || same
        });
        if !known {
            return Err(Refusal::http(StatusCode::FORBIDDEN, "requests from this origin are not served"));
        }
    }
    Ok(())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// The credential of a request: `Authorization: Bearer` or `X-Drawbridge-Api-Key`.
fn credential(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    fn text(value: &HeaderValue) -> Result<&str, Refusal> {
        value.to_str().map_err(|_| Refusal::http(StatusCode::BAD_REQUEST, "unreadable credential"))
    }
    if headers.get_all(header::AUTHORIZATION).iter().count() > 1 || headers.get_all(API_KEY).iter().count() > 1 {
        return Err(Refusal::http(StatusCode::BAD_REQUEST, "send one credential"));
    }
    if let Some(value) = headers.get(API_KEY) {
        return text(value).map(Some);
    }
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    match text(value)?.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => Ok(None),
    }
}

fn unauthorised(text: &str) -> Refusal {
    Refusal::http(StatusCode::UNAUTHORIZED, text)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

/// What somebody can do whose credential is refused. Another key would not help an account that may not act.
fn what_to_do(failure: &AuthFailure) -> &'static str {
    match failure {
        AuthFailure::Expired { .. } => "this API key has expired; make a new one in the console",
        AuthFailure::Unknown | AuthFailure::Revoked { .. } => {
            "this API key is not valid; make a new one in the console"
        }
        AuthFailure::Inactive { person, .. } if person.status == UserStatus::Suspended => {
            "your account is suspended; ask an administrator of Drawbridge"
        }
        AuthFailure::Inactive { .. } => "your account is not active; ask an administrator for an invitation link",
    }
}

impl Gateway {
    /// Finds the person behind the credential, from memory alone.
    pub(crate) async fn authenticate(
        &self,
        parts: &Parts,
        correlation: CorrelationId,
    ) -> Result<Authenticated, Refusal> {
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.address.ip().to_canonical());
        let Some(secret) = credential(&parts.headers)? else {
            return Err(unauthorised("send your API key as `Authorization: Bearer` or `X-Drawbridge-Api-Key`"));
        };
        let snapshot = self.inner.parts.directory.load();
        let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
        let passed_on = self.was_passed_on(&parts.headers, &hash);
        let ip = passed_on.as_ref().map_or(peer, |passed_on| passed_on.ip);
        match snapshot.authenticate(&hash, self.inner.parts.env.now()) {
            Ok(directory::Authenticated { person, key }) => {
                self.inner.parts.observer.key_used(key);
                Ok(Authenticated { credential: hash, snapshot, person, key, ip, passed_on: passed_on.is_some() })
            }
            Err(failure) => {
                self.refused_credential(&failure, ip, correlation).await;
                Err(unauthorised(what_to_do(&failure)))
            }
        }
    }

    /// Records a refused credential. Bounded by a budget a minute: an attacker must not be able to fill the log.
    async fn refused_credential(&self, failure: &AuthFailure, ip: Option<IpAddr>, correlation: CorrelationId) {
        if !self.inner.metrics.may_record_auth_failure(self.inner.parts.env.now()) {
            return;
        }
        tracing::warn!(reason = %failure, ip = ip.map(display), person = failure.person().map(|p| display(p.id)), %correlation, "a key was refused");
        let actor = match failure.person() {
            Some(person) => Actor { kind: ActorKind::User, id: Some(person.id), name: person.name.clone() },
            None => Actor { kind: ActorKind::Anonymous, id: None, name: "unknown".to_owned() },
        };
        let mut event = Event::new(AuditAction::AuthFailed, Outcome::Denied, actor, correlation);
        event.ip = ip;
        event.reason = Some(failure.to_string());
        if let Err(error) = self.inner.parts.ledger.write(event).await {
            tracing::error!(%error, %correlation, "a refused credential could not be recorded");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_do_not_matter_for_hosts() {
        for (host, name) in
            [("localhost:3000", "localhost"), ("localhost", "localhost"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]")]
        {
            assert_eq!(without_port(host), name);
        }
    }

    #[test]
    fn foreign_hosts_and_origins_are_refused() {
        let mut settings = Settings::default();
        settings.allowed_origins.push("http://localhost:3000".into());
        let check = |host: &'static str, origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            check_origin(&settings, &headers).is_ok()
        };
        assert!(check("localhost:3000", None));
        assert!(check("LOCALHOST", Some("http://localhost:3000")));
        assert!(check("127.0.0.1:4000", Some("http://127.0.0.1:4000")));
        assert!(!check("127.0.0.1:4000", Some("http://127.0.0.1:5000")));
        assert!(!check("evil.example", None));
        assert!(!check("localhost.evil.example:3000", None));
        assert!(!check("localhost:3000", Some("http://evil.example")));
        assert!(!check("localhost:3000", Some("null")));
    }
}
