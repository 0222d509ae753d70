//! What `[resilience]` says.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tsk::{Config, Diagnostic, Node};

use super::breaker::BreakerRule;
use crate::{
    base::{limits, section::Section, sections},
    network::name::same_name,
};

/// How calls of one dependency are made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CallPolicy {
    /// `timeout`: of one attempt.
    pub(super) timeout: Duration,
    /// `retries`: further attempts of one call.
    pub(super) retries: u32,
    /// `retry_budget`: retries in percent of calls, beyond [`limits::RETRY_RESERVE`].
    pub(super) retry_budget: f64,
    /// `backoff`: before the first retry; it doubles with each, and a random part of it is waited.
    pub(super) backoff: Duration,
    /// `failure_threshold`: failures in a row that open the circuit.
    pub(super) failure_threshold: u32,
    /// `recovery_timeout`: how long it stays open.
    pub(super) recovery_timeout: Duration,
    /// `concurrency`: calls at once; the next is refused.
    pub(super) concurrency: u64,
}

const KEYS: [&str; 7] = [
    "timeout",
    "retries",
    "retry_budget",
    "backoff",
    "failure_threshold",
    "recovery_timeout",
    "concurrency",
];
/// Stands for every dependency without a line of its own.
const OTHERS: &str = "*";

impl Default for CallPolicy {
    /// The thresholds are those of the project's source page.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(5),
            retries: 2,
            retry_budget: 20.0,
            backoff: Duration::from_millis(50),
            failure_threshold: 5,
            recovery_timeout: Duration::from_secs(60),
            concurrency: 64,
        }
    }
}

impl CallPolicy {
    pub(super) fn rule(&self) -> BreakerRule {
        BreakerRule {
            threshold: self.failure_threshold,
            recovery: self.recovery_timeout,
        }
    }

    fn new(name: &str, node: &Node) -> Result<Self, Vec<Diagnostic>> {
        let mut section = Section::of(format!("resilience.{name}"), Some(node), &KEYS);
        let default = Self::default();
        let (short, long) = (Duration::from_millis(1), Duration::from_secs(3600));
        let policy = Self {
            timeout: section
                .seconds("timeout", short..=long, "\"2s\"")
                .unwrap_or(default.timeout),
            retries: section
                .integer("retries", 0..=limits::RETRIES.into(), 2)
                .map_or(default.retries, |number| number as u32),
            retry_budget: section.percent("retry_budget", "20").unwrap_or(default.retry_budget),
            backoff: section
                .seconds("backoff", short..=limits::RETRY_BACKOFF, "\"50ms\"")
                .unwrap_or(default.backoff),
            failure_threshold: section
                .integer("failure_threshold", 1..=1_000_000, 5)
                .map_or(default.failure_threshold, |number| number as u32),
            recovery_timeout: section
                .seconds("recovery_timeout", short..=long, "60")
                .unwrap_or(default.recovery_timeout),
            concurrency: section
                .integer("concurrency", 1..=100_000, 64)
                .map_or(default.concurrency, |number| number as u64),
        };
        section.finish(policy)
    }
}

type NamedPolicies = BTreeMap<String, Arc<CallPolicy>>;

/// The policies of dependencies by name, and that of all others.
pub(super) fn read(config: &Config) -> Result<(NamedPolicies, Option<Arc<CallPolicy>>), Vec<Diagnostic>> {
    let line = "users: { timeout: \"2s\", failure_threshold: 5 }";
    let (policies, mut diagnostics) = Section::lines(config, &sections::RESILIENCE, line);
    let (mut named, mut other) = (NamedPolicies::new(), None);
    for (name, node) in policies.into_iter().flatten() {
        if KEYS.contains(&name.as_str()) {
            let message = format!("`{name}` is a setting of one dependency");
            let help = format!("write, for example, `\"*\": {{ {name}: … }}` for all of them");
            diagnostics.push(
                Diagnostic::error("unknown-setting", message)
                    .at(node.key_span)
                    .help(help),
            );
            continue;
        }
        match CallPolicy::new(name, node) {
            Ok(policy) if name == OTHERS => other = Some(Arc::new(policy)),
            Ok(policy) => {
                named.insert(same_name(name), Arc::new(policy));
            }
            Err(mut wrong) => diagnostics.append(&mut wrong),
        }
    }
    if diagnostics.is_empty() {
        Ok((named, other))
    } else {
        Err(diagnostics)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::fixture;

    #[test]
    fn policies_by_name() {
        let config = fixture::config(json!({"resilience": {
            "user_service": {"timeout": 2, "retries": 0, "failure_threshold": 3, "recovery_timeout": "500ms"},
            "*": {},
        }}));
        let (named, other) = read(&config).unwrap();
        let users = &named["user-service"];
        assert_eq!(
            (
                users.timeout,
                users.retries,
                users.failure_threshold,
                users.recovery_timeout
            ),
            (Duration::from_secs(2), 0, 3, Duration::from_millis(500))
        );
        assert_eq!(*other.unwrap(), CallPolicy::default());
        assert_eq!(read(&fixture::config(json!({}))).unwrap().0.len(), 0);
    }

    #[test]
    fn what_is_wrong_is_said() {
        fixture::assert_refused(
            "resilience",
            read,
            &[
                (
                    json!({"users": {"retrys": 3}}),
                    "`resilience.users` has no setting `retrys`",
                    "did you mean `retries`?",
                ),
                (
                    json!({"users": {"retries": 11}}),
                    "`resilience.users.retries` must be an integer from 0 to 10",
                    "write, for example, `retries: 2`",
                ),
                (
                    json!({"users": {"retry_budget": 101}}),
                    "`resilience.users.retry_budget` must be a number from 0 to 100",
                    "write, for example, `retry_budget: 20`",
                ),
                (
                    json!({"users": {"timeout": "soon"}}),
                    "`resilience.users.timeout` must be seconds or a duration, from 1ms to 3600s",
                    "write, for example, `timeout: \"2s\"`",
                ),
                (
                    json!({"users": 5}),
                    "`resilience.users` must hold settings",
                    "there are: timeout, retries, retry_budget, backoff, failure_threshold, recovery_timeout, concurrency",
                ),
                (
                    json!({"failure_threshold": 5}),
                    "`failure_threshold` is a setting of one dependency",
                    "write, for example, `\"*\": { failure_threshold: … }` for all of them",
                ),
                (
                    json!(5),
                    "`resilience` must hold settings",
                    "write a section [resilience] with lines such as `users: { timeout: \"2s\", failure_threshold: 5 }`",
                ),
            ],
        );
    }
}
