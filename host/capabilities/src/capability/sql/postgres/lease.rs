//! A connection in use.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use deadpool_postgres::{Object, Timeouts};
use futures_util::{FutureExt, TryStreamExt};
use tokio::{
    runtime::Handle,
    time::{timeout, timeout_at},
};
use tokio_postgres::{Error as Postgres, Statement};

use super::{
    super::{
        error::SqlError,
        rows::{Changes, Rows},
    },
    bind::{self, Bound},
    connect::Link,
    error::{PostgresFault, explain, is_forgotten, is_last, unfit},
    guard::{self, Verb},
    read::RowReader,
    text,
    text::Text,
};
use crate::{
    base::{limits, value::Value},
    observe::tasks,
    storage::store::StoreError,
};

/// Hosts that set up one database at the same time do so one after the other. Any number will do that nobody else uses.
const SETUP_LOCK: i64 = 0x7475_736b_686f_7374;

/// Dropping it stops what runs on it, rolls back, and gives it back.
pub(in super::super) struct PostgresLease {
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

impl PostgresLease {
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
    ) -> Result<Rows, SqlError> {
        let text = Text::read(sql)?;
        let work = self.statement(&text, &parameters, true);
        let done = self.run(deadline, &text.written, &text.sent, work).await?;
        let none = || Rows {
            columns: Vec::new(),
            rows: Vec::new(),
        };
        Ok(done.rows.unwrap_or_else(none))
    }

