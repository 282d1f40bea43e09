//! Tracking that is installed, repaired and removed; histories that have just begun.

use deltalink::edm::Tracking;
use rusqlite::Connection;

use super::run;
use super::{Scene, tables};
use crate::support::process::{self, Process};
use crate::support::sqlite::Database;

const TABLES: &str = "CREATE TABLE T (Id INTEGER PRIMARY KEY, U TEXT UNIQUE); CREATE TABLE \"S s\" (A TEXT COLLATE NOCASE, B INTEGER, PRIMARY KEY (A, B)) WITHOUT ROWID;
    CREATE TABLE \"no key\" (V TEXT); CREATE INDEX T_X ON T (U, Id); CREATE VIEW W AS SELECT * FROM T; CREATE TRIGGER own AFTER INSERT ON T BEGIN DELETE FROM \"no key\"; END;
    INSERT INTO T VALUES (1, 'a'), (2, 'b'); INSERT INTO \"S s\" VALUES ('a', 1), ('b', 2)";

fn schema(database: &Database) -> Vec<(String, String, Option<String>)> {
    let connection = database.connect();
    let mut statement = connection.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY rowid").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn with_tables() -> Database {
    let database = Database::empty();
    database.execute(TABLES);
    database
}

#[test]
fn untracking_leaves_the_schema_as_it_was() {
    let database = with_tables();
    let before = schema(&database);
    run(&database, "track", &["--all"]);
    assert_ne!(schema(&database), before);
    run(&database, "untrack", &["T"]);
    run(&database, "untrack", &["--all"]);
    assert_eq!(schema(&database), before);
    run(&database, "track", &["T"]);
    database.execute("DROP TABLE T");
    run(&database, "track", &["S s"]);
    run(&database, "untrack", &["--all"]);
    assert!(schema(&database).iter().all(|(_, name, _)| !name.contains("_deltalink_")), "{:?}", schema(&database));
}

#[test]
fn tracking_what_is_tracked_changes_nothing() {
    let database = with_tables();
    run(&database, "track", &["--all"]);
    let once = schema(&database);
    let mut scene = Scene::following(database, "");
    run(&scene.database, "track", &["--all"]);
    run(&scene.database, "track", &["T", "--retention", "1h"]);
    assert_eq!(schema(&scene.database), once);
    scene.write("REPLACE INTO T VALUES (9, 'a'); UPDATE \"S s\" SET A = upper(A)");
    scene.finish();
}

#[test]
fn a_table_that_is_tracked_again_starts_over() {
    let database = with_tables();
    run(&database, "track", &["--all"]);
    let mut scene = Scene::following(database, "[tables.T]\n[tables.\"S s\"]");
    run(&scene.database, "untrack", &["--all"]);
    for table in ["T", "S s"] {
        assert_eq!(scene.expiry(table), (410, "TrackingRemoved".to_owned()));
    }
    scene.database.execute("DELETE FROM T WHERE Id = 1; INSERT INTO \"S s\" VALUES ('c', 3)");
    run(&scene.database, "track", &["--all"]);
    for table in ["T", "S s"] {
        assert_eq!(scene.expiry(table), (410, "TableRecreated".to_owned()));
    }
    scene.start_over();
    scene.write("UPDATE T SET U = 'x'");
    scene.finish();
}

/// Of two that install at once one may fail; none may leave tracking that is not whole.
#[test]
fn several_installations_at_once_end_with_one_that_is_whole() {
    let database = with_tables();
    let url = format!("sqlite:{}", database.path().display());
    let track = || {
        let mut command = process::deltalink(database.folder.path());
        command.args(["track", "--all", "--database", &url]);
        Process::start(command)
    };
    let processes: Vec<Process> = (0..4).map(|_| track()).collect();
    for process in processes {
        let _ = process.finish();
    }
    run(&database, "track", &["--all"]);
    for table in database.describe().tables.iter().filter(|table| !table.key.is_empty()) {
        assert!(
            matches!(&table.tracking, Tracking::Triggers { damage: None, installed, .. } if installed.len() <= 7),
            "{:?}",
            table.tracking
        );
    }
    let mut scene = Scene::following(database, "");
    scene.write("REPLACE INTO T VALUES (9, 'a'); UPDATE \"S s\" SET A = upper(A)");
    scene.finish();
}

#[test]
fn an_empty_table_is_followed_from_version_0_on() {
    let mut scene = Scene::of("CREATE TABLE T (Id INTEGER PRIMARY KEY, V TEXT)");
    let link = scene.client().track("/odata/T").expect(200).delta_link();
    assert_eq!(scene.client().get(&link).expect(200).delta_link(), link, "the same state gives the same link");
    scene.compare("nothing");
    scene.write("INSERT INTO T VALUES (1, 'a')");
    let delta = scene.client().get(&link).expect(200);
    assert_eq!(delta.value().len(), 1);
    assert_ne!(delta.delta_link(), link);
    scene.write("DELETE FROM T");
    assert_eq!(scene.client().get(&link).expect(200).value().len(), 1, "a deletion that repeats nothing is harmless");
    scene.finish();
}

#[test]
fn a_table_that_is_never_written_to_keeps_its_links() {
    let mut scene = Scene::of(
        "CREATE TABLE T (Id INTEGER PRIMARY KEY, V TEXT); CREATE TABLE Busy (Id INTEGER PRIMARY KEY); INSERT INTO T VALUES (1, 'a'), (2, 'b')",
    );
    let latest = scene.client().get("/odata/T?$deltatoken=latest").expect(200).delta_link();
    for number in 0..5 {
        scene.write(&format!("INSERT INTO Busy VALUES ({number}); DELETE FROM Busy WHERE Id < {number}"));
        scene.database.prune("T");
    }
    assert_eq!(scene.client().get(&latest).expect(200).delta_link(), latest);
    scene.database.prune("Busy");
    scene.database.execute("UPDATE T SET V = 'x' WHERE Id = 1");
    assert_eq!(scene.client().get(&latest).expect(200).value().len(), 1);
}

#[test]
fn a_log_that_was_dropped_is_reported_and_does_not_hold_up_the_pruning_of_others() {
    let database = Database::empty();
    database.execute("CREATE TABLE A (Id INTEGER PRIMARY KEY); CREATE TABLE B (Id INTEGER PRIMARY KEY)");
    run(&database, "track", &["--all", "--retention", "0s"]);
    database.execute("INSERT INTO B VALUES (1), (2), (3); DROP TABLE _deltalink_log_1");
    let count =
        |connection: &Connection| connection.query_row("SELECT count(*) FROM _deltalink_log_2", [], |row| row.get(0));
    assert_eq!(count(&database.connect()), Ok(3));
    run(&database, "prune", &[]);
    assert_eq!(count(&database.connect()), Ok(1));
    run(&database, "track", &["--all"]);
    let mut scene = Scene::following(database, "");
    assert_eq!(tables(&scene.database), ["A", "B"]);
    scene.write("INSERT INTO A VALUES (1); DELETE FROM B");
    scene.finish();
}
