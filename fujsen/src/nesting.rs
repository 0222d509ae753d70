//! How deep a text is nested, before anything reads it that recurses: a compiler that overflows its stack does not say where.
//!
//! Counts what parsers recurse along: brackets inside each other, and the tokens of one expression, whose operators nest
//! without brackets (`!!!x`, `a + b + c`, `A<B<C>>`, `else if`). One pass without recursion. A language's [`Lexis`]
//! says just enough to pass over strings and comments; where it misreads a text, the compiler fails later with a worse message.
use tsk::{Diagnostic, Span};

use crate::{ModuleSource, Text, limits};

/// What strings and comments of a language look like, and where its expressions end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lexis {
    /// `/* /* */ */` is one comment.
    pub(crate) comments_nest: bool,
    /// A statement may end with its line, without a semicolon.
    pub(crate) lines_end_statements: bool,
    /// `'` quotes one character, or begins a name; else it quotes a text.
    pub(crate) lifetimes: bool,
    /// `r#"…"#`
    pub(crate) raw_strings: bool,
    /// `…${…}…` between backquotes.
    pub(crate) templates: bool,
    /// What chooses between many cases.
    pub(crate) choice: &'static str,
}

/// One error for each text that is nested too deeply.
pub(crate) fn check(module: &ModuleSource, lexis: &Lexis) -> Result<(), Vec<Diagnostic>> {
    let errors: Vec<_> = module.texts.iter().filter_map(|text| refuse(text, lexis)).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn refuse(text: &Text, lexis: &Lexis) -> Option<Diagnostic> {
    let is_too_deep = |token: &Token| token.depth > limits::NESTING || token.part > limits::EXPRESSION;
    let token = Tokens::of(text, lexis).find(is_too_deep)?;
    let (message, help) = if token.depth > limits::NESTING {
        (
            format!("brackets are nested more than {} levels deep", limits::NESTING),
            "give the inner part a name: a variable, a function or a type of its own".to_owned(),
        )
    } else {
        (
            format!("this expression has more than {} parts", limits::EXPRESSION),
            format!(
                "divide it: variables for its parts, a loop, or `{}` instead of a long `else if`",
                lexis.choice
            ),
        )
    };
    let diagnostic = Diagnostic::error("nested-code", message).at(text.span(token.at, token.at + 1));
    Some(diagnostic.label("here").help(help))
}

/// Where a module is nested most deeply: the place to look at when a compiler crashed.
pub(crate) fn deepest(module: &ModuleSource, lexis: &Lexis) -> Option<Span> {
    let deepest = |text| {
        let token = Tokens::of(text, lexis).max_by_key(|token| token.depth + token.part)?;
        Some((token.depth + token.part, text.span(token.at, token.at + 1)))
    };
    let found = module.texts.iter().filter_map(deepest);
    found.max_by_key(|(measure, _)| *measure).map(|(_, place)| place)
}

#[derive(Clone, Copy, Debug)]
struct Token {
    /// Bytes from the start of the text.
    at: usize,
    /// Brackets that it stands in.
    depth: usize,
    /// How many tokens of its expression there are up to it.
    part: usize,
}

/// The words, operators and literals of a text.
struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
    lexis: Lexis,
    /// For each open bracket, and for the text itself, the tokens of the expression there.
    parts: Vec<usize>,
    /// A block was closed just now: what follows is a statement of its own, unless it goes on like an expression.
    after_block: bool,
    /// For each template literal that is open, how many brackets were open where its `${` stands.
    templates: Vec<usize>,
}

