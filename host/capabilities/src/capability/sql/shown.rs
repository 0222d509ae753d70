//! A statement as traces show it: without the values that its author wrote into it.

use crate::observe::traces::Recording;

/// What a statement does, in one of few words.
const OPERATIONS: [&str; 13] = [
    "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "VALUES", "BEGIN", "COMMIT", "ROLLBACK", "CREATE",
    "ALTER", "DROP",
];

/// `system` is the database's, as traces call it; `shown` the statement as they may show it.
pub(super) fn describe(span: &mut Recording, system: &'static str, database: &str, statement: &str, shown: &str) {
    let operation = operation(statement);
    span.name(format!("{operation} {database}"));
    span.set("db.system.name", system);
    span.set("db.namespace", database);
    span.set("db.operation.name", operation);
    span.set("db.query.text", shown);
}

fn operation(statement: &str) -> &'static str {
    let start = statement.trim_start();
    let word = start.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    let known = OPERATIONS.iter().find(|known| known.eq_ignore_ascii_case(word));
    known.copied().unwrap_or("SQL")
}

/// As SQLite reads it: texts, numbers and blobs become `?`, comments go. Names in quotes stay: they are no values.
pub(super) fn without_values(statement: &str) -> String {
    let mut shown = String::with_capacity(statement.len());
    let mut rest = statement;
    while let Some(first) = rest.chars().next() {
        let is_inside_name = shown.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | ':' | '@' | '?'));
        let end = match first {
            '\'' => {
                // The prefix of a blob is part of the value.
                shown.truncate(shown.len() - blob_prefix(&shown).len());
                shown.push('?');
                text_end(rest)
            }
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => after(rest, 2, "*/"),
            '"' | '`' => {
                let end = after(rest, 1, rest.get(..1).unwrap_or_default());
                shown.push_str(rest.get(..end).unwrap_or_default());
                end
            }
            '0'..='9' if !is_inside_name => {
                shown.push('?');
                let is_number = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
                rest.find(|c| !is_number(c)).unwrap_or(rest.len())
            }
            _ => {
                shown.push(first);
                first.len_utf8()
            }
        };
        rest = rest.get(end..).unwrap_or_default();
    }
    shown
}

/// The letter that a quote follows, as in `x'00'`.
fn blob_prefix(shown: &str) -> &str {
    match shown.char_indices().next_back() {
        Some((at, 'x' | 'X'))
            if !shown
                .get(..at)
                .unwrap_or_default()
                .ends_with(|c: char| c.is_alphanumeric() || c == '_') =>
        {
            shown.get(at..).unwrap_or_default()
        }
        _ => "",
    }
}

/// Behind the closing quote; a doubled one is part of the text.
fn text_end(rest: &str) -> usize {
    let mut quotes = rest.match_indices('\'').skip(1).map(|(at, _)| at).peekable();
    while let Some(at) = quotes.next() {
        if quotes.next_if_eq(&(at + 1)).is_none() {
            return at + 1;
        }
    }
    rest.len()
}

/// Behind the first `end` from `start` on; all of it where there is none.
fn after(rest: &str, start: usize, end: &str) -> usize {
    rest.get(start..)
        .unwrap_or_default()
        .find(end)
        .map_or(rest.len(), |at| start + at + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_left_out() {
        for (statement, shown) in [
            ("SELECT * FROM users WHERE id = ?", "SELECT * FROM users WHERE id = ?"),
            (
                "SELECT 1, -2.5e3, 0xff, t2.a1 FROM t2",
                "SELECT ?, -?, ?, t2.a1 FROM t2",
            ),
            (
                "WHERE a = ?1 AND b = $2 AND c = :n3",
                "WHERE a = ?1 AND b = $2 AND c = :n3",
            ),
            ("x = 'it''s' || 'more'", "x = ? || ?"),
            ("x = 'a\\' AND y = 'b'", "x = ? AND y = ?"),
            ("VALUES (x'00ff', X'11')", "VALUES (?, ?)"),
            ("hex'1'", "hex?"),
            (
                "SELECT \"a'b\", `c'd` -- secret\n, 'x' /* 'y' */ z",
                "SELECT \"a'b\", `c'd` \n, ?  z",
            ),
            ("'never ends", "?"),
            ("/* never", ""),
            ("\"name", "\"name"),
            ("é = 'ü' -- ö", "é = ? "),
        ] {
            assert_eq!(without_values(statement), shown, "{statement}");
        }
    }

    #[test]
    fn operations_are_few() {
        for (statement, word) in [
            ("select 1", "SELECT"),
            ("  INSERT INTO t VALUES (1)", "INSERT"),
            ("geheim", "SQL"),
            ("", "SQL"),
        ] {
            assert_eq!(operation(statement), word);
        }
    }
}
