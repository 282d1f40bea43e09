//! Random expressions of every type, and their text in a URL.
//!
//! Their types are right, so that each of them has an answer. What is computed with comes from `small`, `quarter` and `ratio`:
//! numbers that no database rounds and that do not overflow.

use proptest::prelude::*;
use proptest::sample::select;

use super::literal::{self, Literal};
use super::rows::{COLUMNS, Class};

/// An expression.
#[derive(Clone)]
pub(super) enum Expression {
    Null,
    Literal(Literal),
    /// By its place in [`COLUMNS`].
    Property(usize),
    /// A parameter alias that stands for it.
    Alias(Box<Expression>),
    Not(Box<Expression>),
    Negate(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    In(Box<Expression>, Vec<Expression>),
    Call(Function, Vec<Expression>),
    Case(Vec<(Expression, Expression)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    And,
    Div,
    DivBy,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Mod,
    Mul,
    Ne,
    Or,
    Sub,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Ceiling,
    Concat,
    Contains,
    Date,
    Day,
    EndsWith,
    Floor,
    FractionalSeconds,
    Hour,
    IndexOf,
    Length,
    MaxDateTime,
    MinDateTime,
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

/// As its text, so that what failed can be read.
impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = Text::default();
        write!(f, "{}", text.of(self))?;
        (1..).zip(&text.aliases).try_for_each(|(number, value)| write!(f, " @p{number}={value}"))
    }
}

/// Expressions that share parameter aliases, as text.
#[derive(Default)]
pub(super) struct Text {
    /// The values of the aliases `@p1`, `@p2`, ...
    pub(super) aliases: Vec<String>,
}

impl Text {
    pub(super) fn of(&mut self, expression: &Expression) -> String {
        match expression {
            Expression::Null => "null".to_owned(),
            Expression::Literal(literal) => literal.written(),
            Expression::Property(column) => COLUMNS[*column].name.to_owned(),
            Expression::Alias(inner) => {
                let value = self.of(inner);
                self.aliases.push(value);
                format!("@p{}", self.aliases.len())
            }
            Expression::Not(operand) => format!("(not ({}))", self.of(operand)),
            Expression::Negate(operand) => format!("(-({}))", self.of(operand)),
            Expression::Binary(operator, left, right) => {
                let operator = format!("{operator:?}").to_lowercase();
                format!("({} {operator} {})", self.of(left), self.of(right))
            }
            Expression::In(value, members) => format!("({} in ({}))", self.of(value), self.all(members)),
            Expression::Call(function, arguments) => {
                format!("{}({})", format!("{function:?}").to_lowercase(), self.all(arguments))
            }
            Expression::Case(cases) => {
                let cases: Vec<String> =
                    cases.iter().map(|(when, then)| format!("{}:{}", self.of(when), self.of(then))).collect();
                format!("case({})", cases.join(","))
            }
        }
    }

    fn all(&mut self, expressions: &[Expression]) -> String {
        expressions.iter().map(|expression| self.of(expression)).collect::<Vec<_>>().join(",")
    }
}

type Expressions = BoxedStrategy<Expression>;

/// The expressions of some depth, by their types.
#[derive(Clone)]
struct Level {
    boolean: Expressions,
    binary: Expressions,
    date: Expressions,
    guid: Expressions,
    moment: Expressions,
    text: Expressions,
    time: Expressions,
    /// Whole numbers that are computed with; and all.
    small: Expressions,
    integer: Expressions,
    /// Multiples of a power of two, as decimals; and all decimals.
    quarter: Expressions,
    decimal: Expressions,
    /// The same as doubles; and all doubles.
    ratio: Expressions,
    double: Expressions,
}

/// How deep expressions are.
const DEPTH: usize = 5;
/// How deep calculations are, lest they overflow.
const CALCULATIONS: usize = 3;

/// What `$filter` may be.
pub(super) fn condition() -> impl Strategy<Value = Expression> {
    levels().into_iter().skip(1).map(|level| level.boolean).reduce(|all, next| prop_oneof![all, next].boxed()).unwrap()
}

/// What `$orderby` may name: all that has an order.
pub(super) fn sortable() -> impl Strategy<Value = Expression> {
    let [leaf, deeper, ..] = &levels()[..] else { unreachable!() };
    let of = |level: &Level| {
        let level = level.clone();
        let Level { boolean, date, moment, text, time, integer, decimal, double, .. } = level;
        prop_oneof![boolean, date, moment, text, time, integer, decimal, double]
    };
    prop_oneof![3 => of(leaf), 1 => of(deeper)]
}

/// Each built of the one before.
fn levels() -> Vec<Level> {
    let mut levels = vec![leaves()];
    for depth in 1..DEPTH {
        levels.push(deeper(&levels[depth - 1], depth <= CALCULATIONS));
    }
    levels
}

fn properties(names: &[&str]) -> Expressions {
    let places: Vec<usize> =
        names.iter().map(|name| COLUMNS.iter().position(|column| column.name == *name).unwrap()).collect();
    select(places).prop_map(Expression::Property).boxed()
}

fn literals(class: Class, texts: &'static [&'static str]) -> Expressions {
    literal::one_of(class, texts).prop_map(Expression::Literal).boxed()
}

