//! Messages of a type that they name themselves.

use prost_reflect::{DynamicMessage, ReflectMessage};

pub(super) const ANY: &str = "google.protobuf.Any";

/// What an `Any` stands for; none where that is not known.
pub(super) fn held(any: &DynamicMessage) -> Option<DynamicMessage> {
    let url = any.get_field_by_name("type_url")?;
    let name = url.as_str()?.rsplit('/').next()?.to_owned();
    let descriptor = any.descriptor().parent_pool().get_message_by_name(&name)?;
    let value = any.get_field_by_name("value")?;
    DynamicMessage::decode(descriptor, value.as_bytes()?.clone()).ok()
}
