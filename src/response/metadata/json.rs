//! The model -> CSDL JSON, the form of `$metadata` for clients that ask for `application/json`.
//!
//! What a newcomer would get wrong is what absence means: without `$Type` a property is a string, and without
//! `$Nullable` it is *not* nullable, the opposite of XML. Members keep the order of the model, which is why they are not
//! collected in a map.
//!
//! Source: OASIS CSDL JSON Representation 4.01.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::annotations::{Annotation, Expression, VOCABULARIES, Vocabulary, annotations};
use super::{CONTAINER, Facet, container_name, entity_type_name, facets, referential_constraints, type_called};
use crate::edm::{Edm, EdmType, EntitySet, NavigationProperty, Property, model_namespace};
use crate::plan::ODataVersion;

/// `$metadata` as `application/json` (CSDL JSON 4.01 section 4), for clients of `version`.
pub fn csdl_json(edm: &Edm, version: ODataVersion) -> String {
    let document = Object::default()
        .with("$Version", version.as_str())
        .with("$EntityContainer", container_name(&edm.namespace))
        .with("$Reference", VOCABULARIES.iter().map(reference).collect::<Object>())
        .with(model_namespace(&edm.namespace), model_schema(edm))
        .with(&edm.namespace, container_schema(edm));
    // Names, numbers and Booleans: nothing here can fail to be written.
    serde_json::to_string(&document).unwrap_or_default()
}

/// Section 4.1.
fn reference(vocabulary: &Vocabulary) -> (String, Json) {
    let include = Object::default().with("$Namespace", vocabulary.namespace).with("$Alias", vocabulary.alias);
    (vocabulary.uri("json"), Object::default().with("$Include", Json::Array(vec![include.into()])).into())
}

/// Section 5.
fn model_schema(edm: &Edm) -> Object {
    edm.sets().iter().map(|set| (set.name.clone(), entity_type(edm, set).into())).collect()
}

/// Section 5; external annotations as in section 5.2.
fn container_schema(edm: &Edm) -> Object {
    let external = annotations(edm)
        .into_iter()
        .map(|external| (external.target, external.annotations.iter().map(annotation).collect::<Object>().into()));
    Object::default().with(CONTAINER, entity_container(edm)).with("$Annotations", external.collect::<Object>())
}

/// Section 13.
fn entity_container(edm: &Edm) -> Object {
    let container = Object::default().with("$Kind", "EntityContainer");
    edm.sets().iter().fold(container, |container, set| container.with(&set.name, entity_set(edm, set)))
}

/// Sections 13.2 and 13.4.
fn entity_set(edm: &Edm, set: &EntitySet) -> Object {
    let object = Object::default().with("$Collection", true).with("$Type", entity_type_name(&edm.namespace, set));
    let bindings: Object =
        set.navigation.iter().map(|property| (property.name.clone(), property.target.as_str().into())).collect();
    if bindings.0.is_empty() { object } else { object.with("$NavigationPropertyBinding", bindings) }
}

/// Section 6.
fn entity_type(edm: &Edm, set: &EntitySet) -> Object {
    let key = set.key_properties().map(|property| property.name.as_str().into()).collect();
    let head = Object::default().with("$Kind", "EntityType").with("$Key", Json::Array(key));
    let properties = set.properties.iter().map(|property| (&property.name, structural_property(property)));
    let navigation = set.navigation.iter().map(|property| (&property.name, navigation_property(edm, set, property)));
    properties.chain(navigation).fold(head, |object, (name, property)| object.with(name, property))
}

/// Section 7.
fn structural_property(property: &Property) -> Object {
    let mut object = Object::default();
    if !matches!(property.ty, EdmType::String { .. }) {
        object = object.with("$Type", property.ty.name());
    }
    if property.nullable {
        object = object.with("$Nullable", true);
    }
    facets(property.ty).into_iter().fold(object, |object, (facet, value)| match value {
        Facet::Number(number) => object.with(format!("${facet}"), number),
        Facet::Variable => object.with(format!("${facet}"), "variable"),
    })
}

/// Section 8. Of a collection, `$Nullable` must not be said.
fn navigation_property(edm: &Edm, set: &EntitySet, property: &NavigationProperty) -> Object {
    let mut object = Object::default().with("$Kind", "NavigationProperty");
    if property.many {
        object = object.with("$Collection", true);
    }
    if let Some(partner) = &property.partner {
        object = object.with("$Partner", partner.as_str());
    }
    object = object.with("$Type", type_called(&edm.namespace, &property.target));
    if property.nullable {
        object = object.with("$Nullable", true);
    }
    let constraints: Object = referential_constraints(edm, set, property)
        .into_iter()
        .map(|(own, referenced)| (own.to_owned(), referenced.into()))
        .collect();
    if constraints.0.is_empty() { object } else { object.with("$ReferentialConstraint", constraints) }
}

