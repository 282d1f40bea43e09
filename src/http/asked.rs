//! What is planned for a request -> what its record says is asked for.

use std::sync::Arc;

use super::stages::Planned;
use crate::plan::{Read, Target, Tracked};
use crate::telemetry::{Mode, Record, Stage};

/// Writes down that `planned` is what is asked for, and that it is planned.
pub(super) fn planned(record: &Record, planned: &Planned) {
    record.reached(Stage::Plan);
    match planned {
        Planned::Document(_) => record.asks_for(Mode::Document, None, None),
        Planned::Read(reading) => {
            let read = reading.answering.read();
            let (mode, kind) = of(read);
            record.asks_for(mode, Some(&read.set), kind);
        }
    }
}

fn of(read: &Read) -> (Mode, Option<&'static str>) {
    let (mode, kind) = match &read.target {
        Target::Rows(page) => (Mode::Entities, Some(page_kind(page.after.is_some(), page.tracked))),
        Target::Changes(page) if page.after.is_some() => (Mode::Changes, Some("delta-next")),
        Target::Changes(_) => (Mode::Changes, Some("delta")),
        Target::Latest => (Mode::Changes, Some("latest")),
        Target::ChangeCount(_) => (Mode::Count, Some("delta")),
        Target::Count => (Mode::Count, None),
        Target::Entity(_) => (Mode::Entity, None),
        Target::Property { .. } => (Mode::Property, None),
    };
    (if read.wait.is_some() { Mode::Wait } else { mode }, kind)
}

fn page_kind(follows: bool, tracked: Option<Tracked>) -> &'static str {
    match (follows, tracked) {
        (false, None) => "first",
        (true, None) => "next",
        (false, Some(_)) => "initial",
        (true, Some(_)) => "initial-next",
    }
}

/// That one request holds `parts` others.
pub(super) fn batch(record: &Arc<Record>, parts: usize) {
    record.asks_for(Mode::Batch, None, None);
    record.holds(parts);
}
