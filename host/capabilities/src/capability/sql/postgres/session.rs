//! What a connection begins with, and is brought back to for its next user.

use std::sync::LazyLock;

use crate::base::limits;

/// Nothing that a call did to its session reaches the next one: settings, locks, cursors, temporary tables.
const FORGET: &str = "RESET ALL; CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; UNLISTEN *; \
                      SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES";

static FRESH: LazyLock<String> = LazyLock::new(|| format!("{FORGET}; {}; {}; {}", forms(false), times(false), look()));
static ROLLED_BACK: LazyLock<String> = LazyLock::new(|| format!("ROLLBACK; {}", *FRESH));
static SHARED_BEGIN: LazyLock<String> = LazyLock::new(|| format!("BEGIN; {}; {}", forms(true), times(true)));
static SHARED_COMMIT: LazyLock<String> = LazyLock::new(|| format!("COMMIT; {FORGET}; DEALLOCATE ALL"));
static SHARED_ROLLBACK: LazyLock<String> = LazyLock::new(|| format!("ROLLBACK; {FORGET}; DEALLOCATE ALL"));

pub(super) fn fresh() -> &'static str {
    &FRESH
}

/// As [`fresh`], where a transaction is open.
pub(super) fn rolled_back() -> &'static str {
    &ROLLED_BACK
}

/// Of one connection to a server behind a pooler: it is another one after each transaction, and others use it then. So a
/// transaction brings along what it needs, and takes everything with it.
pub(super) fn shared_begin() -> &'static str {
    &SHARED_BEGIN
}

pub(super) fn shared_commit() -> &'static str {
    &SHARED_COMMIT
}

pub(super) fn shared_rollback() -> &'static str {
    &SHARED_ROLLBACK
}

/// Texts of dates and the like are the same on every server, and quotes mean what `lex` takes them for.
fn forms(for_transaction: bool) -> String {
    format!(
        "SELECT set_config(name, value, {for_transaction}) FROM (VALUES ('TimeZone', 'UTC'), ('DateStyle', 'ISO'), \
         ('IntervalStyle', 'postgres'), ('standard_conforming_strings', 'on')) AS own (name, value)"
    )
}

/// What the operator has made shorter stays so.
fn times(for_transaction: bool) -> String {
    let (lock, longest) = (limits::SQL_BUSY.as_millis(), limits::SQL_LONGEST.as_millis());
    format!(
        "SELECT set_config(name, value, {for_transaction}) FROM (VALUES ('lock_timeout', '{lock} ms'), \
         ('statement_timeout', '{longest} ms'), ('idle_in_transaction_session_timeout', '{longest} ms')) \
         AS own (name, value) WHERE current_setting(name)::interval NOT BETWEEN '1 ms' AND value::interval"
    )
}

/// A statement whose host is gone is not run to its end. Old versions cannot look, and other systems than Linux may
/// refuse to.
fn look() -> String {
    const NAME: &str = "client_connection_check_interval";
    let every = limits::SQL_LOOK.as_millis();
    format!(
        "SELECT set_config('{NAME}', '{every} ms', false) \
         WHERE version() LIKE '%linux%' AND current_setting('{NAME}', true) IS NOT NULL"
    )
}
