//! The primitive types of the Entity Data Model that columns map to, with their facets.
//!
//! Source: OData CSDL 4.01, sections 3.3 (primitive types), 3.4 (facets) and 6.5 (types a key may have).

use std::fmt;

/// A property's type; facets are part of it, because a value must fit them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EdmType {
    /// Octets, at most `max_length`.
    Binary {
        /// Octets; unlimited where absent.
        max_length: Option<u32>,
    },
    /// True or false.
    Boolean,
    /// An unsigned 8-bit integer.
    Byte,
    /// A day.
    Date,
    /// A moment with its offset.
    DateTimeOffset {
        /// Digits of the fraction of a second.
        precision: u8,
    },
    /// An exact number.
    Decimal {
        /// Significant digits and digits after the point; without them the scale is variable.
        digits: Option<(u8, u8)>,
    },
    /// An IEEE 754 binary64 number.
    Double,
    /// A UUID.
    Guid,
    /// A signed 16-bit integer.
    Int16,
    /// A signed 32-bit integer.
    Int32,
    /// A signed 64-bit integer.
    Int64,
    /// An IEEE 754 binary32 number.
    Single,
    /// Text, at most `max_length` characters.
    String {
        /// Characters; unlimited where absent.
        max_length: Option<u32>,
    },
    /// A time of the day.
    TimeOfDay {
        /// Digits of the fraction of a second.
        precision: u8,
    },
}

impl EdmType {
    /// The name without facets, for example `Edm.Int32`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Binary { .. } => "Edm.Binary",
            Self::Boolean => "Edm.Boolean",
            Self::Byte => "Edm.Byte",
            Self::Date => "Edm.Date",
            Self::DateTimeOffset { .. } => "Edm.DateTimeOffset",
            Self::Decimal { .. } => "Edm.Decimal",
            Self::Double => "Edm.Double",
            Self::Guid => "Edm.Guid",
            Self::Int16 => "Edm.Int16",
            Self::Int32 => "Edm.Int32",
            Self::Int64 => "Edm.Int64",
            Self::Single => "Edm.Single",
            Self::String { .. } => "Edm.String",
            Self::TimeOfDay { .. } => "Edm.TimeOfDay",
        }
    }

    /// Whether OData allows the type in a key (CSDL 6.5).
    pub const fn can_be_key(self) -> bool {
        !matches!(self, Self::Binary { .. } | Self::Double | Self::Single)
    }
}

impl fmt::Display for EdmType {
    /// The name with its facets: `Edm.Decimal(10,2)`. Part of a token's fingerprint, so changing it voids tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Binary { max_length: Some(n) } | Self::String { max_length: Some(n) } => write!(f, "({n})"),
            Self::Decimal { digits: Some((precision, scale)) } => write!(f, "({precision},{scale})"),
            Self::DateTimeOffset { precision } | Self::TimeOfDay { precision } => write!(f, "({precision})"),
            _ => Ok(()),
        }
    }
}
