//! Named SQLite databases.
//!
//! `Pools` (process) keeps connections over swaps, `Sql` (App) knows the names, `SqlSession` (call) the transactions.

mod check;
mod error;
mod functions;
mod guard;
mod pool;
mod shown;
mod statement;
mod target;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Instant};

use tsk::{Config, Diagnostic, Node, Span};

pub use self::pool::Pools;
use self::pool::{Lease, Pool};
use super::{Grant, did_you_mean, payload};
use crate::{
    bindings::{
        self, Error, Value,
        sql::{Changes, Rows},
    },
    call::Call,
    limits, metrics,
    observe::Operation,
    store::sqlite::Location,
    traces::Trace,
};

/// The databases that the file names.
pub struct Sql {
    databases: BTreeMap<String, Database>,
}

struct Database {
    pool: Arc<Pool>,
    span: Span,
    /// What to run when it is opened: its tables.
    setup: Option<(String, Span)>,
    meter: Arc<metrics::Dependency>,
}

/// How traces call the system behind the databases.
const SYSTEM: &str = "sqlite";

/// The transactions of one call. Dropping it rolls back.
#[derive(Default)]
pub struct SqlSession {
    /// Of the call.
    trace: Trace,
    transactions: Vec<(String, Lease)>,
}

impl SqlSession {
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

impl Sql {
    /// Relative paths start at `folder`, the TSK file's.
    pub fn new(pools: &Pools, config: &Config, folder: &Path) -> Result<Self, Vec<Diagnostic>> {
        let mut databases = BTreeMap::new();
        let mut diagnostics = Vec::new();
        let section = config.root.get("databases").map(|node| &node.value);
        if let Some(tsk::Value::Object(section)) = section {
            for (name, node) in section {
                match database(pools, name, node, folder) {
                    Ok(database) => {
                        databases.insert(name.clone(), database);
                    }
                    Err(diagnostic) => diagnostics.push(*diagnostic),
                }
            }
        }
        if diagnostics.is_empty() {
            Ok(Self { databases })
        } else {
            Err(diagnostics)
        }
    }

    /// Opens every database once, and runs its setup.
    pub async fn connect(&self) -> Result<(), Vec<Diagnostic>> {
        let deadline = Instant::now() + limits::SQL_SETUP;
        let opening = self.databases.iter().map(|(name, database)| async move {
            let lease = match database.pool.lease(deadline).await {
                Ok(lease) => lease,
                // In use by a running call is open, too.
                Err(error) if error.code == "busy" && database.setup.is_none() => return None,
                Err(error) => return Some(cannot_open(name, database, &error)),
            };
            let (setup, span) = database.setup.clone()?;
            // A save that leaves the setup alone does not write to the database.
            if database.pool.has_run(&setup) {
                return None;
            }
            let text = setup.clone();
            let run = move |connection: &_, control: &_| statement::setup(connection, control, &text);
            match lease.run(deadline, run).await {
                Ok(()) => database.pool.ran(setup),
                Err(error) => return Some(setup_failed(name, span, &error)),
            }
            None
        });
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

    pub fn grants(&self) -> Vec<Grant> {
        let grant = |(name, database): (&String, &Database)| Grant {
            capability: "sql",
            target: format!("{name} ({})", database.pool.location().show()),
        };
        self.databases.iter().map(grant).collect()
    }

    /// Name and place of each database.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, String)> {
        self.databases
            .iter()
            .map(|(name, database)| (name.as_str(), database.pool.location().show()))
    }

