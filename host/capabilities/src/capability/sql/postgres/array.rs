//! A guest's list as the text of an array.

use std::fmt::Write;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::value::RawValue;
use tokio_postgres::types::Type;

use super::unfit::{UnfitParameter, base};

/// The text of an array of `element`s. `json` is a list; lists within are the array's further dimensions.
pub(super) fn text(json: &str, element: &Type) -> Result<String, UnfitParameter> {
    let mut text = String::with_capacity(json.len() + 2);
    list(json, base(element), &mut text)?;
    Ok(text)
}

fn list(json: &str, element: &Type, out: &mut String) -> Result<(), UnfitParameter> {
    let items: Vec<&RawValue> =
        serde_json::from_str(json).map_err(|_| UnfitParameter::Value("it is no list".into()))?;
    out.push('{');
    for (index, one) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        item(one.get(), element, out)?;
    }
    out.push('}');
    Ok(())
}

fn item(json: &str, element: &Type, out: &mut String) -> Result<(), UnfitParameter> {
    let is_json = matches!(*element, Type::JSON | Type::JSONB);
    let is_integer = matches!(*element, Type::INT2 | Type::INT4 | Type::INT8 | Type::OID);
    match json.as_bytes().first() {
        Some(b'n') => out.push_str("NULL"),
        Some(_) if is_json => quoted(json, out)?,
        Some(b'[') => list(json, element, out)?,
        Some(b'{') => return Err(UnfitParameter::Value(format!("an object is no {}", element.name()))),
        Some(b't') if is_integer => out.push('1'),
        Some(b'f') if is_integer => out.push('0'),
        Some(b'"') => {
            let text: String = serde_json::from_str(json).map_err(|_| UnfitParameter::Value("it is no list".into()))?;
            match *element {
                Type::BYTEA => bytes(&text, out)?,
                _ => quoted(&text, out)?,
            }
        }
        // Digits as they came, however many there are.
        _ => out.push_str(json),
    }
    Ok(())
}

/// Bytes stand in JSON as base64.
fn bytes(text: &str, out: &mut String) -> Result<(), UnfitParameter> {
    let bytes = BASE64
        .decode(text)
        .map_err(|_| UnfitParameter::Value("bytes in a list are base64".into()))?;
    out.push_str("\"\\\\x");
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
    }
    out.push('"');
    Ok(())
}

fn quoted(text: &str, out: &mut String) -> Result<(), UnfitParameter> {
    if text.contains('\0') {
        return Err(UnfitParameter::zero_byte());
    }
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
    Ok(())
}
