//! Writers of every kind: those that interrupt a sync, give up, cascade, and bring their own triggers.

use std::io::Write;
use std::process::Command;

use super::{Scene, whatever_recursive_triggers};
use crate::support::replica::{Replica, Step};
use crate::support::table;

const TABLE: &str = "CREATE TABLE T (Id INTEGER PRIMARY KEY, U TEXT UNIQUE, V INTEGER DEFAULT 0);
    INSERT INTO T (Id, U) VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e'), (6, 'f'), (7, 'g')";

/// Writes that touch what was read, what is being read, and what is to be read.
const INTERRUPTIONS: [&str; 9] = [
    "UPDATE T SET V = V + 1 WHERE Id IN (1, 7)",
    "DELETE FROM T WHERE Id = 2",
    "INSERT INTO T (Id, U) VALUES (0, 'first'), (99, 'last')",
    "UPDATE T SET Id = 50 WHERE Id = 1",
    "UPDATE T SET Id = -1 WHERE Id = 7",
    "REPLACE INTO T (Id, U) VALUES (3, 'd')",
    "INSERT OR IGNORE INTO T (Id, U) VALUES (2, 'again')",
    "DELETE FROM T WHERE Id > 4; INSERT INTO T (Id, U) VALUES (5, 'back')",
    "UPDATE T SET U = 'x' || U",
];

#[test]
fn writes_between_the_pages_of_an_initial_load_are_not_lost() {
    for size in 1..=4 {
        for first in 0..INTERRUPTIONS.len() {
            let scene = Scene::of(TABLE);
            let client = scene.client();
            let mut copy = Replica::new("T", &["Id"], Some(size));
            for write in INTERRUPTIONS.iter().cycle().skip(first).take(3) {
                let _ = copy.step(&client);
                // A second connection, as every other program has.
                scene.database.execute(write);
            }
            copy.sync(&client);
            copy.sync(&client);
            assert_eq!(copy.rows, table::rows(&scene.writer, "T"), "pages of {size}, from write {first} on");
        }
    }
}

#[test]
fn writes_between_the_pages_of_a_delta_are_not_lost() {
    for size in 1..=4 {
        for first in 0..INTERRUPTIONS.len() {
            let scene = Scene::of(TABLE);
            let client = scene.client();
            let mut copy = Replica::new("T", &["Id"], Some(size));
            copy.sync(&client);
            scene.database.execute("UPDATE T SET V = V + 10; DELETE FROM T WHERE Id = 6");
            for write in INTERRUPTIONS.iter().cycle().skip(first).take(4) {
                let _ = copy.step(&client);
                scene.database.execute(write);
            }
            copy.sync(&client);
            copy.sync(&client);
            assert_eq!(copy.rows, table::rows(&scene.writer, "T"), "pages of {size}, from write {first} on");
        }
    }
}

#[test]
fn a_delta_that_is_interrupted_ends_although_writes_go_on() {
    let scene = Scene::of(TABLE);
    let client = scene.client();
    let mut copy = Replica::new("T", &["Id"], Some(1));
    copy.sync(&client);
    scene.database.execute("UPDATE T SET V = 1");
    let mut pages = 1;
    while copy.step(&client) == Step::Page {
        scene.database.execute("INSERT INTO T (U) VALUES (NULL)");
        pages += 1;
        assert!(pages <= 7, "the upper bound of a delta is pinned");
    }
    copy.sync(&client);
    assert_eq!(copy.rows, table::rows(&scene.writer, "T"));
}

#[test]
fn a_writer_that_rolls_back_leaves_no_change() {
    whatever_recursive_triggers(TABLE, |scene| {
        let link = scene.client().get(scene.copies[0].late.link.as_deref().unwrap()).expect(200).delta_link();
        scene.write("BEGIN; UPDATE T SET V = 5; DELETE FROM T WHERE Id = 1; ROLLBACK");
        assert_eq!(scene.client().get(&link).expect(200).value().len(), 0);
        scene.write("BEGIN; INSERT INTO T (Id) VALUES (20); SAVEPOINT s; UPDATE T SET V = 5; DELETE FROM T WHERE Id = 1; ROLLBACK TO s; COMMIT");
        assert_eq!(scene.client().get(&link).expect(200).value().len(), 1);
        scene.write("SAVEPOINT a; UPDATE T SET V = 6 WHERE Id = 2; SAVEPOINT b; UPDATE T SET V = 7 WHERE Id = 3; RELEASE b; SAVEPOINT c; DELETE FROM T WHERE Id = 2; ROLLBACK TO c; RELEASE a");
        scene.write("BEGIN; UPDATE T SET V = 8; ROLLBACK; UPDATE T SET V = 9 WHERE Id = 4");
    });
}

