//! Paths -> their steps.
//!
//! A newcomer's trap: `Name(` may begin a key, or a call of a service's own function. Functions without a namespace are not
//! known here, so what is no key is refused by its name.

use super::cursor::Cursor;
use super::key::key;
use super::nested::{self, Place};
use super::operator::expression;
use super::{Lambda, Step, Term};
use crate::error::Result;

/// Reads a path.
/// ```text
/// firstMemberExpr     = memberExpr / inscopeVariableExpr [ "/" memberExpr ]
/// inscopeVariableExpr = %s"$it" / %s"$this" / parameterAlias / lambdaVariableExpr
/// rootExpr            = %s"$root/" ( entitySetName [ collectionNavigationExpr ] / singletonEntity [ ... ] / ... )
/// ```
pub(super) fn path(cursor: &mut Cursor<'_>) -> Result<Term> {
    let mut path = Path::default();
    match cursor.peek() {
        Some('$') => path.variable(cursor)?,
        Some('@') => {
            let (name, annotation) = at_sign(cursor)?;
            match (annotation, cursor.rest().starts_with('/')) {
                (true, _) => path.steps.push(Step::Annotation(name)),
                (false, false) => return Ok(Term::Alias(name)),
                (false, true) => path.unknown = Some(format!("{name}/...")),
            }
        }
        _ => path.member(cursor, "an expression")?,
    }
    while !path.ended && cursor.eat("/") {
        path.step(cursor)?;
    }
    Ok(path.unknown.map_or(Term::Path(path.steps), Term::Unknown))
}

/// A path on its way.
#[derive(Default)]
struct Path {
    steps: Vec<Step>,
    /// The first part of it that the tree cannot hold.
    unknown: Option<String>,
    /// Nothing can follow its last step.
    ended: bool,
}

impl Path {
    fn variable(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        let start = cursor.at();
        cursor.eat("$");
        let name = cursor.identifier().unwrap_or_default();
        self.steps.push(match name {
            "it" => Step::It,
            "root" if cursor.rest().starts_with('/') => Step::Root,
            "this" => Step::This,
            _ => return Err(cursor.expected_at(start, "$it, $this, $root/... or another expression")),
        });
        Ok(())
    }

    /// What follows a slash.
    /// ```text
    /// collectionPathExpr = count / filterExpr [ collectionPathExpr ] / "/" ( anyExpr / allExpr / boundFunctionExpr / annotationExpr )
    /// filterExpr         = %s"/$filter" OPEN boolCommonExpr CLOSE
    /// ```
    fn step(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        let expected = "a name, $count, $filter(...), any(...) or all(...)";
        match cursor.peek() {
            Some('@') => {
                let (name, _) = at_sign(cursor)?;
                self.steps.push(Step::Annotation(name));
                Ok(())
            }
            Some('$') if cursor.eat("$filter(") => {
                cursor.blanks();
                expression(cursor)?;
                cursor.blanks();
                self.unknown.get_or_insert_with(|| "$filter(...) in a path".to_owned());
                cursor.expect(")", "an operator between white space, or a closing parenthesis")
            }
            Some('$') if cursor.eat("$count") => {
                let given = cursor.rest().starts_with('(');
                let options = given.then(|| nested::options(cursor, Place::Count)).transpose()?;
                self.steps.push(Step::Count(options.map(Box::new)));
                self.ended = true;
                Ok(())
            }
            _ => self.member(cursor, expected),
        }
    }

    /// A name, and what its parentheses hold.
    fn member(&mut self, cursor: &mut Cursor<'_>, expected: &str) -> Result<()> {
        let at = cursor.at();
        let Some(name) = cursor.name() else { return Err(cursor.expected(expected)) };
        let begun = !self.steps.is_empty() || self.unknown.is_some();
        if begun
            && cursor.rest().starts_with('(')
            && ["any", "all"].iter().any(|known| known.eq_ignore_ascii_case(name))
        {
            self.ended = true;
            let any = name.eq_ignore_ascii_case("any");
            self.steps.push(lambda(cursor, any)?);
            return Ok(());
        }
        let qualified = name.contains('.');
        self.steps.push(if qualified { Step::Qualified(name.to_owned()) } else { Step::Name(name.to_owned()) });
        if !cursor.rest().starts_with('(') {
            return Ok(());
        }
        match key(cursor) {
            Some(key) => self.steps.push(Step::Key(key)),
            None if qualified => {
                arguments(cursor)?;
                self.unknown.get_or_insert_with(|| name.to_owned());
            }
            None => return Err(cursor.refused(at, &format!("there is no function \"{name}\""))),
        }
        Ok(())
    }
}

/// Reads `@name`, and whether it must be an annotation. In 4.01 an annotation may leave out its namespace; where a path
/// begins that is not told from a parameter alias, and taken for one.
/// ```text
/// parameterAlias    = AT odataIdentifier
/// annotationInQuery = AT [ namespace "." ] termName [ HASH annotationQualifier ]
/// ```
fn at_sign(cursor: &mut Cursor<'_>) -> Result<(String, bool)> {
    let start = cursor.at();
    cursor.eat("@");
    let Some(name) = cursor.name() else { return Err(cursor.expected("a name behind the @")) };
    let qualifier = cursor.eat("#");
    if qualifier && cursor.identifier().is_none() {
        return Err(cursor.expected("a qualifier"));
    }
    Ok((cursor.since(start).to_owned(), qualifier || name.contains('.')))
}

