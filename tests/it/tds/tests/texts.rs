//! Texts and octets of every type, short and long, and NULL.

use std::borrow::Cow;

use tiberius::ColumnData::{self, Binary, Xml};
use tiberius::error::Error;
use tiberius::xml::XmlData;

use super::client::{connection, read};
use crate::tds::{Collation, Column, Length, Reply, Settings, Type, Value};

/// Longer than a chunk, and than many packets.
const LONG: usize = 20_001;

fn text(text: &str) -> ColumnData<'static> {
    ColumnData::String(Some(Cow::Owned(text.to_owned())))
}

fn octets(octets: &[u8]) -> ColumnData<'static> {
    Binary(Some(Cow::Owned(octets.to_vec())))
}

const NO_TEXT: ColumnData<'static> = ColumnData::String(None);

#[tokio::test]
async fn texts_in_a_code_page() {
    let (latin, limited) = (Collation::LATIN1, Length::Limited);
    let special = "“déjà” 5 € ‰ Ÿ ž";
    let padded = format!("{special:20}");
    assert_eq!(read(Type::Char(20, latin), vec![special.into()]).await, [text(&padded), NO_TEXT]);
    assert_eq!(
        read(Type::VarChar(limited(8000), latin), vec!["".into(), special.into(), "x".repeat(8000).as_str().into()])
            .await,
        [text(""), text(special), text(&"x".repeat(8000)), NO_TEXT]
    );
    for kind in [Type::VarChar(Length::Max, latin), Type::Text(latin)] {
        let long = "é".repeat(LONG);
        let values = vec!["".into(), special.into(), long.as_str().into()];
        assert_eq!(read(kind, values).await, [text(""), text(special), text(&long), NO_TEXT]);
    }
}

#[tokio::test]
async fn octets_in_another_code_page() {
    let cyrillic = Collation { info: 0x00D0_0419, sort: 0 };
    let values = vec![Value::Bytes(vec![0xCF, 0xF0, 0xE8])];
    assert_eq!(read(Type::VarChar(Length::Limited(9), cyrillic), values).await, [text("При"), NO_TEXT]);
}

#[tokio::test]
async fn utf8_which_tiberius_takes_for_a_code_page() {
    let kind = Type::VarChar(Length::Limited(10), Collation::UTF8);
    let seen = read(kind, vec!["é".into()]).await;
    assert_eq!(seen[0], text("Ã©"), "tiberius has begun to know collations in UTF-8");
}

#[tokio::test]
async fn texts_in_unicode() {
    let special = "grüße, 你好, 🦀";
    assert_eq!(read(Type::NChar(20), vec![special.into()]).await, [text(&format!("{special}       ")), NO_TEXT]);
    let full = "🦀".repeat(2000);
    assert_eq!(
        read(Type::NVarChar(Length::Limited(4000)), vec!["".into(), special.into(), full.as_str().into()]).await,
        [text(""), text(special), text(&full), NO_TEXT]
    );
    for kind in [Type::NVarChar(Length::Max), Type::NText] {
        let long = "ü".repeat(LONG);
        let values = vec!["".into(), special.into(), long.as_str().into()];
        assert_eq!(read(kind, values).await, [text(""), text(special), text(&long), NO_TEXT]);
    }
}

#[tokio::test]
async fn half_a_surrogate_pair_which_tiberius_refuses() {
    let columns = [Column::new("v", Type::NVarChar(Length::Limited(9)))];
    let half = vec![vec![Value::Bytes(vec![0x00, 0xD8])]];
    let peer = Settings::new(move |_| Some(Reply::new().rows(&columns, half.clone()))).start();
    let mut connection = connection(&peer).await;
    let seen = connection.simple_query("SELECT v").await.unwrap().into_first_result().await;
    assert!(matches!(seen, Err(Error::Protocol(_))), "{seen:?}");
}

#[tokio::test]
async fn xml() {
    let long = format!("<a>{}</a>", "é".repeat(LONG));
    let seen = |xml: &str| Xml(Some(Cow::Owned(XmlData::new(xml))));
    let values = vec!["<a/>".into(), long.as_str().into()];
    assert_eq!(read(Type::Xml, values).await, [seen("<a/>"), seen(&long), Xml(None)]);
}

#[tokio::test]
async fn octets_of_every_type() {
    let bytes = |octets: &[u8]| Value::Bytes(octets.to_vec());
    assert_eq!(read(Type::Binary(4), vec![bytes(&[1, 2])]).await, [octets(&[1, 2, 0, 0]), Binary(None)]);
    let full = [0xFF; 8000];
    assert_eq!(
        read(Type::VarBinary(Length::Limited(8000)), vec![bytes(&[]), bytes(&[0]), bytes(&full)]).await,
        [octets(&[]), octets(&[0]), octets(&full), Binary(None)]
    );
    for kind in [Type::VarBinary(Length::Max), Type::Image, Type::Udt("geometry")] {
        let long = vec![7; LONG];
        let values = vec![bytes(&[]), bytes(&[0]), bytes(&long)];
        assert_eq!(read(kind, values).await, [octets(&[]), octets(&[0]), octets(&long), Binary(None)]);
    }
}
