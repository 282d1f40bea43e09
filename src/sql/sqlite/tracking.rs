//! A table -> the triggers and the change log that record its changes, and the scripts that install, remove and prune.
//!
//! A newcomer's trap: the triggers run inside other programs, with their SQLite and their settings. So they use old
//! syntax only, depend on no conflict clause (an outer `OR IGNORE` would override it), and say only *that* something
//! happened to a key; what happened is decided when changes are read, by whether the row is there.

use super::super::quoted::quoted;
use super::super::statement::Script;
use super::super::template::fill;
use super::displaced::displacing;
use crate::edm::{AbandonedLog, Table};

const PREFIX: &str = "_deltalink_";
const TRIGGERS: &str = include_str!("../../../sql/sqlite/install_triggers.sql");
const TOUCHES: &str = include_str!("../../../sql/sqlite/install_touches.sql");

/// A trigger: its name, and its definition behind the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// The name, unquoted.
    pub name: String,
    /// The whole `CREATE TRIGGER` statement.
    pub sql: String,
}

impl Trigger {
    /// The definition behind the name: equal for triggers that do the same.
    pub fn definition(&self) -> &str {
        definition(&self.sql)
    }
}

/// What stands behind the name in a `CREATE TRIGGER` statement of ours.
fn definition(sql: &str) -> &str {
    sql.split_once("\" ").map_or(sql, |(_, rest)| rest)
}

/// The change log number `log`, quoted.
pub fn log_table(log: i64) -> String {
    quote(&format!("{PREFIX}log_{log}"))
}

/// The number of the log that the trigger `name` feeds.
pub fn log_number(name: &str) -> Option<i64> {
    name.strip_prefix(PREFIX)?.split_once('_')?.0.parse().ok()
}

/// The triggers that `table` needs to feed the log number `log`.
pub fn triggers(table: &Table, log: i64) -> Vec<Trigger> {
    let mut triggers = filled(TRIGGERS, &trigger_slots(table, log));
    for (number, holds) in displacing(table).into_iter().enumerate() {
        let mut slots = trigger_slots(table, log);
        slots.push(("before_insert", trigger_name(log, &format!("before_insert_{number}"))));
        slots.push(("before_update", trigger_name(log, &format!("before_update_{number}"))));
        slots.push(("holds", holds));
        slots.push(("own", key_list(table, "t.")));
        slots.push(("other", differs(table, "t.", "OLD.")));
        triggers.extend(filled(TOUCHES, &slots));
    }
    triggers
}

/// Starts the history of `table`: a fresh log number `log`, and the triggers.
pub fn install(table: &Table, log: i64, retention: u64) -> Script {
    let slots = [
        ("number", log.to_string()),
        ("retention", retention.to_string()),
        ("log", log_table(log)),
        ("index", quote(&format!("{PREFIX}log_{log}_key"))),
        ("keys", recorded(table)),
    ];
    let mut statements = vec![
        fill(include_str!("../../../sql/sqlite/tracking_schema.sql"), &[]),
        fill(include_str!("../../../sql/sqlite/install_log.sql"), &slots),
    ];
    statements.extend(triggers(table, log).into_iter().map(|trigger| format!("{};", trigger.sql)));
    Script { statements }
}

/// Ends the history in the log number `log`, fed by the triggers named.
pub fn remove(log: i64, triggers: &[String]) -> Script {
    let mut statements = drop_triggers(triggers).statements;
    let slots = [("log", log_table(log)), ("number", log.to_string())];
    statements.push(fill(include_str!("../../../sql/sqlite/remove_log.sql"), &slots));
    Script { statements }
}

/// Removes the register, once no log is fed any more, and the logs that were `abandoned` before.
pub fn remove_register(abandoned: &[AbandonedLog]) -> Script {
    let mut statements: Vec<String> = abandoned.iter().flat_map(|log| remove(log.0, &[]).statements).collect();
    statements.push(format!("DROP TABLE {};", quote(&format!("{PREFIX}tables"))));
    Script { statements }
}

/// Shortens the log number `log` by a batch; nothing is changed where nothing is old enough.
pub fn prune(log: i64) -> Script {
    let slots = [("log", log_table(log)), ("number", log.to_string())];
    Script { statements: vec![fill(include_str!("../../../sql/sqlite/prune.sql"), &slots)] }
}

/// Ends every link to the changes in the log number `log`, for good.
pub fn expire(log: i64) -> Script {
    let slots = [("number", log.to_string())];
    Script { statements: vec![fill(include_str!("../../../sql/sqlite/expire.sql"), &slots)] }
}

/// Removes triggers by name.
pub fn drop_triggers(names: &[String]) -> Script {
    Script { statements: names.iter().map(|name| format!("DROP TRIGGER IF EXISTS {};", quote(name))).collect() }
}

/// Keeps changes for `retention` seconds from now on.
pub fn set_retention(log: i64, retention: u64) -> Script {
    let table = quote(&format!("{PREFIX}tables"));
    Script { statements: vec![format!("UPDATE {table} SET retention = {retention} WHERE log = {log};")] }
}

/// The script as text that any SQLite shell runs in one transaction.
pub(super) fn transaction(script: &Script) -> String {
    let statements: Vec<&str> = script.statements.iter().map(|statement| statement.trim()).collect();
    format!("BEGIN IMMEDIATE;\n{}\nCOMMIT;", statements.join("\n"))
}

fn trigger_slots(table: &Table, log: i64) -> Vec<(&'static str, String)> {
    vec![
        ("insert", trigger_name(log, "insert")),
        ("update", trigger_name(log, "update")),
        ("delete", trigger_name(log, "delete")),
        ("table", quote(&table.name)),
        ("log", log_table(log)),
        ("keys", recorded(table)),
        ("new", key_list(table, "NEW.")),
        ("old", key_list(table, "OLD.")),
        ("key_changed", differs(table, "OLD.", "NEW.")),
    ]
}

/// Whether two rows have different keys, compared as octets.
fn differs(table: &Table, left: &str, right: &str) -> String {
    let conditions = table.key_columns().map(|column| {
        let name = quote(&column.name);
        format!("{left}{name} COLLATE BINARY IS NOT {right}{name}")
    });
    conditions.collect::<Vec<_>>().join(" OR ")
}

/// `k1, k2`: the log's own names, which renaming a column does not touch.
fn recorded(table: &Table) -> String {
    (1..=table.key.len()).map(|number| format!("k{number}")).collect::<Vec<_>>().join(", ")
}

fn key_list(table: &Table, prefix: &str) -> String {
    table.key_columns().map(|column| format!("{prefix}{}", quote(&column.name))).collect::<Vec<_>>().join(", ")
}

fn trigger_name(log: i64, what: &str) -> String {
    quote(&format!("{PREFIX}{log}_{what}"))
}

pub(super) fn quote(name: &str) -> String {
    quoted('"', name, '"')
}

/// The triggers of a skeleton. It is divided before it is filled: names and defaults may hold anything, `END;` too.
fn filled(skeleton: &str, slots: &[(&str, String)]) -> Vec<Trigger> {
    skeleton
        .split("END;")
        .map(|part| fill(part, slots))
        .filter(|body| !body.trim().is_empty())
        .map(|body| {
            let name = body.split('"').nth(1).unwrap_or_default().to_owned();
            Trigger { name, sql: format!("{}\nEND", body.trim()) }
        })
        .collect()
}
