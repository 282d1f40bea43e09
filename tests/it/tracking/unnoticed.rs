//! Changes that no trigger hears of, and tables that only look as if nothing had happened: each is recorded after all, or
//! ends the links.

use super::{Scene, run};
use crate::support::replica::Replica;
use crate::support::sqlite::Database;
use crate::support::table;

const PLAIN: &str = "CREATE TABLE T (Id INTEGER PRIMARY KEY, V INTEGER); INSERT INTO T VALUES (1, 1), (2, 2), (3, 3)";

#[test]
fn pages_follow_the_order_of_the_keys_index_whatever_the_column_says() {
    let sql = "CREATE TABLE T (K TEXT COLLATE NOCASE NOT NULL, V INTEGER, PRIMARY KEY (K COLLATE BINARY));
               CREATE TABLE U (K TEXT COLLATE BINARY NOT NULL, N INTEGER NOT NULL, PRIMARY KEY (K COLLATE NOCASE, N));
               INSERT INTO T VALUES ('a', 1), ('A', 2), ('b', 3), ('B', 4), ('c', 5); INSERT INTO U VALUES ('b', 1), ('A', 2), ('a', 1)";
    let mut scene = Scene::of(sql);
    scene.write(
        "UPDATE T SET V = V + 1 WHERE V IN (2, 3); DELETE FROM T WHERE V = 4; UPDATE U SET K = 'B' WHERE K = 'b'",
    );
    scene.finish();
}

#[test]
fn a_column_that_was_dropped_and_added_again_is_another_column() {
    for change in [
        "ALTER TABLE T DROP COLUMN V; ALTER TABLE T ADD COLUMN V INTEGER DEFAULT 7",
        "ALTER TABLE T DROP COLUMN C; ALTER TABLE T ADD COLUMN C INTEGER AS (V * 3)",
        "ALTER TABLE T RENAME V TO X; ALTER TABLE T RENAME W TO V; ALTER TABLE T RENAME X TO W",
    ] {
        let mut scene = Scene::of(
            "CREATE TABLE T (Id INTEGER PRIMARY KEY, W INTEGER, V INTEGER, C INTEGER AS (Id * 2)); INSERT INTO T (Id, W, V) VALUES (1, 2, 3)",
        );
        scene.writer.execute_batch(&change.replace("AS (V * 3)", "AS (Id * 3)")).unwrap();
        assert_eq!(scene.expiry("T"), (410, "ColumnsChanged".to_owned()), "{change}");
        scene.start_over();
        scene.finish();
    }
}

#[test]
fn a_table_that_was_made_anew_behind_its_triggers_is_noticed() {
    let scene = Scene::of(PLAIN);
    let triggers: Vec<String> = {
        let mut statement = scene.writer.prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger'").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let rebuild =
        "CREATE TABLE N (Id INTEGER PRIMARY KEY, V INTEGER); INSERT INTO N SELECT Id, V + 1 FROM T WHERE Id < 3;
                   DROP TABLE T; ALTER TABLE N RENAME TO T;";
    scene.writer.execute_batch(&format!("BEGIN; {rebuild} {}; COMMIT; VACUUM", triggers.join(";"))).unwrap();
    assert_eq!(scene.expiry("T").0, 410);
    run(&scene.database, "track", &["T"]);
    let mut scene = scene;
    scene.start_over();
    scene.finish();
}

#[test]
fn a_table_that_only_moved_in_its_file_is_still_tracked() {
    let mut scene = Scene::of(PLAIN);
    scene.write(
        "VACUUM; ALTER TABLE T ADD COLUMN W TEXT; ALTER TABLE T DROP COLUMN W; VACUUM; UPDATE T SET V = 5 WHERE Id = 1",
    );
    scene.finish();
}

#[test]
fn damage_that_heals_again_ends_the_links_all_the_same() {
    let mut scene = Scene::of(PLAIN);
    scene.writer.execute_batch("CREATE UNIQUE INDEX U ON T (V); REPLACE INTO T VALUES (9, 1)").unwrap();
    assert_eq!(scene.expiry("T"), (410, "TrackingRemoved".to_owned()));
    scene.writer.execute_batch("DROP INDEX U").unwrap();
    assert_eq!(scene.expiry("T"), (410, "TableRecreated".to_owned()));
    scene.start_over();
    scene.finish();
}

#[test]
fn a_guid_is_the_same_in_either_case() {
    let mut scene = Scene::of(
        "CREATE TABLE T (K UUID PRIMARY KEY NOT NULL, V INTEGER); INSERT INTO T VALUES ('a1b2c3d4-e5f6-1122-3344-5566778899aa', 1)",
    );
    let client = scene.client();
    let writer = &scene.writer;
    writer.execute_batch("INSERT INTO T SELECT upper(K), 2 FROM T; DELETE FROM T WHERE K = lower(K)").unwrap();
    for copy in &mut scene.copies[0].eager {
        assert_eq!(copy.sync(&client), 0);
        let values: Vec<_> = copy.rows.values().map(|row| row["V"].clone()).collect();
        assert_eq!(values, [2]);
    }
}

#[test]
fn a_key_that_is_longer_than_declared_is_a_key() {
    let mut scene = Scene::of(
        "CREATE TABLE T (K VARCHAR(3) PRIMARY KEY NOT NULL, V INTEGER); INSERT INTO T VALUES ('abcd', 1), ('b', 2)",
    );
    scene.write("UPDATE T SET V = 5 WHERE K = 'abcd'; INSERT INTO T VALUES ('much longer', 3)");
    scene.client().get("/odata/T('much%20longer')").expect(200);
    scene.finish();
}

#[test]
fn a_partial_index_touches_only_rows_that_it_holds() {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE T (Id INTEGER PRIMARY KEY, K TEXT, Gone BOOLEAN NOT NULL DEFAULT 0); CREATE UNIQUE INDEX U ON T (K) WHERE Gone = 0;
         INSERT INTO T VALUES (1, 'a', 1), (2, 'a', 1), (3, 'a', 0)",
    );
    let mut scene = Scene::on(database);
    let events = |scene: &Scene| -> i64 {
        scene.writer.query_row("SELECT count(*) FROM _deltalink_log_1", [], |row| row.get(0)).unwrap()
    };
    scene.write("INSERT INTO T VALUES (4, 'b', 1)");
    assert_eq!(events(&scene), 1);
    scene.write("REPLACE INTO T VALUES (5, 'a', 0)");
    assert_eq!(events(&scene), 3, "the displaced row and the new one");
    scene.writer.execute_batch("ALTER TABLE T RENAME COLUMN Gone TO \"Is gone\"").unwrap();
    assert_eq!(scene.expiry("T"), (410, "ColumnsChanged".to_owned()), "and not that tracking is damaged");
    scene.start_over();
    scene.write("UPDATE T SET \"Is gone\" = 0 WHERE Id = 4");
    scene.write("UPDATE OR REPLACE T SET K = 'b' WHERE Id = 5");
    scene.finish();
}

