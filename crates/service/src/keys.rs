//! Personal API keys.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Actor, ActorKind, ApiKey, AuditAction, Capability, CorrelationId, KeyId, NewApiKey, Outcome, Problem, ResourceKind,
    Subject, User, UserId, UserStatus,
};
use ledger::Event;
use serde_json::json;

use crate::change::{event_of, payload, with_count};
use crate::error::Wrong;
use crate::people::NAME;
use crate::snapshot::Part;
use crate::token::TokenKind;
use crate::views::key_subject;
use crate::{AuthMethod, Caller, RequestMeta, Result, Services};

/// Most working keys of one person.
const KEYS: u32 = 50;
/// How exactly the last use of a key is kept.
const TOUCH: TimeDelta = TimeDelta::minutes(1);

/// When keys were used last, as far as it is not in the database yet.
#[derive(Default)]
pub(crate) struct KeyUses {
    noted: Mutex<Noted>,
    /// Held while uses are written, so that there is one writer.
    writing: tokio::sync::Mutex<()>,
}

/// Bounded by the number of keys that work: only authenticated ones come here.
#[derive(Default)]
struct Noted {
    /// When a use of this key was noted last.
    last: HashMap<KeyId, DateTime<Utc>>,
    /// Not written yet.
    pending: HashSet<KeyId>,
}

impl Services {
    /// The keys of the person asking, newest first, revoked ones too.
    pub async fn keys(&self, caller: &Caller) -> Result<Vec<ApiKey>> {
        let user = caller.user_id()?;
        let mut tx = self.read().await?;
        Ok(store::api_keys::list_of_user(&mut tx, user).await?)
    }

