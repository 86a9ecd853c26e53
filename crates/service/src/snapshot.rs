//! What the data path reads, loaded from the database and published as a whole.
//!
//! The `changes` table says what must be loaded again. A change inserts its parts there in its own transaction; whoever
//! publishes next, this node after its commit or another one on its next look, loads exactly what changed since.

use std::sync::Arc;
use std::time::Duration;

use directory::{KeyEntry, Keys, People, Person, PinEntry, Pins, SealedHeader, ServerEntry, Servers, Snapshot};
use domain::Problem;
use policy::{Profile, RuleSet};
use store::Tx;
pub(crate) use store::changes::Part;

use crate::connection::in_vault;
use crate::{Error, Result, Services};

/// The longest that a publication may take before the use case reports that it is late.
const DEADLINE: Duration = Duration::from_secs(15);

/// What the published snapshot includes.
#[derive(Default)]
pub(crate) struct Published {
    /// The last row of `changes` that it includes.
    seen: i64,
    /// The last row of `ended_sessions`.
    ended: i64,
}

impl Services {
    /// Loads everything and publishes it.
    pub(crate) async fn publish_all(&self) -> Result<()> {
        let mut published = self.inner.publishing.lock().await;
        let mut tx = self.read().await?;
        // Before loading: what is committed in between is loaded twice rather than never.
        let seen = store::changes::last_id(&mut tx).await?;
        self.load(&mut tx, Part::ALL).await?;
        published.ended = self.load_ended(&mut tx, published.ended).await?;
        published.seen = seen;
        Ok(())
    }

    /// Publishes the caller's own committed change.
    pub(crate) async fn publish(&self) -> Result<()> {
        match tokio::time::timeout(DEADLINE, self.catch_up()).await {
            Ok(Ok(_)) => Ok(()),
            late => {
                let why = match late {
                    Ok(Err(error)) => error.to_string(),
                    _ => format!("it took longer than {} s", DEADLINE.as_secs()),
                };
                tracing::error!(
                    why,
                    "a committed change could not be published; the data path still works by the state before"
                );
                Err(Problem::Unavailable {
                    why:
                        "the change is saved, but does not take effect yet because it could not be read back from the \
                          database; it will as soon as the database answers again"
                            .to_owned(),
                }
                .into())
            }
        }
    }

