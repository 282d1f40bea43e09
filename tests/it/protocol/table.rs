//! A table of the canned database: its columns, its rows and its changes.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::types::selected;
use crate::tds::{self, Value};

/// A column as it was declared.
#[derive(Clone, Debug, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that a catalog states")]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) declared: String,
    pub(super) nullable: bool,
    /// Whether the database makes its values.
    pub(super) made: bool,
    /// Whether only clients can decrypt it.
    pub(super) encrypted: bool,
    /// Whether the login sees a mask of it.
    pub(super) masked: bool,
    pub(super) description: Option<String>,
    pub(super) default: Option<String>,
}

/// A column that may be NULL.
pub(super) fn column(name: &str, declared: &str) -> Column {
    let (name, declared) = (name.to_owned(), declared.to_owned());
    Column {
        name,
        declared,
        nullable: true,
        made: false,
        encrypted: false,
        masked: false,
        description: None,
        default: None,
    }
}

impl Column {
    /// The expression that has to stand for it in a statement, where its table is called `alias`.
    pub(super) fn selection(&self, alias: &str) -> (String, tds::Column) {
        let (expression, kind) = selected(&self.declared, &format!("{alias}.[{}]", self.name));
        let column = tds::Column::new(&self.name, kind);
        (expression, if self.nullable || alias == "c" { column } else { column.not_null() })
    }
}

pub(super) type Row = Vec<Value>;

/// The rows of a table.
#[derive(Clone)]
pub(super) enum Rows {
    Listed(Vec<Row>),
    /// So many, each made from its number when there is room for it on the wire; and how many have been made.
    Made(u64, fn(u64) -> Row, Arc<AtomicU64>),
}

/// A change of a row: deletions have a key only, the rest is whatever.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) version: i64,
    pub(super) gone: bool,
    pub(super) row: Row,
}

/// A table, tracked from version 0 on.
#[derive(Clone)]
pub(super) struct Table {
    pub(super) object_id: i64,
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// Places of the columns of the primary key, in the order of the key.
    pub(super) key: Vec<usize>,
    pub(super) description: Option<String>,
    pub(super) may_select: bool,
    pub(super) may_view_changes: bool,
    pub(super) begin_version: Option<i64>,
    pub(super) min_valid_version: Option<i64>,
    pub(super) rows: Rows,
    /// In the order of the statement.
    pub(super) changes: Vec<Change>,
    /// What answers the next statements that go on behind a row, where that takes more than comparing one number.
    pub(super) pages: Vec<Vec<Row>>,
    pub(super) change_pages: Vec<Vec<Change>>,
}

impl Table {
    /// A tracked table in `dbo`.
    pub(super) fn new(name: &str, key: &[&str], mut columns: Vec<Column>) -> Self {
        let place = |name: &&str| columns.iter().position(|column| column.name == *name).unwrap();
        let key: Vec<usize> = key.iter().map(place).collect();
        for &place in &key {
            columns[place].nullable = false;
        }
        Self {
            object_id: 1000,
            schema: "dbo".to_owned(),
            name: name.to_owned(),
            columns,
            key,
            description: None,
            may_select: true,
            may_view_changes: true,
            begin_version: Some(0),
            min_valid_version: Some(0),
            rows: Rows::Listed(Vec::new()),
            changes: Vec::new(),
            pages: Vec::new(),
            change_pages: Vec::new(),
        }
    }

    pub(super) fn rows(mut self, rows: impl IntoIterator<Item = Row>) -> Self {
        self.rows = Rows::Listed(rows.into_iter().collect());
        self
    }

    pub(super) fn made_rows(mut self, count: u64, make: fn(u64) -> Row) -> Self {
        self.rows = Rows::Made(count, make, Arc::default());
        self
    }

    pub(super) fn untracked(self) -> Self {
        Self { begin_version: None, min_valid_version: None, ..self }
    }

    /// The name as statements have it.
    pub(super) fn quoted(&self) -> String {
        format!("[{}].[{}]", self.schema, self.name)
    }

    /// A number that changes with the columns.
    pub(super) fn signature(&self) -> i64 {
        let mut hasher = DefaultHasher::new();
        (self.object_id, &self.columns).hash(&mut hasher);
        i64::from(i32::from_ne_bytes(hasher.finish().to_ne_bytes()[..4].try_into().unwrap()))
    }

    pub(super) fn key_of<'r>(&self, row: &'r Row) -> Vec<&'r Value> {
        self.key.iter().map(|&place| &row[place]).collect()
    }

    /// The columns that the expressions of a statement stand for, with their places; `c` is what changed, `t` the table.
    pub(super) fn resolve(&self, mut expressions: &str) -> Vec<(char, usize, tds::Column)> {
        let mut known = Vec::new();
        for (alias, letter) in [("c", 'c'), ("t", 't')] {
            for (place, column) in self.columns.iter().enumerate() {
                let (expression, column) = column.selection(alias);
                known.push((expression, (letter, place, column)));
            }
        }
        let mut found = Vec::new();
        loop {
            let column = known.iter().find_map(|(expression, column)| {
                let rest = expressions.strip_prefix(expression.as_str())?;
                (rest.is_empty() || rest.starts_with(", ")).then(|| (rest, column.clone()))
            });
            let Some((rest, column)) = column else {
                panic!("no column is selected as the beginning of {expressions}")
            };
            found.push(column);
            match rest.strip_prefix(", ") {
                Some(rest) => expressions = rest,
                None => return found,
            }
        }
    }
}

impl Rows {
    /// How many have been made so far.
    pub(super) fn made(&self) -> u64 {
        match self {
            Self::Listed(_) => panic!("they are listed"),
            Self::Made(.., made) => made.load(Ordering::SeqCst),
        }
    }

    /// All of them, made one by one.
    pub(super) fn iterate(&self) -> Box<dyn Iterator<Item = Row> + Send> {
        match self {
            Self::Listed(rows) => Box::new(rows.clone().into_iter()),
            Self::Made(count, make, counter) => {
                let (row, counter) = (*make, Arc::clone(counter));
                let next = move |number| {
                    counter.fetch_add(1, Ordering::SeqCst);
                    row(number)
                };
                Box::new((0..*count).map(next))
            }
        }
    }
}
