//! The starter catalog: well-known servers in the MCP Registry `server.json` shape, inside the binary.

use std::sync::LazyLock;

use domain::{
    AuthKind, CatalogEntry, CatalogItem, CatalogNeeds, Category, PageQuery, Problem, Request, RequestKind, Server,
    ServerFilter, ServerStatus, Transport,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::views::for_everybody;
use crate::{Caller, Result, Services};

/// Servers of the organisation that are shown with a search, of so many that its first word finds.
const SERVERS: usize = 8;
const CANDIDATES: u32 = 100;

const STARTER: &str = include_str!("../catalog/starter.json");

/// The entries, by title. A starter catalog that cannot be read is a fault of the build, which a test finds.
static ENTRIES: LazyLock<Vec<CatalogEntry>> = LazyLock::new(|| match parse(STARTER) {
    Ok(entries) => entries,
    Err(error) => {
        tracing::error!(%error, "the starter catalog cannot be read");
        Vec::new()
    }
});

/// One entry by its registry name.
pub(crate) fn entry(name: &str) -> Option<&'static CatalogEntry> {
    ENTRIES.iter().find(|entry| entry.name == name)
}

/// The address of the catalog entry that a request for a server names, when the request asks for another one: whoever
/// trusts the entry's name has to know. Two spellings of one address are the same, as in the search for duplicates.
pub(crate) fn other_address(request: &Request) -> Option<&'static str> {
    if request.kind != RequestKind::Server {
        return None;
    }
    let address = entry(request.catalog_name.as_deref()?)?.url.as_deref()?;
    let same = store::servers::normal_url(address) == store::servers::normal_url(&request.url);
    (!same).then_some(address)
}

impl Services {
    /// Catalog entries by title, with what the caller has of each. The search looks at title, description, publisher
    /// and name.
    pub async fn catalog(&self, caller: &Caller, search: &str, category: Option<Category>) -> Result<Vec<CatalogItem>> {
        let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
        let matches = |entry: &CatalogEntry| {
            let text =
                format!("{} {} {} {}", entry.title, entry.description, entry.publisher, entry.name).to_lowercase();
            words.iter().all(|word| text.contains(word)) && category.is_none_or(|c| entry.categories.contains(&c))
        };
        self.items(caller, ENTRIES.iter().filter(|entry| matches(entry))).await
    }

    /// Active servers of the organisation that such a search may mean, by name, and whether the caller can use each: what
    /// is looked for may be here already. Nothing for an empty search.
    pub async fn servers_here(&self, caller: &Caller, search: &str) -> Result<Vec<(Server, bool)>> {
        let me = caller.user_id()?;
        let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
        let Some(first) = words.first() else { return Ok(Vec::new()) };
        let mut tx = self.read().await?;
        let filter =
            ServerFilter { search: Some(first.clone()), status: Some(ServerStatus::Active), ..ServerFilter::default() };
        let page = PageQuery { cursor: None, limit: Some(CANDIDATES) };
        let servers = store::servers::list(&mut tx, &filter, &page).await?.data;
        drop(tx);
        let snapshot = self.directory().load();
        let person = snapshot.people.get(me);
        let now = self.now();
        let found = servers.into_iter().filter(|server| {
            let text = format!("{} {} {}", server.name, server.slug, server.description).to_lowercase();
            words.iter().all(|word| text.contains(word))
        });
        let found = found.take(SERVERS).map(|server| {
            let usable = person.is_some_and(|person| snapshot.server_for(server.slug.as_str(), person, now).is_ok());
            (for_everybody(server), usable)
        });
        Ok(found.collect())
    }

    /// One catalog entry.
    pub async fn catalog_entry(&self, caller: &Caller, name: &str) -> Result<CatalogItem> {
        caller.user_id()?;
        let entry = entry(name).ok_or_else(|| Problem::not_found("catalog entry"))?;
        let items = self.items(caller, std::iter::once(entry)).await?;
        Ok(items.into_iter().next().ok_or_else(|| Problem::not_found("catalog entry"))?)
    }

    async fn items(
        &self,
        caller: &Caller,
        entries: impl Iterator<Item = &'static CatalogEntry> + Send,
    ) -> Result<Vec<CatalogItem>> {
        let me = caller.user_id()?;
        let entries: Vec<_> = entries.collect();
        let mut tx = self.read().await?;
        let pending = store::requests::pending_of_user(&mut tx, me).await?;
        let names = entries.iter().map(|entry| entry.name.as_str());
        let servers = store::servers::by_catalog(&mut tx, names).await?;
        drop(tx);
        let snapshot = self.directory().load();
        let person = snapshot.people.get(me);
        let now = self.now();
        let items = entries.into_iter().map(|entry| {
            let of_entry = |name: &Option<String>| name.as_deref() == Some(entry.name.as_str());
            let connected = servers
                .iter()
                .filter(|server| of_entry(&server.catalog_name))
                .find(|server| {
                    person.is_some_and(|person| snapshot.visible(person, now).any(|visible| visible.id == server.id))
                })
                .map(|server| server.slug.to_string());
            let requested =
                pending.iter().any(|request| request.kind == RequestKind::Server && of_entry(&request.catalog_name));
            CatalogItem { entry: entry.clone(), connected, requested }
        });
        Ok(items.collect())
    }
}

#[derive(Deserialize)]
struct Listed<'a> {
    #[serde(borrow)]
    server: &'a RawValue,
    #[serde(rename = "_meta")]
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "dev.drawbridge/catalog")]
    ours: Ours,
}

