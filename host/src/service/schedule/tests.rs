//! Lines of `[schedules]`, and when they are due.

use fujsen::Function;
use serde_json::json;

use super::{read, rhythm::Rhythm};
use crate::{base::fixture, service::target::Targets};

fn at(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

/// The slots after a time.
fn slots(rhythm: &str, after: &str, count: usize) -> Vec<String> {
    let rhythm = Rhythm::parse(rhythm).unwrap();
    let slots = std::iter::successors(rhythm.after(at(after)), |slot| rhythm.after(*slot));
    slots.take(count).map(|slot| slot.to_string()).collect()
}

#[test]
fn periods_count_from_the_epoch() {
    assert_eq!(
        slots("every 30s", "2026-01-01T00:00:00.5Z", 2),
        ["2026-01-01T00:00:30Z", "2026-01-01T00:01:00Z"]
    );
    assert_eq!(slots("every 30s", "2026-01-01T00:00:30Z", 1), ["2026-01-01T00:01:00Z"]);
    assert_eq!(slots("every 1d", "2026-02-28T12:00:00Z", 1), ["2026-03-01T00:00:00Z"]);
    assert_eq!(
        slots("every 1.5s", "1970-01-01T00:00:00Z", 2),
        ["1970-01-01T00:00:01.5Z", "1970-01-01T00:00:03Z"]
    );
    assert_eq!(
        slots("every  1h 30m", "1969-12-31T23:00:00Z", 1),
        ["1970-01-01T00:00:00Z"]
    );
}

#[test]
fn cron_expressions_know_months_and_weekdays() {
    assert_eq!(
        slots("0 3 * * *", "2026-02-27T03:00:00Z", 3),
        ["2026-02-28T03:00:00Z", "2026-03-01T03:00:00Z", "2026-03-02T03:00:00Z"]
    );
    assert_eq!(
        slots("0 0 31 * *", "2026-01-31T00:00:00Z", 2),
        ["2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"]
    );
    assert_eq!(slots("0 0 L * *", "2028-02-01T00:00:00Z", 1), ["2028-02-29T00:00:00Z"]);
    assert_eq!(slots("0 0 29 2 *", "2026-01-01T00:00:00Z", 1), ["2028-02-29T00:00:00Z"]);
    assert_eq!(
        slots("*/20 9 * * MON-FRI", "2026-01-02T09:30:00Z", 2),
        ["2026-01-02T09:40:00Z", "2026-01-05T09:00:00Z"]
    );
    assert_eq!(slots("* * * * *", "2026-01-01T00:00:00Z", 1), ["2026-01-01T00:01:00Z"]);
}

#[test]
fn zones_shift_their_clocks_and_utc_does_not() {
    let berlin = "30 2 * * * Europe/Berlin";
    assert_eq!(slots(berlin, "2026-01-01T00:00:00Z", 1), ["2026-01-01T01:30:00Z"]);
    // 02:30 is left out on March 29 and comes twice on October 25.
    assert_eq!(slots(berlin, "2026-03-28T12:00:00Z", 1), ["2026-03-30T00:30:00Z"]);
    assert_eq!(
        slots(berlin, "2026-10-24T12:00:00Z", 2),
        ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]
    );
    for day in ["2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z"] {
        assert!(slots("30 2 * * *", day, 1)[0].ends_with("T02:30:00Z"));
    }
}

#[test]
fn the_latest_slot_is_found_from_behind() {
    let latest = |rhythm: &str, time: &str| Rhythm::parse(rhythm).unwrap().latest(at(time)).unwrap().to_string();
    assert_eq!(latest("every 30s", "2026-01-01T00:00:59Z"), "2026-01-01T00:00:30Z");
    assert_eq!(latest("every 30s", "2026-01-01T00:00:30Z"), "2026-01-01T00:00:30Z");
    assert_eq!(latest("0 3 * * *", "2026-01-01T02:59:59Z"), "2025-12-31T03:00:00Z");
    assert_eq!(latest("0 3 * * *", "2026-01-01T03:00:00Z"), "2026-01-01T03:00:00Z");
    assert_eq!(latest("* * * * *", "2026-01-01T03:00:59Z"), "2026-01-01T03:00:00Z");
    assert_eq!(latest("0 0 29 2 *", "2026-01-01T00:00:00Z"), "2024-02-29T00:00:00Z");
}

