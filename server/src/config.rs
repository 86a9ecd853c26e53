//! Settings of the program: the one place that reads the environment.
//!
//! Every setting is a flag and an environment variable, and is listed by `drawbridge config` and in the README. Flags
//! win over the environment, the environment over defaults.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::RangedI64ValueParser;
use clap::{Args, ValueEnum};
use domain::{Limits, Range, Rate, ServerLimits};
use secrecy::SecretString;

/// Numbers of the range that an administrator has for the same limit of one server.
fn within<T>((least, most): Range) -> RangedI64ValueParser<T>
where
    T: TryFrom<i64> + Clone + Send + Sync + 'static,
    T::Error: Send + Sync + 'static + ToString,
{
    RangedI64ValueParser::new().range(least.cast_signed()..=most.cast_signed())
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// What records of calls are worth to the calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum AuditDelivery {
    /// No call without its record.
    #[default]
    Enforced,
    /// Calls do not wait for their records; some can be lost.
    #[value(name = "best_effort")]
    BestEffort,
}

impl From<AuditDelivery> for ledger::Delivery {
    fn from(delivery: AuditDelivery) -> Self {
        match delivery {
            AuditDelivery::Enforced => Self::Enforced,
            AuditDelivery::BestEffort => Self::BestEffort,
        }
    }
}

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct DataArgs {
    /// Directory for database, key and everything else that must survive. Created with mode 0700.
    #[arg(long, env = "DRAWBRIDGE_DATA_DIR", default_value = "./data", value_name = "DIR")]
    pub data_dir: PathBuf,

    /// PostgreSQL address (14 or later); SQLite in the data directory when absent.
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<SecretString>,

    /// Key that seals secrets: 32 bytes as 64 hexadecimal digits or base64. Required with PostgreSQL.
    #[arg(long, env = "DRAWBRIDGE_MASTER_KEY", value_name = "KEY", hide_env_values = true)]
    pub master_key: Option<SecretString>,

    /// File that holds the key; `master.key` in the data directory (made on first start) when absent.
    #[arg(long, env = "DRAWBRIDGE_MASTER_KEY_FILE", value_name = "FILE")]
    pub master_key_file: Option<PathBuf>,
}