#[test]
fn what_is_not_committed_is_not_seen_and_its_versions_are_given_again() {
    let mut scene = Scene::of(TABLE);
    scene.writer.execute_batch("BEGIN IMMEDIATE; UPDATE T SET V = 5 WHERE Id = 1").unwrap();
    let before = table::rows(&scene.database.connect(), "T");
    let client = scene.client();
    for copy in &mut scene.copies[0].eager {
        assert_eq!(copy.step(&client), Step::UpToDate);
        assert_eq!(copy.rows, before);
    }
    scene.writer.execute_batch("ROLLBACK").unwrap();
    scene.write("UPDATE T SET V = 6 WHERE Id = 2");
    scene.writer.execute_batch("BEGIN; UPDATE T SET V = 7 WHERE Id = 3").unwrap();
    scene.write("COMMIT");
    scene.finish();
}

#[test]
fn foreign_keys_that_cascade_are_recorded() {
    let tables = "PRAGMA foreign_keys = ON; CREATE TABLE P (Id INTEGER PRIMARY KEY, Name TEXT UNIQUE);
        CREATE TABLE Cascade (Id INTEGER PRIMARY KEY, P INTEGER REFERENCES P (Id) ON DELETE CASCADE ON UPDATE CASCADE);
        CREATE TABLE Nulled (Id INTEGER PRIMARY KEY, P TEXT REFERENCES P (Name) ON DELETE SET NULL ON UPDATE SET NULL);
        CREATE TABLE Defaulted (Id INTEGER PRIMARY KEY, P INTEGER DEFAULT 1 REFERENCES P (Id) ON DELETE SET DEFAULT ON UPDATE CASCADE);
        CREATE TABLE Keyed (P INTEGER REFERENCES P (Id) ON DELETE CASCADE ON UPDATE CASCADE, N INTEGER, PRIMARY KEY (P, N)) WITHOUT ROWID;
        CREATE TABLE Tree (Id INTEGER PRIMARY KEY, Up INTEGER REFERENCES Tree (Id) ON DELETE CASCADE ON UPDATE CASCADE);
        INSERT INTO P VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'); INSERT INTO Cascade VALUES (1, 1), (2, 2), (3, 2), (4, 3);
        INSERT INTO Nulled VALUES (1, 'a'), (2, 'b'), (3, 'c'); INSERT INTO Defaulted VALUES (1, 2), (2, 3); INSERT INTO Keyed VALUES (1, 1), (2, 1), (2, 2), (3, 1);
        INSERT INTO Tree VALUES (1, NULL), (2, 1), (3, 2), (4, 3), (5, 4), (6, NULL), (7, 6)";
    whatever_recursive_triggers(tables, |scene| {
        scene.write("PRAGMA foreign_keys = ON; DELETE FROM P WHERE Id = 2");
        scene.write("UPDATE P SET Id = 30, Name = 'C' WHERE Id = 3");
        scene.write("DELETE FROM Tree WHERE Id = 1");
        scene.write("UPDATE Tree SET Id = 60 WHERE Id = 6");
        scene.write("REPLACE INTO P VALUES (30, 'd')");
        scene.refused("PRAGMA foreign_keys = ON; INSERT INTO Cascade VALUES (9, 99)");
    });
}

