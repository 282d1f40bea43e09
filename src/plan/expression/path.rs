//! A path -> the property, or the related entities, that it leads to.

use std::borrow::Cow;
use std::sync::Arc;

use super::resolve::{DEEPEST, Resolver, UNNAMED};
use super::{About, Class, Comparison, Form, Hop, PropertyPath, Related, Typed, Variable};
use crate::edm::{Edm, EntitySet, NavigationProperty};
use crate::error::{Error, ErrorKind, Result};
use crate::odata::expression::{Constant, Expression, Step, Term, expression};
use crate::plan::cast;

/// Navigation properties in a path, at most: SQLite joins 64 tables, and the databases' patience ends before.
const FURTHEST: usize = 16;

/// A place on the way.
struct Place {
    from: Variable,
    hops: Vec<Hop>,
    set: Arc<EntitySet>,
    /// Whether the last step led to many.
    many: bool,
}

impl Resolver<'_> {
    pub(super) fn path(&mut self, steps: &[Step]) -> Result<Typed> {
        match self.entity(steps)? {
            (_, []) => Err(self.wrong(&format!("\"{}\" leads to an entity, not to a value", last_name(steps)))),
            (place, [step, behind @ ..]) if place.many => self.related(place, step, behind),
            (place, [Step::Name(name), behind @ ..]) => self.property(place, name, behind),
            (_, [step, ..]) => Err(self.no_such_step(step, false)),
        }
    }

    /// A navigation property to one entity, compared with `null`: whether there is none.
    pub(super) fn absence(
        &mut self,
        comparison: Comparison,
        left: &Expression,
        right: &Expression,
    ) -> Result<Option<Typed>> {
        let (left, right) = (self.meant(left)?, self.meant(right)?);
        let is_null = |side: &Expression| side.term == Term::Constant(Constant::Null);
        let other = if is_null(&right) { &left } else { &right };
        let Term::Path(steps) = &other.term else { return Ok(None) };
        if !is_null(&left) && !is_null(&right) {
            return Ok(None);
        }
        let (place, rest) = self.entity(steps)?;
        if !rest.is_empty() || place.many || place.hops.is_empty() {
            return Ok(None);
        }
        let there = self.related(place, &Step::Any(None), &[])?;
        match comparison {
            Comparison::Ne => Ok(Some(there)),
            Comparison::Eq => {
                let form = Form::Not(Box::new(there));
                Ok(Some(Typed { form, class: Class::Boolean, nullable: false }))
            }
            _ => Err(self.wrong("an entity has no order")),
        }
    }

    /// What an expression stands for: another one, where it is a parameter alias.
    fn meant<'e>(&self, given: &'e Expression) -> Result<Cow<'e, Expression>> {
        let mut meant = Cow::Borrowed(given);
        // Aliases that stand for each other never end; that is told when they are resolved.
        for _ in 0..DEEPEST {
            let Term::Alias(alias) = &meant.term else { break };
            let term = match self.options.alias(alias) {
                Some(text) => expression(text)?.term,
                None => Term::Constant(Constant::Null),
            };
            meant = Cow::Owned(Expression { at: given.at, term });
        }
        Ok(meant)
    }

    /// How far a path leads from one entity to the next, at last to many; and what of it is left.
    fn entity<'s>(&self, steps: &'s [Step]) -> Result<(Place, &'s [Step])> {
        let (mut place, mut rest) = self.beginning(steps)?;
        while let [step, behind @ ..] = rest {
            match step {
                Step::Name(name) if !place.many => {
                    let set = Arc::clone(&place.set);
                    let Some(navigation) = set.navigation_property(name) else { break };
                    if place.hops.len() == FURTHEST {
                        return Err(self.wrong(&format!("a path follows more than {FURTHEST} navigation properties")));
                    }
                    place = place.follow(self.edm, navigation)?;
                }
                Step::Qualified(name) => cast::check(self.edm, &place.set, name, self.part)?,
                _ => break,
            }
            rest = behind;
        }
        Ok((place, rest))
    }

    /// Where a path begins, and what of it is left.
    fn beginning<'s>(&self, steps: &'s [Step]) -> Result<(Place, &'s [Step])> {
        let named = |name: &str| self.variables.iter().rev().find(|variable| variable.name == name);
        let unnamed = || named(UNNAMED);
        let (variable, rest) = match steps {
            [Step::It, rest @ ..] if !self.nested => (self.variables.first(), rest),
            [Step::Name(name), rest @ ..] => match named(name) {
                Some(variable) => (Some(variable), rest),
                None => (unnamed(), steps),
            },
            [Step::Root, ..] => return Err(self.not_supported("$root")),
            [Step::This, ..] => return Err(self.not_supported("$this")),
            [Step::It, ..] => return Err(self.not_supported("$it inside of $expand")),
            _ => (unnamed(), steps),
        };
        let variable = variable.ok_or_else(|| Error::internal("an expression without a row"))?;
        let (from, set) = (variable.variable, Arc::clone(&variable.set));
        Ok((Place { from, hops: Vec::new(), set, many: false }, rest))
    }

    fn property(&self, place: Place, name: &str, behind: &[Step]) -> Result<Typed> {
        let Some(property) = place.set.property(name) else {
            let message = format!("\"{}\" has no property \"{name}\".", place.set.name);
            return Err(Error::new(ErrorKind::PropertyNotFound, message).about(self.part));
        };
        if let [step, ..] = behind {
            return Err(self.no_such_step(step, false));
        }
        let model = &place.set.properties[property];
        // Behind a reference there may be nothing, whatever is declared: a foreign key may not be enforced, or an entity not to be seen.
        let (class, nullable) = (Class::of(model.ty), model.nullable || !place.hops.is_empty());
        let path = PropertyPath { from: place.from, hops: place.hops, set: place.set, property };
        Ok(Typed { form: Form::Property(path), class, nullable })
    }

    /// What `step` says about the entities that the way leads to.
    fn related(&mut self, place: Place, step: &Step, behind: &[Step]) -> Result<Typed> {
        let (set, member) = (&place.set, self.new_variable());
        let (about, predicate) = match step {
            Step::All(lambda) => (About::All, Some(self.member(lambda, member, set)?)),
            Step::Any(Some(lambda)) => (About::Any, Some(self.member(lambda, member, set)?)),
            Step::Any(None) => (About::Any, None),
            Step::Count(Some(options)) => (About::Count, self.counted(options, member, set)?),
            Step::Count(None) => (About::Count, None),
            step => return Err(self.no_such_step(step, place.many)),
        };
        if let [step, ..] = behind {
            return Err(self.no_such_step(step, false));
        }
        let class = if about == About::Count { Class::Integer } else { Class::Boolean };
        let predicate = predicate.map(Box::new);
        let related = Related { about, from: place.from, hops: place.hops, member, predicate };
        Ok(Typed { form: Form::Related(related), class, nullable: false })
    }

    fn no_such_step(&self, step: &Step, many: bool) -> Error {
        match step {
            Step::Annotation(name) => self.not_supported(name),
            Step::Key(_) => self.not_supported("a key inside of a path"),
            Step::Root => self.not_supported("$root"),
            Step::Name(name) if many => {
                self.wrong(&format!("\"{name}\" stands behind a collection: \"any\", \"all\" or \"$count\" do there"))
            }
            Step::Name(name) | Step::Qualified(name) => {
                self.wrong(&format!("\"{name}\" stands behind a value that has no properties"))
            }
            Step::All(_) | Step::Any(_) | Step::Count(_) => {
                self.wrong("\"any\", \"all\" and \"$count\" need a collection before them")
            }
            Step::It | Step::This => self.wrong("\"$it\" and \"$this\" begin a path"),
        }
    }
}

impl Place {
    fn follow(self, edm: &Edm, navigation: &NavigationProperty) -> Result<Self> {
        let missing = || Error::internal("a navigation property leads to no entity set");
        let set = Arc::clone(edm.set(&navigation.target).ok_or_else(missing)?);
        let mut hops = self.hops;
        hops.push(Hop { from: self.set, to: Arc::clone(&set), pairs: navigation.pairs.clone() });
        Ok(Self { from: self.from, hops, set, many: navigation.many })
    }
}

fn last_name(steps: &[Step]) -> &str {
    steps
        .iter()
        .rev()
        .find_map(|step| if let Step::Name(name) = step { Some(name.as_str()) } else { None })
        .unwrap_or("$it")
}