/// ```text
/// anyExpr = "any" OPEN BWS [ lambdaVariableExpr BWS COLON BWS lambdaPredicateExpr ] BWS CLOSE
/// allExpr = "all" OPEN BWS   lambdaVariableExpr BWS COLON BWS lambdaPredicateExpr   BWS CLOSE
/// ```
fn lambda(cursor: &mut Cursor<'_>, any: bool) -> Result<Step> {
    cursor.expect("(", "an opening parenthesis")?;
    cursor.blanks();
    if any && cursor.eat(")") {
        return Ok(Step::Any(None));
    }
    let Some(variable) = cursor.identifier() else { return Err(cursor.expected("the name of a variable")) };
    cursor.blanks();
    cursor.expect(":", "a colon behind the variable")?;
    cursor.blanks();
    let lambda = Box::new(Lambda { variable: variable.to_owned(), predicate: expression(cursor)? });
    cursor.blanks();
    cursor.expect(")", "an operator between white space, or a closing parenthesis")?;
    Ok(if any { Step::Any(Some(lambda)) } else { Step::All(lambda) })
}

/// The arguments of a service's own function. They are read, so that mistakes in them are told, and not kept.
/// ```text
/// functionExprParameters = OPEN [ BWS functionExprParameter *( BWS COMMA BWS functionExprParameter ) ] BWS CLOSE
/// functionExprParameter  = parameterName EQ ( parameterAlias / parameterValue )
/// ```
fn arguments(cursor: &mut Cursor<'_>) -> Result<()> {
    cursor.expect("(", "an opening parenthesis")?;
    cursor.blanks();
    if cursor.eat(")") {
        return Ok(());
    }
    loop {
        if cursor.identifier().is_none() || !cursor.eat("=") {
            return Err(cursor.expected("the name of a parameter and an equals sign"));
        }
        expression(cursor)?;
        cursor.blanks();
        if cursor.eat(")") {
            return Ok(());
        }
        cursor.expect(",", "an operator between white space, a comma or a closing parenthesis")?;
        cursor.blanks();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odata::expression::{filter, rendered::rendered};

    #[test]
    fn paths_are_read_as_they_are_written() {
        for text in [
            "A/B/C",
            "$it",
            "$it/A",
            "$this/A",
            "$root/Orders(1)/Note",
            "$root/Lines(Order=1,Line='a/b')/Shop.Special/Price",
            "Orders(@key)/Note",
            "Shop.Special/Price",
            "A/Shop.Part(1)/B",
            "A/Shop.Function(x=1)",
            "@Core.Description",
            "A/@Core.Messages/$count",
            "A/@Core.Description#Short",
            "A/@Currency#Short",
            "A/$count",
            "A/$count($filter=B eq ')';$search=x)",
            "A/any()",
            "A/any(x:(x/B eq 1))",
            "A/all(x:x/C/any(y:(y eq x/D)))",
            "Größe/ß",
            "any",
            "all/any",
            "nothing/not",
            "true/null",
        ] {
            assert_eq!(rendered(&filter(text).unwrap()), text);
        }
        assert_eq!(rendered(&filter("A/ANY( x : x )").unwrap()), "A/any(x:x)");
        assert_eq!(rendered(&filter("@p eq 1").unwrap()), "(@p eq 1)");
    }

    #[test]
    fn what_the_tree_cannot_hold_is_read_and_named() {
        for (text, name) in [
            ("@p/A", "@p/..."),
            ("A/Shop.Size()", "Shop.Size"),
            ("Shop.Size(a=B add 1, b=[1])/C", "Shop.Size"),
            ("A/$filter(B eq 1)/$count", "$filter(...) in a path"),
            ("A/$filter(B)/any(x:x)", "$filter(...) in a path"),
        ] {
            assert_eq!(filter(text).unwrap().term, Term::Unknown(name.to_owned()), "{text}");
        }
    }

    #[test]
    fn mistakes_have_their_position() {
        for (text, position) in [
            ("$root", 0),
            ("$count", 0),
            ("A/", 2),
            ("A//B", 2),
            ("A/1", 2),
            ("/A", 0),
            ("@", 1),
            ("A/$value", 2),
            ("A/$count/B", 8),
            ("A/$count()", 9),
            ("A/$count($top=1)", 9),
            ("A/any(x)", 7),
            ("A/any(x:)", 8),
            ("A/any(1:2)", 6),
            ("A/all()", 6),
            ("A/any(x:x y)", 10),
            ("any(x:x)", 0),
            ("A/Nope(B)", 2),
            ("A/Shop.Size(1 add 1)", 12),
            ("A/$filter()", 10),
            ("@Core.Description#", 18),
            ("A.", 1),
        ] {
            let error = filter(text).unwrap_err();
            assert!(error.message().ends_with(&format!(" at position {position}.")), "{text}: {error}");
        }
    }
}
