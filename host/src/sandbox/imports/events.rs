//! What a guest calls `events`.

use crate::{
    sandbox::{
        bindings::{self, Error},
        call::Call,
    },
    storage::queue::PublishOptions,
};

impl bindings::events::Host for Call {
    async fn publish(
        &mut self,
        event_type: String,
        data: String,
        options: bindings::events::Options,
    ) -> Result<String, Error> {
        let bindings::events::Options { target, key, id } = options;
        let options = PublishOptions { target, key, id };
        let id = self
            .context
            .capabilities
            .events
            .publish(&self.origin.trace, self.deadline, event_type, data, options)
            .await?;
        self.retain(id.len())?;
        Ok(id)
    }
}
