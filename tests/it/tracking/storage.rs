//! Tables of every kind, with names of every kind, in files of every kind.

use rusqlite::types::ValueRef;

use super::{Scene, tables, whatever_recursive_triggers};
use crate::support::sqlite::Database;
use crate::support::table::quoted;

const WRITES: [&str; 6] = [
    "INSERT INTO T (A, B, U) VALUES (9, 'n', 'un')",
    "UPDATE T SET V = 'new' WHERE A < 3",
    "UPDATE T SET A = A + 100 WHERE B = 'c'",
    "REPLACE INTO T (A, B, U) VALUES (10, 'm', 'ua')",
    "UPDATE OR REPLACE T SET U = 'un' WHERE A = 2",
    "DELETE FROM T WHERE A > 9",
];
const ROWS: &str = "INSERT INTO T (A, B, U) VALUES (1, 'a', 'ua'), (2, 'b', 'ub'), (3, 'c', 'uc')";

#[test]
fn tables_of_every_kind_are_followed() {
    for columns in [
        "A INTEGER, B TEXT, U TEXT UNIQUE, V TEXT DEFAULT 'v', PRIMARY KEY (A, B)",
        "A INTEGER, B TEXT, U TEXT UNIQUE, V TEXT DEFAULT 'v', PRIMARY KEY (B DESC, A)) WITHOUT ROWID; SELECT (1",
        "A INTEGER, B TEXT, U TEXT UNIQUE, V TEXT DEFAULT 'v', PRIMARY KEY (A, B)) STRICT; SELECT (1",
        "A INTEGER PRIMARY KEY, B TEXT, U TEXT UNIQUE, V TEXT DEFAULT 'v') STRICT; SELECT (1",
        "A INTEGER PRIMARY KEY AUTOINCREMENT, B TEXT, U TEXT UNIQUE, V TEXT DEFAULT 'v'",
        "A INTEGER PRIMARY KEY DESC, B TEXT, U TEXT UNIQUE, V TEXT DEFAULT 'v'",
        "A INTEGER, B TEXT, U TEXT UNIQUE, V TEXT DEFAULT CURRENT_TIMESTAMP, G TEXT AS (A || B) STORED, H TEXT AS (A || G) UNIQUE, PRIMARY KEY (A))  WITHOUT ROWID; SELECT (1",
        "A INTEGER NOT NULL DEFAULT 5, B TEXT NOT NULL DEFAULT 'x', U TEXT NOT NULL DEFAULT 'u' UNIQUE, V TEXT DEFAULT (upper('v')), PRIMARY KEY (A, B), UNIQUE (U, A), UNIQUE (B, U)",
    ] {
        whatever_recursive_triggers(&format!("CREATE TABLE T ({columns}); {ROWS}"), |scene| {
            for write in WRITES {
                scene.write(write);
            }
            // Refused by those tables whose key the database cannot make up.
            let _ = scene.writer.execute_batch("INSERT INTO T (B, U) VALUES ('auto', 'auto')");
            scene.write("DELETE FROM T");
        });
    }
}

#[test]
fn names_of_every_kind_are_followed() {
    let names = [
        "with space",
        "it's",
        "a \"quoted\" one",
        "[brackets]",
        "`ticks`",
        "Order",
        "select",
        "t",
        "NEW",
        "old",
        "END; x",
        "Größe",
        "名前",
        "a.b",
        "a/b?c#d%e&f",
        "100%",
        "x_x0020_y",
        "{slot}",
        "?1",
        ":name",
        "-- comment",
        "/* no */",
        "semi;colon",
        "k1",
        "nonce",
    ];
    for name in names {
        let [table, key, unique, value] =
            [name.to_owned(), format!("{name} k"), format!("{name} u"), name.to_owned()].map(|name| quoted(&name));
        let index = quoted(&format!("{name} index"));
        let mut scene = Scene::of(&format!(
            "CREATE TABLE {table} ({key} TEXT COLLATE NOCASE, {value} INTEGER, {unique} TEXT, PRIMARY KEY ({key}, {value}));
             CREATE UNIQUE INDEX {index} ON {table} ({unique} COLLATE NOCASE);
             INSERT INTO {table} VALUES ('a', 1, 'x'), ('b', 2, 'y'), ('c', 3, 'z')"
        ));
        assert_eq!(scene.copies.len(), 1, "{name}");
        scene.write(&format!("REPLACE INTO {table} VALUES ('d', 4, 'X')"));
        scene.write(&format!("UPDATE {table} SET {key} = 'B', {value} = 5 WHERE {key} = 'b'"));
        scene.write(&format!("UPDATE OR REPLACE {table} SET {unique} = 'Z' WHERE {value} = 4"));
        scene.write(&format!("DELETE FROM {table}"));
        scene.finish();
    }
}

