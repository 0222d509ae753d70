//! The connections to each database, with their users.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use deadpool_postgres::{Manager, ManagerConfig, PoolError, Runtime, TimeoutType, Timeouts};
use parking_lot::Mutex;

use super::{
    super::error::SqlError,
    connect::{Dialer, Link},
    error::{cannot_connect, no_answer, unreachable},
    lease::PostgresLease,
    server::Server,
};
use crate::base::limits;

/// The connections to one database. Made when they are needed; a server that is down is found again by the next use.
pub(in super::super) struct PostgresPool {
    link: Arc<Link>,
    /// Or why there is no pool.
    connections: Result<deadpool_postgres::Pool, String>,
    /// Since when statements are kept.
    kept_since: Mutex<Instant>,
}

impl PostgresPool {
    pub(in super::super) fn new(server: Server) -> Self {
        let config = server.config();
        let link = Arc::new(Link::new(server));
        let manager = Manager::from_connect(config, Dialer(link.clone()), ManagerConfig::default());
        let connections = deadpool_postgres::Pool::builder(manager)
            .max_size(limits::SQL_CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| error.to_string());
        Self {
            link,
            connections,
            kept_since: Mutex::new(Instant::now()),
        }
    }

    /// Lets no statement be kept for long: the server takes a parameter for what its column was when the statement was
    /// prepared, and a date that is meant for what has become a timestamp loses its time without a word.
    fn age(&self, connections: &deadpool_postgres::Pool) {
        let mut since = self.kept_since.lock();
        if since.elapsed() > limits::SQL_STATEMENT_AGE {
            *since = Instant::now();
            connections.manager().statement_caches.clear();
        }
    }

    /// Waits for a free connection as long as it would for another writer.
    pub(in super::super) async fn lease(&self, deadline: Instant) -> Result<PostgresLease, SqlError> {
        let server = &self.link.server;
        let connections = self
            .connections
            .as_ref()
            .map_err(|error| unreachable(server.show(), error))?;
        self.age(connections);
        // A time of zero would mean: one that is there, or none.
        let left = deadline
            .saturating_duration_since(Instant::now())
            .max(Duration::from_millis(1));
        let times = Timeouts {
            wait: Some(left.min(limits::SQL_BUSY)),
            create: Some(left.min(limits::SQL_CONNECT)),
            recycle: Some(left),
        };
        match connections.timeout_get(&times).await {
            Ok(client) => Ok(PostgresLease::new(client, self.link.clone())),
            Err(PoolError::Timeout(TimeoutType::Wait)) => Err(SqlError::Busy),
            Err(PoolError::Timeout(_)) => Err(no_answer(server)),
            Err(PoolError::Backend(error)) => Err(cannot_connect(server, &error)),
            Err(other) => Err(unreachable(server.show(), &other.to_string())),
        }
    }
}
