//! A connection in use.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use deadpool_postgres::Object;
use futures_util::{FutureExt, TryStreamExt};
use tokio::{
    runtime::Handle,
    time::{timeout, timeout_at},
};
use tokio_postgres::{Error as Postgres, Statement};

use super::{
    super::error::{rolled_back, timeout as out_of_time},
    bind::{self, Bound},
    connect::Link,
    error::{Fault, changed_meanwhile, explain, is_last, is_stale},
    guard::{self, Verb},
    read::Reader,
    session, text,
    text::Text,
};
use crate::{
    bindings::{
        Error, Value,
        sql::{Changes, Rows},
    },
    limits,
};

/// Hosts that set up one database at the same time do so one after the other. Any number will do that nobody else uses.
const SETUP_LOCK: i64 = 0x7475_736b_686f_7374;

/// Dropping it stops what runs on it, rolls back, and gives it back.
pub(in super::super) struct Lease {
    client: Option<Object>,
    link: Arc<Link>,
    /// `begin` was called: what runs here belongs to its transaction, and to nothing else.
    in_transaction: bool,
    /// The server has an open transaction.
    is_open: AtomicBool,
    /// A statement failed in the transaction, which can only be rolled back.
    has_failed: AtomicBool,
    /// A statement runs, or nobody knows whether one does.
    is_running: AtomicBool,
}

impl Lease {
    pub(super) fn new(client: Object, link: Arc<Link>) -> Self {
        Self {
            client: Some(client),
            link,
            in_transaction: false,
            is_open: AtomicBool::new(false),
            has_failed: AtomicBool::new(false),
            is_running: AtomicBool::new(false),
        }
    }