/// How the program is reached, and what it allows.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataArgs,

    /// Address and port to listen on.
    #[arg(long, env = "DRAWBRIDGE_LISTEN", default_value = "127.0.0.1:3000", value_name = "ADDR")]
    pub listen: SocketAddr,

    /// Address that people and clients use; `http://<listen>` when absent.
    #[arg(long, env = "DRAWBRIDGE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// Address at which the other nodes of an installation reach this one; `http://<listen>` when absent. Only with
    /// PostgreSQL.
    #[arg(long, env = "DRAWBRIDGE_NODE_URL", value_name = "URL")]
    pub node_url: Option<String>,

    /// Further host names to answer to, separated by commas.
    #[arg(long, env = "DRAWBRIDGE_ALLOWED_HOSTS", value_delimiter = ',', value_name = "HOSTS")]
    pub allowed_hosts: Vec<String>,

    /// Serve a public address by plain http. Passwords and keys can then be read on the way.
    #[arg(long, env = "DRAWBRIDGE_INSECURE_HTTP", default_value_t = false, action = clap::ArgAction::Set,
          num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub insecure_http: bool,

    /// Allow MCP servers on this machine's own addresses, and tell clients what their requests took. For development
    /// only.
    #[arg(long, env = "DRAWBRIDGE_ALLOW_LOOPBACK", default_value_t = false, action = clap::ArgAction::Set,
          num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub allow_loopback: bool,

    /// PEM file with further certificate authorities for MCP servers.
    #[arg(long, env = "DRAWBRIDGE_CA_FILE", value_name = "FILE")]
    pub ca_file: Option<PathBuf>,

    /// Directory of the console's files; the ones inside the binary when absent.
    #[arg(long, env = "DRAWBRIDGE_SITE", value_name = "DIR")]
    pub site: Option<PathBuf>,

    /// Seconds that an MCP server may stay silent, before its answer and inside it, and that a client may take nothing of
    /// what it is sent.
    #[arg(long, env = "DRAWBRIDGE_UPSTREAM_TIMEOUT", default_value_t = 120, value_name = "SECONDS",
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub upstream_timeout: u64,

    /// Calls under way at one MCP server; others wait for their turn.
    #[arg(long, env = "DRAWBRIDGE_LIMIT_CONCURRENT", default_value_t = Limits::default().concurrent,
          value_name = "CALLS", value_parser = within::<u32>(ServerLimits::CONCURRENT))]
    pub limit_concurrent: u32,

    /// Calls that may wait for their turn at one MCP server; more are refused at once.
    #[arg(long, env = "DRAWBRIDGE_LIMIT_QUEUE", default_value_t = Limits::default().queue, value_name = "CALLS",
          value_parser = within::<u32>(ServerLimits::QUEUE))]
    pub limit_queue: u32,

    /// Seconds that a call may wait for its turn.
    #[arg(long, env = "DRAWBRIDGE_LIMIT_QUEUE_WAIT", default_value_t = Limits::default().queue_wait.as_secs(),
          value_name = "SECONDS", value_parser = within::<u64>(ServerLimits::QUEUE_WAIT))]
    pub limit_queue_wait: u64,

    /// Calls of one person under way or waiting at one MCP server.
    #[arg(long, env = "DRAWBRIDGE_LIMIT_PER_PERSON", default_value_t = Limits::default().concurrent_per_person,
          value_name = "CALLS", value_parser = within::<u32>(ServerLimits::CONCURRENT))]
    pub limit_per_person: u32,

    /// Calls of one person to one MCP server in a minute; no limit when absent.
    #[arg(long, env = "DRAWBRIDGE_LIMIT_RATE", value_name = "CALLS",
          value_parser = within::<u32>(ServerLimits::PER_MINUTE))]
    pub limit_rate: Option<u32>,

    /// `enforced`: a call happens only when its record is durable. `best_effort`: calls do not wait for their records,
    /// and those of the last moments are lost with the process or a failing database.
    #[arg(long, env = "DRAWBRIDGE_AUDIT_DELIVERY", value_enum, default_value = "enforced", value_name = "HOW")]
    pub audit_delivery: AuditDelivery,

    /// Seconds that calls under way get to finish at shutdown.
    #[arg(long, env = "DRAWBRIDGE_SHUTDOWN_GRACE", default_value_t = 10, value_name = "SECONDS")]
    pub shutdown_grace: u64,

    /// Collector that gets traces by OTLP over HTTP, such as `http://localhost:4318`; none are made when absent.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<String>,

    /// Fill an empty database with a demonstration organisation.
    #[arg(long, env = "DRAWBRIDGE_DEMO", default_value_t = false, action = clap::ArgAction::Set,
          num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub demo: bool,

    /// MCP address that the demonstration's servers use.
    #[arg(long, env = "DRAWBRIDGE_DEMO_UPSTREAM", default_value = "http://127.0.0.1:3900/mcp", value_name = "URL")]
    pub demo_upstream: String,
}

/// How the program talks about itself.
#[derive(Debug, Clone, Args)]
pub struct LogArgs {
    /// What to log: levels and targets as `tracing` filters.
    #[arg(
        long,
        env = "DRAWBRIDGE_LOG",
        default_value = "info,rmcp=warn,sqlx=warn",
        global = true,
        value_name = "FILTER"
    )]
    pub log: String,

    /// How to write the log.
    #[arg(
        long,
        env = "DRAWBRIDGE_LOG_FORMAT",
        value_enum,
        default_value = "pretty",
        global = true,
        value_name = "FORMAT"
    )]
    pub log_format: LogFormat,
}

/// Settings that contradict each other or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The public URL is not an address of a web site.
    #[error("DRAWBRIDGE_PUBLIC_URL is `{0}`: give the address that people use, such as https://drawbridge.example.com")]
    PublicUrl(String),
    /// Plain http to a public address.
    #[error(
        "the public URL {0} is plain http: passwords and keys could be read on the way. Put a TLS proxy in front and use \
         an https address, or set DRAWBRIDGE_INSECURE_HTTP=true if you accept that"
    )]
    InsecureHttp(String),
    /// The address of the node is not one.
    #[error(
        "DRAWBRIDGE_NODE_URL is `{url}`: {why}; give the address at which other nodes reach this one, such as http://10.0.0.5:3000"
    )]
    NodeUrl {
        /// The setting.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// Several machines need one key.
    #[error(
        "with PostgreSQL the key that seals secrets must be given: set DRAWBRIDGE_MASTER_KEY or DRAWBRIDGE_MASTER_KEY_FILE \
         (`openssl rand -hex 32` makes one), the same on every node"
    )]
    MasterKeyMissing,
}

