//! An expression of T-SQL -> one of SQLite, with its type: the forms that the gateway's statements have, and no others.
//!
//! T-SQL tells conditions from values, and so does this: a value where a condition is wanted is error 4145, and the other way round it is
//! 102, as is everything that is not known.

use super::kind::{Family, calculated, joined, kind, of_number};
use super::scope::{Scope, Typed, Uses};
use super::token::{Token, listed, parenthesis, split, tokens, unexpected};
use super::{calls, subquery};
use crate::tds::Fault;

type Found<T> = Result<T, Fault>;

/// What an expression can be.
pub(super) enum Node {
    Condition { sql: String, uses: Uses },
    Value(Typed),
}

/// `text` as a condition.
pub(super) fn condition(scope: &Scope<'_>, text: &str) -> Found<String> {
    condition_of(scope, &tokens(text)).map(|(sql, _)| sql)
}

/// `text` as a value.
pub(super) fn value(scope: &Scope<'_>, text: &str) -> Found<Typed> {
    value_of(scope, &tokens(text))
}

/// The values of a list.
pub(super) fn values(scope: &Scope<'_>, tokens: &[Token]) -> Found<Vec<Typed>> {
    listed(tokens).into_iter().map(|part| value_of(scope, part)).collect()
}

/// What stands behind `ORDER BY`: values, and how they are put in order.
pub(super) struct Order(Vec<(String, String)>);

impl Order {
    pub(super) fn sql(&self) -> String {
        self.0.iter().map(|(value, how)| format!("{value}{how}")).collect::<Vec<_>>().join(", ")
    }

    /// A condition that is always true, and makes the values.
    pub(super) fn tried(&self) -> String {
        let values: Vec<&str> = self.0.iter().map(|(value, _)| value.as_str()).collect();
        format!("tsql_made({})", values.join(", "))
    }
}

pub(super) fn order(scope: &Scope<'_>, text: &str) -> Found<Order> {
    let all = tokens(text);
    let mut items: Vec<(Vec<Token>, (String, String))> = Vec::new();
    for item in listed(&all) {
        let (by, direction) = match item.split_last() {
            Some((last, by)) if last.is_word("DESC") => (by, " DESC"),
            _ => (item, ""),
        };
        if items.iter().any(|(before, _)| before == by) {
            let message = "A column has been specified more than once in the order by list.";
            return Err(Fault::new(169, message));
        }
        let value = value_of(scope, by)?;
        if value.uses.columns == 0 && !value.uses.subquery {
            let (number, what) =
                if value.uses.variable { (1008, "a variable") } else { (408, "a constant expression") };
            return Err(Fault::new(number, &format!("There is {what} in the ORDER BY list.")));
        }
        items.push((by.to_vec(), (value.sql, format!("{}{direction}", value.kind.collation()))));
    }
    Ok(Order(items.into_iter().map(|(_, item)| item).collect()))
}

pub(super) fn condition_of(scope: &Scope<'_>, tokens: &[Token]) -> Found<(String, Uses)> {
    let (sql, uses) = whole(scope, tokens)?.condition()?;
    if uses.aggregate {
        return Err(Fault::new(147, "An aggregate may not appear in the WHERE clause."));
    }
    Ok((sql, uses))
}

pub(super) fn value_of(scope: &Scope<'_>, tokens: &[Token]) -> Found<Typed> {
    whole(scope, tokens)?.value()
}

fn whole(scope: &Scope<'_>, tokens: &[Token]) -> Found<Node> {
    let mut parser = Parser { scope, rest: tokens };
    let node = parser.either()?;
    if parser.rest.is_empty() { Ok(node) } else { Err(unexpected(parser.rest)) }
}

impl Node {
    fn condition(self) -> Found<(String, Uses)> {
        match self {
            Self::Condition { sql, uses } => Ok((sql, uses)),
            Self::Value(value) => {
                let message = format!(
                    "An expression of non-boolean type specified in a context where a condition is expected, near '{}'.",
                    value.sql
                );
                Err(Fault::new(4145, &message).class(15))
            }
        }
    }

