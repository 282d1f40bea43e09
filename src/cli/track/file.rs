//! Tracking in a SQLite file: triggers and a change log for each table.

use super::{DEFAULT_RETENTION, Desk, Step, Track};
use crate::edm::{FileFacts, Table, Tracking};
use crate::error::Result;
use crate::sql::sqlite::{drop_triggers, install, remove, set_retention, unseen};

pub(super) async fn track(track: &Track, desk: &Desk<'_>, facts: &FileFacts, tables: &[&Table]) -> Result<()> {
    let mut next_log = facts.next_log;
    for table in tables {
        if !track.can_be_tracked(desk, table)? {
            continue;
        }
        match step(track, table, next_log) {
            Some(step) => {
                desk.carry_out(step).await?;
                next_log += 1;
            }
            None => desk.tell(format_args!("{}: is tracked already", table.name)),
        }
        for warning in unseen(table) {
            desk.tell(format_args!("{}: warning: {warning}", table.name));
        }
    }
    Ok(())
}

fn step(track: &Track, table: &Table, next_log: i64) -> Option<Step> {
    let wanted = track.retention.map(|time| time.as_secs());
    let (script, done) = match &table.tracking {
        Tracking::ChangeTracking { .. } => return None,
        Tracking::None => (install(table, next_log, wanted.unwrap_or(DEFAULT_RETENTION.as_secs())), "is tracked now"),
        Tracking::Triggers { log, installed, retention, damage: Some(_), .. } => {
            let mut script = remove(*log, installed);
            // A register that is gone has no retention to tell.
            let before = if *retention == 0 { DEFAULT_RETENTION.as_secs() } else { *retention };
            script.statements.extend(install(table, next_log, wanted.unwrap_or(before)).statements);
            (script, "was damaged and is tracked anew: links from before have expired")
        }
        Tracking::Triggers { log, retention, needless, damage: None, .. } => {
            let mut script = drop_triggers(needless);
            let changed = wanted.filter(|wanted| wanted != retention);
            script.statements.extend(changed.into_iter().flat_map(|wanted| set_retention(*log, wanted).statements));
            match changed {
                Some(_) => (script, "is tracked already; its retention was changed"),
                None => (script, "is tracked already; triggers that it no longer needs were removed"),
            }
        }
    };
    (!script.statements.is_empty()).then(|| Step { name: table.name.clone(), script, done })
}
