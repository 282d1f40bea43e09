//! Every conflict clause, given with a statement or declared with a constraint.

use super::whatever_recursive_triggers;

const TABLE: &str =
    "CREATE TABLE T (Id INTEGER PRIMARY KEY, U TEXT UNIQUE, N INTEGER NOT NULL DEFAULT 7, C INTEGER CHECK (C < 100));
    INSERT INTO T VALUES (1, 'a', 1, 1), (2, 'b', 2, 2), (3, 'c', 3, 3), (4, NULL, 4, 4)";

#[test]
fn inserting_or_replacing_is_recorded() {
    whatever_recursive_triggers(TABLE, |scene| {
        scene.write("INSERT OR REPLACE INTO T VALUES (1, 'a', 10, 1)");
        scene.write("REPLACE INTO T VALUES (2, 'c', 20, 1)");
        scene.write("INSERT OR REPLACE INTO T VALUES (9, 'a', 90, 1)");
        scene.write("INSERT OR REPLACE INTO T (U, N) VALUES ('a', 91), ('a', 92), ('c', NULL)");
        scene.write("INSERT OR REPLACE INTO T SELECT Id + 1, U, N, C FROM T");
        scene.refused("INSERT OR REPLACE INTO T VALUES (9, 'a', 90, 100)");
    });
}

#[test]
fn inserting_or_ignoring_is_recorded() {
    whatever_recursive_triggers(TABLE, |scene| {
        scene.write("INSERT OR IGNORE INTO T VALUES (1, 'x', 1, 1), (5, 'a', 1, 1), (6, 'z', 1, 1), (7, 'y', NULL, 1)");
        scene.write("INSERT OR IGNORE INTO T VALUES (1, 'a', 5, 5)");
        scene.write("INSERT OR IGNORE INTO T VALUES (8, 'w', 5, 500)");
    });
}

#[test]
fn refused_inserts_leave_what_their_clause_leaves() {
    for (clause, left) in [("ABORT", 4), ("FAIL", 5), ("ROLLBACK", 4)] {
        whatever_recursive_triggers(TABLE, |scene| {
            scene.refused(&format!("INSERT OR {clause} INTO T VALUES (5, 'e', 5, 5), (6, 'a', 6, 6), (7, 'g', 7, 7)"));
            let rows: i64 = scene.writer.query_row("SELECT count(*) FROM T", [], |row| row.get(0)).unwrap();
            assert_eq!(rows, left, "OR {clause}");
            scene.write("INSERT INTO T (U) VALUES ('h')");
        });
    }
}

#[test]
fn a_statement_that_rolls_its_transaction_back_takes_its_versions_back() {
    whatever_recursive_triggers(TABLE, |scene| {
        scene.refused("BEGIN; UPDATE T SET N = 50; INSERT OR ROLLBACK INTO T VALUES (1, 'q', 1, 1)");
        assert!(scene.writer.is_autocommit());
        scene.write("UPDATE T SET N = 60 WHERE Id = 2");
    });
}

#[test]
fn updating_with_every_clause_is_recorded() {
    whatever_recursive_triggers(TABLE, |scene| {
        scene.write("UPDATE OR REPLACE T SET U = 'a' WHERE Id = 3");
        scene.write("UPDATE OR REPLACE T SET Id = 2 WHERE Id = 3");
        scene.write("UPDATE OR REPLACE T SET N = NULL WHERE Id = 4");
        scene.write("INSERT INTO T VALUES (5, 'e', 5, 5), (6, 'f', 6, 6)");
        scene.write("UPDATE OR IGNORE T SET U = 'f' WHERE Id > 1");
        scene.write("UPDATE OR IGNORE T SET Id = 6 WHERE Id < 6");
        scene.refused("UPDATE OR FAIL T SET U = 'k', N = 70");
        scene.refused("UPDATE OR ABORT T SET U = 'l', N = 71");
        scene.refused("UPDATE OR ROLLBACK T SET U = 'm', N = 72");
        scene.write("UPDATE OR REPLACE T SET U = 'n'");
    });
}

