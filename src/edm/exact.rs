//! Exact values as databases count them -> the text in which OData writes them, on the stack.
//!
//! Source: ABNF 4.01, rules `decimalValue`, `dateValue`, `timeOfDayValue`, `dateTimeOffsetValue`. Zeros at the end of a
//! fraction say nothing and are left out.

use super::short::Short;

/// As many as a decimal can have digits.
const ZEROS: &str = "00000000000000000000000000000000000000";
const SECONDS_A_DAY: i64 = 86_400;
/// 9999-12-31, counted in days from 0001-01-01.
const LAST_DAY: i64 = 3_652_058;
/// The longest offset from UTC that there is, in minutes.
const LONGEST_OFFSET: i16 = 14 * 60;

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
        let digits = digits.format(unscaled.unsigned_abs());
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
        let [year, month, days] = civil(day)?;
        Self::from_parts(&[four(year).as_str(), "-", two(month).as_str(), "-", two(days).as_str()])
    }

    /// A time of the day.
    pub fn time_of_day(time: Ticks) -> Option<Self> {
        let units = 10_u64.checked_pow(time.scale.into())?;
        let (seconds, fraction) = (i64::try_from(time.count / units).ok()?, time.count % units);
        (seconds < SECONDS_A_DAY).then(|| clock(seconds, fraction, time.scale))?
    }

    /// A moment, told in its own offset.
    pub fn moment(moment: Moment) -> Option<Self> {
        let Moment { day, time, offset } = moment;
        let units = 10_u64.checked_pow(time.scale.into())?;
        let utc = day * SECONDS_A_DAY + i64::try_from(time.count / units).ok()?;
        let local = utc + i64::from(offset) * 60;
        let date = Self::date(local.div_euclid(SECONDS_A_DAY))?;
        let clock = clock(local.rem_euclid(SECONDS_A_DAY), time.count % units, time.scale)?;
        Self::from_parts(&[date.as_str(), "T", clock.as_str(), self::offset(offset)?.as_str()])
    }
}

fn number(whole: &[&str; 2], fraction: &str) -> Option<Short> {
    match fraction.trim_end_matches('0') {
        "" => Short::from_parts(whole),
        fraction => Short::from_parts(&[whole[0], whole[1], ".", fraction]),
    }
}

/// `HH:MM:SS` and the fraction.
fn clock(seconds: i64, fraction: u64, scale: u8) -> Option<Short> {
    let (hours, minutes, seconds) = (two(seconds / 3600), two(seconds / 60 % 60), two(seconds % 60));
    let whole = Short::from_parts(&[hours.as_str(), ":", minutes.as_str(), ":", seconds.as_str()])?;
    if fraction == 0 {
        return Some(whole);
    }
    let digits = Digits::<9>::of(fraction.try_into().ok()?);
    let kept = digits.as_str().get(9 - usize::from(scale)..)?.trim_end_matches('0');
    Short::from_parts(&[whole.as_str(), ".", kept])
}

/// `Z`, or `+HH:MM`.
fn offset(minutes: i16) -> Option<Short> {
    if minutes == 0 {
        return Short::from_parts(&["Z"]);
    }
    let (sign, minutes) = (if minutes < 0 { "-" } else { "+" }, minutes.checked_abs()?);
    let (hours, rest) = (two((minutes / 60).into()), two((minutes % 60).into()));
    (minutes <= LONGEST_OFFSET).then(|| Short::from_parts(&[sign, hours.as_str(), ":", rest.as_str()]))?
}

/// Year, month and day of the day `day` days after 0001-01-01, in the proleptic Gregorian calendar. Years are counted
/// from March, so that the leap day comes last, in eras of 400 years.
fn civil(day: i64) -> Option<[i64; 3]> {
    if !(0..=LAST_DAY).contains(&day) {
        return None;
    }
    let day = day + 306;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    Some([year, month, of_year - (153 * from_march + 2) / 5 + 1])
}

fn two(number: i64) -> Digits<2> {
    Digits::of(number)
}

fn four(number: i64) -> Digits<4> {
    Digits::of(number)
}

/// A number in exactly `N` digits.
struct Digits<const N: usize>([u8; N]);

impl<const N: usize> Digits<N> {
    fn of(mut number: i64) -> Self {
        let mut digits = [b'0'; N];
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
        }
        Self(digits)
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
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
            (LAST_DAY, "9999-12-31"),
            (LAST_DAY + 1, "nothing"),
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
            assert!(year == before[0] + i64::from(month == 1 && date == 1));
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
        assert_eq!(at(LAST_DAY, 863_999_999_999, 7, 0), "9999-12-31T23:59:59.9999999Z");
        assert_eq!(at(LAST_DAY, 863_999_999_999, 7, 60), "nothing");
        assert_eq!(at(0, 0, 0, -840), "nothing");
        assert_eq!(text(Short::time_of_day(Ticks { count: 863_991_234_567, scale: 7 })), "23:59:59.1234567");
        assert_eq!(text(Short::time_of_day(Ticks { count: 864_000_000_000, scale: 7 })), "nothing");
        assert_eq!(text(Short::time_of_day(Ticks { count: 5, scale: 1 })), "00:00:00.5");
    }
}
