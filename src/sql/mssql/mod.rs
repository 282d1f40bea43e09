//! T-SQL's way of saying things.

mod expression;
mod functions;
mod keys;
mod moments;
mod narrowing;
mod remedies;
mod tracking;
pub mod types;

use super::dialect::{Dialect, Skeleton};
use super::quoted::quoted;
use super::statement::{Builder, Param, Script, Statement};
use super::template;
use crate::edm::{ChangeLog, EntitySet, Property, Value};
use crate::token::{Anchor, ChangePosition};
use crate::version::ChangeVersion;
use keys::{after, parameters};
pub use remedies::{add_primary_key, auto_cleanup, flush_commits, grant_changes, grant_select, grant_state};
pub use tracking::{allow_snapshots, disable_table, enable_database, enable_table, set_retention};

/// Ends the snapshot of a read that was refused.
pub fn abandon() -> String {
    slot(include_str!("../../../sql/mssql/abandon.sql"))
}

/// Ends the snapshot of a read that was whole.
pub fn close() -> String {
    slot(include_str!("../../../sql/mssql/close.sql"))
}

/// The database, its tables, columns, indexes and references. Its one parameter names the schema that is wanted.
pub fn catalog() -> String {
    template::fill(include_str!("../../../sql/mssql/catalog.sql"), &[("signature", slot(SIGNATURE))])
}

/// The newest version of the database's changes.
pub fn stamp() -> String {
    slot(include_str!("../../../sql/mssql/stamp.sql"))
}

const FORK: &str = include_str!("../../../sql/mssql/fork.sql");
const SIGNATURE: &str = include_str!("../../../sql/mssql/signature.sql");

/// A statement, or a part of one, that has no slots itself.
fn slot(text: &str) -> String {
    template::fill(text, &[]).trim_end().to_owned()
}

/// The dialect.
#[derive(Clone, Copy, Debug)]
pub struct Mssql {
    isolation: &'static str,
}

/// The dialect where reads have snapshots.
pub static WITH_SNAPSHOT: Mssql = Mssql { isolation: "SNAPSHOT" };
/// The dialect where they have none: what a version covers is then checked again behind the rows.
pub static WITHOUT_SNAPSHOT: Mssql = Mssql { isolation: "READ COMMITTED" };

impl Mssql {
    /// Opens a snapshot of the tables that `checks` are about. The version is asked for only where changes are `tracked`: on a
    /// replica, the question alone is an error.
    pub fn open(&self, checks: &[&str], tracked: bool) -> String {
        let slots = [
            ("isolation", self.isolation.to_owned()),
            ("version", if tracked { "CHANGE_TRACKING_CURRENT_VERSION()" } else { "CAST(NULL AS bigint)" }.to_owned()),
            ("checks", checks.join("\n")),
        ];
        template::fill(include_str!("../../../sql/mssql/open.sql"), &slots)
    }
}

