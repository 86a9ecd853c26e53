//! Every use case has a row here: who may call it, and whether it leaves an audit event. A use case without a row fails
//! the test, and so does a row that is not true.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;

use domain::{AuditAction, Capability, GroupId, GroupKind, KeyId, Problem, Role, SecretText, SessionId, User};
use service::{Caller, Result, Services};
use store::Db;

use crate::world::World;

/// Who may call a use case.
#[derive(Clone, Copy)]
pub(crate) enum Needs {
    /// Anybody, also unknown.
    Nothing,
    /// A person's account.
    Account,
    /// Drawbridge itself or somebody at the command line.
    Local,
    /// One of these capabilities.
    Right(&'static [Capability]),
}

/// What a use case leaves in the audit log when it succeeds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaves {
    /// It changes something: at least one event.
    Event,
    /// It changes something that is not worth one. This list may only shrink.
    NothingBut(&'static str),
    /// It changes nothing.
    Nothing,
}

pub(crate) type Outcome<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// A use case.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) needs: Needs,
    pub(crate) leaves: Leaves,
    /// Calls it so that it succeeds for whoever may. Rows run in order on one stage.
    pub(crate) call: for<'a> fn(&'a Services, &'a Caller, &'a Stage) -> Outcome<'a>,
}

/// A row: `case!("name", needs, leaves, |services, caller, stage| future)`.
macro_rules! case {
    ($name:literal, $needs:expr, $leaves:expr, |$s:ident, $c:ident, $x:ident| $call:expr) => {
        $crate::coverage::Case {
            name: $name,
            needs: $needs,
            leaves: $leaves,
            call: |$s, $c, $x| {
                let _ = $x;
                Box::pin(async move { $call.await.map(drop) })
            },
        }
    };
}
pub(crate) use case;

/// What the rows act on.
pub(crate) struct Stage {
    /// Who makes the calls that need an account.
    pub(crate) actor: User,
    /// Whom they are about.
    pub(crate) target: User,
    /// Somebody invited, not yet in.
    pub(crate) invited: User,
    pub(crate) group: GroupId,
    /// A key of the target.
    pub(crate) key: KeyId,
    /// A session of the target.
    pub(crate) session: SessionId,
    /// The secret of an open link of the target.
    pub(crate) link: SecretText,
    pub(crate) correlation: domain::CorrelationId,
    pub(crate) event: domain::AuditId,
    pub(crate) notification: domain::NotificationId,
    pub(crate) scene: crate::cases_governance::Scene,
    /// An active server.
    pub(crate) server: domain::ServerId,
}

pub(crate) fn cases() -> Vec<Case> {
    // The catalog first, as its server is deleted later; people last, as the actor's password changes there.
    let files = [crate::cases_catalog::cases(), crate::cases_governance::cases(), crate::cases_people::cases()];
    files.into_iter().flatten().collect()
}

async fn stage(world: &World) -> Stage {
    let operator = world.operator();
    let services = &world.services;
    world.person("Second Admin", Role::SuperAdmin).await;
    let actor = world.person("Actor", Role::SuperAdmin).await;
    let target = world.person("Target", Role::User).await;
    let (invited, _) = services.invite_user(&operator, crate::world::new_user("Invited", None)).await.unwrap();
    let group = services.create_group(&operator, GroupKind::Group, "Group", "").await.unwrap().id;
    let key = services.create_key(&world.as_user(&target), "key", None).await.unwrap().key.id;
    let session = world.sign_in(&target).await.session;
    let link = crate::world::token(&services.reset_link(&operator, target.id).await.unwrap());
    let event = world.events().await.remove(0);
    let scene = crate::cases_governance::Scene::new(world, &actor, &target).await;
    let servers = services.servers(&operator, &domain::ServerFilter::default(), &domain::PageQuery::default()).await;
    let server = servers.unwrap().data.remove(0).id;
    Stage {
        actor,
        target,
        invited,
        group,
        key,
        session,
        link,
        correlation: event.correlation_id,
        event: event.id,
        notification: domain::NotificationId::generate(world.env.as_ref()),
        scene,
        server,
    }
}

