//! The model that clients see: a catalog and the operator's wishes -> entity sets, and a reason for every table that
//! is not one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::catalog::{Catalog, Column, Table, Tracking};
use super::change_log::ChangeLog;
use super::exposure::{Exposure, TableExposure, wishes};
use super::name::{identifier, is_identifier};
use super::navigation::{NavigationProperty, Placed, navigate};
use super::obstacle::{Obstacle, Unexposed};
use super::types::EdmType;
use super::unique::{alternate_keys, is_built_in};

/// The entity data model.
#[derive(Debug, Default)]
pub struct Edm {
    /// The schema's namespace.
    pub namespace: String,
    /// Whether a path segment behind a collection is a key.
    pub key_as_segment: bool,
    /// Levels of `$expand`.
    pub max_expand_depth: u32,
    sets: Vec<Arc<EntitySet>>,
    by_name: HashMap<String, usize>,
}

/// An entity set and its entity type, which bears the same name.
#[derive(Clone, Debug, Default)]
pub struct EntitySet {
    /// As in URLs.
    pub name: String,
    /// The schema of its table, where the database has schemas.
    pub schema: Option<String>,
    /// As the database spells it.
    pub table: String,
    /// The definition of the table that the model was made from.
    pub table_version: u64,
    /// What the database's documentation says of it.
    pub description: Option<String>,
    /// In the order of the columns.
    pub properties: Vec<Property>,
    /// Indexes into `properties`, in key order.
    pub key: Vec<usize>,
    /// What else tells an entity from all others: indexes into `properties`, of which none can be null.
    pub alternate_keys: Vec<Vec<usize>>,
    /// What leads to other entities: to single ones first.
    pub navigation: Vec<NavigationProperty>,
    /// How changes are recorded; `None` where they are not, or not reliably.
    pub changes: Option<ChangeLog>,
    /// Whether they are recorded, but cannot be read now: the login may not, or the database is a replica.
    pub changes_withheld: bool,
    /// The property that changes with each change of a row, if the database keeps one (`rowversion`).
    pub row_version: Option<usize>,
    /// Whether only some of the rows may be read, so that every statement has to say which.
    pub rows_filtered: bool,
}

/// One property.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Property {
    /// As in URLs and payloads.
    pub name: String,
    /// As the database spells it.
    pub column: String,
    /// The column's type, as the database spells it.
    pub declared: String,
    /// With facets.
    pub ty: EdmType,
    /// What the database's documentation says of it.
    pub description: Option<String>,
    /// Whether it can be null; never for a key.
    pub nullable: bool,
    /// Whether the database would accept NULL, also in a key: such rows cannot be addressed and are left out.
    pub null_in_database: bool,
    /// Whether the database computes it.
    pub computed: bool,
    /// Whether it does so whenever it is read, which may fail.
    pub calculated: bool,
    /// What a link depends on: the names, the type, and what tells the column from another one of these.
    pub signature: String,
    /// How the text of the column is compared; of a key property, by the primary key's index.
    pub collation: Option<String>,
}

impl Edm {
    /// The same with these sets, which are in the order of their names.
    pub(super) fn with_sets(&self, sets: impl Iterator<Item = EntitySet>) -> Self {
        let sets: Vec<_> = sets.map(Arc::new).collect();
        let by_name = sets.iter().enumerate().map(|(index, set)| (set.name.clone(), index)).collect();
        Self { namespace: self.namespace.clone(), sets, by_name, ..*self }
    }

    /// The entity set `name`.
    pub fn set(&self, name: &str) -> Option<&Arc<EntitySet>> {
        self.by_name.get(name).map(|&index| &self.sets[index])
    }

    /// All entity sets, in the order of their names.
    pub fn sets(&self) -> &[Arc<EntitySet>] {
        &self.sets
    }
}

impl EntitySet {
    /// The index of the property `name`.
    pub fn property(&self, name: &str) -> Option<usize> {
        self.properties.iter().position(|property| property.name == name)
    }

