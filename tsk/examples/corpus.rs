//! `cargo run -p tsk --example corpus -- FOLDER [--variable TEXT]`: how many `.tsk` files of each folder in FOLDER load,
//! in normal and in lenient mode, and what is wrong with each of the others.
//!
//! `--variable` is the text of environment variables that have no default; it is "dummy" where it is not given. What a file
//! is rejected for is told apart: variables, files and operators that are not here say nothing about its text.
#[path = "../tests/tsk/languages.rs"]
mod languages;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use tsk::{Diagnostic, Failure, Options, SourceMap, load};

struct World<'a> {
    folder: &'a Path,
    variable: &'a str,
    /// Variables that a file needs. Others stay unset, so that their defaults count.
    needed: RefCell<BTreeSet<String>>,
}

impl tsk::Environment for World<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(self.folder.join(path))
    }

    fn var(&self, name: &str) -> Option<String> {
        self.needed.borrow().contains(name).then(|| self.variable.to_owned())
    }

    fn now(&self) -> jiff::Zoned {
        jiff::Zoned::now()
    }
}

/// What a file needs to load, or why it does not.
#[derive(Default)]
struct Outcome {
    needs_variables: bool,
    needs_files: bool,
    /// It uses `@` operators, calls or methods that TSK has not.
    needs_operators: bool,
    /// Something else is wrong with it.
    is_wrong: bool,
    /// All but the variables.
    errors: Vec<Diagnostic>,
    sources: SourceMap,
}

fn outcome(path: &Path, variable: &str, lenient: bool) -> Outcome {
    let mut outcome = Outcome::default();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let text = match fs::read(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => {
            outcome.is_wrong = true;
            outcome.errors = vec![Diagnostic::error("unreadable", error.to_string())];
            return outcome;
        }
    };
    let world = World {
        folder: path.parent().unwrap_or(Path::new(".")),
        variable,
        needed: RefCell::default(),
    };
    loop {
        let Err(Failure {
            diagnostics, sources, ..
        }) = load(
            &name,
            &text,
            &world,
            Options {
                lenient,
                ..languages::options()
            },
        )
        else {
            return outcome;
        };
        let known = world.needed.borrow().len();
        world
            .needed
            .borrow_mut()
            .extend(diagnostics.iter().filter_map(unset_variable));
        if world.needed.borrow().len() > known {
            outcome.needs_variables = true;
            continue;
        }
        outcome.sources = sources;
        outcome.errors = diagnostics.into_iter().filter(Diagnostic::is_error).collect();
        for error in &outcome.errors {
            match error.code {
                "unreadable-file" | "path-outside" => outcome.needs_files = true,
                "unknown-operator" | "foreign-call" | "call-chain" | "file-method" => outcome.needs_operators = true,
                _ => outcome.is_wrong = true,
            }
        }
        return outcome;
    }
}

/// The variable that an `unset-variable` names.
fn unset_variable(diagnostic: &Diagnostic) -> Option<String> {
    let quoted = (diagnostic.code == "unset-variable").then(|| diagnostic.message.split('`').nth(1))?;
    quoted.map(str::to_owned)
}

/// Files by what they need. Each is counted once, but in `with_variables`, which holds those that load as they are.
#[derive(Default)]
struct Count {
    files: usize,
    load: usize,
    with_variables: usize,
    only_files: usize,
    only_operators: usize,
    both: usize,
    wrong: usize,
}

impl Count {
    fn add(&mut self, outcome: &Outcome) {
        self.files += 1;
        let place = match (outcome.is_wrong, outcome.needs_files, outcome.needs_operators) {
            (true, ..) => &mut self.wrong,
            (_, true, true) => &mut self.both,
            (_, true, _) => &mut self.only_files,
            (_, _, true) => &mut self.only_operators,
            _ => {
                self.load += usize::from(!outcome.needs_variables);
                &mut self.with_variables
            }
        };
        *place += 1;
    }
}

fn run(folder: &Path, files: &[PathBuf], variable: &str, lenient: bool) {
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mode = if lenient { "lenient" } else { "normal" };
    for path in files {
        let place = path.strip_prefix(folder).unwrap_or(path);
        let group = place.parent().unwrap_or(place).display().to_string();
        let outcome = outcome(path, variable, lenient);
        counts.entry(group).or_default().add(&outcome);
        if !outcome.errors.is_empty() {
            println!("{mode}: {}: {} errors", place.display(), outcome.errors.len());
            for error in &outcome.errors {
                println!("{}", error.render(&outcome.sources, false));
            }
        }
    }
    println!("{mode:<8} {:38} rejected only for missing", "");
    println!(
        "{:<8} {:<16} {:>5} {:>5} {:>14} {:>8} {:>10} {:>5} {:>10}",
        "", "folder", "files", "load", "with variables", "files", "operators", "both", "wrong text"
    );
    for (group, count) in counts {
        println!(
            "{:<8} {group:<16} {:>5} {:>5} {:>14} {:>8} {:>10} {:>5} {:>10}",
            "",
            count.files,
            count.load,
            count.with_variables,
            count.only_files,
            count.only_operators,
            count.both,
            count.wrong
        );
    }
    println!();
}

fn tsk_files(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            tsk_files(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "tsk") {
            files.push(path);
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (mut folder, mut variable) = (None, "dummy".to_owned());
    while let Some(argument) = arguments.next() {
        if argument == "--variable" {
            variable = arguments.next().unwrap_or_default();
        } else {
            folder = Some(PathBuf::from(argument));
        }
    }
    let Some(folder) = folder else {
        eprintln!("name the folder of the files");
        return ExitCode::FAILURE;
    };
    let mut files = Vec::new();
    if let Err(error) = tsk_files(&folder, &mut files) {
        eprintln!("{}: {error}", folder.display());
        return ExitCode::FAILURE;
    }
    files.sort();
    for lenient in [false, true] {
        run(&folder, &files, &variable, lenient);
    }
    println!(
        "load: as it is, with no variable set. with variables: that, and those that load when the variables that they ask"
    );
    println!(
        "for are set. files: missing or outside the folder. operators: @ operators, calls and methods that TSK has not."
    );
    ExitCode::SUCCESS
}
