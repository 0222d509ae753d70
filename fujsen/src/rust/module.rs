//! One run of rustc on a module.
use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
    process::{Command, ExitStatus},
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};
use tsk::Diagnostic;

use crate::{
    ModuleSource,
    cache::hex,
    problem::Problem,
    process::Environment,
    rust::{
        CODE, TARGET,
        diagnostics::{self, Message},
        entry::Entry,
        sdk::Sdk,
        tools::Tools,
    },
};

/// A text may compute for ever while it is compiled.
const TIME: Duration = Duration::from_secs(120);
/// In bytes. Enough for serde_json's deepest nesting; small, since it is part of every instance.
const STACK: u32 = 64 * 1024;
/// In bytes: stack, static data and a heap that an ordinary call does not outgrow.
const MEMORY: u32 = 192 * 1024;
const PAGE: u32 = 64 * 1024;
/// The crate root. No text is called so: theirs end in `.rs`.
const ROOT: &str = "module.root";

#[derive(Debug)]
pub(super) enum Failure {
    /// The SDK must be compiled anew.
    BrokenSdk,
    Text(Vec<Diagnostic>),
    Problem(Problem),
}

impl Failure {
    pub(super) fn report(self, module: &ModuleSource) -> Vec<Diagnostic> {
        match self {
            Self::Text(diagnostics) => diagnostics,
            Self::Problem(problem) => vec![problem.report(module, CODE)],
            Self::BrokenSdk => {
                let message = "the Rust SDK was compiled, but rustc cannot use it";
                vec![Problem::new(message, "remove the folder `rust` of the cache").report(module, CODE)]
            }
        }
    }
}

/// The core module of a module's texts.
pub(super) fn compile(
    module: &ModuleSource,
    entry: &Entry,
    tools: &Tools,
    sdk: &Sdk,
    environment: &Environment,
    folder: &Path,
) -> Result<Vec<u8>, Failure> {
    let room = Room::open(module, entry, folder)
        .map_err(|error| Failure::Problem(Problem::io(format!("prepare {}", folder.display()), &error)))?;
    let rustc = |memory| -> Result<_, Failure> {
        let mut command = environment.command(&tools.rustc, &room.folder);
        arguments(&mut command, sdk, memory);
        run(&mut command).map_err(|error| Failure::Problem(Problem::io("run `rustc`", &error)))
    };
    let (mut status, mut messages) = rustc(MEMORY)?;
    if let Some(needed) = messages.iter().find_map(memory_needed) {
        (status, messages) = rustc(needed.saturating_add(2 * PAGE).next_multiple_of(PAGE))?;
    }
    let Some(status) = status else {
        return Err(Failure::Text(vec![too_long(module)]));
    };
    if messages.iter().any(Message::is_broken_sdk) {
        return Err(Failure::BrokenSdk);
    }
    let mut errors: Vec<_> = messages
        .iter()
        .filter(|message| message.is_error())
        .map(|message| message.report(module, &entry.files))
        .collect();
    if errors.is_empty() {
        // Nothing is exported of a text whose fujsens are unknown.
        errors.extend(entry.unread.iter().cloned());
    }
    if !errors.is_empty() {
        room.sweep();
        return Err(Failure::Text(errors));
    }
    if !status.success() {
        let message = format!("`rustc` ended with {status} and said nothing");
        return Err(Failure::Problem(Problem::new(
            message,
            "look whether memory or disk ran out, then try again",
        )));
    }
    fs::read(room.folder.join("module.wasm"))
        .map_err(|error| Failure::Problem(Problem::io("read what `rustc` wrote", &error)))
}

/// The folder of a module: its sources and rustc's incremental data. Held by one compile at a time.
struct Room {
    folder: std::path::PathBuf,
    _locked: File,
}

impl Room {
    fn open(module: &ModuleSource, entry: &Entry, folder: &Path) -> io::Result<Self> {
        let first = module.texts.first().map_or("", |text| text.key.as_str());
        let name = Sha256::new_with_prefix(&module.section)
            .chain_update([0])
            .chain_update(first)
            .finalize();
        let folder = folder.join("modules").join(&hex(&name)[..16]);
        fs::create_dir_all(&folder)?;
        let locked = File::create(folder.join("lock"))?;
        locked.lock()?;
        for (file, text) in entry.files.iter().zip(&module.texts) {
            fs::write(folder.join(file), text.source.text.as_bytes())?;
        }
        fs::write(folder.join(ROOT), &entry.root)?;
        Ok(Self {
            folder,
            _locked: locked,
        })
    }
}

impl Room {
    /// When linking fails rustc leaves its object files.
    fn sweep(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "o") {
                // What cannot be removed now is tried again after the next error.
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn arguments(command: &mut Command, sdk: &Sdk, memory: u32) {
    command
        .args([
            ROOT,
            "--crate-name",
            "module",
            "--crate-type",
            "cdylib",
            "--edition",
            "2024",
            "-o",
            "module.wasm",
        ])
        .args(["--target", TARGET, "--error-format", "json", "-A", "warnings"])
        .args([
            "-C",
            "opt-level=2",
            "-C",
            "panic=abort",
            "-C",
            "strip=debuginfo",
            "-C",
            "incremental=incremental",
        ])
        .args(["-C", &format!("link-arg=-zstack-size={STACK}")])
        .args(["-C", &format!("link-arg=--initial-memory={memory}")]);
    for folder in &sdk.folders {
        command.arg("-L").arg(format!("dependency={}", folder.display()));
    }
    for (name, path) in &sdk.crates {
        command.arg("--extern").arg(format!("{name}={}", path.display()));
    }
}

/// How rustc ended, and what it said; no status when its time ran out.
fn run(command: &mut Command) -> io::Result<(Option<ExitStatus>, Vec<Message>)> {
    let mut child = command.spawn()?;
    let stderr = child.stderr.take();
    let reader = std::thread::spawn(move || {
        let mut said = String::new();
        if let Some(mut stderr) = stderr {
            // What is not UTF-8 is not one of rustc's messages.
            let _ = stderr.read_to_string(&mut said);
        }
        said
    });
    let end = Instant::now() + TIME;
    while !reader.is_finished() {
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            return Ok((None, Vec::new()));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let status = child.wait()?;
    Ok((Some(status), diagnostics::parse(&reader.join().unwrap_or_default())))
}

/// The linker's complaint about static data that does not fit.
fn memory_needed(message: &Message) -> Option<u32> {
    let rest = message.text_after("initial memory too small, ")?;
    rest.split_whitespace().next()?.parse().ok()
}

fn too_long(module: &ModuleSource) -> Diagnostic {
    let seconds = TIME.as_secs();
    let diagnostic = Diagnostic::error(
        "rust",
        format!("compiling took longer than {seconds} seconds and was stopped"),
    );
    let diagnostic = diagnostic.help("look for a `const` or a macro that does not end");
    match module.texts.first() {
        Some(text) => diagnostic.at(text.key_span),
        None => diagnostic,
    }
}
