//! `interop/matrix.json`: which versions there are, and which client is used with which server.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::repo::Repo;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Matrix {
    pub(super) installations: BTreeMap<String, Installation>,
    pub(super) servers: BTreeMap<String, Server>,
    pub(super) clients: BTreeMap<String, Client>,
}

/// Packages, by exact versions, of one of the two registries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Installation {
    #[serde(default)]
    pub(super) npm: Vec<String>,
    #[serde(default)]
    pub(super) pip: Vec<String>,
}

/// The fixture with some generations, or a program of an installation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Server {
    #[serde(default)]
    pub(super) generations: String,
    #[serde(default)]
    pub(super) installation: String,
    /// A script and its arguments; `{port}` stands for the port, which is in `PORT` too.
    #[serde(default)]
    pub(super) program: Vec<String>,
    /// The operations that clients try.
    pub(super) profile: String,
    /// What the server can besides.
    #[serde(default)]
    pub(super) features: String,
    /// HTTP+SSE of 2024-11-05.
    #[serde(default)]
    pub(super) sse: bool,
}

impl Server {
    /// As a request for a server names it.
    pub(super) fn transport(&self) -> &'static str {
        if self.sse || self.generations == "2024-11-05" { "sse" } else { "streamable_http" }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Client {
    /// The one of its own name if empty.
    #[serde(default)]
    installation: String,
    /// In `interop/clients`.
    pub(super) script: String,
    /// What this version of the client knows.
    pub(super) features: String,
    pub(super) servers: Vec<String>,
}

impl Client {
    pub(super) fn installation<'a>(&'a self, name: &'a str) -> &'a str {
        if self.installation.is_empty() { name } else { &self.installation }
    }

    /// Whether it speaks HTTP+SSE, which has a path of its own.
    pub(super) fn sse(&self) -> bool {
        self.features.split(',').any(|feature| feature == "sse")
    }
}

/// A client and a server by their names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) server: String,
    pub(super) client: String,
}

impl Matrix {
    pub(super) fn read(repo: &Repo) -> Result<Self> {
        let path = repo.path("interop/matrix.json");
        let text = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} is not as it should be", path.display()))
    }

    /// Pairs with one of the names (all without one), of these the ones with the server; ordered by server.
    pub(super) fn pairs(&self, names: &[String], server: Option<&str>) -> Result<Vec<Pair>> {
        for name in names.iter().map(String::as_str).chain(server) {
            let known = self.clients.contains_key(name) || self.servers.contains_key(name);
            ensure!(known, "{name} is neither a client nor a server of interop/matrix.json");
        }
        let mut pairs: Vec<_> = self
            .clients
            .iter()
            .flat_map(|(client, of)| {
                of.servers.iter().map(|server| Pair { server: server.clone(), client: client.clone() })
            })
            .filter(|pair| names.is_empty() || names.contains(&pair.client) || names.contains(&pair.server))
            .filter(|pair| server.is_none_or(|only| only == pair.server))
            .collect();
        pairs.sort();
        Ok(pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_matrix_names_is_there() {
        let repo = Repo::find().expect("a repository");
        let matrix = Matrix::read(&repo).expect("the matrix");
        for (name, client) in &matrix.clients {
            assert!(matrix.installations.contains_key(client.installation(name)), "{name}");
            assert!(repo.path("interop/clients").join(&client.script).is_file(), "{name}");
            assert!(client.servers.iter().all(|server| matrix.servers.contains_key(server)), "{name}");
        }
        for (name, server) in &matrix.servers {
            let installed = server.program.is_empty() || matrix.installations.contains_key(&server.installation);
            assert!(installed && server.program.is_empty() != server.generations.is_empty(), "{name}");
        }
        let names = |names: &[&str], server| {
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            matrix.pairs(&names, server).map(|pairs| pairs.len())
        };
        assert_eq!(names(&["ts-1.4"], Some("sse")).expect("known"), 1);
        assert!(names(&[], None).expect("known") > names(&["ts-1.4"], None).expect("known"));
        assert!(names(&["ts-0"], None).is_err());
    }
}
