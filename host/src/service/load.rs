//! From a TSK file to an `App`: read, compile, link, try, connect. Nothing here touches the `App` that serves.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use fujsen::{Compiler, Progress};
use tsk::{Config, Diagnostic, SourceMap};

use crate::{
    base::{
        folder::{ENOUGH, Folder, folder, open_regular},
        limits, misspelt,
        redact::Secrets,
        reserved, sections,
    },
    capability::{Capabilities, Outside, Shared, config::Values, grpc},
    network::{
        mesh::Mesh,
        tls::{self, Tls},
    },
    observe::{
        metrics::Metrics,
        traces::{self, Exporters},
    },
    sandbox::{context::Context, engine::Host, imports, precompiled::Precompiled},
    service::{
        alert_rules,
        app::App,
        cors::Cors,
        gate::Gate,
        health_plan,
        link::{self, Linked, Linker},
        remote_config,
        route::Routes,
        schedule::Schedules,
        settings::Settings,
        subscriptions::Subscriptions,
    },
};

/// What one process needs to load a file again and again. Shared between threads.
pub struct Loader {
    /// The TSK file.
    pub file: PathBuf,
    pub(crate) host: Host,
    pub(crate) compiler: Compiler,
    pub(crate) precompiled: Precompiled,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) exporters: Exporters,
    pub(crate) remote: Arc<remote_config::Kept>,
    shared: Shared,
}

/// A file that can be served.
pub struct Loaded {
    pub app: Arc<App>,
    pub settings: Settings,
    pub warnings: Vec<Diagnostic>,
    /// The file and what it reads.
    pub watch: Vec<PathBuf>,
}

/// A file that cannot, and all that could be found out about why.
#[derive(Debug)]
pub struct Failed {
    pub diagnostics: Vec<Diagnostic>,
    pub sources: SourceMap,
    /// The file and what it reads: a change of these may mend it.
    pub watch: Vec<PathBuf>,
}

impl Loader {
    /// `cache` is the folder for compiled modules and the compilers' own files.
    pub fn new(file: PathBuf, cache: &Path) -> wasmtime::Result<Self> {
        let metrics = Arc::<Metrics>::default();
        Ok(Self {
            remote: Arc::new(remote_config::Kept::new(&file)),
            file,
            host: Host::new(imports::add_to_linker)?,
            compiler: Compiler::new(cache.join("fujsen")),
            precompiled: Precompiled::new(cache.join("code")),
            exporters: Exporters::new(&metrics.spans),
            shared: Shared::new(&metrics),
            metrics,
        })
    }

    /// Reads the file and makes an `App` of it, keeping the modules of `previous` that have not changed.
    /// Blocks while compilers run.
    pub fn load(&self, previous: Option<&App>, progress: Progress<'_>) -> Result<Loaded, Failed> {
        let mut config = read(&self.file)?;
        let misspelt = misspelt::warnings(&config);
        config.warnings.extend(misspelt);
        let secrets = Secrets::of(&config);
        let watch = self.watch(&config);
        match self.assemble(&config, secrets, previous, progress) {
            Ok((app, settings, mut warnings)) => {
                warnings.splice(0..0, config.warnings);
                Ok(Loaded {
                    app: Arc::new(app),
                    settings,
                    warnings: tsk::shorten(warnings),
                    watch,
                })
            }
            Err(mut diagnostics) => {
                diagnostics.extend(config.warnings);
                Err(Failed {
                    diagnostics: tsk::shorten(diagnostics),
                    sources: config.sources,
                    watch,
                })
            }
        }
    }

    /// Opens the databases of an `App` and what its schedules need, and recalls remote configuration, so that nothing of this
    /// is left for the first request.
    pub async fn prepare(&self, loaded: &Loaded) -> Result<(), Failed> {
        let failed = |diagnostics| Failed {
            diagnostics,
            sources: loaded.app.context.sources.clone(),
            watch: loaded.watch.clone(),
        };
        loaded.app.context.capabilities.connect().await.map_err(failed)?;
        loaded.app.schedules.connect().await.map_err(failed)?;
        if let Some(plan) = &loaded.app.remote_config {
            remote_config::recall(plan, &loaded.app.context.capabilities.config, &self.remote);
        }
        Ok(())
    }

