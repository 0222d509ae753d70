//! Cron expressions: minute, hour, day of month, month, day of week and a time zone, as a set of times.

use jiff::{
    Timestamp,
    civil::{Date, Time, Weekday},
    tz::{AmbiguousOffset, TimeZone},
};

use crate::base::limits;

/// The set of times that an expression names: whole minutes by the clock of one time zone, UTC where it names none.
#[derive(Clone, Debug)]
pub(crate) struct Cron {
    minutes: CronSet,
    hours: CronSet,
    days: DaysOfMonth,
    months: CronSet,
    weekdays: DaysOfWeek,
    zone: TimeZone,
}

#[derive(Clone, Debug, Default)]
struct DaysOfMonth {
    days: CronSet,
    /// `L`.
    last: bool,
    /// `LW`.
    last_working: bool,
    /// `15W`: the working day that is nearest to one of these, in the same month.
    nearest: CronSet,
    starts_with_star: bool,
}

#[derive(Clone, Debug, Default)]
struct DaysOfWeek {
    days: CronSet,
    /// `5L`: the last of its month.
    last: CronSet,
    /// `5#3`: the third of its month.
    nth: [CronSet; 5],
    starts_with_star: bool,
}

/// Numbers below 64.
#[derive(Clone, Copy, Debug, Default)]
struct CronSet(u64);

/// One of the five fields: what it is called, its least and its greatest number, and their names from the least on.
struct Field {
    name: &'static str,
    range: (u8, u8),
    names: &'static [&'static str],
}

const MINUTES: Field = Field::of("minutes", (0, 59), &[]);
const HOURS: Field = Field::of("hours", (0, 23), &[]);
const DAYS: Field = Field::of("days of month", (1, 31), &[]);
const MONTHS: Field = Field::of(
    "months",
    (1, 12),
    &[
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ],
);
/// 7 is Sunday, too.
const WEEKDAYS: Field = Field::of(
    "days of week",
    (0, 7),
    &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
);

impl Cron {
    /// The error says what is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let mut next = |field: &Field| words.next().ok_or_else(|| format!("missing {}", field.name));
        let cron = Self {
            minutes: MINUTES.set(next(&MINUTES)?)?,
            hours: HOURS.set(next(&HOURS)?)?,
            days: DaysOfMonth::parse(next(&DAYS)?)?,
            months: MONTHS.set(next(&MONTHS)?)?,
            weekdays: DaysOfWeek::parse(next(&WEEKDAYS)?)?,
            zone: TimeZone::UTC,
        };
        let Some(zone) = words.next() else { return Ok(cron) };
        if let Some(more) = words.next() {
            return Err(format!("`{more}` comes after the time zone"));
        }
        let zone = TimeZone::get(zone).map_err(|_| format!("there is no timezone `{zone}`"))?;
        Ok(Self { zone, ..cron })
    }

    /// The first slot after `time`.
    pub(super) fn after(&self, time: Timestamp) -> Option<Timestamp> {
        // Clocks that are set back at midnight repeat the end of yesterday.
        let first = self.zone.to_datetime(time).date().yesterday().ok()?;
        std::iter::successors(Some(first), |date| date.tomorrow().ok())
            .take(limits::SCHEDULE_SEARCH)
            .filter(|date| self.has(*date))
            .find_map(|date| self.first_on(date, time))
    }

    /// The last slot at `time` or before it.
    pub(super) fn latest(&self, time: Timestamp) -> Option<Timestamp> {
        let first = self.zone.to_datetime(time).date().tomorrow().ok()?;
        std::iter::successors(Some(first), |date| date.yesterday().ok())
            .take(limits::SCHEDULE_SEARCH)
            .filter(|date| self.has(*date))
            .find_map(|date| {
                let slots = self.hours.iter().flat_map(|hour| self.slots(date, hour));
                slots.filter(|slot| *slot <= time).max()
            })
    }

    /// Vixie's rule: a field of days that begins with `*` only leaves out; else a day needs to be in one of the two.
    fn has(&self, date: Date) -> bool {
        let (month, week) = (self.days.has(date), self.weekdays.has(date));
        self.months.has(date.month())
            && match self.days.starts_with_star || self.weekdays.starts_with_star {
                true => month && week,
                false => month || week,
            }
    }

    /// The first slot of a day after `time`.
    fn first_on(&self, date: Date, time: Timestamp) -> Option<Timestamp> {
        let mut best: Option<Timestamp> = None;
        for hour in self.hours.iter() {
            let [begin, end] = [Time::constant(hour, 0, 0, 0), Time::constant(hour, 59, 59, 0)]
                .map(|at| self.zone.to_ambiguous_timestamp(date.to_datetime(at)));
            if end.later().is_ok_and(|end| end < time) {
                continue;
            }
            if best.is_some_and(|best| begin.earlier().is_ok_and(|begin| begin >= best)) {
                break;
            }
            let slots = self.slots(date, hour).filter(|slot| *slot > time);
            best = slots.chain(best).min();
        }
        best
    }

    /// Those of an hour on the clock: none for minutes that the clock leaves out, two for those that it repeats.
    fn slots(&self, date: Date, hour: i8) -> impl Iterator<Item = Timestamp> {
        self.minutes.iter().flat_map(move |minute| {
            let at = date.at(hour, minute, 0, 0);
            let offsets = match self.zone.to_ambiguous_timestamp(at).offset() {
                AmbiguousOffset::Unambiguous { offset } => [Some(offset), None],
                AmbiguousOffset::Gap { .. } => [None, None],
                AmbiguousOffset::Fold { before, after } => [Some(before), Some(after)],
            };
            let slots = offsets.into_iter().flatten();
            slots.filter_map(move |offset| offset.to_timestamp(at).ok())
        })
    }
}

