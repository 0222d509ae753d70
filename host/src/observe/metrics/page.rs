//! Every metric as Prometheus reads it.

use std::sync::atomic::Ordering::Relaxed;

use super::{
    LOG_DROPPED, Metrics, TASKS,
    meters::{DONE, KEPT, OUTCOMES},
    process::Process,
    text::Page,
};

impl Metrics {
    /// `service`, `version` and `gate` (calls that run, and that wait) are those of the version that serves now.
    pub fn page(&self, service: &str, version: &str, gate: (usize, usize)) -> String {
        let mut page = Page::default();
        page.family(
            "tusk_service_info",
            "gauge",
            "The service and the version that serves now. Always 1",
        );
        page.sample(&[("service", service), ("version", version)], 1.0);
        self.requests(&mut page);
        self.calls(&mut page, gate);
        self.loads(&mut page);
        self.operations(&mut page);
        self.resilience(&mut page);
        self.spans(&mut page);
        self.firing(&mut page);
        page.family(
            "tusk_task_panics_total",
            "counter",
            "Panics of the host's own tasks, each a bug; they start again",
        );
        for (task, count) in TASKS.panics() {
            page.sample(&[("task", task)], count as f64);
        }
        page.single(
            "tusk_log_dropped_total",
            "counter",
            "Lines of the log that could not be written",
            LOG_DROPPED.get() as f64,
        );
        process(&mut page, self.started_at);
        self.custom.write(&mut page);
        page.finish()
    }

    fn requests(&self, page: &mut Page) {
        let routes = self.routes.all();
        page.family(
            "tusk_http_requests_total",
            "counter",
            "Requests answered, by route and status",
        );
        for route in &routes {
            for (status, count) in route.statuses.iter() {
                let status = status.to_string();
                let labels = [
                    ("method", &*route.method),
                    ("route", &route.path),
                    ("status", &status),
                    ("version", &route.version),
                ];
                page.sample(&labels, count as f64);
            }
        }
        page.family(
            "tusk_http_request_duration_seconds",
            "histogram",
            "From a request's head to its response, by route",
        );
        for route in &routes {
            let labels = [
                ("method", &*route.method),
                ("route", &*route.path),
                ("version", &*route.version),
            ];
            page.histogram(
                &labels,
                &route.durations.cumulative(),
                route.durations.micros() as f64 / 1e6,
            );
        }
        let running = self.traffic.running.get();
        page.single(
            "tusk_http_requests_in_flight",
            "gauge",
            "Requests that are being answered",
            running as f64,
        );
        let open = self.connections.get();
        page.single(
            "tusk_http_connections",
            "gauge",
            "Client connections that are open",
            open as f64,
        );
        let panics = self.panics.get();
        page.single(
            "tusk_http_panics_total",
            "counter",
            "Connections and requests that ended by a panic of the host, which is a bug",
            panics as f64,
        );
        let failed = self.handshakes_failed.get();
        page.single(
            "tusk_tls_handshakes_failed_total",
            "counter",
            "Connections that ended within their TLS handshake",
            failed as f64,
        );
    }

    #[expect(clippy::indexing_slicing, reason = "there is one counter for each variant")]
    fn calls(&self, page: &mut Page, (running, waiting): (usize, usize)) {
        let fujsens = self.fujsens.all();
        page.family(
            "tusk_fujsen_calls_total",
            "counter",
            "Calls of fujsens that have ended, by outcome",
        );
        for fujsen in &fujsens {
            for (outcome, word) in OUTCOMES {
                let count = fujsen.outcomes[outcome as usize].get();
                if count > 0 {
                    let labels = [
                        ("section", &*fujsen.section),
                        ("fujsen", &fujsen.name),
                        ("language", fujsen.language),
                        ("outcome", word),
                        ("version", &fujsen.version),
                    ];
                    page.sample(&labels, count as f64);
                }
            }
        }
        let labels = |fujsen: &super::Fujsen| {
            let (section, name, version) = (
                fujsen.section.to_string(),
                fujsen.name.clone(),
                fujsen.version.to_string(),
            );
            [
                ("section", section),
                ("fujsen", name),
                ("language", fujsen.language.to_owned()),
                ("version", version),
            ]
        };
        page.family(
            "tusk_fujsen_call_duration_seconds",
            "histogram",
            "How long calls of fujsens took",
        );
        for fujsen in &fujsens {
            let labels = labels(fujsen);
            let labels = labels.each_ref().map(|(name, value)| (*name, &**value));
            page.histogram(
                &labels,
                &fujsen.durations.cumulative(),
                fujsen.durations.micros() as f64 / 1e6,
            );
        }
        page.family("tusk_fujsen_calls_in_flight", "gauge", "Calls of fujsens that run");
        for fujsen in &fujsens {
            let labels = labels(fujsen);
            page.sample(
                &labels.each_ref().map(|(name, value)| (*name, &**value)),
                fujsen.running.get() as f64,
            );
        }
        page.single(
            "tusk_gate_running",
            "gauge",
            "Places of limits.concurrency that are taken",
            running as f64,
        );
        page.single(
            "tusk_gate_waiting",
            "gauge",
            "Calls that wait for a place, at most limits.queue",
            waiting as f64,
        );
        let refused = self.refused.get();
        page.single(
            "tusk_gate_refused_total",
            "counter",
            "Calls that got no place: 503",
            refused as f64,
        );
    }

