//! A request's arguments: path parameters first, then the query, then the body.

use std::borrow::Cow;

use fujsen::{Function, Kind, Parameter};

use super::{ArgumentsRefused, Slots, json, text};
use crate::base::value::Value;

/// What a request brings.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// Percent-decoded, in the order of the path.
    pub parameters: &'a [(String, String)],
    /// Percent-decoded, in order.
    pub query: &'a [(String, String)],
    /// As it came; empty where there is none.
    pub body: &'a [u8],
    /// The `content-type` header.
    pub content_type: Option<&'a str>,
    /// False for GET and HEAD, whose body says nothing unless it is JSON.
    pub expects_body: bool,
}

/// Binds a request. The result is in the order of the parameters. Query parameters and body fields that no parameter
/// takes are ignored.
pub fn bind(function: &Function, input: Input<'_>) -> Result<Vec<Value>, ArgumentsRefused> {
    let mut slots = Slots::new(function);
    for (name, value) in input.parameters {
        if let Some((index, parameter)) = slots.find(name) {
            slots.set(index, Some(text::value(parameter, Cow::Borrowed(value))?));
        }
    }
    if !input.query.is_empty() {
        query(&mut slots, input.query)?;
    }
    if slots.open().next().is_some() {
        body(&mut slots, input)?;
    }
    slots.finish()
}

fn query(slots: &mut Slots<'_>, query: &[(String, String)]) -> Result<(), ArgumentsRefused> {
    let open: Vec<(usize, &Parameter)> = slots.open().collect();
    for (index, parameter) in open {
        let given = query.iter().filter(|(name, _)| *name == parameter.name);
        let texts = given.map(|(_, value)| Cow::Borrowed(value.as_str())).collect();
        slots.set(index, text::values(parameter, texts)?);
    }
    Ok(())
}

fn body(slots: &mut Slots<'_>, input: Input<'_>) -> Result<(), ArgumentsRefused> {
    let is_json = is_json(input.content_type);
    let starts_object = input.body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if let Some((index, parameter)) = raw(slots, is_json && starts_object) {
        slots.set(index, as_it_is(parameter, input.body)?);
        return Ok(());
    }
    if input.body.is_empty() {
        return Ok(());
    }
    if !is_json {
        return other(input);
    }
    match whole(slots, starts_object) {
        Some(index) => slots.set(index, Some(json::document(input.body)?)),
        None if starts_object => json::object(slots, input.body)?,
        None => {
            // Broken JSON is the better thing to report.
            json::document(input.body)?;
            let names: Vec<&str> = slots.open().map(|(_, parameter)| parameter.name.as_str()).collect();
            let message = format!("the body must be a JSON object with the fields {}", names.join(", "));
            return Err(ArgumentsRefused::new(400, "argument", message));
        }
    }
    Ok(())
}

/// An open parameter `body` of bytes or text takes the body byte for byte, JSON or not: signatures are over bytes. Only where
/// other parameters are open, too, a JSON object is bound by its fields, and `body` is one of them.
fn raw<'f>(slots: &Slots<'f>, has_fields: bool) -> Option<(usize, &'f Parameter)> {
    let takes_it =
        |parameter: &Parameter| parameter.name == "body" && matches!(parameter.kind, Kind::Bytes | Kind::Text);
    let found = slots.open().find(|(_, parameter)| takes_it(parameter))?;
    (!has_fields || slots.open().count() == 1).then_some(found)
}

/// No body is nothing to a parameter that can do without, else an empty one.
fn as_it_is(parameter: &Parameter, body: &[u8]) -> Result<Option<Value>, ArgumentsRefused> {
    if body.is_empty() && parameter.optional {
        return Ok(None);
    }
    if parameter.kind == Kind::Bytes {
        return Ok(Some(Value::Bytes(body.to_vec())));
    }
    let text = std::str::from_utf8(body).map_err(|error| {
        let place = error.valid_up_to() + 1;
        let message = format!("the body is not UTF-8 (at byte {place}), and `body` is text");
        ArgumentsRefused::argument(&parameter.name, message)
    })?;
    Ok(Some(Value::Text(text.to_owned())))
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

/// A body that is neither JSON nor taken as it is.
fn other(input: Input<'_>) -> Result<(), ArgumentsRefused> {
    if !input.expects_body {
        return Ok(());
    }
    let given = input.content_type.unwrap_or_default();
    Err(ArgumentsRefused::new(
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
    let ends_with_json = subtype.as_bytes().split_last_chunk::<5>();
    let ends_with_json =
        ends_with_json.is_some_and(|(kind, end)| !kind.is_empty() && end.eq_ignore_ascii_case(b"+json"));
    subtype.eq_ignore_ascii_case("json") || ends_with_json
}
