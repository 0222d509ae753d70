//! Which names reach which functions.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use fujsen::{Function, Text};
use tsk::{Diagnostic, Span};

use crate::{
    base::{
        escape::{escaped, shown},
        limits,
    },
    observe::metrics,
    sandbox::module::{Handler, Module},
};

/// By `section.name`.
pub type Handlers = HashMap<Arc<str>, Handler>;

/// What each name reaches. By `section.name`, as in `handlers`.
pub(crate) fn functions(handlers: &Handlers) -> HashMap<&str, &Function> {
    let functions = handlers.iter().map(|(path, handler)| (&**path, handler.function()));
    functions.collect()
}

/// A key that defines a module, or a part of it.
pub(crate) struct ModuleKey {
    /// As written in its section, such as `create_fujsen`.
    pub(crate) name: String,
    /// The place of the key; of a prebuilt module, that of its value.
    pub(crate) span: Span,
    /// What its functions say they are defined in; `None` for a prebuilt module.
    pub(crate) file: Option<String>,
}

impl ModuleKey {
    /// The key of a text that is compiled.
    pub(crate) fn of(text: &Text) -> Self {
        Self {
            name: text.key.clone(),
            span: text.key_span,
            file: Some(text.file_name()),
        }
    }

    fn defines(&self, function: &Function) -> bool {
        self.file.is_none() || self.file == function.file
    }
}

/// What a module says of its functions is printed, logged and matched: it is short, and has nothing in it that steers a
/// terminal.
pub(crate) fn check(functions: &[Function]) -> Result<(), String> {
    if functions.len() > limits::FUNCTIONS {
        return Err(format!(
            "it has {} functions: {} are allowed",
            functions.len(),
            limits::FUNCTIONS
        ));
    }
    for function in functions {
        let name = shown(&function.name, limits::FUNCTION_NAME);
        check_text("a function's name", &function.name, limits::FUNCTION_NAME)?;
        let parameters = &function.params;
        if parameters.len() > limits::PARAMETERS {
            let (count, most) = (parameters.len(), limits::PARAMETERS);
            return Err(format!("`{name}` has {count} parameters: {most} are allowed"));
        }
        for parameter in parameters {
            check_text(
                &format!("a parameter's name of `{name}`"),
                &parameter.name,
                limits::FUNCTION_NAME,
            )?;
            check_text(
                &format!("a parameter's type of `{name}`"),
                &parameter.source,
                limits::FUNCTION_TYPE,
            )?;
        }
        check_text(
            &format!("the type of `{name}`"),
            &function.result,
            limits::FUNCTION_TYPE,
        )?;
        check_text(
            &format!("the file of `{name}`"),
            function.file.as_deref().unwrap_or_default(),
            limits::FUNCTION_TYPE,
        )?;
        let doc = function.doc.as_ref().map_or(0, String::len);
        if doc > limits::FUNCTION_DOC {
            let most = limits::FUNCTION_DOC;
            return Err(format!("the comment on `{name}` has {doc} bytes: {most} are allowed"));
        }
    }
    Ok(())
}

fn check_text(what: &str, text: &str, most: usize) -> Result<(), String> {
    if text.len() > most {
        return Err(format!(
            "{what} has {} bytes, {most} are allowed: {}",
            text.len(),
            shown(text, 40)
        ));
    }
    match escaped(text) {
        Cow::Borrowed(_) => Ok(()),
        Cow::Owned(escaped) => Err(format!("{what} has characters that cannot be shown: {escaped}")),
    }
}

/// Every function by its own name; then every key, as written and without `_fujsen`, where that name is still free.
pub(crate) fn resolve(
    modules: &[(Arc<Module>, Vec<ModuleKey>)],
    metrics: &metrics::Version,
    errors: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) -> Handlers {
    let mut handlers = Handlers::new();
    let mut places = HashMap::new();
    for (module, keys) in modules {
        for (index, function) in module.functions.iter().enumerate() {
            let path = path(&module.section, &function.name);
            let place = keys.iter().find(|key| key.defines(function)).or(keys.first());
            let place = place.map(|key| key.span).unwrap_or_default();
            if let Some(first) = places.insert(path.clone(), place) {
                errors.push(
                    Diagnostic::error("duplicate-fujsen", format!("two functions are reached by `{path}`"))
                        .at(place)
                        .related(first, "the other one")
                        .help("rename one of them: routes and calls name a fujsen by section and name"),
                );
            }
            handlers.insert(path.clone(), handler(module, metrics, path, index));
        }
    }
    for (module, keys) in modules {
        for key in keys {
            let Some(taken) = alias(&mut handlers, module, metrics, key) else {
                continue;
            };
            let message = format!(
                "`{taken}` is a function of another key, and not what `{}` defines",
                key.name
            );
            let mut warning = Diagnostic::warning("hidden-fujsen", message).at(key.span);
            if let Some(place) = places.get(&taken) {
                warning = warning.related(*place, "it is defined here");
            }
            warnings.push(
                warning.help("rename one of them: functions are reached by their own names first, then by their keys"),
            );
        }
    }
    handlers
}

/// A key names the function that is called like it, else the first that its text defines. A name of it that a function of
/// another key has already is given back.
fn alias(
    handlers: &mut Handlers,
    module: &Arc<Module>,
    metrics: &metrics::Version,
    key: &ModuleKey,
) -> Option<Arc<str>> {
    let short = key.name.strip_suffix("_fujsen").unwrap_or(&key.name);
    let mut own = module
        .functions
        .iter()
        .enumerate()
        .filter(|(_, function)| key.defines(function));
    let first = own.clone().next();
    let named = own.find(|(_, function)| function.name == short || function.name == key.name);
    let (index, _) = named.or(first)?;
    let mut taken = None;
    for name in [short, &key.name] {
        let path = path(&module.section, name);
        let handler = handlers
            .entry(path.clone())
            .or_insert_with(|| handler(module, metrics, path.clone(), index));
        let is_own = Arc::ptr_eq(&handler.module, module) && key.defines(handler.function());
        if !is_own {
            taken.get_or_insert(path);
        }
    }
    taken
}

#[expect(
    clippy::indexing_slicing,
    reason = "the index is that of one of the module's functions"
)]
fn handler(module: &Arc<Module>, metrics: &metrics::Version, path: Arc<str>, function: usize) -> Handler {
    let language = module.language.map_or("prebuilt", tsk::Language::name);
    Handler {
        module: module.clone(),
        path,
        meter: metrics.fujsen(&module.section, &module.functions[function].name, language),
        function,
    }
}

fn path(section: &str, name: &str) -> Arc<str> {
    if section.is_empty() {
        name.into()
    } else {
        format!("{section}.{name}").into()
    }
}
