//! What is measured, of the whole process: it outlives every version of the service, so that no count falls at a swap.
//!
//! The host's own metrics are counted by meters, which an `App` finds once when it is made; what fujsens record goes
//! by its name. `samples` make figures of the last minute out of them, `gather` families that describe themselves, which
//! `text` writes as the page that Prometheus reads.

mod cell;
mod custom;
pub(super) mod family;
mod gather;
mod meters;
mod now;
mod process;
mod recent;
mod remote;
mod series;
mod status;
mod tasks;
mod text;
mod window;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::sync::watch;

use self::{cell::LONG, custom::Custom, meters::Traffic, process::Process, series::SeriesTable, window::Samples};
pub use self::{
    cell::{Counter, Durations, Gauge},
    custom::{How, Measure},
    meters::{
        CallMeter, CircuitEvent, DependencyMeter, Exports, Fujsen, GuardMeter, OperationMeter, OperationOutcome,
        Outcome, RouteMeter, Withheld,
    },
    now::Now,
    remote::{RemoteConfigMeter, Update},
    status::{DependencyKey, RefusedVersion, Status},
    tasks::Tasks,
    text::PageFormat,
    window::{Totals, Window},
};
use crate::base::limits;

/// Lines of the log that could not be written. Of the process, as the log is.
pub static LOG_DROPPED: Counter = Counter::new();
/// What runs in the process, where it has panicked. Of the process, since some of it is older than any metrics.
pub static TASKS: Tasks = Tasks::new();

/// Everything that one process measures.
pub struct Metrics {
    started: Instant,
    /// When the process started. Milliseconds since the Unix epoch.
    started_at: u64,
    /// Client connections that are open.
    pub connections: Arc<Gauge>,
    /// Handshakes of TLS that came to nothing.
    pub handshakes_failed: Arc<Counter>,
    /// Requests and calls that found no place, or waited too long for one.
    pub refused: Arc<Counter>,
    /// Connections and requests that ended by a panic of the host: each is a bug.
    pub panics: Arc<Counter>,
    /// Changes of the file that were applied.
    pub swapped: Counter,
    /// Changes of the file that were not applied, since something is wrong with them.
    pub not_swapped: Counter,
    /// What became of spans that were to go to collectors.
    pub spans: Arc<Exports>,
    /// What became of metrics that were to go to collectors.
    pub pushed: Arc<Exports>,
    /// What became of lines of the log that were to go to collectors.
    pub lines: Arc<Exports>,
    /// Metrics that fujsens and values of the file record.
    pub custom: Custom,
    /// What the last checks of databases, servers and other services found out.
    pub dependencies: status::Dependencies,
    /// Why the newest version of the file does not serve, where it does not.
    pub load: status::Load,
    /// What became of looks at remote configuration.
    pub remote: RemoteConfigMeter,
    traffic: Arc<Traffic>,
    routes: SeriesTable<RouteMeter>,
    fujsens: SeriesTable<Fujsen>,
    operations: SeriesTable<DependencyMeter>,
    guards: SeriesTable<GuardMeter>,
    compiles: SeriesTable<Compile>,
    /// What routes that are shown no more have counted.
    retired: Mutex<Totals>,
    samples: Samples,
    alerts: Mutex<BTreeMap<&'static str, bool>>,
    versions: AtomicU64,
}

/// How long it took to compile the modules of a section in one language.
struct Compile {
    section: String,
    language: &'static str,
    durations: Durations,
}

/// Finds the meters of one version of the service.
#[derive(Clone)]
pub struct Version {
    metrics: Arc<Metrics>,
    name: Arc<str>,
    /// Later ones have higher numbers.
    pub number: u64,
}

/// One of the last requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Recent {
    /// The method; `other` for one that HTTP does not know.
    pub method: &'static str,
    /// The route's path as its author wrote it; empty where no route was found.
    pub path: Arc<str>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The time from the request to its answer.
    pub took: Duration,
    /// When it ended. Milliseconds since the Unix epoch.
    pub time: u64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            started_at: recent::now(),
            connections: Arc::default(),
            handshakes_failed: Arc::default(),
            refused: Arc::default(),
            panics: Arc::default(),
            swapped: Counter::default(),
            not_swapped: Counter::default(),
            spans: Arc::default(),
            pushed: Arc::default(),
            lines: Arc::default(),
            custom: Custom::default(),
            dependencies: status::Dependencies::default(),
            load: status::Load::default(),
            remote: RemoteConfigMeter::default(),
            traffic: Arc::default(),
            routes: SeriesTable::default(),
            fujsens: SeriesTable::default(),
            operations: SeriesTable::default(),
            guards: SeriesTable::default(),
            compiles: SeriesTable::default(),
            retired: Mutex::default(),
            samples: Samples::default(),
            alerts: Mutex::default(),
            versions: AtomicU64::new(0),
        }
    }
}

impl Metrics {
    /// Counts for a value of the file rather than for a fujsen. The error says what is wrong, and what to write.
    pub fn count(&self, name: &str, amount: f64) -> Result<(), String> {
        self.custom.measure(Measure {
            how: How::Count,
            name,
            value: amount,
            labels: Vec::new(),
            buckets: &[],
            version: self.versions.load(Relaxed),
        })
    }

