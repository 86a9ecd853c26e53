//! What already does what somebody asks for.

use domain::{Duplicate, NewRequest, RequestId, RequestKind, ServerId, ServerStatus, UserId};
use store::Tx;

use crate::{Caller, Result, Services};

impl Services {
    /// What already does what is asked for: servers at the same address or of the same catalog entry, and the caller's
    /// own pending requests.
    pub async fn duplicates(&self, caller: &Caller, new: &NewRequest) -> Result<Vec<Duplicate>> {
        let me = caller.user_id()?;
        let mut tx = self.read().await?;
        self.find_duplicates(&mut tx, me, &new.url, new.catalog_name.as_deref(), None).await
    }

    pub(crate) async fn find_duplicates(
        &self,
        tx: &mut Tx,
        requester: UserId,
        url: &str,
        catalog: Option<&str>,
        except: Option<RequestId>,
    ) -> Result<Vec<Duplicate>> {
        let mut found = Vec::new();
        let mut servers = if url.trim().is_empty() { Vec::new() } else { store::servers::by_url(tx, url).await? };
        if let Some(catalog) = catalog {
            let known: Vec<ServerId> = servers.iter().map(|server| server.id).collect();
            let of_entry = store::servers::by_catalog(tx, [catalog]).await?;
            servers.extend(of_entry.into_iter().filter(|server| !known.contains(&server.id)));
        }
        let snapshot = self.directory().load();
        let person = snapshot.people.get(requester).cloned();
        let now = self.now();
        for server in servers.into_iter().filter(|server| server.status == ServerStatus::Active) {
            let has_access =
                person.as_ref().is_some_and(|person| snapshot.server_for(server.slug.as_str(), person, now).is_ok());
            let why = if catalog.is_some() && server.catalog_name.as_deref() == catalog {
                "it comes from the same catalog entry"
            } else {
                "it has the same address"
            };
            found.push(Duplicate {
                server_id: Some(server.id),
                request_id: None,
                slug: Some(server.slug.to_string()),
                name: server.name,
                why: why.to_owned(),
                has_access,
            });
        }
        let address = store::servers::normal_url(url);
        for request in store::requests::pending_of_user(tx, requester).await? {
            let same = (!address.is_empty() && store::servers::normal_url(&request.url) == address)
                || (catalog.is_some() && request.catalog_name.as_deref() == catalog);
            if same && request.kind == RequestKind::Server && Some(request.id) != except {
                found.push(Duplicate {
                    server_id: None,
                    request_id: Some(request.id),
                    slug: None,
                    name: request.name,
                    why: "you have asked for it already".to_owned(),
                    has_access: false,
                });
            }
        }
        Ok(found)
    }
}

/// A duplicate in words, with what to do instead.
pub(crate) fn duplicate_text(duplicate: &Duplicate) -> String {
    let Duplicate { name, why, server_id, has_access, .. } = duplicate;
    let advice = match (server_id, has_access) {
        (None, _) => "see My requests",
        (Some(_), true) => "you can use it already, see My connectors",
        (Some(_), false) => "ask for access to it instead",
    };
    format!("{name} does this already ({why}): {advice}; or confirm that you need another server")
}
