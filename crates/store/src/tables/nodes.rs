//! `nodes`: the processes that serve this database now. A node raises its beat again and again; who sees that it no
//! longer does takes the row away. No clocks are compared.

use domain::NodeId;

use crate::{Parsed, Result, Tx, sql};

/// A node, as it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Which.
    pub id: NodeId,
    /// Where the others reach it, sealed.
    pub address: String,
    /// Rises as long as it lives.
    pub beat: i64,
}

/// All nodes.
pub async fn list(tx: &mut Tx) -> Result<Vec<Node>> {
    let rows: Vec<(Parsed<NodeId>, String, i64)> =
        sql("SELECT node, address, beat FROM nodes ORDER BY node").fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id, address, beat)| Node { id: id.0, address, beat }).collect())
}

/// Adds a node, or puts it in the place of one that had its identity before.
pub async fn join(tx: &mut Tx, node: NodeId, address: &str) -> Result<()> {
    sql("INSERT INTO nodes (node, address, beat) VALUES ($1, $2, 1) \
         ON CONFLICT (node) DO UPDATE SET address = excluded.address, beat = nodes.beat + 1")
    .bind(node)
    .bind(address)
    .execute(tx)
    .await?;
    Ok(())
}

/// Raises a node's beat. False if somebody took the node for dead.
pub async fn beat(tx: &mut Tx, node: NodeId) -> Result<bool> {
    Ok(sql("UPDATE nodes SET beat = beat + 1 WHERE node = $1").bind(node).execute(tx).await? > 0)
}

/// Takes away a node that has left.
pub async fn leave(tx: &mut Tx, node: NodeId) -> Result<bool> {
    Ok(sql("DELETE FROM nodes WHERE node = $1").bind(node).execute(tx).await? > 0)
}

/// Takes away a node that still has this beat.
pub async fn bury(tx: &mut Tx, node: NodeId, beat: i64) -> Result<bool> {
    Ok(sql("DELETE FROM nodes WHERE node = $1 AND beat = $2").bind(node).bind(beat).execute(tx).await? > 0)
}
