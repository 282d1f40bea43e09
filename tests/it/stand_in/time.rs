//! Dates and times as text -> the numbers in which SQL Server sends them.

/// Days from 0001-01-01 to `2024-02-29`.
pub(super) fn days(text: &str) -> u32 {
    let [year, month, day] = [&text[..4], &text[5..7], &text[8..10]].map(|part| part.parse::<u32>().unwrap());
    let before = year - 1;
    let leap = |year: u32| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let months = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let of_months: u32 = months[..month as usize - 1].iter().sum();
    before * 365 + before / 4 - before / 100 + before / 400 + of_months + day - 1
}

/// `08:30:00.125` in units of 10^-`scale` seconds.
pub(super) fn ticks(text: &str, scale: i64) -> u64 {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds = clock.split(':').fold(0, |seconds, part| seconds * 60 + part.parse::<u64>().unwrap());
    let seconds = if clock.matches(':').count() == 1 { seconds * 60 } else { seconds };
    let scale = usize::try_from(scale).unwrap();
    let fraction: u64 = format!("{fraction:0<scale$}")[..scale].parse().unwrap_or_default();
    seconds * 10_u64.pow(u32::try_from(scale).unwrap()) + fraction
}

/// `2024-02-29 08:30:00.5`, also with `T`, `Z` or an offset: the day and the time in UTC, and the offset in minutes.
pub(super) fn moment(text: &str, scale: i64) -> (u32, u64, i16) {
    let (date, rest) = text.split_at(10);
    let rest = rest.trim_start_matches(['T', ' ']).trim_end_matches('Z');
    let at = rest.rfind(['+', '-']).unwrap_or(rest.len());
    let (time, offset) = (rest[..at].trim(), minutes(&rest[at..]));
    let time = if time.is_empty() { 0 } else { ticks(time, scale) };
    let day = 86_400 * 10_i64.pow(u32::try_from(scale).unwrap());
    let local = i64::from(days(date)) * day + i64::try_from(time).unwrap();
    let utc = local - i64::from(offset) * day / (24 * 60);
    (u32::try_from(utc / day).unwrap(), u64::try_from(utc % day).unwrap(), offset)
}

/// `+05:30` in minutes.
fn minutes(offset: &str) -> i16 {
    let Some((hours, minutes)) = offset.split_once(':') else { return 0 };
    let (sign, hours) = if let Some(hours) = hours.strip_prefix('-') { (-1, hours) } else { (1, &hours[1..]) };
    sign * (hours.parse::<i16>().unwrap() * 60 + minutes.parse::<i16>().unwrap())
}

#[test]
fn moments_become_numbers() {
    assert_eq!((days("0001-01-01"), days("1900-01-01"), days("9999-12-31")), (0, 693_595, 3_652_058));
    assert_eq!((ticks("08:30", 0), ticks("00:00:01.25", 3)), (30_600, 1250));
    assert_eq!(moment("2024-02-29T01:00:00+02:00", 0), (days("2024-02-28"), 23 * 3600, 120));
}