    fn value(self) -> Found<Typed> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Condition { sql, .. } => {
                Err(Fault::new(102, &format!("Incorrect syntax: a condition is no value: {sql}")).class(15))
            }
        }
    }
}

/// `value` where values of `to` are, converted if its own are others.
pub(super) fn converted(value: &Typed, to: &super::kind::Kind) -> String {
    let same = value.kind == *to || value.kind.family() == Family::Null;
    if same || (value.kind.family() == to.family() && matches!(to.family(), Family::Integer | Family::Text)) {
        return value.sql.clone();
    }
    format!("tsql_cast({}, {}, {})", value.sql, value.kind.said(), to.said())
}

struct Parser<'t, 's> {
    scope: &'s Scope<'s>,
    rest: &'t [Token],
}

impl<'t> Parser<'t, '_> {
    fn take(&mut self) -> Found<&'t Token> {
        let (first, rest) = self.rest.split_first().ok_or_else(|| unexpected(&[]))?;
        self.rest = rest;
        Ok(first)
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is = self.rest.first().is_some_and(|token| token.is_word(word));
        if is {
            self.rest = &self.rest[1..];
        }
        is
    }

    fn takes_symbol(&mut self, symbols: &[&'static str]) -> Option<&'static str> {
        let found = symbols.iter().find(|symbol| self.rest.first().is_some_and(|token| token.is_symbol(symbol)))?;
        self.rest = &self.rest[1..];
        Some(found)
    }

    fn inside(&mut self) -> Found<&'t [Token]> {
        let (inside, rest) = parenthesis(self.rest)?;
        self.rest = rest;
        Ok(inside)
    }

    fn either(&mut self) -> Found<Node> {
        let mut left = self.both()?;
        while self.takes_word("OR") {
            left = joined_by("OR", left, self.both()?)?;
        }
        Ok(left)
    }

    fn both(&mut self) -> Found<Node> {
        let mut left = self.negated()?;
        while self.takes_word("AND") {
            left = joined_by("AND", left, self.negated()?)?;
        }
        Ok(left)
    }

    fn negated(&mut self) -> Found<Node> {
        if !self.takes_word("NOT") {
            return self.predicate();
        }
        let (sql, uses) = self.negated()?.condition()?;
        Ok(Node::Condition { sql: format!("(NOT {sql})"), uses })
    }

    fn predicate(&mut self) -> Found<Node> {
        let left = self.sum()?;
        if let Some(operator) = self.takes_symbol(&["=", "<>", ">=", "<=", ">", "<"]) {
            return compared(operator, &left.value()?, &self.sum()?.value()?);
        }
        if self.takes_word("IS") {
            let (value, not) = (left.value()?, if self.takes_word("NOT") { "NOT " } else { "" });
            if !self.takes_word("NULL") {
                return Err(unexpected(self.rest));
            }
            return Ok(Node::Condition { sql: format!("({} IS {not}NULL)", value.sql), uses: value.uses });
        }
        if self.takes_word("IN") {
            return self.one_of(&left.value()?);
        }
        if self.takes_word("LIKE") {
            return self.like(&left.value()?);
        }
        Ok(left)
    }

    fn one_of(&mut self, left: &Typed) -> Found<Node> {
        let list = values(self.scope, self.inside()?)?;
        let common = list.iter().try_fold(left.kind.clone(), |common, member| joined(&common, &member.kind))?;
        let members: Vec<String> = list.iter().map(|member| comparable(member, &common)).collect();
        let sql = format!("({}{} IN ({}))", comparable(left, &common), common.collation(), members.join(", "));
        Ok(Node::Condition { sql, uses: Uses::of(&list).and(left.uses) })
    }

    fn like(&mut self, left: &Typed) -> Found<Node> {
        let pattern = self.sum()?.value()?;
        let escape = if self.takes_word("ESCAPE") { self.sum()?.value()?.sql } else { "''".to_owned() };
        for (number, operand) in [(1, left), (2, &pattern)] {
            calls::wants(Family::Text, operand, number, "like")?;
        }
        let sql = format!("tsql_like({}, {}, {escape})", left.sql, pattern.sql);
        Ok(Node::Condition { sql, uses: left.uses.and(pattern.uses) })
    }

    fn sum(&mut self) -> Found<Node> {
        let mut left = self.product()?;
        while let Some(operator) = self.takes_symbol(&["+", "-"]) {
            left = Node::Value(calculation(operator, &left.value()?, &self.product()?.value()?)?);
        }
        Ok(left)
    }

    fn product(&mut self) -> Found<Node> {
        let mut left = self.signed()?;
        while let Some(operator) = self.takes_symbol(&["*", "/", "%"]) {
            left = Node::Value(calculation(operator, &left.value()?, &self.signed()?.value()?)?);
        }
        Ok(left)
    }

    fn signed(&mut self) -> Found<Node> {
        if self.takes_symbol(&["-"]).is_none() {
            return self.followed();
        }
        let value = self.signed()?.value()?;
        let result = calculated("-", &value.kind, &value.kind)?;
        let sql = format!("tsql_calculate('-', 0, {}, {})", value.sql, result.said());
        Ok(Node::Value(Typed { sql, kind: value.kind, uses: value.uses }))
    }

    /// What stands behind a value without changing it here: its collation is the one that all texts have.
    fn followed(&mut self) -> Found<Node> {
        let mut node = self.first()?;
        loop {
            if self.takes_word("COLLATE") {
                let (value, Token::Word(_)) = (node.value()?, self.take()?) else { return Err(unexpected(self.rest)) };
                calls::wants(Family::Text, &value, 1, "collate")?;
                node = Node::Value(value);
            } else if let [dot, name, ..] = self.rest
                && dot.is_symbol(".")
                && name.is_word("ToString")
            {
                self.rest = &self.rest[2..];
                self.inside()?;
                node = Node::Value(Typed { kind: kind("nvarchar(max)"), ..node.value()? });
            } else {
                return Ok(node);
            }
        }
    }

    fn first(&mut self) -> Found<Node> {
        let all = self.rest;
        let plain = |sql: String, kind| Ok(Node::Value(Typed { sql, kind, uses: Uses::default() }));
        match self.take()? {
            Token::Parameter(number) => self.scope.parameter(*number).map(Node::Value),
            Token::Text(text) => {
                let length = text.encode_utf16().count().max(1);
                plain(format!("'{}'", text.replace('\'', "''")), kind(&format!("nvarchar({length})")))
            }
            Token::Symbol(open) if open == "(" => {
                self.rest = all;
                let inside = self.inside()?;
                if inside.first().is_some_and(|first| first.is_word("SELECT")) {
                    return subquery::scalar(self.scope, inside).map(Node::Value);
                }
                whole(self.scope, inside)
            }
            Token::Word(word) if word.eq_ignore_ascii_case("NULL") => plain("NULL".to_owned(), kind("null")),
            Token::Word(word) if word.eq_ignore_ascii_case("CASE") => self.case(),
            Token::Word(word) if word.eq_ignore_ascii_case("EXISTS") => {
                let (sql, uses) = subquery::exists(self.scope, self.inside()?)?;
                Ok(Node::Condition { sql, uses })
            }
            Token::Word(word) if word.starts_with(|first: char| first.is_ascii_digit()) => {
                let kind = of_number(word);
                let quote = if kind.family() == Family::Decimal { "'" } else { "" };
                plain(format!("{quote}{word}{quote}"), kind)
            }
            Token::Word(word) if self.rest.first().is_some_and(|next| next.is_symbol("(")) => {
                let inside = self.inside()?;
                calls::call(self.scope, word, inside, all).map(Node::Value)
            }
            Token::Word(alias) if self.takes_symbol(&["."]).is_some() => match self.take()? {
                Token::Name(name) | Token::Word(name) => self.scope.column(alias, name).map(Node::Value),
                _ => Err(unexpected(all)),
            },
            _ => Err(unexpected(all)),
        }
    }

    fn case(&mut self) -> Found<Node> {
        let subject =
            if self.rest.first().is_some_and(|next| next.is_word("WHEN")) { None } else { Some(self.sum()?.value()?) };
        let (mut branches, mut uses) = (Vec::new(), Uses::default());
        while self.takes_word("WHEN") {
            let when = match &subject {
                Some(subject) => compared("=", subject, &self.sum()?.value()?)?,
                None => self.either()?,
            };
            let (when, of_condition) = when.condition()?;
            uses = uses.and(of_condition);
            if !self.takes_word("THEN") {
                return Err(unexpected(self.rest));
            }
            branches.push((format!("WHEN {when} THEN"), self.sum()?.value()?));
        }
        if self.takes_word("ELSE") {
            branches.push(("ELSE".to_owned(), self.sum()?.value()?));
        }
        if branches.is_empty() || !self.takes_word("END") {
            return Err(unexpected(self.rest));
        }
        let common = branches.iter().try_fold(kind("null"), |common, (_, value)| joined(&common, &value.kind))?;
        if common.family() == Family::Null {
            let message = "At least one of the result expressions in a CASE specification must be an expression other than the NULL constant.";
            return Err(Fault::new(8133, message));
        }
        uses = uses.and(Uses::of(branches.iter().map(|(_, value)| value)));
        let written = branches.iter().map(|(when, value)| format!("{when} {}", converted(value, &common)));
        let sql = format!("(CASE {} END)", written.collect::<Vec<_>>().join(" "));
        Ok(Node::Value(Typed { sql, kind: common, uses }))
    }
}

