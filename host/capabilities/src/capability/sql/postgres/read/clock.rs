//! Dates and times, counted from the first moment of the year 2000.

use std::fmt::Write;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 60 * 60 * SECOND;
/// From 1970 to 2000.
const DAYS_TO_2000: i64 = 10_957;

pub(super) fn date(days: i32, out: &mut String) {
    match days {
        i32::MAX => out.push_str("infinity"),
        i32::MIN => out.push_str("-infinity"),
        _ => {
            let era = day(days.into(), out);
            out.push_str(era);
        }
    }
}

/// `zone` stands behind the time.
pub(super) fn timestamp(micros: i64, zone: &str, out: &mut String) {
    match micros {
        i64::MAX => out.push_str("infinity"),
        i64::MIN => out.push_str("-infinity"),
        _ => {
            let era = day(micros.div_euclid(DAY), out);
            out.push(' ');
            time(micros.rem_euclid(DAY), out);
            out.push_str(zone);
            out.push_str(era);
        }
    }
}

pub(super) fn time(micros: i64, out: &mut String) {
    let seconds = micros / SECOND;
    add(
        out,
        format_args!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
    );
    fraction(micros % SECOND, out);
}

/// A time, and the seconds that its zone is west of Greenwich.
pub(super) fn timetz(bytes: [u8; 12], out: &mut String) {
    let [a, b, c, d, e, f, g, h, zone @ ..] = bytes;
    time(i64::from_be_bytes([a, b, c, d, e, f, g, h]), out);
    let east = -i64::from(i32::from_be_bytes(zone));
    out.push(if east < 0 { '-' } else { '+' });
    let (hours, minutes, seconds) = (east.abs() / 3600, east.abs() / 60 % 60, east.abs() % 60);
    add(out, format_args!("{hours:02}"));
    if minutes != 0 || seconds != 0 {
        add(out, format_args!(":{minutes:02}"));
    }
    if seconds != 0 {
        add(out, format_args!(":{seconds:02}"));
    }
}

/// Microseconds, days and months, as the server shows them with `IntervalStyle` at `postgres`.
pub(super) fn interval(bytes: [u8; 16], out: &mut String) {
    let [a, b, c, d, e, f, g, h, i, j, k, l, months @ ..] = bytes;
    let micros = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
    let (days, months) = (i32::from_be_bytes([i, j, k, l]), i32::from_be_bytes(months));
    let (mut is_first, mut is_before) = (true, false);
    for (count, unit) in [(months / 12, "year"), (months % 12, "mon"), (days, "day")] {
        if count != 0 {
            let space = if is_first { "" } else { " " };
            let plus = if is_before && count > 0 { "+" } else { "" };
            let plural = if count == 1 { "" } else { "s" };
            add(out, format_args!("{space}{plus}{count} {unit}{plural}"));
            (is_first, is_before) = (false, count < 0);
        }
    }
    if is_first || micros != 0 {
        if !is_first {
            out.push(' ');
        }
        if micros < 0 {
            out.push('-');
        } else if is_before {
            out.push('+');
        }
        // Of the least number there is no positive one.
        time(micros.checked_abs().unwrap_or(i64::MAX), out);
    }
}

/// Writes a day of the calendar, and gives what stands behind it where it is before the year 1.
fn day(since_2000: i64, out: &mut String) -> &'static str {
    let (year, month, day) = civil(since_2000 + DAYS_TO_2000);
    // There is no year 0.
    let (shown, era) = if year > 0 { (year, "") } else { (1 - year, " BC") };
    add(out, format_args!("{shown:04}-{month:02}-{day:02}"));
    era
}

/// Year, month and day of a day since 1970, in the Gregorian calendar without an end (Howard Hinnant's algorithm). The
/// server's years are more than any library of times takes.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

fn fraction(micros: i64, out: &mut String) {
    if micros != 0 {
        add(out, format_args!(".{micros:06}"));
        out.truncate(out.trim_end_matches('0').len());
    }
}

fn add(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = out.write_fmt(text);
}
