//! What can go wrong on the way to another server, told apart by what one would do about it.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError};
use url::Url;

use crate::AddressClass;

pub(crate) const CONNECTING: &str = "connecting";

/// Why an outbound request did not succeed. No variant holds a URL, since queries can carry keys.
///
/// [`detail`](Self::detail) says what happened and why, [`advice`](Self::advice) what to do; `Display` is both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetError {
    /// The URL cannot be used at all.
    BadUrl {
        /// What is wrong with it.
        why: String,
    },
    /// The address is one that may not be connected to.
    Blocked {
        /// The host in the URL.
        host: String,
        /// The address it stands for.
        addr: IpAddr,
        /// What kind of address that is.
        why: AddressClass,
    },
    /// The name has no address.
    Dns {
        /// The host in the URL.
        host: String,
        /// What the resolver said.
        why: String,
    },
    /// Nobody took the connection.
    Connect {
        /// The host in the URL.
        host: String,
        /// What the operating system said.
        why: String,
    },
    /// The TLS handshake failed.
    Tls {
        /// The host in the URL.
        host: String,
        /// What was wrong.
        why: TlsFault,
    },
    /// No answer in time.
    Timeout {
        /// The host in the URL.
        host: String,
        /// What was waited for, to follow "while".
        doing: &'static str,
        /// How long it was waited for, if that is known here.
        after: Option<Duration>,
    },
    /// The answer is longer than is accepted.
    TooLarge {
        /// The host in the URL.
        host: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// The connection broke, or what came was no HTTP.
    Interrupted {
        /// The host in the URL.
        host: String,
        /// What was seen.
        why: String,
    },
    /// The client itself cannot be set up.
    Setup {
        /// What is missing or wrong.
        why: String,
    },
}

/// What was wrong with a TLS handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsFault {
    /// The certificate is not signed by anybody we trust (self-signed, or a private authority).
    UnknownIssuer,
    /// The certificate is for another name.
    WrongName,
    /// The certificate has expired.
    Expired,
    /// The certificate is not valid yet.
    NotYetValid,
    /// The certificate was revoked.
    Revoked,
    /// The certificate is unusable in another way.
    BadCertificate(String),
    /// What answered does not speak TLS.
    NotTls,
    /// The server ended the handshake.
    Refused(String),
    /// Anything else.
    Other(String),
}

impl fmt::Display for TlsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownIssuer => f.write_str("its certificate is not signed by a trusted authority"),
            Self::WrongName => f.write_str("its certificate is for another name"),
            Self::Expired => f.write_str("its certificate has expired"),
            Self::NotYetValid => f.write_str("its certificate is not valid yet"),
            Self::Revoked => f.write_str("its certificate was revoked"),
            Self::BadCertificate(why) => write!(f, "its certificate cannot be used: {why}"),
            Self::NotTls => f.write_str("what answers there does not speak TLS"),
            Self::Refused(why) => write!(f, "it ended the handshake: {why}"),
            Self::Other(why) => f.write_str(why),
        }
    }
}

impl NetError {
    /// Whether the request never left this machine, so that it can be made again elsewhere.
    pub fn before_sending(&self) -> bool {
        match self {
            Self::BadUrl { .. }
            | Self::Blocked { .. }
            | Self::Dns { .. }
            | Self::Connect { .. }
            | Self::Tls { .. }
            | Self::Setup { .. } => true,
            Self::Timeout { doing, .. } => *doing == CONNECTING,
            Self::TooLarge { .. } | Self::Interrupted { .. } => false,
        }
    }