    pub(crate) async fn query(
        &self,
        session: &SqlSession,
        deadline: Instant,
        database: &str,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<Rows, Error> {
        let query = move |connection: &_, control: &_, statement: &_| {
            statement::query(connection, control, statement, &parameters)
        };
        self.run(session, deadline, database, statement, query).await
    }

    pub(crate) async fn execute(
        &self,
        session: &SqlSession,
        deadline: Instant,
        database: &str,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<Changes, Error> {
        let execute = move |connection: &_, control: &_, statement: &_| {
            statement::execute(connection, control, statement, &parameters)
        };
        self.run(session, deadline, database, statement, execute).await
    }

    /// Runs `work` in the session's transaction, if it has one on this database, else on any connection.
    async fn run<T: Send + 'static>(
        &self,
        session: &SqlSession,
        deadline: Instant,
        database: &str,
        statement: String,
        work: impl FnOnce(&rusqlite::Connection, &guard::Control, &str) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let found = self.database(database)?;
        let operation = found.operation(session, database, &statement);
        let pool = &found.pool;
        let work = move |connection: &_, control: &_| work(connection, control, &statement);
        let running = async {
            match session.transaction(database) {
                Some(lease) => {
                    let work = move |connection: &_, control: &_| {
                        still_open(connection)?;
                        work(connection, control)
                    };
                    lease.run(deadline, work).await
                }
                None => pool.lease(deadline).await?.run(deadline, work).await,
            }
        };
        operation.run(running).await
    }

    pub(crate) async fn begin(&self, session: &mut SqlSession, deadline: Instant, database: &str) -> Result<(), Error> {
        let found = self.database(database)?;
        if session.transaction(database).is_some() {
            let message = format!("a transaction on `{database}` is open already: commit it or roll it back first");
            return Err(Error::new(500, "in-transaction", message));
        }
        let beginning = async {
            let lease = found.pool.lease(deadline).await?;
            lease.run(deadline, statement::begin).await?;
            Ok(lease)
        };
        let lease = found.operation(session, database, "BEGIN").run(beginning).await?;
        session.transactions.push((database.to_owned(), lease));
        Ok(())
    }

    /// A commit that fails leaves the transaction open, so that it can be tried again.
    pub(crate) async fn commit(
        &self,
        session: &mut SqlSession,
        deadline: Instant,
        database: &str,
    ) -> Result<(), Error> {
        let found = self.database(database)?;
        let lease = session.transaction(database).ok_or_else(|| no_transaction(database))?;
        let commit = |connection: &_, control: &_| {
            still_open(connection)?;
            statement::commit(connection, control)
        };
        let operation = found.operation(session, database, "COMMIT");
        operation.run(lease.run(deadline, commit)).await?;
        session.take(database);
        Ok(())
    }

    pub(crate) async fn rollback(
        &self,
        session: &mut SqlSession,
        deadline: Instant,
        database: &str,
    ) -> Result<(), Error> {
        let found = self.database(database)?;
        let lease = session.take(database).ok_or_else(|| no_transaction(database))?;
        let rollback = |connection: &_, control: &_| {
            statement::rollback(connection, control);
            Ok(())
        };
        let operation = found.operation(session, database, "ROLLBACK");
        operation.run(lease.run(deadline, rollback)).await
    }

    /// The database that is meant where none is named: `main`, else the only one.
    pub(crate) fn default_name(&self) -> Result<&str, Error> {
        const MAIN: &str = "main";
        let names: Vec<&str> = self.databases.keys().map(String::as_str).collect();
        match names.as_slice() {
            [only] => Ok(only),
            several if several.contains(&MAIN) => Ok(MAIN),
            [] => {
                let message = "the file names no database; to add one, write\n[databases]\nmain: \"sqlite:main.db\"";
                Err(Error::new(500, "unknown-database", message))
            }
            several => {
                let message = format!(
                    "the file names several databases and none is `main`: name one of {} before the statement",
                    several.join(", ")
                );
                Err(Error::new(500, "unknown-database", message))
            }
        }
    }

    /// An error that says how to add the database where there is none of this name.
    pub(crate) fn has(&self, name: &str) -> Result<(), Error> {
        self.database(name).map(drop)
    }

    fn database(&self, name: &str) -> Result<&Database, Error> {
        self.databases.get(name).ok_or_else(|| {
            let hint = did_you_mean(name, self.databases.keys().map(String::as_str));
            let message = format!(
                "no database `{name}`{hint}; to add it, write in the file:\n[databases]\n{name}: \"sqlite:{name}.db\""
            );
            Error::new(500, "unknown-database", message)
        })
    }
}

impl Database {
    /// A statement on it, on behalf of the session's call.
    fn operation(&self, session: &SqlSession, name: &str, statement: &str) -> Operation<'_> {
        Operation::start(&self.meter, &session.trace.inner(), |span| {
            shown::describe(span, SYSTEM, name, statement);
        })
    }
}

/// SQLite rolls back by itself when a transaction cannot go on (its disk is full, its time is over). What follows must
/// not run outside of one.
fn still_open(connection: &rusqlite::Connection) -> Result<(), Error> {
    if connection.is_autocommit() {
        let message = "the transaction was rolled back by an earlier failure: roll it back and start again";
        return Err(Error::new(500, "rolled-back", message));
    }
    Ok(())
}

fn no_transaction(database: &str) -> Error {
    Error::new(
        500,
        "no-transaction",
        format!("no transaction on `{database}` is open: begin one first"),
    )
}

/// `NAME: "url"`, or `NAME: { url: "url", setup: "SQL" }`.
fn database(pools: &Pools, name: &str, node: &Node, folder: &Path) -> Result<Database, Box<Diagnostic>> {
    let meter = pools.metrics.dependency("sql", name);
    let tsk::Value::Object(parts) = &node.value else {
        return Ok(Database {
            pool: pools.get(target(name, node, folder)?),
            span: node.span,
            setup: None,
            meter,
        });
    };
    let wrong = |span, message: String| {
        let help = format!("write `{name}: {{ url: \"sqlite:{name}.db\", setup: \"CREATE TABLE IF NOT EXISTS …\" }}`");
        Box::new(Diagnostic::error("database-url", message).at(span).help(help))
    };
    if let Some((key, unknown)) = parts.iter().find(|(key, _)| *key != "url" && *key != "setup") {
        return Err(wrong(
            unknown.key_span,
            format!("the database `{name}` takes no `{key}`"),
        ));
    }
    let url = parts
        .get("url")
        .ok_or_else(|| wrong(node.span, format!("the database `{name}` has no `url`")))?;
    let setup = match parts.get("setup").map(|setup| (&setup.value, setup.span)) {
        None => None,
        Some((tsk::Value::String(sql), span)) => Some((sql.clone(), span)),
        Some((_, span)) => {
            return Err(wrong(
                span,
                format!("the setup of the database `{name}` must be SQL in a string"),
            ));
        }
    };
    Ok(Database {
        pool: pools.get(target(name, url, folder)?),
        span: url.span,
        setup,
        meter,
    })
}

fn target(name: &str, node: &Node, folder: &Path) -> Result<Location, Box<Diagnostic>> {
    let url = match &node.value {
        tsk::Value::String(url) => url,
        tsk::Value::Secret(url) => url.reveal(),
        _ => {
            let message = format!("the database `{name}` must be a URL in a string");
            let help = format!("write `{name}: \"sqlite:{name}.db\"`");
            return Err(Box::new(
                Diagnostic::error("database-url", message).at(node.span).help(help),
            ));
        }
    };
    target::parse(name, url, folder).map_err(|(message, help)| {
        let message = format!("the database `{name}`: {message}");
        Box::new(Diagnostic::error("database-url", message).at(node.span).help(help))
    })
}

fn setup_failed(name: &str, span: Span, error: &Error) -> Diagnostic {
    let message = format!("the setup of the database `{name}` fails: {}", error.message);
    Diagnostic::error("database-setup", message)
        .at(span)
        .help("correct the SQL; what may be there already is `CREATE TABLE IF NOT EXISTS …`")
}

fn cannot_open(name: &str, database: &Database, error: &Error) -> Diagnostic {
    let location = database.pool.location();
    let message = format!(
        "the database `{name}` ({}) cannot be opened: {}",
        location.show(),
        error.message
    );
    let help = match location {
        Location::File(path) => match path.parent() {
            Some(folder) if !folder.exists() => format!("create its folder: mkdir -p {}", folder.display()),
            _ if path.is_dir() => format!("{} is a folder: name a file", path.display()),
            _ if error.code == "corrupt" => format!("{} is no SQLite database: name another file", path.display()),
            _ => format!(
                "check that this process may read and write {} and its folder",
                path.display()
            ),
        },
        Location::Memory(_) => "free some memory".into(),
    };
    Diagnostic::error("database-unavailable", message)
        .at(database.span)
        .help(help)
}

impl bindings::sql::Host for Call {
    async fn query(&mut self, database: String, statement: String, parameters: Vec<Value>) -> Result<Rows, Error> {
        let sql = &self.app.capabilities.sql;
        let rows = sql
            .query(&self.sessions.sql, self.deadline, &database, statement, parameters)
            .await?;
        self.retain(size(&rows))?;
        Ok(rows)
    }

    async fn execute(&mut self, database: String, statement: String, parameters: Vec<Value>) -> Result<Changes, Error> {
        let sql = &self.app.capabilities.sql;
        sql.execute(&self.sessions.sql, self.deadline, &database, statement, parameters)
            .await
    }

    async fn begin(&mut self, database: String) -> Result<(), Error> {
        self.app
            .capabilities
            .sql
            .begin(&mut self.sessions.sql, self.deadline, &database)
            .await
    }

    async fn commit(&mut self, database: String) -> Result<(), Error> {
        self.app
            .capabilities
            .sql
            .commit(&mut self.sessions.sql, self.deadline, &database)
            .await
    }

    async fn rollback(&mut self, database: String) -> Result<(), Error> {
        self.app
            .capabilities
            .sql
            .rollback(&mut self.sessions.sql, self.deadline, &database)
            .await
    }
}

/// What a result occupies. Bytes.
fn size(rows: &Rows) -> usize {
    let values = rows
        .rows
        .iter()
        .flatten()
        .map(|value| size_of::<Value>() + payload(value))
        .sum::<usize>();
    values + rows.columns.iter().map(String::len).sum::<usize>()
}
