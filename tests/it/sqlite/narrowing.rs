//! Conditions that an index can serve find whatever the comparisons beside them find.

use super::Database;
use super::suite::encoded;
use crate::support::client::Client;

fn found(client: &Client, filter: &str) -> Vec<i64> {
    let rows = client.get(&format!("/odata/T?$filter={}", encoded(filter))).expect(200).value();
    rows.iter().map(|row| row["Id"].as_i64().unwrap()).collect()
}

#[test]
fn decimals_are_found_however_many_digits_they_were_written_with() {
    for declared in ["DECIMAL", "NUMERIC(38,9)", "MONEY", "\"DECIMAL(38,9) TEXT\"", "\"NUMERIC(38,9) BLOB\""] {
        let database = Database::empty();
        database.execute(&format!(
            "CREATE TABLE T (Id INTEGER PRIMARY KEY, D {declared}); CREATE INDEX I ON T (D);
             INSERT INTO T VALUES (1, '12.5'), (2, '12.500'), (3, 12.5), (4, '2'), (5, '123456789012.25'), (6, '-0.000000001'), (7, ' 7 '), (8, 0.1 + 0.2)"
        ));
        database.track("T");
        let gateway = database.serve();
        let client = gateway.client();
        let rows = client.get("/odata/T").expect(200).value();
        let values: Vec<(i64, f64)> =
            rows.iter().filter_map(|row| Some((row["Id"].as_i64()?, row["D"].as_f64()?))).collect();
        let expected = |wanted: fn(f64) -> bool| {
            values.iter().filter(|(_, number)| wanted(*number)).map(|(id, _)| *id).collect::<Vec<_>>()
        };
        for (filter, wanted) in [
            ("D eq 12.5", (|number| number.total_cmp(&12.5).is_eq()) as fn(f64) -> bool),
            ("D eq 0.3", |number| number.total_cmp(&0.3).is_eq()),
            ("D ge 12.5", |number| number >= 12.5),
            ("D gt 2", |number| number > 2.0),
            ("D le 12.5", |number| number <= 12.5),
            ("D lt 2", |number| number < 2.0),
            ("D eq 123456789012.25", |number| number.total_cmp(&123_456_789_012.25).is_eq()),
        ] {
            assert_eq!(found(&client, filter), expected(wanted), "{declared}: {filter}");
        }
        assert!(found(&client, "D eq 12.5").len() >= 2);
    }
}

#[test]
fn text_is_found_whatever_the_encoding_of_the_file() {
    for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
        let database = Database::empty();
        std::fs::remove_file(database.path()).unwrap();
        database.execute(&format!(
            "PRAGMA encoding = '{encoding}';
             CREATE TABLE T (Id INTEGER PRIMARY KEY, Name TEXT, Born DATE); CREATE INDEX I ON T (Name); CREATE INDEX J ON T (Born);
             INSERT INTO T VALUES (1, 'ÿx', '2024-02-29'), (2, 'a', '2023-12-31'), (3, '😀!', '2024-03-01'), (4, '\u{d7ff}.', NULL), (5, '', NULL)"
        ));
        database.track("T");
        let gateway = database.serve();
        let client = gateway.client();
        for (filter, expected) in [
            ("startswith(Name,'ÿ')", &[1][..]),
            ("startswith(Name,'😀')", &[3]),
            ("startswith(Name,'\u{d7ff}')", &[4]),
            ("startswith(Name,'')", &[1, 2, 3, 4, 5]),
            ("Name eq 'ÿx'", &[1]),
            ("Name in ('😀!','a')", &[2, 3]),
            ("Born ge 2024-01-01", &[1, 3]),
            ("Born lt 2024-02-29", &[2]),
            ("startswith(Name,'zÿ')", &[]),
        ] {
            assert_eq!(found(&client, filter), expected, "{encoding}: {filter}");
        }
    }
}
