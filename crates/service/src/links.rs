//! One-time links: the first administrator, invitations, new passwords.

use chrono::TimeDelta;
use domain::{
    AuditAction, Capability, Email, LinkId, LinkKind, LinkView, OneTimeLink, Problem, Role, SecretText, User, UserId,
    UserStatus,
};
use serde_json::json;
use store::links::Link;

use crate::change::{Change, event_of, payload};
use crate::error::Wrong;
use crate::password::check_password;
use crate::people::{NAME, may_change};
use crate::sessions::{SignedIn, actor};
use crate::snapshot::Part;
use crate::token::TokenKind;
use crate::views::user_subject;
use crate::{Caller, Error, Result, Services};

/// How long a link lives.
const SETUP: TimeDelta = TimeDelta::hours(24);
const INVITE: TimeDelta = TimeDelta::days(7);
const RESET: TimeDelta = TimeDelta::hours(24);

/// What somebody with a one-time link enters. Name and email address count for the setup link only; an invited person's
/// are known.
#[derive(Debug, Clone, Default)]
pub struct AcceptLink {
    /// Display name.
    pub name: String,
    /// Email address.
    pub email: String,
    /// The new password.
    pub password: SecretText,
}

impl Services {
    /// Makes the link by which the first administrator comes in; `None` when there is one. Older setup links die.
    pub async fn create_setup_link(&self, caller: &Caller) -> Result<Option<OneTimeLink>> {
        if !caller.is_local() {
            caller.known()?;
            return Err(Problem::forbidden("setup links are made by the program itself; run `drawbridge serve`").into());
        }
        let mut change = self.begin(caller).await?;
        store::users::lock_admins(&mut change.tx).await?;
        if store::users::count_admins(&mut change.tx).await? > 0 {
            return Ok(None);
        }
        store::links::invalidate_setup(&mut change.tx, change.now).await?;
        let link = self.make_link(&mut change, caller, LinkKind::Setup, None).await?;
        let event =
            change.event(AuditAction::SetupLinkCreated).args(payload(&json!({ "expires_at": link.expires_at })));
        change.commit(event).await?;
        Ok(Some(link))
    }

    /// True while there is no administrator; who runs the program has a link for the first one.
    pub async fn needs_setup(&self, _caller: &Caller) -> Result<bool> {
        let mut tx = self.read().await?;
        Ok(store::users::count_admins(&mut tx).await? == 0)
    }

    /// What a link does and for whom, for the page behind it.
    ///
    /// # Errors
    /// `NotFound` with advice when the link is unknown, used, expired or replaced.
    pub async fn open_link(&self, _caller: &Caller, token: &SecretText) -> Result<LinkView> {
        let hash = TokenKind::Link.hex(token.expose()).ok_or_else(closed)?;
        let mut tx = self.read().await?;
        let view = store::links::view(&mut tx, &hash, self.now()).await?.ok_or_else(closed)?;
        if view.kind == LinkKind::Setup && store::users::count_admins(&mut tx).await? > 0 {
            return Err(closed().into());
        }
        Ok(view)
    }

