//! Numbers, bits and identifiers at their extremes, and NULL.

use tiberius::ColumnData::{Bit, F32, F64, Guid, I16, I32, I64, Numeric, U8};
use tiberius::Uuid;
use tiberius::numeric::Numeric as Number;

use super::client::read;
use crate::tds::{Type, Value};

#[tokio::test]
async fn bits_and_integers() {
    assert_eq!(
        read(Type::Bit, vec![Value::Bit(false), Value::Bit(true)]).await,
        [Bit(Some(false)), Bit(Some(true)), Bit(None)]
    );
    assert_eq!(read(Type::TinyInt, vec![0.into(), 255.into()]).await, [U8(Some(0)), U8(Some(255)), U8(None)]);
    assert_eq!(
        read(Type::SmallInt, vec![i64::from(i16::MIN).into(), i64::from(i16::MAX).into()]).await,
        [I16(Some(i16::MIN)), I16(Some(i16::MAX)), I16(None)]
    );
    assert_eq!(
        read(Type::Int, vec![i64::from(i32::MIN).into(), i64::from(i32::MAX).into()]).await,
        [I32(Some(i32::MIN)), I32(Some(i32::MAX)), I32(None)]
    );
    assert_eq!(
        read(Type::BigInt, vec![i64::MIN.into(), i64::MAX.into()]).await,
        [I64(Some(i64::MIN)), I64(Some(i64::MAX)), I64(None)]
    );
}

#[tokio::test]
async fn floating_numbers() {
    let reals = [f32::MIN, f32::MAX, f32::MIN_POSITIVE, -0.0];
    let seen = read(Type::Real, reals.map(Value::Real).to_vec()).await;
    assert_eq!(seen, reals.map(|real| F32(Some(real))).into_iter().chain([F32(None)]).collect::<Vec<_>>());
    let floats = [f64::MIN, f64::MAX, 5e-324, -0.0];
    let seen = read(Type::Float, floats.map(Value::Float).to_vec()).await;
    assert_eq!(seen, floats.map(|float| F64(Some(float))).into_iter().chain([F64(None)]).collect::<Vec<_>>());
}

#[tokio::test]
async fn decimals_of_every_size() {
    for (precision, scale) in [(1, 0), (9, 9), (10, 2), (19, 4), (20, 0), (28, 10), (29, 3), (38, 0), (38, 38)] {
        let most = 10_i128.pow(precision.into()) - 1;
        let values = [most, -most, 0, -1];
        let seen = |units| Numeric(Some(Number::new_with_scale(units, scale)));
        let expected: Vec<_> = values.map(seen).into_iter().chain([Numeric(None)]).collect();
        for kind in [Type::Decimal { precision, scale }, Type::Numeric { precision, scale }] {
            assert_eq!(read(kind, values.map(Value::Decimal).to_vec()).await, expected);
        }
    }
}

#[tokio::test]
async fn money_which_tiberius_reads_as_floating_numbers() {
    let small = vec![Value::Decimal(i32::MIN.into()), Value::Decimal(i32::MAX.into())];
    assert_eq!(read(Type::SmallMoney, small).await, [F64(Some(-214_748.364_8)), F64(Some(214_748.364_7)), F64(None)]);
    let money = vec![Value::Decimal(-1), Value::Decimal(123_456_789_012_345), Value::Decimal(i64::MIN.into())];
    assert_eq!(
        read(Type::Money, money).await,
        [F64(Some(-0.0001)), F64(Some(12_345_678_901.234_5)), F64(Some(-922_337_203_685_477.6)), F64(None)]
    );
    let next_to_each_other = vec![Value::Decimal(i64::MAX.into()), Value::Decimal(i128::from(i64::MAX) - 1)];
    let seen = read(Type::Money, next_to_each_other).await;
    assert_eq!(seen[0], seen[1], "tiberius has begun to read money exactly");
}

#[tokio::test]
async fn unique_identifiers() {
    let guid = 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef;
    assert_eq!(
        read(Type::UniqueIdentifier, vec![Value::Guid(guid), Value::Guid(0), Value::Guid(u128::MAX)]).await,
        [Guid(Some(Uuid::from_u128(guid))), Guid(Some(Uuid::nil())), Guid(Some(Uuid::max())), Guid(None)]
    );
}