#[test]
fn triggers_that_are_no_longer_needed_go_when_the_table_is_tracked_again() {
    let database = Database::empty();
    database.execute("CREATE TABLE T (Id INTEGER PRIMARY KEY, U TEXT, V TEXT); CREATE UNIQUE INDEX X ON T (U)");
    let mut scene = Scene::on(database);
    scene.write("DROP INDEX X; INSERT INTO T VALUES (1, 'a', 'b')");
    assert!(scene.writer.execute_batch("ALTER TABLE T DROP COLUMN V; ALTER TABLE T DROP COLUMN U").is_err());
    assert!(run(&scene.database, "track", &["T"]).contains("no longer needs"));
    scene.writer.execute_batch("ALTER TABLE T DROP COLUMN U").unwrap();
    scene.start_over();
    scene.finish();
}

#[test]
fn an_event_from_the_future_does_not_keep_what_is_old() {
    let database = Database::empty();
    database.execute("CREATE TABLE T (Id INTEGER PRIMARY KEY)");
    database.track("T");
    database.execute(
        "INSERT INTO T VALUES (1), (2), (3); UPDATE _deltalink_log_1 SET at = at - 9999999; UPDATE _deltalink_log_1 SET at = unixepoch() + 999999999 WHERE version = 1;
         INSERT INTO T VALUES (4)",
    );
    assert!(run(&database, "prune", &[]).contains("2 "));
    let left: Vec<i64> = {
        let connection = database.connect();
        let mut statement = connection.prepare("SELECT version FROM _deltalink_log_1").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(left, [3, 4]);
}

#[test]
fn pruning_beside_a_server_leaves_logs_whose_triggers_are_away() {
    let database = Database::empty();
    database.execute(PLAIN);
    database.track("T");
    let connection = database.connect();
    let triggers: Vec<(String, String)> = {
        let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    for (name, _) in &triggers {
        connection.execute_batch(&format!("DROP TRIGGER \"{name}\"")).unwrap();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime
        .block_on(deltalink::app::prune(&deltalink::backend::sqlite::SqliteBackend::open(database.path()).unwrap()))
        .unwrap();
    for (_, sql) in &triggers {
        connection.execute_batch(sql).unwrap();
    }
    connection.execute_batch("INSERT INTO T VALUES (4, 4)").unwrap();
    let gateway = database.serve();
    let mut copy = Replica::new("T", &["Id"], None);
    copy.sync(&gateway.client());
    assert_eq!(copy.rows, table::rows(&connection, "T"));
}

#[test]
fn what_cannot_be_seen_is_told() {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE T (Id INTEGER PRIMARY KEY, L INTEGER AS (Id % 10) UNIQUE, V INTEGER);
         CREATE TABLE U (Id INTEGER PRIMARY KEY, V INTEGER);
         CREATE TRIGGER app AFTER UPDATE ON U WHEN NEW.V = 2 BEGIN SELECT RAISE(IGNORE); END",
    );
    let told = run(&database, "track", &["--all"]);
    assert!(
        told.contains("T: warning: a unique index") && told.contains("U: warning: a trigger with RAISE(IGNORE)"),
        "{told}"
    );
}
