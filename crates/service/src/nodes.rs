//! Several processes on one database: which of them run, where they reach each other, and what outlives one of them.
//!
//! A node that others can reach announces itself ([`Services::join`]), raises its beat every [`BEAT`]
//! ([`Services::beat`]), and takes itself away when it stops ([`Services::leave`]). One whose beat stood still for
//! [`SILENT`], by the clock of whoever looks, is taken for dead. Addresses are sealed with the key that all nodes share,
//! since the others send their callers' credentials there: write access to the database must not be enough to get them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use directory::Nodes;
use domain::{NodeId, ServerId};
use store::Tx;
use store::changes::Part;
pub use store::mcp_tasks::McpTask;
use store::nodes::Node;

use crate::{Error, Result, Services};

/// How often a node says that it lives.
pub const BEAT: Duration = Duration::from_secs(2);
/// A node that said nothing for so long is dead.
const SILENT: Duration = Duration::from_secs(10);
const PURPOSE: &str = "node-address";
/// Ended sessions that are remembered.
pub(crate) const MOST_ENDED: u32 = 500_000;

/// What this node has seen of the others: their last beat, and since when.
#[derive(Default)]
pub(crate) struct Heard(HashMap<NodeId, (i64, Instant)>);

impl Heard {
    /// Takes note of all nodes; gives those that are dead.
    fn note(&mut self, nodes: &[Node], now: Instant) -> Vec<Node> {
        self.0.retain(|id, _| nodes.iter().any(|node| node.id == *id));
        let mut dead = Vec::new();
        for node in nodes {
            let (beat, since) = self.0.entry(node.id).or_insert((node.beat, now));
            if *beat != node.beat {
                (*beat, *since) = (node.beat, now);
            } else if now.duration_since(*since) >= SILENT {
                dead.push(node.clone());
            }
        }
        dead
    }
}