    fn loads(&self, page: &mut Page) {
        page.family(
            "tusk_swaps_total",
            "counter",
            "Changes of the file, by whether they were applied",
        );
        page.sample(&[("result", "applied")], self.swapped.get() as f64);
        page.sample(&[("result", "refused")], self.not_swapped.get() as f64);
        let stale = f64::from(u8::from(self.load.get().is_some()));
        page.single(
            "tusk_file_refused",
            "gauge",
            "1 while the file on disk was not applied",
            stale,
        );
        page.family(
            "tusk_remote_config_updates_total",
            "counter",
            "Looks at remote configuration, by what came of them",
        );
        for (result, count) in self.remote.counts() {
            page.sample(&[("result", result)], count as f64);
        }
        page.family(
            "tusk_compile_duration_seconds",
            "histogram",
            "How long modules took to compile that were not kept",
        );
        for compile in self.compiles.all() {
            let labels = [("section", &*compile.section), ("language", compile.language)];
            page.histogram(
                &labels,
                &compile.durations.cumulative(),
                compile.durations.micros() as f64 / 1e6,
            );
        }
    }

    fn operations(&self, page: &mut Page) {
        let operations = self.operations.all();
        page.family(
            "tusk_dependency_operations_total",
            "counter",
            "Statements, commands and requests that have ended, by dependency and outcome",
        );
        for one in &operations {
            for (outcome, count) in DONE.iter().zip(&one.done).filter(|(_, count)| count.get() > 0) {
                let labels = [("kind", one.kind), ("dependency", &*one.name), ("outcome", outcome)];
                page.sample(&labels, count.get() as f64);
            }
        }
        page.family(
            "tusk_dependency_duration_seconds",
            "histogram",
            "How long statements, commands and requests took, by dependency",
        );
        for one in &operations {
            let labels = [("kind", one.kind), ("dependency", &*one.name)];
            page.histogram(
                &labels,
                &one.durations.cumulative(),
                one.durations.micros() as f64 / 1e6,
            );
        }
        page.family(
            "tusk_dependency_up",
            "gauge",
            "1 where the last check of a dependency found it healthy, else 0",
        );
        for one in self.dependencies.all() {
            if let Some(healthy) = one.healthy {
                page.sample(
                    &[("kind", one.kind), ("dependency", &one.name)],
                    f64::from(u8::from(healthy)),
                );
            }
        }
    }

    fn resilience(&self, page: &mut Page) {
        let guards = self.guards.all();
        let mut family = |name, kind, help, value: &dyn Fn(&super::Guard) -> u64| {
            page.family(name, kind, help);
            for guard in &guards {
                page.sample(&[("dependency", &*guard.name)], value(guard) as f64);
            }
        };
        family(
            "tusk_circuit_state",
            "gauge",
            "Of a dependency's circuit breaker: 0 closed, 1 half open, 2 open",
            &|guard| guard.circuit.load(Relaxed).into(),
        );
        family(
            "tusk_circuit_opened_total",
            "counter",
            "How often a dependency's circuit breaker opened",
            &|guard| guard.opened.get(),
        );
        family(
            "tusk_dependency_retries_total",
            "counter",
            "Further attempts of calls that had failed",
            &|guard| guard.retries.get(),
        );
        family(
            "tusk_dependency_calls_in_flight",
            "gauge",
            "Calls of a dependency that [resilience] names",
            &|guard| guard.running.load(Relaxed),
        );
        page.family(
            "tusk_dependency_kept_total",
            "counter",
            "Calls and retries that were not made, and why",
        );
        for guard in &guards {
            for (reason, count) in KEPT.iter().zip(&guard.kept).filter(|(_, count)| count.get() > 0) {
                let labels = [("dependency", &*guard.name), ("reason", *reason)];
                page.sample(&labels, count.get() as f64);
            }
        }
    }

    fn spans(&self, page: &mut Page) {
        let spans = &self.spans;
        page.single(
            "tusk_spans_exported_total",
            "counter",
            "Spans of traces that the collector took",
            spans.exported.get() as f64,
        );
        page.family(
            "tusk_spans_dropped_total",
            "counter",
            "Spans of traces that were lost, by where",
        );
        page.sample(&[("reason", "queue")], spans.overflowed.get() as f64);
        page.sample(&[("reason", "collector")], spans.unsent.get() as f64);
    }

    fn firing(&self, page: &mut Page) {
        page.family("alert_firing", "gauge", "1 while an alert of [alerts] fires, else 0");
        for (name, firing) in &*self.alerts() {
            page.sample(&[("alert", name)], f64::from(u8::from(*firing)));
        }
        page.family(
            "tusk_metrics_dropped_total",
            "counter",
            "Values of fujsens that were over a bound",
        );
        page.sample(&[("reason", "series")], self.custom.too_many.count.get() as f64);
        page.sample(&[("reason", "label_length")], self.custom.too_long.count.get() as f64);
    }
}

fn process(page: &mut Page, started_at: u64) {
    let process = Process::read();
    page.single(
        "process_cpu_seconds_total",
        "counter",
        "Time that all threads have run, user and system",
        process.cpu.as_secs_f64(),
    );
    page.single(
        "process_start_time_seconds",
        "gauge",
        "When the process started, since the Unix epoch",
        started_at as f64 / 1e3,
    );
    for (name, help, value) in [
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
    ] {
        if let Some(value) = value {
            page.single(name, "gauge", help, value as f64);
        }
    }
}
