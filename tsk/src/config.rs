use std::fmt;

use crate::{
    diagnostic::Diagnostic,
    environment::Environment,
    eval::{self, Loader},
    json, limits,
    span::SourceMap,
    value::{Node, Object, Value},
};

/// How [`load`] reads.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Look at a file away from its place, or at one that was written for another program: what is not at hand becomes a
    /// [`Value::Deferred`](crate::Value::Deferred) without arguments, which prints as it is written.
    ///
    /// Silent: operators that TSK has not, calls such as `php(…)`, code in other languages. With a warning: unset variables,
    /// files that cannot be read, unknown globals, `<<<` texts, values without a key. All else stays an error.
    pub lenient: bool,
}

/// A file that was read whole.
#[derive(Clone, Debug)]
pub struct Config {
    /// Sections and top-level keys.
    pub root: Object,
    /// What `$name: value` defined, without the `$`.
    pub globals: Object,
    /// The texts that spans point into: the file, and every other that was read.
    pub sources: SourceMap,
    /// What is right but may not be meant so, in order of place.
    pub warnings: Vec<Diagnostic>,
    /// Every path given to [`Environment::read`], in order: what to watch beside the file itself.
    pub files: Vec<String>,
}

impl Config {
    /// The node at a dotted path such as `service.port` or `service.dependencies.db`.
    ///
    /// A key that holds dots itself is found as it is (`versions.1.0.0`) and in quotes (`versions."1.0.0"`). A number
    /// picks from an array (`hosts.0`), and `$name` is a global.
    pub fn get(&self, path: &str) -> Option<&Node> {
        match path.strip_prefix('$') {
            Some(name) => find(&self.globals, name),
            None => find(&self.root, path),
        }
    }

    /// Everything as JSON: secrets as `"***"`, code as its text, deferred values as their TSK text.
    pub fn to_json(&self) -> serde_json::Value {
        json::object(&self.root, &self.sources)
    }

    /// One value as JSON, as [`Self::to_json`] prints it.
    pub fn node_to_json(&self, node: &Node) -> serde_json::Value {
        json::node(node, &self.sources)
    }
}

/// A file with errors: all that could be found in one run. Displayed, each as rustc would print it.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Errors, and the warnings found on the way, in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the diagnostics point into.
    pub sources: SourceMap,
    /// Every path given to [`Environment::read`], in order: a change of one of these may mend it.
    pub files: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, diagnostic) in self.diagnostics.iter().enumerate() {
            let gap = if at > 0 { "\n" } else { "" };
            write!(f, "{gap}{}", diagnostic.render(&self.sources, false))?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

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

/// Longer paths name nothing; trying every dot of one takes the square of its length.
const PATH_BYTES: usize = 1024;

/// The node at a path. At each dot, the longest key that fits is tried first.
pub(crate) fn find<'a>(object: &'a Object, path: &str) -> Option<&'a Node> {
    if path.len() > PATH_BYTES {
        return None;
    }
    if let Some(quoted) = path.strip_prefix('"') {
        let (key, rest) = quoted.split_once('"')?;
        let node = object.get(key)?;
        return match rest.strip_prefix('.') {
            Some(rest) => within(node, rest),
            None => rest.is_empty().then_some(node),
        };
    }
    if let Some(node) = object.get(path) {
        return Some(node);
    }
    path.rmatch_indices('.')
        .find_map(|(at, _)| within(object.get(&path[..at])?, &path[at + 1..]))
}

fn within<'a>(node: &'a Node, path: &str) -> Option<&'a Node> {
    match &node.value {
        Value::Object(object) => find(object, path),
        Value::Array(items) => {
            let (index, rest) = match path.split_once('.') {
                Some((index, rest)) => (index, Some(rest)),
                None => (path, None),
            };
            let item = items.get(index.parse::<usize>().ok()?)?;
            match rest {
                Some(rest) => within(item, rest),
                None => Some(item),
            }
        }
        _ => None,
    }
}
