//! Contract of users, groups, sessions, links, keys, notifications, settings.

use std::collections::HashMap;
use std::time::Duration;

use chrono::TimeDelta;
use domain::{
    Clock, Email, Env, Group, GroupId, GroupKind, GroupSort, GroupSource, LinkId, LinkKind, ListName, PageQuery, Role,
    SavedView, Sort, User, UserFilter, UserSort, UserStatus, ViewId,
};
use store::links::Link;
use store::{Db, Error, Tx, api_keys, groups, links, notifications, saved_views, sessions, settings, users};
use testkit::env::MockEnv;
use testkit::{both_engines, build};

async fn person(tx: &mut Tx, env: &MockEnv, name: &str) -> User {
    let user = build::user(env, name);
    users::insert(tx, &user).await.unwrap();
    user
}

fn link(env: &impl Env, user: Option<&User>, kind: LinkKind) -> Link {
    Link {
        id: LinkId::generate(env),
        kind,
        user_id: user.map(|user| user.id),
        created_by: None,
        created_at: env.now(),
        expires_at: env.now() + TimeDelta::days(1),
        used_at: None,
    }
}

fn names(page: &[User]) -> Vec<&str> {
    page.iter().map(|user| user.name.as_str()).collect()
}

both_engines! {
    async fn people_are_found_changed_and_removed(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let ada = person(&mut tx, &env, "Ada").await;
        assert_eq!(users::get(&mut tx, ada.id).await.unwrap().as_ref(), Some(&ada));
        assert_eq!(users::lock(&mut tx, ada.id).await.unwrap().as_ref(), Some(&ada));
        assert_eq!(users::by_email(&mut tx, &ada.email).await.unwrap().as_ref(), Some(&ada));

        env.advance(Duration::from_secs(1));
        let changed = User { title: "Director".to_owned(), email: "ada@new.example".parse().unwrap(), ..ada.clone() };
        assert!(users::update(&mut tx, &changed, env.now()).await.unwrap());
        assert!(users::set_status(&mut tx, ada.id, UserStatus::Suspended, env.now()).await.unwrap());
        assert!(users::set_role(&mut tx, ada.id, Role::SuperAdmin, env.now()).await.unwrap());
        assert!(users::touch_login(&mut tx, ada.id, env.now()).await.unwrap());
        let expected = User {
            status: UserStatus::Suspended,
            role: Role::SuperAdmin,
            last_login_at: Some(env.now()),
            ..changed
        };
        assert_eq!(users::get(&mut tx, ada.id).await.unwrap(), Some(expected));

        assert!(users::delete(&mut tx, ada.id).await.unwrap());
        assert!(!users::delete(&mut tx, ada.id).await.unwrap());
        assert_eq!(users::get(&mut tx, ada.id).await.unwrap(), None);
        assert!(!users::set_role(&mut tx, ada.id, Role::User, env.now()).await.unwrap());
    }

    async fn the_password_is_kept_apart(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let ada = person(&mut tx, &env, "Ada").await;
        assert_eq!(users::password_hash(&mut tx, ada.id).await.unwrap(), None);
        assert!(users::set_password(&mut tx, ada.id, "$argon2id$x", env.now()).await.unwrap());
        assert_eq!(users::password_hash(&mut tx, ada.id).await.unwrap().as_deref(), Some("$argon2id$x"));
        assert_eq!(users::get(&mut tx, ada.id).await.unwrap(), Some(ada));
    }

    async fn people_are_listed_by_name_in_pages_and_searched(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        for name in ["dora", "Bob", "alan", "Carl", "Eve"] {
            person(&mut tx, &env, name).await;
        }
        let mut query = PageQuery { cursor: None, limit: Some(2) };
        let mut seen = Vec::new();
        loop {
            let page = users::list(&mut tx, &UserFilter::default(), &query).await.unwrap();
            assert!(page.data.len() <= 2);
            seen.extend(page.data.into_iter().map(|user| user.name));
            query.cursor = page.next_cursor;
            if query.cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["alan", "Bob", "Carl", "dora", "Eve"]);

        let find = |text: &str| UserFilter { search: Some(text.to_owned()), ..UserFilter::default() };
        let page = users::list(&mut tx, &find("CAR"), &PageQuery::default()).await.unwrap();
        assert_eq!(names(&page.data), ["Carl"]);
        // What means something in a pattern is only a text in a search.
        for text in ["%", "_", "!", "'"] {
            let page = users::list(&mut tx, &find(text), &PageQuery::default()).await.unwrap();
            assert!(page.data.is_empty(), "{text}");
        }
        let page = users::list(&mut tx, &find("  "), &PageQuery::default()).await.unwrap();
        assert_eq!(page.data.len(), 5);
        let suspended = UserFilter { status: Some(UserStatus::Suspended), ..UserFilter::default() };
        assert!(users::list(&mut tx, &suspended, &PageQuery::default()).await.unwrap().data.is_empty());
    }

    async fn people_are_listed_in_every_order_and_its_reverse(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        for (name, department, came) in [("dora", "Sales", 3), ("Bob", "Art", 0), ("alan", "sales", 1), ("Carl", "", 2), ("Eve", "Art", 0)] {
            let user = User { department: department.to_owned(), ..person(&mut tx, &env, name).await };
            users::update(&mut tx, &user, env.now()).await.unwrap();
            if came > 0 {
                users::touch_login(&mut tx, user.id, env.now() + chrono::TimeDelta::hours(came)).await.unwrap();
            }
        }
        let listed = async |tx: &mut Tx, by: UserSort, descending: bool| {
            let filter = UserFilter { sort: Some(Sort { by, descending }), ..UserFilter::default() };
            let mut query = PageQuery { cursor: None, limit: Some(2) };
            let mut seen = Vec::new();
            loop {
                let page = users::list(tx, &filter, &query).await.unwrap();
                seen.extend(page.data.into_iter().map(|user| user.name));
                query.cursor = page.next_cursor;
                if query.cursor.is_none() {
                    return seen;
                }
            }
        };
        for by in UserSort::ALL {
            let mut reversed = listed(&mut tx, *by, true).await;
            reversed.reverse();
            let upwards = listed(&mut tx, *by, false).await;
            assert_eq!((upwards.len(), &upwards), (5, &reversed), "{by}");
        }
        assert_eq!(listed(&mut tx, UserSort::Name, true).await[0], "Eve");
        assert_eq!(listed(&mut tx, UserSort::LastSignIn, true).await[..3], ["dora", "Carl", "alan"]);
        assert_eq!(listed(&mut tx, UserSort::Department, false).await[0], "Carl");
    }

    async fn administrators_are_counted_only_while_they_may_act(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let root = User { role: Role::SuperAdmin, ..build::user(&env, "Root") };
        let boss = build::admin(&env, "Boss");
        for user in [&root, &boss] {
            users::insert(&mut tx, user).await.unwrap();
        }
        person(&mut tx, &env, "Ada").await;
        users::lock_admins(&mut tx).await.unwrap();
        assert_eq!(users::count_admins(&mut tx).await.unwrap(), 2);
        assert_eq!(names(&users::admins(&mut tx).await.unwrap()), ["Boss", "Root"]);
        users::set_status(&mut tx, boss.id, UserStatus::Suspended, env.now()).await.unwrap();
        assert_eq!(users::count_admins(&mut tx).await.unwrap(), 1);
        assert_eq!(users::count(&mut tx, None).await.unwrap(), 3);
        assert_eq!(users::count(&mut tx, Some(UserStatus::Active)).await.unwrap(), 2);
        let found = users::names(&mut tx, &[root.id, boss.id]).await.unwrap();
        assert_eq!(found[&boss.id], "Boss");
        assert!(users::names(&mut tx, &[]).await.unwrap().is_empty());
    }

    async fn groups_have_members(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let (ada, bob) = (person(&mut tx, &env, "Ada").await, person(&mut tx, &env, "Bob").await);
        let mut sales = build::group(&env, "Sales");
        groups::insert(&mut tx, &sales, env.now()).await.unwrap();
        assert!(groups::add_member(&mut tx, sales.id, ada.id, env.now()).await.unwrap());
        assert!(!groups::add_member(&mut tx, sales.id, ada.id, env.now()).await.unwrap());
        groups::set_members(&mut tx, sales.id, &[bob.id, ada.id], env.now()).await.unwrap();
        assert_eq!(names(&groups::members(&mut tx, sales.id).await.unwrap()), ["Ada", "Bob"]);
        groups::set_members(&mut tx, sales.id, &[bob.id], env.now()).await.unwrap();
        sales.members = 1;
        assert_eq!(groups::get(&mut tx, sales.id).await.unwrap(), Some(sales.clone()));
        assert_eq!(groups::by_name(&mut tx, "Sales").await.unwrap(), Some(sales.clone()));
        assert_eq!(groups::of_user(&mut tx, bob.id).await.unwrap(), [sales.clone()]);
        assert!(groups::of_user(&mut tx, ada.id).await.unwrap().is_empty());
        assert!(groups::update(&mut tx, sales.id, "Trade", "all of it").await.unwrap());
        assert_eq!(groups::list(&mut tx, None, None).await.unwrap()[0].name, "Trade");
        assert!(groups::remove_member(&mut tx, sales.id, bob.id).await.unwrap());
        assert!(groups::delete(&mut tx, sales.id).await.unwrap());
    }

    async fn job_roles_are_groups_of_another_kind(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let (ada, bob) = (person(&mut tx, &env, "Ada").await, person(&mut tx, &env, "Bob").await);
        let sales = build::group(&env, "Sales");
        let nurse = Group { kind: GroupKind::JobRole, source: GroupSource::Csv, ..build::group(&env, "Nurse") };
        for group in [&sales, &nurse] {
            groups::insert(&mut tx, group, env.now()).await.unwrap();
        }
        for (group, member) in [(&sales, &bob), (&nurse, &bob), (&nurse, &ada)] {
            groups::add_member(&mut tx, group.id, member.id, env.now()).await.unwrap();
        }
        assert_eq!(groups::get(&mut tx, nurse.id).await.unwrap(), Some(Group { members: 2, ..nurse.clone() }));
        let listed = async |tx: &mut Tx, kind: Option<GroupKind>| {
            let groups = groups::list(tx, kind, None).await.unwrap();
            groups.into_iter().map(|group| group.name).collect::<Vec<_>>()
        };
        assert_eq!(listed(&mut tx, None).await, ["Nurse", "Sales"]);
        assert_eq!(listed(&mut tx, Some(GroupKind::Group)).await, ["Sales"]);
        assert_eq!(listed(&mut tx, Some(GroupKind::JobRole)).await, ["Nurse"]);
        // More groups than are asked about at once, one of which exists.
        let mut ids: Vec<GroupId> = (0..600).map(|_| GroupId::generate(&env)).collect();
        ids.push(nurse.id);
        let found = groups::memberships(&mut tx, &ids).await.unwrap();
        let expected = vec![(ada.email.clone(), ada.id), (bob.email.clone(), bob.id)];
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [(nurse.id, expected)]);
        assert!(groups::memberships(&mut tx, &[]).await.unwrap().is_empty());

        let mut emails: Vec<Email> = (0..600).map(|n| format!("nobody{n}@example.com").parse().unwrap()).collect();
        emails.extend([bob.email.clone(), ada.email.clone()]);
        let found = users::of_emails(&mut tx, &emails).await.unwrap();
        assert_eq!(found, HashMap::from([(bob.email.clone(), bob.id), (ada.email.clone(), ada.id)]));
    }

    async fn groups_are_listed_in_every_order_and_its_reverse(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let people = [person(&mut tx, &env, "Ada").await, person(&mut tx, &env, "Bob").await];
        for (name, members) in [("sales", 1), ("Art", 2), ("board", 0), ("Crew", 1)] {
            let group = build::group(&env, name);
            groups::insert(&mut tx, &group, env.now()).await.unwrap();
            for person in &people[..members] {
                groups::add_member(&mut tx, group.id, person.id, env.now()).await.unwrap();
            }
        }
        let listed = async |tx: &mut Tx, by: GroupSort, descending: bool| {
            let groups = groups::list(tx, None, Some(Sort { by, descending })).await.unwrap();
            groups.into_iter().map(|group| group.name).collect::<Vec<_>>()
        };
        for by in GroupSort::ALL {
            let mut reversed = listed(&mut tx, *by, true).await;
            reversed.reverse();
            assert_eq!(listed(&mut tx, *by, false).await, reversed, "{by}");
        }
        assert_eq!(listed(&mut tx, GroupSort::Name, false).await, ["Art", "board", "Crew", "sales"]);
        assert_eq!(listed(&mut tx, GroupSort::Members, false).await, ["board", "Crew", "sales", "Art"]);
    }

    async fn views_are_kept_for_their_owners(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let (ada, bob) = (person(&mut tx, &env, "Ada").await, person(&mut tx, &env, "Bob").await);
        let view = |name: &str| SavedView { id: ViewId::generate(&env), name: name.to_owned(), query: "a=b".to_owned() };
        let (late, early) = (view("late"), view("Early"));
        for one in [&late, &early] {
            saved_views::insert(&mut tx, ada.id, ListName::Users, one, env.now()).await.unwrap();
        }
        // The same name is free for other lists and other people.
        saved_views::insert(&mut tx, ada.id, ListName::Audit, &view("late"), env.now()).await.unwrap();
        let of_bob = view("late");
        saved_views::insert(&mut tx, bob.id, ListName::Users, &of_bob, env.now()).await.unwrap();
        assert_eq!(saved_views::list(&mut tx, ada.id, ListName::Users).await.unwrap(), [early, late.clone()]);
        assert!(!saved_views::delete(&mut tx, ada.id, of_bob.id).await.unwrap(), "somebody else's");
        assert!(saved_views::delete(&mut tx, ada.id, late.id).await.unwrap());
        users::delete(&mut tx, bob.id).await.unwrap();
        assert!(saved_views::list(&mut tx, bob.id, ListName::Users).await.unwrap().is_empty());
        let again = saved_views::insert(&mut tx, ada.id, ListName::Users, &view("Early"), env.now()).await.unwrap_err();
        assert!(matches!(again, Error::Conflict("saved_views.name")), "{again:?}");
    }

    async fn sessions_are_found_by_their_token_with_their_owner(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let ada = person(&mut tx, &env, "Ada").await;
        let (one, two) = (build::session(&env, ada.id), build::session(&env, ada.id));
        sessions::insert(&mut tx, &one, "hash one").await.unwrap();
        sessions::insert(&mut tx, &two, "hash two").await.unwrap();
        assert_eq!(sessions::by_token_hash(&mut tx, "hash one").await.unwrap(), Some((one.clone(), ada.clone())));
        assert_eq!(sessions::by_token_hash(&mut tx, "other").await.unwrap(), None);

        env.advance(Duration::from_mins(1));
        assert!(sessions::touch(&mut tx, one.id, env.now()).await.unwrap());
        let list = sessions::list_of_user(&mut tx, ada.id, env.now()).await.unwrap();
        assert_eq!(list.iter().map(|session| session.id).collect::<Vec<_>>(), [one.id, two.id]);
        assert!(list[0].view(Some(one.id)).current && !list[1].view(Some(one.id)).current);

        assert_eq!(sessions::delete_of_user(&mut tx, ada.id, Some(one.id)).await.unwrap(), 1);
        assert_eq!(sessions::get(&mut tx, two.id).await.unwrap(), None);
        let idle_before = env.now() - TimeDelta::hours(1);
        assert_eq!(sessions::delete_expired(&mut tx, env.now(), idle_before).await.unwrap(), 0);
        assert_eq!(sessions::delete_expired(&mut tx, one.expires_at, idle_before).await.unwrap(), 1);
        assert!(!sessions::delete(&mut tx, one.id).await.unwrap());

        sessions::insert(&mut tx, &two, "hash").await.unwrap();
        assert_eq!(sessions::delete_of_user(&mut tx, ada.id, None).await.unwrap(), 1);
    }

    async fn a_link_works_once_even_when_many_try(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let ada = person(&mut tx, &env, "Ada").await;
        links::insert(&mut tx, &link(&env, Some(&ada), LinkKind::Invite), "hash").await.unwrap();
        tx.commit().await.unwrap();
        let now = env.now();
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut tx = db.begin().await.unwrap();
                    let used = links::use_once(&mut tx, "hash", now).await.unwrap();
                    tx.commit().await.unwrap();
                    used.is_some()
                })
            })
            .collect();
        let mut winners = 0;
        for task in tasks {
            winners += u32::from(task.await.unwrap());
        }
        assert_eq!(winners, 1);
        let mut tx = db.read().await.unwrap();
        assert_eq!(links::by_token_hash(&mut tx, "hash").await.unwrap().unwrap().used_at, Some(now));
    }

    async fn links_expire_and_can_be_made_invalid(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let ada = person(&mut tx, &env, "Ada").await;
        let reset = link(&env, Some(&ada), LinkKind::Reset);
        links::insert(&mut tx, &reset, "reset").await.unwrap();
        links::insert(&mut tx, &link(&env, None, LinkKind::Setup), "setup").await.unwrap();
        assert!(links::setup_open(&mut tx, env.now()).await.unwrap().is_some());
        let view = links::view(&mut tx, "reset", env.now()).await.unwrap().unwrap();
        assert_eq!((view.name.as_deref(), view.email.as_deref()), (Some("Ada"), Some("ada@example.com")));
        assert_eq!(links::open_of_user(&mut tx, ada.id, env.now()).await.unwrap(), Some(view));
        assert_eq!(links::view(&mut tx, "setup", env.now()).await.unwrap().unwrap().email, None);

        assert_eq!(links::use_once(&mut tx, "reset", reset.expires_at).await.unwrap(), None, "it has expired");
        assert_eq!(links::open_of_user(&mut tx, ada.id, reset.expires_at).await.unwrap(), None);
        assert_eq!(links::invalidate_of_user(&mut tx, ada.id, LinkKind::Invite, env.now()).await.unwrap(), 0);
        assert_eq!(links::invalidate_of_user(&mut tx, ada.id, LinkKind::Reset, env.now()).await.unwrap(), 1);
        assert_eq!(links::use_once(&mut tx, "reset", env.now()).await.unwrap(), None);
        assert_eq!(links::view(&mut tx, "reset", env.now()).await.unwrap(), None);
        assert_eq!(links::invalidate_setup(&mut tx, env.now()).await.unwrap(), 1);
        assert_eq!(links::setup_open(&mut tx, env.now()).await.unwrap(), None);
    }

    async fn keys_are_found_by_their_hash_and_revoked_once(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let ada = person(&mut tx, &env, "Ada").await;
        let forever = build::key(&env, ada.id, "forever");
        env.advance(Duration::from_secs(1));
        let mut soon = build::key(&env, ada.id, "soon");
        soon.expires_at = Some(env.now() + TimeDelta::hours(1));
        api_keys::insert(&mut tx, &forever, "hash one").await.unwrap();
        api_keys::insert(&mut tx, &soon, "hash two").await.unwrap();
        assert_eq!(api_keys::get(&mut tx, soon.id).await.unwrap(), Some(soon.clone()));
        assert_eq!(api_keys::by_hash(&mut tx, "hash one").await.unwrap(), Some(forever.clone()));
        assert_eq!(api_keys::list_of_user(&mut tx, ada.id).await.unwrap(), [soon.clone(), forever.clone()]);
        assert_eq!(api_keys::count_live_of_user(&mut tx, ada.id, env.now()).await.unwrap(), 2);
        assert_eq!(api_keys::count_live_of_user(&mut tx, ada.id, soon.expires_at.unwrap()).await.unwrap(), 1);
        assert!(api_keys::touch_used(&mut tx, forever.id, env.now()).await.unwrap());
        assert!(api_keys::revoke(&mut tx, forever.id, env.now()).await.unwrap());
        assert!(!api_keys::revoke(&mut tx, forever.id, env.now()).await.unwrap());
        let live = store::snapshot::keys(&mut tx, env.now()).await.unwrap();
        assert_eq!(live.iter().map(|key| (key.hash.as_str(), key.id)).collect::<Vec<_>>(), [("hash two", soon.id)]);
        let earlier = store::snapshot::keys(&mut tx, env.now() - TimeDelta::days(1)).await.unwrap();
        assert_eq!(
            earlier.iter().map(|key| (key.id, key.revoked)).collect::<Vec<_>>(),
            [(forever.id, true), (soon.id, false)],
            "those that ended lately are known"
        );
        assert_eq!(api_keys::revoke_of_user(&mut tx, ada.id, env.now()).await.unwrap(), 1);
        assert!(store::snapshot::keys(&mut tx, env.now()).await.unwrap().is_empty());
    }

    async fn notifications_belong_to_one_person(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let (ada, bob) = (person(&mut tx, &env, "Ada").await, person(&mut tx, &env, "Bob").await);
        let mut sent = Vec::new();
        for title in ["one", "two", "three"] {
            env.advance(Duration::from_secs(1));
            let notification = build::notification(&env, title);
            notifications::insert(&mut tx, ada.id, &notification).await.unwrap();
            sent.push(notification);
        }
        let query = PageQuery { cursor: None, limit: Some(2) };
        let first = notifications::list(&mut tx, ada.id, &query).await.unwrap();
        assert_eq!(first.data, [sent[2].clone(), sent[1].clone()]);
        let query = PageQuery { cursor: first.next_cursor, ..query };
        let second = notifications::list(&mut tx, ada.id, &query).await.unwrap();
        assert_eq!((second.data, second.next_cursor), (vec![sent[0].clone()], None));

        assert!(!notifications::mark_read(&mut tx, bob.id, sent[0].id, env.now()).await.unwrap(), "not Bob's");
        assert!(notifications::mark_read(&mut tx, ada.id, sent[0].id, env.now()).await.unwrap());
        assert!(!notifications::mark_read(&mut tx, ada.id, sent[0].id, env.now()).await.unwrap());
        assert_eq!(notifications::unread_count(&mut tx, ada.id).await.unwrap(), 2);
        assert!(!notifications::mark_unread(&mut tx, bob.id, sent[0].id).await.unwrap(), "not Bob's");
        assert!(notifications::mark_unread(&mut tx, ada.id, sent[0].id).await.unwrap());
        assert!(!notifications::mark_unread(&mut tx, ada.id, sent[0].id).await.unwrap());
        assert_eq!(notifications::unread_count(&mut tx, ada.id).await.unwrap(), 3);
        assert!(notifications::mark_read(&mut tx, ada.id, sent[0].id, env.now()).await.unwrap());
        assert_eq!(notifications::mark_all_read(&mut tx, ada.id, env.now()).await.unwrap(), 2);
        assert_eq!(notifications::unread_count(&mut tx, ada.id).await.unwrap(), 0);
    }

    async fn what_needs_nobody_any_more_is_read_by_all(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        let (ada, bob) = (person(&mut tx, &env, "Ada").await, person(&mut tx, &env, "Bob").await);
        let about = |kind, link: &str| domain::Notification {
            id: domain::NotificationId::generate(&env),
            kind,
            link: link.to_owned(),
            ..build::notification(&env, "one")
        };
        let pending = domain::NotificationKind::RequestPending;
        for (person, kind, link) in [
            (&ada, pending, "/inbox/1"),
            (&bob, pending, "/inbox/1"),
            (&bob, pending, "/inbox/2"),
            (&bob, domain::NotificationKind::RequestApproved, "/inbox/1"),
        ] {
            notifications::insert(&mut tx, person.id, &about(kind, link)).await.unwrap();
        }
        assert_eq!(notifications::mark_done(&mut tx, pending, "/inbox/1", env.now()).await.unwrap(), 2);
        assert_eq!(notifications::mark_done(&mut tx, pending, "/inbox/1", env.now()).await.unwrap(), 0);
        assert_eq!(notifications::unread_count(&mut tx, ada.id).await.unwrap(), 0);
        assert_eq!(notifications::unread_count(&mut tx, bob.id).await.unwrap(), 2);

        // By what it is about, wherever it leads.
        let ending = domain::NotificationKind::AccessEnding;
        for (person, link, subject) in [
            (&ada, "/policies/1", Some("rul_1")),
            (&bob, "/connectors", Some("rul_1")),
            (&bob, "/connectors", Some("rul_2")),
            (&bob, "/connectors", None),
        ] {
            notifications::insert_about(&mut tx, person.id, &about(ending, link), subject).await.unwrap();
        }
        assert_eq!(notifications::mark_done_about(&mut tx, pending, "rul_1", env.now()).await.unwrap(), 0);
        assert_eq!(notifications::mark_done_about(&mut tx, ending, "rul_1", env.now()).await.unwrap(), 2);
        assert_eq!(notifications::mark_done_about(&mut tx, ending, "rul_1", env.now()).await.unwrap(), 0);
        assert_eq!(notifications::unread_count(&mut tx, ada.id).await.unwrap(), 0);
        assert_eq!(notifications::unread_count(&mut tx, bob.id).await.unwrap(), 4);
    }

    async fn settings_are_kept_by_key(db: Db) {
        let env = MockEnv::default();
        let mut tx = db.begin().await.unwrap();
        settings::put(&mut tx, "demo", "true", env.now()).await.unwrap();
        settings::put(&mut tx, "demo", "false", env.now()).await.unwrap();
        assert_eq!(settings::get(&mut tx, "demo").await.unwrap().as_deref(), Some("false"));
        assert!(settings::delete(&mut tx, "demo").await.unwrap());
        assert!(!settings::delete(&mut tx, "demo").await.unwrap());
    }
}
