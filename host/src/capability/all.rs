//! All capabilities of a process, and of one version of its file.

use std::{path::Path, sync::Arc};

use tsk::{Config, Diagnostic};

use crate::{
    base::folder::folder,
    capability::{
        Grant, config,
        deferred::{self, Cache, Ground, Reach},
        events, grpc, http, redis, sql, state,
    },
    network::{
        discovery::Directory,
        resilience::{Memory, Policies},
    },
    observe::metrics::Metrics,
    storage::{queue::Queues, store::Stores},
};

/// Made once per process: connections and pools that outlive a swap.
pub struct Shared {
    pub cache: Cache,
    directory: Directory,
    pub grpc: grpc::Channels,
    pub http: http::Client,
    metrics: Arc<Metrics>,
    pub queues: Queues,
    resilience: Memory,
    pub sql: sql::Pools,
    pub state: state::Tables,
    pub stores: Stores,
}

impl Shared {
    pub fn new(metrics: &Arc<Metrics>) -> Self {
        Self {
            cache: Cache::default(),
            directory: Directory::default(),
            grpc: grpc::Channels::new(metrics),
            http: http::Client::new(metrics),
            metrics: metrics.clone(),
            queues: Queues::default(),
            resilience: Memory::new(metrics),
            sql: sql::Pools::new(metrics),
            state: state::Tables::default(),
            stores: Stores::default(),
        }
    }
}

/// Made once per `App`: what its file names and grants.
pub struct Capabilities {
    pub config: config::Values,
    metrics: Arc<Metrics>,
    cache: Cache,
    ground: Ground,
    pub events: events::Events,
    pub grpc: grpc::Grpc,
    pub http: Arc<http::Http>,
    pub(crate) policies: Arc<Policies>,
    pub redis: redis::Redis,
    pub sql: sql::Sql,
    pub state: state::State,
}

impl Capabilities {
    /// Reads what `config`, the values of the TSK file `file`, names. Opens nothing: `connect` does.
    pub fn new(
        shared: &Shared,
        config: &Config,
        service: &Arc<str>,
        outside: http::Outside,
        file: &Path,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        let events = events::Events::new(&shared.stores, &shared.queues, config, service.clone(), file)
            .map_err(|mut d| diagnostics.append(&mut d));
        // What is wrong elsewhere is said in the same run.
        let policies = Policies::new(&shared.resilience, config).unwrap_or_else(|mut wrong| {
            diagnostics.append(&mut wrong);
            Policies::default()
        });
        let policies = Arc::new(policies);
        let grpc =
            grpc::Grpc::new(&shared.grpc, &policies, config, folder(file)).map_err(|mut d| diagnostics.append(&mut d));
        let http = http::Http::new(&shared.http, &shared.directory, &policies, config, outside)
            .map_err(|mut d| diagnostics.append(&mut d));
        let redis = redis::Redis::new(&shared.stores.servers, &shared.metrics, config)
            .map_err(|mut d| diagnostics.append(&mut d));
        let sql = sql::Sql::new(&shared.sql, config, folder(file)).map_err(|mut d| diagnostics.append(&mut d));
        let state = state::State::new(&shared.stores, &shared.state, config, service.clone(), file)
            .map_err(|mut d| diagnostics.append(&mut d));
        let (Ok(events), Ok(grpc), Ok(http), Ok(redis), Ok(sql), Ok(state)) = (events, grpc, http, redis, sql, state)
        else {
            return Err(diagnostics);
        };
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        let capabilities = Self {
            config: config::Values::new(config),
            metrics: shared.metrics.clone(),
            cache: shared.cache.clone(),
            ground: Ground::new(config),
            events,
            grpc,
            http,
            policies,
            redis,
            sql,
            state,
        };
        let wrong = deferred::check(&config.root, capabilities.reach());
        if wrong.is_empty() { Ok(capabilities) } else { Err(wrong) }
    }

    /// What operators in values can reach.
    pub fn reach(&self) -> Reach<'_> {
        Reach {
            http: &self.http,
            metrics: &self.metrics,
            redis: &self.redis,
            sql: &self.sql,
            cache: &self.cache,
            ground: &self.ground,
        }
    }

    /// Opens what must be there before the service starts: every database that the file names. A server that is down,
    /// of PostgreSQL or Redis, is not an error.
    pub async fn connect(&self) -> Result<(), Vec<Diagnostic>> {
        let (sql, state) = tokio::join!(self.sql.connect(), self.state.connect());
        let diagnostics: Vec<_> = [sql.err(), state.err()].into_iter().flatten().flatten().collect();
        if diagnostics.is_empty() {
            Ok(())
        } else {
            Err(diagnostics)
        }
    }

    /// What [`connect`](Self::connect) would say, errors and what could not be tried. Changes nothing.
    pub async fn rehearse(&self) -> Vec<Diagnostic> {
        let (mut found, state) = tokio::join!(self.sql.rehearse(), self.state.rehearse());
        found.extend(state.err().into_iter().flatten());
        found
    }

    pub fn grants(&self) -> Vec<Grant> {
        [
            self.events.grants(),
            self.grpc.grants(),
            self.http.grants(),
            self.redis.grants(),
            self.sql.grants(),
            self.state.grants(),
        ]
        .concat()
    }
}
