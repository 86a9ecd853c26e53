//! Opens what everything stands on: database, key, audit log.

use std::sync::Arc;

use domain::{Env, NodeId};
use ledger::Ledger;
use secrecy::ExposeSecret as _;
use store::{Claim, Db};
use vault::{MasterKey, Vault};

use crate::config::{AuditDelivery, ConfigError, DataArgs};

/// Why the data cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The key.
    #[error(transparent)]
    Vault(#[from] vault::VaultError),
    /// The audit log.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// Another process has the identity that was just made, which only bad randomness can cause.
    #[error("another process is node {0} already; check this machine's random numbers and start again")]
    Claimed(NodeId),
}

/// The opened data.
#[derive(Clone)]
pub struct Data {
    /// The database.
    pub db: Db,
    /// Secrets at rest.
    pub vault: Vault,
    /// The audit log.
    pub ledger: Ledger,
    /// Nobody else is this node while this lives.
    _claim: Arc<Claim>,
}

impl Data {
    /// The same data, with what the setting says about records of calls.
    #[must_use]
    pub(crate) fn delivering(self, delivery: AuditDelivery) -> Self {
        if delivery == AuditDelivery::BestEffort {
            tracing::warn!(
                "AUDIT IS BEST EFFORT (DRAWBRIDGE_AUDIT_DELIVERY): calls do not wait for their records, and records can be \
                 lost; what the audit log holds is no proof of what did not happen"
            );
        }
        Self { ledger: self.ledger.delivering(delivery.into()), ..self }
    }
}

/// Opens database, key and audit log. Refuses a data directory that another process uses.
///
/// # Errors
/// See [`OpenError`]; each says what to do.
pub async fn open(args: &DataArgs, env: &Arc<dyn Env>) -> Result<Data, OpenError> {
    let postgres = args.database_url.is_some();
    let db = database(args).await?;
    let key = match (&args.master_key, &args.master_key_file) {
        (Some(key), _) => MasterKey::parse(key.expose_secret())?,
        (None, Some(file)) => MasterKey::load(file)?,
        (None, None) if postgres => return Err(ConfigError::MasterKeyMissing.into()),
        (None, None) => {
            MasterKey::load_or_create(&args.data_dir.join("master.key"), env.as_ref() as &dyn domain::Random)?
        }
    };
    let vault = Vault::new(key, env.clone());
    let (node, claim) = node(&db, env.as_ref()).await?;
    let ledger = Ledger::open(db.clone(), node, env.clone()).await?;
    Ok(Data { db, vault, ledger, _claim: Arc::new(claim) })
}

/// Opens the database alone: for those who only look.
///
/// # Errors
/// See [`store::Error`].
pub async fn database(args: &DataArgs) -> Result<Db, store::Error> {
    match &args.database_url {
        Some(url) => Db::open_postgres(url.expose_secret()).await,
        None => Db::open_sqlite(&args.data_dir.join("drawbridge.db")).await,
    }
}

/// This node's identity in the audit log: that of a node which is gone, or a new one. Taking over what somebody left
/// behind closes the calls that a crash left open, wherever the program is started again, and keeps the number of
/// chains as small as the number of nodes that ever ran at once.
async fn node(db: &Db, env: &dyn Env) -> Result<(NodeId, Claim), OpenError> {
    let name = |node: NodeId| format!("drawbridge/node/{node}");
    for node in Ledger::nodes(db).await? {
        if let Some(claim) = db.claim(&name(node)).await? {
            return Ok((node, claim));
        }
    }
    let node = NodeId::generate(env);
    let claim = db.claim(&name(node)).await?.ok_or(OpenError::Claimed(node))?;
    Ok((node, claim))
}
