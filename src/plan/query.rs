//! Which entities are wanted, and in which order: `$filter`, `$search`, `$orderby`.
//!
//! A newcomer's trap: on the pages behind the first these come from the token, which keeps their text; what a client repeats on the link
//! has to be the same.

use std::sync::Arc;

use super::expression::{Class, Form, MOST, Resolver, Typed, now, too_large};
use super::{Expansion, Scope, links};
use crate::edm::EntitySet;
use crate::error::{Error, ErrorKind, Result};
use crate::odata::expression::{
    ExpandOptions, Expression, OrderItem, Search, Written, deeper_than, filter, order_by, search,
};
use crate::odata::{Options, SystemOption, options};
use crate::token::Token;

/// The options that a query is made of, and that its links keep.
const KEPT: [SystemOption; 4] =
    [SystemOption::Expand, SystemOption::Filter, SystemOption::OrderBy, SystemOption::Search];

/// Items of `$orderby`, at most: each is a column of the rows, and a condition within a condition on the pages behind the first.
const ITEMS: usize = 32;

/// Which entities, and in which order.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// What is true of them, by `$filter` and `$search`.
    pub filter: Option<Typed>,
    /// What they are ordered by, before their key.
    pub order: Vec<Sorting>,
    /// The options that say so, as in a URL, where there are any.
    pub text: Option<String>,
}

/// What entities are ordered by.
#[derive(Clone, Debug)]
pub struct Sorting {
    /// Its value: nulls are the least.
    pub by: Typed,
    /// Whether the greatest come first.
    pub descending: bool,
}

impl Scope<'_> {
    /// What this request asks for.
    pub(super) fn query(&self) -> Result<Query> {
        self.query_of(self.options())
    }

    /// The same, and what is expanded.
    pub(super) fn query_and_expansions(&self) -> Result<(Query, Vec<Expansion>)> {
        Ok((self.query()?, self.expansions(self.set, self.options())?))
    }

    /// What the request asked for that a link came from.
    pub(super) fn query_behind(&self, token: &Token) -> Result<(Query, Vec<Expansion>)> {
        let kept = options(token.query.as_deref().unwrap_or_default())?;
        for option in KEPT {
            let repeated = self.options().value(option);
            if repeated.is_some() && repeated != kept.value(option) {
                let name = option.name();
                let message =
                    format!("A link keeps the \"{name}\" of the request that it came from; start over to change it.");
                return Err(Error::new(ErrorKind::InvalidValue, message).about(name));
            }
        }
        Ok((self.query_of(&kept)?, self.expansions(self.set, &kept)?))
    }

    fn query_of(&self, options: &Options) -> Result<Query> {
        let parsed = options.value(SystemOption::Filter).map(filter).transpose()?;
        let order = options.value(SystemOption::OrderBy).map(order_by).transpose()?.unwrap_or_default();
        let sought = options.value(SystemOption::Search).map(search).transpose()?;
        let mut resolving = Resolving::new(self, options);
        Ok(Query {
            filter: resolving.conditions(self.set, parsed.as_ref(), sought.as_ref())?,
            order: resolving.order(self.set, &order)?,
            text: links::query_string(options, &KEPT),
        })
    }
}

/// Turns the parsed options of one request into typed expressions.
pub(super) struct Resolving<'a> {
    scope: &'a Scope<'a>,
    /// Where parameter aliases have their values.
    options: &'a Options,
    now: String,
    /// Whether they are of what `$expand` brings.
    nested: bool,
    /// Operands of the query that is being resolved.
    operands: usize,
}

impl<'a> Resolving<'a> {
    pub(super) fn new(scope: &'a Scope<'a>, options: &'a Options) -> Self {
        Self { scope, options, now: now(), nested: false, operands: 0 }
    }