    /// Loads and publishes what changed since the last publication, here or on another node. Call it on every
    /// notification and, as a net, several times a second. True when something had changed.
    ///
    /// # Errors
    /// When the database cannot be read; the snapshot before stays, and the next call tries again.
    pub async fn catch_up(&self) -> Result<bool> {
        let mut published = self.inner.publishing.lock().await;
        let mut tx = self.read().await?;
        let mut seen = published.seen;
        let mut parts = Vec::new();
        // In portions, until nothing is left: one's own change is the last of them.
        loop {
            let changes = store::changes::since(&mut tx, seen).await?;
            let Some(last) = changes.last() else { break };
            seen = last.id;
            for part in changes.into_iter().filter_map(|change| change.part) {
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
        }
        if parts.contains(&Part::Sessions) {
            published.ended = self.load_ended(&mut tx, published.ended).await?;
        }
        if parts.contains(&Part::Nodes) {
            self.look(&mut tx).await?;
        }
        // Those two stand beside the snapshot, and nobody looks at them in the console.
        parts.retain(|part| !matches!(part, Part::Sessions | Part::Nodes));
        if !parts.is_empty() {
            self.load(&mut tx, &parts).await?;
            self.mark_changed();
        }
        let changed = seen != published.seen;
        published.seen = seen;
        Ok(changed)
    }

    /// Loads these parts, keeps the others, and publishes. The lock on `publishing` is held around it.
    async fn load(&self, tx: &mut Tx, parts: &[Part]) -> Result<()> {
        let before = self.directory().load();
        let mut next = Snapshot {
            generation: before.generation + 1,
            servers: Arc::clone(&before.servers),
            people: Arc::clone(&before.people),
            keys: Arc::clone(&before.keys),
            rules: Arc::clone(&before.rules),
        };
        drop(before);
        for part in parts {
            match part {
                Part::Servers => next.servers = Arc::new(servers(tx).await?),
                Part::People => next.people = Arc::new(people(tx).await?),
                Part::Keys => next.keys = Arc::new(keys(tx, self.now()).await?),
                Part::Rules => next.rules = rules(tx, Arc::clone(&next.rules)).await?,
                // Beside the snapshot.
                Part::Nodes | Part::Sessions => {}
            }
        }
        // Only this publishes, under the lock, so that the next generation is always the newest.
        self.directory().publish(next);
        Ok(())
    }
}

async fn servers(tx: &mut Tx) -> Result<Servers> {
    let mut pins: std::collections::HashMap<_, Vec<_>> = std::collections::HashMap::new();
    for line in store::snapshot::pins(tx).await? {
        pins.entry(line.server).or_default().push(line);
    }
    let entries = store::snapshot::servers(tx).await?.into_iter().map(|(server, secrets)| {
        let lines = pins.remove(&server.id).unwrap_or_default();
        let sealed_headers = secrets
            .into_iter()
            .filter(|secret| secret.kind == store::secrets::SecretKind::Header)
            .map(|secret| SealedHeader {
                context: vault::secret_context(server.id, in_vault(secret.kind), &secret.name),
                name: secret.name,
                sealed: secret.sealed,
            })
            .collect();
        ServerEntry {
            id: server.id,
            slug: server.slug,
            name: server.name,
            url: server.url,
            transport: server.transport,
            status: server.status,
            allow_private: server.allow_private,
            protocol: server.protocol,
            limits: server.limits,
            sealed_headers,
            pinned: !lines.is_empty(),
            pins: Arc::new(Pins::new(
                lines.into_iter().map(|l| (l.kind, l.name, PinEntry { state: l.state, digest: l.digest })),
            )),
            revision: server.updated_at.timestamp_micros().unsigned_abs(),
        }
    });
    Ok(Servers::new(entries))
}

async fn people(tx: &mut Tx) -> Result<People> {
    let people = store::snapshot::people(tx).await?.into_iter().map(|person| Person {
        id: person.id,
        profile: Profile {
            department: person.department,
            title: person.title,
            team: person.team,
            email: person.email.to_string(),
            role: person.role,
            groups: person.group_names,
            job_roles: person.job_role_names,
        },
        email: person.email,
        name: person.name,
        status: person.status,
        role: person.role,
        groups: person.groups.into_iter().collect(),
    });
    Ok(People::new(people))
}

/// How long the owner of a key that has ended is known to the data path, for the audit log.
const REMEMBERED: chrono::Duration = chrono::Duration::days(90);

async fn keys(tx: &mut Tx, now: chrono::DateTime<chrono::Utc>) -> Result<Keys> {
    let keys = store::snapshot::keys(tx, now - REMEMBERED).await?;
    let mut entries = Vec::with_capacity(keys.len());
    for key in keys {
        let mut hash = [0_u8; 32];
        hex::decode_to_slice(&key.hash, &mut hash).map_err(|e| Error::broken("the stored hash of an API key", e))?;
        entries
            .push((hash, KeyEntry { id: key.id, user: key.user_id, expires_at: key.expires_at, revoked: key.revoked }));
    }
    Ok(Keys::new(entries))
}

/// Compiling is work for the processor, not for the threads that serve requests.
async fn rules(tx: &mut Tx, before: Arc<RuleSet>) -> Result<Arc<RuleSet>> {
    let rules = store::snapshot::rules(tx).await?;
    let compiled = tokio::task::spawn_blocking(move || RuleSet::compile(rules.iter(), Some(&before)))
        .await
        .map_err(|e| Error::broken("the compilation of the rules", e))??;
    Ok(Arc::new(compiled))
}
