//! The tables that a statement names, and what their columns and its parameters are.

use rusqlite::Connection;

use super::kind::{Family, Kind, kind};
use super::store::quoted;
use super::types::Declared;
use crate::tds::{Fault, Parameter, Value};

/// Rows that columns are read of.
pub(super) struct Scope<'a> {
    pub(super) file: &'a Connection,
    pub(super) parameters: &'a [Parameter],
    pub(super) outer: Option<&'a Scope<'a>>,
    pub(super) sources: Vec<Source>,
}

/// What a statement calls by a name.
pub(super) struct Source {
    pub(super) alias: String,
    pub(super) columns: Vec<(String, Kind)>,
    /// Whether its values are stored as the tests wrote them.
    pub(super) is_stored: bool,
}

/// A value of T-SQL, in SQLite.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) sql: String,
    pub(super) kind: Kind,
    pub(super) uses: Uses,
}

/// What an expression is made of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Uses {
    /// Whose columns: a bit for each scope, the lowest is the nearest.
    pub(super) columns: u64,
    pub(super) aggregate: bool,
    pub(super) subquery: bool,
    pub(super) variable: bool,
}

impl Uses {
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            columns: self.columns | other.columns,
            aggregate: self.aggregate || other.aggregate,
            subquery: self.subquery || other.subquery,
            variable: self.variable || other.variable,
        }
    }

    pub(super) fn of<'t>(all: impl IntoIterator<Item = &'t Typed>) -> Self {
        all.into_iter().fold(Self::default(), |uses, typed| uses.and(typed.uses))
    }
}

impl<'a> Scope<'a> {
    pub(super) fn new(file: &'a Connection, parameters: &'a [Parameter], sources: Vec<Source>) -> Self {
        Self { file, parameters, outer: None, sources }
    }

    /// The rows of a subquery in this one.
    pub(super) fn inner(&self, sources: Vec<Source>) -> Scope<'_> {
        Scope { file: self.file, parameters: self.parameters, outer: Some(self), sources }
    }

    pub(super) fn column(&self, alias: &str, name: &str) -> Result<Typed, Fault> {
        let (mut scope, mut level) = (self, 0);
        loop {
            if let Some(source) = scope.sources.iter().find(|source| source.alias == alias) {
                return source.column(name, level);
            }
            let Some(outer) = scope.outer else {
                let message = format!("The multi-part identifier \"{alias}.{name}\" could not be bound.");
                return Err(Fault::new(4104, &message));
            };
            (scope, level) = (outer, level + 1);
        }
    }

    pub(super) fn parameter(&self, number: usize) -> Result<Typed, Fault> {
        let declare = || Fault::new(137, &format!("Must declare the scalar variable \"@P{number}\"."));
        let parameter = self.parameters.get(number - 1).ok_or_else(declare)?;
        let kind = match &parameter.value {
            Value::Float(_) => kind("float"),
            Value::Text(text) if text.encode_utf16().count() <= 4000 => kind("nvarchar(4000)"),
            Value::Text(_) => kind("nvarchar(max)"),
            Value::Bytes(octets) if octets.len() <= 8000 => kind("varbinary(8000)"),
            Value::Bytes(_) => kind("varbinary(max)"),
            _ => kind("bigint"),
        };
        Ok(Typed { sql: format!("?{number}"), kind, uses: Uses { variable: true, ..Uses::default() } })
    }
}

impl Source {
    /// A table of the file.
    pub(super) fn table(file: &Connection, name: &str, alias: &str) -> Result<Self, Fault> {
        let mut statement = file.prepare_cached("SELECT name, type FROM pragma_table_xinfo(?1)").unwrap();
        let column = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, Declared::parse(&row.get::<_, String>(1)?)));
        let columns: Vec<(String, Kind)> = statement.query_map([name], column).unwrap().map(Result::unwrap).collect();
        if columns.is_empty() {
            return Err(super::no_such_object(name));
        }
        Ok(Self { alias: alias.to_owned(), columns, is_stored: true })
    }

    fn column(&self, name: &str, level: u32) -> Result<Typed, Fault> {
        let found = self.columns.iter().find(|(column, _)| column.eq_ignore_ascii_case(name));
        let (name, kind) = found.ok_or_else(|| Fault::new(207, &format!("Invalid column name '{name}'.")))?;
        let column = format!("{}.{}", self.alias, quoted(name));
        let plain = matches!(kind.family(), Family::Binary | Family::Float | Family::Integer | Family::Text);
        let sql = if plain || !self.is_stored { column } else { format!("tsql_cast({column}, {0}, {0})", kind.said()) };
        Ok(Typed { sql, kind: kind.clone(), uses: Uses { columns: 1 << level, ..Uses::default() } })
    }
}
