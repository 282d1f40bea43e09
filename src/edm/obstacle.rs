//! Why a table is not an entity set, in words for the operator.

use std::fmt;

use super::catalog::Withheld;
use super::name::MAX_LENGTH;

/// A table that clients do not see, or not as the operator wishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unexposed {
    /// As the database, or else the configuration, spells it.
    pub table: String,
    /// Why.
    pub obstacle: Obstacle,
}

/// Why a table cannot be an entity set, or not the one that the operator wishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A key column is compared in a way that only the application knows.
    KeyCollation {
        /// The column.
        column: String,
        /// The collation.
        collation: String,
    },
    /// A key column has a type that OData does not allow in keys, or none.
    KeyType {
        /// The column.
        column: String,
        /// Its declared type.
        declared: String,
    },
    /// The configuration names a table that does not exist.
    Missing,
    /// A column that has to be exposed cannot be read as it is.
    ColumnWithheld {
        /// The column.
        column: String,
        /// Why.
        why: Withheld,
    },
    /// Two tables, or two columns or navigation properties of the table, would have the same name.
    NameClash {
        /// The identifier.
        name: String,
    },
    /// A name is no OData identifier, or longer than one may be.
    NameUnusable {
        /// The identifier.
        name: String,
    },
    /// No primary key.
    NoPrimaryKey,
    /// The login may not read it.
    NotReadable,
    /// It could be exposed, but it is neither tracked nor named in the configuration.
    NotTracked,
    /// The configuration names a column that the table does not have.
    UnknownColumn {
        /// The column.
        column: String,
    },
    /// The configuration names a foreign key that the table does not have.
    UnknownForeignKey {
        /// The name, or the columns.
        name: String,
    },
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyCollation { column, collation } => {
                write!(f, "the key column \"{column}\" has the collation {collation}, which only the application knows")
            }
            Self::KeyType { column, declared } if declared.is_empty() => {
                write!(f, "the key column \"{column}\" has no declared type")
            }
            Self::KeyType { column, declared } => {
                write!(f, "the key column \"{column}\" is {declared}, which cannot be a key in OData")
            }
            Self::ColumnWithheld { column, why: Withheld::Encrypted } => {
                write!(f, "the column \"{column}\" is encrypted, and only clients have the key")
            }
            Self::ColumnWithheld { column, why: Withheld::Masked } => {
                write!(f, "the login sees only a mask of the column \"{column}\"")
            }
            Self::Missing => f.write_str("the configuration names it, but the database has no such table"),
            Self::NameClash { name } => write!(f, "the name \"{name}\" is taken"),
            Self::NameUnusable { name } => {
                write!(f, "\"{name}\" is not an OData identifier of at most {MAX_LENGTH} characters")
            }
            Self::NoPrimaryKey => f.write_str("no primary key"),
            Self::NotReadable => f.write_str("the login has no SELECT permission on it"),
            Self::NotTracked => f.write_str("not tracked"),
            Self::UnknownColumn { column } => {
                write!(f, "the configuration names its column \"{column}\", which it does not have")
            }
            Self::UnknownForeignKey { name } => {
                write!(f, "the configuration names its foreign key \"{name}\", which it does not have")
            }
        }
    }
}
