//! Who asks: the first argument of every use case.

use std::net::IpAddr;

use domain::{Actor, ActorKind, Capability, CorrelationId, KeyId, Problem, Role, SessionId, User, UserId};

use crate::Result;

/// Who asks, with which rights, how that is known, and from where.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who acts, as the audit log names them.
    pub actor: Actor,
    /// The platform role, when the caller is a person.
    pub role: Option<Role>,
    /// Rights on the platform.
    pub capabilities: Vec<Capability>,
    /// How the identity is known.
    pub auth: AuthMethod,
    /// The browser session that asks.
    pub session: Option<SessionId>,
    /// What the caller has seen of the consequences, as a mark of a preview ([`domain::Preview::mark`]); see
    /// [`Caller::having_seen`].
    pub seen: Option<String>,
    /// The request around it.
    pub meta: RequestMeta,
}

/// How an identity is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMethod {
    /// It is not.
    Anonymous,
    /// By a browser session.
    Session,
    /// By an API key.
    ApiKey(KeyId),
    /// By standing at the machine: the command line.
    Operator,
    /// It is Drawbridge itself.
    System,
}

/// The request around a use case.
#[derive(Debug, Clone)]
pub struct RequestMeta {
    /// Ties together everything that this request causes.
    pub correlation: CorrelationId,
    /// The caller's address.
    pub ip: Option<IpAddr>,
    /// The program that asks, when it says so.
    pub client: Option<ClientInfo>,
    /// The browser or program, as the HTTP header says.
    pub user_agent: Option<String>,
}

/// A program that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
}

impl RequestMeta {
    /// For what does not come over the network: the command line, the system itself.
    pub fn local<E: domain::Env + ?Sized>(env: &E) -> Self {
        Self { correlation: CorrelationId::generate(env), ip: None, client: None, user_agent: None }
    }
}

impl Caller {
    /// Nobody that is known.
    pub fn anonymous(meta: RequestMeta) -> Self {
        Self::unnamed(ActorKind::Anonymous, "anonymous", &[], AuthMethod::Anonymous, meta)
    }

    /// Somebody at the command line of the machine, who could also change the database by hand.
    pub fn operator(meta: RequestMeta) -> Self {
        Self::unnamed(ActorKind::Operator, "operator", Capability::ALL, AuthMethod::Operator, meta)
    }

    /// Drawbridge itself: jobs and what follows from a change.
    pub fn system(meta: RequestMeta) -> Self {
        Self::unnamed(ActorKind::System, "drawbridge", Capability::ALL, AuthMethod::System, meta)
    }

    /// A person, with the rights of their role.
    pub(crate) fn person(
        id: UserId,
        name: String,
        role: Role,
        auth: AuthMethod,
        session: Option<SessionId>,
        meta: RequestMeta,
    ) -> Self {
        Self {
            actor: Actor { kind: ActorKind::User, id: Some(id), name },
            role: Some(role),
            capabilities: role.capabilities().to_vec(),
            auth,
            session,
            seen: None,
            meta,
        }
    }

    /// A person by their row.
    pub(crate) fn user(user: &User, auth: AuthMethod, session: Option<SessionId>, meta: RequestMeta) -> Self {
        Self::person(user.id, user.name.clone(), user.role, auth, session, meta)
    }

    fn unnamed(kind: ActorKind, name: &str, capabilities: &[Capability], auth: AuthMethod, meta: RequestMeta) -> Self {
        Self {
            actor: Actor { kind, id: None, name: name.to_owned() },
            role: None,
            capabilities: capabilities.to_vec(),
            auth,
            session: None,
            seen: None,
            meta,
        }
    }

    /// The same caller, who confirms to have seen what a change does: a change that affects many people is made only for
    /// those who have.
    #[must_use]
    pub fn having_seen(self, mark: Option<String>) -> Self {
        Self { seen: mark, ..self }
    }

    /// The person who asks.
    ///
    /// # Errors
    /// `Unauthenticated` for an anonymous caller, `Forbidden` for the operator and the system, who have no account.
    pub fn user_id(&self) -> Result<UserId> {
        match (self.actor.id, self.auth) {
            (Some(id), _) => Ok(id),
            (None, AuthMethod::Anonymous) => Err(Problem::Unauthenticated.into()),
            (None, _) => Err(Problem::forbidden("this needs a person's account; sign in to the console").into()),
        }
    }

    /// True when the caller holds the capability.
    pub fn can(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
    }

    /// Refuses a caller without the capability. Use cases call [`crate::Services`]'s own check, which also leaves an
    /// audit event; this is for surfaces that decide what to show.
    ///
    /// # Errors
    /// `Unauthenticated` for an anonymous caller, `Forbidden` for everybody else who lacks it.
    pub fn require(&self, capability: Capability) -> Result<()> {
        if self.can(capability) {
            return Ok(());
        }
        self.known()?;
        Err(Problem::forbidden(format!(
            "this needs the right to {}; ask an administrator of Drawbridge to do it or to give you the role",
            in_words(capability)
        ))
        .into())
    }

    /// Refuses an anonymous caller.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn known(&self) -> Result<()> {
        if self.auth == AuthMethod::Anonymous { Err(Problem::Unauthenticated.into()) } else { Ok(()) }
    }

    /// True at the command line and for Drawbridge itself.
    pub(crate) const fn is_local(&self) -> bool {
        matches!(self.auth, AuthMethod::Operator | AuthMethod::System)
    }
}

/// A capability as part of a sentence: `manage users`.
pub(crate) fn in_words(capability: Capability) -> String {
    capability.as_str().replace('_', " ")
}
