//! The only place of the data path that asks the policy. A denial is recorded before it is answered.

use std::sync::Arc;
use std::time::Instant;

use directory::{Access, NoServer, Why, Withheld};
use domain::{AuditAction, CorrelationId, Decision, Outcome};
use http::StatusCode;
use http::request::Parts;
use ledger::{Event, Payload};
use mcp::{Call, GatewayCode, Generation, RpcError};
use policy::{Known, Target, Would};

use crate::Gateway;
use crate::context::{Context, Message, known_of, shown, user_agent};
use crate::edge::{Authenticated, Peer};
use crate::phases::Phase;
use crate::refusal::Refusal;
use crate::settle;
use crate::track::Track;

impl Gateway {
    /// Finds the server. An unknown one and one that nothing allows look the same.
    pub(crate) async fn open(
        &self,
        slug: &str,
        caller: Authenticated,
        parts: Parts,
        correlation: CorrelationId,
        track: &Arc<Track>,
    ) -> Result<Context, Refusal> {
        let now = self.inner.parts.env.now();
        let hidden = match caller.snapshot.server_for(slug, &caller.person, now) {
            Ok(server) => {
                track.goes_to(self.inner.metrics.phases.of(&server, &caller.snapshot), server.slug.as_str());
                let (headers, hangup) = (parts.headers, parts.extensions.get::<Peer>().map(|peer| peer.hangup.clone()));
                let (track, message) = (track.clone(), Arc::new(Message::unread(caller.ip)));
                return Ok(Context { correlation, caller, server, headers, hangup, track, message });
            }
            Err(hidden) => hidden,
        };
        let Authenticated { person, ip, .. } = caller;
        let actor = domain::Actor { kind: domain::ActorKind::User, id: Some(person.id), name: person.name.clone() };
        let mut event = Event::new(AuditAction::AccessDenied, Outcome::Denied, actor, correlation);
        event.ip = ip;
        event.decision = Some(Decision::Deny);
        event.client = user_agent(&parts.headers).map(|agent| (agent, None));
        event.reason = Some(hidden.reason(&shown(slug)));
        if let NoServer::Hidden { server, access } = hidden {
            event.server = Some((server.id, server.slug.to_string()));
            event.rules = access.rules.to_vec();
        }
        self.inner.metrics.call("denied");
        track.came_to("denied");
        self.inner.parts.ledger.write(event).await.map_err(|error| unavailable(&error))?;
        Err(Refusal::http(
            StatusCode::NOT_FOUND,
            "there is no such server for you; find servers and ask for access in the console",
        ))
    }

    /// Asks the policy about everything that a message names. A denial is recorded before it is answered.
    pub(crate) async fn permit(
        &self,
        context: &Context,
        call: &Call<'_>,
        generation: Generation,
    ) -> Result<Access, RpcError> {
        let (now, since) = (self.inner.parts.env.now(), Instant::now());
        let (message, facts) = (&context.message, context.message.facts());
        let arguments = call.audited_arguments();
        let known = known_of(facts, call, arguments.as_ref().map(|raw| raw.text()));
        let ask = |target: Target<'_>, known: Known<'_>| {
            context.caller.snapshot.authorize(&context.caller.person, &context.server, target, now, known)
        };
        let watched = message.watched().iter();
        let verdict = watched
            .map(|uri| ask(Target::Resource(uri), Known::Call(facts, None)))
            .find(|verdict| verdict.decision == Decision::Deny)
            .unwrap_or_else(|| ask(message.target(), known));
        context.track.took(Phase::Policy, since);
        if verdict.decision != Decision::Allow {
            self.count_denied(context, call).await?;
        }
        if let Some(would) = &verdict.would
            && (call.method.is_audited() || would.decision == Decision::Allow)
        {
            self.record_would(context, call, would).await?;
        }
        if verdict.decision == Decision::Allow {
            return Ok(verdict);
        }
        let mut event = settle::event(context, AuditAction::AccessDenied, Outcome::Denied);
        event.tool = context.named(call).or_else(|| Some(call.method.as_str().to_owned()));
        event.decision = Some(Decision::Deny);
        event.rules = verdict.rules.to_vec();
        event.reason = Some(verdict.why.to_string());
        event.args = arguments.as_ref().map(|raw| Payload::new(raw.text()));
        self.inner.metrics.call("denied");
        context.track.came_to("denied");
        self.inner.parts.ledger.write(event).await.map_err(|_| ledger_unavailable())?;
        Err(match verdict.why {
            Why::Withheld(Withheld::Changed) => RpcError::gateway(
                GatewayCode::Conflict,
                "this tool's definition has changed since it was approved; an administrator has to review it first",
            ),
            Why::ServerInactive => RpcError::gateway(GatewayCode::Denied, "this server is switched off"),
            // What the caller sees in lists is no secret: some other call of it may be allowed.
            _ if ask(message.target(), Known::Request(facts)).is_allowed() => {
                let console = &self.inner.parts.settings.console;
                let why = "a rule of your organisation does not allow this call with these arguments";
                let server = context.server.id;
                RpcError::gateway(
                    GatewayCode::Denied,
                    format!("{why}; change them, or ask for access at {console}/requests/new?server={server}"),
                )
            }
            _ => RpcError::not_found_for(&call.target(), generation),
        })
    }

    /// Records what rules in monitor mode would have decided.
    async fn record_would(&self, context: &Context, call: &Call<'_>, would: &Would) -> Result<(), RpcError> {
        // The outcome is what became of the call, not what would have.
        let (action, outcome) = match would.decision {
            Decision::Deny => (AuditAction::PolicyWouldDeny, Outcome::Success),
            Decision::Allow => (AuditAction::PolicyWouldAllow, Outcome::Denied),
        };
        let mut event = settle::event(context, action, outcome);
        event.tool = context.named(call);
        event.decision = Some(would.decision);
        event.rules = would.rules.clone();
        event.reason = Some("a rule in monitor mode would have decided otherwise".to_owned());
        event.args = call.audited_arguments().map(|raw| Payload::new(raw.text()));
        self.inner.parts.ledger.write(event).await.map(drop).map_err(|_| ledger_unavailable())
    }

    /// Asks the policy about the server as a whole, for messages that name nothing.
    pub(crate) async fn permit_server(&self, context: &Context) -> Result<(), RpcError> {
        let (now, since) = (self.inner.parts.env.now(), Instant::now());
        let (caller, known) = (&context.caller, context.message.known());
        let verdict = caller.snapshot.authorize(&caller.person, &context.server, Target::Server, now, known);
        context.track.took(Phase::Policy, since);
        if verdict.decision == Decision::Allow {
            return Ok(());
        }
        let mut event = settle::event(context, AuditAction::AccessDenied, Outcome::Denied);
        event.decision = Some(Decision::Deny);
        event.rules = verdict.rules.to_vec();
        event.reason = Some(verdict.why.to_string());
        self.inner.metrics.call("denied");
        context.track.came_to("denied");
        self.inner.parts.ledger.write(event).await.map_err(|_| ledger_unavailable())?;
        Err(RpcError::gateway(GatewayCode::Denied, "this server is not available to you"))
    }
}

/// The refusal of everything that cannot be recorded.
pub(crate) fn ledger_unavailable() -> RpcError {
    RpcError::gateway(
        GatewayCode::Unavailable,
        "calls are refused because the audit log cannot be written; ask your administrator to check disk and database",
    )
}

fn unavailable(error: &ledger::Error) -> Refusal {
    tracing::error!(%error, "a denial could not be recorded");
    Refusal::rpc(&ledger_unavailable(), None, Generation::Legacy)
}