    /// Uses a link: makes the first administrator, activates an invited person, or sets a new password and ends the
    /// sessions begun with the old one. Signs the person in.
    ///
    /// # Errors
    /// `NotFound` as [`Services::open_link`]; `Invalid` with every wrong field, after which the link still works.
    pub async fn accept_link(&self, caller: &Caller, token: &SecretText, input: AcceptLink) -> Result<SignedIn> {
        let hash = TokenKind::Link.hex(token.expose()).ok_or_else(closed)?;
        let view = self.open_link(caller, token).await?;
        let mut wrong = Wrong::new();
        let newcomer = if view.kind == LinkKind::Setup {
            let name = wrong.text("name", &input.name, NAME);
            let email = wrong.parse::<Email>("email", &input.email);
            check_password(&mut wrong, "password", &input.password, &[&input.email, &name]);
            email.map(|email| (email, name))
        } else {
            let known = [view.email.as_deref().unwrap_or(""), view.name.as_deref().unwrap_or("")];
            check_password(&mut wrong, "password", &input.password, &known);
            None
        };
        wrong.check()?;
        let password = self.passwords().hash(self.env(), &input.password).await?;

        let mut change = self.begin(caller).await?;
        if view.kind == LinkKind::Setup {
            store::users::lock_admins(&mut change.tx).await?;
        }
        let link = store::links::use_once(&mut change.tx, &hash, change.now).await?.ok_or_else(closed)?;
        let user = match (link.kind, link.user_id, newcomer) {
            (LinkKind::Setup, _, Some((email, name))) => self.first_admin(&mut change, caller, email, name).await?,
            (LinkKind::Invite, Some(id), _) => activate(&mut change, caller, id).await?,
            (LinkKind::Reset, Some(id), _) => reset(&mut change, caller, id).await?,
            (kind, ..) => return Err(Error::broken("a one-time link", format!("`{kind}` without its person"))),
        };
        store::users::set_password(&mut change.tx, user.id, &password, change.now).await?;
        let email = user.email.clone();
        let (signed_in, event) = self.begin_session(&mut change, caller, user).await?;
        change.commit(event).await?;
        // Who has just proved to be the person need not wait for what somebody else got wrong before.
        self.limits().succeeded(email.as_str(), None);
        Ok(signed_in)
    }

    async fn first_admin(&self, change: &mut Change<'_>, caller: &Caller, email: Email, name: String) -> Result<User> {
        if store::users::count_admins(&mut change.tx).await? > 0 {
            return Err(closed().into());
        }
        let user = User {
            id: UserId::generate(self.env()),
            email,
            name,
            department: String::new(),
            title: String::new(),
            team: String::new(),
            role: Role::SuperAdmin,
            status: UserStatus::Active,
            created_at: change.now,
            last_login_at: None,
        };
        store::users::insert(&mut change.tx, &user).await?;
        store::links::invalidate_setup(&mut change.tx, change.now).await?;
        change.reload(Part::People);
        change.also(
            event_of(caller, actor(&user), AuditAction::UserCreated).resource(user_subject(&user)).args(payload(
                &json!({ "email": user.email, "name": user.name, "role": user.role, "by": "setup link" }),
            )),
        );
        Ok(user)
    }

    /// Makes a new invitation for somebody who has not come in yet; the older one dies.
    ///
    /// # Errors
    /// `Conflict` when the person is active (make a reset link) or suspended (reactivate them first).
    pub async fn invite_again(&self, caller: &Caller, id: UserId) -> Result<OneTimeLink> {
        self.person_link(caller, id, LinkKind::Invite).await
    }

    /// Makes a link by which a person sets a new password; an older one dies.
    ///
    /// # Errors
    /// `Conflict` when the person has not come in yet (invite them again) or is suspended.
    pub async fn reset_link(&self, caller: &Caller, id: UserId) -> Result<OneTimeLink> {
        self.person_link(caller, id, LinkKind::Reset).await
    }

    async fn person_link(&self, caller: &Caller, id: UserId, kind: LinkKind) -> Result<OneTimeLink> {
        self.require(caller, Capability::ManageUsers).await?;
        let mut change = self.begin(caller).await?;
        let user = store::users::lock(&mut change.tx, id).await?.ok_or_else(|| Problem::not_found("user"))?;
        // Who sets the password of a super administrator becomes one.
        if let Err(refusal) = may_change(caller, &user) {
            drop(change);
            self.denied(caller, "only super administrators may make links for one").await?;
            return Err(refusal);
        }
        match (kind, user.status) {
            (LinkKind::Reset, UserStatus::Active) | (LinkKind::Invite, UserStatus::Inactive) => {}
            (_, UserStatus::Suspended) => {
                return Err(
                    Problem::conflict("user_suspended", "the person is suspended; reactivate them first").into()
                );
            }
            (LinkKind::Reset, _) => {
                return Err(Problem::conflict(
                    "user_inactive",
                    "the person has not come in yet and has no password; invite them again instead",
                )
                .into());
            }
            _ => {
                return Err(Problem::conflict(
                    "user_active",
                    "the person is active already; make a password reset link instead",
                )
                .into());
            }
        }
        let (link, event) = self.link_for(&mut change, caller, &user, kind).await?;
        change.commit(event).await?;
        Ok(link)
    }

