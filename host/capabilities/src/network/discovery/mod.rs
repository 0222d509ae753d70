//! Where services are: `service://name/path` leads to one of the instances of a service, those of `dependencies` first,
//! then those that a registry names.
//!
//! `Directory` (process) is what is known of instances, kept over swaps. `Services` (App) is what the file says. Asking the
//! registry and the instances is for the capability that sends requests: nothing here does I/O.

mod answer;
mod error;
mod instance;
mod network;
mod service;
mod settings;

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::{Mutex, MutexGuard};
use tsk::{Config, Diagnostic};
use url::Url;

use self::{answer::NamedInstance, network::Block, settings::DiscoverySettings};
pub(crate) use self::{
    error::DiscoveryError,
    instance::{Instance, InstanceLease, InstanceOutcome},
    service::DiscoveredService,
    settings::Balance,
};
use crate::{
    base::{explain::Explain, limits},
    network::name::same_name,
};

/// The scheme of addresses that name a service instead of a machine.
pub(crate) const SCHEME: &str = "service";

/// Made once per process: instances, and how their calls have ended.
#[derive(Clone, Default)]
pub struct Directory(Arc<Mutex<BTreeMap<InstancesKey, Arc<DiscoveredService>>>>);

/// The source of instances that the file names.
const FILE: &str = "file";

/// Who named the instances (the registry, or the file), and of which service.
type InstancesKey = (String, String);

/// What the file says of other services.
pub(crate) struct Services {
    directory: Directory,
    /// Instances that the file itself names, by service.
    fixed: BTreeMap<String, Arc<DiscoveredService>>,
    settings: Option<DiscoverySettings>,
}

impl Directory {
    fn service(&self, source: &str, name: &str) -> Arc<DiscoveredService> {
        let mut services = self.lock();
        let key = (source.to_owned(), name.to_owned());
        if let Some(service) = services.get(&key) {
            return service.clone();
        }
        let service = Arc::new(DiscoveredService::new(name));
        add(&mut services, key, &service);
        service
    }

    /// A service with the instances that a file names. A file that names others gets a service of its own, in which those
    /// that were known stay known: whether it will ever serve is not settled yet.
    fn fixed(&self, name: &str, named: Vec<NamedInstance>) -> Arc<DiscoveredService> {
        let mut services = self.lock();
        let key = (FILE.to_owned(), name.to_owned());
        let before = services.get(&key);
        if let Some(service) = before.filter(|service| service.has(&named)) {
            return service.clone();
        }
        let service = Arc::new(match before {
            Some(before) => before.beside(),
            None => DiscoveredService::new(name),
        });
        service.set(named);
        add(&mut services, key, &service);
        service
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<InstancesKey, Arc<DiscoveredService>>> {
        self.0.lock()
    }
}

/// Names come from guests: services that nobody asks for make room.
fn add(
    services: &mut BTreeMap<InstancesKey, Arc<DiscoveredService>>,
    key: InstancesKey,
    service: &Arc<DiscoveredService>,
) {
    if services.len() >= limits::SERVICES {
        services.retain(|_, service| Arc::strong_count(service) > 1);
    }
    if services.len() >= limits::SERVICES {
        // Those that guests have named make room before those that the file names.
        let others = services.keys().find(|(source, _)| source != FILE);
        if let Some(key) = others.or_else(|| services.keys().next()).cloned() {
            services.remove(&key);
        }
    }
    services.insert(key, service.clone());
}

impl Services {
    /// Reads `[discovery]`. `dependencies` are the services that the file names, with their addresses.
    pub(crate) fn new(
        directory: &Directory,
        config: &Config,
        dependencies: &[(String, Vec<Url>)],
        health: &str,
    ) -> Result<Self, Vec<Diagnostic>> {
        let settings = DiscoverySettings::new(config)?;
        let fixed = dependencies.iter().map(|(name, urls)| {
            let named = urls.iter().map(|url| NamedInstance {
                url: url.clone(),
                health: health.to_owned(),
                healthy: true,
            });
            let name = same_name(name);
            let service = directory.fixed(&name, named.collect());
            (name, service)
        });
        Ok(Self {
            directory: directory.clone(),
            fixed: fixed.collect(),
            settings,
        })
    }

