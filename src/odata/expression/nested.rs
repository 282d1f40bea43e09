//! Options in parentheses, behind a property that is expanded, selected or counted.
//!
//! A newcomer's trap: names come with or without `$` and in any case here too, but each of them only where it means
//! something; `$ref` cannot be expanded any further.

use std::collections::BTreeSet;

use super::cursor::Cursor;
use super::operator::expression;
use super::{ExpandOptions, value};
use crate::error::{Error, ErrorKind, Result};
use crate::odata::SystemOption;

/// What options stand behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `.../$count`
    Count,
    /// A navigation property.
    Expand,
    /// `.../$ref`
    Reference,
    /// A property in `$select`.
    Select,
    /// `*`
    Star,
}

impl Place {
    /// ```text
    /// expandCountOption = filter / search
    /// expandRefOption   = expandCountOption / orderby / skip / top / inlinecount
    /// expandOption      = expandRefOption / select / expand / compute / levels / aliasAndValue
    /// selectOption      = filter / search / inlinecount / orderby / skip / top / compute / select / aliasAndValue
    /// ```
    /// `$apply` is from the extension for aggregation.
    fn allows(self, option: SystemOption) -> bool {
        use SystemOption as O;
        match option {
            O::Filter | O::Search => self != Self::Star,
            O::Count | O::OrderBy | O::Skip | O::Top => !matches!(self, Self::Count | Self::Star),
            O::Compute | O::Select => matches!(self, Self::Expand | Self::Select),
            O::Apply | O::Expand => self == Self::Expand,
            O::Levels => matches!(self, Self::Expand | Self::Star),
            _ => false,
        }
    }

    fn has_aliases(self) -> bool {
        matches!(self, Self::Expand | Self::Select)
    }
}

/// Reads options and their parentheses.
/// ```text
/// OPEN expandOption *( SEMI expandOption ) CLOSE
/// ```
pub(super) fn options(cursor: &mut Cursor<'_>, place: Place) -> Result<ExpandOptions> {
    let mut options = ExpandOptions::default();
    let mut given = BTreeSet::new();
    cursor.enter()?;
    cursor.expect("(", "an opening parenthesis")?;
    loop {
        cursor.blanks();
        option(cursor, place, &mut given, &mut options)?;
        cursor.blanks();
        if cursor.eat(")") {
            cursor.leave();
            return Ok(options);
        }
        cursor.expect(";", "a semicolon or a closing parenthesis")?;
    }
}

/// One option and its value. `given` are the names of those before it.
fn option(
    cursor: &mut Cursor<'_>,
    place: Place,
    given: &mut BTreeSet<String>,
    options: &mut ExpandOptions,
) -> Result<()> {
    let at = cursor.at();
    let alias = place.has_aliases() && cursor.eat("@");
    if !alias {
        cursor.eat("$");
    }
    if cursor.identifier().is_none() {
        return Err(cursor.expected_at(at, "the name of a query option"));
    }
    let name = cursor.since(at);
    let known = if alias { None } else { Some(known(cursor, place, name, at)?) };
    if !given.insert(known.map_or_else(|| name.to_owned(), |option| option.name().to_owned())) {
        let message = format!("The query option \"{name}\" was given more than once at position {at}.");
        return Err(Error::new(ErrorKind::QueryOptionRepeated, message).about(name));
    }
    cursor.expect("=", "an equals sign")?;
    let Some(option) = known else {
        options.unknown.push(name.to_owned());
        return expression(cursor).map(drop);
    };
    let start = cursor.at();
    value::value(cursor, option, options)?;
    options.written.0.push((option, cursor.since(start).to_owned()));
    Ok(())
}

