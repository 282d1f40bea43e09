//! OData's functions in T-SQL.
//!
//! A newcomer's trap: a bare `NULL` has no type there, and most functions refuse it; what is null whatever the row is written with a type.
//! Nothing here is younger than SQL Server 2016, which has no `TRIM`.

use crate::edm::Value;
use crate::plan::{Class, Function, Typed};
use crate::sql::expression::value;
use crate::sql::statement::{Builder, Param};

/// What Unicode calls white space, in a class of a pattern.
const WHITE_SPACE: &str = "NCHAR(9) + NCHAR(10) + NCHAR(11) + NCHAR(12) + NCHAR(13) + NCHAR(32) + NCHAR(133) + NCHAR(160) + NCHAR(5760) + \
     NCHAR(8192) + NCHAR(8193) + NCHAR(8194) + NCHAR(8195) + NCHAR(8196) + NCHAR(8197) + NCHAR(8198) + NCHAR(8199) + NCHAR(8200) + \
     NCHAR(8201) + NCHAR(8202) + NCHAR(8232) + NCHAR(8233) + NCHAR(8239) + NCHAR(8287) + NCHAR(12288)";

/// A function: its value, or where that is a Boolean, the condition that it is true.
pub(super) fn call(build: &mut Builder<'_>, function: Function, arguments: &[Typed]) -> String {
    let is_condition = matches!(function, Function::Contains | Function::EndsWith | Function::StartsWith);
    if arguments.iter().any(|argument| argument.class == Class::Null) {
        let null = null_of(result(function));
        return if is_condition { format!("{null} = 1") } else { null };
    }
    if let (true, [text, part]) = (is_condition, arguments) {
        return like(build, function, text, part);
    }
    let class = arguments.first().map_or(Class::Null, |first| first.class);
    if let (Function::IndexOf, [text, part]) = (function, arguments) {
        return index_of(build, text, part);
    }
    let written: Vec<String> = arguments.iter().map(|argument| value(build, argument)).collect();
    let first = written.first().cloned().unwrap_or_default();
    let second = written.get(1).cloned().unwrap_or_default();
    match function {
        // What is not `max` would be cut at 4,000 characters.
        Function::Concat => format!("(CAST({first} AS nvarchar(max)) + {second})"),
        Function::Length => format!("(DATALENGTH(CAST({first} AS nvarchar(max))) / 2)"),
        Function::Substring => {
            let counts_from_end = !matches!(arguments.get(1).and_then(Typed::constant), Some(Value::Integer(0..)));
            substring(&first, &second, written.get(2), counts_from_end)
        }
        Function::Fold => format!("REPLACE(LOWER({first}), NCHAR(962), NCHAR(963))"),
        Function::ToLower => format!("LOWER({first})"),
        Function::ToUpper => format!("UPPER({first})"),
        Function::Trim => trim(&first),
        Function::Year => part_of("year", &first),
        Function::Month => part_of("month", &first),
        Function::Day => part_of("day", &first),
        Function::Hour => part_of("hour", &first),
        Function::Minute => part_of("minute", &first),
        Function::Second => part_of("second", &first),
        Function::FractionalSeconds => {
            format!("CAST(DATEPART(nanosecond, {first}) / 1000000000.0 AS decimal(10,9))")
        }
        Function::Date => format!("CAST({first} AS date)"),
        Function::Time => format!("CAST({first} AS time(7))"),
        Function::TotalOffsetMinutes => part_of("tzoffset", &first),
        // With two arguments, as they always come, these are written above.
        Function::Contains | Function::EndsWith | Function::IndexOf | Function::StartsWith => null_of(result(function)),
        Function::Ceiling | Function::Floor | Function::Round if class == Class::Integer => first,
        Function::Ceiling => format!("CEILING({first})"),
        Function::Floor => format!("FLOOR({first})"),
        // The result has the type of the argument, in which 99.5 may have no place for 100: the sum has one digit more.
        Function::Round if class == Class::Decimal => format!("ROUND({first} + CAST(0 AS decimal(1,0)), 0)"),
        Function::Round => format!("ROUND({first}, 0)"),
    }
}

