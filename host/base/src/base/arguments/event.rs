//! An event's arguments: the fields of its data; `event` is the whole of it, `data` all its data.

use fujsen::{Function, Kind};

use super::{ArgumentsRefused, Slots, json};
use crate::base::value::Value;

/// Binds an event. Both are JSON text. Fields that no parameter takes are ignored.
pub fn bind(function: &Function, event: &str, data: &str) -> Result<Vec<Value>, ArgumentsRefused> {
    let mut slots = Slots::new(function);
    for (name, text) in [("event", event), ("data", data)] {
        let found = slots.find(name);
        if let Some((index, _)) = found.filter(|(_, parameter)| parameter.kind == Kind::Json) {
            slots.set(index, Some(json::document(text.as_bytes())?));
        }
    }
    if data.starts_with('{') && slots.open().next().is_some() {
        json::object(&mut slots, data.as_bytes())?;
    }
    slots.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(params: &[(&str, &str, bool)]) -> Function {
        let params: Vec<_> = params
            .iter()
            .map(|(name, kind, optional)| {
                serde_json::json!({"name": name, "type": kind, "source": kind, "optional": optional})
            })
            .collect();
        serde_json::from_value(serde_json::json!({"name": "on", "params": params, "result": "()"})).unwrap()
    }

    #[test]
    fn fields_bind_by_name() {
        let event = r#"{"id": "e", "data": {"id": 7, "email": "a@b", "tags": [1]}}"#;
        let data = r#"{"id": 7, "email": "a@b", "tags": [1]}"#;
        let on = function(&[
            ("tags", "json", false),
            ("id", "integer", false),
            ("name", "text", true),
        ]);
        let bound = bind(&on, event, data).unwrap();
        assert_eq!(bound, [Value::Json("[1]".into()), Value::Integer(7), Value::Null]);
        let on = function(&[
            ("event", "json", false),
            ("data", "json", false),
            ("email", "text", false),
        ]);
        let bound = bind(&on, event, data).unwrap();
        assert_eq!(
            bound,
            [
                Value::Json(event.into()),
                Value::Json(data.into()),
                Value::Text("a@b".into())
            ]
        );
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let on = function(&[("id", "integer", false)]);
        assert!(bind(&on, "{}", r#"{"id": "x"}"#).unwrap_err().message.contains("`id`"));
        assert!(
            bind(&on, "{}", "[1]")
                .unwrap_err()
                .message
                .contains("`id` (integer) is missing")
        );
        assert!(bind(&on, "{}", "null").is_err());
        let on = function(&[("event", "text", false)]);
        assert_eq!(
            bind(&on, "{}", r#"{"event": "party"}"#).unwrap(),
            [Value::Text("party".into())]
        );
    }
}
