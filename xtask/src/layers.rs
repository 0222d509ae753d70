//! The direction of dependencies, as a command that fails.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use crate::shell;

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
    ("tusk-host", &["xtask", "tests", "wit-component"]),
];

/// Dependencies of the host that come in through `fujsen` alone.
const ONLY_THROUGH_FUJSEN: &[&str] = &["wit-component"];

/// Rooms of the host from the ground up. A room knows those of lower floors; of its own floor only the ones that
/// [`NEIGHBOURS`] names.
const FLOORS: &[&[&str]] = &[
    &["bearer", "escape", "limits", "off_limits"],
    &["sections"],
    &[
        "bindings",
        "clock",
        "folder",
        "fuzz",
        "misspelt",
        "precompiled",
        "redact",
        "reserved",
        "section",
        "target",
        "trace_context",
        "unused",
    ],
    &["arguments", "metrics", "schema"],
    &["tasks"],
    &["gate", "lane", "log", "store", "tls", "traces"],
    &["observe", "queue", "request", "resilience"],
    &["discovery"],
    // What a version of a service is made of, and what runs in it: an `App` has capabilities, which run calls of the `App`.
    &[
        "alerts",
        "app",
        "call",
        "capability",
        "deferred",
        "egress",
        "engine",
        "events",
        "guest",
        "health",
        "link",
        "live",
        "load",
        "mesh",
        "module",
        "names",
        "remote_config",
        "route",
        "schedule",
        "server",
        "settings",
        "start",
        "wasi",
    ],
    &["admin", "scheduler", "watch"],
    &["cli"],
    &["lib", "main"],
];

/// Rooms, and whom they know of their own floor.
const NEIGHBOURS: &[(&str, &str)] = &[
    ("alerts", "app live"),
    (
        "app",
        "alerts call capability engine events guest health link mesh module names remote_config route schedule server",
    ),
    ("call", "app capability module"),
    ("capability", "app call deferred egress guest mesh module"),
    ("deferred", "capability"),
    ("egress", "mesh"),
    ("engine", "capability guest"),
    ("events", "app live module names"),
    ("folder", "reserved"),
    ("guest", "call engine module wasi"),
    ("health", "app capability egress live server"),
    ("link", "app call load module names start"),
    ("live", "app"),
    (
        "load",
        "alerts app capability engine events health link mesh remote_config route schedule server settings",
    ),
    ("mesh", "route"),
    ("module", "engine guest"),
    ("names", "module"),
    ("remote_config", "alerts app capability deferred egress live"),
    ("route", "module names"),
    ("schedule", "module names"),
    ("server", "app live mesh route"),
    ("settings", "app"),
    ("start", "call engine guest module"),
    ("wasi", "call"),
];

pub(crate) fn check() -> anyhow::Result<()> {
    let mut broken = Vec::new();
    for (name, forbidden) in FORBIDDEN {
        broken.extend(crates(name, forbidden)?);
    }
    let host = shell::root().join("host/src");
    for (name, path) in rooms(&host)? {
        for file in files(&path)? {
            broken.extend(upwards(&host, &name, &file)?);
        }
    }
    broken.extend(siblings(&host.join("capability"))?);
    if broken.is_empty() {
        println!("dependencies point down");
        return Ok(());
    }
    bail!("dependencies that point up:\n  {}", broken.join("\n  "))
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

/// The modules of a folder by name, and where they are.
fn rooms(folder: &Path) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let mut rooms = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if let Some(name) = path.file_stem().and_then(|name| name.to_str()) {
            rooms.insert(name.to_owned(), path.clone());
        }
    }
    Ok(rooms)
}

/// What a file of a room knows and must not.
fn upwards(host: &Path, room: &str, file: &Path) -> anyhow::Result<Vec<String>> {
    let shown = file.strip_prefix(host).unwrap_or(file).display();
    let Some(own) = floor(room) else {
        return Ok(vec![format!(
            "host/src/{shown} is on no floor: put `{room}` into FLOORS"
        )]);
    };
    let neighbours = NEIGHBOURS.iter().find(|(name, _)| *name == room);
    let is_neighbour = |other: &str| neighbours.is_some_and(|(_, known)| known.split(' ').any(|known| known == other));
    let may = |other: &str| other == room || floor(other).is_none_or(|floor| floor < own) || is_neighbour(other);
    let used = uses(&product(file)?);
    Ok(used
        .iter()
        .filter(|other| !may(other))
        .map(|other| format!("host/src/{shown} → {other}"))
        .collect())
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// Capabilities do not know each other.
fn siblings(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut rooms = rooms(folder)?;
    rooms.retain(|name, _| name != "mod" && !TESTS.contains(&name.as_str()));
    let mut broken = Vec::new();
    for (name, path) in &rooms {
        for file in files(path)? {
            let text = product(&file)?;
            for other in rooms.keys().filter(|other| *other != name) {
                if text.contains(&format!("capability::{other}")) || text.contains(&format!("super::{other}::")) {
                    broken.push(format!("capability/{name} → capability/{other}"));
                }
            }
        }
    }
    Ok(broken)
}

/// Files and folders of tests: these may know everybody.
const TESTS: &[&str] = &["tests", "fixture"];

/// A file without its tests, which stand at its end.
fn product(file: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    Ok(text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default()
        .to_owned())
}

/// The modules of this crate that a file names: `crate::x` and the first names of `use crate::{…}`.
fn uses(text: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let Some(list) = rest.strip_prefix('{') else {
            used.insert(rest.chars().take_while(|c| is_name(*c)).collect());
            continue;
        };
        let mut depth = 1;
        let mut name = String::new();
        for c in list.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ if depth == 1 && is_name(c) => name.push(c),
                _ => {}
            }
            let ends = depth == 0 || (depth == 1 && matches!(c, ',' | ':'));
            if ends && !name.is_empty() {
                used.insert(std::mem::take(&mut name));
            }
            if depth == 0 {
                break;
            }
        }
    }
    used
}

fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if path
        .file_stem()
        .is_some_and(|stem| TESTS.iter().any(|test| stem == *test))
    {
        return Ok(Vec::new());
    }
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).with_context(|| path.display().to_string())? {
        found.extend(files(&entry?.path())?);
    }
    Ok(found)
}
