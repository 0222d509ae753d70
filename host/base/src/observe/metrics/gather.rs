//! Every family of the host's own, each described where it is read.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use super::{
    DependencyMeter, Exports, Fujsen, GuardMeter, LOG_DROPPED, Metrics, RouteMeter, TASKS,
    family::{Family, Labels, counter, gauge, histogram, info, labels, single},
    meters::{DONE, KEPT, OUTCOMES},
    now::Now,
    process::Process,
};

impl Metrics {
    pub(in super::super) fn gather(&self, now: Now<'_>) -> Vec<Family> {
        let mut all = vec![info(
            "tusk_service",
            "The service and the version that serves now. Always 1",
            labels([("service", now.service), ("version", now.version)]),
        )];
        all.extend(requests(&self.routes.all()));
        all.extend(self.server());
        all.extend(calls(&self.fujsens.all()));
        all.extend(self.gate(now.gate));
        all.extend(self.loads());
        all.extend(operations(&self.operations.all()));
        all.push(self.up());
        all.extend(guards(&self.guards.all()));
        all.extend(self.told());
        all.extend(process(self.started_at));
        all.extend(self.custom.gather());
        all
    }

    fn server(&self) -> [Family; 4] {
        [
            gauge(
                "tusk_http_requests_in_flight",
                "Requests that are being answered",
                single(self.traffic.running.get()),
            ),
            gauge(
                "tusk_http_connections",
                "Client connections that are open",
                single(self.connections.get()),
            ),
            counter(
                "tusk_http_panics",
                "Connections and requests that ended by a panic of the host, which is a bug",
                single(self.panics.get()),
            ),
            counter(
                "tusk_tls_handshakes_failed",
                "Connections that ended within their TLS handshake",
                single(self.handshakes_failed.get()),
            ),
        ]
    }

    fn gate(&self, (running, waiting): (usize, usize)) -> [Family; 3] {
        [
            gauge(
                "tusk_gate_running",
                "Places of limits.concurrency that are taken",
                single(running as u64),
            ),
            gauge(
                "tusk_gate_waiting",
                "Calls that wait for a place, at most limits.queue",
                single(waiting as u64),
            ),
            counter(
                "tusk_gate_refused",
                "Calls that got no place: 503",
                single(self.refused.get()),
            ),
        ]
    }

    fn loads(&self) -> [Family; 4] {
        let swaps = [("applied", &self.swapped), ("refused", &self.not_swapped)];
        let compiles = self.compiles.all();
        let compiled = compiles.iter().map(|one| {
            let labels = labels([("section", &one.section), ("language", one.language)]);
            (labels, one.durations.histogram())
        });
        [
            counter(
                "tusk_swaps",
                "Changes of the file, by whether they were applied",
                swaps.map(|(result, count)| (labels([("result", result)]), count.get())),
            ),
            gauge(
                "tusk_file_refused",
                "1 while the file on disk was not applied",
                single(self.load.get().is_some()),
            ),
            counter(
                "tusk_remote_config_updates",
                "Looks at remote configuration, by what came of them",
                self.remote
                    .counts()
                    .map(|(result, count)| (labels([("result", result)]), count)),
            ),
            histogram(
                "tusk_compile_duration_seconds",
                "How long modules took to compile that were not kept",
                compiled,
            ),
        ]
    }

    fn up(&self) -> Family {
        let dependencies = self.dependencies.all();
        let checked = dependencies.iter().filter_map(|one| Some((one, one.healthy?)));
        gauge(
            "tusk_dependency_up",
            "1 where the last check of a dependency found it healthy, else 0",
            checked.map(|(one, healthy)| (labels([("kind", one.kind), ("dependency", &one.name)]), healthy)),
        )
    }

    /// How telling fares.
    fn told(&self) -> [Family; 10] {
        let dropped = |counts: &Exports| {
            let counts = [("queue", &counts.overflowed), ("collector", &counts.unsent)];
            counts.map(|(reason, count)| (labels([("reason", reason)]), count.get()))
        };
        let values = [
            ("series", &self.custom.too_many),
            ("label_length", &self.custom.too_long),
        ];
        let alerts = self.alerts();
        let panics = TASKS.panics().into_iter();
        [
            counter(
                "tusk_spans_exported",
                "Spans of traces that the collector took",
                single(self.spans.exported.get()),
            ),
            counter(
                "tusk_spans_dropped",
                "Spans of traces that were lost, by where",
                dropped(&self.spans),
            ),
            counter(
                "tusk_metrics_exported",
                "Metrics that the collector took",
                single(self.pushed.exported.get()),
            ),
            counter(
                "tusk_metrics_unsent",
                "Metrics for the collector that were lost, by where",
                dropped(&self.pushed),
            ),
            counter(
                "tusk_log_exported",
                "Lines of the log that the collector took",
                single(self.lines.exported.get()),
            ),
            counter(
                "tusk_log_unsent",
                "Lines of the log for the collector that were lost, by where",
                dropped(&self.lines),
            ),
            gauge(
                "alert_firing",
                "1 while an alert of [alerts] fires, else 0",
                alerts.iter().map(|(name, firing)| (labels([("alert", name)]), *firing)),
            ),
            counter(
                "tusk_metrics_dropped",
                "Values of fujsens that were over a bound",
                values.map(|(reason, dropped)| (labels([("reason", reason)]), dropped.count.get())),
            ),
            counter(
                "tusk_task_panics",
                "Panics of the host's own tasks, each a bug; they start again",
                panics.map(|(task, count)| (labels([("task", task)]), count)),
            ),
            counter(
                "tusk_log_dropped",
                "Lines of the log that could not be written",
                single(LOG_DROPPED.get()),
            ),
        ]
    }
}

