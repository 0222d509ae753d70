//! The tokens of Rust.

use super::token::Token;

/// The words, operators and literals of a text.
pub(super) struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
    /// For each open bracket, and for the text itself, the tokens of the expression there.
    parts: Vec<usize>,
    /// A block was closed just now: what follows is a statement of its own, unless it goes on like an expression.
    after_block: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(code: &'a str) -> Self {
        Self {
            text: code.as_bytes(),
            at: 0,
            parts: vec![0],
            after_block: false,
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn starts_with(&self, what: &[u8]) -> bool {
        self.rest().starts_with(what)
    }

    fn word(&self) -> &'a [u8] {
        let rest = self.rest();
        let end = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
        rest.split_at(end).0
    }

    /// The tokens of the expression that is being read.
    fn part(&mut self) -> &mut usize {
        let last = self.parts.pop().unwrap_or(0);
        self.parts.push_mut(last)
    }

    fn space(&mut self) {
        loop {
            let rest = self.rest();
            if rest.starts_with(b"//") {
                self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                self.comment();
            } else if rest.first().is_some_and(u8::is_ascii_whitespace) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// Comments may stand in each other.
    fn comment(&mut self) {
        let mut depth = 0usize;
        while self.at < self.text.len() {
            if self.starts_with(b"/*") {
                depth += 1;
                self.at += 2;
            } else if self.starts_with(b"*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return;
                }
            } else {
                self.at += 1;
            }
        }
    }

    /// Up to behind the next `quote` that no backslash escapes.
    fn quoted(&mut self, quote: u8) {
        self.at += 1;
        while let Some(byte) = self.rest().first() {
            self.at += if *byte == b'\\' { 2 } else { 1 };
            if *byte == quote {
                return;
            }
        }
    }

    /// `r"…"`, `br##"…"##`: whether there was one.
    fn raw_string(&mut self) -> bool {
        let word = self.word();
        if !matches!(word, b"r" | b"br" | b"cr") {
            return false;
        }
        let behind = self.rest().strip_prefix(word).unwrap_or_default();
        let hashes = behind.iter().take_while(|byte| **byte == b'#').count();
        let (hashed, quoted) = behind.split_at(hashes);
        let Some(content) = quoted.strip_prefix(b"\"") else {
            return false;
        };
        let end = [b"\"", hashed].concat();
        let length = content.windows(end.len()).position(|window| window == end);
        self.at = length.map_or(self.text.len(), |length| {
            self.at + word.len() + hashes + 1 + length + end.len()
        });
        true
    }

    /// A character, or the quote of a lifetime.
    fn character(&mut self) {
        let rest = self.rest();
        let ends_soon = rest.iter().skip(2).take(4).any(|byte| *byte == b'\'');
        // Behind one character, of up to four bytes, stands the other quote; else it is a lifetime.
        let is_character = rest.get(1) == Some(&b'\\')
            || rest.get(2) == Some(&b'\'')
            || (rest.get(1).is_some_and(|byte| !byte.is_ascii()) && ends_soon);
        if is_character {
            self.quoted(b'\'');
        } else {
            self.at += 1;
        }
    }

    fn close(&mut self, bracket: u8) {
        if self.parts.len() > 1 {
            self.parts.pop();
        }
        self.after_block = bracket == b'}';
        self.at += 1;
    }

    /// Counts a token, which begins a statement of its own behind a block unless it can only go on with an expression.
    fn count(&mut self, goes_on: bool) {
        if std::mem::take(&mut self.after_block) && !goes_on {
            *self.part() = 0;
        }
        *self.part() += 1;
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.space();
        let at = self.at;
        let first = *self.rest().first()?;
        match first {
            b'(' | b'[' | b'{' => {
                self.count(false);
                self.parts.push(0);
                self.at += 1;
            }
            b')' | b']' | b'}' => self.close(first),
            b';' | b',' => {
                self.after_block = false;
                *self.part() = 0;
                self.at += 1;
            }
            b'"' => {
                self.count(false);
                self.quoted(b'"');
            }
            b'\'' => {
                self.count(false);
                self.character();
            }
            _ if is_word(first) => {
                let word = self.word();
                self.count(matches!(word, b"else" | b"as"));
                if !self.raw_string() {
                    self.at += word.len();
                }
            }
            _ => {
                self.count(!matches!(first, b'#' | b'&' | b'-' | b'*' | b'!' | b'@'));
                self.at += 1;
            }
        }
        let depth = self.parts.len() - 1;
        let part = *self.part();
        Some(Token {
            at,
            depth,
            part,
            ..Token::default()
        })
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}
