//! The text of a query option -> what it says, by grammar alone: `$filter`, `$orderby`, `$expand`, `$search`.
//!
//! All of OData 4.01's grammar is recognised. What this service does not know how to do stays in the tree under its name, so that
//! the plan can say so (501); what is not OData is refused here, with its position (400).
//! Source: OData 4.01 ABNF, "Expressions"; URL Conventions 4.01 section 5.1.

mod tree;

pub use tree::{
    BinaryOperator, Constant, ExpandItem, ExpandOptions, ExpandPath, Expression, Function, Key, Lambda, OrderItem,
    Search, Step, Term, UnaryOperator,
};