fn literals_of(class: Class) -> Expressions {
    literal::any(class).prop_map(Expression::Literal).boxed()
}

fn leaf(names: &[&str], literals: Expressions) -> Expressions {
    prop_oneof![5 => properties(names), 5 => literals.clone(), 1 => literals.prop_map(aliased), 1 => Just(Expression::Null)].boxed()
}

fn aliased(expression: Expression) -> Expression {
    Expression::Alias(Box::new(expression))
}

fn negated(expression: Expression) -> Expression {
    Expression::Negate(Box::new(expression))
}

fn leaves() -> Level {
    let small = leaf(&["Whole"], literals(Class::Integer, &["-3", "-1", "0", "1", "2", "4", "9"]));
    let quarter = leaf(&["Half"], literals(Class::Decimal, &["0.25", "-0.50", "2.0", "4.0", "0.0"]));
    let ratio = leaf(&["Ratio"], literals(Class::Double, &["0e0", "0.5e0", "-2e0", "8e0", "4E+0"]));
    let of = |names: &[&str], class| leaf(names, literals_of(class));
    Level {
        boolean: of(&["Tame", "Wild"], Class::Boolean),
        binary: of(&["Data"], Class::Binary),
        date: of(&["Born"], Class::Date),
        guid: of(&["Tag"], Class::Guid),
        moment: of(&["Seen"], Class::Moment),
        text: of(&["Name", "Code"], Class::Text),
        time: of(&["Feeds"], Class::Time),
        integer: of(&["Id", "Tiny", "Big", "Whole"], Class::Integer),
        decimal: prop_oneof![2 => of(&["Price"], Class::Decimal), 1 => quarter.clone()].boxed(),
        double: prop_oneof![2 => of(&["Speed"], Class::Double), 1 => ratio.clone()].boxed(),
        small,
        quarter,
        ratio,
    }
}

