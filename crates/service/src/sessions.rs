//! Signing in and out, browser sessions, and what a credential says about who asks.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Actor, ActorKind, AuditAction, Capability, Email, Me, Outcome, Problem, SecretText, SessionId, SessionView, User,
    UserId, UserStatus,
};
use ledger::Event;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use store::sessions::Session;
use tracing::field::display;

use crate::change::{Change, event_of, payload, with_count};
use crate::error::Wrong;
use crate::nodes::MOST_ENDED;
use crate::password::check_password;
use crate::token::TokenKind;
use crate::views::{session_subject, user_subject};
use crate::{AuthMethod, Caller, RequestMeta, Result, Services};

/// A session ends after this time without use, and at the latest after this time.
const IDLE: TimeDelta = TimeDelta::hours(12);
const LIFETIME: TimeDelta = TimeDelta::days(7);
/// How exactly the last use of a session is kept.
const TOUCH: TimeDelta = TimeDelta::minutes(1);
/// Most characters kept of a browser's description.
const USER_AGENT: usize = 200;

/// A browser session just begun.
#[derive(Debug)]
pub struct SignedIn {
    /// What the cookie holds.
    pub token: SecretString,
    /// Its identity.
    pub session: SessionId,
    /// Ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// Who signed in.
    pub user: User,
}

impl Services {
    /// Signs a person in by email address and password.
    ///
    /// # Errors
    /// `Invalid` on `password` for every wrong pair, known address or not, and after the same time; `RateLimited` after
    /// five failures of an account or fifty of an address in fifteen minutes; `Forbidden` for a suspended person who
    /// knows the password. Every failure is a `login_failed` event.
    pub async fn sign_in(&self, caller: &Caller, email: &str, password: &SecretText) -> Result<SignedIn> {
        let email = email.parse::<Email>().ok();
        // Texts that are no address share one account: none of them can succeed.
        let account = email.as_ref().map_or("", Email::as_str).to_owned();
        let ip = caller.meta.ip;
        if let Err(limited) = self.limits().attempt(&account, ip, self.now()) {
            if let Some(not_recorded) = self.limits().anonymous_refusal(ip, self.now()) {
                tracing::warn!(reason = "too many attempts", ip = ip.map(display), "a sign-in was refused");
                let event =
                    login_failed(caller, email.as_ref(), None).reason(with_count("too many attempts", not_recorded));
                self.parts().ledger.write(event).await?;
            }
            return Err(limited.into());
        }

        let (user, hash) = self.credentials(email.as_ref()).await?;
        let right = self.passwords().verify(hash, password).await?;
        let refused = match &user {
            Some(user) if right => match user.status {
                UserStatus::Active => None,
                UserStatus::Suspended => Some((
                    "the person is suspended",
                    Problem::forbidden("your account is suspended; ask an administrator of Drawbridge"),
                )),
                UserStatus::Inactive => Some((
                    "the person is not active",
                    Problem::forbidden("your account is not active; ask an administrator for an invitation link"),
                )),
            },
            Some(_) => Some(("wrong password", wrong_pair())),
            None => Some(("unknown email address", wrong_pair())),
        };
        let user = match (user, refused) {
            (Some(user), None) => user,
            (user, refused) => {
                let (reason, problem) = refused.unwrap_or(("unknown email address", wrong_pair()));
                let (person, correlation) = (user.as_ref().map(|user| display(user.id)), caller.meta.correlation);
                tracing::warn!(reason, ip = ip.map(display), person, %correlation, "a sign-in was refused");
                let event = login_failed(caller, email.as_ref(), user.as_ref()).reason(reason);
                self.parts().ledger.write(event).await?;
                return Err(problem.into());
            }
        };

        let mut change = self.begin(caller).await?;
        // The status may have changed while the hash was computed.
        let user = store::users::lock(&mut change.tx, user.id)
            .await?
            .filter(|user| user.status == UserStatus::Active)
            .ok_or_else(wrong_pair)?;
        if let Some(old) = caller.session {
            store::sessions::delete(&mut change.tx, old).await?;
        }
        let (signed_in, event) = self.begin_session(&mut change, caller, user).await?;
        change.commit(event).await?;
        self.limits().succeeded(&account, ip);
        tracing::info!(person = %signed_in.user.id, ip = ip.map(display), "signed in");
        Ok(signed_in)
    }

    /// The person with this address and their password hash. Asks the database the same number of times for all.
    async fn credentials(&self, email: Option<&Email>) -> Result<(Option<User>, Option<String>)> {
        let mut tx = self.read().await?;
        let user = match email {
            Some(email) => store::users::by_email(&mut tx, email).await?,
            None => None,
        };
        let id = user.as_ref().map_or_else(|| UserId::generate(self.env()), |user| user.id);
        let hash = store::users::password_hash(&mut tx, id).await?;
        Ok((user, hash))
    }

