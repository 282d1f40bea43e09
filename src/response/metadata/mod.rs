//! The model -> the metadata document `$metadata`, in XML and in JSON.
//!
//! Both documents say the same, so whatever is more than notation stands here and in `annotations`; `xml` and `json`
//! only write it down. What a newcomer would get wrong is one schema for everything: entity types bear the names of
//! tables, and a table named `Container` would then clash with the entity container. Hence two namespaces.

mod annotations;
mod capabilities;
mod json;
mod xml;

pub(super) use annotations::TRACKING;
pub use json::csdl_json;
pub use xml::csdl_xml;

use crate::edm::{Edm, EdmType, EntitySet, NavigationProperty, model_namespace};

/// The entity container, the only child of the namespace that the operator chose.
const CONTAINER: &str = "Container";

/// The qualified name of the entity container (CSDL 4.01 sections 13 and 15.3).
fn container_name(namespace: &str) -> String {
    format!("{namespace}.{CONTAINER}")
}

/// The qualified name of the entity type of `set`, as payloads with full metadata need it behind `#`.
pub(in crate::response) fn entity_type_name(namespace: &str, set: &EntitySet) -> String {
    type_called(namespace, &set.name)
}

/// The qualified name of the entity type of the set `name`.
fn type_called(namespace: &str, name: &str) -> String {
    format!("{}.{name}", model_namespace(namespace))
}

/// The properties of `set` that say which entity `property` leads to, each with the target's property that is equal to
/// it (CSDL 4.01 section 8.5). Of properties whose types differ nothing may be said.
fn referential_constraints<'a>(
    edm: &'a Edm,
    set: &'a EntitySet,
    property: &NavigationProperty,
) -> Vec<(&'a str, &'a str)> {
    let Some(target) = edm.set(&property.target).filter(|_| !property.many) else { return Vec::new() };
    let pairs = property.pairs.iter().map(|&(own, referenced)| (&set.properties[own], &target.properties[referenced]));
    let pairs: Vec<_> = pairs.collect();
    if pairs.iter().any(|(own, referenced)| own.ty.name() != referenced.ty.name()) {
        return Vec::new();
    }
    pairs.into_iter().map(|(own, referenced)| (own.name.as_str(), referenced.name.as_str())).collect()
}

/// The value of a facet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Facet {
    Number(u32),
    Variable,
}

