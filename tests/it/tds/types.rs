//! The types that SQL Server gives to columns and parameters.

use super::collation::Collation;

/// A type, with what its declaration has in brackets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    Bit,
    TinyInt,
    SmallInt,
    Int,
    BigInt,
    Real,
    Float,
    Decimal {
        precision: u8,
        scale: u8,
    },
    Numeric {
        precision: u8,
        scale: u8,
    },
    Money,
    SmallMoney,
    Date,
    Time(u8),
    DateTime,
    SmallDateTime,
    DateTime2(u8),
    DateTimeOffset(u8),
    Char(u16, Collation),
    VarChar(Length, Collation),
    NChar(u16),
    NVarChar(Length),
    Text(Collation),
    NText,
    Image,
    Binary(u16),
    VarBinary(Length),
    UniqueIdentifier,
    Xml,
    SqlVariant,
    /// A type of the CLR, with its name.
    Udt(&'static str),
    /// The type of a parameter that is NULL and does not say of what. Only clients send it.
    Untyped,
}

/// The `n` of `varchar(n)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Length {
    /// So many characters or octets.
    Limited(u16),
    Max,
}

/// A column of a result.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Type,
    pub(crate) nullable: bool,
}

impl Column {
    pub(crate) fn new(name: &str, kind: Type) -> Self {
        Self { name: name.to_owned(), kind, nullable: true }
    }

    pub(crate) fn not_null(self) -> Self {
        Self { nullable: false, ..self }
    }
}

/// How a value of a type stands in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Framing {
    /// As it is: the type says how long it is, and it is never NULL.
    Bare,
    /// Behind one octet of length, 0 for NULL.
    Octet,
    /// Behind two octets of length, `0xFFFF` for NULL.
    Short,
    /// In chunks, behind eight octets of length: whatever may be longer than a page.
    Chunks,
    /// Behind a pointer into the pages of texts, as before there was `max`.
    Pointer,
    /// With its own type.
    Variant,
}

impl Type {
    pub(super) fn framing(&self, nullable: bool) -> Framing {
        match self {
            Self::Untyped => Framing::Bare,
            _ if !nullable && self.fixed_token().is_some() => Framing::Bare,
            Self::VarChar(Length::Max, _)
            | Self::NVarChar(Length::Max)
            | Self::VarBinary(Length::Max)
            | Self::Xml
            | Self::Udt(_) => Framing::Chunks,
            Self::Char(..)
            | Self::VarChar(..)
            | Self::NChar(_)
            | Self::NVarChar(_)
            | Self::Binary(_)
            | Self::VarBinary(_) => Framing::Short,
            Self::Text(_) | Self::NText | Self::Image => Framing::Pointer,
            Self::SqlVariant => Framing::Variant,
            _ => Framing::Octet,
        }
    }

    /// The token of the type's form without NULL, for the types that have one.
    pub(super) fn fixed_token(&self) -> Option<u8> {
        Some(match self {
            Self::Untyped => 0x1F,
            Self::TinyInt => 0x30,
            Self::Bit => 0x32,
            Self::SmallInt => 0x34,
            Self::Int => 0x38,
            Self::SmallDateTime => 0x3A,
            Self::Real => 0x3B,
            Self::Money => 0x3C,
            Self::DateTime => 0x3D,
            Self::Float => 0x3E,
            Self::SmallMoney => 0x7A,
            Self::BigInt => 0x7F,
            _ => return None,
        })
    }
}

/// The octets of a decimal number of so many digits, with its sign.
pub(super) fn decimal_size(precision: u8) -> u8 {
    match precision {
        0..=9 => 5,
        10..=19 => 9,
        20..=28 => 13,
        _ => 17,
    }
}
