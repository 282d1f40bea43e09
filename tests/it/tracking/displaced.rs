//! Rows that `REPLACE` removes although the statement does not name their key.

use super::{run, whatever_recursive_triggers};
use crate::support::sqlite::Database;

#[test]
fn rows_displaced_through_a_composite_unique_index_are_recorded() {
    let table = "CREATE TABLE T (Id INTEGER PRIMARY KEY, A TEXT, B INTEGER, V TEXT); CREATE UNIQUE INDEX T_AB ON T (A, B);
        INSERT INTO T VALUES (1, 'a', 1, 'x'), (2, 'a', 2, 'x'), (3, 'b', 1, 'x'), (4, NULL, 1, 'x'), (5, 'a', NULL, 'x')";
    whatever_recursive_triggers(table, |scene| {
        scene.write("REPLACE INTO T VALUES (9, 'a', 2, 'y')");
        scene.write("UPDATE OR REPLACE T SET A = 'b' WHERE Id = 1");
        scene.write("REPLACE INTO T VALUES (10, NULL, 1, 'z'), (11, 'a', NULL, 'z')");
    });
}

#[test]
fn rows_displaced_through_several_indexes_at_once_are_recorded() {
    let table = "CREATE TABLE T (Id INTEGER PRIMARY KEY, A UNIQUE, B TEXT UNIQUE, C INTEGER UNIQUE);
        INSERT INTO T VALUES (1, 'a', 'a', 1), (2, 'b', 'b', 2), (3, 'c', 'c', 3), (4, 'd', 'd', 4)";
    whatever_recursive_triggers(table, |scene| {
        scene.write("REPLACE INTO T VALUES (1, 'b', 'c', 4)");
        scene.write("INSERT INTO T VALUES (2, 'x', 'x', 5), (3, 'y', 'y', 6), (4, 'z', 'z', 7)");
        scene.write("UPDATE OR REPLACE T SET A = 'x', B = 'y', C = 7 WHERE Id = 1");
    });
}

#[test]
fn rows_displaced_through_a_partial_index_are_recorded() {
    let table =
        "CREATE TABLE T (Id INTEGER PRIMARY KEY, U TEXT, Live INTEGER); CREATE UNIQUE INDEX T_U ON T (U) WHERE Live;
        INSERT INTO T VALUES (1, 'a', 1), (2, 'a', 0), (3, 'a', 0), (4, 'b', 1)";
    whatever_recursive_triggers(table, |scene| {
        scene.write("REPLACE INTO T VALUES (9, 'a', 1)");
        scene.write("UPDATE OR REPLACE T SET Live = 1 WHERE Id = 2");
        scene.write("UPDATE OR REPLACE T SET U = 'b' WHERE Id = 2");
    });
}

#[test]
fn rows_displaced_through_a_collation_are_recorded() {
    let table = "CREATE TABLE T (Id INTEGER PRIMARY KEY, U TEXT UNIQUE COLLATE NOCASE, W TEXT, V INTEGER); CREATE UNIQUE INDEX T_W ON T (W COLLATE RTRIM);
        INSERT INTO T VALUES (1, 'a', 'a', 1), (2, 'b', 'b ', 2), (3, 'c', 'c', 3)";
    whatever_recursive_triggers(table, |scene| {
        scene.write("REPLACE INTO T VALUES (9, 'A', 'x', 9)");
        scene.write("REPLACE INTO T VALUES (10, 'y', 'b', 9)");
        scene.write("UPDATE OR REPLACE T SET U = 'C' WHERE Id = 9");
        scene.write("UPDATE OR REPLACE T SET W = 'b     ' WHERE Id = 9");
    });
}

#[test]
fn rows_displaced_through_generated_columns_are_recorded() {
    let table = "CREATE TABLE T (Id INTEGER PRIMARY KEY, A TEXT, V TEXT AS (upper(A)) VIRTUAL, S TEXT AS (substr(A, 1, 1)) STORED);
        CREATE UNIQUE INDEX T_V ON T (V); CREATE UNIQUE INDEX T_S ON T (S);
        INSERT INTO T (Id, A) VALUES (1, 'anna'), (2, 'ben'), (3, 'carl'), (4, 'dora')";
    whatever_recursive_triggers(table, |scene| {
        scene.write("REPLACE INTO T (Id, A) VALUES (9, 'ANNA')");
        scene.write("REPLACE INTO T (Id, A) VALUES (10, 'berta')");
        scene.write("UPDATE OR REPLACE T SET A = 'carla' WHERE Id = 9");
        scene.write("UPDATE OR REPLACE T SET A = 'DORA' WHERE Id = 9");
    });
}

