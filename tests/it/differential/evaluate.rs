//! An expression and a row as JSON -> its value, as URL Conventions 4.01 section 5.1.1 says.
//!
//! A newcomer's trap: this is written from the specification and from the notes in `src/plan/expression/function.rs`, never from the SQL,
//! which it is there to check.

use std::cmp::Ordering;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;

use super::Database;
use super::expression::{Expression, Function, Operator};
use super::rows::{COLUMNS, Class};

/// The value of an expression.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Binary(Vec<u8>),
    Boolean(bool),
    Date(String),
    /// As a double: what is computed with here are small multiples of powers of two, which doubles hold exactly.
    Decimal(f64),
    Double(f64),
    Guid(String),
    Integer(i64),
    Moment(Moment),
    Text(String),
    /// Ticks of 100 ns since midnight.
    Time(i64),
}

/// A moment as it is told.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    date: String,
    /// Ticks since midnight, on that date.
    time: i64,
    /// Minutes east of UTC.
    offset: i64,
}

const SECOND: i64 = 10_000_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;

/// Whether a row with this value of `$filter` is found: only what is true.
pub(super) fn holds(condition: &Expression, row: &Json) -> bool {
    matches!(evaluate(condition, row), Value::Boolean(true))
}

pub(super) fn evaluate(expression: &Expression, row: &Json) -> Value {
    match expression {
        Expression::Null => Value::Null,
        Expression::Literal(literal) => read(literal.class, literal.text),
        Expression::Property(column) => property(COLUMNS[*column].class, &row[COLUMNS[*column].name]),
        Expression::Alias(inner) => evaluate(inner, row),
        Expression::Not(operand) => not(&evaluate(operand, row)),
        Expression::Negate(operand) => negated(&evaluate(operand, row)),
        Expression::Binary(operator, left, right) => {
            let (left, right) = (evaluate(left, row), evaluate(right, row));
            binary(*operator, &left, &right)
        }
        Expression::In(value, members) => {
            let value = evaluate(value, row);
            Value::Boolean(members.iter().any(|member| equal(&value, &evaluate(member, row))))
        }
        Expression::Call(function, arguments) => {
            let arguments: Vec<Value> = arguments.iter().map(|argument| evaluate(argument, row)).collect();
            call(*function, &arguments)
        }
        Expression::Case(cases) => {
            let chosen = cases.iter().find(|(condition, _)| holds(condition, row));
            chosen.map_or(Value::Null, |(_, value)| evaluate(value, row))
        }
    }
}

/// A property as the client sees it, with numbers of many digits as text.
fn property(class: Class, json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(is) => Value::Boolean(*is),
        Json::Number(number) => read(class, &number.to_string()),
        Json::String(text) => read(class, text),
        other => panic!("{other} is no primitive value"),
    }
}

/// The value that `text` stands for.
fn read(class: Class, text: &str) -> Value {
    match class {
        Class::Binary => Value::Binary(URL_SAFE_NO_PAD.decode(text).unwrap()),
        Class::Boolean => Value::Boolean(text == "true"),
        Class::Date => Value::Date(text.to_owned()),
        Class::Decimal => Value::Decimal(text.parse().unwrap()),
        Class::Double => Value::Double(text.parse().unwrap()),
        Class::Guid => Value::Guid(text.to_lowercase()),
        Class::Integer => Value::Integer(text.parse().unwrap()),
        Class::Moment => Value::Moment(moment(text)),
        Class::Text => Value::Text(text.to_owned()),
        Class::Time => Value::Time(ticks(text)),
    }
}

fn moment(text: &str) -> Moment {
    let (date, rest) = text.split_once('T').unwrap();
    let at = rest.find(['Z', '+', '-']).unwrap();
    let (time, offset) = rest.split_at(at);
    let minutes = |offset: &str| offset[1..3].parse::<i64>().unwrap() * 60 + offset[4..].parse::<i64>().unwrap();
    let offset = match &offset[..1] {
        "Z" => 0,
        "-" => -minutes(offset),
        _ => minutes(offset),
    };
    Moment { date: date.to_owned(), time: ticks(time), offset }
}

/// `HH:MM`, perhaps with seconds and their fraction.
fn ticks(time: &str) -> i64 {
    let whole = |from: usize| time.get(from..from + 2).map_or(0, |digits| digits.parse::<i64>().unwrap());
    let fraction: i64 = format!("{:0<7}", time.get(9..).unwrap_or_default()).parse().unwrap();
    whole(0) * 60 * MINUTE + whole(3) * MINUTE + whole(6) * SECOND + fraction
}

