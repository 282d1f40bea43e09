//! Numbers of every type at their extremes, and NULL.

use super::values::{Case, assert_values};
use crate::tds::Value::{Bit, Decimal, Float, Int, Real};

#[test]
fn whole_numbers_are_exact() {
    let cases: Vec<Case<'_>> = vec![
        ("bit", vec![(Bit(false), "false"), (Bit(true), "true")]),
        ("tinyint", vec![(Int(0), "0"), (Int(255), "255")]),
        ("smallint", vec![(Int(-32768), "-32768"), (Int(32767), "32767")]),
        ("int", vec![(Int(-2_147_483_648), "-2147483648"), (Int(2_147_483_647), "2147483647")]),
        ("bigint", vec![(Int(i64::MIN), "-9223372036854775808"), (Int(i64::MAX), "9223372036854775807")]),
    ];
    assert_values(&cases);
}

#[test]
fn decimals_have_every_digit() {
    const MOST: i128 = 99_999_999_999_999_999_999_999_999_999_999_999_999;
    let cases: Vec<Case<'_>> = vec![
        (
            "decimal(38,0)",
            vec![
                (Decimal(MOST), "99999999999999999999999999999999999999"),
                (Decimal(-MOST), "-99999999999999999999999999999999999999"),
            ],
        ),
        (
            "decimal(38,38)",
            vec![
                (Decimal(MOST), "0.99999999999999999999999999999999999999"),
                (Decimal(-1), "-0.00000000000000000000000000000000000001"),
                (Decimal(0), "0"),
            ],
        ),
        (
            "decimal(10,2)",
            vec![
                (Decimal(9_999_999_999), "99999999.99"),
                (Decimal(-9_999_999_999), "-99999999.99"),
                (Decimal(-1), "-0.01"),
                (Decimal(1250), "12.5"),
                (Decimal(100), "1"),
            ],
        ),
        ("numeric(19,4)", vec![(Decimal(9_999_999_999_999_999_999), "999999999999999.9999")]),
        ("numeric(28,28)", vec![(Decimal(-5), "-0.0000000000000000000000000005")]),
        ("decimal(1,0)", vec![(Decimal(9), "9"), (Decimal(-9), "-9")]),
    ];
    assert_values(&cases);
}

#[test]
fn money_is_never_a_double() {
    let cases: Vec<Case<'_>> = vec![
        (
            "money",
            vec![
                (Decimal(i64::MAX.into()), "922337203685477.5807"),
                (Decimal(i64::MIN.into()), "-922337203685477.5808"),
                (Decimal(1), "0.0001"),
            ],
        ),
        (
            "smallmoney",
            vec![(Decimal(2_147_483_647), "214748.3647"), (Decimal(-2_147_483_648), "-214748.3648"), (Decimal(0), "0")],
        ),
    ];
    assert_values(&cases);
}

#[test]
fn floating_point_numbers_have_the_digits_of_their_own_width() {
    let cases: Vec<Case<'_>> = vec![
        (
            "real",
            vec![
                (Real(f32::MAX), "3.4028235e+38"),
                (Real(f32::MIN), "-3.4028235e+38"),
                (Real(f32::MIN_POSITIVE), "1.1754944e-38"),
                (Real(0.1), "0.1"),
                (Real(16_777_216.0), "16777216.0"),
            ],
        ),
        (
            "float",
            vec![
                (Float(f64::MAX), "1.7976931348623157e+308"),
                (Float(f64::MIN), "-1.7976931348623157e+308"),
                (Float(f64::MIN_POSITIVE), "2.2250738585072014e-308"),
                (Float(0.1), "0.1"),
                (Float(0.1 + 0.2), "0.30000000000000004"),
            ],
        ),
    ];
    assert_values(&cases);
}