/// What a section of schedules says, one line each, or `code: message (help)`.
fn schedules(section: serde_json::Value) -> Vec<String> {
    let function = |name: &str, params: serde_json::Value| -> Function {
        serde_json::from_value(json!({"name": name, "params": params, "result": "()"})).unwrap()
    };
    let functions = [
        ("jobs.clean", function("clean", json!([]))),
        (
            "jobs.report",
            function(
                "report",
                json!([{"name": "days", "type": "integer", "source": "i64", "optional": true, "default": 7}]),
            ),
        ),
        (
            "jobs.find",
            function("find", json!([{"name": "id", "type": "integer", "source": "i64"}])),
        ),
    ];
    let config = fixture::config(json!({"schedules": section, "jobs": {"x": 1}}));
    let functions = functions.iter().map(|(path, function)| (*path, function)).collect();
    match read::read(&config, &Targets::new(&config, functions)) {
        Ok(lines) => lines
            .iter()
            .map(|line| format!("{} {} {:?} {:?}", line.text, line.target, line.options, line.arguments))
            .collect(),
        Err(errors) => errors
            .iter()
            .map(|d| format!("{}: {} ({})", d.code, d.message, d.help.clone().unwrap_or_default()))
            .collect(),
    }
}

#[test]
fn lines_name_one_fujsen_or_several() {
    let plain = "ScheduleOptions { overlap: false, catch_up: false, deadline: None }";
    assert_eq!(
        schedules(json!({
            "every 30s": "jobs.clean",
            "0 3 * * *": ["jobs.clean", "jobs.report"],
            "every 1h": {"run": "jobs.report", "overlap": "allow", "catch_up": "once", "deadline": "5m"},
        })),
        [
            format!("every 30s jobs.clean {plain} []"),
            format!("0 3 * * * jobs.clean {plain} []"),
            format!("0 3 * * * jobs.report {plain} [Null]"),
            "every 1h jobs.report ScheduleOptions { overlap: true, catch_up: true, deadline: Some(300s) } [Null]"
                .into(),
        ]
    );
}

#[test]
fn every_mistake_is_told_with_what_to_write() {
    for (key, value, says) in [
        ("every", json!("jobs.clean"), "is not a duration"),
        (
            "every soon",
            json!("jobs.clean"),
            "`soon` is not a duration (write, for example, `\"every 30s\"`",
        ),
        ("every 10ms", json!("jobs.clean"), "at least one second"),
        ("every 400d", json!("jobs.clean"), "at most 366 days (write a cron"),
        ("daily", json!("jobs.clean"), "`\"0 3 * * *\"` is 3 o'clock"),
        ("61 * * * *", json!("jobs.clean"), "in range 0..=59"),
        ("0 3 * *", json!("jobs.clean"), "missing days of week"),
        ("0 0 30 2 *", json!("jobs.clean"), "never comes"),
        ("0 3 * * * Europe/Bonn", json!("jobs.clean"), "timezone"),
        ("every 1m", json!("jobs.clear"), "did you mean `jobs.clean`?"),
        ("every 1m", json!("job.clean"), "did you mean `jobs.clean`?"),
        ("every 1m", json!(7), "does not lead to a fujsen"),
        ("every 1m", json!([]), "runs nothing"),
        ("every 1m", json!(["jobs.clean", "jobs.clean"]), "listed twice"),
        ("every 1m", json!("jobs.find"), "cannot be called without arguments"),
        ("every 1m", json!({"overlap": "skip"}), "add `run: section.name`"),
        (
            "every 1m",
            json!({"run": "jobs.clean", "overlaps": "skip"}),
            "did you mean `overlap`?",
        ),
        (
            "every 1m",
            json!({"run": "jobs.clean", "overlap": "maybe"}),
            "must be \"skip\" or \"allow\"",
        ),
        (
            "every 1m",
            json!({"run": "jobs.clean", "catch_up": true}),
            "must be \"none\" or \"once\"",
        ),
        (
            "every 1m",
            json!({"run": "jobs.clean", "deadline": "2h"}),
            "from 1ms to 3600s",
        ),
    ] {
        let told = schedules(json!({ key: value }));
        assert!(told.len() == 1 && told[0].contains(says), "{key}: {told:?}");
    }
}
