//! `$metadata` of a table of every type: facets, what the database computes, what its authors say; and the entity's tag.

use serde_json::{Value as Json, json};

use super::database::Database;
use super::served::{Served, Setup, USUAL};
use super::table::{Table, column};
use crate::tds::Value::{self, Bytes, Int};

/// Types, and what is said of a column that may be NULL, besides that.
fn types() -> Vec<(&'static str, Json)> {
    let text = |length: Option<u32>| length.map_or(json!({}), |length| json!({ "$MaxLength": length }));
    let binary = |length: Option<u32>| match length {
        Some(length) => json!({ "$Type": "Edm.Binary", "$MaxLength": length }),
        None => json!({ "$Type": "Edm.Binary" }),
    };
    let moment = |precision: u8| json!({ "$Type": "Edm.DateTimeOffset", "$Precision": precision });
    let decimal =
        |precision: u8, scale: u8| json!({ "$Type": "Edm.Decimal", "$Precision": precision, "$Scale": scale });
    vec![
        ("bit", json!({ "$Type": "Edm.Boolean" })),
        ("tinyint", json!({ "$Type": "Edm.Byte" })),
        ("smallint", json!({ "$Type": "Edm.Int16" })),
        ("int", json!({ "$Type": "Edm.Int32" })),
        ("bigint", json!({ "$Type": "Edm.Int64" })),
        ("decimal(38,0)", decimal(38, 0)),
        ("decimal(38,38)", decimal(38, 38)),
        ("numeric(10,2)", decimal(10, 2)),
        ("money", decimal(19, 4)),
        ("smallmoney", decimal(10, 4)),
        ("real", json!({ "$Type": "Edm.Single" })),
        ("float", json!({ "$Type": "Edm.Double" })),
        ("date", json!({ "$Type": "Edm.Date" })),
        ("time(0)", json!({ "$Type": "Edm.TimeOfDay", "$Precision": 0 })),
        ("time(7)", json!({ "$Type": "Edm.TimeOfDay", "$Precision": 7 })),
        ("datetime", moment(3)),
        ("smalldatetime", moment(0)),
        ("datetime2(0)", moment(0)),
        ("datetime2(7)", moment(7)),
        ("datetimeoffset(3)", moment(3)),
        ("char(10)", text(Some(10))),
        ("varchar(8000)", text(Some(8000))),
        ("varchar(max)", text(None)),
        ("nchar(10)", text(Some(10))),
        ("nvarchar(4000)", text(Some(4000))),
        ("nvarchar(max)", text(None)),
        ("text", text(None)),
        ("ntext", text(None)),
        ("xml", text(None)),
        ("binary(16)", binary(Some(16))),
        ("varbinary(20)", binary(Some(20))),
        ("varbinary(max)", binary(None)),
        ("image", binary(None)),
        ("timestamp", binary(Some(8))),
        ("uniqueidentifier", json!({ "$Type": "Edm.Guid" })),
        ("hierarchyid", text(None)),
        ("geography", text(None)),
        ("sql_variant", text(None)),
    ]
}

fn metadata(served: &Served) -> Json {
    served.get("/odata/$metadata?$format=json").expect(200).json()
}

#[test]
fn every_type_has_its_facets() {
    let types = types();
    let declared = types.iter().enumerate().map(|(number, (declared, _))| column(&format!("C{number}"), declared));
    let columns = std::iter::once(column("Id", "int")).chain(declared).collect();
    let metadata = metadata(&Served::of(Table::new("T", &["Id"], columns)));
    let described = &metadata["Deltalink.Model"]["T"];
    assert_eq!(described["Id"], json!({ "$Type": "Edm.Int32" }));
    for (number, (declared, expected)) in types.into_iter().enumerate() {
        let mut found = described[format!("C{number}")].clone();
        assert_eq!(found.as_object_mut().unwrap().remove("$Nullable"), Some(json!(true)), "{declared}");
        assert_eq!(found, expected, "{declared}");
    }
}

#[test]
fn what_the_database_makes_and_what_its_authors_say_is_told() {
    let mut table =
        Table::new("T", &["Id"], vec![column("Id", "int"), column("Total", "money"), column("Stamp", "timestamp")]);
    table.description = Some("All that was \"ordered\"".to_owned());
    table.columns[0].made = true;
    table.columns[1].description = Some("With <taxes>".to_owned());
    let served = Served::of(table);
    let metadata = metadata(&served);
    let about = &metadata["Deltalink"]["$Annotations"];
    let of_property = |name: &str| &about[format!("Deltalink.Model.T/{name}")];
    assert_eq!(about["Deltalink.Container/T"]["@Core.Description"], "All that was \"ordered\"");
    assert_eq!(of_property("Id"), &json!({ "@Core.Computed": true }));
    assert_eq!(of_property("Total"), &json!({ "@Core.Description": "With <taxes>" }));
    assert_eq!(of_property("Stamp"), &json!({ "@Core.Computed": true }));
    let xml = served.get("/odata/$metadata").expect(200).text();
    assert!(xml.contains("With &lt;taxes&gt;") || xml.contains("With &lt;taxes>"), "{xml}");
}

