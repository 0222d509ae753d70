//! The direction of dependencies, as a command that fails.

use std::{collections::BTreeSet, fs, path::Path};

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

/// Rooms of the host, and rooms that they must not know.
const ROOMS: &[(&str, &[&str])] = &[
    (
        "resilience",
        &[
            "app",
            "call",
            "capability",
            "cli",
            "discovery",
            "engine",
            "guest",
            "health",
            "live",
            "load",
            "mesh",
            "route",
            "server",
        ],
    ),
    (
        "discovery",
        &[
            "app",
            "call",
            "capability",
            "cli",
            "engine",
            "guest",
            "health",
            "live",
            "load",
            "mesh",
            "route",
            "server",
        ],
    ),
    (
        "limits.rs",
        &[
            "app",
            "call",
            "capability",
            "cli",
            "engine",
            "guest",
            "load",
            "module",
            "route",
            "server",
        ],
    ),
    (
        "request.rs",
        &[
            "app",
            "call",
            "capability",
            "cli",
            "engine",
            "guest",
            "load",
            "module",
            "route",
            "server",
        ],
    ),
    (
        "guest.rs",
        &["capability", "cli", "load", "link", "live", "route", "server"],
    ),
    (
        "module.rs",
        &["app", "capability", "cli", "load", "link", "live", "route", "server"],
    ),
    (
        "deferred",
        &[
            "app", "call", "cli", "engine", "guest", "load", "link", "live", "module", "route", "server", "watch",
        ],
    ),
    (
        "egress",
        &[
            "app",
            "call",
            "capability",
            "cli",
            "engine",
            "guest",
            "load",
            "link",
            "live",
            "module",
            "route",
            "server",
            "settings",
        ],
    ),
    (
        "capability",
        &[
            "admin",
            "alerts",
            "cli",
            "health",
            "load",
            "link",
            "live",
            "remote_config",
            "route",
            "server",
            "watch",
        ],
    ),
    (
        "mesh",
        &[
            "app",
            "call",
            "capability",
            "cli",
            "engine",
            "guest",
            "link",
            "live",
            "load",
            "module",
            "server",
            "settings",
            "tls",
        ],
    ),
    (
        "tls",
        &[
            "app",
            "call",
            "capability",
            "cli",
            "engine",
            "guest",
            "link",
            "live",
            "load",
            "mesh",
            "module",
            "route",
            "server",
            "settings",
        ],
    ),
    (
        "server",
        &[
            "admin",
            "alerts",
            "capability",
            "cli",
            "guest",
            "health",
            "load",
            "link",
            "engine",
            "watch",
        ],
    ),
    (
        "events",
        &[
            "capability",
            "cli",
            "engine",
            "guest",
            "link",
            "load",
            "server",
            "store",
            "watch",
        ],
    ),
    (
        "queue",
        &[
            "app",
            "call",
            "capability",
            "cli",
            "engine",
            "events",
            "guest",
            "link",
            "live",
            "load",
            "module",
            "names",
            "route",
            "server",
            "settings",
        ],
    ),
    (
        "schedule",
        &[
            "capability",
            "cli",
            "guest",
            "load",
            "link",
            "live",
            "engine",
            "scheduler",
            "server",
        ],
    ),
    (
        "scheduler",
        &[
            "capability",
            "cli",
            "guest",
            "load",
            "link",
            "engine",
            "server",
            "watch",
        ],
    ),
    ("live.rs", &["capability", "cli", "load", "link", "server"]),
    (
        "metrics",
        &[
            "admin",
            "alerts",
            "app",
            "bindings",
            "call",
            "capability",
            "cli",
            "engine",
            "guest",
            "health",
            "live",
            "load",
            "module",
            "route",
            "server",
            "traces",
        ],
    ),
    (
        "trace_context.rs",
        &[
            "app",
            "call",
            "capability",
            "cli",
            "engine",
            "guest",
            "load",
            "metrics",
            "module",
            "request",
            "route",
            "server",
            "traces",
        ],
    ),
    (
        "traces",
        &[
            "admin",
            "alerts",
            "app",
            "bindings",
            "call",
            "capability",
            "cli",
            "engine",
            "events",
            "guest",
            "health",
            "live",
            "load",
            "module",
            "observe",
            "queue",
            "request",
            "route",
            "server",
            "settings",
            "store",
        ],
    ),
    (
        "observe.rs",
        &[
            "app",
            "call",
            "capability",
            "cli",
            "engine",
            "guest",
            "live",
            "load",
            "module",
            "request",
            "route",
            "server",
            "settings",
        ],
    ),
    (
        "health",
        &[
            "admin", "alerts", "cli", "engine", "guest", "load", "link", "server", "watch",
        ],
    ),
    (
        "alerts",
        &[
            "admin",
            "capability",
            "cli",
            "engine",
            "guest",
            "health",
            "load",
            "link",
            "server",
            "watch",
        ],
    ),
    (
        "schema",
        &[
            "alerts",
            "app",
            "bindings",
            "call",
            "capability",
            "cli",
            "deferred",
            "engine",
            "guest",
            "live",
            "load",
            "metrics",
            "remote_config",
            "section",
            "server",
            "store",
        ],
    ),
    (
        "remote_config",
        &[
            "admin", "call", "cli", "engine", "events", "guest", "health", "link", "load", "module", "route", "server",
            "watch",
        ],
    ),
    (
        "admin",
        &[
            "alerts",
            "capability",
            "cli",
            "engine",
            "guest",
            "load",
            "link",
            "watch",
        ],
    ),
    (
        "store",
        &[
            "app",
            "call",
            "capability",
            "cli",
            "engine",
            "guest",
            "load",
            "link",
            "live",
            "module",
            "names",
            "route",
            "server",
            "settings",
        ],
    ),
];

pub(crate) fn check() -> anyhow::Result<()> {
    let mut broken = Vec::new();
    for (name, forbidden) in FORBIDDEN {
        broken.extend(crates(name, forbidden)?);
    }
    let host = shell::root().join("host/src");
    for (room, forbidden) in ROOMS {
        for file in files(&host.join(room))? {
            broken.extend(rooms(&host, &file, forbidden)?);
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

fn rooms(host: &Path, file: &Path, forbidden: &[&str]) -> anyhow::Result<Vec<String>> {
    let text = product(file)?;
    let shown = file.strip_prefix(host).unwrap_or(file).display();
    let used = uses(&text);
    Ok(forbidden
        .iter()
        .filter(|room| used.contains(**room))
        .map(|room| format!("host/src/{shown} → {room}"))
        .collect())
}

/// Capabilities do not know each other.
fn siblings(folder: &Path) -> anyhow::Result<Vec<String>> {
    let names: Vec<String> = fs::read_dir(folder)
        .with_context(|| folder.display().to_string())?
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .filter(|name| name != "mod" && !TESTS.contains(&name.as_str()))
        .collect();
    let mut broken = Vec::new();
    for name in &names {
        let file = folder.join(format!("{name}.rs"));
        let room = if file.exists() { file } else { folder.join(name) };
        for file in files(&room)? {
            let text = product(&file)?;
            for other in names.iter().filter(|other| *other != name) {
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

fn files(path: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
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
