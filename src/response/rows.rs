//! Rows of an entity set -> a page of a collection, with the link to the next page, or the delta link behind the last.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Style;
use super::body::{Body, Chunks, Head};
use super::control::{Control, page_fragment};
use super::entity::EntityWriter;
use super::expand::{Expander, Held};
use super::found::ROOM;
use super::reading::Reading;
use super::reference::ReferenceWriter;
use super::tail::{Link, Links, write_count};
use crate::backend::{AT_ONCE, Further, Opening, RowSink};
use crate::edm::{Row, Value, ValueRef};
use crate::error::{Error, Result};
use crate::plan::{Format, JsonFormat, Read, RowsPage, Shape, Tracked};
use crate::token::{Anchor, Keyring, State};
use crate::version::{Window, Witness};

/// Writes one page.
pub(super) struct RowsSink {
    read: Box<Read>,
    page: RowsPage,
    control: Control,
    entities: EntityWriter,
    /// The context of each entity, where the page's does not tell which set it is from (JSON Format 4.01 section 4.6.1).
    prefix: String,
    /// Present where references stand in the place of the entities.
    references: Option<ReferenceWriter>,
    expander: Expander,
    /// The entities of the page, while what is expanded of them is not read.
    held: Vec<Held>,
    /// Octets of these.
    octets: usize,
    links: Links,
    chunks: Chunks,
    window: Option<Window>,
    /// Rows that the page took, written or left out.
    taken: u64,
    empty: bool,
    /// Whether it takes no more.
    full: bool,
    /// The position of the page's last row, once the page is full.
    last: Option<Vec<Value>>,
    more: bool,
}

impl RowsSink {
    pub(super) fn new(
        page: RowsPage,
        read: Box<Read>,
        style: &Style,
        keyring: Arc<Keyring>,
        body: Box<dyn Body>,
    ) -> Self {
        let control = Control::new(json(&read), style.root.clone());
        let mut entities = EntityWriter::new(&read.set, &read.columns, &read.returned, 0, &control, style);
        let mut prefix = String::new();
        if matches!(read.shape, Shape::OfAnySet { .. }) {
            entities = entities.telling_types(&control, style);
            if !control.none() {
                prefix = format!("{},", control.context(&format!("{}/$entity", read.set.name)));
            }
        }
        Self {
            page,
            entities,
            prefix,
            references: matches!(read.shape, Shape::References).then(|| ReferenceWriter::new(&read.set, &control)),
            expander: Expander::new(&read.expand, &read.columns, &control, style, &keyring),
            held: Vec::new(),
            octets: 0,
            links: Links::new(keyring, style),
            chunks: Chunks::new(body),
            window: None,
            taken: 0,
            empty: true,
            full: false,
            last: None,
            more: false,
            control,
            read,
        }
    }

    /// What the client will have seen when this page is read.
    fn anchor(&self) -> Option<Anchor> {
        let window = self.window?;
        match self.page.tracked? {
            Tracked::Start => {
                Some(Anchor { incarnation: window.incarnation, since: window.bound, witness: window.current })
            }
            Tracked::Since(anchor) => Some(Anchor { witness: window.current, ..anchor }),
        }
    }

    /// What the row is ordered by, which stands behind the returned properties, and its key.
    fn position(&self, row: &dyn Row) -> Vec<Value> {
        let first = self.read.columns.len();
        let order = (first..first + self.read.query.order.len()).map(|column| row.value(column));
        order.chain(self.entities.key(row)).map(ValueRef::to_value).collect()
    }

    /// Ends the page behind `block`, the last of so many entities, although more of them were read.
    fn end_behind(&mut self, block: &[Held], written: u64) {
        self.last = block.last().map(|row| self.position(row));
        self.taken = written;
        self.more = true;
    }

    fn write_link(&mut self) -> Result<()> {
        let anchor = self.anchor();
        let after = if self.more { self.last.take() } else { None };
        let (link, state) = match (after, anchor) {
            (Some(after), anchor) => {
                let remaining = self.page.remaining.map(|remaining| remaining.saturating_sub(self.taken));
                (Link::Next, State::Rows { after, remaining, anchor })
            }
            (None, Some(anchor)) => (Link::Delta, State::Changes { anchor, after: None }),
            (None, None) if self.page.tracked.is_some() => {
                return Err(Error::internal("a tracked page was read without its window"));
            }
            (None, None) => {
                self.write_link_to_next_set();
                return Ok(());
            }
        };
        self.links.write(self.chunks.buffer(), &self.read, &self.control, &link, state);
        Ok(())
    }