impl Moment {
    /// Ticks since some day, in UTC.
    fn instant(&self) -> i64 {
        let part = |from: usize, to: usize| self.date[from..to].parse::<i64>().unwrap();
        let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
        let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let years: i64 = (1..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
        let february = if is_leap(year) { 29 } else { 28 };
        let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let months: i64 = months.iter().zip(1..month).map(|(days, _)| days).sum();
        (years + months + day) * DAY + self.time - self.offset * MINUTE
    }
}

fn not(operand: &Value) -> Value {
    match operand {
        Value::Boolean(is) => Value::Boolean(!is),
        Value::Null => Value::Null,
        other => panic!("not {other:?}"),
    }
}

fn negated(operand: &Value) -> Value {
    match operand {
        Value::Null => Value::Null,
        Value::Integer(number) => Value::Integer(-number),
        Value::Decimal(number) => Value::Decimal(-number),
        Value::Double(number) => Value::Double(-number),
        other => panic!("-{other:?}"),
    }
}

fn binary(operator: Operator, left: &Value, right: &Value) -> Value {
    let ordered = |wanted: fn(Ordering) -> bool| Value::Boolean(compare(left, right).is_some_and(wanted));
    match operator {
        Operator::And => logic(left, right, false),
        Operator::Or => logic(left, right, true),
        Operator::Eq => Value::Boolean(equal(left, right)),
        Operator::Ne => Value::Boolean(!equal(left, right)),
        Operator::Gt => ordered(Ordering::is_gt),
        Operator::Ge => ordered(Ordering::is_ge),
        Operator::Lt => ordered(Ordering::is_lt),
        Operator::Le => ordered(Ordering::is_le),
        _ => arithmetic(operator, left, right),
    }
}

/// One operand that is `decisive` decides; otherwise null is unknown.
fn logic(left: &Value, right: &Value, decisive: bool) -> Value {
    let is_decisive = |value: &Value| matches!(value, Value::Boolean(is) if *is == decisive);
    let is_null = |value: &Value| matches!(value, Value::Null);
    if is_decisive(left) || is_decisive(right) {
        Value::Boolean(decisive)
    } else if is_null(left) || is_null(right) {
        Value::Null
    } else {
        Value::Boolean(!decisive)
    }
}

/// Null is equal to itself, and to nothing else.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        _ => compare(left, right).is_some_and(Ordering::is_eq),
    }
}

/// The order of two values; none where one of them is null.
fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::Binary(left), Value::Binary(right)) => Some(left.cmp(right)),
        (Value::Boolean(left), Value::Boolean(right)) => Some(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) if Database::PADS_TEXT => Some(compare_padded(left, right)),
        (Value::Date(left), Value::Date(right))
        | (Value::Guid(left), Value::Guid(right))
        | (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Integer(left), Value::Integer(right)) | (Value::Time(left), Value::Time(right)) => {
            Some(left.cmp(right))
        }
        (Value::Moment(left), Value::Moment(right)) => Some(left.instant().cmp(&right.instant())),
        (Value::Integer(number), other) => compare_whole(*number, real(other)),
        (other, Value::Integer(number)) => compare_whole(*number, real(other)).map(Ordering::reverse),
        (left, right) => real(left).partial_cmp(&real(right)),
    }
}

/// As if the shorter one ended with blanks.
fn compare_padded(left: &str, right: &str) -> Ordering {
    let length = left.chars().count().max(right.chars().count());
    let padded = |text: &str| text.chars().chain(std::iter::repeat(' ')).take(length).collect::<String>();
    padded(left).cmp(&padded(right))
}

/// Without loss: a literal may be greater than every whole number of 64 bits.
fn compare_whole(number: i64, other: f64) -> Option<Ordering> {
    #[expect(clippy::cast_precision_loss, reason = "smaller numbers are held exactly")]
    if number.unsigned_abs() < 1 << 53 || other.fract() != 0.0 || other.is_infinite() {
        return (number as f64).partial_cmp(&other);
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is whole")]
    Some(i128::from(number).cmp(&(other as i128)))
}

fn real(value: &Value) -> f64 {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "what is computed with is small")]
        Value::Integer(number) => *number as f64,
        Value::Decimal(number) | Value::Double(number) => *number,
        other => panic!("{other:?} is no number"),
    }
}

/// Of two whole numbers a whole number, unless it is `divby`; if one is a double, a double; else a decimal. What divides by zero
/// is null here, as `src/plan/expression/function.rs` says.
fn arithmetic(operator: Operator, left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Value::Null,
        (Value::Integer(left), Value::Integer(right)) if operator != Operator::DivBy => {
            let (left, right) = (*left, *right);
            let result = match operator {
                Operator::Add => left.checked_add(right),
                Operator::Sub => left.checked_sub(right),
                Operator::Mul => left.checked_mul(right),
                Operator::Div | Operator::Mod if right == 0 => return Value::Null,
                Operator::Div => left.checked_div(right),
                _ => left.checked_rem(right),
            };
            Value::Integer(result.expect("small numbers"))
        }
        _ => {
            let is_double = [left, right].iter().any(|value| matches!(value, Value::Double(_)));
            let (left, right) = (real(left), real(right));
            let result = match operator {
                Operator::Add => left + right,
                Operator::Sub => left - right,
                Operator::Mul => left * right,
                _ if right == 0.0 => return Value::Null,
                Operator::Mod => left % right,
                _ => left / right,
            };
            if is_double { Value::Double(result) } else { Value::Decimal(result) }
        }
    }
}

