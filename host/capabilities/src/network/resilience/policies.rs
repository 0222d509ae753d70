//! The dependencies that a file says something of.

use std::{collections::BTreeMap, sync::Arc};

use tsk::{Config, Diagnostic};

use super::{
    breaker::OpenCircuit,
    guard::Guard,
    memory::GuardMemory,
    policy::{self, CallPolicy},
};
use crate::network::name::same_name;

/// What the file says.
#[derive(Default)]
pub struct Policies {
    memory: GuardMemory,
    named: BTreeMap<String, Arc<CallPolicy>>,
    /// Of every dependency without one of its own: that of `"*"`.
    other: Option<Arc<CallPolicy>>,
}

impl Policies {
    /// Reads `[resilience]`.
    pub fn new(memory: &GuardMemory, config: &Config) -> Result<Self, Vec<Diagnostic>> {
        let (named, other) = policy::read(config)?;
        Ok(Self {
            memory: memory.clone(),
            named,
            other,
        })
    }

    /// None where the file says nothing of this dependency: its calls go out as they are.
    pub(crate) fn guard(&self, name: &str) -> Option<Guard> {
        let name = same_name(name);
        let policy = self.named.get(&name).or(self.other.as_ref())?.clone();
        Some(Guard {
            record: self.memory.record(&name),
            name: name.into(),
            policy,
        })
    }

    /// The dependencies that calls are kept from, among those that the file has a policy for.
    pub fn open(&self) -> Vec<OpenCircuit> {
        let dependencies = self.memory.dependencies.lock();
        let mine = dependencies
            .iter()
            .filter(|(name, _)| self.other.is_some() || self.named.contains_key(*name));
        mine.filter_map(|(name, record)| record.breaker.open(name)).collect()
    }

    /// `closed`, `open` or `half-open`; none without a policy.
    pub fn circuit(&self, name: &str) -> Option<&'static str> {
        let name = same_name(name);
        if self.other.is_none() && !self.named.contains_key(&name) {
            return None;
        }
        let dependencies = self.memory.dependencies.lock();
        Some(dependencies.get(&name).map_or("closed", |record| record.breaker.word()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{base::limits, capability::fixture};

    #[test]
    fn dependencies_that_nobody_uses_make_room() {
        let memory = GuardMemory::new(&Arc::default());
        let config = fixture::config(json!({"resilience": {"*": {"retries": 1}}}));
        let policies = Policies::new(&memory, &config).unwrap();
        let used = policies.guard("used").unwrap();
        for number in 0..limits::GUARDS + 10 {
            policies.guard(&format!("d{number}")).unwrap();
        }
        assert!(memory.dependencies.lock().len() <= limits::GUARDS);
        assert!(Arc::ptr_eq(&used.record, &policies.guard("used").unwrap().record));
    }
}
