//! Answers that are longer than one chunk.

use super::{Database, Served};
use crate::support::wire;

const ROWS: usize = 30_000;
/// More connections than the gateway reads with at one time.
const LEAVERS: usize = 80;
const ONE_PAGE: &str = "Prefer: maxpagesize=50000\r\n";

/// An empty table for wide rows, tracked.
fn wide() -> Served {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE Digit (D INT NOT NULL PRIMARY KEY);
         INSERT INTO Digit VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
         CREATE TABLE Wide (Id INT NOT NULL PRIMARY KEY, Filler VARCHAR(250))",
    );
    database.track("Wide");
    Served::with(database, "")
}

/// Rows that are about eight megabytes as JSON.
fn fill(served: &Served) {
    let filler = "0123456789".repeat(25);
    served.execute(&format!(
        "INSERT INTO Wide SELECT a.D + 10 * b.D + 100 * c.D + 1000 * d.D + 10000 * e.D, '{filler}'
         FROM Digit a CROSS JOIN Digit b CROSS JOIN Digit c CROSS JOIN Digit d CROSS JOIN Digit e WHERE e.D < 3"
    ));
}

fn get(served: &Served, path: &str) -> wire::Answer {
    wire::get(served.gateway.address, path, ONE_PAGE)
}

#[track_caller]
fn assert_all_rows(answer: &wire::Answer) {
    assert!(answer.whole, "the answer was cut off");
    let json: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(json["value"].as_array().unwrap().len(), ROWS);
    assert!(answer.chunks > 50, "{} octets in {} chunks", answer.body.len(), answer.chunks);
}

#[test]
fn a_long_page_comes_in_chunks_and_so_does_a_long_delta() {
    let served = wide();
    let link = served.delta_link("/odata/Wide");
    fill(&served);
    assert_all_rows(&get(&served, "/odata/Wide"));
    let delta = get(&served, &super::path_of(&link));
    assert_all_rows(&delta);
    assert!(delta.text().contains("],\"@odata.deltaLink\":\""), "the link comes last");
}

#[test]
fn head_of_a_long_page_has_no_body_and_claims_no_length() {
    let served = wide();
    fill(&served);
    let head = served.ask("HEAD", "/odata/Wide").header("Prefer", "maxpagesize=50000").send().expect(200);
    assert_eq!(head.header("Preference-Applied"), Some("maxpagesize=50000"));
    assert_eq!((head.body.len(), head.header("Content-Length")), (0, None));
}

#[test]
fn readers_that_leave_early_do_no_harm() {
    let served = wide();
    fill(&served);
    for _ in 0..LEAVERS {
        wire::get_and_leave(served.gateway.address, "/odata/Wide", ONE_PAGE, 100_000);
    }
    assert_all_rows(&get(&served, "/odata/Wide"));
}

#[test]
fn readers_at_the_same_time_get_the_same() {
    let served = wide();
    fill(&served);
    let pages: Vec<_> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..4).map(|_| scope.spawn(|| get(&served, "/odata/Wide"))).collect();
        readers.into_iter().map(|reader| reader.join().unwrap()).collect()
    });
    pages.iter().for_each(assert_all_rows);
    assert!(pages.iter().all(|page| page.body == pages[0].body));
}

/// Three long pages.
const BATCH: &str = r#"{"requests":[
    {"id":"1","method":"get","url":"Wide","headers":{"prefer":"maxpagesize=50000"}},
    {"id":"2","method":"get","url":"Wide","headers":{"prefer":"maxpagesize=50000"}},
    {"id":"3","method":"get","url":"Wide","headers":{"prefer":"maxpagesize=50000"}}]}"#;

fn batch(isolation: &str) -> String {
    format!("Content-Type: application/json\r\n{isolation}")
}

#[test]
fn a_long_batch_comes_in_chunks_and_readers_may_leave_it_early() {
    let served = wide();
    fill(&served);
    let address = served.gateway.address;
    for (isolation, leavers) in [("", 5), ("Isolation: snapshot\r\n", LEAVERS)] {
        for _ in 0..leavers {
            wire::post_and_leave(address, "/odata/$batch", &batch(isolation), BATCH, 100_000);
        }
        let answer = wire::post(address, "/odata/$batch", &batch(isolation), BATCH);
        assert!(answer.whole && answer.chunks > 150, "{} octets in {} chunks", answer.body.len(), answer.chunks);
        let json: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let rows = |part: usize| json["responses"][part]["body"]["value"].as_array().unwrap().len();
        assert_eq!([rows(0), rows(1), rows(2)], [ROWS; 3]);
    }
}
