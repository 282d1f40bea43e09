//! A tree of OData's grammar and an entity set -> a typed expression, or what is wrong with it.

use std::sync::Arc;

use super::between;
use super::constant::{as_seen, coerced, constant};
use super::{Arithmetic, Class, Comparison, Form, Typed, Variable};
use crate::edm::{Edm, EntitySet};
use crate::error::{Error, ErrorKind, Result};
use crate::odata::Options;
use crate::odata::expression::{self, BinaryOperator as Binary, Expression, Term, UnaryOperator};

/// Operands within operands: what neither database nor a thread's stack minds.
pub(super) const DEEPEST: usize = 100;
/// Operands in all, of the options that one statement is made of: SQL Server takes 2,100 parameters.
pub(in crate::plan) const MOST: usize = 1_500;

/// The name of a row whose properties stand for themselves.
pub(super) const UNNAMED: &str = "";

/// Resolves the expressions of one option.
pub(in crate::plan) struct Resolver<'a> {
    pub(super) edm: &'a Edm,
    pub(super) options: &'a Options,
    /// The option, for messages.
    pub(super) part: &'static str,
    /// The names of rows. The first is the row that is read; a path without a variable begins at the last that has no name.
    pub(super) variables: Vec<Named>,
    /// Whether the row that is read is one that `$expand` brings.
    pub(in crate::plan) nested: bool,
    /// Whether text and numbers stand for whatever they are compared with.
    pub(in crate::plan) lenient: bool,
    rows: u32,
    depth: usize,
    operands: usize,
    pub(super) now: &'a str,
}

/// A row with its name.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) variable: Variable,
    pub(super) set: Arc<EntitySet>,
}

impl<'a> Resolver<'a> {
    /// For an option of a request for entities of `set`. `now` is the moment of the request.
    pub(in crate::plan) fn new(
        edm: &'a Edm,
        set: &Arc<EntitySet>,
        options: &'a Options,
        part: &'static str,
        now: &'a str,
    ) -> Self {
        let root = Named { name: UNNAMED.to_owned(), variable: Variable(0), set: Arc::clone(set) };
        Self {
            edm,
            options,
            part,
            variables: vec![root],
            nested: false,
            lenient: false,
            rows: 0,
            depth: 0,
            operands: 0,
            now,
        }
    }

    /// Counts operands.
    pub(super) fn spend(&mut self, operands: usize) -> Result<()> {
        self.operands += operands;
        if self.depth > DEEPEST || self.operands > MOST { Err(too_large(self.part)) } else { Ok(()) }
    }

    /// How many operands have been resolved.
    pub(in crate::plan) fn operands(&self) -> usize {
        self.operands
    }

    /// `expression` as a condition.
    pub(in crate::plan) fn condition(&mut self, expression: &Expression) -> Result<Typed> {
        let typed = self.typed(expression)?;
        match typed.class {
            Class::Boolean | Class::Null => Ok(typed),
            class => {
                Err(self.wrong(&format!("a condition is wanted at position {}, not {}", expression.at, class.name())))
            }
        }
    }

    /// `expression`, whatever it is.
    pub(in crate::plan) fn typed(&mut self, expression: &Expression) -> Result<Typed> {
        self.depth += 1;
        self.spend(1)?;
        let typed = self.term(expression)?;
        self.depth -= 1;
        Ok(typed)
    }

    fn term(&mut self, expression: &Expression) -> Result<Typed> {
        match &expression.term {
            Term::Alias(alias) => self.alias(alias),
            Term::Binary(operator, left, right) => self.binary(*operator, left, right),
            Term::Call(function, arguments) => self.call(*function, arguments),
            Term::Case(cases) => self.case(cases),
            Term::Constant(literal) => constant(literal, self.part),
            Term::In(left, right) => self.within(left, right),
            Term::List(_) => Err(self.wrong(&format!("a list at position {} stands for no value", expression.at))),
            Term::Path(steps) => self.path(steps),
            Term::Unary(UnaryOperator::Not, operand) => {
                let operand = self.condition(operand)?;
                let nullable = operand.nullable;
                Ok(Typed { form: Form::Not(Box::new(operand)), class: Class::Boolean, nullable })
            }
            Term::Unary(UnaryOperator::Negate, operand) => {
                let operand = self.number(operand)?;
                let (class, nullable) = (operand.class, operand.nullable);
                Ok(Typed { form: Form::Negate(Box::new(operand)), class, nullable })
            }
            Term::Unknown(what) => Err(self.not_supported(what)),
        }
    }

    /// The value of a parameter alias; without one it is null (URL Conventions section 5.3).
    fn alias(&mut self, alias: &str) -> Result<Typed> {
        match self.options.alias(alias) {
            Some(text) => {
                let value = expression::expression(text)?;
                self.typed(&value)
            }
            None => constant(&expression::Constant::Null, self.part),
        }
    }