    /// Finds out what [`prepare`](Self::prepare) would say about databases, without opening them for writing. What could not be
    /// found out is a warning.
    pub async fn rehearse(&self, mut loaded: Loaded) -> Result<Loaded, Failed> {
        let mut found = loaded.app.context.capabilities.rehearse().await;
        found.extend(loaded.app.schedules.rehearse().await.err().into_iter().flatten());
        if found.iter().any(Diagnostic::is_error) {
            found.append(&mut loaded.warnings);
            return Err(Failed {
                diagnostics: found,
                sources: loaded.app.context.sources.clone(),
                watch: loaded.watch,
            });
        }
        loaded.warnings.append(&mut found);
        Ok(loaded)
    }

    fn assemble(
        &self,
        config: &Config,
        secrets: Arc<Secrets>,
        previous: Option<&App>,
        progress: Progress<'_>,
    ) -> Result<(App, Settings, Vec<Diagnostic>), Vec<Diagnostic>> {
        // Before any of it is gone through.
        sections::bounded(config)?;
        let mut errors = Errors::default();
        let settings = errors.take(Settings::new(config, &stem(&self.file)));
        let name = settings
            .as_ref()
            .map_or_else(|| "".into(), |settings| settings.service.name.clone());
        let version = settings.as_ref().map_or("", |settings| &*settings.service.version);
        let mesh = errors.take(Mesh::new(config, &name, version));
        let identity = mesh.as_ref().map(|(mesh, _)| mesh.identity.clone()).unwrap_or_default();
        let tls = errors.take(Tls::new(config, &self.file, &self.metrics));
        let outside = Outside {
            identity,
            tls: tls.as_ref().map(|(tls, _)| tls.outgoing.clone()).unwrap_or_default(),
        };
        let capabilities = errors.take(Capabilities::new(&self.shared, config, &name, outside, &self.file));
        errors.take(no_databases(config, folder(&self.file)));
        let remote_config = errors.take(remote_config::Plan::new(config));
        let cors = errors.take(Cors::new(config));
        let health = errors.take(health_plan::Plan::new(config));
        let alerts = errors.take(alert_rules::Rules::new(config));
        let traces = errors.take(traces::Settings::new(config, |name| std::env::var(name).ok()));
        let metrics = self.metrics.version(version);
        let memory = settings
            .as_ref()
            .map_or(limits::MEMORY_MAX, |settings| settings.limits.memory);
        let linker = Linker {
            host: &self.host,
            compiler: &self.compiler,
            precompiled: &self.precompiled,
            metrics: &self.metrics,
            folder: folder(&self.file),
            previous: previous.map_or(&[], |app| &app.modules),
            memory,
        };
        let linked = errors.take(link::modules(&linker, config, &metrics, progress));
        let routes = linked
            .as_ref()
            .and_then(|linked| errors.take(Routes::new(config, &linked.handlers, &metrics)));
        let deadline = settings
            .as_ref()
            .map_or(Duration::ZERO, |settings| settings.limits.deadline);
        let subscriptions = linked
            .as_ref()
            .and_then(|linked| errors.take(Subscriptions::new(config, &linked.handlers, deadline)));
        let schedules = linked.as_ref().and_then(|linked| {
            errors.take(Schedules::new(
                &self.shared.stores,
                config,
                &linked.handlers,
                &self.file,
            ))
        });
        let (
            Some(settings),
            Some((mesh, mesh_warnings)),
            Some((tls, tls_warnings)),
            Some(mut capabilities),
            Some(remote_config),
            Some(cors),
            Some(health),
            Some(alerts),
            Some(traces),
            Some(linked),
            Some((routes, warnings)),
            Some(schedules),
            Some(subscriptions),
        ) = (
            settings,
            mesh,
            tls,
            capabilities,
            remote_config,
            cors,
            health,
            alerts,
            traces,
            linked,
            routes,
            schedules,
            subscriptions,
        )
        else {
            return Err(errors.0);
        };
        let Linked {
            modules,
            handlers,
            places,
            warnings: mut all,
        } = linked;
        all.extend(warnings);
        let service = settings.service.clone();
        if remote_config.is_some() {
            capabilities.config = Values::changing(config);
        }
        all.extend(mesh_warnings);
        all.extend(tls_warnings);
        let context = Context {
            service: settings.service.clone(),
            limits: settings.limits.clone(),
            capabilities,
            metrics,
            sources: config.sources.clone(),
            places,
            lane: self.host.lane.clone(),
            _secrets: secrets,
        };
        let app = App {
            context: Arc::new(context),
            remote_config,
            cors,
            admin_token: settings.admin_token,
            health,
            alerts,
            policy: mesh.policy,
            tls: tls.incoming,
            gate: Gate::new(&settings.limits, self.metrics.refused.clone()),
            modules,
            handlers,
            routes,
            schedules,
            subscriptions,
            tracer: self.exporters.tracer(traces, service),
        };
        Ok((app, settings, all))
    }