    /// A service of this name: one of the file, else one of the registry, whose instances may not be known yet.
    pub(crate) fn find(&self, name: &str) -> Result<Arc<DiscoveredService>, DiscoveryError> {
        let name = same_name(name);
        if let Some(service) = self.fixed.get(&name) {
            return Ok(service.clone());
        }
        let Some(settings) = &self.settings else {
            return Err(self.unknown(&name));
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        if name.is_empty() || name.len() > limits::SERVICE_NAME || !name.bytes().all(is_name) {
            return Err(DiscoveryError::Name(name));
        }
        Ok(self.directory.service(settings.registry.as_str(), &name))
    }

    /// The address of the registry; none where the file names none.
    pub(crate) fn registry(&self) -> Option<&Url> {
        self.settings.as_ref().map(|settings| &settings.registry)
    }

    /// Where to ask for the instances of a service; none for one that the file names.
    pub(crate) fn registry_url(&self, service: &DiscoveredService) -> Option<Url> {
        let settings = self.settings.as_ref()?;
        if self.fixed.contains_key(service.name()) {
            return None;
        }
        Some(settings.url_of(service.name()))
    }

    /// Takes in what the registry answered: the addresses that the file allows. `is_granted` says which origins the file
    /// grants anyway. The error says why there is none.
    pub(crate) fn learn(
        &self,
        service: &DiscoveredService,
        status: u16,
        body: &[u8],
        is_granted: impl Fn(&Url) -> bool,
    ) -> Result<(), DiscoveryError> {
        let name = service.name();
        let Some(settings) = &self.settings else { return Ok(()) };
        if status == 404 {
            service.set(Vec::new());
            return Ok(());
        }
        let bad = |what: String| DiscoveryError::Registry {
            registry: settings.registry.origin().ascii_serialization(),
            what,
            name: name.to_owned(),
        };
        if !(200..300).contains(&status) {
            return Err(bad(format!("answered {status}")));
        }
        let named = answer::read(body).map_err(|why| bad(format!("answered what is no list of instances ({why})")))?;
        let (allowed, refused): (Vec<_>, Vec<_>) = named
            .into_iter()
            .partition(|one| is_granted(&one.url) || settings.allows(&one.url));
        if let Some(one) = refused.first() {
            let refused = DiscoveryError::NotAllowed {
                origin: one.url.origin().ascii_serialization(),
                host: one.url.host_str().unwrap_or_default().to_owned(),
                name: name.to_owned(),
            };
            if allowed.is_empty() {
                return Err(refused);
            }
            service.warn_once(&refused.message());
        }
        service.set(allowed);
        Ok(())
    }

    /// How long an answer of the registry holds.
    pub(crate) fn refresh(&self) -> std::time::Duration {
        self.settings
            .as_ref()
            .map_or(limits::REGISTRY_REFRESH, |settings| settings.refresh)
    }

    /// Which instance is next: one after the other, unless the file says something else.
    pub(crate) fn balance(&self) -> Balance {
        self.settings
            .as_ref()
            .map_or(Balance::RoundRobin, |settings| settings.balance)
    }

    /// The registry and the networks of instances, as `check` prints them.
    pub(crate) fn shown(&self) -> Option<String> {
        let settings = self.settings.as_ref()?;
        let allowed: Vec<String> = settings.allow.iter().map(Block::to_string).collect();
        let instances = match allowed.is_empty() {
            true => "instances at granted origins".to_owned(),
            false => format!("instances in {}", allowed.join(", ")),
        };
        Some(format!(
            "services of {} ({instances})",
            settings.registry.origin().ascii_serialization()
        ))
    }

    fn unknown(&self, name: &str) -> DiscoveryError {
        let near = tsk::suggest(name, self.fixed.keys().map(String::as_str));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let name = name.to_owned();
        DiscoveryError::Unknown { name, hint }
    }
}

#[cfg(test)]
mod tests;
