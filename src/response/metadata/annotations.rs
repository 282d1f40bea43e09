//! The model and the state of the gateway -> annotations, for both notations of the metadata document.
//!
//! What a newcomer would get wrong: `DefaultCapabilities` could say once for all entity sets what they cannot do, but clients look at
//! the set, so it is said of each.
//!
//! Sources: the vocabularies `Org.OData.Core.V1` and `Org.OData.Capabilities.V1`, CSDL 4.01 section 14.

use std::borrow::Cow;

use super::capabilities::{of_entity_set, of_service};
use super::{container_name, entity_type_name};
use crate::edm::{Edm, EntitySet, Property};

/// A vocabulary that the document draws on (CSDL 4.01 sections 4.1 and 14).
pub(super) struct Vocabulary {
    /// What stands before the dot in the names of its terms.
    pub(super) alias: &'static str,
    /// Its namespace; also the name of the document that defines it.
    pub(super) namespace: &'static str,
    /// Where that document is.
    folder: &'static str,
}

/// Where the vocabularies of OData's makers are found.
const OF_ODATA: &str = "https://oasis-tcs.github.io/odata-vocabularies/vocabularies";
/// Where ours is, as seen from the service root.
const OF_OURS: &str = "../schemas";

/// Every vocabulary whose terms are used below, or in answers.
pub(super) const VOCABULARIES: [Vocabulary; 3] = [
    Vocabulary { alias: "Core", namespace: "Org.OData.Core.V1", folder: OF_ODATA },
    Vocabulary { alias: "Capabilities", namespace: "Org.OData.Capabilities.V1", folder: OF_ODATA },
    Vocabulary { alias: "Tracking", namespace: TRACKING, folder: OF_OURS },
];

/// The vocabulary that says what others have no term for.
pub(in crate::response) const TRACKING: &str = "Deltalink.Tracking.V1";

impl Vocabulary {
    /// Where its document is found in the format `extension`.
    pub(super) fn uri(&self, extension: &str) -> String {
        format!("{}/{}.{extension}", self.folder, self.namespace)
    }
}

/// Annotations with external targeting (CSDL 4.01 section 5.2).
pub(super) struct Annotations {
    /// The path of the annotated element.
    pub(super) target: String,
    /// What is said of it.
    pub(super) annotations: Vec<Annotation>,
}

/// A term applied to a model element (CSDL 4.01 section 14.2).
pub(super) struct Annotation {
    /// The term's name, with the vocabulary's alias.
    pub(super) term: &'static str,
    /// The value.
    pub(super) value: Expression,
}