    /// A new link of a person, whose older ones of the same kind die; with its event.
    pub(crate) async fn link_for(
        &self,
        change: &mut Change<'_>,
        caller: &Caller,
        user: &User,
        kind: LinkKind,
    ) -> Result<(OneTimeLink, ledger::Event)> {
        store::links::invalidate_of_user(&mut change.tx, user.id, kind, change.now).await?;
        let link = self.make_link(change, caller, kind, Some(user.id)).await?;
        let action = match kind {
            LinkKind::Reset => AuditAction::UserResetLinkCreated,
            LinkKind::Invite | LinkKind::Setup => AuditAction::UserInvited,
        };
        let event = change
            .event(action)
            .resource(user_subject(user))
            .args(payload(&json!({ "link": link.id, "expires_at": link.expires_at })));
        Ok((link, event))
    }

    async fn make_link(
        &self,
        change: &mut Change<'_>,
        caller: &Caller,
        kind: LinkKind,
        user_id: Option<UserId>,
    ) -> Result<OneTimeLink> {
        let life = match kind {
            LinkKind::Setup => SETUP,
            LinkKind::Invite => INVITE,
            LinkKind::Reset => RESET,
        };
        let minted = TokenKind::Link.mint(self.env());
        let link = Link {
            id: LinkId::generate(self.env()),
            kind,
            user_id,
            created_by: caller.actor.id,
            created_at: change.now,
            expires_at: change.now + life,
            used_at: None,
        };
        store::links::insert(&mut change.tx, &link, &minted.hash).await?;
        Ok(OneTimeLink {
            id: link.id,
            kind,
            url: format!("{}/{kind}?token={}", self.settings().public_url, minted.secret),
            expires_at: link.expires_at,
        })
    }
}

async fn activate(change: &mut Change<'_>, caller: &Caller, id: UserId) -> Result<User> {
    let user = person_in(change, id, UserStatus::Inactive).await?;
    store::users::set_status(&mut change.tx, id, UserStatus::Active, change.now).await?;
    if user.role.is_admin() {
        store::links::invalidate_setup(&mut change.tx, change.now).await?;
    }
    change.reload(Part::People);
    change.also(event_of(caller, actor(&user), AuditAction::UserActivated).resource(user_subject(&user)));
    Ok(User { status: UserStatus::Active, ..user })
}

async fn reset(change: &mut Change<'_>, caller: &Caller, id: UserId) -> Result<User> {
    let user = person_in(change, id, UserStatus::Active).await?;
    let ended = store::sessions::delete_of_user(&mut change.tx, id, None).await?;
    change.also(
        event_of(caller, actor(&user), AuditAction::UserPasswordChanged)
            .resource(user_subject(&user))
            .args(payload(&json!({ "by": "reset link", "sessions_ended": ended }))),
    );
    Ok(user)
}

/// The person of a link, if they are still in the state for which it was made.
async fn person_in(change: &mut Change<'_>, id: UserId, status: UserStatus) -> Result<User> {
    let user = store::users::lock(&mut change.tx, id).await?.filter(|user| user.status == status);
    user.ok_or_else(|| closed().into())
}

/// One answer for every link that does not work, so that nothing is learned from it.
fn closed() -> Problem {
    Problem::not_found(
        "a link that still works (this one was used, has expired or was replaced; ask your administrator for a new one)",
    )
}
