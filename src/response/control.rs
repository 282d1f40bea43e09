//! Control information: its names by version, and the context URLs.
//!
//! Source: JSON Format 4.01 section 4.5; Protocol 4.01 section 10. Names behind `#` are not percent-encoded.

use super::value;
use crate::edm::EntitySet;
use crate::plan::{Expanded, Expansion, JsonFormat, MetadataLevel, ODataVersion, Read, Shape};

/// What every JSON writer of one answer shares.
pub(super) struct Control {
    pub(super) format: JsonFormat,
    root: String,
}

impl Control {
    pub(super) fn new(format: JsonFormat, root: String) -> Self {
        Self { format, root }
    }

    pub(super) fn root(&self) -> &str {
        &self.root
    }

    /// `"@odata.name":` or, in 4.01, `"@name":`.
    pub(super) fn name(&self, name: &str) -> String {
        ["\"@", self.infix(), name, "\":"].concat()
    }

    /// `"property@odata.name":`
    pub(super) fn name_of(&self, property: &str, name: &str) -> String {
        format!("\"{property}@{}{name}\":", self.infix())
    }

    fn infix(&self) -> &'static str {
        match self.format.version {
            ODataVersion::V4_0 => "odata.",
            ODataVersion::V4_01 => "",
        }
    }

    pub(super) fn none(&self) -> bool {
        self.format.metadata == MetadataLevel::None
    }

    pub(super) fn full(&self) -> bool {
        self.format.metadata == MetadataLevel::Full
    }

    /// `"@odata.context":"...$metadata#fragment"`
    pub(super) fn context(&self, fragment: &str) -> String {
        let hash = if fragment.is_empty() { "" } else { "#" };
        [&self.name("context"), json_string(&[&self.root, "$metadata", hash, fragment].concat()).as_str()].concat()
    }
}

/// `Orders` or, with a selection, `Orders(Id,Name)`.
pub(super) fn fragment(set: &EntitySet, select: Option<&[String]>) -> String {
    match select {
        Some(names) => format!("{}({})", set.name, names.join(",")),
        None => set.name.clone(),
    }
}

/// What a page of `read` is.
pub(super) fn page_fragment(read: &Read, version: ODataVersion) -> String {
    match read.shape {
        Shape::Entities => expanded_fragment(read, version),
        Shape::OfAnySet { .. } => "Collection(Edm.EntityType)".to_owned(),
        Shape::References => format!("Collection({REFERENCE})"),
    }
}

/// What a reference is.
pub(super) const REFERENCE: &str = "$ref";

/// The same, with what is expanded: `Orders(Id,Lines(Product))`. In 4.01 all of it is named, in 4.0 what has a selection (Protocol
/// 4.01 section 10.8, 4.0 section 10.8).
pub(super) fn expanded_fragment(read: &Read, version: ODataVersion) -> String {
    let lists = projection(read.select.as_deref(), &read.expand, version);
    if lists.is_empty() { read.set.name.clone() } else { format!("{}({})", read.set.name, lists.join(",")) }
}

fn projection(select: Option<&[String]>, expand: &[Expansion], version: ODataVersion) -> Vec<String> {
    let expanded: Vec<(&str, String)> = expand
        .iter()
        .filter(|expansion| expansion.what == Expanded::Entities)
        .filter_map(|expansion| {
            let inner = projection(expansion.select.as_deref(), &expansion.expand, version);
            let named = !inner.is_empty() || version == ODataVersion::V4_01;
            named.then(|| (expansion.name.as_str(), format!("{}({})", expansion.name, inner.join(","))))
        })
        .collect();
    let selected = select.unwrap_or_default().iter().filter(|name| !expanded.iter().any(|(other, _)| other == name));
    selected.cloned().chain(expanded.iter().map(|(_, list)| list.clone())).collect()
}

pub(super) fn json_string(text: &str) -> String {
    let mut quoted = Vec::with_capacity(text.len() + 2);
    value::string(&mut quoted, text);
    String::from_utf8(quoted).expect("text in quotes is text")
}
