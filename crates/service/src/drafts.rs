//! Half-filled requests, kept for their authors.

use domain::{NewRequest, Problem, RequestDraft, SecretField, SecretText};
use store::secrets::Owner;

use crate::{Caller, Error, Result, Services};

/// Characters of a draft's key.
const MAX_KEY: usize = 200;
/// Bytes of a draft, as JSON, and drafts of one person.
const MAX_DRAFT: usize = 256 << 10;
const MAX_DRAFTS: usize = 50;

impl Services {
    /// The caller's half-filled request under this key: `custom`, a catalog name, or `access:<server id>`. Empty when
    /// there is none.
    pub async fn draft(&self, caller: &Caller, key: &str) -> Result<RequestDraft> {
        let me = caller.user_id()?;
        let mut tx = self.read().await?;
        Ok(store::drafts::get(&mut tx, me, key).await?.unwrap_or_default())
    }

    /// The caller's half-filled requests with their keys, last kept first.
    pub async fn drafts(&self, caller: &Caller) -> Result<Vec<(String, NewRequest)>> {
        let me = caller.user_id()?;
        let mut tx = self.read().await?;
        Ok(store::drafts::list(&mut tx, me).await?)
    }

    /// Keeps a half-filled request. Secret values are sealed and not shown again; an empty value keeps the sealed one.
    pub async fn save_draft(&self, caller: &Caller, key: &str, fields: NewRequest) -> Result<RequestDraft> {
        let me = caller.user_id()?;
        if key.is_empty() || key.chars().count() > MAX_KEY || key.chars().any(char::is_control) {
            return Err(Problem::field("draft", "is not the key of a draft").into());
        }
        let size = serde_json::to_string(&fields).map_err(|e| Error::broken("a draft", e))?.len();
        if size > MAX_DRAFT {
            return Err(
                Problem::field("draft", format!("shorten the texts: a draft has at most {MAX_DRAFT} bytes")).into()
            );
        }
        let mut change = self.begin(caller).await?;
        let now = change.now;
        let keys = store::drafts::keys(&mut change.tx, me).await?;
        if keys.len() >= MAX_DRAFTS && !keys.iter().any(|kept| kept == key) {
            let why = format!("you have {MAX_DRAFTS} drafts; submit or discard one first");
            return Err(Problem::conflict("too_many_drafts", why).into());
        }
        store::drafts::put(&mut change.tx, me, key, &fields, now).await?;
        let owner = Owner::Draft(me, key);
        let named = |fields: &[SecretField]| -> Vec<SecretField> {
            fields.iter().filter(|f| !f.name.trim().is_empty()).map(trimmed).collect()
        };
        self.keep_secrets(&mut change.tx, owner, &named(&fields.headers), &named(&fields.env), now).await?;
        let draft = store::drafts::get(&mut change.tx, me, key).await?.unwrap_or_default();
        change.commit_unaudited("drafts are private notes").await?;
        Ok(draft)
    }

    /// Forgets a half-filled request and its secrets.
    pub async fn discard_draft(&self, caller: &Caller, key: &str) -> Result<()> {
        let me = caller.user_id()?;
        let mut change = self.begin(caller).await?;
        store::drafts::delete(&mut change.tx, me, key).await?;
        change.commit_unaudited("drafts are private notes").await
    }
}

fn trimmed(field: &SecretField) -> SecretField {
    SecretField { name: field.name.trim().to_owned(), value: SecretText::new(field.value.expose()) }
}
