//! Which statements fujsens may run. What these may touch is for the server's own roles to say.

use super::{
    super::error::SqlError,
    lex::{Lexeme, Lexer, Token},
};
use crate::base::misspelt::did_you_mean;

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// Gives rows and changes nothing, as far as its words say.
    Read,
    /// `WITH … SELECT`, whose parts may change something.
    With,
    /// `INSERT` and the like: what it changed is counted.
    Change,
    /// `CREATE` and the like.
    Define,
}

const VERBS: [&str; 17] = [
    "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES", "TABLE", "WITH", "EXPLAIN", "CREATE", "ALTER", "DROP",
    "TRUNCATE", "ANALYZE", "REINDEX", "REFRESH", "LOCK",
];
/// What `CREATE`, `ALTER` and `DROP` may be about.
const OBJECTS: [&str; 8] = [
    "TABLE",
    "INDEX",
    "VIEW",
    "SEQUENCE",
    "TYPE",
    "DOMAIN",
    "TRIGGER",
    "STATISTICS",
];
/// What may stand between `CREATE` and its object.
const ADJECTIVES: [&str; 7] = [
    "OR",
    "REPLACE",
    "UNIQUE",
    "UNLOGGED",
    "MATERIALIZED",
    "RECURSIVE",
    "CONSTRAINT",
];
/// What a setup may do besides.
const SETUP_VERBS: [&str; 4] = ["COMMENT", "DO", "GRANT", "REVOKE"];
const SETUP_OBJECTS: [&str; 6] = ["FUNCTION", "PROCEDURE", "AGGREGATE", "EXTENSION", "SCHEMA", "POLICY"];
const TRANSACTIONS: [&str; 9] = [
    "BEGIN",
    "START",
    "COMMIT",
    "END",
    "ROLLBACK",
    "ABORT",
    "SAVEPOINT",
    "RELEASE",
    "PREPARE",
];
const SETTINGS: [&str; 4] = ["SET", "RESET", "SHOW", "DISCARD"];
/// Statements of PostgreSQL that are refused without a word of their own.
const OTHERS: [&str; 20] = [
    "CALL",
    "CHECKPOINT",
    "CLOSE",
    "CLUSTER",
    "COMMENT",
    "DEALLOCATE",
    "DECLARE",
    "DO",
    "EXECUTE",
    "FETCH",
    "GRANT",
    "IMPORT",
    "LOAD",
    "MOVE",
    "REASSIGN",
    "REVOKE",
    "SECURITY",
    "VACUUM",
    "REPACK",
    "WAIT",
];

/// What a statement of a fujsen does, or why it is refused. `tokens` are those of one statement.
pub(super) fn verb(tokens: &[Lexeme<'_>]) -> Result<Verb, SqlError> {
    let words = Words::of(tokens);
    let first = words.first();
    match first.as_str() {
        "SELECT" | "VALUES" | "TABLE" | "EXPLAIN" => Ok(Verb::Read),
        "INSERT" | "UPDATE" | "DELETE" | "MERGE" => Ok(Verb::Change),
        "WITH" => Ok(main_verb(tokens)),
        "CREATE" | "ALTER" | "DROP" => words.object(&[]).map(|()| Verb::Define),
        word if VERBS.contains(&word) => Ok(Verb::Define),
        _ => Err(refusal(&first)),
    }
}

/// Refuses a setup that would not be whole or not at all, or that leaves something in the session.
pub(super) fn check_setup(sql: &str) -> Result<(), SqlError> {
    let tokens: Vec<_> = Lexer::new(sql).collect();
    for statement in statements(&tokens) {
        let words = Words::of(statement);
        let first = words.first();
        match first.as_str() {
            "CREATE" | "ALTER" | "DROP" => words.object(&SETUP_OBJECTS)?,
            word if VERBS.contains(&word) || SETUP_VERBS.contains(&word) => {}
            _ => return Err(refusal(&first)),
        }
    }
    Ok(())
}

/// Splits at each `;` that ends a statement: not at those in the body of `CREATE FUNCTION … BEGIN ATOMIC … END`.
fn statements<'t, 'a>(tokens: &'t [Lexeme<'a>]) -> Vec<&'t [Lexeme<'a>]> {
    let (mut found, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, (token, _, text)) in tokens.iter().enumerate() {
        let is = |word: &str| *token == Token::Word && text.eq_ignore_ascii_case(word);
        let atomic = || {
            tokens
                .get(at + 1)
                .is_some_and(|(_, _, next)| next.eq_ignore_ascii_case("atomic"))
        };
        if (is("begin") && atomic()) || (depth > 0 && is("case")) {
            depth += 1;
        } else if is("end") {
            depth = depth.saturating_sub(1);
        } else if *token == Token::End && depth == 0 {
            found.extend(tokens.get(start..at));
            start = at + 1;
        }
    }
    found.extend(tokens.get(start..));
    found.retain(|statement| !statement.is_empty());
    found
}

