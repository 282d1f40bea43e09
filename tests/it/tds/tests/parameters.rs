//! Parameters of every type that tiberius sends.

use std::borrow::Cow;

use tiberius::numeric::Numeric;
use tiberius::xml::XmlData;
use tiberius::{ColumnData, Command, Query, Uuid, time};

use super::client::connection;
use crate::tds::{Kind, Length, Parameter, Reply, Settings, Type, Value};

/// What a peer understands of parameters.
async fn sent(values: Vec<ColumnData<'static>>) -> Vec<Parameter> {
    let peer = Settings::new(|_| Some(Reply::new())).start();
    let mut query = Query::new("EXEC nothing");
    for value in values {
        query.bind(value);
    }
    query.execute(&mut connection(&peer).await).await.unwrap();
    peer.requests().remove(0).parameters
}

/// Declarations, types and values, without the names.
async fn understood(values: Vec<ColumnData<'static>>) -> Vec<(String, Type, Value)> {
    let parts = |parameter: Parameter| (parameter.declared.unwrap(), parameter.kind, parameter.value);
    sent(values).await.into_iter().map(parts).collect()
}

fn expected(parts: Vec<(&str, Type, Value)>) -> Vec<(String, Type, Value)> {
    parts.into_iter().map(|(declared, kind, value)| (declared.to_owned(), kind, value)).collect()
}

#[tokio::test]
async fn numbers() {
    let understood = understood(vec![
        ColumnData::Bit(Some(true)),
        ColumnData::U8(Some(255)),
        ColumnData::I16(Some(i16::MIN)),
        ColumnData::I32(Some(i32::MIN)),
        ColumnData::I64(Some(i64::MIN)),
        ColumnData::F32(Some(1.5)),
        ColumnData::F64(Some(f64::MIN)),
        ColumnData::Numeric(Some(Numeric::new_with_scale(-123_456, 2))),
        ColumnData::Numeric(Some(Numeric::new_with_scale(10_i128.pow(38) - 1, 3))),
        ColumnData::Guid(Some(Uuid::from_u128(7 << 96 | 9))),
    ]);
    let numeric = |precision, scale| Type::Numeric { precision, scale };
    let expected = expected(vec![
        ("bit", Type::Bit, Value::Bit(true)),
        ("tinyint", Type::TinyInt, Value::Int(255)),
        ("smallint", Type::SmallInt, Value::Int(i16::MIN.into())),
        ("int", Type::Int, Value::Int(i32::MIN.into())),
        ("bigint", Type::BigInt, Value::Int(i64::MIN)),
        ("float(24)", Type::Real, Value::Real(1.5)),
        ("float(53)", Type::Float, Value::Float(f64::MIN)),
        ("numeric(6,2)", numeric(6, 2), Value::Decimal(-123_456)),
        ("numeric(38,3)", numeric(38, 3), Value::Decimal(10_i128.pow(38) - 1)),
        ("uniqueidentifier", Type::UniqueIdentifier, Value::Guid(7 << 96 | 9)),
    ]);
    assert_eq!(understood.await, expected);
}

#[tokio::test]
async fn numbers_below_one_which_tiberius_declares_with_a_digit_too_many() {
    let understood = understood(vec![ColumnData::Numeric(Some(Numeric::new_with_scale(5, 38)))]).await;
    assert_eq!(understood[0].0, "numeric(39,38)", "tiberius has begun to count digits");
}

#[tokio::test]
async fn texts_and_octets() {
    let long = "ü".repeat(20_000);
    let understood = understood(vec![
        ColumnData::String(Some("".into())),
        ColumnData::String(Some("grüße 🦀".into())),
        ColumnData::String(Some(long.clone().into())),
        ColumnData::Binary(Some(Cow::Borrowed(&[]))),
        ColumnData::Binary(Some(vec![9; 20_000].into())),
        ColumnData::Xml(Some(Cow::Owned(XmlData::new("<a/>")))),
    ]);
    let expected = expected(vec![
        ("nvarchar(4000)", Type::NVarChar(Length::Limited(4000)), "".into()),
        ("nvarchar(4000)", Type::NVarChar(Length::Limited(4000)), "grüße 🦀".into()),
        ("nvarchar(max)", Type::NVarChar(Length::Max), Value::Text(long)),
        ("varbinary(8000)", Type::VarBinary(Length::Limited(8000)), Value::Bytes(vec![])),
        ("varbinary(max)", Type::VarBinary(Length::Max), Value::Bytes(vec![9; 20_000])),
        ("xml", Type::Xml, "<a/>".into()),
    ]);
    assert_eq!(understood.await, expected);
}

#[tokio::test]
async fn dates_and_times() {
    let date_time = time::DateTime2::new(time::Date::new(738_000), time::Time::new(12_345, 7));
    let understood = understood(vec![
        ColumnData::Date(Some(time::Date::new(3_652_058))),
        ColumnData::Time(Some(time::Time::new(86_399, 0))),
        ColumnData::DateTime2(Some(date_time)),
        ColumnData::DateTimeOffset(Some(time::DateTimeOffset::new(date_time, -330))),
        ColumnData::DateTime(Some(time::DateTime::new(-1, 25_919_999))),
        ColumnData::SmallDateTime(Some(time::SmallDateTime::new(65_535, 1439))),
    ]);
    let expected = expected(vec![
        ("date", Type::Date, Value::Date(3_652_058)),
        ("time", Type::Time(0), Value::Time(86_399)),
        ("datetime2", Type::DateTime2(7), Value::DateTime2(738_000, 12_345)),
        ("datetimeoffset", Type::DateTimeOffset(7), Value::DateTimeOffset(738_000, 12_345, -330)),
        ("datetime", Type::DateTime, Value::DateTime(-1, 25_919_999)),
        ("smalldatetime", Type::SmallDateTime, Value::SmallDateTime(65_535, 1439)),
    ]);
    assert_eq!(understood.await, expected);
}

#[tokio::test]
async fn nulls_some_of_which_come_without_a_type() {
    let understood = understood(vec![
        ColumnData::I64(None),
        ColumnData::Guid(None),
        ColumnData::String(None),
        ColumnData::Binary(None),
        ColumnData::DateTime2(None),
    ]);
    let expected = expected(vec![
        ("bigint", Type::BigInt, Value::Null),
        ("uniqueidentifier", Type::UniqueIdentifier, Value::Null),
        ("nvarchar(4000)", Type::Untyped, Value::Null),
        ("varbinary(max)", Type::Untyped, Value::Null),
        ("datetime2", Type::Untyped, Value::Null),
    ]);
    assert_eq!(understood.await, expected);
}

#[tokio::test]
async fn parameters_of_a_procedure_have_its_names() {
    let peer = Settings::new(|_| Some(Reply::new())).start();
    let mut command = Command::new("dbo.touch");
    command.bind_param("@id", 7_i64);
    command.bind_param("@note", "x");
    command.exec(&mut connection(&peer).await).await.unwrap().into_command_result().await.unwrap();
    let request = peer.requests().remove(0);
    assert_eq!((request.kind, request.sql.as_str()), (Kind::Rpc("dbo.touch".to_owned()), ""));
    let parameter = |name: &str, kind, value| Parameter { name: name.to_owned(), declared: None, kind, value };
    assert_eq!(
        request.parameters,
        [
            parameter("@id", Type::BigInt, Value::Int(7)),
            parameter("@note", Type::NVarChar(Length::Limited(4000)), "x".into())
        ]
    );
}
