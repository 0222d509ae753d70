//! `@date("Y-m-d")`: the format letters of PHP.

use jiff::Zoned;

use super::Evaluator;
use crate::{diagnostic::Diagnostic, parse::syntax::Call, span::Span, value::Value};

impl Evaluator<'_, '_> {
    /// Without a format, or as `@date.now()`: ISO 8601.
    pub(super) fn date(&mut self, call: Call, span: Span) -> Option<Value> {
        let format = if call.arguments.as_ref().is_none_or(Vec::is_empty) {
            "c".to_owned()
        } else {
            let mut arguments = self.arguments(&call, span, 1)?.into_iter();
            self.text_argument(&call, arguments.next()?)?
        };
        let text = format_date(&format, self.loader.now());
        if text.is_none() {
            self.report(
                Diagnostic::error("bad-date", "this date has no such form")
                    .at(span)
                    .help("the letters are those of PHP's `date`, such as \"Y-m-d H:i:s\""),
            );
        }
        text.map(Value::String)
    }
}

/// Letters that stand for nothing stand for themselves, as in PHP; `\` takes a letter as it is.
fn format_date(format: &str, now: &Zoned) -> Option<String> {
    let mut out = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.extend(letters.next()),
            _ => out.push_str(&field(letter, now)?),
        }
    }
    Some(out)
}

fn field(letter: char, now: &Zoned) -> Option<String> {
    let date = now.date();
    let hour12 = (now.hour() + 11) % 12 + 1;
    let strftime = |format: &str| jiff::fmt::strtime::format(format, now).ok();
    Some(match letter {
        'd' => format!("{:02}", now.day()),
        'j' => now.day().to_string(),
        'D' => return strftime("%a"),
        'l' => return strftime("%A"),
        'N' => now.weekday().to_monday_one_offset().to_string(),
        'w' => now.weekday().to_sunday_zero_offset().to_string(),
        'z' => (now.day_of_year() - 1).to_string(),
        'S' => suffix(now.day()).to_owned(),
        'W' => format!("{:02}", date.iso_week_date().week()),
        'o' => date.iso_week_date().year().to_string(),
        'm' => format!("{:02}", now.month()),
        'n' => now.month().to_string(),
        'M' => return strftime("%b"),
        'F' => return strftime("%B"),
        't' => now.days_in_month().to_string(),
        'L' => u8::from(now.in_leap_year()).to_string(),
        'Y' => now.year().to_string(),
        'y' => format!("{:02}", now.year().rem_euclid(100)),
        'a' => if now.hour() < 12 { "am" } else { "pm" }.to_owned(),
        'A' => if now.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        'g' => hour12.to_string(),
        'h' => format!("{hour12:02}"),
        'G' => now.hour().to_string(),
        'H' => format!("{:02}", now.hour()),
        'i' => format!("{:02}", now.minute()),
        's' => format!("{:02}", now.second()),
        'v' => format!("{:03}", now.millisecond()),
        'u' => format!("{:06}", now.subsec_nanosecond() / 1000),
        'e' => now.time_zone().iana_name().unwrap_or("UTC").to_owned(),
        'T' => return strftime("%Z"),
        'P' => return strftime("%:z"),
        'O' => return strftime("%z"),
        'Z' => now.offset().seconds().to_string(),
        'U' => now.timestamp().as_second().to_string(),
        'c' => return format_date("Y-m-d\\TH:i:sP", now),
        'r' => return format_date("D, d M Y H:i:s O", now),
        other => other.to_string(),
    })
}

fn suffix(day: i8) -> &'static str {
    match day {
        1 | 21 | 31 => "st",
        2 | 22 => "nd",
        3 | 23 => "rd",
        _ => "th",
    }
}
