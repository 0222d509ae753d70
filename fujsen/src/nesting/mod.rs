//! How deep a text is nested, before anything reads it that recurses: a compiler that overflows its stack does not say where.
//!
//! Counts what parsers recurse along: brackets inside each other, and the tokens of one expression, whose operators nest
//! without brackets (`!!!x`, `a + b + c`, `A<B<C>>`, `else if`). One pass without recursion.
mod rust;
mod script;
mod token;

use tsk::{Diagnostic, Span};

use self::token::{Excess, Token};
use crate::{ModuleSource, Text, limits};

/// How the words, strings and comments of a language are told apart, and where its expressions end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lexis {
    /// Whose tokens they are.
    pub(crate) grammar: Grammar,
    /// What chooses between many cases.
    pub(crate) choice: &'static str,
}

/// What is read in the same way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Grammar {
    /// Just enough to pass over strings and comments: where it misreads a text, the compiler fails later, in a process of
    /// its own, with a worse message.
    Rust,
    /// JavaScript, and what looks like it. Exact: its parser runs in this process.
    Script,
}

/// One error for each text that is nested too deeply.
pub(crate) fn check(module: &ModuleSource, lexis: &Lexis) -> Result<(), Vec<Diagnostic>> {
    let errors: Vec<_> = module.texts.iter().filter_map(|text| refuse(text, lexis)).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Whether code that stands in no text of its own, such as a type in a comment, is nested as little as a text must be.
pub(crate) fn fits(code: &str, lexis: &Lexis) -> bool {
    tokens(code, lexis).all(|token| token.excess().is_none())
}

fn refuse(text: &Text, lexis: &Lexis) -> Option<Diagnostic> {
    let (token, excess) = tokens(&text.source.text, lexis).find_map(|token| Some((token, token.excess()?)))?;
    let (message, help) = match excess {
        Excess::Depth => (
            format!("brackets are nested more than {} levels deep", limits::NESTING),
            "give the inner part a name: a variable, a function or a type of its own".to_owned(),
        ),
        Excess::Guesses => (
            format!(
                "behind `<`, brackets are nested more than {} levels deep",
                limits::GUESSES
            ),
            "give the inner part a name: a variable or a type of its own".to_owned(),
        ),
        Excess::Part => (
            format!("this expression has more than {} parts", limits::EXPRESSION),
            format!(
                "divide it: variables for its parts, a loop, or `{}` instead of a long `else if`",
                lexis.choice
            ),
        ),
        Excess::Doubt
            if text
                .source
                .text
                .get(token.at..)
                .is_some_and(|rest| rest.starts_with('\\')) =>
        {
            (
                "this `\\` escapes nothing".to_owned(),
                "remove it; in a name, write the character itself".to_owned(),
            )
        }
        Excess::Doubt => (
            "this `/` may divide, or begin a regular expression".to_owned(),
            "put what it divides, or the regular expression, into parentheses".to_owned(),
        ),
    };
    let diagnostic = Diagnostic::error("nested-code", message).at(text.span(token.at, token.at + 1));
    Some(diagnostic.label("here").help(help))
}

/// Where a module is nested most deeply: the place to look at when a compiler crashed.
pub(crate) fn deepest(module: &ModuleSource, lexis: &Lexis) -> Option<Span> {
    let deepest = |text: &Text| {
        let token = tokens(&text.source.text, lexis).max_by_key(|token| token.depth + token.part)?;
        Some((token.depth + token.part, text.span(token.at, token.at + 1)))
    };
    let found = module.texts.iter().filter_map(deepest);
    found.max_by_key(|(measure, _)| *measure).map(|(_, place)| place)
}

fn tokens<'c>(code: &'c str, lexis: &Lexis) -> Box<dyn Iterator<Item = Token> + 'c> {
    match lexis.grammar {
        Grammar::Rust => Box::new(rust::Tokens::of(code)),
        Grammar::Script => Box::new(script::Tokens::of(code)),
    }
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
        let tokens: Vec<_> = tokens(&text.source.text, lexis(language)).collect();
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