    /// What the options in the parentheses of an item of `$expand` ask for, of entities of `set`.
    /// `written` is what links say of it.
    pub(super) fn nested_query(
        &mut self,
        set: &Arc<EntitySet>,
        options: &ExpandOptions,
        written: &Written,
    ) -> Result<Query> {
        (self.nested, self.operands) = (true, 0);
        Ok(Query {
            filter: self.conditions(set, options.filter.as_ref(), options.search.as_ref())?,
            order: self.order(set, &options.order)?,
            text: links::nested_query_string(written, &KEPT, self.options),
        })
    }

    /// What is filtered and what is searched for, together.
    fn conditions(
        &mut self,
        set: &Arc<EntitySet>,
        filter: Option<&Expression>,
        sought: Option<&Search>,
    ) -> Result<Option<Typed>> {
        filter.map_or(Ok(()), |filter| self.shallow(filter, "$filter"))?;
        let mut resolver = self.resolver(set, "$filter");
        let filter = filter.map(|filter| resolver.condition(filter)).transpose()?;
        let operands = resolver.operands();
        self.spend(operands, "$filter")?;
        self.spend(sought.map_or(0, |sought| super::search::operands(set, sought)), "$search")?;
        let sought = sought.map(|sought| super::search::condition(set, sought));
        Ok(match (filter, sought) {
            (Some(filter), Some(sought)) => {
                let nullable = filter.nullable || sought.nullable;
                Some(Typed { form: Form::All(vec![sought, filter]), class: Class::Boolean, nullable })
            }
            (filter, sought) => filter.or(sought),
        })
    }

    /// What is the same for all entities puts none before another.
    fn order(&mut self, set: &Arc<EntitySet>, items: &[OrderItem]) -> Result<Vec<Sorting>> {
        if items.len() > ITEMS {
            let message = format!("The value of \"$orderby\" has more than {ITEMS} items.");
            return Err(Error::new(ErrorKind::InvalidValue, message).about("$orderby"));
        }
        let mut order = Vec::with_capacity(items.len());
        for item in items {
            self.shallow(&item.expression, "$orderby")?;
            let mut resolver = self.resolver(set, "$orderby");
            let by = resolver.typed(&item.expression)?;
            let operands = resolver.operands();
            self.spend(operands, "$orderby")?;
            if varies(&by) {
                order.push(Sorting { by, descending: item.descending });
            }
        }
        Ok(order)
    }

    fn resolver(&self, set: &Arc<EntitySet>, part: &'static str) -> Resolver<'_> {
        let mut resolver = Resolver::new(self.scope.edm, set, self.options, part, &self.now);
        resolver.nested = self.nested;
        resolver
    }

    /// The operator may allow less than the grammar bears.
    fn shallow(&self, expression: &Expression, part: &'static str) -> Result<()> {
        let levels = self.scope.settings.max_expression_depth;
        if deeper_than(expression, levels as usize).is_none() {
            return Ok(());
        }
        let message = format!("The value of \"{part}\" is more than {levels} levels deep.");
        Err(Error::new(ErrorKind::InvalidValue, message).about(part))
    }

    /// All options of a query go into one statement.
    fn spend(&mut self, operands: usize, part: &'static str) -> Result<()> {
        self.operands += operands;
        if self.operands > MOST { Err(too_large(part)) } else { Ok(()) }
    }
}

/// Whether the value may differ from one entity to another.
fn varies(typed: &Typed) -> bool {
    match &typed.form {
        Form::Constant(_) | Form::Null => false,
        Form::Property(_) | Form::Related(_) => true,
        Form::All(operands) | Form::AnyOf(operands) | Form::Call(_, operands) => operands.iter().any(varies),
        Form::Arithmetic(_, operands) | Form::Compare(_, operands) => operands.iter().any(varies),
        Form::Case(cases) => {
            typed.class != Class::Null && cases.iter().any(|(when, then)| varies(when) || varies(then))
        }
        Form::In(value, members) => varies(value) || members.iter().any(varies),
        Form::Negate(operand) | Form::Not(operand) => varies(operand),
    }
}
