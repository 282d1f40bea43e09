//! Exact values as databases count them -> the text in which OData writes them, on the stack.
//!
//! Source: ABNF 4.01, rules `decimalValue`, `dateValue`, `timeOfDayValue`, `dateTimeOffsetValue`. Zeros at the end of a
//! fraction say nothing and are left out.

use super::short::Short;

/// As many as a decimal can have digits.
const ZEROS: &str = "00000000000000000000000000000000000000";
/// The parts of a second that a time is counted in, by the digits of its fraction.
const UNITS: [u64; 10] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];
const SECONDS_A_DAY: i64 = 86_400;
/// 9999-12-31, counted in days from 0001-01-01.
const LAST_DAY: u32 = 3_652_058;
/// The longest offset from UTC that there is, in minutes.
const LONGEST_OFFSET: u64 = 14 * 60;

/// A moment: a day, a time of the day, and the offset from UTC in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Days since 0001-01-01, in UTC.
    pub day: i64,
    /// Time since midnight, in UTC.
    pub time: Ticks,
    /// Minutes east of UTC.
    pub offset: i16,
}

/// A time since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticks {
    /// Counted in seconds / 10^`scale`.
    pub count: u64,
    /// Digits of the fraction, at most 9.
    pub scale: u8,
}

impl Short {
    /// `unscaled` / 10^`scale`.
    pub fn decimal(unscaled: i128, scale: u8) -> Option<Self> {
        let mut digits = itoa::Buffer::new();
        // Most numbers are small, and small numbers are written several times as fast.
        let digits = match u64::try_from(unscaled.unsigned_abs()) {
            Ok(small) => digits.format(small),
            Err(_) => digits.format(unscaled.unsigned_abs()),
        };
        let sign = if unscaled < 0 { "-" } else { "" };
        let scale = usize::from(scale);
        if digits.len() > scale {
            let (whole, fraction) = digits.split_at(digits.len() - scale);
            return number(&[sign, whole], fraction);
        }
        let zeros = ZEROS.get(..scale - digits.len())?;
        match digits.trim_end_matches('0') {
            "" => Self::from_parts(&["0"]),
            digits => Self::from_parts(&[sign, "0.", zeros, digits]),
        }
    }

    /// The day `day` days after 0001-01-01.
    pub fn date(day: i64) -> Option<Self> {
        let mut text = Self::new();
        text.push_date(day).map(|()| text)
    }

    /// A time of the day.
    pub fn time_of_day(time: Ticks) -> Option<Self> {
        let units = *UNITS.get(usize::from(time.scale))?;
        let mut text = Self::new();
        text.push_clock(time.count / units, time.count % units, time.scale).map(|()| text)
    }

    /// A moment, told in its own offset.
    pub fn moment(moment: Moment) -> Option<Self> {
        let Moment { day, time, offset } = moment;
        let units = *UNITS.get(usize::from(time.scale))?;
        let utc = day * SECONDS_A_DAY + i64::try_from(time.count / units).ok()?;
        let local = utc + i64::from(offset) * 60;
        let mut text = Self::new();
        text.push_date(local.div_euclid(SECONDS_A_DAY))?;
        text.push("T")?;
        text.push_clock(local.rem_euclid(SECONDS_A_DAY).unsigned_abs(), time.count % units, time.scale)?;
        text.push_offset(offset).map(|()| text)
    }

    fn push_date(&mut self, day: i64) -> Option<()> {
        let [year, month, days] = civil(u32::try_from(day).ok()?)?;
        self.push_digits(year.into(), 4)?;
        self.push("-")?;
        self.push_digits(month.into(), 2)?;
        self.push("-")?;
        self.push_digits(days.into(), 2)
    }

    /// `HH:MM:SS` and the fraction.
    fn push_clock(&mut self, seconds: u64, fraction: u64, scale: u8) -> Option<()> {
        if seconds >= SECONDS_A_DAY.unsigned_abs() {
            return None;
        }
        self.push_digits(seconds / 3600, 2)?;
        self.push(":")?;
        self.push_digits(seconds / 60 % 60, 2)?;
        self.push(":")?;
        self.push_digits(seconds % 60, 2)?;
        if fraction > 0 {
            self.push(".")?;
            self.push_digits(fraction, scale.into())?;
            self.trim_zeros();
        }
        Some(())
    }

