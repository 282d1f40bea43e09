//! The service document, the metadata document, and the contract.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

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
    assert_eq!(answer.header("Vary"), Some("Accept"), "browsers stay and look");
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

/// Two references between the same tables, one to the table itself, one of two columns, and one to a table that is not
/// exposed.
const REFERENCES: &str = "
    CREATE TABLE Hidden (Id INT NOT NULL PRIMARY KEY);
    CREATE TABLE Customer (Id INT NOT NULL PRIMARY KEY, ParentId INT REFERENCES Customer (Id), HiddenId INT REFERENCES Hidden (Id));
    CREATE TABLE Invoice (Id INT NOT NULL PRIMARY KEY, BuyerId INT NOT NULL REFERENCES Customer (Id), PayerId INT REFERENCES Customer (Id));
    CREATE TABLE Line (InvoiceId INT NOT NULL REFERENCES Invoice (Id), Number INT NOT NULL, PRIMARY KEY (InvoiceId, Number));
    CREATE TABLE Parcel (Id INT NOT NULL PRIMARY KEY, InvoiceId INT NOT NULL, LineNumber INT,
                         FOREIGN KEY (InvoiceId, LineNumber) REFERENCES Line (InvoiceId, Number))";

fn referring(config: &str) -> Served {
    let database = Database::empty();
    database.execute(REFERENCES);
    for table in ["Customer", "Invoice", "Line", "Parcel"] {
        database.track(table);
    }
    Served::with(database, config)
}

/// The metadata in JSON.
fn metadata(served: &Served) -> Value {
    served.get("/odata/$metadata?$format=json").expect(200).json()
}

/// The navigation properties of an entity type in the metadata.
fn navigation<'a>(metadata: &'a Value, set: &str) -> Vec<(&'a str, &'a Value)> {
    let members = metadata["Deltalink.Model"][set].as_object().unwrap();
    let found = members.iter().filter(|(_, member)| member["$Kind"] == "NavigationProperty");
    found.map(|(name, member)| (name.as_str(), member)).collect()
}

#[test]
fn metadata_leads_along_foreign_keys_in_both_directions() {
    let served = referring("");
    let metadata = metadata(&served);
    let names = |set| navigation(&metadata, set).into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
    assert_eq!(names("Customer"), ["Customer_by_Parent", "Invoice_by_Buyer", "Invoice_by_Payer", "Parent"].into());
    assert_eq!(names("Invoice"), ["Buyer", "Line", "Payer"].into());
    assert_eq!(names("Line"), ["Invoice", "Parcel"].into());
    let property = |set: &str, name: &str| metadata["Deltalink.Model"][set][name].clone();
    let mut buyer = json!({
        "$Kind": "NavigationProperty",
        "$Type": "Deltalink.Model.Customer",
        "$Partner": "Invoice_by_Buyer",
        "$ReferentialConstraint": { "BuyerId": "Id" },
    });
    assert_eq!(property("Invoice", "Buyer"), buyer);
    buyer["$Partner"] = json!("Invoice_by_Payer");
    buyer["$Nullable"] = json!(true);
    buyer["$ReferentialConstraint"] = json!({ "PayerId": "Id" });
    assert_eq!(property("Invoice", "Payer"), buyer);
    let invoices = json!({
        "$Kind": "NavigationProperty",
        "$Collection": true,
        "$Type": "Deltalink.Model.Invoice",
        "$Partner": "Buyer",
    });
    assert_eq!(property("Customer", "Invoice_by_Buyer"), invoices);
    let constraint = json!({ "InvoiceId": "InvoiceId", "LineNumber": "Number" });
    assert_eq!(property("Parcel", "Line")["$ReferentialConstraint"], constraint);
    let bound = &metadata["Deltalink"]["Container"]["Customer"]["$NavigationPropertyBinding"];
    let expected = json!({
        "Parent": "Customer",
        "Customer_by_Parent": "Customer",
        "Invoice_by_Buyer": "Invoice",
        "Invoice_by_Payer": "Invoice",
    });
    assert_eq!(*bound, expected);
}

#[test]
fn metadata_in_xml_leads_where_metadata_in_json_leads() {
    let served = referring("");
    let json = metadata(&served);
    let text = served.get("/odata/$metadata").expect(200).text();
    let document = roxmltree::Document::parse(&text).unwrap();
    for node in document.descendants().filter(|node| node.has_tag_name((CSDL, "NavigationProperty"))) {
        let (set, name) = (node.parent().unwrap().attribute("Name").unwrap(), node.attribute("Name").unwrap());
        let same = &json["Deltalink.Model"][set][name];
        let many = same["$Collection"] == true;
        let ty = same["$Type"].as_str().unwrap();
        let ty = if many { format!("Collection({ty})") } else { ty.to_owned() };
        assert_eq!(node.attribute("Type"), Some(ty.as_str()), "{name}");
        assert_eq!(node.attribute("Partner"), same["$Partner"].as_str(), "{name}");
        let nullable = (!many).then_some(if same["$Nullable"] == true { "true" } else { "false" });
        assert_eq!(node.attribute("Nullable"), nullable, "{name}");
        let constraints: Map<String, Value> = node
            .children()
            .filter(|child| child.has_tag_name((CSDL, "ReferentialConstraint")))
            .map(|child| {
                (child.attribute("Property").unwrap().to_owned(), child.attribute("ReferencedProperty").into())
            })
            .collect();
        let expected = same["$ReferentialConstraint"].as_object().cloned().unwrap_or_default();
        assert_eq!(constraints, expected, "{name}");
    }
    let bindings = document.descendants().filter(|node| node.has_tag_name((CSDL, "NavigationPropertyBinding")));
    for node in bindings.clone() {
        let set = node.parent().unwrap().attribute("Name").unwrap();
        let same = &json["Deltalink"]["Container"][set]["$NavigationPropertyBinding"][node.attribute("Path").unwrap()];
        assert_eq!(node.attribute("Target"), same.as_str());
    }
    assert_eq!(bindings.count(), 10, "five references, each in both directions");
}

