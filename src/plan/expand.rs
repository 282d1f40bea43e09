//! `$expand` -> what is read beside the entities, level by level.
//!
//! Each expanded navigation property is read for many entities at once, so the number of statements does not depend on how many
//! there are. A newcomer's trap: what leads to others need not be among the selected properties, so a row may hold more than is
//! written of it.

use std::sync::Arc;

use super::expression::Hop;
use super::query::Resolving;
use super::{Query, Scope, cast, selection};
use crate::edm::{EntitySet, NavigationProperty, is_type_name};
use crate::error::{Error, ErrorKind, Result};
use crate::odata::expression::{ExpandItem, ExpandOptions, ExpandPath, Written, expand};
use crate::odata::{Options, SystemOption};
use crate::token::Mark;

/// Related entities of one entity, at most; more are linked to.
const MANY: u64 = 1_000;
/// Expanded navigation properties of one request, on all levels.
const MOST: usize = 40;

/// A navigation property whose entities are written with those that lead to them.
#[derive(Clone, Debug)]
pub struct Expansion {
    /// Its name.
    pub name: String,
    /// Where it leads.
    pub hop: Hop,
    /// Whether it leads to many.
    pub many: bool,
    /// What is written.
    pub what: Expanded,
    /// Properties to return, as indexes in the target's order; the key's are always among them.
    pub returned: Vec<usize>,
    /// Properties of a row: those returned, and those that lead further.
    pub columns: Vec<usize>,
    /// What the nested `$select` named.
    pub select: Option<Vec<String>>,
    /// Which of the entities, and in which order.
    pub query: Query,
    /// Entities to pass over.
    pub skip: u64,
    /// Entities at most.
    pub limit: u64,
    /// The value of `$top`.
    pub top: Option<u64>,
    /// Whether there may be others behind the limit that a link has to lead to.
    pub may_continue: bool,
    /// Whether their number is written too.
    pub count: bool,
    /// What is expanded of them.
    pub expand: Vec<Expansion>,
    /// The value of `$format`, which links repeat.
    pub format_option: Option<String>,
    /// What they are marked with.
    pub mark: Option<Mark>,
}

/// What is written of related entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expanded {
    /// Their number.
    Count,
    /// They themselves.
    Entities,
    /// Their ids.
    References,
}

impl Scope<'_> {
    /// What `options` expand of entities of `set`.
    pub(super) fn expansions(&self, set: &Arc<EntitySet>, options: &Options) -> Result<Vec<Expansion>> {
        let Some(text) = options.value(SystemOption::Expand) else { return Ok(Vec::new()) };
        let mut expanding = Expanding { scope: self, resolving: Resolving::new(self, options), number: 0 };
        expanding.items(set, &expand(text)?, self.edm.max_expand_depth)
    }
}

/// The properties of a row of `set`: those returned, and those that lead further.
pub(super) fn columns(returned: &[usize], expand: &[Expansion]) -> Vec<usize> {
    let mut columns = returned.to_vec();
    columns.extend(expand.iter().flat_map(|expansion| expansion.hop.pairs.iter().map(|(own, _)| *own)));
    let mut seen = std::collections::HashSet::new();
    columns.retain(|column| seen.insert(*column));
    columns
}

struct Expanding<'a> {
    scope: &'a Scope<'a>,
    resolving: Resolving<'a>,
    number: usize,
}