    /// Begins a session of a person inside a change; the caller of this commits with the event it returns.
    pub(crate) async fn begin_session(
        &self,
        change: &mut Change<'_>,
        caller: &Caller,
        user: User,
    ) -> Result<(SignedIn, Event)> {
        let minted = TokenKind::Session.mint(self.env());
        let session = Session {
            id: SessionId::generate(self.env()),
            user_id: user.id,
            created_at: change.now,
            last_seen_at: change.now,
            expires_at: change.now + LIFETIME,
            ip: caller.meta.ip.map(|ip| ip.to_string()),
            user_agent: caller.meta.user_agent.as_ref().map(|text| text.chars().take(USER_AGENT).collect()),
        };
        store::sessions::insert(&mut change.tx, &session, &minted.hash).await?;
        store::users::touch_login(&mut change.tx, user.id, change.now).await?;
        let event =
            event_of(caller, actor(&user), AuditAction::AuthSuccess).resource(session_subject(session.id, &user));
        let user = User { last_login_at: Some(change.now), ..user };
        let signed_in = SignedIn {
            token: SecretString::from(minted.secret),
            session: session.id,
            expires_at: session.expires_at,
            user,
        };
        Ok((signed_in, event))
    }

    /// Ends the session that asks.
    ///
    /// # Errors
    /// `Unauthenticated` without a session.
    pub async fn sign_out(&self, caller: &Caller) -> Result<()> {
        let session = own_session(caller)?;
        let mut change = self.begin(caller).await?;
        store::sessions::delete(&mut change.tx, session).await?;
        let event = change.event(AuditAction::Logout).resource(domain::Subject {
            kind: domain::ResourceKind::Session,
            id: Some(session.to_string()),
            name: Some(caller.actor.name.clone()),
        });
        change.commit(event).await
    }

    /// Who asks, by the session's token. `None` for a token that is unknown, expired or of somebody who may not act.
    pub async fn session_caller(&self, token: &SecretString, meta: RequestMeta) -> Result<Option<Caller>> {
        let Some(hash) = TokenKind::Session.hex(token.expose_secret()) else { return Ok(None) };
        let now = self.now();
        let mut tx = self.read().await?;
        let found = store::sessions::by_token_hash(&mut tx, &hash).await?;
        drop(tx);
        let Some((session, user)) = found else { return Ok(None) };
        if user.status != UserStatus::Active || now >= session.expires_at || now >= session.last_seen_at + IDLE {
            return Ok(None);
        }
        let caller = Caller::user(&user, AuthMethod::Session, Some(session.id), meta);
        if now >= session.last_seen_at + TOUCH {
            // The request does not fail because the time of it could not be kept.
            if let Err(error) = self.touch_session(&caller, session.id).await {
                tracing::warn!(correlation = %caller.meta.correlation, %error, "the last use of a session was not kept");
            }
        }
        Ok(Some(caller))
    }

    async fn touch_session(&self, caller: &Caller, session: SessionId) -> Result<()> {
        let mut change = self.begin(caller).await?;
        store::sessions::touch(&mut change.tx, session, change.now).await?;
        change.commit_unaudited("the last use of a session is no event").await
    }

    /// Ends one session: one's own, or with `manage_users` anybody's.
    ///
    /// # Errors
    /// `NotFound` for a session that does not exist or is not the caller's to end.
    pub async fn end_session(&self, caller: &Caller, id: SessionId) -> Result<()> {
        caller.known()?;
        let mut change = self.begin(caller).await?;
        let may = |owner: UserId| caller.actor.id == Some(owner) || caller.can(Capability::ManageUsers);
        let session = store::sessions::get(&mut change.tx, id)
            .await?
            .filter(|session| may(session.user_id))
            .ok_or_else(|| Problem::not_found("session"))?;
        let user =
            store::users::get(&mut change.tx, session.user_id).await?.ok_or_else(|| Problem::not_found("session"))?;
        store::sessions::delete(&mut change.tx, id).await?;
        let own = caller.actor.id == Some(user.id);
        let action = if own { AuditAction::Logout } else { AuditAction::SessionsEnded };
        let event = change.event(action).resource(session_subject(id, &user));
        change.commit(event).await
    }

    /// Ends the sessions of a person: one's own but the one that asks, or with `manage_users` all of anybody. Returns
    /// how many.
    pub async fn end_sessions(&self, caller: &Caller, id: UserId) -> Result<u32> {
        caller.known()?;
        if caller.actor.id != Some(id) {
            self.require(caller, Capability::ManageUsers).await?;
        }
        let mut change = self.begin(caller).await?;
        let user = store::users::get(&mut change.tx, id).await?.ok_or_else(|| Problem::not_found("user"))?;
        let ended = store::sessions::delete_of_user(&mut change.tx, id, caller.session).await?;
        let event = change
            .event(AuditAction::SessionsEnded)
            .resource(user_subject(&user))
            .args(payload(&json!({ "sessions_ended": ended })));
        change.commit(event).await?;
        Ok(u32::try_from(ended).unwrap_or(u32::MAX))
    }

