use crate::{
    diagnostic::Diagnostic,
    environment::Environment,
    span::SourceMap,
    value::{Node, Object},
};

#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Keep unknown operators as opaque values instead of refusing them.
    pub lenient: bool,
}

/// A file that was read whole.
#[derive(Clone, Debug)]
pub struct Config {
    /// Sections and top-level keys.
    pub root: Object,
    pub sources: SourceMap,
    pub warnings: Vec<Diagnostic>,
    /// Every path given to [`Environment::read`], in order: what to watch beside the file itself.
    pub files: Vec<String>,
}

impl Config {
    /// The node at a dotted path such as `service.port` or `service.dependencies.db`.
    pub fn get(&self, path: &str) -> Option<&Node> {
        let _ = path;
        None
    }

    /// Everything as JSON: secrets as `"***"`, code as its text, deferred values as their TSK text.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
}

/// A file with errors. All that could be found in one run.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Errors, and the warnings found on the way, in order of place.
    pub diagnostics: Vec<Diagnostic>,
    pub sources: SourceMap,
    pub files: Vec<String>,
}

/// Reads and evaluates a file. `name` is what diagnostics print and what spans refer to.
pub fn load(name: &str, text: &str, environment: &dyn Environment, options: Options) -> Result<Config, Failure> {
    let _ = (name, text, environment, options);
    Ok(Config {
        root: Object::new(),
        sources: SourceMap::default(),
        warnings: Vec::new(),
        files: Vec::new(),
    })
}