fn joined_by(operator: &str, left: Node, right: Node) -> Found<Node> {
    let ((left, one), (right, other)) = (left.condition()?, right.condition()?);
    Ok(Node::Condition { sql: format!("({left} {operator} {right})"), uses: one.and(other) })
}

/// Values of one family are compared as they are, whatever their lengths and scales.
pub(super) fn comparable(value: &Typed, common: &super::kind::Kind) -> String {
    if value.kind.family() == common.family() { value.sql.clone() } else { converted(value, common) }
}

fn compared(operator: &str, left: &Typed, right: &Typed) -> Found<Node> {
    let common = joined(&left.kind, &right.kind)?;
    let sql =
        format!("({}{} {operator} {})", comparable(left, &common), common.collation(), comparable(right, &common));
    Ok(Node::Condition { sql, uses: left.uses.and(right.uses) })
}

fn calculation(operator: &str, left: &Typed, right: &Typed) -> Found<Typed> {
    let (kinds, uses) = ([left.kind.family(), right.kind.family()], left.uses.and(right.uses));
    if operator == "+"
        && kinds.contains(&Family::Text)
        && kinds.iter().all(|kind| matches!(kind, Family::Text | Family::Null))
    {
        return Ok(calls::concatenation(left, right));
    }
    let kind = calculated(operator, &left.kind, &right.kind)?;
    let operand = |value: &Typed| match (value.kind.family(), kind.family()) {
        (Family::Text, _) | (Family::Decimal, Family::Float) => converted(value, &kind),
        _ => value.sql.clone(),
    };
    let sql = format!("tsql_calculate('{operator}', {}, {}, {})", operand(left), operand(right), kind.said());
    Ok(Typed { sql, kind, uses })
}

/// The type in `CAST(... AS type)`, and what stands before it.
pub(super) fn typed_as(tokens: &[Token]) -> Found<(&[Token], super::kind::Kind)> {
    let parts = split(tokens, |token| token.is_word("AS"));
    let [value, declared] = parts.as_slice() else { return Err(unexpected(tokens)) };
    let text: String = declared
        .iter()
        .map(|token| match token {
            Token::Word(text) | Token::Symbol(text) => text.as_str(),
            _ => "?",
        })
        .collect();
    let kind = kind(&text);
    if kind.is_known() { Ok((value, kind)) } else { Err(unexpected(declared)) }
}
