//! What the syntax tree does not say itself.

use oxc_ast::ast::{
    ArrowFunctionExpression, Declaration, ExportDefaultDeclarationKind, Expression, FormalParameters, Function,
    ImportOrExportKind, Statement, TSTypeAnnotation, TSTypeParameterDeclaration,
};
use oxc_span::Span;

/// A function that is written as one or as an arrow.
#[derive(Clone, Copy)]
pub(super) enum Callable<'a> {
    Function(&'a Function<'a>),
    Arrow(&'a ArrowFunctionExpression<'a>),
}

impl<'a> Callable<'a> {
    /// The function that an expression is, whatever it is called or taken for.
    pub(super) fn of(expression: &'a Expression<'a>) -> Option<Self> {
        match expression {
            Expression::FunctionExpression(function) => Some(Self::Function(function)),
            Expression::ArrowFunctionExpression(arrow) => Some(Self::Arrow(arrow)),
            Expression::ParenthesizedExpression(inner) => Self::of(&inner.expression),
            Expression::TSAsExpression(inner) => Self::of(&inner.expression),
            Expression::TSSatisfiesExpression(inner) => Self::of(&inner.expression),
            Expression::TSNonNullExpression(inner) => Self::of(&inner.expression),
            _ => None,
        }
    }

    pub(super) fn is_generator(self) -> bool {
        matches!(self, Self::Function(function) if function.generator)
    }

    pub(super) fn parameters(self) -> &'a FormalParameters<'a> {
        match self {
            Self::Function(function) => &function.params,
            Self::Arrow(arrow) => &arrow.params,
        }
    }

    pub(super) fn generics(self) -> Option<&'a TSTypeParameterDeclaration<'a>> {
        match self {
            Self::Function(function) => function.type_parameters.as_deref(),
            Self::Arrow(arrow) => arrow.type_parameters.as_deref(),
        }
    }

    pub(super) fn result(self) -> Option<&'a TSTypeAnnotation<'a>> {
        match self {
            Self::Function(function) => function.return_type.as_deref(),
            Self::Arrow(arrow) => arrow.return_type.as_deref(),
        }
    }
}

/// Whether nothing of a declaration is left when the program runs.
pub(super) fn is_type(declaration: &Declaration) -> bool {
    match declaration {
        Declaration::TSTypeAliasDeclaration(_) | Declaration::TSInterfaceDeclaration(_) => true,
        Declaration::VariableDeclaration(it) => it.declare,
        Declaration::FunctionDeclaration(it) => it.declare || it.body.is_none(),
        Declaration::ClassDeclaration(it) => it.declare,
        Declaration::TSEnumDeclaration(it) => it.declare,
        Declaration::TSExternalModuleDeclaration(it) => it.declare,
        Declaration::TSNamespaceDeclaration(it) => it.declare,
        Declaration::TSGlobalDeclaration(it) => it.declare,
        Declaration::TSImportEqualsDeclaration(it) => it.import_kind == ImportOrExportKind::Type,
    }
}

/// Whether nothing of a statement is left when the program runs.
pub(super) fn is_type_statement(statement: &Statement) -> bool {
    match statement {
        Statement::ImportDeclaration(it) => it.import_kind == ImportOrExportKind::Type,
        Statement::ExportNamedDeclaration(it) => it.export_kind == ImportOrExportKind::Type,
        Statement::ExportFromDeclaration(it) => it.export_kind == ImportOrExportKind::Type,
        Statement::ExportAllDeclaration(it) => it.export_kind == ImportOrExportKind::Type,
        Statement::ExportDeclaration(it) => is_type(&it.declaration),
        Statement::ExportDefaultDeclaration(it) => match &it.declaration {
            ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => true,
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => function.body.is_none(),
            _ => false,
        },
        other => other.as_declaration().is_some_and(is_type),
    }
}

/// Where the next token behind `at` is, and its first byte.
pub(super) fn next_token(code: &str, at: u32) -> Option<(u32, u8)> {
    let mut at = at as usize;
    loop {
        let rest = code.get(at..)?;
        if rest.starts_with("//") {
            at += rest.find(['\n', '\r', '\u{2028}', '\u{2029}']).unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
        } else {
            let first = rest.chars().next()?;
            if !first.is_whitespace() && first != '\u{feff}' {
                return Some((at as u32, *rest.as_bytes().first()?));
            }
            at += first.len_utf8();
        }
    }
}

/// The place of a sign of one byte, when it is the next token behind `at`.
pub(super) fn sign(code: &str, at: u32, sign: u8) -> Option<Span> {
    let (at, found) = next_token(code, at)?;
    (found == sign).then_some(Span::new(at, at + 1))
}

/// The next word behind `at`, or the sign that stands there.
pub(super) fn next_word(code: &str, at: u32) -> Option<Span> {
    let (start, _) = next_token(code, at)?;
    let rest = code.get(start as usize..)?;
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '$'));
    Some(Span::new(start, start + length.unwrap_or(rest.len()).max(1) as u32))
}

/// Where a word stands next behind `at`.
pub(super) fn word(code: &str, at: u32, word: &str) -> Option<Span> {
    let mut at = at;
    loop {
        let next = next_word(code, at)?;
        if code.get(next.start as usize..next.end as usize) == Some(word) {
            return Some(next);
        }
        at = next.end;
    }
}
