//! A server that fails: before the first byte of an answer it is asked again, after it the body is cut off.

use super::database::Database;
use super::incident::Trouble::{Fails, FailsAfter, HangsUp, HangsUpAfter};
use super::served::{Served, Setup, USUAL, assert_cut_off, binary, orders, wide};
use super::statement::Part::{Abandon, Catalog, Changes, Close, Count, Entities, History, Open};
use super::table::Change;
use crate::support::process::Process;
use crate::tds::Fault;

/// Deadlock victim, snapshot conflict, and Azure SQL that is busy, moving, or out of workers.
const PASSING: [u32; 5] = [1205, 3960, 40501, 40613, 10928];

#[test]
fn what_passes_is_tried_again_and_the_client_does_not_notice() {
    std::thread::scope(|scope| {
        for number in PASSING {
            scope.spawn(move || {
                let served = Served::of(orders());
                served.database.fails(Entities, number);
                let (answer, parts) = served.parts_of(|| served.client.track("/odata/Orders").expect(200));
                assert_eq!(answer.value().len(), 3, "{number}");
                let [first, second] =
                    [[(Open, 1), (History, 1), (Entities, 1)], [(Open, 2), (History, 2), (Entities, 2)]];
                assert_eq!(parts[..6], [first, second].concat()[..], "{number}");
                assert_eq!(parts[6..], [(Close, 2)], "{number}");
            });
        }
    });
}

#[test]
fn each_statement_of_a_read_may_fail_and_be_tried_again() {
    std::thread::scope(|scope| {
        for part in [Open, History, Count] {
            scope.spawn(move || {
                let served = Served::of(orders());
                served.database.fails(part, 1205);
                let answer = served.client.track("/odata/Orders?$count=true").expect(200);
                assert_eq!(answer.value().len(), 3, "{part:?}");
                assert!(served.database.is_quiet());
            });
        }
    });
}

#[test]
fn so_may_the_catalog() {
    let database = Database::of([orders()]);
    database.fails(Catalog, 40613);
    let served = Served::with(database, USUAL);
    assert!(served.database.is_quiet());
    served.get("/odata/Orders").expect(200);
}

/// The words may hold values of rows, as those of 245 do. The driver would tell them too.
#[test]
fn the_log_has_the_number_of_an_error_and_its_words_only_where_they_are_known_to_hold_no_values() {
    let database = Database::of([orders()]);
    let peer = database.settings().start();
    let folder = tempfile::tempdir().unwrap();
    let mut command = binary(folder.path(), &peer, &["serve"]);
    command.env("DELTALINK_LOG", "trace");
    let (process, client) = Process::serving(command);
    database.trouble(Entities, Fails(Fault::new(245, "Conversion failed: 'the secret name'").class(17)));
    client.get("/odata/Orders").expect(503);
    let log = process.stop().expect(0).err;
    assert!(log.contains("SQL Server error 245, state 1, severity 17") && !log.contains("secret name"), "{log}");
}

#[test]
fn what_does_not_pass_is_told_without_the_words_of_the_server() {
    let served = Served::of(orders());
    for (number, advice) in [(229, "lacks a permission"), (3952, "ALLOW_SNAPSHOT_ISOLATION"), (3958, "tempdb")] {
        served.database.fails(Entities, number);
        let answer = served.get("/odata/Orders").expect(503);
        assert!(answer.header("Retry-After").is_some());
        assert!(answer.text().contains(advice) && !answer.text().contains("secret"), "{}", answer.text());
        assert!(served.database.is_quiet());
    }
    served.get("/odata/Orders").expect(200);
}

#[test]
fn after_the_first_rows_the_body_is_cut_off() {
    let served = Served::of(wide());
    for number in PASSING {
        served.database.trouble(Entities, FailsAfter(4000, Fault::new(number, "the secret name")));
        assert_cut_off(&served.octets("/odata/Wide"));
        assert!(served.database.is_quiet());
    }
    served.database.trouble(Entities, HangsUpAfter(4000));
    assert_cut_off(&served.octets("/odata/Wide"));
    assert!(served.octets("/odata/Wide").whole);
}

#[test]
fn so_is_that_of_a_delta() {
    let served = Served::of(wide());
    let link = served.latest("Wide");
    served.database.change(|state| {
        state.version = 11;
        let rows: Vec<_> = state.only().rows.iterate().collect();
        state.only().changes = rows.into_iter().map(|row| Change { version: 11, gone: false, row }).collect();
    });
    served.database.trouble(Changes, FailsAfter(4000, Fault::new(1205, "the secret name")));
    assert_cut_off(&served.octets(&link));
    served.database.trouble(Changes, HangsUpAfter(4000));
    assert_cut_off(&served.octets(&link));
    assert!(served.octets(&link).whole);
}

#[test]
fn a_commit_that_fails_behind_the_rows_takes_nothing_away() {
    let served = Served::of(wide());
    served.database.fails(Close, 3960);
    assert!(served.octets("/odata/Wide").whole);
    assert!(served.octets("/odata/Wide").whole);
}

#[test]
fn without_snapshots_an_answer_that_clean_up_has_overtaken_is_cut_off() {
    let served = Served::with(Database::of([wide()]), Setup { snapshots: false, ..USUAL });
    let link = served.latest("Wide");
    served.database.change(|state| {
        state.version = 11;
        let rows: Vec<_> = state.only().rows.iterate().collect();
        state.only().changes = rows.into_iter().map(|row| Change { version: 11, gone: false, row }).collect();
    });
    served.database.meanwhile(Changes, |state| state.only().min_valid_version = Some(11));
    assert_cut_off(&served.octets(&link));
    assert_eq!(served.octets(&link).status, 410);
}

#[test]
fn a_server_that_hangs_up_before_the_first_byte_is_asked_on_another_connection() {
    std::thread::scope(|scope| {
        for part in [Open, History, Entities] {
            scope.spawn(move || {
                let served = Served::of(orders());
                served.database.trouble(part, HangsUp);
                let (_, parts) = served.parts_of(|| served.client.track("/odata/Orders").expect(200));
                assert_eq!(parts.last(), Some(&(Close, 2)), "{part:?}");
                assert!(parts.iter().all(|(part, _)| *part != Abandon));
            });
        }
    });
}

#[test]
fn a_connection_that_ends_while_it_is_idle_is_not_noticed_by_clients() {
    let served = Served::of(orders());
    served.get("/odata/Orders").expect(200);
    served.peer.disconnect_all();
    let (_, parts) = served.parts_of(|| served.get("/odata/Orders").expect(200));
    assert_eq!(parts, [(Open, 2), (Entities, 2), (Close, 2)]);
}

#[test]
fn a_server_that_is_stopped_and_started_again_is_survived() {
    let mut served = Served::of(orders());
    served.get("/odata/Orders").expect(200);
    served.peer.stop();
    let answer = served.get("/odata/Orders").expect(503);
    assert!(answer.header("Retry-After").is_some());
    assert!(answer.text().contains("cannot be reached"), "{}", answer.text());
    served.peer.restart();
    assert_eq!(served.get("/odata/Orders").expect(200).value().len(), 3);
}