    /// What happened and why, as one sentence without a full stop.
    pub fn detail(&self) -> String {
        match self {
            Self::BadUrl { why } => format!("the URL cannot be used: {why}"),
            Self::Blocked { host, addr, why } if host == &addr.to_string() => {
                format!("{host} may not be connected to: it is {why}")
            }
            Self::Blocked { host, addr, why } => {
                format!("{host} may not be connected to: its address {addr} is {why}")
            }
            Self::Dns { host, why } => format!("the name {host} has no address: {why}"),
            Self::Connect { host, why } => format!("{host} takes no connection: {why}"),
            Self::Tls { host, why } => format!("no secure connection to {host}: {why}"),
            Self::Timeout { host, doing, after: Some(after) } => {
                format!("{host} did not answer in time: {:.1} seconds passed while {doing}", after.as_secs_f64())
            }
            Self::Timeout { host, doing, after: None } => {
                format!("{host} did not answer in time: the deadline passed while {doing}")
            }
            Self::TooLarge { host, limit } => {
                format!("the answer of {host} is longer than the limit of {}", in_words(*limit))
            }
            Self::Interrupted { host, why } => format!("the connection to {host} broke: {why}"),
            Self::Setup { why } => format!("outbound connections cannot be set up: {why}"),
        }
    }

    /// What to do about it, as one sentence without a full stop.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::BadUrl { .. } => "enter the full https address of the server's MCP endpoint",
            Self::Blocked { why: AddressClass::Loopback, .. } => {
                "use the address of the machine it runs on; for development, start Drawbridge with \
                 DRAWBRIDGE_ALLOW_LOOPBACK=true"
            }
            Self::Blocked { why: AddressClass::Private | AddressClass::Shared | AddressClass::UniqueLocal, .. } => {
                "ask an administrator to allow private addresses for this server"
            }
            Self::Blocked { .. } => "use an ordinary public address; addresses of this kind are never connected to",
            Self::Dns { .. } => "check the spelling of the host, and that it exists in the DNS that Drawbridge uses",
            Self::Connect { .. } => {
                "check the port, that the server is running, and that no firewall stands between it and Drawbridge"
            }
            Self::Tls { why: TlsFault::UnknownIssuer, .. } => {
                "give the server a certificate of a public authority, or add the private authority to the trusted \
                 certificates of the machine that runs Drawbridge"
            }
            Self::Tls { why: TlsFault::WrongName, .. } => {
                "use the name that the certificate was made for, or get a certificate for this name"
            }
            Self::Tls { why: TlsFault::Expired | TlsFault::NotYetValid | TlsFault::Revoked, .. } => {
                "renew the server's certificate, and check the clocks of both machines"
            }
            Self::Tls { why: TlsFault::NotTls, .. } => "check the port: https is usually on 443",
            Self::Tls { .. } => "check the TLS setup of the server; TLS 1.2 or 1.3 is needed",
            Self::Timeout { .. } => "check that the server is running and not overloaded, then try again",
            Self::TooLarge { .. } => {
                "check that the address is an MCP endpoint, and that its answers are not this long"
            }
            Self::Interrupted { .. } => "check the server's log, and that the address is that of an HTTP server",
            Self::Setup { .. } => "check the settings and the certificates of the machine that runs Drawbridge",
        }
    }

    /// Whether nothing of the request can have reached the server.
    pub const fn before_request(&self) -> bool {
        matches!(
            self,
            Self::BadUrl { .. }
                | Self::Blocked { .. }
                | Self::Dns { .. }
                | Self::Connect { .. }
                | Self::Tls { .. }
                | Self::Setup { .. }
        )
    }

    /// Reads the cause out of an error of the client.
    pub fn of(error: &reqwest::Error) -> Self {
        let host = error.url().and_then(|url| url.host_str()).unwrap_or("the server");
        Self::read(error, host.to_owned())
    }

    /// Reads the cause out of an error that came with the body of an answer from this URL. Such errors do not know
    /// where they happened.
    pub fn of_body(error: &reqwest::Error, url: &Url) -> Self {
        Self::read(error, url.host_str().unwrap_or("the server").to_owned())
    }

    fn read(error: &reqwest::Error, host: String) -> Self {
        let why = match Self::within(error, &host) {
            Ok(known) => return known,
            Err(why) => why,
        };
        if error.is_timeout() {
            let doing = if error.is_connect() { CONNECTING } else { "waiting for the answer" };
            Self::Timeout { host, doing, after: None }
        } else if error.is_dns() {
            Self::Dns { host, why }
        } else if error.is_connect() {
            Self::Connect { host, why }
        } else if error.is_builder() {
            Self::BadUrl { why }
        } else {
            Self::Interrupted { host, why }
        }
    }

    /// Reads the cause out of an error of the direct client.
    pub(crate) fn of_direct(error: &hyper_util::client::legacy::Error, host: String) -> Self {
        match Self::within(error, &host) {
            Ok(known) => known,
            Err(why) if error.is_connect() => Self::Connect { host, why },
            Err(why) => Self::Interrupted { host, why },
        }
    }

    /// The cause, if an error among the causes says it by its type, or else what is known of it in words.
    fn within(error: &(dyn StdError + 'static), host: &str) -> Result<Self, String> {
        let mut source = Some(error);
        let mut deepest = String::new();
        let mut broken = None;
        while let Some(current) = source {
            if let Some(ours) = current.downcast_ref::<Self>() {
                return Ok(ours.clone());
            }
            if let Some(tls) = current.downcast_ref::<rustls::Error>() {
                return Ok(Self::Tls { host: host.to_owned(), why: TlsFault::of(tls) });
            }
            if let Some(io) = current.downcast_ref::<io::Error>() {
                if let Some(tls) = tls_within(io) {
                    return Ok(Self::Tls { host: host.to_owned(), why: TlsFault::of(tls) });
                }
                broken = Some(io_words(io));
            }
            deepest = current.to_string();
            source = current.source();
        }
        Err(broken.unwrap_or(deepest))
    }
}

