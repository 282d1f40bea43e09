//! SQLite's way of saying things.

mod candidates;
mod tracking;

use super::dialect::{Dialect, Skeleton};
use super::statement::{Builder, Param, Statement};
use super::template;
use crate::edm::{ChangeLog, EdmType, EntitySet, Value};
use crate::token::{Anchor, ChangePosition};
use crate::version::ChangeVersion;
use candidates::candidates;
pub use tracking::{
    Trigger, install, log_number, log_table, prune, remove, remove_register, set_retention, transaction, triggers,
    unseen,
};

/// Fixed statements.
pub mod fixed {
    /// Tables and columns.
    pub const CATALOG_COLUMNS: &str = include_str!("../../../sql/sqlite/catalog_columns.sql");
    /// Unique indexes.
    pub const CATALOG_INDEXES: &str = include_str!("../../../sql/sqlite/catalog_indexes.sql");
    /// How the file keeps its journal.
    pub const CATALOG_JOURNAL: &str = include_str!("../../../sql/sqlite/catalog_journal.sql");
    /// The register of change logs.
    pub const CATALOG_LOGS: &str = include_str!("../../../sql/sqlite/catalog_logs.sql");
    /// Whether the register exists.
    pub const CATALOG_REGISTER: &str = include_str!("../../../sql/sqlite/catalog_register.sql");
    /// The gateway's triggers.
    pub const CATALOG_TRIGGERS: &str = include_str!("../../../sql/sqlite/catalog_triggers.sql");
    /// The schema's number.
    pub const CATALOG_VERSION: &str = include_str!("../../../sql/sqlite/catalog_version.sql");
    /// The demonstration's changes, separated by blank lines.
    pub const CHURN: &str = include_str!("../../../sql/sqlite/churn.sql");
    /// The demonstration's tables.
    pub const DEMO: &str = include_str!("../../../sql/sqlite/demo.sql");
    /// What the demonstration's walk changes.
    pub const DEMO_WALK: &str = include_str!("../../../sql/sqlite/demo_walk.sql");
}

/// The dialect.
#[derive(Clone, Copy, Debug)]
pub struct Sqlite;

impl Dialect for Sqlite {
    fn skeleton(&self, skeleton: Skeleton) -> &'static str {
        match skeleton {
            Skeleton::Changes => include_str!("../../../sql/sqlite/changes.sql"),
            Skeleton::ChangesCount => include_str!("../../../sql/sqlite/changes_count.sql"),
            Skeleton::Count => include_str!("../../../sql/sqlite/count.sql"),
            Skeleton::Entities => include_str!("../../../sql/sqlite/entities.sql"),
        }
    }

    fn placeholder(&self, index: usize) -> String {
        format!("?{index}")
    }

    /// Any of the forms in which the value may be stored; text and moments have several.
    fn key_equals(&self, build: &mut Builder<'_>, set: &EntitySet, key: &[Value]) -> String {
        let conditions = set.key_properties().zip(key).map(|(property, value)| {
            let column = build.column(property);
            let forms: Vec<String> =
                candidates(property.ty, value).into_iter().map(|form| build.param(Param::Value(form))).collect();
            match forms.as_slice() {
                [form] if is_text(property.ty) => format!("{column} = {form} AND {column} = {form} COLLATE BINARY"),
                [form] => format!("{column} = {form}"),
                forms => format!("{column} IN ({})", forms.join(", ")),
            }
        });
        conditions.collect::<Vec<_>>().join(" AND ")
    }

    /// A row value comparison: exact for composite keys, and served by the key's index.
    fn seek(&self, build: &mut Builder<'_>, set: &EntitySet, key: &[Value]) -> String {
        let values: Vec<String> = key.iter().map(|value| build.param(Param::Value(value.clone()))).collect();
        format!("({}) > ({})", build.key(set).join(", "), values.join(", "))
    }

    fn history(&self, _set: &EntitySet, log: ChangeLog, witness: ChangeVersion) -> Statement {
        let slots = [("log", log_table(log.log)), ("witness", "?1".to_owned()), ("number", log.log.to_string())];
        let sql = template::fill(include_str!("../../../sql/sqlite/history.sql"), &slots);
        Statement { sql, params: vec![Param::Version(witness)] }
    }

    /// Log columns are compared as octets, so that a key which changed only in a way that the column's collation ignores
    /// is still two keys; the comparison by the column's own collation beside it is what finds the index.
    fn change_slots(&self, build: &mut Builder<'_>, set: &EntitySet, log: ChangeLog) -> Vec<(&'static str, String)> {
        let key: Vec<(String, String, bool)> = set
            .key_properties()
            .enumerate()
            .map(|(index, property)| (build.column(property), format!("k{}", index + 1), is_text(property.ty)))
            .collect();
        let join = |separator: &str, part: &dyn Fn(&(String, String, bool)) -> String| {
            key.iter().map(part).collect::<Vec<_>>().join(separator)
        };
        vec![
            ("log", log_table(log.log)),
            ("table", self.table(set)),
            ("gone", format!("{} IS NULL", key[0].0)),
            ("recorded", join(", ", &|(_, recorded, _)| format!("c.{recorded}"))),
            ("same_key", join(" AND ", &|(_, recorded, _)| format!("later.{recorded} = c.{recorded}"))),
            (
                "same_row",
                join(" AND ", &|(column, recorded, text)| match text {
                    true => format!("{column} = c.{recorded} AND c.{recorded} = {column} COLLATE BINARY"),
                    false => format!("{column} = c.{recorded}"),
                }),
            ),
        ]
    }

    /// A version of a SQLite log has one item, so the version alone is the position.
    fn change_range(
        &self,
        build: &mut Builder<'_>,
        anchor: &Anchor,
        after: Option<&ChangePosition>,
        upper: Param,
    ) -> Vec<(&'static str, String)> {
        let after = after.map_or(anchor.since, |position| position.version);
        vec![("after", build.param(Param::Version(after))), ("upper", build.param(upper))]
    }
}

fn is_text(ty: EdmType) -> bool {
    matches!(ty, EdmType::String { .. })
}
