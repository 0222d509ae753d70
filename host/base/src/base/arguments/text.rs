//! Path and query: text, converted by the parameter's kind.

use std::borrow::Cow;

use fujsen::{Kind, Parameter};
use serde::de::IgnoredAny;

use super::{ArgumentsRefused, above, exactly, in_range};
use crate::base::value::Value;

/// Characters of a bad value that a message repeats.
const SHOWN: usize = 40;

/// One value of the path or the query.
pub(super) fn value(parameter: &Parameter, text: Cow<'_, str>) -> Result<Value, ArgumentsRefused> {
    let mismatch = |text: &str| ArgumentsRefused::mismatch(parameter, &quoted(text));
    match parameter.kind {
        Kind::Text => Ok(Value::Text(text.into_owned())),
        Kind::Integer => match (text.parse(), text.parse()) {
            (Ok(number), _) => in_range(parameter, number),
            (_, Ok(number)) => above(parameter, number).map_err(|_| mismatch(&text)),
            _ => Err(mismatch(&text)),
        },
        Kind::Real => match (text.parse(), text.parse::<f64>()) {
            (Ok(number), _) => exactly(parameter, number),
            (_, Ok(number)) if number.is_finite() => Ok(Value::Real(number)),
            _ => Err(mismatch(&text)),
        },
        Kind::Boolean => match &*text {
            "true" | "1" => Ok(Value::Boolean(true)),
            "false" | "0" => Ok(Value::Boolean(false)),
            _ => Err(mismatch(&text)),
        },
        Kind::Bytes => Ok(Value::Bytes(text.into_owned().into_bytes())),
        Kind::Json => match list(parameter) {
            Some(elements) if !text.starts_with('[') => Ok(array(elements, vec![text])),
            _ => Ok(whole(&text).unwrap_or_else(|| Value::Text(text.into_owned()))),
        },
        Kind::Request => Ok(Value::Null),
    }
}

/// The values of a query parameter in order. Where the parameter takes one value, the last wins.
pub(super) fn values(parameter: &Parameter, mut texts: Vec<Cow<'_, str>>) -> Result<Option<Value>, ArgumentsRefused> {
    if texts.len() > 1 && parameter.kind == Kind::Json {
        return Ok(Some(array(list(parameter).unwrap_or(ElementType::Any), texts)));
    }
    texts.pop().map(|text| value(parameter, text)).transpose()
}

/// What the elements of a list are read as.
#[derive(Clone, Copy)]
enum ElementType {
    Text,
    /// Numbers, booleans and null as such, all else as text.
    Any,
}

/// Tells a list by the type as its author wrote it: the contract has one kind for all nested data, and `?tag=a` for
/// a list of texts means `["a"]`.
fn list(parameter: &Parameter) -> Option<ElementType> {
    let source: &str = parameter.source.trim();
    let source = source
        .strip_prefix("Option<")
        .unwrap_or(source)
        .trim_end_matches(" | null");
    let is_list = source.starts_with("Vec<") || source.starts_with("Array<") || source.trim_end().ends_with("[]");
    let of_text = ["String", "string", "str>"].iter().any(|name| source.contains(name));
    is_list.then_some(if of_text { ElementType::Text } else { ElementType::Any })
}

fn array(elements: ElementType, texts: Vec<Cow<'_, str>>) -> Value {
    let element = |text: Cow<'_, str>| match elements {
        // As it is written: parsed, it could lose digits.
        ElementType::Any if serde_json::from_str::<IgnoredAny>(&text).is_ok() => text.trim().to_owned(),
        ElementType::Any | ElementType::Text => serde_json::Value::String(text.into_owned()).to_string(),
    };
    let elements: Vec<String> = texts.into_iter().map(element).collect();
    Value::Json(format!("[{}]", elements.join(",")))
}

/// A whole JSON text as one value; none when it is not JSON.
fn whole(text: &str) -> Option<Value> {
    let raw = serde_json::from_str(text).ok()?;
    Value::from_raw(raw).ok()
}

fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}
