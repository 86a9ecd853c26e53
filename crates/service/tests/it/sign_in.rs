use domain::{ActorKind, AuditAction, LinkKind, Outcome, Problem, Role, SecretText};
use secrecy::{ExposeSecret as _, SecretString};
use store::Db;

use crate::world::{PASSWORD, World, code, problem};

testkit::both_engines! {
    async fn a_person_signs_in_and_out(db: Db) {
        let world = World::new(db).await;
        let ada = world.person("Ada", Role::User).await;
        let signed_in = world.sign_in(&ada).await;
        assert!(signed_in.token.expose_secret().starts_with("dbs_"));
        assert_eq!(signed_in.user.last_login_at, Some(world.now()));

        let caller = world.session(&signed_in).await.expect("the session works");
        assert_eq!(caller.user_id().expect("a person"), ada.id);
        let me = world.services.me(&caller).await.expect("me");
        assert_eq!((me.user.id, me.capabilities.len(), me.unread_notifications), (ada.id, 0, 0));
        assert!(me.loopback_allowed && !me.demo);

        let event = world.newest(AuditAction::AuthSuccess).await;
        assert_eq!(event.row.actor.id, Some(ada.id));
        assert_eq!(event.row.ip.as_deref(), Some("192.0.2.1"));

        world.services.sign_out(&caller).await.expect("signs out");
        assert!(world.session(&signed_in).await.is_none());
        assert_eq!(world.actions().await.last(), Some(&AuditAction::Logout));
    }

    async fn the_token_is_stored_hashed_only(db: Db) {
        let world = World::new(db).await;
        let ada = world.person("Ada", Role::User).await;
        let signed_in = world.sign_in(&ada).await;
        let mut tx = world.db.read().await.unwrap();
        let presented = signed_in.token.expose_secret();
        assert!(store::sessions::by_token_hash(&mut tx, presented).await.unwrap().is_none());
        drop(tx);
        for event in world.events().await {
            let entry = world.services.audit_entry(&world.operator(), event.id).await.unwrap();
            let text = serde_json::to_string(&entry).unwrap();
            assert!(!text.contains(presented) && !text.contains(PASSWORD));
        }
    }

    async fn wrong_pairs_are_refused_alike_and_recorded(db: Db) {
        let world = World::new(db).await;
        let ada = world.person("Ada", Role::User).await;
        let wrong = SecretText::new("difference engine");
        let known = problem(world.services.sign_in(&world.anonymous(), ada.email.as_str(), &wrong).await);
        let unknown = problem(world.services.sign_in(&world.anonymous(), "nobody@example.com", &wrong).await);
        let nonsense = problem(world.services.sign_in(&world.anonymous(), "swordfish-typed-here", &wrong).await);
        assert_eq!(known, unknown);
        assert_eq!(known, nonsense);
        assert!(known.of_field("password").is_some());

        let failures: Vec<_> =
            world.events().await.into_iter().filter(|e| e.action == AuditAction::LoginFailed).collect();
        assert_eq!(failures.len(), 3);
        assert!(failures.iter().all(|e| e.actor.kind == ActorKind::Anonymous && e.outcome == Outcome::Failure));
        let reasons: Vec<_> = failures.iter().map(|e| e.reason.clone().unwrap()).collect();
        assert_eq!(reasons, ["wrong password", "unknown email address", "unknown email address"]);
        // A password typed into the wrong field does not reach the log.
        let entry = world.services.audit_entry(&world.operator(), failures[2].id).await.unwrap();
        assert!(!serde_json::to_string(&entry).unwrap().contains("swordfish"));
    }

    async fn guessing_is_slowed(db: Db) {
        let world = World::new(db).await;
        let ada = world.person("Ada", Role::User).await;
        let (wrong, right) = (SecretText::new("difference engine"), SecretText::new(PASSWORD));
        for _ in 0..5 {
            let refused = world.services.sign_in(&world.anonymous(), ada.email.as_str(), &wrong).await;
            assert_eq!(code(refused), "invalid");
        }
        let limited = problem(world.services.sign_in(&world.anonymous(), ada.email.as_str(), &right).await);
        assert_eq!(limited, Problem::RateLimited { retry_after_seconds: 30 });
        assert_eq!(world.newest(AuditAction::LoginFailed).await.row.reason.as_deref(), Some("too many attempts"));
        world.advance(30);
        world.sign_in(&ada).await;
        // Success clears the account.
        let refused = world.services.sign_in(&world.anonymous(), ada.email.as_str(), &wrong).await;
        assert_eq!(code(refused), "invalid");
    }

    async fn guessing_while_limited_cannot_fill_the_log(db: Db) {
        let world = World::new(db).await;
        let wrong = SecretText::new("difference engine");
        for _ in 0..30 {
            problem(world.services.sign_in(&world.anonymous(), "nobody@example.com", &wrong).await);
        }
        assert_eq!(world.count(AuditAction::LoginFailed).await, 5 + 10);
    }

    async fn a_suspended_person_learns_it_only_with_the_password(db: Db) {
        let world = World::new(db).await;
        world.person("Root", Role::SuperAdmin).await;
        let ada = world.person("Ada", Role::User).await;
        world.services.suspend_user(&world.operator(), ada.id).await.unwrap();
        let (wrong, right) = (SecretText::new("difference engine"), SecretText::new(PASSWORD));
        let anonymous = world.anonymous();
        assert_eq!(code(world.services.sign_in(&anonymous, ada.email.as_str(), &wrong).await), "invalid");
        assert_eq!(code(world.services.sign_in(&anonymous, ada.email.as_str(), &right).await), "forbidden");
        assert_eq!(world.count(AuditAction::AuthSuccess).await, 0);
    }

    async fn sessions_end_by_disuse_and_by_age(db: Db) {
        let world = World::new(db).await;
        let ada = world.person("Ada", Role::User).await;
        let idle = world.sign_in(&ada).await;
        world.advance(12 * 3600 - 1);
        assert!(world.session(&idle).await.is_some());
        world.advance(12 * 3600);
        assert!(world.session(&idle).await.is_none());

        let busy = world.sign_in(&ada).await;
        for _ in 0..15 {
            world.advance(11 * 3600);
            assert!(world.session(&busy).await.is_some());
        }
        world.advance(3 * 3600);
        assert!(world.session(&busy).await.is_none(), "seven days are over");

        world.services.tidy().await.unwrap();
        let mut tx = world.db.read().await.unwrap();
        assert!(store::sessions::get(&mut tx, busy.session).await.unwrap().is_none());
    }

    async fn signing_in_again_ends_the_session_before(db: Db) {
        let world = World::new(db).await;
        let ada = world.person("Ada", Role::User).await;
        let first = world.sign_in(&ada).await;
        let caller = world.session(&first).await.unwrap();
        world.services.sign_in(&caller, ada.email.as_str(), &SecretText::new(PASSWORD)).await.unwrap();
        assert!(world.session(&first).await.is_none());
    }

    async fn nonsense_is_no_session(db: Db) {
        let world = World::new(db).await;
        for token in ["", "dbs_", "dbk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"] {
            let token = SecretString::from(token);
            assert!(world.services.session_caller(&token, world.meta()).await.unwrap().is_none());
        }
    }

    async fn a_new_password_ends_the_other_sessions(db: Db) {
        let world = World::new(db).await;
        let ada = world.person("Ada", Role::User).await;
        let (other, this) = (world.sign_in(&ada).await, world.sign_in(&ada).await);
        let caller = world.session(&this).await.unwrap();
        let (current, new) = (SecretText::new(PASSWORD), SecretText::new("a loom that weaves numbers"));

        let wrong = problem(world.services.change_password(&caller, &SecretText::new("difference engine"), &new).await);
        assert!(wrong.of_field("current").is_some());
        assert_eq!(world.newest(AuditAction::LoginFailed).await.row.actor.id, Some(ada.id));
        let weak = problem(world.services.change_password(&caller, &current, &SecretText::new("short")).await);
        assert!(weak.of_field("new").is_some());

        world.services.change_password(&caller, &current, &new).await.unwrap();
        assert!(world.session(&other).await.is_none());
        assert!(world.session(&this).await.is_some());
        assert_eq!(world.actions().await.last(), Some(&AuditAction::UserPasswordChanged));
        assert_eq!(code(world.services.sign_in(&world.anonymous(), ada.email.as_str(), &current).await), "invalid");
        world.services.sign_in(&world.anonymous(), ada.email.as_str(), &new).await.unwrap();
    }

    async fn a_key_cannot_change_the_password(db: Db) {
        let world = World::new(db).await;
        let ada = world.person("Ada", Role::User).await;
        let key = world.services.create_key(&world.as_user(&ada), "laptop", None).await.unwrap();
        let caller = world.services.key_caller(&key.secret, world.meta()).await.unwrap();
        let new = SecretText::new("a loom that weaves numbers");
        let refused = world.services.change_password(&caller, &SecretText::new(PASSWORD), &new).await;
        assert_eq!(code(refused), "forbidden");
        assert_eq!(code(world.services.sign_out(&caller).await), "forbidden");
    }

    async fn sessions_are_ended_by_their_owner_or_an_administrator(db: Db) {
        let world = World::new(db).await;
        let root = world.person("Root", Role::Admin).await;
        let (ada, grace) = (world.person("Ada", Role::User).await, world.person("Grace", Role::User).await);
        let (one, two, three) = (world.sign_in(&ada).await, world.sign_in(&ada).await, world.sign_in(&ada).await);
        let as_grace = world.as_user(&grace);
        assert_eq!(code(world.services.end_session(&as_grace, one.session).await), "not_found");
        assert_eq!(code(world.services.end_sessions(&as_grace, ada.id).await), "forbidden");

        world.services.end_session(&world.as_user(&root), one.session).await.unwrap();
        assert!(world.session(&one).await.is_none());
        assert_eq!(world.actions().await.last(), Some(&AuditAction::SessionsEnded));

        let caller = world.session(&two).await.unwrap();
        assert_eq!(world.services.end_sessions(&caller, ada.id).await.unwrap(), 1);
        assert!(world.session(&three).await.is_none());
        assert!(world.session(&two).await.is_some(), "the session that asks stays");
        let profile = world.services.user(&caller, ada.id).await.unwrap();
        assert_eq!(profile.sessions.iter().map(|s| s.current).collect::<Vec<_>>(), [true]);

        assert_eq!(world.services.end_sessions(&world.as_user(&root), ada.id).await.unwrap(), 1);
        assert!(world.session(&two).await.is_none());
        assert!(profile.link.is_none());
        let link = world.services.reset_link(&world.operator(), ada.id).await.unwrap();
        assert_eq!(link.kind, LinkKind::Reset);
    }
}
