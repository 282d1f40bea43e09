//! The service document, the metadata document, and the contract.

use serde_json::{Value, json};

use super::{Database, Served, shop};

/// What Excel sends with every request, whatever it asks for.
const EXCEL: [(&str, &str); 5] = [
    ("User-Agent", "Microsoft.Data.Mashup (https://go.microsoft.com/fwlink/?LinkID=304225)"),
    ("MaxDataServiceVersion", "3.0"),
    ("OData-MaxVersion", "4.0"),
    ("Accept-Encoding", "gzip, deflate"),
    (
        "Accept",
        "application/json;odata.metadata=minimal;q=1.0,application/json;odata=minimalmetadata;q=0.9,application/atomsvc+xml;q=0.8,application/atom+xml;q=0.8,application/xml;q=0.7,text/plain;q=0.7",
    ),
];

const CSDL: &str = "http://docs.oasis-open.org/odata/ns/edm";

#[test]
fn the_service_document_lists_the_entity_sets() {
    let shop = shop();
    let set = |name: &str| json!({ "name": name, "kind": "EntitySet", "url": name });
    let expected = json!({
        "@odata.context": format!("{}/odata/$metadata", shop.client.base),
        "value": [set("Customer"), set("OrderLine"), set("Orders")],
    });
    assert_eq!(shop.get("/odata/").expect(200).json(), expected);
    assert_eq!(shop.get("/odata").expect(200).json(), expected);
}

#[test]
fn the_service_document_follows_version_and_metadata_level() {
    let shop = shop();
    let newer = shop.get_with("/odata/", "OData-MaxVersion", "4.01").expect(200);
    assert_eq!(newer.header("OData-Version"), Some("4.01"));
    assert_eq!(newer.header("Content-Type"), Some("application/json;metadata=minimal"));
    assert!(newer.json()["@context"].is_string());
    let bare = shop.get_with("/odata/", "Accept", "application/json;odata.metadata=none").expect(200);
    assert_eq!(super::names(&bare.json()), ["value"]);
}

#[test]
fn the_root_of_the_server_leads_to_the_service_root() {
    let answer = shop().get("/").expect(307);
    assert_eq!(answer.header("Location"), Some("odata/"), "relative, so that it holds behind a public URL too");
}

#[test]
fn metadata_is_xml_unless_json_is_asked_for() {
    let shop = shop();
    let content_type = |accept: &str, path: &str| {
        let answer = shop.get_with(path, "Accept", accept).expect(200);
        answer.header("Content-Type").unwrap().to_owned()
    };
    let xml = "application/xml";
    let json = "application/json";
    assert_eq!(shop.get("/odata/$metadata").expect(200).header("Content-Type"), Some(xml));
    for (accept, expected) in [("*/*", xml), (xml, xml), (json, json), ("application/*", xml)] {
        assert_eq!(content_type(accept, "/odata/$metadata"), expected, "{accept}");
    }
    assert_eq!(
        content_type("application/json, application/xml;q=0.5", "/odata/$metadata"),
        xml,
        "4.0 has no CSDL JSON"
    );
    assert_eq!(content_type(xml, "/odata/$metadata?$format=json"), json);
    assert_eq!(content_type(json, "/odata/$metadata?$format=xml"), xml);
    assert_eq!(content_type(json, "/odata/%24metadata?%24format=application/xml"), xml);
}

#[test]
fn a_client_of_4_01_that_prefers_json_gets_metadata_in_json() {
    let shop = shop();
    let ask = |accept: &str| {
        let asking = shop.ask("GET", "/odata/$metadata").header("OData-MaxVersion", "4.01").header("Accept", accept);
        asking.send().expect(200).header("Content-Type").unwrap().to_owned()
    };
    assert_eq!(ask("application/json, application/xml;q=0.5"), "application/json");
    assert_eq!(ask("application/json;q=0.5, application/xml"), "application/xml");
}

#[test]
fn metadata_is_written_in_the_version_of_the_answer() {
    let shop = shop();
    for version in ["4.0", "4.01"] {
        let xml = shop.get_with("/odata/$metadata", "OData-MaxVersion", version).expect(200);
        assert_eq!(xml.header("OData-Version"), Some(version));
        let text = xml.text();
        let document = roxmltree::Document::parse(&text).unwrap();
        assert_eq!(document.root_element().attribute("Version"), Some(version));
        let json = shop.get_with("/odata/$metadata?$format=json", "OData-MaxVersion", version).expect(200).json();
        assert_eq!(json["$Version"], version);
    }
}

