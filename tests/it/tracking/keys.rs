//! Keys of every type, keys that change, and keys that are not what their column says.

use super::{Scene, whatever_recursive_triggers};
use crate::support::replica::Replica;

#[test]
fn a_changed_key_is_a_deletion_and_an_addition() {
    let table = "CREATE TABLE T (A INTEGER, B TEXT, V TEXT, PRIMARY KEY (A, B)); CREATE TABLE I (Id INTEGER PRIMARY KEY, V TEXT);
        INSERT INTO T VALUES (1, 'a', 'x'), (1, 'b', 'y'), (2, 'a', 'z'); INSERT INTO I VALUES (1, 'x'), (2, 'y'), (3, 'z')";
    whatever_recursive_triggers(table, |scene| {
        scene.write("UPDATE T SET B = 'c' WHERE A = 1 AND B = 'b'");
        scene.write("UPDATE T SET A = A + 10");
        scene.write("UPDATE T SET B = 'C' WHERE B = 'c'");
        scene.write("UPDATE I SET Id = -Id");
        scene.write("UPDATE I SET rowid = rowid + 10");
        scene.write("BEGIN; UPDATE I SET Id = 100 WHERE Id = 9; UPDATE I SET Id = 9 WHERE Id = 8; UPDATE I SET Id = 8 WHERE Id = 100; COMMIT");
        scene.write("UPDATE T SET A = 1, B = 'q' WHERE A = 12; UPDATE T SET A = 12, B = 'a' WHERE A = 1");
    });
}

#[test]
fn an_update_of_nothing_is_harmless() {
    whatever_recursive_triggers(
        "CREATE TABLE T (Id INTEGER PRIMARY KEY, V TEXT); INSERT INTO T VALUES (1, 'x')",
        |scene| {
            scene.write("UPDATE T SET V = 'y' WHERE Id = 99; DELETE FROM T WHERE Id = 99");
            scene.write("UPDATE T SET V = V, Id = Id");
            scene.write("INSERT INTO T SELECT * FROM T WHERE 0");
            scene.write("INSERT INTO T VALUES (2, 'b'); DELETE FROM T WHERE Id = 2");
        },
    );
}

#[test]
fn keys_of_every_type_are_followed() {
    let tables = "CREATE TABLE Guid (K UUID PRIMARY KEY, V TEXT); CREATE TABLE Day (K DATE PRIMARY KEY, V TEXT); CREATE TABLE Flag (K BOOLEAN PRIMARY KEY, V TEXT);
        CREATE TABLE Money (K DECIMAL(10,2) PRIMARY KEY, V TEXT); CREATE TABLE Word (K VARCHAR(20) PRIMARY KEY, V TEXT); CREATE TABLE Small (K SMALLINT PRIMARY KEY, V TEXT);
        CREATE TABLE Moment (K DATETIME PRIMARY KEY, V TEXT); CREATE TABLE Clock (K TIME PRIMARY KEY, V TEXT); CREATE TABLE Label (K STRING PRIMARY KEY, V TEXT);
        CREATE TABLE Mixed (A INTEGER, B UUID, C DATE, D DECIMAL(10,2), E TEXT, V TEXT, PRIMARY KEY (E, D, C, B, A));
        INSERT INTO Guid VALUES ('0f000000-0000-0000-0000-0000000000a0', 'a'), (x'6f9619ff8b86d011b42d00cf4fc964ff', 'b'), ('12345678-1234-1234-1234-123456789012', 'c');
        INSERT INTO Day VALUES ('2024-02-29', 'a'), ('1999-12-31', 'b'); INSERT INTO Flag VALUES (0, 'a'), (1, 'b'); INSERT INTO Money VALUES (1, 'a'), (1.1, 'b'), (-0.5, 'c');
        INSERT INTO Word VALUES ('5', 'a'), ('05', 'b'), ('5.0', 'c'), ('', 'd'), ('a''b/c,d=e', 'e'), ('Größe', 'f'), ('1e3', 'g'); INSERT INTO Small VALUES (-5, 'a'), (300, 'b');
        INSERT INTO Moment VALUES ('2024-02-29 08:30:00', 'a'); INSERT INTO Clock VALUES ('08:30:00', 'a'); INSERT INTO Label VALUES ('0010', 'a'), ('abc', 'b'), (7, 'c');
        INSERT INTO Mixed VALUES (1, '0f000000-0000-0000-0000-0000000000a0', '2024-02-29', 1.25, 'x', 'a'), (2, '0f000000-0000-0000-0000-0000000000a0', '2024-02-29', 1.25, 'x', 'b')";
    whatever_recursive_triggers(tables, |scene| {
        for table in ["Guid", "Day", "Flag", "Money", "Word", "Small", "Moment", "Clock", "Label", "Mixed"] {
            scene.write(&format!("UPDATE {table} SET V = V || '!'"));
        }
        scene.write("UPDATE Guid SET K = '11111111-1111-1111-1111-111111111111' WHERE V = 'b!'; DELETE FROM Guid WHERE V = 'c!'");
        scene.write("UPDATE Day SET K = '2000-01-01' WHERE V = 'b!'; INSERT INTO Day VALUES ('2001-01-01', 'n')");
        scene.write("DELETE FROM Flag WHERE K = 1");
        scene.write("UPDATE Money SET K = K + 0.01; INSERT INTO Money VALUES ('2.50', 'n'), ('3', 'n')");
        scene.write("INSERT INTO Word VALUES (6, 'n'), (6.5, 'n'); UPDATE Word SET K = 7 WHERE K = '5'; DELETE FROM Word WHERE K IN ('05', '', 'a''b/c,d=e')");
        scene.write("INSERT OR REPLACE INTO Word VALUES (7, 'again'); REPLACE INTO Word VALUES ('7', 'and again')");
        scene.write(
            "DELETE FROM Small WHERE K = -5; DELETE FROM Moment; DELETE FROM Clock; DELETE FROM Label WHERE K = 10",
        );
        scene.write("UPDATE Label SET K = '7.50' WHERE K = 7; INSERT INTO Label VALUES (7, 'x')");
        scene.write("UPDATE Mixed SET D = 2, C = '2025-01-01' WHERE A = 1; DELETE FROM Mixed WHERE A = 2");
    });
}

