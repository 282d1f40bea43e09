//! One row -> one entity, the reference to it, or one property of it; no row -> 404.
//!
//! The entity tag is the row's own version where the database keeps one (`rowversion`), else a digest of all the entity's
//! values, so it changes with the entity and with nothing else.

use std::ops::ControlFlow;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::body::{Body, Chunks, Head};
use super::control::{Control, REFERENCE, expanded_fragment, json_string};
use super::entity::EntityWriter;
use super::expand::{Expander, Held};
use super::reading::Reading;
use super::reference::ReferenceWriter;
use super::rows::json;
use super::value::{exact_text, string, write_json, write_raw};
use super::{Style, misfit};
use crate::backend::{Further, Opening, RowSink};
use crate::edm::{Row, ValueRef, fit};
use crate::error::{Error, Result};
use crate::plan::{Format, Read, Target};
use crate::token::{Keyring, fingerprint};

/// Writes one entity. The row holds all properties.
pub(super) struct EntitySink {
    read: Box<Read>,
    control: Control,
    entities: EntityWriter,
    expander: Expander,
    /// The entity, while what is expanded of it is not read.
    held: Option<Held>,
    chunks: Chunks,
    found: bool,
}

impl EntitySink {
    pub(super) fn new(read: Box<Read>, style: &Style, keyring: &Arc<Keyring>, body: Box<dyn Body>) -> Self {
        let control = Control::new(json(&read), style.root.clone());
        let all: Vec<usize> = (0..read.set.properties.len()).collect();
        let entities = EntityWriter::new(&read.set, &all, &read.returned, 0, &control, style);
        let expander = Expander::new(&read.expand, &all, &control, style, keyring);
        Self { read, control, entities, expander, held: None, chunks: Chunks::new(body), found: false }
    }

    /// Writes the entity. Its tag would not change with what is expanded of it, so the answer has none then.
    fn write(&mut self, row: &dyn Row, members: &[u8]) {
        let etag = etag(row, &self.read);
        let prefix = self.prefix(&etag);
        self.found = self.entities.write_with(self.chunks.buffer(), row, &prefix, members);
        if self.found {
            let etag = self.expander.is_empty().then_some(etag);
            self.chunks.head(Head { etag, ..Head::default() });
        }
    }

    fn prefix(&self, etag: &str) -> String {
        if self.control.none() {
            return String::new();
        }
        let context = format!("{}/$entity", expanded_fragment(&self.read, self.control.format.version));
        format!("{},{}{},", self.control.context(&context), self.control.name("etag"), json_string(etag))
    }
}

impl RowSink for EntitySink {
    fn begin(&mut self, _: &Opening) -> Result<()> {
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        if self.expander.is_empty() {
            self.write(row, &[]);
        } else {
            self.held = Some(Held::new(row, 0, self.read.set.properties.len()));
        }
        Ok(ControlFlow::Continue(()))
    }

    fn further(&mut self, more: &mut dyn Further) -> Result<ControlFlow<()>> {
        if let Some(held) = self.held.take() {
            let held = [held];
            let left = || self.chunks.left();
            let mut reading = Reading::new(more, &left);
            let members = self.expander.members(&held, &self.entities, &mut reading)?;
            if reading.abandoned() {
                return Ok(ControlFlow::Break(()));
            }
            self.write(&held[0], members.first().map(Vec::as_slice).unwrap_or_default());
        }
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self) -> Result<()> {
        end_of_one(&self.read, self.found, &mut self.chunks)
    }
}

/// Writes the reference to one entity. The row holds its key. It has no tag: who is referred to is what the path says.
pub(super) struct ReferenceSink {
    read: Box<Read>,
    control: Control,
    references: ReferenceWriter,
    chunks: Chunks,
    found: bool,
}

impl ReferenceSink {
    pub(super) fn new(read: Box<Read>, style: &Style, body: Box<dyn Body>) -> Self {
        let control = Control::new(json(&read), style.root.clone());
        let references = ReferenceWriter::new(&read.set, &control);
        Self { read, control, references, chunks: Chunks::new(body), found: false }
    }
}

impl RowSink for ReferenceSink {
    fn begin(&mut self, _: &Opening) -> Result<()> {
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        let prefix = if self.control.none() { String::new() } else { format!("{},", self.control.context(REFERENCE)) };
        let place = |property: &usize| self.read.columns.iter().position(|column| column == property);
        let key: Vec<ValueRef<'_>> = self.read.set.key.iter().filter_map(place).map(|at| row.value(at)).collect();
        self.found = self.references.write(self.chunks.buffer(), &key, &prefix);
        if self.found {
            self.chunks.head(Head::default());
        }
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self) -> Result<()> {
        end_of_one(&self.read, self.found, &mut self.chunks)
    }
}

/// Ends the answer to the question for one entity.
fn end_of_one(read: &Read, found: bool, chunks: &mut Chunks) -> Result<()> {
    let may_be_absent = matches!(read.target, Target::Entity(None));
    match (found, may_be_absent) {
        (true, _) => {}
        (false, true) => chunks.head(Head { no_content: true, ..Head::default() }),
        (false, false) => return Err(no_such_entity(read)),
    }
    chunks.finish();
    Ok(())
}

