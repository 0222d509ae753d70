//! Whatever the text, there is an answer, and soon.

use std::fs;

use crate::support::{load, root};

/// A file that is being written may be read at any moment.
#[test]
fn truncation_at_every_byte() {
    for folder in ["ok", "error"] {
        for entry in fs::read_dir(root().join("tests/cases").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "tsk") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
                if let Err(failure) = load(&text[..end]) {
                    assert!(!failure.diagnostics.is_empty(), "{} at {end}", path.display());
                    for diagnostic in &failure.diagnostics {
                        assert!(!diagnostic.render(&failure.sources, false).is_empty());
                    }
                }
            }
        }
    }
}

/// Single bytes that mean something, in every place of every case.
#[test]
fn a_wrong_byte_anywhere() {
    let text = fs::read_to_string(root().join("tests/cases/ok/mixed.tsk")).unwrap();
    for at in (0..text.len()).step_by(5).filter(|at| text.is_char_boundary(*at)) {
        for wrong in [
            "\"", "'", "{", "}", "[", "]", "(", ")", "<", ">", "@", "$", ":", "\\", "\n", "#", "\0", "é",
        ] {
            let changed = format!("{}{wrong}{}", &text[..at], &text[at..]);
            if let Err(failure) = load(&changed) {
                assert!(!failure.diagnostics.is_empty());
            }
        }
    }
}

/// Texts that are hard on a parser that reads things twice. Nothing is timed: one that does will not end.
#[test]
fn hard_texts_have_an_end() {
    for (before, pattern, after) in [
        ("", "a", ""),
        ("", "key: value\n", ""),
        ("", "x: \"", ""),
        ("x: ", "a(", ""),
        ("x: ", "'", ""),
        ("x: ", "\"\\", ""),
        ("x: ", "- ", ""),
        ("x: ", "1 + ", "1"),
        ("x: ", "! ", "1"),
        ("x: ", "a.", "a"),
        ("x: [", "{a:1},", "]"),
        ("x: [", "1,", "]"),
        ("x: [\n", "a: \n", "]"),
        ("x: \"", "${x}", "\""),
        ("", "[a.b.c]\n", ""),
        ("", "- a: 1\n", ""),
        ("", "}\n", ""),
        ("", "#a {\n}\n", ""),
        ("a: 1\n", "b: a +\n", ""),
        ("x: [1", "\n", "]"),
        ("x: {", "a,", "}"),
    ] {
        let text = format!("{before}{}{after}", pattern.repeat(100_000 / pattern.len()));
        if let Err(failure) = load(&text) {
            assert!(!failure.diagnostics.is_empty(), "{pattern:?}");
        }
    }
}

/// Every construct that the grammar nests, on a stack of 2 MiB: as deep as it is read, one level deeper, and far deeper.
#[test]
fn nesting_is_bounded() {
    const READ: usize = 128;
    let test = || {
        for (before, pattern) in [
            ("x: ", "["),
            ("x: ", "("),
            ("x: ", "{a:"),
            ("x: ", "{a {"),
            ("x: ", "@cache("),
            ("x: ", "f("),
            ("x: {\n", "f() {\n"),
            ("x: [", "{a: ("),
            ("x: [", "@a({b: ["),
            ("x: ", "1 + ("),
            ("x: ", "(!"),
            ("class A {\n", "{"),
            ("@on {\n", "if (a) {\n"),
            ("x: (a) => ", "{"),
        ] {
            let opened = |text: &str| text.matches(['[', '{', '(']).count() - text.matches(')').count();
            for count in [60, 65, READ - 4, READ, READ + 10, 500, 5_000, 50_000] {
                let text = format!("{before}{}", pattern.repeat(count / opened(pattern)));
                let diagnostics = load(&text).unwrap_err().diagnostics;
                assert!(!diagnostics.is_empty(), "{pattern} {count}");
                if count > READ + 8 {
                    assert_eq!(diagnostics.len(), 1, "{pattern} {count}");
                    assert_eq!(diagnostics[0].code, "too-deep", "{pattern} {count}");
                    let at = diagnostics[0].span.unwrap().start as usize;
                    assert_eq!(opened(&text[..=at]), READ + 1, "{pattern} {count}");
                }
            }
        }
    };
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(test)
        .unwrap()
        .join()
        .unwrap();
}

