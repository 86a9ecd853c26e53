//! Which crate may use which: the table that keeps the architecture true, checked against `cargo metadata`.
//!
//! Normal and build dependencies count. Tests may use what they need, and `testkit` exists for nothing else.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{repo::Repo, shell, site::WASM_TARGET, stage::note};

/// Our crates, and which of our crates each may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("policy", &["domain"]),
    ("guard", &["domain"]),
    ("mcp", &["domain"]),
    ("directory", &["domain", "policy"]),
    ("store", &["domain"]),
    ("ledger", &["domain", "store"]),
    ("vault", &["domain"]),
    ("net", &["domain"]),
    ("upstream", &["domain", "guard", "mcp", "net"]),
    ("service", &["directory", "domain", "guard", "ledger", "mcp", "net", "policy", "store", "upstream", "vault"]),
    ("gateway", &["directory", "domain", "guard", "ledger", "mcp", "net", "policy", "vault"]),
    ("texts", &[]),
    ("app", &["domain", "policy", "service", "texts"]),
    ("frontend", &["app"]),
    (
        "server",
        &[
            "app",
            "directory",
            "domain",
            "gateway",
            "guard",
            "ledger",
            "mcp",
            "net",
            "policy",
            "service",
            "store",
            "upstream",
            "vault",
        ],
    ),
    (
        "testkit",
        &[
            "directory",
            "domain",
            "gateway",
            "guard",
            "ledger",
            "mcp",
            "net",
            "policy",
            "service",
            "store",
            "upstream",
            "vault",
        ],
    ),
    ("bench", &[]),
    ("fuzz", &["domain", "mcp", "vault"]),
    ("xtask", &["texts"]),
];

/// Foreign crates that only some of ours may name. `deny.toml` says the same about indirect use.
const OWNED: &[(&str, &[&str])] = &[
    ("sqlx", &["ledger", "store", "testkit"]),
    ("rusqlite", &["ledger"]),
    ("leptos_axum", &["app", "server"]),
    // `gateway` and `upstream` name the types of what `net` hands them; making a client is banned in clippy.toml.
    ("reqwest", &["gateway", "net", "testkit", "upstream"]),
    ("rmcp", &["testkit", "upstream"]),
    ("cedar-policy", &["policy"]),
    ("aes-gcm-siv", &["vault"]),
];

/// What must not be reached even through other crates: the pure crates do no I/O.
const NEVER_REACHES: &[(&[&str], &[&str])] = &[
    (&["domain", "policy", "guard", "mcp", "directory"], &["tokio", "sqlx", "axum", "hyper", "leptos", "reqwest"]),
    (&["vault"], &["sqlx", "axum", "hyper", "leptos", "reqwest"]),
    (&["store", "ledger"], &["axum", "leptos", "reqwest", "rmcp"]),
    (&["service"], &["axum", "leptos"]),
    (&["gateway"], &["leptos"]),
];

