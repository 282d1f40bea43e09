//! One read is one transaction: its statements, their order, and that a connection may be used again.

use super::database::Database;
use super::served::{Served, USUAL, orders};
use super::statement::Part::{self, Changes, ChangesCount, Close, Count, Entities, History, Open};
use super::table::Change;

fn on_first_connection(parts: &[Part]) -> Vec<(Part, u64)> {
    parts.iter().map(|part| (*part, 1)).collect()
}

#[test]
fn a_read_is_one_snapshot_with_its_version_and_history_before_its_rows() {
    let served = Served::of(orders());
    for _ in 0..2 {
        let (answer, parts) = served.parts_of(|| served.client.track("/odata/Orders?$count=true").expect(200));
        assert_eq!(answer.value().len(), 3);
        assert_eq!(answer.json()["@odata.count"], 3);
        assert_eq!(parts, on_first_connection(&[Open, History, Count, Entities, Close]));
    }
}

#[test]
fn a_delta_is_one_snapshot_too() {
    let served = Served::of(orders());
    let link = served.latest("Orders");
    served.database.change(|state| {
        state.version = 12;
        state.only().changes.push(Change { version: 11, gone: false, row: vec![2.into(), "new".into()] });
        state.only().changes.push(Change { version: 12, gone: true, row: vec![3.into(), "".into()] });
    });
    let (answer, parts) = served.parts_of(|| served.get(&link).expect(200));
    assert_eq!(answer.value().len(), 2);
    assert_eq!(parts, on_first_connection(&[Open, History, Changes, Close]));
    let count = link.replace("Orders?", "Orders/$count?");
    let (answer, parts) = served.parts_of(|| served.get(&count).expect(200));
    assert_eq!(answer.text(), "2");
    assert_eq!(parts, on_first_connection(&[Open, History, ChangesCount, Close]));
}

#[test]
fn the_isolation_level_is_set_on_every_use_of_a_connection() {
    let served = Served::of(orders());
    // Only who needs the version asks for it: on a replica the question alone is an error.
    let (version, none) = ("CHANGE_TRACKING_CURRENT_VERSION()", "CAST(NULL AS bigint)");
    for (path, asked) in [
        ("/odata/Orders", none),
        ("/odata/Orders(1)", none),
        ("/odata/Orders/$count", none),
        ("/odata/Orders?$deltatoken=latest", version),
    ] {
        let before = served.asked();
        served.get(path).expect(200);
        let opening = &served.asked_since(before)[0].sql;
        let expected = format!("SET TRANSACTION ISOLATION LEVEL SNAPSHOT;\nBEGIN TRANSACTION;\nSELECT {asked} AS");
        assert!(opening.starts_with(&expected), "{opening}");
    }
    assert_eq!(served.peer.counts().opened, 1);
    let setup = super::served::Setup { snapshots: false, ..USUAL };
    let served = Served::with(Database::of([orders()]), setup);
    served.get("/odata/Orders").expect(200);
    let opening = &served.asked_since(1)[0].sql;
    assert!(opening.starts_with("SET TRANSACTION ISOLATION LEVEL READ COMMITTED;\nBEGIN TRANSACTION;"), "{opening}");
}