/// Writes one property. The row holds it alone.
pub(super) struct PropertySink {
    read: Box<Read>,
    root: String,
    chunks: Chunks,
    found: bool,
}

impl PropertySink {
    pub(super) fn new(read: Box<Read>, style: &Style, body: Box<dyn Body>) -> Self {
        Self { read, root: style.root.clone(), chunks: Chunks::new(body), found: false }
    }

    fn write(&mut self, value: ValueRef<'_>) {
        let Target::Property { property, .. } = self.read.target else { return };
        let model = &self.read.set.properties[property];
        let fitted = fit(model.ty, value);
        if fitted.is_err() {
            misfit::value(&self.read.set, model);
        }
        match (self.read.format, fitted) {
            (Format::Json(json), Ok(fitted)) => {
                let context = self.context(json, &model.name);
                let out = self.chunks.buffer();
                out.extend_from_slice(format!("{{{context}\"value\":").as_bytes());
                write_json(out, &fitted, json.ieee754_compatible);
                out.push(b'}');
            }
            (Format::Json(json), Err(_)) if !json.annotations.value_exceptions => {
                let context = self.context(json, &model.name);
                self.chunks.buffer().extend_from_slice(format!("{{{context}\"value\":null}}").as_bytes());
            }
            (Format::Json(json), Err(_)) => {
                let context = self.context(json, &model.name);
                let out = self.chunks.buffer();
                out.extend_from_slice(format!("{{{context}\"value@Core.ValueException\":{{\"value\":").as_bytes());
                string(out, &exact_text(value));
                out.extend_from_slice(b"},\"value\":null}");
            }
            (_, Ok(fitted)) => write_raw(self.chunks.buffer(), &fitted),
            (_, Err(_)) => self.chunks.buffer().extend_from_slice(exact_text(value).as_bytes()),
        }
    }

    /// `"@odata.context":"...#Orders(1)/Name",`, or nothing without metadata.
    fn context(&self, json: crate::plan::JsonFormat, property: &str) -> String {
        let control = Control::new(json, self.root.clone());
        if control.none() {
            return String::new();
        }
        format!("{},", control.context(&format!("{}/{property}", self.read.path)))
    }
}

impl RowSink for PropertySink {
    fn begin(&mut self, _: &Opening) -> Result<()> {
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        self.found = true;
        let value = row.value(0);
        let no_content = value == ValueRef::Null;
        self.chunks.head(Head { etag: Some(weak(&digest(row, 1, &[]))), no_content, ..Head::default() });
        if !no_content {
            self.write(value);
        }
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self) -> Result<()> {
        if !self.found {
            return Err(no_such_entity(&self.read));
        }
        self.chunks.finish();
        Ok(())
    }
}

fn no_such_entity(read: &Read) -> Error {
    Error::not_found(format!("The entity of \"{}\" with this key", read.set.name))
}

/// A weak tag: the row's version where the database keeps one, else a digest of all its values. Who may read other properties gets
/// another tag.
fn etag(row: &dyn Row, read: &Read) -> String {
    let set = &*read.set;
    let rights = read.mark.map(|mark| mark.rights.to_be_bytes());
    let rights = rights.as_ref().map_or(&[][..], |rights| rights);
    match set.row_version.map(|column| row.value(column)) {
        // What is shown of a row may change without the row: then the tag is another one, too.
        Some(ValueRef::Bytes(version)) => {
            let all: Vec<usize> = (0..set.properties.len()).collect();
            weak(&[version, &fingerprint(set, &all).to_be_bytes(), rights].concat())
        }
        _ => weak(&digest(row, set.properties.len(), rights)),
    }
}

fn weak(octets: &[u8]) -> String {
    format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(octets))
}

/// A digest of the first `columns` values, and of `rights`.
fn digest(row: &dyn Row, columns: usize, rights: &[u8]) -> [u8; 12] {
    let mut hash = Sha256::new_with_prefix(rights);
    for column in 0..columns {
        let value = row.value(column);
        let (tag, octets): (u8, &[u8]) = match &value {
            ValueRef::Null => (0, &[]),
            ValueRef::Integer(number) => (1, &number.to_be_bytes()),
            ValueRef::Real(number) => (2, &number.to_be_bytes()),
            ValueRef::Text(text) => (3, text.as_bytes()),
            ValueRef::Bytes(octets) => (4, octets),
            ValueRef::IllFormed(octets) => (5, octets),
            ValueRef::Canonical(text) => (6, text.as_str().as_bytes()),
            ValueRef::Single(number) => (7, &number.to_be_bytes()),
        };
        hash.update([tag]);
        hash.update((octets.len() as u64).to_be_bytes());
        hash.update(octets);
    }
    let mut digest = [0; 12];
    digest.copy_from_slice(&hash.finalize()[..12]);
    digest
}
