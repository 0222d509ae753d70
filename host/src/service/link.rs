//! From a file's sources to modules and the names that reach their functions.

use std::{path::Path, sync::Arc, thread, time::Instant};

use fujsen::{Compiler, Component, ModuleSource, Prebuilt, Progress};
use tsk::{Config, Diagnostic, Span, Value};

use crate::{
    base::{escape::shown, folder::Folder, limits, sections},
    observe::{
        metrics::{self, Metrics},
        tasks,
    },
    sandbox::{
        engine::Host,
        interpreters::Interpreters,
        module::{Module, ModulePlace},
        place::{Places, place},
        precompiled::Precompiled,
        start::{self, StartRefused},
    },
    service::{
        ambiguous,
        names::{self, Handlers, ModuleKey},
        unused,
    },
};

/// What the modules of a file came to.
pub(crate) struct Linked {
    /// Every module of the file, each started once to try it. One that is as before is that of the version before.
    pub(crate) modules: Vec<Arc<Module>>,
    /// The names that reach their functions.
    pub(crate) handlers: Handlers,
    /// Where their texts stand, for panics. Prebuilt modules have none.
    pub(crate) places: Places,
    /// What is odd in the file and does not keep it from serving.
    pub(crate) warnings: Vec<Diagnostic>,
}

/// One module on its way: what it was made of, and where to point when something is wrong with it.
struct ModuleInProgress {
    section: String,
    language: Option<tsk::Language>,
    keys: Vec<ModuleKey>,
    component: Component,
}

impl ModuleInProgress {
    /// The first of its keys: a module has one at least.
    fn span(&self) -> Span {
        self.keys.first().map(|key| key.span).unwrap_or_default()
    }
}

/// What modules are made with.
pub(crate) struct Linker<'a> {
    /// The engine that they run on.
    pub(crate) host: &'a Host,
    /// Makes components of texts.
    pub(crate) compiler: &'a Compiler,
    /// Runs what of them is interpreted.
    pub(crate) interpreters: &'a Interpreters,
    /// Where machine code is kept between runs.
    pub(crate) precompiled: &'a Precompiled,
    /// Is told how long each compile took.
    pub(crate) metrics: &'a Metrics,
    /// That of the file.
    pub(crate) folder: &'a Path,
    /// Modules that serve already: one that is the same is taken from here.
    pub(crate) previous: &'a [Arc<Module>],
    /// What an instance may hold. Bytes.
    pub(crate) memory: usize,
}

/// Compiles, links and tries every module of the file.
pub(crate) fn modules(
    linker: &Linker<'_>,
    config: &Config,
    metrics: &metrics::Version,
    progress: Progress<'_>,
) -> Result<Linked, Vec<Diagnostic>> {
    let sources = fujsen::modules(config)?;
    let prebuilt = fujsen::prebuilt_modules(config);
    let mut errors = Vec::new();
    let mut made = Vec::new();
    for result in compile(linker, &sources, progress)
        .into_iter()
        .chain(prebuilt.iter().map(|one| take(linker, one)))
    {
        match result {
            Ok(one) => made.push(one),
            Err(mut diagnostics) => errors.append(&mut diagnostics),
        }
    }
    let mut linked = Linked {
        modules: Vec::new(),
        handlers: Handlers::new(),
        places: places(&sources),
        warnings: Vec::new(),
    };
    let mut named = Vec::new();
    for one in made {
        let module = link(linker, config, &one).and_then(|module| {
            let tried = start::try_start(linker.host, &module, linker.memory);
            tried.map_err(|refused| not_started(&linked.places, config, &one, refused))?;
            Ok(module)
        });
        match module {
            Ok(module) => {
                ungranted(config, &one, &module, &mut linked.warnings);
                linked.modules.push(module.clone());
                named.push((module, one.keys));
            }
            Err(diagnostic) => errors.push(diagnostic),
        }
    }
    linked.handlers = names::resolve(&named, metrics, &mut errors, &mut linked.warnings);
    linked.warnings.extend(ambiguous::warnings(config, &linked.handlers));
    linked.warnings.extend(unused::fujsens(config, &sources));
    if errors.is_empty() { Ok(linked) } else { Err(errors) }
}

/// Modules compile side by side: each language has its own compiler process.
fn compile(
    linker: &Linker<'_>,
    sources: &[ModuleSource],
    progress: Progress<'_>,
) -> Vec<Result<ModuleInProgress, Vec<Diagnostic>>> {
    thread::scope(|scope| {
        let running: Vec<_> = sources
            .iter()
            .map(|source| tasks::scoped(scope, "compile", || component(linker, source, progress)))
            .collect();
        running
            .into_iter()
            .zip(sources)
            .map(|(thread, source)| {
                let component = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
                Ok(ModuleInProgress {
                    section: source.section.clone(),
                    language: Some(source.language),
                    keys: source.texts.iter().map(ModuleKey::of).collect(),
                    component,
                })
            })
            .collect()
    })
}