    /// The navigation property `name`.
    pub fn navigation_property(&self, name: &str) -> Option<&NavigationProperty> {
        self.navigation.iter().find(|property| property.name == name)
    }

    /// The key's properties, in key order.
    pub fn key_properties(&self) -> impl ExactSizeIterator<Item = &Property> {
        self.key.iter().map(|&index| &self.properties[index])
    }
}

/// The model of what `catalog` offers and `exposure` wants, and every table that is not in it, or not as it was wanted.
pub fn expose(catalog: &Catalog, exposure: &Exposure) -> (Edm, Vec<Unexposed>) {
    let mut sets: BTreeMap<String, Placed> = BTreeMap::new();
    let mut unexposed = Vec::new();
    let wishes = wishes(catalog, exposure);
    for place in named_first(catalog, &wishes) {
        let table = &catalog.tables[place];
        let outcome = entity_set(table, wishes.get(&place).copied()).and_then(|set| {
            if sets.contains_key(&set.name) { Err(Obstacle::NameClash { name: set.name }) } else { Ok(set) }
        });
        match outcome {
            Ok(set) => drop(sets.insert(set.name.clone(), (place, set))),
            Err(obstacle) => unexposed.push(Unexposed { table: table.title(), obstacle }),
        }
    }
    for name in exposure.tables.keys() {
        if catalog.table_called(name).is_none() {
            unexposed.push(Unexposed { table: name.clone(), obstacle: Obstacle::Missing });
        }
    }
    let mut sets: Vec<Placed> = sets.into_values().collect();
    unexposed.extend(navigate(catalog, &wishes, &mut sets));
    let &Exposure { key_as_segment, max_expand_depth, .. } = exposure;
    let namespace = exposure.namespace.clone();
    let empty = Edm { namespace, key_as_segment, max_expand_depth, ..Edm::default() };
    (empty.with_sets(sets.into_iter().map(|(_, set)| set)), unexposed)
}

/// What keeps `table` from being an entity set under the name that it has by itself, other tables' names aside.
pub fn obstacle(table: &Table) -> Option<Obstacle> {
    entity_set(table, None).err()
}

/// Tables that the operator gave a name come first, so that nothing else takes it.
fn named_first(catalog: &Catalog, wishes: &HashMap<usize, &TableExposure>) -> Vec<usize> {
    let mut places: Vec<usize> = (0..catalog.tables.len()).collect();
    places.sort_by_key(|place| wishes.get(place).is_none_or(|wishes| wishes.name.is_none()));
    places
}

fn entity_set(table: &Table, wishes: Option<&TableExposure>) -> Result<EntitySet, Obstacle> {
    if table.key.is_empty() {
        return Err(Obstacle::NoPrimaryKey);
    }
    if let Some(column) = table.key_columns().find(|column| !column.typed || !column.ty.can_be_key()) {
        return Err(Obstacle::KeyType { column: column.name.clone(), declared: column.declared.clone() });
    }
    if let Some((column, why)) = table.key_columns().find_map(|column| Some((column, column.withheld?))) {
        return Err(Obstacle::ColumnWithheld { column: column.name.clone(), why });
    }
    for &index in &table.key {
        if let Some(collation) = key_collation(table, index).filter(|collation| !is_built_in(collation)) {
            let column = table.columns[index].name.clone();
            return Err(Obstacle::KeyCollation { column, collation: collation.to_owned() });
        }
    }
    if wishes.is_none() && table.tracking == Tracking::None {
        return Err(Obstacle::NotTracked);
    }
    if !table.rights.select {
        return Err(Obstacle::NotReadable);
    }
    let default = TableExposure::default();
    let wishes = wishes.unwrap_or(&default);
    let name = usable(wishes.name.clone().unwrap_or_else(|| set_name(table)))?;
    let exposed = exposed_columns(table, wishes)?;
    let properties = exposed.iter().map(|&column| property(table, column, wishes)).collect::<Result<Vec<_>, _>>()?;
    if let Some(name) = first_double(&properties) {
        return Err(Obstacle::NameClash { name });
    }
    let key = table.key.iter().filter_map(|column| exposed.iter().position(|exposed| exposed == column)).collect();
    Ok(EntitySet {
        name,
        schema: table.schema.clone(),
        table: table.name.clone(),
        table_version: table.version,
        description: table.description.clone(),
        alternate_keys: alternate_keys(table, &properties),
        properties,
        key,
        navigation: Vec::new(),
        changes: ChangeLog::of(table),
        changes_withheld: matches!(table.tracking, Tracking::ChangeTracking { .. }) && !table.rights.changes,
        row_version: exposed.iter().position(|&column| table.columns[column].is_row_version),
        rows_filtered: false,
    })
}

