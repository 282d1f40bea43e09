//! All of expressions that can differ between databases.

use super::{Narrowing, exact};
use crate::edm::{Property, Value};
use crate::plan::{Arithmetic, Class, Comparison, Function, Typed};
use crate::sql::statement::Builder;

/// How one kind of database says expressions.
pub trait Expressions: Send + Sync {
    /// `column` of `property`, in the form that its class has in expressions.
    fn value(&self, property: &Property, column: String) -> String;

    /// The same, in the form in which it is compared and put in order.
    fn comparable(&self, property: &Property, column: String) -> String {
        let value = self.value(property, column);
        self.compared(Class::of(property.ty), value)
    }

    /// A value of `class`, in the form in which it is compared.
    fn compared(&self, _class: Class, value: String) -> String {
        value
    }

    /// The constant `value` of `class`, in canonical form.
    fn constant(&self, build: &mut Builder<'_>, class: Class, value: &Value) -> String;

    /// The same, in the form in which it is compared.
    fn comparable_constant(&self, build: &mut Builder<'_>, class: Class, value: &Value) -> String {
        self.constant(build, class, value)
    }

    /// `column` of `property` as it is put in order, in the order of an index if it has one; none where only the values that are
    /// made of it have an order.
    fn ordered(&self, property: &Property, column: &str) -> Option<String>;

    /// `value`, read from a column that was put in order as it is: a position between pages.
    fn ordered_position(&self, build: &mut Builder<'_>, property: &Property, value: &Value) -> String;

    /// `value`, read from what [`Self::compared`] gives: a position between pages.
    fn position(&self, build: &mut Builder<'_>, class: Class, value: &Value) -> String;

    /// Whether the value of `typed` may be NULL in this database.
    fn may_be_null(&self, typed: &Typed) -> bool {
        typed.nullable
    }

    /// The condition that a Boolean `value` is true.
    fn is_true(&self, value: &str) -> String;

    /// The value of a condition, null where it is unknown.
    fn truth_value(&self, build: &mut Builder<'_>, condition: &Typed) -> String {
        exact(build, condition)
    }

    /// A value that is no column, as it stands in an order.
    fn in_order(&self, value: String) -> String {
        value
    }

    /// A whole number, as an operand of a calculation whose result is of another `class`.
    fn promoted(&self, _class: Class, value: String) -> String {
        value
    }

    /// The condition that two values are equal, or both null; never unknown.
    fn same(&self, left: &str, right: &str) -> String;

    /// A calculation whose result is of `class`; null where it divides by zero.
    fn arithmetic(&self, operation: Arithmetic, class: Class, left: &str, right: &str) -> String;

    /// A function: its value, or where that is a Boolean, the condition that it is true.
    fn call(&self, build: &mut Builder<'_>, function: Function, arguments: &[Typed]) -> String;

    /// What of a comparison of `column` with a constant, if anything, an index can serve.
    fn narrowing(
        &self,
        build: &mut Builder<'_>,
        property: &Property,
        column: &str,
        comparison: Comparison,
        constant: &Value,
    ) -> Option<Narrowing>;

    /// What of `column` being one of `constants`, if anything, an index can serve.
    fn narrowing_list(
        &self,
        _build: &mut Builder<'_>,
        _property: &Property,
        _column: &str,
        _constants: &[&Value],
    ) -> Option<Narrowing> {
        None
    }

    /// What follows from a function of `column` and `text` being true, if an index can serve it.
    fn narrowing_call(
        &self,
        _build: &mut Builder<'_>,
        _function: Function,
        _property: &Property,
        _column: &str,
        _text: &str,
    ) -> Option<String> {
        None
    }
}