/// A value that is null, of a type that values of `class` have.
pub(super) fn null_of(class: Class) -> String {
    let ty = match class {
        Class::Binary => "varbinary(1)",
        Class::Boolean => "bit",
        Class::Date => "date",
        Class::DateTimeOffset => "datetimeoffset(7)",
        Class::Decimal => "decimal(1,0)",
        Class::Double => "float",
        Class::Guid => "uniqueidentifier",
        Class::Integer | Class::Null => "bigint",
        Class::String => "nvarchar(1)",
        Class::TimeOfDay => "time(7)",
    };
    format!("CAST(NULL AS {ty})")
}

/// The truth of a function that is a condition; null where an argument is.
pub(super) fn truth_of(build: &mut Builder<'_>, function: Function, arguments: &[Typed]) -> String {
    let [text, part] = arguments else { return null_of(Class::Boolean) };
    if text.class == Class::Null || part.class == Class::Null {
        return null_of(Class::Boolean);
    }
    let Named { first, second, from } = Named::new(build, text, part);
    let found = pattern_of(function, &second);
    format!(
        "(SELECT CAST(CASE WHEN {first} LIKE {found} ESCAPE N'\\' THEN 1 WHEN {first} IS NOT NULL AND {second} IS NOT NULL THEN 0 \
         END AS bit){from})"
    )
}

fn index_of(build: &mut Builder<'_>, text: &Typed, part: &Typed) -> String {
    let Named { first, second, from } = Named::new(build, text, part);
    format!(
        "(SELECT CASE WHEN {first} IS NOT NULL AND DATALENGTH({second}) = 0 THEN 0 \
         ELSE CAST(CHARINDEX({second}, {first}) AS bigint) - 1 END{from})"
    )
}

/// Two texts that are needed more than once, in a subquery.
struct Named {
    first: String,
    second: String,
    from: String,
}

impl Named {
    /// A constant is its parameter, which adapts to any collation; as a column of a table it could have the database's, which may be
    /// in conflict with that of the other text.
    fn new(build: &mut Builder<'_>, first: &Typed, second: &Typed) -> Self {
        let (mut values, mut names) = (Vec::new(), Vec::new());
        let [first, second] = [(first, "a"), (second, "b")].map(|(typed, name)| {
            let value = value(build, typed);
            if typed.constant().is_some() {
                return value;
            }
            values.push(value);
            names.push(name);
            format!("v.{name}")
        });
        let rows = || format!(" FROM (VALUES ({})) AS v({})", values.join(", "), names.join(", "));
        let from = if values.is_empty() { String::new() } else { rows() };
        Self { first, second, from }
    }
}

fn result(function: Function) -> Class {
    match function {
        Function::Contains | Function::EndsWith | Function::StartsWith => Class::Boolean,
        Function::Concat
        | Function::Fold
        | Function::Substring
        | Function::ToLower
        | Function::ToUpper
        | Function::Trim => Class::String,
        Function::Date => Class::Date,
        Function::Time => Class::TimeOfDay,
        Function::FractionalSeconds => Class::Decimal,
        _ => Class::Integer,
    }
}

fn part_of(name: &str, moment: &str) -> String {
    format!("CAST(DATEPART({name}, {moment}) AS bigint)")
}

/// What `LIKE` takes for more than itself.
const SPECIAL: [char; 4] = ['\\', '%', '_', '['];

fn like(build: &mut Builder<'_>, function: Function, text: &Typed, part: &Typed) -> String {
    let left = value(build, text);
    let pattern = if let Some(Value::Text(part)) = part.constant() {
        build.param(Param::Value(Value::Text(pattern(function, part))))
    } else {
        let part = value(build, part);
        pattern_of(function, &part)
    };
    format!("{left} LIKE {pattern} ESCAPE N'\\'")
}