/// The option of that name, if it has a meaning here.
fn known(cursor: &Cursor<'_>, place: Place, name: &str, at: usize) -> Result<SystemOption> {
    let Some(option) = SystemOption::named(name) else {
        let message = format!("The query option \"{name}\" is unknown at position {at}.");
        return Err(Error::new(ErrorKind::UnknownQueryOption, message).about(name));
    };
    if place.allows(option) {
        return Ok(option);
    }
    Err(cursor.refused(at, &format!("\"{}\" cannot stand here,", option.name())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odata::expression::{ExpandPath, expand, rendered::rendered};

    fn within(text: &str) -> ExpandOptions {
        let mut items = expand(&format!("A({text})")).unwrap();
        items.remove(0).options
    }

    #[test]
    fn every_option_has_its_value() {
        let given = within(
            "$filter=B eq ';)';$orderby=C desc,D;$top=3;$skip=2;$count=true;$search=\"x;)\" y;$select=E,F/G;\
             $expand=H($top=1),I;$levels=4",
        );
        assert_eq!(rendered(given.filter.as_ref().unwrap()), "(B eq ';)')");
        assert_eq!(given.order.iter().map(|item| item.descending).collect::<Vec<_>>(), [true, false]);
        assert_eq!((given.top, given.skip, given.count, given.levels), (Some(3), Some(2), Some(true), Some(4)));
        assert_eq!(given.select, Some(vec!["E".to_owned(), "F/G".to_owned()]));
        assert_eq!(
            (given.expand[0].options.top, &given.expand[1].path),
            (Some(1), &ExpandPath::Names(vec!["I".to_owned()]))
        );
        assert!(given.search.is_some() && given.unknown.is_empty());
    }

    #[test]
    fn names_come_in_any_case_and_without_their_sign() {
        let given = within(" TOP=1 ; $OrderBy=B ; Levels=MAX;count=FALSE");
        assert_eq!((given.top, given.levels, given.count), (Some(1), Some(u32::MAX), Some(false)));
        assert_eq!(given.order.len(), 1);
    }

    #[test]
    fn what_the_tree_has_not_is_read_over_and_named() {
        let given =
            within("$compute=B mul (C add 1) as D, E as F;@p=[1,2];apply=filter(G eq ';)')/aggregate(H with sum as I)");
        assert_eq!(given.unknown, ["$compute", "@p", "$apply"]);
    }

    #[test]
    fn mistakes_are_told_with_their_code_and_position() {
        for (text, code, position) in [
            ("A($top=1;top=2)", "QueryOptionRepeated", 9),
            ("A(@p=1;@p=2)", "QueryOptionRepeated", 7),
            ("A($nope=1)", "UnknownQueryOption", 2),
            ("A(nope=1)", "UnknownQueryOption", 2),
            ("A($format=json)", "SyntaxError", 2),
            ("A($skiptoken=1)", "SyntaxError", 2),
            ("A/$ref($select=B)", "SyntaxError", 7),
            ("A/$ref(@p=1)", "SyntaxError", 7),
            ("A/$count($top=1)", "SyntaxError", 9),
            ("*($top=1)", "SyntaxError", 2),
            ("A($top)", "SyntaxError", 6),
            ("A($top =1)", "SyntaxError", 6),
            ("A($top=)", "SyntaxError", 7),
            ("A($top=-1)", "SyntaxError", 7),
            ("A($top=99999999999999999999)", "SyntaxError", 7),
            ("A($levels=0)", "SyntaxError", 10),
            ("A($levels=04)", "SyntaxError", 10),
            ("A($levels=9999999999)", "SyntaxError", 10),
            ("A($count=1)", "SyntaxError", 9),
            ("A($filter=B eq)", "SyntaxError", 14),
            ("A($filter=B,C)", "SyntaxError", 11),
            ("A($compute=B)", "SyntaxError", 12),
            ("A($expand=B($filter=C eq 'x))", "SyntaxError", 29),
            ("A($search=gr(een)", "SyntaxError", 12),
            ("A(=1)", "SyntaxError", 2),
        ] {
            let error = expand(text).unwrap_err();
            assert_eq!((error.kind().code(), error.kind().status()), (code, 400), "{text}: {error}");
            assert!(error.message().ends_with(&format!(" at position {position}.")), "{text}: {error}");
        }
        assert!(expand("A($search='gr(een';$levels=max),B/$ref($top=1),B/$count($filter=C)").is_ok());
    }

    #[test]
    fn deep_nesting_is_refused_on_a_small_stack() {
        for (start, open) in [("", "A($expand="), ("", "A($select="), ("A($filter=", "B/any(x:x/$count($filter=")] {
            let error = expand(&(start.to_owned() + &open.repeat(16_000 / open.len()))).unwrap_err();
            assert!(error.message().contains("levels deep") && error.kind().status() == 400, "{error}");
        }
        let fifty = format!("{}A{}", "A($expand=".repeat(50), ")".repeat(50));
        assert!(expand(&fifty).is_ok());
        let last = "1 add ".repeat(1_000);
        assert!(expand(&format!("{}A($filter={last}1){}", "A($expand=".repeat(60), ")".repeat(60))).is_err());
    }
}