    fn binary(&mut self, operator: Binary, left: &Expression, right: &Expression) -> Result<Typed> {
        match operator {
            Binary::And | Binary::Or => self.logic(operator, left, right),
            Binary::Eq => self.compare(Comparison::Eq, left, right),
            Binary::Ne => self.compare(Comparison::Ne, left, right),
            Binary::Gt => self.compare(Comparison::Gt, left, right),
            Binary::Ge => self.compare(Comparison::Ge, left, right),
            Binary::Lt => self.compare(Comparison::Lt, left, right),
            Binary::Le => self.compare(Comparison::Le, left, right),
            Binary::Add => self.arithmetic(Arithmetic::Add, None, left, right),
            Binary::Sub => self.arithmetic(Arithmetic::Sub, None, left, right),
            Binary::Mul => self.arithmetic(Arithmetic::Mul, None, left, right),
            Binary::Div => self.arithmetic(Arithmetic::Div, None, left, right),
            Binary::DivBy => self.arithmetic(Arithmetic::Div, Some(Class::Decimal), left, right),
            Binary::Mod => self.arithmetic(Arithmetic::Mod, None, left, right),
            Binary::Has => Err(self.not_supported("has")),
        }
    }

    /// A chain of the same operator is one operation, however long it is: nothing here goes as deep as it.
    fn logic(&mut self, operator: Binary, left: &Expression, right: &Expression) -> Result<Typed> {
        let (mut left, mut operands) = (left, vec![self.condition(right)?]);
        while let Term::Binary(same, before, right) = &left.term
            && *same == operator
        {
            operands.push(self.condition(right)?);
            left = before;
        }
        operands.push(self.condition(left)?);
        operands.reverse();
        let nullable = operands.iter().any(|operand| operand.nullable);
        let form = if operator == Binary::And { Form::All(operands) } else { Form::AnyOf(operands) };
        Ok(Typed { form, class: Class::Boolean, nullable })
    }

    fn compare(&mut self, comparison: Comparison, left: &Expression, right: &Expression) -> Result<Typed> {
        if let Some(absence) = self.absence(comparison, left, right)? {
            return Ok(absence);
        }
        let operands = self.alike(left, right)?;
        let equality = matches!(comparison, Comparison::Eq | Comparison::Ne);
        for class in [operands[0].class, operands[1].class] {
            if !equality && matches!(class, Class::Binary | Class::Guid) {
                return Err(self.not_supported(&format!("an order of {}", class.name())));
            }
        }
        Ok(between::compared(comparison, &operands).unwrap_or_else(|| {
            let form = Form::Compare(comparison, Box::new(operands));
            Typed { form, class: Class::Boolean, nullable: false }
        }))
    }

    fn within(&mut self, left: &Expression, right: &Expression) -> Result<Typed> {
        let mut value = self.typed(left)?;
        let list = match &right.term {
            Term::Alias(alias) => match self.options.alias(alias) {
                Some(text) => &expression::expression(text)?,
                None => return Err(self.wrong(&format!("\"{alias}\" has no value"))),
            },
            _ => right,
        };
        let Term::List(items) = &list.term else {
            return Err(self.not_supported("in with something else than a list"));
        };
        let mut members = items.iter().map(|item| self.typed(item)).collect::<Result<Vec<_>>>()?;
        for member in &members {
            value = as_seen(self.coerced(value, member.class), member);
        }
        for member in &mut members {
            *member = as_seen(self.coerced(member.clone(), value.class), &value);
            if value.class.joined(member.class).is_none() {
                return Err(self.not_alike(&value, member));
            }
        }
        if value.class == Class::Integer {
            members.retain(|member| !between::is_between(member));
        }
        if members.is_empty() {
            return Ok(between::truth(false));
        }
        Ok(Typed { form: Form::In(Box::new(value), members), class: Class::Boolean, nullable: false })
    }

    fn number(&mut self, expression: &Expression) -> Result<Typed> {
        let typed = self.typed(expression)?;
        if typed.class.is_number() || typed.class == Class::Null {
            return Ok(typed);
        }
        if matches!(typed.class, Class::Date | Class::DateTimeOffset | Class::TimeOfDay) {
            return Err(self.not_supported("arithmetic with dates and durations"));
        }
        Err(self.wrong(&format!("a number is wanted at position {}, not {}", expression.at, typed.class.name())))
    }

    fn arithmetic(
        &mut self,
        operation: Arithmetic,
        at_least: Option<Class>,
        left: &Expression,
        right: &Expression,
    ) -> Result<Typed> {
        let (left, right) = (self.number(left)?, self.number(right)?);
        let class = left.class.joined(right.class).and_then(|class| class.joined(at_least.unwrap_or(Class::Null)));
        let class = class.ok_or_else(|| self.not_alike(&left, &right))?;
        let divides = matches!(operation, Arithmetic::Div | Arithmetic::Mod);
        let nullable = left.nullable || right.nullable || divides;
        let operands = [coerced(left, class), coerced(right, class)];
        Ok(Typed { form: Form::Arithmetic(operation, Box::new(operands)), class, nullable })
    }

    pub(super) fn new_variable(&mut self) -> Variable {
        self.rows += 1;
        Variable(self.rows)
    }

    /// 400: valid by grammar, but not for this model.
    pub(super) fn wrong(&self, what: &str) -> Error {
        wrong(self.part, what)
    }

    /// 501: valid, and not implemented.
    pub(super) fn not_supported(&self, what: &str) -> Error {
        let message = format!("The value of \"{}\" uses {what}, which this service does not support.", self.part);
        Error::new(ErrorKind::OptionNotSupported, message).about(self.part)
    }
}

/// 400: with this option, the request has more operands than there may be.
pub(in crate::plan) fn too_large(part: &'static str) -> Error {
    wrong(part, "the expression is too large; ask for less at once")
}

fn wrong(part: &'static str, what: &str) -> Error {
    Error::new(ErrorKind::InvalidValue, format!("The value of \"{part}\" is wrong: {what}.")).about(part)
}