fn pattern(function: Function, part: &str) -> String {
    let mut escaped = String::with_capacity(part.len() + 2);
    for character in part.chars() {
        if SPECIAL.contains(&character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    match function {
        Function::StartsWith => format!("{escaped}%"),
        Function::EndsWith => format!("%{escaped}"),
        _ => format!("%{escaped}%"),
    }
}

/// The same of a value that only the database knows.
fn pattern_of(function: Function, part: &str) -> String {
    let escaped =
        SPECIAL.iter().fold(part.to_owned(), |text, special| format!("REPLACE({text}, N'{special}', N'\\{special}')"));
    match function {
        Function::StartsWith => format!("{escaped} + N'%'"),
        Function::EndsWith => format!("N'%' + {escaped}"),
        _ => format!("N'%' + {escaped} + N'%'"),
    }
}

/// A negative length is none. Where the start may be negative, it counts from the end of the text.
fn substring(text: &str, start: &str, length: Option<&String>, counts_from_end: bool) -> String {
    let length = length.map_or("2147483647".to_owned(), |length| {
        format!("(SELECT CASE WHEN v.n < 0 THEN 0 ELSE v.n END FROM (VALUES ({length})) AS v(n))")
    });
    if !counts_from_end {
        return format!("SUBSTRING({text}, {start} + 1, {length})");
    }
    let end = "DATALENGTH(CAST(v.a AS nvarchar(max))) / 2";
    let from = format!("CASE WHEN v.b >= 0 THEN v.b WHEN {end} + v.b < 0 THEN 0 ELSE {end} + v.b END");
    format!("(SELECT SUBSTRING(v.a, {from} + 1, {length}) FROM (VALUES ({text}, {start})) AS v(a, b))")
}

/// From the first to the last character that is no white space. Compared by code points: in other orders, some of these characters are
/// like others.
fn trim(text: &str) -> String {
    let exact = format!("COLLATE {}", super::keys::EXACT);
    format!(
        "(SELECT CASE WHEN PATINDEX(v.p, v.a {exact}) = 0 THEN N'' ELSE SUBSTRING(v.a, PATINDEX(v.p, v.a {exact}), \
         DATALENGTH(v.a) / 2 - PATINDEX(v.p, v.a {exact}) - PATINDEX(v.p, REVERSE(v.a) {exact}) + 2) END \
         FROM (VALUES ({text}, N'%[^' + {WHITE_SPACE} + N']%')) AS v(a, p))"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Form, RowFilters};
    use crate::sql::mssql::WITH_SNAPSHOT;

    fn said(function: Function, arguments: &[Typed]) -> String {
        call(&mut Builder::new(&WITH_SNAPSHOT, &RowFilters::default()), function, arguments)
    }

    fn constant(class: Class, text: &str) -> Typed {
        Typed { form: Form::Constant(Value::Text(text.to_owned())), class, nullable: false }
    }

    #[test]
    fn nothing_is_cut_that_has_no_place_in_the_type_of_an_argument() {
        let text = || constant(Class::String, "a");
        assert_eq!(said(Function::Concat, &[text(), text()]), "(CAST(@P1 AS nvarchar(max)) + @P2)");
        let number = constant(Class::Decimal, "99.5");
        let rounded = "ROUND(CAST(@P1 AS decimal(3,1)) + CAST(0 AS decimal(1,0)), 0)";
        assert_eq!(said(Function::Round, &[number]), rounded);
    }

    #[test]
    fn null_has_the_type_of_what_a_function_gives() {
        let null = Typed { form: Form::Null, class: Class::Null, nullable: true };
        assert_eq!(said(Function::Year, std::slice::from_ref(&null)), "CAST(NULL AS bigint)");
        let contains = [constant(Class::String, "a"), null];
        assert_eq!(said(Function::Contains, &contains), "CAST(NULL AS bit) = 1");
    }

    #[test]
    fn what_patterns_mean_is_escaped() {
        assert_eq!(pattern(Function::StartsWith, "1%_[\\"), "1\\%\\_\\[\\\\%");
    }
}
