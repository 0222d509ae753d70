//! From a text to its syntax tree.

use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_parser::Parser;
use oxc_span::{SourceType, Span};
use tsk::Diagnostic;

use super::{jsdoc::TypeDefinition, refusal};
use crate::{Text, limits};

/// A text, and what it says.
pub(super) struct Parsed<'a> {
    pub(super) text: &'a Text,
    /// What other texts import it as.
    pub(super) file: String,
    pub(super) program: &'a Program<'a>,
    /// The types that its comments define.
    pub(super) definitions: Vec<TypeDefinition<'a>>,
}

impl<'a> Parsed<'a> {
    pub(super) fn code(&self) -> &'a str {
        &self.text.source.text
    }
}

/// Reads a text as a module of TypeScript, which JavaScript is, too.
pub(super) fn parse<'a>(allocator: &'a Allocator, text: &'a Text) -> Result<Parsed<'a>, Vec<Diagnostic>> {
    let returned = Parser::new(allocator, &text.source.text, SourceType::ts()).parse();
    let mut errors: Vec<Diagnostic> = Vec::new();
    for error in returned.diagnostics.errors().take(limits::ERRORS) {
        let mut labels = error.labels.iter();
        let mut diagnostic = Diagnostic::error("javascript", error.message.trim_end_matches('.'));
        let first = labels.next();
        let place = first.map_or(text.key_span, |label| refusal::place(text, label.span()));
        diagnostic = diagnostic.at(place);
        diagnostic.label = first.and_then(|label| label.label()).unwrap_or_default().to_owned();
        for label in labels {
            let place = refusal::place(text, label.span());
            diagnostic = diagnostic.related(place, label.label().unwrap_or_default());
        }
        diagnostic.help = error.help.as_deref().map(str::to_owned);
        if !errors.contains(&diagnostic) {
            errors.push(diagnostic);
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let program: &Program = allocator.alloc(returned.program);
    let comments = program.comments.iter().filter(|comment| comment.is_jsdoc());
    let definitions = comments.flat_map(|comment| TypeDefinition::all(slice(&text.source.text, comment.span)));
    Ok(Parsed {
        text,
        file: text.file_name(),
        program,
        definitions: definitions.collect(),
    })
}

/// What stands at a place of a text.
pub(super) fn slice(code: &str, span: Span) -> &str {
    code.get(span.start as usize..span.end as usize).unwrap_or_default()
}
