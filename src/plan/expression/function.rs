//! The functions that both databases have, what they take and what they give.
//!
//! | function | takes | gives | notes |
//! |---|---|---|---|
//! | `concat` | text, text | text | |
//! | `contains`, `endswith`, `startswith` | text, text | Boolean | |
//! | `indexof` | text, text | integer | -1 where it is not found |
//! | `length` | text | integer | UTF-16 code units, as in .NET, JavaScript and SQL Server |
//! | `substring` | text, integer [, integer] | text | in the same units; a negative position counts from the end, and is none before the text |
//! | `tolower`, `toupper`, `trim` | text | text | |
//! | `year`, `month`, `day` | date or moment | integer | of the moment's own offset |
//! | `hour`, `minute`, `second` | moment or time | integer | the same |
//! | `fractionalseconds` | moment or time | decimal | |
//! | `date` | moment | date | |
//! | `time` | moment | time | |
//! | `totaloffsetminutes` | moment | integer | |
//! | `now`, `mindatetime`, `maxdatetime` | | moment | `now` is the gateway's, once for a request |
//! | `cast` | text, a type | that type | of literals only: see `cast` |
//! | `ceiling`, `floor`, `round` | number | the same class | halves go away from zero |
//!
//! Source: URL Conventions 4.01 sections 5.1.1.5 to 5.1.1.9.

use super::Class;
use crate::odata::expression::Function as Name;

/// A function that is supported in every database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the function of the same name")]
pub enum Function {
    Ceiling,
    Concat,
    Contains,
    Date,
    Day,
    EndsWith,
    Floor,
    /// No function of OData: lower case with one form of each letter, for `$search`.
    Fold,
    FractionalSeconds,
    Hour,
    IndexOf,
    Length,
    Minute,
    Month,
    Round,
    Second,
    StartsWith,
    Substring,
    Time,
    ToLower,
    TotalOffsetMinutes,
    ToUpper,
    Trim,
    Year,
}

/// What a function takes, by its arguments, and gives; no class: that of its first argument.
pub(super) struct Signature {
    pub(super) function: Function,
    pub(super) takes: &'static [&'static [Class]],
    /// How many arguments there have to be at least.
    pub(super) required: usize,
    pub(super) gives: Option<Class>,
}

const TEXT: &[Class] = &[Class::String];
const WHOLE: &[Class] = &[Class::Integer];
const NUMBER: &[Class] = &[Class::Integer, Class::Decimal, Class::Double];
const DAY: &[Class] = &[Class::Date, Class::DateTimeOffset];
const CLOCK: &[Class] = &[Class::DateTimeOffset, Class::TimeOfDay];
const MOMENT: &[Class] = &[Class::DateTimeOffset];

/// The signature of the function that is called so; none where it is not supported.
pub(super) fn signature(name: Name) -> Option<Signature> {
    use Function as F;
    let (function, takes, gives): (F, &'static [&'static [Class]], Option<Class>) = match name {
        Name::Concat => (F::Concat, &[TEXT, TEXT], Some(Class::String)),
        Name::Contains => (F::Contains, &[TEXT, TEXT], Some(Class::Boolean)),
        Name::EndsWith => (F::EndsWith, &[TEXT, TEXT], Some(Class::Boolean)),
        Name::StartsWith => (F::StartsWith, &[TEXT, TEXT], Some(Class::Boolean)),
        Name::IndexOf => (F::IndexOf, &[TEXT, TEXT], Some(Class::Integer)),
        Name::Length => (F::Length, &[TEXT], Some(Class::Integer)),
        Name::Substring => (F::Substring, &[TEXT, WHOLE, WHOLE], Some(Class::String)),
        Name::ToLower => (F::ToLower, &[TEXT], Some(Class::String)),
        Name::ToUpper => (F::ToUpper, &[TEXT], Some(Class::String)),
        Name::Trim => (F::Trim, &[TEXT], Some(Class::String)),
        Name::Year => (F::Year, &[DAY], Some(Class::Integer)),
        Name::Month => (F::Month, &[DAY], Some(Class::Integer)),
        Name::Day => (F::Day, &[DAY], Some(Class::Integer)),
        Name::Hour => (F::Hour, &[CLOCK], Some(Class::Integer)),
        Name::Minute => (F::Minute, &[CLOCK], Some(Class::Integer)),
        Name::Second => (F::Second, &[CLOCK], Some(Class::Integer)),
        Name::FractionalSeconds => (F::FractionalSeconds, &[CLOCK], Some(Class::Decimal)),
        Name::Date => (F::Date, &[MOMENT], Some(Class::Date)),
        Name::Time => (F::Time, &[MOMENT], Some(Class::TimeOfDay)),
        Name::TotalOffsetMinutes => (F::TotalOffsetMinutes, &[MOMENT], Some(Class::Integer)),
        Name::Ceiling => (F::Ceiling, &[NUMBER], None),
        Name::Floor => (F::Floor, &[NUMBER], None),
        Name::Round => (F::Round, &[NUMBER], None),
        _ => return None,
    };
    let required = if function == F::Substring { 2 } else { takes.len() };
    Some(Signature { function, takes, required, gives })
}

/// The function as a URL calls it.
pub(super) fn name(function: Name) -> &'static str {
    match function {
        Name::Cast => "cast",
        Name::Ceiling => "ceiling",
        Name::Concat => "concat",
        Name::Contains => "contains",
        Name::Date => "date",
        Name::Day => "day",
        Name::EndsWith => "endswith",
        Name::Floor => "floor",
        Name::FractionalSeconds => "fractionalseconds",
        Name::GeoDistance => "geo.distance",
        Name::GeoIntersects => "geo.intersects",
        Name::GeoLength => "geo.length",
        Name::HasSubset => "hassubset",
        Name::HasSubsequence => "hassubsequence",
        Name::Hour => "hour",
        Name::IndexOf => "indexof",
        Name::IsOf => "isof",
        Name::Length => "length",
        Name::MatchesPattern => "matchespattern",
        Name::MaxDateTime => "maxdatetime",
        Name::MinDateTime => "mindatetime",
        Name::Minute => "minute",
        Name::Month => "month",
        Name::Now => "now",
        Name::Round => "round",
        Name::Second => "second",
        Name::StartsWith => "startswith",
        Name::Substring => "substring",
        Name::Time => "time",
        Name::ToLower => "tolower",
        Name::TotalOffsetMinutes => "totaloffsetminutes",
        Name::TotalSeconds => "totalseconds",
        Name::ToUpper => "toupper",
        Name::Trim => "trim",
        Name::Year => "year",
    }
}
