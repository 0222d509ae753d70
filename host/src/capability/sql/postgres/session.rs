//! What a connection begins with, and is brought back to for its next user.

use std::sync::LazyLock;

use crate::limits;

/// Nothing that a call did to its session reaches the next one: settings, locks, cursors, temporary tables. Times that
/// the operator has made shorter stay so.
///
/// Texts of dates and the like are then the same on every server, and quotes mean what `lex` takes them for.
const RESET: &str = "\
CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD TEMP; \
DISCARD SEQUENCES; \
SELECT set_config(name, value, false) FROM (VALUES ('TimeZone', 'UTC'), ('DateStyle', 'ISO'), \
('IntervalStyle', 'postgres'), ('standard_conforming_strings', 'on')) AS own (name, value); \
SELECT set_config(name, value, false) FROM (VALUES ";

/// A statement whose host is gone is not run to its end. Old versions cannot look, and other systems than Linux may
/// refuse to.
const LOOK: &str = "SELECT set_config('client_connection_check_interval', '";

static SESSION: LazyLock<String> = LazyLock::new(|| {
    let (lock, longest) = (limits::SQL_BUSY.as_millis(), limits::SQL_LONGEST.as_millis());
    let look = limits::SQL_LOOK.as_millis();
    format!(
        "{RESET}('lock_timeout', '{lock} ms'), ('statement_timeout', '{longest} ms'), \
         ('idle_in_transaction_session_timeout', '{longest} ms')) AS own (name, value) \
         WHERE current_setting(name)::interval NOT BETWEEN '1 ms' AND value::interval; \
         {LOOK}{look} ms', false) WHERE version() LIKE '%linux%' \
         AND current_setting('client_connection_check_interval', true) IS NOT NULL"
    )
});

static ROLLBACK: LazyLock<String> = LazyLock::new(|| format!("ROLLBACK; {}", *SESSION));

pub(super) fn fresh() -> &'static str {
    &SESSION
}

/// As [`fresh`], where a transaction is open.
pub(super) fn rolled_back() -> &'static str {
    &ROLLBACK
}
