//! A statement: its text and its parameters, and the builder that keeps the two in step.

use super::dialect::{Dialect, Skeleton};
use super::{rows, template};
use crate::edm::{EntitySet, Property, Value};
use crate::plan::RowFilters;
use crate::version::ChangeVersion;

/// Text with placeholders, and what they stand for, in their order.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The SQL.
    pub sql: String,
    /// For the placeholders 1, 2, ...
    pub params: Vec<Param>,
}

/// What a placeholder stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// The newest version in the snapshot that the statement runs in.
    CurrentVersion,
    /// A value.
    Value(Value),
    /// A version.
    Version(ChangeVersion),
}

/// Statements that change the database, run in one transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Each is one or more complete statements.
    pub statements: Vec<String>,
}

/// Fills a skeleton, collecting parameters on the way.
#[derive(Clone)]
pub struct Builder<'a> {
    dialect: &'a dyn Dialect,
    params: Vec<Param>,
    /// What the statement calls the table that conditions are about.
    table: String,
    filters: &'a RowFilters,
    /// The rows of sets that are filtered, as they are written: a set that is named twice needs its parameters once.
    filtered: Vec<(String, String)>,
    /// What the statement calls the rows of filtered sets that are in sight of the condition that is being written.
    asked: Vec<String>,
}

impl<'a> Builder<'a> {
    /// For who may read the rows that `filters` let through.
    pub(super) fn new(dialect: &'a dyn Dialect, filters: &'a RowFilters) -> Self {
        Self { dialect, params: Vec::new(), table: "t".to_owned(), filters, filtered: Vec::new(), asked: Vec::new() }
    }

    /// A new placeholder for `param`.
    pub fn param(&mut self, param: Param) -> String {
        self.params.push(param);
        self.dialect.placeholder(self.params.len())
    }

    /// A new placeholder for a number of rows.
    pub(super) fn number(&mut self, number: u64) -> String {
        self.param(Param::Value(Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))))
    }

    /// How the database says things.
    pub fn dialect(&self) -> &'a dyn Dialect {
        self.dialect
    }

    /// What stands for the table of `set` wherever its rows are read: the table, or those of its rows that may be read.
    pub(super) fn rows(&mut self, set: &EntitySet) -> String {
        if !set.rows_filtered {
            return self.dialect.table(set);
        }
        if let Some((_, written)) = self.filtered.iter().find(|(name, _)| *name == set.name) {
            return written.clone();
        }
        let filter = self.filters.of(set);
        // A filter stands for itself, and may be used elsewhere too: the rows around it are not in its sight.
        let around = std::mem::take(&mut self.asked);
        let written = self.about(rows::NAME, |build| rows::filtered(build, set, filter));
        self.asked = around;
        self.filtered.push((set.name.clone(), written.clone()));
        written
    }

    /// The column of `property` in the table that conditions are about: `t`, or another one for a while.
    pub fn column(&self, property: &Property) -> String {
        self.column_of(&self.table, property)
    }

    /// What `write` says about the table that the statement calls `name`.
    pub(super) fn about<T>(&mut self, name: &str, write: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.table, name.to_owned());
        let written = write(self);
        self.table = before;
        written
    }

    /// What `write` says about the row `name` of `set`, and about those that are in sight already.
    pub(super) fn asking<T>(&mut self, set: &EntitySet, name: &str, write: impl FnOnce(&mut Self) -> T) -> T {
        let asked: Vec<String> = set.rows_filtered.then(|| name.to_owned()).into_iter().collect();
        self.seeing(&asked, write)
    }

    /// What `write` says where the rows `names`, which are of filtered sets, are in sight too.
    pub(super) fn seeing<T>(&mut self, names: &[String], write: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.asked.len();
        self.asked.extend_from_slice(names);
        let written = write(self);
        self.asked.truncate(before);
        written
    }

    /// The rows in sight of what is being written that are of filtered sets.
    pub(super) fn asked(&self) -> &[String] {
        &self.asked
    }

    /// The column of `property` in the table that the statement calls `name`.
    pub fn column_of(&self, name: &str, property: &Property) -> String {
        [name, ".", &self.dialect.identifier(&property.column)].concat()
    }

    /// A column of the key, in the order of the primary key's index.
    pub fn key_column(&self, property: &Property) -> String {
        self.dialect.in_key_order(property, self.column(property))
    }

    /// The columns of the key.
    pub fn key(&self, set: &EntitySet) -> Vec<String> {
        set.key_properties().map(|property| self.key_column(property)).collect()
    }

    pub(super) fn columns(&self, set: &EntitySet, properties: &[usize]) -> String {
        self.column_list(set, properties).join(", ")
    }

    /// The columns of `properties`, as they are selected.
    pub(super) fn column_list(&self, set: &EntitySet, properties: &[usize]) -> Vec<String> {
        let selected = |&index: &usize| {
            let property = &set.properties[index];
            self.dialect.selected(property, self.column(property))
        };
        properties.iter().map(selected).collect()
    }

    pub(super) fn finish(self, skeleton: Skeleton, slots: &[(&str, String)]) -> Statement {
        Statement { sql: template::fill(self.dialect.skeleton(skeleton), slots), params: self.params }
    }
}
