//! What a statement may do, and how a connection is made safe before it runs any.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rusqlite::{
    Connection,
    config::DbConfig,
    hooks::{AuthAction, AuthContext, Authorization},
    limits::Limit,
};

use super::{control::Control, functions};
use crate::{
    base::limits,
    storage::store::{
        Durability,
        sqlite::{self, Location},
    },
};

/// Virtual machine steps between two looks at the clock: a tenth of a millisecond at most, where a step moves no more than the
/// longest value.
const PROGRESS_STEPS: i32 = 100;
/// Pages of a full-text or spatial index are tables like any other; other modules reach outside the database.
const MODULES: [&str; 3] = ["fts5", "rtree", "geopoly"];
/// What reaches outside the database, and what counts the rows of every call of a connection.
const FUNCTIONS: [&str; 3] = ["load_extension", "fts3_tokenizer", "total_changes"];
const TEMP: &str =
    "TEMP tables, views and triggers, which calls that share a connection would share; use a WITH clause";

/// Opens a database with every guard in place.
pub(super) fn open(
    location: &Location,
    durability: Durability,
    control: &Arc<Control>,
) -> rusqlite::Result<Connection> {
    let mut connection = sqlite::open(location)?;
    wait_for_writers(&mut connection, control)?;
    sqlite::write_ahead(&mut connection)?;
    connection.pragma_update(None, "synchronous", durability.synchronous())?;
    // Where the system keeps writes in the disk's own memory unless told otherwise.
    connection.pragma_update(None, "fullfsync", durability == Durability::Power)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let pages = match location {
        Location::File(_) => limits::SQL_PAGES,
        Location::Memory(_) => limits::SQL_MEMORY_PAGES,
    };
    // Answers with a row, so it is read rather than updated.
    connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    connection.set_prepared_statement_cache_capacity(limits::SQL_STATEMENTS);
    bound(&connection)?;
    functions::replace_slow(&connection)?;
    functions::replace_shared(&connection, control)?;
    // Takes the locks that it keeps from now on, so that nobody else can be the last user of its files.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    control.opened(location);
    let clock = control.clone();
    connection.progress_handler(PROGRESS_STEPS, Some(move || clock.is_over()))?;
    let control = control.clone();
    connection.authorizer(Some(move |context: AuthContext<'_>| {
        match refusal(&context, &control) {
            None => Authorization::Allow,
            Some(reason) => {
                control.deny(reason);
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
fn refusal(context: &AuthContext<'_>, control: &Control) -> Option<String> {
    if context
        .database_name
        .is_some_and(|name| name.eq_ignore_ascii_case("temp"))
        && !looks_at_temp(&context.action)
    {
        return Some(TEMP.into());
    }
    match &context.action {
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
        AuthAction::Function { function_name } => FUNCTIONS
            .iter()
            .any(|refused| refused.eq_ignore_ascii_case(function_name))
            .then(|| format!("the function `{function_name}`")),
        AuthAction::Pragma {
            pragma_name,
            pragma_value,
        } => pragma_refusal(pragma_name, *pragma_value),
        AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => (!control.is_own())
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
        | AuthAction::DropTempView { .. } => Some(TEMP.into()),
        _ => Some("this kind of statement".into()),
    }
}

/// Whatever is made in the schema `temp` stays with the connection, and would be seen by the next call that gets it. But SQLite's
/// own `ALTER TABLE` looks for views there that name the table; a statement of a guest may not change that list.
fn looks_at_temp(action: &AuthAction<'_>) -> bool {
    matches!(action, AuthAction::Read { table_name, .. } | AuthAction::Update { table_name, .. }
        if ["sqlite_temp_master", "sqlite_temp_schema"].contains(table_name))
}

/// Pragmas that only read, and the version number that migrations keep.
fn pragma_refusal(name: &str, value: Option<&str>) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let allowed = match name.as_str() {
        "table_info" | "table_xinfo" | "table_list" | "index_list" | "index_info" | "index_xinfo"
        | "foreign_key_list" | "foreign_key_check" | "integrity_check" | "quick_check" | "user_version" => true,
        "data_version" | "page_count" | "page_size" | "freelist_count" | "foreign_keys" | "encoding"
        | "journal_mode" | "synchronous" => value.is_none(),
        _ => false,
    };
    (!allowed).then(|| format!("PRAGMA {name}{}", if value.is_some() { " with a value" } else { "" }))
}
