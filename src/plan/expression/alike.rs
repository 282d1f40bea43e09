//! Two operands -> the same with values of one class, or why they cannot be compared.

use super::constant::{as_seen, coerced, leniently};
use super::resolve::Resolver;
use super::{Class, Typed};
use crate::error::{Error, Result};
use crate::odata::expression::Expression;

impl Resolver<'_> {
    /// Two operands that can be compared.
    pub(super) fn alike(&mut self, left: &Expression, right: &Expression) -> Result<[Typed; 2]> {
        let (left, right) = (self.typed(left)?, self.typed(right)?);
        self.joined(left, right)
    }

    pub(super) fn joined(&self, left: Typed, right: Typed) -> Result<[Typed; 2]> {
        let (left_class, right_class) = (left.class, right.class);
        let (left, right) = (self.coerced(left, right_class), self.coerced(right, left_class));
        match left.class.joined(right.class) {
            Some(_) => {
                let left = as_seen(left, &right);
                let right = as_seen(right, &left);
                Ok([left, right])
            }
            None => Err(self.not_alike(&left, &right)),
        }
    }

    pub(super) fn coerced(&self, typed: Typed, class: Class) -> Typed {
        let typed = coerced(typed, class);
        if self.lenient { leniently(typed, class) } else { typed }
    }

    pub(super) fn not_alike(&self, left: &Typed, right: &Typed) -> Error {
        let hint = match (left.class, right.class) {
            (Class::DateTimeOffset, Class::Date) | (Class::Date, Class::DateTimeOffset) => {
                "; write a moment as 2024-01-31T00:00:00Z, or compare with \"date(...)\""
            }
            _ => "",
        };
        self.wrong(&format!("{} cannot be compared with {}{hint}", left.class.name(), right.class.name()))
    }
}
