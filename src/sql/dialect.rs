//! All that can differ between databases, with ANSI's way as the default.

use super::expression::Expressions;
use super::quoted::quoted;
use super::statement::{Builder, Param, Script, Statement};
use crate::edm::{ChangeLog, EntitySet, Property, Table, Value};
use crate::token::{Anchor, ChangePosition};
use crate::version::ChangeVersion;

/// The statements that depend on a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skeleton {
    /// A page of changes.
    Changes,
    /// Their number.
    ChangesCount,
    /// The number of entities.
    Count,
    /// Entities: a page of them, or one.
    Entities,
    /// Entities that others lead to.
    Related,
    /// Their number.
    RelatedCount,
}

/// How one kind of database says things.
pub trait Dialect: Expressions {
    /// The text with slots.
    fn skeleton(&self, skeleton: Skeleton) -> &'static str;

    /// The table of `set`, quoted.
    fn table(&self, set: &EntitySet) -> String {
        self.identifier(&set.table)
    }

    /// A name as a quoted identifier.
    fn identifier(&self, name: &str) -> String {
        quoted('"', name, '"')
    }

    /// The placeholder number `index`, from 1.
    fn placeholder(&self, index: usize) -> String;

    /// What opens the snapshot that reads `set`, where that takes more than a transaction; `tracked` where its history is
    /// asked for.
    fn opening(&self, _set: &EntitySet, _tracked: bool) -> Option<String> {
        None
    }

    /// `column` of `property` as it is selected: in a form that the driver hands over without loss.
    fn selected(&self, _property: &Property, column: String) -> String {
        column
    }

    /// `column` of the key, compared as the primary key's index compares it: the order of that index is the order of
    /// pages.
    fn in_key_order(&self, property: &Property, column: String) -> String {
        match &property.collation {
            Some(collation) => format!("{column} COLLATE {}", self.identifier(collation)),
            None => column,
        }
    }

    /// `placeholder`, given as read from the column of `property`, as a value of that column.
    fn stored(&self, _property: &Property, placeholder: &str) -> String {
        placeholder.to_owned()
    }

    /// Removes a batch of the recorded changes of `table` that are older than their retention; none where the database does
    /// that by itself. The script changes one row more than it removes; at most one where nothing is left to remove.
    fn prune(&self, _table: &Table) -> Option<Script> {
        None
    }

    /// Ends for good the links to the changes of a table whose recording is damaged; none where it is whole.
    fn expire(&self, _table: &Table) -> Option<Script> {
        None
    }

    /// The script as text for the database's own shell.
    fn script(&self, script: &Script) -> String;

    /// The condition that the properties of a key have these values, given in the canonical form of their types.
    fn key_equals(&self, build: &mut Builder<'_>, key: &[(&Property, &Value)]) -> String;

    /// The condition that the key of `t` comes after `key`, given as stored.
    fn seek(&self, build: &mut Builder<'_>, set: &EntitySet, key: &[Value]) -> String;

    /// The statement that reads the history of `set`, and the mark of `witness` in it.
    fn history(&self, set: &EntitySet, log: ChangeLog, witness: ChangeVersion) -> Statement;

    /// The slots that name the change log and tie it to the table.
    fn change_slots(&self, build: &mut Builder<'_>, set: &EntitySet, log: ChangeLog) -> Vec<(&'static str, String)>;

    /// The slots that bound the changes: after what the client has, up to `upper`.
    fn change_range(
        &self,
        build: &mut Builder<'_>,
        set: &EntitySet,
        anchor: &Anchor,
        after: Option<&ChangePosition>,
        upper: Param,
    ) -> Vec<(&'static str, String)>;
}
