//! All capabilities of a process, and of one version of its file.

use std::{path::Path, sync::Arc, time::Instant};

use tsk::{Config, Diagnostic};

use crate::{
    base::explain::Explain,
    capability::{
        Capability, Credentials, Grant, Reading, config,
        deferred::{self, Cache, Namespace, OperatorReach},
        events, grpc, http, redis, sql, state,
    },
    network::resilience::{GuardMemory, Policies},
    observe::metrics::Metrics,
    storage::store::Stores,
};

/// Makes what the process and a version of the file have of each capability. What is wrong with several is said in one run.
macro_rules! capabilities {
    ($($name:ident: $kind:ty,)*) => {
        /// Made once per process: what outlives a swap.
        pub struct Shared {
            $($name: <$kind as Capability>::Kept,)*
            cache: Cache,
            metrics: Arc<Metrics>,
            resilience: GuardMemory,
            /// The files and servers where services keep what is their own.
            pub stores: Stores,
        }

        impl Shared {
            /// With nothing open but what `stores` has; `metrics` has the meters of what is opened.
            pub fn new(metrics: &Arc<Metrics>, stores: Stores) -> Self {
                Self {
                    $($name: <$kind>::kept(metrics),)*
                    cache: Cache::default(),
                    metrics: metrics.clone(),
                    resilience: GuardMemory::new(metrics),
                    stores,
                }
            }
        }

        /// Made once per version of the file: what it names and grants.
        pub struct Capabilities {
            $(pub $name: $kind,)*
            /// The values of the file as fujsens read them.
            pub config: config::Values,
            /// What the file says of calls that go wrong.
            pub policies: Arc<Policies>,
            cache: Cache,
            namespace: Namespace,
            metrics: Arc<Metrics>,
        }

        impl Capabilities {
            /// Reads what `config`, the values of the TSK file `file`, names. Opens nothing: `connect` does.
            pub fn new(
                shared: &Shared,
                config: &Config,
                service: &Arc<str>,
                credentials: Credentials,
                file: &Path,
            ) -> Result<Self, Vec<Diagnostic>> {
                let mut wrong = Vec::new();
                let policies = Policies::new(&shared.resilience, config).unwrap_or_else(|mut found| {
                    wrong.append(&mut found);
                    Policies::default()
                });
                let reading = Reading {
                    config,
                    file,
                    service,
                    credentials,
                    policies: Arc::new(policies),
                    stores: &shared.stores,
                    metrics: &shared.metrics,
                };
                $(
                    let read = <$kind>::read(&shared.$name, &reading);
                    let $name = read.map_err(|mut found| wrong.append(&mut found)).ok();
                )*
                let ($(Some($name),)*) = ($($name,)*) else {
                    return Err(wrong);
                };
                if !wrong.is_empty() {
                    return Err(wrong);
                }
                let all = Self {
                    $($name,)*
                    config: config::Values::new(config),
                    policies: reading.policies,
                    cache: shared.cache.clone(),
                    namespace: Namespace::new(config),
                    metrics: shared.metrics.clone(),
                };
                let wrong = deferred::check(&config.root, all.reach());
                if wrong.is_empty() { Ok(all) } else { Err(wrong) }
            }

            /// What the file allows, capability by capability.
            pub fn grants(&self) -> Vec<Grant> {
                [$(self.$name.grants(),)*].concat()
            }

            /// Opens what must be there before the service starts: every database that the file names.
            pub async fn connect(&self) -> Result<(), Vec<Diagnostic>> {
                let ($($name,)*) = tokio::join!($(self.$name.connect(),)*);
                let wrong: Vec<_> = [$($name.err(),)*].into_iter().flatten().flatten().collect();
                if wrong.is_empty() { Ok(()) } else { Err(wrong) }
            }

            /// What [`connect`](Self::connect) would say, errors and what could not be tried. Changes nothing.
            pub async fn rehearse(&self) -> Vec<Diagnostic> {
                let ($($name,)*) = tokio::join!($(self.$name.rehearse(),)*);
                [$($name,)*].concat()
            }

            /// Capability, name and place of everything whose health is asked for.
            pub fn dependencies(&self) -> Vec<(&'static str, String, String)> {
                let mut all = Vec::new();
                $(
                    let own = self.$name.dependencies().into_iter();
                    all.extend(own.map(|(name, place)| (<$kind>::NAME, name, place)));
                )*
                all
            }

            /// Whether one of [`dependencies`](Self::dependencies) answers, or why not.
            pub async fn check(&self, capability: &str, name: &str, deadline: Instant) -> Result<(), String> {
                match capability {
                    $(<$kind>::NAME => self.$name.check(name, deadline).await.map_err(|error| error.message()),)*
                    _ => Ok(()),
                }
            }
        }
    };
}

// The one list. What a guest imports of each is in `sandbox::imports`.
capabilities! {
    events: events::Events,
    grpc: grpc::Grpc,
    http: Arc<http::Http>,
    redis: redis::Redis,
    sql: sql::Sql,
    state: state::State,
}

impl Capabilities {
    /// What operators in values can reach.
    pub fn reach(&self) -> OperatorReach<'_> {
        OperatorReach {
            http: &self.http,
            metrics: &self.metrics,
            redis: &self.redis,
            sql: &self.sql,
            cache: &self.cache,
            namespace: &self.namespace,
        }
    }
}