/// Blocks by indentation and `>` are no brackets: what builds them bounds them.
#[test]
fn blocks_are_bounded() {
    for (pattern, count) in [("a >\n", 70), ("a >\n", 50_000), ("- a:\n", 50_000)] {
        let failure = load(&format!("x: {}", pattern.repeat(count))).err();
        assert!(
            failure.is_some_and(|failure| !failure.diagnostics.is_empty()),
            "{pattern} {count}"
        );
    }
}

/// In what is no TSK, the count can take a bracket for a part of a comment. pest stops before its stack ends.
#[test]
fn the_stack_is_never_used_up() {
    let test = || {
        for line in ["\n# ", "\n'"] {
            let text = format!("x: f({line}{}", "(".repeat(500_000));
            let diagnostics = load(&text).unwrap_err().diagnostics;
            assert!(diagnostics.iter().any(|d| d.code == "too-deep"), "{line:?}");
        }
    };
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(test)
        .unwrap()
        .join()
        .unwrap();
}

/// Names and references go deeper than brackets: what they make together is bounded all the same.
#[test]
fn levels_are_bounded() {
    let dotted = |count: usize| vec!["a"; count].join(".");
    let in_braces = |count: usize| {
        format!(
            "x: {}1{}",
            format!("{{{}: ", dotted(60)).repeat(count),
            "}".repeat(count)
        )
    };
    let referring = |count: usize| {
        let lines = (1..count).map(|n| format!("a{n}: {}a{}{}\n", "[".repeat(60), n - 1, "]".repeat(60)));
        format!("a0: 1\n{}", lines.collect::<String>())
    };
    let brackets = |count: usize| format!("[s]\na: {}1{}", "[".repeat(count), "]".repeat(count));
    for (text, fits) in [
        (format!("{}: 1", dotted(64)), true),
        (format!("[{}]\na: 1", dotted(64)), true),
        (format!("{}: 1", dotted(300_000)), false),
        (format!("[{}]\na: 1", dotted(300_000)), false),
        (in_braces(1), true),
        (in_braces(60), false),
        (referring(2), true),
        (referring(300), false),
        (brackets(63), true),
        (brackets(64), false),
    ] {
        match load(&text) {
            Ok(config) => {
                assert!(fits);
                let printed = tsk::to_string(&config);
                assert_eq!(tsk::to_string(&load(&printed).unwrap()), printed);
            }
            Err(failure) => assert!(!fits && failure.diagnostics[0].code == "too-deep"),
        }
    }
}

#[test]
fn the_size_of_a_file_is_bounded() {
    let text = "#".repeat((1 << 20) + 1);
    let failure = load(&text).unwrap_err();
    assert_eq!(failure.diagnostics[0].code, "file-too-large");
}

/// Each line doubles what the one before it made.
#[test]
fn bombs_do_not_go_off() {
    let mut array = "a0: [1, 1]\n".to_owned();
    let mut string = "s0: \"xxxxxxxx\"\n".to_owned();
    for n in 1..60 {
        let last = n - 1;
        array.push_str(&format!("a{n}: [a{last}, a{last}]\n"));
        string.push_str(&format!("s{n}: s{last} + s{last}\n"));
    }
    assert!(
        load(&array)
            .unwrap_err()
            .diagnostics
            .iter()
            .any(|d| d.code == "too-large")
    );
    assert!(
        load(&string)
            .unwrap_err()
            .diagnostics
            .iter()
            .any(|d| d.code == "long-string")
    );
}

/// However many warnings there are, an error is not lost among them.
#[test]
fn warnings_do_not_hide_an_error() {
    let text = format!("{}b: @nothing()\n", "a: 1\n".repeat(3_000));
    let diagnostics = load(&text).unwrap_err().diagnostics;
    assert!(diagnostics.iter().any(|d| d.code == "unknown-operator"));
    let text = format!("a: \"{}\"\n", "\\q".repeat(100_000));
    assert!(load(&text).unwrap_err().diagnostics.len() <= 101);
}
