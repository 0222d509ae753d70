//! Messages as JSON.
//!
//! Names as the `.proto` file has them, every field that cannot be absent, 64-bit integers as numbers: what a fujsen
//! reads without knowing how protobuf leaves out zeros or how JavaScript counts. The canonical JSON is understood, too.

mod any;
mod unknown;
mod untold;

use std::io;

use bytes::Bytes;
use prost::Message;
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, ReflectMessage, SerializeOptions, Value};
use serde_json::Value as Json;

pub(super) use self::untold::Untold;
use self::{
    any::{ANY, held},
    unknown::Unknown,
};
use crate::base::limits;

const OPTIONS: SerializeOptions = SerializeOptions::new()
    .stringify_64_bit_integers(false)
    .use_proto_field_name(true)
    .skip_default_fields(false);

/// Why a text is not the message that a method takes.
#[derive(Debug)]
pub(super) struct UnfitMessage {
    pub(super) message: String,
    /// Whether a description that is newer may know the field.
    pub(super) is_unknown_field: bool,
}

/// `null` and no text stand for a message without fields.
pub(super) fn read(descriptor: &MessageDescriptor, text: &str) -> Result<Bytes, UnfitMessage> {
    let text = match text.trim() {
        "" | "null" => "{}",
        text => text,
    };
    let mut from = serde_json::Deserializer::from_str(text);
    let message = DynamicMessage::deserialize(descriptor.clone(), &mut from)
        .and_then(|message| from.end().map(|()| message))
        .map_err(|error| unfit(descriptor, text, &error))?;
    Ok(message.encode_to_vec().into())
}

fn unfit(descriptor: &MessageDescriptor, text: &str, error: &serde_json::Error) -> UnfitMessage {
    let unknown = serde_json::from_str(text)
        .ok()
        .and_then(|json| unknown_field(descriptor, &json, ""));
    UnfitMessage {
        is_unknown_field: unknown.is_some(),
        message: unknown.unwrap_or_else(|| format!("the message is no {}: {error}", descriptor.full_name())),
    }
}

