//! Changed keys -> a page of a delta, with the link to the next page, or the next delta link behind the last.
//!
//! Columns of a row, as `sql::changes` orders them: version, gone, the recorded key, the returned properties.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Style;
use super::body::{Body, Chunks, Head};
use super::control::{Control, fragment};
use super::entity::EntityWriter;
use super::history;
use super::removed::{Reason, RemovedWriter};
use super::rows::{json, write_item};
use super::tail::{Link, Links, write_count};
use crate::backend::{Opening, RowSink};
use crate::edm::{Row, ValueRef};
use crate::error::{Error, Result};
use crate::plan::{Read, Target};
use crate::token::{Anchor, ChangePosition, Keyring, State};
use crate::version::{ChangeVersion, Witness};

const VERSION: usize = 0;
const GONE: usize = 1;
const KEY: usize = 2;

/// Writes one page of a delta; for `$deltatoken=latest`, an empty one.
pub(super) struct ChangesSink {
    read: Box<Read>,
    limit: u64,
    /// Where the delta began; absent for `latest`.
    anchor: Option<Anchor>,
    /// The pinned upper bound, on pages behind the first.
    pinned: Option<ChangeVersion>,
    upper: ChangeVersion,
    /// The newest version that this page shows rows of.
    seen: Witness,
    control: Control,
    entities: EntityWriter,
    removed: RemovedWriter,
    links: Links,
    chunks: Chunks,
    incarnation: crate::version::Incarnation,
    taken: u64,
    empty: bool,
    last: Option<ChangePosition>,
    more: bool,
}

impl ChangesSink {
    pub(super) fn new(read: Box<Read>, style: &Style, keyring: Arc<Keyring>, body: Box<dyn Body>) -> Self {
        let (limit, anchor, pinned) = match &read.target {
            Target::Changes(page) => {
                (page.limit, Some(page.anchor), page.after.as_ref().map(|position| position.upper))
            }
            _ => (0, None, None),
        };
        let control = Control::new(json(&read), style.root.clone());
        let first_property = KEY + read.set.key.len();
        Self {
            limit,
            anchor,
            pinned,
            upper: ChangeVersion::default(),
            seen: Witness::default(),
            entities: EntityWriter::new(&read.set, &read.returned, &read.returned, first_property, &control, style),
            removed: RemovedWriter::new(&read.set, &control, style),
            links: Links::new(keyring, style),
            chunks: Chunks::new(body),
            incarnation: crate::version::Incarnation::default(),
            taken: 0,
            empty: true,
            last: None,
            more: false,
            control,
            read,
        }
    }

    fn position(&self, row: &dyn Row) -> Result<ChangePosition> {
        let ValueRef::Integer(version) = row.value(VERSION) else {
            return Err(Error::internal("a change has no version"));
        };
        let key = (KEY..KEY + self.read.set.key.len()).map(|at| row.value(at).to_value()).collect();
        let version = ChangeVersion(version.cast_unsigned());
        Ok(ChangePosition { upper: self.upper, version, deleted: row.value(GONE) == ValueRef::Integer(DELETED), key })
    }

    fn write_link(&mut self) {
        let after = if self.more { self.last.take() } else { None };
        // While paging, the start stays; behind the last page, the bound becomes the new start.
        let since = self.anchor.filter(|_| after.is_some()).map_or(self.upper, |anchor| anchor.since);
        let anchor = Anchor { incarnation: self.incarnation, since, witness: self.seen };
        let link = if after.is_some() { Link::Next } else { Link::Delta };
        self.links.write(self.chunks.buffer(), &self.read, &self.control, &link, State::Changes { anchor, after });
    }
}

/// What `GONE` says of a row that is there.
const THERE: i64 = 0;
/// What it says of one that was deleted. Any other number says that it is not to be seen for another reason: its place in the order is
/// that of the rows that are there.
const DELETED: i64 = 1;

/// Why the row is gone, if it is.
fn reason(row: &dyn Row) -> Option<Reason> {
    match row.value(GONE) {
        ValueRef::Integer(THERE) => None,
        ValueRef::Integer(DELETED) => Some(Reason::Deleted),
        _ => Some(Reason::Changed),
    }
}

impl RowSink for ChangesSink {
    fn begin(&mut self, opening: &Opening) -> Result<()> {
        let window = opening.window.ok_or_else(|| Error::internal("changes were read without their window"))?;
        self.upper = self.pinned.unwrap_or(window.bound);
        self.seen = window.current;
        self.incarnation = window.incarnation;
        self.chunks.head(Head { window: Some(window), ..Head::default() });
        let context =
            self.control.context(&format!("{}/$delta", fragment(&self.read.set, self.read.select.as_deref())));
        let out = self.chunks.buffer();
        out.push(b'{');
        out.extend_from_slice(context.as_bytes());
        out.push(b',');
        if let Some(count) = opening.count {
            write_count(out, &self.control, count);
        }
        if self.control.format.annotations.history && matches!(self.read.target, Target::Latest) {
            history::write(out, &window, &self.control);
        }
        out.extend_from_slice(b"\"value\":[");
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        if self.taken == self.limit {
            self.more = true;
            return Ok(ControlFlow::Continue(()));
        }
        self.taken += 1;
        if self.taken == self.limit {
            self.last = Some(self.position(row)?);
        }
        let write = |out: &mut Vec<u8>| match reason(row) {
            Some(reason) => self.removed.write(out, row, KEY, reason),
            None => self.entities.write(out, row, ""),
        };
        self.empty &= !write_item(self.chunks.buffer(), self.empty, write);
        Ok(self.chunks.flush())
    }

    fn seen(&mut self, witness: Witness) {
        self.seen = witness;
    }

    fn end(&mut self) -> Result<()> {
        self.chunks.buffer().push(b']');
        self.write_link();
        self.chunks.buffer().push(b'}');
        self.chunks.finish();
        Ok(())
    }
}