fn component(linker: &Linker<'_>, source: &ModuleSource, progress: Progress<'_>) -> Result<Component, Vec<Diagnostic>> {
    if let Some(component) = linker.compiler.cached(source) {
        return Ok(component);
    }
    let started = Instant::now();
    let component = linker.compiler.compile(source, progress)?;
    linker
        .metrics
        .compiled(&source.section, source.language.name(), started.elapsed());
    Ok(component)
}

/// How a core module begins: what it is, and the version.
const CORE: &[u8] = b"\0asm\x01\0\0\0";

fn take(linker: &Linker<'_>, prebuilt: &Prebuilt) -> Result<ModuleInProgress, Vec<Diagnostic>> {
    let refuse = |why: String, help: &str| {
        let message = format!("{} cannot be used: {why}", prebuilt.path);
        vec![Diagnostic::error("prebuilt", message).at(prebuilt.span).help(help)]
    };
    let folder = Folder::open(linker.folder);
    let wasm = folder
        .and_then(|folder| folder.read_at_most(&prebuilt.path, limits::WASM_FILE))
        .map_err(|error| {
            refuse(
                error.to_string(),
                "build the module first, or correct the path (relative to this file)",
            )
        })?;
    if wasm.starts_with(CORE) {
        wasmtime::Module::validate(&linker.host.engine, &wasm).map_err(|error| {
            refuse(
                shown(&error.to_string(), limits::MODULE_WORDS).into_owned(),
                "this host runs what rustc and asc make without further options: build it without other proposals",
            )
        })?;
    }
    let component = Component::prebuilt(&wasm).map_err(|error| {
        refuse(
            shown(&error.to_string(), limits::MODULE_WORDS).into_owned(),
            "build it with one of the guest SDKs (docs/own-projects.md)",
        )
    })?;
    Ok(ModuleInProgress {
        section: prebuilt.section.clone(),
        language: None,
        keys: vec![ModuleKey {
            name: prebuilt.key.clone(),
            span: prebuilt.span,
            file: None,
        }],
        component,
    })
}

fn link(linker: &Linker<'_>, config: &Config, made: &ModuleInProgress) -> Result<Arc<Module>, Diagnostic> {
    names::check(&made.component.functions).map_err(|why| {
        let message = format!("the module of [{}] cannot be used: {why}", made.section);
        Diagnostic::error("module-functions", message)
            .at(made.span())
            .help("give its functions names and types that people can read")
    })?;
    let place = ModulePlace {
        section: made.section.as_str().into(),
        language: made.language,
        reuse: reuse(config, made)?,
    };
    let same = |module: &&Arc<Module>| {
        module.hash == made.component.hash && *module.section == *place.section && module.reuse == place.reuse
    };
    if let Some(module) = linker.previous.iter().find(same) {
        return Ok(module.clone());
    }
    linker
        .precompiled
        .load(&linker.host.engine, &made.component.wasm, &made.component.hash)
        .and_then(|code| Module::new(linker.host, linker.interpreters, place, &made.component, code))
        .map(Arc::new)
        .map_err(|error| {
            let why = format!("{error:#}");
            let why = shown(&why, limits::MODULE_WORDS);
            let message = format!("the module of [{}] does not fit this host: {why}", made.section);
            Diagnostic::error("module-link", message).at(made.span()).help(format!(
                "this host runs what rustc and asc make without further options: build it without other proposals; \
                     {} memories, {} tables and {} core modules at most, whose size `[limits] memory` bounds together",
                limits::MEMORIES_INSIDE,
                limits::MEMORIES_INSIDE,
                limits::MODULES_INSIDE
            ))
        })
}

fn not_started(places: &Places, config: &Config, made: &ModuleInProgress, refused: StartRefused) -> Diagnostic {
    let message = format!(
        "the module of [{}] cannot be started: {}",
        made.section, refused.message
    );
    let panicked = refused
        .panic
        .and_then(|panic| place(places, &config.sources, &made.section, &panic));
    let diagnostic = Diagnostic::error("module-start", message).at(panicked.unwrap_or(made.span()));
    match refused.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// `reuse: N` of the module's section.
fn reuse(config: &Config, made: &ModuleInProgress) -> Result<u32, Diagnostic> {
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
fn ungranted(config: &Config, made: &ModuleInProgress, module: &Module, warnings: &mut Vec<Diagnostic>) {
    if made.language.is_some() {
        return;
    }
    for (capability, section, line) in [
        ("sql", sections::DATABASES.name, "main: \"sqlite:service.db\""),
        ("redis", sections::REDIS.name, "main: \"redis://127.0.0.1:6379\""),
    ] {
        let import = format!("tusk:fujsen/{capability}@0.1.0");
        if module.imports.contains(&import) && config.get(section).is_none() {
            let message = format!(
                "`{}` imports {capability}, and this file grants none of it",
                made.keys.first().map_or("", |key| &key.name)
            );
            let help = format!("add a section [{section}] with a line such as `{line}`");
            warnings.push(Diagnostic::warning("ungranted", message).at(made.span()).help(help));
        }
    }
}

fn places(sources: &[ModuleSource]) -> Places {
    let mut places = Places::new();
    for source in sources {
        let files = places.entry(source.section.as_str().into()).or_default();
        files.extend(source.texts.iter().map(|text| (text.file_name(), text.source.span)));
    }
    places
}
