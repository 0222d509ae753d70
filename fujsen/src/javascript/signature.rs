//! What the host is told of an exported function, and what is checked of its arguments.

use oxc_ast::ast::{BindingPattern, Expression, FormalParameter, TSType, TSTypeName, UnaryOperator};
use oxc_span::{GetSpan, Span};
use serde_json::{Value, json};

use super::{
    exports::Exported,
    jsdoc::{JsDoc, Tagged},
    parse::{Parsed, slice},
    refusal::{Refusal, SIGNATURE, shown},
    schema::Schema,
    script::{Check, Fujsen},
    syntax::Callable,
    types::{Scope, Types, json_number},
};
use crate::{Function, Kind, Parameter, limits};

/// The greatest integer that a number tells from its neighbours, 2⁵³ - 1.
const EXACT: i64 = 9_007_199_254_740_991;
/// Of what has no type.
const ANY: &str = "any";

/// A function as the host calls it, or what keeps it from that.
pub(super) fn fujsen<'a>(
    exported: &Exported<'a>,
    index: usize,
    parsed: &Parsed<'a>,
    types: &Types<'a>,
) -> Result<Fujsen, Vec<Refusal>> {
    let code = parsed.code();
    let comment = comment(parsed, exported.start);
    let doc = comment.map(JsDoc::of).unwrap_or_default();
    let bound = types.parameters(index, exported.function.generics());
    let reader = Reader {
        code,
        doc: &doc,
        types,
        scope: Scope {
            text: index,
            bound: &bound,
        },
    };
    let mut refusals: Vec<Refusal> = bad_name(exported.name, exported.name_place).into_iter().collect();
    let parameters = exported.function.parameters();
    if let Some(rest) = &parameters.rest {
        let name = shown(code, rest.rest.argument.span());
        let help = format!("take a list: `{name}`, without the dots");
        let message = "the host binds arguments by name, and a rest parameter has many without one";
        refusals.push(Refusal::new(SIGNATURE, rest.span, message, help));
    }
    if parameters.items.len() > limits::PARAMETERS {
        let message = format!("a fujsen takes at most {} parameters", limits::PARAMETERS);
        refusals.push(Refusal::new(SIGNATURE, exported.name_place, message, "take an object"));
    }
    let mut params = Vec::new();
    let mut checks = Vec::new();
    for parameter in parameters.items.iter().take(limits::PARAMETERS) {
        match reader.parameter(parameter) {
            Ok((parameter, check)) => {
                params.push(parameter);
                checks.push(check);
            }
            Err(refusal) => refusals.push(refusal),
        }
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let function = Function {
        name: exported.name.to_owned(),
        doc: Some(bounded(&doc.text, limits::DOC)).filter(|text| !text.is_empty()),
        file: Some(parsed.file.clone()),
        line: Some(line(code, exported.name_place.start)),
        params,
        result: reader.result(exported.function),
    };
    Ok(Fujsen { function, checks })
}

/// The comment that stands before a statement.
fn comment<'a>(parsed: &Parsed<'a>, start: u32) -> Option<&'a str> {
    let comments = &parsed.program.comments;
    let before = comments.partition_point(|comment| comment.span.end <= start);
    let last = comments.get(before.checked_sub(1)?)?;
    let between = slice(parsed.code(), Span::new(last.span.end, start));
    (last.is_jsdoc() && between.trim().is_empty()).then(|| slice(parsed.code(), last.span))
}

fn line(code: &str, at: u32) -> u32 {
    let before = code.as_bytes().get(..at as usize).unwrap_or_default();
    before.iter().filter(|byte| **byte == b'\n').count() as u32 + 1
}

/// A text of so many bytes at most.
fn bounded(text: &str, most: usize) -> String {
    const CUT: &str = "…";
    if text.len() <= most {
        return text.to_owned();
    }
    let mut end = most - CUT.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned() + CUT
}

fn bad_name(name: &str, place: Span) -> Option<Refusal> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$');
    if (1..=limits::NAME).contains(&name.len()) && name.chars().all(is_part) {
        return None;
    }
    let message = format!(
        "a name that the host uses has letters, digits, `_`, `-`, `.` and `$`, and at most {} bytes",
        limits::NAME
    );
    Some(Refusal::new(SIGNATURE, place, message, "call it by another name"))
}

