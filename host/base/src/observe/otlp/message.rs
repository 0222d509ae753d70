//! What is around the parts of a message: an `Export…ServiceRequest` of any signal. Their fields have the same numbers.

use super::{
    service::Resource,
    wire::{self, key_value},
};

/// Of one service.
pub(super) struct Message {
    resource: Vec<u8>,
    scope: Vec<u8>,
}

const HOST: &str = "tusk-host";
const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Message {
    /// `instance` is the process, `more` what else is said of it.
    pub(super) fn new(service: &Resource, instance: &str, more: &[(String, String)]) -> Self {
        let own = [
            ("service.name", &*service.name),
            ("service.version", &*service.version),
            ("service.instance.id", instance),
            ("telemetry.sdk.name", HOST),
            ("telemetry.sdk.version", VERSION),
            ("telemetry.sdk.language", "rust"),
        ];
        let mut resource = Vec::new();
        for (key, value) in own {
            key_value(&mut resource, 1, key, value.into());
        }
        for (key, value) in more.iter().filter(|(key, _)| own.iter().all(|(known, _)| known != key)) {
            key_value(&mut resource, 1, key, value.as_str().into());
        }
        let mut scope = Vec::new();
        wire::bytes(&mut scope, 1, HOST.as_bytes());
        wire::bytes(&mut scope, 2, VERSION.as_bytes());
        Self { resource, scope }
    }

    /// `parts` are as [`part`] writes them.
    pub(super) fn around(&self, parts: &[u8]) -> Vec<u8> {
        let of_scope = wire::length_of_bytes(self.scope.len()) + parts.len();
        let of_resource = wire::length_of_bytes(self.resource.len()) + wire::length_of_bytes(of_scope);
        let mut message = Vec::with_capacity(wire::length_of_bytes(of_resource));
        wire::head(&mut message, 1, of_resource);
        wire::bytes(&mut message, 1, &self.resource);
        wire::head(&mut message, 2, of_scope);
        wire::bytes(&mut message, 1, &self.scope);
        message.extend_from_slice(parts);
        message
    }
}

/// A span, a metric or a line of the log, among others.
pub(super) fn part(to: &mut Vec<u8>, part: &[u8]) {
    wire::bytes(to, 2, part);
}