#[test]
fn a_row_version_is_the_tag_of_its_entity() {
    let stamp = |last: u8| Bytes(vec![0, 0, 0, 0, 0, 0, 0, last]);
    let row = |note: &str, last: u8| -> Vec<Value> { vec![Int(1), note.into(), stamp(last)] };
    let columns = vec![column("Id", "int"), column("Note", "nvarchar(10)"), column("Stamp", "timestamp")];
    let served = Served::of(Table::new("T", &["Id"], columns).rows([row("a", 1)]));
    let first = served.get("/odata/T(1)").expect(200);
    let tag = first.header("ETag").unwrap().to_owned();
    assert_eq!(first.json()["@odata.etag"], tag.as_str());
    let again = |tag: &str| served.client.ask("GET", "/odata/T(1)").header("If-None-Match", tag).send();
    let not_modified = again(&tag).expect(304);
    assert_eq!((not_modified.header("ETag"), not_modified.body.len()), (Some(tag.as_str()), 0));
    served.database.change(|state| *state.only() = state.only().clone().rows([row("b", 1)]));
    again(&tag).expect(304);
    served.database.change(|state| *state.only() = state.only().clone().rows([row("b", 2)]));
    let changed = again(&tag).expect(200);
    assert_ne!(changed.header("ETag"), Some(tag.as_str()));
    served.client.ask("GET", "/odata/T(1)").header("If-Match", &tag).send().expect(412);
    served.client.ask("GET", "/odata/T(1)").header("If-Match", changed.header("ETag").unwrap()).send().expect(200);
}

#[test]
fn the_usual_schema_goes_without_saying_and_others_are_named() {
    let table = |schema: &str| {
        let mut table = Table::new("T", &["Id"], vec![column("Id", "int")]);
        schema.clone_into(&mut table.schema);
        table
    };
    let served = Served::with(Database::of([table("dbo"), table("sales")]), USUAL);
    let sets: Vec<String> =
        served.get("/odata/").expect(200).value().iter().map(|set| set["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sets, ["T", "sales_T"]);
    served.get("/odata/sales_T").expect(200);
    let asked = served.asked_since(served.asked() - 2);
    assert!(asked[0].sql.contains(" FROM [sales].[T] AS t "), "{}", asked[0].sql);
}

#[test]
fn what_is_not_asked_for_is_not_read() {
    let columns = vec![column("Id", "int"), column("Note", "nvarchar(10)"), column("Secret", "nvarchar(10)")];
    let table = Table::new("T", &["Id"], columns).rows([vec![Int(1), "a".into(), "b".into()]]);
    let setup = Setup { config: "[tables.T]\ncolumns = [\"Note\"]", ..USUAL };
    let served = Served::with(Database::of([table]), setup);
    assert_eq!(served.get("/odata/T").expect(200).value()[0], json!({ "Id": 1, "Note": "a" }));
    served.get("/odata/T(1)").expect(200);
    let asked = served.peer.requests();
    assert!(asked.iter().all(|request| !request.sql.contains("[Secret]")));
}

#[test]
fn columns_that_cannot_be_read_as_they_are_are_left_out() {
    let mut columns =
        vec![column("Id", "int"), column("Secret", "nvarchar(9)"), column("Masked", "int"), column("Open", "int")];
    columns[1].encrypted = true;
    columns[2].masked = true;
    let row = vec![1.into(), "x".into(), 0.into(), 7.into()];
    let served = Served::of(Table::new("T", &["Id"], columns).rows([row]));
    assert_eq!(served.get("/odata/T").expect(200).value(), [serde_json::json!({ "Id": 1, "Open": 7 })]);
}

#[test]
fn a_table_whose_key_is_masked_is_not_served() {
    let mut columns = vec![column("Id", "int"), column("Name", "nvarchar(9)")];
    columns[0].masked = true;
    let served = Served::with(Database::of([super::served::orders(), Table::new("T", &["Id"], columns)]), USUAL);
    served.get("/odata/T").expect(404);
    served.get("/odata/Orders").expect(200);
}
