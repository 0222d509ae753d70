//! A guest's statement, read once: its placeholders, and what it does.

use super::{
    super::error::{SqlError, whole},
    guard::{self, Verb},
    lex::{Lexeme, Lexer, Token},
};
use crate::base::limits;

/// The protocol counts parameters in 16 bits.
const MAX_PARAMETERS: u32 = u16::MAX as u32;

pub(super) struct Text {
    /// As its author wrote it.
    pub(super) written: String,
    /// As the server takes it: with `$1` for `?`.
    pub(super) sent: String,
    pub(super) verb: Verb,
}

impl Text {
    pub(super) fn read(written: String) -> Result<Self, SqlError> {
        check(&written)?;
        let tokens: Vec<_> = Lexer::new(&written).collect();
        let mut statements = tokens.split(|(token, ..)| *token == Token::End);
        let first = statements.next().unwrap_or_default();
        if statements.any(|statement| !statement.is_empty()) {
            return Err(SqlError::SeveralStatements);
        }
        if first.is_empty() {
            return Err(SqlError::Empty);
        }
        let verb = guard::verb(first)?;
        let sent = numbered(&written, &tokens)?;
        Ok(Self { written, sent, verb })
    }
}

/// What no statement is.
pub(super) fn check(sql: &str) -> Result<(), SqlError> {
    if sql.len() > limits::SQL_STATEMENT {
        return Err(SqlError::TooBig);
    }
    whole(sql)
}