impl<'a> Tokens<'a> {
    fn of(text: &'a Text, lexis: &Lexis) -> Self {
        Self {
            text: text.source.text.as_bytes(),
            at: 0,
            lexis: *lexis,
            parts: vec![0],
            after_block: false,
            templates: Vec::new(),
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
                if self.lexis.lines_end_statements && rest.starts_with(b"\n") {
                    *self.part() = 0;
                }
                self.at += 1;
            } else {
                return;
            }
        }
    }

    fn comment(&mut self) {
        let mut depth = 0usize;
        while self.at < self.text.len() {
            if self.starts_with(b"/*") && (self.lexis.comments_nest || depth == 0) {
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
        if !self.lexis.raw_strings || !matches!(word, b"r" | b"br" | b"cr") {
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

    /// A template literal from its start, or from behind a `}` in it, up to its end or to its next `${`.
    fn template(&mut self) {
        self.at += 1;
        while let Some(byte) = self.rest().first() {
            if self.starts_with(b"${") {
                self.at += 2;
                self.templates.push(self.parts.len());
                self.parts.push(0);
                return;
            }
            self.at += if *byte == b'\\' { 2 } else { 1 };
            if *byte == b'`' {
                return;
            }
        }
    }

    fn close(&mut self, bracket: u8) {
        if self.parts.len() > 1 {
            self.parts.pop();
        }
        if bracket == b'}' && self.templates.last() == Some(&self.parts.len()) {
            self.templates.pop();
            self.template();
            return;
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
                if self.lexis.lifetimes {
                    self.character()
                } else {
                    self.quoted(b'\'')
                }
            }
            b'`' if self.lexis.templates => {
                self.count(false);
                self.template();
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
        Some(Token { at, depth, part })
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tsk::Source;

    use super::*;
    use crate::{language::Language, languages::LANGUAGES};

    fn named(name: &str) -> &'static Language {
        LANGUAGES.iter().find(|language| language.name() == name).unwrap()
    }

    fn lexis(language: &Language) -> &Lexis {
        &language.compiled.as_ref().unwrap().lexis
    }

    fn text(language: &Language, code: &str) -> Text {
        Text {
            key: "a".to_owned(),
            key_span: Span::default(),
            source: Source {
                language: language.known,
                text: code.into(),
                span: Span::default(),
            },
        }
    }

    fn deepest(name: &str, code: &str) -> (usize, usize) {
        let language = named(name);
        let text = text(language, code);
        let tokens: Vec<_> = Tokens::of(&text, lexis(language)).collect();
        let most = |measure: fn(&Token) -> usize| tokens.iter().map(measure).max().unwrap_or(0);
        (most(|token| token.depth), most(|token| token.part))
    }

    #[test]
    fn brackets_in_strings_and_comments_are_none() {
        let rust = r##"fn f() { // ((((
            /* (( /* (( */ (( */ let a = "((((\"("; let b = r#"((("(("#; let c = '('; let d: &'static str = b"((";
            let e = '\''; let f = 'é'; }"##;
        assert_eq!(deepest("rust", rust).0, 1);
        let script = "function f(): void { // ((((\n /* (( /* (( */ const a = '((\\'('; const b = `((${ [1] }((\\``; const c = \"((\"; }";
        assert_eq!(deepest("assemblyscript", script).0, 3);
    }

    #[test]
    fn operators_of_one_expression_count_and_statements_do_not_add_up() {
        assert!(deepest("rust", &format!("fn f() {{ {}x }}", "!".repeat(500))).1 > 500);
        assert!(deepest("rust", &format!("type T = {}u8;", "A<".repeat(500))).1 > 500);
        let chain = format!("fn f() {{ {} }}", "if a { b(1, 2); } else ".repeat(500));
        assert!(deepest("rust", &chain).1 > 500);
        let statements = format!(
            "fn f() {{ {} }}",
            "let a = b + c; if a { b } match c { 1 => {} &d => {} _ => {} }".repeat(500)
        );
        assert!(deepest("rust", &statements).1 < 40);
        assert!(deepest("rust", &"#[a] pub fn f() -> u8 { 1 }\n".repeat(500)).1 < 40);
        assert!(deepest("assemblyscript", &"let a = b + c\n".repeat(500)).1 < 40);
        assert!(deepest("assemblyscript", &format!("let a = {}1", "1+".repeat(500))).1 > 500);
        assert!(deepest("rust", &format!("const A: [u8; 500] = [{}];", "1,".repeat(500))).1 < 40);
    }

    #[test]
    fn no_text_ends_the_scan_early_or_not_at_all() {
        for code in [
            "'", "\"", "r#\"", "/*", "`${", "}}}", "\\", "'\\", "r", "é'", "`${}}`", "*/ /*/", "b'",
        ] {
            for name in ["rust", "assemblyscript"] {
                deepest(name, code);
            }
        }
    }

    #[test]
    fn a_million_brackets_are_refused_at_their_place() {
        for language in [named("rust"), named("assemblyscript")] {
            let text = text(language, &"(".repeat(1 << 20));
            let refused = refuse(&text, lexis(language)).map(|diagnostic| diagnostic.span.map(|span| span.start));
            assert_eq!(refused, Some(Some(limits::NESTING as u32)));
        }
    }
}
