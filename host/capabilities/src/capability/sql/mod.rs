//! Named databases.
//!
//! `Pools` (process) keeps connections over swaps, `Sql` (App) knows the names, `SqlSession` (call) the transactions.
//! What kind of database it is, only `engine` knows.

mod database;
mod engine;
mod error;
mod pools;
mod postgres;
mod rows;
mod shown;
mod sqlite;
mod target;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Instant};

use tsk::{Config, Diagnostic};

pub use self::pools::Pools;
use self::{database::Database, engine::Lease};
pub use self::{
    error::SqlError,
    rows::{Changes, Rows},
};
use super::{Capability, Grant, Reading};
use crate::{
    base::{limits, misspelt::did_you_mean, section::Section, sections, value::Value},
    observe::{metrics::Metrics, traces::Trace},
};

/// The databases that the file names.
pub struct Sql {
    databases: BTreeMap<String, Database>,
}

/// The transactions of one call. Dropping it rolls back.
#[derive(Default)]
pub struct SqlSession {
    /// Of the call.
    trace: Trace,
    transactions: Vec<(String, Lease)>,
}

impl SqlSession {
    /// Without a transaction as yet; `trace` is the place of the call.
    pub fn new(trace: Trace) -> Self {
        Self {
            trace,
            transactions: Vec::new(),
        }
    }

    fn transaction(&self, database: &str) -> Option<&Lease> {
        self.transactions
            .iter()
            .find(|(name, _)| name == database)
            .map(|(_, lease)| lease)
    }

    fn take(&mut self, database: &str) -> Option<Lease> {
        let index = self.transactions.iter().position(|(name, _)| name == database)?;
        Some(self.transactions.swap_remove(index).1)
    }
}

impl Capability for Sql {
    const NAME: &'static str = "sql";
    type Kept = Pools;
    type Error = SqlError;

    fn kept(metrics: &Arc<Metrics>) -> Self::Kept {
        Pools::new(metrics)
    }

    fn read(pools: &Pools, reading: &Reading<'_>) -> Result<Self, Vec<Diagnostic>> {
        Self::new(pools, reading.config, reading.folder())
    }

    fn grants(&self) -> Vec<Grant> {
        let grant = |(name, database): (&String, &Database)| Grant {
            capability: "sql",
            target: format!("{name} ({})", database.show()),
        };
        self.databases.iter().map(grant).collect()
    }

    fn dependencies(&self) -> Vec<(String, String)> {
        let named = |(name, database): (&String, &Database)| (name.clone(), database.show());
        self.databases.iter().map(named).collect()
    }

    async fn check(&self, name: &str, deadline: Instant) -> Result<(), SqlError> {
        self.database(name)?.check(deadline).await
    }

    async fn connect(&self) -> Result<(), Vec<Diagnostic>> {
        let deadline = Instant::now() + limits::SQL_SETUP;
        let opening = self
            .databases
            .iter()
            .map(|(name, database)| async move { database.open(name, deadline).await.err() });
        let diagnostics: Vec<_> = futures_util::future::join_all(opening)
            .await
            .into_iter()
            .flatten()
            .collect();
        if diagnostics.is_empty() {
            Ok(())
        } else {
            Err(diagnostics)
        }
    }

    async fn rehearse(&self) -> Vec<Diagnostic> {
        let deadline = Instant::now() + limits::SQL_SETUP;
        let trying = self
            .databases
            .iter()
            .map(|(name, database)| database.rehearse(name, deadline));
        futures_util::future::join_all(trying)
            .await
            .into_iter()
            .flatten()
            .collect()
    }
}

impl Sql {
    /// Relative paths start at `folder`, the TSK file's.
    pub fn new(pools: &Pools, config: &Config, folder: &Path) -> Result<Self, Vec<Diagnostic>> {
        let mut databases = BTreeMap::new();
        let (lines, mut diagnostics) = Section::lines(config, &sections::DATABASES, "main: \"sqlite:main.db\"");
        for (name, node) in lines.into_iter().flatten() {
            match Database::read(pools, name, node, folder) {
                Ok(database) => {
                    databases.insert(name.clone(), database);
                }
                Err(mut wrong) => diagnostics.append(&mut wrong),
            }
        }
        if diagnostics.is_empty() {
            Ok(Self { databases })
        } else {
            Err(diagnostics)
        }
    }

