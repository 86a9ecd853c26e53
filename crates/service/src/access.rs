//! What somebody who asks for access to a server sees of it.

use domain::{Definition, PinKind, Problem, Server, ServerId, ServerStatus};

use crate::views::for_everybody;
use crate::{Caller, Result, Services};

impl Services {
    /// An active server as somebody who asks for access to it sees it, and the tools to choose from. How Drawbridge
    /// reaches the server is left out.
    ///
    /// # Errors
    /// `NotFound` when there is no such server or it is not switched on.
    pub async fn requestable(&self, caller: &Caller, id: ServerId) -> Result<(Server, Vec<Definition>)> {
        caller.known()?;
        let mut tx = self.read().await?;
        let server = store::servers::get(&mut tx, id).await?.filter(|server| server.status == ServerStatus::Active);
        let server = server.ok_or_else(|| Problem::not_found("server"))?;
        let mut tools = Vec::new();
        for pin in store::pins::list(&mut tx, id).await? {
            if let Some(definition) = pin.definition.filter(|_| pin.kind == PinKind::Tool && pin.state.usable()) {
                tools.push(guard::definition(pin.kind, &definition)?);
            }
        }
        Ok((for_everybody(server), tools))
    }
}