    /// `Z`, or `+HH:MM`.
    fn push_offset(&mut self, minutes: i16) -> Option<()> {
        if minutes == 0 {
            return self.push("Z");
        }
        let length = u64::from(minutes.unsigned_abs());
        if length > LONGEST_OFFSET {
            return None;
        }
        self.push(if minutes < 0 { "-" } else { "+" })?;
        self.push_digits(length / 60, 2)?;
        self.push(":")?;
        self.push_digits(length % 60, 2)
    }
}

fn number(whole: &[&str; 2], fraction: &str) -> Option<Short> {
    match fraction.trim_end_matches('0') {
        "" => Short::from_parts(whole),
        fraction => Short::from_parts(&[whole[0], whole[1], ".", fraction]),
    }
}

/// Year, month and day of the day `day` days after 0001-01-01, in the proleptic Gregorian calendar. Years are counted
/// from March, so that the leap day comes last, in eras of 400 years.
fn civil(day: u32) -> Option<[u32; 3]> {
    if day > LAST_DAY {
        return None;
    }
    let day = day + 306;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u32::from(month <= 2);
    Some([year, month, of_year - (153 * from_march + 2) / 5 + 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(short: Option<Short>) -> String {
        short.map_or_else(|| "nothing".to_owned(), |short| short.as_str().to_owned())
    }

    #[test]
    fn decimals_keep_every_digit() {
        for (unscaled, scale, expected) in [
            (0, 0, "0"),
            (0, 4, "0"),
            (-5, 2, "-0.05"),
            (12_345, 2, "123.45"),
            (12_300, 2, "123"),
            (-100, 0, "-100"),
            (1, 38, "0.00000000000000000000000000000000000001"),
            (99_999_999_999_999_999_999_999_999_999_999_999_999, 0, "99999999999999999999999999999999999999"),
            (-99_999_999_999_999_999_999_999_999_999_999_999_999, 10, "-9999999999999999999999999999.9999999999"),
        ] {
            assert_eq!(text(Short::decimal(unscaled, scale)), expected);
        }
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (day, expected) in [
            (0, "0001-01-01"),
            (58, "0001-02-28"),
            (59, "0001-03-01"),
            (693_595, "1900-01-01"),
            (738_944, "2024-02-29"),
            (730_119, "2000-01-01"),
            (744_018, "2038-01-20"),
            (LAST_DAY.into(), "9999-12-31"),
            (i64::from(LAST_DAY) + 1, "nothing"),
            (-1, "nothing"),
        ] {
            assert_eq!(text(Short::date(day)), expected, "{day}");
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut before = civil(0).unwrap();
        for day in 1..=LAST_DAY {
            let [year, month, date] = civil(day).unwrap();
            let next_month = date == 1 && (month == before[1] + 1 || (month == 1 && before[1] == 12));
            assert!(date == before[2] + 1 && month == before[1] || next_month, "{day}");
            assert!(year == before[0] + u32::from(month == 1 && date == 1));
            before = [year, month, date];
        }
    }

    #[test]
    fn moments_are_told_in_their_own_offset() {
        let at = |day, count, scale, offset| text(Short::moment(Moment { day, time: Ticks { count, scale }, offset }));
        assert_eq!(at(738_944, 0, 7, 0), "2024-02-29T00:00:00Z");
        assert_eq!(at(738_944, 36_000_000, 3, 120), "2024-02-29T12:00:00+02:00");
        assert_eq!(at(738_944, 36_000_005, 3, -600), "2024-02-29T00:00:00.005-10:00");
        assert_eq!(at(738_944, 1, 7, -1), "2024-02-28T23:59:00.0000001-00:01");
        assert_eq!(at(LAST_DAY.into(), 863_999_999_999, 7, 0), "9999-12-31T23:59:59.9999999Z");
        assert_eq!(at(LAST_DAY.into(), 863_999_999_999, 7, 60), "nothing");
        assert_eq!(at(0, 0, 0, -840), "nothing");
        assert_eq!(text(Short::time_of_day(Ticks { count: 863_991_234_567, scale: 7 })), "23:59:59.1234567");
        assert_eq!(text(Short::time_of_day(Ticks { count: 864_000_000_000, scale: 7 })), "nothing");
        assert_eq!(text(Short::time_of_day(Ticks { count: 5, scale: 1 })), "00:00:00.5");
    }
}
