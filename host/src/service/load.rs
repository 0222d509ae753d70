//! From a TSK file to an `App`: read, compile, link, try, connect. Nothing here touches the `App` that serves.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use fujsen::{Compiler, Progress};
use tsk::{Config, Diagnostic};

use crate::{
    base::{folder::folder, limits, misspelt, redact::Secrets, sections},
    capability::{Capabilities, Credentials, Shared, config::Values, grpc},
    network::{
        mesh::Mesh,
        tls::{self, Tls},
    },
    observe::{
        metrics::{Metrics, Version},
        otlp::Exporters,
        traces::{self, Tracer},
    },
    sandbox::{context::Context, engine::Host, imports, interpreters::Interpreters, precompiled::Precompiled},
    service::{
        alert_rules,
        app::App,
        cors::Cors,
        gate::Gate,
        health_plan,
        link::{self, Linked, Linker},
        own_address,
        read::{LoadError, no_databases, read, stem},
        remote_config,
        route::Routes,
        schedule::Schedules,
        settings::ServiceSettings,
        subscriptions::Subscriptions,
    },
    storage::store::Stores,
};

/// What one process needs to load a file again and again. Shared between threads.
pub struct Loader {
    /// The TSK file.
    pub file: PathBuf,
    /// The engine, and where calls that run long go on.
    pub(crate) host: Host,
    /// Makes components of texts. Its files are in `fujsen` of the cache folder.
    pub(crate) compiler: Compiler,
    /// Evaluates and runs what is interpreted.
    pub(crate) interpreters: Arc<Interpreters>,
    /// Machine code, in `code` of the cache folder.
    pub(crate) precompiled: Arc<Precompiled>,
    /// Of the whole process: every version of the file counts in them.
    pub(crate) metrics: Arc<Metrics>,
    /// What takes spans, metrics and lines of the log to a collector.
    pub(crate) exporters: Exporters,
    /// The last good remote configuration of this file.
    pub(crate) remote: Arc<remote_config::LastGood>,
    shared: Shared,
}

/// A file that can be served.
pub struct Loaded {
    /// The version that was made. It serves nobody yet.
    pub app: Arc<App>,
    /// `[service]`, `[limits]` and `[admin]`: where to listen, for one.
    pub settings: ServiceSettings,
    /// What is odd in the file and does not keep it from serving.
    pub warnings: Vec<Diagnostic>,
    /// The file and what it reads.
    pub watch: Vec<PathBuf>,
}

impl Loader {
    /// `cache` is the folder for compiled modules and the compilers' own files.
    pub fn new(file: PathBuf, cache: &Path) -> wasmtime::Result<Self> {
        let host = Host::new(imports::add_to_linker)?;
        Ok(Self::on(host, Stores::default(), file, cache))
    }

    /// With an engine and stores that there are already.
    pub(crate) fn on(host: Host, stores: Stores, file: PathBuf, cache: &Path) -> Self {
        let metrics = Arc::<Metrics>::default();
        let precompiled = Arc::new(Precompiled::new(cache.join("code")));
        let interpreters = Arc::new(Interpreters::new(host.clone(), precompiled.clone()));
        Self {
            remote: Arc::new(remote_config::LastGood::new(&file)),
            file,
            host,
            compiler: Compiler::with_evaluator(cache.join("fujsen"), interpreters.clone()),
            interpreters,
            precompiled,
            exporters: Exporters::new(&metrics),
            shared: Shared::new(&metrics, stores),
            metrics,
        }
    }