struct Reader<'r, 'a> {
    code: &'a str,
    doc: &'r JsDoc<'a>,
    types: &'r Types<'a>,
    scope: Scope<'r, 'a>,
}

/// A type, and how it is written.
struct Typed {
    schema: Schema,
    source: String,
}

impl<'a> Reader<'_, 'a> {
    fn parameter(&self, parameter: &'a FormalParameter<'a>) -> Result<(Parameter, Check), Refusal> {
        let name = self.name(parameter)?;
        let tagged = self.doc.parameters.iter().find(|tagged| tagged.name == name);
        let initializer = parameter.initializer.as_deref();
        let typed = self.typed(parameter, tagged);
        let place = parameter
            .type_annotation
            .as_ref()
            .map_or(parameter.span, |ty| ty.type_annotation.span());
        if self.types.is_exhausted() {
            let message = format!("the types of this module have more than {} parts", limits::SCHEMAS);
            let help = format!("take less, or all of it unchecked: `{name}: any`");
            return Err(Refusal::new(SIGNATURE, place, message, help));
        }
        let takes_nothing = typed.schema.takes(&Schema::Undefined) || parameter.optional || initializer.is_some();
        let takes_nothing = takes_nothing || tagged.is_some_and(|tagged| tagged.is_optional);
        let takes_null = typed.schema.takes(&Schema::Null);
        let schema = typed.schema.something();
        if let Schema::Unfit(what) = schema {
            return Err(unfit(what, name, place));
        }
        let kind = schema.kind();
        let in_comment = tagged.and_then(|tagged| tagged.default).and_then(literal_text);
        let parameter = Parameter {
            name: name.to_owned(),
            kind,
            source: bounded(&typed.source, limits::TYPE),
            optional: takes_nothing || takes_null,
            default: initializer.and_then(literal).or(in_comment),
            min: (kind == Kind::Real).then_some(-EXACT),
            max: (kind == Kind::Real).then_some(EXACT),
        };
        let is_plain = schema.is_plain() || kind == Kind::Request;
        let check = Check {
            schema: (!is_plain).then(|| schema.to_json()),
            takes_null: takes_null && !takes_nothing,
        };
        Ok((parameter, check))
    }

    fn name(&self, parameter: &'a FormalParameter<'a>) -> Result<&'a str, Refusal> {
        let place = parameter.pattern.span();
        let message = "the host binds arguments by name, and this parameter has none";
        let BindingPattern::BindingIdentifier(id) = &parameter.pattern else {
            let names = parameter.pattern.get_binding_identifiers();
            let names: Vec<&str> = names
                .iter()
                .take(limits::NAMES_SHOWN)
                .map(|id| id.name.as_str())
                .collect();
            let help = format!("take each by its name: `{}`", names.join(", "));
            return Err(Refusal::new(SIGNATURE, place, message, help));
        };
        match bad_name(id.name.as_str(), id.span) {
            Some(refusal) => Err(refusal),
            None => Ok(id.name.as_str()),
        }
    }

    /// By its annotation, else by its comment, else by its default.
    fn typed(&self, parameter: &'a FormalParameter<'a>, tagged: Option<&Tagged<'a>>) -> Typed {
        if let Some(annotation) = &parameter.type_annotation {
            return Typed {
                schema: self.types.schema(self.scope, &annotation.type_annotation),
                source: shown_type(self.code, &annotation.type_annotation),
            };
        }
        if let Some(ty) = tagged.and_then(|tagged| tagged.ty) {
            return Typed {
                schema: self.types.of_comment(self.scope, ty),
                source: one_line(ty),
            };
        }
        let (schema, source) = match parameter.initializer.as_deref().and_then(literal) {
            Some(Value::Number(_)) => match parameter.initializer.as_deref() {
                Some(value) if is_bigint(value) => (Schema::BigInt, "bigint"),
                _ => (Schema::Number, "number"),
            },
            Some(Value::String(_)) => (Schema::String, "string"),
            Some(Value::Bool(_)) => (Schema::Boolean, "boolean"),
            _ => (Schema::Anything, ANY),
        };
        Typed {
            schema,
            source: source.to_owned(),
        }
    }

    /// The result type as it is written, of a promise what it promises.
    fn result(&self, function: Callable<'a>) -> String {
        let written = match function.result() {
            Some(annotation) => shown_type(self.code, promised(&annotation.type_annotation)),
            None => match self.doc.result.map(one_line) {
                Some(ty) => match ty.strip_prefix("Promise<").and_then(|inner| inner.strip_suffix('>')) {
                    Some(inner) => inner.to_owned(),
                    None => ty,
                },
                None => ANY.to_owned(),
            },
        };
        bounded(&written, limits::TYPE)
    }
}

