//! A table -> the triggers and the change log that record its changes, and the scripts that install, remove and prune.
//!
//! A newcomer's trap: the triggers run inside other programs, with their SQLite and their settings. So they use old
//! syntax only, depend on no conflict clause (an outer `OR IGNORE` would override it), and say only *that* something
//! happened to a key; what happened is decided when changes are read, by whether the row is there.

use super::super::statement::Script;
use super::super::template::fill;
use crate::edm::{AbandonedLog, IndexColumn, RowStorage, Table, UniqueIndex};

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

/// Starts the history of `table`: a fresh log number `log`, and the triggers. Removes what `damaged` logs left before.
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
    let mut statements: Vec<String> =
        triggers.iter().map(|name| format!("DROP TRIGGER IF EXISTS {};", quote(name))).collect();
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

/// Keeps changes for `retention` seconds from now on.
pub fn set_retention(log: i64, retention: u64) -> Script {
    let table = quote(&format!("{PREFIX}tables"));
    Script { statements: vec![format!("UPDATE {table} SET retention = {retention} WHERE log = {log};")] }
}

/// The script as text that any SQLite shell runs in one transaction.
pub fn transaction(script: &Script) -> String {
    let statements: Vec<&str> = script.statements.iter().map(|statement| statement.trim()).collect();
    format!("BEGIN IMMEDIATE;\n{}\nCOMMIT;", statements.join("\n"))
}

/// What the triggers of `table` cannot see, in words.
pub fn unseen(table: &Table) -> Vec<String> {
    let expressions = table.unique.iter().any(|index| index.columns.iter().any(Option::is_none));
    expressions
        .then(|| {
            "a unique index on an expression: rows that REPLACE removes because of it are not seen unless the writer sets PRAGMA recursive_triggers = ON"
                .to_owned()
        })
        .into_iter()
        .collect()
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

/// The conditions under which a row of `t` would be displaced by `NEW`: one for each unique index whose equality is not
/// the key's own, and one for the hidden rowid.
fn displacing(table: &Table) -> Vec<String> {
    let by_index =
        table.unique.iter().filter(|index| !index.primary || folds(index)).filter_map(|index| held_by(table, index));
    let by_rowid = rowid_name(table).map(|rowid| format!("t.{rowid} = NEW.{rowid}"));
    by_index.chain(by_rowid).collect()
}

/// Whether the index takes different octets for equal.
fn folds(index: &UniqueIndex) -> bool {
    index.columns.iter().flatten().any(|column| !column.collation.eq_ignore_ascii_case("BINARY"))
}

/// The row `t` holds the value of `NEW` in the index. NULL in a column that has a default and refuses NULL is replaced by
/// the default when the statement says `OR REPLACE`.
fn held_by(table: &Table, index: &UniqueIndex) -> Option<String> {
    let conditions: Option<Vec<String>> =
        index.columns.iter().map(|column| column.as_ref().map(|column| equal(table, column))).collect();
    conditions.map(|conditions| conditions.join(" AND "))
}

fn equal(table: &Table, IndexColumn { column, collation }: &IndexColumn) -> String {
    let column = &table.columns[*column];
    let name = quote(&column.name);
    let new = match &column.default {
        Some(default) if !column.nullable => format!("coalesce(NEW.{name}, {})", default_value(default)),
        _ => format!("NEW.{name}"),
    };
    format!("t.{name} = {new} COLLATE {}", quote(collation))
}

/// How the hidden rowid can be named in `table`, if it has one that can be named at all.
fn rowid_name(table: &Table) -> Option<&'static str> {
    let free = |name: &&str| table.column(name).is_none();
    (table.storage == RowStorage::HiddenRowid).then(|| ["rowid", "_rowid_", "oid"].into_iter().find(free))?
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

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
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

/// A column's default as an expression that means the same anywhere. Where a default is expected, SQLite takes a word, in
/// whatever quotes, for text; in an expression it would be a column.
fn default_value(default: &str) -> String {
    match word(default) {
        Some(word) => format!("'{}'", word.replace('\'', "''")),
        None => default.to_owned(),
    }
}

/// The text of an identifier that stands alone and is no literal.
fn word(text: &str) -> Option<String> {
    const LITERALS: [&str; 6] = ["true", "false", "null", "current_date", "current_time", "current_timestamp"];
    let inside = |open: char, close: char| text.strip_prefix(open)?.strip_suffix(close);
    for quote in ['"', '`'] {
        let doubled = format!("{quote}{quote}");
        if let Some(inner) = inside(quote, quote).filter(|inner| !inner.replace(&doubled, "").contains(quote)) {
            return Some(inner.replace(&doubled, &quote.to_string()));
        }
    }
    if let Some(inner) = inside('[', ']').filter(|inner| !inner.contains(']')) {
        return Some(inner.to_owned());
    }
    let starts = |character: char| character.is_ascii_alphabetic() || character == '_' || !character.is_ascii();
    let continues = |character: char| starts(character) || character.is_ascii_digit() || character == '$';
    let plain = text.starts_with(starts) && text.chars().all(continues);
    let literal = LITERALS.iter().any(|literal| text.eq_ignore_ascii_case(literal));
    (plain && !literal).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_text_and_expressions_stay_as_they_are() {
        for (default, value) in [
            ("word", "'word'"),
            ("\"it's\"", "'it''s'"),
            ("\"a\"\"b\"", "'a\"b'"),
            ("`a b`", "'a b'"),
            ("[a b]", "'a b'"),
            ("grün", "'grün'"),
            ("TRUE", "TRUE"),
            ("Current_Timestamp", "Current_Timestamp"),
            ("-1", "-1"),
            ("1e5", "1e5"),
            ("x'00'", "x'00'"),
            ("'text'", "'text'"),
            ("\"a\" || \"b\"", "\"a\" || \"b\""),
            ("datetime('now')", "datetime('now')"),
        ] {
            assert_eq!(default_value(default), value);
        }
    }
}
