//! Values and JSON.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value as Json, value::RawValue};

use super::Value;

impl Value {
    /// Bytes become base64 text, as an argument of kind `bytes` is read. JSON that is none is a text.
    pub fn into_json(self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Boolean(value) => value.into(),
            Self::Integer(value) => value.into(),
            Self::Real(value) => value.into(),
            Self::Text(text) => text.into(),
            Self::Bytes(bytes) => BASE64.encode(bytes).into(),
            Self::Json(text) => serde_json::from_str(&text).unwrap_or(Json::String(text)),
        }
    }

    /// Arrays and objects stay JSON text, and so does an integer that is above those of 64 signed bits. One beyond 64 bits is a
    /// real to the parser.
    pub fn from_json(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Boolean(value),
            Json::Number(number) => match number.as_i64() {
                Some(integer) => Self::Integer(integer),
                None if number.is_u64() => Self::Json(number.to_string()),
                None => Self::Real(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Self::Text(text),
            nested => Self::Json(nested.to_string()),
        }
    }

    /// As JSON text, where a guest's `json` is taken for what it says to be.
    pub fn into_json_text(self) -> String {
        match self {
            Self::Json(text) => text,
            // Written by itself: no tree, and no copy.
            Self::Text(text) => serde_json::to_string(&text).unwrap_or_default(),
            other => other.into_json().to_string(),
        }
    }

    /// From JSON text: arrays and objects stay as they came, and integers of any length whole.
    pub fn from_json_text(text: String) -> serde_json::Result<Self> {
        let raw: &RawValue = serde_json::from_str(&text)?;
        if raw.get().starts_with(['{', '[']) {
            return Ok(Self::Json(text));
        }
        Self::from_raw(raw)
    }

    /// From what is known to be JSON.
    pub(crate) fn from_raw(raw: &RawValue) -> serde_json::Result<Self> {
        let json = raw.get();
        Ok(match json.as_bytes().first() {
            Some(b'{' | b'[') => Self::Json(json.to_owned()),
            Some(b'"') => Self::Text(serde_json::from_str(json)?),
            Some(b't') => Self::Boolean(true),
            Some(b'f') => Self::Boolean(false),
            Some(b'n') => Self::Null,
            _ => number(json)?,
        })
    }

    /// Whether it is an integer that `Integer` cannot hold.
    pub fn is_long_integer(&self) -> bool {
        matches!(self, Self::Json(text) if is_integer(text))
    }
}

/// An integer beyond 64 signed bits stays whole as its digits.
fn number(json: &str) -> serde_json::Result<Value> {
    if let Ok(number) = json.parse() {
        return Ok(Value::Integer(number));
    }
    let real: f64 = serde_json::from_str(json)?;
    Ok(if is_integer(json) {
        Value::Json(json.to_owned())
    } else {
        Value::Real(real)
    })
}

fn is_integer(json: &str) -> bool {
    json.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_and_json() {
        for json in [
            json!(null),
            json!(true),
            json!(-5),
            json!(0.5),
            json!("x"),
            json!([1, {"a": null}]),
            json!({"z": 1, "a": 2}),
            json!(1_u64 << 63),
            json!(u64::MAX),
        ] {
            let value = Value::from_json(json.clone());
            assert_eq!(value.clone().into_json(), json);
            let text = value.clone().into_json_text();
            assert_eq!(text, json.to_string());
            assert_eq!(Value::from_json_text(text).unwrap(), value);
        }
        assert_eq!(Value::Bytes(b"hi".to_vec()).into_json(), json!("aGk="));
        assert_eq!(Value::Bytes(b"hi".to_vec()).into_json_text(), "\"aGk=\"");
        assert_eq!(Value::Real(f64::NAN).into_json_text(), "null");
        assert_eq!(Value::Json("{".into()).into_json(), json!("{"));
    }

    #[test]
    fn json_texts() {
        let value = |text: &str| Value::from_json_text(text.into()).map_err(drop);
        assert_eq!(value(" [1, 2] "), Ok(Value::Json(" [1, 2] ".into())));
        assert_eq!(value(" 7\n"), Ok(Value::Integer(7)));
        assert_eq!(value("\"a\\u0062\""), Ok(Value::Text("ab".into())));
        assert_eq!(value("1e3"), Ok(Value::Real(1000.0)));
        let long = Value::Json("-18446744073709551616".into());
        assert_eq!(value("-18446744073709551616"), Ok(long.clone()));
        assert!(long.is_long_integer() && !Value::Json("[1]".into()).is_long_integer());
        for none in ["", "{", "[1", "+5", "x", "1e999", "1 2"] {
            assert_eq!(value(none), Err(()), "{none}");
        }
    }
}
