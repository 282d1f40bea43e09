//! Calls of canonical functions. Their names are known in any case, and how many arguments each of them takes.
//!
//! A newcomer's trap: nothing stands between a function's name and its parenthesis. `length (Name)` is a property and a
//! mistake.

use std::ops::RangeInclusive;

use super::cursor::Cursor;
use super::operator::expression;
use super::{Expression, Function, Step, Term};
use crate::error::Result;

/// Each with how many arguments it takes.
const FUNCTIONS: [(&str, Function, RangeInclusive<usize>); 33] = [
    ("ceiling", Function::Ceiling, 1..=1),
    ("concat", Function::Concat, 2..=2),
    ("contains", Function::Contains, 2..=2),
    ("date", Function::Date, 1..=1),
    ("day", Function::Day, 1..=1),
    ("endswith", Function::EndsWith, 2..=2),
    ("floor", Function::Floor, 1..=1),
    ("fractionalseconds", Function::FractionalSeconds, 1..=1),
    ("geo.distance", Function::GeoDistance, 2..=2),
    ("geo.intersects", Function::GeoIntersects, 2..=2),
    ("geo.length", Function::GeoLength, 1..=1),
    ("hassubset", Function::HasSubset, 2..=2),
    ("hassubsequence", Function::HasSubsequence, 2..=2),
    ("hour", Function::Hour, 1..=1),
    ("indexof", Function::IndexOf, 2..=2),
    ("length", Function::Length, 1..=1),
    ("matchespattern", Function::MatchesPattern, 2..=2),
    ("maxdatetime", Function::MaxDateTime, 0..=0),
    ("mindatetime", Function::MinDateTime, 0..=0),
    ("minute", Function::Minute, 1..=1),
    ("month", Function::Month, 1..=1),
    ("now", Function::Now, 0..=0),
    ("round", Function::Round, 1..=1),
    ("second", Function::Second, 1..=1),
    ("startswith", Function::StartsWith, 2..=2),
    ("substring", Function::Substring, 2..=3),
    ("time", Function::Time, 1..=1),
    ("tolower", Function::ToLower, 1..=1),
    ("totaloffsetminutes", Function::TotalOffsetMinutes, 1..=1),
    ("totalseconds", Function::TotalSeconds, 1..=1),
    ("toupper", Function::ToUpper, 1..=1),
    ("trim", Function::Trim, 1..=1),
    ("year", Function::Year, 1..=1),
];

/// Reads a call of a canonical function, if one begins here.
/// ```text
/// methodCallExpr = indexOfMethodCallExpr / toLowerMethodCallExpr / ... / caseMethodCallExpr / boolMethodCallExpr
/// ```
pub(super) fn call(cursor: &mut Cursor<'_>) -> Result<Option<Term>> {
    let at = cursor.at();
    let name = |cursor: &mut Cursor<'_>| cursor.name().map(str::to_ascii_lowercase).filter(|_| cursor.eat("("));
    let Some(name) = cursor.attempt(name) else { return Ok(None) };
    cursor.blanks();
    match name.as_str() {
        "case" => return cases(cursor).map(Some),
        "cast" => return typed(cursor, Function::Cast).map(Some),
        "isof" => return typed(cursor, Function::IsOf).map(Some),
        _ => {}
    }
    let Some((_, function, takes)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
        cursor.back_to(at);
        return Ok(None);
    };
    let arguments = arguments(cursor)?;
    if takes.contains(&arguments.len()) {
        return Ok(Some(Term::Call(*function, arguments)));
    }
    let takes = match (*takes.start(), *takes.end()) {
        (0, _) => "no arguments",
        (1, _) => "one argument",
        (2, 2) => "two arguments",
        _ => "two or three arguments",
    };
    Err(cursor.refused(at, &format!("\"{name}\" takes {takes}, and not {}", arguments.len())))
}

/// Everything up to the closing parenthesis, which is read too.
fn arguments(cursor: &mut Cursor<'_>) -> Result<Vec<Expression>> {
    let mut arguments = Vec::new();
    if cursor.eat(")") {
        return Ok(arguments);
    }
    loop {
        arguments.push(expression(cursor)?);
        cursor.blanks();
        if cursor.eat(")") {
            return Ok(arguments);
        }
        comma(cursor, "an operator between white space, a comma or a closing parenthesis")?;
    }
}

fn comma(cursor: &mut Cursor<'_>, expected: &str) -> Result<()> {
    cursor.expect(",", expected)?;
    cursor.blanks();
    Ok(())
}

/// ```text
/// caseMethodCallExpr = "case" OPEN BWS boolCommonExpr BWS COLON BWS commonExpr BWS
///                      *( COMMA BWS boolCommonExpr BWS COLON BWS commonExpr BWS ) CLOSE
/// ```
fn cases(cursor: &mut Cursor<'_>) -> Result<Term> {
    let mut cases = Vec::new();
    loop {
        let condition = cursor.up_to_colon(expression)?;
        cursor.blanks();
        cursor.expect(":", "an operator between white space, or a colon")?;
        cursor.blanks();
        cases.push((condition, expression(cursor)?));
        cursor.blanks();
        if cursor.eat(")") {
            return Ok(Term::Case(cases));
        }
        comma(cursor, "an operator between white space, a comma or a closing parenthesis")?;
    }
}

