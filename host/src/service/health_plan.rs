//! What the file says of the health of what the service depends on: `[service] dependencies` and `health_check`.

use std::time::Duration;

use tsk::{Config, Diagnostic};
use url::Url;

use crate::{base::section::Section, network::egress};

/// What the file says about its dependencies' health.
#[derive(Debug, PartialEq)]
pub struct HealthPlan {
    /// What `dependencies` names by URL. Name, then the URLs that a check asks for, one for each address.
    pub(crate) dependencies: Vec<(String, Vec<Url>)>,
    /// `health_check: { interval }`.
    pub(crate) every: Duration,
    /// `health_check: { timeout }`.
    pub(crate) timeout: Duration,
    /// Without `health_check` the host asks nobody over HTTP.
    pub(crate) is_checked: bool,
}

const KEYS: [&str; 3] = ["endpoint", "interval", "timeout"];
const SECTION: &str = "service.health_check";
const SECOND: Duration = Duration::from_secs(1);

impl HealthPlan {
    /// Reads `[service] health_check`: `endpoint` (a path, `"/health"`), `interval` and `timeout` (30 s and 5 s).
    pub fn new(config: &Config) -> Result<Self, Vec<Diagnostic>> {
        let mut section = Section::of(SECTION.to_owned(), config.get(SECTION), &KEYS);
        let endpoint = section.parsed("endpoint", "a path that begins with /", "\"/health\"", |path| {
            path.starts_with('/').then_some(path)
        });
        let endpoint = endpoint.unwrap_or("/health");
        let every = section.seconds("interval", SECOND..=SECOND * 3600, "30");
        let every = every.unwrap_or(SECOND * 30);
        let longest = every.min(SECOND * 60);
        let timeout = section.seconds("timeout", SECOND / 10..=longest, "1");
        let plan = Self {
            dependencies: dependencies(config, endpoint),
            every,
            timeout: timeout.unwrap_or(longest.min(SECOND * 5)),
            is_checked: section.is_there(),
        };
        section.finish(plan)
    }
}

/// Values that are no HTTP URL name something else than a place, and are not checked here.
fn dependencies(config: &Config, endpoint: &str) -> Vec<(String, Vec<Url>)> {
    let probe = |base: &Url| {
        base.join(&format!("{}{endpoint}", base.path().trim_end_matches('/')))
            .ok()
    };
    let named = egress::dependencies(config).into_iter();
    named
        .map(|(name, urls)| (name, urls.iter().filter_map(probe).collect()))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::fixture;

    #[test]
    fn the_plan_of_a_file() {
        let config = fixture::config(json!({"service": {
            "dependencies": {"users": "http://users:8001/", "billing": "https://b.example/v1?x=1", "queue": "redis://q", "n": 1,
                "mail": ["http://m:1", "http://m:2/v1"]},
            "health_check": {"endpoint": "/health", "interval": 30, "timeout": 5},
        }}));
        let plan = HealthPlan::new(&config).unwrap();
        let urls: Vec<_> = plan
            .dependencies
            .iter()
            .map(|(name, urls)| (&**name, urls.iter().map(Url::as_str).collect::<Vec<_>>()))
            .collect();
        assert_eq!(
            urls,
            [
                ("users", vec!["http://users:8001/health"]),
                ("billing", vec!["https://b.example/v1/health"]),
                ("mail", vec!["http://m:1/health", "http://m:2/v1/health"]),
            ]
        );
        assert_eq!(
            (plan.every, plan.timeout, plan.is_checked),
            (SECOND * 30, SECOND * 5, true)
        );
        let bare = HealthPlan::new(&fixture::config(json!({}))).unwrap();
        assert_eq!(
            (bare.every, bare.timeout, bare.is_checked),
            (SECOND * 30, SECOND * 5, false)
        );
        let short = fixture::config(json!({"service": {"health_check": {"interval": "2s"}}}));
        assert_eq!(HealthPlan::new(&short).unwrap().timeout, SECOND * 2);
    }

    #[test]
    fn what_is_wrong_is_said() {
        fixture::assert_refused(
            "service.health_check",
            HealthPlan::new,
            &[
                (
                    json!({"path": "/x"}),
                    "`service.health_check` has no setting `path`",
                    "there are: endpoint, interval, timeout",
                ),
                (
                    json!({"intervall": 3}),
                    "`service.health_check` has no setting `intervall`",
                    "did you mean `interval`?",
                ),
                (
                    json!({"endpoint": "health"}),
                    "`service.health_check.endpoint` must be a path that begins with /",
                    "write, for example, `endpoint: \"/health\"`",
                ),
                (
                    json!({"endpoint": 5}),
                    "`service.health_check.endpoint` must be a string",
                    "write, for example, `endpoint: \"/health\"`",
                ),
                (
                    json!({"interval": 0}),
                    "`service.health_check.interval` must be seconds or a duration, from 1s to 3600s",
                    "write, for example, `interval: 30`",
                ),
                (
                    json!({"interval": 2, "timeout": 3}),
                    "`service.health_check.timeout` must be seconds or a duration, from 100ms to 2s",
                    "write, for example, `timeout: 1`",
                ),
                (
                    json!("/health"),
                    "`service.health_check` must hold settings",
                    "there are: endpoint, interval, timeout",
                ),
            ],
        );
    }
}
