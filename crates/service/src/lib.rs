//! The use cases of Drawbridge: authorise, change, audit, in one transaction. Each exists once; console, REST and command
//! line are thin skins over this crate.
//!
//! Every use case takes [`Caller`] first. A mutation opens its own transaction, writes its audit event as the last
//! statement before the commit, and publishes a new [`directory::Snapshot`] before it returns, so that the next call
//! through the proxy already sees it.

mod access;
mod audit;
mod block;
mod caller;
mod catalog;
mod change;
mod connection;
mod connectors;
mod definitions;
mod demo;
mod denied;
mod drafts;
mod duplicates;
mod ended;
mod error;
mod expiry;
mod explain;
mod groups;
mod home;
mod keys;
mod limits;
mod links;
mod live;
mod nodes;
mod notifications;
mod password;
mod people;
mod preview;
mod requests;
mod review;
mod rules;
mod saved_views;
mod server_limits;
mod servers;
mod sessions;
mod simulate;
mod snapshot;
mod standing;
mod token;
mod views;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use block::Blocked;
pub use caller::{AuthMethod, Caller, ClientInfo, RequestMeta};
pub use demo::{DEMO_ADMIN, DEMO_EMPLOYEE, DEMO_PASSWORD};
pub use error::{Error, Result};
pub use groups::{MOST_BYTES as MOST_GROUP_FILE_BYTES, MOST_LINES as MOST_GROUP_FILE_LINES, defused, text_of_file};
pub use links::AcceptLink;
pub use nodes::{BEAT, McpTask};
pub use sessions::SignedIn;

/// What the use cases need to know of the installation.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address people and clients use, without a trailing slash.
    pub public_url: String,
    /// Servers on loopback addresses are allowed (development only).
    pub allow_loopback: bool,
    /// The console is served over plain http by an explicit setting.
    pub insecure_http: bool,
    /// Calls do not wait for their audit records, by an explicit setting.
    pub audit_best_effort: bool,
    /// The limits of the data path where nothing else is set for a server.
    pub limits: domain::Limits,
    /// The version of this program.
    pub version: String,
}

/// What the use cases stand on.
pub struct Parts {
    /// The database.
    pub db: store::Db,
    /// The audit log.
    pub ledger: ledger::Ledger,
    /// Secrets at rest.
    pub vault: vault::Vault,
    /// The one outbound client.
    pub net: net::Net,
    /// Time and randomness.
    pub env: Arc<dyn domain::Env>,
    /// What the data path reads.
    pub directory: directory::Directory,
    /// The installation.
    pub settings: Settings,
}

/// All use cases. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    /// Publications come one after the other, each loaded after the one before was out.
    publishing: tokio::sync::Mutex<snapshot::Published>,
    limits: limits::Limits,
    passwords: password::Passwords,
    key_uses: keys::KeyUses,
    heard: parking_lot::Mutex<nodes::Heard>,
    simulating: tokio::sync::Semaphore,
    live: tokio::sync::watch::Sender<u64>,
}

impl Services {
    /// Builds and publishes the first snapshot, so that the data path can serve as soon as this returns.
    ///
    /// # Errors
    /// When the database cannot be read, or holds a rule that does not compile.
    pub async fn open(parts: Parts) -> Result<Self> {
        let passwords = password::Passwords::new(parts.env.as_ref())?;
        let services = Self {
            inner: Arc::new(Inner {
                parts,
                publishing: tokio::sync::Mutex::new(snapshot::Published::default()),
                limits: limits::Limits::default(),
                passwords,
                key_uses: keys::KeyUses::default(),
                heard: parking_lot::Mutex::default(),
                simulating: tokio::sync::Semaphore::new(simulate::AT_ONCE),
                live: tokio::sync::watch::Sender::new(0),
            }),
        };
        services.publish_all().await?;
        Ok(services)
    }

    /// What the use cases stand on.
    pub fn parts(&self) -> &Parts {
        &self.inner.parts
    }

    /// What the data path reads.
    pub fn directory(&self) -> &directory::Directory {
        &self.inner.parts.directory
    }

    /// The installation.
    pub fn settings(&self) -> &Settings {
        &self.inner.parts.settings
    }

    pub(crate) fn env(&self) -> &dyn domain::Env {
        self.inner.parts.env.as_ref()
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.inner.parts.env.now()
    }

    pub(crate) fn live(&self) -> &tokio::sync::watch::Sender<u64> {
        &self.inner.live
    }

    pub(crate) fn limits(&self) -> &limits::Limits {
        &self.inner.limits
    }

    pub(crate) fn passwords(&self) -> &password::Passwords {
        &self.inner.passwords
    }
}
