//! What the texts of a section import from each other, and whether that is a value or a type.

use std::collections::{HashMap, HashSet};

use oxc_ast::ast::{
    Declaration, ExportDefaultDeclarationKind, ExportSpecifier, ImportDeclaration, ImportDeclarationSpecifier,
    ImportOrExportKind, Program, Statement, StringLiteral,
};
use oxc_span::Span;

use super::{
    absent,
    blank::TypeNames,
    parse::Parsed,
    refusal::{ABSENT, Refusal},
    syntax,
};
use crate::limits;

/// Of what the host offers.
const SDK: &str = "tusk";
/// The exports that were looked at on the way to one: texts may export each other.
type Seen<'a> = HashSet<(usize, &'a str)>;

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// A name of a text, by its place in the section, which is a value.
    Value(usize, &'a str),
    /// A name of a text that is a type only.
    Type(usize, &'a str),
    /// A name of the SDK.
    Sdk(&'a str),
    Nothing,
}

/// A name that another text gives.
#[derive(Clone, Copy, Debug)]
struct Import<'a> {
    source: &'a str,
    /// None for all of it.
    name: Option<&'a str>,
}

#[derive(Clone, Copy, Debug)]
enum Export<'a> {
    Local(&'a str),
    From(Import<'a>),
}

/// The names of one text.
#[derive(Debug, Default)]
struct Surface<'a> {
    exports: HashMap<&'a str, Export<'a>>,
    stars: Vec<&'a str>,
    imports: HashMap<&'a str, Import<'a>>,
    values: HashSet<&'a str>,
    types: HashSet<&'a str>,
}

/// The names of all texts of a section.
pub(super) struct Surfaces<'a> {
    files: Vec<&'a str>,
    surfaces: Vec<Surface<'a>>,
}