/// Section 14.2.
fn annotation(annotation: &Annotation) -> (String, Json) {
    (format!("@{}", annotation.term), expression(&annotation.value))
}

/// Sections 14.3 and 14.4. The type of an enumeration member is not written: the term knows it.
fn expression(value: &Expression) -> Json {
    match value {
        Expression::Boolean(value) => (*value).into(),
        Expression::Integer(value) => (*value).into(),
        Expression::Collection(items) => Json::Array(items.iter().map(expression).collect()),
        Expression::EnumMember { member, .. } => (*member).into(),
        Expression::Record(properties) => {
            let members = properties.iter().map(|(property, value)| ((*property).to_owned(), expression(value)));
            members.collect::<Object>().into()
        }
        Expression::PropertyPath(path) => path.as_str().into(),
        Expression::String(value) => value.as_ref().into(),
    }
}

/// A JSON value; objects in it keep the order of their members.
#[derive(Serialize)]
#[serde(untagged)]
enum Json {
    Array(Vec<Json>),
    Object(Object),
    Primitive(Value),
}

/// A JSON object whose members keep their order.
#[derive(Default)]
struct Object(Vec<(String, Json)>);

impl Object {
    fn with(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
        self.0.push((name.into(), value.into()));
        self
    }
}

impl FromIterator<(String, Json)> for Object {
    fn from_iter<I: IntoIterator<Item = (String, Json)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<T: Into<Value>> From<T> for Json {
    fn from(primitive: T) -> Self {
        Self::Primitive(primitive.into())
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::shop;
    use super::*;

    #[test]
    fn a_model_is_written_as_xml_has_it_but_with_the_defaults_of_json() {
        let mut document: Value = serde_json::from_str(&csdl_json(&shop("Shop"), ODataVersion::V4_0)).unwrap();
        assert!(document["Shop"]["$Annotations"].take().is_object());
        let vocabularies = "https://oasis-tcs.github.io/odata-vocabularies/vocabularies";
        let expected = json!({
            "$Version": "4.0",
            "$EntityContainer": "Shop.Container",
            "$Reference": {
                format!("{vocabularies}/Org.OData.Core.V1.json"): {
                    "$Include": [{ "$Namespace": "Org.OData.Core.V1", "$Alias": "Core" }],
                },
                format!("{vocabularies}/Org.OData.Capabilities.V1.json"): {
                    "$Include": [{ "$Namespace": "Org.OData.Capabilities.V1", "$Alias": "Capabilities" }],
                },
                "../schemas/Deltalink.Tracking.V1.json": {
                    "$Include": [{ "$Namespace": "Deltalink.Tracking.V1", "$Alias": "Tracking" }],
                },
            },
            "Shop.Model": {
                "Orders": {
                    "$Kind": "EntityType",
                    "$Key": ["Id"],
                    "Id": { "$Type": "Edm.Int64" },
                    "Note": { "$Nullable": true, "$MaxLength": 40 },
                    "Total": { "$Type": "Edm.Decimal", "$Nullable": true, "$Scale": "variable" },
                    "Day": { "$Type": "Edm.Date", "$Nullable": true },
                    "Currency": { "$MaxLength": 3 },
                    "Rates": {
                        "$Kind": "NavigationProperty",
                        "$Partner": "Orders",
                        "$Type": "Shop.Model.Rates",
                        "$Nullable": true,
                        "$ReferentialConstraint": { "Day": "Day", "Currency": "Currency" },
                    },
                },
                "Rates": {
                    "$Kind": "EntityType",
                    "$Key": ["Day", "Currency"],
                    "Currency": {},
                    "Day": { "$Type": "Edm.Date" },
                    "Rate": { "$Type": "Edm.Decimal", "$Precision": 10, "$Scale": 0 },
                    "Orders": {
                        "$Kind": "NavigationProperty",
                        "$Collection": true,
                        "$Partner": "Rates",
                        "$Type": "Shop.Model.Orders",
                    },
                },
            },
            "Shop": {
                "Container": {
                    "$Kind": "EntityContainer",
                    "Orders": {
                        "$Collection": true,
                        "$Type": "Shop.Model.Orders",
                        "$NavigationPropertyBinding": { "Rates": "Rates" },
                    },
                    "Rates": {
                        "$Collection": true,
                        "$Type": "Shop.Model.Rates",
                        "$NavigationPropertyBinding": { "Orders": "Orders" },
                    },
                },
                "$Annotations": null,
            },
        });
        assert_eq!(document, expected);
    }

    #[test]
    fn members_keep_the_order_of_the_model() {
        let document = csdl_json(&shop("Shop"), ODataVersion::V4_01);
        assert!(document.starts_with(r#"{"$Version":"4.01","$EntityContainer":"Shop.Container","$Reference":{"#));
        let at = |text: &str| document.find(text).unwrap();
        assert!(at("\"Note\":") < at("\"Total\":") && at("\"Currency\":{}") < at("\"Rate\":"));
    }
}
