//! A batch in one snapshot: its statements and their order, and what ends it.

use super::database::Database;
use super::served::{Served, Setup, USUAL, orders};
use super::statement::Part::{self, Catalog, Changes, Close, Count, Entities, History, Open};
use super::table::{Change, Table, column};
use crate::support::batch::{get, json, parts, statuses};
use crate::support::client::Answer;

/// Orders, and what belongs to them.
fn two() -> Served {
    Served::with(Database::of([orders(), lines()]), USUAL)
}

fn lines() -> Table {
    let row = |id: i64, product: &str| vec![id.into(), product.into()];
    let columns = vec![column("Id", "int"), column("Product", "nvarchar(40)")];
    Table::new("Lines", &["Id"], columns).rows([row(1, "tea"), row(2, "salt")])
}

/// Both sets with their delta links, and a number.
fn isolated(served: &Served) -> Answer {
    let items = [get("1", "Orders").tracked(), get("2", "Lines").tracked(), get("3", "Orders/$count")];
    json(&served.client, &items).header("Isolation", "snapshot").send()
}

const PATHS: [&str; 3] = ["/odata/Orders", "/odata/Lines", "/odata/Orders/$count"];

fn on(connection: u64, parts: &[Part]) -> Vec<(Part, u64)> {
    parts.iter().map(|part| (*part, connection)).collect()
}

#[test]
fn a_batch_is_one_transaction_that_asks_for_the_version_once_and_checks_every_table() {
    let served = two();
    for _ in 0..2 {
        let before = served.asked();
        let (answer, asked) = served.parts_of(|| isolated(&served).expect(200));
        assert_eq!(statuses(&parts(&answer, &PATHS)), [200, 200, 200]);
        assert_eq!(asked, on(1, &[Open, History, Entities, History, Entities, Count, Close]));
        let opening = &served.asked_since(before)[0].sql;
        let begin = "SET TRANSACTION ISOLATION LEVEL SNAPSHOT;\nBEGIN TRANSACTION;\nSELECT CHANGE_TRACKING_CURRENT_VERSION() AS";
        assert!(opening.starts_with(begin), "{opening}");
        assert_eq!(opening.matches("CHANGE_TRACKING_CURRENT_VERSION").count(), 1);
        assert_eq!(opening.matches("AS signature").count(), 2, "each table once: {opening}");
    }
}

#[test]
fn nobody_asks_for_the_version_where_nothing_is_tracked() {
    let served = two();
    let items = [get("1", "Orders(1)"), get("2", "Lines(2)"), get("3", "$metadata")];
    let before = served.asked();
    json(&served.client, &items).header("Isolation", "snapshot").send().expect(200);
    let asked = served.asked_since(before);
    assert!(asked[0].sql.contains("SELECT CAST(NULL AS bigint) AS current_version"), "{}", asked[0].sql);
    let documents = [get("1", "$metadata"), get("2", "")];
    let (_, asked) =
        served.parts_of(|| json(&served.client, &documents).header("Isolation", "snapshot").send().expect(200));
    assert_eq!(asked, []);
}

#[test]
fn both_links_begin_at_the_version_of_the_snapshot() {
    let served = two();
    // Something commits while the first rows are on their way.
    served.database.meanwhile(Entities, |state| state.version = 11);
    let answer = isolated(&served).expect(200);
    let links: Vec<String> = parts(&answer, &PATHS)[..2].iter().map(|part| part.answer.delta_link()).collect();
    served.database.change(|state| {
        state.version = 12;
        for table in &mut state.tables {
            table.changes.push(Change { version: 11, gone: false, row: vec![1.into(), "newer".into()] });
        }
    });
    let items = [get("1", &links[0]), get("2", &links[1])];
    let (answer, asked) =
        served.parts_of(|| json(&served.client, &items).header("Isolation", "snapshot").send().expect(200));
    for part in parts(&answer, &PATHS) {
        assert_eq!(part.answer.value().len(), 1, "{}", part.answer.text());
    }
    assert_eq!(asked, on(1, &[Open, History, Changes, History, Changes, Close]));
}

#[test]
fn a_table_that_has_become_another_makes_all_plans_anew() {
    let served = two();
    served.database.change(|state| state.tables[1].columns[1] = column("Product", "nvarchar(80)"));
    let (answer, asked) = served.parts_of(|| isolated(&served).expect(200));
    assert_eq!(statuses(&parts(&answer, &PATHS)), [200, 200, 200]);
    let anew = [Open, Part::Abandon, Catalog, Open, History, Entities, History, Entities, Count, Close];
    assert_eq!(asked, on(1, &anew));
}

#[test]
fn an_opening_that_fails_for_a_moment_is_tried_again() {
    let served = two();
    served.database.fails(Open, 1205);
    assert_eq!(statuses(&parts(&isolated(&served).expect(200), &PATHS)), [200, 200, 200]);
}

#[test]
fn a_failure_of_the_database_ends_the_snapshot_and_its_connection() {
    let served = two();
    served.database.fails(Entities, 3961);
    let (answer, asked) = served.parts_of(|| isolated(&served).expect(200));
    assert_eq!(statuses(&parts(&answer, &PATHS)), [503, 503, 503]);
    assert!(!answer.text().contains("secret"), "{}", answer.text());
    assert_eq!(asked, on(1, &[Open, History, Entities]));
    let (answer, asked) = served.parts_of(|| isolated(&served).expect(200));
    assert_eq!(statuses(&parts(&answer, &PATHS)), [200, 200, 200]);
    assert_eq!(asked[0], (Open, 2));
}

#[test]
fn what_is_not_there_leaves_the_snapshot_to_the_others() {
    let served = two();
    let items = [get("1", "Orders(99)"), get("2", "Lines").tracked()];
    let (answer, asked) =
        served.parts_of(|| json(&served.client, &items).header("Isolation", "snapshot").send().expect(200));
    assert_eq!(statuses(&parts(&answer, &["/odata/Orders(99)", "/odata/Lines"])), [404, 200]);
    assert_eq!(asked, on(1, &[Open, Entities, History, Entities, Close]));
}

#[test]
fn without_snapshots_there_is_none_to_share() {
    let served = Served::with(Database::of([orders(), lines()]), Setup { snapshots: false, ..USUAL });
    let (answer, asked) = served.parts_of(|| isolated(&served).expect(412));
    assert_eq!(answer.code(), "IsolationNotSupported");
    assert_eq!(asked, []);
    let items = [get("1", "Orders").tracked(), get("2", "Lines").tracked()];
    let answer = json(&served.client, &items).send().expect(200);
    assert_eq!(statuses(&parts(&answer, &PATHS)), [200, 200]);
}
