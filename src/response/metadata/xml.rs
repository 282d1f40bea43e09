//! The model -> CSDL XML, the form that `$metadata` has unless JSON is asked for.
//!
//! What a newcomer would get wrong: the order of elements counts. References stand before the schemas by definition;
//! types before the container, the key before the properties and annotations last because readers have failed on less.
//!
//! Source: OASIS CSDL XML Representation 4.01.

mod element;

use super::annotations::{Annotation, Annotations, Expression, VOCABULARIES, Vocabulary, annotations};
use super::{CONTAINER, Facet, entity_type_name, facets, referential_constraints, type_called};
use crate::edm::{Edm, EntitySet, NavigationProperty, Property, model_namespace};
use crate::plan::ODataVersion;
use element::Element;

const EDMX_NAMESPACE: &str = "http://docs.oasis-open.org/odata/ns/edmx";
const EDM_NAMESPACE: &str = "http://docs.oasis-open.org/odata/ns/edm";

/// `$metadata` as `application/xml` (CSDL XML 4.01 section 4), for clients of `version`.
pub fn csdl_xml(edm: &Edm, version: ODataVersion) -> String {
    let mut document = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned();
    let edmx = Element::new("edmx:Edmx")
        .with("xmlns:edmx", EDMX_NAMESPACE)
        .with("Version", version.as_str())
        .containing(VOCABULARIES.iter().map(reference))
        .containing([Element::new("edmx:DataServices").containing([model_schema(edm), container_schema(edm)])]);
    edmx.write(0, &mut document);
    document
}

/// Section 4.1.
fn reference(vocabulary: &Vocabulary) -> Element {
    let include = Element::new("edmx:Include").with("Namespace", vocabulary.namespace).with("Alias", vocabulary.alias);
    Element::new("edmx:Reference").with("Uri", vocabulary.uri("xml")).containing([include])
}

/// Section 5.
fn schema(namespace: impl Into<String>) -> Element {
    Element::new("Schema").with("xmlns", EDM_NAMESPACE).with("Namespace", namespace)
}

fn model_schema(edm: &Edm) -> Element {
    schema(model_namespace(&edm.namespace)).containing(edm.sets().iter().map(|set| entity_type(edm, set)))
}

fn container_schema(edm: &Edm) -> Element {
    let sets = edm.sets().iter().map(|set| entity_set(edm, set));
    schema(&edm.namespace)
        .containing([Element::new("EntityContainer").with("Name", CONTAINER).containing(sets)])
        .containing(annotations(edm).iter().map(external_annotations))
}

/// Sections 13.2 and 13.4.
fn entity_set(edm: &Edm, set: &EntitySet) -> Element {
    let bindings = set.navigation.iter().map(|property| {
        Element::new("NavigationPropertyBinding").with("Path", &property.name).with("Target", &property.target)
    });
    Element::new("EntitySet")
        .with("Name", &set.name)
        .with("EntityType", entity_type_name(&edm.namespace, set))
        .containing(bindings)
}

/// Section 6.
fn entity_type(edm: &Edm, set: &EntitySet) -> Element {
    let key = set.key_properties().map(|property| Element::new("PropertyRef").with("Name", &property.name));
    Element::new("EntityType")
        .with("Name", &set.name)
        .containing([Element::new("Key").containing(key)])
        .containing(set.properties.iter().map(structural_property))
        .containing(set.navigation.iter().map(|property| navigation_property(edm, set, property)))
}

/// Section 7.
fn structural_property(property: &Property) -> Element {
    let element = Element::new("Property")
        .with("Name", &property.name)
        .with("Type", property.ty.name())
        .with("Nullable", property.nullable.to_string());
    facets(property.ty).into_iter().fold(element, |element, (facet, value)| match value {
        Facet::Number(number) => element.with(facet, number.to_string()),
        Facet::Variable => element.with(facet, "variable"),
    })
}

/// Section 8. Of a collection, `Nullable` must not be said.
fn navigation_property(edm: &Edm, set: &EntitySet, property: &NavigationProperty) -> Element {
    let ty = type_called(&edm.namespace, &property.target);
    let element = Element::new("NavigationProperty").with("Name", &property.name);
    let element = if property.many {
        element.with("Type", format!("Collection({ty})"))
    } else {
        element.with("Type", ty).with("Nullable", property.nullable.to_string())
    };
    let constraints = referential_constraints(edm, set, property).into_iter().map(|(own, referenced)| {
        Element::new("ReferentialConstraint").with("Property", own).with("ReferencedProperty", referenced)
    });
    property.partner.iter().fold(element, |element, partner| element.with("Partner", partner)).containing(constraints)
}

/// Section 5.2.
fn external_annotations(external: &Annotations) -> Element {
    Element::new("Annotations").with("Target", &external.target).containing(external.annotations.iter().map(annotation))
}

/// Section 14.2.
fn annotation(annotation: &Annotation) -> Element {
    valued(Element::new("Annotation").with("Term", annotation.term), &annotation.value)
}