impl<'a> Surfaces<'a> {
    pub(super) fn of(texts: &'a [Parsed<'a>]) -> Self {
        Self {
            files: texts.iter().map(|text| text.file.as_str()).collect(),
            surfaces: texts.iter().map(|text| Surface::of(text.program)).collect(),
        }
    }

    /// The text that `./KEY.js`, `./KEY.ts` or `./KEY` names.
    pub(super) fn text(&self, source: &str) -> Option<usize> {
        let name = source.strip_prefix("./")?;
        let stem = name.strip_suffix(".js").or(name.strip_suffix(".ts")).unwrap_or(name);
        self.files
            .iter()
            .position(|file| file.strip_suffix(".js") == Some(stem))
    }

    /// What a name at the top of a text stands for.
    pub(super) fn local(&self, text: usize, name: &'a str) -> Found<'a> {
        self.local_within(text, name, &mut Seen::new())
    }

    /// What a text exports by a name.
    pub(super) fn exported(&self, text: usize, name: &'a str) -> Found<'a> {
        self.exported_within(text, name, &mut Seen::new())
    }

    fn local_within(&self, text: usize, name: &'a str, seen: &mut Seen<'a>) -> Found<'a> {
        let Some(surface) = self.surfaces.get(text) else {
            return Found::Nothing;
        };
        if surface.values.contains(name) {
            return Found::Value(text, name);
        }
        if surface.types.contains(name) {
            return Found::Type(text, name);
        }
        match surface.imports.get(name) {
            Some(import) => self.import(*import, seen),
            None => Found::Nothing,
        }
    }

    fn exported_within(&self, text: usize, name: &'a str, seen: &mut Seen<'a>) -> Found<'a> {
        let Some(surface) = self.surfaces.get(text) else {
            return Found::Nothing;
        };
        if !seen.insert((text, name)) {
            return Found::Nothing;
        }
        match surface.exports.get(name) {
            Some(Export::Local(local)) => self.local_within(text, local, seen),
            Some(Export::From(import)) => self.import(*import, seen),
            None => {
                let all = surface.stars.iter().map(|source| Import {
                    source,
                    name: Some(name),
                });
                let mut found = all.map(|import| self.import(import, seen));
                found.find(|found| *found != Found::Nothing).unwrap_or(Found::Nothing)
            }
        }
    }

    fn import(&self, import: Import<'a>, seen: &mut Seen<'a>) -> Found<'a> {
        let text = self.text(import.source);
        match (import.name, text) {
            (Some(name), Some(text)) => self.exported_within(text, name, seen),
            (Some(name), None) if import.source == SDK => Found::Sdk(name),
            (None, Some(text)) => Found::Value(text, ""),
            (None, None) => Found::Sdk(""),
            (Some(_), None) => Found::Nothing,
        }
    }

    /// Another text of the section that has a type of this name.
    pub(super) fn type_elsewhere(&self, name: &'a str) -> Option<usize> {
        self.surfaces.iter().position(|surface| surface.types.contains(name))
    }

    /// Which of the names that a text imports and exports are types. `values` are those that it uses as values.
    pub(super) fn types(&self, text: usize, parsed: &Parsed<'a>, values: &HashSet<&'a str>) -> TypeNames<'a> {
        let mut types = TypeNames::default();
        let Some(surface) = self.surfaces.get(text) else {
            return types;
        };
        for (name, import) in &surface.imports {
            let is_type = matches!(self.import(*import, &mut Seen::new()), Found::Type(..));
            if is_type || !values.contains(name) {
                types.imported.insert(name);
            }
        }
        for (specifier, source) in specifiers(parsed.program) {
            let name = specifier.local.name().as_str();
            let found = match source {
                Some(source) => self.import(
                    Import {
                        source,
                        name: Some(name),
                    },
                    &mut Seen::new(),
                ),
                None => self.local(text, name),
            };
            if matches!(found, Found::Type(..)) {
                types.exported.insert(specifier.span.start);
            }
        }
        types
    }

    /// What a text imports and exports that is not there.
    pub(super) fn refusals(&self, text: usize, parsed: &Parsed<'a>) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        for statement in &parsed.program.body {
            let source = match statement {
                Statement::ImportDeclaration(it) => {
                    if self.names_text(&it.source) {
                        refusals.extend(self.missing_imports(it));
                    }
                    &it.source
                }
                Statement::ExportFromDeclaration(it) => &it.source,
                Statement::ExportAllDeclaration(it) => &it.source,
                _ => continue,
            };
            if !syntax::is_type_statement(statement) {
                refusals.extend(self.missing_module(source));
            }
        }
        for (specifier, source) in specifiers(parsed.program) {
            let name = specifier.local.name().as_str();
            let (is_missing, place) = match source {
                Some(source) => match self.text(source) {
                    Some(other) => (self.exported(other, name) == Found::Nothing, source),
                    None => (false, source),
                },
                None => (self.local(text, name) == Found::Nothing, "this text"),
            };
            if is_missing && specifier.export_kind == ImportOrExportKind::Value {
                refusals.push(missing(name, place, specifier.span));
            }
        }
        refusals
    }

    fn names_text(&self, source: &StringLiteral<'a>) -> bool {
        self.text(source.value.as_str()).is_some()
    }

    fn missing_module(&self, source: &StringLiteral<'a>) -> Option<Refusal> {
        let name = source.value.as_str();
        if name == SDK || self.text(name).is_some() {
            return None;
        }
        let (message, help) = if name.starts_with(['.', '/']) {
            let files = self
                .files
                .iter()
                .take(limits::NAMES_SHOWN)
                .map(|file| format!("\"./{file}\""));
            (
                format!("there is no text `{}` in this section", name.escape_debug()),
                format!("the texts of the section are {}", files.collect::<Vec<_>>().join(", ")),
            )
        } else {
            let (message, instead) = absent::module(name);
            (message, instead.to_owned())
        };
        Some(Refusal::new(ABSENT, source.span, message, help))
    }

    fn missing_imports(&self, import: &ImportDeclaration<'a>) -> Vec<Refusal> {
        let source = import.source.value.as_str();
        let Some(text) = self.text(source) else {
            return Vec::new();
        };
        let mut refusals = Vec::new();
        for specifier in import.specifiers.iter().flatten() {
            let (name, place) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(it) => (it.imported.name().as_str(), it.span),
                ImportDeclarationSpecifier::ImportDefaultSpecifier(it) => ("default", it.span),
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(_) => continue,
            };
            if self.exported(text, name) == Found::Nothing {
                refusals.push(missing(name, source, place));
            }
        }
        refusals
    }
}

fn missing(name: &str, source: &str, place: Span) -> Refusal {
    let (message, help) = match (name, source) {
        (_, "this text") => (
            format!("there is no `{name}` at the top of this text"),
            "export what the text declares outside of its functions".to_owned(),
        ),
        ("default", _) => (
            format!("`{source}` has no default export"),
            "import its exports by their names: `import { name } from …`".to_owned(),
        ),
        _ => (
            format!("`{source}` exports no `{name}`"),
            format!("write `export` before `{name}` there"),
        ),
    };
    Refusal::new(ABSENT, place, message, help)
}

