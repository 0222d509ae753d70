//! A fujsen's line in the custom section `tusk:functions`; its fields are listed in guest-sdk/wit/README.md.
use std::fmt::Write;

use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, ExprUnary, ItemFn, Lit, Meta, UnOp};

use crate::signature::{Kind, Output, Parameter};

/// One line of JSON, with its newline.
pub(crate) fn line(function: &ItemFn, parameters: &[Parameter], output: &Output) -> String {
    let name = &function.sig.ident;
    let mut line = format!("{{\"name\":{}", quoted(&plain(name)));
    if let Some(doc) = doc(&function.attrs) {
        push(&mut line, "doc", &quoted(&doc));
    }
    let place = name.span().unwrap();
    push(&mut line, "file", &quoted(&place.file()));
    push(&mut line, "line", &place.line().to_string());
    let parameters: Vec<_> = parameters.iter().map(parameter).collect();
    push(&mut line, "params", &format!("[{}]", parameters.join(",")));
    let result = output.written.as_ref().map_or_else(|| "()".to_owned(), source);
    push(&mut line, "result", &quoted(&result));
    line + "}\n"
}

fn parameter(parameter: &Parameter) -> String {
    let mut object = format!("{{\"name\":{}", quoted(&plain(&parameter.name)));
    let (kind, min, max) = match parameter.kind {
        Kind::Boolean => ("boolean", None, None),
        Kind::Integer(min, max) => ("integer", min, max),
        Kind::Real => ("real", None, None),
        Kind::Text => ("text", None, None),
        Kind::Bytes => ("bytes", None, None),
        Kind::Json => ("json", None, None),
        Kind::Request => ("request", None, None),
    };
    push(&mut object, "type", &quoted(kind));
    push(&mut object, "source", &quoted(&source(&parameter.written)));
    push(
        &mut object,
        "optional",
        &(parameter.is_option || parameter.default.is_some()).to_string(),
    );
    if let Some(default) = parameter.default.as_ref().and_then(literal) {
        push(&mut object, "default", &default);
    }
    for (name, bound) in [("min", min), ("max", max)] {
        if let Some(bound) = bound {
            push(&mut object, name, &bound.to_string());
        }
    }
    object + "}"
}

fn push(object: &mut String, name: &str, json: &str) {
    // Writing to a string does not fail.
    let _ = write!(object, ",\"{name}\":{json}");
}

/// A name without `r#`.
pub(crate) fn plain(name: &syn::Ident) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}

/// A literal as JSON, and a text that is made of one; nothing for other expressions.
fn literal(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(ExprLit { lit, .. }) => match lit {
            Lit::Str(text) => Some(quoted(&text.value())),
            Lit::Int(integer) => Some(integer.base10_digits().to_owned()),
            Lit::Float(float) => float.base10_parse::<f64>().ok().map(|float| format!("{float:?}")),
            Lit::Bool(boolean) => Some(boolean.value.to_string()),
            _ => None,
        },
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_), expr, ..
        }) => literal(expr)
            .filter(|text| text.starts_with(|c: char| c.is_ascii_digit()))
            .map(|text| format!("-{text}")),
        other => owned(other).filter(is_text).and_then(literal),
    }
}

/// What a text is written from that owns its characters: `"a".to_owned()`, `"a".into()`, `String::from("a")`.
fn owned(expression: &Expr) -> Option<&Expr> {
    match expression {
        Expr::MethodCall(call) => {
            let owns = ["to_owned", "to_string", "into"].iter().any(|name| call.method == name);
            (owns && call.args.is_empty()).then_some(&*call.receiver)
        }
        Expr::Call(call) => {
            let path = source(&call.func);
            call.args
                .first()
                .filter(|_| path == "String::from" && call.args.len() == 1)
        }
        _ => None,
    }
}

fn is_text(expression: &&Expr) -> bool {
    matches!(expression, Expr::Lit(ExprLit { lit: Lit::Str(_), .. }))
}

/// The doc comment, without the space after each `///`.
fn doc(attributes: &[Attribute]) -> Option<String> {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    let lines: Vec<_> = lines
        .map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned())
        .collect();
    let doc = lines.join("\n").trim().to_owned();
    (!doc.is_empty()).then_some(doc)
}

/// Tokens as an author writes them: no spaces but between words and after commas.
fn source(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut written = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character != ' ' {
            written.push(character);
            continue;
        }
        let before = written.chars().next_back().unwrap_or(' ');
        let after = characters.peek().copied().unwrap_or(' ');
        if before == ',' || (is_word(before) && is_word(after)) {
            written.push(' ');
        }
    }
    written
}

fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\n' => json.push_str("\\n"),
            c if c < ' ' => {
                let _ = write!(json, "\\u{:04x}", u32::from(c));
            }
            c => json.push(c),
        }
    }
    json + "\""
}
