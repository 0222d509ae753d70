//! What a guest calls `redis`.

use crate::sandbox::{
    bindings::{self, Error, Value},
    call::Call,
    imports::wit,
};

impl bindings::redis::Host for Call {
    async fn command(&mut self, server: String, name: String, arguments: Vec<Value>) -> Result<Vec<Value>, Error> {
        let redis = &self.context.capabilities.redis;
        let values = redis
            .command(
                &self.section,
                &server,
                &name,
                wit::all(arguments),
                &self.origin.trace,
                self.deadline,
            )
            .await?
            .values;
        self.retain(values.iter().map(|value| size_of::<Value>() + value.payload()).sum())?;
        Ok(wit::all(values))
    }
}