#[test]
fn a_guid_that_looks_like_a_number_never_hides_another_row() {
    let mut scene = Scene::of(
        "CREATE TABLE T (K UUID PRIMARY KEY, V TEXT); INSERT INTO T VALUES ('0f000000-0000-0000-0000-0000000000a0', 'a')",
    );
    // Columns declared UUID turn these into numbers, which are no GUIDs: rows without an identity, which are left out.
    let numbers = "'12345678901234567890123456789012', '12345678901234567890123456789013', '1234567890123456e12345678901234a', '00000000000000000000000000000e12'";
    for number in numbers.split(", ") {
        scene.writer.execute_batch(&format!("INSERT OR IGNORE INTO T VALUES ({number}, 'number')")).unwrap();
    }
    scene
        .writer
        .execute_batch("INSERT INTO T VALUES ('ffffffff-0000-0000-0000-0000000000a0', 'z'); UPDATE T SET V = V || '!'")
        .unwrap();
    let client = scene.client();
    for copy in &mut scene.copies[0].eager {
        copy.sync(&client);
        let mut fresh = Replica::new("T", &["K"], Some(1));
        fresh.sync(&client);
        assert_eq!(copy.rows, fresh.rows);
        assert!(copy.rows.values().any(|row| row["V"] == "z!") && copy.rows.values().any(|row| row["V"] == "a!"));
    }
}

#[test]
fn keys_that_differ_only_in_their_octets_are_two() {
    let tables = "CREATE TABLE T (K TEXT PRIMARY KEY, V INTEGER); CREATE TABLE N (A INTEGER, K TEXT COLLATE NOCASE, V INTEGER, PRIMARY KEY (A, K));
        INSERT INTO T VALUES ('a', 1), ('A', 2), ('a ', 3), ('ä', 4), ('Ä', 5); INSERT INTO N VALUES (1, 'a', 1), (2, 'A', 2), (3, 'ä', 3)";
    whatever_recursive_triggers(tables, |scene| {
        scene.write("DELETE FROM T WHERE K = 'A'");
        scene.write("UPDATE T SET K = 'A' WHERE K = 'a'");
        scene.write("UPDATE T SET K = 'a' WHERE K = 'a '");
        scene.write("UPDATE N SET K = 'A' WHERE A = 1");
        scene.write("UPDATE N SET V = 9; UPDATE N SET K = lower(K)");
        scene.write("DELETE FROM N WHERE K = 'A'");
    });
}