    /// Reads the file and makes an `App` of it, keeping the modules of `previous` that have not changed.
    /// Blocks while compilers run.
    pub fn load(&self, previous: Option<&App>, progress: Progress<'_>) -> Result<Loaded, LoadError> {
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
                Err(LoadError {
                    diagnostics: tsk::shorten(diagnostics),
                    sources: config.sources,
                    watch,
                })
            }
        }
    }

    /// Opens the databases of an `App` and what its schedules need, and recalls remote configuration, so that nothing of this
    /// is left for the first request.
    pub async fn prepare(&self, loaded: &Loaded) -> Result<(), LoadError> {
        let failed = |diagnostics| LoadError {
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
    pub async fn rehearse(&self, mut loaded: Loaded) -> Result<Loaded, LoadError> {
        let mut found = loaded.app.context.capabilities.rehearse().await;
        found.extend(loaded.app.schedules.rehearse().await.err().into_iter().flatten());
        if found.iter().any(Diagnostic::is_error) {
            found.append(&mut loaded.warnings);
            return Err(LoadError {
                diagnostics: found,
                sources: loaded.app.context.sources.clone(),
                watch: loaded.watch,
            });
        }
        loaded.warnings.append(&mut found);
        Ok(loaded)
    }

    /// Each step reports all that it finds wrong; the first failure ends the load when all have.
    fn assemble(
        &self,
        config: &Config,
        secrets: Arc<Secrets>,
        previous: Option<&App>,
        progress: Progress<'_>,
    ) -> Result<(App, ServiceSettings, Vec<Diagnostic>), Vec<Diagnostic>> {
        // Before any of it is gone through.
        sections::bounded(config)?;
        let mut errors = Errors::default();
        let said = self.said(config, &mut errors);
        errors.take(no_databases(config, folder(&self.file)));
        let capabilities = errors.take(self.capabilities(config, &said));
        let metrics = self.metrics.version(said.version());
        let linked = errors.take(link::modules(&self.linker(&said, previous), config, &metrics, progress));
        let entrances = linked
            .as_ref()
            .and_then(|linked| self.entrances(config, &said, linked, &metrics, &mut errors));
        let parts = AppParts {
            said,
            capabilities,
            metrics,
            linked,
            entrances,
        };
        if errors.0.is_empty()
            && let Some(assembled) = self.app(config, secrets, parts)
        {
            return Ok(assembled);
        }
        Err(errors.0)
    }

    /// What sections say by themselves.
    fn said(&self, config: &Config, errors: &mut Errors) -> SectionNotes {
        let settings = errors.take(ServiceSettings::new(config, &stem(&self.file)));
        let mut said = SectionNotes {
            settings,
            mesh: None,
            tls: errors.take(Tls::new(config, &self.file, &self.metrics)),
            remote_config: errors.take(remote_config::RemoteConfigPlan::new(config)),
            cors: errors.take(Cors::new(config)),
            health: errors.take(health_plan::HealthPlan::new(config)),
            alerts: errors.take(alert_rules::Rules::new(config)),
            traces: errors.take(traces::TracingSettings::new(config, |name| std::env::var(name).ok())),
        };
        said.mesh = errors.take(Mesh::new(config, &said.name(), said.version()));
        said
    }

    fn capabilities(&self, config: &Config, said: &SectionNotes) -> Result<Capabilities, Vec<Diagnostic>> {
        let identity = said.mesh.as_ref().map(|(mesh, _)| mesh.identity.clone());
        let tls = said.tls.as_ref().map(|(tls, _)| tls.outgoing.clone());
        let credentials = Credentials {
            identity: identity.unwrap_or_default(),
            tls: tls.unwrap_or_default(),
        };
        let mut capabilities = Capabilities::new(&self.shared, config, &said.name(), credentials, &self.file)?;
        if let Some(Some(_)) = said.remote_config {
            capabilities.config = Values::changing(config);
        }
        Ok(capabilities)
    }

    fn linker<'a>(&'a self, said: &SectionNotes, previous: Option<&'a App>) -> Linker<'a> {
        let limits = said.settings.as_ref().map(|settings| &settings.limits);
        Linker {
            host: &self.host,
            compiler: &self.compiler,
            interpreters: &self.interpreters,
            precompiled: &self.precompiled,
            metrics: &self.metrics,
            folder: folder(&self.file),
            previous: previous.map_or(&[], |app| &app.modules),
            memory: limits.map_or(limits::MEMORY_MAX, |limits| limits.memory),
        }
    }

    /// What leads to the fujsens that there are.
    fn entrances(
        &self,
        config: &Config,
        said: &SectionNotes,
        linked: &Linked,
        metrics: &Version,
        errors: &mut Errors,
    ) -> Option<Entrances> {
        let handlers = &linked.handlers;
        let limits = said.settings.as_ref().map(|settings| &settings.limits);
        let deadline = limits.map_or(Duration::ZERO, |limits| limits.deadline);
        let routes = errors.take(Routes::new(config, handlers, metrics));
        let subscriptions = errors.take(Subscriptions::new(config, handlers, deadline));
        let schedules = errors.take(Schedules::new(&self.shared.stores, config, handlers, &self.file));
        Some(Entrances {
            routes: routes?,
            subscriptions: subscriptions?,
            schedules: schedules?,
        })
    }

    /// None where a part is missing.
    fn app(
        &self,
        config: &Config,
        secrets: Arc<Secrets>,
        parts: AppParts,
    ) -> Option<(App, ServiceSettings, Vec<Diagnostic>)> {
        let AppParts { said, linked, .. } = parts;
        let settings = said.settings?;
        let (mesh, mesh_warnings) = said.mesh?;
        let (tls, tls_warnings) = said.tls?;
        let linked = linked?;
        let Entrances {
            routes: (routes, route_warnings),
            subscriptions,
            schedules,
        } = parts.entrances?;
        let context = Context {
            service: settings.service.clone(),
            limits: settings.limits.clone(),
            capabilities: parts.capabilities?,
            metrics: parts.metrics,
            sources: config.sources.clone(),
            places: linked.places,
            lane: self.host.lane.clone(),
            clock: self.shared.stores.clock.clone(),
            _secrets: secrets,
        };
        let (tracer, beside) = Tracer::of(&self.exporters, &said.traces?, &settings.service);
        let app = App {
            context: Arc::new(context),
            remote_config: said.remote_config?,
            cors: said.cors?,
            admin: settings.admin,
            admin_token: settings.admin_token,
            health: said.health?,
            alerts: said.alerts?,
            policy: mesh.policy,
            tls: tls.incoming,
            gate: Gate::new(&settings.limits, self.metrics.refused.clone()),
            modules: linked.modules,
            handlers: linked.handlers,
            routes,
            schedules,
            subscriptions,
            tracer,
            beside,
        };
        let unreachable = own_address::warnings(config, settings.admin);
        let warnings = [
            linked.warnings,
            route_warnings,
            mesh_warnings,
            tls_warnings,
            unreachable,
        ]
        .concat();
        Some((app, settings, warnings))
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

/// What was found on the way to an `App`. What is none, is wrong.
struct AppParts {
    said: SectionNotes,
    capabilities: Option<Capabilities>,
    metrics: Version,
    linked: Option<Linked>,
    entrances: Option<Entrances>,
}

/// Sections that name no fujsen, with what is odd in them.
struct SectionNotes {
    settings: Option<ServiceSettings>,
    mesh: Option<(Mesh, Vec<Diagnostic>)>,
    tls: Option<(Tls, Vec<Diagnostic>)>,
    remote_config: Option<Option<remote_config::RemoteConfigPlan>>,
    cors: Option<Cors>,
    health: Option<health_plan::HealthPlan>,
    alerts: Option<alert_rules::Rules>,
    traces: Option<traces::TracingSettings>,
}

impl SectionNotes {
    fn name(&self) -> Arc<str> {
        let settings = self.settings.as_ref();
        settings.map_or_else(|| "".into(), |settings| settings.service.name.clone())
    }

    fn version(&self) -> &str {
        let settings = self.settings.as_ref();
        settings.map_or("", |settings| &*settings.service.version)
    }
}

/// What leads to fujsens.
struct Entrances {
    routes: (Routes, Vec<Diagnostic>),
    subscriptions: Subscriptions,
    schedules: Schedules,
}

/// Lets every part report before the first failure ends the load.
#[derive(Default)]
struct Errors(Vec<Diagnostic>);

impl Errors {
    fn take<T>(&mut self, result: Result<T, Vec<Diagnostic>>) -> Option<T> {
        result.map_err(|mut diagnostics| self.0.append(&mut diagnostics)).ok()
    }
}
