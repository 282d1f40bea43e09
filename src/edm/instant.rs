//! Dates and moments in canonical text <-> numbers that can be compared.
//!
//! A tick is 100 ns, the finest that either database keeps.

use super::short::Short;

/// In a second.
const TICKS: i64 = 10_000_000;
const SECONDS_A_DAY: i64 = 86_400;

/// The moment in ticks since 0001-01-01, UTC.
pub fn instant(moment: &str) -> Option<i64> {
    let (date, rest) = moment.split_at_checked(10)?;
    let at = rest.rfind(['Z', '+', '-'])?;
    let (time, offset) = (rest[..at].strip_prefix('T')?, &rest[at..]);
    let local = day_number(date)? * SECONDS_A_DAY * TICKS + ticks_of_day(time)?;
    Some(local - minutes(offset)? * 60 * TICKS)
}

/// The time that a moment tells in its own offset, in ticks since midnight.
pub fn clock(moment: &str) -> Option<i64> {
    let rest = moment.get(10..)?;
    let at = rest.rfind(['Z', '+', '-'])?;
    ticks_of_day(rest[..at].strip_prefix('T')?)
}

/// The offset of a moment, in minutes.
pub fn offset(moment: &str) -> Option<i64> {
    let rest = moment.get(10..)?;
    minutes(&rest[rest.rfind(['Z', '+', '-'])?..])
}

/// A time of the day in ticks since midnight.
pub fn ticks_of_day(time: &str) -> Option<i64> {
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = clock.split(':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let digits = format!("{fraction:0<7}");
    let fraction: i64 = digits.get(..7)?.parse().ok()?;
    Some(((hours * 60 + minutes) * 60 + seconds) * TICKS + fraction)
}

/// The day that is so many days after `date`, if the calendar has it.
pub fn day_after(date: &str, days: i64) -> Option<String> {
    Short::date(day_number(date)? + days).map(|day| day.as_str().to_owned())
}

/// The day, in UTC, of ticks since 0001-01-01.
pub fn day_of(ticks: i64) -> Option<String> {
    Short::date(ticks.div_euclid(SECONDS_A_DAY * TICKS)).map(|day| day.as_str().to_owned())
}

/// Days since 0001-01-01, in the proleptic Gregorian calendar. Years are counted from March, so that the leap day comes last.
fn day_number(date: &str) -> Option<i64> {
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 306)
}

/// `Z` or `+02:00` in minutes.
fn minutes(offset: &str) -> Option<i64> {
    let Some((hours, minutes)) = offset.split_once(':') else { return (offset == "Z").then_some(0) };
    let sign = if hours.starts_with('-') { -1 } else { 1 };
    Some(sign * (hours.get(1..)?.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_numbered_without_gaps() {
        for number in (0..3_652_059).step_by(97).chain([0, 1, 58, 59, 60, 3_652_058]) {
            assert_eq!(day_number(Short::date(number).unwrap().as_str()), Some(number));
        }
        assert_eq!(day_after("2024-02-28", 1).unwrap(), "2024-02-29");
        assert_eq!((day_after("9999-12-31", 1), day_after("0001-01-01", -1)), (None, None));
    }

    #[test]
    fn moments_are_the_same_in_every_offset() {
        let noon = instant("2024-02-29T12:00:00Z").unwrap();
        assert_eq!(instant("2024-02-29T14:00:00+02:00"), Some(noon));
        assert_eq!(instant("2024-02-28T22:00:00-14:00"), Some(noon));
        assert_eq!(instant("2024-02-29T12:00:00.0000001Z"), Some(noon + 1));
        assert_eq!(instant("0001-01-01T00:00:00Z"), Some(0));
        assert_eq!(instant("0001-01-01T00:00:00+14:00"), Some(-14 * 3600 * TICKS));
        assert_eq!(day_of(noon).unwrap(), "2024-02-29");
        assert_eq!(
            (clock("2024-02-29T14:00:00.5+02:00"), offset("2024-02-29T14:00:00-02:30")),
            (Some(504_005_000_000), Some(-150))
        );
    }
}
