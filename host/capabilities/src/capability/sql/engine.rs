//! The database engines behind one interface: what a statement needs of any of them.

use std::{sync::Arc, time::Instant};

use super::{
    error::{SqlError, whole},
    postgres::{self, Server},
    rows::{Changes, Rows},
    shown, sqlite,
};
use crate::{
    base::explain::Explain,
    base::value::Value,
    storage::store::{
        Durability,
        sqlite::{Copied, Location},
    },
};

/// Which database a URL means. Of one target there is one pool in the process.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum DatabaseTarget {
    Sqlite(Location, Durability),
    Postgres(Server),
}

impl DatabaseTarget {
    /// The same behind a pooler that shares the server's connections between transactions. None for SQLite.
    pub(super) fn pooled(self) -> Option<Self> {
        match self {
            Self::Sqlite(..) => None,
            Self::Postgres(server) => Some(Self::Postgres(server.pooled())),
        }
    }

    /// As grants and messages show it. Without a password.
    pub(super) fn show(&self) -> String {
        match self {
            Self::Sqlite(location, _) => location.show(),
            Self::Postgres(server) => server.show().to_owned(),
        }
    }

    /// As traces call the system (OpenTelemetry's `db.system.name`).
    pub(super) fn system(&self) -> &'static str {
        match self {
            Self::Sqlite(..) => "sqlite",
            Self::Postgres(_) => "postgresql",
        }
    }

    /// A statement as traces may show it.
    pub(super) fn without_values(&self, statement: &str) -> String {
        match self {
            Self::Sqlite(..) => shown::without_values(statement),
            Self::Postgres(_) => postgres::without_values(statement),
        }
    }

    /// Of a database in SQLite, what a commit survives. One in memory survives nothing.
    pub(super) fn durable(self, durability: Durability) -> Self {
        match self {
            Self::Sqlite(location @ Location::File(_), _) => Self::Sqlite(location, durability),
            other => other,
        }
    }

    /// Lost when nobody holds it.
    pub(super) fn is_in_memory(&self) -> bool {
        matches!(self, Self::Sqlite(Location::Memory(_), _))
    }

    /// What to do about a database that cannot be opened.
    pub(super) fn help(&self, error: &SqlError) -> String {
        match self {
            Self::Sqlite(location, _) => sqlite::help(location, error),
            Self::Postgres(server) => postgres::help(server, error),
        }
    }

    /// Whether the database may be back by itself: a server that is down stops nothing else.
    pub(super) fn may_come_back(&self, error: &SqlError) -> bool {
        match self {
            Self::Sqlite(..) => false,
            Self::Postgres(_) => error.may_pass() && !postgres::is_for_the_author(error),
        }
    }
}

/// What became of a setup that was tried.
pub(super) enum Rehearsed {
    Passed,
    /// It passed on less than the whole database.
    InPart(&'static str),
    NotTried(SqlError),
    CannotOpen(SqlError),
    Failed(SqlError),
}

impl DatabaseTarget {
    /// Tries what opening the database and its setup would say. Changes nothing.
    pub(super) async fn rehearse(&self, engine: &SqlEngine, setup: Option<&str>, deadline: Instant) -> Rehearsed {
        match (self, engine) {
            (Self::Sqlite(location, _), _) => {
                match sqlite::rehearse(location, setup.map(str::to_owned), deadline).await {
                    Ok(Ok(Copied::All)) => Rehearsed::Passed,
                    Ok(Ok(Copied::Tables)) => {
                        Rehearsed::InPart("its tables without their rows: it is too large to copy")
                    }
                    Ok(Err(error)) => Rehearsed::Failed(error),
                    Err(error) => Rehearsed::CannotOpen(error),
                }
            }
            (_, SqlEngine::Postgres(pool)) => match (pool.lease(deadline).await, setup) {
                (Err(error), _) if self.may_come_back(&error) => Rehearsed::NotTried(error),
                (Err(error), _) => Rehearsed::CannotOpen(error),
                (Ok(_), None) => Rehearsed::Passed,
                (Ok(lease), Some(setup)) => match lease.rehearse(deadline, setup.to_owned()).await {
                    Ok(()) => Rehearsed::Passed,
                    Err(error) if self.may_come_back(&error) => Rehearsed::NotTried(error),
                    Err(error) => Rehearsed::Failed(error),
                },
            },
            (Self::Postgres(_), SqlEngine::Sqlite(_)) => Rehearsed::Passed,
        }
    }
}

/// The connections of one database.
pub(super) enum SqlEngine {
    Sqlite(Arc<sqlite::SqlitePool>),
    Postgres(postgres::PostgresPool),
}

impl SqlEngine {
    pub(super) fn new(target: &DatabaseTarget) -> Self {
        match target {
            DatabaseTarget::Sqlite(location, durability) => {
                Self::Sqlite(Arc::new(sqlite::SqlitePool::new(location.clone(), *durability)))
            }
            DatabaseTarget::Postgres(server) => Self::Postgres(postgres::PostgresPool::new(server.clone())),
        }
    }

    pub(super) async fn lease(&self, deadline: Instant) -> Result<Lease, SqlError> {
        match self {
            Self::Sqlite(pool) => pool.lease(deadline).await.map(Lease::Sqlite),
            Self::Postgres(pool) => pool.lease(deadline).await.map(Lease::Postgres),
        }
    }
}

/// A connection in use. Dropping it stops what runs on it, rolls back, and gives it back.
pub(super) enum Lease {
    Sqlite(sqlite::SqliteLease),
    Postgres(postgres::PostgresLease),
}

impl Lease {
    /// Runs one statement and reads its rows. One that writes takes effect whole or, where its rows are over a bound,
    /// not at all.
    pub(super) async fn query(&self, deadline: Instant, sql: String, parameters: Vec<Value>) -> Result<Rows, SqlError> {
        match self {
            Self::Sqlite(lease) => lease.query(deadline, sql, parameters).await,
            Self::Postgres(lease) => lease.query(deadline, sql, parameters).await,
        }
    }

    /// Runs one statement and drops its rows, if it has any.
    pub(super) async fn execute(
        &self,
        deadline: Instant,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<Changes, SqlError> {
        match self {
            Self::Sqlite(lease) => lease.execute(deadline, sql, parameters).await,
            Self::Postgres(lease) => lease.execute(deadline, sql, parameters).await,
        }
    }

    /// Runs the statements of a database's setup, whole or not at all.
    pub(super) async fn setup(&self, deadline: Instant, sql: String) -> Result<(), SqlError> {
        whole(&sql)?;
        match self {
            Self::Sqlite(lease) => lease.setup(deadline, sql).await,
            Self::Postgres(lease) => lease.setup(deadline, sql).await,
        }
    }

    /// Whether the database answers.
    pub(super) async fn check(&self, deadline: Instant) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(lease) => lease.check(deadline).await,
            Self::Postgres(lease) => lease.check(deadline).await,
        }
    }

    /// Starts a transaction: all that follows on this lease belongs to it.
    pub(super) async fn begin(&mut self, deadline: Instant) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(lease) => lease.begin(deadline).await,
            Self::Postgres(lease) => lease.begin(deadline).await,
        }
    }

    pub(super) async fn commit(&self, deadline: Instant) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(lease) => lease.commit(deadline).await,
            Self::Postgres(lease) => lease.commit(deadline).await,
        }
    }

    pub(super) async fn rollback(self, deadline: Instant) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(lease) => lease.rollback(deadline).await,
            Self::Postgres(lease) => lease.rollback(deadline).await,
        }
    }
}