#[test]
fn metadata_describes_types_and_keys() {
    let text = shop().get("/odata/$metadata").expect(200).text();
    let document = roxmltree::Document::parse(&text).unwrap();
    let types = document.descendants().filter(|node| node.has_tag_name((CSDL, "EntityType")));
    let line = types.into_iter().find(|node| node.attribute("Name") == Some("OrderLine")).unwrap();
    let customer = document.descendants().find(|node| node.attribute("Name") == Some("Customer")).unwrap();
    let named = |tag: &str| -> Vec<&str> {
        let nodes = line.descendants().filter(|node| node.has_tag_name((CSDL, tag)));
        nodes.map(|node| node.attribute("Name").unwrap()).collect()
    };
    assert_eq!(named("PropertyRef"), ["OrderId", "Product"]);
    assert_eq!(named("Property"), ["OrderId", "Product", "Quantity"]);
    let name = customer.descendants().find(|node| node.attribute("MaxLength").is_some()).unwrap();
    assert_eq!(name.attribute("Name"), Some("Name"));
    assert_eq!((name.attribute("Type"), name.attribute("MaxLength")), (Some("Edm.String"), Some("80")));
    assert_eq!(name.attribute("Nullable"), Some("false"));
}

#[test]
fn metadata_says_whose_changes_are_tracked() {
    let served = Served::with(Database::shop(), "[tables.Untracked]\n");
    let metadata = served.get("/odata/$metadata?$format=json").expect(200).json();
    let supported = |set: &str| -> Value {
        let about = &metadata["Deltalink"]["$Annotations"][format!("Deltalink.Container/{set}")];
        about["@Capabilities.ChangeTracking"]["Supported"].clone()
    };
    assert_eq!((supported("Orders"), supported("Untracked")), (json!(true), json!(false)));
}

#[test]
fn excel_is_served_whatever_it_asks_for() {
    let shop = shop();
    let ask = |path: &str| {
        let asking = EXCEL.iter().fold(shop.ask("GET", path), |asking, (name, value)| asking.header(name, value));
        let answer = asking.send().expect(200);
        assert_eq!(answer.header("OData-Version"), Some("4.0"), "{path}");
        answer
    };
    let json = Some("application/json;odata.metadata=minimal");
    assert_eq!(ask("/odata/").header("Content-Type"), json);
    assert_eq!(ask("/odata/$metadata").header("Content-Type"), Some("application/xml"));
    assert_eq!(ask("/odata/Orders").header("Content-Type"), json);
    assert_eq!(ask("/odata/Orders?$top=1000").value().len(), 3);
    assert_eq!(ask("/odata/Orders?%24top=2&%24select=Id%2CNote").value().len(), 2);
    let count = ask("/odata/Orders/$count");
    assert_eq!((count.header("Content-Type"), count.text().as_str()), (Some("text/plain"), "3"));
}

#[test]
fn the_contract_and_its_schemas_are_served() {
    let shop = shop();
    assert!(shop.get("/openapi.yaml").expect(200).text().starts_with("openapi: 3.1"));
    for name in ["config", "csdl-json", "delta", "entity-collection", "entity", "error", "property", "service-document"]
    {
        let schema = shop.get(&format!("/schemas/{name}.schema.json")).expect(200);
        assert_eq!(schema.header("Content-Type"), Some("application/schema+json"));
        assert_eq!(schema.json()["$id"], format!("{name}.schema.json"));
    }
    assert_eq!(shop.get("/schemas/none.schema.json").expect(404).code(), "ResourceNotFound");
}

#[test]
fn any_character_of_an_address_may_be_encoded() {
    let shop = shop();
    let orders = shop.get("/odata/Orders?$top=1").expect(200).text();
    for path in ["/odata/%4Frders?%24to%70=1", "/%6Fdata/Orders?$top=%31", "/%6f%64%61%74%61/Order%73?$top=1"] {
        assert_eq!(shop.get(path).expect(200).text(), orders, "{path}");
    }
}

#[test]
fn a_public_url_stands_at_the_beginning_of_all_links() {
    let served = Served::with(Database::shop(), "public_url = \"https://example.com/sync/\"\n");
    let page = served.track("/odata/Orders").expect(200);
    assert_eq!(page.json()["@odata.context"], "https://example.com/sync/odata/$metadata#Orders");
    assert!(page.delta_link().starts_with("https://example.com/sync/odata/Orders?$deltatoken="));
}

#[test]
fn health_and_readiness_are_told() {
    let shop = shop();
    assert_eq!(shop.get("/healthz").expect(200).text(), "ok");
    assert_eq!(shop.get("/readyz").expect(200).text(), "ready");
}
