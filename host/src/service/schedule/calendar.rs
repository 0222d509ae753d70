//! Cron expressions beside a second implementation: each day of 40 years and more, and each minute around the changes of
//! clocks, asked by itself.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Weekday, date},
    tz::TimeZone,
};

use super::rhythm::Rhythm;

/// An expression's days, and the same said in another way.
type Days = (&'static str, fn(Date) -> bool);

const DAYS: [Days; 29] = [
    ("L * *", |day| is_last(day)),
    ("l * *", |day| is_last(day)),
    ("31 * *", |day| day.day() == 31),
    ("15,L * *", |day| day.day() == 15 || is_last(day)),
    ("L 12 *", |day| is_last(day) && day.month() == 12),
    ("L FEB *", |day| is_last(day) && day.month() == 2),
    ("29 2 *", |day| day.month() == 2 && day.day() == 29),
    ("LW * *", |day| {
        is_working(day) && until_end(day).skip(1).all(|next| !is_working(next))
    }),
    ("1W * *", |day| {
        is_working(day) && (1..day.day()).all(|before| !is_working(date(day.year(), day.month(), before)))
    }),
    ("15W * *", |day| is_working_day_of(day, 15)),
    ("31W * *", |day| is_working_day_of(day, 31)),
    ("30W,3 * *", |day| is_working_day_of(day, 30) || day.day() == 3),
    ("* * 5L", |day| {
        is_a(day, 5) && until_end(day).skip(1).all(|next| !is_a(next, 5))
    }),
    ("* * FRIL", |day| is_a(day, 5) && until_end(day).count() <= 7),
    ("* 12 7L", |day| day.month() == 12 && is_a(day, 0) && day.day() > 24),
    ("* * 0L,1L", |day| {
        day.weekday().to_sunday_zero_offset() < 2 && until_end(day).count() <= 7
    }),
    ("* * 5#3", |day| is_a(day, 5) && (15..=21).contains(&day.day())),
    ("* * MON#5", |day| is_a(day, 1) && day.day() > 28),
    ("* 2 1#5", |day| day.month() == 2 && day.day() == 29 && is_a(day, 1)),
    ("* * MON-FRI", |day| is_working(day)),
    ("* * FRI-MON", |day| {
        [5, 6, 0, 1].iter().any(|weekday| is_a(day, *weekday))
    }),
    ("* * 5-7", |day| [5, 6, 0].iter().any(|weekday| is_a(day, *weekday))),
    ("* * 0-7", |_| true),
    ("28-3 NOV-FEB *", |day| {
        (day.day() >= 28 || day.day() <= 3) && [11, 12, 1, 2].contains(&day.month())
    }),
    ("13 * FRI", |day| day.day() == 13 || is_a(day, 5)),
    ("L * 1#1", |day| is_last(day) || (is_a(day, 1) && day.day() <= 7)),
    ("*/2 * MON", |day| day.day() % 2 == 1 && is_a(day, 1)),
    ("1-31/2 * MON", |day| day.day() % 2 == 1 || is_a(day, 1)),
    ("13 * */2", |day| {
        day.day() == 13 && day.weekday().to_sunday_zero_offset() % 2 == 0
    }),
];

fn is_a(day: Date, weekday: i8) -> bool {
    day.weekday().to_sunday_zero_offset() == weekday
}

fn is_working(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The day and those after it in its month.
fn until_end(day: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(day), |day| day.tomorrow().ok()).take_while(move |next| next.month() == day.month())
}

fn is_last(day: Date) -> bool {
    day.tomorrow().unwrap().day() == 1
}

/// Nobody in the month that works is nearer to the day of that number.
fn is_working_day_of(day: Date, number: i8) -> bool {
    let month: Vec<Date> = until_end(day.first_of_month()).collect();
    let away = |other: &Date| (other.day() - number).abs();
    let nearest = month.iter().filter(|day| is_working(**day)).min_by_key(|day| away(day));
    number <= day.days_in_month() && nearest == Some(&day)
}

#[test]
fn each_day_of_forty_years_and_of_a_century_without_a_leap_day() {
    for (days, is_meant) in DAYS {
        let rhythm = Rhythm::parse(&format!("0 0 {days}")).unwrap();
        for (from, until) in [
            (date(2000, 1, 1), date(2040, 12, 31)),
            (date(2095, 1, 1), date(2105, 1, 1)),
        ] {
            let midnight = |day: Date| day.to_zoned(TimeZone::UTC).unwrap().timestamp();
            let before = midnight(from) - SignedDuration::from_secs(1);
            let slots = std::iter::successors(rhythm.after(before), |slot| rhythm.after(*slot));
            let found: Vec<Timestamp> = slots.take_while(|slot| *slot <= midnight(until)).collect();
            let all = std::iter::successors(Some(from), |day| day.tomorrow().ok());
            let expected: Vec<Timestamp> = all
                .take_while(|day| *day <= until)
                .filter(|day| is_meant(*day))
                .map(midnight)
                .collect();
            assert_eq!(found, expected, "{days} from {from}");
            // And backwards.
            let last = midnight(until);
            let slots = std::iter::successors(rhythm.latest(last), |slot| {
                rhythm.latest(*slot - SignedDuration::from_secs(1))
            });
            let mut found: Vec<Timestamp> = slots.take_while(|slot| *slot > before).collect();
            found.reverse();
            assert_eq!(found, expected, "{days} backwards from {until}");
        }
    }
}

#[test]
fn both_changes_of_clocks_in_each_year() {
    type Times = (&'static str, fn(i8, i8) -> bool);
    let times: [Times; 6] = [
        ("30 2", |hour, minute| (hour, minute) == (2, 30)),
        ("0 0", |hour, minute| (hour, minute) == (0, 0)),
        ("*/20 *", |_, minute| minute % 20 == 0),
        ("50-10/5 22-3", |hour, minute| {
            !(4..22).contains(&hour) && minute % 5 == 0 && !(11..50).contains(&minute)
        }),
        ("15,45 1,2", |hour, minute| {
            [1, 2].contains(&hour) && [15, 45].contains(&minute)
        }),
        ("59 23", |hour, minute| (hour, minute) == (23, 59)),
    ];
    // By an hour, by half of one, at midnight, before there was any, and over a whole day.
    for (name, from, until) in [
        ("Europe/Berlin", 2000, 2040),
        ("America/New_York", 2000, 2040),
        ("Australia/Lord_Howe", 2000, 2040),
        ("America/Havana", 2000, 2040),
        ("America/Sao_Paulo", 2000, 2020),
        ("Pacific/Apia", 2010, 2013),
        ("Asia/Kolkata", 2000, 2003),
    ] {
        let zone = TimeZone::get(name).unwrap();
        let begin = date(from, 1, 1).to_zoned(TimeZone::UTC).unwrap().timestamp();
        let end = date(until, 1, 1).to_zoned(TimeZone::UTC).unwrap().timestamp();
        for change in zone.following(begin).take_while(|change| change.timestamp() < end) {
            let around = SignedDuration::from_hours(if name == "Pacific/Apia" { 26 } else { 4 });
            let (first, last) = (change.timestamp() - around, change.timestamp() + around);
            let minutes: Vec<(Timestamp, i8, i8)> = (first.as_second() / 60..=last.as_second() / 60)
                .map(|minute| {
                    let time = Timestamp::from_second(minute * 60).unwrap();
                    let there = zone.to_datetime(time);
                    (time, there.hour(), there.minute())
                })
                .collect();
            for (time, is_meant) in times {
                let rhythm = Rhythm::parse(&format!("{time} * * * {name}")).unwrap();
                let expected: Vec<Timestamp> = minutes
                    .iter()
                    .filter(|(_, hour, minute)| is_meant(*hour, *minute))
                    .map(|(time, ..)| *time)
                    .collect();
                let before = minutes[0].0 - SignedDuration::from_secs(1);
                let slots = std::iter::successors(rhythm.after(before), |slot| rhythm.after(*slot));
                let found: Vec<Timestamp> = slots.take_while(|slot| *slot <= last).collect();
                assert_eq!(found, expected, "{time} in {name} around {}", change.timestamp());
                for pair in expected.windows(2) {
                    let between = pair[1] - SignedDuration::from_secs(1);
                    assert_eq!(rhythm.latest(between), Some(pair[0]), "{time} in {name} at {between}");
                    assert_eq!(rhythm.after(between), Some(pair[1]), "{time} in {name} at {between}");
                }
            }
        }
    }
}

#[test]
fn what_is_no_expression_is_told() {
    for (text, says) in [
        ("0 0 32 * *", "`32` in days of month must be in range 1..=31"),
        ("0 0 0 * *", "in range 1..=31"),
        ("0 24 * * *", "in range 0..=23"),
        ("0 0 * 13 *", "in range 1..=12"),
        ("0 0 * * 8", "in range 0..=7"),
        ("*/0 * * * *", "`0` in minutes must be a step in range 1..=59"),
        ("*/ * * * *", "must be a step"),
        ("1,,2 * * * *", "`` in minutes"),
        ("-5 * * * *", "`` in minutes"),
        ("+5 * * * *", "`+5` in minutes"),
        ("1-2-3 * * * *", "`2-3` in minutes"),
        ("L * * * *", "`L` in minutes"),
        ("0 0 L/2 * *", "`L` in days of month"),
        ("0 0 L-3 * *", "`L` in days of month"),
        ("0 0 W * *", "`` in days of month"),
        ("0 0 * * 5#6", "`5#6` must end with a number in range 1..=5"),
        ("0 0 * * L", "`` in days of week"),
        ("0 0 31 2,4,6,9,11 *", "never comes"),
        ("0 0 * * * UTC UTC", "`UTC` comes after the time zone"),
        ("0 0 * * * Mars/Olympus", "there is no timezone `Mars/Olympus`"),
    ] {
        let wrong = Rhythm::parse(text).unwrap_err();
        assert!(wrong.message.contains(says), "{text}: {}", wrong.message);
    }
}
