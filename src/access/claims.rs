//! A row filter in which `@name` stands for a claim -> the same with the values of a principal in their places.
//!
//! A newcomer's trap: a value is never made text that is read again. It takes its place in the tree as one literal, so whatever it holds,
//! it is one literal. And a text without anything in it is no value: every text begins with it, contains it and comes behind it, so a filter
//! that was to narrow would let everything through.

use std::collections::BTreeSet;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::{Claim, Claims};
use crate::error::{Error, ErrorKind, Result};
use crate::odata::expression::{Constant, Expression, Function, Term};

/// What stands in the place of a claim.
#[derive(Clone, Copy, Debug)]
pub(super) enum Values<'a> {
    /// What a principal has.
    Of(&'a Claims),
    /// Nothing is known of them yet.
    Unknown,
}

/// `filter` with `values` in it.
///
/// # Errors
/// `InvalidValue` where there is no value, or one that cannot stand there, and where the filter asks for the time.
pub(super) fn filled(filter: &Expression, values: Values<'_>) -> Result<Expression> {
    let mut filled = filter.clone();
    fill(&mut filled, values)?;
    Ok(filled)
}

/// The names of the claims that `filter` needs.
pub(super) fn named(filter: &Expression) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    walk(&mut filter.clone(), &mut |term| {
        if let Term::Alias(alias) = term {
            names.insert(name(alias).to_owned());
        }
        Ok(())
    })
    .unwrap_or_default();
    names
}

fn fill(filter: &mut Expression, values: Values<'_>) -> Result<()> {
    walk(filter, &mut |term| {
        match term {
            Term::Alias(alias) => *term = Term::Constant(values.one(alias)?),
            Term::In(_, list) => {
                if let Term::Alias(alias) = &list.term {
                    let of = |constant| Expression { at: list.at, term: Term::Constant(constant) };
                    list.term = Term::List(values.many(alias)?.into_iter().map(of).collect());
                }
            }
            Term::Call(Function::Now, _) => {
                return Err(wrong(
                    "it asks for the time; when that goes on, nothing would tell copies what comes or goes",
                ));
            }
            _ => {}
        }
        Ok(())
    })
}

/// Every term, from the outside in. What stands inside of a path is about other entities, and no row filter.
fn walk(filter: &mut Expression, visit: &mut dyn FnMut(&mut Term) -> Result<()>) -> Result<()> {
    visit(&mut filter.term)?;
    match &mut filter.term {
        Term::Binary(_, left, right) | Term::In(left, right) => {
            walk(left, visit)?;
            walk(right, visit)
        }
        Term::Call(_, operands) | Term::List(operands) => operands.iter_mut().try_for_each(|one| walk(one, visit)),
        Term::Case(cases) => cases.iter_mut().try_for_each(|(when, then)| {
            walk(when, visit)?;
            walk(then, visit)
        }),
        Term::Unary(_, operand) => walk(operand, visit),
        Term::Alias(_) | Term::Constant(_) | Term::Path(_) | Term::Unknown(_) => Ok(()),
    }
}

impl Values<'_> {
    /// The one value of a claim.
    fn one(self, alias: &str) -> Result<Constant> {
        match self.of(alias)? {
            None => Ok(Constant::Null),
            Some(claim) => constant(claim)
                .ok_or_else(|| wrong(&format!("{alias} is a list, which can stand on the right of \"in\" only"))),
        }
    }

    /// The values of a claim, which may be one.
    fn many(self, alias: &str) -> Result<Vec<Constant>> {
        let nested = || wrong(&format!("{alias} is a list of lists"));
        match self.of(alias)? {
            None => Ok(vec![Constant::Null]),
            Some(Claim::List(members)) => members.iter().map(|member| constant(member).ok_or_else(nested)).collect(),
            Some(one) => constant(one).map(|one| vec![one]).ok_or_else(nested),
        }
    }

    /// The claim; nothing where none are known.
    fn of(&self, alias: &str) -> Result<Option<&Claim>> {
        match self {
            Self::Unknown => Ok(None),
            Self::Of(claims) => match claims.get(name(alias)) {
                Some(claim) if is_empty(claim) => {
                    Err(wrong(&format!("the claim {alias} is empty, or has an empty member")))
                }
                Some(claim) => Ok(Some(claim)),
                None => Err(wrong(&format!("there is no claim {alias}"))),
            },
        }
    }
}

/// Whether there is a text in it that says nothing.
fn is_empty(claim: &Claim) -> bool {
    match claim {
        Claim::Text(text) => text.chars().all(says_nothing),
        Claim::List(members) => members.iter().any(is_empty),
        Claim::Boolean(_) | Claim::Number(_) => false,
    }
}

