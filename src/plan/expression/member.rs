//! What an expression says of the members of a collection: the condition of a lambda, or which of them are counted.

use std::sync::Arc;

use super::resolve::{Named, Resolver, UNNAMED};
use super::{Class, Form, Typed, Variable};
use crate::edm::EntitySet;
use crate::error::Result;
use crate::odata::expression::{ExpandOptions, Expression, Lambda};
use crate::plan::search;

/// Collections within collections: each is a query within a query, of which SQL Server takes 32.
const INNERMOST: usize = 8;

impl Resolver<'_> {
    /// What is said of a member of a collection of `set`.
    pub(super) fn member(&mut self, lambda: &Lambda, member: Variable, set: &Arc<EntitySet>) -> Result<Typed> {
        if self.variables.iter().any(|variable| variable.name == lambda.variable) {
            return Err(self.wrong(&format!("the name \"{}\" is used twice", lambda.variable)));
        }
        self.condition_on(&lambda.variable, member, set, &lambda.predicate)
    }

    /// Which members of a collection of `set` are counted. Paths in the filter begin at the member.
    pub(super) fn counted(
        &mut self,
        options: &ExpandOptions,
        member: Variable,
        set: &Arc<EntitySet>,
    ) -> Result<Option<Typed>> {
        let sought = options.search.as_ref().map(|search| search::condition_of(member, set, search));
        self.spend(options.search.as_ref().map_or(0, |search| search::operands(set, search)))?;
        let filter = options.filter.as_ref().map(|filter| self.condition_on(UNNAMED, member, set, filter));
        let asked: Vec<Typed> = sought.into_iter().chain(filter.transpose()?).collect();
        let nullable = asked.iter().any(|condition| condition.nullable);
        Ok((!asked.is_empty()).then_some(Typed { form: Form::All(asked), class: Class::Boolean, nullable }))
    }

    /// `expression` as a condition on `row`, which has that name in it.
    fn condition_on(
        &mut self,
        name: &str,
        row: Variable,
        set: &Arc<EntitySet>,
        expression: &Expression,
    ) -> Result<Typed> {
        if self.variables.len() > INNERMOST {
            return Err(self.wrong(&format!("it asks about collections more than {INNERMOST} levels deep")));
        }
        self.variables.push(Named { name: name.to_owned(), variable: row, set: Arc::clone(set) });
        let condition = self.condition(expression);
        self.variables.pop();
        condition
    }
}
