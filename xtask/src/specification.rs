//! Holds SPECIFICATION.md against the tests: every promise names one, and every name is a test that there is.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, bail};

use crate::shell;

const PAGE: &str = "SPECIFICATION.md";

pub(crate) fn check() -> anyhow::Result<()> {
    let text = fs::read_to_string(shell::root().join(PAGE)).with_context(|| PAGE.to_owned())?;
    let tests = tests()?;
    let wrong: Vec<String> = promises(&text)
        .flat_map(|(line, promise)| wrong(line, promise, &tests))
        .collect();
    if !wrong.is_empty() {
        bail!("{PAGE} does not hold:\n  {}", wrong.join("\n  "));
    }
    println!("{} promises, each with its test", promises(&text).count());
    Ok(())
}

/// The names of all tests, as the runner prints them.
fn tests() -> anyhow::Result<BTreeSet<String>> {
    let list = shell::output(
        "cargo",
        &[
            "test",
            "--locked",
            "--quiet",
            "--workspace",
            "--lib",
            "--tests",
            "--",
            "--list",
        ],
    )?;
    Ok(list
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .map(str::to_owned)
        .collect())
}

/// The rows of the page's tables with their line numbers, without the heads and the rules below them.
fn promises(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let is_rule = |line: &str| line.starts_with("|-") || line.starts_with("| -");
    let rows = lines.iter().enumerate().filter(|(_, line)| line.starts_with('|'));
    let is_head = |at: usize| lines.get(at + 1).is_some_and(|next| is_rule(next));
    let kept: Vec<(usize, &str)> = rows
        .filter(|(at, line)| !is_rule(line) && !is_head(*at))
        .map(|(at, line)| (at + 1, *line))
        .collect();
    kept.into_iter()
}

/// What is wrong with one row: a promise that names no test in its last cell, or one that there is not.
fn wrong(line: usize, row: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let cell = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap_or_default();
    let named: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
    if named.is_empty() {
        return vec![format!("line {line} names no test")];
    }
    let unknown = named.iter().filter(|name| !tests.contains(**name));
    unknown
        .map(|name| format!("line {line} names `{name}`, and there is no such test"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# Promises

| promise | tests |
|---|---|
| it holds | `a::b`, `a::c` |
| it is said | by nobody |
";

    #[test]
    fn rows_are_promises_and_heads_are_not() {
        let lines: Vec<usize> = promises(TEXT).map(|(line, _)| line).collect();
        assert_eq!(lines, [5, 6]);
    }

    #[test]
    fn every_promise_names_tests_that_there_are() {
        let tests = BTreeSet::from(["a::b".to_owned()]);
        let found: Vec<String> = promises(TEXT)
            .flat_map(|(line, row)| wrong(line, row, &tests))
            .collect();
        assert_eq!(
            found,
            ["line 5 names `a::c`, and there is no such test", "line 6 names no test"]
        );
    }
}