/// The table's name; with its schema in front, unless that goes without saying.
fn set_name(table: &Table) -> String {
    match &table.schema {
        Some(schema) if table.qualified => identifier(&format!("{schema}_{}", table.name)),
        _ => identifier(&table.name),
    }
}

/// How the primary key's index compares the column.
fn key_collation(table: &Table, column: usize) -> Option<&str> {
    let primary = table.unique.iter().find(|index| index.primary)?;
    let indexed = primary.columns.iter().flatten().find(|indexed| indexed.column == column)?;
    Some(indexed.collation.as_str()).filter(|collation| !collation.is_empty())
}

/// Whether values of the type may be stored as text, which collations compare.
fn may_be_text(ty: EdmType) -> bool {
    use EdmType as T;
    !matches!(ty, T::Byte | T::Decimal { .. } | T::Double | T::Int16 | T::Int32 | T::Int64 | T::Single)
}

fn usable(name: String) -> Result<String, Obstacle> {
    if is_identifier(&name) { Ok(name) } else { Err(Obstacle::NameUnusable { name }) }
}

/// The columns to expose, in the table's order.
fn exposed_columns(table: &Table, wishes: &TableExposure) -> Result<Vec<usize>, Obstacle> {
    let column = |name: &String| table.column(name).ok_or_else(|| Obstacle::UnknownColumn { column: name.clone() });
    for name in wishes.rename.keys() {
        column(name)?;
    }
    // What cannot be read as it is would be passed off as something else.
    let Some(names) = &wishes.columns else {
        return Ok((0..table.columns.len()).filter(|&place| table.columns[place].withheld.is_none()).collect());
    };
    let mut columns = names.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    if let Some((column, why)) = columns.iter().find_map(|&place| Some((place, table.columns[place].withheld?))) {
        return Err(Obstacle::ColumnWithheld { column: table.columns[column].name.clone(), why });
    }
    columns.extend(&table.key);
    columns.sort_unstable();
    columns.dedup();
    Ok(columns)
}

fn property(table: &Table, index: usize, wishes: &TableExposure) -> Result<Property, Obstacle> {
    let Column {
        name: column, declared, ty, collation, nullable, computed, calculated, description, definition, ..
    } = &table.columns[index];
    let renamed = wishes.rename.iter().find(|(name, _)| table.column(name) == Some(index)).map(|(_, to)| to.clone());
    let name = usable(renamed.unwrap_or_else(|| identifier(column)))?;
    Ok(Property {
        signature: format!("{name}\0{column}\0{ty}\0{definition}\0"),
        name,
        column: column.clone(),
        declared: declared.clone(),
        ty: *ty,
        description: description.clone(),
        nullable: *nullable && !table.key.contains(&index),
        null_in_database: *nullable,
        computed: *computed,
        calculated: *calculated,
        collation: key_collation(table, index)
            .filter(|_| may_be_text(*ty))
            .map(str::to_owned)
            .or_else(|| collation.clone()),
    })
}

fn first_double(properties: &[Property]) -> Option<String> {
    let mut names: Vec<&str> = properties.iter().map(|property| property.name.as_str()).collect();
    names.sort_unstable();
    names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].to_owned())
}
