//! What expressions are made of.

use crate::odata::{KeyPredicate, SystemOption};

/// An expression, and where it begins: octets from the start of its option's decoded value.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// Its place.
    pub at: usize,
    /// What it says.
    pub term: Term,
}

/// What an expression says.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// A parameter alias, with its `@`.
    Alias(String),
    /// Two operands and what is between them. A row of `and`, or of `or`, is no deeper than it has to be:
    /// `a and b and c and d` is read as `(a and b) and (c and d)`.
    Binary(BinaryOperator, Box<Expression>, Box<Expression>),
    /// A canonical function, with as many arguments as it takes. The type that `cast` and `isof` end with is a path of one
    /// step: `Qualified`, also for `Collection(...)`, or `Name` where the namespace is left out.
    Call(Function, Vec<Expression>),
    /// `case(condition:value,...)`
    Case(Vec<(Expression, Expression)>),
    /// A literal.
    Constant(Constant),
    /// `left in right`; the right side is a list, or the name of a collection. One literal in parentheses is a list,
    /// another expression in parentheses is that expression.
    In(Box<Expression>, Box<Expression>),
    /// `(1,2,3)` or `[1,2,3]`
    List(Vec<Expression>),
    /// Names and what else a path may hold; never empty.
    Path(Vec<Step>),
    /// An operator before its operand.
    Unary(UnaryOperator, Box<Expression>),
    /// Valid OData that this service has no tree for: its name, as a message should give it.
    Unknown(String),
}

/// A literal. Numbers, dates and so on keep their text; what it means for a type is decided where it meets one.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// `binary'...'`: its octets.
    Binary(Vec<u8>),
    /// `true`, `false`
    Boolean(bool),
    /// `2024-01-31`
    Date(String),
    /// `2024-01-31T08:00:00Z`
    DateTimeOffset(String),
    /// With a point, without an exponent: `1.50`
    Decimal(String),
    /// With an exponent, or `INF`, `-INF`, `NaN`
    Double(String),
    /// `duration'PT1H'`, or in 4.01 `'PT1H'` where it is told from text by its type: then it is a `String`.
    Duration(String),
    /// 8-4-4-4-12 hexadecimal digits.
    Guid(String),
    /// Digits, perhaps with a sign.
    Integer(String),
    /// `null`
    Null,
    /// In quotes, which are removed, doubled ones made single.
    String(String),
    /// `08:30:00`
    TimeOfDay(String),
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-`
    Negate,
    /// `not`
    Not,
}

/// An operator between its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the operator of the same name")]
pub enum BinaryOperator {
    Add,
    And,
    Div,
    DivBy,
    Eq,
    Ge,
    Gt,
    Has,
    Le,
    Lt,
    Mod,
    Mul,
    Ne,
    Or,
    Sub,
}

/// The canonical functions (URL Conventions section 5.1.1.5 ff).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the function of the same name")]
pub enum Function {
    Cast,
    Ceiling,
    Concat,
    Contains,
    Date,
    Day,
    EndsWith,
    Floor,
    FractionalSeconds,
    GeoDistance,
    GeoIntersects,
    GeoLength,
    HasSubset,
    HasSubsequence,
    Hour,
    IndexOf,
    IsOf,
    Length,
    MatchesPattern,
    MaxDateTime,
    MinDateTime,
    Minute,
    Month,
    Now,
    Round,
    Second,
    StartsWith,
    Substring,
    Time,
    ToLower,
    TotalOffsetMinutes,
    TotalSeconds,
    ToUpper,
    Trim,
    Year,
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `all(x:...)`
    All(Box<Lambda>),
    /// `@Namespace.Term`, with its `@`, and perhaps with its `#qualifier`; behind a slash the namespace may be left out
    Annotation(String),
    /// `any()` or `any(x:...)`
    Any(Option<Box<Lambda>>),
    /// `$count`, in 4.01 perhaps with `($filter=...;$search=...)`
    Count(Option<Box<ExpandOptions>>),
    /// `$it`
    It,
    /// `(...)` behind a name
    Key(Key),
    /// A property, a navigation property, or a lambda variable.
    Name(String),
    /// `Namespace.Name`: a type, or a bound function
    Qualified(String),
    /// `$root`
    Root,
    /// `$this`
    This,
}

/// A key predicate within a path.
pub type Key = KeyPredicate;

/// What is said of each member of a collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Lambda {
    /// The name that stands for the member.
    pub variable: String,
    /// What is said of it.
    pub predicate: Expression,
}

/// One item of `$orderby`.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderItem {
    /// What to order by.
    pub expression: Expression,
    /// Whether the greatest come first.
    pub descending: bool,
}

/// One item of `$expand`.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpandItem {
    /// Its place: octets from the start of the option's decoded value.
    pub at: usize,
    /// What is expanded.
    pub path: ExpandPath,
    /// What stands in the parentheses.
    pub options: ExpandOptions,
}

/// What is expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpandPath {
    /// `*`
    All,
    /// A navigation property, perhaps behind others, casts or complex properties.
    Names(Vec<String>),
    /// `.../$count`
    Count(Vec<String>),
    /// `.../$ref`, or `*/$ref` with no names
    References(Vec<String>),
    /// Something else that OData has, by its name: `$value`
    Unknown(String),
}

/// The options of one navigation property that is expanded or counted. What is absent was not given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpandOptions {
    /// `$count`
    pub count: Option<bool>,
    /// `$expand`
    pub expand: Vec<ExpandItem>,
    /// `$filter`
    pub filter: Option<Expression>,
    /// `$levels`; `max` is `u32::MAX`
    pub levels: Option<u32>,
    /// `$orderby`
    pub order: Vec<OrderItem>,
    /// `$search`
    pub search: Option<Search>,
    /// `$select`: names and paths as written, `*` too
    pub select: Option<Vec<String>>,
    /// `$skip`
    pub skip: Option<u64>,
    /// `$top`
    pub top: Option<u64>,
    /// Options that OData has and this service does not, by their names: `$compute`, `$apply`
    pub unknown: Vec<String>,
    /// The values as they were written, for links that continue what is expanded.
    pub written: Written,
}

/// Query options with their decoded values. However they are written, what they say is the same.
#[derive(Clone, Debug, Default)]
pub struct Written(pub Vec<(SystemOption, String)>);

impl PartialEq for Written {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What `$search` looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// Both; also where nothing stands between two terms.
    And(Box<Search>, Box<Search>),
    /// Not this.
    Not(Box<Search>),
    /// One of both.
    Or(Box<Search>, Box<Search>),
    /// A word, or a phrase without its quotes.
    Term(String),
}