/// A constant expression (CSDL 4.01 section 14.3), a collection or a record (section 14.4).
pub(super) enum Expression {
    Boolean(bool),
    Collection(Vec<Expression>),
    EnumMember {
        ty: &'static str,
        member: &'static str,
    },
    /// Names a property of the annotated entity type, or of the annotated set's.
    PropertyPath(String),
    Integer(u32),
    Record(Vec<(&'static str, Expression)>),
    String(Cow<'static, str>),
}

/// What is said of the container, of each entity set, of its entity type and of properties.
///
/// All of it with external targeting, because some readers pass over annotations inside the annotated element.
pub(super) fn annotations(edm: &Edm) -> Vec<Annotations> {
    let container = container_name(&edm.namespace);
    let mut all = vec![Annotations { target: container.clone(), annotations: of_service(edm) }];
    for set in edm.sets() {
        all.push(Annotations { target: format!("{container}/{}", set.name), annotations: of_entity_set(edm, set) });
        let entity_type = entity_type_name(&edm.namespace, set);
        if !set.alternate_keys.is_empty() {
            let annotations = vec![annotation("Core.AlternateKeys", alternate_keys(set))];
            all.push(Annotations { target: entity_type.clone(), annotations });
        }
        let properties = set.properties.iter().map(|property| Annotations {
            target: format!("{entity_type}/{}", property.name),
            annotations: of_property(property),
        });
        all.extend(properties.filter(|about| !about.annotations.is_empty()));
    }
    all
}

/// In addresses, properties of an alternate key go by their own names.
fn alternate_keys(set: &EntitySet) -> Expression {
    let part = |&place: &usize| {
        let name = &set.properties[place].name;
        Expression::Record(vec![
            ("Name", Expression::PropertyPath(name.clone())),
            ("Alias", Expression::String(name.clone().into())),
        ])
    };
    let key =
        |key: &Vec<usize>| Expression::Record(vec![("Key", Expression::Collection(key.iter().map(part).collect()))]);
    Expression::Collection(set.alternate_keys.iter().map(key).collect())
}

/// What the database's documentation says of it, and whether its values are made by the database.
fn of_property(property: &Property) -> Vec<Annotation> {
    let description = property.description.iter().map(|text| description(text));
    description.chain(property.computed.then(|| flag("Core.Computed", true))).collect()
}

pub(super) fn description(text: &str) -> Annotation {
    annotation("Core.Description", Expression::String(text.to_owned().into()))
}

/// Whether delta links are given out, and that their requests allow neither `$filter` nor `$expand`.
pub(super) fn change_tracking(set: &EntitySet) -> Expression {
    let supported = ("Supported", Expression::Boolean(set.changes.is_some()));
    if set.changes.is_none() {
        return Expression::Record(vec![supported]);
    }
    Expression::Record(vec![
        supported,
        ("FilterableProperties", Expression::Collection(Vec::new())),
        ("ExpandableProperties", Expression::Collection(Vec::new())),
    ])
}

pub(super) fn strings(all: &[&'static str]) -> Expression {
    Expression::Collection(all.iter().map(|&string| Expression::String(string.into())).collect())
}

pub(super) fn annotation(term: &'static str, value: Expression) -> Annotation {
    Annotation { term, value }
}

/// A term of the type `Core.Tag`.
pub(super) fn flag(term: &'static str, value: bool) -> Annotation {
    annotation(term, Expression::Boolean(value))
}

/// A term whose record needs one Boolean property.
pub(super) fn restriction(term: &'static str, property: &'static str, value: bool) -> Annotation {
    annotation(term, Expression::Record(vec![(property, Expression::Boolean(value))]))
}

#[cfg(test)]
mod tests {
    use super::super::tests::shop;
    use super::*;

    #[test]
    fn every_set_is_annotated_and_so_are_computed_properties() {
        let targets: Vec<String> = annotations(&shop("Shop")).into_iter().map(|about| about.target).collect();
        let expected = [
            "Shop.Container",
            "Shop.Container/Orders",
            "Shop.Model.Orders/Total",
            "Shop.Container/Rates",
            "Shop.Model.Rates",
        ];
        assert_eq!(targets, expected);
    }

    #[test]
    fn an_alternate_key_is_told_of_the_entity_type() {
        let all = annotations(&shop("Shop"));
        let of_type = all.iter().find(|about| about.target == "Shop.Model.Rates").unwrap();
        let [Annotation { term: "Core.AlternateKeys", value: Expression::Collection(keys) }] = &of_type.annotations[..]
        else {
            panic!("another annotation")
        };
        let [Expression::Record(key)] = &keys[..] else { panic!("not one record") };
        let [("Key", Expression::Collection(parts))] = &key[..] else { panic!("not one collection") };
        let names = parts.iter().map(|part| match part {
            Expression::Record(part) => match &part[..] {
                [("Name", Expression::PropertyPath(name)), ("Alias", Expression::String(alias))] => {
                    (name.as_str(), alias.as_ref())
                }
                _ => panic!("not name and alias"),
            },
            _ => panic!("not a record"),
        });
        assert_eq!(names.collect::<Vec<_>>(), [("Rate", "Rate"), ("Currency", "Currency")]);
    }

    #[test]
    fn only_tracked_sets_support_change_tracking() {
        let edm = shop("Shop");
        let tracking = |name| match change_tracking(edm.set(name).unwrap()) {
            Expression::Record(properties) => (matches!(properties[0].1, Expression::Boolean(true)), properties.len()),
            _ => panic!("not a record"),
        };
        assert_eq!(tracking("Orders"), (true, 3));
        assert_eq!(tracking("Rates"), (false, 1));
    }

    #[test]
    fn every_term_belongs_to_a_vocabulary_that_is_referenced() {
        for annotation in annotations(&shop("Shop")).iter().flat_map(|about| &about.annotations) {
            let alias = annotation.term.split('.').next();
            assert!(VOCABULARIES.iter().any(|vocabulary| Some(vocabulary.alias) == alias), "{}", annotation.term);
        }
    }
}
