//! Lists among the parameters: SQLite binds one value to each, and would compare the list's text.

use super::super::error::SqlError;
use crate::base::value::Value;

/// Fails where a list stands for several values. Where its text is stored, or read by a function of JSON, it may stand.
pub(super) fn refuse(sql: &str, parameters: &[Value]) -> Result<(), SqlError> {
    if !parameters.iter().any(is_list) {
        return Ok(());
    }
    let tokens: Vec<&str> = Tokens(sql).collect();
    let mut lists: Vec<bool> = Vec::new();
    let (mut count, mut compares) = (0, false);
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| tokens.get(index)).unwrap_or(&"");
        let after = tokens.get(index + 1).unwrap_or(&"");
        match *token {
            "(" => lists.push(is_one_of(before, &["IN", "ANY", "SOME", "ALL"]) && !is_one_of(after, &QUERIES)),
            ")" => drop(lists.pop()),
            _ if is_one_of(token, &["WHERE", "ON", "HAVING", "WHEN"]) => compares = true,
            _ if is_one_of(token, &["SET", "SELECT", "VALUES", "RETURNING"]) => compares = false,
            _ => {}
        }
        let Some(position) = position(token, &mut count) else {
            continue;
        };
        let stands_for_several = lists.last() == Some(&true) || (compares && is_one_of(before, &COMPARISONS));
        if stands_for_several && parameters.get(position).is_some_and(is_list) {
            return Err(several(position + 1));
        }
    }
    Ok(())
}

const QUERIES: [&str; 3] = ["SELECT", "WITH", "VALUES"];
const COMPARISONS: [&str; 9] = ["=", "==", "<>", "!=", "<", ">", "<=", ">=", "IN"];

fn is_list(value: &Value) -> bool {
    matches!(value, Value::Json(text) if text.trim_start().starts_with('['))
}

fn is_one_of(token: &str, words: &[&str]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(token))
}

/// Which parameter a token is, from 0.
fn position(token: &str, count: &mut usize) -> Option<usize> {
    let number = token.strip_prefix(['?', '$'])?;
    if number.is_empty() {
        *count += 1;
        return Some(*count - 1);
    }
    number.parse::<usize>().ok()?.checked_sub(1)
}

fn several(position: usize) -> SqlError {
    let message = format!(
        "value {position} is a list, and SQLite compares with one value: write `IN (SELECT value FROM json_each(?))`, which \
         takes a list; to compare with a list's own text, give it as text"
    );
    SqlError::Parameters(message)
}

/// What a statement consists of, without comments, texts and names in quotes.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            self.0 = self.0.trim_start();
            let first = self.0.chars().next()?;
            let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
            let after = self.0.strip_prefix(first).unwrap_or_default();
            let length = match first {
                '-' if self.0.starts_with("--") => {
                    self.0 = self.0.split_once('\n').map_or("", |(_, rest)| rest);
                    continue;
                }
                '/' if self.0.starts_with("/*") => {
                    let comment = after.strip_prefix('*').unwrap_or_default();
                    self.0 = comment.split_once("*/").map_or("", |(_, rest)| rest);
                    continue;
                }
                '\'' | '"' | '`' => quoted(self.0, first),
                '[' => quoted(self.0, ']'),
                '?' | '$' => 1 + after.find(|c| !is_word(c)).unwrap_or(after.len()),
                '<' | '>' | '=' | '!' => 1 + after.find(|c| !matches!(c, '=' | '>')).unwrap_or(0),
                _ if is_word(first) => self.0.find(|c| !is_word(c)).unwrap_or(self.0.len()),
                other => other.len_utf8(),
            };
            let (token, rest) = self.0.split_at(length);
            self.0 = rest;
            return Some(token);
        }
    }
}

/// The length of what begins with a quote and ends with `end`. A doubled quote ends one and begins the next.
fn quoted(text: &str, end: char) -> usize {
    text.get(1..)
        .unwrap_or_default()
        .find(end)
        .map_or(text.len(), |at| at + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_stands_for_several_values_is_refused() {
        let list = || Value::Json(" [1, 2]".into());
        let one = || Value::Integer(1);
        for (sql, parameters) in [
            ("SELECT * FROM t WHERE id IN (?)", vec![list()]),
            ("SELECT * FROM t WHERE id NOT in (?1) -- '", vec![list()]),
            ("DELETE FROM t WHERE a = ? AND id IN ( 1, ? )", vec![one(), list()]),
            ("UPDATE t SET a = $2 WHERE id IN ($1)", vec![list(), one()]),
            ("SELECT * FROM t WHERE id = ANY(?)", vec![list()]),
            ("SELECT * FROM t WHERE 'it''s (' <> \"in\" AND id = ?", vec![list()]),
            ("SELECT * FROM t JOIN u ON t.a >= ?", vec![list()]),
        ] {
            assert!(refuse(sql, &parameters).is_err(), "{sql}");
        }
        for (sql, parameters) in [
            ("INSERT INTO t (a, b) VALUES (?, ?)", vec![one(), list()]),
            ("UPDATE t SET tags = ? WHERE id IN (?)", vec![list(), one()]),
            (
                "INSERT INTO t VALUES (?) ON CONFLICT (id) DO UPDATE SET a = ?",
                vec![one(), list()],
            ),
            (
                "SELECT * FROM t WHERE id IN (SELECT value FROM json_each(?))",
                vec![list()],
            ),
            (
                "SELECT * FROM t WHERE id IN (SELECT b FROM u WHERE c = ?1)",
                vec![one()],
            ),
            ("SELECT ? AS x", vec![list()]),
            ("SELECT '?', [in (?], x FROM t /* IN (?) */ WHERE id = ?", vec![one()]),
            ("SELECT json_array_length(?) > 1", vec![list()]),
            ("SELECT * FROM t WHERE a = ?", vec![Value::Json("{}".into())]),
            ("SELECT * FROM t WHERE a = ?", vec![Value::Text("[1]".into())]),
        ] {
            assert!(refuse(sql, &parameters).is_ok(), "{sql}");
        }
    }
}
