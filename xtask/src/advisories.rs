//! Whether the engine in the lock file is in the range of an advisory that nobody has thought about.

use std::fs;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::shell;

/// The crates that must be in the lock file and are looked after here.
const CRATES: [&str; 2] = ["wasmtime", "wasmtime-wasi"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    advisory: Vec<Advisory>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advisory {
    id: String,
    #[serde(rename = "crate")]
    name: String,
    /// When it was published, or noticed.
    date: String,
    /// Each is one range of versions.
    affected: Vec<String>,
    /// Why this host is not harmed all the same, and the test that shows it: `path::name`.
    why: Option<String>,
    test: Option<String>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
}

pub(crate) fn check() -> anyhow::Result<()> {
    let list: List = read("advisories.toml")?;
    let lock: Lock = read("Cargo.lock")?;
    for name in CRATES {
        let Some(package) = lock.package.iter().find(|package| package.name == name) else {
            bail!("{name} is not in Cargo.lock");
        };
        println!("{name} {}", package.version);
    }
    let wrong: Vec<String> = list.advisory.iter().filter_map(|one| wrong(one, &lock)).collect();
    if wrong.is_empty() {
        println!("{} advisories, none without an answer", list.advisory.len());
        return Ok(());
    }
    bail!("advisories without an answer:\n  {}", wrong.join("\n  "))
}

/// What is missing in the answer to an advisory.
fn wrong(advisory: &Advisory, lock: &Lock) -> Option<String> {
    let Advisory { id, name, date, .. } = advisory;
    if !CRATES.contains(&name.as_str()) {
        return Some(format!("{id}: there is no crate `{name}` here"));
    }
    if let Some(test) = advisory.test.as_ref().filter(|test| !is_there(test)) {
        return Some(format!("{id}: there is no test {test}"));
    }
    let affects = |package: &&Package| {
        // What cannot be read is something to think about.
        let is_in = |range: &String| is_in(&package.version, range).unwrap_or(true);
        package.name == *name && advisory.affected.iter().any(is_in)
    };
    let package = lock.package.iter().find(affects)?;
    let has_answer = advisory.why.as_ref().is_some_and(|why| !why.is_empty()) && advisory.test.is_some();
    (!has_answer).then(|| {
        let version = &package.version;
        format!("{id} ({date}) affects {name} {version}: update it, or say why not in advisories.toml, with a test")
    })
}

/// Whether a version is in a range such as `>=48.0.0, <48.0.9`.
fn is_in(text: &str, range: &str) -> Option<bool> {
    let own = version(text)?;
    let mut all = true;
    for bound in range.split(',').map(str::trim) {
        all &= match bound.strip_prefix(">=") {
            Some(least) => own >= version(least)?,
            None => own < version(bound.strip_prefix('<')?)?,
        };
    }
    Some(all)
}

/// `48.0.8`, without what may stand behind it.
fn version(text: &str) -> Option<Vec<u64>> {
    let numbers: Vec<u64> = text.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    (numbers.len() == 3).then_some(numbers)
}

fn is_there(test: &str) -> bool {
    let Some((path, name)) = test.split_once("::") else {
        return false;
    };
    fs::read_to_string(shell::root().join(path)).is_ok_and(|text| text.contains(&format!("fn {name}(")))
}

fn read<T: for<'a> Deserialize<'a>>(file: &str) -> anyhow::Result<T> {
    let path = shell::root().join(file);
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    toml::from_str(&text).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(extra: &str) -> Option<String> {
        let text = format!(
            "[[advisory]]\nid = \"A-1\"\ncrate = \"wasmtime\"\ndate = \"2026-01-01\"\naffected = [\">=1.0.0, <1.2.3\"]\n{extra}"
        );
        let list: List = toml::from_str(&text).unwrap();
        let lock: Lock = toml::from_str("[[package]]\nname = \"wasmtime\"\nversion = \"1.2.2\"\n").unwrap();
        wrong(&list.advisory[0], &lock)
    }

    #[test]
    fn ranges_are_compared_number_by_number() {
        for (version, range, expected) in [
            ("48.0.8", ">=48.0.0, <48.0.9", Some(true)),
            ("48.0.10", ">=48.0.0, <48.0.9", Some(false)),
            ("48.0.9", ">=48.0.0, <48.0.9", Some(false)),
            ("9.0.0", "<36.0.0", Some(true)),
            ("48.0.8", "about 48", None),
            ("48.0.8-rc1", "<49.0.0", None),
        ] {
            assert_eq!(is_in(version, range), expected, "{version} {range}");
        }
    }

    #[test]
    fn an_affected_version_needs_a_reason_and_a_test_that_is_there() {
        assert!(said("").unwrap().contains("affects wasmtime 1.2.2"));
        assert!(said("why = \"off\"").is_some());
        assert!(
            said("why = \"off\"\ntest = \"xtask/src/advisories.rs::nothing\"")
                .unwrap()
                .contains("no test")
        );
        let own = "xtask/src/advisories.rs::an_affected_version_needs_a_reason_and_a_test_that_is_there";
        assert_eq!(said(&format!("why = \"off\"\ntest = \"{own}\"")), None);
    }
}
