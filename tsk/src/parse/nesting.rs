//! Counts brackets, in one pass before pest reads: pest recurses with each level, and only the stack would stop it.
//!
//! Brackets in strings and comments do not count. A bracket that is never closed counts to where the grammar gives it
//! up: at the bracket around it, a section header, and if it belongs to one line, the end of that. In what is no TSK
//! the count may be off; there, pest itself stops where its stack ends.

use crate::limits;

/// The first bracket that is one level too deep.
pub(super) fn first_too_deep(text: &str) -> Option<usize> {
    let mut count = Count {
        text: text.as_bytes(),
        at: 0,
        open: Vec::new(),
        last: b'\n',
    };
    count.line_start();
    while let Some(byte) = count.text.get(count.at).copied() {
        let start = count.at;
        count.at += 1;
        match byte {
            b'\n' => count.line_start(),
            b' ' | b'\t' | b'\r' => {}
            b'#' if count.starts_comment(start) => {
                count.skip_line();
                continue;
            }
            b'"' | b'\'' if !count.is_in_word(start) => count.string(byte),
            b'(' | b'[' | b'{' => {
                let is_call = byte == b'(' && start > 0 && count.byte(start - 1).is_ascii_alphanumeric();
                count.open.push(if is_call { Open::Call } else { Open::of(byte) });
                if count.open.len() > limits::READ_NESTING {
                    return Some(start);
                }
            }
            b')' | b']' | b'}' => count.close(byte),
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            count.last = byte;
        }
    }
    None
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Brace,
    Bracket,
    /// `(` behind a name: it may go on over lines.
    Call,
    /// Any other `(`: its line ends it unless an operator joins the next.
    Paren,
}

impl Open {
    fn of(byte: u8) -> Self {
        match byte {
            b'{' => Self::Brace,
            b'[' => Self::Bracket,
            _ => Self::Paren,
        }
    }
}

struct Count<'t> {
    text: &'t [u8],
    at: usize,
    open: Vec<Open>,
    /// The last byte that is no blank and in no comment.
    last: u8,
}

impl Count<'_> {
    /// The byte at a place, and a line break behind the end.
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(b'\n')
    }

    fn skip_line(&mut self) {
        while self.byte(self.at) != b'\n' {
            self.at += 1;
        }
    }

    /// Elsewhere, `#` touches what stands before it, and is text.
    fn starts_comment(&self, at: usize) -> bool {
        at == 0
            || matches!(
                self.byte(at - 1),
                b' ' | b'\t' | b'\r' | b'\n' | b'[' | b'(' | b'{' | b','
            )
    }

    /// As in `don't`.
    fn is_in_word(&self, at: usize) -> bool {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
        self.byte(at) == b'\'' && at > 0 && is_letter(self.byte(at - 1)) && self.byte(at + 1).is_ascii_alphabetic()
    }

    /// Behind an opening quote: skips the string.
    fn string(&mut self, quote: u8) {
        if self.byte(self.at) == quote && self.byte(self.at + 1) == quote {
            self.at += 2;
            let rest = self.text.get(self.at..).unwrap_or_default();
            let end = rest.windows(3).position(|end| end == [quote; 3]);
            self.at = end.map_or(self.text.len(), |end| self.at + end + 3);
            return;
        }
        let start = self.at;
        if !self.quoted(quote, false) {
            let line = self.text.get(start..self.at).unwrap_or_default();
            if !self.open.is_empty() && line.iter().all(u8::is_ascii_whitespace) {
                self.at = start;
                self.quoted(quote, true);
            }
        }
    }

    /// Skips to behind the closing quote, or to where it is missing at the latest.
    fn quoted(&mut self, quote: u8, over_lines: bool) -> bool {
        while self.at < self.text.len() {
            match self.byte(self.at) {
                b'\n' if !over_lines => return false,
                b'\\' if quote == b'"' && (over_lines || self.byte(self.at + 1) != b'\n') => self.at += 1,
                byte if byte == quote => {
                    self.at += 1;
                    return true;
                }
                _ => {}
            }
            self.at += 1;
        }
        false
    }

    /// A closing bracket closes what was left open inside it; between braces, only a brace closes anything.
    fn close(&mut self, byte: u8) {
        let fits = |open: Open| match byte {
            b')' => matches!(open, Open::Call | Open::Paren),
            b']' => open == Open::Bracket,
            _ => open == Open::Brace,
        };
        while let Some(open) = self.open.pop_if(|open| fits(*open) || *open != Open::Brace) {
            if fits(open) {
                return;
            }
        }
    }

    /// At the start of a line: gives up what ends with the line before, and skips a comment.
    fn line_start(&mut self) {
        let is_joined = matches!(self.last, b'|' | b'&' | b'?' | b':' | b'+' | b'=' | b'!' | b'(');
        while matches!(self.byte(self.at), b' ' | b'\t' | b'\r') {
            self.at += 1;
        }
        let line = self.text.get(self.at..).unwrap_or_default();
        let joins = matches!(
            line,
            [b'|' | b'&' | b'?' | b':' | b'+' | b'=' | b'!' | b'#' | b')' | b'\n', ..]
        );
        if line.starts_with(b"//") || line.starts_with(b";") {
            self.skip_line();
        } else if !self.open.is_empty() && !is_joined {
            let is_key = is_key(line);
            if is_header(line) {
                self.open.clear();
            } else if !joins {
                while self
                    .open
                    .pop_if(|open| *open == Open::Paren || is_key && *open == Open::Bracket)
                    .is_some()
                {}
            }
        }
    }
}

