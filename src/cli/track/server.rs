//! Tracking in SQL Server: change tracking and snapshots for the database, then change tracking for each table.

use std::time::Duration;

use super::{DEFAULT_RETENTION, Desk, Step, Track};
use crate::edm::{ServerFacts, Table, Tracking};
use crate::error::{Error, Result};
use crate::sql::mssql::{allow_snapshots, enable_database, enable_table, set_retention};

/// The longest that SQL Server keeps changes: what it counts minutes with.
const LONGEST: Duration = Duration::from_secs(i32::MAX as u64 * 60);

pub(super) async fn track(track: &Track, desk: &Desk<'_>, facts: &ServerFacts, tables: &[&Table]) -> Result<()> {
    let retention = track.retention.map(minutes).transpose()?;
    for step in database(facts, retention) {
        desk.carry_out(step).await?;
    }
    let mut failed = 0;
    for table in tables {
        let name = table.title();
        if !track.can_be_tracked(desk, table)? {
            continue;
        }
        if table.tracking != Tracking::None {
            desk.tell(format_args!("{name}: is tracked already"));
            continue;
        }
        let step = Step { name: name.clone(), script: enable_table(table), done: "is tracked now" };
        match desk.carry_out(step).await {
            // One that the server refuses must not keep the others from being tracked.
            Err(error) if track.tables.all => {
                desk.tell(format_args!("{name}: failed: {error}"));
                failed += 1;
            }
            outcome => outcome?,
        }
    }
    if failed > 0 {
        return Err(Error::configuration(format!("{failed} tables could not be tracked.")));
    }
    Ok(())
}

/// What the database as a whole still needs.
fn database(facts: &ServerFacts, retention: Option<u64>) -> Vec<Step> {
    let step = |script, done| Step { name: facts.database.clone(), script, done };
    let mut steps = Vec::new();
    match (facts.change_tracking, retention) {
        (None, wanted) => {
            let wanted = wanted.unwrap_or(DEFAULT_RETENTION.as_secs() / 60);
            steps.push(step(enable_database(&facts.database, wanted), "tracks changes now"));
        }
        (Some(tracking), Some(wanted)) if tracking.retention != wanted * 60 => {
            let done = "keeps the changes of all its tables for another time now";
            steps.push(step(set_retention(&facts.database, wanted), done));
        }
        (Some(_), _) => {}
    }
    if !facts.snapshots {
        steps.push(step(allow_snapshots(&facts.database), "allows snapshots now"));
    }
    steps
}

fn minutes(retention: Duration) -> Result<u64> {
    if retention < Duration::from_secs(60) || retention > LONGEST || !retention.as_secs().is_multiple_of(60) {
        let message = "SQL Server keeps changes for whole minutes: --retention must be such a time, of at least one.";
        return Err(Error::configuration(message));
    }
    Ok(retention.as_secs() / 60)
}
