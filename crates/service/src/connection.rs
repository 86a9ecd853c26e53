//! Where a server is and how it is reached: checked the same way in a request and in a server's own settings.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::{AuthKind, SecretField, Transport};
use net::Reach;
use secrecy::SecretString;
use store::Tx;
use store::secrets::{Names, Owner, SecretKind};
use vault::secret_context;

use crate::error::Wrong;
use crate::{Result, Services};

/// Headers or environment variables of one server.
const MAX_FIELDS: usize = 20;
/// Bytes of one value.
const MAX_VALUE: usize = 8 << 10;
/// Bytes of an address.
const MAX_URL: usize = 2048;

/// Headers that Drawbridge sets itself, or that would change how a message is read.
const RESERVED_HEADERS: &[&str] = &[
    "accept",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "last-event-id",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-drawbridge-api-key",
];

/// The fields of a form that say where a server is.
pub(crate) struct Given<'a> {
    pub(crate) transport: &'a str,
    pub(crate) url: &'a str,
    pub(crate) auth: &'a str,
    pub(crate) headers: &'a [SecretField],
    pub(crate) env: &'a [SecretField],
}

/// A connection whose fields have been checked.
pub(crate) struct Connection {
    pub(crate) transport: Transport,
    pub(crate) url: String,
    pub(crate) auth: AuthKind,
    pub(crate) headers: Vec<SecretField>,
    pub(crate) env: Vec<SecretField>,
}

impl Services {
    /// Checks the fields. `kept` are names whose values are stored already, so that an empty value keeps them.
    pub(crate) fn check_connection(&self, wrong: &mut Wrong, given: &Given<'_>, kept: &Names) -> Connection {
        let transport = match given.transport.trim() {
            "" => Transport::StreamableHttp,
            text => wrong.parse("transport", text).unwrap_or(Transport::StreamableHttp),
        };
        if transport == Transport::Stdio {
            wrong.add(
                "transport",
                format!("servers with the transport {} cannot be used; choose one over HTTP", transport.label()),
            );
        }
        let auth = match given.auth.trim() {
            "" => AuthKind::None,
            text => wrong.parse("auth", text).unwrap_or(AuthKind::None),
        };
        if auth == AuthKind::Oauth {
            wrong.add("auth", "servers that need OAuth cannot be used; choose none, or an API key");
        }
        let headers = fields(wrong, "headers", given.headers, &kept.headers, header_name);
        let env = fields(wrong, "env", given.env, &kept.env, variable_name);
        match auth {
            AuthKind::ApiKey if headers.is_empty() => {
                wrong.add("headers", "enter the header that carries the API key, for example Authorization");
            }
            AuthKind::None if !headers.is_empty() => {
                wrong.add("auth", "choose `API key or headers` to send headers, or remove them");
            }
            _ => {}
        }
        let url = self.check_url(wrong, given.url);
        Connection { transport, url, auth, headers, env }
    }

    fn check_url(&self, wrong: &mut Wrong, text: &str) -> String {
        let text = text.trim();
        if text.is_empty() {
            wrong.add("url", "enter the address of the server's MCP endpoint, such as https://mcp.example.com/mcp");
            return String::new();
        }
        if text.len() > MAX_URL {
            wrong.add("url", format!("use at most {MAX_URL} characters"));
            return String::new();
        }
        // A private address is for the approving administrator to allow, so it may be asked for.
        match self.parts().net.check(text, Reach::Private) {
            Ok(url) => url.to_string(),
            Err(error) => {
                wrong.add("url", format!("{}; {}", error.detail(), error.advice()));
                String::new()
            }
        }
    }

    /// Seals the values that were entered and forgets those whose names are gone.
    pub(crate) async fn keep_secrets(
        &self,
        tx: &mut Tx,
        owner: Owner<'_>,
        headers: &[SecretField],
        env: &[SecretField],
        now: DateTime<Utc>,
    ) -> Result<()> {
        let names = store::secrets::names(tx, owner).await?;
        for (kind, given, stored) in [(SecretKind::Header, headers, names.headers), (SecretKind::Env, env, names.env)] {
            for gone in stored.iter().filter(|name| !given.iter().any(|field| field.name == **name)) {
                store::secrets::delete(tx, owner, kind, gone).await?;
            }
            for field in given.iter().filter(|field| !field.value.is_empty()) {
                let context = secret_context(owner, in_vault(kind), &field.name);
                let value = SecretString::from(field.value.expose().to_owned());
                let sealed = self.parts().vault.seal(&context, &value)?;
                store::secrets::put(tx, owner, kind, &field.name, &sealed, now).await?;
            }
        }
        Ok(())
    }