    fn write_link_to_next_set(&mut self) {
        let remaining = self.page.remaining.map(|remaining| remaining - self.taken);
        if let Shape::OfAnySet { next: Some(next) } = &self.read.shape
            && remaining != Some(0)
        {
            self.links.write_to_set(self.chunks.buffer(), &self.read, &self.control, next, remaining);
        }
    }
}

/// The JSON variety of a read that is written as JSON.
pub(super) fn json(read: &Read) -> JsonFormat {
    match read.format {
        Format::Json(json) => json,
        Format::Octets | Format::Text => unreachable!("collections and entities are planned as JSON"),
    }
}

impl RowSink for RowsSink {
    fn begin(&mut self, opening: &Opening) -> Result<()> {
        self.window = opening.window;
        self.chunks.head(Head::default());
        let context = self.control.context(&page_fragment(&self.read, self.control.format.version));
        let none = self.control.none();
        let out = self.chunks.buffer();
        out.push(b'{');
        if !none {
            out.extend_from_slice(context.as_bytes());
            out.push(b',');
        }
        if let Some(count) = opening.count {
            write_count(out, &self.control, count);
        }
        out.extend_from_slice(b"\"value\":[");
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        if self.full {
            self.more = true;
            return Ok(ControlFlow::Continue(()));
        }
        self.taken += 1;
        let holds = !self.expander.is_empty();
        if holds {
            let held = Held::new(row, 0, self.read.columns.len() + self.read.query.order.len());
            self.octets += held.octets();
            self.held.push(held);
        }
        self.full = self.taken == self.page.limit || self.octets > ROOM;
        if self.full && (self.taken < self.page.limit || self.page.may_continue()) {
            self.last = Some(self.position(row));
        }
        if holds {
            return Ok(ControlFlow::Continue(()));
        }
        self.empty &= !write_item(self.chunks.buffer(), self.empty, |out| match &self.references {
            Some(references) => references.write(out, &self.entities.key(row), ""),
            None => self.entities.write(out, row, &self.prefix),
        });
        Ok(self.chunks.flush())
    }

    fn further(&mut self, more: &mut dyn Further) -> Result<ControlFlow<()>> {
        let held = std::mem::take(&mut self.held);
        let mut blocks = held.chunks(AT_ONCE);
        let (mut written, mut spent) = (0, 0);
        while let Some(block) = blocks.next() {
            let left = || self.chunks.left();
            let mut reading = Reading::new(more, &left);
            let members = self.expander.members(block, &self.entities, &mut reading)?;
            if reading.abandoned() {
                return Ok(ControlFlow::Break(()));
            }
            spent += reading.spent();
            written += block.len() as u64;
            for (row, members) in block.iter().zip(members) {
                let write = |out: &mut Vec<u8>| self.entities.write_with(out, row, "", &members);
                self.empty &= !write_item(self.chunks.buffer(), self.empty, write);
            }
            if self.chunks.flush().is_break() {
                return Ok(ControlFlow::Break(()));
            }
            if spent > ROOM && blocks.len() > 0 {
                self.end_behind(block, written);
                break;
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn seen(&mut self, witness: Witness) {
        if let Some(window) = &mut self.window {
            window.current = witness;
        }
    }

    fn end(&mut self) -> Result<()> {
        self.chunks.buffer().push(b']');
        self.write_link()?;
        self.chunks.buffer().push(b'}');
        self.chunks.finish();
        Ok(())
    }
}

/// Appends an item of an array, after a comma unless it is the `first`; takes the comma back when nothing was written.
pub(super) fn write_item(out: &mut Vec<u8>, first: bool, write: impl FnOnce(&mut Vec<u8>) -> bool) -> bool {
    if !first {
        out.push(b',');
    }
    let written = write(out);
    if !written && !first {
        out.pop();
    }
    written
}
