//! Watches the figures of the last minute, and tells the log and the event queue once when one of them crosses its
//! threshold and once when it is back.

use std::{collections::HashSet, sync::Arc};

use serde::Serialize;
use tokio::sync::watch;

use crate::{
    base::{explain::Explain, limits},
    observe::metrics::Metrics,
    service::alert_rules::{AlertKind, AlertRule, Rules},
    service::{app::App, live::Live},
    storage::queue::PublishOptions,
};

/// A firing alert ends when its value is down to this part of the threshold: one that stays close does not flutter.
const CLEARS_AT: f64 = 0.9;
/// The type of the events that tell of alerts.
const EVENT: &str = "alert";

/// An alert that has begun or ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Alert {
    /// The name of the alert, such as `high_error_rate`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// `warning` or `critical`.
    pub(crate) severity: &'static str,
    /// A sentence for people, with value and threshold.
    pub(crate) message: String,
    /// What the figure is now. Percent or seconds, as the kind says; 1 or 0 for one that only fires or does not.
    pub(crate) value: f64,
    /// What the value has crossed, in the same unit; 0 where the file no longer names one, or there is none.
    pub(crate) threshold: f64,
    /// False when it has ended.
    pub(crate) firing: bool,
}

/// Looks at the rules of the version that serves, every [`limits::ALERT_EVERY`] until `stop`.
pub(crate) async fn run(live: Arc<Live>, mut stop: watch::Receiver<bool>) {
    let mut clock = tokio::time::interval(limits::ALERT_EVERY);
    let mut firing = HashSet::new();
    loop {
        tokio::select! {
            _ = clock.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let app = live.current();
        for alert in look(&app.alerts, app.context.metrics.metrics(), &mut firing) {
            tell(&app, &alert).await;
        }
    }
}

/// Tells the log and the event queue of an alert that begins, and of its end.
pub(crate) async fn tell(app: &Arc<App>, alert: &Alert) {
    let Alert {
        kind,
        severity,
        message,
        value,
        threshold,
        ..
    } = alert;
    let service = &*app.context.service.name;
    if alert.firing {
        tracing::warn!(target: "alert", service, alert = kind, severity, value, threshold, "{message}");
    } else {
        tracing::info!(target: "alert", service, alert = kind, severity, value, threshold, "{message}");
    }
    if let Err(message) = publish(app, alert).await {
        tracing::warn!(target: "alert", service, alert = kind, "its event was not published: {message}");
    }
}

/// The event's data is the alert as JSON.
async fn publish(app: &Arc<App>, alert: &Alert) -> Result<(), String> {
    let data = serde_json::to_string(alert).map_err(|error| error.to_string())?;
    let (trace, deadline) = (app.tracer.start(), app.now() + limits::EVENTS_PUBLISH);
    let events = &app.context.capabilities.events;
    events
        .publish(&trace, deadline, EVENT.to_owned(), data, PublishOptions::default())
        .await
        .map(drop)
        .map_err(|error| error.message())
}

/// What has changed since the last look; `firing` says what fires.
fn look(rules: &Rules, metrics: &Metrics, firing: &mut HashSet<AlertKind>) -> Vec<Alert> {
    // Without rules nothing is measured for them.
    if rules.0.is_empty() && firing.is_empty() {
        return Vec::new();
    }
    let window = metrics.window();
    let value = |kind| match kind {
        AlertKind::ErrorRate => window.error_percent(),
        AlertKind::ResponseTime => window.mean_seconds(),
        AlertKind::MemoryUsage => metrics.memory_percent(),
    };
    let mut changes = judge(rules, value, firing);
    for kind in AlertKind::ALL {
        match rules.0.iter().any(|rule| rule.kind == kind) {
            true => metrics.alert(kind.name(), firing.contains(&kind)),
            false => {
                metrics.forget_alert(kind.name());
                if firing.remove(&kind) {
                    changes.push(kind.alert(value(kind), 0.0, false));
                }
            }
        }
    }
    changes
}

fn judge(rules: &Rules, value: impl Fn(AlertKind) -> f64, firing: &mut HashSet<AlertKind>) -> Vec<Alert> {
    let judge = |&AlertRule { kind, threshold }: &AlertRule| {
        let value = value(kind);
        let changes = if firing.contains(&kind) {
            value <= threshold * CLEARS_AT && firing.remove(&kind)
        } else {
            value > threshold && firing.insert(kind)
        };
        changes.then(|| kind.alert(value, threshold, firing.contains(&kind)))
    };
    rules.0.iter().filter_map(judge).collect()
}

impl AlertKind {
    fn alert(self, value: f64, threshold: f64, firing: bool) -> Alert {
        let value = (value * 1000.0).round() / 1000.0;
        let (what, unit) = self.words();
        let message = if firing {
            format!("{what} is {value}{unit}, above {threshold}{unit}")
        } else {
            format!("{what} is {value}{unit} again")
        };
        Alert {
            kind: self.name(),
            severity: self.severity(),
            message,
            value,
            threshold,
            firing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::metrics::{Now, PageFormat};

    #[test]
    fn fires_once_and_clears_once() {
        let rules = Rules(vec![AlertRule {
            kind: AlertKind::ErrorRate,
            threshold: 5.0,
        }]);
        let mut firing = HashSet::new();
        let mut told = Vec::new();
        for value in [0.0, 5.0, 5.1, 6.0, 4.8, 4.51, 5.2, 4.5, 4.6, 5.0, 7.0] {
            for alert in judge(&rules, |_| value, &mut firing) {
                told.push((alert.firing, alert.message));
            }
        }
        let message = |text: &str| text.to_owned();
        assert_eq!(
            told,
            [
                (true, message("Error rate is 5.1%, above 5%")),
                (false, message("Error rate is 4.5% again")),
                (true, message("Error rate is 7%, above 5%")),
            ]
        );
    }

    fn page(metrics: &Metrics) -> String {
        let now = Now {
            service: "",
            version: "",
            gate: (0, 0),
        };
        metrics.page(now, PageFormat::Prometheus)
    }

    #[test]
    fn an_alert_that_is_watched_no_more_ends() {
        let metrics = Arc::<Metrics>::default();
        let memory = Rules(vec![AlertRule {
            kind: AlertKind::MemoryUsage,
            threshold: f64::MIN_POSITIVE,
        }]);
        let mut firing = HashSet::new();
        let fired = look(&memory, &metrics, &mut firing);
        assert_eq!(
            (fired.len(), fired[0].kind, fired[0].severity),
            (1, "high_memory_usage", "critical")
        );
        let shown = |state| format!("alert_firing{{alert=\"high_memory_usage\"}} {state}\n");
        assert!(page(&metrics).contains(&shown(1)));
        assert_eq!(look(&memory, &metrics, &mut firing), []);
        let ended = look(&Rules::default(), &metrics, &mut firing);
        assert_eq!((ended.len(), ended[0].firing), (1, false));
        assert!(!page(&metrics).contains("alert=\"high_memory_usage\""));
        assert_eq!(look(&Rules::default(), &metrics, &mut firing), []);
    }
}