/// The first member of an object, or of one within, that is no field.
fn unknown_field(descriptor: &MessageDescriptor, json: &Json, path: &str) -> Option<String> {
    let members = json.as_object()?;
    if descriptor.full_name().starts_with("google.protobuf.") {
        return None;
    }
    for (name, value) in members {
        let field = descriptor
            .get_field_by_json_name(name)
            .or_else(|| descriptor.get_field_by_name(name));
        let Some(field) = field else {
            // An extension.
            if name.starts_with('[') {
                continue;
            }
            let fields: Vec<_> = descriptor.fields().collect();
            let hint = super::did_you_mean(name, fields.iter().map(|field| field.name()));
            return Some(format!(
                "`{path}{name}` is no field of {}{hint}",
                descriptor.full_name()
            ));
        };
        let Kind::Message(inner) = field.kind() else { continue };
        let path = format!("{path}{name}.");
        let found = if field.is_map() {
            let Kind::Message(inner) = inner.map_entry_value_field().kind() else {
                continue;
            };
            let mut values = value.as_object().into_iter().flat_map(serde_json::Map::values);
            values.find_map(|value| unknown_field(&inner, value, &path))
        } else if field.is_list() {
            let mut items = value.as_array().into_iter().flatten();
            items.find_map(|item| unknown_field(&inner, item, &path))
        } else {
            unknown_field(&inner, value, &path)
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// JSON text of at most `most` bytes: a message of a few bytes can stand for a very long one.
pub(super) fn write(descriptor: &MessageDescriptor, bytes: Bytes, most: usize) -> Result<String, Untold> {
    let broken = |error: &dyn std::fmt::Display| Untold::Broken(error.to_string());
    let message = DynamicMessage::decode(descriptor.clone(), bytes).map_err(|error| broken(&error))?;
    let has_any = descriptor.parent_pool().get_message_by_name(ANY).is_some();
    if has_any && !is_shallow(&message, limits::GRPC_ANY) {
        let what = format!("{ANY} is nested deeper than {} levels", limits::GRPC_ANY);
        return Err(Untold::Broken(what));
    }
    let mut message = message;
    let mut unknown = Unknown::new(&message);
    if has_any && let Some(unknown) = &mut unknown {
        unknown.take_out(&mut message);
    }
    let mut text = BoundedWriter { text: Vec::new(), most };
    let written = message.serialize_with_options(&mut serde_json::Serializer::new(&mut text), &OPTIONS);
    let text = match written {
        Ok(()) => String::from_utf8(text.text).map_err(|error| broken(&error))?,
        Err(error) if error.is_io() => return Err(Untold::TooLarge),
        Err(error) => return Err(broken(&error)),
    };
    match unknown.filter(|unknown| !unknown.taken.is_empty()) {
        Some(unknown) => unknown.put_back(&text, most),
        None => Ok(text),
    }
}

/// Decoding bounds the levels of a message, but not those of messages that stand encoded within.
fn is_shallow(message: &DynamicMessage, left: usize) -> bool {
    let descriptor = message.descriptor();
    if descriptor.full_name() == ANY {
        let Some(left) = left.checked_sub(1) else { return false };
        return held(message).is_none_or(|held| is_shallow(&held, left));
    }
    let each = |value: &Value| match value {
        Value::Message(message) => is_shallow(message, left),
        _ => true,
    };
    message.fields().all(|(_, value)| match value {
        Value::List(items) => items.iter().all(each),
        Value::Map(members) => members.values().all(each),
        value => each(value),
    })
}

/// Takes so many bytes and no more.
struct BoundedWriter {
    text: Vec<u8>,
    most: usize,
}

impl io::Write for BoundedWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.text.len() + bytes.len() > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;
    use tsk::Span;

    use super::{super::protos, *};

    const PROTO: &str = r#"
syntax = "proto3";
package t;
import "google/protobuf/any.proto";
import "google/protobuf/timestamp.proto";
message All {
  string text_value = 1;
  int64 long_value = 2;
  uint64 huge = 3;
  bool flag = 4;
  Kind kind = 5;
  repeated All list = 6;
  map<string, All> named = 7;
  All inner = 8;
  optional int32 maybe = 9;
  oneof one { string a = 10; string b = 11; }
  bytes data = 12;
  google.protobuf.Any any = 13;
  google.protobuf.Timestamp at = 14;
  double ratio = 15;
  repeated Kind kinds = 16;
}
enum Kind {
  A_KIND_WITH_A_NAME_THAT_IS_RATHER_LONG = 0;
  OTHER = 1;
}
"#;

    fn all() -> MessageDescriptor {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("t.proto"), PROTO).unwrap();
        let pool = protos::compile(folder.path(), &[("t.proto".to_owned(), Span::default())]).unwrap();
        pool.get_message_by_name("t.All").unwrap()
    }

    fn told(bytes: Bytes) -> Result<Json, Untold> {
        write(&all(), bytes, limits::GRPC_JSON).map(|text| serde_json::from_str(&text).unwrap())
    }

    fn round(json: &Json) -> Json {
        told(read(&all(), &json.to_string()).unwrap()).unwrap()
    }

    #[test]
    fn every_field_that_cannot_be_absent_is_told() {
        let empty = json!({
            "text_value": "", "long_value": 0, "huge": 0, "flag": false, "kind": "A_KIND_WITH_A_NAME_THAT_IS_RATHER_LONG",
            "list": [], "named": {}, "data": "", "ratio": 0.0, "kinds": [],
        });
        assert_eq!(round(&json!({})), empty);
        assert_eq!(told(read(&all(), "null").unwrap()).unwrap(), empty);
        let full = round(&json!({
            "textValue": "é", "long_value": -9_007_199_254_740_993_i64, "huge": "18446744073709551615", "kind": 1, "maybe": 0,
            "a": "", "data": "AQI", "at": "2026-01-02T03:04:05Z", "inner": {"flag": true}, "ratio": "NaN",
            "any": {"@type": "type.googleapis.com/t.All", "textValue": "in"},
        }));
        for (field, value) in [
            ("text_value", json!("é")),
            ("long_value", json!(-9_007_199_254_740_993_i64)),
            ("huge", json!(u64::MAX)),
            ("kind", json!("OTHER")),
            ("maybe", json!(0)),
            ("a", json!("")),
            ("data", json!("AQI=")),
            ("at", json!("2026-01-02T03:04:05Z")),
            ("ratio", json!("NaN")),
        ] {
            assert_eq!(full[field], value, "{field}");
        }
        assert_eq!((&full["inner"]["flag"], full.get("b")), (&json!(true), None));
        assert_eq!(full["any"]["text_value"], "in");
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (json, said, is_unknown) in [
            (
                json!({"text_valeu": 1}),
                "`text_valeu` is no field of t.All; did you mean `text_value`?",
                true,
            ),
            (
                json!({"inner": {"list": [{}, {"x": 1}]}}),
                "`inner.list.x` is no field of t.All",
                true,
            ),
            (
                json!({"named": {"k": {"flagg": true}}}),
                "`named.flagg` is no field of t.All; did you mean `flag`?",
                true,
            ),
            (json!({"flag": "yes"}), "the message is no t.All: ", false),
            (json!({"long_value": 1.5}), "the message is no t.All: ", false),
            (json!({"kind": "NONE"}), "the message is no t.All: ", false),
            (json!({"a": "1", "b": "2"}), "the message is no t.All: ", false),
            (json!([1]), "the message is no t.All: ", false),
        ] {
            let unfit = read(&all(), &json.to_string()).unwrap_err();
            assert!(unfit.message.starts_with(said), "{json}: {}", unfit.message);
            assert_eq!(unfit.is_unknown_field, is_unknown, "{json}");
        }
        for text in ["{", "{} {}", "what"] {
            assert!(read(&all(), text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_small_message_cannot_become_a_large_text() {
        // Packed enums of a byte each, whose name is 38 times as long.
        let count = 1 << 20;
        let mut bytes = vec![0x82, 0x01];
        prost::encoding::encode_varint(count, &mut bytes);
        bytes.resize(bytes.len() + count as usize, 0);
        assert!(matches!(told(bytes.into()), Err(Untold::TooLarge)));
    }

    #[test]
    fn levels_are_bounded_within_any_too() {
        let descriptor = all().parent_pool().get_message_by_name(ANY).unwrap();
        let mut bytes = Bytes::new();
        for level in 0..2000 {
            let mut any = DynamicMessage::new(descriptor.clone());
            let of = if level == 0 { "t.All" } else { ANY };
            any.set_field_by_name("type_url", Value::String(format!("x/{of}")));
            any.set_field_by_name("value", Value::Bytes(bytes));
            bytes = any.encode_to_vec().into();
            if level == limits::GRPC_ANY - 1 {
                assert!(write(&descriptor, bytes.clone(), 1 << 20).is_ok());
            }
            if level == limits::GRPC_ANY {
                assert!(write(&descriptor, bytes.clone(), 1 << 20).is_err());
            }
        }
        let Err(Untold::Broken(what)) = write(&descriptor, bytes, 1 << 20) else {
            panic!("it is nested deeper than any message")
        };
        assert!(what.contains("nested deeper"), "{what}");
    }

    /// An `Any` with these fields, as protobuf has them.
    fn any(url: &str, value: &[u8]) -> Vec<u8> {
        let descriptor = all().parent_pool().get_message_by_name(ANY).unwrap();
        let mut any = DynamicMessage::new(descriptor);
        any.set_field_by_name("type_url", Value::String(url.into()));
        any.set_field_by_name("value", Value::Bytes(Bytes::copy_from_slice(value)));
        any.encode_to_vec()
    }

    /// A message whose field 13, `any`, is this one.
    fn with_any(any: &[u8]) -> Bytes {
        let mut bytes = vec![0x6a];
        prost::encoding::encode_varint(any.len() as u64, &mut bytes);
        bytes.extend(any);
        bytes.into()
    }

    #[test]
    fn what_nobody_has_described_keeps_its_type_and_its_bytes() {
        for (url, value, base64) in [
            ("type.googleapis.com/other.Thing", &[0, 255, 10][..], "AP8K"),
            ("type.googleapis.com/other.Thing", &[], ""),
            ("no-slash", &[1], "AQ=="),
            ("", &[], ""),
            // Known, but other bytes than its type has.
            ("x/t.All", &[0xff, 0xff], "//8="),
        ] {
            let mut bytes = b"\x0a\x02hi\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01".to_vec();
            bytes.extend(with_any(&any(url, value)));
            let told = told(bytes.into()).unwrap();
            assert_eq!(told["any"], json!({"@type": url, "value": base64}), "{url}");
            assert_eq!((&told["text_value"], &told["huge"]), (&json!("hi"), &json!(u64::MAX)));
        }
        // Within a list, and within one of a known type.
        let inner = with_any(&any("x/other.Thing", b"a"));
        let mut outer = vec![0x32];
        prost::encoding::encode_varint(inner.len() as u64, &mut outer);
        outer.extend(&inner);
        outer.extend(with_any(&any("x/t.All", &inner)));
        let told = told(outer.into()).unwrap();
        let thing = json!({"@type": "x/other.Thing", "value": "YQ=="});
        assert_eq!((&told["list"][0]["any"], &told["any"]["any"]), (&thing, &thing));
        assert_eq!(told["any"]["@type"], "x/t.All");
    }

    #[test]
    fn garbage_is_no_message() {
        for bytes in [
            &b"\xff\xff\xff"[..],
            b"\x0a\x05ab",
            b"\x0a\x02\xff\xff",
            b"\x42\x42\x42",
        ] {
            assert!(
                matches!(told(Bytes::copy_from_slice(bytes)), Err(Untold::Broken(_))),
                "{bytes:?}"
            );
        }
        // A hundred levels are too many for anybody.
        let mut bytes = Vec::new();
        for _ in 0..200 {
            let mut outer = vec![0x42];
            prost::encoding::encode_varint(bytes.len() as u64, &mut outer);
            outer.extend(&bytes);
            bytes = outer;
        }
        assert!(matches!(told(bytes.into()), Err(Untold::Broken(_))));
    }
}
