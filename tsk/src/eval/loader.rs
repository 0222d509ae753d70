//! Reads the files that make up one document, each once.

use std::{cell::OnceCell, collections::HashMap, io, rc::Rc};

use super::budget::{self, Budget};
use crate::{
    diagnostic::{Diagnostic, Severity, keep},
    environment::Environment,
    limits,
    options::Options,
    span::{SourceMap, Span},
    value::Object,
};

/// What all files of one configuration share.
pub(crate) struct Loader<'e> {
    pub(crate) environment: &'e dyn Environment,
    pub(crate) options: Options,
    pub(crate) sources: SourceMap,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) files: Vec<String>,
    now: OnceCell<jiff::Zoned>,
    pub(super) budget: Budget,
    /// Files that are being read, from the main file inwards.
    pub(super) chain: Vec<String>,
    /// Files that were read; nothing where one has errors.
    pub(super) modules: HashMap<String, Option<Rc<Module>>>,
}

/// What a file defines.
pub(crate) struct Module {
    pub(crate) root: Object,
    pub(crate) globals: Object,
}

impl<'e> Loader<'e> {
    pub(crate) fn new(environment: &'e dyn Environment, options: Options, main: &str) -> Self {
        let name = main.rsplit(['/', '\\']).next().unwrap_or(main);
        Self {
            environment,
            options,
            sources: SourceMap::default(),
            diagnostics: Vec::new(),
            files: Vec::new(),
            now: OnceCell::new(),
            budget: Budget::new(),
            chain: vec![name.to_owned()],
            modules: HashMap::new(),
        }
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        keep(&mut self.diagnostics, diagnostic);
    }

    /// More is wrong than anybody is shown.
    pub(super) fn is_flooded(&self) -> bool {
        self.diagnostics.len() > limits::ERRORS
    }

    /// Reports what keeps a file from being used, but not from being looked at: a warning in lenient mode.
    pub(super) fn tolerable(&mut self, mut diagnostic: Diagnostic) {
        if self.options.lenient {
            diagnostic.severity = Severity::Warning;
        }
        self.report(diagnostic);
    }

    /// The time of loading: one moment, however often it is asked for.
    pub(super) fn now(&self) -> &jiff::Zoned {
        self.now.get_or_init(|| self.environment.now())
    }

    pub(crate) fn error_count(&self) -> usize {
        self.diagnostics.iter().filter(|d| d.is_error()).count()
    }

    /// Whether there is room to copy an object.
    pub(super) fn spend(&mut self, object: &Object, at: Span) -> bool {
        let (nodes, bytes) = budget::object_cost(object);
        self.take(nodes, bytes, at)
    }

    pub(super) fn take(&mut self, nodes: usize, bytes: usize, at: Span) -> bool {
        let was_spent = self.budget.is_spent();
        let fits = self.budget.take(nodes, bytes);
        if !fits && !was_spent {
            let (nodes, megabytes) = (limits::NODES, limits::MADE_BYTES >> 20);
            self.report(
                Diagnostic::error("too-large", "the values of this file are too many or too long")
                    .at(at)
                    .label("the limit is reached here")
                    .help(format!(
                        "a configuration has at most {nodes} values and makes at most {megabytes} MiB of text"
                    )),
            );
        }
        fits
    }

    /// A file as text. `at` is where it is named.
    pub(super) fn read(&mut self, path: &str, at: Span) -> Option<String> {
        if self.files.len() >= limits::FILES {
            self.report(
                Diagnostic::error("too-many-files", format!("more than {} files are read", limits::FILES))
                    .at(at)
                    .help("put values that belong together in one file"),
            );
            return None;
        }
        if !self.files.iter().any(|file| file == path) {
            self.files.push(path.to_owned());
        }
        let bytes = match self.environment.read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.tolerable(unreadable(path, at, &error));
                return None;
            }
        };
        if bytes.len() > limits::FILE_BYTES {
            self.report(too_large(path).at(at));
            return None;
        }
        match String::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                self.report(
                    Diagnostic::error("not-utf8", format!("`{path}` is not UTF-8 text"))
                        .at(at)
                        .label(format!("its byte {offset} is no text"))
                        .help("save the file as UTF-8"),
                );
                None
            }
        }
    }
}

fn unreadable(path: &str, at: Span, error: &io::Error) -> Diagnostic {
    let (why, help) = match error.kind() {
        io::ErrorKind::NotFound => (
            "there is no such file".to_owned(),
            "paths are relative to the folder of the file that names them",
        ),
        io::ErrorKind::PermissionDenied => (
            "it may not be read".to_owned(),
            "a file must stand in the folder of the TSK file or below, and be readable",
        ),
        _ => (error.to_string(), "check the path and that the file is a plain file"),
    };
    Diagnostic::error("unreadable-file", format!("`{path}` cannot be read: {why}"))
        .at(at)
        .help(help)
}

pub(crate) fn too_large(name: &str) -> Diagnostic {
    let limit = limits::FILE_BYTES;
    Diagnostic::error("file-too-large", format!("`{name}` has more than {limit} bytes"))
        .help("split it, and join the parts with `@include \"part.tsk\"`")
}
