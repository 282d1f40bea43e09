//! The file's foreign keys -> references between the tables of the catalog, under the names that these have there.
//!
//! What a newcomer would get wrong: SQLite takes a reference as it is written. It may name tables and columns in another
//! case, name no columns and mean the primary key, or lead to what does not exist. Only what leads somewhere is kept.

use rusqlite::Transaction;

use crate::edm::{ForeignKey, Table};
use crate::sql::sqlite::fixed;

/// A foreign key as it is written.
struct Written {
    /// The table that refers.
    from: String,
    /// Its number in that table.
    id: i64,
    /// The table referred to.
    to: String,
    /// Columns, and the columns referred to.
    columns: Vec<(String, Option<String>)>,
}

/// Adds their foreign keys to `tables`.
pub(super) fn add(snapshot: &Transaction<'_>, tables: &mut [Table]) -> rusqlite::Result<()> {
    for written in written(snapshot)? {
        let Some(place) = tables.iter().position(|table| table.name == written.from) else { continue };
        if let Some(key) = resolved(&written, &tables[place], tables) {
            tables[place].foreign_keys.push(key);
        }
    }
    Ok(())
}

fn written(snapshot: &Transaction<'_>) -> rusqlite::Result<Vec<Written>> {
    let mut found: Vec<Written> = Vec::new();
    let mut statement = snapshot.prepare(fixed::CATALOG_FOREIGN_KEYS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (from, id): (String, i64) = (row.get(0)?, row.get(1)?);
        if found.last().is_none_or(|last| (&last.from, last.id) != (&from, id)) {
            found.push(Written { from, id, to: row.get(3)?, columns: Vec::new() });
        }
        if let Some(key) = found.last_mut() {
            key.columns.push((row.get(2)?, row.get(4)?));
        }
    }
    Ok(found)
}

/// The foreign key under the catalog's names; `None` if it leads nowhere.
fn resolved(written: &Written, own: &Table, tables: &[Table]) -> Option<ForeignKey> {
    let target = tables.iter().find(|table| table.name.eq_ignore_ascii_case(&written.to))?;
    let columns = written.columns.iter().map(|(name, _)| own.column(name)).collect::<Option<Vec<_>>>()?;
    let spelled: Option<Vec<&String>> = written.columns.iter().map(|(_, name)| name.as_ref()).collect();
    let referenced: Vec<usize> = match spelled {
        Some(names) => names.into_iter().map(|name| target.column(name)).collect::<Option<_>>()?,
        None => target.key.clone(),
    };
    let referenced: Vec<String> = referenced.into_iter().map(|column| target.columns[column].name.clone()).collect();
    (referenced.len() == columns.len()).then(|| ForeignKey {
        name: String::new(),
        columns,
        schema: None,
        table: target.name.clone(),
        referenced,
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::super::read;

    /// `Table(columns) -> Table(columns)` for each foreign key.
    fn references(sql: &str) -> Vec<String> {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(sql).unwrap();
        let catalog = read(&connection.transaction().unwrap(), 1).unwrap();
        let mut found = Vec::new();
        for table in &catalog.tables {
            for key in &table.foreign_keys {
                let columns: Vec<&str> =
                    key.columns.iter().map(|&column| table.columns[column].name.as_str()).collect();
                let (columns, referenced) = (columns.join(", "), key.referenced.join(", "));
                found.push(format!("{}({columns}) -> {}({referenced})", table.name, key.table));
            }
        }
        found
    }

    #[test]
    fn a_reference_without_columns_means_the_primary_key_in_its_order() {
        let sql = "CREATE TABLE Line (Number INTEGER, OrderId INTEGER, PRIMARY KEY (OrderId, Number));
                   CREATE TABLE Parcel (Id INTEGER PRIMARY KEY REFERENCES Line, O INTEGER, N INTEGER, FOREIGN KEY (O, N) REFERENCES Line);
                   CREATE TABLE Part (Id INTEGER PRIMARY KEY, Whole INTEGER REFERENCES Part)";
        assert_eq!(references(sql), ["Parcel(O, N) -> Line(OrderId, Number)", "Part(Whole) -> Part(Id)"]);
    }

    #[test]
    fn names_are_those_of_the_catalog_whatever_their_case_in_the_reference() {
        let sql = "CREATE TABLE Invoice (Id INTEGER PRIMARY KEY, customerid INTEGER REFERENCES CUSTOMER (ID));
                   CREATE TABLE Customer (Id INTEGER PRIMARY KEY);
                   CREATE TABLE Note (Id INTEGER PRIMARY KEY, I INT, FOREIGN KEY (i) REFERENCES \"invoice\" (\"id\"))";
        assert_eq!(references(sql), ["Invoice(customerid) -> Customer(Id)", "Note(I) -> Invoice(Id)"]);
    }

    #[test]
    fn what_leads_nowhere_is_no_reference() {
        let sql = "CREATE TABLE Keyless (A INTEGER UNIQUE);
                   CREATE VIEW Seen AS SELECT A FROM Keyless;
                   CREATE TABLE T (Id INTEGER PRIMARY KEY, A INTEGER REFERENCES Gone (Id), B INTEGER REFERENCES Keyless,
                                   C INTEGER REFERENCES Keyless (B), D INTEGER REFERENCES Seen (A), E INTEGER REFERENCES Keyless (A))";
        assert_eq!(references(sql), ["T(E) -> Keyless(A)"]);
    }

    #[test]
    fn each_reference_of_a_table_is_its_own() {
        let sql = "CREATE TABLE A (Id INTEGER PRIMARY KEY);
                   CREATE TABLE B (Id INTEGER PRIMARY KEY, X INTEGER REFERENCES A, Y INTEGER REFERENCES A);
                   CREATE TABLE C (Id INTEGER PRIMARY KEY, X INTEGER REFERENCES A)";
        let mut found = references(sql);
        found.sort_unstable();
        assert_eq!(found, ["B(X) -> A(Id)", "B(Y) -> A(Id)", "C(X) -> A(Id)"]);
    }
}
