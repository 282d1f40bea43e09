//! A row -> one entity in JSON.
//!
//! Everything that is the same for every row (names, annotations) is prepared once; for each row only values are written.

use std::sync::Arc;

use super::control::{Control, json_string};
use super::metadata::entity_type_name;
use super::value::{exact_text, string, write_json};
use super::{Style, misfit};
use crate::edm::{EdmType, EntitySet, Misfit, Row, ValueRef, entity_path, fit};
use crate::plan::ODataVersion;

/// Writes entities of one set.
pub(super) struct EntityWriter {
    set: Arc<EntitySet>,
    columns: Vec<Column>,
    /// Where in the row the key's values are, in key order.
    key: Vec<usize>,
    quote_numbers: bool,
    omit_nulls: bool,
    value_exceptions: bool,
    beside: Option<Beside>,
}

/// One property to write.
struct Column {
    /// Where in the row its value is.
    at: usize,
    property: usize,
    ty: EdmType,
    /// With full metadata: `"Name@odata.type":"#Int64",`.
    annotation: String,
    /// `"Name":`
    name: Vec<u8>,
}

/// What is told of each entity beside its properties: with full metadata, and where nothing else tells what it is.
struct Beside {
    /// `"@odata.type":"#Deltalink.Model.Orders",`
    ty: String,
    /// `"@odata.id":`, and with full metadata `"@odata.readLink":`
    addresses: Vec<String>,
    /// `"Lines@odata.navigationLink":`, and what it has behind the entity's URL.
    navigation: Vec<(String, String)>,
    root: String,
}

impl EntityWriter {
    /// For rows that hold the properties `in_row`, the first of them in column `offset`; writes those in `written`.
    pub(super) fn new(
        set: &Arc<EntitySet>,
        in_row: &[usize],
        written: &[usize],
        offset: usize,
        control: &Control,
        style: &Style,
    ) -> Self {
        let at = |property: &usize| in_row.iter().position(|index| index == property).map(|position| offset + position);
        let column = |&property: &usize| Some(Column::new(set, property, at(&property)?, control));
        Self {
            columns: written.iter().filter_map(column).collect(),
            key: set.key.iter().filter_map(at).collect(),
            quote_numbers: control.format.ieee754_compatible,
            omit_nulls: control.format.omit_nulls,
            value_exceptions: control.format.annotations.value_exceptions,
            beside: control.full().then(|| Beside::new(set, control, style)),
            set: Arc::clone(set),
        }
    }

    /// The same, where nothing but the entity itself can tell what it is.
    pub(super) fn telling_types(self, control: &Control, style: &Style) -> Self {
        let told = || Some(Beside::type_and_id(&self.set, control, style)).filter(|_| !control.none());
        Self { beside: self.beside.or_else(told), ..self }
    }

