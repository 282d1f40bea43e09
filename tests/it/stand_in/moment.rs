//! Dates, times and moments as text: in the one form of each type that the stand-in compares.
//!
//! `2024-02-29`, `08:30:00.0000000`, `2024-02-29 08:30:00.0000000`, and the same with `+02:00` behind it: always seven digits, so that the
//! order of texts is that of the times. Moments with an offset are compared by their instants.

use super::time::{days, ticks};

const TICKS_A_SECOND: i64 = 10_000_000;
const TICKS_A_MINUTE: i64 = 60 * TICKS_A_SECOND;
const TICKS_A_DAY: i64 = 24 * 60 * TICKS_A_MINUTE;
/// 9999-12-31.
const LAST_DAY: i64 = 3_652_058;

/// A day, the time of that day, and the offset in minutes that both are told with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// Since 0001-01-01.
    pub(super) day: i64,
    /// Ten-millionths of a second.
    pub(super) time: i64,
    pub(super) offset: i64,
}

impl Moment {
    /// Of a date, a time, or both, with `T` or a blank between them, perhaps with an offset.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (date, rest) = match text.as_bytes().get(4) {
            Some(b'-') => text.split_at_checked(10)?,
            _ => ("1900-01-01", text),
        };
        let (rest, offset) = split_offset(rest.trim_start_matches(['T', ' ']))?;
        let time = if rest.is_empty() { 0 } else { clock(rest)? };
        Some(Self { day: day(date)?, time, offset })
    }

    /// To so many digits of a second, rounded.
    pub(super) fn rounded(self, scale: i64) -> Self {
        self.to_units(10_i64.pow(7 - u32::try_from(scale).unwrap()))
    }

    fn to_units(self, unit: i64) -> Self {
        let all = self.local() + unit / 2;
        self.at(all - all.rem_euclid(unit))
    }

    /// As `datetime` keeps it: in 300ths of a second, which are told in thousandths.
    pub(super) fn in_three_hundredths(self) -> Self {
        let units = (self.time * 300 + TICKS_A_SECOND / 2) / TICKS_A_SECOND;
        let thousandths = (units * 10 + 1) / 3;
        self.at(self.day * TICKS_A_DAY + thousandths * (TICKS_A_SECOND / 1000))
    }

    /// As `smalldatetime` keeps it.
    pub(super) fn in_minutes(self) -> Self {
        self.to_units(TICKS_A_MINUTE)
    }

    fn local(self) -> i64 {
        self.day * TICKS_A_DAY + self.time
    }

    fn at(self, local: i64) -> Self {
        Self { day: local.div_euclid(TICKS_A_DAY), time: local.rem_euclid(TICKS_A_DAY), offset: self.offset }
    }

    /// What tells the order of moments.
    pub(super) fn instant(self) -> i64 {
        self.local() - self.offset * TICKS_A_MINUTE
    }

    /// The same instant with another offset.
    pub(super) fn switched(self, offset: i64) -> Self {
        Self { offset, ..self.at(self.instant() + offset * TICKS_A_MINUTE) }
    }

    /// Whether there is such a day, here and in UTC.
    pub(super) fn exists(self) -> bool {
        [self, self.switched(0)].iter().all(|moment| (0..=LAST_DAY).contains(&moment.day))
    }

    pub(super) fn date(self) -> String {
        let (year, month, day) = self.civil();
        format!("{year:04}-{month:02}-{day:02}")
    }

    pub(super) fn clock(self) -> String {
        let (second, fraction) = (self.time / TICKS_A_SECOND, self.time % TICKS_A_SECOND);
        format!("{:02}:{:02}:{:02}.{fraction:07}", second / 3600, second / 60 % 60, second % 60)
    }

    /// The offset as it is written.
    pub(super) fn zone(self) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        format!("{sign}{:02}:{:02}", self.offset.abs() / 60, self.offset.abs() % 60)
    }

    /// A part, as `DATEPART` calls it.
    pub(super) fn part(self, name: &str) -> Option<i64> {
        let (year, month, day) = self.civil();
        let second = self.time / TICKS_A_SECOND;
        Some(match name {
            "year" => year,
            "month" => month,
            "day" => day,
            "hour" => second / 3600,
            "minute" => second / 60 % 60,
            "second" => second % 60,
            "nanosecond" => self.time % TICKS_A_SECOND * 100,
            "tzoffset" => self.offset,
            _ => return None,
        })
    }

    /// Counted from the first of March, so that the leap day is a year's last.
    fn civil(self) -> (i64, i64, i64) {
        let shifted = self.day + 306;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let march = (5 * of_year + 2) / 153;
        let (day, month) = (of_year - (153 * march + 2) / 5 + 1, if march < 10 { march + 3 } else { march - 9 });
        (era * 400 + year + i64::from(month <= 2), month, day)
    }
}

/// `+05:30` and `Z` in minutes.
pub(super) fn minutes(zone: &str) -> Option<i64> {
    if zone.is_empty() || zone == "Z" {
        return Some(0);
    }
    let (hours, minutes) = zone[1..].split_once(':')?;
    let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
    (minutes <= 14 * 60).then_some(if zone.starts_with('-') { -minutes } else { minutes })
}

fn split_offset(text: &str) -> Option<(&str, i64)> {
    let at = text.find(['+', '-', 'Z']).unwrap_or(text.len());
    Some((text[..at].trim_end(), minutes(&text[at..])?))
}

fn day(date: &str) -> Option<i64> {
    let number = |from: usize, to: usize| date.get(from..to)?.parse::<u32>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    if year == 0 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let moment = Moment { day: i64::from(days(date)), time: 0, offset: 0 };
    // A day that its month does not have is one of the next.
    (moment.date() == date).then_some(moment.day)
}

fn clock(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let parts: Vec<u8> = whole.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let valid = matches!(parts.as_slice(), [0..=23, 0..=59] | [0..=23, 0..=59, 0..=59]);
    (valid && fraction.len() <= 9 && fraction.bytes().all(|digit| digit.is_ascii_digit()))
        .then(|| i64::try_from(ticks(text, 7)).unwrap())
}

#[test]
fn moments_have_one_form() {
    let of = |text: &str| Moment::parse(text).unwrap();
    let said = |moment: Moment| format!("{} {} {}", moment.date(), moment.clock(), moment.zone());
    assert_eq!(said(of("2024-02-29T08:30:00.5Z")), "2024-02-29 08:30:00.5000000 +00:00");
    assert_eq!(said(of("9999-12-31 23:59")), "9999-12-31 23:59:00.0000000 +00:00");
    assert_eq!(said(of("0001-01-01").switched(90)), "0001-01-01 01:30:00.0000000 +01:30");
    assert_eq!(said(of("2024-12-31 23:59:59.96").rounded(1)), "2025-01-01 00:00:00.0000000 +00:00");
    assert_eq!(said(of("2000-01-01 00:00:00.005").in_three_hundredths()), "2000-01-01 00:00:00.0070000 +00:00");
    assert_eq!(of("2024-01-01T01:00:00+01:00").instant(), of("2024-01-01").instant());
    assert_eq!(of("2023-03-01T00:00-03:30").switched(0).part("hour"), Some(3));
    assert!(!of("0001-01-01T00:00+01:00").exists());
    for none in ["2023-02-29", "24:00", "2024-1-1", "noon", "2024-01-01T00:00:00+15:00"] {
        assert_eq!(Moment::parse(none), None, "{none}");
    }
}
