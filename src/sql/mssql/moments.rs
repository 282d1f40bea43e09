//! Which moments SQL Server's types have: a cast of any other one is an error.

use crate::edm::{EdmType, Property, Value, instant};

const EARLIEST: &str = "0001-01-01T00:00:00Z";
const LATEST: &str = "9999-12-31T23:59:59.9999999Z";

/// Whether a type that holds moments has this one in its range; true for everything else.
pub(super) fn is_in_range(property: &Property, constant: &Value) -> bool {
    let (EdmType::DateTimeOffset { .. }, Value::Text(moment)) = (property.ty, constant) else { return true };
    let (earliest, latest) = match property.declared.as_str() {
        "datetime" => ("1753-01-01T00:00:00Z", "9999-12-31T23:59:59.997Z"),
        "smalldatetime" => ("1900-01-01T00:00:00Z", "2079-06-06T23:59:00Z"),
        _ => (EARLIEST, LATEST),
    };
    let bounds = instant(earliest)..=instant(latest);
    bounds.contains(&instant(moment))
}

/// The moment, or the nearest one that there is: an offset may lead out of the years that have four digits.
pub(super) fn nearest(moment: &str) -> &str {
    match instant(moment) {
        Some(at) if Some(at) < instant(EARLIEST) => EARLIEST,
        Some(at) if Some(at) > instant(LATEST) => LATEST,
        _ => moment,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_out_of_range_has_a_nearest_one() {
        assert_eq!(nearest("0001-01-01T00:30:00+01:00"), EARLIEST);
        assert_eq!(nearest("9999-12-31T23:30:00-01:00"), LATEST);
        assert_eq!(nearest("2024-01-01T00:00:00+01:00"), "2024-01-01T00:00:00+01:00");
    }
}