    /// Sets a new password for the person asking and ends their other sessions.
    ///
    /// # Errors
    /// `Invalid` on `current` or `new`; `RateLimited` as for signing in; `Forbidden` without a browser session, so that
    /// a stolen key cannot take over the account.
    pub async fn change_password(&self, caller: &Caller, current: &SecretText, new: &SecretText) -> Result<()> {
        let id = caller.user_id()?;
        let session = own_session(caller)?;
        let mut tx = self.read().await?;
        let user = store::users::get(&mut tx, id).await?.ok_or(Problem::Unauthenticated)?;
        let hash = store::users::password_hash(&mut tx, id).await?;
        drop(tx);
        let mut wrong = Wrong::new();
        check_password(&mut wrong, "new", new, &[user.email.as_str(), &user.name]);
        wrong.check()?;
        let ip = caller.meta.ip;
        self.limits().attempt(user.email.as_str(), ip, self.now())?;
        if !self.passwords().verify(hash, current).await? {
            let event = event_of(caller, actor(&user), AuditAction::LoginFailed)
                .resource(user_subject(&user))
                .reason("wrong current password while changing it");
            let event = Event { outcome: Outcome::Failure, ..event };
            self.parts().ledger.write(event).await?;
            return Err(Problem::field("current", "this is not your current password").into());
        }
        let hash = self.passwords().hash(self.env(), new).await?;
        let mut change = self.begin(caller).await?;
        store::users::set_password(&mut change.tx, id, &hash, change.now).await?;
        let ended = store::sessions::delete_of_user(&mut change.tx, id, Some(session)).await?;
        let event = change
            .event(AuditAction::UserPasswordChanged)
            .resource(user_subject(&user))
            .args(payload(&json!({ "sessions_ended": ended })));
        change.commit(event).await?;
        self.limits().succeeded(user.email.as_str(), ip);
        Ok(())
    }

    /// The person asking, with what the shell of the console needs.
    pub async fn me(&self, caller: &Caller) -> Result<Me> {
        let id = caller.user_id()?;
        let mut tx = self.read().await?;
        let user = store::users::get(&mut tx, id).await?.ok_or(Problem::Unauthenticated)?;
        let pending_requests =
            if caller.can(Capability::ManageRequests) { store::requests::count_pending(&mut tx).await? } else { 0 };
        let settings = self.settings();
        Ok(Me {
            capabilities: caller.capabilities.clone(),
            pending_requests,
            unread_notifications: store::notifications::unread_count(&mut tx, id).await?,
            demo: store::settings::get(&mut tx, DEMO).await?.is_some(),
            loopback_allowed: settings.allow_loopback,
            insecure_http: settings.insecure_http,
            audit_best_effort: settings.audit_best_effort,
            version: settings.version.clone(),
            user,
        })
    }

    /// Removes what has expired: sessions, of browsers and of MCP, and change marks that every node has long seen. Call it every hour or so.
    pub async fn tidy(&self) -> Result<()> {
        /// Longer than a node may be cut off from the database and still be in service.
        const MARKS: TimeDelta = TimeDelta::days(7);
        let system = Caller::system(RequestMeta {
            correlation: domain::CorrelationId::generate(self.env()),
            ip: None,
            client: None,
            user_agent: None,
        });
        let mut change = self.begin(&system).await?;
        let now = change.now;
        store::sessions::delete_expired(&mut change.tx, now, now - IDLE).await?;
        store::changes::prune(&mut change.tx, now - MARKS).await?;
        store::ended_sessions::prune(&mut change.tx, now, MOST_ENDED).await?;
        store::mcp_tasks::prune(&mut change.tx, now).await?;
        self.directory().ended().prune(now);
        change.commit_unaudited("what has expired has no effect any more").await
    }
}

/// The setting that marks a demonstration.
pub(crate) const DEMO: &str = "demo";

/// A session as it is listed.
pub(crate) fn session_view(session: Session, current: Option<SessionId>) -> SessionView {
    SessionView {
        id: session.id,
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        expires_at: session.expires_at.min(session.last_seen_at + IDLE),
        ip: session.ip,
        user_agent: session.user_agent,
        current: current == Some(session.id),
    }
}

/// A person as the actor of an event.
pub(crate) fn actor(user: &User) -> Actor {
    Actor { kind: ActorKind::User, id: Some(user.id), name: user.name.clone() }
}

fn own_session(caller: &Caller) -> Result<SessionId> {
    caller.user_id()?;
    caller.session.ok_or_else(|| Problem::forbidden("this needs a browser session; sign in to the console").into())
}

fn wrong_pair() -> Problem {
    Problem::field("password", "the email address or the password is wrong")
}

/// A refused sign-in. Nobody has proved to be anybody, so the actor is anonymous; only what looks like an address is
/// kept, since people type passwords into the wrong field.
fn login_failed(caller: &Caller, email: Option<&Email>, user: Option<&User>) -> Event {
    let nobody = Actor { kind: ActorKind::Anonymous, id: None, name: "anonymous".to_owned() };
    Event {
        outcome: Outcome::Failure,
        resource: user.map(user_subject),
        args: email.map(|email| payload(&json!({ "email": email }))),
        ..event_of(caller, nobody, AuditAction::LoginFailed)
    }
}
