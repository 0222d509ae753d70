//! The words of a statement, as PostgreSQL's own lexer takes them with `standard_conforming_strings` on. What it holds in
//! quotes and comments is nobody's business here.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A keyword or a name without quotes.
    Word,
    /// A name in double quotes, or a text in any quotes.
    Quoted,
    Number,
    /// `?`
    Placeholder,
    /// `?3`, as SQLite has it.
    NumberedPlaceholder,
    /// `$3`
    Parameter,
    /// `??`, which stands for the operator `?`.
    Operator,
    Open,
    Close,
    /// `;`
    End,
    /// Any other character.
    Other,
}

pub(super) struct Lexer<'a> {
    sql: &'a str,
    at: usize,
}

/// A token, where it begins, and its text.
pub(super) type Lexeme<'a> = (Token, usize, &'a str);

impl<'a> Lexer<'a> {
    pub(super) fn new(sql: &'a str) -> Self {
        Self { sql, at: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        self.sql.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.rest().get(ahead).copied().unwrap_or_default()
    }

    fn skip(&mut self, count: usize) {
        self.at = (self.at + count).min(self.sql.len());
    }

    fn skip_while(&mut self, belongs: impl Fn(u8) -> bool) {
        let count = self.rest().iter().take_while(|byte| belongs(**byte)).count();
        self.skip(count);
    }

    /// To behind the next `end`, or to the end of the statement.
    fn skip_past(&mut self, end: &[u8]) {
        let found = self.rest().windows(end.len()).position(|window| window == end);
        self.skip(found.map_or(usize::MAX - self.at, |start| start + end.len()));
    }

    fn skip_space(&mut self) {
        loop {
            match (self.peek(0), self.peek(1)) {
                (byte, _) if is_space(byte) => self.skip(1),
                (b'-', b'-') => self.skip_while(|byte| byte != b'\n' && byte != b'\r'),
                (b'/', b'*') => self.skip_comment(),
                _ => return,
            }
        }
    }

    /// Comments nest.
    fn skip_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.sql.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => depth += 1,
                (b'*', b'/') => depth -= 1,
                _ => {
                    self.skip(1);
                    continue;
                }
            }
            self.skip(2);
            if depth == 0 {
                return;
            }
        }
    }

    /// From behind the opening quote. A doubled quote is not the end; nor, in `E'…'`, is one behind a backslash.
    fn skip_quoted(&mut self, quote: u8, has_escapes: bool) {
        while self.at < self.sql.len() {
            match (self.peek(0), self.peek(1)) {
                (b'\\', _) if has_escapes => self.skip(2),
                (byte, next) if byte == quote && next == quote => self.skip(2),
                (byte, _) if byte == quote => {
                    self.skip(1);
                    // Behind a line break a text goes on in the way that it began.
                    if !(has_escapes && self.continues()) {
                        return;
                    }
                }
                _ => self.skip(1),
            }
        }
    }

    /// Whether the next thing is a quote on another line; then goes behind it.
    fn continues(&mut self) -> bool {
        let before = self.at;
        loop {
            match (self.peek(0), self.peek(1)) {
                (byte, _) if is_space(byte) => self.skip(1),
                (b'-', b'-') => self.skip_while(|byte| byte != b'\n' && byte != b'\r'),
                _ => break,
            }
        }
        let between = self.sql.get(before..self.at).unwrap_or_default();
        if self.peek(0) == b'\'' && between.contains(['\n', '\r']) {
            self.skip(1);
            return true;
        }
        self.at = before;
        false
    }

    fn word(&mut self) -> Token {
        let start = self.at;
        self.skip_while(is_in_name);
        let word = self.sql.get(start..self.at).unwrap_or_default();
        match (word, self.peek(0), self.peek(1)) {
            ("e" | "E", b'\'', _) => {
                self.skip(1);
                self.skip_quoted(b'\'', true);
                Token::Quoted
            }
            ("b" | "B" | "x" | "X" | "n" | "N", b'\'', _) => {
                self.skip(1);
                self.skip_quoted(b'\'', false);
                Token::Quoted
            }
            ("u" | "U", b'&', quote @ (b'\'' | b'"')) => {
                self.skip(2);
                self.skip_quoted(quote, false);
                Token::Quoted
            }
            _ => Token::Word,
        }
    }

    /// `$3`, or `$tag$…$tag$`.
    fn dollar(&mut self) -> Token {
        if self.peek(1).is_ascii_digit() {
            self.skip(1);
            self.skip_while(|byte| byte.is_ascii_digit());
            return Token::Parameter;
        }
        let start = self.at;
        self.skip(1);
        if starts_name(self.peek(0)) {
            self.skip_while(|byte| is_in_name(byte) && byte != b'$');
        }
        if self.peek(0) != b'$' {
            self.at = start + 1;
            return Token::Other;
        }
        self.skip(1);
        let tag = self.sql.as_bytes().get(start..self.at).unwrap_or_default();
        self.skip_past(tag);
        Token::Quoted
    }

    fn question(&mut self) -> Token {
        self.skip(1);
        match self.peek(0) {
            b'?' => {
                self.skip(1);
                Token::Operator
            }
            digit if digit.is_ascii_digit() => {
                self.skip_while(|byte| byte.is_ascii_digit());
                Token::NumberedPlaceholder
            }
            _ => Token::Placeholder,
        }
    }

    fn single(&mut self, token: Token) -> Token {
        self.skip(1);
        token
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Lexeme<'a>;

    fn next(&mut self) -> Option<Lexeme<'a>> {
        self.skip_space();
        let start = self.at;
        let first = *self.rest().first()?;
        let token = match first {
            byte if starts_name(byte) => self.word(),
            byte if byte.is_ascii_digit() => {
                self.skip_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_'));
                Token::Number
            }
            quote @ (b'\'' | b'"') => {
                self.skip(1);
                self.skip_quoted(quote, false);
                Token::Quoted
            }
            b'$' => self.dollar(),
            b'?' => self.question(),
            b'(' => self.single(Token::Open),
            b')' => self.single(Token::Close),
            b';' => self.single(Token::End),
            _ => self.single(Token::Other),
        };
        Some((token, start, self.sql.get(start..self.at).unwrap_or_default()))
    }
}

/// Every byte of a character beyond ASCII may stand in a name.
fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii()
}

fn is_in_name(byte: u8) -> bool {
    starts_name(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c')
}
