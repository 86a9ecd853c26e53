//! People are told before access ends, once for each end, and the end can be put off.

use chrono::TimeDelta;
use domain::{
    AuditAction, Effect, GroupKind, NewRule, Notification, NotificationKind, Principal, Role, RuleMode, RuleScope, User,
};
use store::Db;

use crate::governance::{Org, allow, fixture, tools};
use crate::world::{code, problem};

const DAY: u64 = 86_400;

/// What a person was told of ends that come, newest first.
async fn told(org: &Org, user: &User) -> Vec<Notification> {
    let mut messages = org.messages(user).await;
    messages.retain(|message| message.kind == NotificationKind::AccessEnding);
    messages
}

testkit::both_engines! {
    async fn each_end_is_told_of_once(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let begin = org.world.now();
        let end = begin + TimeDelta::hours(15) + TimeDelta::days(9);
        let rule = NewRule { ends_at: Some(end), ..allow(&tracker, Principal::user(org.ada.id), tools(&["echo"])) };
        let rule = services.create_rule(&root, rule).await.unwrap();
        assert_eq!(services.warn_of_ends().await.unwrap(), 0, "it is more than a week off");

        org.world.advance(3 * DAY);
        let (a, b) = tokio::join!(services.warn_of_ends(), services.warn_of_ends());
        assert_eq!(a.unwrap() + b.unwrap(), 1, "whichever comes first tells");
        assert_eq!(services.warn_of_ends().await.unwrap(), 0);
        let [ada] = told(&org, &org.ada).await.try_into().unwrap();
        assert_eq!(ada.title, "Your access to Tracker ends soon");
        assert_eq!(ada.body, "The last day is 2026-03-11. Ask for it again if you need it longer.", "it ends at midnight");
        assert_eq!(ada.link, format!("/requests/new?server={}", tracker.id));
        let [owner] = told(&org, &org.root).await.try_into().unwrap();
        assert_eq!(owner.title, "Access to Tracker ends soon");
        assert_eq!(owner.body, "It is the access of Ada; the last day is 2026-03-11. It can be extended.");
        assert_eq!(owner.link, format!("/policies/{}", rule.rule.id));
        assert_eq!(told(&org, &org.eve).await, []);

        // It goes on as it was, and is told of again when the new end comes near.
        let extended = services.extend_rule(&root, rule.rule.id, 30).await.unwrap();
        let expected = domain::Rule { ends_at: Some(end + TimeDelta::days(30)), updated_at: org.world.now(), ..rule.rule.clone() };
        assert_eq!(extended.rule, expected);
        assert_eq!(org.world.newest(AuditAction::PolicyUpdated).await.row.actor.id, Some(org.root.id));
        assert_eq!(services.rule_versions(&root, rule.rule.id).await.unwrap().len(), 2);
        assert!(told(&org, &org.root).await[0].read_at.is_some(), "there is nothing left to do");
        assert!(org.may_call(org.ada.id, "tracker", "echo"));
        org.world.advance(10 * DAY);
        assert!(org.may_call(org.ada.id, "tracker", "echo"));
        assert_eq!(services.warn_of_ends().await.unwrap(), 0);
        org.world.advance(20 * DAY);
        assert_eq!(services.warn_of_ends().await.unwrap(), 1);
        assert_eq!((told(&org, &org.ada).await.len(), told(&org, &org.root).await.len()), (2, 2));

        // What is over begins anew from now.
        org.world.advance(20 * DAY);
        assert!(!org.may_call(org.ada.id, "tracker", "echo"));
        assert_eq!(services.warn_of_ends().await.unwrap(), 0, "it has ended");
        let revived = services.extend_rule(&root, rule.rule.id, 90).await.unwrap();
        assert_eq!(revived.rule.ends_at, Some(org.world.now() + TimeDelta::days(90)));
        assert!(org.may_call(org.ada.id, "tracker", "echo"));
    }

    async fn only_access_that_ends_is_told_of(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let end = Some(org.world.now() + TimeDelta::days(5));
        let ada = NewRule { ends_at: end, ..allow(&tracker, Principal::user(org.ada.id), RuleScope::All) };
        let off = services.create_rule(&root, NewRule { enabled: false, ..ada.clone() }).await.unwrap();
        services.create_rule(&root, NewRule { mode: RuleMode::Monitor, ..ada.clone() }).await.unwrap();
        services.create_rule(&root, NewRule { effect: Effect::Deny, scope: tools(&["add"]), ..ada.clone() }).await.unwrap();
        assert_eq!(services.warn_of_ends().await.unwrap(), 0);
        services.switch_rules(&root, &[off.rule.id], true).await.unwrap();
        assert_eq!(services.warn_of_ends().await.unwrap(), 1, "it was not told of while it was off");

        // Eve keeps the server by another rule; the owner hears of both.
        org.opened(&tracker, &org.eve, tools(&["echo"])).await;
        let eve = NewRule { principal: Principal::user(org.eve.id), ..ada.clone() };
        services.create_rule(&root, eve).await.unwrap();
        assert_eq!(services.warn_of_ends().await.unwrap(), 1);
        assert_eq!(told(&org, &org.eve).await, []);
        assert_eq!((told(&org, &org.ada).await.len(), told(&org, &org.root).await.len()), (1, 2));

        // Members of groups are not told one by one.
        let group = services.create_group(&root, GroupKind::Group, "Support", "").await.unwrap();
        services.add_group_member(&root, group.id, org.eve.id).await.unwrap();
        let of_group = NewRule { principal: Principal::group(group.id), ..ada.clone() };
        services.create_rule(&root, of_group).await.unwrap();
        let everyone = NewRule { principal: Principal::everyone(), ..ada };
        services.create_rule(&root, everyone).await.unwrap();
        assert_eq!(services.warn_of_ends().await.unwrap(), 2);
        assert_eq!(told(&org, &org.eve).await, []);
        let said: Vec<String> = told(&org, &org.root).await.into_iter().map(|message| message.body).collect();
        let of = |who: &str| format!("{who}; the last day is 2026-03-07. It can be extended.");
        for who in ["It is the access of Support", "It is everybody's access"] {
            assert!(said.contains(&of(who)), "{said:?}");
        }
    }

    async fn one_end_that_nobody_can_be_told_of_keeps_no_other_back(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let ends = |days, user: &User| NewRule {
            ends_at: Some(org.world.now() + TimeDelta::days(days)),
            ..allow(&tracker, Principal::user(user.id), RuleScope::All)
        };
        services.create_rule(&root, ends(3, &org.ada)).await.unwrap();
        services.create_rule(&root, ends(4, &org.eve)).await.unwrap();
        let status = async |status: &str| {
            let mut tx = org.world.db.begin().await.unwrap();
            store::sql("UPDATE users SET status = $2 WHERE id = $1").bind(org.ada.id).bind(status).execute(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        };
        status("no such status").await;
        assert_eq!(services.warn_of_ends().await.unwrap(), 1);
        assert_eq!(told(&org, &org.eve).await.len(), 1);
        status("active").await;
        assert_eq!(services.warn_of_ends().await.unwrap(), 1, "it is tried again");
        assert_eq!((told(&org, &org.ada).await.len(), told(&org, &org.eve).await.len()), (1, 1));
    }

    async fn an_end_is_told_of_once_its_server_can_be_called(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let end = Some(org.world.now() + TimeDelta::days(5));
        let rule = NewRule { ends_at: end, ..allow(&tracker, Principal::user(org.ada.id), RuleScope::All) };
        services.create_rule(&root, rule).await.unwrap();
        services.disable_server(&root, tracker.id).await.unwrap();
        assert_eq!(services.warn_of_ends().await.unwrap(), 0, "it opens nothing");
        services.enable_server(&root, tracker.id).await.unwrap();
        assert_eq!(services.warn_of_ends().await.unwrap(), 1);
        assert_eq!(told(&org, &org.ada).await.len(), 1);
    }

    async fn warnings_are_done_when_the_end_is_another(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let begin = org.world.now();
        let end = |days| Some(begin + TimeDelta::days(days));
        let both = Principal::named(domain::PrincipalKind::User, vec![org.ada.id.to_string(), org.eve.id.to_string()]);
        let new = NewRule { ends_at: end(5), ..allow(&tracker, both, RuleScope::All) };
        let id = services.create_rule(&root, new.clone()).await.unwrap().rule.id;
        // Another rule's warnings stay as they are.
        let other = NewRule { ends_at: end(5), ..allow(&tracker, Principal::user(org.root.id), tools(&["add"])) };
        services.create_rule(&root, other).await.unwrap();
        assert_eq!(services.warn_of_ends().await.unwrap(), 2);
        let open = async || {
            let mut open = Vec::new();
            for person in [&org.ada, &org.eve, &org.root] {
                open.push(told(&org, person).await.iter().filter(|message| message.read_at.is_none()).count());
            }
            open
        };
        assert_eq!(open().await, [1, 1, 2]);
        let change = async |new: NewRule| services.update_rule(&root, id, new).await.map(drop);
        let warned = async || {
            assert_eq!(open().await, [0, 0, 1], "nothing is left to do");
            assert_eq!(services.warn_of_ends().await.unwrap(), 1);
            assert_eq!(open().await, [1, 1, 2]);
        };
        change(NewRule { notes: "other words".to_owned(), ..new.clone() }).await.unwrap();
        assert_eq!(open().await, [1, 1, 2], "it ends as before");
        change(NewRule { ends_at: end(6), ..new.clone() }).await.unwrap();
        warned().await;
        services.switch_rules(&root, &[id], false).await.unwrap();
        assert_eq!(open().await, [0, 0, 1]);
        services.switch_rules(&root, &[id], true).await.unwrap();
        warned().await;
        change(NewRule { ends_at: None, ..new.clone() }).await.unwrap();
        assert_eq!(open().await, [0, 0, 1]);
        change(new).await.unwrap();
        warned().await;
        services.extend_rule(&root, id, 1).await.unwrap();
        warned().await;
        services.delete_server(&root, tracker.id).await.unwrap();
        assert_eq!(open().await, [0, 0, 0]);
    }

    async fn nothing_ends_beyond_the_dates_that_can_be_written(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let at = |text: &str| Some(text.parse().unwrap());
        let new = allow(&tracker, Principal::user(org.ada.id), RuleScope::All);
        for (field, wrong) in [
            ("ends_at", NewRule { ends_at: at("+10000-01-01T00:00:00Z"), ..new.clone() }),
            ("ends_at", NewRule { ends_at: Some(chrono::DateTime::<chrono::Utc>::MAX_UTC), ..new.clone() }),
            ("starts_at", NewRule { starts_at: Some(chrono::DateTime::<chrono::Utc>::MIN_UTC), ..new.clone() }),
        ] {
            assert!(problem(services.create_rule(&root, wrong).await).of_field(field).is_some(), "{field}");
        }
        let last = NewRule { ends_at: at("9999-12-31T00:00:00Z"), ..new };
        let id = services.create_rule(&root, last).await.unwrap().rule.id;
        assert!(problem(services.extend_rule(&root, id, 1).await).of_field("days").is_some());
    }

    async fn whoever_answers_for_a_server_is_told(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        // Who asked for a server owns it.
        let request = org.asked("Tracker", &fixture.url()).await;
        let server = org.approved(&request, domain::Scope::Server).await.server_id.expect("a server");
        let tracker = services.server(&root, server).await.unwrap().server;
        assert_eq!(tracker.owner_id, Some(org.ada.id));
        let end = Some(org.world.now() + TimeDelta::days(3));
        let eve = NewRule { ends_at: end, ..allow(&tracker, Principal::user(org.eve.id), RuleScope::All) };
        services.create_rule(&root, eve).await.unwrap();
        assert_eq!(services.warn_of_ends().await.unwrap(), 1);
        let [owner] = told(&org, &org.ada).await.try_into().unwrap();
        assert_eq!(owner.link, format!("/requests/new?server={server}"), "she cannot open rules");
        assert_eq!((told(&org, &org.root).await.len(), told(&org, &org.eve).await.len()), (0, 1));

        // Nobody owns this one: who made the rule is told.
        let new = domain::NewServer { name: "Wiki".to_owned(), url: fixture.url(), ..domain::NewServer::default() };
        let wiki = services.create_server(&org.world.operator(), new).await.unwrap();
        let digest = services.test_server(&root, wiki.id).await.unwrap().definitions_digest.expect("a test that passes");
        services.pin_definitions(&root, wiki.id, &digest).await.unwrap();
        let eve = NewRule { ends_at: end, ..allow(&wiki, Principal::user(org.eve.id), RuleScope::All) };
        services.create_rule(&root, eve).await.unwrap();
        assert_eq!(services.warn_of_ends().await.unwrap(), 1);
        assert_eq!(told(&org, &org.root).await.len(), 1);
    }

    async fn what_cannot_be_extended_is_said(db: Db) {
        let org = Org::new(db).await;
        let (services, root) = (org.services(), org.as_root());
        let fixture = fixture().await;
        let tracker = org.server("Tracker", &fixture.url()).await;
        let endless = org.opened(&tracker, &org.ada, RuleScope::All).await.rule.id;
        assert_eq!(code(services.extend_rule(&root, endless, 30).await), "no_end");
        for days in [0, 367] {
            assert!(problem(services.extend_rule(&root, endless, days).await).of_field("days").is_some(), "{days}");
        }
        services.delete_rule(&root, endless).await.unwrap();
        assert_eq!(code(services.extend_rule(&root, endless, 30).await), "not_found");

        // What is over and would open something to many people has to be seen; for a few it comes back by one click.
        for n in 0..4 {
            org.world.person(&format!("Person {n}"), Role::User).await;
        }
        let over = Some(org.world.now() - TimeDelta::days(30));
        let everyone = NewRule { ends_at: over, ..allow(&tracker, Principal::everyone(), RuleScope::All) };
        let wide = services.create_rule(&root, everyone).await.unwrap().rule.id;
        assert_eq!(code(services.extend_rule(&root, wide, 30).await), "rule_over");
        let ada = NewRule { ends_at: over, ..allow(&tracker, Principal::user(org.ada.id), RuleScope::All) };
        let few = services.create_rule(&root, ada).await.unwrap().rule.id;
        services.extend_rule(&root, few, 30).await.unwrap();
    }
}