fn deeper(below: &Level, calculates: bool) -> Level {
    let computed = |shallow: &Expressions, calculation: fn(&Level) -> Expressions| {
        if calculates { calculation(below) } else { shallow.clone() }
    };
    let small = computed(&below.small, |below| {
        let operators = [Operator::Add, Operator::Sub, Operator::Mul, Operator::Div, Operator::Mod];
        calculation(&operators, &below.small, &below.small)
    });
    let quarter = computed(&below.quarter, |below| {
        let exact = leaf(&["Half"], literals(Class::Decimal, &["0.25", "-0.50", "2.0", "0.0"]));
        let whole = prop_oneof![2 => below.quarter.clone(), 1 => below.small.clone()].boxed();
        prop_oneof![
            3 => calculation(&[Operator::Add, Operator::Sub, Operator::Mul, Operator::Mod], &below.quarter, &whole),
            1 => calculation(&[Operator::Div, Operator::DivBy], &below.quarter, &exact),
            1 => calculation(&[Operator::DivBy], &below.small, &literals(Class::Integer, &["-2", "0", "1", "2", "4"])),
        ]
        .boxed()
    });
    let ratio = computed(&below.ratio, |below| {
        let exact = leaf(&["Ratio"], literals(Class::Double, &["0e0", "0.5e0", "-2e0", "8e0"]));
        let other = prop_oneof![below.ratio.clone(), below.quarter.clone(), below.small.clone()].boxed();
        prop_oneof![
            3 => calculation(&[Operator::Add, Operator::Sub, Operator::Mul, Operator::Mod], &below.ratio, &other),
            1 => calculation(&[Operator::Div, Operator::DivBy], &other, &exact),
        ]
        .boxed()
    });
    let [small, quarter, ratio] =
        [small, quarter, ratio].map(|of| prop_oneof![4 => of.clone(), 1 => of.prop_map(negated)].boxed());
    let case = |of: &Expressions| case(&below.boolean, of);
    let rounded = |of: &Expressions| call(&[Function::Ceiling, Function::Floor, Function::Round], &[of]);
    Level {
        boolean: boolean(below),
        binary: prop_oneof![3 => below.binary.clone(), 1 => case(&below.binary)].boxed(),
        date:
            prop_oneof![3 => below.date.clone(), 1 => case(&below.date), 2 => call(&[Function::Date], &[&below.moment])]
                .boxed(),
        guid: prop_oneof![3 => below.guid.clone(), 1 => case(&below.guid)].boxed(),
        moment: prop_oneof![
            6 => below.moment.clone(),
            2 => case(&below.moment),
            1 => call(&[Function::MinDateTime, Function::MaxDateTime], &[]),
        ]
        .boxed(),
        text: texts(below),
        time:
            prop_oneof![3 => below.time.clone(), 1 => case(&below.time), 2 => call(&[Function::Time], &[&below.moment])]
                .boxed(),
        integer: integers(below, &small),
        decimal: prop_oneof![
            2 => below.decimal.clone(),
            2 => quarter.clone(),
            1 => case(&below.decimal),
            1 => rounded(&below.decimal),
            1 => call(&[Function::FractionalSeconds], &[&clocks(below)]),
        ]
        .boxed(),
        double: prop_oneof![
            2 => below.double.clone(),
            2 => ratio.clone(),
            1 => case(&below.double),
            1 => rounded(&below.double),
        ]
        .boxed(),
        small,
        quarter,
        ratio,
    }
}

fn clocks(below: &Level) -> Expressions {
    prop_oneof![below.time.clone(), below.moment.clone()].boxed()
}

fn integers(below: &Level, small: &Expressions) -> Expressions {
    let days = prop_oneof![below.date.clone(), below.moment.clone()].boxed();
    prop_oneof![
        3 => below.integer.clone(),
        3 => small.clone(),
        1 => case(&below.boolean, &below.integer),
        1 => call(&[Function::Ceiling, Function::Floor, Function::Round], &[&below.integer]),
        1 => call(&[Function::Length], &[&below.text]),
        1 => call(&[Function::IndexOf], &[&below.text, &below.text]),
        1 => call(&[Function::Year, Function::Month, Function::Day], &[&days]),
        1 => call(&[Function::Hour, Function::Minute, Function::Second], &[&clocks(below)]),
        1 => call(&[Function::TotalOffsetMinutes], &[&below.moment]),
    ]
    .boxed()
}

/// Positions and lengths are never negative: what that means, the specification leaves open.
fn texts(below: &Level) -> Expressions {
    let length = call(&[Function::Length], &[&below.text]);
    let place = prop_oneof![3 => literals(Class::Integer, &["0", "1", "2", "3", "20"]), 1 => length, 1 => Just(Expression::Null)].boxed();
    let from = prop_oneof![4 => place.clone(), 1 => literals(Class::Integer, &["-1", "-2", "-20"])].boxed();
    prop_oneof![
        4 => below.text.clone(),
        1 => case(&below.boolean, &below.text),
        1 => call(&[Function::Concat], &[&below.text, &below.text]),
        1 => call(&[Function::Substring], &[&below.text, &from]),
        1 => call(&[Function::Substring], &[&below.text, &from, &place]),
        2 => call(&[Function::ToLower, Function::ToUpper, Function::Trim], &[&below.text]),
    ]
    .boxed()
}