/// What a promise promises.
fn promised<'a>(ty: &'a TSType<'a>) -> &'a TSType<'a> {
    let TSType::TSTypeReference(reference) = ty else {
        return ty;
    };
    let is_promise = matches!(&reference.type_name, TSTypeName::IdentifierReference(name) if name.name == "Promise");
    let argument = reference
        .type_arguments
        .as_ref()
        .and_then(|arguments| arguments.params.first());
    argument.filter(|_| is_promise).unwrap_or(ty)
}

fn shown_type(code: &str, ty: &TSType) -> String {
    one_line(slice(code, ty.span()))
}

fn one_line(ty: &str) -> String {
    let lines = ty.lines().map(|line| line.trim().trim_start_matches("* "));
    lines.collect::<Vec<_>>().join(" ").trim().to_owned()
}

fn unfit(what: &str, name: &str, place: Span) -> Refusal {
    let help = match what {
        "Date" => format!("take a text, `{name}: string`, and make `new Date({name})` of it"),
        "Map" => {
            format!("take an object, `{name}: Record<string, …>`, and make `new Map(Object.entries({name}))` of it")
        }
        "Set" => format!("take a list, `{name}: string[]`, and make `new Set({name})` of it"),
        "RegExp" => format!("take a text, `{name}: string`, and make `new RegExp({name})` of it"),
        "Promise" => "take what it promises: an argument is there when the function is called".to_owned(),
        _ => "take what it would be made of, or do not export the function".to_owned(),
    };
    let article = if what == "function" || what == "symbol" {
        what.to_owned()
    } else {
        format!("`{what}`")
    };
    Refusal::new(SIGNATURE, place, format!("no argument can be a {article}"), help)
}

/// A literal, as JSON has it.
fn literal(value: &Expression) -> Option<Value> {
    match value {
        Expression::NumericLiteral(it) => json_number(it.value),
        Expression::StringLiteral(it) => Some(json!(it.value.as_str())),
        Expression::BooleanLiteral(it) => Some(json!(it.value)),
        Expression::NullLiteral(_) => Some(Value::Null),
        Expression::BigIntLiteral(it) => it.value.as_str().parse::<i64>().ok().map(Value::from),
        Expression::TemplateLiteral(it) => Some(json!(it.single_quasi()?.as_str())),
        Expression::ParenthesizedExpression(it) => literal(&it.expression),
        Expression::TSAsExpression(it) => literal(&it.expression),
        Expression::TSSatisfiesExpression(it) => literal(&it.expression),
        Expression::UnaryExpression(it) if it.operator == UnaryOperator::UnaryNegation => {
            match literal(&it.argument)? {
                Value::Number(number) => match number.as_i64() {
                    Some(whole) => Some(json!(-whole)),
                    None => json_number(-number.as_f64()?),
                },
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_bigint(value: &Expression) -> bool {
    match value {
        Expression::BigIntLiteral(_) => true,
        Expression::ParenthesizedExpression(it) => is_bigint(&it.expression),
        Expression::UnaryExpression(it) => is_bigint(&it.argument),
        _ => false,
    }
}

/// A literal that a comment says.
fn literal_text(text: &str) -> Option<Value> {
    let text = match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => return Some(json!(inner)),
        None => text,
    };
    let value: Value = serde_json::from_str(text).ok()?;
    (!value.is_array() && !value.is_object()).then_some(value)
}
