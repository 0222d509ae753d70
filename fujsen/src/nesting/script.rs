//! The tokens of JavaScript, and of what is TypeScript or looks like it.
//!
//! The parser of JavaScript runs in this process, with a stack of its own that is large, but not endless. So what is counted
//! here must not be less than what it recurses along, whatever the text: where tokens end, what is a string, a template
//! or a regular expression is read as it reads it, and a count begins anew only where it has surely come back. What
//! could only be told by parsing is [doubtful](Token::is_doubtful).
use super::token::Token;

/// Words behind which an operand stands.
const EXPECTING: &[&str] = &[
    "return",
    "typeof",
    "instanceof",
    "in",
    "void",
    "delete",
    "new",
    "throw",
    "case",
    "do",
    "else",
    "extends",
    "default",
];
/// Words that are operators in some places and names in others.
const DOUBTFUL: &[&str] = &["of", "await", "yield"];
/// Names before or behind which a type or a declaration goes on.
const SOFT: &[&str] = &[
    "as",
    "satisfies",
    "is",
    "keyof",
    "unique",
    "readonly",
    "infer",
    "asserts",
    "abstract",
    "accessor",
    "async",
    "declare",
    "out",
    "override",
    "private",
    "protected",
    "public",
    "static",
];
/// What goes on with an expression or a type though it begins a line.
const CONTINUING: &[&str] = &[
    "as",
    "satisfies",
    "instanceof",
    "in",
    "of",
    "extends",
    "implements",
    "is",
];
/// What begins a statement within a statement.
const NESTING: &[&str] = &["if", "else", "for", "while", "do", "with"];
/// What stands before parentheses that a statement follows.
const HEADED: &[&str] = &["if", "for", "while", "with"];

/// The words, operators and literals of a text.
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    /// For each open bracket, and for the text itself, what is open there.
    levels: Vec<Level>,
    /// The tokens of all expressions that are open around the innermost bracket.
    around: usize,
    /// For each template literal that is open, how many levels there are where its `${` stands.
    templates: Vec<usize>,
    last: Last,
    /// Whether the line ended behind the last token.
    is_broken: bool,
    /// The token that is being read cannot be told.
    is_doubtful: bool,
}

/// What is open in a bracket.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    /// Tokens of the expression.
    part: usize,
    /// Statements around the expression that have no brackets: `if (a) for (…) x`.
    nests: usize,
    /// `<` that are not closed.
    angles: usize,
    /// Brackets around it that stand behind such a `<`.
    guesses: usize,
    /// A semicolon has ended the statement, unless `else` or `while` follows.
    has_ended: bool,
    /// The parentheses of `if (…)`.
    is_header: bool,
    /// The next token may begin a statement.
    is_fresh: bool,
    /// The last token was a name that may be a label.
    is_label: bool,
}

