//! Connections that are lent: how long one waits for an answer, and for a connection; and which are not used again.

use std::time::Instant;

use super::database::Database;
use super::incident::Trouble::{NeverAnswers, WaitsAfter};
use super::served::{Served, Setup, USUAL, orders, wide};
use super::statement::Part::{Close, Entities, Open};
use super::table::Rows;
use crate::support::patience::eventually;
use crate::support::wire;
use crate::tds::Signal;

const IMPATIENT: Setup = Setup { options: "Max Pool Size=1;Command Timeout=1", ..USUAL };
/// No time to wait for the only connection.
const ONE: Setup = Setup { options: "Max Pool Size=1;Pool Wait Timeout=0", ..USUAL };

#[test]
fn rows_that_stop_coming_are_given_up_and_so_is_their_connection() {
    let served = Served::with(Database::of([orders()]), IMPATIENT);
    served.database.trouble(Entities, WaitsAfter(2, Signal::default()));
    let begun = Instant::now();
    let answer = served.get("/odata/Orders").expect(503);
    assert!((1..10).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    assert!(answer.header("Retry-After").is_some());
    assert!(answer.text().contains("took too long"), "{}", answer.text());
    eventually(|| (served.peer.counts().cut_short == 1).then_some(()));
    let (_, parts) = served.parts_of(|| served.get("/odata/Orders").expect(200));
    assert_eq!(parts, [(Open, 2), (Entities, 2), (Close, 2)]);
}

#[test]
fn a_statement_that_is_never_answered_is_asked_again_on_another_connection() {
    let served = Served::with(Database::of([orders()]), IMPATIENT);
    served.database.trouble(Entities, NeverAnswers);
    let (_, parts) = served.parts_of(|| served.get("/odata/Orders").expect(200));
    assert_eq!(parts, [(Open, 1), (Entities, 1), (Open, 2), (Entities, 2), (Close, 2)]);
    eventually(|| (served.peer.counts().closed == 1).then_some(()));
}

#[test]
fn when_all_connections_are_in_use_one_is_told_to_come_back() {
    let served = Served::with(Database::of([orders()]), ONE);
    let signal = Signal::default();
    served.database.trouble(Entities, WaitsAfter(0, signal.clone()));
    std::thread::scope(|scope| {
        let held = scope.spawn(|| served.get("/odata/Orders").expect(200));
        eventually(|| (signal.waited_for() == 1).then_some(()));
        let answer = served.get("/odata/Orders").expect(503);
        assert!(answer.header("Retry-After").is_some());
        assert!(answer.text().contains("All connections to the database are in use"), "{}", answer.text());
        signal.give();
        assert_eq!(held.join().unwrap().value().len(), 3);
    });
    served.get("/odata/Orders").expect(200);
    assert_eq!(served.peer.counts().opened, 1);
}

#[test]
fn whoever_may_wait_gets_the_connection_when_it_is_free() {
    let served = Served::of(orders());
    let signal = Signal::default();
    served.database.trouble(Entities, WaitsAfter(0, signal.clone()));
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..3).map(|_| scope.spawn(|| served.get("/odata/Orders").expect(200))).collect();
        eventually(|| (signal.waited_for() == 1).then_some(()));
        signal.give();
        for asking in asking {
            assert_eq!(asking.join().unwrap().value().len(), 3);
        }
    });
    assert_eq!(served.peer.counts().opened, 1);
}

#[test]
fn a_client_that_leaves_in_the_middle_takes_the_connection_with_it() {
    let mut table = wide();
    if let Rows::Made(count, ..) = &mut table.rows {
        *count = 50_000;
    }
    let served = Served::of(table);
    wire::get_and_leave(served.gateway.address, "/odata/Wide", "Prefer: maxpagesize=50000\r\n", 100_000);
    eventually(|| (served.peer.counts().closed == 1).then_some(()));
    assert_eq!(served.peer.counts().cut_short, 1);
    let made = served.database.lock().only().rows.made();
    assert!(made < 50_000, "all rows were made though nobody read them");
    let (_, parts) = served.parts_of(|| served.get("/odata/Wide?$top=1").expect(200));
    assert_eq!(parts, [(Open, 2), (Entities, 2), (Close, 2)]);
}

#[test]
fn pages_and_their_heads_leave_the_connection_to_others() {
    let served = Served::of(wide());
    for _ in 0..3 {
        for method in ["GET", "HEAD"] {
            served.client.ask(method, "/odata/Wide").header("Prefer", "odata.maxpagesize=2").send().expect(200);
        }
    }
    served.get("/odata/Wide(1)").expect(200);
    assert_eq!(served.peer.counts().opened, 1);
}
