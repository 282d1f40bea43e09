//! The values of options in parentheses.

use super::cursor::Cursor;
use super::operator::expression;
use super::{ExpandOptions, constant, expand, order, search, select, shallow};
use crate::error::Result;
use crate::odata::SystemOption;

/// Reads the value of `option`, and keeps it in `options`.
pub(super) fn value(cursor: &mut Cursor<'_>, option: SystemOption, options: &mut ExpandOptions) -> Result<()> {
    use SystemOption as O;
    match option {
        O::Count => options.count = Some(boolean(cursor)?),
        O::Expand => options.expand = expand::expand(cursor)?,
        O::Filter => options.filter = Some(shallow(cursor)?),
        O::Levels => options.levels = Some(levels(cursor)?),
        O::OrderBy => options.order = order::order(cursor)?,
        O::Search => options.search = Some(search::search(cursor)?),
        O::Select => options.select = Some(select::items(cursor)?.into_iter().map(str::to_owned).collect()),
        O::Skip => options.skip = Some(number(cursor, "a whole number, 0 or more")?),
        O::Top => options.top = Some(number(cursor, "a whole number, 0 or more")?),
        _ => {
            options.unknown.push(option.name().to_owned());
            return if option == O::Compute { compute(cursor) } else { skip(cursor) };
        }
    }
    Ok(())
}

fn boolean(cursor: &mut Cursor<'_>) -> Result<bool> {
    let yes = cursor.word("true");
    if yes || cursor.word("false") { Ok(yes) } else { Err(cursor.expected("true or false")) }
}

fn number<N: std::str::FromStr>(cursor: &mut Cursor<'_>, expected: &str) -> Result<N> {
    let at = cursor.at();
    let digits = cursor.take(|character| character.is_ascii_digit());
    digits.parse().map_err(|_| cursor.expected_at(at, expected))
}

/// ```text
/// levels = ( "$levels" / "levels" ) EQ ( oneToNine *DIGIT / "max" )
/// ```
fn levels(cursor: &mut Cursor<'_>) -> Result<u32> {
    let expected = "a whole number, 1 or more, or max";
    if cursor.word("max") {
        return Ok(u32::MAX);
    }
    if cursor.peek() == Some('0') { Err(cursor.expected(expected)) } else { number(cursor, expected) }
}

/// ```text
/// compute     = ( "$compute" / "compute" ) EQ computeItem *( COMMA computeItem )
/// computeItem = commonExpr RWS "as" RWS computedProperty
/// ```
fn compute(cursor: &mut Cursor<'_>) -> Result<()> {
    loop {
        cursor.blanks();
        expression(cursor)?;
        let named = cursor.blanks() && cursor.word("as") && cursor.blanks() && cursor.identifier().is_some();
        if !named {
            return Err(cursor.expected("'as' and the name of the computed property"));
        }
        cursor.blanks();
        if !cursor.eat(",") {
            return Ok(());
        }
    }
}

/// Reads over a value whose grammar is not known here: up to a semicolon or parenthesis that is not within it.
fn skip(cursor: &mut Cursor<'_>) -> Result<()> {
    let mut open = 0_usize;
    loop {
        cursor.take(|character| !matches!(character, '\'' | '(' | ')' | ';'));
        match cursor.peek() {
            Some('\'') => {
                constant::quoted(cursor)?;
            }
            Some('(') => {
                cursor.eat("(");
                open += 1;
            }
            Some(';') if open > 0 => {
                cursor.eat(";");
            }
            Some(')') if open > 0 => {
                cursor.eat(")");
                open -= 1;
            }
            _ => return Ok(()),
        }
    }
}