fn requests(routes: &[Arc<RouteMeter>]) -> [Family; 2] {
    let answered = routes.iter().flat_map(|route| {
        let counts = route.statuses.iter();
        counts.map(|(status, count)| {
            let labels = labels([
                ("method", &route.method),
                ("route", &route.path),
                ("status", &status.to_string()),
                ("version", &route.version),
            ]);
            (labels, count)
        })
    });
    let took = routes.iter().map(|route| {
        let labels = labels([
            ("method", &route.method),
            ("route", &route.path),
            ("version", &route.version),
        ]);
        (labels, route.durations.histogram())
    });
    [
        counter("tusk_http_requests", "Requests answered, by route and status", answered),
        histogram(
            "tusk_http_request_duration_seconds",
            "From a request's head to its response, by route",
            took,
        ),
    ]
}

fn calls(fujsens: &[Arc<Fujsen>]) -> [Family; 3] {
    let ended = fujsens.iter().flat_map(|fujsen| {
        let outcomes = OUTCOMES.iter().zip(&fujsen.outcomes);
        let seen = outcomes.filter(|(_, count)| count.get() > 0);
        seen.map(|((_, outcome), count)| {
            let labels = labels([
                ("section", &fujsen.section),
                ("fujsen", &fujsen.name),
                ("language", fujsen.language),
                ("outcome", outcome),
                ("version", &fujsen.version),
            ]);
            (labels, count.get())
        })
    });
    let of = |fujsen: &Fujsen| -> Labels {
        labels([
            ("section", &fujsen.section),
            ("fujsen", &fujsen.name),
            ("language", fujsen.language),
            ("version", &fujsen.version),
        ])
    };
    [
        counter(
            "tusk_fujsen_calls",
            "Calls of fujsens that have ended, by outcome",
            ended,
        ),
        histogram(
            "tusk_fujsen_call_duration_seconds",
            "How long calls of fujsens took",
            fujsens.iter().map(|one| (of(one), one.durations.histogram())),
        ),
        gauge(
            "tusk_fujsen_calls_in_flight",
            "Calls of fujsens that run",
            fujsens.iter().map(|one| (of(one), one.running.get())),
        ),
    ]
}

fn operations(dependencies: &[Arc<DependencyMeter>]) -> [Family; 2] {
    let ended = dependencies.iter().flat_map(|one| {
        let seen = DONE.iter().zip(&one.done).filter(|(_, count)| count.get() > 0);
        seen.map(|(outcome, count)| {
            let labels = labels([("kind", one.kind), ("dependency", &one.name), ("outcome", outcome)]);
            (labels, count.get())
        })
    });
    let took = dependencies.iter().map(|one| {
        let labels = labels([("kind", one.kind), ("dependency", &one.name)]);
        (labels, one.durations.histogram())
    });
    [
        counter(
            "tusk_dependency_operations",
            "Statements, commands and requests that have ended, by dependency and outcome",
            ended,
        ),
        histogram(
            "tusk_dependency_duration_seconds",
            "How long statements, commands and requests took, by dependency",
            took,
        ),
    ]
}

fn guards(guards: &[Arc<GuardMeter>]) -> [Family; 5] {
    let each = |value: fn(&GuardMeter) -> u64| {
        let all = guards.iter();
        all.map(move |guard| (labels([("dependency", &guard.name)]), value(guard)))
    };
    let kept = guards.iter().flat_map(|guard| {
        let seen = KEPT.iter().zip(&guard.kept).filter(|(_, count)| count.get() > 0);
        seen.map(|(reason, count)| (labels([("dependency", &guard.name), ("reason", reason)]), count.get()))
    });
    [
        gauge(
            "tusk_circuit_state",
            "Of a dependency's circuit breaker: 0 closed, 1 half open, 2 open",
            each(|guard| guard.circuit.load(Relaxed).into()),
        ),
        counter(
            "tusk_circuit_opened",
            "How often a dependency's circuit breaker opened",
            each(|guard| guard.opened.get()),
        ),
        counter(
            "tusk_dependency_retries",
            "Further attempts of calls that had failed",
            each(|guard| guard.retries.get()),
        ),
        gauge(
            "tusk_dependency_calls_in_flight",
            "Calls of a dependency that [resilience] names",
            each(|guard| guard.running.load(Relaxed)),
        ),
        counter(
            "tusk_dependency_kept",
            "Calls and retries that were not made, and why",
            kept,
        ),
    ]
}

/// `started_at` is in milliseconds since the Unix epoch.
fn process(started_at: u64) -> Vec<Family> {
    let process = Process::read();
    let known = [
        (
            "process_resident_memory_bytes",
            "Memory that is held",
            process.resident_bytes,
        ),
        (
            "process_virtual_memory_bytes",
            "Address space that is taken",
            process.virtual_bytes,
        ),
        ("process_threads", "Threads of the operating system", process.threads),
        ("process_open_fds", "File descriptors that are open", process.open_files),
        (
            "process_max_fds",
            "File descriptors that may be open",
            process.max_files,
        ),
    ];
    let mut all = vec![
        counter(
            "process_cpu_seconds",
            "Time that all threads have run, user and system",
            single(process.cpu.as_secs_f64()),
        ),
        gauge(
            "process_start_time_seconds",
            "When the process started, since the Unix epoch",
            single(started_at as f64 / 1e3),
        ),
    ];
    let known = known
        .into_iter()
        .filter_map(|(name, help, value)| Some((name, help, value?)));
    all.extend(known.map(|(name, help, value)| gauge(name, help, single(value))));
    all
}