/// Whether a text of such characters alone may be an empty one to a database. SQL Server does not see blanks at the end of a text, and its
/// collations give no weight to what cannot be seen, to characters that they do not know, and, some of them, to marks without a letter.
fn says_nothing(character: char) -> bool {
    use GeneralCategory as C;
    /// Letters to Unicode, and nothing to see: the fillers of Hangul.
    const FILLERS: [char; 4] = ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}'];
    if character.is_ascii() {
        return character.is_ascii_whitespace() || character.is_ascii_control();
    }
    let of_no_weight = matches!(
        character.general_category(),
        C::Control
            | C::Format
            | C::Unassigned
            | C::PrivateUse
            | C::NonspacingMark
            | C::EnclosingMark
            | C::SpaceSeparator
            | C::LineSeparator
            | C::ParagraphSeparator
    );
    of_no_weight || FILLERS.contains(&character)
}

fn constant(claim: &Claim) -> Option<Constant> {
    match claim {
        Claim::Boolean(is) => Some(Constant::Boolean(*is)),
        Claim::Number(number) => Some(Constant::Integer(number.to_string())),
        Claim::Text(text) => Some(Constant::String(text.clone())),
        Claim::List(_) => None,
    }
}

/// `@name` without its sign.
fn name(alias: &str) -> &str {
    alias.strip_prefix('@').unwrap_or(alias)
}

/// The values themselves are no part of a message: it goes to the log.
fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::InvalidValue, format!("The row filter cannot be applied: {what}."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::odata::expression::filter;

    fn claims(name: &str, claim: Claim) -> Claims {
        Claims::from([(name.to_owned(), claim)])
    }

    proptest! {
        #[test]
        fn whatever_a_claim_holds_it_becomes_one_literal(text in "\\PC{0,40}|['()@, a-z0-9%=]{0,20}|' or 1 eq 1|true|null") {
            prop_assume!(!text.chars().all(says_nothing));
            let filter = filter("Region eq @region and Id gt 0").unwrap();
            let filled = filled(&filter, Values::Of(&claims("region", Claim::Text(text.clone())))).unwrap();
            let Term::Binary(_, left, _) = &filled.term else { panic!("{filled:?}") };
            let Term::Binary(_, _, value) = &left.term else { panic!("{left:?}") };
            prop_assert_eq!(&value.term, &Term::Constant(Constant::String(text)));
        }
    }

    #[test]
    fn a_list_stands_behind_in_only() {
        let regions = claims("r", Claim::List(vec![Claim::Text("a".to_owned()), Claim::Number(5)]));
        let listed = filled(&filter("Region in @r").unwrap(), Values::Of(&regions)).unwrap();
        let Term::In(_, list) = &listed.term else { panic!("{listed:?}") };
        let Term::List(members) = &list.term else { panic!("{list:?}") };
        assert_eq!(members.len(), 2);
        let scalar = claims("r", Claim::Number(1));
        assert!(filled(&filter("Region in @r").unwrap(), Values::Of(&scalar)).is_ok(), "one is a list of one");
        for refused in ["Region eq @r", "Region in (@r,'b')", "Region in @lacking", "Region eq @lacking"] {
            assert!(filled(&filter(refused).unwrap(), Values::Of(&regions)).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_text_without_anything_in_it_is_no_value() {
        for nothing in [
            "",
            " ",
            "\t ",
            "\u{a0}",
            "\u{0}",
            "\u{200b}",
            "\u{feff} ",
            "\u{ad}\u{2060}",
            "\u{3164}",
            "\u{fe0f}",
            "\u{e0001}",
            "\u{301}",
            "\u{378}",
            "\u{e000}",
        ] {
            let text = || Claim::Text(nothing.to_owned());
            let lists = [text(), Claim::List(vec![Claim::Text("north".to_owned()), text()])];
            for part in
                ["startswith(A,@r)", "contains(A,@r)", "endswith(A,@r)", "A ge @r", "indexof(A,@r) eq 0", "A eq @r"]
            {
                let outcome = filled(&filter(part).unwrap(), Values::Of(&claims("r", text())));
                assert!(outcome.is_err(), "{part} with {nothing:?}");
            }
            for list in lists {
                assert!(filled(&filter("A in @r").unwrap(), Values::Of(&claims("r", list))).is_err());
            }
        }
    }

    #[test]
    fn a_text_with_something_in_it_is_a_value() {
        for something in ["0", "-", "\u{200b}north", "e\u{301}", "\u{5317}", "\u{20000}", "\u{1f600}"] {
            let claims = claims("r", Claim::Text(something.to_owned()));
            assert!(filled(&filter("A eq @r").unwrap(), Values::Of(&claims)).is_ok(), "{something:?}");
        }
    }

    #[test]
    fn claims_are_named_wherever_they_stand() {
        let filter = filter("A eq @a or not (B in @b and startswith(C,@c)) or case(D eq @d:true,true:@e)").unwrap();
        assert_eq!(named(&filter), ["a", "b", "c", "d", "e"].map(str::to_owned).into());
    }
}
