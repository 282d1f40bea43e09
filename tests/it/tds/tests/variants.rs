//! `sql_variant`, whose every value has a type of its own.

use std::borrow::Cow;

use tiberius::ColumnData::{self, Binary, Bit, F32, F64, Guid, I16, I32, I64, Numeric, U8};
use tiberius::numeric::Numeric as Number;
use tiberius::{Uuid, time};

use super::client::read;
use crate::tds::{Collation, Length, Type, Value};

#[tokio::test]
async fn variants_of_numbers() {
    let (decimal, numeric) = (Type::Decimal { precision: 38, scale: 5 }, Type::Numeric { precision: 5, scale: 1 });
    let number = |units, scale| Numeric(Some(Number::new_with_scale(units, scale)));
    assert_variants(vec![
        (Type::Bit, Value::Bit(true), Bit(Some(true))),
        (Type::TinyInt, Value::Int(255), U8(Some(255))),
        (Type::SmallInt, Value::Int(-5), I16(Some(-5))),
        (Type::Int, Value::Int(-6), I32(Some(-6))),
        (Type::BigInt, Value::Int(i64::MIN), I64(Some(i64::MIN))),
        (Type::Real, Value::Real(1.5), F32(Some(1.5))),
        (Type::Float, Value::Float(-2.5), F64(Some(-2.5))),
        (decimal, Value::Decimal(-(10_i128.pow(38) - 1)), number(-(10_i128.pow(38) - 1), 5)),
        (numeric, Value::Decimal(99_999), number(99_999, 1)),
        (Type::Money, Value::Decimal(-12_345), F64(Some(-1.2345))),
        (Type::SmallMoney, Value::Decimal(12_345), F64(Some(1.2345))),
        (Type::UniqueIdentifier, Value::Guid(7), Guid(Some(Uuid::from_u128(7)))),
    ])
    .await;
}

#[tokio::test]
async fn variants_of_texts_and_octets() {
    let text = |text: &'static str| ColumnData::String(Some(Cow::Borrowed(text)));
    assert_variants(vec![
        (Type::VarChar(Length::Limited(20), Collation::LATIN1), "5 €".into(), text("5 €")),
        (Type::NVarChar(Length::Limited(20)), "🦀".into(), text("🦀")),
        (Type::VarBinary(Length::Limited(20)), Value::Bytes(vec![1, 2]), Binary(Some(Cow::Borrowed(&[1, 2])))),
    ])
    .await;
}

#[tokio::test]
async fn variants_of_dates_and_times() {
    let (date, time) = (time::Date::new(738_000), time::Time::new(12, 3));
    let both = time::DateTime2::new(date, time);
    assert_variants(vec![
        (Type::Date, Value::Date(738_000), ColumnData::Date(Some(date))),
        (Type::Time(3), Value::Time(12), ColumnData::Time(Some(time))),
        (Type::DateTime2(3), Value::DateTime2(738_000, 12), ColumnData::DateTime2(Some(both))),
        (
            Type::DateTimeOffset(3),
            Value::DateTimeOffset(738_000, 12, 60),
            ColumnData::DateTimeOffset(Some(time::DateTimeOffset::new(both, 60))),
        ),
        (Type::DateTime, Value::DateTime(-1, 2), ColumnData::DateTime(Some(time::DateTime::new(-1, 2)))),
        (
            Type::SmallDateTime,
            Value::SmallDateTime(1, 2),
            ColumnData::SmallDateTime(Some(time::SmallDateTime::new(1, 2))),
        ),
    ])
    .await;
}

/// All of them in one column. NULL has no type; tiberius says that it is a text.
async fn assert_variants(variants: Vec<(Type, Value, ColumnData<'static>)>) {
    let (values, mut expected): (Vec<_>, Vec<_>) =
        variants.into_iter().map(|(kind, value, seen)| (Value::Variant(kind, Box::new(value)), seen)).unzip();
    expected.push(ColumnData::String(None));
    assert_eq!(read(Type::SqlVariant, values).await, expected);
}
