//! What a statement may do, and how a connection is made safe before it runs any.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rusqlite::{
    Connection, OpenFlags,
    config::DbConfig,
    hooks::{AuthAction, AuthContext, Authorization},
    limits::Limit,
};

use super::functions;
use crate::{limits, store::sqlite::Location};

/// Virtual machine steps between two looks at the clock: well under a millisecond.
const PROGRESS_STEPS: i32 = 1000;
/// Pages of a full-text or spatial index are tables like any other; other modules reach outside the database.
const MODULES: [&str; 3] = ["fts5", "rtree", "geopoly"];

/// What the hooks of one connection look at. The connection's thread and whoever waits for it share it.
#[derive(Default)]
pub(super) struct Control {
    /// When the statement that runs must be over.
    deadline: Mutex<Option<Instant>>,
    /// Nobody waits for the result any more.
    cancelled: AtomicBool,
    /// The host's own `BEGIN`, `COMMIT` and `ROLLBACK` run.
    own: AtomicBool,
    /// What the authorizer refused last.
    denied: Mutex<Option<String>>,
}

impl Control {
    pub(super) fn start(&self, deadline: Instant) {
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner) = Some(deadline);
        self.denied.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Ready for the next user: no deadline, not cancelled.
    pub(super) fn reset(&self) {
        self.cancelled.store(false, Ordering::Relaxed);
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) fn take_denied(&self) -> Option<String> {
        self.denied.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Runs `work` with transaction statements allowed.
    pub(super) fn as_host<T>(&self, work: impl FnOnce() -> T) -> T {
        self.own.store(true, Ordering::Relaxed);
        let result = work();
        self.own.store(false, Ordering::Relaxed);
        result
    }

    fn is_over(&self) -> bool {
        let deadline = *self.deadline.lock().unwrap_or_else(PoisonError::into_inner);
        self.cancelled.load(Ordering::Relaxed) || deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// Opens a database with every guard in place.
pub(super) fn open(location: &Location, control: &Arc<Control>) -> rusqlite::Result<Connection> {
    // Without `SQLITE_OPEN_URI` a path is a path, whatever it contains.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let (mut connection, pages) = match location {
        Location::File(path) => (Connection::open_with_flags(path, flags)?, limits::SQL_PAGES),
        Location::Memory(_) => (Connection::open_in_memory_with_flags(flags)?, limits::SQL_MEMORY_PAGES),
    };
    wait_for_writers(&mut connection, control)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Answers with a row, so it is read rather than updated.
    connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    connection.set_prepared_statement_cache_capacity(limits::SQL_STATEMENTS);
    bound(&connection)?;
    functions::replace_slow(&connection)?;
    let clock = control.clone();
    connection.progress_handler(PROGRESS_STEPS, Some(move || clock.is_over()))?;
    let control = control.clone();
    connection.authorizer(Some(move |context: AuthContext<'_>| {
        match refusal(&context.action, &control) {
            None => Authorization::Allow,
            Some(reason) => {
                *control.denied.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
                Authorization::Deny
            }
        }
    }))?;
    Ok(connection)
}

fn bound(connection: &Connection) -> rusqlite::Result<()> {
    for (config, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        // A misspelt column in double quotes is an error, not a text.
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
    ] {
        connection.set_db_config(config, on)?;
    }
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, limits::SQL_BYTES as i32),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, limits::SQL_STATEMENT as i32),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 100),
        (Limit::SQLITE_LIMIT_VDBE_OP, 1_000_000),
        // The time of LIKE and GLOB is the product of the lengths of text and pattern.
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 250),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 32),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, value)?;
    }
    Ok(())
}

/// Waits for another writer in short steps, so that a deadline or a cancelled call ends the wait.
fn wait_for_writers(connection: &mut Connection, control: &Arc<Control>) -> rusqlite::Result<()> {
    let control = control.clone();
    let mut since = Instant::now();
    connection.busy_handler(Some(move |tries: i32| {
        if tries == 0 {
            since = Instant::now();
        }
        if control.is_over() || since.elapsed() >= limits::SQL_BUSY {
            return false;
        }
        thread::sleep(Duration::from_millis(if tries < 10 { 1 } else { 10 }));
        true
    }))
}

/// Why an action is refused; none when it is allowed. What is not listed is refused.
fn refusal(action: &AuthAction<'_>, control: &Control) -> Option<String> {
    match action {
        AuthAction::Select
        | AuthAction::Recursive
        | AuthAction::Read { .. }
        | AuthAction::Insert { .. }
        | AuthAction::Update { .. }
        | AuthAction::Delete { .. }
        | AuthAction::CreateTable { .. }
        | AuthAction::CreateIndex { .. }
        | AuthAction::CreateTrigger { .. }
        | AuthAction::CreateView { .. }
        | AuthAction::DropTable { .. }
        | AuthAction::DropIndex { .. }
        | AuthAction::DropTrigger { .. }
        | AuthAction::DropView { .. }
        | AuthAction::DropVtable { .. }
        | AuthAction::AlterTable { .. }
        | AuthAction::Reindex { .. }
        | AuthAction::Analyze { .. } => None,
        AuthAction::CreateVtable { module_name, .. } => (!MODULES.contains(&module_name.to_ascii_lowercase().as_str()))
            .then(|| format!("the module `{module_name}`; there are {}", MODULES.join(", "))),
        AuthAction::Function { function_name } => (*function_name == "load_extension"
            || *function_name == "fts3_tokenizer")
            .then(|| format!("the function `{function_name}`")),
        AuthAction::Pragma {
            pragma_name,
            pragma_value,
        } => pragma_refusal(pragma_name, *pragma_value),
        AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => (!control.own.load(Ordering::Relaxed))
            .then(|| "BEGIN, COMMIT, ROLLBACK and SAVEPOINT as statements; use the SDK's transaction".into()),
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => {
            Some("ATTACH, DETACH and VACUUM; name each database under [databases]".into())
        }
        AuthAction::CreateTempTable { .. }
        | AuthAction::CreateTempIndex { .. }
        | AuthAction::CreateTempTrigger { .. }
        | AuthAction::CreateTempView { .. }
        | AuthAction::DropTempTable { .. }
        | AuthAction::DropTempIndex { .. }
        | AuthAction::DropTempTrigger { .. }
        | AuthAction::DropTempView { .. } => {
            Some("TEMP tables, which calls that share a connection would share; use a WITH clause".into())
        }
        _ => Some("this kind of statement".into()),
    }
}

/// Pragmas that only read, and the version number that migrations keep.
fn pragma_refusal(name: &str, value: Option<&str>) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let allowed = match name.as_str() {
        "table_info" | "table_xinfo" | "table_list" | "index_list" | "index_info" | "index_xinfo"
        | "foreign_key_list" | "foreign_key_check" | "integrity_check" | "quick_check" | "user_version" => true,
        "data_version" | "page_count" | "page_size" | "freelist_count" | "foreign_keys" | "encoding" => value.is_none(),
        _ => false,
    };
    (!allowed).then(|| format!("PRAGMA {name}{}", if value.is_some() { " with a value" } else { "" }))
}
