//! How a database says a read: a planned read -> statements, nothing executed.
//!
//! SQL text stands in `sql/` as whole statements or as skeletons with slots; here the slots are filled, with quoted names
//! from the catalog and with placeholders. Values are always parameters.

mod dialect;
mod expression;
#[cfg(feature = "mssql")]
pub mod mssql;
mod order;
mod quoted;
mod related;
mod rows;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod statement;
mod template;
mod via;

pub use dialect::{Dialect, Skeleton};
pub use expression::{Expressions, Narrowing};
use order::Order;
pub use related::{AT_ONCE, Origin, Related};
pub use statement::{Builder, Param, Script, Statement};

use crate::edm::{ChangeLog, EntitySet};
use crate::plan::{ChangesPage, Key, Read, RowsPage, Shape, Target, Tracked};
use crate::token::Anchor;

/// Everything that one read runs, in this order, in one snapshot.
#[derive(Debug)]
pub struct Query {
    /// The definition of the table that the read was planned with.
    pub table_version: u64,
    /// What opens a snapshot of the table, where that takes more than a transaction; what its rows mean is the dialect's
    /// contract with its backend.
    pub opening: Option<String>,
    /// Reads the table's history; what its row means is the dialect's contract with its backend.
    pub history: Option<History>,
    /// One row, one number: whether there is the entity that a path begins at.
    pub parents: Option<Statement>,
    /// One row, one number: how many there are in all.
    pub count: Option<Statement>,
    /// The rows to lend.
    pub rows: Option<Statement>,
    /// What is read beside them, once they are known.
    pub related: Vec<Related>,
    /// Whether all that is read is a history and one row at most, which is found by its key.
    pub brief: bool,
}

/// The question whether a table's history is the one that a token comes from.
#[derive(Debug)]
pub struct History {
    /// Asks for it.
    pub statement: Statement,
    /// Whose history it is.
    pub log: ChangeLog,
    /// What the token says; without one, any history will do.
    pub claim: Option<Anchor>,
}

/// The statements of `read` in `dialect`.
pub fn query(read: &Read, dialect: &dyn Dialect) -> Query {
    let set = &*read.set;
    let (history, count, rows) = match &read.target {
        Target::Rows(page) => {
            let claim = page.tracked.map(|tracked| match tracked {
                Tracked::Since(anchor) => Some(anchor),
                Tracked::Start => None,
            });
            let history = claim.and_then(|claim| history(set, claim, dialect));
            let (count, rows) = count_and_rows(read, page, dialect);
            (history, count, rows)
        }
        Target::Changes(page) => {
            let all = page.count.then(|| changes_count(read, &page.anchor, upper(page), dialect));
            (history(set, Some(page.anchor), dialect), all, Some(changes(read, page, dialect)))
        }
        Target::ChangeCount(anchor) => (
            history(set, Some(*anchor), dialect),
            Some(changes_count(read, anchor, Param::CurrentVersion, dialect)),
            None,
        ),
        Target::Latest => (history(set, None, dialect), None, None),
        Target::Count => {
            let mut build = Builder::new(dialect, &read.filters);
            let wanted = wanted(&mut build, read);
            (None, Some(count(build, read, wanted)), None)
        }
        Target::Entity(key) if matches!(read.shape, Shape::References) => {
            (None, None, Some(entity(read, key.as_ref(), &read.columns, dialect)))
        }
        Target::Entity(key) => {
            let all: Vec<usize> = (0..set.properties.len()).collect();
            (None, None, Some(entity(read, key.as_ref(), &all, dialect)))
        }
        Target::Property { key, property } => (None, None, Some(entity(read, key.as_ref(), &[*property], dialect))),
    };
    Query {
        table_version: set.table_version,
        opening: dialect.opening(set, history.is_some()),
        history,
        parents: read.via.as_ref().map(|via| via::parents(via, &read.filters, dialect)),
        count,
        rows,
        related: Related::all(&read.expand, &read.filters),
        brief: is_brief(read),
    }
}

/// Counts and paths through other entities may take long, however small their answer.
fn is_brief(read: &Read) -> bool {
    let one = matches!(read.target, Target::Entity(Some(_)) | Target::Property { key: Some(_), .. } | Target::Latest);
    one && read.via.is_none() && read.expand.is_empty()
}

/// The query of nothing but the history of `set`, which must hold what `claim` says.
pub fn history_of(set: &EntitySet, claim: Option<Anchor>, dialect: &dyn Dialect) -> Query {
    let history = history(set, claim, dialect);
    Query {
        table_version: set.table_version,
        opening: dialect.opening(set, history.is_some()),
        history,
        parents: None,
        count: None,
        rows: None,
        related: Vec::new(),
        brief: true,
    }
}

fn history(set: &EntitySet, claim: Option<Anchor>, dialect: &dyn Dialect) -> Option<History> {
    let log = set.changes?;
    let witness = claim.map(|anchor| anchor.witness.version).unwrap_or_default();
    Some(History { statement: dialect.history(set, log, witness), log, claim })
}