impl DaysOfMonth {
    fn parse(text: &str) -> Result<Self, String> {
        let mut field = Self {
            starts_with_star: text.starts_with('*'),
            ..Self::default()
        };
        for item in text.split(',') {
            let upper = item.to_ascii_uppercase();
            match upper.strip_suffix('W') {
                Some("L") => field.last_working = true,
                Some(day) => field.nearest.add(DAYS.number(day)?),
                None if upper == "L" => field.last = true,
                None => DAYS.add(item, &mut field.days)?,
            }
        }
        Ok(field)
    }

    fn has(&self, date: Date) -> bool {
        let last = date.last_of_month();
        self.days.has(date.day())
            || (self.last && date == last)
            || (self.last_working && date == nearest_working(last))
            // The nearest working day is at most two days away.
            || (-2..=2).any(|away| {
                let day = date.day() + away;
                let is_meant = (1..=last.day()).contains(&day) && self.nearest.has(day);
                is_meant && nearest_working(Date::constant(date.year(), date.month(), day)) == date
            })
    }
}

impl DaysOfWeek {
    fn parse(text: &str) -> Result<Self, String> {
        let mut field = Self {
            starts_with_star: text.starts_with('*'),
            ..Self::default()
        };
        for item in text.split(',') {
            if let Some((day, nth)) = item.split_once('#') {
                let set = nth
                    .parse::<usize>()
                    .ok()
                    .and_then(|nth| field.nth.get_mut(nth.checked_sub(1)?));
                let set = set.ok_or_else(|| format!("`{item}` must end with a number in range 1..=5"))?;
                set.add(WEEKDAYS.number(day)? % 7);
            } else if let Some(day) = item.strip_suffix(['L', 'l']) {
                field.last.add(WEEKDAYS.number(day)? % 7);
            } else {
                WEEKDAYS.add(item, &mut field.days)?;
            }
        }
        Ok(field)
    }

    fn has(&self, date: Date) -> bool {
        let weekday = date.weekday().to_sunday_zero_offset();
        self.days.has(weekday)
            || (self.last.has(weekday) && date.day() + 7 > date.days_in_month())
            || (self.nth.iter().zip(1..)).any(|(set, nth)| set.has(weekday) && (date.day() + 6) / 7 == nth)
    }
}

/// Monday to Friday, without leaving the month.
fn nearest_working(date: Date) -> Date {
    let away = match date.weekday() {
        Weekday::Saturday if date.day() == 1 => 2,
        Weekday::Saturday => -1,
        Weekday::Sunday if date.day() == date.days_in_month() => -2,
        Weekday::Sunday => 1,
        _ => 0,
    };
    Date::constant(date.year(), date.month(), date.day() + away)
}

impl Field {
    const fn of(name: &'static str, range: (u8, u8), names: &'static [&'static str]) -> Self {
        Self { name, range, names }
    }

    fn set(&self, text: &str) -> Result<CronSet, String> {
        let mut set = CronSet::default();
        for item in text.split(',') {
            self.add(item, &mut set)?;
        }
        Ok(set)
    }

    /// Adds `*`, `5`, `1-5` or `22-3`, each perhaps with a step.
    fn add(&self, item: &str, set: &mut CronSet) -> Result<(), String> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(self.step(step)?)),
            None => (item, None),
        };
        let (least, most) = self.range;
        let (first, last) = match (range.split_once('-'), step) {
            _ if range == "*" => (least, self.greatest()),
            (Some((first, last)), _) => (self.number(first)?, self.number(last)?),
            (None, Some(_)) => (self.number(range)?, self.greatest().max(self.number(range)?)),
            (None, None) => (self.number(range)?, self.number(range)?),
        };
        // A range from a greater number to a lesser one goes on at the least, as a week and a clock do.
        let numbers: Vec<u8> = match first <= last {
            true => (first..=last).collect(),
            false => (first..=self.greatest()).chain(least..=last).collect(),
        };
        for number in numbers.into_iter().step_by(step.unwrap_or(1)) {
            set.add(if most == 7 { number % 7 } else { number });
        }
        Ok(())
    }

    /// The last number before it begins anew.
    fn greatest(&self) -> u8 {
        if self.range.1 == 7 { 6 } else { self.range.1 }
    }

    fn step(&self, text: &str) -> Result<usize, String> {
        let step = text.parse().ok().filter(|step| (1..=self.range.1).contains(step));
        let wrong = || format!("`{text}` in {} must be a step in range 1..={}", self.name, self.range.1);
        step.map(usize::from).ok_or_else(wrong)
    }

    fn number(&self, text: &str) -> Result<u8, String> {
        let (least, most) = self.range;
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let number = match named {
            Some(place) => u8::try_from(place).ok().map(|place| place + least),
            None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            None => None,
        };
        let wrong = || format!("`{text}` in {} must be in range {least}..={most}", self.name);
        number
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(wrong)
    }
}

impl CronSet {
    fn add(&mut self, number: u8) {
        self.0 |= 1 << number;
    }

    fn has(self, number: i8) -> bool {
        u32::try_from(number).is_ok_and(|number| self.0 >> number & 1 == 1)
    }

    /// In their order.
    fn iter(self) -> impl Iterator<Item = i8> {
        (0..60).filter(move |number| self.has(*number))
    }
}
