//! Databases of older programs are brought up to date with all that is in them.

use domain::{Effect, GroupId, Principal, Rule, RuleId, RuleMode, RuleScope, ServerId, UserId};
use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection, SqliteConnection};
use store::{Db, Engine, notifications, rules, sql};
use testkit::db::TestDb;

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// The migrations up to this one.
fn until(all: &Migrator, last: i64) -> Migrator {
    Migrator::with_migrations(all.iter().filter(|migration| migration.version <= last).cloned().collect())
}

/// What a program of the schema 0007 wrote: rules about a person, a group and everyone, and a message about an end.
const WRITTEN: &str = "
INSERT INTO users (id, email, name, department, title, team, role, status, password_hash, created_at, updated_at, last_login_at)
VALUES ('usr_00000000000000000000000000000001', 'ada@example.com', 'Ada', '', '', '', 'user', 'active', NULL,
        '2026-01-02T03:04:05.000000Z', '2026-01-02T03:04:05.000000Z', NULL);
INSERT INTO groups (id, name, description, created_at)
VALUES ('grp_00000000000000000000000000000002', 'Team', '', '2026-01-02T03:04:05.000000Z');
INSERT INTO group_members (group_id, user_id, added_at)
VALUES ('grp_00000000000000000000000000000002', 'usr_00000000000000000000000000000001', '2026-01-02T03:04:05.000000Z');
INSERT INTO servers (id, slug, name, description, icon, transport, url, normal_url, auth, status, owner_id, risk,
                     allow_private, catalog_name, health, health_detail, health_at, created_at, updated_at)
VALUES ('srv_00000000000000000000000000000003', 'wiki', 'Wiki', '', NULL, 'streamable_http', 'https://example.com/mcp',
        'https://example.com/mcp', 'none', 'active', NULL, 'low', false, NULL, 'unknown', NULL, NULL,
        '2026-01-02T03:04:05.000000Z', '2026-01-02T03:04:05.000000Z');
INSERT INTO rules (id, principal_kind, principal_id, effect, server_id, tools, starts_at, ends_at, notes, enabled, request_id,
                   created_by, created_at, updated_at)
VALUES ('rul_00000000000000000000000000000004', 'user', 'usr_00000000000000000000000000000001', 'allow',
        'srv_00000000000000000000000000000003', '[\"read_*\"]', NULL, '2026-02-02T00:00:00.000000Z', 'for a while', true, NULL,
        NULL, '2026-01-02T03:04:05.000000Z', '2026-01-03T03:04:05.000000Z'),
       ('rul_00000000000000000000000000000005', 'group', 'grp_00000000000000000000000000000002', 'allow',
        'srv_00000000000000000000000000000003', '\"all\"', NULL, NULL, '', false, NULL, NULL, '2026-01-02T03:04:06.000000Z',
        '2026-01-02T03:04:06.000000Z'),
       ('rul_00000000000000000000000000000006', 'everyone', NULL, 'deny', NULL, '\"all\"', NULL, NULL, '', true, NULL, NULL,
        '2026-01-02T03:04:07.000000Z', '2026-01-02T03:04:07.000000Z');
INSERT INTO notifications (id, user_id, kind, title, body, link, created_at, read_at)
VALUES ('ntf_00000000000000000000000000000007', 'usr_00000000000000000000000000000001', 'access_ending', 'Soon', '',
        '/policies/rul_00000000000000000000000000000004', '2026-01-02T03:04:05.000000Z', NULL);
";

/// A database as a program of the schema 0007 left it, opened by this one.
async fn opened(engine: Engine) -> (TestDb, Db) {
    let test = TestDb::of(engine).await;
    test.db().close().await;
    match engine {
        Engine::Sqlite => {
            let file = test.file().expect("SQLite has a file");
            for ending in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{ending}", file.display()));
            }
            let mut raw = SqliteConnection::connect(&format!("sqlite://{}?mode=rwc", file.display())).await.unwrap();
            until(&SQLITE, 7).run(&mut raw).await.unwrap();
            sqlx::raw_sql(WRITTEN).execute(&mut raw).await.unwrap();
            raw.close().await.unwrap();
            let db = Db::open_sqlite(&file).await.unwrap();
            (test, db)
        }
        Engine::Postgres => {
            let url = test.url().expect("PostgreSQL has an address").to_owned();
            let mut raw = PgConnection::connect(&url).await.unwrap();
            sqlx::raw_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public").execute(&mut raw).await.unwrap();
            until(&POSTGRES, 7).run(&mut raw).await.unwrap();
            sqlx::raw_sql(WRITTEN).execute(&mut raw).await.unwrap();
            raw.close().await.unwrap();
            let db = Db::open_postgres(&url).await.unwrap();
            (test, db)
        }
    }
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

async fn rules_of_older_programs_stay(engine: Engine) {
    let (_test, db) = opened(engine).await;
    let mut tx = db.begin().await.unwrap();
    let ada: UserId = id("usr_00000000000000000000000000000001");
    let group: GroupId = id("grp_00000000000000000000000000000002");
    let wiki: ServerId = id("srv_00000000000000000000000000000003");
    let ending: RuleId = id("rul_00000000000000000000000000000004");
    let own = Rule {
        id: ending,
        principal: Principal::user(ada),
        effect: Effect::Allow,
        servers: vec![wiki],
        scope: RuleScope::tools(["read_*".to_owned()]),
        conditions: None,
        cedar: None,
        mode: RuleMode::Enforce,
        starts_at: None,
        ends_at: Some("2026-02-02T00:00:00Z".parse().unwrap()),
        notes: "for a while".to_owned(),
        enabled: true,
        request_id: None,
        created_by: None,
        created_at: "2026-01-02T03:04:05Z".parse().unwrap(),
        updated_at: "2026-01-03T03:04:05Z".parse().unwrap(),
    };
    let all = rules::all(&mut tx).await.unwrap();
    assert_eq!((all.len(), &all[0]), (3, &own));
    assert_eq!((&all[1].principal, all[1].enabled), (&Principal::group(group), false));
    assert_eq!((&all[2].principal, all[2].effect, all[2].is_global()), (&Principal::everyone(), Effect::Deny, true));
    assert_eq!(rules::of_user(&mut tx, ada).await.unwrap(), all);
    assert_eq!(rules::of_server(&mut tx, wiki).await.unwrap(), all[..2]);
    assert_eq!(rules::of_principal(&mut tx, &group.to_string()).await.unwrap(), all[1..2]);
    // They are found by what they name.
    let refs: Vec<(String, String)> =
        sql("SELECT rule_id, kind FROM rule_refs ORDER BY rule_id, kind").fetch_all(&mut tx).await.unwrap();
    let refs: Vec<(&str, &str)> = refs.iter().map(|(rule, kind)| (&rule[rule.len() - 1..], kind.as_str())).collect();
    assert_eq!(refs, [("4", "server"), ("4", "user"), ("5", "group"), ("5", "server")]);
    assert_eq!(rules::versions(&mut tx, ending).await.unwrap(), [], "nobody kept any");
    let kind = domain::NotificationKind::AccessEnding;
    let done = notifications::mark_done_about(&mut tx, kind, &ending.to_string(), own.updated_at).await.unwrap();
    assert_eq!(done, 1, "the message is known to be about the rule");
    tx.commit().await.unwrap();
    db.close().await;
}

#[tokio::test]
async fn rules_of_older_programs_stay_on_sqlite() {
    rules_of_older_programs_stay(Engine::Sqlite).await;
}

#[tokio::test]
async fn rules_of_older_programs_stay_on_postgres() {
    rules_of_older_programs_stay(Engine::Postgres).await;
}
