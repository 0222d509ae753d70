//! The direction of dependencies, as a command that fails.

use std::collections::BTreeSet;

use anyhow::bail;

use crate::{
    assemblyscript,
    house::{self, Arrows, House, Names},
    shell,
};

/// A crate, and what must not be anywhere among its dependencies.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "tsk",
        &[
            "tokio",
            "reqwest",
            "hyper",
            "wasmtime",
            "redis",
            "rusqlite",
            "fujsen",
            "tusk-host",
            "cap-std",
        ],
    ),
    (
        "fujsen",
        &[
            "tokio",
            "reqwest",
            "hyper",
            "wasmtime",
            "redis",
            "rusqlite",
            "tusk-host",
        ],
    ),
    (
        "tusk-base",
        &["wasmtime", "redis", "rusqlite", "tusk-capabilities", "tusk-host"],
    ),
    ("tusk-capabilities", &["wasmtime", "tusk-host"]),
    ("tusk-host", &["xtask", "tests", "wit-component"]),
];

/// Dependencies of the host that come in through `fujsen` alone.
const ONLY_THROUGH_FUJSEN: &[&str] = &["wit-component"];

/// The crates of the host from the ground up.
const HOUSE: [&str; 3] = [
    "host/base/src/lib.rs",
    "host/capabilities/src/lib.rs",
    "host/src/lib.rs",
];

/// The SDK that is no crate.
const SDK: &str = "guest-sdk/assemblyscript";

/// The floors of the host from the ground up. A floor knows those below it; two on one level do not know each other.
const FLOORS: [&[&str]; 8] = [
    &["base"],
    &["observe"],
    &["network", "storage"],
    &["capability"],
    &["sandbox"],
    &["service"],
    &["serve"],
    &["cli"],
];

pub(crate) fn check() -> anyhow::Result<()> {
    let mut broken = Vec::new();
    for (name, forbidden) in FORBIDDEN {
        broken.extend(crates(name, forbidden)?);
    }
    let house = House::read(&HOUSE.map(|root| shell::root().join(root)))?;
    for (name, modules) in house.namesakes() {
        let modules: Vec<String> = modules.iter().map(|module| module.join("::")).collect();
        broken.push(format!("{name} is several types: in {}", modules.join(", ")));
    }
    let host = house.arrows();
    broken.extend(host.keys().filter(|(from, to)| !is_allowed(from, to)).map(shown));
    let mut count = 0;
    let sdk = assemblyscript::arrows(&shell::root().join(SDK))?;
    let houses = [
        ("host", host),
        ("fujsen", arrows("fujsen")?),
        ("tsk", arrows("tsk")?),
        (SDK, sdk),
    ];
    for (name, arrows) in houses {
        broken.extend(circles(name, &arrows));
        count += arrows.len();
    }
    if broken.is_empty() {
        let floors: usize = FLOORS.iter().map(|level| level.len()).sum();
        println!("{floors} floors, {count} arrows between files, all down, no circle, no name for two types");
        return Ok(());
    }
    bail!(
        "dependencies that point up or in a circle, or names that stand for two:\n  {}",
        broken.join("\n  ")
    )
}

fn arrows(name: &str) -> anyhow::Result<Arrows> {
    Ok(House::read(&[shell::root().join(name).join("src/lib.rs")])?.arrows())
}

/// The circles of files, each with who knows what of whom.
fn circles(name: &str, arrows: &Arrows) -> Vec<String> {
    let one = |circle: &BTreeSet<Names>| {
        let inside = arrows
            .iter()
            .filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
        let inside = inside.map(|(arrow, names)| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            format!("\n    {} ({})", shown(arrow), names.join(", "))
        });
        format!(
            "a circle of {} files in {name}:{}",
            circle.len(),
            inside.collect::<String>()
        )
    };
    house::circles(arrows).iter().map(one).collect()
}

fn shown((from, to): &(Names, Names)) -> String {
    format!("{} → {}", from.join("::"), to.join("::"))
}

/// Whether a module may know another one.
fn is_allowed(from: &[String], to: &[String]) -> bool {
    let level = |path: &[String]| {
        let floor = path.first()?;
        FLOORS.iter().position(|level| level.contains(&floor.as_str()))
    };
    match (from.first(), to.first()) {
        // The crate's root opens the house, and nobody looks back at it.
        (None, _) => true,
        (Some(_), None) => false,
        (Some(own), Some(other)) if own == other => siblings(from, to),
        _ => level(from).is_some_and(|own| level(to).is_some_and(|other| other < own)),
    }
}

/// What every capability is: each knows these.
const CONTRACT: [&str; 3] = ["contract", "grant", "reading"];

/// Capabilities do not know each other, but for values that are read through some of them; one file lists all.
fn siblings(from: &[String], to: &[String]) -> bool {
    match (from, to) {
        ([floor, own, ..], [_, other, ..]) if floor == "capability" => {
            let is_deferred = own == "deferred" || other == "deferred";
            own == other || own == "all" || is_deferred || CONTRACT.contains(&other.as_str())
        }
        _ => true,
    }
}

fn crates(name: &str, forbidden: &[&str]) -> anyhow::Result<Vec<String>> {
    let tree = shell::output(
        "cargo",
        &["tree", "--locked", "-p", name, "-e", "normal", "--prefix", "none"],
    )?;
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    let found = forbidden.iter().filter(|one| names.contains(**one));
    Ok(found
        .filter(|one| !ONLY_THROUGH_FUJSEN.contains(*one))
        .map(|one| format!("{name} → {one}"))
        .collect())
}