#[test]
fn rows_displaced_by_a_default_that_replaces_null_are_recorded() {
    let table = "CREATE TABLE T (Id INTEGER PRIMARY KEY, U TEXT NOT NULL DEFAULT 'd' UNIQUE, N INTEGER NOT NULL DEFAULT (40 + 2) UNIQUE,
                                 D TEXT NOT NULL DEFAULT CURRENT_DATE, X INTEGER NOT NULL DEFAULT -1, UNIQUE (D, X));
        INSERT INTO T VALUES (1, 'd', 1, '2020-01-01', 1), (2, 'x', 42, '2020-01-02', 2), (3, 'y', 3, CURRENT_DATE, -1)";
    whatever_recursive_triggers(table, |scene| {
        scene.write("INSERT OR REPLACE INTO T VALUES (9, NULL, 9, '2020-01-09', 9)");
        scene.write("INSERT OR REPLACE INTO T VALUES (10, 'z', NULL, '2020-01-10', 10)");
        scene.write("INSERT OR REPLACE INTO T VALUES (11, 'w', 11, NULL, NULL)");
        scene.write("INSERT INTO T VALUES (12, 'v', 12, '2020-01-12', 12)");
        scene.write("UPDATE OR REPLACE T SET U = NULL WHERE Id = 12");
        scene.write("UPDATE OR REPLACE T SET N = NULL, D = NULL, X = NULL WHERE Id = 12");
    });
}

#[test]
fn a_default_that_is_a_word_is_the_text_that_sqlite_takes_it_for() {
    let table = "CREATE TABLE T (Id INTEGER PRIMARY KEY, A TEXT NOT NULL DEFAULT word UNIQUE, B TEXT NOT NULL DEFAULT \"Id\" UNIQUE,
                                 C TEXT NOT NULL DEFAULT [the END; of it] UNIQUE, D TEXT NOT NULL DEFAULT 'END; ''quoted''' UNIQUE,
                                 E INTEGER NOT NULL DEFAULT true UNIQUE, F TEXT NOT NULL DEFAULT A UNIQUE);
        INSERT INTO T VALUES (1, 'word', '1', '1', '1', 10, '1'), (2, '2', 'Id', '2', '2', 11, '2'), (3, '3', '3', 'the END; of it', '3', 12, '3'),
                             (4, '4', '4', '4', 'END; ''quoted''', 13, '4'), (5, '5', '5', '5', '5', 1, '5'), (6, '6', '6', '6', '6', 15, 'A')";
    whatever_recursive_triggers(table, |scene| {
        scene.write("INSERT OR REPLACE INTO T VALUES (9, NULL, 'x', 'x', 'x', 20, 'x')");
        scene.write("INSERT OR REPLACE INTO T VALUES (10, 'x', NULL, 'y', 'y', 21, 'y')");
        scene.write("INSERT OR REPLACE INTO T VALUES (11, 'z', 'z', NULL, 'z', 22, 'z')");
        scene.write("INSERT OR REPLACE INTO T VALUES (12, 'w', 'w', 'w', NULL, 23, 'w')");
        scene.write("INSERT OR REPLACE INTO T VALUES (13, 'v', 'v', 'v', 'v', NULL, 'v')");
        scene.write("INSERT OR REPLACE INTO T VALUES (14, 'u', 'u', 'u', 'u', 24, NULL)");
    });
}

#[test]
fn rows_displaced_by_an_explicit_rowid_are_recorded() {
    let table = "CREATE TABLE T (K TEXT PRIMARY KEY, V INTEGER); CREATE TABLE R (rowid TEXT PRIMARY KEY, V INTEGER);
        INSERT INTO T (rowid, K, V) VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3), (-1, 'm', 4);
        INSERT INTO R (_rowid_, rowid, V) VALUES (1, 'a', 1), (2, 'b', 2)";
    whatever_recursive_triggers(table, |scene| {
        scene.write("INSERT OR REPLACE INTO T (rowid, K, V) VALUES (2, 'x', 9)");
        scene.write("UPDATE OR REPLACE T SET rowid = 3 WHERE K = 'a'");
        scene.write("UPDATE T SET rowid = 77 WHERE K = 'x'");
        scene.write("INSERT INTO T VALUES ('n', 5)");
        scene.write("INSERT OR REPLACE INTO R (oid, rowid, V) VALUES (1, 'y', 9)");
    });
}

