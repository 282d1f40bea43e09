//! Dates and times of every type at their extremes, and NULL: nothing is rounded, no offset is lost.

use super::values::{Case, assert_values};
use crate::tds::Value::{self, Date, DateTime, DateTime2, DateTimeOffset, SmallDateTime, Time};

/// 9999-12-31, in days since 0001-01-01.
const LAST: u32 = 3_652_058;
/// 2024-02-29 and 2038-01-20, the first whole day that a signed 32-bit number of seconds cannot reach.
const LEAP: u32 = 738_944;
const BEYOND: u32 = 744_018;

/// The last moment of a day at a scale, and how its fraction is written.
fn last(scale: u8) -> (u64, String) {
    let fraction = "9".repeat(scale.into());
    (86_400 * 10_u64.pow(scale.into()) - 1, if scale == 0 { fraction } else { format!(".{fraction}") })
}

/// So many units from midnight, in a time that is not a whole number of seconds if the scale allows it.
fn half_past_eleven_at_night(scale: u8) -> u64 {
    (23 * 60 + 30) * 60 * 10_u64.pow(scale.into())
}

/// Cases of one type for each scale from 0 to 7.
#[track_caller]
fn assert_for_each_scale(name: &str, values: impl Fn(u8) -> Vec<(Value, String)>) {
    let declared: Vec<String> = (0..=7).map(|scale| format!("{name}({scale})")).collect();
    let values: Vec<Vec<(Value, String)>> = (0..=7).map(values).collect();
    let borrowed =
        values.iter().map(|values| values.iter().map(|(value, json)| (value.clone(), json.as_str())).collect());
    let cases: Vec<Case<'_>> = declared.iter().map(String::as_str).zip(borrowed).collect();
    assert_values(&cases);
}

#[test]
fn dates_reach_from_the_first_year_to_the_last() {
    let values = vec![
        (Date(0), r#""0001-01-01""#),
        (Date(LAST), r#""9999-12-31""#),
        (Date(LEAP), r#""2024-02-29""#),
        (Date(BEYOND), r#""2038-01-20""#),
    ];
    assert_values(&[("date", values)]);
}

#[test]
fn times_of_the_day_have_the_digits_of_their_scale() {
    assert_for_each_scale("time", |scale| {
        let (ticks, fraction) = last(scale);
        let least = if scale == 0 { "00:00:01".to_owned() } else { format!("00:00:00.{:0>1$}", 1, scale.into()) };
        vec![
            (Time(0), r#""00:00:00""#.to_owned()),
            (Time(1), format!("\"{least}\"")),
            (Time(ticks), format!("\"23:59:59{fraction}\"")),
        ]
    });
}

#[test]
fn moments_without_an_offset_are_in_utc() {
    assert_for_each_scale("datetime2", |scale| {
        let (ticks, fraction) = last(scale);
        vec![
            (DateTime2(0, 0), r#""0001-01-01T00:00:00Z""#.to_owned()),
            (DateTime2(LAST, ticks), format!("\"9999-12-31T23:59:59{fraction}Z\"")),
            (DateTime2(BEYOND, half_past_eleven_at_night(scale)), r#""2038-01-20T23:30:00Z""#.to_owned()),
        ]
    });
}

#[test]
fn moments_with_an_offset_keep_it() {
    assert_for_each_scale("datetimeoffset", |scale| {
        let (ticks, fraction) = last(scale);
        let (late, early) = (half_past_eleven_at_night(scale), 30 * 60 * 10_u64.pow(scale.into()));
        let ten = 10 * 3600 * 10_u64.pow(scale.into());
        [
            (DateTimeOffset(0, 0, 0), "0001-01-01T00:00:00Z".to_owned()),
            (DateTimeOffset(0, 0, 14 * 60), "0001-01-01T14:00:00+14:00".to_owned()),
            (DateTimeOffset(LAST, ticks, -14 * 60), format!("9999-12-31T09:59:59{fraction}-14:00")),
            (DateTimeOffset(LAST, ten - 1, 14 * 60), format!("9999-12-31T23:59:59{fraction}+14:00")),
            (DateTimeOffset(LEAP, late, 60), "2024-03-01T00:30:00+01:00".to_owned()),
            (DateTimeOffset(LEAP + 1, early, -60), "2024-02-29T23:30:00-01:00".to_owned()),
            (DateTimeOffset(BEYOND, 0, 345), "2038-01-20T05:45:00+05:45".to_owned()),
            (DateTimeOffset(BEYOND, late, -30), "2038-01-20T23:00:00-00:30".to_owned()),
        ]
        .map(|(value, text)| (value, format!("\"{text}\"")))
        .into()
    });
}

#[test]
fn older_types_have_the_digits_that_the_server_shows() {
    let datetime = vec![
        (DateTime(-53_690, 0), r#""1753-01-01T00:00:00Z""#),
        (DateTime(2_958_463, 25_919_999), r#""9999-12-31T23:59:59.997Z""#),
        (DateTime(50_423, 1), r#""2038-01-20T00:00:00.003Z""#),
        (DateTime(50_423, 2), r#""2038-01-20T00:00:00.007Z""#),
        (DateTime(-1, 25_919_998), r#""1899-12-31T23:59:59.993Z""#),
    ];
    let small = vec![
        (SmallDateTime(0, 0), r#""1900-01-01T00:00:00Z""#),
        (SmallDateTime(65_535, 1439), r#""2079-06-06T23:59:00Z""#),
    ];
    assert_values(&[("datetime", datetime), ("smalldatetime", small)]);
}