    /// Makes a key that acts as the person asking. The secret is in the answer and nowhere else.
    ///
    /// # Errors
    /// `Invalid` on `name` or `expires_at`; `Conflict` when the person has fifty keys that work.
    pub async fn create_key(
        &self,
        caller: &Caller,
        name: &str,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<NewApiKey> {
        let user = caller.user_id()?;
        self.insert_key(caller, user, name, expires_at).await
    }

    /// Makes a key for somebody else, at the command line only: nobody signed in may act as another person.
    pub async fn create_key_for(
        &self,
        caller: &Caller,
        user: UserId,
        name: &str,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<NewApiKey> {
        if !caller.is_local() {
            caller.known()?;
            self.denied(caller, "keys for others are made at the command line only").await?;
            return Err(Problem::forbidden(
                "a key acts as its person, so everybody makes their own; `drawbridge key create` on the machine can make \
                 one for anybody",
            )
            .into());
        }
        self.insert_key(caller, user, name, expires_at).await
    }

    async fn insert_key(
        &self,
        caller: &Caller,
        user: UserId,
        name: &str,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<NewApiKey> {
        let mut wrong = Wrong::new();
        let name = wrong.text("name", name, NAME);
        if expires_at.is_some_and(|t| t <= self.now()) {
            wrong.add("expires_at", "choose a time in the future");
        }
        wrong.check()?;
        let minted = TokenKind::Key.mint(self.env());
        let mut change = self.begin(caller).await?;
        let owner = active_user(&mut change.tx, user).await?;
        if store::api_keys::count_live_of_user(&mut change.tx, user, change.now).await? >= KEYS {
            return Err(Problem::conflict(
                "too_many_keys",
                format!("there are {KEYS} working keys already; revoke one that is not needed any more"),
            )
            .into());
        }
        let key = ApiKey {
            id: KeyId::generate(self.env()),
            user_id: owner.id,
            name,
            hint: minted.hint(),
            created_at: change.now,
            expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        store::api_keys::insert(&mut change.tx, &key, &minted.hash).await?;
        change.reload(Part::Keys);
        let event = change.event(AuditAction::ApiKeyCreated).resource(key_subject(&key)).args(payload(&json!({
            "name": key.name,
            "hint": key.hint,
            "user": key.user_id,
            "expires_at": key.expires_at,
        })));
        change.commit(event).await?;
        Ok(NewApiKey { key, secret: minted.secret })
    }

    /// Revokes a key: one's own, or with `manage_users` anybody's. The next call with it is refused.
    ///
    /// # Errors
    /// `NotFound` for a key that does not exist or is not the caller's to revoke.
    pub async fn revoke_key(&self, caller: &Caller, id: KeyId) -> Result<ApiKey> {
        caller.known()?;
        let mut change = self.begin(caller).await?;
        let key = store::api_keys::get(&mut change.tx, id)
            .await?
            .filter(|key| caller.actor.id == Some(key.user_id) || caller.can(Capability::ManageUsers))
            .ok_or_else(|| Problem::not_found("API key"))?;
        if !store::api_keys::revoke(&mut change.tx, id, change.now).await? {
            return Ok(key);
        }
        change.reload(Part::Keys);
        let now = change.now;
        let event = change
            .event(AuditAction::ApiKeyRevoked)
            .resource(key_subject(&key))
            .args(payload(&json!({ "name": key.name, "hint": key.hint, "user": key.user_id })));
        change.commit(event).await?;
        Ok(ApiKey { revoked_at: Some(now), ..key })
    }

    /// Who asks, by the secret of an API key. Reads the snapshot only; a refusal is an `auth_failed` event, of which one
    /// address can cause only so many a minute.
    ///
    /// # Errors
    /// `Unauthenticated` for a key that is unknown, revoked, expired or of somebody who may not act.
    pub async fn key_caller(&self, secret: &str, meta: RequestMeta) -> Result<Caller> {
        let now = self.now();
        let (refused, key) = match TokenKind::Key.hash(secret) {
            None => ("not an API key".to_owned(), None),
            Some(hash) => match self.directory().load().authenticate(&hash, now) {
                Ok(known) => {
                    self.key_used(known.key);
                    let person = known.person;
                    let method = AuthMethod::ApiKey(known.key);
                    return Ok(Caller::person(person.id, person.name.clone(), person.role, method, None, meta));
                }
                Err(failure) => (failure.to_string(), failure.key()),
            },
        };
        if let Some(not_recorded) = self.limits().anonymous_refusal(meta.ip, now) {
            tracing::warn!(reason = refused, ip = meta.ip.map(display), correlation = %meta.correlation, "a key was refused");
            let nobody = Actor { kind: ActorKind::Anonymous, id: None, name: "anonymous".to_owned() };
            let event = event_of(&Caller::anonymous(meta), nobody, AuditAction::AuthFailed)
                .reason(with_count(&refused, not_recorded));
            let resource = key.map(|key| Subject { kind: ResourceKind::ApiKey, id: Some(key.to_string()), name: None });
            let event = Event { outcome: Outcome::Failure, resource, ..event };
            self.parts().ledger.write(event).await?;
        }
        Err(Problem::Unauthenticated.into())
    }

    /// Notes that a key was used, for `last_used_at`. Returns at once; at most once a minute and key something is
    /// written, in the background.
    pub fn key_used(&self, key: KeyId) {
        let now = self.now();
        let mut noted = self.inner.key_uses.noted();
        if noted.last.get(&key).is_some_and(|last| now - *last < TOUCH) {
            return;
        }
        noted.last.insert(key, now);
        let first = noted.pending.is_empty();
        noted.pending.insert(key);
        drop(noted);
        // Whoever puts the first one in starts the writer; the others are taken along.
        if first && let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let services = self.clone();
            runtime.spawn(async move { services.flush_key_uses().await });
        }
    }

    /// Writes the uses that were noted. The background does this by itself; call it at shutdown.
    pub async fn flush_key_uses(&self) {
        let _one_writer = self.inner.key_uses.writing.lock().await;
        let pending = std::mem::take(&mut self.inner.key_uses.noted().pending);
        if pending.is_empty() {
            return;
        }
        if let Err(error) = self.write_key_uses(&pending).await {
            tracing::warn!(%error, keys = pending.len(), "the last use of API keys was not kept");
        }
    }

    async fn write_key_uses(&self, keys: &HashSet<KeyId>) -> Result<()> {
        let system = Caller::system(RequestMeta {
            correlation: CorrelationId::generate(self.env()),
            ip: None,
            client: None,
            user_agent: None,
        });
        let mut change = self.begin(&system).await?;
        for key in keys {
            store::api_keys::touch_used(&mut change.tx, *key, change.now).await?;
        }
        change.commit_unaudited("the last use of a key is no event; its calls are").await
    }
}

impl KeyUses {
    fn noted(&self) -> std::sync::MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The owner of a key to be.
async fn active_user(tx: &mut store::Tx, id: UserId) -> Result<User> {
    let user = store::users::get(tx, id).await?.ok_or_else(|| Problem::not_found("user"))?;
    if user.status == UserStatus::Active {
        return Ok(user);
    }
    Err(Problem::conflict("user_not_active", format!("{} is {}; keys are for active people", user.name, user.status))
        .into())
}