/// The number of entities, where it is asked for, and a page of them. The conditions of both are the same, and written once.
fn count_and_rows(read: &Read, page: &RowsPage, dialect: &dyn Dialect) -> (Option<Statement>, Option<Statement>) {
    let mut build = Builder::new(dialect, &read.filters);
    let wanted = wanted(&mut build, read);
    let count = page.count.then(|| count(build.clone(), read, wanted.clone()));
    (count, (page.limit > 0).then(|| rows(build, read, page, wanted)))
}

fn count(mut build: Builder<'_>, read: &Read, wanted: String) -> Statement {
    let table = build.rows(&read.set);
    build.finish(Skeleton::Count, &[("table", table), ("where", wanted)])
}

/// The conditions that every entity of `read` meets.
fn wanted(build: &mut Builder<'_>, read: &Read) -> String {
    let mut conditions = vec![addressable(build, &read.set)];
    if let Some(via) = &read.via {
        conditions.push(via::condition(build, via, "t", 0));
    }
    if let Some(filter) = &read.query.filter {
        conditions.push(rows::guarded(build, &read.set, "t", filter));
    }
    conditions.join(" AND ")
}

fn rows(mut build: Builder<'_>, read: &Read, page: &RowsPage, wanted: String) -> Statement {
    let set = &*read.set;
    let order = Order::new(&mut build, set, &read.query.order);
    let conditions = match &page.after {
        Some(after) => format!("{wanted} AND {}", order.behind(&mut build, set, after)),
        None => wanted,
    };
    let more = u64::from(page.may_continue());
    let returned = build.columns(set, &read.columns);
    let columns: Vec<&str> = [returned.as_str()].into_iter().chain(order.columns()).collect();
    let slots = [
        ("columns", columns.join(", ")),
        ("table", build.rows(set)),
        ("where", conditions),
        ("order", order.clause()),
        ("limit", build.number(page.limit + more)),
        ("skip", build.number(page.skip)),
    ];
    build.finish(Skeleton::Entities, &slots)
}

fn entity(read: &Read, key: Option<&Key>, properties: &[usize], dialect: &dyn Dialect) -> Statement {
    let set = &*read.set;
    let mut build = Builder::new(dialect, &read.filters);
    let mut conditions = Vec::new();
    if let Some(key) = key {
        conditions.push(dialect.key_equals(&mut build, &key.pairs(set)));
    }
    if let Some(via) = &read.via {
        conditions.push(addressable(&mut build, set));
        conditions.push(via::condition(&mut build, via, "t", 0));
    }
    let slots = [
        ("columns", build.columns(set, properties)),
        ("table", build.rows(set)),
        ("where", conditions.join(" AND ")),
        ("order", build.key(set).join(", ")),
        ("limit", "1".to_owned()),
        ("skip", "0".to_owned()),
    ];
    build.finish(Skeleton::Entities, &slots)
}

fn changes(read: &Read, page: &ChangesPage, dialect: &dyn Dialect) -> Statement {
    let set = &*read.set;
    let mut build = Builder::new(dialect, &read.filters);
    let mut slots = change_slots(&mut build, set, dialect);
    slots.push(("columns", build.columns(set, &read.returned)));
    slots.extend(dialect.change_range(&mut build, set, &page.anchor, page.after.as_ref(), upper(page)));
    slots.push(("limit", build.number(page.limit + 1)));
    build.finish(Skeleton::Changes, &slots)
}

fn changes_count(read: &Read, anchor: &Anchor, upper: Param, dialect: &dyn Dialect) -> Statement {
    let set = &*read.set;
    let mut build = Builder::new(dialect, &read.filters);
    let mut slots = change_slots(&mut build, set, dialect);
    slots.extend(dialect.change_range(&mut build, set, anchor, None, upper));
    build.finish(Skeleton::ChangesCount, &slots)
}

fn change_slots(build: &mut Builder<'_>, set: &EntitySet, dialect: &dyn Dialect) -> Vec<(&'static str, String)> {
    set.changes.map(|log: ChangeLog| dialect.change_slots(build, set, log)).unwrap_or_default()
}

/// The first page of a delta goes up to what its snapshot shows; the others keep that bound.
fn upper(page: &ChangesPage) -> Param {
    match &page.after {
        None => Param::CurrentVersion,
        Some(position) => Param::Version(position.upper),
    }
}

/// Leaves out rows whose key holds NULL: they have no URL, and paging by key would stop at them.
fn addressable(build: &mut Builder<'_>, set: &EntitySet) -> String {
    key_is_there(build, set).unwrap_or_else(|| "1 = 1".to_owned())
}

/// The same, where there can be such rows.
fn key_is_there(build: &mut Builder<'_>, set: &EntitySet) -> Option<String> {
    let nullable = set.key_properties().filter(|property| property.null_in_database);
    let conditions: Vec<String> = nullable.map(|property| format!("{} IS NOT NULL", build.column(property))).collect();
    (!conditions.is_empty()).then(|| conditions.join(" AND "))
}
