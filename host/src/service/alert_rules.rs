//! What `[alerts]` says.

use std::time::Duration;

use tsk::{Config, Diagnostic};

use crate::base::{section::Section, sections};

/// The alerts that the file asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules(pub(crate) Vec<AlertRule>);

/// An alert fires when its value is above the threshold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AlertRule {
    /// Which figure is looked at.
    pub(crate) kind: AlertKind,
    /// Percent or seconds, as the kind says. Above 0.
    pub(crate) threshold: f64,
}

/// Figures that `[alerts]` can set a threshold for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum AlertKind {
    /// Requests of the last minute that were answered with 5xx. Percent.
    ErrorRate,
    /// The mean time of a request of the last minute. Seconds.
    ResponseTime,
    /// What the process holds of the memory that it may use. Percent.
    MemoryUsage,
}

impl AlertKind {
    /// Every kind, in the order in which they are looked at.
    pub(crate) const ALL: [Self; 3] = [Self::ErrorRate, Self::ResponseTime, Self::MemoryUsage];

    /// The setting of `[alerts]`, and the name of the alert in the log, its event and its metric.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ErrorRate => "high_error_rate",
            Self::ResponseTime => "high_response_time",
            Self::MemoryUsage => "high_memory_usage",
        }
    }

    /// `warning` or `critical`, for the log and the event.
    pub(crate) fn severity(self) -> &'static str {
        match self {
            Self::ErrorRate | Self::ResponseTime => "warning",
            Self::MemoryUsage => "critical",
        }
    }

    /// What it is called in a sentence, and the unit.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::ErrorRate => ("Error rate", "%"),
            Self::ResponseTime => ("Average response time", " s"),
            Self::MemoryUsage => ("Memory usage", "%"),
        }
    }
}

impl Rules {
    /// Reads `[alerts]`: `high_error_rate` and `high_memory_usage` in percent, `high_response_time` in seconds.
    pub fn new(config: &Config) -> Result<Self, Vec<Diagnostic>> {
        let mut section = Section::new(config, &sections::ALERTS);
        let threshold = |kind: AlertKind, section: &mut Section<'_>| match kind {
            AlertKind::ErrorRate => section.number(kind.name(), 100.0, "5"),
            AlertKind::MemoryUsage => section.number(kind.name(), 100.0, "80"),
            AlertKind::ResponseTime => {
                let range = Duration::from_millis(1)..=Duration::from_secs(3600);
                section
                    .seconds(kind.name(), range, "2")
                    .map(|limit| limit.as_secs_f64())
            }
        };
        let rule = |kind| {
            let threshold = threshold(kind, &mut section)?;
            Some(AlertRule { kind, threshold })
        };
        let rules = AlertKind::ALL.into_iter().filter_map(rule).collect();
        section.finish(Self(rules))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::fixture;

    #[test]
    fn thresholds() {
        let rules = |alerts| Rules::new(&fixture::config(json!({"alerts": alerts}))).unwrap().0;
        let page = rules(json!({"high_error_rate": 5, "high_response_time": 2, "high_memory_usage": 80}));
        let thresholds: Vec<_> = page.iter().map(|rule| (rule.kind.name(), rule.threshold)).collect();
        assert_eq!(
            thresholds,
            [
                ("high_error_rate", 5.0),
                ("high_response_time", 2.0),
                ("high_memory_usage", 80.0)
            ]
        );
        let one = rules(json!({"high_response_time": "250ms"}));
        assert_eq!((one.len(), one[0].threshold), (1, 0.25));
        assert_eq!(Rules::new(&fixture::config(json!({}))).unwrap(), Rules::default());
    }

    #[test]
    fn what_is_wrong_is_said() {
        fixture::assert_refused(
            "alerts",
            Rules::new,
            &[
                (
                    json!({"high_eror_rate": 5}),
                    "`alerts` has no setting `high_eror_rate`",
                    "did you mean `high_error_rate`?",
                ),
                (
                    json!({"disk": 5}),
                    "`alerts` has no setting `disk`",
                    "there are: high_error_rate, high_response_time, high_memory_usage",
                ),
                (
                    json!({"high_error_rate": 0}),
                    "`alerts.high_error_rate` must be a number above 0, at most 100",
                    "write, for example, `high_error_rate: 5`",
                ),
                (
                    json!({"high_memory_usage": "80%"}),
                    "`alerts.high_memory_usage` must be a number above 0, at most 100",
                    "write, for example, `high_memory_usage: 80`",
                ),
                (
                    json!({"high_response_time": "soon"}),
                    "`alerts.high_response_time` must be seconds or a duration, from 1ms to 3600s",
                    "write, for example, `high_response_time: 2`",
                ),
                (
                    json!([]),
                    "`alerts` must hold settings",
                    "there are: high_error_rate, high_response_time, high_memory_usage",
                ),
            ],
        );
    }
}
