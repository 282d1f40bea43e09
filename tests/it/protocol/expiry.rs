//! When a link has expired, and when it has not: what the snapshot says of the history, held against the link.

use deltalink::error::Expiry;

use super::database::{Database, State};
use super::served::{Served, Setup, USUAL, gateway, orders};
use super::statement::Part::{Abandon, Catalog, Changes, Close, Entities, History, Open};

/// A gateway, and a link to what changes after version 10, of whose commit something is known or not.
fn with_link(known: bool) -> (Served, String) {
    let served = Served::of(orders());
    if !known {
        served.database.change(|state| state.commits.clear());
    }
    let link = served.latest("Orders");
    (served, link)
}

/// What becomes of the link after `change`; `None` where it is still good.
#[track_caller]
fn fate(known: bool, change: impl FnOnce(&mut State)) -> Option<String> {
    let (served, link) = with_link(known);
    served.database.change(change);
    reason(&served, &link)
}

#[track_caller]
fn reason(served: &Served, link: &str) -> Option<String> {
    let answer = served.get(link);
    if answer.status == 200 {
        return None;
    }
    let answer = answer.expect(410);
    assert!(answer.header("Location").is_some_and(|location| location.ends_with("/odata/Orders")));
    Some(answer.json()["error"]["details"][0]["code"].as_str().unwrap().to_owned())
}

#[track_caller]
fn assert_fate(known: bool, change: impl FnOnce(&mut State), expected: impl Into<Option<Expiry>>) {
    assert_eq!(fate(known, change).as_deref(), expected.into().map(Expiry::code));
}

#[test]
fn a_link_lives_as_long_as_its_version_is_kept() {
    assert_fate(true, |state| state.only().min_valid_version = Some(10), None);
    assert_fate(true, |state| state.only().min_valid_version = Some(11), Expiry::Pruned);
}

#[test]
fn a_table_whose_tracking_was_begun_anew_has_another_history() {
    assert_fate(true, |state| state.only().begin_version = Some(10), Expiry::TableRecreated);
    assert_fate(true, |state| state.only().object_id = 77, Expiry::TableRecreated);
}

#[test]
fn a_version_that_is_yet_to_come_is_from_another_history() {
    assert_fate(true, |state| state.version = 9, Expiry::HistoryChanged);
}

#[test]
fn another_commit_at_the_same_version_is_another_history() {
    let other = |state: &mut State| drop(state.commits.insert(10, "4711/250/2026-11-02T08:00:00".to_owned()));
    assert_fate(true, other, Expiry::HistoryChanged);
}

#[test]
fn a_known_commit_decides_alone() {
    assert_fate(true, |state| state.fork = 1, None);
}

#[test]
fn without_the_commit_the_recovery_fork_decides() {
    let forgotten = |state: &mut State| state.commits.clear();
    assert_fate(true, forgotten, None);
    assert_fate(false, |_| {}, None);
    for known in [true, false] {
        let forgotten_on_another_fork = |state: &mut State| {
            state.commits.clear();
            state.fork = 1;
        };
        assert_fate(known, forgotten_on_another_fork, Expiry::HistoryChanged);
    }
}

#[test]
fn a_link_without_a_commit_is_not_proved_by_one_that_came_later() {
    let (served, link) = with_link(false);
    served.database.change(|state| drop(state.commits.insert(10, "x".to_owned())));
    assert_eq!(reason(&served, &link), None);
    served.database.change(|state| state.fork = 1);
    assert_eq!(reason(&served, &link).as_deref(), Some("HistoryChanged"));
}

#[test]
fn tracking_that_was_switched_off_ends_a_link_of_a_table_that_stays_exposed() {
    let setup = Setup { config: "[tables.Orders]", ..USUAL };
    let served = Served::with(Database::of([orders()]), setup);
    let link = served.latest("Orders");
    served.database.change(|state| {
        let table = state.only();
        (table.begin_version, table.min_valid_version) = (None, None);
    });
    assert_eq!(reason(&served, &link).as_deref(), Some("TrackingRemoved"));
    assert_eq!(served.get("/odata/Orders").expect(200).value().len(), 3);
}

