//! Entities that are held -> what is expanded of them, in JSON.
//!
//! Related entities come for many at once, each with the number of the one that it belongs to. So entities are held until these are
//! read; never more than [`AT_ONCE`](crate::backend::AT_ONCE) with what belongs to them, of which `found` bounds how much that is.

use std::ops::Range;
use std::sync::Arc;

use super::Style;
use super::control::Control;
use super::entity::EntityWriter;
use super::found::{Found, Gathered, LEADS};
use super::origins::Origins;
use super::reading::Reading;
use super::reference::ReferenceWriter;
use super::rows::write_item;
use super::tail::{Links, write_count_of};
use crate::edm::{Row, Value, ValueRef, entity_path};
use crate::error::Result;
use crate::plan::{Expanded, Expansion};
use crate::token::{Keyring, State};

/// A row that is kept.
pub(super) struct Held(pub(super) Vec<Value>);

impl Held {
    /// So many columns of `row`, from `first` on.
    pub(super) fn new(row: &dyn Row, first: usize, columns: usize) -> Self {
        Self((first..first + columns).map(|column| row.value(column).to_value()).collect())
    }

    /// About how much memory it takes.
    pub(super) fn octets(&self) -> usize {
        let texts = self.0.iter().map(|value| match value {
            Value::Bytes(octets) | Value::IllFormed(octets) => octets.len(),
            Value::Text(text) => text.len(),
            Value::Integer(_) | Value::Null | Value::Real(_) => 0,
        });
        size_of::<Self>() + self.0.len() * size_of::<Value>() + texts.sum::<usize>()
    }
}

impl Row for Held {
    fn value(&self, column: usize) -> ValueRef<'_> {
        self.0.get(column).map_or(ValueRef::Null, Value::borrow)
    }
}

/// Writes what is expanded of entities whose rows hold the same columns.
pub(super) struct Expander {
    nodes: Vec<Node>,
}

/// What one origin leads to.
struct Part {
    /// Where its rows are among those of all origins.
    rows: Range<usize>,
    count: u64,
    /// The position of the last of them, if there are others behind it.
    last: Option<Vec<Value>>,
}

/// One expanded navigation property.
struct Node {
    expansion: Expansion,
    /// Where in a row the values are that lead to the related entities.
    leads: Vec<usize>,
    entities: EntityWriter,
    references: ReferenceWriter,
    further: Expander,
    links: Links,
    quote_numbers: bool,
    /// `"Orders":`
    name: String,
    /// `"Orders@odata.count":`
    count: String,
    /// `"Orders@odata.nextLink":`
    next: String,
}