fn numbered(sql: &str, tokens: &[Lexeme<'_>]) -> Result<String, SqlError> {
    let mut sent = String::with_capacity(sql.len() + 16);
    let (mut copied, mut count, mut highest) = (0, 0, 0);
    for (token, start, text) in tokens {
        let instead = match token {
            Token::Placeholder => {
                count += 1;
                format!("${count}")
            }
            Token::NumberedPlaceholder => text.replace('?', "$"),
            Token::Operator => "?".to_owned(),
            Token::Parameter => (*text).to_owned(),
            _ => continue,
        };
        if matches!(token, Token::NumberedPlaceholder | Token::Parameter) {
            highest = highest.max(text.get(1..).unwrap_or_default().parse().unwrap_or(u32::MAX));
        }
        sent.push_str(sql.get(copied..*start).unwrap_or_default());
        sent.push_str(&instead);
        copied = start + text.len();
    }
    if count > 0 && highest > 0 {
        return Err(SqlError::Parameters(
            "the statement has `?` and numbered parameters (`$1`): use one of the two; the operator `?` is written `??`"
                .to_owned(),
        ));
    }
    if count.max(highest) > MAX_PARAMETERS {
        let message = format!("a statement has {MAX_PARAMETERS} parameters at most");
        return Err(SqlError::Parameters(message));
    }
    sent.push_str(sql.get(copied..).unwrap_or_default());
    Ok(sent)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::base::explain::Explain;

    fn sent(sql: &str) -> String {
        let tokens: Vec<_> = Lexer::new(sql).collect();
        numbered(sql, &tokens).unwrap_or_else(|error| format!("{}: {error}", error.meaning().1))
    }

    #[test]
    fn placeholders_outside_of_quotes_and_comments_are_numbered() {
        for (written, expected) in [
            ("SELECT ?, ?", "SELECT $1, $2"),
            ("SELECT ?::int+?", "SELECT $1::int+$2"),
            ("?", "$1"),
            ("SELECT $1, $2", "SELECT $1, $2"),
            ("SELECT ?2, ?1", "SELECT $2, $1"),
            // Operators of jsonb.
            ("SELECT a ?? 'k', a ??| ?, a ??& ?", "SELECT a ? 'k', a ?| $1, a ?& $2"),
            ("SELECT a @?? ?", "SELECT a @? $1"),
            ("SELECT a ???", "SELECT a ?$1"),
            // Texts and names.
            ("SELECT '?', ?", "SELECT '?', $1"),
            ("SELECT 'it''s ?', ?", "SELECT 'it''s ?', $1"),
            (r"SELECT '\', ?", r"SELECT '\', $1"),
            (r"SELECT E'\'?', ?", r"SELECT E'\'?', $1"),
            (r"SELECT e'\\', ?", r"SELECT e'\\', $1"),
            ("SELECT E'a'\n  '\\'?', ?", "SELECT E'a'\n  '\\'?', $1"),
            ("SELECT E'a' -- '\n '\\'?', ?", "SELECT E'a' -- '\n '\\'?', $1"),
            ("SELECT E'a', '\\', ?", "SELECT E'a', '\\', $1"),
            (
                "SELECT U&'?', u&\"?\", B'?', x'?', N'?', ?",
                "SELECT U&'?', u&\"?\", B'?', x'?', N'?', $1",
            ),
            ("SELECT nameE'\\', ?", "SELECT nameE'\\', $1"),
            ("SELECT \"a?\"\"?\", ?", "SELECT \"a?\"\"?\", $1"),
            ("SELECT 'é?', \"ü?\", é, ?", "SELECT 'é?', \"ü?\", é, $1"),
            // Dollar quotes.
            ("SELECT $$?'$$, ?", "SELECT $$?'$$, $1"),
            ("SELECT $a$ $b$ ? $$ $a$, ?", "SELECT $a$ $b$ ? $$ $a$, $1"),
            ("SELECT $ü1$?$ü1$, ?", "SELECT $ü1$?$ü1$, $1"),
            ("SELECT a$b$, ?, c$b$", "SELECT a$b$, $1, c$b$"),
            ("SELECT $ ?", "SELECT $ $1"),
            // Comments.
            ("SELECT 1 -- ?\n, ?", "SELECT 1 -- ?\n, $1"),
            ("SELECT 1 -- ?\r, ?", "SELECT 1 -- ?\r, $1"),
            ("SELECT /* ? /* ' */ ? */ ?", "SELECT /* ? /* ' */ ? */ $1"),
            ("SELECT 1 /*/ ? */, ?", "SELECT 1 /*/ ? */, $1"),
            ("SELECT 1 - - ?", "SELECT 1 - - $1"),
            ("SELECT 2*-?/?", "SELECT 2*-$1/$2"),
            // What never ends.
            ("SELECT '?", "SELECT '?"),
            (r"SELECT E'\", r"SELECT E'\"),
            ("SELECT $x$ ?", "SELECT $x$ ?"),
            ("SELECT /* ?", "SELECT /* ?"),
            ("SELECT \"?", "SELECT \"?"),
            ("-- ?", "-- ?"),
        ] {
            assert_eq!(sent(written), expected, "{written}");
        }
        for mixed in ["SELECT ?, $1", "SELECT ?1, ?", "SELECT a ? 'k', $1"] {
            let error = sent(mixed);
            assert!(
                error.starts_with("parameters: ") && error.contains("`??`"),
                "{mixed}: {error}"
            );
        }
    }

    #[test]
    fn parameters_are_bounded() {
        for sql in [
            format!("SELECT {}", "?,".repeat(70_000)),
            "SELECT $70000".into(),
            "SELECT ?99999999999".into(),
        ] {
            assert!(sent(&sql).contains("65535 parameters at most"));
        }
    }

    /// Whatever it is, the lexer takes every part of it once and in order, and only what stands for a parameter is
    /// changed.
    #[test]
    fn any_text_is_read() {
        let parts = [
            "?", "??", "$", "$$", "$a$", "$1", "'", "\"", "E'", "U&\"", "\\", "--", "/*", "*/", "\n", " ", ";", "a",
            "é", "1", "(",
        ];
        for seed in 0..20_000 {
            let mut random = fastrand::Rng::with_seed(seed);
            let sql: String = (0..random.usize(0..24))
                .map(|_| parts[random.usize(0..parts.len())])
                .collect();
            let mut end = 0;
            for (_, start, text) in Lexer::new(&sql) {
                assert!(start >= end && !text.is_empty(), "{sql:?}");
                end = start + text.len();
                assert_eq!(&sql[start..end], text, "{sql:?}");
            }
            let sent = sent(&sql);
            assert!(sql.contains('?') || sent == sql, "{sql:?}");
            let is_error = sent.starts_with("parameters: ");
            assert!(
                is_error || sent.matches('\n').count() == sql.matches('\n').count(),
                "{sql:?}"
            );
        }
    }
}
