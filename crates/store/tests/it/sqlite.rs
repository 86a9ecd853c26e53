//! What is particular to SQLite: one process, private files, a full disk, a damaged file.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use domain::Clock;
use store::{Db, Error, settings, sql};
use testkit::db::TestDb;
use testkit::env::MockEnv;

#[tokio::test]
async fn a_second_process_is_refused_with_advice() {
    let test = TestDb::sqlite().await;
    let file = test.file().unwrap();
    let error = Db::open_sqlite(&file).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::InUse { pid: Some(pid), .. } if pid == std::process::id()), "{error:?}");
    let expected = format!(
        "another drawbridge (pid {}) is using {}; stop it or choose another --data-dir",
        std::process::id(),
        test.directory().unwrap().display()
    );
    assert_eq!(text, expected);
}

#[tokio::test]
async fn the_directory_is_free_again_after_the_last_handle() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("drawbridge.db");
    let now = MockEnv::default().now();
    let db = Db::open_sqlite(&file).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    settings::put(&mut tx, "key", "kept", now).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    drop(db);
    let db = Db::open_sqlite(&file).await.unwrap();
    let mut tx = db.read().await.unwrap();
    assert_eq!(settings::get(&mut tx, "key").await.unwrap().as_deref(), Some("kept"));
}

#[tokio::test]
async fn files_are_private() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("made/for us");
    let file = data.join("drawbridge.db");
    let db = Db::open_sqlite(&file).await.unwrap();
    db.ping_writable().await.unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for entry in fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn times_have_a_fixed_width_so_that_texts_sort() {
    let test = TestDb::sqlite().await;
    let db = test.db();
    let mut tx = db.begin().await.unwrap();
    settings::put(&mut tx, "key", "", MockEnv::default().now()).await.unwrap();
    let (text,): (String,) = sql("SELECT updated_at FROM settings WHERE key = 'key'").fetch_one(&mut tx).await.unwrap();
    assert_eq!(text, "2026-03-02T09:00:00.000000Z");
}

#[tokio::test]
async fn a_reader_does_not_wait_for_the_writer() {
    let test = TestDb::sqlite().await;
    let db = test.db();
    let mut writer = db.begin().await.unwrap();
    settings::put(&mut writer, "key", "value", MockEnv::default().now()).await.unwrap();
    let mut reader = db.read().await.unwrap();
    assert_eq!(settings::get(&mut reader, "key").await.unwrap(), None);
}

#[tokio::test]
async fn a_full_disk_has_its_own_error_and_passes() {
    let test = TestDb::sqlite().await;
    let db = test.db();
    let now = MockEnv::default().now();
    let big = "x".repeat(1 << 20);
    let mut tx = db.begin().await.unwrap();
    // The engine reports a file that may not grow exactly as it reports a full disk.
    sql("PRAGMA max_page_count = 100").execute(&mut tx).await.unwrap();
    let error = settings::put(&mut tx, "key", &big, now).await.unwrap_err();
    assert!(matches!(error, Error::Full(_)), "{error:?}");
    assert!(error.is_transient());
    drop(tx);
    // The room is there again (the limit was the connection's own): no restart is needed.
    let mut tx = db.begin().await.unwrap();
    settings::put(&mut tx, "key", &big, now).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_database_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("drawbridge.db");
    fs::write(&file, "this is a letter to a friend, and no database at all".repeat(100)).unwrap();
    let error = Db::open_sqlite(&file).await.unwrap_err();
    assert!(matches!(error, Error::Corrupt(_)), "{error:?}");
}

#[tokio::test]
async fn a_directory_that_cannot_be_made_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let in_the_way = directory.path().join("file");
    fs::write(&in_the_way, "").unwrap();
    let error = Db::open_sqlite(&in_the_way.join("data/drawbridge.db")).await.unwrap_err();
    assert!(matches!(error, Error::Directory { .. }), "{error:?}");
    assert!(error.to_string().contains(&in_the_way.display().to_string()), "{error}");
}
