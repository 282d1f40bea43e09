//! Functions with their arguments -> typed expressions.

use super::constant::{coerced, moment_constant};
use super::function::{name, signature};
use super::resolve::Resolver;
use super::{Class, Form, Typed};
use crate::error::Result;
use crate::odata::expression::{Expression, Function as Name};

impl Resolver<'_> {
    pub(super) fn call(&mut self, function: Name, arguments: &[Expression]) -> Result<Typed> {
        match function {
            Name::Now => return Ok(moment_constant(self.now)),
            Name::MinDateTime => return Ok(moment_constant("0001-01-01T00:00:00Z")),
            Name::MaxDateTime => return Ok(moment_constant("9999-12-31T23:59:59.9999999Z")),
            Name::Cast => return self.cast(arguments),
            _ => {}
        }
        let signature = signature(function).ok_or_else(|| self.not_supported(name(function)))?;
        let fits = (signature.required..=signature.takes.len()).contains(&arguments.len());
        if !fits {
            return Err(self.wrong(&format!("\"{}\" takes {} arguments", name(function), signature.takes.len())));
        }
        let mut typed = Vec::with_capacity(arguments.len());
        for (argument, takes) in arguments.iter().zip(signature.takes) {
            typed.push(self.argument(function, argument, takes)?);
        }
        let class = signature.gives.or_else(|| typed.first().map(|first| first.class)).unwrap_or(Class::Null);
        let nullable = typed.iter().any(|argument| argument.nullable);
        Ok(Typed { form: Form::Call(signature.function, typed), class, nullable })
    }

    fn argument(&mut self, function: Name, argument: &Expression, takes: &[Class]) -> Result<Typed> {
        let typed = self.typed(argument)?;
        let typed = if let [class] = takes { coerced(typed, *class) } else { typed };
        if typed.class == Class::Null || takes.contains(&typed.class) {
            return Ok(typed);
        }
        let wanted = takes.iter().map(|class| class.name()).collect::<Vec<_>>().join(" or ");
        Err(self.wrong(&format!("\"{}\" takes {wanted}, not {}", name(function), typed.class.name())))
    }

    pub(super) fn case(&mut self, cases: &[(Expression, Expression)]) -> Result<Typed> {
        let mut typed: Vec<(Typed, Typed)> = Vec::with_capacity(cases.len());
        let mut class = Class::Null;
        for (condition, value) in cases {
            let (condition, value) = (self.condition(condition)?, self.typed(value)?);
            let both = class.joined(value.class);
            class = both.ok_or_else(|| self.wrong("the values of \"case\" are not of one type"))?;
            typed.push((condition, value));
        }
        let typed = typed.into_iter().map(|(condition, value)| (condition, coerced(value, class))).collect();
        Ok(Typed { form: Form::Case(typed), class, nullable: true })
    }
}
