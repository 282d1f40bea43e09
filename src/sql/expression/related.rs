//! Properties and collections behind navigation properties -> subqueries.

use crate::edm::{EntitySet, Property};
use crate::plan::{About, Hop, PropertyPath, Related, Typed, Variable};
use crate::sql::key_is_there;
use crate::sql::rows::{guarded, guarded_not, shown_only};
use crate::sql::statement::Builder;

/// The name that a statement has for a row.
pub(in crate::sql) fn alias(variable: Variable) -> String {
    match variable.0 {
        0 => "t".to_owned(),
        number => format!("t{number}"),
    }
}

/// A property in the form that `write` gives its column, where it is.
pub(super) fn property(
    build: &mut Builder<'_>,
    path: &PropertyPath,
    write: impl Fn(&Property, String) -> String,
) -> String {
    let model = path.property();
    if path.hops.is_empty() {
        return write(model, build.column_of(&alias(path.from), model));
    }
    let last = hop_alias(build, path.hops.len());
    let way = Way::new(build, path.from, &path.hops, &last);
    // The database may make a join of it; then what is made of the value could be tried on rows that are not to be read.
    let value = build.seeing(&way.filtered, |build| {
        shown_only(build, &path.set, &last, |build| write(model, build.column_of(&last, model)))
    });
    format!("(SELECT {value} FROM {} WHERE {})", way.tables, way.condition)
}

/// `any` and `all`: whether there are such entities, or others.
pub(super) fn quantified(build: &mut Builder<'_>, related: &Related) -> String {
    let way = Way::new(build, related.from, &related.hops, &alias(related.member));
    let (not, write): (_, Guarded) = if related.about == About::All { ("NOT ", guarded_not) } else { ("", guarded) };
    let predicate = way.predicate(build, related, write);
    format!("{not}EXISTS (SELECT 1 FROM {} WHERE {}{predicate})", way.tables, way.condition)
}

/// How many there are for which the predicate is true.
pub(super) fn count(build: &mut Builder<'_>, related: &Related) -> String {
    let way = Way::new(build, related.from, &related.hops, &alias(related.member));
    let predicate = way.predicate(build, related, guarded);
    format!("(SELECT COUNT(*) FROM {} WHERE {}{predicate})", way.tables, way.condition)
}

type Guarded = fn(&mut Builder<'_>, &EntitySet, &str, &Typed) -> String;

/// The name of the row behind `number` hops. A row that a query around this one asks about keeps its name for itself.
fn hop_alias(build: &Builder<'_>, number: usize) -> String {
    let taken = build.asked().iter().filter_map(|name| name.strip_prefix('h')?.parse::<usize>().ok()).max();
    format!("h{}", taken.unwrap_or_default() + number)
}

/// The tables on a way, joined, and what ties the first of them to the row where it begins.
struct Way {
    tables: String,
    condition: String,
    /// The rows between its ends that are of filtered sets. The database may go the way from its end.
    filtered: Vec<String>,
}

impl Way {
    /// The entities at its end are called `last`.
    fn new(build: &mut Builder<'_>, from: Variable, hops: &[Hop], last: &str) -> Self {
        let mut way = Self { tables: String::new(), condition: "1 = 0".to_owned(), filtered: Vec::new() };
        let mut here = alias(from);
        for (number, hop) in (1..).zip(hops) {
            let there = if number == hops.len() { last.to_owned() } else { hop_alias(build, number) };
            let mut tie = tie(build, hop, &here, &there);
            if let Some(key) = build.about(&there, |build| key_is_there(build, &hop.to)) {
                tie = format!("{tie} AND {key}");
            }
            let table = format!("{} AS {there}", build.rows(&hop.to));
            if number == 1 {
                (way.tables, way.condition) = (table, tie);
            } else {
                way.tables = format!("{} INNER JOIN {table} ON {tie}", way.tables);
            }
            way.filtered.extend((hop.to.rows_filtered && number < hops.len()).then(|| there.clone()));
            here = there;
        }
        way
    }

    /// What is asked of those at its end, behind its condition.
    fn predicate(&self, build: &mut Builder<'_>, related: &Related, write: Guarded) -> String {
        let asked = related.predicate.as_ref().zip(related.hops.last());
        let written = asked.map(|(predicate, hop)| {
            build.seeing(&self.filtered, |build| write(build, &hop.to, &alias(related.member), predicate))
        });
        written.map(|predicate| format!(" AND {predicate}")).unwrap_or_default()
    }
}

/// The condition that the entity `there` is one that the entity `here` leads to.
pub(in crate::sql) fn tie(build: &Builder<'_>, hop: &Hop, here: &str, there: &str) -> String {
    let pairs = hop.pairs.iter().map(|&(own, other)| {
        let own = build.column_of(here, &hop.from.properties[own]);
        format!("{} = {own}", build.column_of(there, &hop.to.properties[other]))
    });
    pairs.collect::<Vec<_>>().join(" AND ")
}
