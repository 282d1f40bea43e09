//! `serve`, `track` and `untrack` on a server: what is refused, printed, and run only when that is asked for.

use super::database::Database;
use super::served::{binary, orders};
use super::statement::{Part, Statement};
use crate::support::process::{Outcome, Process};
use crate::tds::Peer;

const ENABLE_DATABASE: &str =
    "ALTER DATABASE [Shop] SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 7 DAYS, AUTO_CLEANUP = ON);";
const ALLOW_SNAPSHOTS: &str = "ALTER DATABASE [Shop] SET ALLOW_SNAPSHOT_ISOLATION ON;";
const TRACK_ORDERS: &str = "ALTER TABLE [dbo].[Orders] ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = OFF);";
const UNTRACK_ORDERS: &str = "ALTER TABLE [dbo].[Orders] DISABLE CHANGE_TRACKING;";

/// Nothing is switched on in it.
fn bare() -> Database {
    let database = Database::of([orders().untracked()]);
    database.change(|state| (state.tracking, state.snapshots) = (None, false));
    database
}

fn run(database: &Database, arguments: &[&str]) -> (Outcome, Peer) {
    let peer = database.settings().start();
    let folder = tempfile::tempdir().unwrap();
    (Process::start(binary(folder.path(), &peer, arguments)).finish(), peer)
}

/// The statements that changed something, in order, none of them in a transaction.
fn scripts(peer: &Peer) -> Vec<String> {
    let requests = peer.requests();
    let script = |request| Statement::of(request).is_none_or(|statement| statement.part == Part::Script);
    assert!(requests.iter().all(|request| !request.in_transaction));
    requests.iter().filter(|request| script(request)).map(|request| request.sql.trim().to_owned()).collect()
}

#[test]
fn serve_refuses_a_database_without_snapshots_and_says_what_to_run() {
    let database = Database::of([orders()]);
    database.change(|state| state.snapshots = false);
    let (outcome, peer) = run(&database, &["serve"]);
    let error = outcome.expect(1).err;
    assert!(error.contains(&format!("Run {ALLOW_SNAPSHOTS} Or serve with --without-snapshot.")), "{error}");
    assert_eq!(scripts(&peer), [""; 0]);
}

#[test]
fn serve_does_without_snapshots_where_it_is_told_to_and_says_so() {
    let database = Database::of([orders()]);
    database.change(|state| state.snapshots = false);
    let peer = database.settings().start();
    let folder = tempfile::tempdir().unwrap();
    let (process, client) = Process::serving(binary(folder.path(), &peer, &["serve", "--without-snapshot"]));
    client.get("/odata/Orders").expect(200);
    let log = process.stop().expect(0).err;
    assert!(log.contains("reading without snapshots"), "{log}");
    let openings = peer.requests();
    assert!(openings.iter().any(|request| request.sql.contains("ISOLATION LEVEL READ COMMITTED")));
    assert!(openings.iter().all(|request| !request.sql.contains("LEVEL SNAPSHOT")));
}

#[test]
fn track_prints_what_has_to_be_run_and_runs_nothing() {
    let (outcome, peer) = run(&bare(), &["track", "Orders"]);
    let expected =
        ["-- Shop", ENABLE_DATABASE, "GO", "-- Shop", ALLOW_SNAPSHOTS, "GO", "-- Orders", TRACK_ORDERS, "GO"];
    assert_eq!(outcome.expect(0).out.lines().collect::<Vec<_>>(), expected);
    assert_eq!(scripts(&peer), [""; 0]);
}

#[test]
fn track_runs_it_where_that_is_asked_for() {
    let (outcome, peer) = run(&bare(), &["track", "--all", "--apply", "--retention", "36h"]);
    let expected = ["Shop: tracks changes now", "Shop: allows snapshots now", "Orders: is tracked now"];
    assert_eq!(outcome.expect(0).out.lines().collect::<Vec<_>>(), expected);
    let enable = ENABLE_DATABASE.replace("7 DAYS", "36 HOURS");
    assert_eq!(scripts(&peer), [enable.as_str(), ALLOW_SNAPSHOTS, TRACK_ORDERS]);
}

#[test]
fn what_is_tracked_already_stays_as_it_is() {
    let (outcome, peer) = run(&Database::of([orders()]), &["track", "Orders", "--apply"]);
    assert_eq!(outcome.expect(0).out, "Orders: is tracked already\n");
    assert_eq!(scripts(&peer), [""; 0]);
    let (outcome, peer) = run(&Database::of([orders()]), &["track", "Orders", "--apply", "--retention", "3d"]);
    let expected = ["Shop: keeps the changes of all its tables for another time now", "Orders: is tracked already"];
    assert_eq!(outcome.expect(0).out.lines().collect::<Vec<_>>(), expected);
    assert_eq!(scripts(&peer), ["ALTER DATABASE [Shop] SET CHANGE_TRACKING (CHANGE_RETENTION = 3 DAYS);"]);
}

#[test]
fn a_statement_that_is_refused_ends_the_command() {
    let database = bare();
    database.fails(Part::Script, 5011);
    let (outcome, peer) = run(&database, &["track", "--all", "--apply"]);
    assert_eq!(outcome.expect(1).out, "");
    assert_eq!(scripts(&peer), [ENABLE_DATABASE], "what was run once is not run again");
}

#[test]
fn untrack_prints_and_runs_as_track_does() {
    let (outcome, peer) = run(&Database::of([orders()]), &["untrack", "Orders"]);
    assert_eq!(outcome.expect(0).out.lines().collect::<Vec<_>>(), ["-- Orders", UNTRACK_ORDERS, "GO"]);
    assert_eq!(scripts(&peer), [""; 0]);
    let (outcome, peer) = run(&Database::of([orders()]), &["untrack", "--all", "--apply"]);
    assert_eq!(outcome.expect(0).out, "Orders: is not tracked any more\n");
    assert_eq!(scripts(&peer), [UNTRACK_ORDERS]);
    let (outcome, _) = run(&bare(), &["untrack", "Orders", "--apply"]);
    assert_eq!(outcome.expect(0).out, "Orders: is not tracked\n");
}