fn boolean(below: &Level) -> Expressions {
    use Operator as O;
    let alike = |of: &Expressions| calculation(&[O::Eq, O::Ne], of, of);
    let ordered = |of: &Expressions| calculation(&[O::Eq, O::Ne, O::Gt, O::Ge, O::Lt, O::Le], of, of);
    let numbers = prop_oneof![below.small.clone(), below.decimal.clone(), below.double.clone()].boxed();
    let stored = properties(&["Id", "Tiny", "Big", "Whole"]);
    let beyond = literals(Class::Decimal, &["9223372036854775808", "-9223372036854775809", "0.5", "1.0"]);
    let compared = prop_oneof![
        alike(&below.binary),
        alike(&below.guid),
        ordered(&below.boolean),
        ordered(&below.date),
        ordered(&below.moment),
        ordered(&below.text),
        ordered(&below.time),
        ordered(&below.integer),
        ordered(&below.decimal),
        ordered(&below.double),
        ordered(&numbers),
        calculation(&[O::Eq, O::Ne, O::Gt, O::Ge, O::Lt, O::Le], &stored, &beyond),
    ];
    let tested = call(&[Function::Contains, Function::StartsWith, Function::EndsWith], &[&below.text, &below.text]);
    let not = below.boolean.clone().prop_map(|operand| Expression::Not(Box::new(operand)));
    prop_oneof![
        8 => compared,
        8 => narrow(),
        3 => within(below),
        3 => tested,
        2 => below.boolean.clone(),
        2 => not,
        4 => calculation(&[O::And, O::Or], &below.boolean, &below.boolean),
        1 => case(&below.boolean, &below.boolean),
        1 => below.boolean.clone().prop_map(aliased),
    ]
    .boxed()
}

/// What an index may serve: a column, and literals of its class.
fn narrow() -> Expressions {
    use Operator as O;
    let every = [O::Eq, O::Eq, O::Ne, O::Gt, O::Ge, O::Lt, O::Le];
    let of = |names: &[&str], class: Class| {
        let (column, literal) = (properties(names), literals_of(class));
        let equal_only = matches!(class, Class::Binary | Class::Guid);
        let operators = if equal_only { &every[..3] } else { &every };
        prop_oneof![
            3 => calculation(operators, &column, &literal),
            1 => calculation(operators, &literal, &column),
            1 => (column, proptest::collection::vec(literal, 1..3))
                .prop_map(|(column, members)| Expression::In(Box::new(column), members)),
        ]
    };
    let (text, beginning) = (properties(&["Name", "Code"]), literals_of(Class::Text));
    prop_oneof![
        2 => of(&["Born"], Class::Date),
        3 => of(&["Seen"], Class::Moment),
        2 => of(&["Name", "Code"], Class::Text),
        2 => call(&[Function::StartsWith], &[&text, &beginning]),
        2 => of(&["Price", "Half"], Class::Decimal),
        1 => of(&["Speed"], Class::Decimal),
        1 => of(&["Speed", "Ratio"], Class::Double),
        1 => of(&["Id", "Tiny", "Big", "Whole"], Class::Integer),
        1 => of(&["Tiny", "Whole"], Class::Decimal),
        1 => of(&["Tag"], Class::Guid),
        1 => of(&["Feeds"], Class::Time),
        1 => of(&["Data"], Class::Binary),
    ]
    .boxed()
}

/// `in`: lists of literals, and of anything.
fn within(below: &Level) -> Expressions {
    let one = |of: &Expressions, class: Class| {
        let literal = prop_oneof![5 => literals_of(class), 1 => Just(Expression::Null)].boxed();
        let lists = prop_oneof![
            2 => proptest::collection::vec(literal.clone(), 1..4),
            1 => proptest::collection::vec(of.clone(), 2..4),
        ];
        (of.clone(), lists).prop_map(|(value, members)| Expression::In(Box::new(value), members))
    };
    prop_oneof![
        one(&below.binary, Class::Binary),
        one(&below.boolean, Class::Boolean),
        one(&below.date, Class::Date),
        one(&below.decimal, Class::Decimal),
        one(&below.double, Class::Double),
        one(&below.guid, Class::Guid),
        one(&below.integer, Class::Integer),
        one(&below.moment, Class::Moment),
        one(&below.text, Class::Text),
        one(&below.time, Class::Time),
    ]
    .boxed()
}

fn calculation(operators: &[Operator], left: &Expressions, right: &Expressions) -> Expressions {
    (select(operators.to_vec()), left.clone(), right.clone())
        .prop_map(|(operator, left, right)| Expression::Binary(operator, Box::new(left), Box::new(right)))
        .boxed()
}

fn call(functions: &[Function], arguments: &[&Expressions]) -> Expressions {
    let arguments: Vec<Expressions> = arguments.iter().map(|&argument| argument.clone()).collect();
    (select(functions.to_vec()), arguments)
        .prop_map(|(function, arguments)| Expression::Call(function, arguments))
        .boxed()
}

fn case(condition: &Expressions, value: &Expressions) -> Expressions {
    proptest::collection::vec((condition.clone(), value.clone()), 1..3).prop_map(Expression::Case).boxed()
}
