//! What entities are ordered by -> `ORDER BY`, the columns that a position between pages is made of, and the condition that a row comes
//! behind one.
//!
//! Nulls are the least, as OData wants it and as both databases have it. The key comes last, so that the order is total.

use super::expression::comparable;
use super::rows::shown_only;
use super::statement::Builder;
use crate::edm::{EntitySet, Value};
use crate::plan::{Class, Sorting};

/// How a statement says one [`Sorting`].
struct Place<'a> {
    sorting: &'a Sorting,
    /// What is compared.
    by: String,
    /// The same as it is put in order.
    ordered: String,
    /// What is read of it.
    read: String,
    /// Whether that is a column as it is.
    is_column: bool,
}

/// An order in SQL.
pub(super) struct Order<'a> {
    places: Vec<Place<'a>>,
    key: Vec<String>,
}

impl<'a> Order<'a> {
    pub(super) fn new(build: &mut Builder<'_>, set: &EntitySet, order: &'a [Sorting]) -> Self {
        let places = order.iter().map(|sorting| Place::new(build, set, sorting)).collect();
        Self { places, key: build.key(set) }
    }

    /// What stands behind `ORDER BY`: nothing twice, because T-SQL refuses that.
    pub(super) fn clause(&self) -> String {
        let mut seen: Vec<&str> = Vec::new();
        let mut items = Vec::new();
        let key = self.key.iter().map(|column| (column.as_str(), false));
        for (by, descending) in
            self.places.iter().map(|place| (place.ordered.as_str(), place.sorting.descending)).chain(key)
        {
            if !seen.contains(&by) {
                seen.push(by);
                items.push(if descending { format!("{by} DESC") } else { by.to_owned() });
            }
        }
        items.join(", ")
    }

    /// The columns that are read beside those of the entity.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|place| place.read.as_str())
    }

    /// The condition that the row comes behind `position`: the values of these columns, and then those of the key.
    pub(super) fn behind(&self, build: &mut Builder<'_>, set: &EntitySet, position: &[Value]) -> String {
        let (values, key) = position.split_at(self.places.len().min(position.len()));
        let mut condition = build.dialect().seek(build, set, key);
        for (place, value) in self.places.iter().zip(values).rev() {
            condition = place.behind(build, value, &condition);
        }
        condition
    }
}

impl<'a> Place<'a> {
    fn new(build: &mut Builder<'_>, set: &EntitySet, sorting: &'a Sorting) -> Self {
        let dialect = build.dialect();
        if let Some((_, property)) = sorting.by.own_property() {
            let column = build.column(property);
            if let Some(by) = dialect.ordered(property, &column) {
                let (ordered, read) = (by.clone(), dialect.selected(property, column));
                return Self { sorting, by, ordered, read, is_column: true };
            }
        }
        let made = |build: &mut Builder<'_>| comparable(build, &sorting.by);
        // A `CASE` of nothing but nulls is an error in SQL Server.
        let by = if sorting.by.class == Class::Null { made(build) } else { shown_only(build, set, "t", made) };
        Self { sorting, ordered: dialect.in_order(by.clone()), read: by.clone(), by, is_column: false }
    }

    /// Behind `value` here, or at it and behind in what follows.
    fn behind(&self, build: &mut Builder<'_>, value: &Value, rest: &str) -> String {
        let by = &self.by;
        if *value == Value::Null {
            let greater = if self.sorting.descending { String::new() } else { format!("{by} IS NOT NULL OR ") };
            return format!("({greater}({by} IS NULL AND {rest}))");
        }
        let position = self.position(build, value);
        match (self.sorting.descending, self.may_be_null(build)) {
            (false, _) => format!("({by} >= {position} AND ({by} > {position} OR {rest}))"),
            (true, false) => format!("({by} <= {position} AND ({by} < {position} OR {rest}))"),
            (true, true) => format!("({by} < {position} OR {by} IS NULL OR ({by} = {position} AND {rest}))"),
        }
    }

    /// A column as it is holds what the database lets it; what is made of it is null also where the value fits no type.
    fn may_be_null(&self, build: &Builder<'_>) -> bool {
        match self.sorting.by.own_property() {
            Some((_, property)) if self.is_column => property.null_in_database,
            _ => build.dialect().may_be_null(&self.sorting.by),
        }
    }

    fn position(&self, build: &mut Builder<'_>, value: &Value) -> String {
        let dialect = build.dialect();
        match self.sorting.by.own_property() {
            Some((_, property)) if self.is_column => dialect.ordered_position(build, property, value),
            _ => dialect.position(build, self.sorting.by.class, value),
        }
    }
}