/// How long the bare key or path at the start of a line is.
fn path(line: &[u8]) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || !byte.is_ascii();
    line.iter().take_while(|byte| is_part(byte)).count()
}

fn without_blanks(line: &[u8]) -> &[u8] {
    let count = line
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
        .count();
    line.split_at(count).1
}

/// Whether a line begins with `key: ` or `key = `, which ends lists that are open.
fn is_key(line: &[u8]) -> bool {
    let (key, rest) = line.split_at(path(line));
    let rest = without_blanks(rest);
    !key.is_empty() && matches!(rest, [b':' | b'='] | [b':' | b'=', b' ' | b'\t' | b'\r' | b'\n', ..])
}

/// Whether a line is `[name]`, which ends all that is open.
fn is_header(line: &[u8]) -> bool {
    let Some(inside) = line.strip_prefix(b"[") else {
        return false;
    };
    let inside = without_blanks(inside);
    let (name, rest) = inside.split_at(path(inside));
    let Some(rest) = without_blanks(rest).strip_prefix(b"]") else {
        return false;
    };
    let end = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
    !name.is_empty() && matches!(end, None | Some(b'#' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = limits::READ_NESTING;

    #[test]
    fn the_bracket_beyond_the_limit_is_found() {
        for (pattern, bracket) in [
            ("[", 0),
            ("(", 0),
            ("{a: ", 0),
            ("f(", 1),
            ("@cache(", 6),
            ("a {\n", 2),
            ("[{a: (", 0),
        ] {
            let levels = pattern.matches(['[', '(', '{']).count();
            let fits = format!("x: {}", pattern.repeat(LIMIT / levels));
            assert_eq!(first_too_deep(&fits), None, "{pattern}");
            if levels == 1 {
                let one_more = format!("{fits}{pattern}");
                assert_eq!(first_too_deep(&one_more), Some(fits.len() + bracket), "{pattern}");
            }
        }
    }

    /// Each of these lines leaves something open that the next gives up, or is closed, or opens nothing.
    #[test]
    fn what_is_not_inside_each_other_does_not_add_up() {
        for lines in [
            "a: see (1\n",
            "a: [1, 2\n",
            "a = [1, (2\n",
            "a: [{b: (1, 2]\n}\n",
            "[s]\na: {\n",
            "[ s ] # (\na: f(1\n",
            "# ( [ {\n",
            "a: 1 # (\n",
            "// (\n",
            "; {\n",
            "a: \"([{\"\n",
            "a: \"\\\"([{\"\n",
            "a: '([{'\n",
            "a: don't # (\n",
            "a: \"([{ \n",
            "a: [\"\n([{\"]\n",
            "a: \"\"\"\n\"([{\n\"\"\"\n",
            "a_fujsen = '''rust\n'([{\n'''\n",
            "a: [\n  (1),\n  {b: 2},\n]\n",
            "a: @env(\n  \"X\",\n)\n",
        ] {
            assert_eq!(first_too_deep(&lines.repeat(2 * LIMIT)), None, "{lines}");
        }
    }

    #[test]
    fn what_goes_on_over_lines_adds_up() {
        for lines in ["a: (\n", "a: (1 +\n", "{\n", "a: [\n", "a: {b: [1\n", "(1\n+ "] {
            let text = format!("x: [{}", lines.repeat(2 * LIMIT));
            let is_list = lines == "a: [\n";
            assert_eq!(first_too_deep(&text).is_none(), is_list, "{lines}");
        }
    }
}
