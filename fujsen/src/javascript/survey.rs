//! One look at a whole text: what cannot be in it, and which names it uses as values.

use std::collections::HashSet;

use oxc_ast::{
    AstKind,
    ast::{
        BinaryExpression, BinaryOperator, BindingIdentifier, Declaration, ExportDefaultDeclaration,
        ExportDefaultDeclarationKind, ExportNamedDeclaration, Expression, FormalParameter, IdentifierReference,
        ImportOrExportKind, StaticMemberExpression, TSClassImplements, TSType, TSTypeAnnotation,
        TSTypeParameterDeclaration, TSTypeParameterInstantiation, UnaryOperator, VariableDeclarationKind,
    },
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};

use super::{
    absent,
    parse::Parsed,
    refusal::{ABSENT, Refusal, TYPESCRIPT, shown},
    syntax,
};

/// What a text uses.
pub(super) struct Survey<'a> {
    pub(super) refusals: Vec<Refusal>,
    /// The names that stand for values somewhere.
    pub(super) values: HashSet<&'a str>,
}

/// Looks through a text.
pub(super) fn survey<'a>(parsed: &Parsed<'a>) -> Survey<'a> {
    let mut seeker = Seeker {
        code: parsed.code(),
        depth: 0,
        refusals: Vec::new(),
        values: HashSet::new(),
        declared: HashSet::new(),
        asked: HashSet::new(),
        uses: Vec::new(),
    };
    seeker.visit_program(parsed.program);
    let Seeker {
        mut refusals,
        values,
        declared,
        asked,
        uses,
        ..
    } = seeker;
    for Use { name, property, place } in uses {
        // What a text declares anywhere in it counts everywhere: a name has rarely two meanings.
        if declared.contains(name) || asked.contains(name) {
            continue;
        }
        if let Some(absent) = absent::global(name, property) {
            let message = format!("a fujsen cannot use `{}`: {}", absent.name, absent.why);
            refusals.push(Refusal::new(ABSENT, place, message, absent.instead));
        }
    }
    refusals.sort_by_key(|refusal| refusal.place.start);
    Survey { refusals, values }
}

/// A name that may be a global, and its property.
struct Use<'a> {
    name: &'a str,
    property: Option<&'a str>,
    place: Span,
}

struct Seeker<'a> {
    code: &'a str,
    /// Functions around this place.
    depth: usize,
    refusals: Vec<Refusal>,
    values: HashSet<&'a str>,
    declared: HashSet<&'a str>,
    /// Whose `typeof` the text asks for: it knows that they may not be there.
    asked: HashSet<&'a str>,
    uses: Vec<Use<'a>>,
}

impl<'a> Seeker<'a> {
    fn refuse(&mut self, code: &'static str, place: Span, message: impl Into<String>, help: impl Into<String>) {
        self.refusals.push(Refusal::new(code, place, message, help));
    }

    fn typescript(&mut self, place: Span, what: &str, help: impl Into<String>) {
        let message = format!("{what} more than a type, and TypeScript is only stripped of its types here");
        self.refuse(TYPESCRIPT, place, message, help);
    }

    fn word(&self, span: Span, word: &str) -> Span {
        syntax::word(self.code, span.start, word).unwrap_or(span)
    }