/// What stands behind the common table expressions of a `WITH`.
fn main_verb(tokens: &[Lexeme<'_>]) -> Verb {
    let mut depth = 0;
    for (token, _, text) in tokens {
        match token {
            Token::Open => depth += 1,
            Token::Close => depth -= 1,
            Token::Word if depth == 0 => match text.to_ascii_uppercase().as_str() {
                "INSERT" | "UPDATE" | "DELETE" | "MERGE" => return Verb::Change,
                "SELECT" | "VALUES" | "TABLE" => return Verb::With,
                _ => {}
            },
            _ => {}
        }
    }
    Verb::With
}

/// The words that a statement begins with, in capitals.
struct Words(Vec<String>);

impl Words {
    fn of(tokens: &[Lexeme<'_>]) -> Self {
        // A statement of a set operation may begin in parentheses.
        let begun = tokens.iter().skip_while(|(token, ..)| *token == Token::Open);
        let words = begun.take_while(|(token, ..)| *token == Token::Word);
        Self(words.take(8).map(|(_, _, text)| text.to_ascii_uppercase()).collect())
    }

    fn first(&self) -> String {
        self.0.first().cloned().unwrap_or_default()
    }

    fn object(&self, further: &[&str]) -> Result<(), SqlError> {
        let mut rest = self.0.iter().skip(1).map(String::as_str);
        match rest.find(|word| !ADJECTIVES.contains(word)) {
            Some("TEMP" | "TEMPORARY" | "LOCAL" | "GLOBAL") => {
                Err(denied("TEMP tables, which end with the call; use a WITH clause"))
            }
            Some(object) if OBJECTS.contains(&object) || further.contains(&object) => Ok(()),
            object => {
                let object = object.unwrap_or_default();
                let (first, hint) = (self.first(), did_you_mean(object, OBJECTS));
                if object.is_empty() || !hint.is_empty() {
                    let message = format!(
                        "no statement begins with `{}`{hint}",
                        format!("{first} {object}").trim_end()
                    );
                    return Err(SqlError::Syntax(message));
                }
                let allowed = OBJECTS.join(", ");
                Err(denied(&format!("{first} {object}; it may be about {allowed}")))
            }
        }
    }
}

fn refusal(first: &str) -> SqlError {
    match first {
        word if TRANSACTIONS.contains(&word) => {
            denied("BEGIN, COMMIT, ROLLBACK and SAVEPOINT as statements; use the SDK's transaction")
        }
        word if SETTINGS.contains(&word) => {
            denied("SET, RESET, SHOW and DISCARD; what all calls need is the role's: ALTER ROLE … SET … on the server")
        }
        "COPY" => denied("COPY; use INSERT and SELECT"),
        "LISTEN" | "NOTIFY" | "UNLISTEN" => denied("LISTEN and NOTIFY; publish an event"),
        word if OTHERS.contains(&word) => denied(&format!("{word}; there are {}", VERBS.join(", "))),
        word => {
            let hint = did_you_mean(word, VERBS);
            SqlError::Syntax(format!("no statement begins with `{word}`{hint}"))
        }
    }
}

fn denied(what: &str) -> SqlError {
    SqlError::Denied(what.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::base::explain::Told;

    fn verb(sql: &str) -> Result<Verb, SqlError> {
        super::verb(&Lexer::new(sql).collect::<Vec<_>>())
    }

    #[test]
    fn what_statements_do() {
        for (sql, expected) in [
            ("select 1", Verb::Read),
            ("((SELECT 1) UNION SELECT 2)", Verb::Read),
            ("/* a */ VALUES (1)", Verb::Read),
            ("TABLE users", Verb::Read),
            ("EXPLAIN SELECT 1", Verb::Read),
            ("Insert INTO t VALUES (1)", Verb::Change),
            ("MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE", Verb::Change),
            ("WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", Verb::With),
            (
                "WITH RECURSIVE a(n) AS (SELECT 1) INSERT INTO t SELECT n FROM a",
                Verb::Change,
            ),
            (
                "WITH a AS MATERIALIZED (SELECT 1), b AS (SELECT 2) UPDATE t SET n = 1",
                Verb::Change,
            ),
            ("CREATE TABLE IF NOT EXISTS t (n int)", Verb::Define),
            ("CREATE UNIQUE INDEX CONCURRENTLY i ON t (n)", Verb::Define),
            ("CREATE OR REPLACE VIEW v AS SELECT 1", Verb::Define),
            ("CREATE MATERIALIZED VIEW v AS SELECT 1", Verb::Define),
            ("ALTER TABLE t ADD n int", Verb::Define),
            ("DROP INDEX i", Verb::Define),
            ("TRUNCATE t", Verb::Define),
        ] {
            assert_eq!(verb(sql).unwrap(), expected, "{sql}");
        }
    }

    #[test]
    fn what_is_refused() {
        for (sql, code, says) in [
            ("BEGIN", "denied", "the SDK's transaction"),
            ("commit and chain", "denied", "the SDK's transaction"),
            ("PREPARE TRANSACTION 'x'", "denied", "the SDK's transaction"),
            ("SET ROLE admin", "denied", "ALTER ROLE"),
            ("COPY t TO PROGRAM 'sh'", "denied", "COPY"),
            ("-- SELECT\nDO $$ BEGIN END $$", "denied", "DO; there are SELECT"),
            ("LISTEN x", "denied", "publish an event"),
            ("CREATE ROLE admin", "denied", "CREATE ROLE"),
            ("CREATE TEMP TABLE t (n int)", "denied", "TEMP"),
            (
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "denied",
                "CREATE FUNCTION",
            ),
            (
                "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "denied",
                "CREATE FUNCTION",
            ),
            ("ALTER SYSTEM SET x = 1", "denied", "ALTER SYSTEM"),
            ("DROP DATABASE app", "denied", "DROP DATABASE"),
            ("CREATE", "syntax", "`CREATE`"),
            ("CREATE TABEL t (n int)", "syntax", "did you mean `TABLE`?"),
            ("VACUUM", "denied", "VACUUM"),
            ("SELEC 1", "syntax", "did you mean `SELECT`?"),
            ("'SELECT'", "syntax", "no statement"),
            ("\"SELECT\" 1", "syntax", "no statement"),
        ] {
            let error = verb(sql).told();
            assert_eq!(error.code, code, "{sql}");
            assert!(error.message.contains(says), "{sql}: {}", error.message);
        }
    }

    #[test]
    fn a_setup_may_do_more() {
        for sql in [
            "",
            ";;",
            "CREATE TABLE a (n int); INSERT INTO a VALUES (1); -- done",
            "CREATE EXTENSION IF NOT EXISTS citext; GRANT SELECT ON a TO b; COMMENT ON TABLE a IS 'x;y'",
            "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 1; END; \
             CREATE SCHEMA s",
            "DO $$ BEGIN CREATE TYPE t AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        ] {
            assert!(check_setup(sql).is_ok(), "{sql}");
        }
        for sql in [
            "CREATE TABLE a (n int); COMMIT",
            "SET search_path = x",
            "CREATE DATABASE x",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END; ROLLBACK",
            "COPY a FROM STDIN",
        ] {
            assert_eq!(check_setup(sql).told().code, "denied", "{sql}");
        }
    }
}