    /// Runs one statement and reads its rows: in the call's transaction on this database where one is open, else by
    /// itself.
    pub async fn query(
        &self,
        session: &SqlSession,
        deadline: Instant,
        name: &str,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<Rows, SqlError> {
        let database = self.database(name)?;
        error::whole(&statement)?;
        let operation = database.operation(&session.trace, name, &statement);
        let running = async {
            match session.transaction(name) {
                Some(lease) => lease.query(deadline, statement, parameters).await,
                None => {
                    database
                        .lease(deadline)
                        .await?
                        .query(deadline, statement, parameters)
                        .await
                }
            }
        };
        operation.run(running).await
    }

    /// As [`Self::query`], without its rows: what the statement has changed.
    pub async fn execute(
        &self,
        session: &SqlSession,
        deadline: Instant,
        name: &str,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<Changes, SqlError> {
        let database = self.database(name)?;
        error::whole(&statement)?;
        let operation = database.operation(&session.trace, name, &statement);
        let running = async {
            match session.transaction(name) {
                Some(lease) => lease.execute(deadline, statement, parameters).await,
                None => {
                    database
                        .lease(deadline)
                        .await?
                        .execute(deadline, statement, parameters)
                        .await
                }
            }
        };
        operation.run(running).await
    }

    /// Begins a transaction, in which the call's statements on this database run from now on.
    pub async fn begin(&self, session: &mut SqlSession, deadline: Instant, database: &str) -> Result<(), SqlError> {
        let found = self.database(database)?;
        if session.transaction(database).is_some() {
            return Err(SqlError::InTransaction(database.to_owned()));
        }
        let beginning = async {
            let mut lease = found.lease(deadline).await?;
            lease.begin(deadline).await?;
            Ok::<_, SqlError>(lease)
        };
        let lease = found
            .operation(&session.trace, database, "BEGIN")
            .run(beginning)
            .await?;
        session.transactions.push((database.to_owned(), lease));
        Ok(())
    }

    /// A commit that fails leaves the transaction to be rolled back or, where the engine can do so, tried again.
    pub async fn commit(&self, session: &mut SqlSession, deadline: Instant, database: &str) -> Result<(), SqlError> {
        let found = self.database(database)?;
        let lease = session
            .transaction(database)
            .ok_or_else(|| SqlError::NoTransaction(database.to_owned()))?;
        found
            .operation(&session.trace, database, "COMMIT")
            .run(lease.commit(deadline))
            .await?;
        session.take(database);
        Ok(())
    }

    /// Takes back what the transaction did, and ends it for the call, also where that fails.
    pub async fn rollback(&self, session: &mut SqlSession, deadline: Instant, database: &str) -> Result<(), SqlError> {
        let found = self.database(database)?;
        let lease = session
            .take(database)
            .ok_or_else(|| SqlError::NoTransaction(database.to_owned()))?;
        found
            .operation(&session.trace, database, "ROLLBACK")
            .run(lease.rollback(deadline))
            .await
    }

    /// The database that is meant where none is named: `main`, else the only one.
    pub(crate) fn default_name(&self) -> Result<&str, SqlError> {
        const MAIN: &str = "main";
        let names: Vec<&str> = self.databases.keys().map(String::as_str).collect();
        match names.as_slice() {
            [only] => Ok(only),
            several if several.contains(&MAIN) => Ok(MAIN),
            [] => Err(SqlError::NoDatabase),
            several => Err(SqlError::NotNamed(
                several.iter().map(|name| (*name).to_owned()).collect(),
            )),
        }
    }

    /// An error that says how to add the database where there is none of this name.
    pub(crate) fn has(&self, name: &str) -> Result<(), SqlError> {
        self.database(name).map(drop)
    }

    fn database(&self, name: &str) -> Result<&Database, SqlError> {
        self.databases.get(name).ok_or_else(|| SqlError::Unknown {
            name: name.to_owned(),
            hint: did_you_mean(name, self.databases.keys().map(String::as_str)),
        })
    }
}
