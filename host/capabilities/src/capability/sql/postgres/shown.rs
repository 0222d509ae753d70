//! A statement as traces show it.

use super::lex::{Lexer, Token};

/// Texts and numbers become `?`, comments go, and each gap is one space. Names in quotes stay: they are no values.
pub(in super::super) fn without_values(statement: &str) -> String {
    let mut shown = String::with_capacity(statement.len());
    let (mut behind, mut is_number) = (0, false);
    for (token, at, text) in Lexer::new(statement) {
        if at > behind {
            shown.push(' ');
        }
        // What hangs at a number is part of it: `2.5e3`, `0xff`.
        let goes_on = is_number && at == behind && matches!(token, Token::Word | Token::Number);
        is_number = goes_on || token == Token::Number;
        match token {
            _ if goes_on => {}
            Token::Number => shown.push('?'),
            Token::Quoted if !is_name(text) => shown.push('?'),
            _ => shown.push_str(text),
        }
        behind = at + text.len();
    }
    shown
}

/// Rather than a text: `"…"`, or the same behind `U&`.
fn is_name(quoted: &str) -> bool {
    matches!(quoted.as_bytes(), [b'"', ..] | [_, b'&', b'"', ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_left_out() {
        for (statement, shown) in [
            ("SELECT * FROM users WHERE id = ?", "SELECT * FROM users WHERE id = ?"),
            (
                "SELECT 1, -2.5e3, 0xff, 1e+5, t2.a1 FROM t2",
                "SELECT ?, -?, ?, ?+?, t2.a1 FROM t2",
            ),
            ("WHERE a = ?1 AND b = $2", "WHERE a = ?1 AND b = $2"),
            ("x = 'it''s' || 'more'", "x = ? || ?"),
            ("x = E'a\\'b' AND y", "x = ? AND y"),
            ("E'a'\n'\\'geheim'", "?"),
            ("x = 'a\\' AND y = 'b'", "x = ? AND y = ?"),
            ("VALUES (x'00ff', B'11', U&'d\\0061t')", "VALUES (?, ?, ?)"),
            ("$$a'b$$ || $t$ c $$ $t$, z", "? || ?, z"),
            ("a ??$$geheim$$", "a ???"),
            ("a[1:5]", "a[?:?]"),
            (
                "SELECT \"a'b\", U&\"c\" -- secret\n, 'x'",
                "SELECT \"a'b\", U&\"c\" , ?",
            ),
            ("/* a /* b */ geheim */ x", " x"),
            ("'never ends \"", "?"),
            ("/* never", ""),
            ("é = 'ü' -- ö", "é = ?"),
        ] {
            assert_eq!(without_values(statement), shown, "{statement}");
        }
    }
}
