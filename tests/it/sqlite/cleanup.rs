//! What the operator sees of changes that outlive their retention.

use super::Database;
use crate::support::gateway::Gateway;
use crate::support::wait_for;

const DAY: u64 = 24 * 60 * 60;

/// The value of a metric of the orders, or of the gateway.
fn value(gateway: &Gateway, metric: &str) -> Option<u64> {
    let text = gateway.metrics();
    let value = text.lines().find_map(|line| {
        let rest = line.strip_prefix(metric)?;
        rest.strip_prefix("{set=\"Orders\"}").unwrap_or(rest).strip_prefix(' ')
    });
    value.map(|value| value.parse().unwrap())
}

#[test]
fn clean_up_that_is_late_is_seen_and_so_is_what_it_removes() {
    let database = Database::shop();
    let (log, _) = database.log("Orders");
    let fresh = database.serve();
    assert_eq!(value(&fresh, "deltalink_set_oldest_change_age_seconds"), None, "there is no change");
    database.execute("UPDATE Orders SET Note = 'x'");
    database.execute(&format!("UPDATE _deltalink_log_{log} SET at = at - 8 * {DAY}"));
    let late = database.serve();
    let age = value(&late, "deltalink_set_oldest_change_age_seconds").unwrap();
    assert!((8 * DAY..9 * DAY).contains(&age), "{age}");
    let lag = value(&late, "deltalink_set_cleanup_lag_seconds").unwrap();
    assert!((DAY..2 * DAY).contains(&lag), "{lag}");
    assert_eq!(wait_for(late.app.prune()).unwrap(), 2);
    assert_eq!(value(&late, "deltalink_pruned_changes_total"), Some(2));
    assert_eq!(value(&late, "deltalink_failed_prunings_total"), Some(0));
    let clean = database.serve();
    assert_eq!(value(&clean, "deltalink_set_cleanup_lag_seconds"), None, "what stays is the floor, and no change");
    database.take_away();
    wait_for(late.app.prune()).unwrap_err();
    assert_eq!(value(&late, "deltalink_failed_prunings_total"), Some(1));
    database.bring_back();
}