#[test]
fn clauses_declared_with_constraints_are_recorded() {
    let table = "CREATE TABLE T (A INTEGER, B TEXT, U TEXT UNIQUE ON CONFLICT REPLACE, I TEXT UNIQUE ON CONFLICT IGNORE,
                                 N TEXT NOT NULL ON CONFLICT REPLACE DEFAULT 'n', PRIMARY KEY (A, B) ON CONFLICT REPLACE, UNIQUE (N, I) ON CONFLICT REPLACE);
        INSERT INTO T VALUES (1, 'a', 'ua', 'ia', 'na'), (2, 'b', 'ub', 'ib', 'nb'), (3, 'c', 'uc', 'ic', 'nc')";
    whatever_recursive_triggers(table, |scene| {
        scene.write("INSERT INTO T VALUES (1, 'a', 'new', 'new', 'x')");
        scene.write("INSERT INTO T VALUES (4, 'd', 'ub', NULL, NULL)");
        scene.write("INSERT INTO T VALUES (5, 'e', NULL, 'ic', 'z')");
        scene.write("UPDATE T SET U = 'new' WHERE A = 3");
        scene.write("UPDATE T SET A = 3, B = 'c' WHERE A = 4");
        scene.write("UPDATE T SET N = NULL");
        scene.write("INSERT OR IGNORE INTO T VALUES (3, 'c', 'uc', 'q', 'q')");
    });
}

#[test]
fn an_integer_key_that_replaces_on_conflict_is_recorded() {
    let table =
        "CREATE TABLE T (Id INTEGER PRIMARY KEY ON CONFLICT REPLACE, V TEXT); INSERT INTO T VALUES (1, 'a'), (2, 'b')";
    whatever_recursive_triggers(table, |scene| {
        scene.write("INSERT INTO T VALUES (1, 'A')");
        scene.write("UPDATE T SET Id = 2 WHERE Id = 1");
    });
}

#[test]
fn upserts_are_recorded() {
    let table = "CREATE TABLE T (A INTEGER, B TEXT COLLATE NOCASE, U TEXT UNIQUE, R TEXT UNIQUE ON CONFLICT REPLACE, N INTEGER, PRIMARY KEY (A, B));
        INSERT INTO T VALUES (1, 'a', 'ua', 'ra', 1), (2, 'b', 'ub', 'rb', 2), (3, 'c', 'uc', 'rc', 3)";
    whatever_recursive_triggers(table, |scene| {
        scene.write("INSERT INTO T VALUES (1, 'A', 'x', 'x', 9) ON CONFLICT (A, B) DO UPDATE SET N = excluded.N");
        scene.write("INSERT INTO T VALUES (1, 'A', 'x', 'x', 9) ON CONFLICT (A, B) DO UPDATE SET B = excluded.B");
        scene.write(
            "INSERT INTO T VALUES (8, 'h', 'ub', 'x', 9) ON CONFLICT (U) DO UPDATE SET A = excluded.A, B = 'new'",
        );
        scene.write("INSERT INTO T VALUES (1, 'a', 'x', 'x', 9) ON CONFLICT DO NOTHING");
        scene.write("INSERT INTO T VALUES (7, 'g', 'uc', 'x', 9) ON CONFLICT (U) DO NOTHING");
        scene.refused("INSERT INTO T VALUES (3, 'c', 'x', 'y', 9) ON CONFLICT (A, B) DO UPDATE SET R = 'ra'");
        scene.write("INSERT INTO T VALUES (4, 'd', 'x', 'ra', 9) ON CONFLICT (A, B) DO UPDATE SET N = 1");
        scene.write("INSERT INTO T VALUES (5, 'e', 'ua', 'y', 9), (6, 'f', 'uf', 'yf', 9) ON CONFLICT (U) DO UPDATE SET N = 10 WHERE N > 100");
        scene.refused("INSERT INTO T VALUES (6, 'f', 'x', 'y', 9) ON CONFLICT (A, B) DO UPDATE SET U = 'uc'");
    });
}
