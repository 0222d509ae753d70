//! A request's arguments: path parameters first, then the query, then the body.

use std::borrow::Cow;

use fujsen::{Function, Kind, Parameter};

use super::{Refused, Slots, json, text};
use crate::bindings::Value;

/// What a request brings.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    /// Percent-decoded, in the order of the path.
    pub(crate) parameters: &'a [(String, String)],
    /// Percent-decoded, in order.
    pub(crate) query: &'a [(String, String)],
    pub(crate) body: &'a [u8],
    /// The `content-type` header.
    pub(crate) content_type: Option<&'a str>,
    /// False for GET and HEAD, whose body says nothing unless it is JSON.
    pub(crate) expects_body: bool,
}

/// Binds a request. The result is in the order of the parameters. Query parameters and body fields that no parameter
/// takes are ignored.
pub(crate) fn bind(function: &Function, input: Input<'_>) -> Result<Vec<Value>, Refused> {
    let mut slots = Slots::new(function);
    for (name, value) in input.parameters {
        if let Some(index) = slots.index(name) {
            slots.values[index] = Some(text::value(&function.params[index], Cow::Borrowed(value))?);
        }
    }
    if !input.query.is_empty() {
        query(&mut slots, input.query)?;
    }
    if !input.body.is_empty() && slots.open().next().is_some() {
        body(&mut slots, input)?;
    }
    slots.finish()
}

fn query(slots: &mut Slots<'_>, query: &[(String, String)]) -> Result<(), Refused> {
    let open: Vec<(usize, &Parameter)> = slots.open().collect();
    for (index, parameter) in open {
        let given = query.iter().filter(|(name, _)| *name == parameter.name);
        let texts = given.map(|(_, value)| Cow::Borrowed(value.as_str())).collect();
        slots.values[index] = text::values(parameter, texts)?;
    }
    Ok(())
}

fn body(slots: &mut Slots<'_>, input: Input<'_>) -> Result<(), Refused> {
    if let Some(index) = raw(slots) {
        slots.values[index] = Some(Value::Bytes(input.body.to_vec()));
        return Ok(());
    }
    if !is_json(input.content_type) {
        return other(slots, input);
    }
    let starts_object = input.body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    match whole(slots, starts_object) {
        Some(index) => slots.values[index] = Some(json::document(input.body)?),
        None if starts_object => json::object(slots, input.body)?,
        None => {
            // Broken JSON is the better thing to report.
            json::document(input.body)?;
            let names: Vec<&str> = slots.open().map(|(_, parameter)| parameter.name.as_str()).collect();
            let message = format!("the body must be a JSON object with the fields {}", names.join(", "));
            return Err(Refused::new(400, "argument", message));
        }
    }
    Ok(())
}

/// A sole open parameter `body` of kind bytes takes the body byte for byte, JSON or not: signatures are over bytes.
fn raw(slots: &Slots<'_>) -> Option<usize> {
    let mut open = slots.open();
    let (index, parameter) = open.next()?;
    (open.next().is_none() && parameter.name == "body" && parameter.kind == Kind::Bytes).then_some(index)
}

/// The parameter that takes the whole JSON body: the only open one, when it is named `body`, or when the body has no
/// fields that could be bound by name.
fn whole(slots: &Slots<'_>, has_fields: bool) -> Option<usize> {
    let mut open = slots.open().filter(|(_, parameter)| parameter.kind == Kind::Json);
    let (index, parameter) = open.next()?;
    let only = if has_fields {
        slots.open().count() == 1
    } else {
        open.next().is_none()
    };
    (only && (!has_fields || parameter.name == "body")).then_some(index)
}

/// A body that is not JSON fits one parameter only: `body`, of kind bytes or text, which takes it as it is.
fn other(slots: &mut Slots<'_>, input: Input<'_>) -> Result<(), Refused> {
    let takes_it = slots.open().find(|(_, parameter)| parameter.name == "body");
    if let Some((index, parameter)) = takes_it {
        let value = match parameter.kind {
            Kind::Bytes => Some(Value::Bytes(input.body.to_vec())),
            Kind::Text => {
                let text = std::str::from_utf8(input.body).map_err(|_| Refused::mismatch(parameter, "other bytes"))?;
                Some(Value::Text(text.to_owned()))
            }
            _ => None,
        };
        if value.is_some() {
            slots.values[index] = value;
            return Ok(());
        }
    }
    if !input.expects_body {
        return Ok(());
    }
    let given = input.content_type.unwrap_or_default();
    Err(Refused::new(
        415,
        "content-type",
        format!("the body must be JSON (content-type: application/json), not {given:?}"),
    ))
}

/// No content type is taken for JSON.
fn is_json(content_type: Option<&str>) -> bool {
    let Some(content_type) = content_type else { return true };
    let media = content_type.split(';').next().unwrap_or_default().trim();
    let subtype = media.rsplit('/').next().unwrap_or_default();
    let ends_with_json = subtype.len() > 5 && subtype.as_bytes()[subtype.len() - 5..].eq_ignore_ascii_case(b"+json");
    subtype.eq_ignore_ascii_case("json") || ends_with_json
}