    fn declaration(&mut self, declaration: &Declaration<'a>) {
        match declaration {
            Declaration::TSEnumDeclaration(it) => {
                let name = it.id.name.as_str();
                let members = it.body.members.iter().take(3).map(|member| member.id.static_name());
                let members: Vec<_> = members.map(|name| format!("{name}: \"{name}\"")).collect();
                let more = if it.body.members.len() > 3 { ", …" } else { "" };
                let help = format!(
                    "write `const {name} = {{ {}{more} }} as const` and `type {name} = (typeof {name})[keyof typeof {name}]`",
                    members.join(", ")
                );
                self.typescript(it.id.span, "an `enum` is", help);
            }
            Declaration::TSNamespaceDeclaration(it) => {
                let help = format!("write `const {} = {{ … }}`, or a text of its own", it.id.name);
                self.typescript(it.id.span, "a `namespace` is", help);
            }
            Declaration::TSExternalModuleDeclaration(it) => {
                self.typescript(it.id.span, "a `module` is", "write `declare` before it, or remove it");
            }
            Declaration::TSGlobalDeclaration(it) => {
                self.typescript(it.global_span, "`global` is", "write `declare` before it, or remove it");
            }
            Declaration::TSImportEqualsDeclaration(it) => {
                let help = format!("write `import {} from \"…\"`, or `const {0} = …`", it.id.name);
                self.typescript(it.span, "`import … =` is", help);
            }
            _ => {}
        }
    }

    fn variables(&mut self, kind: VariableDeclarationKind, place: Span) {
        if matches!(
            kind,
            VariableDeclarationKind::Using | VariableDeclarationKind::AwaitUsing
        ) {
            let help = "write `const`, and `try { … } finally { … }` with what ends it";
            self.refuse(
                ABSENT,
                self.word(place, "using"),
                "the engine does not know `using`",
                help,
            );
        }
    }

    fn parameter(&mut self, parameter: &FormalParameter<'a>) {
        if parameter.accessibility.is_none() && !parameter.readonly && !parameter.r#override {
            return;
        }
        let name = match parameter.pattern.get_binding_identifier() {
            Some(name) => name.name.as_str(),
            None => "name",
        };
        let place = Span::new(parameter.span.start, parameter.pattern.span().start);
        let help = format!("declare the field `{name};` and write `this.{name} = {name};` in the constructor");
        self.typescript(place, "a parameter that is also a field is", help);
    }

    /// `-a as T ** b`: without its type it would be read in another way.
    fn power(&mut self, it: &BinaryExpression<'a>) {
        let inner = match &it.left {
            Expression::TSAsExpression(inner) => &inner.expression,
            Expression::TSSatisfiesExpression(inner) => &inner.expression,
            _ => return,
        };
        let binds_less = matches!(
            inner,
            Expression::BinaryExpression(_) | Expression::UnaryExpression(_) | Expression::AwaitExpression(_)
        );
        if it.operator == BinaryOperator::Exponential && binds_less {
            let help = format!("write `({}) ** …`", shown(self.code, it.left.span()));
            self.typescript(it.left.span(), "this changes what `**` applies to, so it is", help);
        }
    }
}