    /// Moves sealed values to another owner. Each is sealed anew, since the owner is part of the seal.
    pub(crate) async fn move_secrets(
        &self,
        tx: &mut Tx,
        from: Owner<'_>,
        to: Owner<'_>,
        only: Option<&Names>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        for secret in store::secrets::get_all(tx, from).await? {
            let wanted = only.is_none_or(|names| match secret.kind {
                SecretKind::Header => names.headers.contains(&secret.name),
                SecretKind::Env => names.env.contains(&secret.name),
            });
            if wanted {
                let kind = in_vault(secret.kind);
                let value = self.parts().vault.open(&secret_context(from, kind, &secret.name), &secret.sealed)?;
                let sealed = self.parts().vault.seal(&secret_context(to, kind, &secret.name), &value)?;
                store::secrets::put(tx, to, secret.kind, &secret.name, &sealed, now).await?;
            }
        }
        store::secrets::delete_owner(tx, from).await?;
        Ok(())
    }

    /// The opened headers of an owner, for a connection test.
    pub(crate) async fn opened_headers(&self, tx: &mut Tx, owner: Owner<'_>) -> Result<Vec<(String, SecretString)>> {
        let mut headers = Vec::new();
        for secret in store::secrets::get_all(tx, owner).await? {
            if secret.kind == SecretKind::Header {
                let context = secret_context(owner, in_vault(secret.kind), &secret.name);
                headers.push((secret.name, self.parts().vault.open(&context, &secret.sealed)?));
            }
        }
        Ok(headers)
    }
}

/// What a row of `secrets` holds, as the vault calls it.
pub(crate) const fn in_vault(kind: SecretKind) -> vault::SecretKind {
    match kind {
        SecretKind::Header => vault::SecretKind::Header,
        SecretKind::Env => vault::SecretKind::Env,
    }
}

/// The fields that were filled in: trimmed, without empty lines, each name once.
fn fields(
    wrong: &mut Wrong,
    what: &str,
    given: &[SecretField],
    kept: &[String],
    check: fn(&str) -> Option<&'static str>,
) -> Vec<SecretField> {
    let mut fields = Vec::new();
    let mut seen = HashSet::new();
    for (i, field) in given.iter().enumerate() {
        let name = field.name.trim();
        if name.is_empty() && field.value.is_empty() {
            continue;
        }
        let (name_field, value_field) = (format!("{what}[{i}].name"), format!("{what}[{i}].value"));
        if let Some(why) = check(name) {
            wrong.add(name_field, why);
        } else if !seen.insert(name.to_ascii_lowercase()) {
            wrong.add(name_field, format!("{name} is there twice"));
        }
        let value = field.value.expose();
        if value.is_empty() && !kept.iter().any(|kept| kept == name) {
            wrong.add(value_field, "enter a value");
        } else if value.len() > MAX_VALUE {
            wrong.add(value_field, format!("use at most {MAX_VALUE} bytes"));
        } else if value.bytes().any(|b| b != b'\t' && !(b' '..=b'~').contains(&b)) {
            wrong.add(value_field, "use visible ASCII characters only");
        }
        fields.push(SecretField { name: name.to_owned(), value: field.value.clone() });
    }
    if fields.len() > MAX_FIELDS {
        wrong.add(what, format!("use at most {MAX_FIELDS}"));
    }
    fields
}

fn header_name(name: &str) -> Option<&'static str> {
    let token = !name.is_empty()
        && name.len() <= 100
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
    let lower = name.to_ascii_lowercase();
    if !token {
        Some("use the name of an HTTP header, such as Authorization or X-Api-Key")
    } else if RESERVED_HEADERS.contains(&lower.as_str()) || lower.starts_with("mcp-") || lower.starts_with("sec-") {
        Some("Drawbridge sets this header itself; choose another")
    } else {
        None
    }
}

fn variable_name(name: &str) -> Option<&'static str> {
    let valid = name.len() <= 100
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (!valid).then_some("use letters, digits and underscores, such as API_TOKEN")
}

#[cfg(test)]
mod tests {
    use domain::SecretText;

    use super::*;

    fn wrong_fields(given: &[SecretField], kept: &[String]) -> Vec<String> {
        let mut wrong = Wrong::new();
        fields(&mut wrong, "headers", given, kept, header_name);
        wrong.into_errors().into_iter().map(|error| error.field).collect()
    }

    fn field(name: &str, value: &str) -> SecretField {
        SecretField { name: name.into(), value: SecretText::new(value) }
    }

    #[test]
    fn headers_that_change_the_message_are_refused() {
        for name in ["Host", "content-length", "Mcp-Session-Id", "Sec-Fetch-Site", "Cookie", "X Key", ""] {
            assert_eq!(wrong_fields(&[field(name, "v")], &[]), ["headers[0].name"], "{name}");
        }
        assert!(wrong_fields(&[field("Authorization", "Bearer x")], &[]).is_empty());
    }

    #[test]
    fn an_empty_value_keeps_a_stored_one() {
        assert_eq!(wrong_fields(&[field("X-Key", "")], &[]), ["headers[0].value"]);
        assert!(wrong_fields(&[field("X-Key", "")], &["X-Key".to_owned()]).is_empty());
        assert!(wrong_fields(&[field("", "")], &[]).is_empty(), "empty lines of a form do not count");
        assert_eq!(wrong_fields(&[field("X-Key", "a\r\nb")], &[]), ["headers[0].value"]);
        assert_eq!(wrong_fields(&[field("X-Key", "a"), field("x-key", "b")], &[]), ["headers[1].name"]);
    }
}