    pub(in super::super) async fn execute(
        &self,
        deadline: Instant,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<Changes, SqlError> {
        let text = Text::read(sql)?;
        let work = self.statement(&text, &parameters, false);
        let done = self.run(deadline, &text.written, &text.sent, work).await?;
        // The server counts the rows that a SELECT gives, too.
        let affected = if text.verb == Verb::Change { done.affected } else { 0 };
        Ok(Changes {
            affected,
            last_insert_id: 0,
        })
    }

    /// Runs the statements of a database's setup, whole or not at all.
    pub(in super::super) async fn setup(&self, deadline: Instant, sql: String) -> Result<(), SqlError> {
        self.set_up(deadline, sql, "COMMIT").await
    }

    /// Runs the statements of a database's setup, and takes it all back.
    pub(in super::super) async fn rehearse(&self, deadline: Instant, sql: String) -> Result<(), SqlError> {
        self.set_up(deadline, sql, "ROLLBACK").await
    }

    async fn set_up(&self, deadline: Instant, sql: String, end: &'static str) -> Result<(), SqlError> {
        text::check(&sql)?;
        guard::check_setup(&sql)?;
        let work = async {
            let client = self.client()?;
            self.is_open.store(true, Ordering::Relaxed);
            // How long another host may take is its own affair, as long as the deadline of this one is kept.
            let begin = format!("BEGIN; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock({SETUP_LOCK})");
            client.batch_execute(&begin).await?;
            client.batch_execute(&sql).await?;
            client.batch_execute(end).await?;
            self.is_open.store(false, Ordering::Relaxed);
            self.forget_all();
            Ok(())
        };
        self.run(deadline, &sql, &sql, work).await
    }

    pub(in super::super) async fn check(&self, deadline: Instant) -> Result<(), SqlError> {
        self.run_one(deadline, "SELECT 1").await
    }

    pub(in super::super) async fn begin(&mut self, deadline: Instant) -> Result<(), SqlError> {
        self.is_open.store(true, Ordering::Relaxed);
        self.run_one(deadline, self.link.begin()).await?;
        self.in_transaction = true;
        Ok(())
    }

    /// The server ends a transaction with its commit, even with one that fails.
    pub(in super::super) async fn commit(&self, deadline: Instant) -> Result<(), SqlError> {
        self.run_one(deadline, self.link.commit()).await?;
        self.is_open.store(false, Ordering::Relaxed);
        Ok(())
    }

    pub(in super::super) async fn rollback(mut self, deadline: Instant) -> Result<(), SqlError> {
        // A statement that runs is stopped, and its transaction with it.
        if self.is_running.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.in_transaction = false;
        self.run_one(deadline, self.link.rollback()).await?;
        self.is_open.store(false, Ordering::Relaxed);
        Ok(())
    }

    async fn run_one(&self, deadline: Instant, sql: &'static str) -> Result<(), SqlError> {
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
        work: impl Future<Output = Result<T, PostgresFault>>,
    ) -> Result<T, SqlError> {
        let cannot_go_on = self.has_failed.load(Ordering::Relaxed) || self.is_running.load(Ordering::Relaxed);
        if self.in_transaction && cannot_go_on {
            return Err(SqlError::RolledBack);
        }
        self.is_running.store(true, Ordering::Relaxed);
        let Ok(result) = timeout_at(deadline.into(), work).await else {
            return Err(SqlError::Late);
        };
        let (result, still_runs) = match result {
            Ok(done) => (Ok(done), false),
            Err(PostgresFault::Ours(error) | PostgresFault::Unfit(error)) => (Err(error), false),
            Err(PostgresFault::Unread(error)) => (Err(error), true),
            Err(PostgresFault::Server(error)) => self.failed(&error, None, written, sent),
            Err(PostgresFault::Changing(error)) => self.failed(&error, unfit(&error, true), written, sent),
            Err(PostgresFault::Unbound { error, has_values }) => {
                let told = unfit(&error, false).filter(|_| has_values);
                self.failed(&error, told, written, sent)
            }
        };
        self.is_running.store(still_runs, Ordering::Relaxed);
        result
    }

    /// Notes the server's failure. How it is told, and whether the connection has come to its end with it.
    fn failed<T>(
        &self,
        error: &Postgres,
        told: Option<SqlError>,
        written: &str,
        sent: &str,
    ) -> (Result<T, SqlError>, bool) {
        self.has_failed.store(true, Ordering::Relaxed);
        let told = told.unwrap_or_else(|| explain(&self.link.server, error, written, sent));
        // Behind a pooler, a connection whose driver counts on a statement of the server's own session is of no use.
        let is_lost = self.link.server.is_pooled && is_forgotten(error);
        (Err(told), is_last(error) || is_lost)
    }

    /// Runs a statement once; where what was known of it is out of date, once more.
    async fn statement(
        &self,
        text: &Text,
        parameters: &[Value],
        wants_rows: bool,
    ) -> Result<StatementOutcome, PostgresFault> {
        if self.link.server.is_pooled {
            return self.shared(text, parameters, wants_rows).await;
        }
        let (statement, was_kept) = self.prepare(text).await?;
        let first = self.attempt(&statement, text.verb, parameters, wants_rows).await;
        let fault = match first {
            Err(fault) if was_kept && fault.may_be_stale() => fault,
            first => return first,
        };
        drop(self.client()?.statement_cache.remove(&text.sent, &[]));
        if fault.is_stale() {
            self.forget_all();
        }
        if self.in_transaction && !matches!(fault, PostgresFault::Unfit(_)) {
            // Its failure is the transaction's, in which nothing can be prepared any more.
            self.has_failed.store(true, Ordering::Relaxed);
            if fault.is_forgotten() {
                return Err(PostgresFault::Ours(SqlError::Forgotten));
            }
            let has_changed = fault.is_stale() || self.has_changed(text, &statement).await;
            return Err(if has_changed {
                PostgresFault::Ours(SqlError::Changed)
            } else {
                fault
            });
        }
        if self.is_open.load(Ordering::Relaxed) && !self.in_transaction {
            self.client()?.batch_execute("ROLLBACK").await?;
            self.is_open.store(false, Ordering::Relaxed);
        }
        let (anew, _) = self.prepare(text).await?;
        if !fault.is_stale() && anew.params() == statement.params() {
            return Err(fault);
        }
        self.forget_all();
        self.attempt(&anew, text.verb, parameters, wants_rows).await
    }

    /// Whether the server finds other types for a statement than it did. Asked on a free connection, where there is one: in a
    /// transaction that has failed nothing can be asked.
    async fn has_changed(&self, text: &Text, known: &Statement) -> bool {
        let Some(pool) = self.client.as_ref().and_then(Object::pool) else {
            return false;
        };
        let at_once = Timeouts {
            wait: Some(Duration::ZERO),
            create: Some(limits::SQL_CONNECT),
            recycle: None,
        };
        let Ok(other) = pool.timeout_get(&at_once).await else {
            return false;
        };
        let anew = other.prepare(&text.sent).await;
        let has_changed = anew.is_ok_and(|anew| anew.params() != known.params());
        if has_changed {
            self.forget_all();
        }
        has_changed
    }

    /// Runs a statement behind a pooler: what it needs of the server's session is there within one transaction only.
    async fn shared(
        &self,
        text: &Text,
        parameters: &[Value],
        wants_rows: bool,
    ) -> Result<StatementOutcome, PostgresFault> {
        let client = self.client()?;
        if self.in_transaction {
            let statement = client.prepare(&text.sent).await?;
            return self.attempt(&statement, text.verb, parameters, wants_rows).await;
        }
        if text.verb == Verb::Define && parameters.is_empty() {
            // Some of these cannot be in a transaction.
            client.batch_execute(&text.sent).await?;
            return Ok(StatementOutcome::default());
        }
        self.is_open.store(true, Ordering::Relaxed);
        client.batch_execute(self.link.begin()).await?;
        let statement = client.prepare(&text.sent).await?;
        let done = self.attempt(&statement, text.verb, parameters, wants_rows).await?;
        // Its end goes out before that of the transaction.
        drop(statement);
        client.batch_execute(self.link.commit()).await?;
        self.is_open.store(false, Ordering::Relaxed);
        Ok(done)
    }

    /// What writes and gives rows does so in a transaction of its own: rows over a bound undo it.
    async fn attempt(
        &self,
        statement: &Statement,
        verb: Verb,
        parameters: &[Value],
        wants_rows: bool,
    ) -> Result<StatementOutcome, PostgresFault> {
        let client = self.client()?;
        let bound = bind::all(parameters, statement.params()).map_err(PostgresFault::Unfit)?;
        let reader = match wants_rows {
            true => Some(RowReader::new(statement).map_err(PostgresFault::Ours)?),
            false => None,
        };
        let by_values = verb == Verb::Change && !bound.is_empty();
        let reading = read(client, statement, &bound, reader, by_values);
        let is_single = !wants_rows || verb == Verb::Read || statement.columns().is_empty();
        if is_single || self.in_transaction || self.link.server.is_pooled {
            return reading.await;
        }
        self.is_open.store(true, Ordering::Relaxed);
        // Both go out at once, in this order.
        let begin = async { Ok(client.batch_execute("BEGIN").await?) };
        let ((), done) = tokio::try_join!(biased; begin, reading)?;
        client.batch_execute("COMMIT").await?;
        self.is_open.store(false, Ordering::Relaxed);
        Ok(done)
    }

    /// The statement, and whether an earlier call has prepared it.
    async fn prepare(&self, text: &Text) -> Result<(Statement, bool), PostgresFault> {
        let client = self.client()?;
        let known = client.statement_cache.size();
        let statement = client.prepare_cached(&text.sent).await?;
        let was_kept = client.statement_cache.size() == known;
        if client.statement_cache.size() > limits::SQL_STATEMENTS {
            client.statement_cache.clear();
        }
        Ok((statement, was_kept))
    }

    /// Forgets what is known of statements, on all connections: tables have changed.
    fn forget_all(&self) {
        if let Some(pool) = self.client.as_ref().and_then(Object::pool) {
            pool.manager().statement_caches.clear();
        }
    }

    /// It is there until the drop.
    fn client(&self) -> Result<&Object, PostgresFault> {
        let gone = || PostgresFault::Ours(StoreError::Gone.into());
        self.client.as_ref().ok_or_else(gone)
    }
}

/// What a statement has done.
#[derive(Default)]
struct StatementOutcome {
    /// Where they were wanted.
    rows: Option<Rows>,
    affected: u64,
}

/// Runs a statement and reads its rows, or lets them pass.
async fn read(
    client: &Object,
    statement: &Statement,
    bound: &[Bound<'_>],
    mut reader: Option<RowReader>,
    changes_by_values: bool,
) -> Result<StatementOutcome, PostgresFault> {
    let has_values = !bound.is_empty();
    let unbound = |error| PostgresFault::Unbound { error, has_values };
    let failed = if changes_by_values {
        PostgresFault::Changing
    } else {
        PostgresFault::Server
    };
    let mut rows = std::pin::pin!(client.query_raw(statement, bound).await.map_err(unbound)?);
    while let Some(row) = rows.try_next().await.map_err(failed)? {
        if let Some(reader) = &mut reader {
            reader.push(&row).map_err(PostgresFault::Unread)?;
        }
    }
    Ok(StatementOutcome {
        affected: rows.rows_affected().unwrap_or_default(),
        rows: reader.map(RowReader::finish),
    })
}

impl Drop for PostgresLease {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        if self.is_running.load(Ordering::Relaxed) {
            match Handle::try_current() {
                Ok(runtime) => drop(tasks::run_on(
                    &runtime,
                    "postgres_cancel",
                    stop(client, self.link.clone()),
                )),
                // The process is ending.
                Err(_) => drop(Object::take(client)),
            }
            return;
        }
        let Some(clean) = self.link.clean(self.is_open.load(Ordering::Relaxed)) else {
            return;
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
