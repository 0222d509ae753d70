//! Takes the types out of a text, and leaves everything else where it is.
//!
//! A type becomes space of the same length, with its line ends. So that every place behind it stays the same whatever a
//! place is counted in, each character becomes space that is as long in bytes and in units of UTF-16: a character of
//! two bytes becomes U+00A0, one of three U+2003, and one of four, a pair of surrogates, twice U+00A0. All of them are
//! white space of JavaScript.
//!
//! Where the end of a statement would get lost with a type, a `;` takes the place of the type's first character.
use std::collections::HashSet;

use oxc_ast::{
    AstKind,
    ast::{
        ArrowFunctionExpression, Class, ClassElement, ExportFromDeclaration, ExportNamedDeclaration, ExportSpecifier,
        FormalParameter, Function, ImportDeclaration, ImportDeclarationSpecifier, ImportOrExportKind, MethodDefinition,
        MethodDefinitionType, PropertyDefinition, PropertyDefinitionType, PropertyKey, Statement, TSAsExpression,
        TSNonNullExpression, TSSatisfiesExpression, TSType, TSTypeAnnotation, TSTypeParameterDeclaration,
        TSTypeParameterInstantiation, VariableDeclarator,
    },
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};

use super::{
    parse::Parsed,
    syntax::{self, next_token, sign},
};

/// Words before a member of a class that are of TypeScript.
const MODIFIERS: &[&str] = &[
    "public",
    "private",
    "protected",
    "override",
    "abstract",
    "readonly",
    "declare",
];

/// What is imported and exported and stands for no value.
#[derive(Debug, Default)]
pub(super) struct TypeNames<'a> {
    /// Names that imports give to a text.
    pub(super) imported: HashSet<&'a str>,
    /// Where names stand that a text exports.
    pub(super) exported: HashSet<u32>,
}

/// The text without its types.
pub(super) fn blank<'a>(parsed: &Parsed<'a>, types: &TypeNames<'a>) -> String {
    let code = parsed.code();
    let mut blanker = Blanker {
        code,
        out: code.as_bytes().to_vec(),
        types,
    };
    blanker.visit_program(parsed.program);
    String::from_utf8(blanker.out).unwrap_or_else(|_| code.to_owned())
}

struct Blanker<'a, 't> {
    code: &'a str,
    out: Vec<u8>,
    types: &'t TypeNames<'a>,
}

