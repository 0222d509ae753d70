//! From a file's sources to modules and the names that reach their functions.

use std::{collections::HashMap, fs, sync::Arc, thread};

use fujsen::{Component, ModuleSource, Prebuilt, Progress};
use tsk::{Config, Diagnostic, Span, Value};

use crate::{
    app::App,
    load::{Loader, folder},
    module::{Handler, Module, Place},
};

/// By `section.name`.
pub type Handlers = HashMap<Arc<str>, Handler>;

/// Where the texts of a section stand: by section, then by the file name that compilers and guests report.
pub type Places = HashMap<Arc<str>, HashMap<String, Span>>;

pub(crate) struct Linked {
    pub(crate) modules: Vec<Arc<Module>>,
    pub(crate) handlers: Handlers,
    pub(crate) places: Places,
    pub(crate) warnings: Vec<Diagnostic>,
}

/// One module on its way: what it was made of, and where to point when something is wrong with it.
struct Made {
    section: String,
    language: Option<tsk::Language>,
    /// The keys that define it, with their places.
    keys: Vec<(String, Span)>,
    component: Component,
}

/// Compiles and links every module of the file. Modules that `previous` has already are taken from there.
pub(crate) fn modules(
    loader: &Loader,
    config: &Config,
    previous: Option<&App>,
    progress: Progress<'_>,
) -> Result<Linked, Vec<Diagnostic>> {
    let sources = fujsen::modules(config)?;
    let prebuilt = fujsen::prebuilt_modules(config);
    let mut errors = Vec::new();
    let mut made = Vec::new();
    for result in compile(loader, &sources, progress)
        .into_iter()
        .chain(prebuilt.iter().map(|one| take(loader, one)))
    {
        match result {
            Ok(one) => made.push(one),
            Err(mut diagnostics) => errors.append(&mut diagnostics),
        }
    }
    let mut linked = Linked {
        modules: Vec::new(),
        handlers: HashMap::new(),
        places: places(&sources),
        warnings: Vec::new(),
    };
    for one in &made {
        match link(loader, config, previous, one) {
            Ok(module) => {
                ungranted(config, one, &module, &mut linked.warnings);
                linked.modules.push(module);
            }
            Err(diagnostic) => errors.push(diagnostic),
        }
    }
    for (module, one) in linked.modules.iter().zip(&made) {
        define(&mut linked.handlers, module, one, &mut errors);
    }
    for (module, one) in linked.modules.iter().zip(&made) {
        alias(&mut linked.handlers, module, one);
    }
    if errors.is_empty() { Ok(linked) } else { Err(errors) }
}

/// Modules compile side by side: each language has its own compiler process.
fn compile(loader: &Loader, sources: &[ModuleSource], progress: Progress<'_>) -> Vec<Result<Made, Vec<Diagnostic>>> {
    thread::scope(|scope| {
        let running: Vec<_> = sources
            .iter()
            .map(|source| scope.spawn(|| loader.compiler.compile(source, progress)))
            .collect();
        running
            .into_iter()
            .zip(sources)
            .map(|(thread, source)| {
                let component = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
                Ok(Made {
                    section: source.section.clone(),
                    language: Some(source.language),
                    keys: source
                        .texts
                        .iter()
                        .map(|text| (text.key.clone(), text.key_span))
                        .collect(),
                    component,
                })
            })
            .collect()
    })
}

fn take(loader: &Loader, prebuilt: &Prebuilt) -> Result<Made, Vec<Diagnostic>> {
    let path = folder(&loader.file).join(&prebuilt.path);
    let refuse = |why: String, help: &str| {
        let message = format!("{} cannot be used: {why}", prebuilt.path);
        vec![Diagnostic::error("prebuilt", message).at(prebuilt.span).help(help)]
    };
    let wasm = fs::read(&path).map_err(|error| {
        refuse(
            error.to_string(),
            "build the module first, or correct the path (relative to this file)",
        )
    })?;
    let component = Component::prebuilt(&wasm).map_err(|error| {
        refuse(
            error.to_string(),
            "build it with one of the guest SDKs (docs/own-projects.md)",
        )
    })?;
    Ok(Made {
        section: prebuilt.section.clone(),
        language: None,
        keys: vec![(prebuilt.key.clone(), prebuilt.span)],
        component,
    })
}

