//! What a request means here: names resolved, types known, mode chosen, page decided, token opened.
//!
//! A [`Plan`] is proof: one that exists can be executed, and nothing after it validates again. Pure; no database.

mod all;
mod cast;
mod change_mode;
mod expand;
mod expression;
mod format;
mod id;
mod key;
mod links;
mod mark;
mod nowhere;
mod page;
mod query;
mod read;
mod resource;
mod row_filter;
mod search;
mod shape;
mod view;

use std::sync::Arc;

pub use all::place_in_all;
pub use expand::{Expanded, Expansion};
pub use expression::{
    About, Arithmetic, Class, Comparison, Form, Function, Hop, PropertyPath, Related, Typed, Variable,
};
pub use format::{Format, JsonFormat, MetadataFormat, MetadataLevel};
pub use key::Key;
pub use page::{ChangesPage, RowsPage, Tracked};
pub use query::{Query, Sorting};
pub use read::{Followed, Read, Target};
pub use resource::Via;
pub use row_filter::row_filter;
pub use shape::Shape;
pub use view::{Fingerprints, Rights, RowFilters, View};

use crate::edm::{Edm, EntitySet, is_type_name};
use crate::error::{Error, ErrorKind, Result};
pub use crate::odata::ODataVersion;
use crate::odata::{Options, Path, Request, Segment, SystemOption};
use crate::token::Keyring;
use resource::Place;

/// What the operator set that plans depend on.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Rows per page where the client has no wish.
    pub page_size: u32,
    /// Rows per page at most.
    pub max_page_size: u32,
    /// Levels of an expression.
    pub max_expression_depth: u32,
    /// Seconds at most that an answer waits for changes.
    pub longest_wait: u32,
}

/// What is to be done.
#[derive(Debug)]
pub enum Plan {
    /// Write the model.
    Metadata(MetadataFormat),
    /// Read the database.
    Read(Box<Read>),
    /// List the entity sets.
    ServiceDocument(JsonFormat),
}

/// Plans `request` of whoever has the `view`.
pub fn plan(request: &Request, view: &View, keyring: &Keyring, settings: Settings) -> Result<Plan> {
    let edm = &**view.edm();
    if request.headers.isolation.is_some() {
        let message = "A single request is not isolated: its pages are read when they are asked for. A batch can be.";
        return Err(Error::new(ErrorKind::IsolationNotSupported, message).about("Isolation"));
    }
    let (place, rest) = match &request.path {
        Path::ServiceDocument => {
            only(&request.options, &[])?;
            return Format::json(request).map(Plan::ServiceDocument);
        }
        Path::Metadata => {
            only(&request.options, &[])?;
            return MetadataFormat::negotiate(request).map(Plan::Metadata);
        }
        Path::Other(name) => return Err(nowhere::not_supported(name)),
        Path::All { ty } => (Place::all(view, &request.options, keyring, ty.as_deref())?, &[][..]),
        Path::Entity { id, ty } => (id::place(edm, &request.options, id.as_deref(), ty.as_deref())?, &[][..]),
        Path::Resource { set, key, rest } => Place::find(edm, &request.options, set, key.as_ref(), rest)?,
    };
    let scope = Scope { request, view, edm, set: &place.set, place: &place, keyring, settings };
    scope.read(rest).map(|read| Plan::Read(Box::new(read)))
}

/// What the planning of one read looks at.
struct Scope<'a> {
    request: &'a Request,
    view: &'a View,
    edm: &'a Edm,
    set: &'a Arc<EntitySet>,
    place: &'a Place,
    keyring: &'a Keyring,
    settings: Settings,
}

