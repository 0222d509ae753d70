use tsk::{Config, Diagnostic, Language, Source};

/// The fujsens of one section in one language: they become one module and call each other directly.
#[derive(Clone, Debug)]
pub struct ModuleSource {
    /// Dotted section name; empty for the top level.
    pub section: String,
    pub language: Language,
    pub texts: Vec<Text>,
}

/// The code of one fujsen key.
#[derive(Clone, Debug)]
pub struct Text {
    /// The key as written, such as `create_fujsen`.
    pub key: String,
    pub source: Source,
}

/// Every module of a file that is given as text, in the order of the file.
pub fn modules(config: &Config) -> Result<Vec<ModuleSource>, Vec<Diagnostic>> {
    let _ = config;
    Ok(Vec::new())
}