/// The names of the use cases in the source: public async functions that take a caller.
fn declared() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            for declaration in text.split("\n    pub async fn ").skip(1) {
                let (name, rest) = declaration.split_once('(').unwrap();
                let arguments = rest.split("->").next().unwrap();
                if arguments.contains("caller: &Caller") {
                    names.insert(name.to_owned());
                }
            }
        }
    }
    names
}

#[test]
fn every_use_case_has_a_row() {
    let rows: BTreeSet<String> = cases().iter().map(|case| case.name.to_owned()).collect();
    assert_eq!(rows.len(), cases().len(), "a use case has two rows");
    let declared = declared();
    assert!(declared.len() > 30, "the search for use cases finds them: {declared:?}");
    assert_eq!(declared, rows);
}

fn refused(case: &Case, who: &str, result: Result<()>) -> Problem {
    match result {
        Err(error) => Problem::from(error),
        Ok(()) => panic!("`{}` must refuse {who}", case.name),
    }
}

/// Somebody who signed in in a browser, with exactly these rights.
fn with_rights(world: &World, user: &User, rights: Vec<Capability>) -> Caller {
    Caller { capabilities: rights, role: Some(Role::User), ..world.as_user(user) }
}

testkit::both_engines! {
    async fn whoever_may_not_is_refused(db: Db) {
        let world = World::new(db).await;
        let stage = stage(&world).await;
        let bystander = world.person("Bystander", Role::User).await;
        for case in cases() {
            let services = &world.services;
            if !matches!(case.needs, Needs::Nothing) {
                let anonymous = world.anonymous();
                let problem = refused(&case, "nobody", (case.call)(services, &anonymous, &stage).await);
                assert_eq!(problem, Problem::Unauthenticated, "{}", case.name);
            }
            let lacking: Vec<Capability> = match case.needs {
                Needs::Nothing | Needs::Account => continue,
                Needs::Local => Capability::ALL.to_vec(),
                Needs::Right(rights) => Capability::ALL.iter().copied().filter(|c| !rights.contains(c)).collect(),
            };
            for rights in [Vec::new(), lacking] {
                let caller = with_rights(&world, &bystander, rights);
                let problem = refused(&case, "a bystander", (case.call)(services, &caller, &stage).await);
                assert!(matches!(problem.status(), 403 | 404), "{}: {problem:?}", case.name);
            }
        }
        // All of that changed nothing: only refusals were recorded.
        let denials = world.events().await.into_iter().filter(|e| e.actor.id == Some(bystander.id));
        assert!(denials.into_iter().all(|e| e.action == AuditAction::AccessDenied));
    }

    async fn every_change_leaves_an_event(db: Db) {
        let world = World::new(db).await;
        let stage = stage(&world).await;
        let mut signed_in = world.sign_in(&stage.actor).await;
        for case in cases() {
            // Some rows end the session that asks.
            if world.session(&signed_in).await.is_none() {
                signed_in = world.sign_in(&stage.actor).await;
            }
            let caller = match case.needs {
                Needs::Local => world.operator(),
                Needs::Nothing => world.anonymous(),
                Needs::Account | Needs::Right(_) => world.session(&signed_in).await.expect("the session works"),
            };
            let before = world.recorded().await;
            if let Err(error) = (case.call)(&world.services, &caller, &stage).await {
                panic!("`{}` failed: {}", case.name, Problem::from(error));
            }
            let grew = world.recorded().await > before;
            assert_eq!(grew, case.leaves == Leaves::Event, "`{}`", case.name);
            if let Leaves::NothingBut(reason) = case.leaves {
                assert!(!reason.is_empty());
            }
        }
    }
}
