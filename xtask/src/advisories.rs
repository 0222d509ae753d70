//! Whether the engine in the lock file is in the range of an advisory that nobody has thought about.

use std::fs;

use anyhow::{Context, bail};
use semver::{Version, VersionReq};
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
    let ranges: Result<Vec<_>, _> = advisory.affected.iter().map(|range| VersionReq::parse(range)).collect();
    let ranges = match ranges {
        Ok(ranges) => ranges,
        Err(error) => return Some(format!("{id}: {error}")),
    };
    let affects = |package: &&Package| {
        // A version that cannot be read is one to think about.
        let version = Version::parse(&package.version);
        let is_affected = version.map_or(true, |version| ranges.iter().any(|range| range.matches(&version)));
        package.name == *name && is_affected
    };
    let package = lock.package.iter().find(affects)?;
    let has_answer = advisory.why.as_ref().is_some_and(|why| !why.is_empty()) && advisory.test.is_some();
    (!has_answer).then(|| {
        let version = &package.version;
        format!("{id} ({date}) affects {name} {version}: update it, or say why not in advisories.toml, with a test")
    })
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
#[allow(clippy::unwrap_used)]
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