#[test]
fn the_applications_own_triggers_are_recorded_too() {
    let tables = "CREATE TABLE T (Id INTEGER PRIMARY KEY, U TEXT UNIQUE, V INTEGER DEFAULT 0, At TEXT); CREATE TABLE Audit (Id INTEGER PRIMARY KEY, T INTEGER, What TEXT);
        INSERT INTO T (Id, U) VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd');";
    // Triggers of the application run before those of the gateway or after them, as they were made before or after.
    let triggers = "CREATE TRIGGER stamp AFTER UPDATE ON T WHEN NEW.At IS OLD.At BEGIN UPDATE T SET At = coalesce(At, '') || '+' WHERE Id = NEW.Id; END;
        CREATE TRIGGER audit AFTER INSERT ON T BEGIN INSERT INTO Audit (T, What) VALUES (NEW.Id, 'insert'); END;
        CREATE TRIGGER gone AFTER DELETE ON T BEGIN INSERT INTO Audit (T, What) VALUES (OLD.Id, 'delete'); UPDATE T SET V = V + 1 WHERE Id = OLD.Id + 1; END;
        CREATE TRIGGER room BEFORE INSERT ON T WHEN NEW.V = 77 BEGIN DELETE FROM T WHERE U = NEW.U; INSERT OR REPLACE INTO T (Id, U, V) VALUES (70, NEW.U, 1); END;
        CREATE TRIGGER never BEFORE INSERT ON T WHEN NEW.V = 13 BEGIN SELECT RAISE(IGNORE); END;
        CREATE TRIGGER refuse BEFORE DELETE ON T WHEN OLD.V >= 99 BEGIN SELECT RAISE(ABORT, 'no'); END;
        CREATE VIEW W AS SELECT Id, U FROM T; CREATE TRIGGER through INSTEAD OF INSERT ON W BEGIN INSERT OR REPLACE INTO T (Id, U) VALUES (NEW.Id, NEW.U); END;";
    for (before, after) in [(triggers, "SELECT 1"), ("", triggers)] {
        whatever_recursive_triggers(&format!("{tables}{before}"), |scene| {
            scene.write(after);
            scene.write("UPDATE T SET V = 1 WHERE Id = 1");
            scene.write("UPDATE T SET Id = 9 WHERE Id = 1");
            scene.write("DELETE FROM T WHERE Id = 2");
            scene.write("INSERT INTO T (Id, U, V) VALUES (5, 'e', 13), (6, 'f', 1)");
            scene.write("INSERT OR REPLACE INTO T (Id, U, V) VALUES (7, 'c', 77)");
            scene.write("INSERT INTO W VALUES (8, 'd'), (4, 'f')");
            scene.write("UPDATE T SET V = 99 WHERE Id = 8");
            scene.refused("DELETE FROM T");
        });
    }
}

#[test]
fn writes_through_an_attached_database_are_recorded() {
    let mut scene = Scene::of(TABLE);
    let other = rusqlite::Connection::open_in_memory().unwrap();
    other.execute("ATTACH ?1 AS shop", [scene.database.path().to_str().unwrap()]).unwrap();
    other.execute_batch("CREATE TABLE T (Id INTEGER PRIMARY KEY, U TEXT); PRAGMA trusted_schema = OFF").unwrap();
    other
        .execute_batch(
            "REPLACE INTO shop.T (Id, U) VALUES (9, 'c'); UPDATE shop.T SET V = 3; DELETE FROM shop.T WHERE Id = 1",
        )
        .unwrap();
    scene.compare("writes through an attached database");
    scene.write("UPDATE T SET U = 'x' WHERE Id = 2");
    scene.finish();
}

#[test]
fn an_application_sees_its_own_row_numbers_and_counts() {
    let scene = Scene::of("CREATE TABLE T (Id INTEGER PRIMARY KEY AUTOINCREMENT, U TEXT UNIQUE)");
    for number in 1..=3 {
        assert_eq!(scene.writer.execute("INSERT INTO T (U) VALUES (?1)", [number]).unwrap(), 1);
        assert_eq!(scene.writer.last_insert_rowid(), number);
    }
    assert_eq!(scene.writer.execute("UPDATE T SET Id = Id + 10", []).unwrap(), 3);
    let returned: i64 =
        scene.writer.query_row("REPLACE INTO T (U) VALUES (2) RETURNING Id", [], |row| row.get(0)).unwrap();
    assert_eq!(returned, 14);
    assert_eq!(scene.writer.execute("DELETE FROM T", []).unwrap(), 3);
    scene.finish();
}

/// Another SQLite, as old as the machine has one.
#[test]
fn the_triggers_run_in_the_sqlite_of_other_programs() {
    let script = "import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.executescript(sys.argv[2])
print(sqlite3.sqlite_version)";
    let mut scene = Scene::of(TABLE);
    for sql in [
        "INSERT INTO T (U) VALUES ('x'), ('y'); REPLACE INTO T (Id, U) VALUES (1, 'b');",
        "UPDATE OR REPLACE T SET U = 'c' WHERE Id = 4; UPDATE T SET Id = 100 WHERE Id = 5; DELETE FROM T WHERE Id = 6;",
        "BEGIN; DELETE FROM T; ROLLBACK; INSERT OR IGNORE INTO T (Id, U) VALUES (1, 'q'), (200, 'c'), (201, 'r');",
    ] {
        let python = Command::new("python3").args(["-c", script]).arg(scene.database.path()).arg(sql).output();
        let Ok(python) = python else {
            // Not by a macro: what those print in a test that passes is not shown.
            writeln!(std::io::stderr(), "SKIPPED: there is no python3 here, so no other SQLite to write with").unwrap();
            return;
        };
        assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
        scene.compare(sql);
    }
    scene.finish();
}
