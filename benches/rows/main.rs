//! How many rows a second become JSON: from SQL Server's protocol, and the same rows from a SQLite file.
//!
//! What is measured is the backend and the writer, without HTTP. The two are read in turn, and what counts is their ratio:
//! see `docs/benchmarks.md`. `cargo bench --bench rows -- WORD` runs only what has the word in its name, for a profiler.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made ends the run")]

mod file;
mod gateway;
mod orders;
mod server;
mod support;
#[path = "../../tests/it/tds/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the peer can do more than is needed here")]
mod tds;
mod timing;

use std::time::Duration;

use file::File;
use gateway::Gateway;
use orders::{COLUMNS, Order, wire_columns};
use server::Driver;
use tds::{Peer, Prepared};
use timing::Contest;
use tokio::runtime::Runtime;

const ROWS: u32 = 200_000;
const PAGE: u32 = 5_000;
const ROUNDS: usize = 9;

fn main() {
    let runtime = Runtime::new().unwrap();
    let file = File::new(
        COLUMNS.map(|(name, declared, _)| (name, declared)),
        (1..=ROWS).map(|number| Order::new(number).stored()),
    );
    let catalog = runtime.block_on(file.catalog());
    let sqlite = Gateway::new(file.backend(), &catalog);
    let catalog = server::catalog(catalog, COLUMNS.map(|(.., declared)| declared));

    println!("{ROWS} orders of {} columns, {ROUNDS} rounds; thousands of rows a second, medians\n", COLUMNS.len());
    for (title, page, sent) in [("pages of 5,000", PAGE, PAGE + 1), ("one answer", ROWS, ROWS)] {
        let peer = peer(sent);
        let server = Gateway::new(server::backend(&peer), &catalog);
        let octets = runtime.block_on(same_answer(&sqlite, &server, page));
        println!("{title}: {} octets of JSON a row", octets / page as usize);
        contest(&runtime, page, &sqlite, &server, &peer).run(ROUNDS, ROWS);
    }
}

/// Sends the first orders, so many.
fn peer(rows: u32) -> Peer {
    server::start(Prepared::new(&wire_columns(), (1..=rows).map(|number| Order::new(number).sent())))
}

/// The octets of an answer, which is the same from both but for the signature of its link.
async fn same_answer(sqlite: &Gateway, server: &Gateway, page: u32) -> usize {
    let [left, right] = [sqlite.text(page).await, server.text(page).await];
    let rows = |text: &str| text.find("\"@odata.nextLink\"").unwrap_or(text.len());
    assert!(left[..rows(&left)] == right[..rows(&right)], "{}\n{}", &left[..1000], &right[..1000]);
    left.len()
}

/// Each side reads all orders, page by page.
fn contest<'a>(runtime: &'a Runtime, page: u32, sqlite: &'a Gateway, server: &'a Gateway, peer: &Peer) -> Contest<'a> {
    let pages = ROWS / page;
    let reads = move |gateway: &'a Gateway| {
        move || {
            runtime.block_on(async {
                for _ in 0..pages {
                    gateway.read(page).await;
                }
            });
        }
    };
    let mut driver = runtime.block_on(Driver::connect(peer));
    let alone = move || {
        runtime.block_on(async {
            for _ in 0..pages {
                driver.read().await;
            }
        });
    };
    let mut contest = Contest::new(Duration::from_millis(300));
    contest.enter("SQLite", reads(sqlite));
    contest.enter("SQL Server", reads(server));
    contest.enter("driver alone", alone);
    contest
}
