//! `track`, `untrack` and `prune`.

use std::path::Path;

use crate::support::process::{Outcome, run};
use crate::support::sqlite::Database;

/// Tables of which two can be tracked.
fn database() -> Database {
    let database = Database::empty();
    database.execute(
        r#"CREATE TABLE Orders (Id INTEGER PRIMARY KEY, Note TEXT);
           CREATE TABLE "order ""lines""" ("order" INTEGER, Line INTEGER, Code TEXT UNIQUE, PRIMARY KEY ("order", Line));
           CREATE TABLE Keyless (Name TEXT);
           CREATE TABLE Binary (Id BLOB PRIMARY KEY);"#,
    );
    database
}

fn command(database: &Database, arguments: &[&str]) -> Outcome {
    let mut all = vec![arguments[0], "--database", "sqlite:test.db"];
    all.extend(&arguments[1..]);
    run(database.folder.path(), &all)
}

/// The whole schema, and the register without what is random in it.
fn schema(database: &Database) -> Vec<String> {
    let connection = database.connect();
    let mut statement = connection
        .prepare("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name")
        .unwrap();
    let mut all: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    if all.iter().any(|line| line.starts_with("table _deltalink_tables ")) {
        let mut statement = connection
            .prepare("SELECT log || ' ' || min_valid_version || ' ' || retention FROM _deltalink_tables ORDER BY log")
            .unwrap();
        all.extend(statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap));
    }
    all
}

