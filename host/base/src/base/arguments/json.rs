//! A request's JSON body, read straight into the parameters' places: no tree is built for fields that nobody takes,
//! and nested data stays the text that it was.

use std::{collections::BTreeMap, fmt};

use fujsen::{Kind, Parameter};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{ArgumentsRefused, Slots, fit};
use crate::base::value::Value;

/// Fills the open slots from the fields of a JSON object. Of a field that occurs twice the last counts.
pub(super) fn object(slots: &mut Slots<'_>, body: &[u8]) -> Result<(), ArgumentsRefused> {
    let open: Vec<bool> = slots.values.iter().map(Option::is_none).collect();
    let mut refused = None;
    let mut reader = serde_json::Deserializer::from_slice(body);
    let fields = ArgumentFields {
        slots,
        open: &open,
        refused: &mut refused,
    };
    reader
        .deserialize_map(fields)
        .and_then(|()| reader.end())
        .map_err(|error| malformed(&error))?;
    refused.map_or(Ok(()), Err)
}

/// A whole body as one value.
pub(super) fn document(body: &[u8]) -> Result<Value, ArgumentsRefused> {
    let raw: &RawValue = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
    Value::from_raw(raw).map_err(|error| malformed(&error))
}

/// The fields of an object as values. Of one that occurs twice the last counts.
pub fn fields(text: &str) -> Result<Vec<(String, Value)>, serde_json::Error> {
    let fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text)?;
    let fields = fields.into_iter();
    fields.map(|(name, raw)| Ok((name, Value::from_raw(&raw)?))).collect()
}

fn malformed(error: &serde_json::Error) -> ArgumentsRefused {
    ArgumentsRefused::new(400, "json", format!("the body is not valid JSON: {error}"))
}

struct ArgumentFields<'a, 'f> {
    slots: &'a mut Slots<'f>,
    /// What the path and the query have not filled.
    open: &'a [bool],
    refused: &'a mut Option<ArgumentsRefused>,
}

impl<'de> Visitor<'de> for ArgumentFields<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(found) = map.next_key_seed(ParameterKey(self.slots))? {
            match found.filter(|(index, _)| self.open.get(*index).is_some_and(|is_open| *is_open)) {
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
                Some((index, parameter)) => match map.next_value_seed(Argument(parameter))? {
                    Ok(value) => self.slots.set(index, Some(value)),
                    Err(refused) => {
                        self.refused.get_or_insert(refused);
                    }
                },
            }
        }
        Ok(())
    }
}

/// Reads a key as the parameter that it names.
struct ParameterKey<'a, 'f>(&'a Slots<'f>);

impl<'de, 'f> DeserializeSeed<'de> for ParameterKey<'_, 'f> {
    type Value = Option<(usize, &'f Parameter)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'f> Visitor<'_> for ParameterKey<'_, 'f> {
    type Value = Option<(usize, &'f Parameter)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.find(name))
    }
}

/// Reads one field. A field of the wrong type is no syntax error: the rest of the body is still read.
struct Argument<'f>(&'f Parameter);

impl<'de> DeserializeSeed<'de> for Argument<'_> {
    type Value = Result<Value, ArgumentsRefused>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.0.kind != Kind::Json {
            return deserializer.deserialize_any(self);
        }
        let raw = <&RawValue as serde::Deserialize>::deserialize(deserializer)?;
        Value::from_raw(raw).map(Ok).map_err(serde::de::Error::custom)
    }
}

impl<'de> Visitor<'de> for Argument<'_> {
    type Value = Result<Value, ArgumentsRefused>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(fit(self.0, Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(fit(self.0, Value::Boolean(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(fit(self.0, Value::Integer(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(match i64::try_from(value) {
            Ok(value) => fit(self.0, Value::Integer(value)),
            Err(_) => fit(self.0, Value::Json(value.to_string())),
        })
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(fit(self.0, Value::Real(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(fit(self.0, Value::Text(value.to_owned())))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Self::Value, S::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Err(ArgumentsRefused::mismatch(self.0, "an array")))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Err(ArgumentsRefused::mismatch(self.0, "an object")))
    }
}