/// What `export { … }` names, and where it is from.
fn specifiers<'a>(program: &'a Program<'a>) -> impl Iterator<Item = (&'a ExportSpecifier<'a>, Option<&'a str>)> {
    program.body.iter().flat_map(|statement| {
        let (specifiers, source) = match statement {
            Statement::ExportNamedDeclaration(it) => (it.specifiers.as_slice(), None),
            Statement::ExportFromDeclaration(it) => (it.specifiers.as_slice(), Some(it.source.value.as_str())),
            _ => (&[][..], None),
        };
        specifiers.iter().map(move |specifier| (specifier, source))
    })
}

impl<'a> Surface<'a> {
    fn of(program: &'a Program<'a>) -> Self {
        let mut surface = Self::default();
        program.body.iter().for_each(|statement| surface.statement(statement));
        surface
    }

    fn statement(&mut self, statement: &'a Statement<'a>) {
        match statement {
            Statement::ImportDeclaration(it) => self.import(it),
            Statement::ExportDeclaration(it) => {
                for name in self.declaration(&it.declaration) {
                    self.exports.insert(name, Export::Local(name));
                }
            }
            Statement::ExportNamedDeclaration(it) => {
                for specifier in &it.specifiers {
                    let local = Export::Local(specifier.local.name().as_str());
                    self.exports.insert(specifier.exported.name().as_str(), local);
                }
            }
            Statement::ExportFromDeclaration(it) => {
                for specifier in &it.specifiers {
                    let from = Import {
                        source: it.source.value.as_str(),
                        name: Some(specifier.local.name().as_str()),
                    };
                    self.exports
                        .insert(specifier.exported.name().as_str(), Export::From(from));
                }
            }
            Statement::ExportAllDeclaration(it) => match &it.exported {
                Some(name) => {
                    let source = it.source.value.as_str();
                    let from = Import { source, name: None };
                    self.exports.insert(name.name().as_str(), Export::From(from));
                }
                None => self.stars.push(it.source.value.as_str()),
            },
            Statement::ExportDefaultDeclaration(it) => {
                let names = match &it.declaration {
                    ExportDefaultDeclarationKind::TSInterfaceDeclaration(it) => {
                        self.types.insert(it.id.name.as_str());
                        &mut self.types
                    }
                    ExportDefaultDeclarationKind::ClassDeclaration(it) => {
                        self.values.extend(it.id.iter().map(|id| id.name.as_str()));
                        &mut self.values
                    }
                    ExportDefaultDeclarationKind::FunctionDeclaration(it) => {
                        self.values.extend(it.id.iter().map(|id| id.name.as_str()));
                        &mut self.values
                    }
                    _ => &mut self.values,
                };
                names.insert("default");
                self.exports.insert("default", Export::Local("default"));
            }
            other => {
                if let Some(declaration) = other.as_declaration() {
                    self.declaration(declaration);
                }
            }
        }
    }

    fn import(&mut self, import: &'a ImportDeclaration<'a>) {
        for specifier in import.specifiers.iter().flatten() {
            let name = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(it) => Some(it.imported.name().as_str()),
                ImportDeclarationSpecifier::ImportDefaultSpecifier(_) => Some("default"),
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(_) => None,
            };
            let source = import.source.value.as_str();
            self.imports
                .insert(specifier.local().name.as_str(), Import { source, name });
        }
    }

    /// Notes the names that a declaration gives, and gives them.
    fn declaration(&mut self, declaration: &'a Declaration<'a>) -> Vec<&'a str> {
        let names: Vec<&str> = match declaration {
            Declaration::VariableDeclaration(it) => {
                let names = it.declarations.iter().flat_map(|one| one.id.get_binding_identifiers());
                names.map(|name| name.name.as_str()).collect()
            }
            Declaration::FunctionDeclaration(it) => it.id.iter().map(|id| id.name.as_str()).collect(),
            Declaration::ClassDeclaration(it) => it.id.iter().map(|id| id.name.as_str()).collect(),
            Declaration::TSTypeAliasDeclaration(it) => vec![it.id.name.as_str()],
            Declaration::TSInterfaceDeclaration(it) => vec![it.id.name.as_str()],
            _ => Vec::new(),
        };
        let is_overload = matches!(declaration, Declaration::FunctionDeclaration(it) if !it.declare);
        let known = match syntax::is_type(declaration) && !is_overload {
            true => &mut self.types,
            false => &mut self.values,
        };
        known.extend(names.iter().copied());
        names
    }
}