impl Services {
    /// Announces this process to the others: at this address they reach its data path.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn join(&self, address: &str) -> Result<()> {
        let node = self.parts().ledger.node();
        let sealed = self.parts().vault.seal_token(PURPOSE, node.uuid().as_bytes(), address.as_bytes());
        let sealed = sealed.map_err(|error| Error::broken("the address of this node", error))?;
        let mut tx = self.parts().db.begin().await?;
        store::changes::insert(&mut tx, Part::Nodes, self.now()).await?;
        store::nodes::join(&mut tx, node, &sealed).await?;
        tx.commit().await?;
        self.publish().await
    }

    /// Says that this node lives, and looks which others do. Call it every [`BEAT`] after [`Services::join`].
    ///
    /// # Errors
    /// When the database cannot be read or written; what is known of the others stays.
    pub async fn beat(&self, address: &str) -> Result<()> {
        let mut tx = self.parts().db.begin().await?;
        let alive = store::nodes::beat(&mut tx, self.parts().ledger.node()).await?;
        tx.commit().await?;
        if !alive {
            // Somebody took this node for dead: it was cut off for a while.
            return self.join(address).await;
        }
        let mut tx = self.read().await?;
        let dead = self.look(&mut tx).await?;
        drop(tx);
        if dead.is_empty() {
            return Ok(());
        }
        let mut tx = self.parts().db.begin().await?;
        for node in dead {
            tracing::warn!(node = %node.id, "a node is silent; what it held is served by others");
            store::nodes::bury(&mut tx, node.id, node.beat).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Takes this node away, so that the others need not find out.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn leave(&self) -> Result<()> {
        let mut tx = self.parts().db.begin().await?;
        store::changes::insert(&mut tx, Part::Nodes, self.now()).await?;
        store::nodes::leave(&mut tx, self.parts().ledger.node()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Remembers for all nodes that a client has ended its MCP session: SHA-256 of the session's id, and when that id
    /// would have expired.
    ///
    /// # Errors
    /// When the database cannot be written or read.
    pub async fn end_mcp_session(&self, session: &[u8; 32], expires_at: DateTime<Utc>) -> Result<()> {
        let mut tx = self.parts().db.begin().await?;
        // First, so that rows get their ids in the order of their commits.
        store::changes::insert(&mut tx, Part::Sessions, self.now()).await?;
        store::ended_sessions::insert(&mut tx, &hex::encode(session), expires_at).await?;
        tx.commit().await?;
        self.publish().await
    }

    /// Remembers for all nodes who started a task at a server: SHA-256 of the task's id. Gives who did, which is somebody
    /// else where the server has given the same id twice.
    ///
    /// # Errors
    /// When the database cannot be written or read.
    pub async fn start_mcp_task(
        &self,
        server: ServerId,
        task: &[u8; 32],
        started: McpTask,
        expires_at: DateTime<Utc>,
    ) -> Result<McpTask> {
        let (mut tx, task) = (self.parts().db.begin().await?, hex::encode(task));
        store::mcp_tasks::insert(&mut tx, server, &task, &started, expires_at, self.now()).await?;
        let known = store::mcp_tasks::get(&mut tx, server, &task, self.now()).await?;
        tx.commit().await?;
        known.ok_or_else(|| Error::broken("who started a task", "its time was over at once"))
    }

    /// Who started a task at a server, by the SHA-256 of its id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn mcp_task(&self, server: ServerId, task: &[u8; 32]) -> Result<Option<McpTask>> {
        let mut tx = self.parts().db.read().await?;
        Ok(store::mcp_tasks::get(&mut tx, server, &hex::encode(task), self.now()).await?)
    }

    /// Publishes the other nodes that live; gives those that are dead.
    pub(crate) async fn look(&self, tx: &mut Tx) -> Result<Vec<Node>> {
        let nodes = store::nodes::list(tx).await?;
        let dead = self.inner.heard.lock().note(&nodes, Instant::now());
        let me = self.parts().ledger.node();
        let others = nodes.into_iter().filter(|node| node.id != me && dead.iter().all(|one| one.id != node.id));
        let others = Nodes::new(others.filter_map(|node| Some((node.id, self.address(&node)?))));
        if **self.directory().nodes() != others {
            self.directory().publish_nodes(others);
        }
        Ok(dead)
    }

    fn address(&self, node: &Node) -> Option<Arc<str>> {
        let plain = self.parts().vault.open_token(PURPOSE, node.id.uuid().as_bytes(), &node.address);
        let address = plain.and_then(|plain| String::from_utf8(plain).ok());
        if address.is_none() {
            tracing::error!(node = %node.id, "a node's address is not sealed with this installation's key; it is ignored");
        }
        address.map(Into::into)
    }

    /// Loads the sessions that were ended after this row; gives the last row.
    pub(crate) async fn load_ended(&self, tx: &mut Tx, mut seen: i64) -> Result<i64> {
        let now = self.now();
        loop {
            let rows = store::ended_sessions::since(tx, seen, now).await?;
            let Some(last) = rows.last() else { return Ok(seen) };
            seen = last.id;
            let mut ended = Vec::with_capacity(rows.len());
            for row in rows {
                let mut session = [0_u8; 32];
                hex::decode_to_slice(&row.session, &mut session)
                    .map_err(|error| Error::broken("the stored hash of a session", error))?;
                ended.push((session, row.expires_at));
            }
            self.directory().ended().extend(ended);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(number: u128, beat: i64) -> Node {
        Node { id: NodeId::from_uuid(uuid::Uuid::from_u128(number)), address: String::new(), beat }
    }

    #[test]
    fn who_is_silent_for_long_is_dead_and_nobody_else() {
        let (mut heard, start) = (Heard::default(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        assert!(heard.note(&[node(1, 5), node(2, 9)], start).is_empty());
        assert!(heard.note(&[node(1, 6), node(2, 9)], after(6)).is_empty());
        assert_eq!(heard.note(&[node(1, 7), node(2, 9)], after(11)), [node(2, 9)]);
        assert!(heard.note(&[node(1, 8), node(2, 10)], after(12)).is_empty(), "it speaks again");
        assert!(heard.note(&[node(1, 9)], after(13)).is_empty());
        assert!(heard.note(&[node(1, 10), node(2, 10)], after(100)).is_empty(), "one that came back has time again");
    }
}
