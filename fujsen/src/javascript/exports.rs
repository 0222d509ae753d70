//! The functions that a text exports.

use std::collections::HashMap;

use oxc_ast::ast::{
    BindingIdentifier, Declaration, ExportDefaultDeclaration, ExportDefaultDeclarationKind, Expression,
    ImportOrExportKind, Statement, VariableDeclarator,
};
use oxc_span::{GetSpan, Span};

use super::{
    parse::Parsed,
    refusal::{Refusal, SIGNATURE},
    syntax::Callable,
};

/// A function, and what it is called from outside.
#[derive(Clone, Copy)]
pub(super) struct Exported<'a> {
    pub(super) name: &'a str,
    pub(super) name_place: Span,
    pub(super) function: Callable<'a>,
    /// Where the statement begins that defines it: its comment stands before.
    pub(super) start: u32,
}

/// What is defined at the top of a text.
#[derive(Clone, Copy)]
struct Defined<'a> {
    function: Callable<'a>,
    start: u32,
    place: Span,
}

/// The functions that a text exports, in its order.
pub(super) fn exported<'a>(parsed: &Parsed<'a>) -> (Vec<Exported<'a>>, Vec<Refusal>) {
    let (mut found, mut refusals) = (Vec::new(), Vec::new());
    let defined = defined(parsed);
    for statement in &parsed.program.body {
        match statement {
            Statement::ExportDeclaration(it) => {
                for (name, one) in functions(&it.declaration, it.span.start) {
                    found.push(one.exported(name, one.place));
                }
            }
            Statement::ExportNamedDeclaration(it) if it.export_kind == ImportOrExportKind::Value => {
                for specifier in &it.specifiers {
                    let Some(one) = defined.get(specifier.local.name().as_str()) else {
                        continue;
                    };
                    match specifier.exported.name().as_str() {
                        "default" => refusals.push(unnamed(specifier.span, specifier.local.name().as_str())),
                        name => found.push(one.exported(name, specifier.exported.span())),
                    }
                }
            }
            Statement::ExportDefaultDeclaration(it) => refusals.extend(default(it, &defined)),
            _ => {}
        }
    }
    found.retain(|one| !one.function.is_generator());
    (found, refusals)
}

impl<'a> Defined<'a> {
    fn exported(self, name: &'a str, name_place: Span) -> Exported<'a> {
        Exported {
            name,
            name_place,
            function: self.function,
            start: self.start,
        }
    }
}

fn defined<'a>(parsed: &Parsed<'a>) -> HashMap<&'a str, Defined<'a>> {
    let mut all = HashMap::new();
    for statement in &parsed.program.body {
        let declaration = match statement {
            Statement::ExportDeclaration(it) => Some(&it.declaration),
            other => other.as_declaration(),
        };
        if let Some(declaration) = declaration {
            all.extend(functions(declaration, statement.span().start));
        }
    }
    all
}

/// The functions that a declaration gives names.
fn functions<'a>(declaration: &'a Declaration<'a>, start: u32) -> Vec<(&'a str, Defined<'a>)> {
    match declaration {
        Declaration::FunctionDeclaration(it) if it.body.is_some() && !it.declare => {
            let define = |id: &'a BindingIdentifier<'a>| {
                let defined = Defined {
                    function: Callable::Function(it),
                    start,
                    place: id.span,
                };
                (id.name.as_str(), defined)
            };
            it.id.iter().map(define).collect()
        }
        Declaration::VariableDeclaration(it) if !it.declare => {
            let define = |one: &'a VariableDeclarator<'a>| {
                let id = one.id.get_binding_identifier()?;
                let defined = Defined {
                    function: Callable::of(one.init.as_ref()?)?,
                    start,
                    place: id.span,
                };
                Some((id.name.as_str(), defined))
            };
            it.declarations.iter().filter_map(define).collect()
        }
        _ => Vec::new(),
    }
}

fn default(export: &ExportDefaultDeclaration, defined: &HashMap<&str, Defined>) -> Option<Refusal> {
    let place = Span::new(export.span.start, export.span.start + "export default".len() as u32);
    let name = match &export.declaration {
        ExportDefaultDeclarationKind::FunctionDeclaration(it) if it.generator || it.body.is_none() => return None,
        ExportDefaultDeclarationKind::FunctionDeclaration(it) => it.id.as_ref().map(|id| id.name.as_str()),
        ExportDefaultDeclarationKind::Identifier(it) => {
            let one = defined.get(it.name.as_str())?;
            if one.function.is_generator() {
                return None;
            }
            let help = format!("write `export {{ {} }}`", it.name);
            return Some(Refusal::new(SIGNATURE, place, NAMELESS, help));
        }
        other => {
            let expression: &Expression = other.as_expression()?;
            Callable::of(expression)?;
            None
        }
    };
    let help = format!("write `export function {}(…)`", name.unwrap_or("NAME"));
    Some(Refusal::new(SIGNATURE, place, NAMELESS, help))
}

const NAMELESS: &str = "the host calls a fujsen by its name, and a default export has none";

fn unnamed(place: Span, local: &str) -> Refusal {
    Refusal::new(SIGNATURE, place, NAMELESS, format!("write `export {{ {local} }}`"))
}