fn retention(database: &Database) -> u64 {
    database.connect().query_row("SELECT retention FROM _deltalink_tables WHERE log = 1", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_table_is_tracked_by_name_and_again_without_effect() {
    let database = database();
    let first = command(&database, &["track", "orders", "order \"lines\""]).expect(0);
    assert_eq!(first.out, "Orders: is tracked now\norder \"lines\": is tracked now\n");
    let schema_then = schema(&database);
    let again = command(&database, &["track", "Orders"]).expect(0);
    assert_eq!(again.out, "Orders: is tracked already\n");
    assert_eq!(schema(&database), schema_then);
    assert_eq!(retention(&database), 7 * 24 * 60 * 60);
}

#[test]
fn all_means_all_for_which_it_is_possible_and_tells_of_the_others() {
    let database = database();
    let outcome = command(&database, &["track", "--all"]).expect(0);
    assert!(outcome.out.contains("Orders: is tracked now\n"), "{}", outcome.out);
    assert!(outcome.out.contains("order \"lines\": is tracked now\n"), "{}", outcome.out);
    assert!(outcome.out.contains("Keyless: skipped: no primary key\n"), "{}", outcome.out);
    assert!(outcome.out.contains("Binary: skipped: the key column \"Id\" is BLOB"), "{}", outcome.out);
}

#[test]
fn the_retention_can_be_set_and_changed_without_losing_the_history() {
    let database = database();
    command(&database, &["track", "Orders", "--retention", "36h"]).expect(0);
    assert_eq!(retention(&database), 36 * 60 * 60);
    database.execute("INSERT INTO Orders VALUES (1, 'a')");
    command(&database, &["track", "Orders"]).expect(0);
    assert_eq!(retention(&database), 36 * 60 * 60);
    let changed = command(&database, &["track", "Orders", "--retention", "2days"]).expect(0);
    assert_eq!(changed.out, "Orders: is tracked already; its retention was changed\n");
    assert_eq!(retention(&database), 2 * 24 * 60 * 60);
    let kept: u64 =
        database.connect().query_row("SELECT count(*) FROM _deltalink_log_1", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 1);
    for wrong in ["soon", "-1d", "500000000000y"] {
        command(&database, &["track", "Orders", "--retention", wrong]).expect(2);
    }
}

#[test]
fn printed_sql_runs_elsewhere_with_the_same_effect_and_nothing_is_run_here() {
    let (here, there) = (database(), database());
    let before = schema(&here);
    for arguments in [&["track", "--all", "--retention", "3d"][..], &["untrack", "Orders"], &["untrack", "--all"]] {
        let printing: Vec<&str> = arguments.iter().copied().chain(["--print"]).collect();
        let untouched = schema(&here);
        let printed = command(&here, &printing).expect(0);
        assert_eq!(schema(&here), untouched, "{arguments:?} was run");
        here.execute(&printed.out);
        command(&there, arguments).expect(0);
        assert_eq!(schema(&here), schema(&there), "{arguments:?}");
    }
    assert_eq!(schema(&here), before);
}

#[test]
fn a_name_cannot_smuggle_a_statement_into_printed_sql() {
    let database = database();
    database.execute("CREATE TABLE \"a\nDROP TABLE Orders; --\" (Name TEXT); CREATE TABLE \"b\nDROP TABLE Orders; --\" (Id INTEGER PRIMARY KEY)");
    for command_name in ["track", "untrack"] {
        let printed = command(&database, &[command_name, "--all", "--print"]).expect(0);
        assert!(printed.out.contains("DROP TABLE Orders"), "{}", printed.out);
        database.execute(&printed.out);
        database.execute("SELECT * FROM Orders");
    }
}

#[test]
fn an_unknown_table_is_refused_with_the_names_of_those_there_are() {
    let database = database();
    for name in ["track", "untrack"] {
        let outcome = command(&database, &[name, "Order"]).expect(1);
        assert!(outcome.err.contains("There is no table \"Order\"") && outcome.err.contains("Orders"), "{outcome:?}");
    }
}

#[test]
fn a_table_that_cannot_be_tracked_is_refused_with_the_reason() {
    let database = database();
    let outcome = command(&database, &["track", "Keyless"]).expect(1);
    assert_eq!(outcome.err, "deltalink: \"Keyless\" cannot be tracked: no primary key.\n");
    assert!(!schema(&database).iter().any(|line| line.contains("_deltalink")));
}

#[test]
fn damaged_tracking_is_installed_anew() {
    let database = database();
    command(&database, &["track", "Orders"]).expect(0);
    database.execute("DROP TRIGGER _deltalink_1_delete");
    let outcome = command(&database, &["track", "Orders"]).expect(0);
    assert!(outcome.out.starts_with("Orders: was damaged and is tracked anew"), "{}", outcome.out);
    database.execute("INSERT INTO Orders VALUES (1, 'a'); DELETE FROM Orders");
    let log = database.log("Orders").0;
    let count = format!("SELECT count(*) FROM _deltalink_log_{log}");
    let recorded: u64 = database.connect().query_row(&count, [], |row| row.get(0)).unwrap();
    assert_eq!(recorded, 2);
    assert_eq!(command(&database, &["track", "Orders"]).expect(0).out, "Orders: is tracked already\n");
}

#[test]
fn untracking_leaves_nothing_behind_and_can_be_repeated() {
    let database = database();
    let before = schema(&database);
    command(&database, &["track", "--all"]).expect(0);
    let outcome = command(&database, &["untrack", "Orders"]).expect(0);
    assert_eq!(outcome.out, "Orders: is not tracked any more\n");
    assert_eq!(command(&database, &["untrack", "Orders"]).expect(0).out, "Orders: is not tracked\n");
    command(&database, &["untrack", "--all"]).expect(0);
    assert_eq!(schema(&database), before);
    command(&database, &["untrack", "--all"]).expect(0);
}

#[test]
fn pruning_removes_what_has_outlived_its_retention() {
    let database = database();
    command(&database, &["track", "Orders", "--retention", "1h"]).expect(0);
    database.execute("INSERT INTO Orders VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    assert_eq!(command(&database, &["prune"]).expect(0).out, "0 recorded changes removed\n");
    database.execute("UPDATE _deltalink_log_1 SET at = at - 7200");
    let printed = command(&database, &["prune", "--print"]).expect(0);
    assert!(printed.out.contains("DELETE FROM"), "{}", printed.out);
    assert_eq!(command(&database, &["prune"]).expect(0).out, "2 recorded changes removed\n");
    assert_eq!(command(&database, &["prune"]).expect(0).out, "0 recorded changes removed\n");
}

#[test]
fn settings_come_from_the_environment_too() {
    let database = database();
    let mut tracking = crate::support::process::deltalink(Path::new("/"));
    let url = format!("sqlite:{}", database.path().display());
    tracking.args(["track", "Orders"]).env("DELTALINK_DATABASE", url).env("DELTALINK_RETENTION", "5h");
    crate::support::process::Process::start(tracking).finish().expect(0);
    assert_eq!(retention(&database), 5 * 60 * 60);
    let without = run(database.folder.path(), &["track", "Orders"]).expect(1);
    assert!(
        without.err.contains("--database sqlite:PATH") && without.err.contains("DELTALINK_DATABASE"),
        "{without:?}"
    );
}