#[test]
fn a_reference_that_is_added_leads_somewhere_and_ends_no_link() {
    let served = referring("");
    let link = served.delta_link("/odata/Invoice");
    served.execute("CREATE TABLE Remark (Id INT NOT NULL PRIMARY KEY, InvoiceId INT NOT NULL REFERENCES Invoice (Id))");
    served.database.track("Remark");
    served.get("/odata/Invoice").expect(200);
    served.appears("/odata/Remark");
    assert!(served.get(&link).expect(200).value().is_empty());
    let metadata = metadata(&served);
    assert_eq!(metadata["Deltalink.Model"]["Invoice"]["Remark"]["$Type"], "Deltalink.Model.Remark");
}

#[test]
fn the_configuration_names_navigation_properties_or_leaves_them_out() {
    let config = "
        [tables.Invoice.navigation]
        BuyerId = { to_one = 'Client', to_many = 'Bought' }
        [tables.Line.navigation]
        InvoiceId = false
        [tables.Parcel.navigation]
        'invoiceid,linenumber' = { to_one = 'Content' }";
    let metadata = metadata(&referring(config));
    let names = |set| navigation(&metadata, set).into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
    assert_eq!(names("Customer"), ["Bought", "Customer_by_Parent", "Invoice", "Parent"].into());
    assert_eq!(names("Invoice"), ["Client", "Payer"].into());
    assert_eq!(names("Line"), ["Parcel"].into());
    assert_eq!(names("Parcel"), ["Content"].into());
}

#[test]
fn a_configuration_that_names_no_foreign_key_or_a_name_that_is_taken_is_an_error() {
    let database = Database::empty();
    database.execute(REFERENCES);
    for table in ["Customer", "Invoice"] {
        database.track(table);
    }
    for (navigation, expected) in [
        ("Buyer = false", "its foreign key \"Buyer\", which it does not have"),
        ("BuyerId = { to_one = 'PayerId' }", "the name \"PayerId\" is taken"),
        ("BuyerId = { to_many = 'ParentId' }", "the name \"ParentId\" is taken"),
        ("BuyerId = { to_one = 'the buyer' }", "is not an OData identifier"),
    ] {
        let config = format!("[tables.Invoice.navigation]\n{navigation}");
        let error = database.try_serve_with(&config).err().unwrap_or_else(|| panic!("served with {config}"));
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn what_is_unique_and_never_null_is_an_alternate_key() {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE Item (Id INT NOT NULL PRIMARY KEY, Code VARCHAR(20) NOT NULL UNIQUE, Alias VARCHAR(20) UNIQUE,
                            Shelf INT NOT NULL, Place INT NOT NULL, Label VARCHAR(20) NOT NULL, UNIQUE (Shelf, Place));
         CREATE UNIQUE INDEX Labels ON Item (Label) WHERE Shelf > 5",
    );
    database.track("Item");
    let served = Served::with(database, "");
    let metadata = metadata(&served);
    let key = |names: &[&str]| {
        let parts = names.iter().map(|name| json!({ "Name": name, "Alias": name }));
        json!({ "Key": parts.collect::<Vec<_>>() })
    };
    let expected = json!({ "@Core.AlternateKeys": [key(&["Code"]), key(&["Shelf", "Place"])] });
    assert_eq!(metadata["Deltalink"]["$Annotations"]["Deltalink.Model.Item"], expected);
    let xml = served.get("/odata/$metadata").expect(200).text();
    let part = "<PropertyValue Property=\"Name\" PropertyPath=\"Code\"/>\n";
    assert!(xml.contains(part), "{xml}");
}

#[test]
fn a_table_that_is_no_longer_exposed_is_not_led_to() {
    let served = referring("");
    served.delta_link("/odata/Invoice");
    served.database.untrack("Invoice");
    served.disappears("/odata/Invoice");
    let metadata = metadata(&served);
    let names = |set| navigation(&metadata, set).into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
    assert_eq!(names("Customer"), ["Customer_by_Parent", "Parent"].into());
    assert_eq!(names("Line"), ["Parcel"].into());
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
