//! pest reads nothing over and over: the steps of the grammar grow in step with the text. They are counted, not timed.
//! pest's limit on them is the process's, so this test has a process of its own.

use std::{io, num::NonZeroUsize};

struct Nowhere;

impl tsk::Environment for Nowhere {
    fn read(&self, _path: &str) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn var(&self, _name: &str) -> Option<String> {
        None
    }

    fn now(&self) -> jiff::Zoned {
        jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC)
    }
}

fn is_read(text: &str, steps: usize) -> bool {
    pest::set_call_limit(NonZeroUsize::new(steps));
    match tsk::load("service.tsk", text, &Nowhere, tsk::Options::default()) {
        Ok(_) => true,
        Err(failure) => failure
            .diagnostics
            .iter()
            .all(|diagnostic| diagnostic.code != "too-tangled"),
    }
}

/// What a parser that tries one thing after another could read over and over.
const TEXTS: &[(&str, &str, &str)] = &[
    ("", "a", ""),
    ("", "key: value\n", ""),
    ("", "x = {a: [1, (2 + 3)]}\n", ""),
    ("", "[a.b.c]\n", ""),
    ("", "- a: 1\n", ""),
    ("", "}\n", ""),
    ("", "a b (c) ", ""),
    ("", "a {\n}", ""),
    ("", "@a {\n}\n", ""),
    ("", "\"a\".", ""),
    ("", "x: \"${\"\n", ""),
    ("", "a >\n<\n", ""),
    ("x: ", "'", ""),
    ("x: ", "\"\\", ""),
    ("x: ", "'''", ""),
    ("x: ", "- ", ""),
    ("x: ", "1 + ", "1"),
    ("x: ", "! ", "1"),
    ("x: ", "a-", ""),
    ("x: ", "@a.", ""),
    ("x: ", "@a.b()", ""),
    ("x: ", "(a) =", ""),
    ("x: ", "{a}", ""),
    ("x: ", "<<<A\n", ""),
    ("x: <<<A", "\n A a", ""),
    ("x: {", "a,", "}"),
    ("x: {", "a;", "}"),
    ("x: {", "a]", "}"),
    ("x: {", "a)", "}"),
    ("x: {", "\"a\",", "}"),
    ("x: {", "a (b, (c)), ", "}"),
    ("x: {", "< ", ""),
    ("x: {", "@a ", ""),
    ("x: [", "{a:1},", "]"),
    ("x: [", "1\n", "]"),
    ("x: [", ",", "]"),
    ("x: [", "# a\n", ""),
    ("x: [", "\"\n", ""),
    ("x: [", "1 +\n", "1]"),
    ("x: [", "\n+ 1", "]"),
    ("x: [1", "\n", ""),
    ("x: [\n", "a: \n", "]"),
    ("x: [\n", "\"a\".", ""),
    ("a {\n\"", "\\\"", ""),
    ("a {\n", "'a\n", ""),
    ("x: f(\"", "\\\"", ""),
    ("x: f(", "'", ""),
];

#[test]
fn steps_grow_with_the_text() {
    // Sets the limit that services have, once.
    assert!(tsk::load("service.tsk", "a: 1", &Nowhere, tsk::Options::default()).is_ok());
    for (before, pattern, after) in TEXTS {
        for length in [10_000, 20_000, 40_000] {
            let text = format!("{before}{}{after}", pattern.repeat(length / pattern.len()));
            assert!(is_read(&text, 100 * text.len()), "{before:?} {pattern:?} {length}");
        }
    }
    // A limit that nothing could reach would prove nothing.
    assert!(!is_read(&"key: value\n".repeat(1_000), 11_000));

    // Blank lines behind what is never closed are looked through at each level: the levels are bounded, and the steps.
    let text = format!("x: {}1{}", "(".repeat(100), "\n".repeat(10_000));
    assert!(!is_read(&text, 128 * text.len()));
    let failure = tsk::load("service.tsk", &text, &Nowhere, tsk::Options::default()).unwrap_err();
    let shown = failure.diagnostics[0].render(&failure.sources, false);
    assert_eq!(failure.diagnostics.len(), 1);
    assert!(
        shown.contains("error[too-tangled]: this text takes too long to read"),
        "{shown}"
    );
    assert!(shown.contains(" --> service.tsk:"), "{shown}");
}