impl Dialect for Mssql {
    fn skeleton(&self, skeleton: Skeleton) -> &'static str {
        match skeleton {
            Skeleton::Changes => include_str!("../../../sql/mssql/changes.sql"),
            Skeleton::ChangesCount => include_str!("../../../sql/mssql/changes_count.sql"),
            Skeleton::Count => include_str!("../../../sql/mssql/count.sql"),
            Skeleton::Entities => include_str!("../../../sql/mssql/entities.sql"),
            Skeleton::Related => include_str!("../../../sql/mssql/related.sql"),
            Skeleton::RelatedCount => include_str!("../../../sql/mssql/related_count.sql"),
        }
    }

    fn table(&self, set: &EntitySet) -> String {
        let table = self.identifier(&set.table);
        set.schema.as_ref().map_or(table.clone(), |schema| format!("{}.{table}", self.identifier(schema)))
    }

    fn identifier(&self, name: &str) -> String {
        quote(name)
    }

    fn placeholder(&self, index: usize) -> String {
        format!("@P{index}")
    }

    /// The check of its table, which [`Mssql::open`] puts behind what is the same for all.
    fn opening(&self, set: &EntitySet, _tracked: bool) -> Option<String> {
        let table = self.table(set);
        let slots = [("name", literal(&table)), ("table", table), ("signature", slot(SIGNATURE))];
        Some(template::fill(include_str!("../../../sql/mssql/check.sql"), &slots).trim_end().to_owned())
    }

    /// Not in a transaction: what changes the database as a whole must stand alone.
    fn script(&self, script: &Script) -> String {
        let statements: Vec<&str> = script.statements.iter().map(|statement| statement.trim()).collect();
        statements.join("\nGO\n") + "\nGO"
    }

    /// With the column's collation: a column of values has its own, the database's, and two that differ cannot be compared.
    fn stored(&self, property: &Property, placeholder: &str) -> String {
        let stored = keys::parameter(property, placeholder);
        match &property.collation {
            Some(collation) if types::is_plain(collation) => format!("{stored} COLLATE {collation}"),
            _ => stored,
        }
    }

    fn selected(&self, property: &Property, column: String) -> String {
        types::selected(&property.declared, column)
    }

    /// The key's index is in the order of the column's own collation, which needs no saying.
    fn in_key_order(&self, _property: &Property, column: String) -> String {
        column
    }

    fn key_equals(&self, build: &mut Builder<'_>, key: &[(&Property, &Value)]) -> String {
        keys::equals(build, key)
    }

    fn seek(&self, build: &mut Builder<'_>, set: &EntitySet, key: &[Value]) -> String {
        let columns = build.key(set);
        let values = parameters(build, set, key);
        after(&columns, &values)
    }

    fn history(&self, _set: &EntitySet, log: ChangeLog, witness: ChangeVersion) -> Statement {
        let known = |is: bool, slot: String| if is { slot.trim_end().to_owned() } else { "NULL".to_owned() };
        let commit = |version: &str| {
            let commit = include_str!("../../../sql/mssql/commit.sql");
            known(log.proofs.commits, template::fill(commit, &[("version", version.to_owned())]))
        };
        let slots = [
            ("table", "@P1".to_owned()),
            ("fork", known(log.proofs.recovery_fork, slot(FORK))),
            ("newest", commit("CHANGE_TRACKING_CURRENT_VERSION()")),
            ("witness", commit("@P2")),
        ];
        let mut params = vec![Param::Value(Value::Integer(log.log))];
        if log.proofs.commits {
            params.push(Param::Version(witness));
        }
        Statement { sql: template::fill(include_str!("../../../sql/mssql/history.sql"), &slots), params }
    }

    fn change_slots(&self, build: &mut Builder<'_>, set: &EntitySet, _log: ChangeLog) -> Vec<(&'static str, String)> {
        let recorded: Vec<(&Property, String)> =
            set.key_properties().map(|property| (property, format!("c.{}", quote(&property.column)))).collect();
        let same = recorded.iter().map(|(property, recorded)| format!("{} = {recorded}", build.column(property)));
        let same_row = same.collect::<Vec<_>>().join(" AND ");
        let selected = recorded.iter().map(|(property, column)| self.selected(property, column.clone()));
        vec![
            ("table", self.table(set)),
            ("rows", build.rows(set)),
            ("recorded", selected.collect::<Vec<_>>().join(", ")),
            ("same_row", same_row),
            ("absent", format!("{} IS NULL", build.column(recorded[0].0))),
            ("order", recorded.iter().map(|(_, column)| column.as_str()).collect::<Vec<_>>().join(", ")),
        ]
    }

    /// From the version of the last item on: that version is read again, because it may have more items.
    fn change_range(
        &self,
        build: &mut Builder<'_>,
        set: &EntitySet,
        anchor: &Anchor,
        position: Option<&ChangePosition>,
        upper: Param,
    ) -> Vec<(&'static str, String)> {
        let Some(position) = position else {
            let since = build.param(Param::Version(anchor.since));
            return vec![("after", since), ("upper", build.param(upper)), ("position", "1 = 1".to_owned())];
        };
        let before = ChangeVersion(position.version.0.saturating_sub(1)).max(anchor.since);
        let since = build.param(Param::Version(before));
        let version = build.param(Param::Version(position.version));
        let rank = build.param(Param::Value(Value::Integer(i64::from(!position.deleted))));
        let mut columns = vec!["c.SYS_CHANGE_VERSION".to_owned(), RANK.to_owned()];
        columns.extend(set.key_properties().map(|property| format!("c.{}", quote(&property.column))));
        let mut values = vec![version, rank];
        values.extend(parameters(build, set, &position.key));
        vec![("after", since), ("upper", build.param(upper)), ("position", after(&columns, &values))]
    }
}

/// Deletions before the rest: the order of `changes.sql`.
const RANK: &str = "CASE c.SYS_CHANGE_OPERATION WHEN N'D' THEN 0 ELSE 1 END";

/// A name in brackets.
pub fn quote(name: &str) -> String {
    quoted('[', name, ']')
}

/// Text as a Unicode literal: for names that are looked up, never for values.
fn literal(text: &str) -> String {
    format!("N'{}'", text.replace('\'', "''"))
}
