//! What an expression means here: its names resolved, its types known.
//!
//! A newcomer's trap: OData's comparisons are never null, its logic may be. `A gt 1` is false where `A` is null, and so `not (A gt 1)`
//! is true there; but `not B` of a null Boolean is null. [`Typed::nullable`] says what may be null.
//! Source: URL Conventions 4.01 section 5.1.1.

mod alike;
mod between;
mod call;
mod cast;
mod constant;
mod function;
mod member;
mod now;
mod path;
mod resolve;

use std::sync::Arc;

pub use function::Function;
pub(super) use now::now;
pub(super) use resolve::{MOST, Resolver, too_large};

use crate::edm::{EdmType, EntitySet, Value};

/// An expression of a known type.
#[derive(Clone, Debug)]
pub struct Typed {
    /// What it is.
    pub form: Form,
    /// What its values are.
    pub class: Class,
    /// Whether it may be null.
    pub nullable: bool,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum Form {
    /// All of them: `and`.
    All(Vec<Typed>),
    /// One of them: `or`.
    AnyOf(Vec<Typed>),
    /// Two numbers and what is between them; the class is that of the result.
    Arithmetic(Arithmetic, Box<[Typed; 2]>),
    /// A canonical function and its arguments.
    Call(Function, Vec<Typed>),
    /// Conditions with their values, the first true one counts.
    Case(Vec<(Typed, Typed)>),
    /// Two values of one class.
    Compare(Comparison, Box<[Typed; 2]>),
    /// A value, in the canonical form of its class.
    Constant(Value),
    /// Whether a value is one of several of the same class.
    In(Box<Typed>, Vec<Typed>),
    /// A number with the other sign.
    Negate(Box<Typed>),
    /// The opposite.
    Not(Box<Typed>),
    /// `null`.
    Null,
    /// A property, perhaps of a related entity.
    Property(PropertyPath),
    /// Something about the entities that a navigation property leads to.
    Related(Related),
}

/// What the values of an expression are. Numbers of one class are compared and computed with without loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the Edm type of the same name")]
pub enum Class {
    Binary,
    Boolean,
    Date,
    DateTimeOffset,
    Decimal,
    /// Also `Edm.Single`.
    Double,
    Guid,
    /// Every whole number of at most 64 bits.
    Integer,
    /// What only `null` is.
    Null,
    String,
    TimeOfDay,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the operator of the same name")]
pub enum Comparison {
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Ne,
}

impl Comparison {
    /// The same with its sides exchanged.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Ge => Self::Le,
            Self::Gt => Self::Lt,
            Self::Le => Self::Ge,
            Self::Lt => Self::Gt,
            same @ (Self::Eq | Self::Ne) => same,
        }
    }
}

/// A calculation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// `add`
    Add,
    /// `div`: of whole numbers a whole number
    Div,
    /// `mod`
    Mod,
    /// `mul`
    Mul,
    /// `sub`
    Sub,
}

/// The name that a statement has for a row: 0 is the row that is read, the others are members of collections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable(pub u32);

/// A property, seen from a row.
#[derive(Clone, Debug)]
pub struct PropertyPath {
    /// The row.
    pub from: Variable,
    /// The way to the entity that has it: to one each.
    pub hops: Vec<Hop>,
    /// The entity set that has it.
    pub set: Arc<EntitySet>,
    /// Its index there.
    pub property: usize,
}

/// A step from one entity to another.
#[derive(Clone, Debug)]
pub struct Hop {
    /// Where it begins.
    pub from: Arc<EntitySet>,
    /// Where it leads.
    pub to: Arc<EntitySet>,
    /// The properties that are equal: here, there.
    pub pairs: Vec<(usize, usize)>,
}

/// Something about the entities that a navigation property leads to.
#[derive(Clone, Debug)]
pub struct Related {
    /// What is said of them.
    pub about: About,
    /// The row that the way begins at.
    pub from: Variable,
    /// The way there; the last step leads to many.
    pub hops: Vec<Hop>,
    /// The name of a member of the collection.
    pub member: Variable,
    /// What each is asked; without it, whether there are any.
    pub predicate: Option<Box<Typed>>,
}

/// What is said of related entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Whether all of them are as the predicate says.
    All,
    /// Whether one of them is.
    Any,
    /// How many there are.
    Count,
}

impl Class {
    /// The class of a property's values.
    pub fn of(ty: EdmType) -> Self {
        match ty {
            EdmType::Binary { .. } => Self::Binary,
            EdmType::Boolean => Self::Boolean,
            EdmType::Byte | EdmType::Int16 | EdmType::Int32 | EdmType::Int64 => Self::Integer,
            EdmType::Date => Self::Date,
            EdmType::DateTimeOffset { .. } => Self::DateTimeOffset,
            EdmType::Decimal { .. } => Self::Decimal,
            EdmType::Double | EdmType::Single => Self::Double,
            EdmType::Guid => Self::Guid,
            EdmType::String { .. } => Self::String,
            EdmType::TimeOfDay { .. } => Self::TimeOfDay,
        }
    }

    /// As in a message.
    pub fn name(self) -> &'static str {
        match self {
            Self::Binary => "Edm.Binary",
            Self::Boolean => "Edm.Boolean",
            Self::Date => "Edm.Date",
            Self::DateTimeOffset => "Edm.DateTimeOffset",
            Self::Decimal => "Edm.Decimal",
            Self::Double => "Edm.Double",
            Self::Guid => "Edm.Guid",
            Self::Integer => "Edm.Int64",
            Self::Null => "null",
            Self::String => "Edm.String",
            Self::TimeOfDay => "Edm.TimeOfDay",
        }
    }

    /// Whether values can be computed with.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Decimal | Self::Double | Self::Integer)
    }

    /// The class that holds the values of both, if there is one (numeric promotion; `null` is of every class).
    pub fn joined(self, other: Self) -> Option<Self> {
        match (self, other) {
            (same, also) if same == also => Some(same),
            (Self::Null, class) | (class, Self::Null) => Some(class),
            (Self::Double, number) | (number, Self::Double) if number.is_number() => Some(Self::Double),
            (Self::Decimal, number) | (number, Self::Decimal) if number.is_number() => Some(Self::Decimal),
            _ => None,
        }
    }
}

impl Typed {
    /// The constant, if it is one.
    pub fn constant(&self) -> Option<&Value> {
        match &self.form {
            Form::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// The property of the row itself, if it is one.
    pub fn own_property(&self) -> Option<(Variable, &crate::edm::Property)> {
        match &self.form {
            Form::Property(path) if path.hops.is_empty() => Some((path.from, path.property())),
            _ => None,
        }
    }
}

impl PropertyPath {
    /// The property.
    pub fn property(&self) -> &crate::edm::Property {
        &self.set.properties[self.property]
    }
}
