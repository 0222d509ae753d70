//! Whether what the service depends on answers, and whether the file as it is now is the one that serves.

use std::{collections::BTreeMap, time::Duration};

use super::recent::now;
use parking_lot::{Mutex, MutexGuard};

/// What a check of a dependency found out last.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// `sql`, `redis`, `grpc` or `http`.
    pub kind: &'static str,
    /// As the file names it.
    pub name: String,
    /// Where it is. Without passwords.
    pub target: String,
    /// None until the first check has ended.
    pub healthy: Option<bool>,
    /// Why it is not healthy.
    pub reason: Option<String>,
    /// When `healthy` became what it is. Milliseconds since the Unix epoch; 0 before the first check.
    pub since: u64,
    /// When the last check ended. Milliseconds since the Unix epoch; 0 before the first one.
    pub checked: u64,
    /// How long the last check took.
    pub took: Duration,
}

impl Status {
    fn new(kind: &'static str, name: &str, target: &str) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            target: target.to_owned(),
            healthy: None,
            reason: None,
            since: 0,
            checked: 0,
            took: Duration::ZERO,
        }
    }

    /// `healthy`, `unhealthy` or `unknown`.
    pub fn word(&self) -> &'static str {
        match self.healthy {
            Some(true) => "healthy",
            Some(false) => "unhealthy",
            None => "unknown",
        }
    }
}

/// A dependency's kind and name.
pub type DependencyKey = (&'static str, String);

/// The dependencies that are checked, by kind and name, each with its last check.
#[derive(Default)]
pub struct Dependencies(Mutex<BTreeMap<DependencyKey, Status>>);

impl Dependencies {
    /// From now on there are these (kind, name, target), and no others. What is known of one stays known as long as
    /// its target is the same.
    pub fn set(&self, named: &[(&'static str, &str, &str)]) {
        let mut all = self.lock();
        let mut before = std::mem::take(&mut *all);
        for (kind, name, target) in named {
            let key = (*kind, (*name).to_owned());
            let known = before.remove(&key).filter(|status| status.target == *target);
            all.insert(key, known.unwrap_or_else(|| Status::new(kind, name, target)));
        }
    }

    /// The result of a check; one that says something new is in the log. A dependency that is gone is left alone.
    pub fn checked(&self, key: &DependencyKey, result: Result<(), String>, took: Duration) {
        let mut all = self.lock();
        let Some(status) = all.get_mut(key) else { return };
        let healthy = result.is_ok();
        let (kind, name, target) = (status.kind, &status.name, &status.target);
        match (&result, status.healthy) {
            (Err(reason), Some(true) | None) => {
                tracing::warn!(target: "health", kind, dependency = %name, %target, "`{name}` is unhealthy: {reason}");
            }
            (Ok(()), Some(false)) => {
                tracing::info!(target: "health", kind, dependency = %name, %target, "`{name}` is healthy again");
            }
            _ => {}
        }
        status.checked = now();
        status.took = took;
        if status.healthy != Some(healthy) {
            status.since = status.checked;
        }
        status.healthy = Some(healthy);
        status.reason = result.err();
    }

    /// All of them, in the order of kind and name.
    pub fn all(&self) -> Vec<Status> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<DependencyKey, Status>> {
        self.0.lock()
    }
}

/// Set while the newest version of something is not the one that serves.
#[derive(Default)]
pub struct Load(Mutex<Option<RefusedVersion>>);

/// A version of the file, or of its remote configuration, that was not applied.
#[derive(Clone, Debug, PartialEq)]
pub struct RefusedVersion {
    /// What is wrong with it, in one line.
    pub reason: String,
    /// Milliseconds since the Unix epoch.
    pub since: u64,
}

impl Load {
    /// A newer version was refused just now, for this reason.
    pub fn refused(&self, reason: String) {
        *self.0.lock() = Some(RefusedVersion { reason, since: now() });
    }

    /// The newest version serves.
    pub fn applied(&self) {
        *self.0.lock() = None;
    }

    /// The version that was refused last; none while the newest serves.
    pub fn get(&self) -> Option<RefusedVersion> {
        self.0.lock().clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_status_stays_while_its_target_does() {
        let dependencies = Dependencies::default();
        let (users, cache) = (("http", "users", "http://a"), ("redis", "cache", "redis://b"));
        dependencies.set(&[users, cache]);
        let key = ("http", "users".to_owned());
        let of = || {
            dependencies
                .all()
                .into_iter()
                .find(|status| status.name == "users")
                .unwrap()
        };
        assert_eq!((of().word(), of().checked), ("unknown", 0));
        dependencies.checked(&key, Err("refused".into()), Duration::from_millis(2));
        let down = of();
        assert_eq!((down.word(), down.reason.as_deref()), ("unhealthy", Some("refused")));
        dependencies.checked(&key, Err("still".into()), Duration::ZERO);
        assert_eq!((of().since, of().reason.as_deref()), (down.since, Some("still")));
        dependencies.set(&[users]);
        assert_eq!(of().word(), "unhealthy");
        assert_eq!(dependencies.all().len(), 1);
        dependencies.checked(&("redis", "cache".to_owned()), Ok(()), Duration::ZERO);
        assert_eq!(dependencies.all().len(), 1, "what is gone stays gone");
        dependencies.checked(&key, Ok(()), Duration::ZERO);
        assert_eq!((of().word(), of().reason), ("healthy", None));
        dependencies.set(&[("http", "users", "http://c")]);
        assert_eq!(of().word(), "unknown");
    }
}