/// A canonical function; null if one of its arguments is.
fn call(function: Function, arguments: &[Value]) -> Value {
    use Value as V;
    let text = |text: String| Value::Text(text);
    let whole = |number: usize| Value::Integer(i64::try_from(number).unwrap());
    match (function, arguments) {
        (Function::MinDateTime, []) => V::Moment(moment("0001-01-01T00:00:00Z")),
        (Function::MaxDateTime, []) => V::Moment(moment("9999-12-31T23:59:59.9999999Z")),
        (_, arguments) if arguments.iter().any(|argument| matches!(argument, V::Null)) => V::Null,
        (Function::Concat, [V::Text(left), V::Text(right)]) => text(format!("{left}{right}")),
        (Function::Contains, [V::Text(whole), V::Text(part)]) => V::Boolean(whole.contains(part)),
        (Function::StartsWith, [V::Text(whole), V::Text(part)]) => V::Boolean(whole.starts_with(part)),
        (Function::EndsWith, [V::Text(whole), V::Text(part)]) => V::Boolean(whole.ends_with(part)),
        (Function::IndexOf, [V::Text(of), V::Text(part)]) => {
            of.find(part).map_or(V::Integer(-1), |at| whole(of[..at].encode_utf16().count()))
        }
        (Function::Length, [V::Text(of)]) => whole(of.encode_utf16().count()),
        (Function::Substring, [V::Text(of), V::Integer(from)]) => text(units(of, *from, i64::MAX)),
        (Function::Substring, [V::Text(of), V::Integer(from), V::Integer(count)]) => text(units(of, *from, *count)),
        (Function::ToLower, [V::Text(of)]) => text(of.to_lowercase()),
        (Function::ToUpper, [V::Text(of)]) => text(of.to_uppercase()),
        (Function::Trim, [V::Text(of)]) => text(of.trim().to_owned()),
        (Function::Year, [V::Date(date) | V::Moment(Moment { date, .. })]) => read(Class::Integer, &date[..4]),
        (Function::Month, [V::Date(date) | V::Moment(Moment { date, .. })]) => read(Class::Integer, &date[5..7]),
        (Function::Day, [V::Date(date) | V::Moment(Moment { date, .. })]) => read(Class::Integer, &date[8..]),
        (Function::Hour, [V::Time(time) | V::Moment(Moment { time, .. })]) => V::Integer(time / MINUTE / 60),
        (Function::Minute, [V::Time(time) | V::Moment(Moment { time, .. })]) => V::Integer(time / MINUTE % 60),
        (Function::Second, [V::Time(time) | V::Moment(Moment { time, .. })]) => V::Integer(time / SECOND % 60),
        (Function::FractionalSeconds, [V::Time(time) | V::Moment(Moment { time, .. })]) => {
            read(Class::Decimal, &format!("0.{:07}", time % SECOND))
        }
        (Function::Date, [V::Moment(of)]) => V::Date(of.date.clone()),
        (Function::Time, [V::Moment(of)]) => V::Time(of.time),
        (Function::TotalOffsetMinutes, [V::Moment(of)]) => V::Integer(of.offset),
        (Function::Ceiling, [number]) => rounded(number, f64::ceil),
        (Function::Floor, [number]) => rounded(number, f64::floor),
        (Function::Round, [number]) => rounded(number, f64::round),
        (function, arguments) => panic!("{function:?} of {arguments:?}"),
    }
}

/// Halves go away from zero, as in `f64::round`.
fn rounded(number: &Value, round: fn(f64) -> f64) -> Value {
    match number {
        Value::Decimal(number) => Value::Decimal(round(*number)),
        Value::Double(number) => Value::Double(round(*number)),
        whole => whole.clone(),
    }
}

/// Text is counted in UTF-16 code units.
fn units(text: &str, from: i64, count: i64) -> String {
    let length = i64::try_from(text.encode_utf16().count()).unwrap();
    let from = if from < 0 { (length + from).max(0) } else { from };
    let (from, count) = (usize::try_from(from).unwrap(), usize::try_from(count).unwrap());
    let units: Vec<u16> = text.encode_utf16().skip(from).take(count).collect();
    String::from_utf16_lossy(&units)
}

/// The order of `$orderby`: null is the least.
pub(super) fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        _ => compare(left, right).expect("a number"),
    }
}
