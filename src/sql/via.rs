//! How entities are reached -> the condition that they are, and the question whether there is what they are reached from.

use super::addressable;
use super::dialect::{Dialect, Skeleton};
use super::expression::tie;
use super::statement::{Builder, Statement};
use crate::plan::{RowFilters, Via};

/// The condition that the row `name` is one that `via` leads to.
pub(super) fn condition(build: &mut Builder<'_>, via: &Via, name: &str, depth: usize) -> String {
    let parent = format!("p{depth}");
    let tie = tie(build, &via.hop, &parent, name);
    let table = build.rows(&via.hop.from);
    let wanted = parent_condition(build, via, &parent, depth + 1);
    format!("EXISTS (SELECT 1 FROM {table} AS {parent} WHERE {tie} AND {wanted})")
}

/// The condition that the row `parent` is the entity that `via` begins at.
fn parent_condition(build: &mut Builder<'_>, via: &Via, parent: &str, depth: usize) -> String {
    let dialect = build.dialect();
    let mut conditions = vec![build.about(parent, |build| addressable(build, &via.hop.from))];
    if let Some(key) = &via.key {
        conditions.push(build.about(parent, |build| dialect.key_equals(build, &key.pairs(&via.hop.from))));
    }
    if let Some(before) = &via.before {
        conditions.push(condition(build, before, parent, depth));
    }
    conditions.join(" AND ")
}

/// How many entities there are that `via` begins at: one or none.
pub(super) fn parents(via: &Via, filters: &RowFilters, dialect: &dyn Dialect) -> Statement {
    let mut build = Builder::new(dialect, filters);
    let wanted = parent_condition(&mut build, via, "t", 0);
    let table = build.rows(&via.hop.from);
    build.finish(Skeleton::Count, &[("table", table), ("where", wanted)])
}