/// A function whose last argument is a type. That becomes a path of one step.
/// ```text
/// castExpr = "cast" OPEN BWS [ commonExpr BWS COMMA BWS ] optionallyQualifiedTypeName BWS CLOSE
/// isofExpr = "isof" OPEN BWS [ commonExpr BWS COMMA BWS ] optionallyQualifiedTypeName BWS CLOSE
/// ```
fn typed(cursor: &mut Cursor<'_>, function: Function) -> Result<Term> {
    if let Some(only) = cursor.attempt(last_type) {
        return Ok(Term::Call(function, vec![only]));
    }
    let first = expression(cursor)?;
    cursor.blanks();
    comma(cursor, "an operator between white space, or a comma and a type")?;
    match last_type(cursor) {
        Some(last) => Ok(Term::Call(function, vec![first, last])),
        None => Err(cursor.expected("a type and a closing parenthesis")),
    }
}

/// ```text
/// optionallyQualifiedTypeName = singleTypeName / %s"Collection" OPEN singleTypeName CLOSE
/// ```
fn last_type(cursor: &mut Cursor<'_>) -> Option<Expression> {
    let at = cursor.at();
    let collection = cursor.eat("Collection(");
    let name = cursor.name()?;
    let ends = !collection || cursor.eat(")");
    let text = cursor.since(at).to_owned();
    let step = if collection || name.contains('.') { Step::Qualified(text) } else { Step::Name(text) };
    cursor.blanks();
    (ends && cursor.eat(")")).then(|| Expression { at, term: Term::Path(vec![step]) })
}

#[cfg(test)]
mod tests {
    use crate::odata::expression::{filter, rendered::rendered};

    #[test]
    fn functions_are_called_in_any_case() {
        for (text, expected) in [
            ("contains(Name,'x')", "contains(Name,'x')"),
            ("CONTAINS( Name , 'x' )", "contains(Name,'x')"),
            ("now( ) gt maxDateTime()", "(now() gt maxdatetime())"),
            ("substring(Name,1)", "substring(Name,1)"),
            ("substring(Name,1,2)", "substring(Name,1,2)"),
            ("matchesPattern(Name,'^A')", "matchespattern(Name,'^A')"),
            ("geo.distance(A,B) lt 1", "(geo.distance(A,B) lt 1)"),
            ("hassubset(A,[1,2])", "hassubset(A,(1,2))"),
            ("case(A eq 1:'x',true:'y') eq 'x'", "(case((A eq 1):'x',true:'y') eq 'x')"),
            ("case( A : B , C : D )", "case(A:B,C:D)"),
            (
                "case(A lt 10:15,B lt 10:2024-01-31,C lt 20:30.5)",
                "case((A lt 10):15,(B lt 10):2024-01-31,(C lt 20):30.5)",
            ),
            ("case(A lt 10:15:true,true:10:15)", "case((A lt 10:15):true,true:10:15)"),
            ("case((A lt 10:15) and B lt 08:30:00:1)", "case(((A lt 10:15) and (B lt 08:30:00)):1)"),
            ("cast(Price,Edm.String) eq '1'", "(cast(Price,Edm.String) eq '1')"),
            ("cast(Edm.String)", "cast(Edm.String)"),
            ("isof( A/B , Collection(Shop.Thing) )", "isof(A/B,Collection(Shop.Thing))"),
            ("isof(Thing)", "isof(Thing)"),
            ("cast(cast(1 add 1,Edm.Int64),Edm.String)", "cast(cast((1 add 1),Edm.Int64),Edm.String)"),
            ("length eq date", "(length eq date)"),
        ] {
            assert_eq!(rendered(&filter(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn each_takes_its_arguments() {
        for (text, message) in [
            ("now(1)", "\"now\" takes no arguments, and not 1 at position 0."),
            ("A eq Trim()", "\"trim\" takes one argument, and not 0 at position 5."),
            ("contains(A)", "\"contains\" takes two arguments, and not 1 at position 0."),
            ("substring(A)", "\"substring\" takes two or three arguments, and not 1 at position 0."),
            ("startwith(Name,'A')", "there is no function \"startwith\" at position 0."),
            ("Tags/size() gt 1", "there is no function \"size\" at position 5."),
            (
                "length(Name",
                "expected an operator between white space, a comma or a closing parenthesis at position 11.",
            ),
            ("contains(A,)", "expected an expression at position 11."),
            ("case(A)", "expected an operator between white space, or a colon at position 6."),
            ("case()", "expected an expression at position 5."),
            ("cast(A,1)", "expected a type and a closing parenthesis at position 7."),
            ("cast()", "expected an expression at position 5."),
            ("isof(A,B,C)", "expected a type and a closing parenthesis at position 8."),
            ("length (A) eq 1", "expected an operator between white space, or the end at position 7."),
        ] {
            let error = filter(text).unwrap_err();
            assert_eq!(error.message(), format!("The value of \"$filter\": {message}"), "{text}");
        }
    }
}
