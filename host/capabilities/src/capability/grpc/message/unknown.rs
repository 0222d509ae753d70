//! Each `google.protobuf.Any` whose type nobody has described: told by its `@type` and its bytes, rather than that the whole
//! answer is lost.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use prost::Message;
use prost_reflect::{DynamicMessage, MessageDescriptor, ReflectMessage, Value};
use serde_json::{Value as Json, json};

use super::{
    any::{ANY, held},
    untold::Untold,
};

/// What is taken out of a message before it is written, since only known types can be. In its place stands an empty message
/// of a known type, by whose `@type` its place is found again.
pub(super) struct Unknown {
    /// Before the number of what was taken out. Nobody can have written it.
    mark: String,
    stand_in: MessageDescriptor,
    /// URL of the type, and bytes.
    pub(super) taken: Vec<(String, Bytes)>,
}

impl Unknown {
    /// None where no type can stand in for others.
    pub(super) fn new(message: &DynamicMessage) -> Option<Self> {
        let pool = message.descriptor().parent_pool().clone();
        let is_plain =
            |found: &MessageDescriptor| !found.full_name().starts_with("google.protobuf.") && !found.is_map_entry();
        let plain = pool
            .all_messages()
            .filter(is_plain)
            .min_by_key(|found| found.fields().len());
        Some(Self {
            mark: format!("unknown-{:016x}-", fastrand::u64(..)),
            stand_in: plain.or_else(|| pool.get_message_by_name("google.protobuf.Empty"))?,
            taken: Vec::new(),
        })
    }

    /// The levels of `Any` are bounded before.
    pub(super) fn take_out(&mut self, message: &mut DynamicMessage) {
        if message.descriptor().full_name() == ANY {
            return self.any(message);
        }
        for (_, value) in message.fields_mut() {
            match value {
                Value::Message(inner) => self.take_out(inner),
                Value::List(items) => items.iter_mut().for_each(|item| self.value(item)),
                Value::Map(members) => members.values_mut().for_each(|member| self.value(member)),
                _ => {}
            }
        }
    }

    fn value(&mut self, value: &mut Value) {
        if let Value::Message(inner) = value {
            self.take_out(inner);
        }
    }

    fn any(&mut self, any: &mut DynamicMessage) {
        let field = |name: &str| any.get_field_by_name(name).map(std::borrow::Cow::into_owned);
        let (url, bytes) = match (field("type_url"), field("value")) {
            (Some(Value::String(url)), Some(Value::Bytes(bytes))) => (url, bytes),
            _ => return,
        };
        if let Some(mut inner) = held(any) {
            let before = self.taken.len();
            self.take_out(&mut inner);
            if self.taken.len() > before {
                any.set_field_by_name("value", Value::Bytes(inner.encode_to_vec().into()));
            }
            return;
        }
        let stand_in = format!("{}{}/{}", self.mark, self.taken.len(), self.stand_in.full_name());
        any.set_field_by_name("type_url", Value::String(stand_in));
        any.set_field_by_name("value", Value::Bytes(Bytes::new()));
        self.taken.push((url, bytes));
    }

    /// The text with what was taken out, of at most `most` bytes.
    pub(super) fn put_back(&self, text: &str, most: usize) -> Result<String, Untold> {
        let bytes: usize = self
            .taken
            .iter()
            .map(|(url, bytes)| url.len() + bytes.len() / 3 * 4)
            .sum();
        if text.len() + bytes > most {
            return Err(Untold::TooLarge);
        }
        let mut json: Json = serde_json::from_str(text).map_err(|error| Untold::Broken(error.to_string()))?;
        self.replace(&mut json);
        Ok(json.to_string())
    }

    /// Levels are bounded by those of the message.
    fn replace(&self, json: &mut Json) {
        if let Some((url, bytes)) = self.found(json) {
            *json = json!({"@type": url, "value": BASE64.encode(bytes)});
            return;
        }
        match json {
            Json::Array(items) => items.iter_mut().for_each(|item| self.replace(item)),
            Json::Object(members) => members.values_mut().for_each(|member| self.replace(member)),
            _ => {}
        }
    }

    fn found(&self, json: &Json) -> Option<&(String, Bytes)> {
        let number = json.get("@type")?.as_str()?.strip_prefix(&self.mark)?;
        self.taken.get(number.split('/').next()?.parse::<usize>().ok()?)
    }
}
