use domain::{AuditAction, LinkKind, Role, SecretText, UserStatus};
use service::AcceptLink;
use store::Db;

use crate::world::{PASSWORD, World, code, new_user, problem, token};

const DAY: u64 = 24 * 3600;

fn input(name: &str, email: &str) -> AcceptLink {
    AcceptLink { name: name.to_owned(), email: email.to_owned(), password: SecretText::new(PASSWORD) }
}

testkit::both_engines! {
    async fn the_first_administrator_comes_in_by_the_setup_link(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        assert!(services.needs_setup(&world.anonymous()).await.unwrap());
        let old = services.create_setup_link(&world.operator()).await.unwrap().expect("there is no administrator");
        let link = services.create_setup_link(&world.operator()).await.unwrap().expect("there is no administrator");
        assert!(link.url.starts_with("https://drawbridge.example.com/setup?token=dbl_"), "{}", link.url);
        assert_eq!(code(services.open_link(&world.anonymous(), &token(&old)).await), "not_found");
        let view = services.open_link(&world.anonymous(), &token(&link)).await.unwrap();
        assert_eq!((view.kind, view.user_id), (LinkKind::Setup, None));

        // Wrong fields do not use it up.
        let mut wrong = input("", "nobody");
        wrong.password = SecretText::new("short");
        let refused = problem(services.accept_link(&world.anonymous(), &token(&link), wrong).await);
        assert!(["name", "email", "password"].iter().all(|field| refused.of_field(field).is_some()), "{refused:?}");

        let ada = input("Ada Lovelace", "Ada@Example.com");
        let signed_in = services.accept_link(&world.anonymous(), &token(&link), ada.clone()).await.unwrap();
        assert_eq!((signed_in.user.role, signed_in.user.status), (Role::SuperAdmin, UserStatus::Active));
        assert_eq!(signed_in.user.email.as_str(), "ada@example.com");
        assert!(world.session(&signed_in).await.is_some());
        let snapshot = services.directory().load();
        assert_eq!(snapshot.people.get(signed_in.user.id).unwrap().status, UserStatus::Active);

        assert_eq!(code(services.accept_link(&world.anonymous(), &token(&link), ada).await), "not_found");
        assert!(services.create_setup_link(&world.operator()).await.unwrap().is_none());
        assert!(!services.needs_setup(&world.anonymous()).await.unwrap());
        assert_eq!(
            world.actions().await,
            [
                AuditAction::SetupLinkCreated,
                AuditAction::SetupLinkCreated,
                AuditAction::UserCreated,
                AuditAction::AuthSuccess
            ]
        );
    }

    async fn the_setup_link_dies_when_an_administrator_exists(db: Db) {
        let world = World::new(db).await;
        let link = world.services.create_setup_link(&world.operator()).await.unwrap().unwrap();
        world.person("Root", Role::Admin).await;
        let taken = world.services.accept_link(&world.anonymous(), &token(&link), input("Eve", "eve@example.com")).await;
        assert_eq!(code(taken), "not_found");
    }

    async fn a_setup_link_works_once_of_two_at_the_same_time(db: Db) {
        let world = World::new(db).await;
        let link = world.services.create_setup_link(&world.operator()).await.unwrap().unwrap();
        let token = token(&link);
        let (one, two) = (world.anonymous(), world.anonymous());
        let (one, two) = tokio::join!(
            world.services.accept_link(&one, &token, input("Ada", "ada@example.com")),
            world.services.accept_link(&two, &token, input("Eve", "eve@example.com")),
        );
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        let mut tx = world.db.read().await.unwrap();
        assert_eq!(store::users::count_admins(&mut tx).await.unwrap(), 1);
    }

    async fn an_invited_person_sets_a_password_and_is_in(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let root = world.person("Root", Role::Admin).await;
        let as_root = world.as_user(&root);
        let (ada, old) = services.invite_user(&as_root, new_user("Ada", None)).await.unwrap();
        assert_eq!((ada.status, ada.role), (UserStatus::Inactive, Role::User));
        assert_eq!(old.expires_at, world.now() + chrono::TimeDelta::days(7));
        assert_eq!(services.user(&as_root, ada.id).await.unwrap().link.map(|l| l.id), Some(old.id));

        let new = services.invite_again(&as_root, ada.id).await.unwrap();
        assert_eq!(code(services.open_link(&world.anonymous(), &token(&old)).await), "not_found");
        let view = services.open_link(&world.anonymous(), &token(&new)).await.unwrap();
        assert_eq!((view.kind, view.email.as_deref(), view.name.as_deref()),
            (LinkKind::Invite, Some("ada@example.com"), Some("Ada")));

        // What is known cannot be changed by the link.
        let signed_in =
            services.accept_link(&world.anonymous(), &token(&new), input("Eve", "eve@example.com")).await.unwrap();
        assert_eq!((signed_in.user.id, signed_in.user.name.as_str()), (ada.id, "Ada"));
        assert_eq!(signed_in.user.status, UserStatus::Active);
        assert_eq!(code(services.invite_again(&as_root, ada.id).await), "user_active");
        let actions = world.actions().await;
        assert!(actions.ends_with(&[AuditAction::UserInvited, AuditAction::UserActivated, AuditAction::AuthSuccess]));
        assert_eq!(world.newest(AuditAction::UserActivated).await.row.actor.id, Some(ada.id));
    }

    async fn links_expire(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        world.person("Root", Role::Admin).await;
        let ada = world.person("Ada", Role::User).await;
        let (_, invitation) = services.invite_user(&world.operator(), new_user("Grace", None)).await.unwrap();
        let reset = services.reset_link(&world.operator(), ada.id).await.unwrap();
        world.advance(DAY - 1);
        services.open_link(&world.anonymous(), &token(&reset)).await.unwrap();
        world.advance(1);
        assert_eq!(code(services.open_link(&world.anonymous(), &token(&reset)).await), "not_found");
        let accepted = services.accept_link(&world.anonymous(), &token(&reset), input("", "")).await;
        assert_eq!(code(accepted), "not_found");
        world.advance(6 * DAY - 1);
        services.open_link(&world.anonymous(), &token(&invitation)).await.unwrap();
        world.advance(1);
        assert_eq!(code(services.open_link(&world.anonymous(), &token(&invitation)).await), "not_found");
    }

    async fn a_reset_ends_all_sessions(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        let root = world.person("Root", Role::Admin).await;
        let ada = world.person("Ada", Role::User).await;
        let before = world.sign_in(&ada).await;
        let first = services.reset_link(&world.as_user(&root), ada.id).await.unwrap();
        let link = services.reset_link(&world.as_user(&root), ada.id).await.unwrap();
        assert_eq!(code(services.open_link(&world.anonymous(), &token(&first)).await), "not_found");
        assert!(world.session(&before).await.is_some(), "the link alone changes nothing");

        let new = AcceptLink { password: SecretText::new("a loom that weaves numbers"), ..AcceptLink::default() };
        let signed_in = services.accept_link(&world.anonymous(), &token(&link), new).await.unwrap();
        assert!(world.session(&before).await.is_none());
        assert!(world.session(&signed_in).await.is_some());
        let old = SecretText::new(PASSWORD);
        assert_eq!(code(services.sign_in(&world.anonymous(), ada.email.as_str(), &old).await), "invalid");
        let actions = world.actions().await;
        let end = [AuditAction::UserPasswordChanged, AuditAction::AuthSuccess, AuditAction::LoginFailed];
        assert!(actions.ends_with(&end), "{actions:?}");
    }

    async fn a_suspended_person_has_no_links(db: Db) {
        let world = World::new(db).await;
        let services = &world.services;
        world.person("Root", Role::Admin).await;
        let ada = world.person("Ada", Role::User).await;
        let reset = services.reset_link(&world.operator(), ada.id).await.unwrap();
        services.suspend_user(&world.operator(), ada.id).await.unwrap();
        assert_eq!(code(services.open_link(&world.anonymous(), &token(&reset)).await), "not_found");
        assert_eq!(code(services.reset_link(&world.operator(), ada.id).await), "user_suspended");
        assert_eq!(code(services.invite_again(&world.operator(), ada.id).await), "user_suspended");
    }

    async fn unknown_links_are_not_found(db: Db) {
        let world = World::new(db).await;
        for text in ["", "dbl_x", "dbl_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"] {
            let refused = problem(world.services.open_link(&world.anonymous(), &SecretText::new(text)).await);
            assert_eq!(refused.status(), 404);
            assert!(refused.to_string().contains("ask your administrator"), "{refused}");
        }
    }
}