fn link(loader: &Loader, config: &Config, previous: Option<&App>, made: &Made) -> Result<Arc<Module>, Diagnostic> {
    let place = Place {
        section: made.section.as_str().into(),
        language: made.language,
        reuse: reuse(config, made)?,
    };
    let same = |module: &&Arc<Module>| {
        module.hash == made.component.hash && *module.section == *place.section && module.reuse == place.reuse
    };
    if let Some(module) = previous.and_then(|app| app.modules.iter().find(same)) {
        return Ok(module.clone());
    }
    loader
        .precompiled
        .load(&loader.host.engine, &made.component.wasm, &made.component.hash)
        .and_then(|code| Module::new(&loader.host, place, &made.component, code))
        .map(Arc::new)
        .map_err(|error| {
            let message = format!("the module of [{}] does not fit this host: {error:#}", made.section);
            Diagnostic::error("module-link", message).at(made.keys[0].1)
        })
}

/// `reuse: N` of the module's section.
fn reuse(config: &Config, made: &Made) -> Result<u32, Diagnostic> {
    let path = if made.section.is_empty() {
        "reuse".to_owned()
    } else {
        format!("{}.reuse", made.section)
    };
    match config.get(&path) {
        None => Ok(1),
        Some(node) => match node.value {
            Value::Integer(calls @ 1..=1_000_000) => Ok(calls as u32),
            _ => Err(Diagnostic::error(
                "wrong-setting",
                format!("`{path}` must be an integer from 1 to 1000000"),
            )
            .at(node.span)
            .help("write `reuse: 1000`: an instance then serves that many calls, one after the other")),
        },
    }
}

/// What a module asks for and the file does not name will be denied when it is called: say so now.
fn ungranted(config: &Config, made: &Made, module: &Module, warnings: &mut Vec<Diagnostic>) {
    if made.language.is_some() {
        return;
    }
    for (capability, section, line) in [
        ("sql", "databases", "main: \"sqlite:service.db\""),
        ("redis", "redis", "main: \"redis://127.0.0.1:6379\""),
    ] {
        let import = format!("tusk:fujsen/{capability}@0.1.0");
        if module.imports.contains(&import) && config.get(section).is_none() {
            let message = format!(
                "`{}` imports {capability}, and this file grants none of it",
                made.keys[0].0
            );
            let help = format!("add a section [{section}] with a line such as `{line}`");
            warnings.push(Diagnostic::warning("ungranted", message).at(made.keys[0].1).help(help));
        }
    }
}

fn path(section: &str, name: &str) -> Arc<str> {
    if section.is_empty() {
        name.into()
    } else {
        format!("{section}.{name}").into()
    }
}

/// Every function by its own name. Two of one name in a section cannot both be reached: that is an error.
fn define(handlers: &mut Handlers, module: &Arc<Module>, made: &Made, errors: &mut Vec<Diagnostic>) {
    for (function, described) in module.functions.iter().enumerate() {
        let path = path(&module.section, &described.name);
        let handler = Handler {
            module: module.clone(),
            path: path.clone(),
            function,
        };
        if handlers.insert(path.clone(), handler).is_some() {
            let message = format!("`{path}` is defined twice");
            errors.push(
                Diagnostic::error("fujsen-twice", message)
                    .at(key_of(made, described).map_or(made.keys[0].1, |key| key.1))
                    .help("rename one of the two functions"),
            );
        }
    }
}

/// Each key also names a function: the one called like the key, else the first that its text defines.
fn alias(handlers: &mut Handlers, module: &Arc<Module>, made: &Made) {
    for key in &made.keys {
        let short = key.0.strip_suffix("_fujsen").unwrap_or(&key.0);
        let mut own = module.functions.iter().enumerate().filter(|(_, function)| {
            made.keys.len() == 1 || key_of(made, function).is_some_and(|(name, _)| *name == key.0)
        });
        let first = own.clone().next();
        let named = own.find(|(_, function)| function.name == short || function.name == key.0);
        let Some((function, _)) = named.or(first) else { continue };
        for name in [short, &key.0] {
            let path = path(&module.section, name);
            let handler = Handler {
                module: module.clone(),
                path: path.clone(),
                function,
            };
            handlers.entry(path).or_insert(handler);
        }
    }
}

/// The key whose text defines a function.
fn key_of<'a>(made: &'a Made, function: &fujsen::Function) -> Option<&'a (String, Span)> {
    let (stem, _) = function.file.as_deref()?.rsplit_once('.')?;
    made.keys.iter().find(|(key, _)| key == stem)
}

fn places(sources: &[ModuleSource]) -> Places {
    let mut places = Places::new();
    for source in sources {
        let files = places.entry(source.section.as_str().into()).or_default();
        for text in &source.texts {
            let extension = match source.language {
                tsk::Language::Rust => "rs",
                tsk::Language::AssemblyScript => "ts",
                tsk::Language::Python => "py",
            };
            files.insert(format!("{}.{extension}", text.key), text.source.span);
        }
    }
    places
}