impl<'a> Visit<'a> for Seeker<'a> {
    fn enter_node(&mut self, kind: AstKind<'a>) {
        match kind {
            AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) => self.depth += 1,
            AstKind::AwaitExpression(it) if self.depth == 0 => {
                let help = "move it into an `async` function: what runs while the module starts cannot call the host";
                let place = Span::new(it.span.start, it.span.start + "await".len() as u32);
                self.refuse(ABSENT, place, "a text cannot `await` outside of its functions", help);
            }
            AstKind::ForOfStatement(it) if self.depth == 0 && it.r#await => {
                let help = "move it into an `async` function: what runs while the module starts cannot call the host";
                let place = self.word(it.span, "await");
                self.refuse(ABSENT, place, "a text cannot `await` outside of its functions", help);
            }
            AstKind::ImportExpression(it) => {
                let help = "write `import { name } from \"./KEY.js\"` at the top of the text";
                self.refuse(ABSENT, it.span, "a text cannot import while it runs", help);
            }
            AstKind::ImportDeclaration(it) if it.phase.is_some() => {
                let help = "write `import { name } from \"./KEY.js\"`";
                self.refuse(ABSENT, it.span, "the engine imports a module whole", help);
            }
            AstKind::Decorator(it) => {
                let help = "call the function itself, on the class or on its method";
                self.typescript(it.span, "a decorator is", help);
            }
            AstKind::AccessorProperty(it) => {
                let help = "write a field, or `get` and `set`";
                self.typescript(self.word(it.span, "accessor"), "an `accessor` is", help);
            }
            AstKind::TSTypeAssertion(it) => {
                let (value, ty) = (
                    shown(self.code, it.expression.span()),
                    shown(self.code, it.type_annotation.span()),
                );
                let message = "a type before its value cannot be removed without moving the value";
                self.refuse(TYPESCRIPT, it.span, message, format!("write `({value} as {ty})`"));
            }
            AstKind::TSExportAssignment(it) => {
                self.typescript(it.span, "`export =` is", "write `export { … }`");
            }
            AstKind::TSNamespaceExportDeclaration(it) => {
                self.typescript(
                    it.span,
                    "`export as namespace` is",
                    "remove it: it is for scripts of web pages",
                );
            }
            AstKind::VariableDeclaration(it) => self.variables(it.kind, it.span),
            AstKind::BinaryExpression(it) => self.power(it),
            AstKind::FormalParameter(it) => self.parameter(it),
            AstKind::UnaryExpression(it) if it.operator == UnaryOperator::Typeof => {
                if let Expression::Identifier(name) = &it.argument {
                    self.asked.insert(name.name.as_str());
                }
            }
            _ => {}
        }
    }

    fn leave_node(&mut self, kind: AstKind<'a>) {
        if matches!(kind, AstKind::Function(_) | AstKind::ArrowFunctionExpression(_)) {
            self.depth -= 1;
        }
    }

    fn visit_declaration(&mut self, it: &Declaration<'a>) {
        if syntax::is_type(it) {
            return;
        }
        self.declaration(it);
        let is_foreign = matches!(
            it,
            Declaration::TSEnumDeclaration(_)
                | Declaration::TSNamespaceDeclaration(_)
                | Declaration::TSExternalModuleDeclaration(_)
                | Declaration::TSGlobalDeclaration(_)
                | Declaration::TSImportEqualsDeclaration(_)
        );
        if !is_foreign {
            walk::walk_declaration(self, it);
        }
    }

    fn visit_export_named_declaration(&mut self, it: &ExportNamedDeclaration<'a>) {
        for specifier in &it.specifiers {
            if it.export_kind == ImportOrExportKind::Value && specifier.export_kind == ImportOrExportKind::Value {
                self.values.insert(specifier.local.name().as_str());
            }
        }
    }

    fn visit_export_default_declaration(&mut self, it: &ExportDefaultDeclaration<'a>) {
        if !matches!(it.declaration, ExportDefaultDeclarationKind::TSInterfaceDeclaration(_)) {
            walk::walk_export_default_declaration(self, it);
        }
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        self.values.insert(it.name.as_str());
        let is_member = self.uses.last().is_some_and(|last| last.place.start == it.span.start);
        if !is_member {
            self.uses.push(Use {
                name: it.name.as_str(),
                property: None,
                place: it.span,
            });
        }
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        if let Expression::Identifier(object) = &it.object {
            self.uses.push(Use {
                name: object.name.as_str(),
                property: Some(it.property.name.as_str()),
                place: Span::new(object.span.start, it.property.span.end),
            });
        }
        walk::walk_static_member_expression(self, it);
    }

    fn visit_binding_identifier(&mut self, it: &BindingIdentifier<'a>) {
        self.declared.insert(it.name.as_str());
    }

    // Types say nothing about what runs.
    fn visit_ts_type(&mut self, _: &TSType<'a>) {}
    fn visit_ts_type_annotation(&mut self, _: &TSTypeAnnotation<'a>) {}
    fn visit_ts_type_parameter_declaration(&mut self, _: &TSTypeParameterDeclaration<'a>) {}
    fn visit_ts_type_parameter_instantiation(&mut self, _: &TSTypeParameterInstantiation<'a>) {}
    fn visit_ts_class_implements(&mut self, _: &TSClassImplements<'a>) {}
}
