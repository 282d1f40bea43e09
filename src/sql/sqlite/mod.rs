//! SQLite's way of saying things.

mod candidates;
mod displaced;
mod expression;
mod narrowing;
mod tracking;

use super::dialect::{Dialect, Skeleton};
use super::statement::{Builder, Param, Script, Statement};
use super::template;
use crate::edm::{ChangeLog, EdmType, EntitySet, Property, Table, Tracking, Value};
use crate::token::{Anchor, ChangePosition};
use crate::version::ChangeVersion;
use candidates::candidates;
pub use displaced::{predicate, unseen};
use tracking::transaction;
pub use tracking::{
    Trigger, drop_triggers, expire, install, log_number, log_table, prune, remove, remove_register, set_retention,
    triggers,
};

/// Fixed statements.
pub mod fixed {
    /// Begins a transaction that reads.
    pub const BEGIN: &str = include_str!("../../../sql/sqlite/begin.sql");
    /// Tables and columns.
    pub const CATALOG_COLUMNS: &str = include_str!("../../../sql/sqlite/catalog_columns.sql");
    /// References between tables.
    pub const CATALOG_FOREIGN_KEYS: &str = include_str!("../../../sql/sqlite/catalog_foreign_keys.sql");
    /// Unique indexes.
    pub const CATALOG_INDEXES: &str = include_str!("../../../sql/sqlite/catalog_indexes.sql");
    /// How the file keeps its journal.
    pub const CATALOG_JOURNAL: &str = include_str!("../../../sql/sqlite/catalog_journal.sql");
    /// Tables with triggers that may call off the gateway's.
    pub const CATALOG_IGNORING: &str = include_str!("../../../sql/sqlite/catalog_ignoring.sql");
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
    /// Ends a transaction that has read.
    pub const COMMIT: &str = include_str!("../../../sql/sqlite/commit.sql");
    /// Whether somebody has committed.
    pub const DATA_VERSION: &str = include_str!("../../../sql/sqlite/data_version.sql");
    /// The demonstration's tables.
    pub const DEMO: &str = include_str!("../../../sql/sqlite/demo.sql");
    /// What the demonstration's walk changes.
    pub const DEMO_WALK: &str = include_str!("../../../sql/sqlite/demo_walk.sql");
    /// Ends a transaction after a failure.
    pub const ROLLBACK: &str = include_str!("../../../sql/sqlite/rollback.sql");
}

/// Reads how old the oldest change in `log` is that is kept.
pub fn oldest_change(log: ChangeLog) -> String {
    let slots = [("log", log_table(log.log)), ("number", log.log.to_string())];
    template::fill(include_str!("../../../sql/sqlite/oldest_change.sql"), &slots)
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
            Skeleton::Related => include_str!("../../../sql/sqlite/related.sql"),
            Skeleton::RelatedCount => include_str!("../../../sql/sqlite/related_count.sql"),
        }
    }

    fn placeholder(&self, index: usize) -> String {
        format!("?{index}")
    }

    /// Where tracking is damaged there may be no log, and no link needs it.
    fn prune(&self, table: &Table) -> Option<Script> {
        match table.tracking {
            Tracking::Triggers { log, damage: None, .. } => Some(prune(log)),
            _ => None,
        }
    }

    fn expire(&self, table: &Table) -> Option<Script> {
        match table.tracking {
            Tracking::Triggers { log, damage: Some(_), .. } => Some(expire(log)),
            _ => None,
        }
    }

    fn script(&self, script: &Script) -> String {
        transaction(script)
    }

    /// Any of the forms in which the value may be stored; GUIDs, dates and moments have several.
    fn key_equals(&self, build: &mut Builder<'_>, key: &[(&Property, &Value)]) -> String {
        let conditions = key.iter().map(|&(property, value)| {
            let (column, bare) = (build.key_column(property), build.column(property));
            let forms: Vec<String> =
                candidates(property.ty, value).into_iter().map(|form| build.param(Param::Value(form))).collect();
            match forms.as_slice() {
                [form] if is_text(property.ty) => format!("{column} = {form} AND {bare} = {form} COLLATE BINARY"),
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

    fn change_slots(&self, build: &mut Builder<'_>, set: &EntitySet, log: ChangeLog) -> Vec<(&'static str, String)> {
        let key: Vec<(&Property, String)> =
            set.key_properties().zip((1..).map(|number| format!("k{number}"))).collect();
        let join = |separator: &str, part: &dyn Fn(&Property, &str) -> String| {
            key.iter().map(|(property, recorded)| part(property, recorded)).collect::<Vec<_>>().join(separator)
        };
        let absent = format!("{} IS NULL", build.column(key[0].0));
        let gone = if set.rows_filtered {
            let same_row = build.about(BARE, |build| {
                key.iter().map(|(property, recorded)| same_value(build, property, recorded)).collect::<Vec<_>>()
            });
            hidden_or_deleted(&absent, &self.table(set), &same_row.join(" AND "))
        } else {
            absent
        };
        vec![
            ("log", log_table(log.log)),
            ("rows", build.rows(set)),
            ("gone", gone),
            ("recorded", join(", ", &|_, recorded| format!("c.{recorded}"))),
            ("same_key", join(" AND ", &|_, recorded| format!("later.{recorded} = c.{recorded}"))),
            ("same_row", join(" AND ", &|property, recorded| same_value(build, property, recorded))),
        ]
    }

    /// A version of a SQLite log has one item, so the version alone is the position.
    fn change_range(
        &self,
        build: &mut Builder<'_>,
        _set: &EntitySet,
        anchor: &Anchor,
        after: Option<&ChangePosition>,
        upper: Param,
    ) -> Vec<(&'static str, String)> {
        let after = after.map_or(anchor.since, |position| position.version);
        vec![("after", build.param(Param::Version(after))), ("upper", build.param(upper))]
    }
}

/// The condition that the row `t` has the value which the log's column `recorded` holds. Text is compared as octets too, so
/// that a key which changed only in a way that the collation ignores is still two keys; the comparison by the key's
/// collation beside it is what finds the index. A GUID is the same in either case.
fn same_value(build: &Builder<'_>, property: &Property, recorded: &str) -> String {
    let column = build.key_column(property);
    match property.ty {
        EdmType::Guid => format!("{column} IN (c.{recorded}, lower(c.{recorded}), upper(c.{recorded}))"),
        EdmType::String { .. } => {
            format!("{column} = c.{recorded} AND c.{recorded} = {} COLLATE BINARY", build.column(property))
        }
        _ => format!("{column} = c.{recorded}"),
    }
}

/// The table that a set's rows are in, where its filter does not count.
const BARE: &str = "bare";

/// 0 where the row is there, 1 where it was deleted, 2 where it is in the table and not to be seen.
fn hidden_or_deleted(absent: &str, table: &str, same_row: &str) -> String {
    format!(
        "CASE WHEN {absent} THEN CASE WHEN EXISTS (SELECT 1 FROM {table} AS {BARE} WHERE {same_row}) THEN 2 ELSE 1 END ELSE 0 END"
    )
}

fn is_text(ty: EdmType) -> bool {
    matches!(ty, EdmType::String { .. })
}