/// What must not be in the browser's bundle.
const NEVER_IN_THE_BROWSER: &[&str] =
    &["service", "store", "gateway", "tokio", "sqlx", "axum", "leptos_axum", "reqwest", "rmcp", "cedar-policy"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: BTreeSet<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `None` is a normal dependency.
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

/// Checks every rule and reports all breaches at once.
pub(crate) fn check(repo: &Repo) -> Result<()> {
    let json = shell::output(shell::cargo(repo.root()).args(["metadata", "--format-version", "1"]))?;
    let metadata: Metadata = serde_json::from_str(&json).context("cargo metadata has another shape than expected")?;
    let mut breaches = direct(&metadata);
    breaches.extend(indirect(&metadata));
    breaches.extend(browser(repo)?);
    if breaches.is_empty() {
        note(&format!("{} crates keep to the table", metadata.workspace_members.len()));
        return Ok(());
    }
    breaches.sort();
    bail!(
        "dependency rules (xtask/src/rules.rs, ARCHITECTURE.md):\n  - {}\nMove the code to a crate that may do this, \
         or change the table on purpose.",
        breaches.join("\n  - ")
    )
}

/// What each of our crates names in its Cargo.toml.
fn direct(metadata: &Metadata) -> Vec<String> {
    let ours: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut breaches = Vec::new();
    for package in metadata.packages.iter().filter(|package| metadata.workspace_members.contains(&package.id)) {
        let name = package.name.as_str();
        let Some(may_use) = ours.get(name) else {
            breaches.push(format!("the crate {name} has no line in the table"));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev")) {
            let used = dependency.name.as_str();
            if ours.contains_key(used) && !may_use.contains(&used) {
                breaches.push(format!("{name} must not use {used}"));
            }
            if let Some((_, owners)) = OWNED.iter().find(|(owned, _)| *owned == used)
                && !owners.contains(&name)
            {
                breaches.push(format!("{name} must not use {used}, which belongs to {}", owners.join(", ")));
            }
        }
    }
    breaches
}

/// What the pure crates reach through others.
fn indirect(metadata: &Metadata) -> Vec<String> {
    let names: BTreeMap<&str, &str> =
        metadata.packages.iter().map(|package| (package.id.as_str(), package.name.as_str())).collect();
    let nodes: BTreeMap<&str, &Node> = metadata.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    let mut breaches = Vec::new();
    for (crates, banned) in NEVER_REACHES {
        for start in metadata.packages.iter().filter(|package| {
            metadata.workspace_members.contains(&package.id) && crates.contains(&package.name.as_str())
        }) {
            for (reached, via) in reachable(&start.id, &nodes) {
                let Some(name) = names.get(reached).filter(|name| banned.contains(name)) else { continue };
                let via = names.get(via).copied().unwrap_or("itself");
                breaches.push(format!("{} must not reach {name}, and does through {via}", start.name));
            }
        }
    }
    breaches
}

/// Everything that a package is built with, each with the package that named it first. What only runs at build time
/// (procedural macros' own dependencies are part of the graph, build scripts are not) does not count.
fn reachable<'a>(start: &'a str, nodes: &BTreeMap<&'a str, &'a Node>) -> BTreeMap<&'a str, &'a str> {
    let mut found = BTreeMap::new();
    let mut open = vec![start];
    while let Some(id) = open.pop() {
        let Some(node) = nodes.get(id) else { continue };
        for edge in node.deps.iter().filter(|edge| edge.dep_kinds.iter().any(|kind| kind.kind.is_none())) {
            if !found.contains_key(edge.pkg.as_str()) {
                found.insert(edge.pkg.as_str(), id);
                open.push(edge.pkg.as_str());
            }
        }
    }
    found
}

/// What `frontend` is built with for the browser. Features decide here, so cargo's own resolution for that one package
/// is asked.
fn browser(repo: &Repo) -> Result<Vec<String>> {
    let tree = shell::output(shell::cargo(repo.root()).args([
        "tree",
        "-p",
        "frontend",
        "-e",
        "normal,no-proc-macro",
        "--target",
        WASM_TARGET,
        "--prefix",
        "none",
        "-f",
        "{p}",
    ]))?;
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    Ok(NEVER_IN_THE_BROWSER
        .iter()
        .filter(|name| names.contains(*name))
        .map(|name| {
            format!(
                "{name} must not be in the browser's bundle (cargo tree -p frontend -i {name} --target {WASM_TARGET})"
            )
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn metadata(dependency: &str, kind: Option<&str>) -> Metadata {
        serde_json::from_value(json!({
            "packages": [
                {"id": "policy", "name": "policy", "dependencies": [{"name": dependency, "kind": kind}]},
                {"id": "middle", "name": "middle", "dependencies": []},
                {"id": "tokio", "name": "tokio", "dependencies": []},
            ],
            "workspace_members": ["policy"],
            "resolve": {"nodes": [
                {"id": "policy", "deps": [{"pkg": "middle", "dep_kinds": [{"kind": kind}]}]},
                {"id": "middle", "deps": [{"pkg": "tokio", "dep_kinds": [{"kind": null}]}]},
                {"id": "tokio", "deps": []},
            ]},
        }))
        .expect("the shape of cargo metadata")
    }

    #[test]
    fn an_edge_outside_the_table_is_a_breach() {
        assert_eq!(direct(&metadata("domain", None)), Vec::<String>::new());
        assert_eq!(direct(&metadata("store", None)), ["policy must not use store"]);
        assert_eq!(direct(&metadata("store", Some("build"))), ["policy must not use store"]);
        assert_eq!(direct(&metadata("testkit", Some("dev"))), Vec::<String>::new());
        assert_eq!(
            direct(&metadata("sqlx", None)),
            ["policy must not use sqlx, which belongs to ledger, store, testkit"]
        );
    }

    #[test]
    fn what_a_crate_reaches_through_others_counts() {
        assert_eq!(indirect(&metadata("middle", None)), ["policy must not reach tokio, and does through middle"]);
        assert_eq!(indirect(&metadata("middle", Some("dev"))), Vec::<String>::new());
    }

    #[test]
    fn a_crate_without_a_line_is_a_breach() {
        let mut metadata = metadata("domain", None);
        metadata.packages[0].name = "stranger".to_owned();
        assert_eq!(direct(&metadata), ["the crate stranger has no line in the table"]);
    }
}
