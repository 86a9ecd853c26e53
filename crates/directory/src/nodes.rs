//! The nodes of an installation: who has to serve what is bound to one of them.

use std::collections::HashMap;
use std::sync::Arc;

use domain::NodeId;
use sha2::{Digest as _, Sha256};

/// The other nodes that run now, and where they are reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nodes(HashMap<NodeId, Arc<str>>);

impl Nodes {
    /// These nodes: all but one's own.
    pub fn new(others: impl IntoIterator<Item = (NodeId, Arc<str>)>) -> Self {
        Self(others.into_iter().collect())
    }

    /// True when there is no other node.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where a node is reached; `None` for one's own, and for one that is gone.
    pub fn address(&self, node: NodeId) -> Option<&Arc<str>> {
        self.0.get(&node)
    }

    /// The node that serves something whose home is `home`: that one if it runs, otherwise one that all nodes agree on
    /// (rendezvous hashing). `me` is the node that asks; `up` leaves out nodes that were found not to answer.
    pub fn serving(&self, home: NodeId, me: NodeId, what: &[u8; 32], up: impl Fn(NodeId) -> bool) -> NodeId {
        let runs = |node: NodeId| node == me || (self.0.contains_key(&node) && up(node));
        if runs(home) {
            return home;
        }
        let weight = |node: NodeId| -> [u8; 32] {
            let mut hash = Sha256::new();
            hash.update(what);
            hash.update(node.uuid().as_bytes());
            hash.finalize().into()
        };
        self.0.keys().copied().filter(|node| up(*node)).chain([me]).max_by_key(|node| weight(*node)).unwrap_or(me)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(number: u128) -> NodeId {
        NodeId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn seen_by(me: u128, all: &[u128]) -> Nodes {
        Nodes::new(all.iter().filter(|one| **one != me).map(|one| (node(*one), format!("http://{one}").into())))
    }

    #[test]
    fn the_home_serves_as_long_as_it_runs() {
        let nodes = seen_by(1, &[1, 2, 3]);
        for home in [1, 2, 3] {
            assert_eq!(nodes.serving(node(home), node(1), &[7; 32], |_| true), node(home));
        }
        assert_eq!(nodes.address(node(2)).map(|address| &**address), Some("http://2"));
        assert_eq!(nodes.address(node(1)), None);
    }

    #[test]
    fn all_nodes_agree_on_who_takes_over() {
        let all = [1, 2, 3, 4];
        let mut heirs = std::collections::HashSet::new();
        for what in 0..50_u8 {
            let heir = |me: u128| seen_by(me, &all).serving(node(9), node(me), &[what; 32], |_| true);
            assert!(all.iter().all(|me| heir(*me) == heir(1)), "{what}");
            heirs.insert(heir(1));
        }
        assert_eq!(heirs.len(), all.len(), "what the gone node had is shared by all");
    }

    #[test]
    fn who_does_not_answer_is_left_out() {
        let nodes = seen_by(1, &[1, 2]);
        assert_eq!(nodes.serving(node(2), node(1), &[0; 32], |_| false), node(1));
    }
}
