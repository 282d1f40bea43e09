//! Texts and octets of every type at their extremes, and NULL; and what is told as text.

use super::values::{Case, assert_values};
use crate::tds::Value::{Bytes, Guid, Text};

#[test]
fn texts_keep_every_character() {
    let (long, longer) = (quoted(&"é".repeat(8000)), quoted(&"日本🦀".repeat(30_000)));
    let text = |json: &str| Text(serde_json::from_str(json).unwrap());
    let cases: Vec<Case<'_>> = vec![
        ("char(5)", vec![(Text("ab   ".to_owned()), r#""ab   ""#)]),
        (
            "varchar(10)",
            vec![
                (text(r#""""#), r#""""#),
                (text(r#""€uro""#), r#""€uro""#),
                (text(r#""0123456789""#), r#""0123456789""#),
            ],
        ),
        ("varchar(4000)", vec![(text(r#""x""#), r#""x""#)]),
        ("varchar(8000)", vec![(text(&long), &long)]),
        ("varchar(max)", vec![(text(&long), &long), (text(r#""""#), r#""""#)]),
        ("nchar(3)", vec![(Text("日本".to_owned()), r#""日本 ""#)]),
        ("nvarchar(4)", vec![(text(r#""🦀🦀""#), r#""🦀🦀""#), (text(r#""""#), r#""""#)]),
        ("nvarchar(40)", vec![(text(r#""\"\\/<b>\n\t\u0001""#), r#""\"\\/<b>\n\t\u0001""#)]),
        ("nvarchar(max)", vec![(text(&longer), &longer)]),
        ("text", vec![(text(&long), &long)]),
        ("ntext", vec![(text(&longer), &longer)]),
        ("xml", vec![(text(r#""<a b=\"ü\"/>""#), r#""<a b=\"ü\"/>""#)]),
    ];
    assert_values(&cases);
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn half_a_character_does_not_end_the_answer() {
    let high_alone = Bytes(vec![b'a', 0, 0x3D, 0xD8, b'b', 0]);
    let low_alone = Bytes(vec![0x80, 0xDE]);
    let values = vec![(high_alone, "\"a\u{FFFD}b\""), (low_alone, "\"\u{FFFD}\"")];
    assert_values(&[("nvarchar(10)", values)]);
}

#[test]
fn octets_are_octets() {
    use base64::Engine;
    let octets: Vec<u8> = (0..100_000_u32).map(|number| u8::try_from(number % 251).unwrap()).collect();
    let json = format!("\"{}\"", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&octets));
    let cases: Vec<Case<'_>> = vec![
        ("binary(4)", vec![(Bytes(vec![0xFB, 0xFF]), r#""-_8AAA""#)]),
        ("varbinary(20)", vec![(Bytes(Vec::new()), r#""""#), (Bytes(vec![0xFB, 0xFF]), r#""-_8""#)]),
        ("varbinary(max)", vec![(Bytes(octets.clone()), &json), (Bytes(Vec::new()), r#""""#)]),
        ("image", vec![(Bytes(octets), &json)]),
        ("timestamp", vec![(Bytes(vec![0, 0, 0, 0, 0, 0, 0x07, 0xD1]), r#""AAAAAAAAB9E""#)]),
    ];
    assert_values(&cases);
}

#[test]
fn guids_are_written_as_people_write_them() {
    let values = vec![
        (Guid(0x6F96_19FF_8B86_D011_B42D_00CF_4FC9_64FF), r#""6f9619ff-8b86-d011-b42d-00cf4fc964ff""#),
        (Guid(0), r#""00000000-0000-0000-0000-000000000000""#),
        (Guid(u128::MAX), r#""ffffffff-ffff-ffff-ffff-ffffffffffff""#),
    ];
    assert_values(&[("uniqueidentifier", values)]);
}

/// The server makes the text; the statement has to ask for it.
#[test]
fn what_has_no_type_in_odata_is_told_as_its_own_text() {
    let text = |text: &str| Text(text.to_owned());
    let cases: Vec<Case<'_>> = vec![
        ("hierarchyid", vec![(text("/1/2.5/"), r#""/1/2.5/""#), (text("/"), r#""/""#)]),
        ("geography", vec![(text("POINT (-122.34900 47.65100)"), r#""POINT (-122.34900 47.65100)""#)]),
        ("geometry", vec![(text("LINESTRING EMPTY"), r#""LINESTRING EMPTY""#)]),
        ("sql_variant", vec![(text("922337203685477.5807"), r#""922337203685477.5807""#)]),
    ];
    assert_values(&cases);
}
