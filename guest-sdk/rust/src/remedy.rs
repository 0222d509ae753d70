//! What to write instead of what the standard library does not have on this target.
use std::borrow::Cow;

const UNSET: &str = "environment variable not found";

/// Words of the standard library's messages, and the way that there is.
const REMEDIES: &[(&str, &str)] = &[
    (
        "time not implemented on this platform",
        "`SystemTime::now` and `Instant::now` have no clock in a fujsen: use `time::now()` (milliseconds since 1970) or `time::monotonic()`",
    ),
    (
        "can't sleep",
        "`thread::sleep` does not work in a fujsen: use `time::sleep(duration)`",
    ),
    (
        "failed to spawn thread",
        "a fujsen has no threads: the host runs calls side by side",
    ),
    (
        UNSET,
        "a fujsen sees no environment: write `name: @env(\"NAME\")` in the TSK file and read it by `config::get(\"name\")`",
    ),
    (
        "no filesystem on this platform",
        "a fujsen has no files: keep values by `state` or `sql`, and read those of the TSK file by `config`",
    ),
    (
        "not supported on this platform",
        "a fujsen has no files, sockets, environment or processes: use `sql`, `state`, `http`, `redis`, `grpc` and `config`",
    ),
    ("no pids on this platform", "a fujsen is no process of its own"),
];

/// The message with what to write instead, where it is about something that a fujsen does not have.
pub(crate) fn add(message: &str) -> Cow<'_, str> {
    // `unwrap` and `expect` show an error by its name.
    let is_unset = |words: &str| message.ends_with(": NotPresent") && words == UNSET;
    let found = REMEDIES
        .iter()
        .find(|(words, _)| message.contains(words) || is_unset(words));
    match found {
        Some((_, remedy)) => format!("{message}; {remedy}").into(),
        None => message.into(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_not_there_has_a_remedy() {
        for (message, remedy) in [
            ("time not implemented on this platform", "time::now()"),
            ("can't sleep", "time::sleep"),
            ("called `Result::unwrap()` on an `Err` value: NotPresent", "@env"),
            ("HOME: NotPresent", "@env"),
            ("environment variable not found", "@env"),
            ("operation not supported on this platform", "`http`"),
        ] {
            assert!(super::add(message).contains(remedy), "{message}");
        }
        assert_eq!(super::add("mine"), "mine");
    }
}