    pub(in super::super) async fn query(
        &self,
        deadline: Instant,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<Rows, Error> {
        let text = Text::read(sql)?;
        self.run(deadline, &text.written, &text.sent, self.rows(&text, &parameters))
            .await
    }

    pub(in super::super) async fn execute(
        &self,
        deadline: Instant,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<Changes, Error> {
        let text = Text::read(sql)?;
        let work = async {
            let client = self.client()?;
            let statement = self.prepare(&text).await?;
            let bound = bind::all(&parameters, statement.params()).map_err(Fault::Ours)?;
            match client.execute_raw(&statement, bound.iter()).await {
                Err(error) if is_stale(&error) && self.prepare_again(&text)? => {
                    let statement = client.prepare_cached(&text.sent).await?;
                    let bound = bind::all(&parameters, statement.params()).map_err(Fault::Ours)?;
                    Ok(client.execute_raw(&statement, bound.iter()).await?)
                }
                result => Ok(result?),
            }
        };
        let rows = self.run(deadline, &text.written, &text.sent, work).await?;
        // The server counts the rows that a SELECT gives, too.
        let affected = if text.verb == Verb::Change { rows } else { 0 };
        Ok(Changes {
            affected,
            last_insert_id: 0,
        })
    }

    /// Runs the statements of a database's setup, whole or not at all.
    pub(in super::super) async fn setup(&self, deadline: Instant, sql: String) -> Result<(), Error> {
        text::check(&sql)?;
        guard::check_setup(&sql)?;
        let work = async {
            let client = self.client()?;
            self.is_open.store(true, Ordering::Relaxed);
            // How long another host may take is its own affair, as long as the deadline of this one is kept.
            let begin = format!("BEGIN; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock({SETUP_LOCK})");
            client.batch_execute(&begin).await?;
            client.batch_execute(&sql).await?;
            client.batch_execute("COMMIT").await?;
            self.is_open.store(false, Ordering::Relaxed);
            Ok(())
        };
        self.run(deadline, &sql, &sql, work).await
    }

    pub(in super::super) async fn check(&self, deadline: Instant) -> Result<(), Error> {
        self.run_one(deadline, "SELECT 1").await
    }

    pub(in super::super) async fn begin(&mut self, deadline: Instant) -> Result<(), Error> {
        self.is_open.store(true, Ordering::Relaxed);
        self.run_one(deadline, "BEGIN").await?;
        self.in_transaction = true;
        Ok(())
    }

    /// The server ends a transaction with its commit, even with one that fails.
    pub(in super::super) async fn commit(&self, deadline: Instant) -> Result<(), Error> {
        self.run_one(deadline, "COMMIT").await?;
        self.is_open.store(false, Ordering::Relaxed);
        Ok(())
    }

    pub(in super::super) async fn rollback(mut self, deadline: Instant) -> Result<(), Error> {
        // A statement that runs is stopped, and its transaction with it.
        if self.is_running.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.in_transaction = false;
        self.run_one(deadline, "ROLLBACK").await?;
        self.is_open.store(false, Ordering::Relaxed);
        Ok(())
    }

    async fn run_one(&self, deadline: Instant, sql: &'static str) -> Result<(), Error> {
        let work = async { Ok(self.client()?.batch_execute(sql).await?) };
        self.run(deadline, sql, sql, work).await
    }

    /// Does `work` until `deadline`, and notes what is then known of the connection. Whoever drops this on the way leaves
    /// a statement that runs.
    async fn run<T>(
        &self,
        deadline: Instant,
        written: &str,
        sent: &str,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Error> {
        let cannot_go_on = self.has_failed.load(Ordering::Relaxed) || self.is_running.load(Ordering::Relaxed);
        if self.in_transaction && cannot_go_on {
            return Err(rolled_back());
        }
        self.is_running.store(true, Ordering::Relaxed);
        let Ok(result) = timeout_at(deadline.into(), work).await else {
            return Err(out_of_time());
        };
        let (result, still_runs) = match result {
            Ok(done) => (Ok(done), false),
            Err(Fault::Ours(error)) => (Err(error), false),
            Err(Fault::Unread(error)) => (Err(error), true),
            Err(Fault::Server(error)) => {
                self.has_failed.store(true, Ordering::Relaxed);
                (Err(explain(&self.link.server, &error, written, sent)), is_last(&error))
            }
        };
        self.is_running.store(still_runs, Ordering::Relaxed);
        result
    }

    async fn rows(&self, text: &Text, parameters: &[Value]) -> Result<Rows, Fault> {
        let statement = self.prepare(text).await?;
        let result = self.rows_of(&statement, text.verb, parameters).await;
        match result {
            Err(Fault::Server(error)) if is_stale(&error) && self.prepare_again(text)? => {
                if self.is_open.swap(false, Ordering::Relaxed) {
                    self.client()?.batch_execute("ROLLBACK").await?;
                }
                let statement = self.client()?.prepare_cached(&text.sent).await?;
                self.rows_of(&statement, text.verb, parameters).await
            }
            result => result,
        }
    }

    /// What writes and gives rows does so in a transaction of its own: rows over a bound undo it.
    async fn rows_of(&self, statement: &Statement, verb: Verb, parameters: &[Value]) -> Result<Rows, Fault> {
        let client = self.client()?;
        let bound = bind::all(parameters, statement.params()).map_err(Fault::Ours)?;
        let reader = Reader::new(statement).map_err(Fault::Ours)?;
        let reading = read(client, statement, &bound, reader);
        if verb == Verb::Read || statement.columns().is_empty() || self.in_transaction {
            return reading.await;
        }
        self.is_open.store(true, Ordering::Relaxed);
        // Both go out at once, in this order.
        let begin = async { Ok(client.batch_execute("BEGIN").await?) };
        let ((), rows) = tokio::try_join!(biased; begin, reading)?;
        client.batch_execute("COMMIT").await?;
        self.is_open.store(false, Ordering::Relaxed);
        Ok(rows)
    }

    async fn prepare(&self, text: &Text) -> Result<Statement, Fault> {
        let client = self.client()?;
        let statement = client.prepare_cached(&text.sent).await?;
        if client.statement_cache.size() > limits::SQL_STATEMENTS {
            client.statement_cache.clear();
        }
        Ok(statement)
    }

    /// Forgets a statement that is out of date. Whether it may run again at once: its failure was that of its transaction.
    fn prepare_again(&self, text: &Text) -> Result<bool, Fault> {
        drop(self.client()?.statement_cache.remove(&text.sent, &[]));
        if !self.in_transaction {
            return Ok(true);
        }
        self.has_failed.store(true, Ordering::Relaxed);
        Err(Fault::Ours(changed_meanwhile()))
    }

    /// It is there until the drop.
    fn client(&self) -> Result<&Object, Fault> {
        let gone = || Fault::Ours(Error::new(500, "internal", "a database connection ended unexpectedly"));
        self.client.as_ref().ok_or_else(gone)
    }
}

async fn read(client: &Object, statement: &Statement, bound: &[Bound<'_>], mut reader: Reader) -> Result<Rows, Fault> {
    let mut rows = std::pin::pin!(client.query_raw(statement, bound).await?);
    while let Some(row) = rows.try_next().await? {
        reader.push(&row).map_err(Fault::Unread)?;
    }
    Ok(reader.finish())
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        if self.is_running.load(Ordering::Relaxed) {
            match Handle::try_current() {
                Ok(runtime) => drop(runtime.spawn(stop(client, self.link.clone()))),
                // The process is ending.
                Err(_) => drop(Object::take(client)),
            }
            return;
        }
        let clean = if self.is_open.load(Ordering::Relaxed) {
            session::rolled_back()
        } else {
            session::fresh()
        };
        // Sent, not awaited: what the next user sends is behind it.
        let _: Option<Result<(), Postgres>> = client.batch_execute(clean).now_or_never();
    }
}

/// Ends a statement that nobody waits for. Its connection is not given back, since the request to cancel may arrive
/// late; its place is, once the server is done with it.
async fn stop(client: Object, link: Arc<Link>) {
    let token = client.cancel_token();
    let stopping = async {
        link.cancel(&token).await?;
        // Answered after the statement.
        client.batch_execute("").await
    };
    // A server that does not answer has lost the connection, or will notice its end.
    let _ = timeout(limits::SQL_CANCEL, stopping).await;
    drop(Object::take(client));
}
