//! Dates and times at their extremes and of every scale, and NULL.

use tiberius::ColumnData::{self, SmallDateTime};
use tiberius::time;

use super::client::read;
use crate::tds::{Type, Value};

/// 9999-12-31 in days since 0001-01-01.
const LAST_DAY: u32 = 3_652_058;

fn last_tick(scale: u8) -> u64 {
    86_400 * 10_u64.pow(scale.into()) - 1
}

fn date_time2(days: u32, ticks: u64, scale: u8) -> time::DateTime2 {
    time::DateTime2::new(time::Date::new(days), time::Time::new(ticks, scale))
}

#[tokio::test]
async fn dates() {
    let seen = |days| ColumnData::Date(Some(time::Date::new(days)));
    let values = vec![Value::Date(0), Value::Date(LAST_DAY)];
    assert_eq!(read(Type::Date, values).await, [seen(0), seen(LAST_DAY), ColumnData::Date(None)]);
}

#[tokio::test]
async fn times_of_every_scale() {
    for scale in 0..=7 {
        let seen = |ticks| ColumnData::Time(Some(time::Time::new(ticks, scale)));
        let last = last_tick(scale);
        let values = vec![Value::Time(0), Value::Time(1), Value::Time(last)];
        assert_eq!(read(Type::Time(scale), values).await, [seen(0), seen(1), seen(last), ColumnData::Time(None)]);
    }
}

#[tokio::test]
async fn dates_with_times_of_every_scale() {
    for scale in 0..=7 {
        let seen = |days, ticks| ColumnData::DateTime2(Some(date_time2(days, ticks, scale)));
        let last = last_tick(scale);
        let values = vec![Value::DateTime2(0, 0), Value::DateTime2(LAST_DAY, last)];
        assert_eq!(
            read(Type::DateTime2(scale), values).await,
            [seen(0, 0), seen(LAST_DAY, last), ColumnData::DateTime2(None)]
        );
    }
}

#[tokio::test]
async fn dates_with_offsets_of_every_scale() {
    for scale in 0..=7 {
        let seen = |days, ticks, offset| {
            let time = time::DateTimeOffset::new(date_time2(days, ticks, scale), offset);
            ColumnData::DateTimeOffset(Some(time))
        };
        let last = last_tick(scale);
        let values = vec![
            Value::DateTimeOffset(0, 0, 840),
            Value::DateTimeOffset(738_000, 1, -330),
            Value::DateTimeOffset(LAST_DAY, last, -840),
        ];
        let expected =
            [seen(0, 0, 840), seen(738_000, 1, -330), seen(LAST_DAY, last, -840), ColumnData::DateTimeOffset(None)];
        assert_eq!(read(Type::DateTimeOffset(scale), values).await, expected);
    }
}

#[tokio::test]
async fn dates_of_the_old_types() {
    // From 1753 to 9999, and from 1900 to 2079.
    let seen = |days, ticks| ColumnData::DateTime(Some(time::DateTime::new(days, ticks)));
    let last = 86_400 * 300 - 1;
    let values = vec![Value::DateTime(-53_690, 0), Value::DateTime(2_958_463, last)];
    assert_eq!(
        read(Type::DateTime, values).await,
        [seen(-53_690, 0), seen(2_958_463, last), ColumnData::DateTime(None)]
    );
    let seen = |days, minutes| SmallDateTime(Some(time::SmallDateTime::new(days, minutes)));
    let values = vec![Value::SmallDateTime(0, 0), Value::SmallDateTime(u16::MAX, 1439)];
    assert_eq!(read(Type::SmallDateTime, values).await, [seen(0, 0), seen(u16::MAX, 1439), SmallDateTime(None)]);
}
