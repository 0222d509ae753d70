//! A statement as traces show it: without the values that its author wrote into it.

use crate::traces::Recording;

/// What a statement does, in one of few words.
const OPERATIONS: [&str; 13] = [
    "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "VALUES", "BEGIN", "COMMIT", "ROLLBACK", "CREATE",
    "ALTER", "DROP",
];

pub(super) fn describe(span: &mut Recording, system: &'static str, database: &str, statement: &str) {
    let operation = operation(statement);
    span.name(format!("{operation} {database}"));
    span.set("db.system.name", system);
    span.set("db.namespace", database);
    span.set("db.operation.name", operation);
    span.set("db.query.text", &*without_values(statement));
}

fn operation(statement: &str) -> &'static str {
    let start = statement.trim_start();
    let word = start.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    let known = OPERATIONS.iter().find(|known| known.eq_ignore_ascii_case(word));
    known.copied().unwrap_or("SQL")
}

/// Texts, numbers and blobs become `?`, comments go. Names in quotes stay: they are no values.
fn without_values(statement: &str) -> String {
    let mut shown = String::with_capacity(statement.len());
    let mut rest = statement;
    while let Some(first) = rest.chars().next() {
        let is_inside_name = shown.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | ':' | '@' | '?'));
        let end = match first {
            '\'' => {
                // The prefix of a blob or of a text with escapes is part of the value.
                let prefix = prefix(&shown);
                let (has_escapes, kept) = (prefix.eq_ignore_ascii_case("e"), shown.len() - prefix.len());
                shown.truncate(kept);
                shown.push('?');
                text_end(rest, has_escapes)
            }
            '$' if !is_inside_name && dollar_tag(rest).is_some() => {
                shown.push('?');
                let tag = dollar_tag(rest).unwrap_or_default();
                after(rest, tag.len(), tag)
            }
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => after(rest, 2, "*/"),
            '"' | '`' => {
                let end = after(rest, 1, &rest[..1]);
                shown.push_str(&rest[..end]);
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
        rest = &rest[end..];
    }
    shown
}

/// The single letter that a quote follows, as in `x'00'`.
fn prefix(shown: &str) -> &str {
    let is_letter = |c: char| matches!(c.to_ascii_lowercase(), 'x' | 'e' | 'b' | 'n');
    match shown.char_indices().next_back() {
        Some((at, letter))
            if is_letter(letter) && !shown[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') =>
        {
            &shown[at..]
        }
        _ => "",
    }
}

/// Behind the closing quote; a doubled one is part of the text.
fn text_end(rest: &str, has_escapes: bool) -> usize {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if has_escapes => {
                characters.next();
            }
            '\'' if characters.next_if(|(_, next)| *next == '\'').is_none() => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `$$` or `$tag$`, where `rest` begins with one.
fn dollar_tag(rest: &str) -> Option<&str> {
    let end = rest[1..].find('$')? + 2;
    let name = &rest[1..end - 1];
    let is_name =
        name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    is_name.then(|| &rest[..end])
}

/// Behind the first `end` from `start` on; all of it where there is none.
fn after(rest: &str, start: usize, end: &str) -> usize {
    rest[start..].find(end).map_or(rest.len(), |at| start + at + end.len())
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
            ("x = E'a\\'b' AND y", "x = ? AND y"),
            ("x = 'a\\' AND y = 'b'", "x = ? AND y = ?"),
            ("VALUES (x'00ff', X'11')", "VALUES (?, ?)"),
            ("hex'1'", "hex?"),
            ("$$a'b$$ || $t$ c $$ $t$, z", "? || ?, z"),
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
