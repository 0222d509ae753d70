//! `cargo run -p tsk --example corpus -- FOLDER [--variable TEXT]`: how many `.tsk` files of each folder in FOLDER load,
//! in normal and in lenient mode, and what is wrong with each of the others.
//!
//! `--variable` is the text of environment variables that have no default; it is "dummy" where it is not given. A file whose
//! only errors name files that are not there counts for itself: it stood beside them once.
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

enum Outcome {
    Loads,
    /// Only files beside it are missing.
    Alone,
    Rejected(Vec<Diagnostic>, SourceMap),
}

fn outcome(path: &Path, variable: &str, lenient: bool) -> Outcome {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let text = match fs::read(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => {
            let diagnostic = Diagnostic::error("unreadable-file", error.to_string());
            return Outcome::Rejected(vec![diagnostic], SourceMap::default());
        }
    };
    let world = World {
        folder: path.parent().unwrap_or(Path::new(".")),
        variable,
        needed: RefCell::default(),
    };
    let options = Options { lenient };
    loop {
        let Err(Failure {
            diagnostics, sources, ..
        }) = load(&name, &text, &world, options)
        else {
            return Outcome::Loads;
        };
        let unset: Vec<String> = diagnostics.iter().filter_map(unset_variable).collect();
        let known = world.needed.borrow().len();
        world.needed.borrow_mut().extend(unset);
        if world.needed.borrow().len() > known {
            continue;
        }
        let errors: Vec<Diagnostic> = diagnostics.into_iter().filter(Diagnostic::is_error).collect();
        return if errors.iter().all(|error| error.code == "unreadable-file") {
            Outcome::Alone
        } else {
            Outcome::Rejected(errors, sources)
        };
    }
}

/// The variable that an `unset-variable` names.
fn unset_variable(diagnostic: &Diagnostic) -> Option<String> {
    let quoted = (diagnostic.code == "unset-variable").then(|| diagnostic.message.split('`').nth(1))?;
    quoted.map(str::to_owned)
}

#[derive(Default)]
struct Count {
    files: usize,
    loads: usize,
    alone: usize,
}

fn run(folder: &Path, files: &[PathBuf], variable: &str, lenient: bool) {
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mode = if lenient { "lenient" } else { "normal" };
    for path in files {
        let place = path.strip_prefix(folder).unwrap_or(path);
        let group = place.parent().unwrap_or(place).display().to_string();
        let count = counts.entry(group).or_default();
        count.files += 1;
        match outcome(path, variable, lenient) {
            Outcome::Loads => count.loads += 1,
            Outcome::Alone => {
                count.alone += 1;
                println!("{mode}: {}: names files that are not here", place.display());
            }
            Outcome::Rejected(errors, sources) => {
                println!("{mode}: {}: {} errors", place.display(), errors.len());
                for error in errors {
                    println!("{}", error.render(&sources, false));
                }
            }
        }
    }
    println!(
        "{mode:<8} {:<16} {:>5} {:>6} {:>14} {:>9}",
        "folder", "files", "load", "missing files", "rejected"
    );
    for (group, count) in counts {
        let rejected = count.files - count.loads - count.alone;
        println!(
            "{:<8} {group:<16} {:>5} {:>6} {:>14} {rejected:>9}",
            "", count.files, count.loads, count.alone
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
    ExitCode::SUCCESS
}