impl fmt::Display for NetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.detail(), self.advice())
    }
}

impl StdError for NetError {}

impl TlsFault {
    pub(crate) fn of(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(certificate) => match certificate {
                CertificateError::UnknownIssuer => Self::UnknownIssuer,
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Self::WrongName,
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotYetValid,
                CertificateError::Revoked => Self::Revoked,
                other => Self::BadCertificate(other.to_string()),
            },
            rustls::Error::InvalidMessage(_) | rustls::Error::InappropriateMessage { .. } => Self::NotTls,
            rustls::Error::AlertReceived(alert) => Self::Refused(alert_words(*alert)),
            other => Self::Other(other.to_string()),
        }
    }

    /// A failure of a handshake that we drive ourselves.
    pub(crate) fn of_io(error: &io::Error) -> Self {
        match tls_within(error) {
            Some(tls) => Self::of(tls),
            None => Self::Refused(io_words(error)),
        }
    }
}

/// The TLS error inside an `io::Error`, however often it was wrapped; `source()` skips the wrapped error itself.
fn tls_within(error: &io::Error) -> Option<&rustls::Error> {
    let mut current = error;
    loop {
        let inner = current.get_ref()?;
        match inner.downcast_ref::<io::Error>() {
            Some(deeper) => current = deeper,
            None => return inner.downcast_ref::<rustls::Error>(),
        }
    }
}

fn alert_words(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::ProtocolVersion => "it offers no version of TLS that is still safe".to_owned(),
        AlertDescription::UnrecognisedName => "it does not know this name".to_owned(),
        AlertDescription::CertificateRequired => "it asks for a client certificate".to_owned(),
        other => format!("{other:?}"),
    }
}

/// The kind of an operating system error in plain words; its own text carries numbers that help nobody.
pub(crate) fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "the connection was refused".to_owned(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => "the connection was reset".to_owned(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe => "the connection was closed early".to_owned(),
        io::ErrorKind::HostUnreachable => "the host cannot be reached".to_owned(),
        io::ErrorKind::NetworkUnreachable => "the network cannot be reached".to_owned(),
        io::ErrorKind::TimedOut => "the connection timed out".to_owned(),
        _ => error.to_string(),
    }
}

fn in_words(bytes: usize) -> String {
    const MIB: usize = 1024 * 1024;
    if bytes >= MIB && bytes.is_multiple_of(MIB) { format!("{} MiB", bytes / MIB) } else { format!("{bytes} bytes") }
}
