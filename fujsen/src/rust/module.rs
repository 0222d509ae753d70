//! One run of rustc on a module.
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest, Sha256};
use tsk::Diagnostic;

use crate::{
    ModuleSource, Progress,
    cache::hex,
    limits, nesting,
    problem::Problem,
    process::{self, Ended, Fate, Sandbox, is_about_memory},
    rust::{
        diagnostics::{self, Message},
        entry::Entry,
        lexis::LEXIS,
        refusal,
        sdk::Sdk,
        tools::{TARGET, Tools},
    },
};

/// Of what keeps every text from being compiled.
pub(super) const CODE: &str = "rust-toolchain";

/// In bytes. Enough for serde_json's deepest nesting; small, since it is part of every instance.
const STACK: u32 = 64 * 1024;
/// In bytes: stack, static data and a heap that an ordinary call does not outgrow.
const MEMORY: u32 = 192 * 1024;
const PAGE: u32 = 64 * 1024;
/// The crate root. No text is called so: theirs end in `.rs`.
const ROOT: &str = "module.root";
const OUTPUT: &str = "module.wasm";
/// What rustc says that it read.
const READ: &str = "module.read";
/// What rustc keeps for the next run.
const INCREMENTAL: &str = "incremental";
const LOCK: &str = "lock";

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
    folder: &Path,
    progress: Progress<'_>,
) -> Result<Vec<u8>, Failure> {
    let prepare = |error| Failure::Problem(Problem::io(format!("prepare {}", folder.display()), &error));
    let room = Room::open(module, entry, folder).map_err(prepare)?;
    let sandbox = sandbox(tools, sdk, &room.folder);
    let rustc = |memory| -> Result<_, Failure> {
        let mut command = sandbox.command(&tools.rustc, progress).map_err(prepare)?;
        arguments(&mut command, sdk, memory);
        command.arg(tools.remap());
        let ended = process::run(&mut command, limits::COMPILE);
        ended.map_err(|error| Failure::Problem(Problem::io("run `rustc`", &error)))
    };
    let mut ended = rustc(MEMORY)?;
    let mut messages = diagnostics::parse(&ended.said);
    if let Some(needed) = messages.iter().find_map(memory_needed) {
        ended = rustc(needed.saturating_add(2 * PAGE).next_multiple_of(PAGE))?;
        messages = diagnostics::parse(&ended.said);
    }
    if messages.iter().any(Message::is_broken_sdk) {
        return Err(Failure::BrokenSdk);
    }
    let errors = errors(module, entry, &ended, &messages);
    if !errors.is_empty() {
        room.sweep();
        return Err(Failure::Text(errors));
    }
    let read = |file: &str| fs::read(room.folder.join(file));
    let wasm = read(OUTPUT).and_then(|wasm| Ok((wasm, read(READ)?)));
    let (wasm, said) = wasm.map_err(|error| Failure::Problem(Problem::io("read what `rustc` wrote", &error)))?;
    let refused = refusal::by_what_was_read(&String::from_utf8_lossy(&said), module, &entry.files, &[ROOT, OUTPUT]);
    if refused.is_empty() {
        Ok(wasm)
    } else {
        Err(Failure::Text(refused))
    }
}

/// Reads the toolchain and the SDK, writes the module's own folder.
fn sandbox(tools: &Tools, sdk: &Sdk, folder: &Path) -> Sandbox {
    let sandbox = Sandbox::new(folder, limits::COMPILE_CPU).writing(folder);
    let sandbox = tools.toolchain().into_iter().fold(sandbox, Sandbox::reading);
    let libraries = sdk.crates.iter().map(|(_, path)| path).chain(&sdk.folders);
    libraries.fold(sandbox, Sandbox::reading)
}

/// What the author should know; nothing when all is well.
fn errors(module: &ModuleSource, entry: &Entry, ended: &Ended, messages: &[Message]) -> Vec<Diagnostic> {
    let mut found: Vec<&Message> = messages.iter().filter(|message| message.is_error()).collect();
    let foreign = found
        .iter()
        .find_map(|message| message.foreign_file(module, &entry.files, &[ROOT]));
    if let Some(file) = foreign {
        return vec![refusal::hidden(
            refusal::refused_file(file),
            refusal::Reads::Files,
            module,
        )];
    }
    // An error in what surrounds the texts follows from one in a text, if there is one.
    if found.iter().any(|message| message.is_within(module, &entry.files)) {
        found.retain(|message| message.is_within(module, &entry.files));
    }
    let needs_memory = found.iter().any(|message| message.says(is_about_memory));
    if let Some((message, help)) = (if needs_memory { Fate::Memory } else { ended.fate }).complaint("compiling") {
        let diagnostic = Diagnostic::error("rust", message).help(help);
        let place = match ended.fate {
            Fate::Crash(_) => nesting::deepest(module, &LEXIS),
            _ => None,
        };
        return vec![match place {
            Some(place) => diagnostic.at(place),
            None => module.at_first(diagnostic),
        }];
    }
    let mut errors: Vec<_> = found
        .iter()
        .take(limits::ERRORS)
        .map(|message| message.report(module, &entry.files))
        .collect();
    if errors.is_empty() {
        // Nothing is exported of a text whose fujsens are unknown.
        errors.extend(entry.unread.iter().cloned());
    }
    if errors.is_empty() && ended.fate != Fate::Exit(0) {
        let diagnostic = Diagnostic::error("rust", "the compiler failed on this text and did not say why");
        let place = nesting::deepest(module, &LEXIS);
        let help = "look for code that is out of the ordinary: deep nesting, very long names or very large constants";
        errors.push(place.into_iter().fold(diagnostic, Diagnostic::at).help(help));
    }
    errors
}

/// The folder of a module: its sources and rustc's incremental data. Held by one compile at a time.
struct Room {
    folder: PathBuf,
    _locked: File,
}

impl Room {
    fn open(module: &ModuleSource, entry: &Entry, folder: &Path) -> io::Result<Self> {
        let first = module.texts.first().map_or("", |text| text.key.as_str());
        let name = Sha256::new_with_prefix(&module.section)
            .chain_update([0])
            .chain_update(first)
            .finalize();
        let folder = folder.join("modules").join(hex(&name).get(..16).unwrap_or_default());
        fs::create_dir_all(&folder)?;
        let locked = File::create(folder.join(LOCK))?;
        locked.lock()?;
        empty(&folder)?;
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

/// What an earlier text of this name left is not this one's to read.
fn empty(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == INCREMENTAL || entry.file_name() == LOCK {
            continue;
        }
        match entry.file_type()?.is_dir() {
            true => fs::remove_dir_all(entry.path())?,
            false => fs::remove_file(entry.path())?,
        }
    }
    Ok(())
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
            "--emit",
            &format!("link={OUTPUT},dep-info={READ}"),
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
            &format!("incremental={INCREMENTAL}"),
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

/// The linker's complaint about static data that does not fit.
fn memory_needed(message: &Message) -> Option<u32> {
    let rest = message.text_after("initial memory too small, ")?;
    rest.split_whitespace().next()?.parse().ok()
}