#[test]
fn rows_displaced_through_a_key_that_ignores_case_are_recorded() {
    let table = "CREATE TABLE T (K TEXT COLLATE NOCASE PRIMARY KEY, V INTEGER);
        CREATE TABLE W (A INTEGER, K TEXT COLLATE NOCASE, V INTEGER, PRIMARY KEY (A, K)) WITHOUT ROWID;
        INSERT INTO T VALUES ('a', 1), ('b', 2), ('c', 3); INSERT INTO W VALUES (1, 'a', 1), (1, 'b', 2), (2, 'a', 3)";
    whatever_recursive_triggers(table, |scene| {
        for table in ["T (K, V)", "W (A, K, V)"] {
            let own = if table.starts_with('W') { "1, " } else { "" };
            let name = &table[..1];
            scene.write(&format!("REPLACE INTO {table} VALUES ({own}'A', 9)"));
            scene.write(&format!("UPDATE {name} SET K = upper(K)"));
            scene.write(&format!("UPDATE OR REPLACE {name} SET K = 'b' WHERE K = 'A'"));
            scene.write(&format!(
                "INSERT INTO {table} VALUES ({own}'B', 10) ON CONFLICT DO UPDATE SET K = excluded.K, V = excluded.V"
            ));
            scene.write(&format!("INSERT OR IGNORE INTO {table} VALUES ({own}'b', 11)"));
            scene.write(&format!("DELETE FROM {name} WHERE K = 'b'"));
        }
    });
}

#[test]
fn rows_displaced_in_a_table_without_rowids_are_recorded() {
    let table = "CREATE TABLE T (A TEXT, B INTEGER, U TEXT UNIQUE, PRIMARY KEY (A, B)) WITHOUT ROWID;
        INSERT INTO T VALUES ('a', 1, 'x'), ('b', 1, 'y'), ('c', 1, 'z')";
    whatever_recursive_triggers(table, |scene| {
        scene.write("REPLACE INTO T VALUES ('d', 1, 'x')");
        scene.write("UPDATE OR REPLACE T SET U = 'y' WHERE A = 'c'");
        scene.write("UPDATE OR REPLACE T SET A = 'd' WHERE A = 'c'");
    });
}

#[test]
fn what_a_displaced_row_takes_with_it_is_recorded() {
    let tables = "PRAGMA foreign_keys = ON; CREATE TABLE Parent (Id INTEGER PRIMARY KEY, U TEXT UNIQUE);
        CREATE TABLE Child (Id INTEGER PRIMARY KEY, Parent INTEGER REFERENCES Parent (Id) ON DELETE CASCADE);
        CREATE TABLE Orphan (Id INTEGER PRIMARY KEY, Parent INTEGER REFERENCES Parent (Id) ON DELETE SET NULL);
        INSERT INTO Parent VALUES (1, 'a'), (2, 'b'), (3, 'c');
        INSERT INTO Child VALUES (1, 1), (2, 1), (3, 2); INSERT INTO Orphan VALUES (1, 1), (2, 2), (3, 3)";
    whatever_recursive_triggers(tables, |scene| {
        scene.write("PRAGMA foreign_keys = ON; REPLACE INTO Parent VALUES (9, 'a')");
        scene.write("UPDATE OR REPLACE Parent SET U = 'b' WHERE Id = 9");
    });
}

#[test]
fn what_no_trigger_can_see_is_warned_of() {
    let warnings = |table: &str| {
        let database = Database::empty();
        database.execute(table);
        run(&database, "track", &["--all"]) + &run(&database, "check", &[])
    };
    for table in [
        "CREATE TABLE T (Id INTEGER PRIMARY KEY, A TEXT); CREATE UNIQUE INDEX T_A ON T (lower(A))",
        "CREATE TABLE T (K TEXT PRIMARY KEY, A TEXT NOT NULL DEFAULT 'a', G TEXT AS (upper(A)) UNIQUE)",
        "CREATE TABLE T (Id INTEGER PRIMARY KEY, G TEXT AS (Id % 10) UNIQUE)",
    ] {
        assert_eq!(warnings(table).matches("warning: a unique index on ").count(), 2, "{table}");
    }
    assert!(!warnings("CREATE TABLE T (K TEXT PRIMARY KEY, A TEXT, G TEXT AS (upper(A)) UNIQUE)").contains("warning"));
}