    /// The file, what it includes, its prebuilt modules, its certificates, and the `.proto` files of its gRPC servers.
    fn watch(&self, config: &Config) -> Vec<PathBuf> {
        let folder = folder(&self.file);
        let prebuilt = fujsen::prebuilt_modules(config);
        let named = config.files.iter().chain(prebuilt.iter().map(|module| &module.path));
        std::iter::once(self.file.clone())
            .chain(named.map(|file| folder.join(file)))
            .chain(tls::files(config, folder))
            .chain(grpc::files(config, folder))
            .collect()
    }
}

/// Reads a file and what it includes. Compiles nothing and connects to nothing.
pub fn read(file: &Path) -> Result<Config, Failed> {
    read_with(file, tsk::Options::default())
}

/// [`read`], as the options say. What lenient mode keeps is for looking at, not for serving.
pub fn read_with(file: &Path, options: tsk::Options) -> Result<Config, Failed> {
    let name = file.display().to_string();
    let text = text_of(file)?;
    let folder = folder(file);
    let environment =
        Folder::open(folder).map_err(|error| alone(file, unreadable(&folder.display().to_string(), &error)))?;
    tsk::load(&name, &text, &environment, options).map_err(|failure| Failed {
        diagnostics: failure.diagnostics,
        sources: failure.sources,
        watch: std::iter::once(file.to_owned())
            .chain(failure.files.iter().map(|path| folder.join(path)))
            .collect(),
    })
}

/// The text of a file as it stands there; of one that is too long, so much that it still is.
pub(crate) fn text_of(file: &Path) -> Result<String, Failed> {
    let name = file.display().to_string();
    let mut bytes = Vec::new();
    open_regular(file)
        .and_then(|file| file.take(ENOUGH).read_to_end(&mut bytes))
        .map_err(|error| alone(file, unreadable(&name, &error)))?;
    String::from_utf8(bytes).map_err(|error| {
        let line = error
            .as_bytes()
            .iter()
            .take(error.utf8_error().valid_up_to())
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        let diagnostic = Diagnostic::error("not-utf8", format!("{name}:{line} is not UTF-8"));
        alone(file, diagnostic.help("save the file as UTF-8"))
    })
}

fn alone(file: &Path, diagnostic: Diagnostic) -> Failed {
    Failed {
        diagnostics: vec![diagnostic],
        sources: SourceMap::default(),
        watch: vec![file.to_owned()],
    }
}

fn unreadable(name: &str, error: &io::Error) -> Diagnostic {
    let help = match error.kind() {
        io::ErrorKind::NotFound => "check the path, or make a new service with `tusk-host new NAME`",
        _ => "check the path and its permissions",
    };
    Diagnostic::error("unreadable", format!("cannot read {name}: {error}")).help(help)
}

/// A file that the host reads for another purpose than SQLite: once the databases are open, reading it would drop their locks.
fn no_databases(config: &Config, folder: &Path) -> Result<(), Vec<Diagnostic>> {
    let wrong = |file: &String| {
        let error = reserved::refuse(&folder.join(file)).err()?;
        Some(
            Diagnostic::error("unreadable", format!("cannot read {file}: {error}"))
                .help("read it through `[databases]`, or name another file"),
        )
    };
    let wrong: Vec<_> = config.files.iter().filter_map(wrong).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

pub(crate) fn stem(file: &Path) -> String {
    file.file_stem()
        .map_or_else(|| "service".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// Lets every part report before the first failure ends the load.
#[derive(Default)]
struct Errors(Vec<Diagnostic>);

impl Errors {
    fn take<T>(&mut self, result: Result<T, Vec<Diagnostic>>) -> Option<T> {
        result.map_err(|mut diagnostics| self.0.append(&mut diagnostics)).ok()
    }
}