impl<'a> Blanker<'a, '_> {
    fn slice(&self, span: Span) -> &'a str {
        self.code
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    fn blank(&mut self, span: Span) {
        let mut at = span.start as usize;
        for c in self.slice(span).chars() {
            let space: &[u8] = match c {
                '\n' | '\r' | '\u{2028}' | '\u{2029}' => &[],
                _ => match c.len_utf8() {
                    1 => b" ",
                    2 => "\u{a0}".as_bytes(),
                    3 => "\u{2003}".as_bytes(),
                    _ => "\u{a0}\u{a0}".as_bytes(),
                },
            };
            self.write(at, space);
            at += c.len_utf8();
        }
    }

    fn write(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.out.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    /// Blanks a whole statement or member.
    fn remove(&mut self, span: Span) {
        self.blank(span);
        self.write(span.start as usize, b";");
    }

    fn blank_sign(&mut self, at: u32, wanted: u8) {
        if let Some(span) = sign(self.code, at, wanted) {
            self.blank(span);
        }
    }

    /// Blanks a specifier, and the comma behind it.
    fn blank_specifier(&mut self, span: Span) {
        self.blank(span);
        self.blank_sign(span.end, b',');
    }

    /// What stands behind an expression: ` as T`.
    fn blank_behind(&mut self, inner: Span, whole: Span) {
        let behind = Span::new(inner.end, whole.end);
        self.blank(behind);
        // With the type in between, the next line was a statement of its own.
        if matches!(next_token(self.code, whole.end), Some((_, b'(' | b'[' | b'`'))) {
            let first = self.slice(behind).find(|c: char| c.is_ascii_graphic()).unwrap_or(0);
            self.write(inner.end as usize + first, b";");
        }
    }

    /// Blanks the words of TypeScript before the name of a member.
    fn blank_modifiers(&mut self, member: Span, name: Span) {
        let mut at = member.start;
        while let Some(word) = syntax::next_word(self.code, at).filter(|word| word.start < name.start) {
            if MODIFIERS.contains(&self.slice(word)) {
                self.blank(word);
                // What stands before may go on with what stands behind.
                if word.start == member.start {
                    self.write(word.start as usize, b";");
                }
            }
            at = word.end;
        }
    }

    /// Blanks the `?` or `!` behind the name of a member.
    fn blank_mark(&mut self, name: Span, is_computed: bool) {
        let bracket = is_computed.then(|| sign(self.code, name.end, b']')).flatten();
        let end = bracket.map_or(name.end, |bracket| bracket.end);
        self.blank_sign(end, b'?');
        self.blank_sign(end, b'!');
    }

    /// Blanks `this: T` among parameters.
    fn blank_this(&mut self, function: &Function<'a>) {
        if let Some(this) = &function.this_param {
            self.blank_specifier(this.span);
        }
    }

    /// Moves the `(` of an arrow function to where its type parameters began, if there is a line end in between: none may stand
    /// behind `return` or `async`.
    fn move_opening(&mut self, arrow: &ArrowFunctionExpression<'a>) {
        let Some(generics) = &arrow.type_parameters else { return };
        let between = Span::new(generics.span.start, arrow.params.span.start);
        if self.slice(between).contains(is_line_end) {
            self.write(arrow.params.span.start as usize, b" ");
            self.write(between.start as usize, b"(");
        }
    }

    /// Moves the `)` of an arrow function to where its result type ended, if there is a line end in between: none may stand before
    /// the arrow.
    fn move_closing(&mut self, arrow: &ArrowFunctionExpression<'a>) {
        let Some(result) = &arrow.return_type else { return };
        let closing = arrow.params.span.end as usize - 1;
        if self
            .slice(Span::new(arrow.params.span.end, result.span.end))
            .contains(is_line_end)
        {
            let last = self.slice(result.span).chars().next_back().map_or(1, char::len_utf8);
            self.write(closing, b" ");
            let at = result.span.end as usize - last;
            self.write(at, b"    ".get(..last).unwrap_or_default());
            self.write(at, b")");
        }
    }

    fn blank_type_exports(&mut self, specifiers: &[ExportSpecifier<'a>]) {
        for specifier in specifiers {
            if self.is_type_export(specifier) {
                self.blank_specifier(specifier.span);
            }
        }
    }

    fn is_type_export(&self, specifier: &ExportSpecifier<'a>) -> bool {
        specifier.export_kind == ImportOrExportKind::Type || self.types.exported.contains(&specifier.span.start)
    }
}

impl<'a> Visit<'a> for Blanker<'a, '_> {
    fn enter_node(&mut self, kind: AstKind<'a>) {
        if let AstKind::Function(function) = kind {
            self.blank_this(function);
        }
    }

    fn visit_statement(&mut self, it: &Statement<'a>) {
        if syntax::is_type_statement(it) {
            self.remove(it.span());
        } else {
            walk::walk_statement(self, it);
        }
    }

    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        let Some(specifiers) = &it.specifiers else { return };
        let is_type = |specifier: &ImportDeclarationSpecifier<'a>| match specifier {
            ImportDeclarationSpecifier::ImportSpecifier(it) if it.import_kind == ImportOrExportKind::Type => true,
            other => self.types.imported.contains(other.local().name.as_str()),
        };
        let typed: Vec<Span> = specifiers.iter().filter(|it| is_type(it)).map(GetSpan::span).collect();
        match specifiers.as_slice() {
            some if !typed.is_empty() && typed.len() == some.len() => self.remove(it.span),
            // The comma between them goes with either.
            [first, second @ ImportDeclarationSpecifier::ImportNamespaceSpecifier(_)] if is_type(second) => {
                self.blank(Span::new(first.span().end, second.span().end));
            }
            _ => typed.into_iter().for_each(|span| self.blank_specifier(span)),
        }
    }

    fn visit_export_named_declaration(&mut self, it: &ExportNamedDeclaration<'a>) {
        self.blank_type_exports(&it.specifiers);
    }

    fn visit_export_from_declaration(&mut self, it: &ExportFromDeclaration<'a>) {
        self.blank_type_exports(&it.specifiers);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        if it.definite {
            self.blank_sign(it.id.span().end, b'!');
        }
        walk::walk_variable_declarator(self, it);
    }

    fn visit_formal_parameter(&mut self, it: &FormalParameter<'a>) {
        if it.optional {
            self.blank_sign(it.pattern.span().end, b'?');
        }
        walk::walk_formal_parameter(self, it);
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        walk::walk_arrow_function_expression(self, it);
        self.move_opening(it);
        self.move_closing(it);
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        if it.r#abstract
            && let Some(word) = syntax::word(self.code, it.span.start, "abstract")
        {
            self.blank(word);
        }
        if let Some(last) = it.implements.last()
            && let Some(word) = syntax::word(self.code, head_end(it), "implements")
        {
            self.blank(Span::new(word.start, last.span.end));
        }
        walk::walk_class(self, it);
    }

    fn visit_class_element(&mut self, it: &ClassElement<'a>) {
        let is_type = match it {
            ClassElement::MethodDefinition(it) => {
                it.r#type == MethodDefinitionType::TSAbstractMethodDefinition || it.value.body.is_none()
            }
            ClassElement::PropertyDefinition(it) => {
                it.r#type == PropertyDefinitionType::TSAbstractPropertyDefinition || it.declare
            }
            ClassElement::TSIndexSignature(_) => true,
            ClassElement::StaticBlock(_) | ClassElement::AccessorProperty(_) => false,
        };
        if is_type {
            self.remove(it.span());
        } else {
            walk::walk_class_element(self, it);
        }
    }

    fn visit_method_definition(&mut self, it: &MethodDefinition<'a>) {
        self.blank_modifiers(it.span, it.key.span());
        if it.optional {
            self.blank_mark(it.key.span(), it.computed);
        }
        walk::walk_method_definition(self, it);
    }

    fn visit_property_definition(&mut self, it: &PropertyDefinition<'a>) {
        self.blank_modifiers(it.span, it.key.span());
        if it.optional || it.definite {
            self.blank_mark(it.key.span(), it.computed);
        }
        walk::walk_property_definition(self, it);
        // Alone, it would be a word before the next member.
        if let (PropertyKey::StaticIdentifier(name), Some(annotation), None) = (&it.key, &it.type_annotation, &it.value)
            && matches!(name.name.as_str(), "accessor" | "async" | "get" | "set" | "static")
        {
            self.write(annotation.span.start as usize, b";");
        }
    }

    fn visit_ts_as_expression(&mut self, it: &TSAsExpression<'a>) {
        self.visit_expression(&it.expression);
        self.blank_behind(it.expression.span(), it.span);
    }

    fn visit_ts_satisfies_expression(&mut self, it: &TSSatisfiesExpression<'a>) {
        self.visit_expression(&it.expression);
        self.blank_behind(it.expression.span(), it.span);
    }

    fn visit_ts_non_null_expression(&mut self, it: &TSNonNullExpression<'a>) {
        self.visit_expression(&it.expression);
        self.blank(Span::new(it.expression.span().end, it.span.end));
    }

    fn visit_ts_type(&mut self, it: &TSType<'a>) {
        self.blank(it.span());
    }

    fn visit_ts_type_annotation(&mut self, it: &TSTypeAnnotation<'a>) {
        self.blank(it.span);
    }

    fn visit_ts_type_parameter_declaration(&mut self, it: &TSTypeParameterDeclaration<'a>) {
        self.blank(it.span);
    }

    fn visit_ts_type_parameter_instantiation(&mut self, it: &TSTypeParameterInstantiation<'a>) {
        self.blank(it.span);
    }
}

/// Where a class is named and says what it extends.
fn head_end(class: &Class) -> u32 {
    let heritage = class.heritage.as_ref().map(|heritage| {
        let arguments = heritage.type_arguments.as_ref().map(|arguments| arguments.span.end);
        arguments.unwrap_or(heritage.expression.span().end)
    });
    let parameters = class.type_parameters.as_ref().map(|parameters| parameters.span.end);
    let name = class.id.as_ref().map(|name| name.span.end);
    heritage.or(parameters).or(name).unwrap_or(class.span.start)
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}