/// What the last token was: whether a `/` behind it divides, and whether a statement may end behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    /// An operand is expected.
    Operator,
    /// A value has ended.
    Operand,
    /// A name that a type may go on with.
    Soft,
    /// The `}` of a block, or of a value.
    Brace,
    /// A `>`, or a word that may be an operator.
    Doubtful,
    /// `if` and the like, whose parentheses come next.
    Heading,
    /// What is read as a name, whatever word it is.
    Dot,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let mut tokens = Self {
            text,
            at: 0,
            levels: vec![Level {
                is_fresh: true,
                ..Level::default()
            }],
            around: 0,
            templates: Vec::new(),
            last: Last::Operator,
            is_broken: true,
            is_doubtful: false,
        };
        if text.starts_with("#!") {
            tokens.line();
        }
        tokens
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next_char(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn starts_with(&self, what: &str) -> bool {
        self.rest().starts_with(what)
    }

    fn skip_while(&mut self, is_part: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    }

    fn level(&mut self) -> &mut Level {
        let last = self.levels.pop().unwrap_or_default();
        self.levels.push_mut(last)
    }

    fn line(&mut self) {
        self.skip_while(|c| !is_line_end(c));
    }

    fn space(&mut self) {
        while let Some(next) = self.next_char() {
            if self.starts_with("//") || (self.is_broken && self.starts_with("<!--")) {
                self.line();
            } else if self.starts_with("/*") {
                self.comment();
            } else if is_space(next) {
                self.is_broken |= is_line_end(next);
                self.at += next.len_utf8();
            } else {
                return;
            }
        }
    }

    fn comment(&mut self) {
        let rest = self.rest();
        let end = rest.get(2..).and_then(|inner| inner.find("*/"));
        let comment = end.and_then(|end| rest.get(..end + 4)).unwrap_or(rest);
        self.is_broken |= comment.contains(is_line_end);
        self.at += comment.len();
    }

    /// Behind a backslash.
    fn escaped(&mut self) {
        self.at += 1;
        let newline = if self.starts_with("\r\n") { 2 } else { 0 };
        self.at += newline.max(self.next_char().map_or(0, char::len_utf8));
    }

    /// Up to behind the next `quote`, or to the end of the line.
    fn quoted(&mut self, quote: char) {
        self.at += 1;
        while let Some(next) = self.next_char() {
            match next {
                '\\' => self.escaped(),
                '\r' | '\n' => return,
                _ => self.at += next.len_utf8(),
            }
            if next == quote {
                return;
            }
        }
    }

    /// A template literal from its start, or from behind a `}` in it, up to its end or to its next `${`.
    fn template(&mut self) {
        self.at += 1;
        while let Some(next) = self.next_char() {
            if self.starts_with("${") {
                self.at += 2;
                self.templates.push(self.levels.len());
                self.open(Level::default());
                self.last = Last::Operator;
                return;
            }
            match next {
                '\\' => self.escaped(),
                _ => self.at += next.len_utf8(),
            }
            if next == '`' {
                break;
            }
        }
        self.last = Last::Operand;
    }

    fn regex(&mut self) {
        let (mut is_escaped, mut is_class) = (false, false);
        self.at += 1;
        while let Some(next) = self.next_char() {
            if is_line_end(next) {
                // What is not terminated goes on to the end of the text.
                self.at = self.text.len();
                break;
            }
            self.at += next.len_utf8();
            match next {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                '/' if !is_class => break,
                '[' => is_class = true,
                ']' => is_class = false,
                _ => {}
            }
        }
        self.skip_while(|c| c.is_ascii_alphanumeric() || matches!(c, '$' | '_'));
        self.last = Last::Operand;
    }

    /// `1`, `0x1f`, `1_000n`, `.5`, `1.5e-7`
    fn number(&mut self) {
        let start = self.at;
        self.skip_while(is_word);
        let whole = self.text.get(start..self.at).unwrap_or_default();
        if whole.starts_with('0') && whole.contains(['x', 'X', 'b', 'B', 'o', 'O']) {
            return;
        }
        if self.starts_with(".") && !whole.contains(['e', 'E', 'n']) {
            self.at += 1;
            self.skip_while(is_word);
        }
        let ends_in_exponent = self.text.get(..self.at).is_some_and(|text| text.ends_with(['e', 'E']));
        if ends_in_exponent && matches!(self.next_char(), Some('+' | '-')) {
            self.at += 1;
            self.skip_while(is_word);
        }
    }

    /// A name or a keyword, with its escapes.
    fn word(&self) -> &'a str {
        let rest = self.rest();
        let mut length = 0;
        while let Some(behind) = rest.get(length..) {
            let plain = behind.find(|c| !is_word(c)).unwrap_or(behind.len());
            length += plain;
            let escape = behind.get(plain..).map_or(0, escape);
            if escape == 0 {
                break;
            }
            length += escape;
        }
        rest.get(..length).unwrap_or_default()
    }

    /// Begins a token: the counts begin anew where the last one has ended a statement.
    fn begin(&mut self, word: Option<&str>) {
        let ends_line = self.is_broken && self.last == Last::Operand;
        let may_end = (ends_line || self.last == Last::Brace) && word.is_some();
        let goes_on = word.is_some_and(|word| CONTINUING.contains(&word));
        let is_nested = matches!(word, Some("else" | "while"));
        let level = self.level();
        if !level.has_ended && (!may_end || goes_on) {
            return;
        }
        level.has_ended = false;
        level.is_fresh = true;
        level.angles = 0;
        if !is_nested {
            level.nests = 0;
        }
        level.part = level.nests;
    }

    /// An operator of so many bytes, or a quoted operand.
    fn simple(&mut self, length: usize, last: Last) {
        self.begin(None);
        let level = self.level();
        level.part += 1;
        level.is_fresh = false;
        level.is_label = false;
        self.at += length;
        self.last = last;
    }

    fn open(&mut self, inner: Level) {
        let outer = *self.level();
        self.around += outer.part;
        self.levels.push(Level {
            guesses: outer.guesses + usize::from(outer.angles > 0),
            ..inner
        });
    }

    fn bracket(&mut self, bracket: char) {
        let inner = Level {
            is_header: bracket == '(' && self.last == Last::Heading,
            is_fresh: bracket == '{',
            ..Level::default()
        };
        self.simple(1, Last::Operator);
        self.open(inner);
    }

    fn close(&mut self, bracket: char) {
        let mut inner = Level::default();
        if self.levels.len() > 1 {
            inner = self.levels.pop().unwrap_or_default();
            let outer = self.level().part;
            self.around -= outer;
        }
        if bracket == '}' && self.templates.last() == Some(&self.levels.len()) {
            self.templates.pop();
            self.template();
            return;
        }
        self.at += 1;
        let level = self.level();
        level.is_fresh = inner.is_header;
        level.is_label = false;
        self.last = match bracket {
            '}' => Last::Brace,
            _ if inner.is_header => Last::Operator,
            _ => Last::Operand,
        };
    }

    fn name(&mut self, word: &'a str) {
        self.begin(Some(word));
        let is_key = self.last == Last::Dot;
        // `for await (…)`
        let is_heading = self.last == Last::Heading && word == "await";
        let may_begin = match self.last {
            Last::Brace => true,
            Last::Operand | Last::Soft | Last::Doubtful => self.is_broken,
            _ => false,
        };
        self.at += word.len();
        let level = self.level();
        level.part += 1;
        level.is_label = level.is_fresh || may_begin;
        level.is_fresh = matches!(word, "else" | "do");
        if NESTING.contains(&word) && !is_key {
            level.nests += 1;
        }
        self.last = match word {
            _ if is_key => Last::Operand,
            _ if is_heading || HEADED.contains(&word) => Last::Heading,
            _ if EXPECTING.contains(&word) => Last::Operator,
            _ if DOUBTFUL.contains(&word) || word.contains('\\') => Last::Doubtful,
            _ if SOFT.contains(&word) => Last::Soft,
            _ => Last::Operand,
        };
    }

    fn slash(&mut self) {
        let is_regex = match self.last {
            Last::Operator | Last::Heading => true,
            Last::Operand | Last::Soft | Last::Dot if !self.is_broken => false,
            // With no other on its line it begins nothing that ends.
            _ => {
                let line = self.rest().get(1..).unwrap_or_default();
                let line = line.split(is_line_end).next().unwrap_or_default();
                self.is_doubtful = line.contains('/');
                false
            }
        };
        self.simple(0, Last::Operator);
        if is_regex {
            self.regex();
        } else {
            self.at += 1;
        }
    }

    /// `++`, `--` or `!`, before or behind an operand.
    fn unary(&mut self, length: usize) {
        let last = match self.last {
            Last::Operand | Last::Soft if !self.is_broken => Last::Operand,
            Last::Brace | Last::Doubtful => Last::Doubtful,
            _ => Last::Operator,
        };
        self.simple(length, last);
    }

    fn colon(&mut self) {
        let is_label = self.level().is_label;
        self.simple(1, Last::Operator);
        if is_label {
            self.level().nests += 1;
            self.level().is_fresh = true;
        }
    }

    fn operator(&mut self, first: char) {
        match first {
            '=' if self.starts_with("=>") => self.simple(2, Last::Operator),
            '+' if self.starts_with("++") => self.unary(2),
            '-' if self.starts_with("--") => self.unary(2),
            '!' if !self.starts_with("!=") => self.unary(1),
            ':' => self.colon(),
            '/' => self.slash(),
            '.' if self.starts_with("...") => self.simple(3, Last::Operator),
            '.' | '#' => self.simple(1, Last::Dot),
            '<' => {
                self.simple(1, Last::Operator);
                self.level().angles += usize::from(!self.starts_with("="));
            }
            '>' => {
                self.simple(1, Last::Doubtful);
                let level = self.level();
                level.angles = level.angles.saturating_sub(1);
            }
            _ => {
                self.is_doubtful = first == '\\';
                self.simple(first.len_utf8(), Last::Operator);
            }
        }
    }

    fn token(&mut self, first: char) {
        let behind = self.rest().chars().nth(1);
        match first {
            '(' | '[' | '{' => self.bracket(first),
            ')' | ']' | '}' => self.close(first),
            ';' => {
                self.at += 1;
                let level = self.level();
                level.has_ended = true;
                level.is_label = false;
                self.last = Last::Operator;
            }
            ',' => {
                self.at += 1;
                let level = self.level();
                level.is_fresh = false;
                level.is_label = false;
                if level.angles == 0 {
                    level.part = level.nests;
                }
                self.last = Last::Operator;
            }
            '"' | '\'' => {
                self.simple(0, Last::Operand);
                self.quoted(first);
            }
            '`' => {
                self.simple(0, Last::Operand);
                self.template();
            }
            _ if first.is_ascii_digit() || (first == '.' && behind.is_some_and(|c| c.is_ascii_digit())) => {
                self.simple(0, Last::Operand);
                self.number();
            }
            _ => match self.word() {
                "" => self.operator(first),
                word => self.name(word),
            },
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.space();
        let at = self.at;
        let first = self.next_char()?;
        self.token(first);
        self.is_broken = false;
        let level = *self.level();
        Some(Token {
            at,
            depth: self.levels.len() - 1,
            part: self.around + level.part,
            guesses: level.guesses,
            is_doubtful: std::mem::take(&mut self.is_doubtful),
        })
    }
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}')
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || (!c.is_ascii() && !is_space(c))
}