impl Expander {
    /// For rows that hold the properties `columns`.
    pub(super) fn new(
        expansions: &[Expansion],
        columns: &[usize],
        control: &Control,
        style: &Style,
        keyring: &Arc<Keyring>,
    ) -> Self {
        let node = |expansion: &Expansion| Node::new(expansion, columns, control, style, keyring);
        Self { nodes: expansions.iter().map(node).collect() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// What follows the properties of each of `rows`, written by `entities`: members that begin with commas.
    pub(super) fn members(
        &self,
        rows: &[Held],
        entities: &EntityWriter,
        reading: &mut Reading<'_>,
    ) -> Result<Vec<Vec<u8>>> {
        self.members_at(&mut Vec::new(), rows, &vec![1; rows.len()], entities, reading)
    }

    fn members_at(
        &self,
        path: &mut Vec<usize>,
        rows: &[Held],
        weights: &[usize],
        entities: &EntityWriter,
        reading: &mut Reading<'_>,
    ) -> Result<Vec<Vec<u8>>> {
        let mut members = vec![Vec::new(); rows.len()];
        for (place, node) in self.nodes.iter().enumerate() {
            path.push(place);
            node.write(path, rows, weights, entities, reading, &mut members)?;
            path.pop();
        }
        Ok(members)
    }
}

impl Node {
    fn new(expansion: &Expansion, columns: &[usize], control: &Control, style: &Style, keyring: &Arc<Keyring>) -> Self {
        let place = |(own, _): &(usize, usize)| columns.iter().position(|column| column == own);
        let target = &expansion.hop.to;
        Self {
            leads: expansion.hop.pairs.iter().filter_map(place).collect(),
            entities: EntityWriter::new(target, &expansion.columns, &expansion.returned, 0, control, style),
            references: ReferenceWriter::new(target, control),
            further: Expander::new(&expansion.expand, &expansion.columns, control, style, keyring),
            links: Links::new(Arc::clone(keyring), style),
            quote_numbers: control.format.ieee754_compatible,
            name: format!(",{}:", super::control::json_string(&expansion.name)),
            count: format!(",{}", control.name_of(&expansion.name, "count")),
            next: format!(",{}", control.name_of(&expansion.name, "nextLink")),
            expansion: expansion.clone(),
        }
    }

    fn write(
        &self,
        path: &mut Vec<usize>,
        rows: &[Held],
        weights: &[usize],
        parents: &EntityWriter,
        reading: &mut Reading<'_>,
        members: &mut [Vec<u8>],
    ) -> Result<()> {
        let origins = Origins::new(rows, weights, &self.leads);
        let parts = self.read(path, &origins, reading)?;
        // What belongs to all of them is read together, whichever of the rows they belong to.
        let weights: Vec<usize> =
            parts.iter().zip(&origins.weights).flat_map(|(part, weight)| vec![*weight; part.rows.len()]).collect();
        let (parts, related) = split(parts, |found| self.last(found));
        let inner = self.further.members_at(path, &related, &weights, &self.entities, reading)?;
        for ((row, out), origin) in rows.iter().zip(members).zip(&origins.of_rows) {
            let part = origin.and_then(|origin| parts.get(origin));
            let own = part.map(|part| part.rows.clone()).unwrap_or_default();
            if self.expansion.count || self.expansion.what == Expanded::Count {
                write_count_of(out, &self.count, part.map_or(0, |part| part.count), self.quote_numbers);
            }
            if self.expansion.what != Expanded::Count {
                let of_part = (related.get(own.clone()), inner.get(own.clone()));
                self.write_entities(out, of_part.0.unwrap_or_default(), of_part.1.unwrap_or_default());
            }
            if let Some(last) = part.and_then(|part| part.last.clone()) {
                self.write_next(out, row, parents, own.len(), last);
            }
        }
        Ok(())
    }

    fn read(&self, path: &[usize], origins: &Origins, reading: &mut Reading<'_>) -> Result<Vec<Found>> {
        let limit = usize::try_from(self.expansion.limit).unwrap_or(usize::MAX);
        let leads = if self.further.is_empty() { 0 } else { LEADS };
        let mut gathered = Gathered::new(origins.weights.clone(), leads, limit);
        let columns = self.expansion.columns.len() + self.expansion.query.order.len();
        // Keys of several parts make fewer of them, so that a statement never has more parameters than a database takes.
        let at_once = (crate::backend::AT_ONCE / self.leads.len().max(1)).max(1);
        for origins in origins.all.chunks(at_once) {
            if self.expansion.what != Expanded::Count {
                // One more than they may keep tells that there are more.
                let beyond = usize::from(self.expansion.may_continue || gathered.most < limit);
                let each = gathered.most.saturating_add(beyond);
                reading.entities(path, origins, each, &mut |row| {
                    if let Some(number) = number(row, 0) {
                        gathered.add(number, Held::new(row, 1, columns));
                    }
                    Ok(())
                })?;
            }
            if self.expansion.count || self.expansion.what == Expanded::Count {
                reading.counts(path, origins, &mut |row| {
                    if let Some(found) = number(row, 0).and_then(|number| gathered.found.get_mut(number)) {
                        found.count = number(row, 1).unwrap_or_default() as u64;
                    }
                    Ok(())
                })?;
            }
        }
        reading.spend(&gathered);
        Ok(gathered.found)
    }

    /// The position of the last, if there are others behind it.
    fn last(&self, found: &Found) -> Option<Vec<Value>> {
        let last = found.rows.last().filter(|_| found.more)?;
        let first = self.expansion.columns.len();
        let order = (first..first + self.expansion.query.order.len()).map(|column| last.value(column));
        Some(order.chain(self.entities.key(last)).map(ValueRef::to_value).collect())
    }

    fn write_entities(&self, out: &mut Vec<u8>, related: &[Held], inner: &[Vec<u8>]) {
        out.extend_from_slice(self.name.as_bytes());
        if !self.expansion.many {
            let written = related.first().is_some_and(|row| self.write_one(out, row, inner.first()));
            if !written {
                out.extend_from_slice(b"null");
            }
            return;
        }
        out.push(b'[');
        let mut first = true;
        for (row, inner) in related.iter().zip(inner) {
            first &= !write_item(out, first, |out| self.write_one(out, row, Some(inner)));
        }
        out.push(b']');
    }

    fn write_one(&self, out: &mut Vec<u8>, row: &Held, inner: Option<&Vec<u8>>) -> bool {
        if self.expansion.what == Expanded::Entities {
            return self.entities.write_with(out, row, "", inner.map(Vec::as_slice).unwrap_or_default());
        }
        self.references.write(out, &self.entities.key(row), "")
    }

    /// The link to what is behind the `written`.
    fn write_next(&self, out: &mut Vec<u8>, row: &Held, parents: &EntityWriter, written: usize, after: Vec<Value>) {
        let Ok(parent) = entity_path(&self.expansion.hop.from, &parents.key(row)) else { return };
        let path = self.expansion.path(&parent);
        let remaining = self.expansion.top.map(|top| top.saturating_sub(written as u64));
        let state = State::Rows { after, remaining, anchor: None };
        let url = self.links.related(&path, &self.expansion, state);
        out.extend_from_slice(self.next.as_bytes());
        super::value::string(out, &url);
    }
}

/// What each origin leads to, and the rows of all.
fn split(found: Vec<Found>, last: impl Fn(&Found) -> Option<Vec<Value>>) -> (Vec<Part>, Vec<Held>) {
    let (mut parts, mut related) = (Vec::with_capacity(found.len()), Vec::new());
    for found in found {
        let rows = related.len()..related.len() + found.rows.len();
        parts.push(Part { rows, count: found.count, last: last(&found) });
        related.extend(found.rows);
    }
    (parts, related)
}

fn number(row: &dyn Row, column: usize) -> Option<usize> {
    match row.value(column) {
        ValueRef::Integer(number) => number.try_into().ok(),
        _ => None,
    }
}