    /// The key as stored.
    pub(super) fn key<'r>(&self, row: &'r dyn Row) -> Vec<ValueRef<'r>> {
        self.key.iter().map(|&at| row.value(at)).collect()
    }

    /// Appends the entity, with `prefix` (control information ending in a comma) before its properties. `false`, and
    /// nothing appended, where the key does not fit its type.
    pub(super) fn write(&self, out: &mut Vec<u8>, row: &dyn Row, prefix: &str) -> bool {
        self.write_with(out, row, prefix, &[])
    }

    /// The same, with `suffix` (members that begin with commas) behind its properties.
    pub(super) fn write_with(&self, out: &mut Vec<u8>, row: &dyn Row, prefix: &str, suffix: &[u8]) -> bool {
        let start = out.len();
        out.push(b'{');
        out.extend_from_slice(prefix.as_bytes());
        let written = self.write_members(out, row);
        if written.is_err() {
            out.truncate(start);
            misfit::key(&self.set);
            return false;
        }
        out.extend_from_slice(suffix);
        out.push(b'}');
        true
    }

    fn write_members(&self, out: &mut Vec<u8>, row: &dyn Row) -> Result<(), Misfit> {
        let beside = match &self.beside {
            Some(beside) => Some((beside, entity_path(&self.set, &self.key(row))?)),
            None => None,
        };
        if let Some((beside, path)) = &beside {
            beside.write(out, path);
        }
        let mut first = true;
        for column in &self.columns {
            let value = row.value(column.at);
            if self.omit_nulls && matches!(value, ValueRef::Null) && !self.key.contains(&column.at) {
                continue;
            }
            if !first {
                out.push(b',');
            }
            first = false;
            self.write_property(out, column, value)?;
        }
        if let Some((beside, path)) = &beside {
            beside.write_links(out, path);
        }
        Ok(())
    }

    fn write_property(&self, out: &mut Vec<u8>, column: &Column, value: ValueRef<'_>) -> Result<(), Misfit> {
        out.extend_from_slice(column.annotation.as_bytes());
        let fitted = fit(column.ty, value);
        let is_key = || self.key.contains(&column.at);
        match fitted {
            Ok(fitted) if !matches!(value, ValueRef::Null) || !is_key() => {
                out.extend_from_slice(&column.name);
                write_json(out, &fitted, self.quote_numbers);
            }
            _ if is_key() => return Err(Misfit),
            _ => {
                let property = &self.set.properties[column.property];
                misfit::value(&self.set, property);
                if self.value_exceptions {
                    out.extend_from_slice(&member(&format!("{}@Core.ValueException", property.name)));
                    out.extend_from_slice(b"{\"value\":");
                    string(out, &exact_text(value));
                    out.extend_from_slice(b"},");
                }
                out.extend_from_slice(&column.name);
                out.extend_from_slice(b"null");
            }
        }
        Ok(())
    }
}

impl Column {
    fn new(set: &EntitySet, property: usize, at: usize, control: &Control) -> Self {
        let model = &set.properties[property];
        let annotation = match type_annotation(model.ty, control) {
            Some(ty) => format!("{}{},", control.name_of(&model.name, "type"), json_string(&ty)),
            None => String::new(),
        };
        Self { at, property, ty: model.ty, annotation, name: member(&model.name) }
    }
}

/// `"Name":`
fn member(name: &str) -> Vec<u8> {
    let mut written = Vec::with_capacity(name.len() + 3);
    string(&mut written, name);
    written.push(b':');
    written
}

/// With full metadata, the type of a property whose JSON does not show it (JSON Format section 4.5.3).
pub(super) fn type_annotation(ty: EdmType, control: &Control) -> Option<String> {
    let shown = matches!(ty, EdmType::Boolean | EdmType::Double | EdmType::String { .. });
    (control.full() && !shown).then(|| {
        let name = ty.name().trim_start_matches("Edm.");
        match control.format.version {
            ODataVersion::V4_0 => format!("#{name}"),
            ODataVersion::V4_01 => name.to_owned(),
        }
    })
}

fn navigation_link(name: &str, control: &Control) -> (String, String) {
    let segment = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string();
    (control.name_of(name, "navigationLink"), format!("/{}", segment.replace("%5F", "_")))
}

impl Beside {
    /// With full metadata.
    fn new(set: &EntitySet, control: &Control, style: &Style) -> Self {
        Self {
            addresses: vec![control.name("id"), control.name("readLink")],
            navigation: set.navigation.iter().map(|to| navigation_link(&to.name, control)).collect(),
            ..Self::type_and_id(set, control, style)
        }
    }

    fn type_and_id(set: &EntitySet, control: &Control, style: &Style) -> Self {
        let ty = json_string(&format!("#{}", entity_type_name(&style.namespace, set)));
        Self {
            ty: format!("{}{ty},", control.name("type")),
            addresses: vec![control.name("id")],
            navigation: Vec::new(),
            root: control.root().to_owned(),
        }
    }

    /// Behind the properties, where 4.0 wants them (JSON Format 4.0 section 4.4).
    fn write_links(&self, out: &mut Vec<u8>, path: &str) {
        for (name, behind) in &self.navigation {
            out.push(b',');
            out.extend_from_slice(name.as_bytes());
            string(out, &format!("{}{path}{behind}", self.root));
        }
    }

    fn write(&self, out: &mut Vec<u8>, path: &str) {
        out.extend_from_slice(self.ty.as_bytes());
        for name in &self.addresses {
            out.extend_from_slice(name.as_bytes());
            string(out, &format!("{}{path}", self.root));
            out.push(b',');
        }
    }
}