#[derive(Deserialize)]
struct Ours {
    publisher: String,
    categories: Vec<Category>,
    icon: Option<String>,
    /// Only what `server.json` cannot say: that sign-in is by OAuth.
    needs: Option<CatalogNeeds>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServerJson {
    name: String,
    title: Option<String>,
    description: String,
    version: String,
    website_url: Option<String>,
    repository: Option<Repository>,
    #[serde(default)]
    remotes: Vec<Remote>,
}

#[derive(Deserialize)]
struct Repository {
    url: String,
}

#[derive(Deserialize)]
struct Remote {
    #[serde(rename = "type")]
    kind: RemoteKind,
    url: String,
    #[serde(default)]
    headers: Vec<RemoteHeader>,
}

#[derive(Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum RemoteKind {
    StreamableHttp,
    Sse,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RemoteHeader {
    name: String,
    description: Option<String>,
    #[serde(default)]
    is_required: bool,
}

fn parse(text: &str) -> std::result::Result<Vec<CatalogEntry>, serde_json::Error> {
    let listed: Vec<Listed<'_>> = serde_json::from_str(text)?;
    let mut entries = listed.into_iter().map(convert).collect::<std::result::Result<Vec<_>, _>>()?;
    entries.sort_by_key(|entry| entry.title.to_lowercase());
    Ok(entries)
}

fn convert(listed: Listed<'_>) -> std::result::Result<CatalogEntry, serde_json::Error> {
    let raw: serde_json::Value = serde_json::from_str(listed.server.get())?;
    let server: ServerJson = serde_json::from_str(listed.server.get())?;
    let ours = listed.meta.ours;
    // Of several the newest transport; the first of those.
    let remote = server.remotes.into_iter().min_by_key(|remote| remote.kind == RemoteKind::Sse);
    let (transport, url, headers) = match remote {
        None => (Transport::Stdio, None, Vec::new()),
        Some(remote) => {
            let transport = if remote.kind == RemoteKind::Sse { Transport::Sse } else { Transport::StreamableHttp };
            (transport, Some(remote.url), remote.headers)
        }
    };
    let needs = match ours.needs {
        Some(needs) => needs,
        None if url.is_none() => CatalogNeeds::Stdio,
        None if headers.iter().any(|header| header.is_required) => CatalogNeeds::ApiKey,
        None => CatalogNeeds::Nothing,
    };
    let auth = match needs {
        CatalogNeeds::Oauth => AuthKind::Oauth,
        CatalogNeeds::ApiKey => AuthKind::ApiKey,
        CatalogNeeds::Nothing | CatalogNeeds::Stdio => AuthKind::None,
    };
    Ok(CatalogEntry {
        title: server.title.unwrap_or_else(|| server.name.clone()),
        name: server.name,
        description: server.description,
        publisher: ours.publisher,
        version: server.version,
        icon: ours.icon,
        website_url: server.website_url,
        repository_url: server.repository.map(|repository| repository.url),
        categories: ours.categories,
        needs,
        transport,
        url,
        auth,
        headers: headers.into_iter().map(|h| (h.name, h.description.unwrap_or_default())).collect(),
        server_json: serde_json::to_string_pretty(&raw)?,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_older_transport_is_used_where_there_is_no_other() {
        let entry = |remotes: &str| {
            let server =
                format!(r#"{{"name":"com.example/mcp","description":"x","version":"1","remotes":[{remotes}]}}"#);
            let ours = r#"{"dev.drawbridge/catalog":{"publisher":"Example","categories":[]}}"#;
            let text = format!(r#"[{{"server":{server},"_meta":{ours}}}]"#);
            let entry = parse(&text).unwrap().remove(0);
            assert!(entry.needs.requestable());
            (entry.transport, entry.url.unwrap())
        };
        let (old, new) = (
            r#"{"type":"sse","url":"https://mcp.example.com/sse"}"#,
            r#"{"type":"streamable-http","url":"https://mcp.example.com/mcp"}"#,
        );
        assert_eq!(entry(old), (Transport::Sse, "https://mcp.example.com/sse".to_owned()));
        assert_eq!(
            entry(&format!("{old},{new}")),
            (Transport::StreamableHttp, "https://mcp.example.com/mcp".to_owned())
        );
    }

    #[test]
    fn the_starter_catalog_is_sound() {
        let entries = parse(STARTER).unwrap();
        assert!(entries.len() >= 20);
        let mut names = HashSet::new();
        for entry in &entries {
            assert!(names.insert(&entry.name), "{} is there twice", entry.name);
            let (namespace, name) = entry.name.split_once('/').expect("one slash");
            assert!(namespace.contains('.') && !name.contains('/'), "{}", entry.name);
            assert!(entry.description.chars().count() <= 100, "{}", entry.name);
            assert!(!entry.categories.is_empty(), "{}", entry.name);
            assert!(entry.url.as_deref().is_none_or(|url| url.starts_with("https://")), "{}", entry.name);
            assert_eq!(entry.url.is_none(), entry.needs == CatalogNeeds::Stdio, "{}", entry.name);
            assert_eq!(entry.headers.is_empty(), entry.auth != AuthKind::ApiKey, "{}", entry.name);
        }
        for needs in [CatalogNeeds::Nothing, CatalogNeeds::ApiKey, CatalogNeeds::Oauth, CatalogNeeds::Stdio] {
            assert!(entries.iter().any(|entry| entry.needs == needs), "no entry with {needs}");
        }
    }
}
