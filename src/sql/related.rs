//! What is expanded, and the entities that lead there -> statements that read it for many of them at once.
//!
//! A newcomer's trap: the values that lead there are as stored, and are compared by the database, not here: it knows when a reference
//! and a key are equal. So every row says to which of the entities it belongs.

use std::sync::Arc;

use super::addressable;
use super::dialect::{Dialect, Skeleton};
use super::order::Order;
use super::rows::guarded;
use super::statement::{Builder, Param, Statement};
use crate::edm::Value;
use crate::plan::{Expansion, RowFilters};

/// Entities whose related ones are read by one statement, at most: SQL Server takes 2,100 parameters.
pub const AT_ONCE: usize = 200;

/// What else a query reads, once its rows are known.
#[derive(Debug)]
pub struct Related {
    expansion: Expansion,
    filters: Arc<RowFilters>,
    /// And behind that.
    pub further: Vec<Related>,
}

/// An entity that leads to others: its number, and the values of the properties that lead there.
pub type Origin = (usize, Vec<Value>);

impl Related {
    pub(super) fn all(expansions: &[Expansion], filters: &Arc<RowFilters>) -> Vec<Self> {
        let related = |expansion: &Expansion| Self {
            expansion: expansion.clone(),
            filters: Arc::clone(filters),
            further: Self::all(&expansion.expand, filters),
        };
        expansions.iter().map(related).collect()
    }

    /// The one that `path` leads to: the place on each level.
    pub fn at<'a>(all: &'a [Self], path: &[usize]) -> Option<&'a Self> {
        let (first, rest) = path.split_first()?;
        let related = all.get(*first)?;
        if rest.is_empty() { Some(related) } else { Self::at(&related.further, rest) }
    }

    /// How many values lead there.
    pub fn leads(&self) -> usize {
        self.expansion.hop.pairs.len()
    }

    /// Reads the entities that `origins` lead to, of each origin so many: rows of the number of the origin and the properties' columns, then what they are ordered by.
    pub fn entities(&self, origins: &[Origin], each: usize, dialect: &dyn Dialect) -> Statement {
        let expansion = &self.expansion;
        let mut build = Builder::new(dialect, &self.filters);
        let order = Order::new(&mut build, &expansion.hop.to, &expansion.query.order);
        let properties = build.column_list(&expansion.hop.to, &expansion.columns);
        let found: Vec<String> = (0..)
            .zip(properties.iter().map(String::as_str).chain(order.columns()))
            .map(|(number, column)| format!("{column} AS c{number}"))
            .collect();
        let columns: Vec<String> =
            std::iter::once("r.n".to_owned()).chain((0..found.len()).map(|number| format!("r.c{number}"))).collect();
        let mut slots = self.origins(&mut build, origins);
        slots.extend([
            ("columns", columns.join(", ")),
            ("found", found.join(", ")),
            ("order", order.clause()),
            ("skip", build.number(expansion.skip)),
            ("last", build.number(expansion.skip.saturating_add(each as u64))),
        ]);
        build.finish(Skeleton::Related, &slots)
    }

    /// Counts them: rows of the number of the origin and how many it leads to.
    pub fn counts(&self, origins: &[Origin], dialect: &dyn Dialect) -> Statement {
        let mut build = Builder::new(dialect, &self.filters);
        let slots = self.origins(&mut build, origins);
        build.finish(Skeleton::RelatedCount, &slots)
    }

    /// Where the way begins, how it leads on, and which of what is found there is wanted.
    fn origins(&self, build: &mut Builder<'_>, origins: &[Origin]) -> Vec<(&'static str, String)> {
        let hop = &self.expansion.hop;
        let dialect = build.dialect();
        let own: Vec<_> = hop.pairs.iter().map(|(own, _)| &hop.from.properties[*own]).collect();
        let parents: Vec<String> = origins
            .iter()
            .map(|(number, values)| {
                let number = build.number(*number as u64);
                let values = own.iter().zip(values).map(|(property, value)| {
                    let placeholder = build.param(Param::Value(value.clone()));
                    dialect.stored(property, &placeholder)
                });
                let row: Vec<String> = std::iter::once(number).chain(values.collect::<Vec<_>>()).collect();
                format!("({})", row.join(", "))
            })
            .collect();
        let names = std::iter::once("n".to_owned()).chain((0..own.len()).map(|number| format!("k{number}")));
        let names: Vec<String> = names.collect();
        let same = hop
            .pairs
            .iter()
            .zip(&names[1..])
            .map(|((_, other), name)| format!("{} = k.{name}", build.column(&hop.to.properties[*other])));
        let same = same.collect::<Vec<_>>().join(" AND ");
        let mut wanted = addressable(build, &hop.to);
        if let Some(filter) = &self.expansion.query.filter {
            wanted = format!("{wanted} AND {}", guarded(build, &hop.to, "t", filter));
        }
        vec![
            ("names", names.join(", ")),
            ("parents", parents.join(", ")),
            ("table", build.rows(&hop.to)),
            ("same", same),
            ("where", wanted),
        ]
    }
}