/// `element` with `value`, as an attribute where the notation has one for it (sections 14.3 and 14.4).
fn valued(element: Element, value: &Expression) -> Element {
    match value {
        Expression::Boolean(value) => element.with("Bool", value.to_string()),
        Expression::Integer(value) => element.with("Int", value.to_string()),
        Expression::EnumMember { ty, member } => element.with("EnumMember", enum_member(ty, member)),
        Expression::PropertyPath(path) => element.with("PropertyPath", path),
        Expression::String(value) => element.with("String", value.clone()),
        Expression::Collection(_) | Expression::Record(_) => element.containing([expression(value)]),
    }
}

/// `value` as an element.
fn expression(value: &Expression) -> Element {
    match value {
        Expression::Boolean(value) => Element::saying("Bool", value.to_string()),
        Expression::Integer(value) => Element::saying("Int", value.to_string()),
        Expression::Collection(items) => Element::new("Collection").containing(items.iter().map(expression)),
        Expression::EnumMember { ty, member } => Element::saying("EnumMember", enum_member(ty, member)),
        Expression::PropertyPath(path) => Element::saying("PropertyPath", path),
        Expression::Record(properties) => {
            let values = properties
                .iter()
                .map(|(property, value)| valued(Element::new("PropertyValue").with("Property", *property), value));
            Element::new("Record").containing(values)
        }
        Expression::String(value) => Element::saying("String", value.clone()),
    }
}

fn enum_member(ty: &str, member: &str) -> String {
    format!("{ty}/{member}")
}

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::super::tests::shop;
    use super::*;

    const GOLDEN: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">
  <edmx:Reference Uri="https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.xml">
    <edmx:Include Namespace="Org.OData.Core.V1" Alias="Core"/>
  </edmx:Reference>
  <edmx:Reference Uri="https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Capabilities.V1.xml">
    <edmx:Include Namespace="Org.OData.Capabilities.V1" Alias="Capabilities"/>
  </edmx:Reference>
  <edmx:Reference Uri="../schemas/Deltalink.Tracking.V1.xml">
    <edmx:Include Namespace="Deltalink.Tracking.V1" Alias="Tracking"/>
  </edmx:Reference>
  <edmx:DataServices>
    <Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Shop.Model">
      <EntityType Name="Orders">
        <Key>
          <PropertyRef Name="Id"/>
        </Key>
        <Property Name="Id" Type="Edm.Int64" Nullable="false"/>
        <Property Name="Note" Type="Edm.String" Nullable="true" MaxLength="40"/>
        <Property Name="Total" Type="Edm.Decimal" Nullable="true" Scale="variable"/>
        <Property Name="Day" Type="Edm.Date" Nullable="true"/>
        <Property Name="Currency" Type="Edm.String" Nullable="false" MaxLength="3"/>
        <NavigationProperty Name="Rates" Type="Shop.Model.Rates" Nullable="true" Partner="Orders">
          <ReferentialConstraint Property="Day" ReferencedProperty="Day"/>
          <ReferentialConstraint Property="Currency" ReferencedProperty="Currency"/>
        </NavigationProperty>
      </EntityType>
      <EntityType Name="Rates">
        <Key>
          <PropertyRef Name="Day"/>
          <PropertyRef Name="Currency"/>
        </Key>
        <Property Name="Currency" Type="Edm.String" Nullable="false"/>
        <Property Name="Day" Type="Edm.Date" Nullable="false"/>
        <Property Name="Rate" Type="Edm.Decimal" Nullable="false" Precision="10" Scale="0"/>
        <NavigationProperty Name="Orders" Type="Collection(Shop.Model.Orders)" Partner="Rates"/>
      </EntityType>
    </Schema>
    <Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Shop">
      <EntityContainer Name="Container">
        <EntitySet Name="Orders" EntityType="Shop.Model.Orders">
          <NavigationPropertyBinding Path="Rates" Target="Rates"/>
        </EntitySet>
        <EntitySet Name="Rates" EntityType="Shop.Model.Rates">
          <NavigationPropertyBinding Path="Orders" Target="Orders"/>
        </EntitySet>
      </EntityContainer>
      <Annotations Target="Shop.Container">
        <Annotation Term="Core.ODataVersions" String="4.0 4.01"/>
"#;

    #[test]
    fn a_model_is_written_in_the_order_of_the_schema_definition() {
        let document = csdl_xml(&shop("Shop"), ODataVersion::V4_0);
        assert_eq!(document.get(..GOLDEN.len()), Some(GOLDEN));
        assert!(document.ends_with("      </Annotations>\n    </Schema>\n  </edmx:DataServices>\n</edmx:Edmx>\n"));
    }

    #[test]
    fn the_document_has_the_version_that_was_negotiated() {
        let document = csdl_xml(&shop("Shop"), ODataVersion::V4_01);
        assert!(
            document.contains("<edmx:Edmx xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\" Version=\"4.01\">")
        );
    }

    #[test]
    fn any_text_survives_escaping() {
        let namespace = "A&B<\"C\">'D'\t\r\n顧客";
        let document = csdl_xml(&shop(namespace), ODataVersion::V4_0);
        let read = Document::parse(&document).unwrap();
        let namespaces: Vec<_> = read.descendants().filter_map(|node| node.attribute("Namespace")).collect();
        assert_eq!(namespaces[3..], [&format!("{namespace}.Model"), namespace]);
    }
}
