//! `deltalink check` on a server: what it finds, and the T-SQL that mends it, line for line.

use super::database::{Database, State};
use super::served::{binary, orders};
use super::statement::{Part, Statement};
use super::table::{Table, column};
use crate::support::process::{Outcome, Process};

/// The outcome for a database with `Orders`, changed.
#[track_caller]
fn check(change: impl FnOnce(&mut State)) -> Outcome {
    let database = Database::of([orders()]);
    database.change(change);
    let peer = database.settings().start();
    let folder = tempfile::tempdir().unwrap();
    let outcome = Process::start(binary(folder.path(), &peer, &["check"])).finish();
    let wrote = |request| Statement::of(request).is_none_or(|statement| statement.part == Part::Script);
    assert!(!peer.requests().iter().any(wrote), "check changes nothing");
    outcome
}

const FINE: &str = "Orders: exposed as Orders, tracked, changes kept for 2days, versions 0 to 10";
const UNTRACKED: &str = "Orders: not exposed: not tracked";
const TRACK_ORDERS: &str = "  ALTER TABLE [dbo].[Orders] ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = OFF);";
const NOTHING: [&str; 2] =
    ["NEEDS MENDING: there is nothing to expose", "  track a table: 'deltalink track' prints the statements"];

/// Asserts that these are all lines, and the exit code.
#[track_caller]
fn assert_lines(outcome: Outcome, code: i32, expected: &[&str]) {
    let outcome = outcome.expect(code);
    assert_eq!(outcome.out.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn where_nothing_is_wrong_it_is_silent() {
    assert_lines(check(|_| {}), 0, &[FINE]);
}

#[test]
fn change_tracking_that_is_off_is_found() {
    let off = check(|state| {
        state.tracking = None;
        *state.only() = orders().untracked();
    });
    let database = [
        "NEEDS MENDING: change tracking is off in the database",
        "  ALTER DATABASE [Shop] SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 7 DAYS, AUTO_CLEANUP = ON);",
    ];
    assert_lines(off, 1, &[&[UNTRACKED, TRACK_ORDERS], &database[..], &NOTHING].concat());
    let off_for_the_table = check(|state| *state.only() = orders().untracked());
    assert_lines(off_for_the_table, 1, &[&[UNTRACKED, TRACK_ORDERS], &NOTHING[..]].concat());
}

#[test]
fn old_changes_that_nothing_removes_are_found() {
    let expected = [
        FINE,
        "NEEDS MENDING: nothing removes old changes: automatic clean-up is off",
        "  ALTER DATABASE [Shop] SET CHANGE_TRACKING (AUTO_CLEANUP = ON);",
    ];
    assert_lines(check(|state| state.tracking = Some((2, "DAYS", false))), 1, &expected);
}

#[test]
fn a_clean_up_that_lags_is_a_warning() {
    let expected = [
        FINE,
        "warning: clean-up lags behind: commits of 7 days ago are still kept. Look for snapshot transactions that stay open, then run EXECUTE sys.sp_flush_commit_table_on_demand;",
    ];
    assert_lines(check(|state| state.oldest_commit = Some(7 * 24 * 3600)), 0, &expected);
    assert_lines(check(|state| state.oldest_commit = Some(6 * 24 * 3600)), 0, &[FINE]);
}

const NO_SNAPSHOTS: [&str; 2] = [
    "NEEDS MENDING: reads cannot have snapshots, so 'serve' refuses unless it is told --without-snapshot",
    "  ALTER DATABASE [Shop] SET ALLOW_SNAPSHOT_ISOLATION ON;",
];

#[test]
fn a_database_without_snapshots_is_found() {
    let outcome = check(|state| state.snapshots = false).expect(1);
    for line in NO_SNAPSHOTS {
        assert!(outcome.out.lines().any(|found| found == line), "{}", outcome.out);
    }
}

#[test]
fn rights_that_are_missing_are_found() {
    let no_select = check(|state| state.only().may_select = false);
    let expected = [
        "Orders: NEEDS MENDING: the login has no SELECT permission on it",
        "  GRANT SELECT ON OBJECT::[dbo].[Orders] TO [deltalink];",
    ];
    assert_lines(no_select, 1, &[&expected[..], &NOTHING].concat());
    let outcome = check(|state| state.only().may_view_changes = false).expect(1);
    let expected = [
        "Orders: NEEDS MENDING: the login may not read its changes",
        "  GRANT VIEW CHANGE TRACKING ON OBJECT::[dbo].[Orders] TO [deltalink];",
    ];
    assert!(outcome.out.ends_with(&(expected.join("\n") + "\n")), "{}", outcome.out);
}

#[test]
fn tables_without_a_usable_key_are_found() {
    let outcome = check(|state| {
        let mut keyless = Table::new("Keyless", &[], vec![column("Id", "int")]).untracked();
        "it's [good]".clone_into(&mut keyless.name);
        keyless.object_id = 2000;
        state.tables.push(keyless);
        let mut octets = Table::new("Octets", &["Id"], vec![column("Id", "binary(4)")]).untracked();
        octets.object_id = 2001;
        state.tables.push(octets);
    });
    let expected = [
        FINE,
        "it's [good]: not exposed: no primary key",
        "  ALTER TABLE [dbo].[it's [good]]] ADD PRIMARY KEY (...);",
        "Octets: not exposed: the key column \"Id\" is binary(4), which cannot be a key in OData",
        "  create it anew with a primary key of declared type: whole numbers, decimals, text, GUIDs, dates or moments",
    ];
    assert_lines(outcome, 0, &expected);
}

#[test]
fn an_identity_that_cannot_be_read_is_found() {
    let neither = check(|state| (state.sees_commits, state.sees_fork) = (false, false));
    let expected = [
        FINE,
        "NEEDS MENDING: after a restore, only the database's date of creation could tell that links have become void: the login may see neither commits nor the recovery fork",
        "  GRANT VIEW DATABASE STATE TO [deltalink];",
    ];
    assert_lines(neither, 1, &expected);
    let fork_only = check(|state| state.sees_commits = false);
    let expected = [
        FINE,
        "warning: the login may not see commits, so a failover may end links that could live on. GRANT VIEW DATABASE STATE TO [deltalink];",
    ];
    assert_lines(fork_only, 0, &expected);
    assert_lines(check(|state| state.sees_fork = false), 0, &[FINE]);
}

#[test]
fn a_replica_that_can_only_be_read_is_found() {
    let outcome = check(|state| state.read_only = true).expect(1);
    let expected = [
        "NEEDS MENDING: the connection reaches a replica that can only be read: changes are followed on the primary only",
        "  take ApplicationIntent=ReadOnly away, or connect to the primary",
    ];
    assert!(outcome.out.contains(&expected.join("\n")), "{}", outcome.out);
    assert!(
        outcome.out.contains("Orders: exposed as Orders, not tracked") && !outcome.out.contains("GRANT"),
        "{}",
        outcome.out
    );
}
