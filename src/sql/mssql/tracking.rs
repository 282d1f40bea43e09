//! A table or a database -> the scripts that switch change tracking on and off.

use super::super::statement::Script;
use super::super::template::fill;
use super::quote;
use crate::edm::Table;

/// Switches change tracking on in a database, which every table needs first.
pub fn enable_database(name: &str, retention_minutes: u64) -> Script {
    let slots = [("database", quote(name)), ("retention", period(retention_minutes))];
    script(fill(include_str!("../../../sql/mssql/enable_database.sql"), &slots))
}

/// Keeps the changes of all tables for another time.
pub fn set_retention(name: &str, retention_minutes: u64) -> Script {
    let slots = [("database", quote(name)), ("retention", period(retention_minutes))];
    script(fill(include_str!("../../../sql/mssql/retention.sql"), &slots))
}

/// Lets reads have snapshots.
pub fn allow_snapshots(name: &str) -> Script {
    script(fill(include_str!("../../../sql/mssql/allow_snapshots.sql"), &[("database", quote(name))]))
}

/// Tracks the changes of a table.
pub fn enable_table(table: &Table) -> Script {
    script(fill(include_str!("../../../sql/mssql/enable_table.sql"), &[("table", qualified(table))]))
}

/// Ends that.
pub fn disable_table(table: &Table) -> Script {
    script(fill(include_str!("../../../sql/mssql/disable_table.sql"), &[("table", qualified(table))]))
}

pub(super) fn script(statement: String) -> Script {
    Script { statements: vec![statement] }
}

pub(super) fn qualified(table: &Table) -> String {
    let name = quote(&table.name);
    table.schema.as_ref().map_or(name.clone(), |schema| format!("{}.{name}", quote(schema)))
}

/// In the largest unit that says it exactly.
fn period(minutes: u64) -> String {
    match minutes {
        _ if minutes.is_multiple_of(24 * 60) => format!("{} DAYS", minutes / (24 * 60)),
        _ if minutes.is_multiple_of(60) => format!("{} HOURS", minutes / 60),
        _ => format!("{minutes} MINUTES"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_is_said_in_the_largest_unit() {
        assert_eq!(period(2 * 24 * 60), "2 DAYS");
        assert_eq!(period(36 * 60), "36 HOURS");
        assert_eq!(period(90), "90 MINUTES");
    }

    #[test]
    fn names_are_quoted_whatever_they_hold() {
        let script = enable_database("a]b; DROP", 60);
        assert!(script.statements[0].starts_with("ALTER DATABASE [a]]b; DROP] SET"), "{script:?}");
    }
}