impl Scope<'_> {
    fn read(&self, rest: &[Segment]) -> Result<Read> {
        let one = self.place.is_one().then(|| self.place.key.clone());
        match (one, rest) {
            (None, []) => self.collection(),
            (None, [Segment::Count]) => self.count(),
            (Some(key), []) => self.entity(key),
            (Some(key), [Segment::Name(name)]) if !is_type_name(name) => self.property(key, name, false),
            (Some(key), [Segment::Name(name), Segment::Value]) if !is_type_name(name) => self.property(key, name, true),
            (Some(_), [Segment::Value]) => {
                let message =
                    format!("\"{}\" has no media stream; \"$value\" applies to its properties.", self.set.name);
                Err(Error::new(ErrorKind::SyntaxError, message).about("$value"))
            }
            (_, rest) => Err(self.nowhere(rest)),
        }
    }

    fn entity(&self, key: Option<Key>) -> Result<Read> {
        only(self.options(), self.options_of_one())?;
        let (select, returned) = self.selection(self.selected()?)?;
        let format = self.json()?;
        let expand = self.expansions(self.set, self.options())?;
        let applied = self.written(format);
        let columns = expand::columns(&returned, &expand);
        Ok(Read {
            returned,
            columns,
            expand,
            select,
            applied,
            ..self.read_of(Target::Entity(key), Format::Json(format))
        })
    }

    fn property(&self, key: Option<Key>, name: &str, raw: bool) -> Result<Read> {
        only(self.options(), &[])?;
        let what = || Error::not_found(format!("The property \"{name}\" of \"{}\"", self.set.name)).about(name);
        let property = self.set.property(name).ok_or_else(what)?;
        let format = if raw {
            Format::raw(self.request, self.set.properties[property].ty)?
        } else {
            Format::json(self.request).map(Format::Json)?
        };
        Ok(self.read_of(Target::Property { key, property }, format))
    }

    /// A read of all properties with nothing selected and nothing applied.
    fn read_of(&self, target: Target, format: Format) -> Read {
        Read {
            set: Arc::clone(self.set),
            via: self.place.via.clone(),
            filters: Arc::clone(self.view.filters()),
            shape: self.place.shape.clone(),
            mark: self.mark(None),
            whole: self.view.mark(),
            token_path: self.place.token_path(),
            path: self.place.path.clone(),
            target,
            returned: (0..self.set.properties.len()).collect(),
            columns: (0..self.set.properties.len()).collect(),
            expand: Vec::new(),
            query: Query::default(),
            select: None,
            format,
            format_option: self.options().value(SystemOption::Format).map(str::to_owned),
            wait: None,
            applied: Vec::new(),
        }
    }

    /// What `Preference-Applied` says of how entities are written.
    fn written(&self, json: JsonFormat) -> Vec<String> {
        let preferences = &self.request.headers.preferences;
        let omitted =
            preferences.omit_nulls.filter(|_| json.omit_nulls).map(|preference| format!("{}=nulls", preference.name));
        omitted.into_iter().collect()
    }

    fn options(&self) -> &Options {
        &self.request.options
    }

    /// The selected names, and the properties to return for them.
    fn selection(&self, names: Option<Vec<&str>>) -> Result<(Option<Vec<String>>, Vec<usize>)> {
        selection(self.edm, self.set, names)
    }
}

/// The selected names, and the properties of `set` to return for them; a navigation property has none.
fn selection(edm: &Edm, set: &EntitySet, names: Option<Vec<&str>>) -> Result<(Option<Vec<String>>, Vec<usize>)> {
    let Some(names) = names else { return Ok((None, (0..set.properties.len()).collect())) };
    let unknown = |name: &str| {
        let message = format!("\"{}\" has no property \"{name}\".", set.name);
        Error::new(ErrorKind::PropertyNotFound, message).about("$select")
    };
    let names = cast::left_out(edm, set, names)?;
    let mut returned = set.key.clone();
    for name in &names {
        match set.property(name) {
            Some(property) => returned.push(property),
            None if set.navigation_property(name).is_some() => {}
            None => return Err(unknown(name)),
        }
    }
    returned.sort_unstable();
    returned.dedup();
    Ok((Some(names.into_iter().map(str::to_owned).collect()), returned))
}

/// Refuses every option that is neither `$format` nor in `allowed`.
fn only(options: &Options, allowed: &[SystemOption]) -> Result<()> {
    if let Some(option) = options.given().find(|option| *option != SystemOption::Format && !allowed.contains(option)) {
        supported(option)?;
        let name = option.name();
        let message = format!("The query option \"{name}\" does not apply to this resource.");
        return Err(Error::new(ErrorKind::InvalidValue, message).about(name));
    }
    Ok(())
}

/// 501 for options that OData has and this service does not.
fn supported(option: SystemOption) -> Result<()> {
    use SystemOption as O;
    match option {
        O::Count
        | O::DeltaToken
        | O::Expand
        | O::Filter
        | O::Format
        | O::OrderBy
        | O::Search
        | O::Select
        | O::Skip
        | O::SkipToken
        | O::Top => Ok(()),
        O::Apply | O::Compute | O::Id | O::Index | O::Levels | O::SchemaVersion => {
            let name = option.name();
            let message = format!("The query option \"{name}\" is not supported by this service.");
            Err(Error::new(ErrorKind::OptionNotSupported, message).about(name))
        }
    }
}
