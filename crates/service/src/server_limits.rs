//! Limits of single servers: checked, changed, and what is in force.

use domain::{
    AuditAction, Capability, Limits, MAX_TOOLS_WITH_DEADLINES, ProtocolChoice, Server, ServerId, ServerLimits,
    range_words,
};

use crate::error::Wrong;
use crate::servers::{found, server_event};
use crate::snapshot::Part;
use crate::{Caller, Result, Services};

/// Longest name of a tool.
const MAX_NAME: usize = 200;

impl Services {
    /// The limits that are in force where nothing else is set for a server.
    pub fn default_limits(&self) -> Limits {
        self.settings().limits
    }

    /// Changes what is limited at a server, and which MCP is spoken to it. In force from the next call on.
    pub async fn set_server_limits(
        &self,
        caller: &Caller,
        id: ServerId,
        protocol: ProtocolChoice,
        limits: ServerLimits,
    ) -> Result<Server> {
        self.require(caller, Capability::ManageServers).await?;
        let mut wrong = Wrong::new();
        check(&mut wrong, &limits);
        wrong.check()?;
        let mut change = self.begin(caller).await?;
        let old = found(store::servers::lock(&mut change.tx, id).await?)?;
        let server = Server { protocol, limits, updated_at: change.now, ..old };
        store::servers::update(&mut change.tx, &server).await?;
        change.reload(Part::Servers);
        let event = server_event(change.event(AuditAction::ServerUpdated), &server);
        change.commit(event).await?;
        Ok(server)
    }
}

/// Notes what is wrong with limits.
pub(crate) fn check(wrong: &mut Wrong, limits: &ServerLimits) {
    for (path, range) in limits.out_of_range() {
        wrong.add(format!("limits.{path}"), range_words(range));
    }
    if limits.tools.len() > MAX_TOOLS_WITH_DEADLINES {
        wrong.add("limits.tools", format!("set deadlines for at most {MAX_TOOLS_WITH_DEADLINES} tools"));
    }
    if limits.tools.keys().any(|name| name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control)) {
        wrong.add("limits.tools", "enter the name of the tool before its deadlines");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::{Deadlines, Rate};

    use super::*;

    fn wrong(limits: &ServerLimits) -> Vec<String> {
        let mut wrong = Wrong::new();
        check(&mut wrong, limits);
        wrong.into_errors().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        assert!(wrong(&ServerLimits::default()).is_empty());
        let limits = ServerLimits {
            concurrent: Some(0),
            queue: Some(0),
            rate: Some(Rate { per_minute: 0, burst: Some(0) }),
            deadlines: Deadlines { idle: Some(100_000), ..Deadlines::default() },
            tools: BTreeMap::from([("slow".to_owned(), Deadlines { total: Some(0), ..Deadlines::default() })]),
            max_answer: Some(5),
            ..ServerLimits::default()
        };
        let fields = [
            "limits.concurrent",
            "limits.rate.per_minute",
            "limits.rate.burst",
            "limits.deadlines.idle",
            "limits.max_answer",
            "limits.tools.slow.total",
        ];
        assert_eq!(wrong(&limits), fields);
    }

    #[test]
    fn tools_are_bounded_and_named() {
        let tools = |names: Vec<String>| ServerLimits {
            tools: names.into_iter().map(|name| (name, Deadlines::default())).collect(),
            ..ServerLimits::default()
        };
        assert!(wrong(&tools((0..50).map(|n| format!("t{n}")).collect())).is_empty());
        assert_eq!(wrong(&tools((0..51).map(|n| format!("t{n}")).collect())), ["limits.tools"]);
        for name in ["", "a\nb"] {
            assert_eq!(wrong(&tools(vec![name.to_owned()])), ["limits.tools"], "{name:?}");
        }
    }
}
