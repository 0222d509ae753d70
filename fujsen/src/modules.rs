//! The modules of a file: of code, section by section, and those that were built elsewhere.

use tsk::{Config, Diagnostic, Object, Value};

use crate::{
    javascript, languages,
    source::{ModuleSource, Prebuilt, Text},
};

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
                eval: false,
            }),
        }
    });
    let mut errors: Vec<_> = modules
        .iter()
        .filter(|module| languages::of(module.language).is_none_or(|language| language.compiled.is_none()))
        .flat_map(unsupported)
        .collect();
    for module in &mut modules {
        match eval(config, module) {
            Ok(eval) => module.eval = eval,
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(modules) } else { Err(errors) }
}

/// What the section of a module in JavaScript says about code that is made of texts.
fn eval(config: &Config, module: &ModuleSource) -> Result<bool, Diagnostic> {
    let path = match module.section.as_str() {
        "" => "eval".to_owned(),
        section => format!("{section}.eval"),
    };
    match config
        .get(&path)
        .filter(|_| module.language == javascript::LANGUAGE.known)
    {
        None => Ok(false),
        Some(node) => match node.value {
            Value::Bool(allowed) => Ok(allowed),
            _ => Err(
                Diagnostic::error("wrong-setting", format!("`{path}` must be true or false"))
                    .at(node.span)
                    .help("with `eval: true` the fujsens of this section may use `eval` and `new Function`"),
            ),
        },
    }
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
        let help = format!(
            "write it in {}, or build a component yourself and name it with `@wasm(\"module.wasm\")`",
            languages::compiled()
        );
        Diagnostic::error("unsupported-language", message)
            .at(text.key_span)
            .help(help)
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
