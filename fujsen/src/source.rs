//! The sources of a file, module by module.

use tsk::{Config, Diagnostic, Language, Object, Source, Span, Value};

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
    /// The key's own place.
    pub key_span: Span,
}

/// `@wasm("path")`: a module that was built elsewhere. Read it and give it to [`crate::Component::prebuilt`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prebuilt {
    /// Dotted section name; empty for the top level.
    pub section: String,
    pub key: String,
    /// As written: relative to the folder of the TSK file.
    pub path: String,
    /// The value's own place.
    pub span: Span,
}

impl Text {
    /// What compilers, panics and the section `tusk:functions` call the text: `KEY.rs` or `KEY.ts`. What file systems
    /// refuse becomes `_`.
    pub fn file_name(&self) -> String {
        let keep = |c: char| {
            if c.is_control() || r#"/\:*?"<>|"#.contains(c) {
                '_'
            } else {
                c
            }
        };
        let extension = match self.source.language {
            Language::Rust => "rs",
            Language::AssemblyScript => "ts",
            Language::Python => "py",
        };
        format!("{}.{extension}", self.key.chars().map(keep).collect::<String>())
    }

    /// The place of a range of bytes of the text; what is out of bounds is clamped.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let at = |offset: usize| self.source.span.start + offset.min(self.source.text.len()) as u32;
        Span {
            file: self.source.span.file,
            start: at(start),
            end: at(end.max(start)),
        }
    }
}

/// Every module of a file that is given as text, in the order of the file.
pub fn modules(config: &Config) -> Result<Vec<ModuleSource>, Vec<Diagnostic>> {
    let mut modules: Vec<ModuleSource> = Vec::new();
    visit(&config.root, "", &mut |section, key, node| {
        let Value::Source(source) = &node.value else { return };
        let text = Text {
            key: key.to_owned(),
            source: source.clone(),
            key_span: node.key_span,
        };
        let same = |module: &&mut ModuleSource| module.section == section && module.language == source.language;
        match modules.iter_mut().find(same) {
            Some(module) => module.texts.push(text),
            None => modules.push(ModuleSource {
                section: section.to_owned(),
                language: source.language,
                texts: vec![text],
            }),
        }
    });
    let errors: Vec<_> = modules
        .iter()
        .filter(|module| module.language == Language::Python)
        .flat_map(unsupported)
        .collect();
    if errors.is_empty() { Ok(modules) } else { Err(errors) }
}

/// Every `@wasm` module of a file, in the order of the file.
pub fn prebuilt_modules(config: &Config) -> Vec<Prebuilt> {
    let mut found = Vec::new();
    visit(&config.root, "", &mut |section, key, node| {
        if let Value::Wasm(path) = &node.value {
            found.push(Prebuilt {
                section: section.to_owned(),
                key: key.to_owned(),
                path: path.clone(),
                span: node.span,
            });
        }
    });
    found
}

/// One error for each text of a language that has no compiler here.
pub(crate) fn unsupported(module: &ModuleSource) -> Vec<Diagnostic> {
    let error = |text: &Text| {
        let message = format!(
            "`{}` is written in {}, which is not supported yet",
            text.key,
            module.language.name()
        );
        Diagnostic::error("unsupported-language", message)
            .at(text.key_span)
            .help("write it in `rust` or `assemblyscript`, or build a component yourself and name it with `@wasm(\"module.wasm\")`")
    };
    module.texts.iter().map(error).collect()
}

fn visit(object: &Object, section: &str, found: &mut dyn FnMut(&str, &str, &tsk::Node)) {
    for (key, node) in object {
        if let Value::Object(inner) = &node.value {
            let section = if section.is_empty() {
                key.clone()
            } else {
                format!("{section}.{key}")
            };
            visit(inner, &section, found);
        } else {
            found(section, key, node);
        }
    }
}
