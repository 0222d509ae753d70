//! The long forms of tests: ignored tests whose names begin with `endure_`, one after the other, each in a process of
//! its own. What they print as figures becomes their section of tests/endure/README.md.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use crate::{setup, shell};

const PREFIX: &str = "endure_";
/// What a line begins with that is a figure.
const FIGURE: &str = "figure: ";
/// As it is delivered: what a build for debugging takes is nobody's.
const BUILD: &[&str] = &[
    "test",
    "--release",
    "--locked",
    "--workspace",
    "--lib",
    "--bins",
    "--tests",
];
/// What the variables begin with that the forms take their sizes from.
const SIZES: [&str; 2] = ["ENDURE_", "TUSK_ENDURE_"];

/// What the page says before the first section.
const BEFORE: &str = "\
# Figures of the long forms

`cargo xtask endure` runs these, built as a release, and writes this page; `cargo xtask endure NAME` runs those whose name
contains NAME, and keeps the other sections. Their short forms are tests like any other. Sizes are those of the full form
where the command of a section names no other (`ENDURE_KILLS`, `ENDURE_EVENTS`, `ENDURE_SWAPS`, `ENDURE_BROKEN`,
`ENDURE_REQUESTS`, `ENDURE_ROUNDS`, `ENDURE_EXECUTIONS`, `ENDURE_SEEDS`, `TUSK_ENDURE_SECONDS`); `ENDURE_SEED` repeats what a form chose
at random. The load is that of the machine in the minute before: beside others, times are longer.
";

/// Runs the long forms whose name contains `name`.
pub(crate) fn run(name: &str) -> anyhow::Result<()> {
    setup::all()?;
    let tests: Vec<String> = list()?
        .into_iter()
        .filter(|test| short(test).contains(name.trim_start_matches(PREFIX)))
        .collect();
    if tests.is_empty() {
        bail!("no long form has a name that contains `{name}`");
    }
    let mut failed = Vec::new();
    for test in &tests {
        let load = load();
        let outcome = one(test)?;
        write(short(test), &outcome, &load)?;
        if !outcome.passed {
            failed.push(short(test));
        }
    }
    match failed.is_empty() {
        true => Ok(()),
        false => bail!("failed: {}", failed.join(", ")),
    }
}

struct Outcome {
    passed: bool,
    took: Duration,
    figures: Vec<String>,
}

/// The paths of all long forms.
fn list() -> anyhow::Result<Vec<String>> {
    let arguments = [BUILD, &["--", "--list", "--ignored", "--format", "terse"]].concat();
    let listed = shell::output("cargo", &arguments)?;
    let tests = listed.lines().filter_map(|line| line.strip_suffix(": test"));
    let mut tests: Vec<String> = tests
        .filter(|test| short(test).starts_with(PREFIX))
        .map(str::to_owned)
        .collect();
    tests.sort_by(|one, other| short(one).cmp(short(other)));
    Ok(tests)
}

/// The name without its modules.
fn short(test: &str) -> &str {
    test.rsplit("::").next().unwrap_or(test)
}

/// Runs one, showing what it prints.
fn one(test: &str) -> anyhow::Result<Outcome> {
    println!("+ {test}");
    let own = ["--", "--ignored", "--nocapture", "--exact", test];
    let started = Instant::now();
    let mut child = shell::command("cargo", &[BUILD, &own].concat())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let mut figures = Vec::new();
    for line in child
        .stdout
        .take()
        .into_iter()
        .flat_map(|out| BufReader::new(out).lines())
    {
        let line = line?;
        println!("{line}");
        // The test's name may stand before it: the harness prints it without a line's end.
        if let Some((_, figure)) = line.split_once(FIGURE) {
            figures.push(figure.to_owned());
        }
    }
    Ok(Outcome {
        passed: child.wait()?.success(),
        took: started.elapsed(),
        figures,
    })
}

/// Writes the section of one test, and leaves the others as they are.
fn write(name: &str, outcome: &Outcome, load: &str) -> anyhow::Result<()> {
    let path = page();
    let mut sections = sections(&fs::read_to_string(&path).unwrap_or_default());
    let date = shell::output("date", &["-u", "+%Y-%m-%d %H:%M UTC"])?;
    let commit = shell::output("git", &["describe", "--always", "--dirty"])?;
    let mut section = format!(
        "`{}`\n\n{} in {}, {}, commit {}, {}, on {}\n\n",
        command(name),
        if outcome.passed { "Passed" } else { "FAILED" },
        spoken(outcome.took),
        date.trim(),
        commit.trim(),
        load,
        machine()
    );
    for figure in &outcome.figures {
        section.push_str(&format!("- {figure}\n"));
    }
    sections.insert(name.to_owned(), section);
    let sections = sections
        .iter()
        .map(|(name, text)| format!("\n## {name}\n\n{}\n", text.trim()));
    fs::write(&path, format!("{BEFORE}{}", sections.collect::<String>()))?;
    Ok(())
}

fn page() -> PathBuf {
    shell::root().join("tests/endure/README.md")
}

/// The texts below the headings of the page.
fn sections(page: &str) -> BTreeMap<String, String> {
    let parts = page.split("\n## ").skip(1);
    parts
        .filter_map(|part| part.split_once('\n'))
        .map(|(name, text)| (name.trim().to_owned(), text.trim().to_owned()))
        .collect()
}

fn spoken(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds / 60),
    }
}

/// What repeats the run, with the sizes that it was given.
fn command(name: &str) -> String {
    let mut sizes: Vec<String> = std::env::vars()
        .filter(|(variable, _)| SIZES.iter().any(|prefix| variable.starts_with(prefix)))
        .map(|(variable, value)| format!("{variable}={value} "))
        .collect();
    sizes.sort();
    format!("{}cargo xtask endure {name}", sizes.concat())
}

/// What else the machine had to do.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    match load.split(' ').next().filter(|load| !load.is_empty()) {
        Some(load) => format!("load {load} before it"),
        None => "load unknown".to_owned(),
    }
}

fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name\t: "));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{cores} cores of {}", model.unwrap_or("an unknown processor"))
}
