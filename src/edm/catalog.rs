//! What a backend found in its database: tables, columns, keys, and how each table is tracked.
//!
//! Nothing here has been judged yet; [`super::expose`] decides what clients may see of it.

use super::facts::Facts;
use super::types::EdmType;
use crate::version::Incarnation;

/// All tables at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// In the order of their names.
    pub tables: Vec<Table>,
    /// What concerns the database as a whole.
    pub facts: Facts,
}

/// One table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The schema that it stands in, where the database has schemas.
    pub schema: Option<String>,
    /// Whether that schema has to be said, because it is not the usual one.
    pub qualified: bool,
    /// As the database spells it.
    pub name: String,
    /// Changes whenever the table's definition does; a read refuses a plan made from another one.
    pub version: u64,
    /// What the database's documentation says of it.
    pub description: Option<String>,
    /// In the order of the table's definition.
    pub columns: Vec<Column>,
    /// Indexes into `columns`, in key order; empty without a primary key.
    pub key: Vec<usize>,
    /// Unique indexes and constraints, the primary key's own included.
    pub unique: Vec<UniqueIndex>,
    /// Whether a trigger of somebody else's may call off those that record changes (SQLite).
    pub ignoring_triggers: bool,
    /// How rows are stored (SQLite).
    pub storage: RowStorage,
    /// References to other tables.
    pub foreign_keys: Vec<ForeignKey>,
    /// What the login that reads may do with it.
    pub rights: Rights,
    /// Whether changes are recorded, and where.
    pub tracking: Tracking,
}

/// What a database lets its readers know about the history of its changes, beyond version numbers (SQL Server).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proofs {
    /// What commits were: two histories that have reached the same version differ in it.
    pub commits: bool,
    /// The recovery fork: another one after a backup was restored.
    pub recovery_fork: bool,
}

/// A reference from one table's columns to another's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// As the database spells it; empty where foreign keys have no names (SQLite).
    pub name: String,
    /// Indexes into the columns of the table that refers.
    pub columns: Vec<usize>,
    /// The schema of the table referred to, where there are schemas.
    pub schema: Option<String>,
    /// The table referred to, as the database spells it if there is one.
    pub table: String,
    /// The names of its columns, in the order of `columns`.
    pub referenced: Vec<String>,
}

/// What a login may do with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Read its rows.
    pub select: bool,
    /// Read its changes.
    pub changes: bool,
}

impl Default for Rights {
    /// Everything: a file has no logins.
    fn default() -> Self {
        Self { select: true, changes: true }
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that the database states")]
pub struct Column {
    /// As the database spells it.
    pub name: String,
    /// The type as declared, for messages.
    pub declared: String,
    /// What it maps to.
    pub ty: EdmType,
    /// Whether the declaration gives a type at all; without one a column cannot be a key.
    pub typed: bool,
    /// Its collation, where the database has one for each column.
    pub collation: Option<String>,
    /// Whether the database accepts NULL in it.
    pub nullable: bool,
    /// Whether the database computes it.
    pub computed: bool,
    /// Whether it does so whenever it is read, which may fail.
    pub calculated: bool,
    /// Why the login cannot read what is stored in it, if it cannot.
    pub withheld: Option<Withheld>,
    /// Whether it changes with each change of its row (`rowversion`).
    pub is_row_version: bool,
    /// What the database's documentation says of it.
    pub description: Option<String>,
    /// The default as SQL text.
    pub default: Option<String>,
    /// What else the column's values come from, in any form that changes when a column of the same name and type is
    /// another one.
    pub definition: String,
}

/// Why a column's values cannot be read as they are (SQL Server).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// Only clients have the key (Always Encrypted).
    Encrypted,
    /// The login sees a mask (dynamic data masking).
    Masked,
}

/// A unique index, as far as tracking needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UniqueIndex {
    /// Whether it enforces the primary key.
    pub primary: bool,
    /// The condition that rows of a partial index meet, as SQL text.
    pub predicate: Option<String>,
    /// Its columns; `None` for an expression.
    pub columns: Vec<Option<IndexColumn>>,
}

/// One column of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexColumn {
    /// Index into the table's columns.
    pub column: usize,
    /// The collation that decides what counts as equal; empty for the column's own.
    pub collation: String,
}

/// How SQLite stores the rows of a table: decides which rows a `REPLACE` can displace unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowStorage {
    /// A hidden rowid beside the primary key.
    HiddenRowid,
    /// The primary key is the rowid.
    IntegerKey,
    /// `WITHOUT ROWID`.
    WithoutRowid,
}