impl Expanding<'_> {
    fn items(&mut self, set: &Arc<EntitySet>, items: &[ExpandItem], depth: u32) -> Result<Vec<Expansion>> {
        let mut expansions: Vec<Expansion> = Vec::new();
        let named = items.iter().filter(|item| !is_star(&item.path));
        for item in named {
            let expansion = self.named(set, item, depth)?;
            if expansions.iter().any(|before| before.name == expansion.name) {
                return Err(wrong(&format!("\"{}\" is expanded twice", expansion.name)));
            }
            expansions.push(expansion);
        }
        // What a star stands for yields to what is said of a property by its name.
        for item in items.iter().filter(|item| is_star(&item.path)) {
            for navigation in &set.navigation {
                if !expansions.iter().any(|before| before.name == navigation.name) {
                    let what = if item.path == ExpandPath::All { Expanded::Entities } else { Expanded::References };
                    expansions.push(self.expansion(set, navigation, what, &below_star(item, depth), depth)?);
                }
            }
        }
        Ok(expansions)
    }

    fn named(&mut self, set: &Arc<EntitySet>, item: &ExpandItem, depth: u32) -> Result<Expansion> {
        let (names, what) = match &item.path {
            ExpandPath::Names(names) => (names, Expanded::Entities),
            ExpandPath::Count(names) => (names, Expanded::Count),
            ExpandPath::References(names) => (names, Expanded::References),
            ExpandPath::Unknown(what) => return Err(not_supported(what)),
            ExpandPath::All => return Err(Error::internal("a star has no name")),
        };
        let name = self.without_casts(set, names)?;
        if let Some(navigation) = set.navigation_property(name) {
            return self.expansion(set, navigation, what, &item.options, depth);
        }
        let what = if set.property(name).is_some() { "is no navigation property" } else { "does not exist" };
        let message = format!("\"{name}\" of \"{}\" {what}, so it cannot be expanded.", set.name);
        Err(Error::new(ErrorKind::PropertyNotFound, message).about("$expand"))
    }

    /// The only name of a path that is not a type's: types may stand before a navigation property of `set`, and behind it.
    fn without_casts<'n>(&self, set: &EntitySet, names: &'n [String]) -> Result<&'n str> {
        let edm = self.scope.edm;
        let path = match names {
            [before, path @ ..] if !path.is_empty() && is_type_name(before) => {
                cast::check(edm, set, before, "$expand")?;
                path
            }
            path => path,
        };
        match path {
            [name] => Ok(name),
            [name, behind] if is_type_name(behind) => {
                if let Some(navigation) = set.navigation_property(name) {
                    cast::check(edm, self.target(navigation)?, behind, "$expand")?;
                }
                Ok(name)
            }
            _ => Err(not_supported(&format!("the path \"{}\"", names.join("/")))),
        }
    }

    fn target(&self, navigation: &NavigationProperty) -> Result<&Arc<EntitySet>> {
        let missing = || Error::internal("a navigation property leads to no entity set");
        self.scope.edm.set(&navigation.target).ok_or_else(missing)
    }

    fn expansion(
        &mut self,
        from: &Arc<EntitySet>,
        navigation: &NavigationProperty,
        what: Expanded,
        options: &ExpandOptions,
        depth: u32,
    ) -> Result<Expansion> {
        self.number += 1;
        if depth == 0 {
            let most = self.scope.edm.max_expand_depth;
            return Err(wrong(&format!("it goes deeper than the {most} levels that this service allows")));
        }
        if self.number > MOST {
            return Err(wrong(&format!("it expands more than {MOST} navigation properties")));
        }
        if let Some(option) = options.unknown.first() {
            return Err(not_supported(option));
        }
        let set = Arc::clone(self.target(navigation)?);
        let names = options.select.as_ref().map(|names| names.iter().map(String::as_str).collect::<Vec<_>>());
        let (select, returned) = selection(self.scope.edm, &set, names.filter(|names| !names.contains(&"*")))?;
        let mut expand = self.items(&set, &options.expand, depth - 1)?;
        let written = self.further_levels(&set, navigation, what, options, depth, &mut expand)?;
        let hop = Hop { from: Arc::clone(from), to: Arc::clone(&set), pairs: navigation.pairs.clone() };
        let (limit, may_continue) = match options.top {
            _ if !navigation.many => (1, false),
            Some(top) => (top.min(MANY), top > MANY),
            None => (MANY, true),
        };
        Ok(Expansion {
            name: navigation.name.clone(),
            hop,
            many: navigation.many,
            what,
            columns: columns(&returned, &expand),
            returned,
            select,
            query: self.resolving.nested_query(&set, options, &written)?,
            skip: options.skip.unwrap_or(0),
            limit,
            top: options.top,
            may_continue,
            count: options.count.unwrap_or(false) && navigation.many,
            expand,
            format_option: self.scope.options().value(SystemOption::Format).map(str::to_owned),
            mark: self.scope.view.mark(),
        })
    }

    /// `$levels`: the same again of the entities that are reached, where they are of the same kind. And the options with which links
    /// to more of these go as deep.
    fn further_levels(
        &mut self,
        set: &Arc<EntitySet>,
        navigation: &NavigationProperty,
        what: Expanded,
        options: &ExpandOptions,
        depth: u32,
        expand: &mut Vec<Expansion>,
    ) -> Result<Written> {
        let levels = match options.levels {
            Some(u32::MAX) => depth,
            Some(0) => return Err(wrong("the value of \"$levels\" must be 1 or more")),
            levels => levels.unwrap_or(1),
        };
        let same = set.navigation_property(&navigation.name);
        let named = expand.iter().any(|further| further.name == navigation.name);
        match same {
            _ if levels <= 1 || named => Ok(options.written.clone()),
            Some(again) => {
                let below = ExpandOptions { levels: Some(levels - 1), ..options.clone() };
                expand.push(self.expansion(set, again, what, &below, depth - 1)?);
                Ok(below_levels(&options.written, &again.name, levels - 1))
            }
            None => {
                Err(wrong(&format!("\"{}\" does not lead back to itself, so it has no \"$levels\"", navigation.name)))
            }
        }
    }
}

/// The options of each navigation property that a star stands for: on further levels, a star again.
fn below_star(star: &ExpandItem, depth: u32) -> ExpandOptions {
    let mut options = star.options.clone();
    let levels = options.levels.take().map_or(1, |levels| levels.min(depth));
    if levels > 1 {
        options.written.0.push((SystemOption::Expand, format!("*($levels={})", levels - 1)));
        let again = ExpandOptions { levels: Some(levels - 1), ..ExpandOptions::default() };
        options.expand.push(ExpandItem { at: star.at, path: star.path.clone(), options: again });
    }
    options
}

/// `written` with its levels as what they stand for: the same of `name`, with one level less.
fn below_levels(written: &Written, name: &str, levels: u32) -> Written {
    let of = |wanted: SystemOption| written.0.iter().filter(move |(option, _)| *option == wanted);
    let others = || written.0.iter().filter(|(option, _)| *option != SystemOption::Levels);
    let options = others().map(|(option, value)| format!(";{}={value}", option.name()));
    let again = format!("{name}($levels={levels}{})", options.collect::<String>());
    let expand = of(SystemOption::Expand).map(|(_, value)| value.clone()).chain([again]).collect::<Vec<_>>().join(",");
    let kept = others().filter(|(option, _)| *option != SystemOption::Expand).cloned();
    Written(kept.chain([(SystemOption::Expand, expand)]).collect())
}

fn is_star(path: &ExpandPath) -> bool {
    matches!(path, ExpandPath::All) || matches!(path, ExpandPath::References(names) if names.is_empty())
}

fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::InvalidValue, format!("The value of \"$expand\" is wrong: {what}.")).about("$expand")
}

fn not_supported(what: &str) -> Error {
    let message = format!("The value of \"$expand\" uses {what}, which this service does not support.");
    Error::new(ErrorKind::OptionNotSupported, message).about("$expand")
}
