//! Text to a configuration, or to all that is wrong with it.

use crate::{
    config::{Config, Failure},
    diagnostic::Diagnostic,
    environment::Environment,
    eval::{self, Loader},
    limits,
    options::Options,
};

/// Reads and evaluates a file. `name` is its path as diagnostics shall print it; only its last part means something, where a file
/// includes itself. Nothing is read but through `environment`.
///
/// Fails with every error that one run can find. Warnings do not fail; they are in [`Config::warnings`].
pub fn load(name: &str, text: &str, environment: &dyn Environment, options: Options) -> Result<Config, Failure> {
    let mut loader = Loader::new(environment, options, name);
    let module = if text.len() > limits::FILE_BYTES {
        loader.report(eval::too_large(name));
        None
    } else {
        let file = loader.sources.add(name, text);
        eval::evaluate(&mut loader, file, String::new())
    };
    let Loader {
        sources,
        mut diagnostics,
        files,
        ..
    } = loader;
    diagnostics.sort_by_key(|diagnostic| diagnostic.span.map(|span| (span.file, span.start)));
    diagnostics.dedup();
    match module {
        Some(module) => Ok(Config {
            root: module.root,
            globals: module.globals,
            sources,
            warnings: diagnostics,
            files,
        }),
        None => Err(Failure {
            diagnostics: shortened(diagnostics, text.lines().filter(|line| !line.trim().is_empty()).count()),
            sources,
            files,
        }),
    }
}

/// Errors that say of a line no more than that it is no TSK.
const OF_A_LINE: [&str; 5] = ["missing-colon", "lost-item", "unexpected-text", "missing-value", "code"];

/// Prose, or a program: one remark says what the errors of all its lines would.
fn prose(diagnostics: &mut Vec<Diagnostic>, lines: usize) {
    let of_a_line = |diagnostic: &&Diagnostic| OF_A_LINE.contains(&diagnostic.code);
    let count = diagnostics.iter().filter(of_a_line).count();
    if count <= 20 || count * 4 < lines {
        return;
    }
    let mut shown = 0;
    diagnostics.retain(|diagnostic| {
        shown += usize::from(of_a_line(&diagnostic));
        !of_a_line(&diagnostic) || shown <= 3
    });
    let more = count - 3;
    diagnostics.push(
        Diagnostic::error("not-tsk", format!("{more} more lines are no TSK"))
            .help("is this a TSK file? A line is `key: value`, `[section]`, or a comment after `#`"),
    );
}

fn shortened(mut diagnostics: Vec<Diagnostic>, lines: usize) -> Vec<Diagnostic> {
    prose(&mut diagnostics, lines);
    shorten(diagnostics)
}

/// As many diagnostics as anybody reads, errors first, and how many more there are: beyond so many, further ones say nothing new.
pub fn shorten(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if diagnostics.len() <= limits::ERRORS {
        return diagnostics;
    }
    let has_errors = diagnostics.iter().any(Diagnostic::is_error);
    if has_errors {
        diagnostics.retain(Diagnostic::is_error);
    }
    let more = diagnostics.len().saturating_sub(limits::ERRORS);
    if more > 0 {
        diagnostics.truncate(limits::ERRORS);
        diagnostics.push(if has_errors {
            Diagnostic::error("too-many-errors", format!("{more} more errors are not shown"))
                .help("is this a TSK file? Correct the errors above first")
        } else {
            Diagnostic::warning("too-many-warnings", format!("{more} more warnings are not shown"))
                .help("mend what is above first")
        });
    }
    diagnostics
}