/// The length of `\u0061` or `\u{61}` at the start of a text, or 0.
fn escape(text: &str) -> usize {
    let Some(behind) = text.strip_prefix("\\u") else {
        return 0;
    };
    match behind.strip_prefix('{') {
        Some(inner) => {
            let digits = inner.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(inner.len());
            if inner.get(digits..).is_some_and(|rest| rest.starts_with('}')) {
                digits + 4
            } else {
                0
            }
        }
        None => 2 + behind.chars().take(4).take_while(char::is_ascii_hexdigit).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn most(code: &str, measure: fn(&Token) -> usize) -> usize {
        Tokens::of(code).map(|token| measure(&token)).max().unwrap_or(0)
    }

    fn part(code: &str) -> usize {
        most(code, |token| token.part)
    }

    fn is_doubtful(code: &str) -> bool {
        Tokens::of(code).any(|token| token.is_doubtful)
    }

    #[test]
    fn brackets_and_quotes_in_regular_expressions_are_none() {
        for code in [
            "x = /[(\"'`\\/]/g; y",
            "return /(((/.test(`x`)",
            "if (a) /(((/.test(b)",
            "for await (const a of b) /(((/.test(a)",
            "[/(((/, /[/(((]/u]",
            "a => /(((/",
            "x = a ? /(((/ : /(((/",
            "do /(((/.test(x); while (a)",
        ] {
            assert!(most(code, |token| token.depth) <= 2, "{code}");
            assert!(!is_doubtful(code), "{code}");
        }
    }

    #[test]
    fn what_divides_hides_nothing() {
        for code in [
            "a / b[0] / c",
            "f() / b[0] / c",
            "a[1] / b[0] / c",
            "1. / b[0] / c",
            "1.5e-7 / b[0] / c",
            "`x` / b[0] / c",
            "n++ / b[0] / c",
            "n! / b[0] / c",
            "a.return / b[0] / c",
            "a.if(b) / b[0] / c",
            "this / b[0] / c",
            "`${a / b[0] / c}`",
        ] {
            let depth = usize::from(code.starts_with("`$"));
            assert_eq!(most(code, |token| token.depth), depth + 1, "{code}");
            assert!(!is_doubtful(code), "{code}");
        }
    }

    #[test]
    fn what_only_a_parser_can_tell_is_doubtful() {
        for code in [
            "} /a/",
            "type A = B\n/a/.test(x)",
            "f<T> /a/",
            "of /a/",
            "r\\u0065turn /a/",
            "\\",
            "a \\x",
        ] {
            assert!(is_doubtful(code), "{code}");
        }
        for code in [
            "} // a",
            "a\n  / b",
            "x as A<B> / 2",
            "\\u{61}b / 2 + \\u0061",
            "await a / 2 / 3",
        ] {
            assert!(!is_doubtful(code), "{code}");
        }
    }

    #[test]
    fn what_nests_counts_across_lines_commas_and_semicolons() {
        for code in [
            "!\n",
            "a ?\n",
            "A<\n",
            "x =>\n",
            "if (a)\n",
            "while (a) ",
            "label:\n",
            "as: ",
            "do\n",
            "if (a) b; else ",
            "if (a) b, c; else ",
            "if (a) { b } else ",
            "if (a) b\nelse ",
            "if (a) b, ",
            "A<B, ",
            "A<B<C>, ",
            "<T, U>(x) => ",
            "a.b\n.",
            "{} + ",
            "a\\u{61}.",
            "typeof\n",
            "x as\n",
            "keyof\n",
            "static\n",
            "1+\n",
            "1..a.",
            "...",
        ] {
            assert!(part(&code.repeat(1000)) >= 1000, "{code}");
        }
    }

    #[test]
    fn statements_of_many_lines_do_not_add_up() {
        for code in [
            "let a = b + c\n",
            "let a: number = b as number\n",
            "if (a) { b } else { c }\n",
            "export function f(a: Map<string, number>) {}\n",
            "class A { #a = 1; b() {} }\n",
            "  a: A<B>;\n",
            "a = b;",
            "1, ",
            "{ a: 1, b: [2] }, ",
            "case 1: return a < b;\n",
            "for (let i = 0; i < n; i++) { a[i] = b }\n",
            "while (a) { b } c;\n",
        ] {
            assert!(part(&code.repeat(1000)) < 60, "{code}: {}", part(&code.repeat(1000)));
        }
        assert!(part(&format!("x = {{{}}}", "\na: 1,".repeat(3000))) < 60);
    }

    #[test]
    fn brackets_behind_a_comparison_are_guesses() {
        assert_eq!(most("f<(a = f<{ [g<(", |token| token.guesses), 3);
        assert_eq!(most("a < b; (c); d<E>((((", |token| token.guesses), 0);
        assert_eq!(
            most("let a: Map<string, { b: Promise<[c]> }>", |token| token.guesses),
            2
        );
    }

    #[test]
    fn lines_end_where_javascript_ends_them() {
        assert_eq!(most("// a\r(", |token| token.depth), 1);
        assert_eq!(most("// a\u{2028}(", |token| token.depth), 1);
        assert_eq!(most("#!/bin/'\n(", |token| token.depth), 1);
        assert_eq!(most("<!-- `\n(", |token| token.depth), 1);
        assert_eq!(most("'a\n(", |token| token.depth), 1);
        assert_eq!(most("'a\\\r\n('", |token| token.depth), 0);
        assert_eq!(most("return\u{a0}/`/; (", |token| token.depth), 1);
    }
}