/// The public address, taken apart once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    /// Without a trailing slash.
    pub text: String,
    /// Scheme, host and port, as browsers send them in `Origin`.
    pub origin: String,
    /// The host without port, as in `Host`.
    pub host: String,
    /// Encrypted.
    pub https: bool,
    /// An address of this machine.
    pub loopback: bool,
}

impl PublicUrl {
    /// Takes an address apart.
    ///
    /// # Errors
    /// When it is no http or https address with a host.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let wrong = || ConfigError::PublicUrl(text.to_owned());
        let url = net::Url::parse(text).map_err(|_| wrong())?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(wrong()),
        };
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.path() != "/" {
            return Err(wrong());
        }
        let host = url.host_str().ok_or_else(wrong)?.to_owned();
        let loopback = matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]") || host.ends_with(".localhost");
        let origin = url.origin().ascii_serialization();
        Ok(Self { text: origin.clone(), origin, host, https, loopback })
    }
}

impl ServeArgs {
    /// The public address.
    ///
    /// # Errors
    /// When it is no address, or plain http to the outside without consent.
    pub fn public(&self) -> Result<PublicUrl, ConfigError> {
        let text = match &self.public_url {
            Some(url) => url.clone(),
            None if self.listen.ip().is_unspecified() => format!("http://localhost:{}", self.listen.port()),
            None => format!("http://{}", self.listen),
        };
        let public = PublicUrl::parse(&text)?;
        if !public.https && !public.loopback && !self.insecure_http {
            return Err(ConfigError::InsecureHttp(public.text));
        }
        Ok(public)
    }

    /// Where other nodes reach this one; `None` where nobody can say, as it listens on every address.
    ///
    /// # Errors
    /// When the setting is no address.
    pub fn node_address(&self, listen: SocketAddr) -> Result<Option<String>, ConfigError> {
        match &self.node_url {
            Some(url) => match net::Peers::check(url) {
                Ok(_) => Ok(Some(url.trim_end_matches('/').to_owned())),
                Err(error) => Err(ConfigError::NodeUrl { url: url.clone(), why: error.to_string() }),
            },
            None if listen.ip().is_unspecified() => Ok(None),
            None => Ok(Some(format!("http://{listen}"))),
        }
    }

    /// Host names that are answered to.
    pub fn hosts(&self, public: &PublicUrl) -> Vec<String> {
        let mut hosts = vec![public.host.clone()];
        if self.listen.ip().is_loopback() || public.loopback {
            hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        }
        hosts.extend(self.allowed_hosts.iter().map(|h| h.trim().to_owned()).filter(|h| !h.is_empty()));
        hosts.sort();
        hosts.dedup();
        hosts
    }

    /// The longest silence of an MCP server.
    pub const fn silence(&self) -> Duration {
        Duration::from_secs(self.upstream_timeout)
    }

    /// The limits where nothing else is set for a server.
    pub fn limits(&self) -> Limits {
        Limits {
            concurrent: self.limit_concurrent,
            queue: self.limit_queue,
            queue_wait: Duration::from_secs(self.limit_queue_wait),
            concurrent_per_person: self.limit_per_person,
            rate_per_person: self.limit_rate.map(|per_minute| Rate { per_minute, burst: None }),
            first_byte: self.silence(),
            idle: self.silence(),
            ..Limits::default()
        }
    }

    /// The time that calls under way get at shutdown.
    pub const fn grace(&self) -> Duration {
        Duration::from_secs(self.shutdown_grace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_urls() {
        let public = PublicUrl::parse("https://Drawbridge.example.com/").unwrap();
        assert_eq!(public.text, "https://drawbridge.example.com");
        assert!(public.https && !public.loopback);
        let local = PublicUrl::parse("http://127.0.0.1:3000").unwrap();
        assert_eq!((local.origin.as_str(), local.host.as_str()), ("http://127.0.0.1:3000", "127.0.0.1"));
        assert!(local.loopback);
        for wrong in ["drawbridge.example.com", "ftp://x", "https://x/path", "https://u@x", "https://x?y"] {
            assert!(PublicUrl::parse(wrong).is_err(), "{wrong}");
        }
    }
}