/// The facets of `ty` (CSDL 4.01 section 7.2), also those that have their default value: XML and JSON disagree on the
/// default of `Scale`, and many readers know only one of them, or none.
fn facets(ty: EdmType) -> Vec<(&'static str, Facet)> {
    let number = |digits: u8| Facet::Number(u32::from(digits));
    match ty {
        EdmType::Binary { max_length: Some(length) } | EdmType::String { max_length: Some(length) } => {
            vec![("MaxLength", Facet::Number(length))]
        }
        EdmType::DateTimeOffset { precision } | EdmType::TimeOfDay { precision } => {
            vec![("Precision", number(precision))]
        }
        EdmType::Decimal { digits: Some((precision, scale)) } => {
            vec![("Precision", number(precision)), ("Scale", number(scale))]
        }
        EdmType::Decimal { digits: None } => vec![("Scale", Facet::Variable)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};
    use serde_json::{Map, Value};

    use super::*;
    use crate::edm::{
        Catalog, Column, Exposure, ForeignKey, IndexColumn, Rights, RowStorage, Table, TableExposure, Tracking,
        UniqueIndex, expose,
    };
    use crate::plan::ODataVersion;
    use crate::version::Incarnation;

    /// A tracked table with a computed column, and one that is not tracked and has two key columns, to which the first
    /// refers, and an alternate one.
    pub(super) fn shop(namespace: &str) -> Edm {
        let (incarnation, installed) = (Incarnation(1), Vec::new());
        let tracking = Tracking::Triggers {
            log: 1,
            incarnation,
            retention: 1,
            needless: installed.clone(),
            installed,
            damage: None,
        };
        let orders = [
            column("Id", EdmType::Int64, false),
            column("Note", EdmType::String { max_length: Some(40) }, true),
            Column { computed: true, ..column("Total", EdmType::Decimal { digits: None }, true) },
            column("Day", EdmType::Date, true),
            column("Currency", EdmType::String { max_length: Some(3) }, false),
        ];
        let rates = [
            column("Currency", EdmType::String { max_length: None }, false),
            column("Day", EdmType::Date, false),
            column("Rate", EdmType::Decimal { digits: Some((10, 0)) }, false),
        ];
        let mut tables =
            vec![table("Orders", &orders, &[0], tracking), table("Rates", &rates, &[1, 0], Tracking::None)];
        let unique = [2, 0].map(|column| Some(IndexColumn { column, collation: String::new() }));
        tables[1].unique.push(UniqueIndex { primary: false, predicate: None, columns: unique.to_vec() });
        tables[0].foreign_keys.push(ForeignKey {
            name: "FK_Rate".to_owned(),
            columns: vec![3, 4],
            schema: None,
            table: "Rates".to_owned(),
            referenced: vec!["Day".to_owned(), "Currency".to_owned()],
        });
        let named = [("Rates".to_owned(), TableExposure::default())].into();
        let exposure = Exposure { namespace: namespace.to_owned(), tables: named, ..Exposure::default() };
        expose(&Catalog { tables, ..Catalog::default() }, &exposure).0
    }

    fn column(name: &str, ty: EdmType, nullable: bool) -> Column {
        let (declared, definition) = (String::new(), String::new());
        Column {
            name: name.to_owned(),
            declared,
            ty,
            typed: true,
            collation: None,
            nullable,
            computed: false,
            calculated: false,
            withheld: None,
            is_row_version: false,
            description: None,
            default: None,
            definition,
        }
    }

    fn table(name: &str, columns: &[Column], key: &[usize], tracking: Tracking) -> Table {
        let (columns, key, unique) = (columns.to_vec(), key.to_vec(), Vec::new());
        Table {
            schema: None,
            qualified: false,
            name: name.to_owned(),
            version: 1,
            description: None,
            columns,
            key,
            unique,
            ignoring_triggers: false,
            storage: RowStorage::HiddenRowid,
            foreign_keys: Vec::new(),
            rights: Rights::default(),
            tracking,
        }
    }

    #[test]
    fn a_facet_is_written_also_where_it_is_zero_or_variable() {
        use Facet::{Number, Variable};
        let decimal = |digits| facets(EdmType::Decimal { digits });
        assert_eq!(decimal(Some((10, 0))), [("Precision", Number(10)), ("Scale", Number(0))]);
        assert_eq!(decimal(None), [("Scale", Variable)]);
        assert_eq!(facets(EdmType::DateTimeOffset { precision: 0 }), [("Precision", Number(0))]);
        assert_eq!(facets(EdmType::Binary { max_length: Some(16) }), [("MaxLength", Number(16))]);
        assert_eq!(facets(EdmType::String { max_length: None }), []);
    }

    #[test]
    fn of_properties_whose_types_differ_it_is_not_said_that_they_are_equal() {
        let edm = shop("Shop");
        let orders = edm.set("Orders").unwrap();
        let rates = orders.navigation_property("Rates").unwrap();
        assert_eq!(referential_constraints(&edm, orders, rates), [("Day", "Day"), ("Currency", "Currency")]);
        let other = NavigationProperty { pairs: vec![(3, 1), (0, 0)], ..rates.clone() };
        assert_eq!(referential_constraints(&edm, orders, &other), []);
        let back = edm.set("Rates").unwrap().navigation_property("Orders").unwrap();
        assert_eq!(referential_constraints(&edm, edm.set("Rates").unwrap(), back), []);
    }

    #[test]
    fn xml_and_json_carry_the_same_annotations() {
        let edm = shop("Shop");
        let xml = csdl_xml(&edm, ODataVersion::V4_01);
        let json: Value = serde_json::from_str(&csdl_json(&edm, ODataVersion::V4_01)).unwrap();
        let xml = Document::parse(&xml).unwrap();
        let from_xml: Map<String, Value> = xml
            .descendants()
            .filter(|node| node.has_tag_name("Annotations"))
            .map(|node| (node.attribute("Target").unwrap().to_owned(), members(node, "Term", "@")))
            .collect();
        assert_eq!(json["Shop"]["$Annotations"], Value::Object(from_xml));
    }

    /// The children of `node` as a JSON object.
    fn members(node: Node<'_, '_>, name: &str, prefix: &str) -> Value {
        let children = node.children().filter(Node::is_element);
        children.map(|child| (format!("{prefix}{}", child.attribute(name).unwrap()), value(child))).collect()
    }

    fn value(node: Node<'_, '_>) -> Value {
        let text = |name| node.attribute(name).map(ToOwned::to_owned);
        if let Some(flag) = text("Bool") {
            return Value::Bool(flag == "true");
        }
        if let Some(number) = text("Int") {
            return Value::from(number.parse::<i64>().unwrap());
        }
        if let Some(string) = text("String") {
            return Value::String(string);
        }
        if let Some(path) = text("PropertyPath") {
            return Value::String(path);
        }
        if let Some(member) = text("EnumMember") {
            return Value::from(member.rsplit('/').next());
        }
        element(node.first_element_child().unwrap())
    }

    /// An expression that is an element of its own.
    fn element(expression: Node<'_, '_>) -> Value {
        match expression.tag_name().name() {
            "Record" => members(expression, "Property", ""),
            "Collection" => expression.children().filter(Node::is_element).map(element).collect(),
            _ => expression.text().into(),
        }
    }
}