#[test]
fn another_epoch_ends_all_links() {
    for known in [true, false] {
        let (served, link) = with_link(known);
        let setup = Setup { epoch: "after the restore", ..USUAL };
        let other = gateway(&served.peer, &served.database, setup).unwrap();
        let answer = other.client().get(&link).expect(410);
        assert_eq!(answer.json()["error"]["details"][0]["code"], "HistoryChanged", "commit known: {known}");
    }
}

#[test]
fn changes_that_the_login_may_not_see_are_no_reason_to_start_over() {
    let (served, link) = with_link(true);
    served.database.change(|state| state.only().may_view_changes = false);
    let answer = served.get(&link).expect(503);
    assert!(
        answer.text().contains("may not be read") && answer.text().contains("deltalink check"),
        "{}",
        answer.text()
    );
}

#[test]
fn a_refused_link_ends_its_transaction_and_leaves_its_connection_to_others() {
    let (served, link) = with_link(true);
    served.database.change(|state| state.only().min_valid_version = Some(11));
    let (_, parts) = served.parts_of(|| served.get(&link).expect(410));
    assert_eq!(parts, [(Open, 1), (History, 1), (Abandon, 1), (Catalog, 1)]);
    let (_, parts) = served.parts_of(|| served.get("/odata/Orders").expect(200));
    assert_eq!(parts[0], (Open, 1));
    assert_eq!(served.peer.counts().opened, 1);
}

#[test]
fn nothing_is_asked_that_the_login_may_not_see() {
    let database = Database::of([orders()]);
    database.change(|state| (state.sees_commits, state.sees_fork) = (false, false));
    let served = Served::with(database, USUAL);
    let link = served.latest("Orders");
    served.get(&link).expect(200);
    let asked = served.peer.requests();
    let asked: Vec<_> = asked.iter().filter(|request| request.sql.contains("MIN_VALID_VERSION")).collect();
    assert_eq!(asked.len(), 2);
    for request in asked {
        assert_eq!(request.parameters.len(), 1);
        assert!(
            request.sql.contains("NULL AS recovery_fork") && request.sql.contains("NULL AS newest_commit"),
            "{}",
            request.sql
        );
    }
}

#[test]
fn without_snapshots_the_history_is_looked_at_again_behind_the_rows() {
    let setup = Setup { snapshots: false, ..USUAL };
    let served = Served::with(Database::of([orders()]), setup);
    let link = served.latest("Orders");
    let (_, parts) = served.parts_of(|| served.client.track("/odata/Orders").expect(200));
    let parts: Vec<_> = parts.into_iter().map(|(part, _)| part).collect();
    assert_eq!(parts, [Open, History, Entities, History, Close]);
    served.database.meanwhile(Changes, |state| state.only().min_valid_version = Some(11));
    assert_eq!(reason(&served, &link).as_deref(), Some("Pruned"));
    assert!(served.database.is_quiet());
}

#[test]
fn without_snapshots_a_link_bears_witness_to_what_came_while_it_was_read() {
    let served = Served::with(Database::of([orders()]), Setup { snapshots: false, ..USUAL });
    served.database.meanwhile(Entities, |state| {
        state.version = 11;
        state.commits.insert(11, "seen by the rows".to_owned());
    });
    let link = served.client.track("/odata/Orders").expect(200).delta_link();
    assert_eq!(reason(&served, &link), None);
    // A backup from between the two, and another change since: version 10 is the same, 11 is not.
    served.database.change(|state| drop(state.commits.insert(11, "another".to_owned())));
    assert_eq!(reason(&served, &link).as_deref(), Some("HistoryChanged"));
}