#[test]
fn a_rollback_journal_is_as_good_as_a_write_ahead_log() {
    for mode in ["DELETE", "TRUNCATE", "PERSIST"] {
        let database = Database::empty();
        database.execute(&format!("PRAGMA journal_mode = {mode}; CREATE TABLE T (A INTEGER, B TEXT, U TEXT UNIQUE, V TEXT, PRIMARY KEY (A, B)); {ROWS}"));
        let mut scene = Scene::on(database);
        for write in WRITES {
            scene.write(write);
        }
        scene.write("PRAGMA journal_mode = WAL");
        scene.write("INSERT INTO T VALUES (5, 'e', 'ue', 've')");
        scene.finish();
    }
}

#[test]
fn vacuum_ends_no_link() {
    let mut scene =
        Scene::of(&format!("CREATE TABLE T (A INTEGER, B TEXT, U TEXT UNIQUE, V TEXT, PRIMARY KEY (A, B)); {ROWS}"));
    scene.write("DELETE FROM T WHERE A = 1");
    scene.write("VACUUM");
    scene.write("UPDATE T SET V = 'x'; VACUUM; ANALYZE; REINDEX; PRAGMA incremental_vacuum");
    scene.write("PRAGMA wal_checkpoint(TRUNCATE)");
    scene.write("INSERT INTO T VALUES (5, 'e', 'ub', 've') ON CONFLICT DO NOTHING; DELETE FROM T");
    scene.finish();
}

#[test]
fn a_file_that_was_dumped_by_vacuum_into_goes_on_with_the_same_history() {
    let mut scene =
        Scene::of(&format!("CREATE TABLE T (A INTEGER, B TEXT, U TEXT UNIQUE, V TEXT, PRIMARY KEY (A, B)); {ROWS}"));
    scene.write("UPDATE T SET V = 'x'");
    let copy = Database { keys: scene.database.keys.clone(), ..Database::empty() };
    std::fs::remove_file(copy.path()).unwrap();
    scene.writer.execute("VACUUM INTO ?1", [copy.path().to_str().unwrap()]).unwrap();
    assert_eq!(tables(&copy), ["T"]);
    let mut moved = Scene::following(copy, "");
    moved.write("REPLACE INTO T VALUES (9, 'n', 'ub', 'v')");
    std::mem::swap(&mut moved.copies, &mut scene.copies);
    moved.compare("the move to another file");
    moved.finish();
}

#[test]
fn nothing_of_a_row_but_its_key_is_recorded() {
    let scene =
        Scene::of("CREATE TABLE T (Id INTEGER PRIMARY KEY, Note TEXT UNIQUE, More BLOB, Same AS (Note || 'x'))");
    for write in [
        "INSERT INTO T (Id, Note, More) VALUES (1, 'hush-a', 'hush-b'), (2, 'hush-c', 'hush-d')",
        "UPDATE T SET Note = 'hush-e' WHERE Id = 1",
        "REPLACE INTO T (Id, Note) VALUES (3, 'hush-c')",
        "DELETE FROM T WHERE Id = 1",
    ] {
        scene.writer.execute_batch(write).unwrap();
    }
    let mut tables = scene
        .writer
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '_deltalink*'")
        .unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(tables.len() > 1, "{tables:?}");
    for table in tables {
        let mut rows = scene.writer.prepare(&format!("SELECT * FROM {}", quoted(&table))).unwrap();
        let count = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..count {
                let text = match row.get_ref(column).unwrap() {
                    ValueRef::Text(octets) | ValueRef::Blob(octets) => String::from_utf8_lossy(octets).into_owned(),
                    _ => continue,
                };
                assert!(!text.contains("hush"), "{table}: {text}");
            }
        }
    }
}