#[test]
fn keys_that_are_two_only_for_their_index_are_two_on_every_page() {
    let tables = "CREATE TABLE T (K TEXT COLLATE NOCASE, V INTEGER, PRIMARY KEY (K COLLATE BINARY));
        CREATE TABLE W (A TEXT COLLATE RTRIM, B TEXT COLLATE NOCASE, V INTEGER, PRIMARY KEY (A COLLATE NOCASE, B COLLATE BINARY)) WITHOUT ROWID;
        CREATE TABLE N (K TEXT, V INTEGER, PRIMARY KEY (K COLLATE NOCASE));
        INSERT INTO T VALUES ('a', 1), ('A', 2), ('b', 3), ('B', 4); INSERT INTO N VALUES ('a', 1), ('B', 2), ('c', 3);
        INSERT INTO W VALUES ('x', 'a', 1), ('x ', 'a', 2), ('x', 'A', 3), ('y', 'a', 4), ('x ', 'A', 5)";
    whatever_recursive_triggers(tables, |scene| {
        scene.write("UPDATE T SET V = V + 1; UPDATE W SET V = V + 1; UPDATE N SET V = V + 1");
        scene.write("DELETE FROM T WHERE K = 'A' COLLATE BINARY; UPDATE T SET K = 'A' WHERE V = 2; UPDATE W SET B = upper(B) WHERE A = 'y'");
        scene.write("REPLACE INTO N VALUES ('A', 9), ('b', 9); UPDATE N SET K = upper(K)");
    });
}

#[test]
fn rows_without_a_whole_key_come_and_go_with_it() {
    let tables = "CREATE TABLE T (K TEXT PRIMARY KEY, V INTEGER); CREATE TABLE C (A INTEGER, B TEXT, V INTEGER, PRIMARY KEY (A, B));
        INSERT INTO T VALUES (NULL, 1), (NULL, 2), ('a', 3); INSERT INTO C VALUES (1, NULL, 1), (NULL, 'b', 2), (NULL, NULL, 3), (1, 'a', 4)";
    whatever_recursive_triggers(tables, |scene| {
        scene.write("UPDATE T SET V = V + 1; UPDATE C SET V = V + 1");
        scene.write(
            "UPDATE T SET K = 'n' WHERE V = 2; UPDATE C SET B = 'x' WHERE V = 2; UPDATE C SET A = 5 WHERE V = 3",
        );
        scene.write("UPDATE T SET K = NULL WHERE V IN (2, 4); UPDATE C SET A = NULL WHERE V IN (2, 5)");
        scene.write("DELETE FROM T; DELETE FROM C");
    });
}

#[test]
fn keys_that_are_not_of_their_type_come_and_go_with_it() {
    let mut scene =
        Scene::of("CREATE TABLE T (K INT PRIMARY KEY, V TEXT); CREATE TABLE W (K VARCHAR(3) PRIMARY KEY, V TEXT)");
    let client = scene.client();
    for (sql, numbers, words) in [
        (
            "INSERT INTO T VALUES ('x', 'a'), (5, 'b'), (1.5, 'c'), (x'00', 'd'); INSERT INTO W VALUES ('long', 'a'), ('ok', 'b'), (x'00', 'c')",
            1,
            2,
        ),
        ("UPDATE T SET V = V || '!'; UPDATE W SET V = V || '!'", 1, 2),
        (
            "UPDATE T SET K = 6 WHERE K = 'x'; UPDATE T SET K = 'y' WHERE K = 5; UPDATE W SET K = 'now' WHERE K = 'long'",
            1,
            2,
        ),
        ("DELETE FROM T WHERE typeof(K) <> 'integer'; DELETE FROM W WHERE typeof(K) <> 'text'", 1, 2),
        ("DELETE FROM T; DELETE FROM W", 0, 0),
    ] {
        scene.writer.execute_batch(sql).unwrap();
        for (copies, expected) in scene.copies.iter_mut().zip([numbers, words]) {
            for copy in &mut copies.eager {
                copy.sync(&client);
                assert_eq!(copy.rows.len(), expected, "{} after {sql}", copies.table);
            }
        }
    }
}

#[test]
fn a_page_that_ends_at_a_key_that_is_not_text_goes_on_behind_it() {
    let mut scene =
        Scene::of("CREATE TABLE T (K TEXT PRIMARY KEY, V TEXT); CREATE TABLE I (K INT PRIMARY KEY, V TEXT)");
    scene
        .writer
        .execute_batch(
            "INSERT INTO T VALUES ('a', '1'), (CAST(x'61ff' AS TEXT), '2'), ('b', '3'), (x'61', '4'), (x'62', '5'), ('z', '6');
             INSERT INTO I VALUES (1, '1'), (1.5, '2'), (2, '3'), ('x', '4'), (x'00', '5'), (9, '6')",
        )
        .unwrap();
    let client = scene.client();
    for (table, expected) in [("T", 3), ("I", 3)] {
        for size in 1..=6 {
            let mut fresh = Replica::new(table, &["K"], Some(size));
            fresh.sync(&client);
            assert_eq!(fresh.rows.len(), expected, "{table} in pages of {size}: {:?}", fresh.rows);
        }
    }
    for copies in &mut scene.copies {
        for copy in &mut copies.eager {
            copy.sync(&client);
            assert_eq!(copy.rows.len(), 3, "{}", copies.table);
        }
    }
}