    /// Every metric, as Prometheus reads it.
    pub fn page(&self, now: Now<'_>, format: PageFormat) -> String {
        format.write(self.gather(now))
    }

    /// What fujsens and values have recorded under a name, over all labels: the sum of counters and gauges, how many
    /// values a histogram has; 0 for a name that nobody has recorded.
    pub fn total(&self, name: &str) -> f64 {
        self.custom.total(name)
    }

    /// For one `App`; `name` is the version that its file states.
    pub fn version(self: &Arc<Self>, name: &str) -> Version {
        Version {
            metrics: self.clone(),
            name: name.into(),
            number: self.versions.fetch_add(1, Relaxed) + 1,
        }
    }

    /// The meter of a dependency: a kind (`sql`, `redis`, `grpc`, `http`) and a name from the file.
    pub fn dependency(&self, kind: &'static str, name: &str) -> Arc<DependencyMeter> {
        let is = |one: &DependencyMeter| one.kind == kind && *one.name == *name;
        self.operations.get(is, |_| DependencyMeter::new(kind, name), |_| {})
    }

    /// The meter of a dependency that `[resilience]` names.
    pub fn guard(&self, name: &str) -> Arc<GuardMeter> {
        self.guards
            .get(|one: &GuardMeter| one.name == name, |_| GuardMeter::new(name), |_| {})
    }

    /// A module was compiled, and not found in the cache.
    pub fn compiled(&self, section: &str, language: &'static str, took: Duration) {
        let is = |one: &Compile| one.section == section && one.language == language;
        let make = |_| Compile {
            section: section.to_owned(),
            language,
            durations: Durations::new(LONG),
        };
        self.compiles.get(is, make, |_| {}).durations.observe(took);
    }

    /// Whether an alert fires, from now on.
    pub fn alert(&self, name: &'static str, firing: bool) {
        self.alerts().insert(name, firing);
    }

    /// An alert that is watched no more.
    pub fn forget_alert(&self, name: &'static str) {
        self.alerts().remove(name);
    }

    fn alerts(&self) -> parking_lot::MutexGuard<'_, BTreeMap<&'static str, bool>> {
        self.alerts.lock()
    }

    /// Takes a sample every second until `stop`: the figures of the last minute come from these.
    pub async fn sample(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut clock = tokio::time::interval(limits::SAMPLE_EVERY);
        loop {
            tokio::select! {
                _ = clock.tick() => self.samples.push(self.totals()),
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Since the start of the process.
    pub fn totals(&self) -> Totals {
        let mut totals = self.retired.lock().clone();
        for route in self.routes.all() {
            count(&mut totals, &route);
        }
        totals
    }

    /// The last minute; less while the process is younger.
    pub fn window(&self) -> Window {
        self.samples.window(&self.totals())
    }

    /// How long the process has run.
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Of the memory that this process may use, what it holds. Percent; 0 where the system does not say.
    pub fn memory_percent(&self) -> f64 {
        match (Process::read().resident_bytes, process::memory_limit()) {
            (Some(resident), Some(limit)) if limit > 0 => 100.0 * resident as f64 / limit as f64,
            _ => 0.0,
        }
    }

    /// The last requests, newest first.
    pub fn recent(&self) -> Vec<Recent> {
        let paths: BTreeMap<u32, Arc<str>> = self
            .routes
            .all()
            .iter()
            .map(|route| (route.id, route.path.clone()))
            .collect();
        let entries = self.traffic.recent.entries().into_iter();
        entries
            .map(|entry| Recent {
                method: entry.method,
                path: paths.get(&entry.series).cloned().unwrap_or_default(),
                status: entry.status,
                took: entry.took,
                time: entry.time,
            })
            .collect()
    }
}

impl Default for Version {
    /// Of no service: what it counts is shown nowhere.
    fn default() -> Self {
        Arc::<Metrics>::default().version("")
    }
}

impl Version {
    /// What the process measures, of all versions.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// The meter of a route: its method, and its path as the file writes it.
    pub fn route(&self, method: &str, path: &Arc<str>) -> Arc<RouteMeter> {
        let is = |one: &RouteMeter| one.method == method && one.path == *path && one.version == self.name;
        let metrics = &self.metrics;
        let retire = |one: &RouteMeter| count(&mut metrics.retired.lock(), one);
        metrics.routes.get(
            is,
            |id| RouteMeter::new(id, method, path, &self.name, &metrics.traffic),
            retire,
        )
    }

    /// Of requests for which there is no route.
    pub fn unmatched(&self) -> Arc<RouteMeter> {
        self.route("", &"".into())
    }

    /// `language` is `prebuilt` for a module whose source is elsewhere.
    pub fn fujsen(&self, section: &Arc<str>, name: &str, language: &'static str) -> Arc<Fujsen> {
        let is = |one: &Fujsen| {
            one.section == *section && one.name == name && one.language == language && one.version == self.name
        };
        let make = |_| Fujsen::new(section, name, language, &self.name);
        self.metrics.fujsens.get(is, make, |_| {})
    }
}

fn count(totals: &mut Totals, route: &RouteMeter) {
    totals.requests += route.durations.count();
    totals.micros += route.durations.micros();
    for (status, count) in route.statuses.iter().filter(|(status, _)| *status >= 400) {
        *totals.failed.entry(status).or_default() += count;
    }
}

#[cfg(test)]
mod tests;
