//! Unique indexes of a table -> the rows that a statement may displace without a trigger hearing of it.
//!
//! A row that `REPLACE` removes because of a unique index fires no delete trigger while `recursive_triggers` is off. What
//! is found here is recorded before the statement acts; what cannot be found is told in words.

use super::tracking::quote;
use crate::edm::{IndexColumn, RowStorage, Table, UniqueIndex};

/// What the triggers of `table` cannot see, in words.
pub fn unseen(table: &Table) -> Vec<String> {
    let columns = || table.unique.iter().flat_map(|index| &index.columns);
    let expression = columns().any(Option::is_none);
    // When a trigger runs before the row is written, these values are not there yet, nor what is computed from them.
    let supplied = table.storage == RowStorage::IntegerKey
        || table.columns.iter().any(|column| column.default.is_some() && !column.nullable);
    let computed = supplied && columns().flatten().any(|index| table.columns[index.column].computed);
    let unless = "are not seen unless the writer sets PRAGMA recursive_triggers = ON";
    let mut unseen = Vec::new();
    if expression {
        unseen.push(format!("a unique index on an expression: rows that REPLACE removes because of it {unless}"));
    }
    if computed {
        unseen.push(format!(
            "a unique index on a generated column: where the database supplies a value that it is computed from (a default in place of NULL, a new key), rows that REPLACE removes because of it {unless}"
        ));
    }
    if table.ignoring_triggers {
        unseen.push(
            "a trigger with RAISE(IGNORE): where it acts after a change, that change may not be recorded".to_owned(),
        );
    }
    unseen
}

/// The conditions under which a row of `t` would be displaced by `NEW`: one for each unique index whose equality is not
/// the key's own, and one for the hidden rowid.
pub(super) fn displacing(table: &Table) -> Vec<String> {
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
/// the default when the statement says `OR REPLACE`. Rows outside a partial index are in nobody's way.
fn held_by(table: &Table, index: &UniqueIndex) -> Option<String> {
    let conditions: Option<Vec<String>> =
        index.columns.iter().map(|column| column.as_ref().map(|column| equal(table, column))).collect();
    let predicate = index.predicate.as_ref().map(|predicate| format!("({predicate})"));
    conditions.map(|conditions| conditions.into_iter().chain(predicate).collect::<Vec<_>>().join(" AND "))
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

/// The condition in the text of a partial index: what stands behind the `WHERE` that follows the list of columns.
pub fn predicate(index: &str) -> Option<&str> {
    let (mut depth, mut closed, mut quote) = (0_usize, false, None);
    for (at, character) in index.char_indices() {
        match (quote, character) {
            (Some(end), _) => quote = Some(end).filter(|end| character != *end),
            (None, '\'' | '"' | '`') => quote = Some(character),
            (None, '[') => quote = Some(']'),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth = depth.saturating_sub(1);
                closed |= depth == 0;
            }
            (None, 'w' | 'W')
                if closed && index[at..].get(..5).is_some_and(|word| word.eq_ignore_ascii_case("where")) =>
            {
                return Some(index[at + 5..].trim());
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_condition_of_a_partial_index_is_found_behind_its_columns() {
        for (index, condition) in [
            ("CREATE UNIQUE INDEX u ON t (a) WHERE b = 0", Some("b = 0")),
            (
                "CREATE UNIQUE INDEX \"where (x) where\" ON [t where] (a, \"b)\" COLLATE NOCASE)\nwhere(b) = ')'",
                Some("(b) = ')'"),
            ),
            ("CREATE UNIQUE INDEX u ON t (coalesce(a, 'where'))", None),
        ] {
            assert_eq!(predicate(index), condition);
        }
    }

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