/// How a table's changes are recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tracking {
    /// By the database itself (SQL Server's change tracking).
    ChangeTracking {
        /// The table's number; a table that is made anew has another one.
        object_id: i32,
        /// The version at which it was switched on.
        begun: i64,
        /// What proves that a history is the same.
        proofs: Proofs,
    },
    /// Not at all.
    None,
    /// By triggers that feed the change log `log`.
    Triggers {
        /// The number in the log's name.
        log: i64,
        /// The installation.
        incarnation: Incarnation,
        /// Seconds for which changes are kept.
        retention: u64,
        /// The names of the triggers.
        installed: Vec<String>,
        /// Those of them that the table no longer needs.
        needless: Vec<String>,
        /// What is wrong with the triggers, if anything: changes may have been missed.
        damage: Option<String>,
    },
}

impl Catalog {
    /// The table that an operator means by `name`: the one that is called exactly so, or else the only one that may be.
    pub fn table_called(&self, name: &str) -> Option<usize> {
        let whole = |table: &Table| table.schema.as_ref().map(|schema| format!("{schema}.{}", table.name));
        let exact = |table: &Table| table.title() == name || whole(table).is_some_and(|whole| whole == name);
        only(&self.tables, exact).or_else(|| only(&self.tables, |table| table.may_be_called(name)))
    }

    /// The table that `key` refers to, if it is known.
    pub fn referred_to_by(&self, key: &ForeignKey) -> Option<usize> {
        self.tables.iter().position(|table| table.schema == key.schema && table.name == key.table)
    }
}

/// The place of the only item that is `wanted`.
fn only<T>(items: &[T], wanted: impl Fn(&T) -> bool) -> Option<usize> {
    let mut found = items.iter().enumerate().filter(|(_, item)| wanted(item)).map(|(place, _)| place);
    found.next().filter(|_| found.next().is_none())
}

impl Table {
    /// The name by which people know it: with its schema, unless that is the usual one.
    pub fn title(&self) -> String {
        match &self.schema {
            Some(schema) if self.qualified => format!("{schema}.{}", self.name),
            _ => self.name.clone(),
        }
    }

    /// Whether `name`, as an operator wrote it, may mean this table: in any case, with the schema or without the usual one.
    /// [`Catalog::table_called`] decides which of several.
    fn may_be_called(&self, name: &str) -> bool {
        let whole =
            || self.schema.as_ref().is_some_and(|schema| name.eq_ignore_ascii_case(&format!("{schema}.{}", self.name)));
        name.eq_ignore_ascii_case(&self.title()) || whole()
    }

    /// The column named `name`: exactly so, or else the only one that is named so in any case.
    pub fn column(&self, name: &str) -> Option<usize> {
        let exact = self.columns.iter().position(|column| column.name == name);
        exact.or_else(|| only(&self.columns, |column| column.name.eq_ignore_ascii_case(name)))
    }

    /// The columns of the primary key, in key order.
    pub fn key_columns(&self) -> impl Iterator<Item = &Column> {
        self.key.iter().map(|&column| &self.columns[column])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(schema: &str, name: &str) -> Table {
        Table {
            schema: Some(schema.to_owned()),
            qualified: schema != "dbo",
            name: name.to_owned(),
            version: 1,
            description: None,
            columns: Vec::new(),
            key: Vec::new(),
            unique: Vec::new(),
            ignoring_triggers: false,
            storage: RowStorage::HiddenRowid,
            foreign_keys: Vec::new(),
            rights: Rights::default(),
            tracking: Tracking::None,
        }
    }

    #[test]
    fn an_exact_name_wins_and_an_ambiguous_one_means_nothing() {
        let tables =
            vec![table("dbo", "Orders"), table("dbo", "orders"), table("sales", "Orders"), table("dbo", "Lines")];
        let catalog = Catalog { tables, ..Catalog::default() };
        for (name, expected) in [
            ("Orders", Some(0)),
            ("orders", Some(1)),
            ("dbo.orders", Some(1)),
            ("ORDERS", None),
            ("Sales.Orders", Some(2)),
            ("DBO.LINES", Some(3)),
            ("lines", Some(3)),
            ("sales.Lines", None),
        ] {
            assert_eq!(catalog.table_called(name), expected, "{name}");
        }
    }
}
